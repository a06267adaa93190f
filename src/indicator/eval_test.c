/* eval_test: what an indicator and a question become, with a store that only remembers the question. */
#include "base/wilson.h"
#include "indicator/site.h"

#include "core/schema.h"
#include "test/tap.h"

#include <errno.h>
#include <math.h>

enum { MAX_ROWS = 8, COLS = 9 };

/* A store with two rounds of list "gov": 100 (all) and 200 (a sample), and a canned answer. */
struct fake {
	struct facts facts;
	bool empty, cut;
	struct value answer[MAX_ROWS * COLS];
	size_t n_rows, n_cols;
	char sql[8192];
	char args[16][64]; /* of the last query that was not about rounds */
	size_t n_args, asked;
	char first[16]; /* argument of the first of them */
};

static int give(struct arena *a, struct table *out, const struct value *cells, size_t rows,
		size_t cols)
{
	*out = (struct table){.n_rows = rows, .n_cols = cols};
	out->cells = arena_copy(a, cells, (rows * cols + 1) * sizeof(*cells));
	return 0;
}

static void print_arg(char *out, size_t max, const struct value *v)
{
	if (v->type == VALUE_I64)
		snprintf(out, max, "%lld", (long long)v->i64);
	else
		snprintf(out, max, "%s", v->s.data);
}

/* A question about one round is answered with that round's rows. */
static void only_round(struct table *t, const char *id)
{
	int64_t at = !strcmp(id, "r1") ? 100 : !strcmp(id, "r2") ? 200 : 0;
	size_t n = 0;

	for (size_t i = 0; i < t->n_rows && at; i++)
		if (value_int(table_at(t, i, 0), 0) == at)
			memmove(&t->cells[n++ * t->n_cols], table_at(t, i, 0),
				t->n_cols * sizeof(t->cells[0]));
	if (at)
		t->n_rows = n;
}

static int answer(void *ctx, struct arena *a, const char *sql, const struct value *args,
		  size_t n_args, struct table *out, struct err *e)
{
	struct fake *f = ctx;
	struct value list[] = {value_text("gov"), {0}};
	struct value rounds[] = {
		value_text("r2"), value_text("gov"), value_i64(2), value_i64(200), value_i64(1),
		value_text("r1"), value_text("gov"), value_i64(1), value_i64(100), value_i64(0), {0},
	};

	(void)e;
	if (strstr(sql, "LIMIT 1"))
		return give(a, out, list, f->empty ? 0 : 1, 1);
	if (strstr(sql, "CAST(sampled AS INTEGER)"))
		return give(a, out, rounds, f->empty ? 0 : 2, 5);
	if (f->asked++ == 0)
		snprintf(f->first, sizeof(f->first), "%s", n_args ? value_str(&args[0], "") : "");
	snprintf(f->sql, sizeof(f->sql), "%s", sql);
	f->n_args = n_args;
	for (size_t i = 0; i < n_args && i < 16; i++)
		print_arg(f->args[i], sizeof(f->args[i]), &args[i]);
	give(a, out, f->answer, f->n_rows, f->n_cols);
	only_round(out, n_args ? value_str(&args[0], "") : "");
	out->cut = f->cut;
	return 0;
}

static struct fake *fake_new(void)
{
	struct fake *f = calloc(1, sizeof(*f));

	f->facts = (struct facts){.query = answer, .ctx = f};
	f->n_cols = 6;
	return f;
}

static void fake_row(struct fake *f, int64_t at, const char *group, int64_t num, int64_t den,
		     int64_t unknown)
{
	struct value row[] = {value_i64(at),  value_text(group), value_i64(num),
			      value_i64(den), value_i64(den),	 value_i64(unknown)};

	memcpy(&f->answer[f->n_rows++ * 6], row, sizeof(row));
}

static const struct indicator tiny = {
	.id = "tiny", .kind = INDICATOR_SHARE, .period = "round", .groups = site_groups,
	.sql = "SELECT {grp} FROM t WHERE v.round = {round} AND {where} UNION {where}",
};
static const char *const by_size[] = {"size", NULL};
static const char *const by_size_sql[] = {"CAST(prefix_len AS VARCHAR)", NULL};
static const struct indicator monthly = {
	.id = "monthly", .kind = INDICATOR_COUNT, .period = "month", .groups = by_size,
	.group_sql = by_size_sql, .sql = "SELECT {grp} FROM t WHERE {where}",
};

