/* site_ready: how many sites a user can really use over IPv6. */
#include "indicator/site.h"

const struct indicator indicator_site_ready = {
	.id = "site_ready",
	.title_en = "Sites that work over IPv6",
	.title_zh = "IPv6 可用网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites that can be used over IPv6 without fault / sites with an address",
	.formula_zh = "经 IPv6 可正常使用的网站数 ÷ 有地址的网站数",
	.numerator_en = "sites whose headline verdict is pass (check site)",
	.numerator_zh = "总体结论为通过的网站（检查 site）",
	.denominator_en = "sites with an IPv4 or IPv6 address, decided",
	.denominator_zh = "有 IPv4 或 IPv6 地址且结论明确的网站",
	.source =
		"NIST USGv6 deployment monitor (operational); CAC site rubric, home page "
		"reachable",
	.better = "up",
	.sql = SITE_SHARE("site", "verdict = 'pass'"),
	SITE_COMMON,
};
