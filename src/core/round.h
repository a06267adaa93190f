/*
 * round: one run over a portfolio, as a row of table obs_round.  The row is put together with the
 * round's last batch, so a round without a row is not complete and no indicator counts it.
 * obs.subject is the portfolio's name, obs.round the id, obs.at_us when it ended.
 */
#ifndef CORE_ROUND_H
#define CORE_ROUND_H

#include "core/schema.h"

#include <stdint.h>

struct round_row {
	int64_t began_us, ended_us;
	int64_t version;    /* of the portfolio */
	int64_t sites;      /* looked at */
	int8_t sampled;     /* a sample of the list, not all of it */
	int64_t population; /* sites on the list */
	int64_t seed;       /* of the order and of the sample */
	const char *method; /* version of the probing method */
	int8_t complete;    /* every site has its verdicts */
	int64_t confirm_us; /* statuses were confirmed from what was closed before; NULL: they were not */
	int64_t confirm_gap_us; /* least time between two looks that count */
	const char *name;   /* given by who ran it, the same for all shards of one run; NULL: none */
	int64_t shard, shards; /* this is part `shard` of `shards` of the list; NULL: the whole */
	int64_t resampled;  /* sites looked at a second time at the end; their first verdicts stand */
	int64_t compared, disagreed; /* verdicts of these; that differ */
	const char *disagreements; /* JSON: {check: verdicts that differ} */
};

extern const struct schema round_schema; /* "round" */

#endif
