/* site_reachable: how many of all sites take a TCP connection over IPv6. */
#include "indicator/site.h"

/* Check tcp is not applicable to a site without AAAA; to this question such a site is a plain no. */
#define ROWS                                                                                       \
	"(SELECT s.*, CASE WHEN v_site = 'fail' AND why_site = 'no_aaaa' THEN 'fail' "             \
	"ELSE coalesce(v_tcp, 'unknown') END AS verdict FROM "                                     \
	SITE_PIVOT("'site', 'tcp'", SITE_COLUMN("site") ", " SITE_COLUMN("tcp")) " s)"

const struct indicator indicator_site_reachable = {
	.id = "site_reachable",
	.title_en = "Sites reachable over IPv6",
	.title_zh = "可经 IPv6 建立连接的网站占比",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "sites that accept TCP on 443 or 80 over IPv6 / all sites with an address",
	.formula_zh = "经 IPv6 接受 TCP 443 或 80 端口连接的网站数 ÷ 全部有地址的网站数",
	.numerator_en = "sites that accept a web connection over IPv6 (check tcp: pass or partial)",
	.numerator_zh = "经 IPv6 接受网页连接的网站（检查 tcp：通过或部分支持）",
	.denominator_en = "sites with an address, with or without IPv6, decided",
	.denominator_zh = "有地址的网站（无论有无 IPv6）且结论明确",
	.source =
		"Czyz et al. 2014, metric R1 (AAAA and reachable); NIST USGv6 deployment "
		"monitor (reachable)",
	.better = "up",
	.sql =
		SITE_SHARE_OF(ROWS, "verdict IN ('pass', 'partial')", SITE_DECIDED),
	SITE_COMMON,
};
