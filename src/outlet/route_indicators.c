/* route_indicators: the list of indicators, and one with its history, groups and definition. */
#include "outlet/route.h"

#include <stdio.h>
#include <string.h>

static bool has_data(struct call *c, const struct indicator *i)
{
	const struct series_ask ask = {.from_us = I64_NULL, .to_us = I64_NULL, .latest = true};
	struct series s;
	struct err e;

	return !indicator_eval(i, &c->facts, &ask, c->arena, &s, &e) && s.n > 0;
}

static void list_all(struct call *c)
{
	struct rows r;

	rows_begin(&r, c, NULL);
	for (size_t k = 0; indicator_list[k]; k++) {
		const struct indicator *i = indicator_list[k];

		if (!c->csv) {
			json_object(c->json);
			json_put_text(c->json, "id", i->id);
			json_put_text(c->json, "title", call_pick(c, i->title_en, i->title_zh));
			json_put_text(c->json, "dimension", i->dimension);
			json_put_text(c->json, "unit", i->unit);
			json_put_text(c->json, "period", i->period);
			json_put_bool(c->json, "has_data", has_data(c, i));
			json_key(c->json, "groups");
			json_array(c->json);
			for (size_t g = 0; i->groups && i->groups[g]; g++)
				json_text(c->json, i->groups[g]);
			json_end_array(c->json);
			json_end_object(c->json);
			continue;
		}
		rows_next(&r);
		rows_text(&r, "id", i->id);
		rows_text(&r, "title", call_pick(c, i->title_en, i->title_zh));
		rows_text(&r, "dimension", i->dimension);
		rows_text(&r, "unit", i->unit);
		rows_text(&r, "method", i->method);
		rows_text(&r, "source", i->source);
		rows_end_row(&r);
	}
	rows_end(&r);
}

static int read_time(struct call *c, const char *name, int64_t *at)
{
	const char *text = call_query(c, name);

	*at = I64_NULL;
	return text ? time_parse(text, at) : 0;
}

static bool group_known(const struct indicator *i, const char *by)
{
	for (size_t g = 0; i->groups && i->groups[g]; g++)
		if (!strcmp(i->groups[g], by))
			return true;
	return false;
}

static void write_series(struct call *c, const struct series *s)
{
	struct rows r;

	if (!c->csv) {
		json_object(c->json);
		call_indicator(c, "indicator", s->indicator);
		json_put_text(c->json, "sources", call_pick(c, s->source_text, s->source_text_zh));
	}
	rows_begin(&r, c, "points");
	for (size_t k = 0; k < s->n; k++) {
		const struct point *p = &s->points[k];

		rows_next(&r);
		rows_time(&r, "at", p->at_us);
		rows_text(&r, "group", p->group);
		rows_f64(&r, "value", p->value);
		rows_f64(&r, "lo", p->lo);
		rows_f64(&r, "hi", p->hi);
		rows_f64(&r, "numerator", p->numerator);
		rows_f64(&r, "denominator", p->denominator);
		rows_i64(&r, "n", p->n);
		rows_i64(&r, "unknown", p->unknown);
		rows_i64(&r, "sampled", p->sampled);
		rows_i64(&r, "version", p->version);
		rows_end_row(&r);
	}
	rows_end(&r);
	if (!c->csv)
		json_end_object(c->json);
}

static int one(struct call *c, struct err *e)
{
	const struct indicator *i = indicator_find(c->tail);
	struct series_ask ask = {.by = call_query(c, "by"), .only = call_query(c, "only"),
				 .portfolio = call_query(c, "portfolio")};
	struct series s;
	int rc;

	if (!i)
		return call_error(c, 404, call_pick(c, "/api/v1/indicators lists them", "/api/v1/indicators 列出各指标"),
				  call_pick(c, "there is no indicator '%s'", "没有指标“%s”"), c->tail);
	if (ask.by && !group_known(i, ask.by))
		return call_error(c, 400, call_pick(c, "leave `by` out, or take one of the indicator's groups",
						    "省略 `by`，或改用此指标的某个分组"),
				  call_pick(c, "'%s' has no groups by '%s'", "“%s”不能按“%s”分组"), i->id, ask.by);
	if (read_time(c, "from", &ask.from_us) || read_time(c, "to", &ask.to_us))
		return call_error(c, 400, call_pick(c, "write 2026, 2026-10 or 2026-10-31", "请写成 2026、2026-10 或 2026-10-31"),
				  "%s", call_pick(c, "`from` or `to` is not a date", "`from` 或 `to` 不是日期"));
	rc = indicator_eval(i, &c->facts, &ask, c->arena, &s, e);
	if (!rc)
		write_series(c, &s);
	return rc;
}

static int answer(struct call *c, struct err *e)
{
	if (c->tail[0])
		return one(c, e);
	list_all(c);
	return 0;
}

static const struct route_param params[] = {
	{"by", "group by one of the indicator's groups"},
	{"only", "this group alone"},
	{"from", "first date (2026, 2026-10 or 2026-10-31)"},
	{"to", "date after the last"},
	{"portfolio", "name of a portfolio"},
	{NULL, NULL},
};

static const char *const warm[] = {"", NULL};

/* The page of each indicator, as a whole and by the groups that are few; organisations may be tens of
 * thousands and wait until somebody asks. */
static void warm_more(void (*add)(void *ctx, const char *text), void *ctx)
{
	static const char *const by[] = {"class", "region", "level"};
	char text[128];

	for (size_t i = 0; indicator_list[i]; i++) {
		add(ctx, indicator_list[i]->id);
		for (size_t g = 0; indicator_is_round(indicator_list[i]) && g < 3; g++) {
			snprintf(text, sizeof(text), "%s?by=%s", indicator_list[i]->id, by[g]);
			add(ctx, text);
		}
	}
}

const struct route route_indicators = {
	.path = "/api/v1/indicators",
	.tail_name = "ID",
	.tail_optional = true,
	.warm = warm,
	.warm_more = warm_more,
	.en = "The indicators; with ID, one with its points and its definition",
	.params = params,
	.answer = answer,
};
