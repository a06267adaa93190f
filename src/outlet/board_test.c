/*
 * A board answers as the facts do: each question is put to the routes twice, with a board and without,
 * and the answers are the same bytes.  What it cannot answer it leaves to the facts, and facts that it
 * would misread make none.
 */
#include "check/evidence.h"
#include "core/round.h"
#include "core/verdict.h"
#include "outlet/board.h"
#include "outlet/route.h"
#include "test/tap.h"

#include <ftw.h>
#include <unistd.h>

extern const struct route route_site, route_sites;

enum { SITES = 30, MAX_B = 8 << 20, DAY = 24 };
#define HOUR_US INT64_C(3600000000)
#define NOON_US INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */

static char dir[64];
static const struct schema *const schemas[] = {&verdict_schema, &dns_schema, &web_schema, &smtp_schema, &quic_schema, &resource_schema, &link_schema,
					       &zone_schema, &round_schema, NULL};
static const char *const checks[] = {"site", "aaaa", "tls", "mx_aaaa"};

/* ---- facts ---- */

static struct store *open_store(void)
{
	struct store *s = NULL;
	struct err e = {0};

	snprintf(dir, sizeof(dir), "/tmp/sextant-board-%d", (int)getpid());
	if (store_open(dir, STORE_OWNER, schemas, &s, &e))
		printf("# %s\n", e.text);
	return s;
}

static int gone(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
}

