/* czyz_a1_monthly: prefixes of IPv6 to prefixes of IPv4 handed out in a month. */
#include "indicator/registry.h"

const struct indicator indicator_czyz_a1_monthly = {
	.id = "czyz_a1_monthly",
	.title_en = "IPv6 to IPv4 allocations in the month (A1)",
	.title_zh = "当月 IPv6 与 IPv4 分配数之比（A1）",
	.unit = "ratio",
	.kind = INDICATOR_RATIO,
	.formula_en = "IPv6 blocks / IPv4 blocks with a date in the month; block of the current "
		      "files by month of its date; blocks without a date are left out" WHOLE_MONTHS_EN,
	.formula_zh = "当月 IPv6 地址块数 ÷ IPv4 "
		      "地址块数；按现有文件中各记录的日期归入月份；没有日期的记录不计入" WHOLE_MONTHS_ZH,
	.numerator_en = "blocks of IPv6 handed out",
	.numerator_zh = "已分配的 IPv6 地址块",
	.denominator_en = "blocks of IPv4 handed out",
	.denominator_zh = "已分配的 IPv4 地址块",
	.source = "Czyz et al., SIGCOMM 2014, metric A1 (monthly), from the dates of blocks that "
		  "still stand",
	.better = "up",
	.sql = BY_MONTH("count(CASE WHEN type = 'ipv6' THEN 1 END)",
			"count(CASE WHEN type = 'ipv4' THEN 1 END)", "'ipv4', 'ipv6'"),
	REGISTRY_MONTHLY,
};
