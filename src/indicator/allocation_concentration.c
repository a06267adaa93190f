/* allocation_concentration: do a few countries hold most of the space? */
#include "indicator/registry.h"

static const char *const groups[] = {"registry", "region", NULL};
static const char *const group_sql[] = {"registry", "region", NULL};

const struct indicator indicator_allocation_concentration = {
	.id = "allocation_concentration",
	.title_en = "Concentration of IPv6 space over countries",
	.title_zh = "IPv6 地址空间在各国间的集中度",
	.unit = "HHI",
	.kind = INDICATOR_VALUE,
	.formula_en = "sum over countries of the square of their share of the /32 equivalents "
		      "(Herfindahl-Hirschman); country of registration, not of use",
	.formula_zh = "各国所占 /32 份额的平方和（赫芬达尔指数）；按注册国家，而非使用国家",
	.numerator_en = "sum of squares",
	.numerator_zh = "平方和",
	.denominator_en = "square of the sum",
	.denominator_zh = "和的平方",
	.source = "ITU Resolution 64: geography; Herfindahl-Hirschman index",
	.better = "down",
	.sql = "SELECT at_us, grp, sum(eq * eq) AS num, sum(eq) * sum(eq) AS den, count(*) AS n, "
	       "0 AS unknown, sum(eq * eq) / (sum(eq) * sum(eq)) AS value, CAST(NULL AS DOUBLE) AS "
	       "lo, "
	       "CAST(NULL AS DOUBLE) AS hi FROM (SELECT at_us, {grp} AS grp, country, "
	       "sum(pow(2.0, 32 - prefix_len)) AS eq FROM " LATEST
	       " x WHERE {where} AND type = 'ipv6' "
	       "AND country <> '' GROUP BY at_us, grp, country) y GROUP BY at_us, grp",
	.dimension = "foundation",
	.method = "1",
	.period = "month",
	.needs = "delegation",
	.groups = groups,
	.group_sql = group_sql,
};
