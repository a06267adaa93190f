/*
 * route_site: everything about one site in one round: the ladder of checks, both families side by
 * side, the evidence rows, repairs in the order of what they gain, history and changes.
 *
 * Its rows are a few dozen of millions that no order helps to find.  Where they stand, which round was
 * the last and what the rounds concluded is known in memory (outlet/board.h); what is not, is asked of
 * the facts, which look through a whole round, or all of them.
 */
#include "outlet/families.h"

#include "check/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE_MAX = 4096, HISTORY_ROWS = 5000 };

/* The ladder's rungs in the order in which a connection climbs them. */
static const char *const rungs[] = {"dns", "ns", "web", "tls", "mail", "parity", NULL};

static const char *const tables[BOARD_TABLES] = {"obs_verdict", "obs_dns", "obs_web", "obs_smtp", "obs_quic",
						     "obs_resource", "obs_link", "obs_zone"};

static size_t column_of(const struct table *t, const char *name)
{
	size_t k = 0;

	while (k < t->n_cols && strcmp(t->names[k], name))
		k++;
	return k;
}

static int ask(struct call *c, const char *sql, const struct value *args, size_t n, struct table *t,
	       struct err *e)
{
	return facts_query(&c->once, c->arena, sql, args, n, t, e);
}

static int64_t at_us(const struct table *t, size_t row, size_t column)
{
	return value_int(table_at(t, row, column), INT64_MAX); /* unknown last, as the facts have it */
}

/* By time, those of one time as they stand.  They nearly do so already. */
static void sort_rows(struct call *c, struct table *t)
{
	size_t column = column_of(t, "at_us"), each = t->n_cols * sizeof(*t->cells);
	struct value *row = arena_alloc(c->arena, each);

	for (size_t i = 1; i < t->n_rows; i++) {
		int64_t at = at_us(t, i, column);
		size_t k = i;

		while (k && at_us(t, k - 1, column) > at)
			k--;
		if (k == i)
			continue;
		memcpy(row, table_at(t, i, 0), each);
		memmove(t->cells + (k + 1) * t->n_cols, table_at(t, k, 0), (i - k) * each);
		memcpy(t->cells + k * t->n_cols, row, each);
	}
}

/* Leaves the rows of this site in this round. */
static void keep_own(struct call *c, const char *round, struct table *t)
{
	size_t subject = column_of(t, "subject"), of = column_of(t, "round"), kept = 0;

	for (size_t i = 0; i < t->n_rows; i++) {
		if (strcmp(value_str(table_at(t, i, subject), ""), c->tail) ||
		    strcmp(value_str(table_at(t, i, of), ""), round))
			continue;
		memmove(t->cells + kept++ * t->n_cols, table_at(t, i, 0), t->n_cols * sizeof(*t->cells));
	}
	t->n_rows = kept;
}

/* All rows of a site in a round, by time.  Those that are said to stand somewhere are counted: when one is
 * missing there, it is looked for everywhere.  Sorting a few rows costs the store more than finding them. */
static int rows_of(struct call *c, enum board_table table, const char *columns, const char *round,
		   struct table *t, struct err *e)
{
	const struct value own[] = {value_text(c->tail), value_text(round)};
	struct board_range r;
	char sql[400];
	int rc;

	if (board_where(c->board, table, round, c->tail, &r) && r.to - r.from < WIDE_MAX) {
		*t = (struct table){0};
		if (!r.n)
			return 0;
		/* our numbers, in the text: as arguments they would have it planned twice */
		snprintf(sql, sizeof(sql), "SELECT %s FROM %s WHERE rowid BETWEEN %lld AND %lld", columns,
			 tables[table], (long long)r.from, (long long)r.to);
		rc = ask(c, sql, NULL, 0, t, e);
		if (rc)
			return rc;
		keep_own(c, round, t);
		sort_rows(c, t);
		if (t->n_rows == r.n)
			return 0;
	}
	snprintf(sql, sizeof(sql), "SELECT %s FROM %s WHERE subject = ? AND round = ? ORDER BY at_us, rowid",
		 columns, tables[table]);
	return ask(c, sql, own, 2, t, e);
}

