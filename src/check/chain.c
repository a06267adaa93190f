/* chain: see chain.h.  Zones lead to zones above and beside; each is judged once, and one that leads back to
 * itself is not resolvable by that way. */
#include "check/chain.h"

#include "base/json.h"
#include "wire/dns.h"

#include <stdio.h>
#include <string.h>

enum { ZONES_MAX = 64, WORD_MAX = 16 };

/* From what works to what does not; of several servers the nearest to working counts. */
enum state {
	STATE_GOOD,
	STATE_FRAG,
	STATE_UNSURE, /* code says why */
	STATE_NO_TCP,
	STATE_LAME,
	STATE_GLUE,
	STATE_CHILD,
	STATE_SIBLING,
	STATE_NO_AAAA,
};
static const char *const state_codes[] = {"ok2",     "v6_frag",	     "timeout_once",	   "v6_no_tcp",		  "v6_lame",
					  "glue_missing", "child_aaaa_missing", "sibling_unresolvable", "no_ns_aaaa"};

struct judged {
	const struct zone_row *row;
	const char *code; /* NULL: under way */
};
struct judging {
	const struct site *site;
	struct json *detail; /* may be NULL */
	void (*want)(void *ctx, const char *name); /* of a zone that nobody has looked at; may be NULL */
	void *ctx;
	struct judged zone[ZONES_MAX];
	size_t n;
};

/* ---- lists ---- */

static bool next_line(const char **at, char *line, size_t max)
{
	size_t n;

	if (!*at || !**at)
		return false;
	n = strcspn(*at, "\n");
	snprintf(line, max, "%.*s", (int)(n < max ? n : max - 1), *at);
	*at += n + ((*at)[n] == '\n');
	return true;
}

static bool next_word(const char **at, char *word, size_t max)
{
	size_t n;

	if (!*at)
		return false;
	*at += strspn(*at, " ");
	n = strcspn(*at, " \n");
	if (!n)
		return false;
	snprintf(word, max, "%.*s", (int)(n < max ? n : max - 1), *at);
	*at += n;
	return true;
}

static bool is(const char *word, const char *what)
{
	return !strcmp(word, what);
}

/* ---- one server ---- */

struct ns {
	char name[NAME_MAX_B], zone[NAME_MAX_B], aaaa[WORD_MAX], line[2048];
	const char *addrs; /* the rest of line */
};

static bool find_host(const struct zone_row *z, const char *name, struct ns *out)
{
	const char *at = z->hosts;

	while (next_line(&at, out->line, sizeof(out->line))) {
		const char *p = out->line;

		if (next_word(&p, out->name, sizeof(out->name)) && is(out->name, name) &&
		    next_word(&p, out->zone, sizeof(out->zone)) && next_word(&p, out->aaaa, sizeof(out->aaaa))) {
			out->addrs = p;
			return true;
		}
	}
	return false;
}

/* Has it an IPv6 address there that somebody can reach? */
static bool has_public(const struct site *s, const char *words)
{
	char word[ADDR_TEXT_MAX];
	struct addr a;

	while (next_word(&words, word, sizeof(word)))
		if (addr_parse(&a, word) && a.family == 6 && !site_bogon(s, &a))
			return true;
	return false;
}

static bool has_glue(const struct site *s, const struct zone_row *z, const char *name)
{
	char line[NAME_MAX_B + ADDR_TEXT_MAX], word[NAME_MAX_B];
	const char *at = z->glue;

	while (next_line(&at, line, sizeof(line))) {
		const char *p = line;

		if (next_word(&p, word, sizeof(word)) && is(word, name) && has_public(s, p))
			return true;
	}
	return false;
}

/* Nothing that we can know: silence that was not repeated, or a look that was not allowed. */
static const char *unsure(const char *word)
{
	if (is(word, "silent") || is(word, "fault"))
		return "timeout_once";
	if (is(word, "unasked") || is(word, "limit"))
		return "limit";
	return is(word, "denied") ? "denied" : NULL;
}

struct heard {
	enum state state;
	const char *code; /* STATE_UNSURE */
};

static struct heard hear(const char *udp, const char *tcp, const char *large)
{
	const char *code = unsure(udp);

