/* tls: does HTTPS work over IPv6, with a certificate that verifies for the name and TLS 1.2 or newer
 * (RFC 8996, RFC 9325)? */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "TLS works over IPv6 and the certificate verifies", "IPv6 上 TLS 正常，证书有效",
	 "", ""},
	{"cert_name", VERDICT_FAIL, "the certificate over IPv6 is for another name",
	 "IPv6 上的证书与域名不符", "install the certificate of {} on the server at its IPv6 address",
	 "在 IPv6 地址对应的服务器上安装 {} 的证书"},
	{"cert_expired", VERDICT_FAIL, "the certificate over IPv6 is out of its time",
	 "IPv6 上的证书不在有效期内", "renew the certificate of {} on the server at its IPv6 address",
	 "在 IPv6 地址对应的服务器上更新 {} 的证书"},
	{"cert_untrusted", VERDICT_FAIL, "the certificate over IPv6 leads to no trusted root",
	 "IPv6 上的证书无法追溯到受信任的根", "serve the whole chain of a public authority for {}",
	 "为 {} 部署公共 CA 签发的完整证书链"},
	{"v6_no_tls", VERDICT_FAIL, "HTTPS works over IPv4 and not over IPv6",
	 "IPv4 上 HTTPS 正常，IPv6 上不可用", "let the web server of {} serve TLS on [::]:443",
	 "让 {} 的 Web 服务在 [::]:443 提供 TLS"},
	{"handshake", VERDICT_FAIL, "the TLS handshake over IPv6 fails", "IPv6 上 TLS 握手失败",
	 "repair the TLS settings of {} on its IPv6 address; compare with IPv4",
	 "对照 IPv4 修复 {} 在 IPv6 地址上的 TLS 配置"},
	{"old_version", VERDICT_FAIL, "the best that the server offers is below TLS 1.2",
	 "服务器支持的最高版本低于 TLS 1.2", "switch on TLS 1.2 and 1.3 on {}", "在 {} 上启用 TLS 1.2 与 1.3"},
	{"tls_limit", VERDICT_UNKNOWN, "a key, a list of names or a handshake larger than this observatory reads",
	 "密钥、名称数量或握手数据超出本观测平台的读取上限", "use a shorter key and a shorter chain on {}",
	 "请在 {} 上使用较短的密钥和证书链"},
	{"no_tls", VERDICT_NA, "there is no HTTPS on either family", "两个协议族均无 HTTPS", "", ""},
	{"no_aaaa", VERDICT_NA, "there is no usable AAAA record", "没有可用的 AAAA 记录", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

static bool is_old(const char *version)
{
	return !strcmp(version, "TLSv1.1") || !strcmp(version, "TLSv1") ||
	       !strcmp(version, "TLSv1.0") || !strncmp(version, "SSL", 3);
}

static const char *problem_code(const char *problem)
{
	if (!problem)
		return "cert_untrusted";
	if (!strcmp(problem, "name_mismatch"))
		return "cert_name";
	if (!strcmp(problem, "expired") || !strcmp(problem, "not_yet_valid"))
		return "cert_expired";
	return "cert_untrusted";
}

/* The port is closed over IPv6: a fault if TLS is there over IPv4. */
static const char *closed(const struct site *s, const char *name, const struct obs *v4)
{
	struct host h = site_host(s, name);

	if (!s->v4_works && h.n_v4)
		return "observer_no_v4";
	if (web_has_tls(v4))
		return "v6_no_tls";
	return web_unknown(v4) ? web_unknown(v4) : "no_tls";
}

static const char *without_tls(const struct site *s, const char *name, const struct obs *v6,
			       const struct obs *v4)
{
	const char *code = web_connect_code(v6);

	if (code && code_unknown(code))
		return code;
	if (code)
		return closed(s, name, v4);
	if (v6->outcome == OUTCOME_TIMEOUT && !obs_is_final(v6, web_of(v6)->fails))
		return "timeout_once";
	if (v6->outcome == OUTCOME_LIMIT && web_of(v6)->why) /* "key_limit", "handshake_limit" */
		return "tls_limit";
	if (v6->outcome == OUTCOME_LIMIT || v6->outcome == OUTCOME_UNKNOWN)
		return "limit";
	if (web_of(v6)->why && !strcmp(web_of(v6)->why, "old_version"))
		return "old_version";
	return "handshake";
}

static void judge(const struct site *s, struct finding *f)
{
	const char *target = site_target(s), *code = target_gate(s, target);
	const struct obs *v6 = site_web(s, target, 6, SCHEME_HTTPS, 0);
	const struct obs *v4 = site_web(s, target, 4, SCHEME_HTTPS, 0);

	target_host(s, target, f->subject);
	if (code) {
		finding_set(f, code);
		return;
	}
	detail_web(f->detail, "v6", v6);
	detail_web(f->detail, "v4", v4);
	if (!web_has_tls(v6)) {
		finding_set(f, without_tls(s, f->subject, v6, v4));
		return;
	}
	json_put_text(f->detail, "version", web_of(v6)->tls_version);
	json_put_text(f->detail, "cert", web_of(v6)->cert_sha256);
	json_put_text(f->detail, "problem", web_of(v6)->cert_problem);
	if (web_of(v6)->cert_ok != 1)
		finding_set(f, problem_code(web_of(v6)->cert_problem));
	else
		finding_set(f, is_old(web_of(v6)->tls_version) ? "old_version" : "ok");
}

const struct check check_tls = {
	.id = "tls",
	.title_en = "TLS over IPv6",
	.title_zh = "经 IPv6 的 TLS",
	.rung = "tls",
	.source = "RFC 9325; RFC 9525",
	.method = "2",
	.reasons = reasons,
	.judge = judge,
};
