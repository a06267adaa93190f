/*
 * route_site: everything about one site in one round: the ladder of checks, both families side by
 * side, the evidence rows, repairs in the order of what they gain, history and changes.
 */
#include "outlet/route.h"

#include "check/check.h"

#include <stdlib.h>
#include <string.h>

/* The ladder's rungs in the order in which a connection climbs them. */
static const char *const rungs[] = {"dns", "ns", "web", "tls", "mail", "parity", NULL};

static int verdicts_of(struct call *c, const char *round, struct table *t, struct err *e)
{
	const struct value args[] = {value_text(c->tail), value_text(round)};

	return call_facts(c,
			  "SELECT \"check\", verdict, reason, evidence, at_us, vantage, organisation, "
			  "class, region, level, rank, portfolio FROM obs_verdict "
			  "WHERE subject = ? AND round = ?",
			  args, 2, t, e);
}

static void write_check(struct call *c, const struct check *k, const struct table *t, size_t row)
{
	const char *code = value_str(table_at(t, row, 2), "");
	const char *evidence = value_str(table_at(t, row, 3), NULL);
	const struct reason *r = check_reason(k, code);
	const char *subject = evidence_subject(evidence, c->arena);

	json_object(c->json);
	json_put_text(c->json, "check", k->id);
	json_put_text(c->json, "title", call_pick(c, k->title_en, k->title_zh));
	json_put_text(c->json, "source", k->source);
	json_put_text(c->json, "method", k->method);
	json_put_text(c->json, "verdict", value_str(table_at(t, row, 1), ""));
	json_put_text(c->json, "reason", code);
	json_put_text(c->json, "meaning", r ? call_pick(c, r->en, r->zh) : code);
	json_put_text(c->json, "remedy", r ? reason_remedy(r, subject, c->zh, c->arena) : "");
	json_put_text(c->json, "subject", subject);
	json_key(c->json, "evidence");
	json_raw(c->json, evidence);
	json_end_object(c->json);
}

/* One row for each check. */
static void csv_rows(struct call *c, const char *round, const struct table *t)
{
	struct rows r;

	rows_begin(&r, c, NULL);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct check *k = check_find(value_str(table_at(t, i, 0), ""));
		const char *code = value_str(table_at(t, i, 2), "");
		const struct reason *why = k ? check_reason(k, code) : NULL;

		rows_next(&r);
		rows_text(&r, "domain", c->tail);
		rows_text(&r, "round", round);
		rows_time(&r, "at", value_int(table_at(t, i, 4), I64_NULL));
		rows_text(&r, "vantage", value_str(table_at(t, i, 5), ""));
		rows_text(&r, "check", value_str(table_at(t, i, 0), ""));
		rows_text(&r, "verdict", value_str(table_at(t, i, 1), ""));
		rows_text(&r, "reason", code);
		rows_text(&r, "meaning", why ? call_pick(c, why->en, why->zh) : code);
		rows_text(&r, "remedy",
			  why ? reason_remedy(why, evidence_subject(value_str(table_at(t, i, 3), NULL), c->arena),
					      c->zh, c->arena)
			      : "");
		rows_text(&r, "evidence", value_str(table_at(t, i, 3), ""));
		rows_end_row(&r);
	}
	rows_end(&r);
}

static int row_of(const struct table *t, const char *check)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (!strcmp(value_str(table_at(t, i, 0), ""), check))
			return (int)i;
	return -1;
}

static void ladder(struct call *c, const struct table *t)
{
	json_key(c->json, "ladder");
	json_array(c->json);
	for (size_t i = 0; rungs[i]; i++) {
		json_object(c->json);
		json_put_text(c->json, "rung", rungs[i]);
		json_key(c->json, "checks");
		json_array(c->json);
		for (size_t k = 0; check_list[k]; k++) {
			int row = row_of(t, check_list[k]->id);

			if (row >= 0 && !strcmp(check_list[k]->rung, rungs[i]))
				write_check(c, check_list[k], t, (size_t)row);
		}
		json_end_array(c->json);
		json_end_object(c->json);
	}
	json_end_array(c->json);
}