static int verdicts_of(struct call *c, const char *round, struct table *t, struct err *e)
{
	return rows_of(c, BOARD_VERDICT,
		       "\"check\", verdict, reason, evidence, at_us, vantage, organisation, class, region, "
		       "level, rank, portfolio, subject, round, method",
		       round, t, e);
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
	json_put_text(c->json, "method", value_str(table_at(t, row, column_of(t, "method")), ""));
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

static void write_evidence(struct call *c, const char *name, const struct table *t)
{
	json_key(c->json, name);
	json_array(c->json);
	for (size_t i = 0; i < t->n_rows; i++) {
		json_object(c->json);
		for (size_t k = 0; k < t->n_cols; k++)
			if (strcmp(t->names[k], "batch") && strcmp(t->names[k], "subject"))
				write_cell(c, t->names[k], table_at(t, i, k));
		json_end_object(c->json);
	}
	json_end_array(c->json);
}

static int all_evidence(struct call *c, const char *round, const struct table *web, struct err *e)
{
	struct table dns, smtp, quic, resource, links, zone;
	int rc = rows_of(c, BOARD_DNS, "*", round, &dns, e);

	if (!rc)
		rc = rows_of(c, BOARD_SMTP, "*", round, &smtp, e);
	if (!rc)
		rc = rows_of(c, BOARD_QUIC, "*", round, &quic, e);
	if (!rc)
		rc = rows_of(c, BOARD_RESOURCE, "*", round, &resource, e);
	if (!rc)
		rc = rows_of(c, BOARD_LINK, "*", round, &links, e);
	if (!rc)
		rc = rows_of(c, BOARD_ZONE, "*", round, &zone, e);
	if (rc)
		return rc;
	json_key(c->json, "evidence");
	json_object(c->json);
	write_evidence(c, "dns", &dns);
	write_evidence(c, "web", web);
	write_evidence(c, "smtp", &smtp);
	write_evidence(c, "quic", &quic);
	write_evidence(c, "resource", &resource);
	write_evidence(c, "link", &links);
	write_evidence(c, "zone", &zone);
	json_end_object(c->json);
	return 0;
}

static int ask_history(struct call *c, struct table *t, struct err *e)
{
	const struct value args[] = {value_text(c->tail), value_i64(HISTORY_ROWS)};

	if (board_history(c->board, c->tail, HISTORY_ROWS, c->arena, t))
		return 0;
	return ask(c,
		   "SELECT v.round, r.at_us, v.\"check\", v.verdict, v.reason "
		   "FROM obs_verdict v JOIN obs_round r ON r.round = v.round "
		   "WHERE v.subject = ? ORDER BY r.at_us DESC, v.\"check\" LIMIT ?",
		   args, 2, t, e);
}

/* History by round, and from it each change of a verdict. */
static int history(struct call *c, struct err *e)
{
	struct table t;
	int rc = ask_history(c, &t, e);

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

/* Has it been looked at since the board was made? */
static bool seen_since(struct call *c, struct err *e)
{
	const struct value args[] = {value_text(c->tail), value_i64(board_top(c->board))};
	struct table t;

	return ask(c, "SELECT 1 FROM obs_verdict WHERE subject = ? AND rowid > ? LIMIT 1", args, 2, &t, e) ||
	       t.n_rows;
}

static const char *latest_round_of(struct call *c, int64_t before_us, struct err *e)
{
	const struct value args[] = {value_text(c->tail),
				     value_i64(before_us == I64_NULL ? INT64_MAX : before_us)};
	const char *round;
	struct table t;

	if (board_latest(c->board, c->tail, args[1].i64, &round) && !(c->board_behind && seen_since(c, e)))
		return round;
	if (ask(c,
		"SELECT round FROM obs_verdict WHERE subject = ? AND at_us < ? "
		"ORDER BY at_us DESC, rowid DESC LIMIT 1",
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
	struct table t = {0}, web;
	int64_t before_us;
	int rc = 0;

	if (!call_at(c, &before_us))
		return 0;
	round = round ? round : latest_round_of(c, before_us, e);
	if (round)
		rc = verdicts_of(c, round, &t, e);
	if (rc)
		return rc;
	if (!t.n_rows)
		return call_error(c, 404,
				  call_pick(c, "the sites page lists those that are known", "网站页列出已探测的站点"),
				  call_pick(c, "'%s' was not looked at", "未探测过 '%s'"), c->tail);
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
	rc = rows_of(c, BOARD_WEB, "*", round, &web, e);
	if (!rc) {
		families_put(c, &web);
		rc = all_evidence(c, round, &web, e);
	}
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
