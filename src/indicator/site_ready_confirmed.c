/* site_ready_confirmed: the same as site_ready, of what is published. */
#include "indicator/site.h"

const struct indicator indicator_site_ready_confirmed = {
	.id = "site_ready_confirmed",
	.title_en = "Sites that work over IPv6 (confirmed)",
	.title_zh = "IPv6 可用网站占比（经确认）",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites that can be used over IPv6 without fault / sites with an address",
	.formula_zh = "经 IPv6 可正常使用的网站数 ÷ 有地址的网站数",
	.numerator_en = "sites whose published status is pass (check site): rounds in a row confirmed it",
	.numerator_zh = "公布状态为通过的网站（检查 site）：已经连续轮次确认",
	.denominator_en = "sites with an address whose published status is confirmed and decided",
	.denominator_zh = "有地址且公布状态已确认、结论明确的网站",
	.source =
		"NIST USGv6 deployment monitor (operational); CAC site rubric, home page "
		"reachable",
	.better = "up",
	.sql = SITE_SHARE_OF(SITE_PUBLISHED("'site'"), "verdict = 'pass'", SITE_DECIDED),
	SITE_COMMON,
};
