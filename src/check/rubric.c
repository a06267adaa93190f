/* rubric: see rubric.h. */
#include "check/rubric.h"

#include "base/asset.h"
#include "base/csv.h"
#include "check/check.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COL_KIND, COL_ITEM, COL_CHECK, COL_PASS, COL_PARTIAL, COL_FAIL, COL_NA, COL_WEIGHT, COL_EN, COL_ZH, COLS };
#define HEAD "kind,item,check,pass,partial,fail,na,weight,title_en,title_zh"
#define FOLDER "rubric/"

struct reading {
	struct rubric *r;
	struct arena *a;
	const char *file;
	unsigned line;
	struct err *e;
};

static int bad(const struct reading *in, const char *what, const char *cell)
{
	return err_set(in->e, -EINVAL, "%s:%u: %s: '%s'", in->file, in->line, what, cell);
}

static int too_many(const struct reading *in, enum limit which, const char *cell)
{
	limit_hit(which);
	return err_set(in->e, -EINVAL, "%s:%u: too many %s (at most %lld): '%s'", in->file, in->line,
		       limit_table[which].meaning, (long long)limit_table[which].number, cell);
}

/* A number from 0 to a million; NaN where `skip` may stand. */
static bool read_number(const char *text, bool may_skip, double *out)
{
	char *end;

	if (may_skip && !strcmp(text, "skip")) {
		*out = NAN;
		return true;
	}
	if (*text < '0' || *text > '9')
		return false;
	*out = strtod(text, &end);
	return !*end && *out >= 0 && *out <= 1e6;
}

static int find_item(const struct rubric *r, const char *id)
{
	for (size_t i = 0; i < r->items.n; i++)
		if (!strcmp(r->items.at[i].id, id))
			return (int)i;
	return -1;
}

static int read_about(struct reading *in, char **cell, int n)
{
	struct rubric *r = in->r;
	const struct {
		const char *key;
		const char **at;
	} known[] = {{"#version", &r->version}, {"#title_en", &r->title_en}, {"#title_zh", &r->title_zh},
		     {"#source", &r->source}};

	for (size_t i = 0; n >= 2 && i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(cell[0], known[i].key)) {
			*known[i].at = cell[1];
			return 0;
		}
	return bad(in, "a rubric says version, title_en, title_zh and source of itself, not", cell[0]);
}

static int read_item(struct reading *in, char **cell)
{
	struct rubric_item item = {.id = cell[COL_ITEM], .title_en = cell[COL_EN], .title_zh = cell[COL_ZH]};

	if (!*item.id || find_item(in->r, item.id) >= 0)
		return bad(in, "an item has an id of its own", item.id);
	if (in->r->items.n == L_RUBRIC_ITEMS)
		return too_many(in, LIMIT_RUBRIC_ITEMS, item.id);
	if (!read_number(cell[COL_WEIGHT], false, &item.weight))
		return bad(in, "a weight is a number from 0", cell[COL_WEIGHT]);
	*vec_push(&in->r->items) = item;
	return 0;
}

static int read_test(struct reading *in, char **cell)
{
	struct rubric_test test = {.check = cell[COL_CHECK], .max = 0};
	int item = find_item(in->r, cell[COL_ITEM]);

	if (item < 0)
		return bad(in, "a test belongs to an item that stands before it", cell[COL_ITEM]);
	if (strcmp(test.check, "-") != 0 && !check_find(test.check))
		return bad(in, "there is no check of that id", test.check);
	if (in->r->tests.n == L_RUBRIC_TESTS)
		return too_many(in, LIMIT_RUBRIC_TESTS, test.check);
	test.item = (size_t)item;
	for (int v = VERDICT_PASS; v <= VERDICT_NA; v++) {
		const char *text = cell[COL_PASS + v];

		if (!read_number(text, v == VERDICT_NA, &test.points[v]))
			return bad(in, "points are numbers from 0 (na also: skip)", text);
		if (test.points[v] > test.max)
			test.max = test.points[v];
	}
	*vec_push(&in->r->tests) = test;
	return 0;
}

static int read_level(struct reading *in, char **cell)
{
	struct rubric_level level = {.id = cell[COL_ITEM], .title_en = cell[COL_EN], .title_zh = cell[COL_ZH]};
	size_t n = in->r->levels.n;

	if (!*level.id)
		return bad(in, "a level has an id", level.id);
	if (n == L_RUBRIC_LEVELS)
		return too_many(in, LIMIT_RUBRIC_LEVELS, level.id);
	if (!read_number(cell[COL_PASS], false, &level.from) || level.from > 100)
		return bad(in, "a level begins at 0 to 100 per cent (column pass)", cell[COL_PASS]);
	if (n && in->r->levels.at[n - 1].from <= level.from)
		return bad(in, "levels stand from the highest to the lowest", cell[COL_PASS]);
	*vec_push(&in->r->levels) = level;
	return 0;
}