/* A fault on a lower rung hides those above it, so repairs go from the bottom up; a fault comes
 * before a shortcoming. */
static void repairs(struct call *c, const struct table *t)
{
	static const char *const bad[] = {"fail", "partial"};

	json_key(c->json, "repairs");
	json_array(c->json);
	for (size_t b = 0; b < 2; b++)
		for (size_t i = 0; rungs[i]; i++)
			for (size_t k = 0; check_list[k]; k++) {
				int row = row_of(t, check_list[k]->id);
				const struct reason *r;

				if (row < 0 || strcmp(check_list[k]->rung, rungs[i]) ||
				    strcmp(value_str(table_at(t, (size_t)row, 1), ""), bad[b]))
					continue;
				r = check_reason(check_list[k], value_str(table_at(t, (size_t)row, 2), ""));
				if (!r || !r->remedy_en || !*r->remedy_en || !strcmp(check_list[k]->id, "site"))
					continue;
				json_object(c->json);
				json_put_text(c->json, "check", check_list[k]->id);
				json_put_text(c->json, "title", call_pick(c, check_list[k]->title_en,
									  check_list[k]->title_zh));
				json_put_text(c->json, "verdict", bad[b]);
				json_put_text(c->json, "meaning", call_pick(c, r->en, r->zh));
				json_put_text(c->json, "remedy",
					      reason_remedy(r,
							    evidence_subject(value_str(table_at(t, (size_t)row, 3),
										       NULL), c->arena),
							    c->zh, c->arena));
				json_end_object(c->json);
			}
	json_end_array(c->json);
}

static void write_cell(struct call *c, const char *name, const struct value *v)
{
	struct addr a = {.family = v->type == VALUE_BLOB && v->s.len == 4 ? 4 : 6};
	char text[ADDR_TEXT_MAX];

	if (v->type != VALUE_BLOB) {
		call_value(c, name, v);
		return;
	}
	memcpy(a.byte, v->s.data, v->s.len <= 16 ? v->s.len : 16);
	json_put_text(c->json, name, addr_text(&a, text));
}

static int evidence_of(struct call *c, const char *name, const char *sql, const char *round,
		       struct err *e)
{
	const struct value args[] = {value_text(c->tail), value_text(round)};
	struct table t;
	int rc = call_facts(c, sql, args, 2, &t, e);

	if (rc)
		return rc;
	json_key(c->json, name);
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++) {
		json_object(c->json);
		for (size_t k = 0; k < t.n_cols; k++)
			if (strcmp(t.names[k], "batch") && strcmp(t.names[k], "subject"))
				write_cell(c, t.names[k], table_at(&t, i, k));
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return 0;
}

static int all_evidence(struct call *c, const char *round, struct err *e)
{
	int rc;

	json_key(c->json, "evidence");
	json_object(c->json);
	rc = evidence_of(c, "dns", "SELECT * FROM obs_dns WHERE subject = ? AND round = ? ORDER BY at_us",
			 round, e);
	if (!rc)
		rc = evidence_of(c, "web",
				 "SELECT * FROM obs_web WHERE subject = ? AND round = ? ORDER BY at_us",
				 round, e);
	if (!rc)
		rc = evidence_of(c, "smtp",
				 "SELECT * FROM obs_smtp WHERE subject = ? AND round = ? ORDER BY at_us",
				 round, e);
	json_end_object(c->json);
	return rc;
}

/* Median timings of the exchanges that came through, by family. */
/* "timeout at connect 4, ok 4": a family that never got through has no times, and must not look as if
 * nobody had tried. */
