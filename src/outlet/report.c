/*
 * report: see report.h.  Sections in the order of the question they answer: the answer in a sentence,
 * the sites by class and region, what to repair, the registries, how it was measured.
 */
#include "outlet/report.h"

#include "base/asset.h"
#include "base/clock.h"
#include "base/map.h"
#include "check/check.h"
#include "core/schema.h"
#include "indicator/indicator.h"
#include "outlet/markup.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BARS_MAX = 40, REPAIRS_MAX = 20 };

struct report {
	const struct report_ask *ask;
	struct store *store;
	struct facts facts;
	struct arena arena;
	struct buf *out;
	int64_t from_us, to_us; /* the period: from <= t < to */
};

static const char *say(const struct report *r, const char *en, const char *zh)
{
	return r->ask->zh ? zh : en;
}

/* ---- the period ---- */

static int read_period(struct report *r, struct err *e)
{
	const char *text = r->ask->period;
	struct civil c;

	if ((strlen(text) != 4 && strlen(text) != 7) || time_parse(text, &r->from_us))
		return err_set(e, -EINVAL, "the period is a month like 2026-10 or a year like 2026, not '%s'",
			       text);
	c = civil_from_us(r->from_us);
	if (strlen(text) == 4)
		c.year++;
	else if (++c.month == 13)
		c = (struct civil){.year = c.year + 1, .month = 1, .day = 1};
	r->to_us = civil_to_us(&c);
	return 0;
}

static int eval(struct report *r, const struct indicator *i, const char *by, int64_t to_us,
		struct series *s, struct err *e)
{
	struct series_ask ask = series_ask_all();

	ask.by = by;
	ask.to_us = to_us;
	ask.portfolio = r->ask->portfolio;
	return indicator_eval(i, &r->facts, &ask, &r->arena, s, e);
}

/* The last point at or before an instant. */
static const struct point *last_before(const struct series *s, int64_t before_us)
{
	const struct point *found = NULL;

	for (size_t i = 0; i < s->n && s->points[i].at_us < before_us; i++)
		found = &s->points[i];
	return found;
}

/* ---- text ---- */

static void cell(struct report *r, const char *class_, const char *text)
{
	markup_element(r->out, "td", class_, text);
}

static void heads(struct report *r, const char *const (*titles)[2], size_t n, unsigned numeric)
{
	buf_str(r->out, "<table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		markup_element(r->out, "th", numeric >> i & 1 ? "n" : NULL,
			       say(r, titles[i][0], titles[i][1]));
	buf_str(r->out, "</tr></thead><tbody>");
}

static void fraction(const struct point *p, char *text, size_t max)
{
	char a[NUMBER_TEXT_MAX], b[NUMBER_TEXT_MAX];

	if (isnan(p->numerator) || isnan(p->denominator))
		snprintf(text, max, "n = %s", count_text((double)p->n, a));
	else
		snprintf(text, max, "%s / %s", count_text(p->numerator, a),
			 count_text(p->denominator, b));
}

static void change_text(const struct indicator *i, const struct point *now, const struct point *old,
			char *text, size_t max)
{
	double d = old ? now->value - old->value : NAN;
	char number[NUMBER_TEXT_MAX];

	if (isnan(d))
		snprintf(text, max, "–");
	else if (!strcmp(i->unit, "%"))
		snprintf(text, max, "%+.1f pp", 100 * d);
	else
		snprintf(text, max, "%s%s", d > 0 ? "+" : "", number_text(d, i->unit, number));
}

/* ---- sections ---- */

