/*
 * mx_starttls: do the mail hosts offer STARTTLS (RFC 3207) over IPv6 as they do over IPv4, with a handshake
 * and a certificate as good?  Certificates of mail hosts are rarely meant to verify (RFC 7672 1.3), so they are
 * compared, not graded.  Every host that greeted over both families is compared; the worst difference
 * counts.
 */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

/* From the worst on: the first that a host has is the answer. */
static const struct reason reasons[] = {
	{"v4_only", VERDICT_FAIL, "STARTTLS is offered over IPv4 only", "仅 IPv4 提供 STARTTLS",
	 "offer STARTTLS on the IPv6 address of {} too", "在 {} 的 IPv6 地址上同样提供 STARTTLS"},
	{"v6_handshake", VERDICT_FAIL, "STARTTLS is offered over IPv6, and its handshake fails there alone",
	 "IPv6 上提供 STARTTLS，但只在 IPv6 上握手失败", "give {} the TLS settings over IPv6 that it has over IPv4",
	 "使 {} 在 IPv6 上采用与 IPv4 相同的 TLS 配置"},
	{"verify_differs", VERDICT_FAIL, "the mail host's certificate verifies over IPv4 only",
	 "邮件主机的证书仅在 IPv4 上有效", "install the valid certificate for {} on both families",
	 "在两个协议族上为 {} 安装有效证书"},
	{"handshake", VERDICT_PARTIAL, "STARTTLS is offered, and its handshake fails on both families",
	 "提供 STARTTLS，但两个协议族均握手失败", "repair the certificate or the TLS settings of {}",
	 "修复 {} 的证书或 TLS 配置"},
	{"v6_only", VERDICT_PARTIAL, "STARTTLS works over IPv6 only", "STARTTLS 仅在 IPv6 上可用",
	 "offer STARTTLS on the IPv4 address of {} too", "在 {} 的 IPv4 地址上同样提供 STARTTLS"},
	{"cert_differs", VERDICT_PARTIAL, "the families show certificates of different subjects",
	 "两个协议族的证书主体不同", "install the same certificate for {} on both families",
	 "在两个协议族上为 {} 安装相同的证书"},
	{"version_differs", VERDICT_PARTIAL, "the TLS versions differ", "TLS 版本不同",
	 "use the same TLS settings for {} on both families", "使 {} 在两个协议族上使用相同的 TLS 配置"},
	{"renewed", VERDICT_PASS, "another leaf for the same name on each family, as good",
	 "两个协议族的证书不同但主体相同，效力一致", "", ""},
	{"same", VERDICT_PASS, "STARTTLS is the same on both families", "两个协议族的 STARTTLS 一致", "", ""},
	{"none", VERDICT_NA, "neither family offers STARTTLS", "两个协议族均不提供 STARTTLS", "", ""},
	{"one_family", VERDICT_NA, "no mail host greeted over both families", "没有邮件主机在两个协议族上均应答", "", ""},
	{"no_mx_aaaa", VERDICT_NA, "no mail host has an IPv6 address", "邮件主机均无 IPv6 地址", "", ""},
	{"null_mx", VERDICT_NA, "the domain takes no mail (null MX)", "该域名声明不接收邮件（null MX）", "", ""},
	{"no_mx", VERDICT_NA, "there is no MX record", "没有 MX 记录", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

/* The look that got furthest: the last of those that came to TLS, else that greeted, else of all. */
static const struct obs *greeting(const struct site *s, const char *host, int family)
{
	const struct obs *last = NULL;
	int best = 0;

	for (size_t i = 0; i < s->smtp.n; i++) {
		const struct smtp_row *r = s->smtp.at[i].row;
		int far = r->tls_version ? 2 : r->ehlo_code == 250;

		if (r->family != family || strcmp(r->host, host) || far < best)
			continue;
		last = &s->smtp.at[i];
		best = far;
	}
	return last;
}

/* Nothing can be said of STARTTLS there, and it may yet be offered; NULL: it greeted, or did not. */
static const char *unknown_code(const struct obs *o)
{
	if (!o || o->outcome == OUTCOME_LIMIT || o->outcome == OUTCOME_UNKNOWN)
		return "limit";
	if (o->outcome == OUTCOME_DENIED)
		return "denied";
	if (smtp_of(o)->ehlo_code != 250 && o->outcome == OUTCOME_TIMEOUT && !obs_is_final(o, smtp_of(o)->fails))
		return "timeout_once";
	return NULL;
}

/* The handshake ended in silence, and was not tried again. */
static bool silent_once(const struct smtp_row *r)
{
	return smtp_fell_silent(r) && !(r->fails >= 1);
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static const char *compare_certs(const struct smtp_row *v6, const struct smtp_row *v4)
{
	if (v6->cert_ok != 1 && v4->cert_ok == 1)
		return "verify_differs";
	if (!same(v6->cert_sha256, v4->cert_sha256) && !same(v6->cert_subject, v4->cert_subject))
		return "cert_differs";
	if (!same(v6->tls_version, v4->tls_version))
		return "version_differs";
	return same(v6->cert_sha256, v4->cert_sha256) ? "same" : "renewed";
}

static const char *compare(const struct smtp_row *v6, const struct smtp_row *v4)
{
	if (v6->starttls != 1 && v4->starttls != 1)
		return "none";
	if (v6->starttls != 1)
		return "v4_only";
	if (v6->tls_version && v4->tls_version)
		return compare_certs(v6, v4);
	if (v6->tls_version)
		return "v6_only";
	return v4->tls_version ? "v6_handshake" : "handshake";
}

/* Where a code stands among the reasons: the smaller, the worse. */
static int rank(const char *code)
{
	int i = 0;

	while (strcmp(reasons[i].code, code))
		i++;
	return i;
}

static void detail_tls(struct json *j, const char *key, const struct obs *o)
{
	const struct smtp_row *r = smtp_of(o);

	if (!r)
		return;
	json_key(j, key);
	json_object(j);
	json_put_text(j, "outcome", outcome_words[o->outcome]);
	if (r->starttls >= 0)
		json_put_bool(j, "starttls", r->starttls);
	if (r->starttls_code != I64_NULL)
		json_put_i64(j, "code", r->starttls_code);
	json_put_text(j, "version", r->tls_version);
	json_put_text(j, "why", r->tls_why);
	json_put_text(j, "cert", r->cert_sha256);
	json_put_text(j, "problem", r->cert_problem);
	json_end_object(j);
}

/* The code of one host. */
static const char *host_compare(const struct site *s, const struct host *h, struct json *detail)
{
	const struct obs *v6 = greeting(s, h->name, 6), *v4 = greeting(s, h->name, 4);
	const char *unknown;

	if (!h->n_v4)
		return code_unknown(host_code(s, h)) ? host_code(s, h) : "one_family";
	json_key(detail, h->name);
	json_object(detail);
	detail_tls(detail, "v6", v6);
	detail_tls(detail, "v4", v4);
	json_end_object(detail);
	unknown = unknown_code(v6) ? unknown_code(v6) : unknown_code(v4);
	if (unknown)
		return unknown;
	if (smtp_of(v6)->ehlo_code != 250 || smtp_of(v4)->ehlo_code != 250)
		return "one_family";
	if (silent_once(smtp_of(v6)) || silent_once(smtp_of(v4)))
		return "timeout_once";
	return compare(smtp_of(v6), smtp_of(v4));
}

/* The worst over all hosts; what is not known of one hides what others have only where that is no fault. */
static const char *worst(const struct site *s, const struct obs *mx, struct finding *f)
{
	int kept = row_names_kept(dns_of(mx), LIMIT_DNS_MX_KEPT, f->detail);
	const char *code = "no_mx_aaaa", *unknown = NULL, *at = NULL;
	char name[NAME_MAX_B];

	for (int i = 0; i < kept && row_name(dns_of(mx), &at, name); i++) {
		struct host h = site_host(s, name);
		const char *one = host_usable(&h) ? host_compare(s, &h, f->detail) : host_code(s, &h);

		if (code_unknown(one))
			unknown = one;
		else if (host_usable(&h) && rank(one) < rank(code)) {
			code = one;
			snprintf(f->subject, sizeof(f->subject), "%s", name);
		}
	}
	return unknown && check_reason(f->check, code)->verdict != VERDICT_FAIL ? unknown : code;
}

static void judge(const struct site *s, struct finding *f)
{
	const struct obs *mx;
	const char *code;

	snprintf(f->subject, sizeof(f->subject), "%s", s->domain);
	if (site_mx(s, &mx, &code) == MX_HOSTS) {
		code = worst(s, mx, f);
		if (strcmp(code, "no_mx_aaaa") && !s->v6_works)
			code = "observer_no_v6";
		else if (strcmp(code, "no_mx_aaaa") && !s->v4_works)
			code = "observer_no_v4";
	}
	finding_set(f, code);
}

const struct check check_mx_starttls = {
	.id = "mx_starttls",
	.title_en = "Same STARTTLS on both families",
	.title_zh = "两个协议族 STARTTLS 一致",
	.rung = "mail",
	.source = "RFC 3207; RFC 7672",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
