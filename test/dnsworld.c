/* dnsworld: see dnsworld.h. */
#include "test/dnsworld.h"

#include "base/vec.h"
#include "wire/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_B = 16384, TTL_S = 3600, ADDR_TTL_S = 600 };

struct line {
	char owner[DNS_NAME_TEXT_MAX], type[16], data[300];
};
struct wzone {
	char name[DNS_NAME_TEXT_MAX];
	VEC(struct addr) at;
	VEC(struct line) lines;
};
struct served {
	struct addr addr;
	char how[32];
	size_t asked;
};
struct pending {
	struct pending *next;
	struct ask *ask;
	int64_t due_us;
};
struct dnsworld {
	struct clock_fake clock;
	struct loop *loop;
	VEC(struct wzone *) zones;
	VEC(struct served) served;
	struct pending *pending;
	struct timer timer;
	size_t asked;
};

static struct served *served_at(struct dnsworld *w, const struct addr *a)
{
	for (size_t i = 0; i < w->served.n; i++)
		if (!addr_cmp(&w->served.at[i].addr, a))
			return &w->served.at[i];
	*vec_push(&w->served) = (struct served){.addr = *a};
	return &w->served.at[w->served.n - 1];
}

/* "a.test." as wire/dns.h writes it */
static const char *clean(const char *name, char to[static DNS_NAME_TEXT_MAX])
{
	if (!dns_name_clean(name, to)) {
		fprintf(stderr, "dnsworld: '%s' is no name\n", name);
		abort();
	}
	return to;
}

static struct wzone *read_zone(struct dnsworld *w, char *rest)
{
	struct wzone *z = calloc(1, sizeof(*z));
	char *word, *save, name[DNS_NAME_TEXT_MAX];

	word = strtok_r(rest, " ", &save);
	for (size_t i = 0; i < w->zones.n; i++)
		if (!strcmp(w->zones.at[i]->name, clean(word, name))) {
			free(z);
			return w->zones.at[i];
		}
	snprintf(z->name, sizeof(z->name), "%s", clean(word, name));
	strtok_r(NULL, " ", &save); /* at */
	for (word = strtok_r(NULL, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		struct addr a;

		if (!addr_parse(&a, word))
			abort();
		*vec_push(&z->at) = a;
	}
	*vec_push(&w->zones) = z;
	return z;
}

static void read_line(struct dnsworld *w, struct wzone **z, char *text)
{
	struct line l;
	char name[DNS_NAME_TEXT_MAX], addr[64], how[32];
	struct addr a;

	while (*text == ' ' || *text == '\t')
		text++;
	if (!*text || *text == '#')
		return;
	if (!strncmp(text, "zone ", 5)) {
		*z = read_zone(w, text + 5);
	} else if (sscanf(text, "serve %63s %31[^\n]", addr, how) == 2) {
		if (!addr_parse(&a, addr))
			abort();
		snprintf(served_at(w, &a)->how, sizeof(how), "%s", how);
	} else if (*z && sscanf(text, "%299s %15s %299[^\n]", l.owner, l.type, l.data) == 3) {
		snprintf(l.owner, sizeof(l.owner), "%s", clean(l.owner, name));
		*vec_push(&(*z)->lines) = l;
	} else {
		fprintf(stderr, "dnsworld: what is '%s'?\n", text);
		abort();
	}
}

static void deliver(struct timer *t);

struct dnsworld *dnsworld_new(const char *text)
{
	struct dnsworld *w = calloc(1, sizeof(*w));
	struct wzone *z = NULL;
	char *copy = strdup(text), *save, *line;

