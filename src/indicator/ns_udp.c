/* ns_udp: of the zones with IPv6 name servers, how many answer by UDP. */
#include "indicator/site.h"

const struct indicator indicator_ns_udp = {
	.id = "ns_udp",
	.title_en = "IPv6 name servers that answer over UDP",
	.title_zh = "权威域名服务器经 IPv6 UDP 可应答的域占比",
	.dimension = "foundation",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"zones where every IPv6 name server answers authoritatively by UDP / zones "
		"with one",
	.formula_zh =
		"所有 IPv6 权威域名服务器经 UDP 给出权威应答的域数 ÷ 有 IPv6 权威域名服务器"
		"的域数",
	.numerator_en = "zones whose IPv6 name servers all answer (check ns_udp: pass)",
	.numerator_zh = "所有 IPv6 权威域名服务器均应答的域（检查 ns_udp：通过）",
	.denominator_en = "zones with an IPv6 name server, decided",
	.denominator_zh = "有 IPv6 权威域名服务器且结论明确的域",
	.source = "RFC 10001; CAC site rubric, delegation chain",
	.better = "up",
	.sql = SITE_SHARE("ns_udp", "verdict = 'pass'"),
	SITE_COMMON,
};
