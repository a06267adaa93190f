/* report_method: how it was measured, what it cannot say, what it came from, and the definitions. */
#include "outlet/report_int.h"

#include "base/clock.h"
#include "core/schema.h"
#include "outlet/terms.h"

#include <stdio.h>
#include <string.h>

static const char *const limits[][2] = {
	{"Unknown means that we could not tell. Such sites are in no numerator and no denominator; their number stands beside each figure.",
	 "“未知”表示无法判断，不计入分子和分母，其数量列在各数值旁。"},
	{"A whole round has no interval: every site of the list was looked at. A sample has the Wilson interval of 95%.",
	 "完整轮次检查名单中的全部网站，没有抽样误差；抽样轮次给出 95% 的 Wilson 区间。"},
	{"A list that changed is never reported as adoption: where its version differs, no change is given and lines begin anew.",
	 "名单变更不当作部署进展：名单版本不同时不给出变化，曲线另起。"},
	{"At the end of a round a random part of the sites is looked at once more: how many verdicts are others then says how far a single look can be trusted.",
	 "每轮结束时随机抽取部分网站复测：两次结论不一致的比例反映单次探测的可信度。"},
	{"What is seen is what this vantage saw, at the time of the round.", "结果仅代表观测点在该轮次时间内所见。"},
	{"A country is that of registration, not of use. The date is that of the block in the current file: what was returned or merged since does not show.",
	 "国家和地区按注册地计，而非使用地；日期取自现行文件，已退回或合并的地址块不再可见。"},
	{"Evidence: M measured by this observatory, D declared by the operator and validated, R reported only.",
	 "证据等级：M 本平台实测，D 运营方申报并经核验，R 仅为报送。"},
};

static void limits_list(struct report *r)
{
	buf_str(r->out, "<ul>");
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		markup_element(r->out, "li", NULL, say(r, limits[i][0], limits[i][1]));
	buf_str(r->out, "</ul>");
}

/* At the end of a round some sites are looked at again: how many verdicts are others then? */
static const char *second_look(struct report *r, int64_t disagreed, int64_t compared)
{
	if (compared == I64_NULL || disagreed == I64_NULL || compared <= 0)
		return say(r, "not made", "未复测");
	return arena_printf(&r->arena, "%lld / %lld (%.2f%%)", (long long)disagreed, (long long)compared,
			    100.0 * (double)disagreed / (double)compared);
}

static int rounds(struct report *r, struct err *e)
{
	static const struct column columns[] = {
		{"Round", "轮次", NULL}, {"List", "名单", NULL}, {"Ended", "结束时间", "n"},
		{"Sites", "网站数", "n"}, {"Vantage", "观测点", NULL}, {"Kind", "方式", NULL},
		{"Second look disagrees", "复测不一致", "n"},
	};
	const struct value args[] = {value_i64(r->to_us)};
	char text[TIME_TEXT_MAX], number[NUMBER_TEXT_MAX];
	struct table t;

	if (facts_query(&r->facts, &r->arena,
			"SELECT round, subject, version, ended_us, sites, vantage, CAST(sampled AS INTEGER), "
			"disagreed, compared "
			"FROM obs_round WHERE complete AND ended_us < ? ORDER BY ended_us DESC LIMIT 10",
			args, 1, &t, e))
		return e->code;
	if (!t.n_rows)
		return 0;
	markup_element(r->out, "h3", NULL, say(r, "Rounds (last ten)", "轮次（最近十轮）"));
	table_begin(r, columns, 7);
	for (size_t i = 0; i < t.n_rows; i++) {
		row_begin(r);
		cell(r, NULL, value_str(table_at(&t, i, 0), ""));
		cell(r, NULL, arena_printf(&r->arena, "%s v%lld", value_str(table_at(&t, i, 1), ""),
					   (long long)value_int(table_at(&t, i, 2), 0)));
		cell(r, "n", time_text(value_int(table_at(&t, i, 3), 0), text));
		cell(r, "n", count_text(value_num(table_at(&t, i, 4), 0), number));
		cell(r, NULL, value_str(table_at(&t, i, 5), ""));
		cell(r, NULL, value_int(table_at(&t, i, 6), 0) == 1 ? say(r, "sample", "抽样")
								    : say(r, "whole list", "全部"));
		cell(r, "n", second_look(r, value_int(table_at(&t, i, 7), I64_NULL),
					 value_int(table_at(&t, i, 8), I64_NULL)));
		row_end(r);
	}
	table_end(r);
	return 0;
}

static int files(struct report *r, struct err *e)
{
	static const struct column columns[] = {
		{"Registry", "注册机构", NULL}, {"File", "文件", NULL}, {"Its date", "文件日期", "n"},
		{"Records", "记录数", "n"},
	};
	char text[TIME_TEXT_MAX], number[NUMBER_TEXT_MAX];
	struct table t;

	if (facts_query(&r->facts, &r->arena,
			"SELECT subject, file, file_date_us, records FROM obs_dataset WHERE kind = 'rir' "
			"ORDER BY subject, file_date_us DESC LIMIT 50", NULL, 0, &t, e))
		return e->code;
	if (!t.n_rows)
		return 0;
	markup_element(r->out, "h3", NULL, say(r, "Registry files", "注册机构文件"));
	table_begin(r, columns, 4);
	for (size_t i = 0; i < t.n_rows; i++) {
		row_begin(r);
		cell(r, NULL, value_str(table_at(&t, i, 0), ""));
		cell(r, NULL, value_str(table_at(&t, i, 1), ""));
		cell(r, "n", date_text(value_int(table_at(&t, i, 2), 0), text));
		cell(r, "n", count_text(value_num(table_at(&t, i, 3), 0), number));
		row_end(r);
	}
	table_end(r);
	return 0;
}

static void definitions(struct report *r)
{
	static const struct column columns[] = {
		{"Indicator", "指标", "wide"}, {"Formula", "公式", NULL}, {"Source", "来源", NULL}, {"Version", "版本", "n"},
	};

	markup_element(r->out, "h3", NULL, say(r, "Definitions", "指标定义"));
	table_begin(r, columns, 4);
	for (size_t k = 0; indicator_list[k]; k++) {
		const struct indicator *i = indicator_list[k];

		row_begin(r);
		buf_str(r->out, "<td>");
		markup_text(r->out, say(r, i->title_en, i->title_zh));
		markup_element(r->out, "span", "sub", i->id);
		buf_str(r->out, "</td>");
		cell(r, NULL, say(r, i->formula_en, i->formula_zh));
		cell(r, "sub", i->source);
		cell(r, "n", i->method);
		row_end(r);
	}
	table_end(r);
}

int report_method(struct report *r, struct err *e)
{
	heading(r, "Method and limits", "方法与局限");
	limits_list(r);
	if (rounds(r, e) || files(r, e))
		return e->code;
	definitions(r);
	return 0;
}
