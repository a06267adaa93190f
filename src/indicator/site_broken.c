/* site_broken: how many sites announce IPv6 and do not deliver it. */
#include "indicator/site.h"

const struct indicator indicator_site_broken = {
	.id = "site_broken",
	.title_en = "Sites whose IPv6 is broken",
	.title_zh = "已发布 AAAA 但 IPv6 不可用的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites with AAAA that do not work over IPv6 / sites with AAAA",
	.formula_zh = "有 AAAA 记录但经 IPv6 无法使用的网站数 ÷ 有 AAAA 记录的网站数",
	.numerator_en = "sites with AAAA that do not work over IPv6 (check site: v6_broken)",
	.numerator_zh = "有 AAAA 记录但不可用的网站（检查 site：v6_broken）",
	.denominator_en = "sites with an IPv6 address, decided",
	.denominator_zh = "有 IPv6 地址且结论明确的网站",
	.source =
		"RFC 8305 section 1 (users wait for what does not answer); NIST USGv6 "
		"deployment monitor",
	.better = "down",
	.sql =
		SITE_SHARE_OF(SITE_ROWS("site"), "verdict = 'fail'",
			      SITE_DECIDED " AND reason <> 'no_aaaa'"),
	SITE_COMMON,
};
