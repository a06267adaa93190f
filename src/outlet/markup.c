/*
 * markup: see markup.h.  Charts are 720 units wide and scale with the page.  Looks stand twice: as
 * attributes, which is all that a renderer of PDF reads inside SVG, and as classes, by which a style
 * sheet overrules them.
 */
#include "outlet/markup.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define INK "fill=\"#1b2430\""
#define QUIET "fill=\"#55606d\""
#define GRID "stroke=\"#d5dae0\" stroke-width=\"1\""
#define V6_FILL "fill=\"#0b62b0\""
#define V6_LINE "fill=\"none\" stroke=\"#0b62b0\" stroke-width=\"2\""
#define TARGET "stroke=\"#b45309\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\""
#define FONT "font-family=\"WenQuanYi Micro Hei, Noto Sans CJK SC, sans-serif\" font-size=\"12\""

enum { WIDTH = 720, HEIGHT = 240, LEFT = 56, RIGHT = 96, TOP = 12, BOTTOM = 28, ROW = 24 };

void markup_text(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t n = utf8_decode(text + i, len - i, &c);

		if (c == '&')
			buf_str(out, "&amp;");
		else if (c == '<')
			buf_str(out, "&lt;");
		else if (c == '>')
			buf_str(out, "&gt;");
		else if (c == '"')
			buf_str(out, "&quot;");
		else if (c == '\'')
			buf_str(out, "&#39;");
		else if (c == UTF8_BAD)
			buf_str(out, "\xef\xbf\xbd");
		else if (c >= 0x20 || c == '\n')
			buf_add(out, text + i, n);
		i += n;
	}
}

void markup_element(struct buf *out, const char *tag, const char *class_, const char *text)
{
	if (class_)
		buf_printf(out, "<%s class=\"%s\">", tag, class_);
	else
		buf_printf(out, "<%s>", tag);
	markup_text(out, text);
	buf_printf(out, "</%s>", tag);
}

/* ---- numbers ---- */

const char *count_text(double value, char text[static NUMBER_TEXT_MAX])
{
	char plain[32];
	size_t len, n = 0;

	if (!isfinite(value) || fabs(value) >= 1e18) {
		snprintf(text, NUMBER_TEXT_MAX, "–");
		return text;
	}
	len = (size_t)snprintf(plain, sizeof(plain), "%.0f", fabs(value));
	if (value <= -0.5)
		n += (size_t)snprintf(text, NUMBER_TEXT_MAX, "−");
	for (size_t i = 0; i < len && n + 4 < NUMBER_TEXT_MAX; i++) {
		if (i && (len - i) % 3 == 0)
			n += (size_t)snprintf(text + n, NUMBER_TEXT_MAX - n, "\xe2\x80\x89");
		text[n++] = plain[i];
	}
	text[n] = '\0';
	return text;
}

const char *number_text(double value, const char *unit, char text[static NUMBER_TEXT_MAX])
{
	double shown = !strcmp(unit, "%") ? 100 * value : value;
	int digits = fabs(shown) >= 100 || shown == floor(shown) ? 0 : fabs(shown) >= 10 ? 1 : 2;
	char whole[NUMBER_TEXT_MAX];

	if (!isfinite(value))
		snprintf(text, NUMBER_TEXT_MAX, "–");
	else if (!strcmp(unit, "%") && shown >= 99.95 && shown < 100)
		snprintf(text, NUMBER_TEXT_MAX, ">99.9%%"); /* nearly all is not all */
	else if (!strcmp(unit, "%") && shown > 0 && shown < 0.05)
		snprintf(text, NUMBER_TEXT_MAX, "<0.1%%"); /* and little is not nothing */
	else if (!strcmp(unit, "%"))
		snprintf(text, NUMBER_TEXT_MAX, "%.*f%%", digits > 1 || fabs(shown) < 100 ? 1 : digits, shown);
	else if (!strcmp(unit, "year"))
		snprintf(text, NUMBER_TEXT_MAX, "%.0f", value);
	else if (!strcmp(unit, "ratio"))
		snprintf(text, NUMBER_TEXT_MAX, "%.*f", digits, value);
	else if (!strcmp(unit, "count") || fabs(value) >= 1000)
		snprintf(text, NUMBER_TEXT_MAX, "%s%s%s", count_text(value, whole),
			 strcmp(unit, "count") ? " " : "", strcmp(unit, "count") ? unit : "");
	else
		snprintf(text, NUMBER_TEXT_MAX, "%.*f %s", digits, value, unit);
	return text;
}

