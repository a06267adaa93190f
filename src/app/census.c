/* census: see census.h. */
#include "app/census.h"

#include "app/outage.h"
#include "app/wishes.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
	HELD_MAX = 128,		    /* sites of one window: a second of work or so */
	OUTSTANDING_MIN = 2000,	    /* sites that the prober may have, parked ones among them */
	POLL_MS = 250,
	OPTOUT_EVERY_US = 2000000,  /* P-OPT-1: effective within a minute */
	OUTAGE_TEST_US = 1000000,   /* while it is waited for */
	AGAIN_MAX = 3,		    /* times that a site is looked at again; then unknown is its answer */
};

/* A site that the prober has. */
struct out {
	size_t place;	     /* in the round's order */
	unsigned since;	     /* number of the last self-test before it began */
	bool used, finished;
	struct batch *evidence[3];
};

struct run {
	struct census *c;
	struct out *outs; /* the id of a site is its place here */
	size_t n_outs, n_busy;
	VEC(uint32_t) free_ids, held; /* held: finished, in that order */
	struct batch *loose[3];	      /* evidence whose done has not come yet */
	size_t next;		      /* place in the order that goes out next */
	VEC(uint32_t) again;	      /* places whose look was void */
	struct map tries;	      /* place -> how often it was void */
	struct arena arena;	      /* of tries */
	struct outage outage;
	size_t asked_for;	      /* of held, how many were there when the test was asked for */
	unsigned tests, bad[3];	      /* number of the last self-test in which IPv4, IPv6, resolver failed */
	bool testing;
	int64_t tested_us, optout_us, told_us;
	struct gather gather;
};

static const struct schema *const kinds[] = {&dns_schema, &web_schema, &smtp_schema};

/* ---- out ---- */

static int send_one(struct run *r, size_t place, struct err *e)
{
	uint32_t id = r->free_ids.at[--r->free_ids.n];
	const struct round *round = r->c->round;

	r->outs[id] = (struct out){.place = place, .used = true};
	r->n_busy++;
	return prober_site(r->c->prober, id,
			   r->c->portfolio->subjects.at[round->order[place]].domain,
			   round->too_soon[place], e);
}

static int send_sites(struct run *r, struct err *e)
{
	const struct round *round = r->c->round;
	int rc = 0;

	if (!r->tests || outage_is(&r->outage))
		return 0;
	while (!rc && r->again.n && r->free_ids.n)
		rc = send_one(r, r->again.at[--r->again.n], e);
	while (!rc && r->next < round->total && r->free_ids.n) {
		if (!round->is_done[r->next])
			rc = send_one(r, r->next, e);
		r->next++;
	}
	return rc;
}

/* ---- back ---- */

static int bad_prober(struct err *e)
{
	return err_set(e, -EBADMSG, "the prober sent evidence that belongs to no site; nothing of it was "
				    "stored");
}

static int take_evidence(struct run *r, struct batch *b, struct err *e)
{
	for (size_t i = 0; i < 3; i++)
		if (b->schema == kinds[i] && !r->loose[i]) {
			r->loose[i] = b;
			return 0;
		}
	batch_free(b);
	return bad_prober(e);
}

static int take_done(struct run *r, uint32_t id, uint32_t tests, struct err *e)
{
	struct out *o = id < r->n_outs ? &r->outs[id] : NULL;
	const char *domain;

	if (!o || !o->used || o->finished || !tests || tests > r->tests)
		return bad_prober(e);
	o->since = tests;
	domain = r->c->portfolio->subjects.at[r->c->round->order[o->place]].domain;
	for (size_t k = 0; k < 3; k++) {
		for (size_t i = 0; r->loose[k] && i < r->loose[k]->obs.n; i++)
			if (strcmp(r->loose[k]->obs.at[i].subject, domain) != 0 ||
			    !evidence_whole(kinds[k], r->loose[k]->obs.at[i].row))
				return bad_prober(e);
		o->evidence[k] = r->loose[k];
		r->loose[k] = NULL;
	}
	o->finished = true;
	*vec_push(&r->held) = id;
	return 0;
}

/* ---- a window closes ---- */

/* What the observer could do in every self-test from the one before the site began to now. */
static unsigned works_since(const struct run *r, unsigned since)
{
	return (r->bad[0] < since ? WORKS_V4 : 0) | (r->bad[1] < since ? WORKS_V6 : 0) |
	       (r->bad[2] < since ? WORKS_RESOLVER : 0);
}

