/*
 * round: one run over a portfolio in the state: found again after any stop, filled site by site, closed.
 *
 * A site is done when its evidence, its verdicts and its row in round_done went in with one transaction;
 * a round that was stopped, however, goes on with the sites that are not.  The row in obs_round goes in
 * with the close: what has none is not complete, and no indicator counts it.
 */
#ifndef APP_ROUND_H
#define APP_ROUND_H

#include "app/judge.h"
#include "app/tally.h"
#include "source/portfolio.h"
#include "store/store.h"

enum { ROUND_ID_MAX = 40, PORTFOLIO_AT_MAX = 96 };

/* What the observer could do while a site was looked at: bits of round_done.works. */
enum { WORKS_V4 = 1, WORKS_V6 = 2, WORKS_RESOLVER = 4 };

#define ROUND_ITERATES "iterate" /* no resolver: names are resolved from the root */

struct round_wish {
	const char *portfolio; /* its name */
	int64_t version;
	const char *vantage;
	const char *settings;  /* JSON: what `verify` needs, and what people want to know; resolver: an address,
				* or ROUND_ITERATES */
	int64_t sample;        /* so many of the sites; 0: all */
	int64_t gap_us;	       /* no site is asked again sooner (P-FREQ); 0: no such rule */
	int64_t confirm_gap_us; /* looks that confirm are at least so far apart */
	const char *name;      /* of the run, or NULL: one name for all shards of one run */
	int64_t shard, shards; /* look at part `shard` (from 1) of `shards`; 0 of 0: at all of the list */
	bool fresh;	       /* give up one that was stopped */
};

/* What another round, whatever its list, found a short time ago counts here too: nobody is asked twice
 * for two lists (P-FREQ). */
struct look_before {
	const char *round;
	int64_t at_us;
	unsigned works;
};

struct round {
	char id[ROUND_ID_MAX], portfolio_at[PORTFOLIO_AT_MAX];
	const char *portfolio, *vantage;
	int64_t version, began_us, seed, population, confirm_gap_us;
	size_t total, done;
	bool resumed;
	uint32_t *order;  /* indices of the subjects to look at, total of them, in the order of the seed */
	bool *is_done;	  /* by place in order */
	const struct look_before **before; /* likewise; NULL: no other round looked at it within gap_us */
	size_t n_before;
	struct tally failures; /* so far */
	struct arena arena;
};

/* In which of `shards` parts a site is, from 1: by a hash of its registrable domain keyed with the list's
 * name, so that one domain stays in one part, and every machine divides the list alike. */
int64_t shard_of(const char *portfolio, const char *domain, int64_t shards);

enum { ROUND_FIRST_SITES = 1000 };
/* The first round of a store is a small one, so that mistakes stay small (P-LOCAL): *sample becomes
 * ROUND_FIRST_SITES if that is less than `sites` and no round was ever complete. */
int round_begin_small(struct store *s, size_t sites, int64_t *sample, struct err *e);
/* Goes on with the round of this portfolio that was stopped, or begins one.  -EAGAIN with a sentence
 * when the same version of the list had a round within the gap. */
int round_begin(struct round *r, struct store *s, const struct portfolio *p,
		const struct round_wish *w, struct err *e);
void round_done(struct round *r); /* the memory */

/* Batches on their way into the store, and the changes that go with them. */
struct gather {
	VEC(struct batch *) batches;
	VEC(struct change) changes;
	struct arena arena; /* texts of the changes */
};
void gather_init(struct gather *g);
void gather_done(struct gather *g);
/* A place for one more observation of this schema. */
struct batch *gather_batch(struct gather *g, const struct schema *s);

/* Adds one site, judged at at_us and looked at until looked_us: its evidence (any may be NULL; not taken), judged.  Returns the rows of the verdicts:
 * *first is the place of the first in the batch that is returned. */
const struct batch *round_add(struct round *r, struct gather *g, const struct subject *tags,
			      struct batch *const evidence[EVIDENCE_KINDS], unsigned works,
			      const struct prefix *allow, size_t n_allow, int64_t at_us,
			      int64_t looked_us, size_t *first);
/* The judgement alone. */
void round_judge(const struct round *r, struct batch *into, const struct subject *tags,
		 struct batch *const evidence[EVIDENCE_KINDS], unsigned works, const struct prefix *allow,
		 size_t n_allow, int64_t at_us);
/* Makes all that was gathered durable; n sites are done with it. */
int round_put(struct round *r, struct store *s, struct gather *g, size_t n, struct err *e);
/* The statuses of its sites (app/statuses.h), and the last transaction. */
int round_close(struct round *r, struct store *s, struct err *e);

#endif
