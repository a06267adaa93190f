/*
 * indicator: a published number: its query, its meaning, and all that stands beside it.  To add one:
 * write indicator/NAME.c with `const struct indicator indicator_NAME`, and the row in meson.build.
 *
 * The query is SQL in the subset that DuckDB and ClickHouse share.  Before it runs, {grp} is replaced
 * by a column from `groups` (or by '' for the whole), {where} by the caller's filter, and ? takes the
 * arguments.  It yields, in this order:
 *   at_us  start or end of the period (see `period`)
 *   grp    the group, '' for the whole
 *   num    numerator
 *   den    denominator (NULL for a plain count)
 *   n      how many subjects or records the number stands on
 *   unknown  how many were left out because we do not know (never in num or den)
 * and, for kinds whose value is not num/den:
 *   value, lo, hi  (median and its interval ...)
 */
#ifndef INDICATOR_INDICATOR_H
#define INDICATOR_INDICATOR_H

#include "core/query.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum indicator_kind {
	INDICATOR_SHARE,  /* num/den in 0..1, Wilson interval where sampled */
	INDICATOR_RATIO,  /* num/den, any size */
	INDICATOR_COUNT,  /* num */
	INDICATOR_VALUE,  /* value, lo, hi from the query */
};

struct indicator {
	const char *id;           /* "site_aaaa" */
	const char *title_en, *title_zh;
	const char *dimension;    /* network application terminal user traffic foundation security */
	const char *unit;         /* "%" "count" "ms" "/32" ... */
	enum indicator_kind kind;
	const char *formula_en, *formula_zh;
	const char *numerator_en, *numerator_zh;
	const char *denominator_en, *denominator_zh;
	const char *source;       /* paper, plan or rule, with section */
	const char *method;       /* version: "1" */
	const char *period;       /* "round" (history by round) or "month" */
	const char *const *groups; /* "class", "region", ... ends with NULL; NULL: none */
	const char *needs;        /* table it reads: "verdict", "web", "delegation": empty means no data */
	const char *better;       /* "up" or "down" or "" */
	const char *sql;
};

extern const struct indicator *const indicator_list[];
const struct indicator *indicator_find(const char *id);

struct point {
	int64_t at_us;
	const char *group;      /* "" for the whole */
	double value;           /* NaN: no data */
	double lo, hi;          /* 95 % interval; NaN where the number is exact */
	double numerator, denominator; /* NaN if there is none */
	int64_t n, unknown;
	bool sampled;
};

struct series {
	const struct indicator *indicator;
	struct point *points; /* by time, then group */
	size_t n;
	const char *source_text; /* rounds or datasets it came from, with their dates */
};

struct series_ask {
	const char *by;           /* a group of the indicator, or NULL */
	const char *only;         /* this group value alone, or NULL */
	int64_t from_us, to_us;   /* I64_NULL: open */
	const char *portfolio;    /* name, or NULL for all */
	bool latest;              /* only the last period of each group */
};

/* 0 with an empty series when there is no data (not an error). */
int indicator_eval(const struct indicator *i, const struct facts *f, const struct series_ask *ask,
		   struct arena *a, struct series *out, struct err *e);

/* Wilson score interval, 95 % (Wilson 1927). */
void wilson(double num, double den, double *lo, double *hi);

#endif
