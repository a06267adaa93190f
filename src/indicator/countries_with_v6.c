/* countries_with_v6: how many countries have IPv6 at all; also for the groups of Resolution 64. */
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

const struct indicator indicator_countries_with_v6 = {
	.id = "countries_with_v6",
	.title_en = "Countries with an IPv6 block",
	.title_zh = "拥有 IPv6 地址块的国家和地区占比",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "countries with an IPv6 block / countries; where the file of a country's "
		      "registry is not there and no block is seen, it is unknown",
	.formula_zh = "拥有 IPv6 地址块的国家和地区数 ÷ "
		      "全部国家和地区数；其所属注册管理机构的文件缺失且未见地址块时为未知",
	.numerator_en = "countries with at least one IPv6 block",
	.numerator_zh = "至少有一个 IPv6 地址块的国家和地区",
	.denominator_en = "countries and territories of ISO 3166-1 that we know about",
	.denominator_zh = "结论明确的 ISO 3166-1 国家和地区",
	.source = "ITU Resolution 64 (Rev. New Delhi, 2024): developing countries; groups by the "
		  "UN lists in data/geo/groups.csv",
	.better = "up",
	.sql = "SELECT at_us, {grp} AS grp, count(eq) AS num, "
	       "count(CASE WHEN eq IS NOT NULL OR known IS NOT NULL THEN 1 END) AS den, "
	       "count(CASE WHEN eq IS NOT NULL OR known IS NOT NULL THEN 1 END) AS n, "
	       "count(CASE WHEN eq IS NULL AND known IS NULL THEN 1 END) AS unknown FROM "
	       "(SELECT " NEWEST
	       " AS at_us, k.country AS country, k.region AS region, k.home AS registry, "
	       "k.population AS population, k.ldc AS ldc, k.lldc AS lldc, k.sids AS sids, "
	       "k.transition AS transition, e.eq AS eq, h.subject AS known FROM " COUNTRIES " k "
	       "LEFT JOIN (SELECT country, sum(pow(2.0, 32 - prefix_len)) AS eq FROM " BLOCKS
	       " b WHERE type = 'ipv6' GROUP BY country) e ON k.country = e.country "
	       "LEFT JOIN (SELECT DISTINCT subject FROM obs_dataset WHERE kind = 'rir') h "
	       "ON k.home = h.subject) x WHERE {where} AND at_us IS NOT NULL "
	       "GROUP BY at_us, grp",
	.dimension = "foundation",
	.method = "1",
	.period = "month",
	.needs = "delegation",
	.groups = groups,
	.group_sql = group_sql,
};
