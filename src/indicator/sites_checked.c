/* sites_checked: how large the round was. */
#include "indicator/site.h"

const struct indicator indicator_sites_checked = {
	.id = "sites_checked",
	.title_en = "Sites looked at",
	.title_zh = "本轮检查的网站数",
	.dimension = "application",
	.unit = "count",
	.kind = INDICATOR_COUNT,
	.formula_en = "sites with a headline verdict in the round",
	.formula_zh = "本轮有总体结论的网站数",
	.numerator_en = "sites with an answer or a reason why there is none to give",
	.numerator_zh = "有结论或不适用的网站",
	.denominator_en = "none (a count)",
	.denominator_zh = "无（计数）",
	.source = "this program: every share stands beside its sample size",
	.better = "",
	.sql =
		"SELECT at_us, {grp} AS grp, count(CASE WHEN verdict <> 'unknown' THEN 1 END) AS num, "
		"CAST(NULL AS BIGINT) AS den, count(CASE WHEN verdict <> 'unknown' THEN 1 END) AS n, "
		"count(CASE WHEN verdict = 'unknown' THEN 1 END) AS unknown FROM " SITE_ROWS("site")
		" x WHERE {where} GROUP BY at_us, grp",
	SITE_COMMON,
};