static int endings(struct call *c, const char *round, int family, struct err *e)
{
	static const char *const zh[][2] = {
		{"ok", "完成"},	       {"refused", "被拒绝"},  {"timeout", "超时"},
		{"unreachable", "不可达"}, {"closed", "被关闭"},   {"tls", "TLS 失败"},
		{"malformed", "格式错误"}, {"denied", "未获许可"}, {"limit", "超出限额"},
		{"unknown", "未知"},	       {"connect", "连接"},	   {"request", "请求"},
		{"header", "报头"},	       {"body", "正文"},	   {"done", "末尾"},
	};
	const struct value args[] = {value_text(c->tail), value_text(round), value_i64(family)};
	struct table t;
	struct buf text;
	int rc = call_facts(c,
			    "SELECT outcome, CASE WHEN outcome = 'ok' THEN '' ELSE stage END, count(*) "
			    "FROM obs_web WHERE subject = ? AND round = ? AND family = ? "
			    "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
			    args, 3, &t, e);

	if (rc)
		return rc;
	buf_init(&text, 4096);
	for (size_t i = 0; i < t.n_rows; i++) {
		const char *words[] = {value_str(table_at(&t, i, 0), ""), value_str(table_at(&t, i, 1), "")};

		for (size_t w = 0; c->zh && w < 2; w++)
			for (size_t k = 0; k < sizeof(zh) / sizeof(zh[0]); k++)
				if (!strcmp(words[w], zh[k][0])) {
					words[w] = zh[k][1];
					break;
				}
		buf_printf(&text, "%s%s%s%s ×%lld", i ? (c->zh ? "，" : ", ") : "", words[0],
			   !*words[1] ? "" : c->zh ? "于" : " at ", words[1],
			   (long long)value_int(table_at(&t, i, 2), 0));
	}
	json_put_text(c->json, "ended", text.data);
	buf_done(&text);
	return 0;
}

static int families(struct call *c, const char *round, struct err *e)
{
	const struct value args[] = {value_text(c->tail), value_text(round)};
	struct table t;
	int rc = call_facts(c,
			    "SELECT family, count(*), median(connect_us) FILTER (WHERE outcome = 'ok'), "
			    "median(tls_us) FILTER (WHERE outcome = 'ok'), "
			    "median(first_byte_us) FILTER (WHERE outcome = 'ok'), "
			    "median(total_us) FILTER (WHERE outcome = 'ok') FROM obs_web "
			    "WHERE subject = ? AND round = ? GROUP BY family ORDER BY family",
			    args, 2, &t, e);

	json_key(c->json, "families");
	json_object(c->json);
	for (size_t i = 0; !rc && i < t.n_rows; i++) {
		static const char *const names[] = {"exchanges", "connect_us", "tls_us",
						    "first_byte_us", "total_us"};
		int family = (int)value_int(table_at(&t, i, 0), 0);

		json_key(c->json, family == 6 ? "v6" : "v4");
		json_object(c->json);
		call_value(c, names[0], table_at(&t, i, 1));
		rc = endings(c, round, family, e);
		for (size_t k = 1; k < 5; k++)
			call_value(c, names[k], table_at(&t, i, k + 1));
		json_end_object(c->json);
	}
	json_end_object(c->json);
	return rc;
}