static void close_store(struct store *s)
{
	store_close(s);
	nftw(dir, gone, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(struct store *s, struct batch *b)
{
	struct err e = {0};

	if (store_put(s, &b, 1, NULL, 0, &e) || store_flush(s, &e))
		ok(false, "a put: %s", e.text);
}

static const char *site_name(char name[static 40], int site)
{
	/* not in the order in which they are looked at */
	snprintf(name, 40, "%c%d.example", 'a' + site * 7 % 26, site * 31 % 97);
	return name;
}

static void add_verdict(struct batch *b, const char *round, int64_t at_us, const char *name, int site,
			const char *check, int dice)
{
	static const char *const orgs[] = {"", "Ministerium für Ä", "MINISTERIUM FÜR Ä", "100% Org_1",
					   "北京大学", "Zeta", "alpha"};
	static const char *const reasons[][2] = {{"ok", "alright"}, {"half", "half"}, {"no_aaaa", "timeout"},
						 {"none", "none"}, {"dns_timeout", "limit"}};
	struct verdict_row *r = batch_add(b, at_us, name, "here", round, OUTCOME_OK)->row;

	r->check = batch_text(b, check);
	r->verdict = dice % 5;
	r->reason = batch_text(b, reasons[dice % 5][dice / 5 % 2]);
	r->evidence = batch_text(b, "{\"subject\":\"ns1.example\"}");
	r->method = "1";
	r->organisation = batch_text(b, orgs[site % 7]);
	r->class_ = batch_text(b, site % 3 ? "Bank" : "");
	r->region = batch_text(b, site % 4 > 1 ? "North" : "\xf0\x9f\x8c\x8d");
	r->level = site % 2 ? "local" : "";
	r->rank = site % 5 ? site / 2 : I64_NULL;
	r->portfolio = "list@1";
}

static void add_web(struct batch *b, const char *round, int64_t at_us, const char *name, int dice)
{
	struct web_row *r = batch_add(b, at_us, name, "here", round,
				      dice % 3 ? OUTCOME_OK : dice % 2 ? OUTCOME_TIMEOUT : OUTCOME_TLS)->row;

	r->target = "apex";
	r->host = batch_text(b, name);
	r->scheme = r->began = 1;
	r->family = dice % 2 ? 6 : 4;
	r->stage = dice % 3 ? STAGE_DONE : dice % 4 ? STAGE_CONNECT : STAGE_TLS;
	r->connect_us = dice % 3 ? 1000 + dice * 77 % 1013 : I64_NULL;
	r->tls_us = I64_NULL;
	r->first_byte_us = 5;
	r->total_us = 3000 + dice * 3 % 11;
}

static void put_evidence(struct store *s, const char *round, int64_t at_us, int number)
{
	struct batch *dns = batch_new(&dns_schema), *web = batch_new(&web_schema), *smtp = batch_new(&smtp_schema);
	char name[40];

	for (int look = 0; look < 6; look++)
		for (int site = 0; site < SITES; site++) { /* sites are looked at side by side */
			struct dns_row *r;

			site_name(name, site);
			if (site % 9 == 4)
				continue;
			r = batch_add(dns, at_us + look, name, "here", round, OUTCOME_OK)->row;
			r->qname = batch_text(dns, name);
			r->qtype = look % 2 ? "AAAA" : "A";
			r->role = "apex";
			r->data = look % 3 ? "2001:db8::1" : NULL;
			r->rtt_us = 100 * look + site;
			if (site % 5 != 2)
				add_web(web, round, at_us + look % 2, name, number + site * 5 + look);
			if (site % 7 == 1 && look == 3)
				((struct smtp_row *)batch_add(smtp, at_us, name, "here", round, OUTCOME_REFUSED)->row)
					->host = "mx.example";
		}
	put(s, dns);
	put(s, web);
	put(s, smtp);
}

static void put_verdicts(struct store *s, const char *round, int64_t at_us, int number)
{
	struct batch *b = batch_new(&verdict_schema);
	char name[40];

	for (int i = 0; i < SITES; i++) {
		int site = (i * 11 + number) % SITES; /* each round in an order of its own */

		if (site % 13 == number % 13)
			continue;
		for (size_t k = 0; k < 4; k++)
			if (site % 10 != 3 || k != 1)
				add_verdict(b, round, at_us + i, site_name(name, site), site, checks[k],
					    site * 3 + (int)k * 5 + (number + site) % 4);
	}
	put(s, b);
}

static void put_end(struct store *s, const char *round, int64_t at_us, const char *portfolio)
{
	struct batch *b = batch_new(&round_schema);
	struct round_row *r = batch_add(b, at_us, portfolio, "here", round, OUTCOME_OK)->row;

	*r = (struct round_row){.ended_us = at_us, .version = 1, .sites = SITES, .method = "1", .complete = 1};
	put(s, b);
}

static void put_round(struct store *s, int number)
{
	int64_t at_us = NOON_US + number * DAY * HOUR_US;
	char id[32];

	snprintf(id, sizeof(id), "2026010%dT120000-list", number + 1);
	put_evidence(s, id, at_us, number);
	put_verdicts(s, id, at_us, number);
	put_end(s, id, at_us + HOUR_US, "list");
}

/* ---- asking ---- */

struct asking {
	struct store *reader;
	const struct board *board;
	bool behind;
	int facts, round; /* questions to the facts */
};

static int count_query(void *ctx, struct arena *a, const char *sql, const struct value *args, size_t n_args,
		       struct table *out, struct err *e)
{
	struct asking *q = ctx;

	q->facts++;
	return store_query_facts(q->reader, a, sql, args, n_args, out, e);
}

static char *answer(struct asking *q, const struct route *r, const char *tail, const char *query)
{
	struct call_param params[12] = {{0}};
	struct arena a;
	struct buf text, csv;
	struct json json;
	struct err e = {0};
	struct call c = {.params = params, .store = q->reader, .facts = {.query = count_query, .ctx = q},
			 .once = {.query = count_query, .ctx = q},
			 .board = q->board, .board_behind = q->behind, .clock = &clock_real, .arena = &a,
			 .json = &json, .tail = tail, .status = 200, .csv_out = &csv};
	char copy[512], *rest = copy, *word, *out;
	size_t n = 0;

	arena_init(&a, 0);
	buf_init(&text, 1 << 24);
	buf_init(&csv, 1 << 24);
	json_init(&json, &text);
	snprintf(copy, sizeof(copy), "%s", query);
	for (word = strsep(&rest, "&"); word && *word; word = strsep(&rest, "&")) {
		char *value = strchr(word, '=');

		*value++ = '\0';
		params[n++] = (struct call_param){word, value};
		c.csv |= !strcmp(word, "format");
		c.zh |= !strcmp(word, "lang");
	}
	q->facts = 0;
	if (r->answer(&c, &e) || e.code)
		ok(false, "%s: %s", query, e.text);
	if (asprintf(&out, "%d %s", c.status, c.csv ? csv.data : text.data) < 0)
		abort();
	buf_done(&text);
	buf_done(&csv);
	arena_done(&a);
	return out;
}

/* Bytes of both answers, if they are the same; else -1. */
static int same(struct asking *q, const struct route *r, const char *tail, const char *query)
{
	struct asking plain = {.reader = q->reader};
	char *with = answer(q, r, tail, query), *without = answer(&plain, r, tail, query);
	int n = strcmp(with, without) ? -1 : (int)strlen(with);

	if (n < 0)
		printf("# %s?%s\n# with    %.600s\n# without %.600s\n", tail, query, with, without);
	free(with);
	free(without);
	return n;
}

static const char *const lists[] = {
	"", "limit=3", "limit=3&after=a0.example", "after=nobody.example&limit=4", "format=csv",
	"check=aaaa&verdict=pass", "check=aaaa&verdict=fail&limit=2", "check=tls&reason=timeout", "check=nothing",
	"class=Bank", "class=Bank&region=North&verdict=partial", "level=local&q=example", "region=\xf0\x9f\x8c\x8d",
	"organisation=Zeta", "organisation=zeta", "class=None", "verdict=none", "reason=ok&verdict=pass",
	"q=ORG", "q=f\xc3\xbcr", "q=\xc3\xa4", "q=\xc3\x84", "q=%", "q=_", "q=\\", "q=100%25", "q=100%", "q=g_1", "q=gx1",
	"q=\xe4\xba\xac\xe5\xa4\xa7", "q=_\xe4\xba\xac", "q=1.ex", "q=zzz", "q=alphaa",
	"sort=rank", "sort=-rank", "sort=organisation", "sort=-organisation", "sort=class", "sort=-class",
	"sort=region", "sort=-level", "sort=-domain", "sort=moon", "at=2026-01-02", "at=2026-01-03", "at=2025",
	"round=20260102T120000-list", "round=20260104T120000-list", "round=nothing", "portfolio=list",
	"check=site&q=ministerium&sort=-rank&limit=5", "check=aaaa&level=local&sort=rank",
};

static void list_pages(struct asking *q)
{
	static const char *const sorts[] = {"domain", "-domain", "rank", "-rank", "organisation", "-class", "level"};
	char query[200], name[40];
	int bad = 0, n = 0;

	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		for (int site = (int)i % 2; site < SITES; site += 2, n++) {
			snprintf(query, sizeof(query), "sort=%s&limit=7&check=aaaa&after=%s", sorts[i],
				 site_name(name, site));
			bad += same(q, &route_sites, "", query) < 0;
		}
	ok(n && !bad, "%d pages after each site in %zu orders are the same", n, sizeof(sorts) / sizeof(sorts[0]));
}

enum { WAYS = 8, SOME_WAYS = 2 };

static void all_sites(struct asking *q, const char *name, size_t ways)
{
	static const char *const queries[WAYS] = {"", "at=2026-01-03", "at=2026-01-02", "at=2025", "lang=zh",
						  "round=20260101T120000-list", "round=20260105T120000-list", "format=csv"};
	char site[40];
	int bad = 0, n = 0;

	for (size_t i = 0; i < ways; i++)
		for (int k = i ? (int)i % 3 : 0; k < SITES + 1; k += i || ways < WAYS ? 3 : 1, n++)
			bad += same(q, &route_site, k < SITES ? site_name(site, k) : "nobody.example", queries[i]) < 0;
	ok(n && !bad, "%s: %d pages of sites are the same", name, n);
}

static struct board *board_of(struct store *reader, size_t max_b)
{
	struct err e = {0};
	struct board *b = board_new(reader, max_b, &e);

	if (e.code)
		ok(false, "a board: %s", e.text);
	return b;
}

static void lists_and_sites(struct asking *q)
{
	char site[40];

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		ok(same(q, &route_sites, "", lists[i]) > 20, "the list with %s is the same", lists[i]);
	list_pages(q);
	all_sites(q, "five rounds", WAYS);
	free(answer(q, &route_sites, "", "check=aaaa&verdict=pass&q=ex&sort=-rank"));
	is_int(q->facts, 1, "a filtered list asks the facts for the name of the round alone");
	free(answer(q, &route_site, site_name(site, 10), ""));
	is_int(q->facts, 3, "a site asks them for its verdicts, DNS and web, and knows that there is no mail");
	free(answer(q, &route_site, "nobody.example", ""));
	is_int(q->facts, 0, "and for nothing when nobody looked at it");
}

/* Rows that come after the board was made. */
static void behind(struct store *s, struct asking *q)
{
	char site[40];
	char *text;

	put_verdicts(s, "20260106T120000-list", NOON_US + 5 * DAY * HOUR_US, 5);
	q->behind = true;
	all_sites(q, "a round under way since the board", SOME_WAYS);
	text = answer(q, &route_site, site_name(site, 0), "");
	ok(strstr(text, "\"round\":\"20260106T120000-list\""), "its sites show what it found already");
	free(text);
	q->behind = false;
}

static void remade(struct asking *q)
{
	struct board *b = board_of(q->reader, MAX_B);

	q->board = b;
	ok(b, "a board with a round that is not complete");
	all_sites(q, "it", SOME_WAYS);
	ok(same(q, &route_sites, "", "check=aaaa") > 20, "its list is that of the round before");
	board_unref(b);
}

/* A second list's round in the midst of one of the first. */
static void overlapping(struct store *s, struct asking *q)
{
	struct board *b;

	put_verdicts(s, "20260105T120000-more", NOON_US + 4 * DAY * HOUR_US + 7, 6);
	put_end(s, "20260105T120000-more", NOON_US + 9 * DAY * HOUR_US, "more");
	b = board_of(q->reader, MAX_B);
	q->board = b;
	all_sites(q, "rounds that overlap", SOME_WAYS);
	ok(same(q, &route_sites, "", "check=aaaa") > 20 && same(q, &route_sites, "", "portfolio=list") > 20,
	   "and the lists of both");
	board_unref(b);
}

static void small(struct asking *q)
{
	struct board *whole = board_of(q->reader, MAX_B), *b;
	size_t past = 0, n = 0;

	ok(!board_of(q->reader, 4096), "one larger than its memory is not made");
	for (size_t max = board_size(whole) - 3000; max <= board_size(whole); max += 100) {
		b = board_of(q->reader, max);
		n += b != NULL;
		if (b && board_size(b) > max + 500)
			past = max;
		board_unref(b);
	}
	ok(n > 2 && n < 30 && !past, "%zu of 31 others are, and none passes its memory by more than a round", n);
	b = board_of(q->reader, board_size(whole) - 400);
	q->board = b;
	ok(b, "without the oldest rounds it is made");
	all_sites(q, "it", SOME_WAYS);
	ok(same(q, &route_sites, "", "check=aaaa") > 20, "and has its list");
	board_unref(b);
	board_unref(whole);
}

/* A board whose row ids are wrong, as if the file had been another's: rows that are not where they should be
 * are looked for. */
static void misplaced(struct board *b)
{
	struct store *s = open_store();
	struct asking q = {.board = b};
	struct err e = {0};
	char site[40];
	int bad = 0;

	put_evidence(s, "r0", NOON_US, 3);
	put_verdicts(s, "r0", NOON_US, 3);
	for (int i = 0; i < 5; i++)
		put_round(s, i);
	store_reader(s, &q.reader, &e);
	for (int k = 0; k < SITES; k++)
		bad += same(&q, &route_site, site_name(site, k), "round=20260105T120000-list") < 0;
	ok(!bad, "rows that stand elsewhere than the board says are found");
	free(answer(&q, &route_site, site_name(site, 10), "round=20260105T120000-list"));
	is_int(q.facts, 6, "each by a second question");
	store_close(q.reader);
	close_store(s);
}

/* The same check of a site twice in one round, or tags that differ, or none. */
static void declined(void)
{
	enum { TWICE, TAGS, NO_REASON, EMPTY };
	static const char *const names[] = {"a check twice in one round", "tags that differ", "a verdict without a reason"};
	struct asking q = {0};
	struct err e = {0};
	struct store *s;

	for (int what = TWICE; what < EMPTY; what++) {
		struct batch *b = batch_new(&verdict_schema);

		s = open_store();
		store_reader(s, &q.reader, &e);
		add_verdict(b, "r1", NOON_US, "a.example", 1, "site", 0);
		add_verdict(b, "r1", NOON_US, "a.example", what == TAGS ? 2 : 1, what == TWICE ? "site" : "aaaa", 1);
		if (what == NO_REASON)
			((struct verdict_row *)b->obs.at[1].row)->reason = NULL;
		put(s, b);
		put_end(s, "r1", NOON_US + 1, "list");
		ok(!board_of(q.reader, MAX_B), "%s: no board", names[what]);
		store_close(q.reader);
		close_store(s);
	}
	s = open_store();
	store_reader(s, &q.reader, &e);
	q.board = board_of(q.reader, MAX_B);
	ok(q.board && same(&q, &route_sites, "", "") > 0 && same(&q, &route_site, "a.example", "") > 0,
	   "an empty store has a board without sites");
	board_unref((struct board *)q.board);
	store_close(q.reader);
	close_store(s);
}

int main(void)
{
	struct store *s = open_store();
	struct asking q = {0};
	struct err e = {0};
	struct board *b;
	const char *why;

	if (!s || !store_has_facts(s, &why)) {
		skip("no facts here: %s", s ? why : "no store");
		return done();
	}
	for (int i = 0; i < 5; i++)
		put_round(s, i);
	store_reader(s, &q.reader, &e);
	b = board_of(q.reader, MAX_B);
	q.board = b;
	if (ok(b != NULL, "a board of five rounds")) {
		lists_and_sites(&q);
		behind(s, &q);
		remade(&q);
		small(&q);
		overlapping(s, &q);
	}
	store_close(q.reader);
	close_store(s);
	if (b)
		misplaced(b);
	board_unref(b);
	declined();
	return done();
}
