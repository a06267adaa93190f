/* statuses: see statuses.h. */
#include "app/statuses.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/map.h"
#include "check/check.h"
#include "check/confirm.h"
#include "source/portfolio.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One page, all of it in one arena. */
struct derivation {
	const struct statuses *s;
	struct arena arena;
	struct map looked; /* domain -> int64_t: when */
	struct table raw, before;
	size_t at; /* in before */
};

static int32_t verdict_of(const struct value *v)
{
	const char *text = value_str(v, "");

	for (int32_t i = 0; verdict_words[i]; i++)
		if (!strcmp(text, verdict_words[i]))
			return i;
	return -1;
}

/* ---- a page out of the store ---- */

/* The sites and when they were looked at: the verdict's own time is that of the judgement. */
static int load_sites(struct derivation *p, const char *after, const char **first, char *last, struct err *e)
{
	const struct value args[] = {value_text(p->s->round), value_text(after),
				     value_i64(STATUSES_PAGE)};
	struct table t;
	int rc = store_query_state(p->s->store, &p->arena,
				   "SELECT domain, at_us FROM round_done WHERE round = ? AND domain > ? "
				   "ORDER BY domain LIMIT ?",
				   args, 3, &t, e);

	*first = NULL;
	if (rc || !t.n_rows) {
		last[0] = '\0';
		return rc;
	}
	for (size_t i = 0; i < t.n_rows; i++) {
		int64_t *at = arena_alloc(&p->arena, sizeof(*at));

		*at = value_int(table_at(&t, i, 1), I64_NULL);
		*map_at_text(&p->looked, value_str(table_at(&t, i, 0), "")) = at;
	}
	*first = value_str(table_at(&t, 0, 0), "");
	snprintf(last, DOMAIN_MAX, "%s", value_str(table_at(&t, t.n_rows - 1, 0), ""));
	return 0;
}

#define BEFORE                                                                                     \
	"SELECT subject, \"check\", verdict, reason, since_us, since_round, raw, raw_reason, run, " \
	"need, first_us, first_round, counted_us FROM ("                                           \
	"SELECT s.*, row_number() OVER (PARTITION BY s.subject, s.\"check\" "                      \
	"ORDER BY s.at_us DESC, s.round DESC) AS k FROM obs_status s "                             \
	"JOIN obs_round r ON r.round = s.round WHERE r.complete AND r.at_us < ? "                  \
	"AND s.vantage = ? AND s.subject BETWEEN ? AND ?) x WHERE k = 1 ORDER BY subject, \"check\""

static int load(struct derivation *p, const char *first, const char *last, struct err *e)
{
	const struct value raw[] = {value_text(p->s->round), value_text(first), value_text(last)};
	const struct value before[] = {value_i64(p->s->confirm_us), value_text(p->s->vantage),
				       value_text(first), value_text(last)};
	int rc = store_query_facts(p->s->store, &p->arena,
				   "SELECT subject, \"check\", verdict, reason FROM obs_verdict "
				   "WHERE round = ? AND subject BETWEEN ? AND ? "
				   "ORDER BY subject, \"check\"",
				   raw, 3, &p->raw, e);

	if (!rc)
		rc = store_query_facts(p->s->store, &p->arena, BEFORE, before, 4, &p->before, e);
	if (!rc && (p->raw.cut || p->before.cut))
		rc = err_set(e, -E2BIG, "more verdicts of %d sites than one answer holds", STATUSES_PAGE);
	return rc;
}

/* ---- one check of one site ---- */

static struct status_row stored_status(const struct derivation *p, const char *check)
{
	const struct table *t = &p->before;
	struct status_row s = status_none(check);
	size_t i = p->at;

	s.verdict = verdict_of(table_at(t, i, 2));
	s.reason = value_str(table_at(t, i, 3), "");
	s.since_us = value_int(table_at(t, i, 4), I64_NULL);
	s.since_round = value_str(table_at(t, i, 5), "");
	s.raw = verdict_of(table_at(t, i, 6));
	s.raw_reason = value_str(table_at(t, i, 7), "");
	s.run = value_int(table_at(t, i, 8), 0);
	s.need = value_int(table_at(t, i, 9), CONFIRM_ROUNDS);
	s.first_us = value_int(table_at(t, i, 10), I64_NULL);
	s.first_round = value_str(table_at(t, i, 11), "");
	s.counted_us = value_int(table_at(t, i, 12), I64_NULL);
	return s;
}

static int order(const struct table *t, size_t row, const char *subject, const char *check)
{
	int d = strcmp(value_str(table_at(t, row, 0), ""), subject);

	return d ? d : strcmp(value_str(table_at(t, row, 1), ""), check);
}

