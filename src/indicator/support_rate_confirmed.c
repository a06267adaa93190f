/* support_rate_confirmed: the same as support_rate, of what is published. */
#include "indicator/site.h"

#define PART(id, word) "coalesce(v_" id ", 'unknown') = '" word "'"
#define ANY(word)                                                                                  \
	PART("ns_aaaa", word) " OR " PART("ns_udp", word) " OR " PART("same_content", word)        \
	" OR " PART("tls_parity", word)

/* One failing part decides, known or not what the others are; else one unknown part leaves it open. */
#define ROWS                                                                                       \
	"(SELECT s.*, CASE WHEN coalesce(v_site, 'unknown') IN ('na', 'partial', 'fail') "         \
	"THEN coalesce(v_site, 'unknown') WHEN " ANY("fail") " THEN 'fail' "                       \
	"WHEN v_site IS NULL OR v_site = 'unknown' OR " ANY("unknown") " THEN 'unknown' "          \
	"ELSE 'pass' END AS verdict FROM "                                                         \
	SITE_PUBLISHED_PIVOT("'site', 'ns_aaaa', 'ns_udp', 'same_content', 'tls_parity'",          \
			     SITE_PUBLISHED_COLUMN("site") ", " SITE_PUBLISHED_COLUMN("ns_aaaa")   \
			     ", " SITE_PUBLISHED_COLUMN("ns_udp") ", "                             \
			     SITE_PUBLISHED_COLUMN("same_content") ", "                            \
			     SITE_PUBLISHED_COLUMN("tls_parity"))                                  \
	" s)"

const struct indicator indicator_support_rate_confirmed = {
	.id = "support_rate_confirmed",
	.title_en = "Support rate of the list (full support, confirmed)",
	.title_zh = "名单支持率（全面支持，经确认）",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"sites that work over IPv6 with IPv6 name servers and parity / sites of "
		"the list",
	.formula_zh = "经 IPv6 可用、权威域名服务器支持 IPv6 且两协议一致的网站数 ÷ 名单内网站数",
	.numerator_en =
		"sites by their published status: site passes; ns_aaaa, ns_udp, same_content and tls_parity do "
		"not fail",
	.numerator_zh =
		"按公布状态：网站检查 site 通过，且 ns_aaaa、ns_udp、same_content、tls_parity 均无未通"
		"过项",
	.denominator_en = "sites of the list with an address whose published status is confirmed and decided",
	.denominator_zh = "名单内有地址且公布状态已确认、结论明确的网站",
	.source =
		"Action plan 2017 (full support); national platform, support rate of a "
		"list; RFC 10001",
	.better = "up",
	.sql =
		SITE_SHARE_OF(ROWS, "verdict = 'pass'", SITE_DECIDED),
	SITE_COMMON,
};
