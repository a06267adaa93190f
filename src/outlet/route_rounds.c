/* route_rounds: the rounds, the running one included; one with counts by check and verdict. */
#include "outlet/route.h"

#include "check/check.h"

#include <string.h>

static void members(struct call *c, const struct table *t, size_t row)
{
	static const char *const text[] = {"id", "portfolio", "status", "vantage", "tool_version"};
	const struct value *v;

	for (size_t k = 0; k < sizeof(text) / sizeof(text[0]); k++)
		json_put_text(c->json, text[k], value_str(table_at(t, row, k), NULL));
	json_put_i64(c->json, "version", value_int(table_at(t, row, 5), 0));
	json_put_i64(c->json, "total", value_int(table_at(t, row, 6), 0));
	json_put_i64(c->json, "done", value_int(table_at(t, row, 7), 0));
	call_wide(c, "seed", value_int(table_at(t, row, 8), I64_NULL));
	call_time(c, "began", value_int(table_at(t, row, 9), I64_NULL));
	call_time(c, "ended", value_int(table_at(t, row, 10), I64_NULL));
	v = table_at(t, row, 11);
	json_key(c->json, "selftest");
	json_raw(c->json, value_str(v, NULL));
	json_put_text(c->json, "name", value_str(table_at(t, row, 12), NULL));
	call_value(c, "shard", table_at(t, row, 13));
	call_value(c, "shards", table_at(t, row, 14));
	call_value(c, "resampled", table_at(t, row, 15));
	call_value(c, "compared", table_at(t, row, 16));
	call_value(c, "disagreed", table_at(t, row, 17));
	json_key(c->json, "disagreements");
	json_raw(c->json, value_str(table_at(t, row, 18), NULL));
	json_key(c->json, "failures");
	json_raw(c->json, value_str(table_at(t, row, 19), NULL));
}

#define COLUMNS                                                                                    \
	"SELECT id, portfolio, status, vantage, tool_version, version, total, done, seed, "        \
	"began_us, ended_us, selftest, name, shard, shards, resampled, compared, disagreed, "       \
	"disagreements, failures FROM round "

/* Rows: check, verdict, reason, count; those of one check stand together. */
static int counts_of(struct call *c, struct table *t, struct err *e)
{
	const struct value arg = value_text(c->tail);

	return call_facts(c,
			  "SELECT \"check\", verdict, reason, count(*) FROM obs_verdict "
			  "WHERE round = ? GROUP BY \"check\", verdict, reason "
			  "ORDER BY \"check\", count(*) DESC, reason",
			  &arg, 1, t, e);
}

static bool row_is_of(const struct table *t, size_t row, const struct check *k)
{
	return !strcmp(value_str(table_at(t, row, 0), ""), k->id);
}

static const char *meaning_of(struct call *c, const struct check *k, const char *code)
{
	const struct reason *r = check_reason(k, code);

	return r ? call_pick(c, r->en, r->zh) : code;
}

static void write_answers(struct call *c, const struct check *k, const struct table *t)
{
	json_object(c->json);
	json_put_text(c->json, "check", k->id);
	json_put_text(c->json, "title", call_pick(c, k->title_en, k->title_zh));
	json_put_text(c->json, "rung", k->rung);
	json_key(c->json, "answers");
	json_array(c->json);
	for (size_t i = 0; i < t->n_rows; i++) {
		const char *code = value_str(table_at(t, i, 2), "");

		if (!row_is_of(t, i, k))
			continue;
		json_object(c->json);
		json_put_text(c->json, "verdict", value_str(table_at(t, i, 1), ""));
		json_put_text(c->json, "reason", code);
		json_put_text(c->json, "meaning", meaning_of(c, k, code));
		json_put_i64(c->json, "count", value_int(table_at(t, i, 3), 0));
		json_end_object(c->json);
	}
	json_end_array(c->json);
	json_end_object(c->json);
}

