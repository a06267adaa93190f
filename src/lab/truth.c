/* truth: see truth.h. */
#include "lab/truth.h"

#include "base/asset.h"
#include "base/csv.h"

#include <errno.h>
#include <string.h>

const struct arrangement arrangements[] = {
	{"exists", "no", "the domain is not delegated at all"},
	{"a", "no", "no A record anywhere"},
	{"aaaa", "*", "no: none; an address: this one instead of the site's"},
	{"aaaa_more", "*", "this address beside the site's"},
	{"aaaa_answer", "nxdomain servfail drop pointer wrongid", "how its name servers answer AAAA questions; pointer: a name that points to itself; wrongid: under another id"},
	{"apex", "no v4", "the apex has no address; has only A"},
	{"www", "no v4 cname loop v4zone", "www is absent; has only A; is an alias; aliases in a circle; is an alias in a zone that IPv4 alone resolves"},
	{"https", "ok v4hint differs h3", "HTTPS record with right, IPv4-only or wrong address hints; with HTTP/3"},
	{"ns", "v4only v6only one6 bogon sibling", "which name servers the zone has; sibling: of a zone that IPv4 alone resolves"},
	{"delegation", "noglue nochild", "its own name servers: no AAAA glue at the registry; no AAAA in the zone itself"},
	{"serial6", "other", "its name servers have another version of the zone over IPv6"},
	{"large6", "fragments", "its zone is signed, and large answers come over IPv6 in fragments"},
	{"udp6", "drop", "its name servers are silent on IPv6 UDP"},
	{"tcp6", "refuse", "its name servers refuse IPv6 TCP"},
	{"lame", "v6 all", "its name servers refuse the zone, over IPv6 or altogether"},
	{"mx", "no null v4only mixed v4zone somezone", "which mail hosts the domain names; v4zone: in a zone that IPv4 alone resolves; somezone: one of two there"},
	{"smtp6", "refuse drop noroute banner", "how its mail host meets IPv6"},
	{"starttls", "both v4 v6 other untrusted broken", "STARTTLS: on which family; over IPv6 another certificate, as good or not; no handshake there"},
	{"ptr", "no unconfirmed", "the addresses of its mail host have no name; one that leads elsewhere"},
	{"spf", "ok v4only loop missing", "SPF record: with IPv6 senders; without; in a circle; of a name that has none"},
	{"v6", "refuse drop noroute", "how its web server meets IPv6, ports 80 and 443"},
	{"v6_80", "refuse", "port 80 over IPv6"},
	{"v6_443", "refuse plain", "port 443 over IPv6: closed; speaks HTTP without TLS"},
	{"tls", "no", "port 443 is closed on both families"},
	{"tls6", "1.0", "the best TLS version over IPv6"},
	{"cert", "expired", "certificate on both families"},
	{"cert6", "name expired untrusted other", "certificate over IPv6 only; other: as good"},
	{"http", "page", "port 80 shows the page instead of redirecting to https"},
	{"page6", "other similar nonce waf part bomb", "page over IPv6: another one; same text, other title; same text, other tokens; a challenge; another beginning; gzip that grows a thousandfold"},
	{"status", "403 404 429 500 503", "answer on both families"},
	{"status6", "403 404 429 500 503", "answer over IPv6"},
	{"redirect", "v4host loop", "where the page redirects on both families"},
	{"redirect6", "v4host loop", "where the page redirects over IPv6"},
	{"stall6", "header body", "over IPv6 the answer stops there and never ends"},
	{"path6", "slow late loss10 hole thin", "the way to its web server over IPv6: 400 ms longer; 2.5 s longer; loses one packet in ten; loses packets over 1,300 bytes; 2,000 bytes a second"},
	{"hsts", "both v4 v6 differs", "Strict-Transport-Security"},
	{"alt_svc", "both v4 v6 differs", "Alt-Svc"},
	{"h3", "both v4 mute6", "QUIC at UDP port 443: on both families; closed over IPv6; silent over IPv6"},
	{"loads", "ok v4script v4image deadscript deadimage gone odd text", "what the page loads: from a host that works; that has no AAAA; whose IPv6 is closed; that is not there; at another port; no HTML at all"},
	{"links", "ok v4sub v4all gone redirect refused many v6error", "where the page leads: to pages that come; to a host without AAAA too; there alone; to one that is not there; to a redirect to a host without AAAA; to pages that robots.txt refuses; to more pages than are read; to one that IPv6 answers with 404"},
	{NULL, NULL, NULL},
};

