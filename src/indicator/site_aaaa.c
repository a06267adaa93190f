/* site_aaaa: how many sites publish an IPv6 address. */
#include "indicator/site.h"

const struct indicator indicator_site_aaaa = {
	.id = "site_aaaa",
	.title_en = "Sites with an IPv6 address (AAAA)",
	.title_zh = "有 IPv6 地址（AAAA 记录）的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites whose name has at least one global AAAA / sites with an address",
	.formula_zh = "域名至少有一个可用 AAAA 记录的网站数 ÷ 有地址的网站数",
	.numerator_en = "sites with a usable AAAA (check aaaa: pass or partial)",
	.numerator_zh = "有可用 AAAA 记录的网站（检查 aaaa：通过或部分支持）",
	.denominator_en = "sites with an IPv4 or IPv6 address, decided",
	.denominator_zh = "有 IPv4 或 IPv6 地址且结论明确的网站",
	.source =
		"Czyz et al. 2014, metric R1 (AAAA); NIST USGv6 deployment monitor "
		"(assigned); CAC site rubric, DNS records",
	.better = "up",
	.sql = SITE_SHARE("aaaa", "verdict IN ('pass', 'partial')"),
	SITE_COMMON,
};
