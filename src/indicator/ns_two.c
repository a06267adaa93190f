/* ns_two: how many zones obey the rule of two. */
#include "indicator/site.h"

const struct indicator indicator_ns_two = {
	.id = "ns_two",
	.title_en = "Zones with two or more IPv6 name servers",
	.title_zh = "至少两台权威域名服务器有 IPv6 地址的域占比",
	.dimension = "foundation",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "zones with at least two name servers that have a global AAAA / zones",
	.formula_zh = "至少两台权威域名服务器有可用 AAAA 记录的域数 ÷ 域总数",
	.numerator_en = "zones with two or more IPv6 name servers (check ns_aaaa: pass)",
	.numerator_zh = "有两台及以上 IPv6 权威域名服务器的域（检查 ns_aaaa：通过）",
	.denominator_en = "zones whose name servers could be looked up",
	.denominator_zh = "可查得权威域名服务器的域",
	.source = "RFC 10001 (BCP 91): at least two name servers reachable over IPv6",
	.better = "up",
	.sql = SITE_SHARE("ns_aaaa", "verdict = 'pass'"),
	SITE_COMMON,
};