static void head(struct report *r)
{
	const struct asset *css = asset_find("report.css");
	char at[TIME_TEXT_MAX];

	buf_printf(r->out, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
			   "<meta name=\"viewport\" content=\"width=device-width\"><title>",
		   say(r, "en", "zh-CN"));
	markup_text(r->out, say(r, "IPv6 deployment report", "IPv6 发展监测报告"));
	buf_printf(r->out, " %s</title><style>", r->ask->period);
	if (css)
		buf_add(r->out, css->data, css->len);
	buf_str(r->out, "</style></head><body><header>");
	markup_element(r->out, "h1", NULL, say(r, "IPv6 deployment report", "IPv6 发展监测报告"));
	markup_element(r->out, "p", "quiet",
		       arena_printf(&r->arena, "%s%s%s · %s %s · Sextant %s", r->ask->operator_,
				    r->ask->operator_[0] ? " · " : "", r->ask->period,
				    say(r, "made", "生成于"), time_text(r->ask->now_us, at),
				    SEXTANT_VERSION));
	buf_str(r->out, "</header>");
}

static int headline(struct report *r, struct err *e)
{
	const struct indicator *i = indicator_find("site_ready");
	const struct point *now, *old;
	struct series s;
	char change[64];
	int rc;

	if (!i)
		return 0;
	rc = eval(r, i, NULL, r->to_us, &s, e);
	if (rc)
		return rc;
	now = last_before(&s, r->to_us);
	if (!now || isnan(now->value)) {
		markup_element(r->out, "p", "lead",
			       say(r, "No round was complete by the end of this period, so nothing is said about sites.",
				   "截至本期末没有完成的普查轮次，因此不对网站作出任何结论。"));
		return 0;
	}
	old = last_before(&s, r->from_us);
	change_text(i, now, old, change, sizeof(change));
	markup_element(r->out, "p", "lead",
		       r->ask->zh
			       ? arena_printf(&r->arena, "%.0f 个网站中有 %.0f 个（%.1f%%）可通过 IPv6 使用，较上期末 %s；另有 %lld 个未知。",
					      now->denominator, now->numerator, 100 * now->value, change,
					      (long long)now->unknown)
			       : arena_printf(&r->arena, "%.0f of %.0f sites (%.1f%%) work over IPv6, %s against the end of the period before; %lld more are unknown.",
					      now->numerator, now->denominator, 100 * now->value, change,
					      (long long)now->unknown));
	return 0;
}

static void indicator_row(struct report *r, const struct indicator *i, const struct series *s)
{
	const struct point *now = last_before(s, r->to_us), *old = last_before(s, r->from_us);
	char value[NUMBER_TEXT_MAX], text[128], date[TIME_TEXT_MAX];

	buf_str(r->out, "<tr>");
	cell(r, NULL, say(r, i->title_en, i->title_zh));
	if (!now || isnan(now->value)) {
		cell(r, "n none", say(r, "no data", "无数据"));
		buf_str(r->out, "<td></td><td></td><td></td><td></td></tr>");
		return;
	}
	cell(r, "n", number_text(now->value, i->unit, value));
	fraction(now, text, sizeof(text));
	cell(r, "n", text);
	cell(r, "n", count_text((double)now->unknown, value));
	change_text(i, now, old, text, sizeof(text));
	cell(r, "n", text);
	cell(r, "n", date_text(now->at_us, date));
	buf_str(r->out, "</tr>");
}

static int dimension(struct report *r, const char *id, const char *en, const char *zh, struct err *e)
{
	static const char *const titles[][2] = {
		{"Indicator", "指标"}, {"Value", "数值"},   {"Numerator / denominator", "分子 / 分母"},
		{"Unknown", "未知"},	{"Change", "变化"}, {"As of", "截至"},
	};
	size_t n = 0;

	for (size_t k = 0; indicator_list[k]; k++) {
		struct series s;
		int rc;

		if (strcmp(indicator_list[k]->dimension, id))
			continue;
		rc = eval(r, indicator_list[k], NULL, r->to_us, &s, e);
		if (rc)
			return rc;
		if (n++ == 0) {
			markup_element(r->out, "h2", NULL, say(r, en, zh));
			heads(r, titles, 6, 0x3e);
		}
		indicator_row(r, indicator_list[k], &s);
	}
	if (n)
		buf_str(r->out, "</tbody></table>");
	return 0;
}

