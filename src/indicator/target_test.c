/*
 * target_test: the seven statuses, each from points written as a table; the edges of intervals, dates
 * and projections; and what a target asks of the facts.
 */
#include "base/wilson.h"
#include "indicator/target.h"

#include "base/clock.h"
#include "core/schema.h"
#include "test/tap.h"

#include <errno.h>
#include <math.h>

#define DAY INT64_C(86400000000)
enum { POINTS = 12 };

static int64_t at(const char *date)
{
	int64_t us = 0;

	if (time_parse(date, &us))
		ok(false, "'%s' is a date", date);
	return us;
}

/* A target written as a row of a plan. */
static const struct target *target(struct arena *a, const char *row)
{
	const char *text = arena_printf(a, "id,due,set,indicator,op,threshold,unit\n%s\n", row);
	struct plan *p = arena_alloc(a, sizeof(*p));
	struct err e = {0};

	if (plan_parse(p, a, "row", text, strlen(text), &e))
		ok(false, "%s: %s", row, e.text);
	return &p->targets[0];
}

struct look {
	const char *date; /* NULL: the end */
	double num, den;  /* den 0: nothing decided; -1: num is the value of a count */
	bool sampled;
	int version;
};
/* A census, a sample, a census over a version of the list. */
#define ALL(date, num, den) {date, num, den, false, 1}
#define PART(date, num, den) {date, num, den, true, 1}
#define LIST(date, num, den, version) {date, num, den, false, version}

static size_t points_of(const struct look *looks, struct point *p)
{
	size_t n = 0;

	for (; n < POINTS && looks[n].date; n++) {
		const struct look *l = &looks[n];
		bool count = l->den < 0;

		p[n] = (struct point){
			.at_us = at(l->date), .group = "", .lo = NAN, .hi = NAN, .numerator = l->num,
			.denominator = count ? NAN : l->den, .n = count ? 1 : (int64_t)l->den,
			.value = count ? l->num : l->den > 0 ? l->num / l->den : NAN,
			.sampled = l->sampled, .version = l->version,
		};
		if (l->sampled)
			wilson(l->num, l->den, &p[n].lo, &p[n].hi);
	}
	return n;
}

