/* plan_test: plans as people write them: what each cell becomes, and what is said when one is wrong. */
#include "indicator/plan.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "core/schema.h"
#include "test/tap.h"

#include <errno.h>
#include <math.h>

#define HEAD "id,text_en,due,set,indicator,op,threshold,unit,grade,source\n"

static int parse(struct plan *p, struct arena *a, const char *text, struct err *e)
{
	return plan_parse(p, a, "mine.csv", text, strlen(text), e);
}

static void test_all_cells(void)
{
	static const char text[] =
		"#title_en,\"Mine, the first\"\n#title_zh,我的计划\n#source,a paper\n#period_days,7\n"
		"source,grade,unit,threshold,op,indicator,set,due,text_zh,text_en,dimension,id\n"
		"§ 2,D,%,62.5,>=,site_ready,portfolio=gov; level = central|province;rank<=50,2028-06,"
		"网站可用,Sites work,user,T1\n";
	struct arena a = {0};
	struct plan p;
	struct err e = {0};
	const struct target *t;
	int64_t end;

	is_int(parse(&p, &a, text, &e), 0, "columns in any order");
	is_str(p.title_en, "Mine, the first", "title");
	is_str(p.title_zh, "我的计划", "title in Chinese");
	is_int(p.period_days, 7, "period");
	is_int((long long)p.n, 1, "one target");
	t = &p.targets[0];
	is_str(t->id, "T1", "id");
	is_str(t->dimension, "user", "its own dimension wins over that of the indicator");
	is_str(t->indicator->id, "site_ready", "indicator");
	ok(t->op == TARGET_GE && t->threshold == 0.625, "per cent becomes a share");
	time_parse_end("2028-06", &end);
	ok(t->due_us == end, "due at the end of the month");
	is_str(t->portfolio, "gov", "list");
	is_int((long long)t->n_filters, 2, "two conditions beside the list");
	is_str(t->filters[0].text, "central|province", "one of two levels, blanks trimmed");
	ok(t->filters[1].op == SERIES_LE && t->filters[1].number == 50, "rank");
	ok(t->grade == 'D' && t->line == 6, "grade and line");
	is_str(t->source, "§ 2", "source");
	arena_done(&a);
}

static void test_defaults(void)
{
	struct arena a = {0};
	struct plan p;
	struct err e = {0};

	is_int(parse(&p, &a, "\xef\xbb\xbfid,due,indicator,op,threshold\r\nA,,ns_ready,>,0.5\r\nB,2028,,,\r\n",
		     &e), 0, "the shortest plan, with a byte-order mark and CRLF");
	ok(p.period_days == 31 && !*p.title_en && !*p.source && !p.portfolio, "defaults of the plan");
	ok(p.targets[0].grade == 'M' && p.targets[0].due_us == I64_NULL && !p.targets[0].n_filters &&
	   !p.targets[0].portfolio, "defaults of a target");
	ok(p.targets[0].threshold == 0.5, "without a unit the number is as it stands");
	is_str(p.targets[0].dimension, indicator_find("ns_ready")->dimension, "dimension of the indicator");
	ok(!p.targets[1].indicator && isnan(p.targets[1].threshold) && !*p.targets[1].dimension,
	   "nothing measures it, and it says so");
	is_int(parse(&p, &a, "id,due,indicator,op,threshold\n", &e), 0, "a plan without targets");
	is_int((long long)p.n, 0, "has none");
	arena_done(&a);
}

static void test_ops(void)
{
	static const struct {
		const char *op;
		enum target_op want;
	} rows[] = {{">=", TARGET_GE}, {">", TARGET_GT}, {"=", TARGET_EQ}, {"<=", TARGET_LE}, {"<", TARGET_LT}};
	struct arena a = {0};
	struct plan p;
	struct err e = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[200];

		snprintf(text, sizeof(text), HEAD "A,,2028,,site_ready,%s,50,%%,,\n", rows[i].op);
		ok(!parse(&p, &a, text, &e) && p.targets[0].op == rows[i].want, "op %s", rows[i].op);
	}
	is_int(parse(&p, &a, HEAD "A,,2028,country=CN,allocation_blocks,rank,1,,,\n", &e), 0, "op rank");
	is_str(p.targets[0].rank_by, "country", "is a place by this group");
	is_str(p.targets[0].rank_of, "CN", "of this member");
	is_int((long long)p.targets[0].n_filters, 0, "and no filter");
	arena_done(&a);
}

