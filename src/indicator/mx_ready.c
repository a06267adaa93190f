/* mx_ready: how many mail domains have a mail host with IPv6. */
#include "indicator/site.h"

const struct indicator indicator_mx_ready = {
	.id = "mx_ready",
	.title_en = "Mail domains with an IPv6 mail host",
	.title_zh = "邮件服务器有 IPv6 地址的域占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "domains with at least one MX host that has AAAA / domains that take mail",
	.formula_zh = "至少一台 MX 主机有 AAAA 记录的域数 ÷ 接收邮件的域数",
	.numerator_en = "domains with an IPv6 mail host (check mx_aaaa: pass or partial)",
	.numerator_zh = "有 IPv6 邮件服务器的域（检查 mx_aaaa：通过或部分支持）",
	.denominator_en = "domains with MX records, decided",
	.denominator_zh = "有 MX 记录且结论明确的域",
	.source =
		"NIST USGv6 deployment monitor (mail assigned); RFC 7505 (null MX is not "
		"applicable)",
	.better = "up",
	.sql = SITE_SHARE("mx_aaaa", "verdict IN ('pass', 'partial')"),
	SITE_COMMON,
};
