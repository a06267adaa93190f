/* report_targets: the plan held against what was measured by the end of the period. */
#include "outlet/report_int.h"

#include "base/clock.h"
#include "core/schema.h"
#include "outlet/plans.h"
#include "outlet/target_view.h"
#include "outlet/terms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* How each status looks: a sign and a colour of the verdict that it resembles. */
static const struct {
	const char *class_, *sign;
} looks[] = {
	[TARGET_MET] = {"good", "✓"},	   [TARGET_LATE_MET] = {"warn", "✓"},
	[TARGET_MISSED] = {"bad", "✗"},	   [TARGET_ON_TRACK] = {"good", "↗"},
	[TARGET_AT_RISK] = {"warn", "↘"},  [TARGET_NO_DATA] = {"none", "?"},
	[TARGET_STALE] = {"none", "…"},
};

static const char *status_word(struct report *r, enum target_status s)
{
	return term(arena_printf(&r->arena, "status.%s", target_status_words[s]), r->ask->zh);
}

static void counts_line(struct report *r, const struct plan *p, const struct target_counts *counts)
{
	buf_str(r->out, "<p class=\"counts\">");
	markup_text(r->out, arena_printf(&r->arena, say(r, "%zu targets: ", "共 %zu 项目标："), p->n));
	for (size_t s = 0; s <= TARGET_STALE; s++)
		if (counts->by[s])
			markup_element(r->out, "span", looks[s].class_,
				       arena_printf(&r->arena, "%s %s %zu", looks[s].sign,
						    status_word(r, (enum target_status)s), counts->by[s]));
	buf_str(r->out, "</p>");
}

/* ---- targets with a judgement ---- */

static const char *asked(struct report *r, const struct target *t)
{
	static const char *const signs[] = {"≥", ">", "=", "≤", "<", ""};
	char number[NUMBER_TEXT_MAX];

	if (isnan(t->threshold))
		return "–";
	if (!strcmp(t->unit, "%"))
		return arena_printf(&r->arena, "%s %.10g%%", signs[t->op], 100 * t->threshold);
	if (t->op == TARGET_RANK)
		return arena_printf(&r->arena, say(r, "place %.0f", "第 %.0f 名"), t->threshold);
	return arena_printf(&r->arena, "%s %s", signs[t->op], number_text(t->threshold, t->unit, number));
}

static void value_cell(struct report *r, const struct target *t, const struct point *p, const char *missing)
{
	char number[NUMBER_TEXT_MAX], text[128], day[TIME_TEXT_MAX];

	buf_str(r->out, "<td class=\"n\">");
	if (p->at_us == I64_NULL) {
		markup_element(r->out, "span", "tag", missing);
	} else if (t->op == TARGET_RANK) {
		markup_text(r->out, arena_printf(&r->arena, say(r, "place %.0f", "第 %.0f 名"), p->value));
	} else {
		markup_element(r->out, "b", NULL, number_text(p->value, t->unit, number));
		fraction_text(t->indicator, p, text, sizeof(text));
		markup_element(r->out, "span", "sub", text);
	}
	if (p->at_us != I64_NULL && !isnan(p->lo)) {
		interval_text(t->indicator, p, text, sizeof(text));
		markup_element(r->out, "span", "sub", text);
	}
	if (p->at_us != I64_NULL)
		markup_element(r->out, "span", "sub", date_text(p->at_us, day));
	buf_str(r->out, "</td>");
}

static void target_row(struct report *r, const struct target_result *t)
{
	const struct target *what = t->target;
	char due[TIME_TEXT_MAX];
	const char *by = target_due_text(what, due), *none = term("no_data", r->ask->zh);

	row_begin(r);
	buf_str(r->out, "<td>");
	markup_element(r->out, "b", NULL, *what->text_zh || *what->text_en
						  ? say(r, *what->text_en ? what->text_en : what->text_zh,
							*what->text_zh ? what->text_zh : what->text_en)
						  : what->id);
	markup_element(r->out, "span", "sub", arena_printf(&r->arena, "%s · %s %c · %s", what->id,
							   term("term.evidence", r->ask->zh), what->grade,
							   say(r, t->why_en, t->why_zh)));
	buf_str(r->out, "</td>");
	cell(r, "n", by ? by : say(r, "standing", "持续"));
	cell(r, "n", asked(r, what));
	value_cell(r, what, &t->at_due,
		   what->due_us == I64_NULL ? "–" : r->to_us < what->due_us ? term("col.not_due", r->ask->zh) : none);
	value_cell(r, what, &t->now, none);
	cell(r, arena_printf(&r->arena, "s %s", looks[t->status].class_),
	     arena_printf(&r->arena, "%s %s", looks[t->status].sign, status_word(r, t->status)));
	row_end(r);
}

