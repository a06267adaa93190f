/* allocation_equiv48: how much IPv6 space the registries hand out each month, in /48. */
#include "indicator/registry.h"

const struct indicator indicator_allocation_equiv48 = {
	.id = "allocation_equiv48",
	.title_en = "New IPv6 space a month, in /48",
	.title_zh = "每月新增 IPv6 地址空间（折合 /48）",
	.unit = "/48",
	.kind = INDICATOR_COUNT,
	.formula_en = "sum of 2^(48 - prefix length); block of the current files by month of its "
		      "date; blocks without a date are left out" WHOLE_MONTHS_EN,
	.formula_zh =
		"2^(48 − 前缀长度) 之和；按现有文件中各记录的日期归入月份；没有日期的记录不计入" WHOLE_MONTHS_ZH,
	.numerator_en = "/48 equivalents handed out",
	.numerator_zh = "折合 /48 的数量",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "ITU Resolution 64 (Rev. New Delhi, 2024); registry files by the date in each "
		  "record: what was returned or resized since is not seen at its old place",
	.better = "up",
	.sql = BY_MONTH("sum(pow(2.0, 48 - prefix_len))", NO_DEN, "'ipv6'"),
	REGISTRY_MONTHLY,
};
