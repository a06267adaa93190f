/*
 * site_test: every indicator over verdicts on a small store with a real DuckDB, held against numbers
 * worked out by hand from the tables below.
 */
#include "check/evidence.h"
#include "core/status.h"
#include "core/verdict.h"
#include "base/wilson.h"
#include "indicator/site.h"
#include "store/store.h"

#include "test/tap.h"

#include <ftw.h>
#include <math.h>

/* ---- the fixture ---- */

static const char *const checks[] = {
	"aaaa", "www_aaaa", "bogon", "https_rr", "ns_aaaa", "ns_udp", "ns_tcp", "mx_aaaa", "mx_smtp",
	"tcp", "tls", "http", "same_content", "tls_parity", "hsts_parity", "alt_svc_parity", "site"};
enum { CHECKS = 17, CHECK_SITE = 16 };

/* Verdicts by check: p pass, q partial, f fail, n not applicable, u unknown. */
static const struct row {
	const char *domain, *organisation, *class_, *level, *verdicts, *site_reason;
	int64_t rank;
} sites[] = {
	{"a.example", "org1", "gov", "central", "ppppppppppppppppp", "ok", 1},
	{"b.example", "org1", "gov", "city", "qpfqqqfqqqppqqqqp", "ok", 2},
	{"c.example", "org2", "edu", "city", "ffnnfnnfnnnnnnnnf", "no_aaaa", 3},
	{"d.example", "org3", "edu", "city", "pnpnpppnnfnfnnnnf", "v6_broken", 4},
	{"e.example", "org4", "edu", "central", "ppppppppfpfqffffq", "partial", I64_NULL},
	{"f.example", "org5", "com", "city", "uuuuuuuuuuuuuuuuu", "observer_no_v6", 6},
	{"g.example", "org5", "com", "city", "nnnnpnnnnnnnnnnnn", "no_address", 7},
	{"h.example", "", "com", "city", "pppnppuppppppfnnp", "ok", 8},
};
enum { SITES = 8 };

/* Connect and first-byte times of round 2, in microseconds; 0: none. */
static const struct look {
	const char *domain, *target;
	enum web_scheme scheme;
	int family, hop, connect_us, first_byte_us;
} looks[] = {
	{"a.example", "apex", SCHEME_HTTPS, 6, 0, 20000, 30000},
	{"a.example", "apex", SCHEME_HTTPS, 4, 0, 10000, 40000},
	{"a.example", "apex", SCHEME_HTTP, 6, 0, 12000, 30000}, /* mean of +10 and +2 ms is +6 */
	{"a.example", "apex", SCHEME_HTTP, 4, 0, 10000, 0},
	{"b.example", "apex", SCHEME_HTTPS, 6, 0, 9000, 50000}, /* -1 ms */
	{"b.example", "apex", SCHEME_HTTPS, 4, 0, 10000, 50000},
	{"b.example", "apex", SCHEME_HTTPS, 6, 1, 900000, 900000}, /* a redirect is not compared */
	{"b.example", "apex", SCHEME_HTTPS, 4, 1, 1000, 1000},
	{"d.example", "apex", SCHEME_HTTPS, 4, 0, 10000, 10000}, /* one family alone */
	{"e.example", "www", SCHEME_HTTPS, 6, 0, 14000, 61000}, /* +4 ms */
	{"e.example", "www", SCHEME_HTTPS, 4, 0, 10000, 60000},
	{"a.example", "repeat", SCHEME_HTTPS, 6, 1, 20000, 30000}, /* asked for again: two of three succeed */
	{"a.example", "repeat", SCHEME_HTTPS, 6, 2, 20000, 30000},
	{"a.example", "repeat", SCHEME_HTTPS, 6, 3, 20000, 0},
	{"a.example", "repeat", SCHEME_HTTPS, 4, 3, 20000, 30000},
	{"h.example", "apex", SCHEME_HTTPS, 6, 0, 130000, 0},
	{"h.example", "apex", SCHEME_HTTPS, 6, 0, 120000, 0}, /* the faster address: +20 ms */
	{"h.example", "apex", SCHEME_HTTPS, 4, 0, 100000, 0},
};

/* Ten sites of round 1, all passing; IPv6 minus IPv4 in milliseconds. */
static const int old_ms[] = {5, -2, 0, 30, 1, 2, 8, 3, 4, 6};
enum { OLD_SITES = 10 };

