/* resources_ready: of the sites that load from other hosts, how many get all of it over IPv6. */
#include "indicator/site.h"

const struct indicator indicator_resources_ready = {
	.id = "resources_ready",
	.title_en = "Pages complete over IPv6",
	.title_zh = "页面资源全部支持 IPv6 的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites that get over IPv6 all that their front page loads from other hosts / sites whose "
		      "front page loads from other hosts",
	.formula_zh = "首页加载的其他主机资源均可经 IPv6 获取的网站数 ÷ 首页从其他主机加载资源的网站数",
	.numerator_en = "sites of which every host that the front page loads from works over IPv6 (check resources: pass)",
	.numerator_zh = "首页引用的主机均可经 IPv6 访问的网站（检查 resources：通过）",
	.denominator_en = "sites reachable over IPv6 whose front page loads from other hosts, decided",
	.denominator_zh = "可经 IPv6 访问、首页从其他主机加载资源且结论明确的网站",
	.source = "check resources",
	.better = "up",
	.sql = SITE_SHARE("resources", "verdict = 'pass'"),
	SITE_COMMON,
};
