/*
 * confirm: raw verdicts of round after round become a published status.  Pure: the status before and one
 * raw verdict give the status after.
 *
 * What is published flips after `need` looks in a row that say the same, each at least gap_us after the
 * one before it.  A look that comes sooner counts for nothing.  Unknown touches nothing: it neither
 * confirms nor breaks a run.  A look that says what is published ends the run of another answer at once.
 * Before anything has been confirmed the published verdict is unknown.
 */
#ifndef CHECK_CONFIRM_H
#define CHECK_CONFIRM_H

#include "core/status.h"
#include "core/verdict.h"

#include <stdbool.h>

enum { CONFIRM_ROUNDS = 2 }; /* of a check that names no number of its own */

struct raw_look {
	enum verdict verdict;
	const char *reason, *round;
	int64_t at_us; /* when the site was looked at */
};

/* Of a check about which no round has said anything. */
struct status_row status_none(const char *check);
/* Changes the status; true when something about it is new, that is, when it is to be stored.  Texts are
 * borrowed from both. */
bool status_fold(struct status_row *s, const struct raw_look *look, int64_t need, int64_t gap_us);

#endif
