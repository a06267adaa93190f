/*
 * census: the conversation with the probers over one round.  Sites go out, evidence comes back and is held
 * until a self-test has closed the window in which it was gathered; then it is judged with what the
 * observer could do all that time, and stored.  Only what is stored is told to anybody.  While the observer
 * fails the round waits, and what fell into the outage is looked at again.
 */
#ifndef APP_CENSUS_H
#define APP_CENSUS_H

#include "app/kin.h"
#include "app/probers.h"
#include "app/round.h"

/* Sites that are looked at once more when all are done (census_second.c). */
struct second {
	bool is_on;
	size_t left;
	int64_t sites, compared, disagreed; /* done; verdicts of theirs that both looks could tell; that differ */
};

struct census {
	struct store *store;
	struct probers *probers;
	struct observer *observer;
	const struct portfolio *portfolio;
	const struct kin *kin; /* where links are followed; else NULL */
	struct round *round;
	/* Called for each site after it was stored: its verdicts stand from `first` on in the batch. */
	void (*stored)(void *ctx, const struct batch *verdicts, size_t first);
	/* A few times a second. */
	void (*progress)(void *ctx, const struct prober_state *state, size_t held);
	/* After each self-test; works is what holds now, as in round.h. */
	void (*tested)(void *ctx, const struct selftest_row *row, unsigned works, bool is_first);
	void *ctx;
	struct prober_state state; /* the last that was told */
	unsigned works;	     /* of the last self-test */
	unsigned down;	     /* what the round waits for just now (app/outage.h) */
	size_t wishes, wishes_heard; /* to be left alone: met in this run; of earlier rounds */
	struct second second;
	unsigned ever_failed;	     /* families that failed in a self-test of this run */
};

/* Until every site is done, or *stop becomes true (then -EINTR), or the observer has failed too long
 * (-EHOSTDOWN); the round can go on later. */
int census_run(struct census *c, const volatile int *stop, struct err *e);

#endif
