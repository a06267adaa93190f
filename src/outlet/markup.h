/*
 * markup: HTML and SVG, written through a few calls that escape in one place.  There is no call that
 * writes foreign text as it is.  Charts carry their title, a description for screen readers, direct
 * labels, and gaps where nothing was measured.
 */
#ifndef OUTLET_MARKUP_H
#define OUTLET_MARKUP_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Text between tags or inside an attribute's quotes: & < > " ' are escaped, controls dropped. */
void markup_text(struct buf *out, const char *text);
/* <tag class="c">text</tag>; c NULL: no class.  tag and class are literals of ours. */
void markup_element(struct buf *out, const char *tag, const char *class_, const char *text);

struct chart_point {
	int64_t at_us;
	double value; /* NaN: a gap */
	double lo, hi;/* NaN: no band */
	const char *mark; /* what changed here ("list changed"): the line begins anew; or NULL */
};

struct chart {
	const char *title, *subtitle, *no_data;
	const char *unit;   /* "%": values are shares 0..1 and the axis goes to 100 */
	const struct chart_point *points;
	size_t n;
	double target;      /* NaN: none */
	const char *target_label;
};
/* A line over time. */
void chart_line(struct buf *out, const struct chart *c);

struct bar {
	const char *label;
	double value;       /* NaN: no data, drawn hatched with its word */
	const char *note;   /* "12 / 48" */
};
/* Horizontal bars, label left, value and note right. */
void chart_bars(struct buf *out, const char *title, const char *subtitle, const char *unit,
		const struct bar *bars, size_t n, const char *no_data);

/* "37.5%", "1,204", "12.3 ms": three significant digits at most; "–" for NaN.  Thin spaces group
 * thousands. */
enum { NUMBER_TEXT_MAX = 48 };
const char *number_text(double value, const char *unit, char text[static NUMBER_TEXT_MAX]);
/* Whole and exact, grouped. */
const char *count_text(double value, char text[static NUMBER_TEXT_MAX]);

#endif
