/*
 * route_changes: what is published of one site, check by check, and the log of it: each flip with the round
 * that said so first and the round that confirmed it, each answer that waits to be confirmed.  What a round
 * says of itself is route_site's.
 */
#include "outlet/route.h"

#include "check/check.h"

#include <string.h>

enum { ROWS_MAX = 5000 };

enum column {
	COL_CHECK, COL_ROUND, COL_AT, COL_VERDICT, COL_REASON, COL_SINCE, COL_SINCE_ROUND, COL_FLIPPED, COL_WAS,
	COL_WAS_REASON, COL_RAW, COL_RAW_REASON, COL_RUN, COL_NEED, COL_FIRST, COL_FIRST_ROUND, COL_VANTAGE
};

/* Newest first; what belongs to no complete round does not count. */
#define QUERY                                                                                      \
	"SELECT s.\"check\", s.round, r.at_us, s.verdict, s.reason, s.since_us, s.since_round, "   \
	"CAST(s.flipped AS INTEGER), s.was, s.was_reason, s.raw, s.raw_reason, s.run, s.need, "    \
	"s.first_us, s.first_round, s.vantage FROM obs_status s "                                  \
	"JOIN obs_round r ON r.round = s.round WHERE r.complete AND s.subject = ? "                \
	"AND r.at_us < ? ORDER BY s.at_us DESC, s.round DESC, s.\"check\" LIMIT ?"

static const char *text_at(const struct table *t, size_t row, enum column c)
{
	return value_str(table_at(t, row, (size_t)c), "");
}

static int64_t int_at(const struct table *t, size_t row, enum column c)
{
	return value_int(table_at(t, row, (size_t)c), I64_NULL);
}

static const char *meaning(struct call *c, const struct check *k, const char *code)
{
	const struct reason *r = k ? check_reason(k, code) : NULL;

	return r ? call_pick(c, r->en, r->zh) : code;
}

static bool is_pending(const struct table *t, size_t row)
{
	return *text_at(t, row, COL_RAW);
}

/* ---- how it stands ---- */

static void put_pending(struct call *c, const struct check *k, const struct table *t, size_t row)
{
	json_key(c->json, "pending");
	if (!is_pending(t, row)) {
		json_raw(c->json, NULL);
		return;
	}
	json_object(c->json);
	json_put_text(c->json, "verdict", text_at(t, row, COL_RAW));
	json_put_text(c->json, "reason", text_at(t, row, COL_RAW_REASON));
	json_put_text(c->json, "meaning", meaning(c, k, text_at(t, row, COL_RAW_REASON)));
	json_put_i64(c->json, "run", int_at(t, row, COL_RUN));
	json_put_i64(c->json, "need", int_at(t, row, COL_NEED));
	call_time(c, "first", int_at(t, row, COL_FIRST));
	json_put_text(c->json, "first_round", text_at(t, row, COL_FIRST_ROUND));
	json_end_object(c->json);
}

static void put_status(struct call *c, const struct check *k, const struct table *t, size_t row)
{
	json_object(c->json);
	json_put_text(c->json, "check", k->id);
	json_put_text(c->json, "title", call_pick(c, k->title_en, k->title_zh));
	json_put_text(c->json, "vantage", text_at(t, row, COL_VANTAGE));
	json_put_text(c->json, "verdict", text_at(t, row, COL_VERDICT));
	json_put_text(c->json, "reason", text_at(t, row, COL_REASON));
	json_put_text(c->json, "meaning", meaning(c, k, text_at(t, row, COL_REASON)));
	call_time(c, "since", int_at(t, row, COL_SINCE));
	json_put_text(c->json, "since_round", text_at(t, row, COL_SINCE_ROUND));
	put_pending(c, k, t, row);
	json_end_object(c->json);
}

