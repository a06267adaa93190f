/* tls_valid_v6: of the sites with TLS, how many are valid over IPv6. */
#include "indicator/site.h"

const struct indicator indicator_tls_valid_v6 = {
	.id = "tls_valid_v6",
	.title_en = "Sites with valid TLS over IPv6",
	.title_zh = "经 IPv6 证书有效的网站占比",
	.dimension = "security",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"sites whose certificate verifies over IPv6, TLS 1.2 or later / sites with "
		"TLS and AAAA",
	.formula_zh =
		"经 IPv6 证书验证通过且为 TLS 1.2 及以上的网站数 ÷ 启用 TLS 且有 AAAA 记录"
		"的网站数",
	.numerator_en = "sites with valid TLS over IPv6 (check tls: pass)",
	.numerator_zh = "经 IPv6 证书有效的网站（检查 tls：通过）",
	.denominator_en = "sites with AAAA and TLS, decided",
	.denominator_zh = "有 AAAA 记录且启用 TLS 并结论明确的网站",
	.source = "RFC 9525 (names); RFC 8996 (no TLS before 1.2)",
	.better = "up",
	.sql = SITE_SHARE("tls", "verdict = 'pass'"),
	SITE_COMMON,
};
