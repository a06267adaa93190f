/*
 * route_targets: the targets of a plan held against what was measured, now or on a day in the past.
 * No list or no data is a status of its own and never counts as zero.
 */
#include "outlet/route.h"

#include "core/schema.h"
#include "outlet/plans.h"
#include "outlet/target_view.h"

#include <errno.h>

/* The end of the day that was asked for; now when none was.  False: an answer is made already. */
static bool read_at(struct call *c, int64_t *at_us)
{
	const char *text = call_query(c, "at");
	int64_t now_us = clock_wall(c->clock), start_us;

	*at_us = now_us;
	if (!text)
		return true;
	if (time_parse(text, &start_us) || time_parse_end(text, at_us))
		call_error(c, 400, call_pick(c, "write 2026, 2026-10 or 2026-10-31", "请写成 2026、2026-10 或 2026-10-31"),
			   "%s", call_pick(c, "`at` is not a date", "`at` 不是日期"));
	else if (start_us > now_us)
		call_error(c, 400, call_pick(c, "leave `at` out for today", "省略 `at` 即为今天"),
			   call_pick(c, "%s has not come yet", "%s 尚未到来"), text);
	else if (*at_us > now_us)
		*at_us = now_us;
	return !c->status || c->status == 200;
}

static int put_plans(struct call *c, struct err *e)
{
	struct plan_entry *list;
	size_t n;
	int rc = plans_list(c->store, c->arena, &list, &n, e);

	json_key(c->json, "plans");
	json_array(c->json);
	for (size_t i = 0; !rc && i < n; i++) {
		const char *title = call_pick(c, list[i].title_en, list[i].title_zh);

		json_object(c->json);
		json_put_text(c->json, "id", list[i].name);
		json_put_text(c->json, "title", *title ? title : list[i].name);
		json_put_i64(c->json, "targets", (int64_t)list[i].targets);
		json_put_bool(c->json, "own", list[i].own);
		json_put_bool(c->json, "default", list[i].is_default);
		call_time(c, "imported", list[i].imported_us);
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return rc;
}

static void put_plan(struct call *c, const struct plan *p)
{
	const char *title = call_pick(c, p->title_en, p->title_zh);

	json_key(c->json, "plan");
	json_object(c->json);
	json_put_text(c->json, "id", p->name);
	json_put_text(c->json, "title", *title ? title : p->name);
	json_put_text(c->json, "source", *p->source ? p->source : NULL);
	json_put_i64(c->json, "period_days", p->period_days);
	json_end_object(c->json);
}

static void put_counts(struct call *c, const struct target_counts *counts)
{
	json_key(c->json, "counts");
	json_object(c->json);
	for (size_t s = 0; target_status_words[s]; s++)
		json_put_i64(c->json, target_status_words[s], (int64_t)counts->by[s]);
	json_end_object(c->json);
}

static int write_json(struct call *c, const struct plan *p, const struct target_result *results,
		      const struct target_counts *counts, int64_t at_us, struct err *e)
{
	int rc;

	json_object(c->json);
	call_time(c, "generated_at", clock_wall(c->clock));
	call_time(c, "at", at_us - 1);
	put_plan(c, p);
	rc = put_plans(c, e);
	put_counts(c, counts);
	json_key(c->json, "targets");
	json_array(c->json);
	for (size_t i = 0; i < p->n; i++)
		target_put(c, &results[i], at_us);
	json_end_array(c->json);
	json_end_object(c->json);
	return rc;
}

static void write_csv(struct call *c, const struct plan *p, const struct target_result *results,
		      int64_t at_us)
{
	struct rows r;

	rows_begin(&r, c, NULL);
	for (size_t i = 0; i < p->n; i++) {
		rows_next(&r);
		target_cells(&r, &results[i], at_us);
		rows_end_row(&r);
	}
	rows_end(&r);
}

static int answer(struct call *c, struct err *e)
{
	const char *name = c->tail[0] ? c->tail : call_query(c, "plan");
	struct target_result *results;
	struct target_counts counts;
	struct plan p;
	int64_t at_us;
	int rc;

	if (!read_at(c, &at_us))
		return 0;
	rc = plans_find(c->store, c->arena, name, &p, e);
	if (rc == -ENOENT)
		return call_error(c, 404, call_pick(c, "/api/v1/targets names the plans", "/api/v1/targets 列出各计划"),
				  call_pick(c, "there is no plan '%s'", "没有名为“%s”的计划"), name);
	if (rc)
		return rc;
	p.portfolio = call_query(c, "portfolio");
	rc = plan_eval(&p, &c->facts, at_us, c->arena, &results, &counts, e);
	if (rc)
		return rc;
	if (!c->csv)
		return write_json(c, &p, results, &counts, at_us, e);
	write_csv(c, &p, results, at_us);
	return 0;
}

static const struct route_param params[] = {
	{"plan", "name of a plan; default the one that is set, or cn-2017"},
	{"at", "as it stood at the end of this day (2026, 2026-10 or 2026-10-31)"},
	{"portfolio", "list of the targets that name none"},
	{NULL, NULL},
};

static const char *const warm[] = {"", NULL};

const struct route route_targets = {
	.path = "/api/v1/targets",
	.tail_name = "PLAN",
	.tail_optional = true,
	.warm = warm,
	.en = "The targets of a plan with status, value on the due date and now, and the plans",
	.params = params,
	.answer = answer,
};
