/*
 * census_window: what happens when a self-test closes the window in which sites were looked at: they are
 * judged with what the observer could do from the test before they began to this one, and stored; or they
 * are void, because an outage fell into it.
 */
#include "app/census_int.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { AGAIN_MAX = 3 }; /* times that a site is looked at again; then unknown is its answer */

/* What the observer could do in every self-test from the one before the site began to now. */
static unsigned works_since(const struct run *r, unsigned since)
{
	return (r->bad[0] < since ? WORKS_V4 : 0) | (r->bad[1] < since ? WORKS_V6 : 0) |
	       (r->bad[2] < since ? WORKS_RESOLVER : 0);
}

static void forget(struct run *r, uint32_t id)
{
	struct out *o = &r->outs[id];

	for (size_t k = 0; k < EVIDENCE_KINDS; k++)
		batch_free(o->evidence[k]);
	*o = (struct out){0};
	*vec_push(&r->free_ids) = id;
	r->n_busy--;
}

/* The batches leave with the put, so what is to be told is copied before. */
static struct batch *copy_verdicts(const struct told *t, size_t n)
{
	struct batch *copy = batch_new(&verdict_schema);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; check_list[k]; k++)
			batch_copy(copy, &t[i].batch->obs.at[t[i].first + k]);
	return copy;
}

static size_t n_checks(void)
{
	size_t n = 0;

	while (check_list[n])
		n++;
	return n;
}

/* Takes the sites out of the window that an outage spoilt; they will be looked at again. */
static void void_window(struct run *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->held.n; i++) {
		uint32_t id = r->held.at[i];
		struct out *o = &r->outs[id];

		if (i < r->asked_for && !outage_spares(&r->outage, works_since(r, o->since))) {
			uint64_t place = o->place;
			void **tries = map_at(&r->tries, &place, sizeof(place));

			*tries = (void *)((uintptr_t)*tries + 1);
			if ((uintptr_t)*tries <= AGAIN_MAX) {
				*vec_push(&r->again) = (uint32_t)place;
				forget(r, id);
				continue;
			}
		}
		r->held.at[kept++] = id;
	}
	r->asked_for -= r->held.n - kept;
	r->held.n = kept;
}

int window_put(struct census *c, struct gather *g, const struct told *told, size_t n, struct err *e)
{
	struct batch *copy = copy_verdicts(told, n);
	int rc = round_put(c->round, c->store, g, n, e);

	for (size_t i = 0; !rc && i < n; i++)
		c->stored(c->ctx, copy, i * n_checks());
	batch_free(copy);
	return rc;
}

/* Judged like the first look, and compared with it. */
static int compare_window(struct run *r, int64_t at_us, struct err *e)
{
	struct census *c = r->c;
	size_t n = r->asked_for;
	const char **domains = calloc(n ? n : 1, sizeof(*domains));
	struct batch *verdicts = batch_new(&verdict_schema);
	int rc;

	if (!domains)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct out *o = &r->outs[r->held.at[i]];
		const struct subject *s = &c->portfolio->subjects.at[c->round->order[o->place]];

		round_judge(c->round, verdicts, s, o->evidence, works_since(r, o->since),
			    c->observer->allow.at, c->observer->allow.n, at_us);
		domains[i] = s->domain;
	}
	rc = second_window(r, verdicts, domains, n, e);
	batch_free(verdicts);
	free(domains);
	return rc;
}

static int first_window(struct run *r, int64_t at_us, struct err *e)
{
	struct census *c = r->c;
	size_t n = r->asked_for;
	struct told *told = calloc(n ? n : 1, sizeof(*told));
	int rc;

	if (!told)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct out *o = &r->outs[r->held.at[i]];
		const struct subject *s = &c->portfolio->subjects.at[c->round->order[o->place]];

		told[i].batch = round_add(c->round, &r->gather, s, o->evidence, works_since(r, o->since),
					  c->observer->allow.at, c->observer->allow.n, at_us,
					  at_us, &told[i].first);
	}
	rc = window_put(c, &r->gather, told, n, e);
	free(told);
	return rc;
}

static int store_window(struct run *r, int64_t at_us, struct err *e)
{
	size_t n = r->asked_for;
	int rc = r->second ? compare_window(r, at_us, e) : first_window(r, at_us, e);

	for (size_t i = 0; i < n; i++)
		forget(r, r->held.at[i]);
	memmove(r->held.at, r->held.at + n, (r->held.n - n) * sizeof(*r->held.at));
	r->held.n -= n;
	return rc;
}

/* The row as it is kept, under our names; texts of the prober are cleaned by the batch's reader. */
static void keep_test(struct run *r, const struct obs *from)
{
	const struct round *round = r->c->round;
	struct obs o = *from;

	o.subject = round->vantage;
	o.vantage = round->vantage;
	o.round = round->id;
	batch_copy(gather_batch(&r->gather, &selftest_schema), &o);
}

static void keep_result(struct run *r, const struct selftest_row *row)
{
	const struct round *round = r->c->round;

	*vec_push(&r->gather.changes) = (struct change){
		.sql = "UPDATE round SET selftest = json_object('v4', json(?), 'v6', json(?), "
		       "'resolver_works', json(?), 'resolver', ?, 'why', ?) WHERE id = ?",
		.args = {value_text(row->v4_works == 1 ? "true" : "false"),
			 value_text(row->v6_works == 1 ? "true" : "false"),
			 value_text(row->resolver_works == 1 ? "true" : "false"),
			 value_text(arena_str(&r->gather.arena, row->resolver)),
			 value_text(arena_str(&r->gather.arena, row->why)), value_text(round->id)},
		.n_args = 6};
}

/* What fails for one prober does not work. */
static struct selftest_row worst_of(const struct batch *b)
{
	struct selftest_row worst = *(const struct selftest_row *)b->obs.at[0].row;

	for (size_t i = 1; i < b->obs.n; i++) {
		const struct selftest_row *o = b->obs.at[i].row;

		worst.v4_works = o->v4_works == 1 ? worst.v4_works : o->v4_works;
		worst.v6_works = o->v6_works == 1 ? worst.v6_works : o->v6_works;
		worst.resolver_works = o->resolver_works == 1 ? worst.resolver_works : o->resolver_works;
		worst.why = worst.why ? worst.why : o->why;
	}
	return worst;
}

int window_close(struct run *r, struct batch *b, struct err *e)
{
	struct census *c = r->c;
	const struct selftest_row row = worst_of(b);
	const int8_t works[] = {row.v4_works, row.v6_works, row.resolver_works};
	int rc;

	r->tests++;
	r->testing = false;
	r->tested_us = clock_mono(&clock_real);
	c->works = 0;
	for (unsigned i = 0; i < 3; i++) {
		if (works[i] == 1)
			c->works |= 1U << i;
		else
			r->bad[i] = r->tests;
	}
	c->ever_failed |= ~c->works & (WORKS_V4 | WORKS_V6 | WORKS_RESOLVER);
	outage_tested(&r->outage, c->works, r->tested_us);
	c->down = r->outage.down;
	c->tested(c->ctx, &row, c->works, r->tests == 1);
	for (size_t i = 0; i < b->obs.n; i++)
		keep_test(r, &b->obs.at[i]);
	keep_result(r, &row);
	void_window(r);
	rc = store_window(r, b->obs.at[0].at_us, e);
	batch_free(b);
	return rc;
}
