/* allocation_pace: how many IPv6 blocks the registries hand out each month. */
#include "indicator/registry.h"

const struct indicator indicator_allocation_pace = {
	.id = "allocation_pace",
	.title_en = "New IPv6 allocations a month",
	.title_zh = "每月新增 IPv6 分配数",
	.unit = "count",
	.kind = INDICATOR_COUNT,
	.formula_en = "count of IPv6 blocks; block of the current files by month of its date; "
		      "blocks without a date are left out" WHOLE_MONTHS_EN,
	.formula_zh = "IPv6 地址块数；按现有文件中各记录的日期归入月份；没有日期的记录不计入" WHOLE_MONTHS_ZH,
	.numerator_en = "blocks of IPv6 handed out",
	.numerator_zh = "已分配的 IPv6 地址块",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "ITU Resolution 64 (Rev. New Delhi, 2024); registry files by the date in each "
		  "record: what was returned or resized since is not seen at its old place",
	.better = "up",
	.sql = BY_MONTH("count(*)", NO_DEN, "'ipv6'"),
	REGISTRY_MONTHLY,
};
