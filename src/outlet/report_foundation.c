/* report_foundation: pace and geography of address allocation in the period (ITU Resolution 64). */
#include "outlet/report_int.h"

#include "base/clock.h"
#include "core/schema.h"
#include "outlet/terms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_US (366 * INT64_C(86400000000))
enum { COUNTRIES = 15 };

/* The last month that every file covers; "" when there is none. */
static const char *last_whole(const struct report *r, const struct series *s)
{
	return s->whole_us == I64_NULL ? "" : month_text(r, s->whole_us - 1);
}

static void pace(struct report *r, const struct series *s)
{
	struct chart_point *points = arena_array(&r->arena, s->n + 1, sizeof(*points));
	struct chart c = {.title = say(r, s->indicator->title_en, s->indicator->title_zh),
			  .subtitle = arena_printf(&r->arena,
						   say(r, "Blocks by month of the date in the registry files; whole months, up to "
							  "%s, the last that all files cover",
						       "按注册机构文件所载日期归入月份的地址块数；完整月份，计至各文件均已覆盖的 %s"),
						   last_whole(r, s)),
			  .no_data = term("no_data", r->ask->zh), .unit = s->indicator->unit,
			  .points = points, .target = NAN};

	for (size_t k = 0; k < s->n; k++)
		if (s->points[k].at_us >= r->to_us - 10 * YEAR_US)
			points[c.n++] = (struct chart_point){s->points[k].at_us, s->points[k].value, NAN, NAN, NULL};
	if (c.n)
		chart_line(r->out, &c);
}

/* ---- registries ---- */

/* Blocks of one registry in the whole months of the period; NaN when it has none yet. */
static double new_blocks(const struct report *r, const struct series *s, const char *registry)
{
	double sum = 0;

	if (s->whole_us == I64_NULL || s->whole_us <= r->from_us)
		return NAN;
	for (size_t k = 0; k < s->n; k++)
		if (s->points[k].at_us >= r->from_us && !strcmp(s->points[k].group, registry))
			sum += s->points[k].value;
	return sum;
}

static double now_of(const struct series *s, const char *group)
{
	double v = NAN;

	for (size_t k = 0; k < s->n; k++)
		if (!strcmp(s->points[k].group, group))
			v = s->points[k].value;
	return v;
}

static void number_cell(struct report *r, double v)
{
	char number[NUMBER_TEXT_MAX];

	if (isnan(v))
		cell_none(r, 1);
	else
		cell(r, "n", count_text(v, number));
}

static int registries(struct report *r, const struct table *files, struct err *e)
{
	static const struct column columns[] = {
		{"Registry", "注册机构", "wide"},	      {"File of", "文件日期", "n"},
		{"New in the period", "本期新增", "n"}, {"Blocks", "累计地址块", "n"},
		{"Space (/32)", "累计空间（/32）", "n"}, {"Holders", "持有机构", "n"},
	};
	static const char *const ids[] = {"allocation_pace", "allocation_blocks", "allocation_space",
					  "allocation_holders"};
	struct series s[4];
	char day[TIME_TEXT_MAX];

	for (size_t k = 0; k < 4; k++)
		if (report_eval(r, indicator_find(ids[k]), "registry", &s[k], e))
			return e->code;
	if (s[0].whole_us != I64_NULL && s[0].whole_us < r->to_us)
		paragraph_text(r, "note", say(r, "What is new is counted up to %s, the last month that all files cover to its end.",
					      "本期新增计至 %s，即各文件均已覆盖的最后一个完整月份。"), last_whole(r, &s[0]));
	table_begin(r, columns, 6);
	for (size_t i = 0; i < files->n_rows; i++) {
		const char *name = value_str(table_at(files, i, 0), "");
		int64_t at = value_int(table_at(files, i, 1), 0);

		row_begin(r);
		cell(r, NULL, name);
		cell(r, "n", date_text(at, day));
		number_cell(r, new_blocks(r, &s[0], name));
		for (size_t k = 1; k < 4; k++)
			number_cell(r, now_of(&s[k], name));
		row_end(r);
	}
	table_end(r);
	return 0;
}

/* ---- countries ---- */

static int by_value(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	return p->value != q->value ? (p->value > q->value ? -1 : 1) : strcmp(p->group, q->group);
}

static const char *country_name(struct report *r, const char *cc)
{
	const struct value arg = value_text(cc);
	struct table t;
	struct err e;

	if (facts_query(&r->facts, &r->arena, "SELECT name_en, name_zh FROM obs_country WHERE subject = ? "
			"ORDER BY at_us DESC LIMIT 1", &arg, 1, &t, &e) || !t.n_rows)
		return cc;
	return value_str(table_at(&t, 0, r->ask->zh), cc);
}

