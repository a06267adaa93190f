/*
 * plan: targets as a table that people write.  CSV (base/csv.h), UTF-8:
 *
 *	#title_en,China's action plan of 2017        rows that begin with # say something about the
 *	#title_zh,推进IPv6规模部署行动计划            plan: title_en title_zh source period_days
 *	id,dimension,text_zh,text_en,due,set,indicator,op,threshold,unit,grade,source
 *	A18-04,application,…,…,2018-12-31,portfolio=cn-government,support_rate,>=,100,%,M,…
 *
 * Columns stand in any order; id, due, indicator, op and threshold must be there.
 *   dimension  network application terminal user traffic foundation security: where the target is
 *              shown; empty: that of its indicator
 *   due        a day, month or year: the target is due at its end; empty: none (a standing duty)
 *   set        conditions with ; between: portfolio=NAME, class= region= organisation= level= (one of
 *              "a|b"), rank<=N, rank>=N, or a group of the indicator.  Empty: all of the newest list
 *   indicator  its id; empty: this version cannot measure it, and the target stays NO-DATA
 *   op         >= > = <= <; or rank: the place, among the groups of the indicator, of the one group
 *              that the set names (country=CN) is at most the threshold; only for a running total
 *   threshold  a number in `unit`; with unit %, 50 means half
 *   grade      M measured, D declared and validated, R reported only; empty: M
 *   source     where the plan says so, and its sentence
 */
#ifndef INDICATOR_PLAN_H
#define INDICATOR_PLAN_H

#include "indicator/indicator.h"

enum target_op { TARGET_GE, TARGET_GT, TARGET_EQ, TARGET_LE, TARGET_LT, TARGET_RANK };
extern const char *const target_op_words[]; /* ">=" ">" "=" "<=" "<" "rank" NULL */

struct target {
	const char *id;
	const char *dimension; /* "" if none */
	const char *text_en, *text_zh; /* "" if none */
	const char *due;      /* as written */
	int64_t due_us;       /* end of that day, month or year, exclusive; I64_NULL: none */
	const char *set;      /* as written */
	const char *portfolio; /* from the set; NULL if it names none */
	struct series_filter filters[SERIES_FILTERS_MAX];
	size_t n_filters;
	const char *rank_by, *rank_of; /* op rank: the group and its value */
	const struct indicator *indicator; /* NULL: cannot be measured */
	enum target_op op;
	double threshold;     /* NaN if there is no number; shares in 0..1 */
	const char *unit;
	char grade;           /* 'M' 'D' 'R' */
	const char *source;
	unsigned line;
};

struct plan {
	const char *name;
	const char *title_en, *title_zh, *source; /* "" if none */
	int64_t period_days; /* how often a round is expected; 31 */
	const char *portfolio; /* the list of targets that name none; NULL: see struct series_ask */
	struct target *targets;
	size_t n;
};

/* What the dimension column may say; ends with NULL. */
extern const char *const plan_dimensions[];

/* Reads a plan; everything lives in a.  `name` is what e calls it on failure, with line and remedy:
 * give the file's. */
int plan_parse(struct plan *p, struct arena *a, const char *name, const char *data, size_t len,
	       struct err *e);

/* The plans that travel with the program: name of the i-th (good until the next call), NULL past
 * the last. */
const char *plan_builtin_name(size_t i);
/* -ENOENT when there is none of that name. */
int plan_builtin(struct plan *p, struct arena *a, const char *name, struct err *e);

#endif
