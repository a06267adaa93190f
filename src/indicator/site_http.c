/* site_http: of the sites with IPv6, how many give their page over it. */
#include "indicator/site.h"

const struct indicator indicator_site_http = {
	.id = "site_http",
	.title_en = "Sites with IPv6 that serve their page over it",
	.title_zh = "有 IPv6 地址的网站中首页可访问的占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites with a final 2xx over IPv6, redirects included / sites with AAAA",
	.formula_zh = "首页经 IPv6（含跳转）最终返回 2xx 的网站数 ÷ 有 AAAA 记录的网站数",
	.numerator_en = "sites whose page comes over IPv6 (check http: pass)",
	.numerator_zh = "首页经 IPv6 可完整访问的网站（检查 http：通过）",
	.denominator_en = "sites with an IPv6 address, decided",
	.denominator_zh = "有 IPv6 地址且结论明确的网站",
	.source =
		"CAC site rubric, home page reachable; NIST USGv6 deployment monitor (web "
		"operational)",
	.better = "up",
	.sql = SITE_SHARE("http", "verdict = 'pass'"),
	SITE_COMMON,
};