/* History by round, and from it each change of a verdict. */
static int history(struct call *c, struct err *e)
{
	const struct value arg = value_text(c->tail);
	struct table t;
	int rc = call_facts(c,
			    "SELECT v.round, r.at_us, v.\"check\", v.verdict, v.reason "
			    "FROM obs_verdict v JOIN obs_round r ON r.round = v.round "
			    "WHERE v.subject = ? ORDER BY r.at_us DESC, v.\"check\" LIMIT 5000",
			    &arg, 1, &t, e);

	if (rc)
		return rc;
	json_key(c->json, "history");
	json_array(c->json);
	for (size_t from = 0, to; from < t.n_rows; from = to) {
		const char *round = value_str(table_at(&t, from, 0), "");

		json_object(c->json);
		json_put_text(c->json, "round", round);
		call_time(c, "at", value_int(table_at(&t, from, 1), I64_NULL));
		json_key(c->json, "verdicts");
		json_object(c->json);
		for (to = from; to < t.n_rows && !strcmp(value_str(table_at(&t, to, 0), ""), round); to++)
			json_put_text(c->json, value_str(table_at(&t, to, 2), ""),
				      value_str(table_at(&t, to, 3), ""));
		json_end_object(c->json);
		json_end_object(c->json);
	}
	json_end_array(c->json);
	json_key(c->json, "changes");
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++)
		for (size_t k = i + 1; k < t.n_rows; k++) {
			if (strcmp(value_str(table_at(&t, i, 2), ""), value_str(table_at(&t, k, 2), "")))
				continue;
			if (strcmp(value_str(table_at(&t, i, 3), ""), value_str(table_at(&t, k, 3), ""))) {
				json_object(c->json);
				call_time(c, "at", value_int(table_at(&t, i, 1), I64_NULL));
				json_put_text(c->json, "check", value_str(table_at(&t, i, 2), ""));
				json_put_text(c->json, "from", value_str(table_at(&t, k, 3), ""));
				json_put_text(c->json, "to", value_str(table_at(&t, i, 3), ""));
				json_put_text(c->json, "reason", value_str(table_at(&t, i, 4), ""));
				json_end_object(c->json);
			}
			break; /* the next older look at the same check is the one to compare with */
		}
	json_end_array(c->json);
	return 0;
}

static const char *latest_round_of(struct call *c, int64_t at_us, struct err *e)
{
	const struct value args[] = {value_text(c->tail),
				     value_i64(at_us == I64_NULL ? INT64_MAX : at_us)};
	struct table t;

	if (call_facts(c,
		       "SELECT round FROM obs_verdict WHERE subject = ? AND at_us < ? "
		       "ORDER BY at_us DESC LIMIT 1",
		       args, 2, &t, e) ||
	    !t.n_rows)
		return NULL;
	return value_str(table_at(&t, 0, 0), NULL);
}

static void tags_of(struct call *c, const struct table *t)
{
	static const char *const names[] = {"organisation", "class", "region", "level"};

	json_key(c->json, "tags");
	json_object(c->json);
	for (size_t k = 0; k < 4; k++)
		json_put_text(c->json, names[k], value_str(table_at(t, 0, 6 + k), ""));
	call_value(c, "rank", table_at(t, 0, 10));
	json_put_text(c->json, "portfolio", value_str(table_at(t, 0, 11), ""));
	json_end_object(c->json);
}

static int answer(struct call *c, struct err *e)
{
	const char *round = call_query(c, "round");
	struct table t = {0};
	int64_t at_us;
	int rc = 0;

	if (!call_at(c, &at_us))
		return 0;
	round = round ? round : latest_round_of(c, at_us, e);
	if (round)
		rc = verdicts_of(c, round, &t, e);
	if (rc)
		return rc;
	if (!t.n_rows)
		return call_error(c, 404, "the sites page lists those that are known",
				  "'%s' was not looked at", c->tail);
	if (c->csv) {
		csv_rows(c, round, &t);
		return 0;
	}
	json_object(c->json);
	json_put_text(c->json, "domain", c->tail);
	json_put_text(c->json, "round", round);
	call_time(c, "at", value_int(table_at(&t, 0, 4), I64_NULL));
	json_put_text(c->json, "vantage", value_str(table_at(&t, 0, 5), ""));
	tags_of(c, &t);
	ladder(c, &t);
	repairs(c, &t);
	rc = families(c, round, e);
	if (!rc)
		rc = all_evidence(c, round, e);
	if (!rc)
		rc = history(c, e);
	json_end_object(c->json);
	return rc;
}

static const struct route_param params[] = {
	{"round", "id of a round; default the latest one that looked at this site"},
	PARAM_AT,
	{NULL, NULL},
};

const struct route route_site = {
	.path = "/api/v1/sites",
	.tail_name = "DOMAIN",
	.en = "One site: ladder, families, evidence, repairs, history and changes",
	.params = params,
	.answer = answer,
};