static void forget(struct run *r, uint32_t id)
{
	struct out *o = &r->outs[id];

	for (size_t k = 0; k < 3; k++)
		batch_free(o->evidence[k]);
	*o = (struct out){0};
	*vec_push(&r->free_ids) = id;
	r->n_busy--;
}

/* Places of the verdicts that go in with a window, told when they are in. */
struct told {
	const struct batch *batch;
	size_t first;
};

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

static int store_window(struct run *r, int64_t at_us, struct err *e)
{
	struct census *c = r->c;
	size_t n = r->asked_for;
	struct told *told = calloc(n ? n : 1, sizeof(*told));
	struct batch *copy;
	int rc;

	if (!told)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct out *o = &r->outs[r->held.at[i]];
		const struct subject *s = &c->portfolio->subjects.at[c->round->order[o->place]];

		told[i].batch = round_add(c->round, &r->gather, s, o->evidence, works_since(r, o->since),
					  c->observer->allow.at, c->observer->allow.n, at_us,
					  &told[i].first);
	}
	copy = copy_verdicts(told, n);
	free(told);
	rc = round_put(c->round, c->store, &r->gather, n, e);
	for (size_t i = 0; i < n; i++) {
		if (!rc)
			c->stored(c->ctx, copy, i * n_checks());
		forget(r, r->held.at[i]);
	}
	batch_free(copy);
	memmove(r->held.at, r->held.at + n, (r->held.n - n) * sizeof(*r->held.at));
	r->held.n -= n;
	return rc;
}

/* The row as it is kept, under our names; texts of the prober are cleaned by the batch's reader. */
static void keep_test(struct run *r, const struct obs *from)
{
	const struct round *round = r->c->round;
	struct obs o = *from;
	const struct selftest_row *row = from->row;

	o.subject = round->vantage;
	o.vantage = round->vantage;
	o.round = round->id;
	*vec_push(&r->gather.changes) = (struct change){
		.sql = "UPDATE round SET selftest = json_object('v4', json(?), 'v6', json(?), "
		       "'resolver_works', json(?), 'resolver', ?, 'why', ?) WHERE id = ?",
		.args = {value_text(row->v4_works == 1 ? "true" : "false"),
			 value_text(row->v6_works == 1 ? "true" : "false"),
			 value_text(row->resolver_works == 1 ? "true" : "false"),
			 value_text(arena_str(&r->gather.arena, row->resolver)),
			 value_text(arena_str(&r->gather.arena, row->why)), value_text(round->id)},
		.n_args = 6};
	batch_copy(gather_batch(&r->gather, &selftest_schema), &o);
}

static int take_test(struct run *r, struct batch *b, struct err *e)
{
	struct census *c = r->c;
	const struct selftest_row *row = b->obs.at[0].row;
	const int8_t works[] = {row->v4_works, row->v6_works, row->resolver_works};
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
	c->tested(c->ctx, row, c->works, r->tests == 1);
	keep_test(r, &b->obs.at[0]);
	void_window(r);
	rc = store_window(r, b->obs.at[0].at_us, e);
	batch_free(b);
	return rc;
}

/* While sites are out the observer is tested again and again, also when none is held: an outage that
 * spans a look and its repetition then spans a self-test as well. */
static bool test_is_due(const struct run *r)
{
	int64_t age_us = clock_mono(&clock_real) - r->tested_us;

	if (outage_is(&r->outage))
		return age_us >= OUTAGE_TEST_US;
	if (!r->tests || r->held.n >= HELD_MAX || (r->held.n && r->held.n == r->n_busy))
		return true;
	return r->n_busy && age_us >= r->c->observer->config->selftest_every_s * 1000000;
}

static int ask_for_test(struct run *r, struct err *e)
{
	if (r->testing || !test_is_due(r))
		return 0;
	r->testing = true;
	r->asked_for = r->held.n;
	return prober_test(r->c->prober, e);
}

/* ---- the conversation ---- */

static int take(struct run *r, struct prober_news *n, struct err *e)
{
	switch (n->word) {
	case PROBER_EVIDENCE: return take_evidence(r, n->batch, e);
	case PROBER_DONE: return take_done(r, n->id, n->tests, e);
	case PROBER_TESTED:
		if (r->testing)
			return take_test(r, n->batch, e);
		batch_free(n->batch);
		return bad_prober(e);
	case PROBER_STATE: r->c->state = n->state; break;
	case PROBER_WISH:
		if (r->c->wishes++ < WISHES_MAX)
			wish_keep(&r->gather, &n->wish, clock_wall(&clock_real));
		break;
	case PROBER_NOTHING:
	case PROBER_OVER: break;
	}
	return 0;
}