static void test_statuses(void)
{
	static const struct {
		const char *target, *now;
		enum target_status want;
		const char *why;
		struct look looks[POINTS];
	} rows[] = {
		{"A,2018-12-31,,site_ready,>=,90,%", "2026-11-25", TARGET_MET, "met on the due date",
		 {ALL("2018-12-20", 90, 100), ALL("2026-11-20", 95, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2026-11-25", TARGET_MET,
		 "met on the due date, but no longer now", {ALL("2018-12-20", 90, 100), ALL("2026-11-20", 80, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2026-11-25", TARGET_MET, "met on the due date",
		 {ALL("2018-12-20", 90, 100)}}, /* nothing since: settled all the same */
		{"A,2018-12-31,,site_ready,>=,90,%", "2026-11-25", TARGET_LATE_MET,
		 "first measured as met on 2026-11-20, 2881 days after the due date; there is no "
		 "measurement at the due date itself", {ALL("2026-11-20", 95, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2019-02-10", TARGET_LATE_MET,
		 "first measured as met on 2019-01-31, 31 days after the due date",
		 {ALL("2018-12-20", 50, 100), ALL("2019-01-31", 90, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2019-02-10", TARGET_MISSED,
		 "the due date is past and the value does not reach the threshold",
		 {ALL("2018-12-20", 50, 100), ALL("2019-01-31", 89, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2019-12-10", TARGET_STALE,
		 "the last value is of 2018-12-20, more than two periods ago", {ALL("2018-12-20", 50, 100)}},
		{"A,2028,,site_ready,>=,90,%", "2026-11-25", TARGET_STALE,
		 "the last value is of 2026-01-20, more than two periods ago", {ALL("2026-01-20", 95, 100)}},
		{"A,2028,,site_ready,>=,90,%", "2026-11-25", TARGET_MET, "met", {ALL("2026-11-20", 95, 100)}},
		{"A,2028,,site_ready,>=,90,%", "2026-11-25", TARGET_AT_RISK,
		 "not met, and there are fewer than 3 periods over this list to project from",
		 {ALL("2026-10-20", 50, 100), ALL("2026-11-20", 60, 100)}},
		{"A,2027-12-31,,site_ready,>=,90,%", "2026-11-25", TARGET_ON_TRACK,
		 "projected from the last 3 periods: the line reaches it on 2027-",
		 {ALL("2026-09-20", 50, 100), ALL("2026-10-20", 55, 100), ALL("2026-11-20", 60, 100)}},
		{"A,2027-01-31,,site_ready,>=,90,%", "2026-11-25", TARGET_AT_RISK,
		 "projected from the last 3 periods: the line reaches it on 2027-",
		 {ALL("2026-09-20", 50, 100), ALL("2026-10-20", 55, 100), ALL("2026-11-20", 60, 100)}},
		{"A,2027-12-31,,site_ready,>=,90,%", "2026-11-25", TARGET_AT_RISK,
		 "projected from the last 3 periods: the line never reaches it",
		 {ALL("2026-09-20", 60, 100), ALL("2026-10-20", 55, 100), ALL("2026-11-20", 50, 100)}},
		{"A,2027-12-31,,site_ready,>=,90,%", "2026-11-25", TARGET_AT_RISK,
		 "not met, and there are fewer than 3 periods over this list to project from",
		 {LIST("2026-09-20", 50, 100, 1), LIST("2026-10-20", 55, 100, 1),
		  LIST("2026-11-20", 80, 100, 2)}}, /* the list changed: no progress to draw a line on */
		{"A,,,site_ready,>=,90,%", "2026-11-25", TARGET_MET, "met", {ALL("2026-11-20", 95, 100)}},
		{"A,,,site_ready,>=,90,%", "2026-11-25", TARGET_AT_RISK,
		 "a duty without a date, and it is not met now", {ALL("2026-11-20", 80, 100)}},
		{"A,,,site_ready,>=,90,%", "2026-11-25", TARGET_NO_DATA, "nothing was measured for this set", {{NULL, 0, 0, false, 0}}},
		{"A,,,site_ready,>=,0,%", "2026-11-25", TARGET_NO_DATA, "nothing in the set could be decided",
		 {ALL("2026-11-20", 0, 0)}}, /* >= 0 would be met by a zero that nobody measured */
		/* a sample: the threshold outside, inside and below the interval */
		{"A,2018-12-31,,site_ready,>=,90,%", "2019-01-10", TARGET_MISSED,
		 "the due date is past and the value does not reach the threshold",
		 {PART("2018-12-20", 80, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2019-01-10", TARGET_AT_RISK,
		 "the due date is past and the threshold lies inside the interval: look at more",
		 {PART("2018-12-20", 92, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2019-01-10", TARGET_MET, "met on the due date",
		 {PART("2018-12-20", 97, 100)}},
		/* the other operators */
		{"A,2020-12-31,,allocation_pace,>,5,count", "2021-01-10", TARGET_MISSED, "the due date is past",
		 {ALL("2020-12-01", 5, -1)}},
		{"A,2020-12-31,,allocation_pace,>,5,count", "2021-01-10", TARGET_MET, "met on the due date",
		 {ALL("2020-12-01", 6, -1)}},
		{"A,2020-12-31,,bogon_aaaa,=,0,%", "2021-01-10", TARGET_MET, "met on the due date",
		 {ALL("2020-12-01", 0, 50)}},
		{"A,2020-12-31,,bogon_aaaa,=,0,%", "2021-01-10", TARGET_MISSED, "the due date is past",
		 {ALL("2020-12-01", 1, 50)}},
		{"A,2020-12-31,,bogon_aaaa,=,0,%", "2021-01-10", TARGET_AT_RISK, "the due date is past and the",
		 {PART("2020-12-01", 0, 50)}}, /* none in a sample is not none */
		{"A,2027-12-31,,bogon_aaaa,=,0,%", "2026-11-25", TARGET_ON_TRACK, "projected from the last 4",
		 {ALL("2026-08-20", 40, 100), ALL("2026-09-20", 20, 100), ALL("2026-10-20", 10, 100), ALL("2026-11-20", 4, 100)}},
		{"A,2027-12-31,,bogon_aaaa,=,0,%", "2026-11-25", TARGET_AT_RISK, "projected from the last 3",
		 {ALL("2026-09-20", 4, 100), ALL("2026-10-20", 10, 100), ALL("2026-11-20", 20, 100)}},
		{"A,2020-12-31,,bogon_aaaa,<=,2,%", "2021-01-10", TARGET_MET, "met on the due date",
		 {ALL("2020-12-01", 1, 50)}},
		{"A,2020-12-31,,bogon_aaaa,<,2,%", "2021-01-10", TARGET_MISSED, "the due date is past",
		 {ALL("2020-12-01", 1, 50)}},
		{"A,2020-12-31,,bogon_aaaa,<=,2,%", "2021-01-10", TARGET_AT_RISK, "the due date is past and the",
		 {PART("2020-12-01", 1, 50)}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena a = {0};
		struct point p[POINTS];
		struct target_result r;
		size_t n = points_of(rows[i].looks, p);
		bool good;

		target_judge(target(&a, rows[i].target), p, n, 31 * DAY, at(rows[i].now), &a, &r);
		good = r.status == rows[i].want && !strncmp(r.why_en, rows[i].why, strlen(rows[i].why));
		if (!ok(good, "%s: %s", target_status_words[rows[i].want], rows[i].why))
			printf("# %s: got %s, %s\n", rows[i].target, target_status_words[r.status], r.why_en);
		ok(r.why_zh && *r.why_zh, "and says so in Chinese");
		arena_done(&a);
	}
}

/* The value on the due date and the value now are both kept, and neither is made up. */
static void test_then_and_now(void)
{
	static const struct {
		const char *target, *now;
		double then, later;
		struct look looks[POINTS];
	} rows[] = {
		{"A,2018-12-31,,site_ready,>=,90,%", "2026-11-25", 0.5, 0.8,
		 {ALL("2018-12-31T23:59:59Z", 50, 100), ALL("2019-01-01", 60, 100), ALL("2026-11-20", 80, 100)}},
		{"A,2018-12-31,,site_ready,>=,90,%", "2026-11-25", NAN, 0.8,
		 {ALL("2018-10-29", 50, 100), ALL("2026-11-20", 80, 100)}}, /* more than two periods before */
		{"A,2018-12-31,,site_ready,>=,90,%", "2026-11-25", 0.5, 0.8,
		 {ALL("2018-10-31", 50, 100), ALL("2026-11-20", 80, 100)}}, /* two periods: 62 days */
		{"A,2028,,site_ready,>=,90,%", "2026-11-25", NAN, 0.8, {ALL("2026-11-20", 80, 100)}},
		{"A,2026-12-10,,site_ready,>=,90,%", "2026-11-25", NAN, 0.8, {ALL("2026-11-20", 80, 100)}},
		{"A,,,site_ready,>=,90,%", "2026-11-25", NAN, 0.8, {ALL("2026-11-20", 80, 100), ALL("2026-11-21", 0, 0)}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena a = {0};
		struct point p[POINTS];
		struct target_result r;
		size_t n = points_of(rows[i].looks, p);

		target_judge(target(&a, rows[i].target), p, n, 31 * DAY, at(rows[i].now), &a, &r);
		ok(isnan(rows[i].then) ? r.at_due.at_us == I64_NULL : r.at_due.value == rows[i].then,
		   "row %zu: value on the due date", i);
		ok(r.now.value == rows[i].later, "row %zu: value now", i);
		arena_done(&a);
	}
}

static void test_distance(void)
{
	static const struct {
		const char *target;
		double num, den, want;
	} rows[] = {
		{"A,2028,,site_ready,>=,90,%", 60, 100, 0.3},  {"A,2028,,site_ready,>=,90,%", 95, 100, 0},
		{"A,2028,,bogon_aaaa,<=,2,%", 12, 100, 0.1},   {"A,2028,,bogon_aaaa,=,0,%", 5, 100, 0.05},
		{"A,2028,,allocation_pace,>=,9,count", 4, -1, 5},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct look looks[POINTS] = {ALL("2026-11-20", rows[i].num, rows[i].den)};
		struct arena a = {0};
		struct point p[POINTS];
		struct target_result r;

		target_judge(target(&a, rows[i].target), p, points_of(looks, p), 31 * DAY, at("2026-11-25"),
			     &a, &r);
		ok(fabs(r.distance - rows[i].want) < 1e-12, "%s: %g to go", rows[i].target, rows[i].want);
		arena_done(&a);
	}
}

/* Against a line worked by hand: logits of 0.5, 0.55, 0.6 at days 0, 30, 61 (2026-09-20 on). */
static void test_projection(void)
{
	const struct look looks[POINTS] = {
		ALL("2026-09-20", 50, 100), ALL("2026-10-20", 55, 100), ALL("2026-11-20", 60, 100)};
	struct arena a = {0};
	struct point p[POINTS];
	struct target_result r;

	target_judge(target(&a, "A,2027-12-31,,site_ready,>=,90,%"), p, points_of(looks, p), 31 * DAY,
		     at("2026-11-25"), &a, &r);
	is_int((long long)r.projection.periods, 3, "it stands on three periods");
	ok(fabs(r.projection.value - 0.9573) < 5e-4, "the line at the due date: %.4f", r.projection.value);
	ok(r.projection.lo < r.projection.value && r.projection.value < r.projection.hi &&
	   r.projection.lo > 0 && r.projection.hi < 1, "inside its interval, which is a share: %.3f to %.3f",
	   r.projection.lo, r.projection.hi);
	ok(r.projection.crosses_us > at("2027-07-01") && r.projection.crosses_us < at("2027-09-30"),
	   "it reaches 90%% in the summer of 2027");
	arena_done(&a);
}

/* A target of 100 % is reached by a line that comes within half a subject. */
static void test_whole(void)
{
	const struct look looks[POINTS] = {ALL("2026-08-20", 80, 100), ALL("2026-09-20", 90, 100),
					   ALL("2026-10-20", 96, 100), ALL("2026-11-20", 98, 100)};
	struct arena a = {0};
	struct point p[POINTS];
	struct target_result r;

	target_judge(target(&a, "A,2027-12-31,,site_ready,>=,100,%"), p, points_of(looks, p), 31 * DAY,
		     at("2026-11-25"), &a, &r);
	is_int(r.status, TARGET_ON_TRACK, "100% can be on track");
	arena_done(&a);
}

/* ---- what is asked of the facts ---- */

struct fake {
	struct facts facts;
	const char *list; /* the only list with rounds, or NULL */
	const struct value *cells;
	size_t n_rows;
	int64_t missing;  /* registries without a file */
	int64_t until_us; /* the oldest of their files */
	char sql[8192], args[512];
};

static int give(struct arena *a, struct table *out, const struct value *cells, size_t rows, size_t cols)
{
	*out = (struct table){.n_rows = rows, .n_cols = cols};
	out->cells = arena_copy(a, cells, (rows * cols + 1) * sizeof(*cells));
	return 0;
}

static int answer(void *ctx, struct arena *a, const char *sql, const struct value *args, size_t n,
		  struct table *out, struct err *e)
{
	struct fake *f = ctx;
	struct value list[] = {value_text(f->list), {0}};
	struct value world[] = {value_i64(f->missing), value_i64(f->until_us), {0}};
	struct value round[] = {value_text("r1"), value_text(f->list), value_i64(1),
				value_i64(at("2026-11-20")), value_i64(0), {0}};

	(void)e;
	if (strstr(sql, "LIMIT 1"))
		return give(a, out, list, f->list ? 1 : 0, 1);
	if (strstr(sql, "CAST(sampled AS INTEGER)"))
		return give(a, out, round, f->list && !strcmp(args[0].s.data, f->list) ? 1 : 0, 5);
	if (strstr(sql, "AS missing"))
		return give(a, out, world, 1, 2);
	if (strstr(sql, "max(file_date_us)") && n == 0)
		return give(a, out, list, 0, 2);
	snprintf(f->sql, sizeof(f->sql), "%s", sql);
	f->args[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(f->args + strlen(f->args), sizeof(f->args) - strlen(f->args), "%s ",
			 args[i].type == VALUE_TEXT ? args[i].s.data : "#");
	return give(a, out, f->cells, f->n_rows, 6);
}

static void test_lists(void)
{
	struct fake f = {.facts = {answer, &f}, .list = "gov"};
	const struct value cells[] = {value_i64(at("2026-11-20")), value_text(""), value_i64(3),
				      value_i64(4), value_i64(4), value_i64(1), {0}};
	const struct plan p = {.name = "p", .period_days = 31}, other = {.period_days = 31, .portfolio = "univ"};
	struct arena a = {0};
	struct target_result r;
	struct err e = {0};

	f.cells = cells;
	f.n_rows = 1;
	is_int(target_eval(&p, target(&a, "A,2028,portfolio=univ,site_ready,>=,0,%"), &f.facts,
			   at("2026-11-25"), &a, &r, &e), 0, "a list that is not there is no fault");
	is_int(r.status, TARGET_NO_DATA, "but no data, even with a threshold of nothing");
	ok(strstr(r.why_en, "'univ'") && isnan(r.distance) && r.now.at_us == I64_NULL, "says which list: %s",
	   r.why_en);
	is_int(target_eval(&p, target(&a, "A,2028,class=a|b;rank<=50,site_ready,>=,70,%"), &f.facts,
			   at("2026-11-25"), &a, &r, &e), 0, "a list that is");
	is_int(r.status, TARGET_MET, "is judged");
	ok(strstr(f.sql, "coalesce(class, '') IN (?, ?)") && strstr(f.sql, "rank <= ?"), "its set is asked for");
	ok(r.source_text[0], "with where it came from: %s", r.source_text);
	is_int(target_eval(&other, target(&a, "A,2028,,site_ready,>=,0,%"), &f.facts, at("2026-11-25"), &a, &r,
			   &e), 0, "the list that the reader chose");
	is_int(r.status, TARGET_NO_DATA, "wins over the newest one");
	is_int(target_eval(&p, target(&a, "A,2028,,,>=,1,count"), &f.facts, at("2026-11-25"), &a, &r, &e), 0,
	       "a target that nothing measures");
	is_int(r.status, TARGET_NO_DATA, "has no data");
	arena_done(&a);
}

/* The place of one country among those of the same month; equals share a place. */
static void test_rank(void)
{
	const struct value x = value_i64(at("2026-10-01")), y = value_i64(at("2026-11-01"));
	const struct value null = {0}, one = value_i64(1), zero = value_i64(0);
#define ROW(t, cc, v) t, value_text(cc), value_i64(v), null, one, zero
	const struct value cells[] = {ROW(x, "CN", 7), ROW(x, "US", 9), ROW(x, "DE", 7),
				      ROW(y, "CN", 12), ROW(y, "US", 9), ROW(y, "DE", 13), {0}};
	const struct plan p = {.name = "p", .period_days = 31};
	struct fake f = {.facts = {answer, &f}, .list = NULL, .until_us = at("2026-11-20")};
	struct arena a = {0};
	struct target_result r;
	struct err e = {0};

	f.cells = cells;
	f.n_rows = 6;
	is_int(target_eval(&p, target(&a, "A,2026-10-31,country=CN,allocation_blocks,rank,2,"), &f.facts,
			   at("2026-11-25"), &a, &r, &e), 0, "a place");
	ok(r.at_due.value == 2 && r.now.value == 2, "second both times: %g, %g", r.at_due.value, r.now.value);
	is_int(r.status, TARGET_MET, "second is good enough for 2");
	target_eval(&p, target(&a, "A,2026-10-31,country=CN,allocation_blocks,rank,1,"), &f.facts,
		    at("2026-11-25"), &a, &r, &e);
	is_int(r.status, TARGET_MISSED, "but not for 1");
	ok(r.distance == 1, "one place to go");
	target_eval(&p, target(&a, "A,2028,country=CN,allocation_blocks,rank,1,"), &f.facts, at("2026-11-25"),
		    &a, &r, &e);
	ok(r.status == TARGET_AT_RISK && r.projection.at_us == I64_NULL, "a place is not projected");
	target_eval(&p, target(&a, "A,2028,country=FR,allocation_blocks,rank,1,"), &f.facts, at("2026-11-25"),
		    &a, &r, &e);
	is_int(r.status, TARGET_NO_DATA, "who is not among them has no place");
	f.until_us = at("2026-10-31");
	target_eval(&p, target(&a, "A,2026-10-31,country=CN,allocation_blocks,rank,2,"), &f.facts,
		    at("2026-11-25"), &a, &r, &e);
	ok(r.now.at_us == at("2026-10-01"), "a month that one file does not reach is not looked at");
	f.missing = 2;
	target_eval(&p, target(&a, "A,2026-10-31,country=CN,allocation_blocks,rank,2,"), &f.facts,
		    at("2026-11-25"), &a, &r, &e);
	ok(r.status == TARGET_NO_DATA && strstr(r.why_en, "2 are not here"),
	   "where two registries are missing nobody has a place: %s", r.why_en);
	arena_done(&a);
}

static void test_counts(void)
{
	static const char text[] = "id,due,indicator,op,threshold\nA,,,,\nB,,,,\n";
	struct fake f = {.facts = {answer, &f}};
	struct target_result *results;
	struct target_counts counts;
	struct arena a = {0};
	struct plan p;
	struct err e = {0};

	plan_parse(&p, &a, "row", text, strlen(text), &e);
	is_int(plan_eval(&p, &f.facts, 0, &a, &results, &counts, &e), 0, "a whole plan");
	is_int((long long)counts.by[TARGET_NO_DATA], 2, "is counted by status");
	ok(!target_is_bad(TARGET_NO_DATA) && target_is_bad(TARGET_MISSED) && target_is_bad(TARGET_AT_RISK) &&
	   !target_is_bad(TARGET_LATE_MET), "what is unknown is not bad");
	arena_done(&a);
}

int main(void)
{
	test_statuses();
	test_then_and_now();
	test_distance();
	test_projection();
	test_whole();
	test_lists();
	test_rank();
	test_counts();
	return done();
}
