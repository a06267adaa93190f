/* first_byte_difference: how much longer the first byte takes over IPv6. */
#include "indicator/site.h"

const struct indicator indicator_first_byte_difference = {
	.id = "first_byte_difference",
	.title_en = "Time to first byte, IPv6 minus IPv4 (median)",
	.title_zh = "IPv6 与 IPv4 首包时延差（中位数）",
	.dimension = "network",
	.unit = "ms",
	.kind = INDICATOR_VALUE,
	.formula_en = "median over sites of (time to first byte over IPv6 - over IPv4), mean of "
		      "a site's pairs",
	.formula_zh = "各网站（IPv6 首包时延 − IPv4 首包时延）的中位数，单站取各配对的均值",
	.numerator_en = "none (a median)",
	.numerator_zh = "无（中位数）",
	.denominator_en = "sites with a first byte on both families",
	.denominator_zh = "两种协议均收到首包的网站",
	.source = "CAC site rubric, first-byte delay; interval: order statistics of the median",
	.better = "down",
	.period = "round",
	.groups = site_groups,
	.needs = "web",
	.method = "1",
	.sql = SITE_MEDIAN_MS(SITE_PAIRS("first_byte_us"), "diff_us"),
};
