/* same_speed: of the sites that were compared, how many are as fast over IPv6 as over IPv4? */
#include "indicator/site.h"

const struct indicator indicator_same_speed = {
	.id = "same_speed",
	.title_en = "Sites as fast over IPv6 as over IPv4",
	.title_zh = "IPv6 访问速度不劣于 IPv4 的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites whose composite degradation ratio is at most 10 % / sites compared",
	.formula_zh = "综合性能劣化比不超过 10% 的网站数 ÷ 参与对比的网站数",
	.numerator_en = "sites that are not slower over IPv6 (check timing: pass)",
	.numerator_zh = "IPv6 不慢于 IPv4 的网站（检查 timing：通过）",
	.denominator_en = "sites whose front page came five times or more over both families one after the other, in rounds "
			  "with --timing",
	.denominator_zh = "使用 --timing 的普查中，首页在两个协议族上成对成功获取不少于五次的网站",
	.source = "performance degradation ratio of the national monitoring platform",
	.better = "up",
	.sql = SITE_SHARE("timing", "verdict = 'pass'"),
	SITE_COMMON,
};
