/* census_int: the inside of a census, for app/census*.c only. */
#ifndef APP_CENSUS_INT_H
#define APP_CENSUS_INT_H

#include "app/census.h"
#include "app/outage.h"
#include "app/tally.h"
#include "base/map.h"

/* A site that the prober has. */
struct out {
	size_t who;	     /* the prober */
	size_t place;	     /* in the round's order */
	unsigned since;	     /* number of the last self-test before it began */
	bool used, finished;
	struct batch *evidence[EVIDENCE_KINDS];
};

struct run {
	struct census *c;
	struct out *outs; /* the id of a site is its place here */
	size_t n_outs, n_busy;
	VEC(uint32_t) free_ids, held; /* held: finished, in that order */
	struct batch *loose[PROBERS_MAX][EVIDENCE_KINDS]; /* of each prober: evidence whose done has not come yet */
	size_t next;		      /* place in the order that goes out next */
	VEC(uint32_t) again;	      /* places whose look was void */
	struct map tries;	      /* place -> how often it was void */
	struct arena arena;	      /* of tries */
	struct outage outage;
	size_t asked_for;	      /* of held, how many were there when the test was asked for */
	unsigned tests, bad[3];	      /* number of the last self-test in which IPv4, IPv6, resolver failed */
	bool testing, answered[PROBERS_MAX]; /* who has ended the test that is on */
	struct batch *answers;	      /* of these, a row each */
	int64_t tested_us, optout_us, told_us;
	struct gather gather;
	bool second;		      /* all are done; who is out is out for the second time */
	struct tally differing;	      /* checks whose verdicts differ then */
};

/* census.c: a message that no prober sends. */
int census_bad_prober(struct err *e);

/* census_window.c: a self-test has ended; frees b.  Judges and stores the sites that were held when it was
 * asked for, or has them looked at again. */
int window_close(struct run *r, struct batch *b, struct err *e);
/* Stores what was gathered of n sites, and tells of each. */
struct told {
	const struct batch *batch;
	size_t first; /* place of its verdicts there */
};
int window_put(struct census *c, struct gather *g, const struct told *told, size_t n, struct err *e);

/* census_second.c: puts those who are looked at again into `again`; compares and notes n of them. */
int second_begin(struct run *r, struct err *e);
int second_window(struct run *r, struct batch *verdicts, const char *const *domains, size_t n, struct err *e);

/* census_reuse.c: the sites that another round looked at a short time ago: what was found then counts in
 * this round too.  Those whose evidence is not there any more are left to the prober, who asks nothing. */
int census_reuse(struct run *r, const volatile int *stop, struct err *e);

#endif
