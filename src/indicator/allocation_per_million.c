/* allocation_per_million: how much IPv6 space there is for a million people. */
#include "indicator/registry.h"

static const char *const groups[] = {"registry", "region",     "ldc",	  "lldc",
				     "sids",	 "transition", "country", NULL};
static const char *const group_sql[] = {"registry",
					"region",
					"CASE WHEN ldc THEN 'LDC' ELSE '' END",
					"CASE WHEN lldc THEN 'LLDC' ELSE '' END",
					"CASE WHEN sids THEN 'SIDS' ELSE '' END",
					"CASE WHEN transition THEN 'TRANSITION' ELSE '' END",
					"country",
					NULL};

const struct indicator indicator_allocation_per_million = {
	.id = "allocation_per_million",
	.title_en = "IPv6 space for a million people, in /32",
	.title_zh = "每百万人口拥有的 IPv6 地址空间（折合 /32）",
	.unit = "/32",
	.kind = INDICATOR_RATIO,
	.formula_en = "/32 equivalents / millions of people; countries without a figure of the "
		      "World Bank, or whose registry file is not there, are unknown",
	.formula_zh = "折合 /32 的数量 ÷ "
		      "百万人口；没有世界银行人口数据或其注册管理机构文件缺失的国家和地区为未知",
	.numerator_en = "/32 equivalents registered in the country",
	.numerator_zh = "注册在该国的 /32 数量",
	.denominator_en = "millions of people",
	.denominator_zh = "百万人口",
	.source = "ITU Resolution 64: per capita; World Bank SP.POP.TOTL",
	.better = "up",
	.sql = "SELECT at_us, {grp} AS grp, sum(CASE WHEN ok = 1 THEN coalesce(eq, 0.0) ELSE 0.0 "
	       "END) AS num, "
	       "sum(CASE WHEN ok = 1 THEN population / 1000000.0 ELSE 0.0 END) AS den, "
	       "count(CASE WHEN ok = 1 THEN 1 END) AS n, count(CASE WHEN ok = 0 THEN 1 END) AS "
	       "unknown FROM "
	       "(SELECT z.*, CASE WHEN population IS NOT NULL AND (eq IS NOT NULL OR known IS NOT "
	       "NULL) "
	       "THEN 1 ELSE 0 END AS ok FROM (SELECT x.* FROM "
	       "(SELECT " NEWEST
	       " AS at_us, k.country AS country, k.region AS region, k.home AS registry, "
	       "k.population AS population, k.ldc AS ldc, k.lldc AS lldc, k.sids AS sids, "
	       "k.transition AS transition, e.eq AS eq, h.subject AS known FROM " COUNTRIES " k "
	       "LEFT JOIN (SELECT country, sum(pow(2.0, 32 - prefix_len)) AS eq FROM " BLOCKS
	       " b WHERE type = 'ipv6' GROUP BY country) e ON k.country = e.country "
	       "LEFT JOIN (SELECT DISTINCT subject FROM obs_dataset WHERE kind = 'rir') h "
	       "ON k.home = h.subject) x WHERE {where} AND at_us IS NOT NULL "
	       ") z) y GROUP BY at_us, grp",
	.dimension = "foundation",
	.method = "1",
	.period = "month",
	.needs = "delegation",
	.groups = groups,
	.group_sql = group_sql,
};