/* Each wrong cell: the file, the line, what is wrong and what would be right. */
static void test_refusals(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"", "mine.csv: there is no head line (id,due,indicator,op,threshold)"},
		{"#title_en,x\n", "mine.csv: there is no head line"},
		{"#colour,red\n" HEAD, "mine.csv:1: title_en, title_zh, source or period_days may stand "
				       "after #, not 'colour'"},
		{"#period_days,0\n" HEAD, "mine.csv:1: period_days is a number from 1 to 3660, not '0'"},
		{"#period_days,3661\n" HEAD, "mine.csv:1: period_days is a number from 1 to 3660"},
		{"#period_days,7 days\n" HEAD, "mine.csv:1: period_days is a number"},
		{"id,due,indicator,op\n", "mine.csv:1: the head has no column 'threshold'"},
		{"id,id,due,indicator,op,threshold\n", "mine.csv:1: this column stands twice: 'id'"},
		{"id,due,indicator,op,threshold,owner\n", "mine.csv:1: a plan has no column 'owner'"},
		{HEAD ",x,2028,,site_ready,>=,1,,,\n", "mine.csv:2: a target has no id: 'x'"},
		{HEAD "A,,2028,,site_ready,>=,1,,,\nA,,2028,,site_ready,>=,1,,,\n",
		 "mine.csv:3: this id stands twice: 'A'"},
		{HEAD "A,,2028-02-30,,site_ready,>=,1,,,\n",
		 "mine.csv:2: due is a day, month or year like 2018-12-31, not '2028-02-30'"},
		{HEAD "A,,next year,,site_ready,>=,1,,,\n", "mine.csv:2: due is a day"},
		{HEAD "A,,2028,,site_redy,>=,1,,,\n",
		 "mine.csv:2: leave the cell empty when nothing measures it, or see `sextant show "
		 "--list`: there is no indicator 'site_redy'"},
		{HEAD "A,,2028,,site_ready,=>,1,,,\n", "mine.csv:2: op is one of >= > = <= < rank, not '=>'"},
		{HEAD "A,,2028,,site_ready,,1,,,\n", "mine.csv:2: op is one of"},
		{HEAD "A,,2028,,site_ready,>=,,,,\n", "mine.csv:2: threshold is a number, not ''"},
		{HEAD "A,,2028,,site_ready,>=,nan,,,\n", "mine.csv:2: threshold is a number, not 'nan'"},
		{HEAD "A,,2028,,site_ready,>=,0x10,,,\n", "mine.csv:2: threshold is a number"},
		{HEAD "A,,2028,,site_ready,>=,1e999,,,\n", "mine.csv:2: threshold is a number"},
		{HEAD "A,,2028,,site_ready,>=,50%,,,\n", "mine.csv:2: threshold is a number, not '50%'"},
		{HEAD "A,,2028,,site_ready,>=,50,%,X,\n", "mine.csv:2: grade is M, D or R, not 'X'"},
		{HEAD "A,,2028,colour=red,site_ready,>=,1,,,\n", "mine.csv:2: the indicator has no group 'colour'"},
		{HEAD "A,,2028,class,site_ready,>=,1,,,\n", "mine.csv:2: a condition of the set is NAME=VALUE"},
		{HEAD "A,,2028,class=,site_ready,>=,1,,,\n", "mine.csv:2: a condition of the set has no value: 'class'"},
		{HEAD "A,,2028,rank<50,site_ready,>=,1,,,\n", "mine.csv:2: a condition of the set is NAME=VALUE"},
		{HEAD "A,,2028,rank<=first,site_ready,>=,1,,,\n", "mine.csv:2: a rank is a whole number from 1, not 'first'"},
		{HEAD "A,,2028,level<=2,site_ready,>=,1,,,\n", "mine.csv:2: only rank is compared with <= and >=, not 'level'"},
		{HEAD "A,,2028,,allocation_blocks,rank,1,,,\n", "mine.csv:2: op rank needs a set that names one group"},
		{HEAD "A,,2028,country=CN;registry=apnic,allocation_blocks,rank,1,,,\n",
		 "mine.csv:2: a rank is that of one group"},
		{HEAD "A,\"open,2028\n", "mine.csv:2: "},
		{"id,dimension,due,indicator,op,threshold\nA,moon,,,,\n", "mine.csv:2: dimension is network, application"},
		{HEAD "A,\xff,2028,,site_ready,>=,1,,,\n", "mine.csv: a plan is text in UTF-8; save it again as such"},
		{HEAD "A,,2028,rank<=1;rank<=2;rank<=3;rank<=4;rank<=5;rank<=6;rank<=7;rank<=8;rank<=9,"
		      "site_ready,>=,1,,,\n", "mine.csv:2: the set has too many conditions"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena a = {0};
		struct plan p;
		struct err e = {0};
		bool good = parse(&p, &a, rows[i].text, &e) < 0 &&
			    !strncmp(e.text, rows[i].says, strlen(rows[i].says));

		if (!ok(good, "%.60s", rows[i].says))
			printf("# got '%s'\n", e.text);
		arena_done(&a);
	}
}