	if (code)
		return (struct heard){STATE_UNSURE, code};
	if (!is(udp, "ok"))
		return (struct heard){STATE_LAME, NULL};
	code = unsure(tcp);
	if (code)
		return (struct heard){STATE_UNSURE, code};
	if (!is(tcp, "ok"))
		return (struct heard){STATE_NO_TCP, NULL};
	if (is(large, "silent"))
		return (struct heard){STATE_UNSURE, "timeout_once"};
	if (is(large, "fragments") || is(large, "dead"))
		return (struct heard){STATE_FRAG, NULL};
	return (struct heard){STATE_GOOD, NULL};
}

/* The best of its addresses over IPv6; and does it serve another version over IPv4? */
static struct heard hear_host(const struct site *s, const struct zone_row *z, const char *name, bool *differs)
{
	char line[NAME_MAX_B + 128], host[NAME_MAX_B], addr[ADDR_TEXT_MAX], w[3][WORD_MAX], serial[2][24] = {"", ""};
	struct heard best = {STATE_NO_AAAA, NULL};
	const char *at = z->servers;
	struct addr a;

	while (next_line(&at, line, sizeof(line))) {
		const char *p = line;
		struct heard h;

		if (!next_word(&p, host, sizeof(host)) || !is(host, name) || !next_word(&p, addr, sizeof(addr)) ||
		    !addr_parse(&a, addr) || (a.family == 6 && site_bogon(s, &a)) || !next_word(&p, w[0], WORD_MAX) ||
		    !next_word(&p, w[1], WORD_MAX) || !next_word(&p, w[2], WORD_MAX))
			continue;
		next_word(&p, serial[a.family == 6], sizeof(serial[0]));
		h = hear(w[0], w[1], w[2]);
		if (a.family == 6 && h.state < best.state)
			best = h;
	}
	*differs = serial[0][0] && serial[1][0] && strcmp(serial[0], serial[1]) != 0;
	return best;
}

static const char *judge_zone(struct judging *j, const char *asked);

/* Can its address be found over IPv6? STATE_GOOD if so. */
static struct heard find(struct judging *j, const struct zone_row *z, const char *name)
{
	bool glue = has_glue(j->site, z, name), root = !z->parent;
	bool inside = dns_name_within(name, z->zone) && !root;
	const char *code;
	struct ns ns;

	if (!find_host(z, name, &ns))
		return (struct heard){STATE_UNSURE, "limit"};
	code = unsure(ns.aaaa);
	if (code)
		return (struct heard){STATE_UNSURE, code};
	/* its own zone does not tell: with glue it is asked all the same, and what it says counts */
	if (is(ns.aaaa, "fail") || is(ns.aaaa, "dead"))
		return (struct heard){glue ? STATE_GOOD : inside ? STATE_GLUE : STATE_SIBLING, NULL};
	if (!is(ns.aaaa, "has") || !has_public(j->site, ns.addrs))
		return (struct heard){glue ? STATE_CHILD : STATE_NO_AAAA, NULL};
	if (root || glue || (inside && z->from_child == 1))
		return (struct heard){STATE_GOOD, NULL};
	if (inside)
		return (struct heard){STATE_GLUE, NULL};
	code = judge_zone(j, ns.zone);
	if (chain_class(code) == CHAIN_UNKNOWN)
		return (struct heard){STATE_UNSURE, code};
	return (struct heard){chain_class(code) == CHAIN_BROKEN ? STATE_SIBLING : STATE_GOOD, NULL};
}

/* ---- one zone ---- */

struct count {
	int good;
	enum state best;
	const char *code;	  /* of the first that is unsure, or NULL */
	char of[NAME_MAX_B];	  /* the server of best */
	char differs[NAME_MAX_B]; /* one that does */
};

