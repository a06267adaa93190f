/*
 * tcp: is each web port that is open over IPv4 open over IPv6 as well?  Ports 443 and 80 of the apex,
 * or of www when only that has an AAAA record.  Without IPv4 to compare with, any port will do.
 */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "the web ports are open over IPv6 as over IPv4",
	 "IPv6 上开放的 Web 端口与 IPv4 一致", "", ""},
	{"some_ports", VERDICT_PARTIAL, "a port that is open over IPv4 is closed over IPv6",
	 "有端口在 IPv4 上开放而在 IPv6 上关闭", "open {} over IPv6 too", "在 IPv6 上同样开放 {}"},
	{"v6_refused", VERDICT_FAIL, "the host refuses connections over IPv6", "主机拒绝 IPv6 连接",
	 "let the web server of {} listen on [::]:443 and [::]:80",
	 "让 {} 的 Web 服务监听 [::]:443 与 [::]:80"},
	{"v6_timeout", VERDICT_FAIL, "connections over IPv6 get no answer, again and again",
	 "IPv6 连接反复无应答", "open TCP ports 443 and 80 over IPv6 to {} in the firewall",
	 "在防火墙放行到 {} 的 IPv6 TCP 443 与 80 端口"},
	{"v6_unreachable", VERDICT_FAIL, "the network says that the IPv6 address cannot be reached",
	 "网络返回 IPv6 地址不可达", "correct the AAAA record of {} or announce a route to its address",
	 "更正 {} 的 AAAA 记录，或为其地址发布路由"},
	{"no_aaaa", VERDICT_NA, "there is no AAAA record", "没有 AAAA 记录", "", ""},
	{"bogon_only", VERDICT_NA, "there is no public IPv6 address to connect to",
	 "没有可连接的公网 IPv6 地址", "", ""},
	{"no_web", VERDICT_NA, "neither family has an open web port", "两个协议族均无开放的 Web 端口", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

static const char *gate(const struct site *s, const char *target, const char *name)
{
	struct host h = site_host(s, name);
	const char *code = target_gate(s, target);

	return code && !strcmp(code, "no_aaaa") && h.n_bogon ? "bogon_only" : code;
}

static bool is_closed(const struct obs *o)
{
	const char *code = web_connect_code(o);

	return code && !code_unknown(code);
}

/* Both ports are closed over IPv6.  The code of the port that visitors try first. */
static const char *closed(const struct obs *tls6, const struct obs *plain6, const struct obs *tls4,
			  const struct obs *plain4)
{
	const char *code = web_connect_code(tls6), *other = web_connect_code(plain6);

	if (code_unknown(code) || code_unknown(other))
		return code_unknown(code) ? code : other;
	if (is_closed(tls4) && is_closed(plain4))
		return "no_web";
	return code;
}

static void judge(const struct site *s, struct finding *f)
{
	const char *target = site_target(s), *code;
	char name[NAME_MAX_B];
	const struct obs *v6[2], *v4[2];
	const char *const ports[] = {"TCP 80", "TCP 443"};

	target_host(s, target, name);
	snprintf(f->subject, sizeof(f->subject), "%s", name);
	code = gate(s, target, name);
	if (code) {
		finding_set(f, code);
		return;
	}
	for (enum web_scheme i = SCHEME_HTTP; i <= SCHEME_HTTPS; i++) {
		v6[i] = site_web(s, target, 6, i, 0);
		v4[i] = site_web(s, target, 4, i, 0);
		detail_web(f->detail, i ? "v6_443" : "v6_80", v6[i]);
		detail_web(f->detail, i ? "v4_443" : "v4_80", v4[i]);
	}
	code = "ok";
	if (!web_connected(v6[0]) && !web_connected(v6[1])) {
		struct host h = site_host(s, name);

		code = closed(v6[1], v6[0], v4[1], v4[0]);
		detail_untried(f->detail, h.n_good);
	}
	for (int i = 0; i < 2 && !strcmp(code, "ok"); i++) {
		if (web_connected(v6[i]))
			continue;
		if (!s->v4_works)
			code = "observer_no_v4";
		else if (web_connected(v4[i]))
			code = web_unknown(v6[i]) ? web_unknown(v6[i]) : "some_ports";
		else if (web_unknown(v4[i])) /* it may be open there */
			code = web_unknown(v4[i]);
		snprintf(f->subject, sizeof(f->subject), "%s of %.240s", ports[i], name);
	}
	finding_set(f, code);
}

const struct check check_tcp = {
	.id = "tcp",
	.title_en = "Web ports over IPv6",
	.title_zh = "Web 端口的 IPv6 连通性",
	.rung = "web",
	.source = "RFC 9293",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