#define T1 1756684800000000LL /* 2025-09-01 */
#define T2 1759276800000000LL /* 2025-10-01 */

/* ---- a store that holds it ---- */

/* Columns of obs_round that indicators read. */
struct round_fields {
	int64_t ended_us, version, confirm_us, shard, shards;
	const char *name;
	int8_t sampled, complete;
};
static const struct field round_list[] = {
	FIELD(round_fields, ended_us, FIELD_TIME, ""),
	FIELD(round_fields, version, FIELD_I64, ""),
	FIELD(round_fields, confirm_us, FIELD_TIME, ""),
	FIELD(round_fields, shard, FIELD_I64, ""),
	FIELD(round_fields, shards, FIELD_I64, ""),
	FIELD(round_fields, name, FIELD_TEXT, ""),
	FIELD(round_fields, sampled, FIELD_FLAG, ""),
	FIELD(round_fields, complete, FIELD_FLAG, ""),
};
static const struct schema round_table = {"round", "", sizeof(struct round_fields), round_list, 8, false};
static const struct schema *const tables[] = {&verdict_schema, &status_schema, &web_schema, &link_schema, &round_table,
					     NULL};

static enum verdict verdict_of(char c)
{
	static const char letters[] = "pqfnu"; /* in the order of enum verdict */

	return (enum verdict)(strchr(letters, c) - letters);
}

static void add_verdict(struct batch *b, const char *round, const struct row *r, size_t check,
			char letter)
{
	struct obs *o = batch_add(b, T1, r->domain, "local", round, OUTCOME_OK);
	struct verdict_row *v = o->row;

	v->check = checks[check];
	v->verdict = verdict_of(letter);
	v->reason = check == CHECK_SITE ? r->site_reason : "any";
	v->organisation = r->organisation;
	v->class_ = r->class_;
	v->region = "north";
	v->level = r->level;
	v->rank = r->rank;
	v->portfolio = "demo@2";
	v->method = "1";
}

static void add_web(struct batch *b, const char *round, const struct look *l)
{
	struct obs *o = batch_add(b, T1, l->domain, "local", round, OUTCOME_OK);
	struct web_row *w = o->row;

	w->target = l->target;
	w->began = w->scheme = l->scheme;
	w->family = l->family;
	w->hop = l->hop;
	w->connect_us = l->connect_us;
	if (l->first_byte_us)
		w->first_byte_us = l->first_byte_us;
	if (l->first_byte_us && !strcmp(l->target, "repeat"))
		w->status = 200;
}

static void add_round(struct batch *b, const char *list, const char *id, int64_t ended_us,
		      int64_t version, bool sampled, bool complete)
{
	struct obs *o = batch_add(b, ended_us, list, "local", id, OUTCOME_OK);

	*(struct round_fields *)o->row = (struct round_fields){
		.ended_us = ended_us, .version = version, .confirm_us = ended_us, .shard = I64_NULL, .shards = I64_NULL, .sampled = sampled, .complete = complete};
}

/* Round "old": ten passing sites, a sample.  Half of them are what a running round shows. */
static void add_old(struct batch *verdicts, struct batch *web, const char *round, int n)
{
	static char names[OLD_SITES][16];

	for (int i = 0; i < n; i++) {
		struct row r = {.class_ = "gov", .organisation = "", .level = "", .rank = I64_NULL,
				.site_reason = "ok"};
		struct look l = {.target = "apex", .scheme = SCHEME_HTTPS, .connect_us = 50000};

		snprintf(names[i], sizeof(names[i]), "k%d.example", i);
		r.domain = l.domain = names[i];
		for (size_t c = 0; c < CHECKS; c++)
			add_verdict(verdicts, round, &r, c, 'p');
		l.family = 4;
		add_web(web, round, &l);
		l.family = 6;
		l.connect_us += 1000 * old_ms[i];
		add_web(web, round, &l);
	}
}

/* What is published of the sites of round 2: by round, check and the site's number; not in the order of
 * time.  Of a.example the newer row counts, of d.example what closed before the round, of h.example not what
 * a running round says, of b.example not what another vantage sees. */
