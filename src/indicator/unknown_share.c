/* unknown_share: how much this observer could not tell. */
#include "indicator/site.h"

const struct indicator indicator_unknown_share = {
	.id = "unknown_share",
	.title_en = "Answers that stayed unknown",
	.title_zh = "结论未知的检查占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "verdicts unknown / verdicts of checks that apply",
	.formula_zh = "结论为未知的检查数 ÷ 适用的检查数",
	.numerator_en = "checks that ended unknown",
	.numerator_zh = "结论为未知的检查",
	.denominator_en = "checks that apply, all of a round",
	.denominator_zh = "本轮全部适用的检查",
	.source = "this program: silence is evidence of nothing until repeated; observer self-test",
	.better = "down",
	.sql =
		"SELECT at_us, {grp} AS grp, count(CASE WHEN verdict = 'unknown' THEN 1 END) AS num, "
		"count(CASE WHEN verdict <> 'na' THEN 1 END) AS den, "
		"count(CASE WHEN verdict <> 'na' THEN 1 END) AS n, CAST(0 AS BIGINT) AS unknown "
		"FROM (SELECT " SITE_TAGS ", v.verdict AS verdict" SITE_FROM ") x "
		"WHERE {where} GROUP BY at_us, grp",
	SITE_COMMON,
};