/* ---- the frame of a chart ---- */

static void begin(struct buf *out, const char *title, const char *subtitle, int height)
{
	buf_str(out, "<figure><figcaption>");
	markup_element(out, "strong", NULL, title);
	if (subtitle && *subtitle)
		markup_element(out, "span", "sub", subtitle);
	buf_printf(out, "</figcaption><svg viewBox=\"0 0 %d %d\" " FONT " role=\"img\" aria-label=\"", WIDTH,
		   height);
	markup_text(out, title);
	buf_str(out, "\"><defs><pattern id=\"hatch\" width=\"6\" height=\"6\" "
		     "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"3\" "
		     "height=\"6\" fill=\"#c3c9d0\" class=\"nodata\"/></pattern></defs>");
}

static void end(struct buf *out)
{
	buf_str(out, "</svg></figure>");
}

static void label(struct buf *out, double x, double y, const char *anchor, const char *class_,
		  const char *text)
{
	buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\" %s>", x, y, anchor,
		   class_, strcmp(class_, "axis") ? INK : QUIET);
	markup_text(out, text);
	buf_str(out, "</text>");
}

/* ---- a line over time ---- */

struct scale {
	int64_t from, to;
	double top;
};

static double x_of(const struct scale *s, int64_t at)
{
	double span = (double)(s->to - s->from);

	return LEFT + (span > 0 ? (double)(at - s->from) / span : 0.5) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct scale *s, double v)
{
	return HEIGHT - BOTTOM - v / s->top * (HEIGHT - TOP - BOTTOM);
}

/* A round number at or above the largest value, whose quarters are round too. */
static double nice_top(double v, bool whole)
{
	static const double steps[] = {0.4, 0.8, 1.2, 2, 4, 8};
	double unit;

	if (whole && v < 4)
		return 4;
	unit = pow(10, floor(log10(v > 0 ? v : 1)));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i] * unit >= v)
			return steps[i] * unit;
	return 12 * unit;
}

static struct scale scale_of(const struct chart *c)
{
	struct scale s = {.from = c->points[0].at_us, .to = c->points[c->n - 1].at_us};
	double most = isnan(c->target) ? 0 : c->target;

	for (size_t i = 0; i < c->n; i++) {
		if (c->points[i].value > most)
			most = c->points[i].value;
		if (c->points[i].hi > most)
			most = c->points[i].hi;
	}
	s.top = !strcmp(c->unit, "%") ? 1 : nice_top(most, !strcmp(c->unit, "count"));
	return s;
}

/* Round numbers, without their unit: the subtitle names it. */
static const char *axis_text(double v, const char *unit, char text[static NUMBER_TEXT_MAX])
{
	if (!strcmp(unit, "%"))
		snprintf(text, NUMBER_TEXT_MAX, "%.0f%%", 100 * v);
	else if (v == floor(v))
		count_text(v, text);
	else
		snprintf(text, NUMBER_TEXT_MAX, "%.3g", v);
	return text;
}

static void axes(struct buf *out, const struct chart *c, const struct scale *s)
{
	char text[NUMBER_TEXT_MAX], date[TIME_TEXT_MAX];

	for (int i = 0; i <= 4; i++) {
		double v = s->top * i / 4, y = y_of(s, v);

		buf_printf(out, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" " GRID " class=\"grid\"/>",
			   LEFT, WIDTH - RIGHT, y, y);
		label(out, LEFT - 6, y + 4, "end", "axis", axis_text(v, c->unit, text));
	}
	label(out, LEFT, HEIGHT - 8, "start", "axis", date_text(s->from, date));
	if (s->to > s->from)
		label(out, WIDTH - RIGHT, HEIGHT - 8, "end", "axis", date_text(s->to, date));
}

/* The interval as a band, broken where there is none. */
static void band(struct buf *out, const struct chart *c, const struct scale *s)
{
	for (size_t i = 0; i + 1 < c->n; i++) {
		const struct chart_point *p = &c->points[i], *q = p + 1;

		if (isnan(p->lo) || isnan(q->lo) || q->mark)
			continue;
		buf_printf(out, "<path class=\"band\" " V6_FILL " fill-opacity=\"0.18\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fZ\"/>",
			   x_of(s, p->at_us), y_of(s, p->lo), x_of(s, q->at_us), y_of(s, q->lo),
			   x_of(s, q->at_us), y_of(s, q->hi), x_of(s, p->at_us), y_of(s, p->hi));
	}
}

