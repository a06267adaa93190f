/* alt_svc_parity: is the Alt-Svc header (RFC 7838) the same on both families?  Every page
 * that was fetched by HTTPS over both is compared; the worst difference counts. */
#include "check/check.h"

static const struct reason reasons[] = {
	{"v4_only", VERDICT_PARTIAL, "only IPv4 sends Alt-Svc",
	 "只有 IPv4 返回 Alt-Svc",
	 "send Alt-Svc for {} over IPv6 too", "{} 经 IPv6 访问时也应返回 Alt-Svc"},
	{"v6_only", VERDICT_PARTIAL, "only IPv6 sends Alt-Svc",
	 "只有 IPv6 返回 Alt-Svc",
	 "send Alt-Svc for {} over IPv4 too", "{} 经 IPv4 访问时也应返回 Alt-Svc"},
	{"differs", VERDICT_PARTIAL, "the families send different Alt-Svc headers",
	 "两个协议族返回的 Alt-Svc 不同",
	 "send the same Alt-Svc for {} over both families", "使 {} 在两个协议族上返回相同的 Alt-Svc"},
	{"same", VERDICT_PASS, "both families send the same Alt-Svc",
	 "两个协议族返回的 Alt-Svc 相同", "", ""},
	{"none", VERDICT_NA, "neither family sends Alt-Svc", "两个协议族均未返回 Alt-Svc", "", ""},
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
	return r->alt_svc;
}

static void judge(const struct site *s, struct finding *f)
{
	const char *target = site_target(s), *code = pair_gate(s, target);

	target_host(s, target, f->subject);
	if (!code)
		code = header_parity(s, target, header, f->subject, f->detail);
	finding_set(f, code);
}

const struct check check_alt_svc_parity = {
	.id = "alt_svc_parity",
	.title_en = "Same Alt-Svc on both families",
	.title_zh = "两个协议族 Alt-Svc 一致",
	.rung = "parity",
	.source = "RFC 7838",
	.method = "2",
	.reasons = reasons,
	.judge = judge,
};
