/* report_figures: the summary with its headline figures, and the tables of the seven dimensions. */
#include "outlet/report_int.h"

#include "base/clock.h"
#include "core/schema.h"
#include "outlet/dimension.h"
#include "outlet/terms.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define YEAR_US (366 * INT64_C(86400000000))

/* ---- the summary ---- */

static const char *moved(struct report *r, const struct indicator *i, const struct point *now,
			 const struct point *old)
{
	char change[96];

	if (!old || now->at_us == old->at_us)
		return say(r, "; there is no earlier value to compare with", "；没有可比的上期数值");
	change_text(r, i, now, old, change, sizeof(change));
	if (now->version != old->version)
		return say(r, "; the list has changed since the period before, so no change is given",
			   "；名单较上期已变更，不作比较");
	return arena_printf(&r->arena, say(r, ", %s against the end of the period before", "，较上期末 %s"),
			    change);
}

static void lead(struct report *r, const struct indicator *i, const struct series *s)
{
	const struct point *now = point_before(s, r->to_us);
	char day[TIME_TEXT_MAX];

	if (!now || isnan(now->value)) {
		paragraph(r, "lead", "No round was complete by the end of this period, so nothing is said about sites.",
			  "截至本期末没有完成的普查轮次，因此不对网站作出任何结论。");
		return;
	}
	paragraph_text(r, "lead",
		       say(r, "Of the list %2$s, %3$.0f of %4$.0f sites (%5$.1f%%) work over IPv6 by the round of "
			      "%1$s%6$s; %7$lld more are unknown.",
			   "据 %1$s 完成的轮次，名单“%2$s”的 %4$.0f 个网站中有 %3$.0f 个（%5$.1f%%）可通过 IPv6 "
			   "使用%6$s；另有 %7$lld 个未知。"),
		       date_text(now->at_us, day), r->list, now->numerator, now->denominator, 100 * now->value,
		       moved(r, i, now, point_before(s, r->from_us)), (long long)now->unknown);
	if (now->at_us < r->from_us)
		paragraph(r, "note", "No round was completed in this period: the value is that of an earlier one.",
			  "本期没有完成的轮次，数值沿用此前一轮。");
}

/* A flow of the registries belongs to this period only when all their files reach to its end. */
static bool is_seen(const struct report *r, const struct indicator *i)
{
	int64_t day_us = INT64_C(86400000000);

	return indicator_is_round(i) ||
	       (r->files_us != I64_NULL && r->files_us >= r->to_us - (r->is_over ? day_us : 31 * day_us));
}

static void card(struct report *r, const struct indicator *i, const struct series *s)
{
	const struct point *now = point_before(s, r->to_us), *old = point_before(s, r->from_us);
	char number[NUMBER_TEXT_MAX], text[128], day[TIME_TEXT_MAX];

	buf_str(r->out, "<div class=\"card\">");
	markup_element(r->out, "p", "name", say(r, i->title_en, i->title_zh));
	if (!now || isnan(now->value) || !is_seen(r, i)) {
		markup_element(r->out, "p", "value tag", term("no_data", r->ask->zh));
		if (now && !indicator_is_round(i) && r->files_us != I64_NULL)
			paragraph_text(r, "quiet", say(r, "registry files reach to %s", "注册机构文件截至 %s"),
				       date_text(r->files_us, day));
		buf_str(r->out, "</div>");
		return;
	}
	markup_element(r->out, "p", "value", number_text(now->value, i->unit, number));
	fraction_text(i, now, text, sizeof(text));
	markup_element(r->out, "p", "quiet", arena_printf(&r->arena, "%s · %s", text, when_text(r, i, now)));
	change_text(r, i, now, old, text, sizeof(text));
	markup_element(r->out, "p", "quiet",
		       arena_printf(&r->arena, "%s %s", say(r, "Change:", "较上期："), text));
	buf_str(r->out, "</div>");
}

