/*
 * status: what is published of one check of one site, apart from what each round says (obs_verdict).
 *
 * A row says how the status stood after a round that changed something about it: a round that says what
 * is published already leaves no row.  So the last row is the status, and the rows are its history.
 * obs.subject is the domain, obs.round the round; obs.at_us is confirm_us of that round (core/round.h).
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "core/schema.h"

#include <stdint.h>

struct status_row {
	const char *check;
	int32_t verdict;	 /* enum verdict, published; unknown: none has been confirmed yet */
	const char *reason;	 /* "" with none */
	int64_t since_us;	 /* when the first of the looks that confirmed it was made; NULL: none */
	const char *since_round; /* its round; "" with none */
	int8_t flipped;		 /* this round changed what is published */
	int32_t was;		 /* what was published before, of a flip; else unknown */
	const char *was_reason;
	int32_t raw;		 /* what the rounds say that is not confirmed yet; -1: nothing */
	const char *raw_reason;	 /* as the last of them gave it */
	int64_t run, need;	 /* rounds that said it in a row; how many it takes */
	int64_t first_us;	 /* the look with which the run began; NULL: no run */
	const char *first_round;
	int64_t counted_us;	 /* the last look that counted in the run */
};

extern const struct schema status_schema; /* "status" */

#endif
