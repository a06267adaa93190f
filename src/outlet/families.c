/* families: see families.h.  A family that never got through has no times, and must not look as if nobody
 * had tried: "timeout at connect x4, ok x4". */
#include "outlet/families.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FAMILY, OUTCOME, STAGE, TIMES, COLUMNS = TIMES + 4 };
static const char *const columns[COLUMNS] = {"family",	   "outcome",	    "stage",   "connect_us",
					     "tls_us", "first_byte_us", "total_us"};

struct web {
	const struct table *t;
	size_t at[COLUMNS]; /* of the columns; n_cols when there is none */
};

static const struct value *cell(const struct web *w, size_t row, size_t column)
{
	static const struct value none;

	return w->at[column] < w->t->n_cols ? table_at(w->t, row, w->at[column]) : &none;
}

static const char *outcome_of(const struct web *w, size_t row)
{
	return value_str(cell(w, row, OUTCOME), "");
}

static int64_t family_of(const struct web *w, size_t row)
{
	return value_int(cell(w, row, FAMILY), INT64_MAX); /* unknown last */
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* NaN when there is none; between the middle two when there is no middle one. */
static double median(const struct web *w, int64_t family, size_t column, struct arena *a)
{
	int64_t *us = arena_array(a, w->t->n_rows + 1, sizeof(*us));
	size_t n = 0;

	for (size_t i = 0; i < w->t->n_rows; i++) {
		int64_t v = value_int(cell(w, i, column), I64_NULL);

		if (v != I64_NULL && family_of(w, i) == family && !strcmp(outcome_of(w, i), "ok"))
			us[n++] = v;
	}
	if (!n)
		return NAN;
	qsort(us, n, sizeof(*us), by_number);
	return n % 2 ? (double)us[n / 2]
		     : (double)us[n / 2 - 1] + ((double)us[n / 2] - (double)us[n / 2 - 1]) * 0.5;
}

/* ---- endings ---- */

struct ending {
	const char *outcome, *stage; /* of what came through the stage is "" */
	int64_t n;
};

static int by_count(const void *a, const void *b)
{
	const struct ending *x = a, *y = b;
	int rc = strcmp(x->outcome, y->outcome);

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return rc ? rc : strcmp(x->stage, y->stage);
}

static size_t count_endings(const struct web *w, int64_t family, struct ending *out)
{
	size_t n = 0;

	for (size_t i = 0; i < w->t->n_rows; i++) {
		const char *outcome = outcome_of(w, i);
		const char *stage = strcmp(outcome, "ok") ? value_str(cell(w, i, STAGE), "") : "";
		size_t k = 0;

		if (family_of(w, i) != family)
			continue;
		while (k < n && (strcmp(out[k].outcome, outcome) || strcmp(out[k].stage, stage)))
			k++;
		if (k == n)
			out[n++] = (struct ending){outcome, stage, 0};
		out[k].n++;
	}
	qsort(out, n, sizeof(*out), by_count);
	return n;
}

static const char *word(const struct call *c, const char *en)
{
	static const char *const zh[][2] = {
		{"ok", "完成"},	       {"refused", "被拒绝"},  {"timeout", "超时"},
		{"unreachable", "不可达"}, {"closed", "被关闭"},   {"tls", "TLS 失败"},
		{"malformed", "格式错误"}, {"denied", "未获许可"}, {"limit", "超出限额"},
		{"unknown", "未知"},	       {"connect", "连接"},	   {"request", "请求"},
		{"header", "报头"},	       {"body", "正文"},	   {"done", "末尾"},
	};

	for (size_t k = 0; c->zh && k < sizeof(zh) / sizeof(zh[0]); k++)
		if (!strcmp(en, zh[k][0]))
			return zh[k][1];
	return en;
}

static void put_endings(struct call *c, const struct web *w, int64_t family)
{
	struct ending *all = arena_array(c->arena, w->t->n_rows + 1, sizeof(*all));
	size_t n = count_endings(w, family, all);
	struct buf text;

	buf_init(&text, 4096);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%s%s%s ×%lld", i ? (c->zh ? "，" : ", ") : "", word(c, all[i].outcome),
			   !*all[i].stage ? "" : c->zh ? "于" : " at ", word(c, all[i].stage), (long long)all[i].n);
	json_put_text(c->json, "ended", text.data);
	buf_done(&text);
}

/* ---- all of it ---- */

static void put_family(struct call *c, const struct web *w, int64_t family)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->t->n_rows; i++)
		n += family_of(w, i) == family;
	json_key(c->json, family == 6 ? "v6" : "v4");
	json_object(c->json);
	json_put_i64(c->json, "exchanges", n);
	put_endings(c, w, family);
	for (size_t k = TIMES; k < COLUMNS; k++)
		json_put_f64(c->json, columns[k], median(w, family, k, c->arena));
	json_end_object(c->json);
}

void families_put(struct call *c, const struct table *t)
{
	struct web w = {.t = t};
	int64_t *all = arena_array(c->arena, t->n_rows + 1, sizeof(*all));

	for (size_t k = 0; k < COLUMNS; k++)
		while (w.at[k] < t->n_cols && strcmp(t->names[w.at[k]], columns[k]))
			w.at[k]++;
	for (size_t i = 0; i < t->n_rows; i++)
		all[i] = family_of(&w, i);
	qsort(all, t->n_rows, sizeof(*all), by_number);
	json_key(c->json, "families");
	json_object(c->json);
	for (size_t i = 0; i < t->n_rows; i++)
		if (!i || all[i] != all[i - 1])
			put_family(c, &w, all[i]);
	json_end_object(c->json);
}