/* The latest point of each group, as bars. */
static int bars_by(struct report *r, const char *id, const char *by, const char *title_en,
		   const char *title_zh, struct err *e)
{
	const struct indicator *i = indicator_find(id);
	struct bar bars[BARS_MAX];
	struct series s;
	size_t n = 0;
	int64_t last;
	int rc;

	if (!i)
		return 0;
	rc = eval(r, i, by, r->to_us, &s, e);
	if (rc || !s.n)
		return rc;
	last = s.points[s.n - 1].at_us;
	for (size_t k = 0; k < s.n && n < BARS_MAX; k++) {
		char note[128];

		if (s.points[k].at_us != last)
			continue;
		fraction(&s.points[k], note, sizeof(note));
		bars[n++] = (struct bar){s.points[k].group, s.points[k].value,
					 arena_str(&r->arena, note)};
	}
	chart_bars(r->out, say(r, title_en, title_zh), say(r, i->title_en, i->title_zh), i->unit, bars, n,
		   say(r, "no data", "无数据"));
	return 0;
}

static int trend(struct report *r, const char *id, int64_t from_us, struct err *e)
{
	const struct indicator *i = indicator_find(id);
	struct chart_point *points;
	struct series s;
	struct chart c;
	size_t n = 0;
	int rc;

	if (!i)
		return 0;
	rc = eval(r, i, NULL, r->to_us, &s, e);
	if (rc || !s.n)
		return rc;
	points = arena_array(&r->arena, s.n, sizeof(*points));
	for (size_t k = 0; k < s.n; k++)
		if (s.points[k].at_us >= from_us)
			points[n++] = (struct chart_point){s.points[k].at_us, s.points[k].value,
							   s.points[k].lo, s.points[k].hi};
	c = (struct chart){.title = say(r, i->title_en, i->title_zh),
			   .subtitle = say(r, i->formula_en, i->formula_zh),
			   .no_data = say(r, "no data", "无数据"), .unit = i->unit, .points = points,
			   .n = n, .target = NAN};
	chart_line(r->out, &c);
	return 0;
}

/* What fails most often in the last round of the period, with its remedy. */
static int repairs(struct report *r, struct err *e)
{
	static const char *const titles[][2] = {
		{"Check", "检查项"}, {"What is wrong", "问题"}, {"Sites", "网站数"}, {"Remedy", "修复办法"},
	};
	const struct value args[] = {value_i64(r->to_us)};
	struct table t;
	int rc = facts_query(&r->facts, &r->arena,
			     "SELECT \"check\", reason, count(*) FROM obs_verdict "
			     "WHERE verdict IN ('fail', 'partial') AND \"check\" <> 'site' AND round IN "
			     "(SELECT round FROM obs_round WHERE at_us < ? ORDER BY at_us DESC LIMIT 1) "
			     "GROUP BY \"check\", reason ORDER BY count(*) DESC, \"check\", reason",
			     args, 1, &t, e);

	if (rc || !t.n_rows)
		return rc;
	markup_element(r->out, "h2", NULL, say(r, "What to repair next", "下一步修复"));
	heads(r, titles, 4, 0x4);
	for (size_t i = 0; i < t.n_rows && i < REPAIRS_MAX; i++) {
		const struct check *c = check_find(value_str(table_at(&t, i, 0), ""));
		const struct reason *why = c ? check_reason(c, value_str(table_at(&t, i, 1), "")) : NULL;
		char number[NUMBER_TEXT_MAX];

		if (!why)
			continue;
		buf_str(r->out, "<tr>");
		cell(r, NULL, say(r, c->title_en, c->title_zh));
		cell(r, NULL, say(r, why->en, why->zh));
		cell(r, "n", count_text(value_num(table_at(&t, i, 2), NAN), number));
		cell(r, NULL, say(r, why->remedy_en, why->remedy_zh));
		buf_str(r->out, "</tr>");
	}
	buf_str(r->out, "</tbody></table>");
	return 0;
}