enum {
	COL_NAME,
	COL_DOMAIN,
	COL_EN,
	COL_ZH,
	COL_CLASS,
	COL_REGION,
	COL_ORGANISATION,
	COL_LEVEL,
	COL_ARRANGE,
	COL_CHECKS
};
static const char *const fixed[COL_CHECKS] = {"name",	"domain",	"en",	 "zh",	   "class",
					      "region", "organisation", "level", "arrange"};
static const char *const verdicts[] = {"pass", "partial", "fail", "na", "unknown"};

static bool in_list(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return n > 0;
	return false;
}

static bool word_known(const struct state_word *w)
{
	for (const struct arrangement *a = arrangements; a->key; a++)
		if (!strcmp(a->key, w->key))
			return !strcmp(a->values, "*") || in_list(a->values, w->value);
	return false;
}

static int parse_words(struct state *s, char *text, const char *file, struct err *e)
{
	char *save = NULL;

	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *equals = strchr(w, '=');

		if (s->n_words == STATE_WORDS_MAX)
			return err_set(e, -EINVAL, "%s:%u: more than %d words of arrangement", file,
				       s->line, STATE_WORDS_MAX);
		if (!equals)
			return err_set(e, -EINVAL, "%s:%u: '%s' is not of the form key=value", file,
				       s->line, w);
		*equals = '\0';
		s->words[s->n_words] = (struct state_word){w, equals + 1};
		if (!word_known(&s->words[s->n_words++]))
			return err_set(e, -EINVAL,
				       "%s:%u: the builder knows no arrangement '%s=%s'; "
				       "`sextant lab words` lists them",
				       file, s->line, w, equals + 1);
	}
	return 0;
}

static bool expect_valid(const char *text)
{
	const char *colon = strchr(text, ':');

	for (size_t i = 0; colon && i < sizeof(verdicts) / sizeof(*verdicts); i++)
		if (strlen(verdicts[i]) == (size_t)(colon - text) &&
		    !strncmp(text, verdicts[i], (size_t)(colon - text)))
			return colon[1] != '\0';
	return false;
}

/* One label below one of the laboratory's two registries. */
static bool domain_valid(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && dot > name && (!strcmp(dot, ".test") || !strcmp(dot, ".example") || !strcmp(dot, ".v4zone.test")) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == (size_t)(dot - name) &&
	       strcmp(name, "hosting.test") && strcmp(name, "nic.test") && strcmp(name, "v4zone.test");
}

static int parse_row(struct truth *t, struct state *s, struct arena *a, char **cells,
		     const char *file, struct err *e)
{
	const char **expect = arena_array(a, t->n_checks, sizeof(*expect));

	s->name = cells[COL_NAME];
	s->domain = cells[COL_DOMAIN];
	s->en = cells[COL_EN];
	s->zh = cells[COL_ZH];
	s->class_ = cells[COL_CLASS];
	s->region = cells[COL_REGION];
	s->organisation = cells[COL_ORGANISATION];
	s->level = cells[COL_LEVEL];
	if (!domain_valid(s->domain))
		return err_set(e, -EINVAL, "%s:%u: '%s' is not a name like good.test", file,
			       s->line, s->domain);
	for (size_t i = 0; i < t->n_checks; i++) {
		expect[i] = cells[COL_CHECKS + i];
		if (!expect_valid(expect[i]))
			return err_set(e, -EINVAL,
				       "%s:%u: '%s' in column %s is not of the form verdict:reason",
				       file, s->line, expect[i], t->checks[i]);
	}
	s->expect = expect;
	return parse_words(s, cells[COL_ARRANGE], file, e);
}

