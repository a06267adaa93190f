/* report_league: classes, regions and organisations of the list in order, and what to repair first. */
#include "outlet/report_int.h"

#include "base/clock.h"
#include "check/check.h"
#include "core/schema.h"
#include "outlet/terms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 40, TOP = 20, BOTTOM = 10 };

struct entry {
	const struct point *now, *old;
	size_t rank;
};

/* Best first; without a value last; of equals the larger group, then by name. */
static int by_value(const void *a, const void *b)
{
	const struct point *p = ((const struct entry *)a)->now, *q = ((const struct entry *)b)->now;

	if (isnan(p->value) != isnan(q->value))
		return isnan(p->value) ? 1 : -1;
	if (!isnan(p->value) && p->value != q->value)
		return p->value > q->value ? -1 : 1;
	if (p->n != q->n)
		return p->n > q->n ? -1 : 1;
	return strcmp(p->group, q->group);
}

static int by_group(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->now->group, ((const struct entry *)b)->now->group);
}

/* The groups of the last round, each with its value at the end of the period before. */
static size_t entries(struct report *r, const struct series *s, struct entry **out)
{
	struct entry *list = arena_array(&r->arena, s->n + 1, sizeof(*list));
	int64_t last = s->n ? s->points[s->n - 1].at_us : 0;
	size_t n = 0;

	for (size_t k = 0; k < s->n; k++)
		if (s->points[k].at_us == last)
			list[n++] = (struct entry){&s->points[k], NULL, 0};
	if (n)
		qsort(list, n, sizeof(*list), by_group);
	for (size_t k = 0; n && k < s->n && s->points[k].at_us < r->from_us; k++) {
		struct entry key = {&s->points[k], NULL, 0}, *found;

		found = bsearch(&key, list, n, sizeof(*list), by_group);
		if (found)
			found->old = &s->points[k]; /* by time: the last one stays */
	}
	if (n)
		qsort(list, n, sizeof(*list), by_value);
	for (size_t k = 0; k < n; k++) /* equals share a rank */
		list[k].rank = k && list[k].now->value == list[k - 1].now->value ? list[k - 1].rank : k + 1;
	*out = list;
	return n;
}

static void meter(struct report *r, double share)
{
	buf_str(r->out, "<td class=\"meter\">");
	if (isfinite(share))
		buf_printf(r->out, "<span class=\"track\"><span class=\"fill\" style=\"width:%.1f%%\"></span></span>",
			   100 * share);
	buf_str(r->out, "</td>");
}

static void entry_row(struct report *r, const struct indicator *i, const struct entry *en)
{
	const struct point *p = en->now;
	char number[NUMBER_TEXT_MAX], text[160];

	row_begin(r);
	if (isnan(p->value))
		cell(r, "n", "–");
	else
		cell(r, "n", count_text((double)en->rank, number));
	cell(r, NULL, strcmp(p->group, GROUP_NONE) ? p->group : term("group.none", r->ask->zh));
	fraction_text(i, p, text, sizeof(text));
	cell(r, "n", text);
	if (isnan(p->value)) {
		cell(r, "n none", term("unknown", r->ask->zh));
	} else {
		cell(r, "n", number_text(p->value, i->unit, number));
	}
	meter(r, p->value);
	cell(r, "n", count_text((double)p->unknown, number));
	change_text(r, i, p, en->old, text, sizeof(text));
	cell(r, "n", text);
	row_end(r);
}

/* All groups when they are few, else the first and the last of them. */
static void league(struct report *r, const struct indicator *i, const char *by, const struct entry *list,
		   size_t n)
{
	const char *word = term(arena_printf(&r->arena, "tag.%s", by), r->ask->zh);
	const struct column columns[] = {
		{"Rank", "名次", "n"}, {word, word, "wide"}, {"Supporting / total", "支持 / 总数", "n"},
		{"Share", "占比", "n"}, {"", "", "meter"}, {"Unknown", "未知", "n"}, {"Change", "变化", "n"},
	};
	bool cut = n > ROWS_MAX;

	table_begin(r, columns, 7);
	for (size_t k = 0; k < n; k++) {
		if (cut && k == TOP) {
			row_begin(r);
			buf_str(r->out, "<td class=\"none\" colspan=\"7\">");
			markup_text(r->out, arena_printf(&r->arena, say(r, "… %zu more between; all of them: sextant show %s --by %s --latest",
									"…… 中间 %zu 个从略；全部见 sextant show %s --by %s --latest"),
							 n - TOP - BOTTOM, i->id, by));
			buf_str(r->out, "</td>");
			row_end(r);
			k = n - BOTTOM;
		}
		entry_row(r, i, &list[k]);
	}
	table_end(r);
}