/* In the order of the ladder; a check that the round did not know is left out. */
static int counts(struct call *c, struct err *e)
{
	struct table t;
	int rc = counts_of(c, &t, e);

	if (rc)
		return rc;
	json_key(c->json, "checks");
	json_array(c->json);
	for (size_t k = 0; check_list[k]; k++)
		for (size_t i = 0; i < t.n_rows; i++)
			if (row_is_of(&t, i, check_list[k])) {
				write_answers(c, check_list[k], &t);
				break;
			}
	json_end_array(c->json);
	return 0;
}

static int counts_csv(struct call *c, struct err *e)
{
	struct table t;
	struct rows r;
	int rc = counts_of(c, &t, e);

	if (rc)
		return rc;
	rows_begin(&r, c, NULL);
	for (size_t i = 0; i < t.n_rows; i++) {
		const struct check *k = check_find(value_str(table_at(&t, i, 0), ""));
		const char *code = value_str(table_at(&t, i, 2), "");

		rows_next(&r);
		rows_text(&r, "round", c->tail);
		rows_text(&r, "check", value_str(table_at(&t, i, 0), ""));
		rows_text(&r, "verdict", value_str(table_at(&t, i, 1), ""));
		rows_text(&r, "reason", code);
		rows_text(&r, "meaning", k ? meaning_of(c, k, code) : "");
		rows_i64(&r, "count", value_int(table_at(&t, i, 3), 0));
		rows_end_row(&r);
	}
	rows_end(&r);
	return 0;
}

static int one(struct call *c, struct err *e)
{
	const struct value arg = value_text(c->tail);
	struct table t;
	int rc = call_state(c, COLUMNS "WHERE id = ?", &arg, 1, &t, e);

	if (rc)
		return rc;
	if (!t.n_rows)
		return call_error(c, 404, call_pick(c, "/api/v1/rounds lists them", "/api/v1/rounds 列出各轮次"),
				  call_pick(c, "there is no round '%s'", "没有轮次“%s”"), c->tail);
	if (c->csv)
		return counts_csv(c, e);
	json_object(c->json);
	members(c, &t, 0);
	rc = counts(c, e);
	json_end_object(c->json);
	return rc;
}

static void csv_rows(struct call *c, const struct table *t)
{
	struct rows r;

	rows_begin(&r, c, NULL);
	for (size_t i = 0; i < t->n_rows; i++) {
		rows_next(&r);
		for (size_t k = 0; k < 5; k++)
			rows_text(&r, t->names[k], value_str(table_at(t, i, k), NULL));
		for (size_t k = 5; k < 9; k++)
			rows_i64(&r, t->names[k], value_int(table_at(t, i, k), I64_NULL));
		rows_time(&r, "began", value_int(table_at(t, i, 9), I64_NULL));
		rows_time(&r, "ended", value_int(table_at(t, i, 10), I64_NULL));
		rows_text(&r, "name", value_str(table_at(t, i, 12), NULL));
		for (size_t k = 13; k < 18; k++)
			rows_i64(&r, t->names[k], value_int(table_at(t, i, k), I64_NULL));
		rows_end_row(&r);
	}
	rows_end(&r);
}

static int answer(struct call *c, struct err *e)
{
	const char *portfolio = call_query(c, "portfolio");
	const struct value arg = value_text(portfolio);
	struct table t;
	int rc;

	if (c->tail[0])
		return one(c, e);
	rc = portfolio ? call_state(c, COLUMNS "WHERE portfolio = ? ORDER BY began_us DESC LIMIT 500",
				    &arg, 1, &t, e)
		       : call_state(c, COLUMNS "ORDER BY began_us DESC LIMIT 500", NULL, 0, &t, e);
	if (rc)
		return rc;
	if (c->csv) {
		csv_rows(c, &t);
		return 0;
	}
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++) {
		json_object(c->json);
		members(c, &t, i);
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return 0;
}

static const struct route_param params[] = {{"portfolio", "name of a portfolio"}, {NULL, NULL}};

const struct route route_rounds = {
	.path = "/api/v1/rounds",
	.tail_name = "ID",
	.tail_optional = true,
	.live = true,
	.en = "Rounds, latest first; with ID, one with counts by check and verdict",
	.params = params,
	.answer = answer,
};