static void count_server(struct judging *j, const struct zone_row *z, const char *name, struct count *c)
{
	struct heard h = find(j, z, name);
	bool differs = false;

	if (h.state == STATE_GOOD)
		h = hear_host(j->site, z, name, &differs);
	if (j->detail)
		json_put_text(j->detail, name,
			      h.state == STATE_GOOD     ? "ok"
			      : h.state == STATE_UNSURE ? h.code
							: state_codes[h.state]);
	if (h.state == STATE_GOOD || h.state == STATE_FRAG)
		c->good++;
	if (differs && !c->differs[0])
		snprintf(c->differs, sizeof(c->differs), "%s", name);
	if (h.state == STATE_UNSURE && !c->code)
		c->code = h.code;
	if (!c->of[0] || h.state < c->best) {
		snprintf(c->of, sizeof(c->of), "%s", name);
		c->best = h.state;
	}
}

/* Where one server is unsure it may be as good as any: only what holds all the same is said. */
static const char *code_of(const struct zone_row *z, struct count *c)
{
	if (c->good && z->ns_child4 && z->ns_child6 && strcmp(z->ns_child4, z->ns_child6) != 0 && !c->differs[0])
		snprintf(c->differs, sizeof(c->differs), "%s", z->zone);
	if (c->best == STATE_FRAG)
		return c->code ? c->code : "v6_frag";
	if (c->good && c->differs[0]) {
		snprintf(c->of, sizeof(c->of), "%s", c->differs);
		return "v4v6_differ";
	}
	if (c->good >= 2)
		return "ok2";
	if (c->good)
		return c->code ? c->code : "ok1";
	return c->best == STATE_UNSURE ? c->code : state_codes[c->best];
}

static const char *judge_servers(struct judging *j, const struct zone_row *z, struct count *c)
{
	const char *at = z->ns_parent;
	char name[NAME_MAX_B];

	*c = (struct count){.best = STATE_NO_AAAA};
	while (next_word(&at, name, sizeof(name)))
		count_server(j, z, name, c);
	if (!c->of[0])
		return "limit";
	return code_of(z, c);
}

/* The latest look at the zone that holds the name. */
static const struct obs *look_at(const struct site *s, const char *name)
{
	const struct obs *last = NULL;

	for (size_t i = 0; i < s->zone.n; i++)
		if (is(zone_of(&s->zone.at[i])->asked, name))
			last = &s->zone.at[i];
	return last;
}

static const char *no_row(const struct obs *o)
{
	if (!o)
		return "not_looked";
	switch ((int)o->outcome) {
	case OUTCOME_ABSENT: return "no_such_domain";
	case OUTCOME_TIMEOUT: return "dns_timeout";
	case OUTCOME_SERVFAIL: return "dns_servfail";
	case OUTCOME_DENIED: return "denied";
	case OUTCOME_OK: return zone_of(o)->zone && zone_of(o)->ns_parent ? NULL : "limit";
	case OUTCOME_LIMIT: return "limit";
	default: return "timeout_once";
	}
}

static struct judged *judged_of(struct judging *j, const struct zone_row *row)
{
	for (size_t i = 0; i < j->n; i++)
		if (is(j->zone[i].row->zone, row->zone))
			return &j->zone[i];
	return NULL;
}

static const char *judge_row(struct judging *j, const struct zone_row *row, struct count *c)
{
	const char *above = row->parent ? judge_zone(j, row->parent) : "ok2";

	if (chain_class(above) == CHAIN_UNKNOWN)
		return above;
	if (chain_class(above) == CHAIN_BROKEN || chain_class(above) == CHAIN_NA) {
		snprintf(c->of, sizeof(c->of), "%s", row->parent);
		return "parent_unresolvable";
	}
	return judge_servers(j, row, c);
}

/* A zone on the way: without detail of its servers.  One under way leads in a circle. */
static const char *judge_zone(struct judging *j, const char *asked)
{
	const struct obs *o = look_at(j->site, asked);
	const char *code = no_row(o);
	struct json *detail = j->detail;
	struct judged *known;
	struct count c = {0};

	if (!o && j->want)
		j->want(j->ctx, asked);
	if (code)
		return is(code, "no_such_domain") ? "sibling_unresolvable" : code;
	known = judged_of(j, zone_of(o));
	if (known)
		return known->code ? known->code : "sibling_unresolvable";
	if (j->n == ZONES_MAX)
		return "limit";
	known = &j->zone[j->n++];
	known->row = zone_of(o);
	j->detail = NULL;
	known->code = judge_row(j, zone_of(o), &c);
	j->detail = detail;
	return known->code;
}

