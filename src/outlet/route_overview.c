/*
 * route_overview: one honest number first, then the seven dimensions with their figures and targets.
 * A dimension that has nothing says what would be here and the command that fills it.
 */
#include "outlet/route.h"

#include "base/clock.h"
#include "outlet/dimension.h"
#include "outlet/plans.h"
#include "outlet/target_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TREND = 36 };

/* The plan that is shown when nobody names one, held against now. */
struct plan_now {
	struct plan plan;
	struct target_result *results;
	struct target_counts counts;
	int64_t now_us;
};

static int eval_plan(struct call *c, struct plan_now *p, struct err *e)
{
	int rc = plans_find(c->store, c->arena, call_query(c, "plan"), &p->plan, e);

	p->now_us = clock_wall(c->clock);
	p->plan.portfolio = call_query(c, "portfolio");
	return rc ? rc
		  : plan_eval(&p->plan, &c->facts, p->now_us, c->arena, &p->results, &p->counts, e);
}

/* Points of the whole by time: the last one and the one before it, and what changed. */
static void write_figure(struct call *c, const struct series *s)
{
	const struct point *now = s->n ? &s->points[s->n - 1] : NULL;
	const struct point *before = s->n > 1 ? &s->points[s->n - 2] : NULL;

	json_object(c->json);
	json_put_text(c->json, "id", s->indicator->id);
	json_put_text(c->json, "title",
		      call_pick(c, s->indicator->title_en, s->indicator->title_zh));
	json_put_text(c->json, "better", s->indicator->better);
	call_figure(c, "figure", s->indicator, now, before);
	json_key(c->json, "trend");
	json_array(c->json);
	for (size_t i = s->n > TREND ? s->n - TREND : 0; i < s->n; i++)
		call_point(c, &s->points[i]);
	json_end_array(c->json);
	json_end_object(c->json);
}

static void write_targets(struct call *c, const struct dimension *d, const struct plan_now *p)
{
	json_key(c->json, "targets");
	json_array(c->json);
	for (size_t i = 0; i < p->plan.n; i++)
		if (!strcmp(p->plan.targets[i].dimension, d->id))
			target_put(c, &p->results[i], p->now_us);
	json_end_array(c->json);
}

static int write_dimension(struct call *c, const struct dimension *d, const struct series *all,
			   size_t n, const struct plan_now *p)
{
	size_t shown = 0;

	json_object(c->json);
	json_put_text(c->json, "id", d->id);
	json_put_text(c->json, "title", dimension_title(d, c->zh));
	json_key(c->json, "figures");
	json_array(c->json);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(all[i].indicator->dimension, d->id) && all[i].n) {
			write_figure(c, &all[i]);
			shown++;
		}
	json_end_array(c->json);
	write_targets(c, d, p);
	if (!shown) {
		json_key(c->json, "empty");
		json_object(c->json);
		json_put_text(c->json, "what", call_pick(c, d->empty_en, d->empty_zh));
		json_put_text(c->json, "command", d->command);
		json_end_object(c->json);
	}
	json_end_object(c->json);
	return 0;
}

/* "18 of 48 sites (37.5%) work over IPv6; 2 more than before." */
static const char *sentence(struct call *c, const struct series *s)
{
	const struct point *now = s->n ? &s->points[s->n - 1] : NULL;
	double more = s->n > 1 ? now->numerator - s->points[s->n - 2].numerator : 0;
	const char *change = "";

	if (!now || isnan(now->value))
		return call_pick(c, "Nothing has been measured yet.", "尚无测量数据。");
	if (s->n > 1 && now->version != s->points[s->n - 2].version)
		change = call_pick(c, "; the list has changed since the round before",
				   "；与上一轮相比名单已变更");
	else if (s->n > 1 && more != 0)
		change = c->zh ? arena_printf(c->arena, "；比上一轮%s %.0f 个", more > 0 ? "增加" : "减少",
					      fabs(more))
			       : arena_printf(c->arena, "; %.0f %s than in the round before", fabs(more),
					      more > 0 ? "more" : "fewer");
	if (c->zh)
		return arena_printf(c->arena, "%.0f 个网站中有 %.0f 个（%.1f%%）可通过 IPv6 使用%s。",
				    now->denominator, now->numerator, 100 * now->value, change);
	return arena_printf(c->arena, "%.0f of %.0f sites (%.1f%%) work over IPv6%s.", now->numerator,
			    now->denominator, 100 * now->value, change);
}

static int portfolios(struct call *c, struct err *e)
{
	struct table t;
	int rc = call_state(c,
			    "SELECT name, version, subjects, imported_us FROM portfolio p WHERE version = "
			    "(SELECT max(version) FROM portfolio q WHERE q.name = p.name) ORDER BY name",
			    NULL, 0, &t, e);

	if (rc)
		return rc;
	json_key(c->json, "portfolios");
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++) {
		json_object(c->json);
		json_put_text(c->json, "name", value_str(table_at(&t, i, 0), ""));
		json_put_i64(c->json, "version", value_int(table_at(&t, i, 1), 0));
		json_put_i64(c->json, "subjects", value_int(table_at(&t, i, 2), 0));
		call_time(c, "imported", value_int(table_at(&t, i, 3), I64_NULL));
		json_end_object(c->json);
	}
	json_end_array(c->json);
	rc = call_state(c, "SELECT name, file, file_date_us, records FROM dataset ORDER BY name, "
			   "file_date_us DESC LIMIT 100", NULL, 0, &t, e);
	if (rc)
		return rc;
	json_key(c->json, "datasets");
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++) {
		json_object(c->json);
		json_put_text(c->json, "name", value_str(table_at(&t, i, 0), ""));
		json_put_text(c->json, "file", value_str(table_at(&t, i, 1), ""));
		call_time(c, "file_date", value_int(table_at(&t, i, 2), I64_NULL));
		json_put_i64(c->json, "records", value_int(table_at(&t, i, 3), 0));
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return 0;
}

