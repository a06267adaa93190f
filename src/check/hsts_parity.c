/* hsts_parity: is the Strict-Transport-Security header (RFC 6797) the same on both families?  Every page
 * that was fetched by HTTPS over both is compared; the worst difference counts. */
#include "check/check.h"

static const struct reason reasons[] = {
	{"v4_only", VERDICT_FAIL, "only IPv4 sends Strict-Transport-Security",
	 "只有 IPv4 返回 Strict-Transport-Security",
	 "send Strict-Transport-Security for {} over IPv6 too", "{} 经 IPv6 访问时也应返回 Strict-Transport-Security"},
	{"v6_only", VERDICT_PARTIAL, "only IPv6 sends Strict-Transport-Security",
	 "只有 IPv6 返回 Strict-Transport-Security",
	 "send Strict-Transport-Security for {} over IPv4 too", "{} 经 IPv4 访问时也应返回 Strict-Transport-Security"},
	{"differs", VERDICT_PARTIAL, "the families send different Strict-Transport-Security headers",
	 "两个协议族返回的 Strict-Transport-Security 不同",
	 "send the same Strict-Transport-Security for {} over both families", "使 {} 在两个协议族上返回相同的 Strict-Transport-Security"},
	{"same", VERDICT_PASS, "both families send the same Strict-Transport-Security",
	 "两个协议族返回的 Strict-Transport-Security 相同", "", ""},
	{"none", VERDICT_NA, "neither family sends Strict-Transport-Security", "两个协议族均未返回 Strict-Transport-Security", "", ""},
	{"one_family", VERDICT_NA, "no page came by HTTPS over both families",
	 "没有在两个协议族上都经 HTTPS 取得的页面", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

static const char *header(const struct web_row *r)
{
	return r->hsts;
}

static void judge(const struct site *s, struct finding *f)
{
	const char *target = site_target(s), *code = pair_gate(s, target);

	target_host(s, target, f->subject);
	if (!code)
		code = header_parity(s, target, header, f->subject, f->detail);
	finding_set(f, code);
}

const struct check check_hsts_parity = {
	.id = "hsts_parity",
	.title_en = "Same HSTS on both families",
	.title_zh = "两个协议族 HSTS 一致",
	.rung = "parity",
	.source = "RFC 6797",
	.method = "2",
	.reasons = reasons,
	.judge = judge,
};