static int parse_header(struct truth *t, struct arena *a, char **cells, int n, const char *file,
			struct err *e)
{
	for (int i = 0; i < COL_CHECKS; i++)
		if (i >= n || strcmp(cells[i], fixed[i]))
			return err_set(e, -EINVAL, "%s:1: column %d must be '%s'", file, i + 1,
				       fixed[i]);
	t->n_checks = (size_t)(n - COL_CHECKS);
	t->checks = arena_copy(a, cells + COL_CHECKS, t->n_checks * sizeof(*cells));
	return 0;
}

int truth_parse(struct truth *t, struct arena *a, const char *file, const char *data, size_t len,
		struct err *e)
{
	struct state *states = arena_array(a, TRUTH_STATES_MAX, sizeof(*states));
	char *cells[COL_CHECKS + TRUTH_CHECKS_MAX];
	const size_t max = sizeof(cells) / sizeof(*cells);
	struct csv c;
	int n, code;

	memset(t, 0, sizeof(*t));
	csv_init(&c, data, len);
	n = csv_next(&c, a, cells, max);
	if (n <= 0)
		return err_set(e, -EINVAL, "%s: no header", file);
	code = parse_header(t, a, cells, n, file, e);
	while (!code && (n = csv_next(&c, a, cells, max)) != 0) {
		struct state *s = &states[t->n_states];

		if (n < 0)
			return err_set(e, -EINVAL, "%s:%u: %s", file, c.line, c.error);
		if ((size_t)n != COL_CHECKS + t->n_checks)
			return err_set(e, -EINVAL, "%s:%u: %d cells where the header has %zu", file,
				       c.line, n, COL_CHECKS + t->n_checks);
		if (t->n_states == TRUTH_STATES_MAX)
			return err_set(e, -E2BIG, "%s:%u: more than %d states", file, c.line,
				       TRUTH_STATES_MAX);
		s->line = c.line;
		code = parse_row(t, s, a, cells, file, e);
		s->number = (unsigned)++t->n_states;
	}
	t->states = states;
	return code;
}

int truth_load(struct truth *t, struct arena *a, struct err *e)
{
	const struct asset *f = asset_find("lab/truth.csv");

	if (!f)
		return err_set(e, -ENOENT, "the truth table is not in this program");
	return truth_parse(t, a, "data/lab/truth.csv", (const char *)f->data, f->len, e);
}

const char *state_get(const struct state *s, const char *key, const char *fallback)
{
	for (size_t i = 0; i < s->n_words; i++)
		if (!strcmp(s->words[i].key, key))
			return s->words[i].value;
	return fallback;
}

bool state_is(const struct state *s, const char *key, const char *value)
{
	return !strcmp(state_get(s, key, ""), value);
}

const struct state *truth_find(const struct truth *t, const char *name)
{
	for (size_t i = 0; i < t->n_states; i++)
		if (!strcmp(t->states[i].name, name) || !strcmp(t->states[i].domain, name))
			return &t->states[i];
	return NULL;
}

void truth_portfolio(const struct truth *t, struct buf *out)
{
	static const char *const header[] = {"domain", "organisation", "class",
					     "region", "level",	       "rank"};

	for (size_t i = 0; i < 6; i++)
		csv_cell(out, header[i], i == 0, false);
	csv_end(out);
	for (size_t i = 0; i < t->n_states; i++) {
		const struct state *s = &t->states[i];
		char rank[16];

		snprintf(rank, sizeof(rank), "%u", s->number);
		csv_cell(out, s->domain, true, false);
		csv_cell(out, s->organisation, false, false);
		csv_cell(out, s->class_, false, false);
		csv_cell(out, s->region, false, false);
		csv_cell(out, s->level, false, false);
		csv_cell(out, rank, false, false);
		csv_end(out);
	}
}
