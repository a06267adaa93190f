/* tls_parity: the same certificate and TLS version on both families?  A leaf that was renewed on one
 * side only is no fault: both verify for the same subject. */
#include "check/check.h"

#include <string.h>

static const struct reason reasons[] = {
	{"same", VERDICT_PASS, "both families show the same certificate", "两个协议族的证书相同", "", ""},
	{"renewed", VERDICT_PASS, "another leaf for the same name, valid on both families",
	 "证书不同但主体相同，且均有效", "", ""},
	{"cert_differs", VERDICT_PARTIAL, "the families show certificates of different subjects",
	 "两个协议族的证书主体不同", "install the same certificate for {} on both families",
	 "在两个协议族上为 {} 安装相同的证书"},
	{"verify_differs", VERDICT_FAIL, "the certificate verifies on one family only",
	 "仅一个协议族的证书有效", "install the valid certificate for {} on both families",
	 "在两个协议族上为 {} 安装有效证书"},
	{"version_differs", VERDICT_PARTIAL, "the TLS versions differ", "TLS 版本不同",
	 "use the same TLS settings for {} on both families", "使 {} 在两个协议族上使用相同的 TLS 配置"},
	{"one_family", VERDICT_NA, "TLS works on one family at most, so nothing can be compared",
	 "最多只有一个协议族支持 TLS，无法比较", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static const char *compare(const struct web_row *v6, const struct web_row *v4)
{
	if ((v6->cert_ok == 1) != (v4->cert_ok == 1))
		return "verify_differs";
	if (!same(v6->cert_sha256, v4->cert_sha256)) {
		if (v6->cert_ok != 1 || !same(v6->cert_subject, v4->cert_subject))
			return "cert_differs";
		return same(v6->tls_version, v4->tls_version) ? "renewed" : "version_differs";
	}
	return same(v6->tls_version, v4->tls_version) ? "same" : "version_differs";
}

/* Nothing is known of this family's TLS; NULL if it has some, or has none. */
static const char *unknown_tls(const struct obs *o)
{
	bool cut = o && !web_has_tls(o) && (o->outcome == OUTCOME_LIMIT || o->outcome == OUTCOME_UNKNOWN);

	return cut ? "limit" : web_unknown(o);
}

static void judge(const struct site *s, struct finding *f)
{
	const char *target = site_target(s), *code = pair_gate(s, target);
	const struct obs *v6 = site_web(s, target, 6, SCHEME_HTTPS, 0);
	const struct obs *v4 = site_web(s, target, 4, SCHEME_HTTPS, 0);

	target_host(s, target, f->subject);
	if (code) {
		finding_set(f, code);
		return;
	}
	if (!web_has_tls(v6) || !web_has_tls(v4)) {
		code = unknown_tls(v6) ? unknown_tls(v6) : unknown_tls(v4);
		finding_set(f, code ? code : "one_family");
		return;
	}
	json_put_text(f->detail, "v6_version", web_of(v6)->tls_version);
	json_put_text(f->detail, "v4_version", web_of(v4)->tls_version);
	json_put_text(f->detail, "v6_cert", web_of(v6)->cert_sha256);
	json_put_text(f->detail, "v4_cert", web_of(v4)->cert_sha256);
	json_put_text(f->detail, "v6_problem", web_of(v6)->cert_problem);
	json_put_text(f->detail, "v4_problem", web_of(v4)->cert_problem);
	finding_set(f, compare(web_of(v6), web_of(v4)));
}

const struct check check_tls_parity = {
	.id = "tls_parity",
	.title_en = "Same TLS on both families",
	.title_zh = "两个协议族 TLS 一致",
	.rung = "parity",
	.source = "RFC 9325",
	.method = "2",
	.reasons = reasons,
	.judge = judge,
};
