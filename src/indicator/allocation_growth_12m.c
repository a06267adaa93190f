/* allocation_growth_12m: this year of IPv6 allocations against the year before. */
#include "indicator/registry.h"

const struct indicator indicator_allocation_growth_12m = {
	.id = "allocation_growth_12m",
	.title_en = "IPv6 allocations, 12 months against the 12 before",
	.title_zh = "近 12 个月与前 12 个月 IPv6 分配数之比",
	.unit = "ratio",
	.kind = INDICATOR_RATIO,
	.formula_en = "IPv6 blocks of the 365 days up to the file / of the 365 days before",
	.formula_zh = "文件日期前 365 天的 IPv6 地址块数 ÷ 再前 365 天的数量",
	.numerator_en = "blocks of the last 365 days",
	.numerator_zh = "近 365 天的地址块",
	.denominator_en = "blocks of the 365 days before",
	.denominator_zh = "再前 365 天的地址块",
	.source = "ITU Resolution 64: pace; days before the date of each registry's own file",
	.better = "up",
	.sql = "SELECT at_us, {grp} AS grp, "
	       "count(CASE WHEN date_us > file_us - 31536000000000 THEN 1 END) AS num, "
	       "count(CASE WHEN date_us <= file_us - 31536000000000 THEN 1 END) AS den, "
	       "count(*) AS n, 0 AS unknown FROM " LATEST " x WHERE {where} AND type = 'ipv6' "
	       "AND date_us > file_us - 63072000000000 GROUP BY at_us, grp",
	REGISTRY_COMMON,
};
