/* https_rr: of the sites with an HTTPS record, how many point to IPv6 by it. */
#include "indicator/site.h"

const struct indicator indicator_https_rr = {
	.id = "https_rr",
	.title_en = "HTTPS records that lead to IPv6",
	.title_zh = "HTTPS 记录可引导至 IPv6 的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"sites whose HTTPS record has an ipv6hint or a target with AAAA / sites "
		"with an HTTPS record",
	.formula_zh = "HTTPS 记录含 ipv6hint 或目标有 AAAA 记录的网站数 ÷ 有 HTTPS 记录的网站数",
	.numerator_en = "sites whose HTTPS record leads to IPv6 (check https_rr: pass)",
	.numerator_zh = "HTTPS 记录可引导至 IPv6 的网站（检查 https_rr：通过）",
	.denominator_en = "sites with an HTTPS record, decided",
	.denominator_zh = "有 HTTPS 记录且结论明确的网站",
	.source = "RFC 9460 sections 7.3 and 9",
	.better = "up",
	.sql = SITE_SHARE("https_rr", "verdict = 'pass'"),
	SITE_COMMON,
};
