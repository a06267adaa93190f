/* asn_pace: how many AS numbers the registries hand out each month. */
#include "indicator/registry.h"

const struct indicator indicator_asn_pace = {
	.id = "asn_pace",
	.title_en = "New AS numbers a month",
	.title_zh = "每月新增 AS 号数量",
	.unit = "count",
	.kind = INDICATOR_COUNT,
	.formula_en = "sum of AS numbers; block of the current files by month of its date; blocks "
		      "without a date are left out" WHOLE_MONTHS_EN,
	.formula_zh = "AS 号之和；按现有文件中各记录的日期归入月份；没有日期的记录不计入" WHOLE_MONTHS_ZH,
	.numerator_en = "AS numbers handed out",
	.numerator_zh = "已分配的 AS 号",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "ITU Resolution 64 (Rev. New Delhi, 2024); registry files by the date in each "
		  "record: what was returned or resized since is not seen at its old place",
	.better = "",
	.sql = BY_MONTH("CAST(sum(count) AS DOUBLE)", NO_DEN, "'asn'"),
	REGISTRY_MONTHLY,
};
