/* r3: of the internal links of the third level that work at all, how many work over IPv6. */
#include "indicator/site.h"

const struct indicator indicator_r3 = {
	.id = "r3",
	.title_en = "Internal links of the third level that work over IPv6 (R3)",
	.title_zh = "三级内链 IPv6 支持率（R3）",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "linked pages that come over IPv6 / linked pages that come over IPv4 or IPv6, of a sample of "
		      "each site's internal links of the third level; what is dead on both counts nowhere",
	.formula_zh = "可经 IPv6 访问的链接页面数 ÷ 可经任一协议访问的链接页面数（各站点三级内部链接的抽样；两协议均不可用者不计）",
	.numerator_en = "linked pages that end over IPv6, redirects included, in a status below 400 or in that of IPv4",
	.numerator_zh = "经 IPv6（含重定向）以低于 400 的状态、或与 IPv4 相同的状态应答的链接页面",
	.denominator_en = "linked pages that work over either family; n is how many, the sample of each site and its "
			  "seed stand in the site's evidence",
	.denominator_zh = "任一协议可用的链接页面；n 为其数目，各站点的抽样数与种子见其证据",
	.source = "CAC evaluation of sites, item 7",
	.better = "up",
	.period = "round",
	.groups = site_groups,
	.needs = "link",
	.method = "1",
	.sql = SITE_LINKS("3"),
};
