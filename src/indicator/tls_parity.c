/* tls_parity: of the sites with TLS on both families, how many show the same. */
#include "indicator/site.h"

const struct indicator indicator_tls_parity = {
	.id = "tls_parity",
	.title_en = "Sites with the same TLS over IPv4 and IPv6",
	.title_zh = "IPv4 与 IPv6 证书一致的网站占比",
	.dimension = "security",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"sites with the same certificate validity over both families / sites "
		"compared",
	.formula_zh = "两种协议下证书一致且有效性相同的网站数 ÷ 已比对的网站数",
	.numerator_en = "sites with TLS parity (check tls_parity: pass)",
	.numerator_zh = "证书一致的网站（检查 tls_parity：通过）",
	.denominator_en = "sites with TLS on both families, decided",
	.denominator_zh = "两种协议均启用 TLS 且结论明确的网站",
	.source = "Czyz et al., NDSS 2016 (security parity)",
	.better = "up",
	.sql = SITE_SHARE("tls_parity", "verdict = 'pass'"),
	SITE_COMMON,
};