	clock_fake_init(&w->clock, 1700000000000000);
	w->loop = loop_new(&w->clock.clock, NULL);
	w->timer = (struct timer){.fire = deliver, .ctx = w};
	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		read_line(w, &z, line);
	free(copy);
	return w;
}

void dnsworld_free(struct dnsworld *w)
{
	while (w->pending) {
		struct pending *p = w->pending;

		w->pending = p->next;
		free(p);
	}
	for (size_t i = 0; i < w->zones.n; i++) {
		vec_done(&w->zones.at[i]->at);
		vec_done(&w->zones.at[i]->lines);
		free(w->zones.at[i]);
	}
	vec_done(&w->zones);
	vec_done(&w->served);
	loop_untimer(w->loop, &w->timer);
	loop_free(w->loop);
	free(w);
}

struct loop *dnsworld_loop(struct dnsworld *w)
{
	return w->loop;
}

/* ---- answers ---- */

static const struct wzone *zone_at(const struct dnsworld *w, const struct addr *a,
				   const char *qname)
{
	const struct wzone *best = NULL;

	for (size_t i = 0; i < w->zones.n; i++) {
		const struct wzone *z = w->zones.at[i];

		for (size_t k = 0; k < z->at.n; k++)
			if (!addr_cmp(&z->at.at[k], a) && dns_name_within(qname, z->name) &&
			    (!best || strlen(z->name) >= strlen(best->name)))
				best = z;
	}
	return best;
}

static void put(struct dns_answer *d, enum dns_section s, const struct line *l)
{
	uint16_t type = dns_type_parse(l->type);
	struct addr a;
	unsigned preference;
	char host[256];

	if ((type == DNS_A || type == DNS_AAAA) && addr_parse(&a, l->data))
		dns_answer_addr(d, s, l->owner, ADDR_TTL_S, &a);
	else if (type == DNS_MX && sscanf(l->data, "%u %255s", &preference, host) == 2)
		dns_answer_mx(d, s, l->owner, TTL_S, (uint16_t)preference, host);
	else if (type == DNS_TXT)
		dns_answer_txt(d, s, l->owner, TTL_S, l->data);
	else if (type == DNS_DS || type == DNS_DNSKEY)
		dns_answer_raw(d, s, l->owner, type, TTL_S, "\1\2\3\4\5\6\7\10", 8);
	else
		dns_answer_name(d, s, l->owner, type, TTL_S, l->data);
}

static void put_soa(struct dns_answer *d, enum dns_section s, const struct wzone *z)
{
	struct dns_soa soa = {.mname = "m.test.", .rname = "r.test.", .serial = 1, .minimum_s = 60};

	for (size_t i = 0; i < z->lines.n; i++)
		if (!strcmp(z->lines.at[i].type, "SERIAL"))
			soa.serial = (uint32_t)strtoul(z->lines.at[i].data, NULL, 10);
	dns_answer_soa(d, s, z->name, TTL_S, &soa);
}

static bool is_type(const struct line *l, const char *owner, const char *type)
{
	return !strcmp(l->owner, owner) && !strcmp(l->type, type);
}

static const char *cut_above(const struct wzone *z, const char *qname)
{
	const char *cut = NULL;

	for (size_t i = 0; i < z->lines.n; i++) {
		const struct line *l = &z->lines.at[i];

		if (!strcmp(l->type, "NS") && strcmp(l->owner, z->name) != 0 &&
		    dns_name_within(qname, l->owner) && (!cut || strlen(l->owner) < strlen(cut)))
			cut = l->owner;
	}
	return cut;
}

static void refer(struct dns_answer *d, const struct wzone *z, const char *cut, bool dnssec)
{
	char target[DNS_NAME_TEXT_MAX];

	for (size_t i = 0; i < z->lines.n; i++)
		if (is_type(&z->lines.at[i], cut, "NS") ||
		    (dnssec && is_type(&z->lines.at[i], cut, "DS")))
			put(d, DNS_AUTHORITY, &z->lines.at[i]);
	for (size_t i = 0; i < z->lines.n; i++) {
		if (!is_type(&z->lines.at[i], cut, "NS"))
			continue;
		clean(z->lines.at[i].data, target);
		for (size_t k = 0; k < z->lines.n; k++)
			if (is_type(&z->lines.at[k], target, "A") ||
			    is_type(&z->lines.at[k], target, "AAAA"))
				put(d, DNS_ADDITIONAL, &z->lines.at[k]);
	}
}

static bool exists(const struct wzone *z, const char *name)
{
	for (size_t i = 0; i < z->lines.n; i++)
		if (dns_name_within(z->lines.at[i].owner, name))
			return true;
	return !strcmp(z->name, name);
}

static void answer_from(struct dns_answer *d, const struct wzone *z, const char *qname,
			uint16_t qtype)
{
	char name[DNS_NAME_TEXT_MAX], type[DNS_TYPE_TEXT_MAX];
	bool any = false;

	clean(qname, name);
	for (int hops = 0; hops < 16; hops++) {
		const struct line *cname = NULL;

		for (size_t i = 0; i < z->lines.n; i++) {
			if (is_type(&z->lines.at[i], name, "CNAME"))
				cname = &z->lines.at[i];
			if (is_type(&z->lines.at[i], name, dns_type_text(qtype, type))) {
				put(d, DNS_ANSWER, &z->lines.at[i]);
				any = true;
			}
		}
		if (qtype == DNS_SOA && !strcmp(name, z->name)) {
			put_soa(d, DNS_ANSWER, z);
			any = true;
		}
		if (any || !cname)
			break;
		put(d, DNS_ANSWER, cname);
		clean(cname->data, name);
		if (!dns_name_within(name, z->name) || cut_above(z, name))
			return;
	}
	if (!any)
		put_soa(d, DNS_AUTHORITY, z);
}

static size_t make_answer(struct dnsworld *w, const struct ask *q, const char *how, uint8_t *out)
{
	uint8_t query[DNS_QUERY_MAX];
	size_t len = dns_query(query, q->qname, q->qtype, 7, 0, 0);
	const struct wzone *z = zone_at(w, &q->server, q->qname);
	const char *cut = z ? cut_above(z, q->qname) : NULL;
	struct dns_message m;
	struct dns_answer d;
	struct arena a;
	uint16_t flags = z && !cut ? DNS_FLAG_AA : 0;
	enum dns_rcode rcode = !z			    ? DNS_REFUSED
			       : !strcmp(how, "SERVFAIL")   ? DNS_SERVFAIL
			       : !strcmp(how, "REFUSED")    ? DNS_REFUSED
			       : cut || exists(z, q->qname) ? DNS_NOERROR
							    : DNS_NXDOMAIN;

	arena_init(&a, 65536);
	dns_parse(&m, query, len, &a);
	if (!strcmp(how, "lame") || !strcmp(how, "upward")) {
		dns_answer_begin(&d, out, ANSWER_B, &m, 0, DNS_NOERROR);
		if (!strcmp(how, "upward"))
			dns_answer_name(&d, DNS_AUTHORITY, ".", DNS_NS, TTL_S, "a.root.");
	} else {
		dns_answer_begin(&d, out, ANSWER_B, &m, flags, rcode);
		if (cut && rcode == DNS_NOERROR)
			refer(&d, z, cut, q->flags & ASK_DO);
		else if (rcode == DNS_NOERROR)
			answer_from(&d, z, q->qname, q->qtype);
		else if (rcode == DNS_NXDOMAIN)
			put_soa(&d, DNS_AUTHORITY, z);
	}
	len = dns_answer_end(&d, &m);
	arena_done(&a);
	return len;
}

static void tell(struct dnsworld *w, struct ask *q)
{
	static uint8_t out[ANSWER_B];
	struct served *s = served_at(w, &q->server);
	const char *how = s->how;
	bool known = false;
	struct ask_result r = {.end = ASK_SILENT, .rtt_us = WORLD_LATENCY_US, .tries = 1};

	for (size_t i = 0; i < w->zones.n; i++)
		for (size_t k = 0; k < w->zones.at[i]->at.n; k++)
			known |= !addr_cmp(&w->zones.at[i]->at.at[k], &q->server);
	s->asked++;
	r.tcp = q->flags & ASK_TCP;
	r.truncated = !strcmp(how, "cut");
	if (!strcmp(how, "denied"))
		r.end = ASK_DENIED, r.why = "aaaa_bogon";
	else if (!strcmp(how, "refuse") || (r.tcp && !strcmp(how, "no_tcp")))
		r.end = ASK_PORT;
	else if (known && strcmp(how, "silent") != 0 && !(r.tcp && !strcmp(how, "silent_tcp")) &&
		 !(!strcmp(how, "once") && s->asked == 1)) {
		r.len = make_answer(w, q, how, out);
		r.data = out;
		r.end = ASK_ANSWER;
		r.fragments = !strcmp(how, "frag") && q->qtype == DNS_DNSKEY;
	}
	q->done(q, &r);
}

static void arm(struct dnsworld *w)
{
	int64_t due_us = INT64_MAX;

	for (struct pending *p = w->pending; p; p = p->next)
		due_us = p->due_us < due_us ? p->due_us : due_us;
	if (w->pending)
		loop_timer(w->loop, &w->timer,
			   due_us > w->clock.mono_us ? due_us - w->clock.mono_us : 0);
}

static void deliver(struct timer *t)
{
	struct dnsworld *w = t->ctx;
	struct pending **link = &w->pending;

	while (*link) {
		struct pending *p = *link;

		if (p->due_us > w->clock.mono_us) {
			link = &p->next;
			continue;
		}
		*link = p->next;
		tell(w, p->ask);
		free(p);
		link = &w->pending; /* whoever was told has perhaps asked or cancelled */
	}
	arm(w);
}

void dnsworld_ask(void *world, struct ask *q)
{
	struct dnsworld *w = world;
	struct pending *p = calloc(1, sizeof(*p));
	const char *how = served_at(w, &q->server)->how;
	bool silent = !strcmp(how, "silent") || !strcmp(how, "silent_tcp");

	w->asked++;
	p->ask = q;
	p->due_us = w->clock.mono_us + (silent ? (int64_t)q->wait_ms * 1000 : WORLD_LATENCY_US);
	p->next = w->pending;
	w->pending = p;
	arm(w);
}

void dnsworld_cancel(void *world, struct ask *q)
{
	struct dnsworld *w = world;

	for (struct pending **link = &w->pending; *link; link = &(*link)->next)
		if ((*link)->ask == q) {
			struct pending *p = *link;

			*link = p->next;
			free(p);
			return;
		}
}

void dnsworld_move(struct dnsworld *w, int64_t us)
{
	clock_fake_move(&w->clock, us);
}

void dnsworld_run(struct dnsworld *w, size_t turns)
{
	while (turns--) {
		int64_t due_us = loop_due_us(w->loop);

		if (due_us == INT64_MAX)
			return;
		if (due_us > w->clock.mono_us)
			clock_fake_move(&w->clock, due_us - w->clock.mono_us);
		loop_turn(w->loop, 0, NULL);
	}
}

size_t dnsworld_asked(const struct dnsworld *w)
{
	return w->asked;
}

size_t dnsworld_asked_at(const struct dnsworld *w, const char *addr)
{
	struct addr a;

	if (!addr_parse(&a, addr))
		abort();
	return served_at((struct dnsworld *)w, &a)->asked;
}

uint64_t dnsworld_random(void *ctx)
{
	static uint64_t x;

	(void)ctx;
	x = (x + 1) * UINT64_C(0x9e3779b97f4a7c15);
	return x >> 16;
}

void dnsworld_serve(struct dnsworld *w, const char *addr, const char *how)
{
	struct served *s;
	struct addr a;

	if (!addr_parse(&a, addr))
		abort();
	s = served_at(w, &a);
	snprintf(s->how, sizeof(s->how), "%s", how);
}
