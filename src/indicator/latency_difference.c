/* latency_difference: how much longer a connection takes over IPv6. */
#include "indicator/site.h"

const struct indicator indicator_latency_difference = {
	.id = "latency_difference",
	.title_en = "Connect time, IPv6 minus IPv4 (median)",
	.title_zh = "IPv6 与 IPv4 建连时延差（中位数）",
	.dimension = "network",
	.unit = "ms",
	.kind = INDICATOR_VALUE,
	.formula_en =
		"median over sites of (TCP connect time over IPv6 - over IPv4), mean of a "
		"site's pairs",
	.formula_zh = "各网站（IPv6 建连时延 − IPv4 建连时延）的中位数，单站取各配对的均值",
	.numerator_en = "none (a median)",
	.numerator_zh = "无（中位数）",
	.denominator_en = "sites with a connection on both families",
	.denominator_zh = "两种协议均建立连接的网站",
	.source =
		"Czyz et al. 2014, metric P1; CAC site rubric, TCP delay; interval: order "
		"statistics of the median",
	.better = "down",
	.period = "round",
	.groups = site_groups,
	.needs = "web",
	.method = "1",
	.sql =
		SITE_MEDIAN_MS(SITE_PAIRS("connect_us"), "diff_us"),
};
