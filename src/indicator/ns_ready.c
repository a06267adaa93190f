/* ns_ready: how many zones have a name server with IPv6. */
#include "indicator/site.h"

const struct indicator indicator_ns_ready = {
	.id = "ns_ready",
	.title_en = "Zones with an IPv6 name server",
	.title_zh = "权威域名服务器有 IPv6 地址的域占比",
	.dimension = "foundation",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "zones with at least one name server that has a global AAAA / zones",
	.formula_zh = "至少一台权威域名服务器有可用 AAAA 记录的域数 ÷ 域总数",
	.numerator_en = "zones with one or more IPv6 name servers (check ns_aaaa: pass or partial)",
	.numerator_zh = "有一台及以上 IPv6 权威域名服务器的域（检查 ns_aaaa：通过或部分支持）",
	.denominator_en = "zones whose name servers could be looked up",
	.denominator_zh = "可查得权威域名服务器的域",
	.source =
		"CAC site rubric, delegation chain; Czyz et al. 2014, metric N1; NIST "
		"USGv6 deployment monitor (DNS)",
	.better = "up",
	.sql = SITE_SHARE("ns_aaaa", "verdict IN ('pass', 'partial')"),
	SITE_COMMON,
};
