/*
 * verdict: what a check concludes about one subject in one round, from stored evidence.
 *
 * unknown (we could not tell), not applicable (the question does not arise) and fail are three
 * different answers and are never merged.  The tags of the portfolio travel with the verdict as they
 * stood in that round, so that a later change of the list is never reported as adoption.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include "core/schema.h"

enum verdict { VERDICT_PASS, VERDICT_PARTIAL, VERDICT_FAIL, VERDICT_NA, VERDICT_UNKNOWN };
extern const char *const verdict_words[]; /* pass partial fail na unknown NULL */

/* The row of table obs_verdict.  obs.subject is the domain. */
struct verdict_row {
	const char *check;    /* id of the check: "aaaa", "www_aaaa", "same_content" ... */
	int32_t verdict;      /* enum verdict */
	const char *reason;   /* reason code, stable: "no_aaaa", "v6_timeout" ... */
	const char *evidence; /* JSON: what it was derived from, addresses and name servers included */
	const char *organisation, *class_, *region, *level; /* tags of the portfolio, "" if none */
	int64_t rank;
	const char *portfolio; /* NAME@VERSION */
	const char *method;    /* version of the method, see check.h */
};

extern const struct schema verdict_schema; /* name "verdict" */

#endif
