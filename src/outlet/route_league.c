/* route_league: groups of one indicator in order, with the change since the period before. */
#include "outlet/route.h"

#include "base/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	const struct point *now, *before;
};

/* Best first; without a value last; equals by the larger group, then by name. */
static int by_value(const void *a, const void *b)
{
	const struct point *p = ((const struct entry *)a)->now, *q = ((const struct entry *)b)->now;

	if (isnan(p->value) != isnan(q->value))
		return isnan(p->value) ? 1 : -1;
	if (!isnan(p->value) && p->value != q->value)
		return p->value > q->value ? -1 : 1;
	if (p->n != q->n)
		return p->n > q->n ? -1 : 1;
	return strcmp(p->group, q->group);
}

static int by_group(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->now->group, ((const struct entry *)b)->now->group);
}

/* The last two points of each group; points come by time. */
static size_t latest_of(struct call *c, const struct series *s, struct entry **out)
{
	struct entry *list = arena_array(c->arena, s->n + 1, sizeof(*list)), key;
	struct point want;
	size_t n = 0;
	int64_t last = s->n ? s->points[s->n - 1].at_us : 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->points[i].at_us == last)
			list[n++].now = &s->points[i];
	qsort(list, n, sizeof(*list), by_group);
	for (size_t i = 0; i < s->n; i++) {
		struct entry *e;

		if (s->points[i].at_us == last)
			continue;
		want.group = s->points[i].group;
		key.now = &want;
		e = bsearch(&key, list, n, sizeof(*list), by_group);
		if (e)
			e->before = &s->points[i]; /* by time: the latest one stays */
	}
	qsort(list, n, sizeof(*list), by_value);
	*out = list;
	return n;
}

static void write_rows(struct call *c, const struct entry *list, size_t n)
{
	struct rows r;
	int64_t rank = 0;

	rows_begin(&r, c, "rows");
	for (size_t i = 0; i < n && i < L_QUERY_ROWS; i++) {
		const struct point *p = list[i].now, *q = list[i].before;

		if (i == 0 || p->value != list[i - 1].now->value)
			rank = (int64_t)i + 1; /* equals share a rank */
		rows_next(&r);
		rows_i64(&r, "rank", isnan(p->value) ? I64_NULL : rank);
		rows_text(&r, "group", p->group);
		rows_f64(&r, "value", p->value);
		rows_f64(&r, "lo", p->lo);
		rows_f64(&r, "hi", p->hi);
		rows_f64(&r, "numerator", p->numerator);
		rows_f64(&r, "denominator", p->denominator);
		rows_i64(&r, "n", p->n);
		rows_i64(&r, "unknown", p->unknown);
		rows_f64(&r, "change", q ? p->value - q->value : NAN);
		rows_time(&r, "since", q ? q->at_us : I64_NULL);
		rows_time(&r, "at", p->at_us);
		rows_end_row(&r);
	}
	rows_end(&r);
}

static int answer(struct call *c, struct err *e)
{
	const char *by = call_query(c, "by"), *id = call_query(c, "indicator");
	const struct indicator *i = indicator_find(id ? id : "site_ready");
	struct series_ask ask = {.by = by ? by : "organisation", .from_us = I64_NULL,
				 .to_us = I64_NULL, .portfolio = call_query(c, "portfolio")};
	struct entry *list;
	struct series s;
	bool known = false;
	size_t n;
	int rc;

	for (size_t g = 0; i && i->groups && i->groups[g]; g++)
		known |= !strcmp(i->groups[g], ask.by);
	if (!known)
		return call_error(c, 400, call_pick(c, "/api/v1/indicators lists indicators and their groups",
						    "/api/v1/indicators 列出各指标及其分组"),
				  call_pick(c, "there is no such indicator, or it has no groups by '%s'",
					    "没有此指标，或此指标不能按“%s”分组"), ask.by);
	if (!call_at(c, &ask.to_us))
		return 0;
	rc = indicator_eval(i, &c->facts, &ask, c->arena, &s, e);
	if (rc)
		return rc;
	n = latest_of(c, &s, &list);
	if (!c->csv) {
		json_object(c->json);
		call_indicator(c, "indicator", i);
		json_put_text(c->json, "by", ask.by);
		json_put_text(c->json, "sources", call_pick(c, s.source_text, s.source_text_zh));
	}
	write_rows(c, list, n);
	if (!c->csv)
		json_end_object(c->json);
	return 0;
}

static const struct route_param params[] = {
	{"by", "organisation, class, region or level"},
	{"indicator", "id; default site_ready"},
	{"portfolio", "name of a portfolio"},
	PARAM_AT,
	{NULL, NULL},
};

static const char *const warm[] = {"", "?by=class", "?by=region", "?by=level", NULL};
static const struct call_param usual[] = {
	{"by", "organisation"}, {"indicator", "site_ready"}, {NULL, NULL}};

const struct route route_league = {
	.path = "/api/v1/league",
	.warm = warm,
	.usual = usual,
	.en = "Groups of an indicator in order, with the change since the period before",
	.params = params,
	.answer = answer,
};
