/* projection: see projection.h. */
#include "indicator/projection.h"

#include "core/schema.h"

#include <math.h>

#define DAY_US 86400000000LL
#define FAR_US (100 * 366 * DAY_US) /* a date further than a century away is "never" */
enum { PROJECT_MIN = 3, PROJECT_MAX = 8 };

struct line {
	double a, b;          /* y = a + b x, x in days after x0_us */
	double x_mean, sxx, s; /* s: standard error of the residuals */
	size_t n;
	int64_t x0_us;
};

static double days(const struct line *l, int64_t at_us)
{
	return (double)(at_us - l->x0_us) / (double)DAY_US;
}

/* A share, half a subject away from certainty so that its logit is finite; others as they are. */
static double inside(const struct target *t, double v, int64_t n)
{
	double half = n > 0 ? 0.5 / (double)n : 1e-4;

	return t->indicator->kind == INDICATOR_SHARE ? fmin(fmax(v, half), 1 - half) : v;
}

/* Into the measure in which the line is drawn, and back. */
static double forward(const struct target *t, double v)
{
	return t->indicator->kind == INDICATOR_SHARE ? log(v / (1 - v)) : v;
}

static double backward(const struct target *t, double y)
{
	return t->indicator->kind == INDICATOR_SHARE ? 1 / (1 + exp(-y)) : y;
}

static double y_of(const struct target *t, const struct point *p)
{
	return forward(t, inside(t, p->value, p->n));
}

static bool fit(const struct target *t, const struct point *p, size_t n, struct line *l)
{
	double sx = 0, sy = 0, sxy = 0, rest = 0;

	*l = (struct line){.n = n, .x0_us = p[0].at_us};
	for (size_t i = 0; i < n; i++) {
		sx += days(l, p[i].at_us);
		sy += y_of(t, &p[i]);
	}
	l->x_mean = sx / (double)n;
	for (size_t i = 0; i < n; i++) {
		double dx = days(l, p[i].at_us) - l->x_mean;

		l->sxx += dx * dx;
		sxy += dx * (y_of(t, &p[i]) - sy / (double)n);
	}
	if (!(l->sxx > 0))
		return false;
	l->b = sxy / l->sxx;
	l->a = sy / (double)n - l->b * l->x_mean;
	for (size_t i = 0; i < n; i++) {
		double off = y_of(t, &p[i]) - l->a - l->b * days(l, p[i].at_us);

		rest += off * off;
	}
	l->s = sqrt(rest / (double)(n - 2));
	return true;
}

/* Must the value grow to reach the threshold? */
static bool must_grow(const struct target *t, const struct point *last)
{
	if (t->op == TARGET_EQ)
		return last->value < t->threshold;
	return t->op == TARGET_GE || t->op == TARGET_GT;
}

/* When the line reaches the threshold, if it runs towards it. */
static int64_t crossing(const struct target *t, const struct line *l, const struct point *last)
{
	double want = forward(t, inside(t, t->threshold, last->n));
	double now = l->a + l->b * days(l, last->at_us), ahead;

	if (must_grow(t, last) ? l->b <= 0 : l->b >= 0)
		return I64_NULL;
	ahead = (want - now) / l->b * (double)DAY_US;
	if (!(fabs(ahead) < (double)FAR_US))
		return I64_NULL;
	return last->at_us + (int64_t)ahead;
}

/* How many of the last points the line may use: at most PROJECT_MAX, all over one list. */
static size_t usable(const struct point *p, size_t n)
{
	size_t k = 0;

	while (k < n && k < PROJECT_MAX && p[n - 1 - k].version == p[n - 1].version)
		k++;
	return k;
}

void target_project(const struct target *t, const struct point *p, size_t n, struct projection *out)
{
	/* 97.5 % of Student's t for 1 to 6 degrees of freedom */
	static const double student[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447};
	size_t k = usable(p, n);
	double x, y, half;
	struct line l;

	*out = (struct projection){.at_us = I64_NULL, .crosses_us = I64_NULL};
	if (k < PROJECT_MIN || t->due_us == I64_NULL || t->op == TARGET_RANK ||
	    !fit(t, p + n - k, k, &l))
		return;
	x = days(&l, t->due_us);
	y = l.a + l.b * x;
	half = student[k - 3] * l.s *
	       sqrt(1 + 1 / (double)k + (x - l.x_mean) * (x - l.x_mean) / l.sxx);
	*out = (struct projection){
		.at_us = t->due_us, .periods = k, .value = backward(t, y),
		.lo = backward(t, y - half), .hi = backward(t, y + half),
		.crosses_us = crossing(t, &l, &p[n - 1]),
	};
}

/* Does the line reach the threshold by the due date?  Asked in the line's own measure, in which the
 * threshold of a share is half a subject away from 100 %. */
bool projection_meets(const struct target *t, const struct point *last,
			    const struct projection *j)
{
	double want = forward(t, inside(t, t->threshold, last->n));
	double got = forward(t, j->value);

	return must_grow(t, last) ? got >= want - 1e-9 : got <= want + 1e-9;
}