static void wait_for_news(struct run *r)
{
	struct pollfd p[2] = {{.fd = prober_fd(r->c->prober), .events = POLLIN},
			      {.fd = store_fd(r->c->store), .events = POLLIN}};

	if (prober_wants_write(r->c->prober))
		p[0].events |= POLLOUT;
	poll(p, 2, POLL_MS); /* a negative descriptor is passed over */
	if (p[1].revents)
		store_serve(r->c->store);
}

static int gone_too_long(const struct run *r, struct err *e)
{
	long long s = (long long)r->c->observer->config->selftest_patience_s;
	char text[ADDR_TEXT_MAX];

	if (r->outage.down & WORKS_RESOLVER)
		return err_set(e, -EHOSTDOWN,
			       "the resolver %s has given no answer for %lld s (dns.resolver, "
			       "selftest.patience_s); the same command goes on with the round",
			       addr_text(&r->c->observer->resolver, text), s);
	return err_set(e, -EHOSTDOWN,
		       "%s worked here and has not for %lld s (selftest.patience_s); the same command goes "
		       "on with the round",
		       r->outage.down & WORKS_V6 ? "IPv6" : "IPv4", s);
}

static int look_after(struct run *r, struct err *e)
{
	int64_t now_us = clock_mono(&clock_real);
	struct census *c = r->c;
	struct err odd;

	if (now_us - r->told_us >= 200000) {
		r->told_us = now_us;
		c->progress(c->ctx, &c->state, r->held.n);
	}
	if (outage_lasts(&r->outage, c->observer->config->selftest_patience_s * 1000000, now_us))
		return gone_too_long(r, e);
	if (now_us - r->optout_us < OPTOUT_EVERY_US)
		return 0;
	r->optout_us = now_us;
	switch (observer_optout(c->observer, &odd)) {
	case 0: return 0;
	case 1: return prober_optout(c->prober, c->observer->optout.data, c->observer->optout.len, e);
	default: log_warn("%s; the list before stays", odd.text); return 0;
	}
}

static int take_all(struct run *r, bool *over, struct err *e)
{
	for (;;) {
		struct prober_news n;
		int rc = prober_next(r->c->prober, &n, e);

		if (rc || n.word == PROBER_NOTHING)
			return rc;
		*over = n.word == PROBER_OVER;
		if (*over)
			return 0;
		rc = take(r, &n, e);
		if (rc)
			return rc;
	}
}

static int converse(struct run *r, const volatile int *stop, struct err *e)
{
	bool over = false, ended = false;
	int rc = 0;

	while (!rc && !over) {
		bool all = r->tests && r->next >= r->c->round->total && !r->again.n && !r->n_busy &&
			   !r->testing;

		if (*stop)
			return err_set(e, -EINTR, "stopped; the same command goes on where it stopped");
		if (all && !ended) {
			ended = true;
			rc = prober_end(r->c->prober, e);
		}
		if (!rc && !ended)
			rc = send_sites(r, e);
		if (!rc && !ended)
			rc = ask_for_test(r, e);
		if (!rc)
			wait_for_news(r);
		if (!rc)
			rc = take_all(r, &over, e);
		if (!rc)
			rc = look_after(r, e);
	}
	return rc;
}

int census_run(struct census *c, const volatile int *stop, struct err *e)
{
	struct run r = {.c = c};
	int64_t at_once = c->observer->config->sites_at_once;
	int rc;

	r.n_outs = (size_t)(4 * at_once > OUTSTANDING_MIN ? 4 * at_once : OUTSTANDING_MIN);
	r.outs = calloc(r.n_outs, sizeof(*r.outs));
	if (!r.outs)
		abort();
	for (size_t i = r.n_outs; i > 0; i--)
		*vec_push(&r.free_ids) = (uint32_t)(i - 1);
	gather_init(&r.gather);
	arena_init(&r.arena, 0);
	map_init(&r.tries, &r.arena);
	outage_init(&r.outage);
	rc = wishes_tell(c->store, c->prober, clock_wall(&clock_real), &c->wishes_heard, e);
	if (!rc)
		rc = converse(&r, stop, e);
	for (size_t i = 0; i < r.n_outs; i++)
		for (size_t k = 0; k < 3; k++)
			batch_free(r.outs[i].evidence[k]);
	for (size_t k = 0; k < 3; k++)
		batch_free(r.loose[k]);
	gather_done(&r.gather);
	vec_done(&r.free_ids);
	vec_done(&r.again);
	arena_done(&r.arena);
	vec_done(&r.held);
	free(r.outs);
	return rc;
}
