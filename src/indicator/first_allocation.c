/* first_allocation: when a country got its first IPv6 block. */
#include "indicator/registry.h"

const struct indicator indicator_first_allocation = {
	.id = "first_allocation",
	.title_en = "Year of the first IPv6 block",
	.title_zh = "首个 IPv6 地址块的年份",
	.unit = "year",
	.kind = INDICATOR_VALUE,
	.formula_en = "earliest date of an IPv6 block that still stands, as a year with its part",
	.formula_zh = "现存 IPv6 地址块中最早的日期（以年为单位，含小数）",
	.numerator_en = "none",
	.numerator_zh = "无",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "ITU Resolution 64 (Rev. New Delhi, 2024); registry files by the date in each "
		  "record: what was returned or resized since is not seen at its old place",
	.better = "",
	.sql = "SELECT at_us, {grp} AS grp, CAST(NULL AS DOUBLE) AS num, " NO_DEN " AS den, "
	       "count(date_us) AS n, count(*) - count(date_us) AS unknown, "
	       "1970 + min(date_us) / 31556952000000.0 AS value, CAST(NULL AS DOUBLE) AS lo, "
	       "CAST(NULL AS DOUBLE) AS hi FROM " LATEST " x WHERE {where} AND type = 'ipv6' "
	       "GROUP BY at_us, grp",
	REGISTRY_COMMON,
};
