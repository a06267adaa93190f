/* bogon_aaaa: of the sites with AAAA, how many publish one that cannot work. */
#include "indicator/site.h"

const struct indicator indicator_bogon_aaaa = {
	.id = "bogon_aaaa",
	.title_en = "Sites with AAAA that nobody can reach (bogons)",
	.title_zh = "发布不可路由 AAAA 地址的网站占比",
	.dimension = "security",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites with a special-purpose address in AAAA / sites with AAAA",
	.formula_zh = "AAAA 记录中含特殊用途地址的网站数 ÷ 有 AAAA 记录的网站数",
	.numerator_en = "sites with a bogon AAAA (check bogon: fail)",
	.numerator_zh = "AAAA 为特殊用途地址的网站（检查 bogon：未通过）",
	.denominator_en = "sites with an IPv6 address, decided",
	.denominator_zh = "有 IPv6 地址且结论明确的网站",
	.source = "RFC 6890 and the IANA special-purpose registry; RFC 4291 section 2.5",
	.better = "down",
	.sql = SITE_SHARE("bogon", "verdict = 'fail'"),
	SITE_COMMON,
};