static const struct published {
	const char *round, *vantage;
	size_t site, check;
	int64_t at_us;
	char letter;
} published[] = {
	{"r2", "local", 0, CHECK_SITE, T2, 'p'},	  {"r1", "local", 0, CHECK_SITE, T1, 'f'},
	{"r2", "local", 1, CHECK_SITE, T2, 'q'},	  {"r2", "elsewhere", 1, CHECK_SITE, T2, 'p'},
	{"r2", "local", 2, CHECK_SITE, T2, 'f'},	  {"r1", "local", 3, CHECK_SITE, T1, 'p'},
	{"running", "local", 7, CHECK_SITE, T2 + 1, 'p'}, {"r1", "local", 0, 4, T1, 'p'},
	{"r1", "local", 0, 5, T1, 'p'},			  {"r1", "local", 0, 12, T1, 'p'},
	{"r1", "local", 0, 13, T1, 'p'},		  {"r1", "local", 3, 4, T1, 'f'},
};

static void add_published(struct batch *b)
{
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		const struct published *p = &published[i];
		struct obs *o = batch_add(b, p->at_us, sites[p->site].domain, p->vantage, p->round, OUTCOME_OK);
		struct status_row *s = o->row;

		s->check = checks[p->check];
		s->verdict = (int32_t)verdict_of(p->letter);
		s->reason = "any";
	}
}

/* Linked pages of round 2: on the left IPv6, on the right IPv4: y yes, n no, u unknown. */
static const struct linked {
	const char *domain;
	int64_t level;
	char internal, ok6, ok4;
} linked[] = {
	{"a.example", 2, 'y', 'y', 'y'}, {"a.example", 2, 'y', 'n', 'y'}, {"a.example", 2, 'y', 'n', 'n'},
	{"a.example", 2, 'y', 'u', 'y'}, {"a.example", 2, 'y', 'n', 'u'}, {"a.example", 2, 'y', 'y', 'u'},
	{"a.example", 2, 'n', 'n', 'y'}, {"a.example", 3, 'y', 'y', 'y'}, {"b.example", 2, 'y', 'n', 'y'},
	{"b.example", 1, 'y', 'u', 'u'},
};

static int8_t flag_of(char c)
{
	return (int8_t)(c == 'u' ? -1 : c == 'y');
}

static void add_links(struct batch *b)
{
	for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
		struct obs *o = batch_add(b, T1, linked[i].domain, "local", "r2", OUTCOME_OK);
		struct link_row *l = o->row;

		l->url = l->host = linked[i].domain;
		l->level = linked[i].level;
		l->internal = flag_of(linked[i].internal);
		l->ok6 = flag_of(linked[i].ok6);
		l->ok4 = flag_of(linked[i].ok4);
	}
}

/* What the pages of five sites of round 2 load, or how fast they are. */
static void add_more(struct batch *b, const char *check)
{
	static const char letters[] = "pqnup";

	for (size_t i = 0; i < sizeof(letters) - 1; i++) {
		add_verdict(b, "r2", &sites[i], 0, letters[i]);
		((struct verdict_row *)b->obs.at[b->obs.n - 1].row)->check = check;
	}
}

static void fill(struct store *s, struct err *e)
{
	struct batch *all[] = {batch_new(&verdict_schema), batch_new(&web_schema), batch_new(&round_table),
			       batch_new(&status_schema), batch_new(&link_schema)};

	for (size_t i = 0; i < SITES; i++)
		for (size_t c = 0; c < CHECKS; c++)
			add_verdict(all[0], "r2", &sites[i], c, sites[i].verdicts[c]);
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		add_web(all[1], "r2", &looks[i]);
	add_old(all[0], all[1], "r1", OLD_SITES);
	add_old(all[0], all[1], "running", 5);
	add_old(all[0], all[1], "other1", 5);
	add_published(all[3]);
	add_links(all[4]);
	add_more(all[0], "resources");
	add_more(all[0], "timing");
	add_round(all[2], "demo", "r1", T1, 1, true, true);
	add_round(all[2], "demo", "r2", T2, 2, false, true);
	add_round(all[2], "demo", "running", T2 + 1, 2, false, false);
	add_round(all[2], "other", "other1", T1 + 1, 1, false, true);
	if (store_put(s, all, 5, NULL, 0, e) == 0)
		store_flush(s, e);
}

/* ---- what must come out ---- */

