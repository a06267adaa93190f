/* alt_svc_parity: of the sites with Alt-Svc, how many send it on both families. */
#include "indicator/site.h"

const struct indicator indicator_alt_svc_parity = {
	.id = "alt_svc_parity",
	.title_en = "Sites with the same Alt-Svc over IPv4 and IPv6",
	.title_zh = "IPv4 与 IPv6 的 Alt-Svc 一致的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites with the same Alt-Svc header over both families / sites with Alt-Svc",
	.formula_zh = "两种协议下 Alt-Svc 一致的网站数 ÷ 启用 Alt-Svc 的网站数",
	.numerator_en = "sites with Alt-Svc parity (check alt_svc_parity: pass)",
	.numerator_zh = "Alt-Svc 一致的网站（检查 alt_svc_parity：通过）",
	.denominator_en = "sites with Alt-Svc on a family, both answering, decided",
	.denominator_zh = "至少一种协议启用 Alt-Svc、两种协议均可访问且结论明确的网站",
	.source = "RFC 7838 section 3",
	.better = "up",
	.sql = SITE_SHARE("alt_svc_parity", "verdict = 'pass'"),
	SITE_COMMON,
};