static void judged(struct report *r, const struct plan *p, const struct target_result *results)
{
	static const struct column columns[] = {
		{"Target", "目标", "wider"},      {"Due", "期限", "n"}, {"Asked", "要求", "n"},
		{"At the date", "到期值", "n"}, {"Now", "现值", "n"}, {"Status", "状态", NULL},
	};
	bool open = false;

	for (size_t i = 0; i < p->n; i++) {
		if (results[i].status == TARGET_NO_DATA)
			continue;
		if (!open)
			table_begin(r, columns, 6);
		open = true;
		target_row(r, &results[i]);
	}
	if (open)
		table_end(r);
}

/* ---- targets without data: by what is missing, so that it can be supplied ---- */

static bool seen_before(const struct report *r, const struct target_result *results, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (results[k].status == TARGET_NO_DATA &&
		    !strcmp(say(r, results[k].why_en, results[k].why_zh),
			    say(r, results[i].why_en, results[i].why_zh)))
			return true;
	return false;
}

static void no_data_row(struct report *r, const struct plan *p, const struct target_result *results,
			size_t first)
{
	const char *why = say(r, results[first].why_en, results[first].why_zh);
	char number[NUMBER_TEXT_MAX];
	size_t n = 0;
	struct buf ids;

	buf_init(&ids, 1 << 20);
	for (size_t i = first; i < p->n; i++) {
		if (results[i].status != TARGET_NO_DATA || strcmp(say(r, results[i].why_en, results[i].why_zh), why))
			continue;
		buf_printf(&ids, "%s%s", n++ ? " " : "", p->targets[i].id);
	}
	row_begin(r);
	cell(r, NULL, why);
	cell(r, "n", count_text((double)n, number));
	cell(r, "ids", ids.data);
	row_end(r);
	buf_done(&ids);
}

static void without_data(struct report *r, const struct plan *p, const struct target_result *results,
			 size_t n)
{
	static const struct column columns[] = {
		{"What is missing", "缺少的数据", "wider"}, {"Targets", "目标数", "n"}, {"Which", "编号", NULL}};

	if (!n)
		return;
	markup_element(r->out, "h3", NULL, say(r, "Targets without data", "无数据的目标"));
	paragraph(r, "quiet", "No data is a status of its own: it is neither met nor missed, and never counts as 0.",
		  "“无数据”自成一类：既不算达标，也不算未达标，绝不记为 0。");
	table_begin(r, columns, 3);
	for (size_t i = 0; i < p->n; i++)
		if (results[i].status == TARGET_NO_DATA && !seen_before(r, results, i))
			no_data_row(r, p, results, i);
	table_end(r);
}

int report_targets(struct report *r, struct err *e)
{
	struct target_result *results;
	struct target_counts counts;
	struct plan p;
	const char *title;
	int rc = plans_find(r->store, &r->arena, r->ask->plan, &p, e);

	if (rc)
		return rc;
	p.portfolio = r->ask->portfolio;
	rc = plan_eval(&p, &r->facts, r->to_us, &r->arena, &results, &counts, e);
	if (rc)
		return rc;
	title = say(r, p.title_en, p.title_zh);
	heading(r, "Targets", "目标完成情况");
	paragraph_text(r, NULL, "%s%s%s", *title ? title : p.name, *p.source ? say(r, ". ", "。") : "", p.source);
	counts_line(r, &p, &counts);
	judged(r, &p, results);
	without_data(r, &p, results, counts.by[TARGET_NO_DATA]);
	return 0;
}
