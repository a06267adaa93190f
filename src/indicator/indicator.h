/*
 * indicator: a published number: its query, its meaning, and all that stands beside it.  To add one:
 * write indicator/NAME.c with `const struct indicator indicator_NAME`, and the row in meson.build.
 *
 * The query
 * ---------
 * SQL in the subset that DuckDB and ClickHouse share (window functions where nothing else does).
 * It is a literal of ours and has no ? of its own.  Before it runs:
 *   {grp}    is replaced by '' (the whole) or by the SQL of the group that was asked for: the name in
 *            `groups`, or the expression at the same place in `group_sql` if there is one (text:
 *            CAST(prefix_len AS VARCHAR));
 *   {round}  (period "round") is replaced by the one round that is asked about, or by the shards that make it up
 *            (census --round NAME --shard I/N): v.round IN ({round}).
 *            What is said of a round may depend on that round alone: it is asked once and kept;
 *   {whole}  (registry files) is replaced by the first moment of the first month that not every file
 *            held covers to its end; an indicator that asks for it has whole months as its points;
 *   {where}  is replaced by TRUE, or by the caller's conditions with ? for every foreign value.  It may
 *            stand more than once.  What it filters must have, by these plain names, the columns
 *              at_us                       time of the point: conditions from and to
 *              every group's column        condition only, and filters on groups
 *            and in indicators by round also
 *              portfolio                   name of the list, without version
 *              class region organisation level rank
 *            So filter the outermost relation in which a running total or a ratio already stands:
 *            SELECT at_us, {grp} AS grp, ... FROM (...) x WHERE {where} GROUP BY at_us, grp
 * Columns of the result, in this order (names do not matter, order of rows neither):
 *   at_us    microseconds UTC.  period "round": when the round ended; "month": its first moment
 *   grp      the group, '' for the whole; with a group asked for, '' or NULL reads as GROUP_NONE
 *   num      numerator                     (BIGINT or DOUBLE: use count(), not sum() of integers,
 *   den      denominator, NULL for a count  whose type no two engines share; else CAST ... AS DOUBLE)
 *   n        how many subjects or records the number stands on
 *   unknown  how many were left out because we do not know: never in num, den or n
 * and for INDICATOR_VALUE also value, lo, hi (lo, hi NULL where no interval is given).
 * indicator/site.h has the whole query for the usual case: the share of one verdict.
 *
 * A point whose denominator is 0 has no value (NaN): nobody knows, which is not zero.
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
	const char *const *group_sql; /* SQL of each group, in the same order; NULL: its name */
	const char *needs;        /* table it reads: "verdict", "web", "delegation": empty means no data */
	const char *better;       /* "up" or "down" or "" */
	const char *sql;
};

extern const struct indicator *const indicator_list[]; /* made by the build; ends with NULL */
const struct indicator *indicator_find(const char *id);
bool indicator_has_group(const struct indicator *i, const char *group);
/* Are its points whole months, by their first moment? */
bool indicator_is_monthly(const struct indicator *i);
static inline bool indicator_is_round(const struct indicator *i) { return i->period[0] == 'r'; }

/* Name of the group of those that have no tag. */
#define GROUP_NONE "(none)"

struct point {
	int64_t at_us;
	const char *group;      /* "" for the whole */
	double value;           /* NaN: no data */
	double lo, hi;          /* 95 % interval; NaN where the number is exact */
	double numerator, denominator; /* NaN if there is none */
	int64_t n, unknown;
	bool sampled;           /* the round looked at a sample of its list */
	int64_t version;        /* of the portfolio; I64_NULL if there is none.  Between points whose
				 * versions differ the list changed, not only the sites */
};

struct series {
	const struct indicator *indicator;
	struct point *points; /* by time, then group */
	size_t n;
	const char *portfolio;   /* the list whose rounds these are; NULL if none */
	int64_t whole_us;        /* of whole months: what begins here or later is not whole; else I64_NULL */
	const char *source_text; /* rounds or datasets it came from, with their dates */
	const char *source_text_zh;
};

/* One condition on a subject's tags: column is class, region, organisation, level, rank or a group
 * of the indicator.  With EQ, `text` may name several, "a|b": one of them. */
enum series_op { SERIES_EQ, SERIES_LE, SERIES_GE };
struct series_filter {
	const char *column;
	enum series_op op;
	const char *text;  /* EQ */
	int64_t number;    /* LE, GE */
};
enum { SERIES_FILTERS_MAX = 8, SERIES_WORDS_MAX = 32 }; /* filters; words of one "a|b|c" */

struct series_ask {
	const char *by;           /* a group of the indicator, or NULL */
	const char *only;         /* this group value alone, or NULL */
	int64_t from_us, to_us;   /* from <= at < to; I64_NULL: open (see series_ask_init) */
	const char *portfolio;    /* name, or NULL: the list whose complete round ended last, so that
				   * two lists never make one curve.  No effect on what has no list. */
	bool latest;              /* only the last period (of each group where period is "month") */
	const struct series_filter *filters;
	size_t n_filters;
};

/* Everything open: from_us and to_us I64_NULL, the rest zero. */
struct series_ask series_ask_all(void);

/* 0 with an empty series when there is no data (not an error).  -EINVAL: a group or filter that the
 * indicator does not have.  -E2BIG: more rows than an answer may hold. */
int indicator_eval(const struct indicator *i, const struct facts *f, const struct series_ask *ask,
		   struct arena *a, struct series *out, struct err *e);

#endif