static int last_round(struct call *c, int64_t at_us, struct err *e)
{
	const char *round = call_round(c, at_us, e);
	const struct value arg = value_text(round);
	struct table t;
	int rc;

	json_key(c->json, "last_round");
	if (!round) {
		json_null(c->json);
		return 0;
	}
	rc = call_facts(c, "SELECT round, subject, version, vantage, at_us FROM obs_round WHERE round = ?",
			&arg, 1, &t, e);
	if (rc || !t.n_rows)
		return rc;
	json_object(c->json);
	json_put_text(c->json, "id", value_str(table_at(&t, 0, 0), ""));
	json_put_text(c->json, "portfolio", value_str(table_at(&t, 0, 1), ""));
	call_value(c, "version", table_at(&t, 0, 2));
	call_value(c, "vantage", table_at(&t, 0, 3));
	call_time(c, "ended", value_int(table_at(&t, 0, 4), I64_NULL));
	json_end_object(c->json);
	return 0;
}

/* The newest point of each indicator, as rows. */
static void csv_rows(struct call *c, const struct series *all, size_t n)
{
	struct rows r;

	rows_begin(&r, c, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct indicator *k = all[i].indicator;
		const struct point *p = all[i].n ? &all[i].points[all[i].n - 1] : NULL;

		rows_next(&r);
		rows_text(&r, "indicator", k->id);
		rows_text(&r, "dimension", k->dimension);
		rows_text(&r, "title", call_pick(c, k->title_en, k->title_zh));
		rows_text(&r, "unit", k->unit);
		rows_f64(&r, "value", p ? p->value : NAN);
		rows_f64(&r, "lo", p ? p->lo : NAN);
		rows_f64(&r, "hi", p ? p->hi : NAN);
		rows_f64(&r, "numerator", p ? p->numerator : NAN);
		rows_f64(&r, "denominator", p ? p->denominator : NAN);
		rows_i64(&r, "n", p ? p->n : I64_NULL);
		rows_i64(&r, "unknown", p ? p->unknown : I64_NULL);
		rows_time(&r, "at", p ? p->at_us : I64_NULL);
		rows_text(&r, "method", k->method);
		rows_end_row(&r);
	}
	rows_end(&r);
}

static int answer(struct call *c, struct err *e)
{
	struct series_ask ask = series_ask_all();
	struct series *all;
	const struct series *head = NULL;
	struct plan_now plan;
	size_t n = 0;
	int rc;

	if (!call_at(c, &ask.to_us))
		return 0;
	while (indicator_list[n])
		n++;
	all = arena_array(c->arena, n + 1, sizeof(*all));
	ask.portfolio = call_query(c, "portfolio");
	rc = eval_plan(c, &plan, e);
	for (size_t i = 0; i < n && !rc; i++) {
		rc = indicator_eval(indicator_list[i], &c->facts, &ask, c->arena, &all[i], e);
		if (!strcmp(indicator_list[i]->id, "site_ready"))
			head = &all[i];
	}
	if (rc)
		return rc;
	if (c->csv) {
		csv_rows(c, all, n);
		return 0;
	}
	json_object(c->json);
	call_time(c, "generated_at", clock_wall(c->clock));
	json_key(c->json, "headline");
	json_object(c->json);
	json_put_text(c->json, "sentence", head ? sentence(c, head) : "");
	if (head)
		call_figure(c, "figure", head->indicator, head->n ? &head->points[head->n - 1] : NULL,
			    head->n > 1 ? &head->points[head->n - 2] : NULL);
	json_end_object(c->json);
	json_put_text(c->json, "plan", plan.plan.name);
	json_key(c->json, "dimensions");
	json_array(c->json);
	for (size_t i = 0; dimension_list[i].id; i++)
		write_dimension(c, &dimension_list[i], all, n, &plan);
	json_end_array(c->json);
	rc = portfolios(c, e);
	if (!rc)
		rc = last_round(c, ask.to_us, e);
	json_end_object(c->json);
	return rc;
}

static const struct route_param params[] = {
	{"portfolio", "name of a portfolio"},
	{"plan", "name of a plan; default the one that is set, or cn-2017"},
	PARAM_AT,
	{NULL, NULL},
};
static const char *const warm[] = {"", NULL};

const struct route route_overview = {
	.path = "/api/v1/overview",
	.warm = warm,
	.en = "The headline, the seven dimensions with figures, trends and targets, lists and datasets",
	.params = params,
	.answer = answer,
};