static int read_row(struct reading *in, char **cell, int n, bool *head)
{
	if (cell[0][0] == '#')
		return read_about(in, cell, n);
	if (n != COLS)
		return bad(in, "a row has the ten cells " HEAD, cell[0]);
	if (!*head) {
		*head = true;
		return strcmp(cell[0], "kind") ? bad(in, "the titles " HEAD " come first", cell[0]) : 0;
	}
	if (!strcmp(cell[0], "item"))
		return read_item(in, cell);
	if (!strcmp(cell[0], "test"))
		return read_test(in, cell);
	if (!strcmp(cell[0], "level"))
		return read_level(in, cell);
	return bad(in, "a row is an item, a test or a level", cell[0]);
}

static int check_whole(const struct reading *in)
{
	if (!in->r->version[0])
		return err_set(in->e, -EINVAL, "%s: a rubric says its #version", in->file);
	if (!in->r->tests.n)
		return err_set(in->e, -EINVAL, "%s: a rubric has at least one item with a test", in->file);
	return 0;
}

int rubric_parse(struct rubric *r, struct arena *a, const char *name, const char *data, size_t len,
		 struct err *e)
{
	struct reading in = {.r = r, .a = a, .file = name, .e = e};
	char *cell[COLS + 1];
	bool head = false;
	struct csv c;
	int n, rc = 0;

	*r = (struct rubric){.name = name, .version = "", .title_en = "", .title_zh = "", .source = ""};
	csv_init(&c, data, len);
	while (!rc && (n = csv_next(&c, a, cell, COLS + 1)) != 0) {
		in.line = c.line;
		if (n < 0)
			rc = bad(&in, "no record of CSV", c.error);
		else if (n > 1 || *cell[0])
			rc = read_row(&in, cell, n, &head);
	}
	return rc ? rc : check_whole(&in);
}

void rubric_done(struct rubric *r)
{
	vec_done(&r->items);
	vec_done(&r->tests);
	vec_done(&r->levels);
}

const char *rubric_builtin_name(size_t i)
{
	static _Thread_local char name[64];

	for (size_t k = 0; k < asset_count; k++) {
		const char *text = asset_list[k].name;

		if (strncmp(text, FOLDER, strlen(FOLDER)) || i-- > 0)
			continue;
		text += strlen(FOLDER);
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "."), text);
		return name;
	}
	return NULL;
}

/* ---- scores ---- */

struct sum {
	double low, high, max;
};

static void add_test(struct sum *s, const struct rubric_test *t, enum verdict v)
{
	double least = t->points[VERDICT_PASS];

	if (v != VERDICT_UNKNOWN) {
		if (isnan(t->points[v]))
			return;
		s->low += t->points[v];
		s->high += t->points[v];
		s->max += t->max;
		return;
	}
	for (int k = VERDICT_PARTIAL; k <= VERDICT_NA; k++)
		if (isnan(t->points[k]))
			least = 0; /* without it the item may stand anywhere between */
		else if (t->points[k] < least)
			least = t->points[k];
	s->low += least;
	s->high += t->max;
	s->max += t->max;
}

static struct score share(const struct sum *s)
{
	return (struct score){.low = s->max > 0 ? 100 * s->low / s->max : NAN,
			      .high = s->max > 0 ? 100 * s->high / s->max : NAN};
}

struct scoring rubric_score(const struct rubric *r, rubric_verdict verdict, void *ctx)
{
	struct sum sums[L_RUBRIC_ITEMS] = {{0}}, whole = {0};
	struct scoring out = {.known = 0};

	for (size_t i = 0; i < r->tests.n; i++) {
		const struct rubric_test *t = &r->tests.at[i];

		add_test(&sums[t->item], t,
			 strcmp(t->check, "-") ? verdict(ctx, t->check) : VERDICT_UNKNOWN);
	}
	for (size_t i = 0; i < r->items.n; i++) {
		double weight = r->items.at[i].weight;
		struct score *s = &out.items[i];

		*s = share(&sums[i]);
		if (isnan(s->low))
			continue;
		whole.low += weight * s->low / 100;
		whole.high += weight * s->high / 100;
		whole.max += weight;
		out.known += s->low == s->high;
		out.unknown += s->low != s->high;
	}
	out.whole = share(&whole);
	return out;
}

static const struct rubric_level *level_at(const struct rubric *r, double percent)
{
	for (size_t i = 0; i < r->levels.n; i++)
		if (percent + 1e-9 >= r->levels.at[i].from)
			return &r->levels.at[i];
	return NULL;
}

const struct rubric_level *rubric_level_of(const struct rubric *r, const struct score *s)
{
	const struct rubric_level *low;

	if (isnan(s->low))
		return NULL;
	low = level_at(r, s->low);
	return low == level_at(r, s->high) ? low : NULL;
}
