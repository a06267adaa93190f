/* holders_v4_with_v6: of those who hold IPv4, how many hold IPv6 too. */
#include "indicator/registry.h"

const struct indicator indicator_holders_v4_with_v6 = {
	.id = "holders_v4_with_v6",
	.title_en = "IPv4 holders that also hold IPv6",
	.title_zh = "持有 IPv4 的机构中同时持有 IPv6 的占比",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "holders with IPv4 and IPv6 / holders with IPv4; blocks whose holder is not "
		      "named are unknown",
	.formula_zh =
		"同时持有 IPv4 和 IPv6 的机构数 ÷ 持有 IPv4 的机构数；未列机构标识的地址块计为未知",
	.numerator_en = "holders with both",
	.numerator_zh = "两者都持有的机构",
	.denominator_en = "holders with at least one IPv4 block",
	.denominator_zh = "至少持有一个 IPv4 地址块的机构",
	.source = "NRO extended allocation files, field opaque-id; ITU Resolution 64",
	.better = "up",
	.sql = "SELECT at_us, grp, count(CASE WHEN holder IS NOT NULL AND has4 = 1 AND has6 = 1 "
	       "THEN 1 END) "
	       "AS num, count(CASE WHEN holder IS NOT NULL AND has4 = 1 THEN 1 END) AS den, "
	       "count(CASE WHEN holder IS NOT NULL AND has4 = 1 THEN 1 END) AS n, "
	       "CAST(sum(CASE WHEN holder IS NULL THEN blocks ELSE 0 END) AS BIGINT) AS unknown "
	       "FROM "
	       "(SELECT at_us, {grp} AS grp, holder, max(CASE WHEN type = 'ipv4' THEN 1 ELSE 0 "
	       "END) AS has4, "
	       "max(CASE WHEN type = 'ipv6' THEN 1 ELSE 0 END) AS has6, count(*) AS blocks "
	       "FROM " LATEST
	       " x WHERE {where} AND type IN ('ipv4', 'ipv6') GROUP BY at_us, grp, holder) y "
	       "GROUP BY at_us, grp",
	REGISTRY_COMMON,
};