int report_leagues(struct report *r, struct err *e)
{
	static const struct {
		const char *by, *en, *zh;
	} groups[] = {{"class", "Classes", "按类别"}, {"region", "Regions", "按地区"},
		      {"organisation", "Organisations", "按单位"}};
	const struct indicator *i = indicator_find("site_ready");

	heading(r, "League tables: sites that work over IPv6", "排行：IPv6 可用网站占比");
	if (!r->round) {
		paragraph(r, "none", "No data: no round is complete.", "无数据：没有完成的轮次。");
		return 0;
	}
	for (size_t k = 0; k < sizeof(groups) / sizeof(groups[0]); k++) {
		struct entry *list;
		struct series s;
		size_t n;

		if (report_eval(r, i, groups[k].by, &s, e))
			return e->code;
		n = entries(r, &s, &list);
		markup_element(r->out, "h3", NULL, say(r, groups[k].en, groups[k].zh));
		league(r, i, groups[k].by, list, n);
	}
	return 0;
}

/* ---- what to repair first ---- */

/* The two sites of a kind that rank first, and the remedy as it reads for the first of them. */
struct example {
	const char *names, *remedy;
};

static int find_example(struct report *r, const char *check, const struct reason *why,
			struct example *out, struct err *e)
{
	const struct value args[] = {value_text(r->round), value_text(check), value_text(why->code)};
	const char *first, *about;
	struct table t;

	*out = (struct example){"", "–"};
	if (facts_query(&r->facts, &r->arena,
			"SELECT subject, evidence FROM obs_verdict WHERE round = ? AND \"check\" = ? AND reason = ? "
			"ORDER BY coalesce(rank, 9000000000), subject LIMIT 2", args, 3, &t, e))
		return e->code;
	if (!t.n_rows)
		return 0;
	first = value_str(table_at(&t, 0, 0), "");
	about = evidence_subject(value_str(table_at(&t, 0, 1), NULL), &r->arena);
	out->names = t.n_rows < 2 ? first
				  : arena_printf(&r->arena, "%s%s%s", first, say(r, ", ", "、"),
						 value_str(table_at(&t, 1, 0), ""));
	out->remedy = reason_remedy(why, *about ? about : first, r->ask->zh, &r->arena);
	return 0;
}

static int repair_row(struct report *r, const struct table *t, size_t i, struct err *e)
{
	const struct check *c = check_find(value_str(table_at(t, i, 0), ""));
	const struct reason *why = c ? check_reason(c, value_str(table_at(t, i, 1), "")) : NULL;
	char number[NUMBER_TEXT_MAX];
	struct example x;

	if (!why)
		return 0;
	if (find_example(r, c->id, why, &x, e))
		return e->code;
	row_begin(r);
	cell(r, "n", count_text(value_num(table_at(t, i, 2), NAN), number));
	buf_str(r->out, "<td>");
	markup_element(r->out, "b", NULL, say(r, why->en, why->zh));
	markup_element(r->out, "span", "sub", arena_printf(&r->arena, "%s · %s", say(r, c->title_en, c->title_zh),
							   x.names));
	buf_str(r->out, "</td>");
	cell(r, NULL, x.remedy);
	row_end(r);
	return 0;
}

int report_repairs(struct report *r, struct err *e)
{
	static const struct column columns[] = {
		{"Sites", "网站数", "n"}, {"What is wrong", "问题", "wide"}, {"Remedy (of the first)", "修复办法（以首个网站为例）", NULL}};
	const struct value round = value_text(r->round);
	struct table t;
	int rc = 0;

	heading(r, "What to repair first", "优先修复项");
	if (!r->round) {
		paragraph(r, "none", "No data: no round is complete.", "无数据：没有完成的轮次。");
		return 0;
	}
	if (facts_query(&r->facts, &r->arena,
			"SELECT \"check\", reason, count(*) FROM obs_verdict WHERE verdict IN ('fail', 'partial') "
			"AND \"check\" <> 'site' AND round = ? GROUP BY \"check\", reason "
			"ORDER BY count(*) DESC, \"check\", reason LIMIT 15", &round, 1, &t, e))
		return e->code;
	if (!t.n_rows) {
		paragraph(r, NULL, "Nothing to repair: no check failed in the last round.",
			  "没有需要修复的项目：最近一轮没有未通过的检查。");
		return 0;
	}
	paragraph(r, "quiet", "By the number of sites that one kind of repair would help; the two best-ranked sites of each are named.",
		  "按同类修复可惠及的网站数排序；每项列出排名最前的两个网站。");
	table_begin(r, columns, 3);
	for (size_t i = 0; i < t.n_rows && !rc; i++)
		rc = repair_row(r, &t, i, e);
	table_end(r);
	return rc;
}
