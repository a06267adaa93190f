/* report_text: words, cells and numbers of the report; see report_int.h. */
#include "outlet/report_int.h"

#include "base/clock.h"
#include "core/schema.h"
#include "outlet/terms.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *say(const struct report *r, const char *en, const char *zh)
{
	return r->ask->zh ? zh : en;
}

void heading(struct report *r, const char *en, const char *zh)
{
	static const char *const numbers[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
	unsigned n = ++r->section;

	if (r->ask->zh && n < sizeof(numbers) / sizeof(numbers[0]))
		markup_element(r->out, "h2", NULL, arena_printf(&r->arena, "%s、%s", numbers[n], zh));
	else
		markup_element(r->out, "h2", NULL, arena_printf(&r->arena, "%u  %s", n, say(r, en, zh)));
}

void paragraph(struct report *r, const char *class_, const char *en, const char *zh)
{
	markup_element(r->out, "p", class_, say(r, en, zh));
}

void paragraph_text(struct report *r, const char *class_, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	markup_element(r->out, "p", class_, arena_vprintf(&r->arena, fmt, ap));
	va_end(ap);
}

void cell(struct report *r, const char *class_, const char *text)
{
	markup_element(r->out, "td", class_, text);
}

void table_begin(struct report *r, const struct column *columns, size_t n)
{
	buf_str(r->out, "<table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		markup_element(r->out, "th", columns[i].class_, say(r, columns[i].en, columns[i].zh));
	buf_str(r->out, "</tr></thead><tbody>");
}

void table_end(struct report *r)
{
	buf_str(r->out, "</tbody></table>");
}

void row_begin(struct report *r)
{
	buf_str(r->out, "<tr>");
}

void row_end(struct report *r)
{
	buf_str(r->out, "</tr>");
}

void cell_none(struct report *r, unsigned columns)
{
	buf_printf(r->out, "<td class=\"n none\" colspan=\"%u\">", columns);
	markup_element(r->out, "span", "tag", term("no_data", r->ask->zh));
	buf_str(r->out, "</td>");
}

void fraction_text(const struct indicator *i, const struct point *p, char *text, size_t max)
{
	char a[NUMBER_TEXT_MAX], b[NUMBER_TEXT_MAX];

	if (i->kind != INDICATOR_VALUE && !isnan(p->numerator) && !isnan(p->denominator))
		snprintf(text, max, "%s / %s", count_text(p->numerator, a), count_text(p->denominator, b));
	else
		snprintf(text, max, "n = %s", count_text((double)p->n, a));
}

void interval_text(const struct indicator *i, const struct point *p, char *text, size_t max)
{
	char a[NUMBER_TEXT_MAX], b[NUMBER_TEXT_MAX];

	if (isnan(p->lo) || isnan(p->hi))
		snprintf(text, max, "–");
	else
		snprintf(text, max, "%s – %s", number_text(p->lo, i->unit, a), number_text(p->hi, i->unit, b));
}

void change_text(const struct report *r, const struct indicator *i, const struct point *now,
		 const struct point *old, char *text, size_t max)
{
	double d = old && now ? now->value - old->value : NAN;
	char number[NUMBER_TEXT_MAX];

	if (isnan(d))
		snprintf(text, max, "–");
	else if (now->version != old->version)
		snprintf(text, max, "%s", say(r, "list changed", "名单已变更"));
	else if (now->at_us == old->at_us)
		snprintf(text, max, "%s", say(r, "no new value", "无新数据"));
	else if (!strcmp(i->unit, "%"))
		snprintf(text, max, "%s%.1f %s", d < 0 ? "−" : d > 0 ? "+" : "±", 100 * fabs(d),
			 say(r, "points", "个百分点"));
	else
		snprintf(text, max, "%s%s", d < 0 ? "−" : d > 0 ? "+" : "±",
			 number_text(fabs(d), i->unit, number));
}

const char *last_day(const struct report *r)
{
	char text[TIME_TEXT_MAX];

	return arena_str((struct arena *)&r->arena, date_text(r->to_us - 1, text));
}

const char *month_text(const struct report *r, int64_t at_us)
{
	char text[TIME_TEXT_MAX];

	date_text(at_us, text);
	text[7] = '\0';
	return arena_str((struct arena *)&r->arena, text);
}

const char *when_text(const struct report *r, const struct indicator *i, const struct point *p)
{
	char text[TIME_TEXT_MAX];

	if (indicator_is_monthly(i))
		return month_text(r, p->at_us);
	return arena_str((struct arena *)&r->arena, date_text(p->at_us, text));
}

const char *period_text(const struct report *r)
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
					     "August", "September", "October", "November", "December"};
	struct civil c = civil_from_us(r->from_us);
	struct arena *a = (struct arena *)&r->arena;

	if (strlen(r->ask->period) == 4)
		return arena_printf(a, say(r, "%d", "%d 年"), c.year);
	return r->ask->zh ? arena_printf(a, "%d 年 %d 月", c.year, c.month)
			  : arena_printf(a, "%s %d", months[c.month - 1], c.year);
}
