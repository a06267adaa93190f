/* czyz_a1_cumulative: prefixes of IPv6 to prefixes of IPv4 handed out so far. */
#include "indicator/registry.h"

const struct indicator indicator_czyz_a1_cumulative = {
	.id = "czyz_a1_cumulative",
	.title_en = "IPv6 to IPv4 allocations so far (A1)",
	.title_zh = "IPv6 与 IPv4 累计分配数之比（A1）",
	.unit = "ratio",
	.kind = INDICATOR_RATIO,
	.formula_en = "IPv6 blocks / IPv4 blocks up to and with the month; block of the current "
		      "files by month of its date; blocks without a date are left out; of the month under way what the "
		      "files hold",
	.formula_zh = "截至当月累计 IPv6 地址块数 ÷ 累计 IPv4 "
		      "地址块数；按现有文件中各记录的日期归入月份；没有日期的记录不计入；未结束的月份计至文件日期",
	.numerator_en = "blocks of IPv6 handed out",
	.numerator_zh = "已分配的 IPv6 地址块",
	.denominator_en = "blocks of IPv4 handed out",
	.denominator_zh = "已分配的 IPv4 地址块",
	.source = "Czyz et al., SIGCOMM 2014, metric A1 (cumulative), from the dates of blocks "
		  "that still stand",
	.better = "up",
	.sql = "SELECT at_us, {grp} AS grp, CAST(sum(v6) AS DOUBLE) AS num, "
	       "CAST(sum(v4) AS DOUBLE) AS den, CAST(sum(v4 + v6) AS BIGINT) AS n, 0 AS unknown "
	       "FROM (SELECT m.at_us AS at_us, c.registry AS registry, c.country AS country, "
	       "c.region AS region, c.v4 AS v4, c.v6 AS v6 FROM (SELECT DISTINCT month_us AS at_us "
	       "FROM " BLOCKS " b WHERE type = 'ipv6' AND month_us IS NOT NULL) m CROSS JOIN "
	       "(SELECT month_us, registry, country, region, "
	       "count(CASE WHEN type = 'ipv4' THEN 1 END) AS v4, "
	       "count(CASE WHEN type = 'ipv6' THEN 1 END) AS v6 FROM " BLOCKS " b2 "
	       "WHERE month_us IS NOT NULL AND type IN ('ipv4', 'ipv6') "
	       "GROUP BY month_us, registry, country, region) c WHERE c.month_us <= m.at_us) x "
	       "WHERE {where} GROUP BY at_us, grp",
	REGISTRY_COMMON,
};
