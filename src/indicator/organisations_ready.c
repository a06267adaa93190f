/* organisations_ready: how many organisations have no site left to repair. */
#include "indicator/site.h"

const struct indicator indicator_organisations_ready = {
	.id = "organisations_ready",
	.title_en = "Organisations whose sites all work over IPv6",
	.title_zh = "全部网站 IPv6 可用的机构占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"organisations all of whose sites pass / organisations with at least one "
		"site decided",
	.formula_zh = "所有网站均通过的机构数 ÷ 至少有一个网站结论明确的机构数",
	.numerator_en = "organisations with every site passing (check site)",
	.numerator_zh = "所有网站均通过的机构（检查 site）",
	.denominator_en = "organisations with a failing site, or with all sites decided",
	.denominator_zh = "有未通过网站或全部网站结论明确的机构",
	.source =
		"CERNET monthly report (supporting portals by institution); action plan "
		"2017, evaluation by enterprise",
	.better = "up",
	.sql =
		"SELECT at_us, grp, count(CASE WHEN bad = 0 AND open = 0 AND good > 0 THEN 1 END), "
		"count(CASE WHEN bad > 0 OR (open = 0 AND good > 0) THEN 1 END), "
		"count(CASE WHEN bad > 0 OR (open = 0 AND good > 0) THEN 1 END), "
		"count(CASE WHEN bad = 0 AND open > 0 THEN 1 END) FROM "
		"(SELECT at_us, {grp} AS grp, organisation AS owner, "
		"count(CASE WHEN verdict = 'pass' THEN 1 END) AS good, "
		"count(CASE WHEN verdict IN ('partial', 'fail') THEN 1 END) AS bad, "
		"count(CASE WHEN verdict = 'unknown' THEN 1 END) AS open FROM " SITE_ROWS("site")
		" x WHERE organisation <> '' AND {where} GROUP BY at_us, grp, owner) y "
		"GROUP BY at_us, grp",
	SITE_COMMON,
};