/* n targets, or the same in `len` bytes. */
static char *many(size_t n, size_t len)
{
	struct buf b;

	buf_init(&b, len + n * 16 + 64);
	buf_str(&b, "id,due,indicator,op,threshold\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "t%zu,,,,\n", i);
	while (b.len < len)
		buf_char(&b, '\n');
	return buf_take(&b);
}

static void try_many(size_t n, size_t len, int code, const char *what)
{
	char *text = many(n, len);
	struct arena a = {0};
	struct plan p;
	struct err e = {0};

	is_int(parse(&p, &a, text, &e), code, what);
	arena_done(&a);
	free(text);
}

static void test_limits(void)
{
	uint64_t before = limit_hits(LIMIT_PLAN_TARGETS);

	try_many(L_PLAN_TARGETS - 1, 0, 0, "one target less than the limit");
	try_many(L_PLAN_TARGETS, 0, 0, "as many as the limit");
	is_int((long long)(limit_hits(LIMIT_PLAN_TARGETS) - before), 0, "nothing was counted yet");
	try_many(L_PLAN_TARGETS + 1, 0, -E2BIG, "one more");
	is_int((long long)(limit_hits(LIMIT_PLAN_TARGETS) - before), 1, "and it is counted");
	before = limit_hits(LIMIT_PLAN_FILE_B);
	try_many(1, L_PLAN_FILE_B - 1, 0, "a file one byte below the limit");
	try_many(1, L_PLAN_FILE_B, 0, "at the limit");
	try_many(1, L_PLAN_FILE_B + 1, -E2BIG, "above it");
	is_int((long long)(limit_hits(LIMIT_PLAN_FILE_B) - before), 1, "and it is counted");
}

/* The plans of the program are read, and each target says what a reader needs. */
static void test_builtin(void)
{
	size_t plans = 0;

	for (size_t i = 0; plan_builtin_name(i); i++, plans++) {
		struct arena a = {0};
		struct plan p;
		struct err e = {0};
		char name[64];

		snprintf(name, sizeof(name), "%s", plan_builtin_name(i));
		if (!ok(!plan_builtin(&p, &a, name, &e), "plan %s is read", name))
			printf("# %s\n", e.text);
		ok(*p.title_en && *p.title_zh && *p.source, "%s has titles and a source", name);
		for (size_t k = 0; k < p.n; k++) {
			const struct target *t = &p.targets[k];

			if (!*t->text_en || !*t->text_zh || !*t->source || !*t->dimension ||
			    isnan(t->threshold) || (t->grade == 'M') != (t->indicator != NULL))
				ok(false, "%s %s says all: texts, source, dimension, threshold, and M exactly "
				   "when something measures it", name, t->id);
		}
		arena_done(&a);
	}
	ok(plans >= 2, "%zu plans travel with the program", plans);
}

/* What the two texts ask, row by row: how many targets have an id that begins so, and what each says. */
static void test_texts(void)
{
	static const struct {
		const char *id, *due;
		size_t n;
		const char *op;
		double threshold;
	} rows[] = {
		{"A18-01", "2018-12-31", 1, ">=", 200000000},
		{"A18-02", "2018-12-31", 1, ">=", 0.2},
		{"A18-03", "2018-12-31", 1, ">=", 1},
		{"A18-04", "2018-12-31", 1, ">=", 1},
		{"A18-05", "2018-12-31", 1, ">=", 1},
		{"A18-06", "2018-12-31", 1, ">=", 1},
		{"A18-07", "2018-12-31", 3, ">=", 1},
		{"A18-08", "2018-12-31", 1, ">=", 1},
		{"A18-09", "2018-12-31", 1, ">=", 1},
		{"A18-10", "2018-12-31", 1, ">=", 0.5},
		{"A18-11", "2018-12-31", 6, ">=", 1},
		{"A18-12", "2018-12-31", 3, ">=", 1},
		{"A18-21", "2018-12-31", 1, ">=", 50000000},
		{"A18-22", "2018-12-31", 1, ">=", 1e12},
		{"A18-23", "2018-12-31", 3, ">=", 1},
		{"A18-24", "2018-12-31", 1, ">=", 1},
		{"A18-25", "2018-12-31", 1, ">=", 1},
		{"A18-26", "2018-12-31", 3, ">=", 1},
		{"A18-27", "2018-12-31", 2, ">=", 1},
		{"A18-28", "2018-12-31", 3, ">=", 1},
		{"A18-29", "2018-12-31", 2, ">=", 1},
		{"A18-30", "2018-12-31", 1, ">=", 1},
		{"A18-31a", "2018-12-31", 1, ">=", 1},
		{"A18-31b", "2018-12-31", 1, ">=", 1},
		{"A18-31c", "2018-12-31", 1, ">=", 0.5},
		{"A18-32", "2018-12-31", 2, ">=", 1},
		{"A18-33", "2018-12-31", 1, ">=", 5},
		{"A18-34", "2018-12-31", 5, ">=", 1},
		{"A20-01", "2020-12-31", 1, ">", 500000000},
		{"A20-02", "2020-12-31", 1, ">", 0.5},
		{"A20-03", "2020-12-31", 1, "=", 0},
		{"A20-04", "2020-12-31", 1, ">=", 1},
		{"A20-05", "2020-12-31", 1, ">=", 1},
		{"A20-06", "2020-12-31", 1, ">=", 1},
		{"A20-07", "2020-12-31", 1, ">=", 1},
		{"A20-08", "2020-12-31", 1, ">=", 1},
		{"A20-09", "2020-12-31", 1, ">=", 1},
		{"A20-10", "2020-12-31", 4, ">=", 1},
		{"A20-21", "2020-12-31", 1, ">=", 5e12},
		{"A20-22", "2020-12-31", 1, ">=", 1},
		{"A20-23", "2020-12-31", 3, ">=", 1},
		{"A20-24", "2020-12-31", 2, ">=", 1},
		{"A20-25", "2020-12-31", 2, ">=", 1},
		{"A20-26a", "2020-12-31", 1, ">=", 1},
		{"A20-26b", "2020-12-31", 1, "<=", 0},
		{"A20-27", "2020-12-31", 3, ">=", 1},
		{"A20-28", "2020-12-31", 1, ">=", 3},
		{"A25-01", "2025-12-31", 3, "rank", 1},
		{"A25-02", "2025-12-31", 3, ">=", 1},
		{"A25-03", "2025-12-31", 1, ">=", 1},
		{"A-H", "2027-12-31", 1, ">=", 1},
		{"B-01", "", 5, ">=", 0},
		{"B-02", "2028-12-31", 1, ">=", 1},
		{"B-03", "", 2, ">=", 1},
		{"B-04", "", 3, ">=", 1},
		{"B-05", "", 2, ">=", 1},
		{"B-06", "", 1, ">=", 1},
		{"B-07", "", 4, ">=", 1},
		{"B-08", "", 1, ">", 0},
	};
	size_t all = 0, listed = 0;
	struct arena a = {0};
	struct plan plans[2];
	struct err e = {0};

	if (plan_builtin(&plans[0], &a, "cn-2017", &e) || plan_builtin(&plans[1], &a, "itu-res64", &e))
		ok(false, "%s", e.text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct plan *p = &plans[rows[i].id[0] == 'B'];
		size_t found = 0, wrong = 0;

		for (size_t k = 0; k < p->n; k++) {
			const struct target *t = &p->targets[k];

			if (strncmp(t->id, rows[i].id, strlen(rows[i].id)))
				continue;
			found++;
			wrong += strcmp(t->due, rows[i].due) || strcmp(target_op_words[t->op], rows[i].op) ||
				 t->threshold != rows[i].threshold;
		}
		listed += found;
		ok(found == rows[i].n && !wrong, "%s: %zu by %s, %s %g", rows[i].id, rows[i].n,
		   *rows[i].due ? rows[i].due : "no date", rows[i].op, rows[i].threshold);
	}
	all = plans[0].n + plans[1].n;
	ok(listed == all, "and no target besides: %zu", all);
	arena_done(&a);
}

static void test_names(void)
{
	struct arena a = {0};
	struct plan p;
	struct err e = {0};

	is_int(plan_builtin(&p, &a, "no-such", &e), -ENOENT, "no such plan");
	is_str(e.text, "there is no plan 'no-such'; `sextant targets --list` shows them", "and it says so");
	is_int(plan_builtin(&p, &a, "../special", &e), -ENOENT, "a name is no path");
	arena_done(&a);
}

int main(void)
{
	test_all_cells();
	test_defaults();
	test_ops();
	test_refusals();
	test_limits();
	test_builtin();
	test_texts();
	test_names();
	return done();
}