static int sources(struct report *r, struct err *e)
{
	struct table t;
	const struct value arg = value_i64(r->to_us);
	char text[TIME_TEXT_MAX];
	int rc;

	markup_element(r->out, "h2", NULL, say(r, "How this was measured", "测量方法与来源"));
	markup_element(r->out, "p", NULL,
		       say(r, "Unknown means that we could not tell; such sites are in no numerator and no denominator. "
			      "A list that changed is never reported as adoption. Definitions of all indicators: `sextant show ID --define`.",
			   "“未知”表示无法判断，不计入分子和分母。名单变更不会当作部署进展。全部指标的定义见 `sextant show 指标 --define`。"));
	rc = facts_query(&r->facts, &r->arena,
			 "SELECT subject, round, at_us, vantage FROM obs_round WHERE at_us < ? "
			 "ORDER BY at_us DESC LIMIT 10", &arg, 1, &t, e);
	if (rc)
		return rc;
	for (size_t i = 0; i < t.n_rows; i++)
		markup_element(r->out, "p", "quiet",
			       arena_printf(&r->arena, "%s %s · %s · %s · %s", say(r, "Round", "轮次"),
					    value_str(table_at(&t, i, 1), ""),
					    value_str(table_at(&t, i, 0), ""),
					    time_text(value_int(table_at(&t, i, 2), 0), text),
					    value_str(table_at(&t, i, 3), "")));
	rc = store_query_state(r->store, &r->arena,
			       "SELECT name, file, records, file_date_us FROM dataset ORDER BY name, "
			       "file_date_us DESC LIMIT 50", NULL, 0, &t, e);
	for (size_t i = 0; !rc && i < t.n_rows; i++)
		markup_element(r->out, "p", "quiet",
			       arena_printf(&r->arena, "%s %s · %s · %lld %s · %s",
					    say(r, "Registry file", "注册机构文件"),
					    value_str(table_at(&t, i, 0), ""),
					    value_str(table_at(&t, i, 1), ""),
					    (long long)value_int(table_at(&t, i, 2), 0),
					    say(r, "records", "条记录"),
					    date_text(value_int(table_at(&t, i, 3), 0), text)));
	return rc;
}

static int body(struct report *r, struct err *e)
{
	int64_t two_years = r->to_us - 2 * 366 * (int64_t)86400000000;
	int rc = headline(r, e);

	if (!rc)
		rc = dimension(r, "application", "Applications", "应用", e);
	if (!rc)
		rc = trend(r, "site_ready", two_years, e);
	if (!rc)
		rc = bars_by(r, "site_ready", "class", "By class", "按类别", e);
	if (!rc)
		rc = bars_by(r, "site_ready", "region", "By region", "按地区", e);
	if (!rc)
		rc = dimension(r, "security", "Security", "安全", e);
	if (!rc)
		rc = repairs(r, e);
	if (!rc)
		rc = dimension(r, "foundation", "Foundation: addresses and names", "基础资源：地址与域名", e);
	if (!rc)
		rc = trend(r, "allocation_pace", r->to_us - 10 * 366 * (int64_t)86400000000, e);
	return rc ? rc : sources(r, e);
}

int report_make(const struct report_ask *ask, struct store *s, struct buf *out, struct err *e)
{
	struct report r = {.ask = ask, .store = s, .facts = store_facts(s), .out = out};
	size_t start = out->len;
	int rc = read_period(&r, e);

	if (rc)
		return rc;
	arena_init(&r.arena, 0);
	head(&r);
	start = out->len;
	rc = body(&r, e);
	/* of this process's hash it would mean nothing: a fixed key makes it the same everywhere */
	if (!rc)
		buf_printf(out, "<footer><p class=\"quiet\">%s %016llx</p></footer></body></html>\n",
			   say(&r, "Digest of the figures above:", "以上内容摘要："),
			   (unsigned long long)siphash((const uint8_t *)"sextant report 1", out->data + start,
						       out->len - start));
	arena_done(&r.arena);
	return rc;
}