/* Both lists are in one order, so each is walked once. */
static struct status_row status_before(struct derivation *p, const char *subject, const char *check)
{
	while (p->at < p->before.n_rows && order(&p->before, p->at, subject, check) < 0)
		p->at++;
	if (p->at < p->before.n_rows && !order(&p->before, p->at, subject, check))
		return stored_status(p, check);
	return status_none(check);
}

static void add_row(const struct derivation *p, struct batch *b, const char *subject, struct status_row *s)
{
	const struct obs o = {.at_us = p->s->confirm_us, .subject = subject, .vantage = p->s->vantage,
			      .round = p->s->round, .outcome = OUTCOME_OK, .row = s};

	batch_copy(b, &o);
}

static void fold_one(struct derivation *p, size_t row, struct batch *into)
{
	const char *subject = value_str(table_at(&p->raw, row, 0), "");
	const char *id = value_str(table_at(&p->raw, row, 1), "");
	const int64_t *at_us = map_get_text(&p->looked, subject);
	const struct check *c = check_find(id);
	int32_t verdict = verdict_of(table_at(&p->raw, row, 2));
	struct raw_look look = {.verdict = (enum verdict)verdict,
				.reason = value_str(table_at(&p->raw, row, 3), ""),
				.round = p->s->round};
	struct status_row s;

	if (!at_us || verdict < 0)
		return;
	look.at_us = *at_us;
	s = status_before(p, subject, id);
	if (status_fold(&s, &look, c ? check_rounds(c) : CONFIRM_ROUNDS, p->s->gap_us))
		add_row(p, into, subject, &s);
}

int statuses_derive(const struct statuses *s, const char *after, char *last, struct batch **out,
		    struct err *e)
{
	struct derivation p = {.s = s};
	const char *first;
	int rc;

	*out = NULL;
	arena_init(&p.arena, 0);
	map_init(&p.looked, &p.arena);
	rc = load_sites(&p, arena_str(&p.arena, after), &first, last, e);
	if (!rc && first)
		rc = load(&p, first, last, e);
	if (!rc)
		*out = batch_new(&status_schema);
	for (size_t i = 0; !rc && i < p.raw.n_rows; i++)
		fold_one(&p, i, *out);
	arena_done(&p.arena);
	return rc;
}

/* ---- a round that closes ---- */

/* Fixed once, so that a close that was stopped goes on with the same. */
static int begin(struct statuses *s, char *after, struct err *e)
{
	const struct value id = value_text(s->round);
	const struct change change = {
		.sql = "UPDATE round SET confirm_us = ?, confirm_gap_us = ?, confirm_to = '' "
		       "WHERE id = ? AND confirm_us IS NULL",
		.args = {value_i64(clock_wall(&clock_real)), value_i64(s->gap_us), id}, .n_args = 3};
	struct arena a;
	struct table t;
	int rc = store_put(s->store, NULL, 0, &change, 1, e);

	arena_init(&a, 0);
	if (!rc)
		rc = store_query_state(s->store, &a, "SELECT confirm_us, confirm_gap_us, confirm_to FROM "
				       "round WHERE id = ?", &id, 1, &t, e);
	if (!rc && t.n_rows) {
		s->confirm_us = value_int(table_at(&t, 0, 0), 0);
		s->gap_us = value_int(table_at(&t, 0, 1), 0);
		snprintf(after, DOMAIN_MAX, "%s", value_str(table_at(&t, 0, 2), ""));
	}
	arena_done(&a);
	return rc;
}

/* Rows of a batch may be many times those that one message of the store takes. */
static int put(const struct statuses *s, const struct batch *all, const char *to, struct err *e)
{
	const struct change change = {.sql = "UPDATE round SET confirm_to = ? WHERE id = ?",
				      .args = {value_text(to), value_text(s->round)}, .n_args = 2};
	VEC(struct batch *) parts = {0};
	int rc;

	for (size_t i = 0; i < all->obs.n; i++) {
		if (i % (L_BATCH_ROWS / 2) == 0)
			*vec_push(&parts) = batch_new(&status_schema);
		batch_copy(parts.at[parts.n - 1], &all->obs.at[i]);
	}
	rc = store_put(s->store, parts.at, parts.n, &change, 1, e);
	vec_done(&parts);
	return rc;
}

int statuses_close(struct store *store, const char *round, const char *vantage, int64_t gap_us,
		   struct err *e)
{
	struct statuses s = {.store = store, .round = round, .vantage = vantage, .gap_us = gap_us};
	char after[DOMAIN_MAX] = "";
	const char *why;
	int rc;

	if (!store_has_facts(store, &why))
		return 0;
	rc = store_flush(store, e);
	if (!rc)
		rc = begin(&s, after, e);
	while (!rc) {
		struct batch *b;

		rc = statuses_derive(&s, after, after, &b, e);
		if (rc || !after[0]) {
			batch_free(b);
			break;
		}
		rc = put(&s, b, after, e);
		batch_free(b);
	}
	return rc;
}
