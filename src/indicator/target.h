/*
 * target: a number held against what a plan asks, now and on the due date.
 *
 *   MET       the value on the due date met the threshold; or, before that date or without one, the
 *             value now does.  "Meets" is asked of the bad end of the 95 % interval where there is one
 *   LATE-MET  first measured as met after the due date: days_late
 *   MISSED    the due date is past and even the good end of the interval does not reach
 *   ON-TRACK  not due yet; the projection reaches the threshold by the due date
 *   AT-RISK   not due yet and it does not, or fewer than 3 periods to project from; or past due with
 *             the threshold inside the interval; or a standing duty that is not met
 *   NO-DATA   no indicator, no list, no round, or nothing decided in the set.  Never 0
 *   STALE     the last value is older than two periods, and nothing above it was settled before
 *
 * "=" is met when the whole interval is the threshold, and missed when it does not hold it.
 *
 * Projection: straight line through the last 8 periods (least squares), of the logit of a share or of
 * the plain value of anything else, with its 95 % prediction interval (Student's t).  A share is kept
 * half a subject away from 0 and 1 for the logit, and so is its threshold.  Periods before the last
 * change of the list are left out: a new list is not progress.
 * A rank target is judged by the place now and on the due date; it is not projected.  A place in
 * the world needs the files of all five registries and is known up to the date of the oldest.
 */
#ifndef INDICATOR_TARGET_H
#define INDICATOR_TARGET_H

#include "indicator/projection.h"

enum target_status {
	TARGET_MET, TARGET_LATE_MET, TARGET_MISSED, TARGET_ON_TRACK, TARGET_AT_RISK,
	TARGET_NO_DATA, TARGET_STALE,
};
extern const char *const target_status_words[]; /* "MET" "LATE-MET" ... NULL */

/* Not good enough for exit code 0: MISSED, AT-RISK. */
bool target_is_bad(enum target_status s);

struct target_result {
	const struct target *target;
	enum target_status status;
	struct point at_due, now;      /* at_us I64_NULL: none */
	struct projection projection;
	int64_t first_met_us;          /* I64_NULL: never seen */
	int64_t days_late;             /* LATE-MET; else I64_NULL */
	double distance;               /* from the value now to the threshold, in the indicator's unit:
					* 0 when it is reached; NaN: no value */
	const char *why_en, *why_zh;   /* one sentence */
	const char *source_text, *source_text_zh; /* see struct series */
};

/* The judgement alone: points of the whole set in time order, none later than now_us.  period_us is
 * how far apart they should be. */
void target_judge(const struct target *t, const struct point *points, size_t n, int64_t period_us,
		  int64_t now_us, struct arena *a, struct target_result *out);

/* Asks the facts, then judges.  No data is a result, not an error. */
int target_eval(const struct plan *p, const struct target *t, const struct facts *f, int64_t now_us,
		struct arena *a, struct target_result *out, struct err *e);

/* Counts by status of all of a plan's targets. */
struct target_counts {
	size_t by[TARGET_STALE + 1];
};
/* results: p->n of them. */
int plan_eval(const struct plan *p, const struct facts *f, int64_t now_us, struct arena *a,
	      struct target_result **results, struct target_counts *counts, struct err *e);

#endif
