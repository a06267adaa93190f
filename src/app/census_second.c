/*
 * census_second: when all sites are done, a random 1 % of those that were asked in this round is looked at
 * once more, and the share of verdicts that differ goes into the round's record: how much of what a round
 * says is chance or change.  The first verdicts stand; evidence of the second look is not kept.
 *
 * A verdict counts when both looks could tell: unknown disagrees with nobody.  What was looked at again is
 * noted with the site, so that nobody is asked a third time after a stop.
 */
#include "app/census_int.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_MIN = 1, SECOND_MAX = 10000, IN_ONE_QUESTION = 100 };

static uint64_t next_random(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15; /* splitmix64: Steele, Lea and Flood 2014 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* A site whose evidence another round gathered was not asked in this one. */
static size_t candidates(const struct round *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->total; i++)
		n += r->before[i] == NULL;
	return n;
}

static size_t second_size(const struct round *r, size_t n)
{
	size_t want = r->total / 100;

	want = want < SECOND_MIN ? SECOND_MIN : want > SECOND_MAX ? SECOND_MAX : want;
	return want < n ? want : n;
}

/* Selection sampling (Knuth, TAOCP 2, algorithm 3.4.2 S): each run of a round chooses the same. */
static void choose(struct run *r, const struct map *done)
{
	const struct round *round = r->c->round;
	size_t left = candidates(round), want = second_size(round, left);
	uint64_t x = (uint64_t)round->seed ^ UINT64_C(0x5345434f4e440000);

	for (size_t i = 0; i < round->total && want; i++) {
		if (round->before[i])
			continue;
		if (next_random(&x) % left < want) {
			want--;
			if (!map_get_text(done, r->c->portfolio->subjects.at[round->order[i]].domain))
				*vec_push(&r->again) = (uint32_t)i;
		}
		left--;
	}
}

/* What an earlier run of this round has found. */
static int load_found(struct run *r, struct map *done, struct arena *a, struct err *e)
{
	const struct value id = value_text(r->c->round->id);
	struct second *s = &r->c->second;
	struct table t;
	int rc = store_query_state(r->c->store, a,
				   "SELECT domain FROM round_done WHERE round = ? AND again = 1", &id, 1, &t, e);

	for (size_t i = 0; !rc && i < t.n_rows; i++)
		*map_at_text(done, value_str(table_at(&t, i, 0), "")) = r;
	s->sites = rc ? 0 : (int64_t)t.n_rows;
	if (!rc)
		rc = store_query_state(r->c->store, a, "SELECT compared, disagreed FROM round WHERE id = ?", &id,
				       1, &t, e);
	if (!rc && t.n_rows) {
		s->compared = value_int(table_at(&t, 0, 0), 0);
		s->disagreed = value_int(table_at(&t, 0, 1), 0);
	}
	if (!rc)
		rc = store_query_state(r->c->store, a,
				       "SELECT key, value FROM round, json_each(disagreements) WHERE round.id = ?", &id, 1,
				       &t, e);
	for (size_t i = 0; !rc && i < t.n_rows; i++)
		tally_add(&r->differing, value_str(table_at(&t, i, 0), ""), value_int(table_at(&t, i, 1), 0));
	return rc;
}

int second_begin(struct run *r, struct err *e)
{
	struct arena a;
	struct map done;
	const char *why;
	int rc;

	r->second = true;
	if (!store_has_facts(r->c->store, &why))
		return 0; /* there is nothing to compare with */
	arena_init(&a, 0);
	map_init(&done, &a);
	rc = store_flush(r->c->store, e);
	if (!rc)
		rc = load_found(r, &done, &a, e);
	if (!rc)
		choose(r, &done);
	arena_done(&a);
	r->c->second.left = r->again.n;
	r->c->second.is_on = r->again.n > 0;
	return rc;
}

/* ---- a window of second looks ---- */

static int32_t verdict_of(const char *word)
{
	for (int32_t i = 0; verdict_words[i]; i++)
		if (!strcmp(word, verdict_words[i]))
			return i;
	return VERDICT_UNKNOWN;
}