static void line(struct buf *out, const struct chart *c, const struct scale *s)
{
	bool down = false;

	buf_str(out, "<path class=\"line\" " V6_LINE " d=\"");
	for (size_t i = 0; i < c->n; i++) {
		if (isnan(c->points[i].value)) {
			down = false; /* a gap stays a gap */
			continue;
		}
		if (c->points[i].mark)
			down = false; /* another list, another line */
		buf_printf(out, "%c%.1f %.1f", down ? 'L' : 'M', x_of(s, c->points[i].at_us),
			   y_of(s, c->points[i].value));
		down = true;
	}
	buf_str(out, "\"/>");
}

/* What changed at a point, as a thin line with its word. */
static void marks(struct buf *out, const struct chart *c, const struct scale *s)
{
	for (size_t i = 0; i < c->n; i++) {
		double x = x_of(s, c->points[i].at_us);

		if (!c->points[i].mark)
			continue;
		buf_printf(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" " GRID
			   " class=\"grid\"/>", x, x, TOP, HEIGHT - BOTTOM);
		label(out, x + 4, TOP + 8, "start", "axis", c->points[i].mark);
	}
}

static void last_value(struct buf *out, const struct chart *c, const struct scale *s)
{
	char text[NUMBER_TEXT_MAX];

	for (size_t i = c->n; i-- > 0;) {
		const struct chart_point *p = &c->points[i];

		if (isnan(p->value))
			continue;
		buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" " V6_FILL " class=\"dot\"/>",
			   x_of(s, p->at_us), y_of(s, p->value));
		label(out, x_of(s, p->at_us) + 8, y_of(s, p->value) + 4, "start", "direct",
		      number_text(p->value, c->unit, text));
		return;
	}
}

void chart_line(struct buf *out, const struct chart *c)
{
	struct scale s;

	begin(out, c->title, c->subtitle, c->n ? HEIGHT : ROW);
	if (!c->n) {
		label(out, 0, 16, "start", "axis", c->no_data);
		end(out);
		return;
	}
	s = scale_of(c);
	axes(out, c, &s);
	if (!isnan(c->target)) {
		double y = y_of(&s, c->target);

		buf_printf(out, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" " TARGET " class=\"target\"/>",
			   LEFT, WIDTH - RIGHT, y, y);
		label(out, LEFT + 4, y - 4, "start", "axis", c->target_label);
	}
	marks(out, c, &s);
	band(out, c, &s);
	line(out, c, &s);
	last_value(out, c, &s);
	end(out);
}

/* ---- bars ---- */

void chart_bars(struct buf *out, const char *title, const char *subtitle, const char *unit,
		const struct bar *bars, size_t n, const char *no_data)
{
	const int left = 200, right = 150, room = WIDTH - left - right;
	double top = 0;

	begin(out, title, subtitle, n ? (int)n * ROW + 4 : ROW);
	if (!n)
		label(out, 0, 16, "start", "axis", no_data);
	for (size_t i = 0; i < n; i++)
		if (bars[i].value > top)
			top = bars[i].value;
	top = !strcmp(unit, "%") ? 1 : top > 0 ? top : 1;
	for (size_t i = 0; i < n; i++) {
		double y = (double)i * ROW, v = bars[i].value;
		char value[NUMBER_TEXT_MAX], note[160], name[64];
		bool known = isfinite(v);

		utf8_clean(name, sizeof(name), bars[i].label, strlen(bars[i].label));
		label(out, left - 8, y + 17, "end", "axis", name);
		buf_printf(out, "<rect x=\"%d\" y=\"%.0f\" width=\"%.1f\" height=\"%d\" %s/>",
			   left, y + 4, known ? v / top * room : room, ROW - 8,
			   known ? V6_FILL " class=\"bar\"" : "fill=\"url(#hatch)\" class=\"hatched\"");
		snprintf(note, sizeof(note), "%s%s%s", known ? number_text(v, unit, value) : no_data,
			 bars[i].note ? " · " : "", bars[i].note ? bars[i].note : "");
		label(out, left + (known ? v / top * room : room) + 6, y + 17, "start", "direct", note);
	}
	end(out);
}
