/* www_aaaa: how many www names publish an IPv6 address. */
#include "indicator/site.h"

const struct indicator indicator_www_aaaa = {
	.id = "www_aaaa",
	.title_en = "www names with an IPv6 address",
	.title_zh = "www 域名有 IPv6 地址的占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites whose www name has at least one global AAAA / sites with a www name",
	.formula_zh = "www 域名至少有一个可用 AAAA 记录的网站数 ÷ 有 www 域名的网站数",
	.numerator_en = "sites with a usable AAAA at www (check www_aaaa: pass or partial)",
	.numerator_zh = "www 域名有可用 AAAA 记录的网站（检查 www_aaaa：通过或部分支持）",
	.denominator_en = "sites whose www name exists, decided",
	.denominator_zh = "www 域名存在且结论明确的网站",
	.source = "Czyz et al. 2014, metric R1; CAC site rubric, DNS records",
	.better = "up",
	.sql = SITE_SHARE("www_aaaa", "verdict IN ('pass', 'partial')"),
	SITE_COMMON,
};