static void compare_one(struct run *r, const char *check, int32_t first, int32_t now)
{
	struct second *s = &r->c->second;

	if (first == VERDICT_UNKNOWN || now == VERDICT_UNKNOWN)
		return;
	s->compared++;
	if (first == now)
		return;
	s->disagreed++;
	tally_add(&r->differing, check, 1);
}

/* Verdicts of now, by "domain check". */
static int32_t *place_of(struct map *m, struct arena *a, const char *domain, const char *check)
{
	char key[400];
	int32_t **at;

	snprintf(key, sizeof(key), "%s %s", domain, check);
	at = (int32_t **)map_at_text(m, key);
	if (!*at) {
		*at = arena_alloc(a, sizeof(**at));
		**at = VERDICT_UNKNOWN;
	}
	return *at;
}

static int compare_some(struct run *r, struct map *now, struct arena *a, const char *const *domains, size_t n,
			struct err *e)
{
	struct value args[1 + IN_ONE_QUESTION];
	char sql[200 + 3 * IN_ONE_QUESTION];
	struct table t;
	size_t len;
	int rc;

	args[0] = value_text(r->c->round->id);
	len = (size_t)snprintf(sql, sizeof(sql), "SELECT subject, \"check\", verdict FROM obs_verdict "
			       "WHERE round = ? AND subject IN (");
	for (size_t i = 0; i < n; i++) {
		args[1 + i] = value_text(domains[i]);
		len += (size_t)snprintf(sql + len, sizeof(sql) - len, i ? ", ?" : "?");
	}
	snprintf(sql + len, sizeof(sql) - len, ")");
	rc = store_query_facts(r->c->store, a, sql, args, 1 + n, &t, e);
	for (size_t i = 0; !rc && i < t.n_rows; i++) {
		const char *check = value_str(table_at(&t, i, 1), "");

		compare_one(r, check, verdict_of(value_str(table_at(&t, i, 2), "")),
			    *place_of(now, a, value_str(table_at(&t, i, 0), ""), check));
	}
	return rc;
}

static void note(struct run *r, const char *const *domains, size_t n)
{
	const struct second *s = &r->c->second;
	struct arena *a = &r->gather.arena;
	const char *id = arena_str(a, r->c->round->id);

	for (size_t i = 0; i < n; i++)
		*vec_push(&r->gather.changes) = (struct change){
			.sql = "UPDATE round_done SET again = 1 WHERE round = ? AND domain = ?",
			.args = {value_text(id), value_text(domains[i])}, .n_args = 2};
	*vec_push(&r->gather.changes) = (struct change){
		.sql = "UPDATE round SET resampled = ?, compared = ?, disagreed = ?, disagreements = ? "
		       "WHERE id = ?",
		.args = {value_i64(s->sites), value_i64(s->compared), value_i64(s->disagreed),
			 value_text(tally_json(&r->differing, SIZE_MAX, a)), value_text(id)},
		.n_args = 5};
}

int second_window(struct run *r, struct batch *verdicts, const char *const *domains, size_t n, struct err *e)
{
	struct arena a;
	struct map now;
	int rc = 0;

	arena_init(&a, 0);
	map_init(&now, &a);
	for (size_t i = 0; i < verdicts->obs.n; i++) {
		const struct verdict_row *v = verdicts->obs.at[i].row;

		*place_of(&now, &a, verdicts->obs.at[i].subject, v->check) = v->verdict;
	}
	for (size_t i = 0; i < n && !rc; i += IN_ONE_QUESTION)
		rc = compare_some(r, &now, &a, domains + i, n - i < IN_ONE_QUESTION ? n - i : IN_ONE_QUESTION, e);
	r->c->second.sites += (int64_t)n;
	r->c->second.left -= n < r->c->second.left ? n : r->c->second.left;
	if (!rc && n)
		note(r, domains, n);
	arena_done(&a);
	return rc ? rc : round_put(r->c->round, r->c->store, &r->gather, 0, e);
}
