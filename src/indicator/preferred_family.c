/* preferred_family: on how many dual-stack sites IPv6 is no slower. */
#include "indicator/site.h"

#define ROWS                                                                                       \
	"(SELECT s.at_us, s.portfolio, s.class, s.region, s.organisation, s.level, s.rank, "       \
	"CASE WHEN diff_us <= greatest(5000.0, 0.1 * v4_us) THEN 'pass' "                          \
	"WHEN diff_us IS NOT NULL THEN 'fail' "                                                    \
	"WHEN s.verdict = 'unknown' THEN 'unknown' ELSE 'na' END AS verdict FROM "                 \
	SITE_PAIRS("connect_us") " s)"

const struct indicator indicator_preferred_family = {
	.id = "preferred_family",
	.title_en = "Dual-stack sites where IPv6 is at least as fast",
	.title_zh = "IPv6 不慢于 IPv4 的双栈网站占比",
	.dimension = "network",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"sites where IPv6 connects within 5 ms or 10% of IPv4, whichever is more, "
		"or sooner / sites with both",
	.formula_zh =
		"IPv6 建连时延不超过 IPv4 加 5 毫秒或 10%（取大者）的网站数 ÷ 两种协议均建"
		"立连接的网站数",
	.numerator_en = "sites where IPv6 is as fast or faster, with that tolerance",
	.numerator_zh = "在该容差内 IPv6 不慢于 IPv4 的网站",
	.denominator_en = "sites with a connection on both families",
	.denominator_zh = "两种协议均建立连接的网站",
	.source = "RFC 8305 (families raced); MIIT 2020, performance degradation (v6 - v4) / v4",
	.better = "up",
	.period = "round",
	.groups = site_groups,
	.needs = "web",
	.method = "1",
	.sql =
		SITE_SHARE_OF(ROWS, "verdict = 'pass'", SITE_DECIDED),
};
