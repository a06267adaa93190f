/*
 * http: does a visitor with IPv6 alone get the front page, every redirect included?  By HTTPS if that
 * answers, else by HTTP.  An error that both families answer alike is no fault of IPv6.
 */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "the front page comes over IPv6", "首页可经 IPv6 访问", "", ""},
	{"same_error", VERDICT_PARTIAL, "the server answers with an error, over IPv6 as over IPv4",
	 "服务器返回错误，IPv6 与 IPv4 相同", "repair the front page of {}", "修复 {} 的首页"},
	{"v6_status", VERDICT_FAIL, "the server answers with an error over IPv6 only",
	 "仅经 IPv6 访问时服务器返回错误", "serve {} over IPv6 from the same configuration as over IPv4",
	 "使 {} 的 IPv6 服务与 IPv4 使用相同配置"},
	{"redirect_v4only", VERDICT_FAIL, "a redirect leads to a host that IPv6 cannot reach",
	 "重定向指向没有可用 IPv6 的主机", "add an AAAA record for {}, or redirect elsewhere",
	 "为 {} 添加 AAAA 记录，或改用其他重定向目标"},
	{"v6_stall", VERDICT_FAIL, "the connection comes up over IPv6, the page never completes",
	 "IPv6 连接可建立，但页面始终无法传完",
	 "let ICMPv6 \"packet too big\" pass on the way to {}, and compare its IPv6 server with IPv4",
	 "放行到 {} 途中的 ICMPv6“分组过大”报文，并对照检查其 IPv6 服务器"},
	{"redirect_loop", VERDICT_FAIL, "the redirects lead in a circle or are too many",
	 "重定向循环或次数过多", "correct the redirects of {}", "更正 {} 的重定向"},
	{"v6_unreachable", VERDICT_FAIL, "no connection came up over IPv6", "IPv6 连接无法建立",
	 "make {} answer over IPv6 (see the checks tcp and tls)", "使 {} 可经 IPv6 应答（参见 tcp、tls 两项）"},
	{"no_aaaa", VERDICT_NA, "there is no usable AAAA record", "没有可用的 AAAA 记录", "", ""},
	{"no_web", VERDICT_NA, "neither family has an open web port", "两个协议族均无开放的 Web 端口", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

/* Does IPv4 fail as well?  A redirect without a usable target is an error too. */
static bool same_error(const struct obs *v4)
{
	if (!v4)
		return true;
	return web_answered(v4) && (web_of(v4)->status >= 400 || v4->outcome == OUTCOME_MALFORMED);
}

/* The chain ended in a redirect that was not followed: why? */
static const char *at_redirect(const struct site *s, const struct web_row *end, struct finding *f)
{
	struct page u;
	struct host h;
	const char *code;

	if (!page_split(&u, end->location))
		return "denied";
	snprintf(f->subject, sizeof(f->subject), "%s", u.host);
	if (u.port != 443 && u.port != 80)
		return "denied";
	h = page_host(s, u.host);
	if (host_usable(&h))
		return "limit";
	code = host_code(s, &h);
	return code_unknown(code) ? code : "redirect_v4only";
}

static bool has_stalled(const struct obs *o)
{
	return web_connected(o) && web_of(o)->stage < STAGE_DONE &&
	       (web_of(o)->scheme == SCHEME_HTTP || web_has_tls(o));
}

/* TCP came up, perhaps TLS, but no complete answer. */
static const char *incomplete(const struct obs *v6, const struct obs *v4)
{
	if (v6->outcome == OUTCOME_TIMEOUT && !obs_is_final(v6, web_of(v6)->fails))
		return "timeout_once";
	if (v6->outcome == OUTCOME_LIMIT || v6->outcome == OUTCOME_UNKNOWN)
		return "limit"; /* it was cut off here, not there */
	if (web_unknown(v6))
		return web_unknown(v6);
	if (!has_stalled(v6))
		return "v6_unreachable";
	if (web_unknown(v4))
		return web_unknown(v4);
	return has_stalled(v4) ? "same_error" : "v6_stall";
}

static const char *no_status(const struct site *s, const char *target, const struct obs *v6,
			     const struct obs *v4)
{
	const char *code = web_connect_code(v6);

	if (code && !code_unknown(code)) /* closed; but the other port may not have been looked at */
		code = target_unknown(s, target, 6) ? target_unknown(s, target, 6) : "v6_unreachable";
	return code ? code : incomplete(v6, v4);
}

static const char *with_status(const struct site *s, const struct obs *v6, const struct obs *v4,
			       struct finding *f)
{
	const struct web_row *r = web_of(v6);

	if (web_is_redirect(r))
		return at_redirect(s, r, f);
	if (!web_complete(v6))
		return incomplete(v6, v4);
	if (r->status < 300 || (r->status < 400 && v6->outcome == OUTCOME_OK))
		return "ok";
	if (v6->outcome == OUTCOME_DENIED) /* a redirect to another scheme or port */
		return "denied";
	if (!s->v4_works)
		return "observer_no_v4";
	if (web_unknown(v4))
		return web_unknown(v4);
	return same_error(v4) ? "same_error" : "v6_status";
}

static bool no_web(const struct site *s, const char *target)
{
	for (int family = 4; family <= 6; family += 2)
		for (enum web_scheme i = SCHEME_HTTP; i <= SCHEME_HTTPS; i++) {
			const char *code = web_connect_code(site_web(s, target, family, i, 0));

			if (!code || code_unknown(code))
				return false;
		}
	return true;
}

static void judge(const struct site *s, struct finding *f)
{
	const char *target = site_target(s), *code = target_gate(s, target);
	struct walk v6 = site_visit(s, target, 6), v4 = site_visit(s, target, 4);

	target_host(s, target, f->subject);
	if (code) {
		finding_set(f, code);
		return;
	}
	detail_web(f->detail, "v6", v6.end);
	detail_web(f->detail, "v4", v4.end);
	json_put_i64(f->detail, "redirects", v6.hops);
	if (v6.end)
		snprintf(f->subject, sizeof(f->subject), "%s", web_of(v6.end)->host);
	if (!v6.end)
		code = "limit";
	else if (v6.loop)
		code = "redirect_loop";
	else if (no_web(s, target))
		code = "no_web";
	else
		code = web_answered(v6.end) ? with_status(s, v6.end, v4.end, f)
					    : no_status(s, target, v6.end, v4.end);
	finding_set(f, code);
}

const struct check check_http = {
	.id = "http",
	.title_en = "Front page over IPv6",
	.title_zh = "经 IPv6 访问首页",
	.rung = "web",
	.source = "RFC 9110",
	.method = "2",
	.reasons = reasons,
	.judge = judge,
};
