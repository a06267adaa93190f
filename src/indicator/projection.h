/*
 * projection: where a target's value will be on its due date, by a straight line through the last
 * periods; see target.h for the method.
 */
#ifndef INDICATOR_PROJECTION_H
#define INDICATOR_PROJECTION_H

#include "indicator/plan.h"

struct projection {
	int64_t at_us;         /* the due date; I64_NULL: there is no projection */
	double value, lo, hi;  /* in the indicator's unit; lo, hi: 95 % prediction interval */
	int64_t crosses_us;    /* when the line reaches the threshold; I64_NULL: never */
	size_t periods;        /* it stands on */
};

/* Points with a value, in time order; none when they are fewer than 3 over one list. */
void target_project(const struct target *t, const struct point *p, size_t n, struct projection *out);
/* Does the line reach the threshold by the due date? */
bool projection_meets(const struct target *t, const struct point *last, const struct projection *j);

#endif
