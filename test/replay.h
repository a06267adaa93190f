/*
 * replay: one whole visit (source/visit.h) in a small internet (test/internet.h) on a clock of its
 *own. It stands in for the drive: probes get the events that the internet gives them, after the
 *guard.
 *
 * Whatever the internet does, some things must hold; the first that does not stands in `broken`:
 *	the visit ends, in L_SITE_WALL_MS of active time (and L_LINK_WALL_MS where links are
 *	followed) and the time of one probe
 *	no packet to an opt-out, nor to a public address while nobody is named
 *	questions of a few types, packets to a few ports
 *	what the guard refuses is in the evidence as denied
 *	questions within L_DNS_QUERIES_PER_SITE, each look repeated once at most,
 *	after L_SITE_PAUSES pauses at most
 *	few pages at once, one connection at a time to one address
 *	nothing is concluded about an opt-out, over a family that does not work here, or from a
 *silence that was not repeated every judge gives a verdict, and the same one from evidence that has
 *travelled
 */
#ifndef TEST_REPLAY_H
#define TEST_REPLAY_H

#include "check/check.h"
#include "source/visit.h"
#include "test/internet.h"

/* Somebody asks not to be probed any more, at this moment of the visit. */
struct plea {
	int64_t at_us;
	const char *line;
	struct timer heard, due;
	struct replay *replay;
};

struct sent {
	struct addr addr;
	uint16_t port;
	bool literal; /* it was the host of a URL */
};

struct judged {
	const struct check *check;
	enum verdict verdict;
	const char *reason, *evidence;
};

struct play;

/* What stands in for a drive. */
struct lane {
	struct replay *replay;
	struct guard *guard;
};

struct replay {
	/* set between init and run */
	const char *domain;
	bool v4, v6, public_ok;
	int64_t repeat_after_us;
	size_t links; /* so many of each level are followed */
	size_t repeats; /* times that the front page is asked for again */
	const char *also; /* another site, visited at the same time; its evidence is not kept */
	VEC(struct prefix) allow, deny;
	VEC(struct plea) pleas;
	struct internet net;

	/* what came of it */
	VEC(struct sent) sent;		      /* datagrams and connections, after the guard */
	struct batch *batches[EVIDENCE_KINDS]; /* NULL where there is none */
	VEC(struct judged) judged;
	int64_t active_us, longest_us;
	size_t questions, parks, starts;
	size_t shared; /* looks that one site had of the other */
	char broken[300];

	/* of the replay */
	struct arena arena;
	struct clock_fake clock;
	struct loop *loop;
	struct pace *pace;
	struct optout optout, due; /* heard of; to be obeyed */
	char *optout_text, *due_text;
	struct lane far, near;
	struct visit_env env;
	struct map looks;
	struct play *plays;
	size_t n_plays, n_web;
	int64_t since_us;
	bool over, also_over;
};

void replay_init(struct replay *r);
/* Calls for it once. */
void replay_run(struct replay *r);
void replay_done(struct replay *r);

#endif
