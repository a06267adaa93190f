/* same_content: of the sites on both families, how many give the same. */
#include "indicator/site.h"

const struct indicator indicator_same_content = {
	.id = "same_content",
	.title_en = "Sites with the same content over IPv4 and IPv6",
	.title_zh = "IPv4 与 IPv6 内容一致的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites with the same status and text over both families / sites compared",
	.formula_zh = "两种协议下状态码与正文一致的网站数 ÷ 已比对的网站数",
	.numerator_en = "sites with the same content (check same_content: pass)",
	.numerator_zh = "内容一致的网站（检查 same_content：通过）",
	.denominator_en = "sites that answer over both families, decided",
	.denominator_zh = "两种协议均可访问且结论明确的网站",
	.source = "CAC site rubric, v4/v6 content consistency; RFC 6589",
	.better = "up",
	.sql = SITE_SHARE("same_content", "verdict = 'pass'"),
	SITE_COMMON,
};
