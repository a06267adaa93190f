/* hsts_parity: of the sites with HSTS, how many send it on both families. */
#include "indicator/site.h"

const struct indicator indicator_hsts_parity = {
	.id = "hsts_parity",
	.title_en = "Sites with the same HSTS over IPv4 and IPv6",
	.title_zh = "IPv4 与 IPv6 的 HSTS 策略一致的网站占比",
	.dimension = "security",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites with the same HSTS header over both families / sites with HSTS",
	.formula_zh = "两种协议下 HSTS 策略一致的网站数 ÷ 启用 HSTS 的网站数",
	.numerator_en = "sites with HSTS parity (check hsts_parity: pass)",
	.numerator_zh = "HSTS 策略一致的网站（检查 hsts_parity：通过）",
	.denominator_en = "sites with HSTS on a family, both answering, decided",
	.denominator_zh = "至少一种协议启用 HSTS、两种协议均可访问且结论明确的网站",
	.source = "RFC 6797; Czyz et al., NDSS 2016 (security parity)",
	.better = "up",
	.sql = SITE_SHARE("hsts_parity", "verdict = 'pass'"),
	SITE_COMMON,
};
