/* mx_smtp: of the mail domains with IPv6, how many take mail over it. */
#include "indicator/site.h"

const struct indicator indicator_mx_smtp = {
	.id = "mx_smtp",
	.title_en = "IPv6 mail hosts that answer",
	.title_zh = "邮件服务器经 IPv6 可应答的域占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en =
		"domains with a mail host that greets and answers EHLO over IPv6 / domains "
		"with AAAA at MX",
	.formula_zh =
		"至少一台邮件服务器经 IPv6 应答 220 与 EHLO 的域数 ÷ MX 主机有 AAAA 记录的"
		"域数",
	.numerator_en =
		"domains with a working mail host over IPv6 (check mx_smtp: pass or "
		"partial)",
	.numerator_zh = "经 IPv6 可投递邮件的域（检查 mx_smtp：通过或部分支持）",
	.denominator_en = "domains with an IPv6 mail host, decided",
	.denominator_zh = "有 IPv6 邮件服务器且结论明确的域",
	.source = "NIST USGv6 deployment monitor (mail operational); RFC 5321 section 4.1",
	.better = "up",
	.sql = SITE_SHARE("mx_smtp", "verdict IN ('pass', 'partial')"),
	SITE_COMMON,
};