static int countries(struct report *r, struct err *e)
{
	const struct indicator *i = indicator_find("allocation_space");
	struct bar bars[COUNTRIES];
	struct series s;
	size_t n = 0, k = 0;

	if (report_eval(r, i, "country", &s, e))
		return e->code;
	for (size_t p = 0; p < s.n; p++)
		if (s.points[p].at_us == s.points[s.n - 1].at_us && strcmp(s.points[p].group, GROUP_NONE))
			s.points[n++] = s.points[p];
	if (n)
		qsort(s.points, n, sizeof(s.points[0]), by_value);
	for (; k < n && k < COUNTRIES; k++) {
		char number[NUMBER_TEXT_MAX];

		bars[k] = (struct bar){country_name(r, s.points[k].group), s.points[k].value,
				       arena_printf(&r->arena, say(r, "%s blocks", "%s 块"),
						    count_text((double)s.points[k].n, number))};
	}
	chart_bars(r->out, arena_printf(&r->arena, say(r, "The %zu countries and economies with most IPv6 space",
						       "IPv6 地址空间最多的 %zu 个国家和地区"), k),
		   say(r, i->title_en, i->title_zh), i->unit, bars, k, term("no_data", r->ask->zh));
	return 0;
}

static int groups(struct report *r, struct err *e)
{
	static const struct {
		const char *by, *of, *en, *zh;
	} rows[] = {
		{"ldc", "LDC", "Least developed countries", "最不发达国家"},
		{"lldc", "LLDC", "Landlocked developing countries", "内陆发展中国家"},
		{"sids", "SIDS", "Small island developing States", "小岛屿发展中国家"},
		{"transition", "TRANSITION", "Economies in transition", "经济转型国家"},
	};
	static const struct column columns[] = {
		{"Group of Resolution 64", "第 64 号决议所列组别", "wide"}, {"With IPv6 / known", "有 IPv6 / 已知", "n"},
		{"Share", "占比", "n"}, {"Unknown", "未知", "n"},
	};
	const struct indicator *i = indicator_find("countries_with_v6");
	char number[NUMBER_TEXT_MAX], text[128];
	struct table t;
	int64_t as_of;

	if (facts_query(&r->facts, &r->arena, "SELECT max(file_date_us) FROM obs_dataset WHERE kind = 'country'", NULL, 0, &t, e))
		return e->code;
	as_of = t.n_rows ? value_int(table_at(&t, 0, 0), I64_NULL) : I64_NULL;
	if (as_of != I64_NULL)
		paragraph_text(r, "quiet", say(r, "Members by the lists of the United Nations as of %s and before.",
					       "成员以联合国名单为准，名单日期不晚于 %s。"), date_text(as_of, number));
	table_begin(r, columns, 4);
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		const struct point *p = NULL;
		struct series s;

		if (report_eval(r, i, rows[k].by, &s, e))
			return e->code;
		for (size_t n = 0; n < s.n; n++)
			if (!strcmp(s.points[n].group, rows[k].of))
				p = &s.points[n];
		row_begin(r);
		cell(r, NULL, say(r, rows[k].en, rows[k].zh));
		if (!p || isnan(p->value)) {
			cell_none(r, 3);
		} else {
			fraction_text(i, p, text, sizeof(text));
			cell(r, "n", text);
			cell(r, "n", number_text(p->value, i->unit, number));
			cell(r, "n", count_text((double)p->unknown, number));
		}
		row_end(r);
	}
	table_end(r);
	return 0;
}

int report_foundation(struct report *r, struct err *e)
{
	struct series s;
	struct table files;

	heading(r, "Address allocation: pace and geography", "地址分配：节奏与地域");
	if (facts_query(&r->facts, &r->arena, "SELECT subject, max(file_date_us) FROM obs_dataset WHERE "
			"kind = 'rir' AND subject <> 'iana' GROUP BY subject ORDER BY subject",
			NULL, 0, &files, e) ||
	    report_eval(r, indicator_find("allocation_pace"), NULL, &s, e))
		return e->code;
	if (!files.n_rows) {
		paragraph(r, "none", "No data: take the registry files in with `sextant ingest rir FILE…`.",
			  "无数据：请用 `sextant ingest rir 文件…` 导入注册机构文件。");
		return 0;
	}
	if (files.n_rows < 5)
		paragraph_text(r, "note", say(r, "Files of %zu of the five registries are here; the rest of the world is missing from this section.",
					      "五大注册机构中仅有 %zu 家的文件，本节不含世界其余部分。"), files.n_rows);
	pace(r, &s);
	return registries(r, &files, e) || countries(r, e) || groups(r, e) ? e->code : 0;
}