static const struct want {
	const char *id;
	double num, den; /* NaN: none */
	int64_t n, unknown;
	double value; /* of kinds whose value is not num/den */
} wants[] = {
	{"site_aaaa", 5, 6, 6, 1, 0},
	{"www_aaaa", 4, 5, 5, 1, 0},
	{"site_reachable", 4, 6, 6, 1, 0},
	{"site_ready", 3, 6, 6, 1, 0},
	{"site_ready_confirmed", 2, 4, 4, 4, 0}, /* a d of a b c d; e f g h are not confirmed */
	{"site_broken", 1, 5, 5, 1, 0},
	{"site_http", 3, 5, 5, 1, 0},
	{"same_content", 2, 4, 4, 1, 0},
	{"resources_ready", 2, 3, 3, 1, 0},
	{"r2", 2, 4, 4, 2, 0},
	{"r3", 1, 1, 1, 0, 0},
	{"repeat_success", 2, 3, 3, 0, 0},
	{"same_speed", 2, 3, 3, 1, 0},
	{"support_rate", 2, 6, 6, 1, 0},
	/* a passes; b c d fail by one part; the others are not confirmed */
	{"support_rate_confirmed", 1, 4, 4, 4, 0},
	{"organisations_ready", 1, 4, 4, 1, 0},
	{"sites_checked", 7, NAN, 7, 1, 7},
	{"unknown_share", 20, 104, 104, 0, 0},
	{"ns_ready", 6, 7, 7, 1, 0},
	{"ns_two", 5, 7, 7, 1, 0},
	{"ns_udp", 4, 5, 5, 1, 0},
	{"ns_tcp", 3, 4, 4, 2, 0},
	{"mx_ready", 4, 5, 5, 1, 0},
	{"mx_smtp", 3, 4, 4, 1, 0},
	{"tls_parity", 1, 4, 4, 1, 0},
	{"tls_valid_v6", 3, 4, 4, 1, 0},
	{"hsts_parity", 1, 3, 3, 1, 0},
	{"alt_svc_parity", 1, 3, 3, 1, 0},
	{"bogon_aaaa", 1, 5, 5, 1, 0},
	{"https_rr", 2, 3, 3, 1, 0},
	{"latency_difference", NAN, NAN, 4, 1, 5.0},  /* of -1 4 6 20 */
	{"first_byte_difference", NAN, NAN, 3, 1, 0}, /* of -10 0 1 */
	{"preferred_family", 2, 4, 4, 1, 0},
};
enum { WANTS = sizeof(wants) / sizeof(wants[0]) };

static const struct want *want_of(const char *id)
{
	for (size_t i = 0; i < WANTS; i++)
		if (!strcmp(wants[i].id, id))
			return &wants[i];
	return NULL;
}