static void test_sql(void)
{
	static const struct series_filter filters[] = {
		{"level", SERIES_EQ, "central|province|(none)", 0},
		{"rank", SERIES_LE, NULL, 50},
	};
	const struct {
		const struct indicator *indicator;
		struct series_ask ask;
		const char *sql, *args; /* of the last question */
		size_t asked;
		const char *name;
	} rows[] = {
		{&tiny, {.from_us = I64_NULL, .to_us = I64_NULL},
		 "SELECT '' FROM t WHERE v.round = ? AND TRUE AND portfolio = ? UNION TRUE AND "
		 "portfolio = ?", "r1 gov gov", 2, "the whole: every {where} gets its arguments"},
		{&tiny, {.from_us = 150, .to_us = 300, .by = "class", .only = "x' OR 1=1 --"},
		 "SELECT class FROM t WHERE v.round = ? AND TRUE AND portfolio = ? AND "
		 "coalesce(class, '') = ? UNION TRUE AND portfolio = ? AND coalesce(class, '') = ?",
		 "r2 gov x' OR 1=1 -- gov x' OR 1=1 --", 1,
		 "only rounds of that time are asked about; foreign text stays an argument"},
		{&tiny, {.from_us = I64_NULL, .to_us = I64_NULL, .latest = true, .filters = filters,
			 .n_filters = 2, .portfolio = "gov"},
		 "SELECT '' FROM t WHERE v.round = ? AND TRUE AND portfolio = ? AND "
		 "coalesce(level, '') IN (?, ?, ?) AND rank <= ? UNION TRUE AND portfolio = ? AND "
		 "coalesce(level, '') IN (?, ?, ?) AND rank <= ?",
		 "r2 gov central province  50 gov central province  50", 1,
		 "filters and the latest round"},
		{&monthly, {.from_us = I64_NULL, .to_us = I64_NULL, .by = "size", .only = "32",
			    .portfolio = "gov"},
		 "SELECT CAST(prefix_len AS VARCHAR) FROM t WHERE TRUE AND "
		 "coalesce(CAST(prefix_len AS VARCHAR), '') = ?", "32", 1,
		 "a group with its own SQL; a list means nothing here"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake *f = fake_new();
		struct arena a = {0};
		struct series s;
		struct err e = {0};
		char args[1024] = "";

		is_int(indicator_eval(rows[i].indicator, &f->facts, &rows[i].ask, &a, &s, &e), 0,
		       rows[i].name);
		is_str(f->sql, rows[i].sql, "SQL");
		for (size_t k = 0; k < f->n_args && k < 16; k++)
			snprintf(args + strlen(args), sizeof(args) - strlen(args), "%s%s",
				 k ? " " : "", f->args[k]);
		is_str(args, rows[i].args, "arguments");
		is_int((long long)f->asked, (long long)rows[i].asked, "so many questions");
		arena_done(&a);
		free(f);
	}
}

static void test_refusals(void)
{
	static const struct series_filter bad_filter = {"colour", SERIES_EQ, "red", 0};
	static const struct series_filter rank_text = {"rank", SERIES_EQ, "5", 0};
	static const struct series_filter monthly_tag = {"class", SERIES_EQ, "gov", 0};
	const struct {
		const struct indicator *indicator;
		struct series_ask ask;
		bool cut;
		int code;
		const char *says, *name;
	} rows[] = {
		{&tiny, {.by = "verdict; DROP TABLE x"}, false, -EINVAL,
		 "tiny is not counted by verdict; DROP TABLE x; its groups: class, region, organisation, "
		 "level", "a group that it has not"},
		{&tiny, {.only = "gov"}, false, -EINVAL, NULL, "one value of no group"},
		{&tiny, {.filters = &bad_filter, .n_filters = 1}, false, -EINVAL,
		 "tiny cannot be filtered by colour", "a filter that it has not"},
		{&tiny, {.filters = &rank_text, .n_filters = 1}, false, -EINVAL, NULL, "rank as text"},
		{&monthly, {.filters = &monthly_tag, .n_filters = 1}, false, -EINVAL,
		 "monthly cannot be filtered by class", "tags belong to rounds"},
		{&tiny, {0}, true, -E2BIG, NULL, "more rows than an answer holds"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake *f = fake_new();
		struct series_ask ask = rows[i].ask;
		struct arena a = {0};
		struct series s;
		struct err e = {0};

		ask.from_us = ask.to_us = I64_NULL;
		f->cut = rows[i].cut;
		is_int(indicator_eval(rows[i].indicator, &f->facts, &ask, &a, &s, &e), rows[i].code,
		       rows[i].name);
		if (rows[i].says)
			is_str(e.text, rows[i].says, "it says why");
		arena_done(&a);
		free(f);
	}
}

static bool near(double got, double want)
{
	return fabs(got - want) < 5e-4;
}

static void test_points(void)
{
	struct series_ask ask = series_ask_all();
	struct fake *f = fake_new();
	struct arena a = {0};
	struct series s;
	struct err e = {0};

	fake_row(f, 200, "b", 50, 100, 3);
	fake_row(f, 200, "", 0, 0, 7);
	fake_row(f, 100, "b", 50, 100, 0);
	ask.by = "class";
	is_int(indicator_eval(&tiny, &f->facts, &ask, &a, &s, &e), 0, "points");
	is_int((long long)s.n, 3, "all of them");
	ok(f->asked == 2 && !strcmp(f->first, "r2"), "one question a round, the newest first");
	ok(s.points[0].at_us == 100 && s.points[0].value == 0.5, "the oldest comes first");
	ok(isnan(s.points[0].lo) && !s.points[0].sampled, "a census has no interval");
	is_str(s.points[1].group, GROUP_NONE, "no tag has a name of its own");
	ok(isnan(s.points[1].value) && s.points[1].unknown == 7,
	   "nothing decided: no value, and unknown says how many");
	ok(isnan(s.points[1].lo), "and no interval either");
	ok(s.points[2].sampled && near(s.points[2].lo, 0.4038) && near(s.points[2].hi, 0.5962),
	   "a sample has its Wilson interval");
	is_int(s.points[2].version, 2, "version of the list");
	is_str(s.source_text, "list gov, version 2; 2 complete rounds, 1970-01-01 to 1970-01-01; "
	       "last r2 (sample)", "where it came from");
	arena_done(&a);
	f->empty = true;
	is_int(indicator_eval(&tiny, &f->facts, &ask, &a, &s, &e), 0, "no round at all");
	ok(s.n == 0 && f->asked == 2, "an empty series, and nothing was asked");
	arena_done(&a);
	free(f);
}

static void test_latest(void)
{
	struct series_ask ask = series_ask_all();
	struct fake *f = fake_new();
	struct arena a = {0};
	struct series s;
	struct err e = {0};

	for (int64_t at = 1; at <= 3; at++)
		fake_row(f, at, "32", at, 0, 0);
	fake_row(f, 2, "48", 9, 0, 0);
	ask.by = "size";
	ask.latest = true;
	is_int(indicator_eval(&monthly, &f->facts, &ask, &a, &s, &e), 0, "latest by month");
	ok(s.n == 2 && s.points[0].at_us == 2 && s.points[0].value == 9 && s.points[1].value == 3,
	   "the last month of each group; a count is its own value");
	arena_done(&a);
	free(f);
}

/* Brown, Cai, DasGupta 2001 give the same bounds; worked by hand for 0 of 10 and 10 of 10. */
static void test_wilson(void)
{
	static const struct {
		double num, den, lo, hi;
	} rows[] = {
		{0, 10, 0, 0.2775}, {10, 10, 0.7225, 1},      {5, 10, 0.2366, 0.7634},
		{1, 1, 0.2065, 1},  {1204, 2030, 0.5716, 0.6143}, {81, 263, 0.2553, 0.3662},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double lo, hi;

		wilson(rows[i].num, rows[i].den, &lo, &hi);
		ok(near(lo, rows[i].lo) && near(hi, rows[i].hi), "Wilson of %g of %g is %.4f to %.4f",
		   rows[i].num, rows[i].den, lo, hi);
	}
}

static bool text_given(const char *s)
{
	return s && *s;
}

/* What the definition page needs stands in every indicator. */
static void test_list(void)
{
	size_t n = 0;

	for (; indicator_list[n]; n++) {
		const struct indicator *i = indicator_list[n];

		ok(text_given(i->title_en) && text_given(i->title_zh) && text_given(i->formula_en) &&
		   text_given(i->formula_zh) && text_given(i->numerator_en) &&
		   text_given(i->numerator_zh) && text_given(i->denominator_en) &&
		   text_given(i->denominator_zh) && text_given(i->source) && text_given(i->method) &&
		   text_given(i->needs) && text_given(i->unit) && i->better && strstr(i->sql, "{grp}") &&
		   strstr(i->sql, "{where}") && !strchr(i->sql, '?') &&
		   (!strcmp(i->period, "round") || !strcmp(i->period, "month")),
		   "%s says all that a definition needs", i->id);
		ok(strstr("network application terminal user traffic foundation security",
			  i->dimension) != NULL, "%s has a dimension: %s", i->id, i->dimension);
		ok(indicator_find(i->id) == i, "%s is found by its id, and once", i->id);
	}
	ok(n >= 24, "%zu indicators", n);
	ok(!indicator_find("no_such"), "no other is found");
}

int main(void)
{
	test_sql();
	test_refusals();
	test_points();
	test_latest();
	test_wilson();
	test_list();
	return done();
}
