/* census: see census.h. */
#include "app/census_int.h"

#include "app/wishes.h"
#include "base/clock.h"
#include "base/log.h"

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
};

/* ---- out ---- */

static int send_one(struct run *r, size_t place, struct err *e)
{
	uint32_t id = r->free_ids.at[--r->free_ids.n];
	const struct round *round = r->c->round;

	const struct subject *s = &r->c->portfolio->subjects.at[round->order[place]];
	char kin[KIN_MAX] = "";

	if (r->c->kin)
		kin_of(r->c->kin, s, kin);
	r->outs[id] = (struct out){.place = place, .used = true, .who = probers_of(r->c->probers, s->domain)};
	r->n_busy++;
	return probers_site(r->c->probers, id, s->domain, kin, round->before[place] != NULL, e);
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

int census_bad_prober(struct err *e)
{
	return err_set(e, -EBADMSG, "the prober sent evidence that belongs to no site; nothing of it was "
				    "stored");
}

static int take_evidence(struct run *r, size_t who, struct batch *b, struct err *e)
{
	enum evidence_kind k = evidence_kind_of(b->schema);

	if (k < EVIDENCE_KINDS && !r->loose[who][k]) {
		r->loose[who][k] = b;
		return 0;
	}
	batch_free(b);
	return census_bad_prober(e);
}

/* A prober may be one test ahead of the others. */
static unsigned tests_of(const struct run *r, size_t who)
{
	return r->tests + (r->testing && r->answered[who]);
}

static int take_done(struct run *r, size_t who, uint32_t id, uint32_t tests, struct err *e)
{
	struct out *o = id < r->n_outs ? &r->outs[id] : NULL;
	struct batch **loose = r->loose[who];
	const char *domain;

	if (!o || !o->used || o->who != who || o->finished || !tests || tests > tests_of(r, who))
		return census_bad_prober(e);
	o->since = tests;
	domain = r->c->portfolio->subjects.at[r->c->round->order[o->place]].domain;
	for (size_t k = 0; k < EVIDENCE_KINDS; k++) {
		for (size_t i = 0; loose[k] && i < loose[k]->obs.n; i++)
			if (strcmp(loose[k]->obs.at[i].subject, domain) != 0 ||
			    !evidence_whole(evidence_schemas[k], loose[k]->obs.at[i].row))
				return census_bad_prober(e);
		o->evidence[k] = loose[k];
		loose[k] = NULL;
	}
	o->finished = true;
	*vec_push(&r->held) = id;
	return 0;
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
	return probers_test(r->c->probers, e);
}

/* ---- the conversation ---- */

/* A window closes when every prober has ended the test; what fails for one fails. */
static int take_test(struct run *r, size_t who, struct batch *b, struct err *e)
{
	size_t n = 0;

	if (!r->testing || r->answered[who]) {
		batch_free(b);
		return census_bad_prober(e);
	}
	r->answered[who] = true;
	if (r->answers) {
		batch_copy(r->answers, &b->obs.at[0]);
		batch_free(b);
	} else {
		r->answers = b;
	}
	for (size_t i = 0; i < r->c->probers->n; i++)
		n += r->answered[i];
	if (n < r->c->probers->n)
		return 0;
	b = r->answers;
	r->answers = NULL;
	memset(r->answered, 0, sizeof(r->answered));
	return window_close(r, b, e);
}

static int take(struct run *r, size_t who, struct prober_news *n, struct err *e)
{
	switch (n->word) {
	case PROBER_EVIDENCE: return take_evidence(r, who, n->batch, e);
	case PROBER_DONE: return take_done(r, who, n->id, n->tests, e);
	case PROBER_TESTED: return take_test(r, who, n->batch, e);
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
	size_t n = r->c->probers->n;
	struct pollfd p[PROBERS_MAX + 1];

	probers_poll(r->c->probers, p);
	p[n] = (struct pollfd){.fd = store_fd(r->c->store), .events = POLLIN};
	poll(p, n + 1, POLL_MS); /* a negative descriptor is passed over */
	if (p[n].revents)
		store_serve(r->c->store);
}

static int gone_too_long(const struct run *r, struct err *e)
{
	long long s = (long long)r->c->observer->config->selftest_patience_s;
	char text[ADDR_TEXT_MAX];

	if (r->outage.down & WORKS_RESOLVER && r->c->observer->config->iterate)
		return err_set(e, -EHOSTDOWN,
			       "no server of the root has given an answer for %lld s (dns.root_hints, guard.allow, "
			       "selftest.patience_s); the same command goes on with the round",
			       s);
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
	case 1: return probers_optout(c->probers, c->observer->optout.data, c->observer->optout.len, e);
	default: log_warn("%s; the list before stays", odd.text); return 0;
	}
}

static int take_all(struct run *r, bool *over, struct err *e)
{
	for (;;) {
		struct prober_news n;
		size_t who;
		int rc = probers_next(r->c->probers, &n, &who, e);

		if (rc || n.word == PROBER_NOTHING)
			return rc;
		*over = n.word == PROBER_OVER;
		if (*over)
			return 0;
		rc = take(r, who, &n, e);
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
		if (all && !r->second) {
			rc = second_begin(r, e);
			continue;
		}
		if (all && !ended) {
			ended = true;
			rc = probers_end(r->c->probers, e);
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
	tally_init(&r.differing, &r.arena);
	rc = wishes_tell(c->store, c->probers, clock_wall(&clock_real), &c->wishes_heard, e);
	if (!rc)
		rc = census_reuse(&r, stop, e);
	if (!rc)
		rc = converse(&r, stop, e);
	for (size_t i = 0; i < r.n_outs; i++)
		for (size_t k = 0; k < EVIDENCE_KINDS; k++)
			batch_free(r.outs[i].evidence[k]);
	for (size_t i = 0; i < c->probers->n; i++)
		for (size_t k = 0; k < EVIDENCE_KINDS; k++)
			batch_free(r.loose[i][k]);
	batch_free(r.answers);
	gather_done(&r.gather);
	vec_done(&r.free_ids);
	vec_done(&r.again);
	tally_done(&r.differing);
	arena_done(&r.arena);
	vec_done(&r.held);
	free(r.outs);
	return rc;
}