static bool same(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

static void compare(const struct want *w, const struct series *s)
{
	const struct point *p = s->n ? &s->points[0] : NULL;
	bool share = s->indicator->kind == INDICATOR_SHARE;
	bool good = s->n == 1 && p->at_us == T2 && !p->group[0] && same(p->numerator, w->num) &&
		    same(p->denominator, w->den) && p->n == w->n && p->unknown == w->unknown &&
		    same(p->value, share ? w->num / w->den : w->value) && isnan(p->lo) && p->version == 2;

	ok(good, "%s", w->id);
	if (!good && p)
		printf("# %zu points; got %g of %g, value %g, n %lld, unknown %lld\n", s->n,
		       p->numerator, p->denominator, p->value, (long long)p->n, (long long)p->unknown);
}

/* The last round of every indicator over rounds, and every group of it. */
static void test_all(const struct facts *f)
{
	for (size_t i = 0; indicator_list[i]; i++) {
		const struct indicator *one = indicator_list[i];
		struct series_ask ask = series_ask_all();
		struct arena a = {0};
		struct series s;
		struct err e = {0};
		const struct want *w = want_of(one->id);

		if (!indicator_is_round(one))
			continue;
		ask.latest = true;
		if (!ok(w != NULL, "%s has numbers worked out by hand", one->id))
			continue;
		if (!ok(!indicator_eval(one, f, &ask, &a, &s, &e), "%s runs", one->id))
			printf("# %s\n", e.text);
		else
			compare(w, &s);
		for (size_t g = 0; one->groups && one->groups[g]; g++) {
			ask.by = one->groups[g];
			ok(!indicator_eval(one, f, &ask, &a, &s, &e) && s.n > 0, "%s by %s %s", one->id,
			   ask.by, e.text);
		}
		arena_done(&a);
	}
}

static struct series eval(const char *id, const struct facts *f, const struct series_ask *ask,
			  struct arena *a)
{
	struct series s = {0};
	struct err e = {0};

	if (indicator_eval(indicator_find(id), f, ask, a, &s, &e))
		printf("# %s: %s\n", id, e.text);
	return s;
}

static void is_point(const struct series *s, size_t i, const char *group, double num, double den,
		     int64_t unknown)
{
	const struct point *p = i < s->n ? &s->points[i] : NULL;

	ok(p && !strcmp(p->group, group) && same(p->numerator, num) && same(p->denominator, den) &&
	   p->unknown == unknown, "%s %s: %g of %g, %lld unknown", s->indicator->id, group, num, den,
	   (long long)unknown);
}

static void test_groups(const struct facts *f)
{
	static const struct series_filter top[] = {{"rank", SERIES_LE, NULL, 3}};
	static const struct series_filter central[] = {
		{"level", SERIES_EQ, "central|province", 0}, {"class", SERIES_EQ, "edu", 0}};
	struct series_ask ask = series_ask_all();
	struct arena a = {0};
	struct series s;

	ask.latest = true;
	ask.by = "class";
	s = eval("site_ready", f, &ask, &a);
	is_int((long long)s.n, 3, "three classes");
	is_point(&s, 0, "com", 1, 1, 1);
	is_point(&s, 1, "edu", 0, 3, 0);
	is_point(&s, 2, "gov", 2, 2, 0);
	ask.by = "organisation";
	ask.only = GROUP_NONE;
	s = eval("site_ready", f, &ask, &a);
	is_int((long long)s.n, 1, "sites without an organisation");
	is_point(&s, 0, GROUP_NONE, 1, 1, 0);
	ask.by = ask.only = NULL;
	ask.filters = top;
	ask.n_filters = 1;
	s = eval("site_ready", f, &ask, &a);
	is_point(&s, 0, "", 2, 3, 0);
	ask.filters = central;
	ask.n_filters = 2;
	s = eval("site_ready", f, &ask, &a);
	is_point(&s, 0, "", 0, 1, 0);
	arena_done(&a);
}

static void test_history(const struct facts *f)
{
	struct series_ask ask = series_ask_all();
	struct arena a = {0};
	struct series s = eval("site_ready", f, &ask, &a);
	double lo, hi;

	is_int((long long)s.n, 2, "two rounds: neither the running one nor the other list's");
	is_point(&s, 0, "", 10, 10, 0);
	wilson(10, 10, &lo, &hi);
	ok(s.points[0].sampled && same(s.points[0].lo, lo) && same(s.points[0].hi, hi),
	   "a sampled round has its interval");
	ok(s.points[0].version == 1 && s.points[1].version == 2, "the version of the list goes along");
	is_str(s.portfolio, "demo", "the list whose round ended last");
	ask.to_us = T2;
	s = eval("latency_difference", f, &ask, &a);
	ok(s.n == 1 && same(s.points[0].value, 3.5) && same(s.points[0].lo, 0) &&
	   same(s.points[0].hi, 8), "median of ten is 3.5 ms, its interval the 2nd to the 9th");
	ask.portfolio = "other";
	ask.to_us = I64_NULL;
	s = eval("site_ready", f, &ask, &a);
	is_int((long long)s.n, 1, "the other list has one round");
	ask.portfolio = "nobody's";
	s = eval("site_ready", f, &ask, &a);
	ok(s.n == 0 && s.indicator, "a list without a round is an empty series");
	arena_done(&a);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

int main(void)
{
	char dir[] = "/tmp/sextant-indicators-XXXXXX";
	struct store *s = NULL;
	struct err e = {0};
	struct facts f;
	const char *why = NULL;

	if (!mkdtemp(dir) || store_open(dir, STORE_OWNER, tables, &s, &e))
		return ok(false, "a store: %s", e.text), done();
	if (!store_has_facts(s, &why)) {
		skip("no DuckDB here: %s", why);
	} else {
		fill(s, &e);
		is_str(e.text, "", "the fixture is in the store");
		f = store_facts(s);
		test_all(&f);
		test_groups(&f);
		test_history(&f);
	}
	store_close(s);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return done();
}
