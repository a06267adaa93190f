/* allocation_space: how much IPv6 space has been handed out up to each month, in /32. */
#include "indicator/registry.h"

const struct indicator indicator_allocation_space = {
	.id = "allocation_space",
	.title_en = "IPv6 space handed out so far, in /32",
	.title_zh = "累计已分配 IPv6 地址空间（折合 /32）",
	.unit = "/32",
	.kind = INDICATOR_COUNT,
	.formula_en = "sum of 2^(32 - prefix length) up to and with the month; block of the current "
		      "files by month of its date; blocks without a date are left out; of the month under way what the "
		      "files hold",
	.formula_zh = "截至当月 2^(32 − 前缀长度) 的累计之和；按现有文件中各记录的日期归入月份；没有日期的"
		      "记录不计入；未结束的月份计至文件日期",
	.numerator_en = "/32 equivalents handed out so far",
	.numerator_zh = "累计折合 /32 的数量",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "ITU Resolution 64 (Rev. New Delhi, 2024): geography; registry files by the date in "
		  "each record. Of a country: that of registration, not of use",
	.better = "up",
	.sql = "SELECT at_us, {grp} AS grp, CAST(sum(eq) AS DOUBLE) AS num, " NO_DEN " AS den, "
	       "CAST(sum(blocks) AS BIGINT) AS n, 0 AS unknown FROM (SELECT m.at_us AS at_us, "
	       "c.registry AS registry, c.country AS country, c.region AS region, c.eq AS eq, "
	       "c.blocks AS blocks FROM (SELECT DISTINCT month_us AS at_us FROM " BLOCKS " b "
	       "WHERE type = 'ipv6' AND month_us IS NOT NULL) m CROSS JOIN "
	       "(SELECT month_us, registry, country, region, sum(pow(2.0, 32 - prefix_len)) AS eq, "
	       "count(*) AS blocks FROM " BLOCKS " b2 WHERE month_us IS NOT NULL AND type = 'ipv6' "
	       "GROUP BY month_us, registry, country, region) c WHERE c.month_us <= m.at_us) x "
	       "WHERE {where} GROUP BY at_us, grp",
	REGISTRY_COMMON,
};
