/* allocation_holders: who holds IPv6: distinct holders by the opaque ids of extended files. */
#include "indicator/registry.h"

const struct indicator indicator_allocation_holders = {
	.id = "allocation_holders",
	.title_en = "Holders of IPv6 space",
	.title_zh = "持有 IPv6 地址的机构数",
	.unit = "count",
	.kind = INDICATOR_COUNT,
	.formula_en = "distinct opaque ids with an IPv6 block, within each registry; unknown where "
		      "the file names no holders",
	.formula_zh = "各注册管理机构内持有 IPv6 地址块的不同机构标识数；文件未列机构标识时为未知",
	.numerator_en = "holders with at least one IPv6 block",
	.numerator_zh = "至少持有一个 IPv6 地址块的机构",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "NRO extended allocation files, field opaque-id",
	.better = "up",
	.sql = "SELECT at_us, {grp} AS grp, CASE WHEN count(holder) = 0 THEN NULL "
	       "ELSE count(DISTINCT holder) END AS num, " NO_DEN " AS den, "
	       "count(DISTINCT holder) AS n, count(*) - count(holder) AS unknown FROM " LATEST " x "
	       "WHERE {where} AND type = 'ipv6' GROUP BY at_us, grp",
	REGISTRY_COMMON,
};
