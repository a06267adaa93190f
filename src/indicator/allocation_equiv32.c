/* allocation_equiv32: how much IPv6 space the registries hand out each month, in /32. */
#include "indicator/registry.h"

const struct indicator indicator_allocation_equiv32 = {
	.id = "allocation_equiv32",
	.title_en = "New IPv6 space a month, in /32",
	.title_zh = "每月新增 IPv6 地址空间（折合 /32）",
	.unit = "/32",
	.kind = INDICATOR_COUNT,
	.formula_en = "sum of 2^(32 - prefix length); block of the current files by month of its "
		      "date; blocks without a date are left out" WHOLE_MONTHS_EN,
	.formula_zh =
		"2^(32 − 前缀长度) 之和；按现有文件中各记录的日期归入月份；没有日期的记录不计入" WHOLE_MONTHS_ZH,
	.numerator_en = "/32 equivalents handed out",
	.numerator_zh = "折合 /32 的数量",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "ITU Resolution 64 (Rev. New Delhi, 2024); registry files by the date in each "
		  "record: what was returned or resized since is not seen at its old place",
	.better = "up",
	.sql = BY_MONTH("sum(pow(2.0, 32 - prefix_len))", NO_DEN, "'ipv6'"),
	REGISTRY_MONTHLY,
};