/* The newest row of a check and vantage is its status. */
static bool is_newest(const struct table *t, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (!strcmp(text_at(t, i, COL_CHECK), text_at(t, row, COL_CHECK)) &&
		    !strcmp(text_at(t, i, COL_VANTAGE), text_at(t, row, COL_VANTAGE)))
			return false;
	return true;
}

static void put_statuses(struct call *c, const struct table *t)
{
	json_key(c->json, "statuses");
	json_array(c->json);
	for (size_t k = 0; check_list[k]; k++)
		for (size_t i = 0; i < t->n_rows; i++)
			if (!strcmp(text_at(t, i, COL_CHECK), check_list[k]->id) && is_newest(t, i))
				put_status(c, check_list[k], t, i);
	json_end_array(c->json);
}

/* ---- the log ---- */

static void put_row(struct rows *r, const struct table *t, size_t i)
{
	bool flip = int_at(t, i, COL_FLIPPED) == 1;
	struct call *c = r->call;
	const char *to = flip ? text_at(t, i, COL_REASON) : text_at(t, i, COL_RAW_REASON);

	rows_next(r);
	rows_text(r, "domain", c->tail);
	rows_time(r, "at", int_at(t, i, COL_AT));
	rows_text(r, "round", text_at(t, i, COL_ROUND));
	rows_text(r, "vantage", text_at(t, i, COL_VANTAGE));
	rows_text(r, "check", text_at(t, i, COL_CHECK));
	rows_text(r, "event", flip ? "flip" : "pending");
	rows_text(r, "from", text_at(t, i, flip ? COL_WAS : COL_VERDICT));
	rows_text(r, "from_reason", text_at(t, i, flip ? COL_WAS_REASON : COL_REASON));
	rows_text(r, "to", text_at(t, i, flip ? COL_VERDICT : COL_RAW));
	rows_text(r, "to_reason", to);
	rows_text(r, "meaning", meaning(c, check_find(text_at(t, i, COL_CHECK)), to));
	rows_text(r, "first_round", text_at(t, i, flip ? COL_SINCE_ROUND : COL_FIRST_ROUND));
	rows_time(r, "first", int_at(t, i, flip ? COL_SINCE : COL_FIRST));
	rows_i64(r, "run", flip ? int_at(t, i, COL_NEED) : int_at(t, i, COL_RUN));
	rows_i64(r, "need", int_at(t, i, COL_NEED));
	rows_end_row(r);
}

/* Those of put_row. */
#define COLUMNS                                                                                    \
	"domain,at,round,vantage,check,event,from,from_reason,to,to_reason,meaning,first_round,first,run,need"

static void put_log(struct call *c, const struct table *t)
{
	struct rows r;

	rows_begin(&r, c, "changes");
	r.columns = COLUMNS;
	for (size_t i = 0; i < t->n_rows; i++)
		if (int_at(t, i, COL_FLIPPED) == 1 || is_pending(t, i))
			put_row(&r, t, i);
	rows_end(&r);
}

static int answer(struct call *c, struct err *e)
{
	struct value args[3] = {value_text(c->tail), value_i64(INT64_MAX), value_i64(ROWS_MAX)};
	int64_t before_us;
	struct table t;
	int rc;

	if (!call_at(c, &before_us))
		return 0;
	if (before_us != I64_NULL)
		args[1] = value_i64(before_us);
	rc = facts_query(&c->once, c->arena, QUERY, args, 3, &t, e);
	if (rc)
		return rc;
	if (c->csv) {
		put_log(c, &t);
		return 0;
	}
	json_object(c->json);
	json_put_text(c->json, "domain", c->tail);
	put_statuses(c, &t);
	put_log(c, &t);
	json_end_object(c->json);
	return 0;
}

static const struct route_param params[] = {PARAM_AT, {NULL, NULL}};

const struct route route_changes = {
	.path = "/api/v1/changes",
	.tail_name = "DOMAIN",
	.en = "Published status of one site, with what waits to be confirmed, and each flip with both rounds",
	.params = params,
	.answer = answer,
};