static void list_zones(const struct judging *j)
{
	json_key(j->detail, "through");
	json_object(j->detail);
	for (size_t i = 1; i < j->n; i++)
		json_put_text(j->detail, j->zone[i].row->zone, j->zone[i].code);
	json_end_object(j->detail);
}

/* Who cannot ask over IPv4 does not know whether both families tell the same, nor what stands where IPv6 alone does
 * not lead.  What is broken over IPv6 is broken. */
static const char *without_v4(const struct site *s, const char *code)
{
	if (s->v4_works || !code || chain_class(code) == CHAIN_BROKEN || chain_class(code) == CHAIN_NA ||
	    !strcmp(code, "not_looked"))
		return code;
	return "observer_no_v4";
}

struct chain chain_of(const struct site *s, const char *name, struct json *detail)
{
	struct judging j = {.site = s, .detail = detail, .n = 1};
	const struct obs *o = look_at(s, name);
	struct chain out = {.code = s->v6_works ? without_v4(s, no_row(o)) : "observer_no_v6"};
	struct count c = {0};

	snprintf(out.subject, sizeof(out.subject), "%s", name);
	if (out.code)
		return out;
	j.zone[0].row = zone_of(o);
	snprintf(out.zone, sizeof(out.zone), "%s", zone_of(o)->zone);
	json_key(detail, out.zone);
	json_object(detail);
	json_put_text(detail, "parent", zone_of(o)->parent);
	out.code = j.zone[0].code = without_v4(s, judge_row(&j, zone_of(o), &c));
	list_zones(&j);
	json_end_object(detail);
	if (c.of[0])
		snprintf(out.subject, sizeof(out.subject), "%s", c.of);
	return out;
}

void chain_wants(const struct site *s, const char *name, void (*want)(void *ctx, const char *name), void *ctx)
{
	struct judging j = {.site = s, .want = want, .ctx = ctx};

	judge_zone(&j, name);
}

/* Does the name stand among the CNAMEs in front of this place? */
static bool told_before(const struct site *s, size_t row, const char *until, const char *name)
{
	char word[NAME_MAX_B];

	for (size_t i = 0; i <= row; i++) {
		const struct dns_row *r = dns_of(&s->dns.at[i]);
		const char *at = is(r->role, "apex") || is(r->role, "www") ? r->cname : NULL;

		while (next_word(&at, word, sizeof(word)) && (i < row || at < until))
			if (is(word, name))
				return true;
	}
	return false;
}

bool chain_cname(const struct site *s, int number, char name[static NAME_MAX_B])
{
	int n = 0;

	for (size_t i = 0; i < s->dns.n; i++) {
		const struct dns_row *r = dns_of(&s->dns.at[i]);
		const char *at = is(r->role, "apex") || is(r->role, "www") ? r->cname : NULL;

		while (next_word(&at, name, NAME_MAX_B))
			if (!dns_name_within(name, s->domain) && !told_before(s, i, at, name) && n++ == number)
				return true;
	}
	return false;
}

enum chain_class chain_class(const char *code)
{
	static const struct {
		const char *code;
		enum chain_class class;
	} rows[] = {{"ok2", CHAIN_GOOD},
		    {"ok1", CHAIN_FAULTY},
		    {"v6_frag", CHAIN_FAULTY},
		    {"v4v6_differ", CHAIN_FAULTY},
		    {"no_ns_aaaa", CHAIN_BROKEN},
		    {"glue_missing", CHAIN_BROKEN},
		    {"child_aaaa_missing", CHAIN_BROKEN},
		    {"sibling_unresolvable", CHAIN_BROKEN},
		    {"parent_unresolvable", CHAIN_BROKEN},
		    {"v6_lame", CHAIN_BROKEN},
		    {"v6_no_tcp", CHAIN_BROKEN},
		    {"no_such_domain", CHAIN_NA}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is(code, rows[i].code))
			return rows[i].class;
	return CHAIN_UNKNOWN;
}
