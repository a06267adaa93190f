/* report_int: what the parts of the report share. */
#ifndef OUTLET_REPORT_INT_H
#define OUTLET_REPORT_INT_H

#include "base/arena.h"
#include "indicator/indicator.h"
#include "outlet/markup.h"
#include "outlet/report.h"

struct report {
	const struct report_ask *ask;
	struct store *store;
	struct facts facts;
	struct arena arena;
	struct buf *out;
	int64_t from_us, to_us; /* the period: from <= t < to, and not beyond now */
	bool is_over;           /* the whole period lies in the past */
	const char *list, *round; /* the last complete round of the period's end; NULL: none */
	int64_t version, round_us;
	int64_t files_us; /* the oldest of the registries' current files: up to here all are seen;
			   * I64_NULL: there is none */
	unsigned section;
};

/* ---- report_text: words, cells, numbers ---- */
const char *say(const struct report *r, const char *en, const char *zh);
void heading(struct report *r, const char *en, const char *zh); /* numbered */
void paragraph(struct report *r, const char *class_, const char *en, const char *zh);
__attribute__((format(printf, 3, 4))) void paragraph_text(struct report *r, const char *class_,
							  const char *fmt, ...);
void cell(struct report *r, const char *class_, const char *text);

struct column {
	const char *en, *zh;
	const char *class_; /* "n": a number; "wide", "wider": text that needs room; NULL: text */
};
void table_begin(struct report *r, const struct column *columns, size_t n);
void table_end(struct report *r);
void row_begin(struct report *r);
void row_end(struct report *r);
void cell_none(struct report *r, unsigned columns); /* "no data" over so many columns */

/* "12 / 48", or "n = 48" where the value is no fraction. */
void fraction_text(const struct indicator *i, const struct point *p, char *text, size_t max);
void interval_text(const struct indicator *i, const struct point *p, char *text, size_t max);
/* "+1.9 points"; says so where the list changed in between, which is no change of the sites. */
void change_text(const struct report *r, const struct indicator *i, const struct point *now,
		 const struct point *old, char *text, size_t max);
const char *period_text(const struct report *r);
const char *month_text(const struct report *r, int64_t at_us); /* "2026-10" */
/* The day of a point, or its month where points are whole months. */
const char *when_text(const struct report *r, const struct indicator *i, const struct point *p);
/* The last day of the period that is seen. */
const char *last_day(const struct report *r);

/* ---- report: values at the end of the period and at the end of the one before ---- */
int report_eval(struct report *r, const struct indicator *i, const char *by, struct series *s,
		struct err *e);
const struct point *point_before(const struct series *s, int64_t before_us);

/* ---- the sections ---- */
int report_summary(struct report *r, struct err *e);
int report_leagues(struct report *r, struct err *e);
int report_dimensions(struct report *r, struct err *e);
int report_targets(struct report *r, struct err *e);
int report_repairs(struct report *r, struct err *e);
int report_foundation(struct report *r, struct err *e);
int report_method(struct report *r, struct err *e);

#endif