static int cards(struct report *r, struct err *e)
{
	static const char *const ids[] = {"site_ready", "support_rate", "same_content",
					  "ns_ready",   "mx_ready",     "allocation_pace"};
	int rc = 0;

	buf_str(r->out, "<div class=\"cards\">");
	for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]) && !rc; k++) {
		const struct indicator *i = indicator_find(ids[k]);
		struct series s;

		rc = i ? report_eval(r, i, NULL, &s, e) : 0;
		if (i && !rc)
			card(r, i, &s);
	}
	buf_str(r->out, "</div>");
	return rc;
}

static void trend(struct report *r, const struct series *s, int64_t from_us)
{
	const struct indicator *i = s->indicator;
	struct chart_point *points = arena_array(&r->arena, s->n + 1, sizeof(*points));
	struct chart c = {.title = say(r, i->title_en, i->title_zh),
			  .subtitle = say(r, i->formula_en, i->formula_zh),
			  .no_data = term("no_data", r->ask->zh), .unit = i->unit, .points = points,
			  .target = NAN};

	for (size_t k = 0; k < s->n; k++) {
		const struct point *p = &s->points[k];
		bool other = k && p->version != s->points[k - 1].version && c.n;

		if (p->at_us >= from_us)
			points[c.n++] = (struct chart_point){p->at_us, p->value, p->lo, p->hi,
							     other ? say(r, "list changed", "名单变更") : NULL};
	}
	if (c.n)
		chart_line(r->out, &c);
}

int report_summary(struct report *r, struct err *e)
{
	const struct indicator *i = indicator_find("site_ready");
	struct series s;
	int rc = report_eval(r, i, NULL, &s, e);

	if (rc)
		return rc;
	heading(r, "Summary", "总体情况");
	lead(r, i, &s);
	rc = cards(r, e);
	if (!rc)
		trend(r, &s, r->to_us - 2 * YEAR_US);
	return rc;
}

/* ---- the dimensions ---- */

static void indicator_row(struct report *r, const struct indicator *i, const struct series *s)
{
	const struct point *now = point_before(s, r->to_us), *old = point_before(s, r->from_us);
	char value[NUMBER_TEXT_MAX], text[160];

	row_begin(r);
	cell(r, NULL, say(r, i->title_en, i->title_zh));
	if (!now || isnan(now->value)) {
		cell_none(r, 6);
		row_end(r);
		return;
	}
	cell(r, "n", number_text(now->value, i->unit, value));
	fraction_text(i, now, text, sizeof(text));
	cell(r, "n", text);
	interval_text(i, now, text, sizeof(text));
	cell(r, "n", text);
	cell(r, "n", count_text((double)now->unknown, value));
	change_text(r, i, now, old, text, sizeof(text));
	cell(r, "n", text);
	cell(r, "n", when_text(r, i, now));
	row_end(r);
}

static int indicator_rows(struct report *r, const struct dimension *d, struct err *e)
{
	static const struct column columns[] = {
		{"Indicator", "指标", "wide"}, {"Value", "数值", "n"},      {"Fraction or n", "分子 / 分母", "n"},
		{"95% interval", "95% 区间", "n"}, {"Unknown", "未知", "n"}, {"Change", "变化", "n"},
		{"As of", "截至", "n"},
	};
	bool open = false;
	int rc = 0;

	for (size_t k = 0; indicator_list[k] && !rc; k++) {
		struct series s;

		if (strcmp(indicator_list[k]->dimension, d->id))
			continue;
		rc = report_eval(r, indicator_list[k], NULL, &s, e);
		if (!open)
			table_begin(r, columns, 7);
		open = true;
		if (!rc)
			indicator_row(r, indicator_list[k], &s);
	}
	if (open)
		table_end(r);
	else
		paragraph_text(r, "none", say(r, "No data. Here would be: %s.", "无数据。此处应为：%s。"),
			       say(r, d->empty_en, d->empty_zh));
	return rc;
}

int report_dimensions(struct report *r, struct err *e)
{
	int rc = 0;

	heading(r, "The seven dimensions", "分维度指标");
	for (size_t i = 0; dimension_list[i].id && !rc; i++) {
		markup_element(r->out, "h3", NULL, dimension_title(&dimension_list[i], r->ask->zh));
		rc = indicator_rows(r, &dimension_list[i], e);
	}
	return rc;
}
