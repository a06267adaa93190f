/*
 * site: the headline.  Can the site be used over IPv6?  Its apex or its www, the better of the two,
 * as the checks http, tls, tcp and same_content find them.
 */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "the site works over IPv6", "站点可经 IPv6 正常访问", "", ""},
	{"partial", VERDICT_PARTIAL, "the site answers over IPv6, with faults", "站点可经 IPv6 访问，但存在缺陷",
	 "repair what the other checks name for {}", "按其他检查项的提示修复 {}"},
	{"no_aaaa", VERDICT_FAIL, "the site has no IPv6 address", "站点没有 IPv6 地址",
	 "add an AAAA record for {}", "为 {} 添加 AAAA 记录"},
	{"v6_broken", VERDICT_FAIL, "the site has an AAAA record and does not work over IPv6",
	 "站点有 AAAA 记录，但经 IPv6 无法正常访问",
	 "repair IPv6 on {} (see the checks tcp, tls and http), or take its AAAA record away meanwhile",
	 "修复 {} 的 IPv6 服务（参见 tcp、tls、http 各项），修复前可先删除 AAAA 记录"},
	{"no_such_domain", VERDICT_NA, "the domain does not exist", "该域名不存在", "", ""},
	{"no_address", VERDICT_NA, "neither the domain nor www has an address", "域名与 www 均无地址", "", ""},
	{"no_web", VERDICT_NA, "there is no web server on either family", "两个协议族均无 Web 服务", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

extern const struct check check_http, check_tls, check_tcp, check_same_content;

/* What one of the other checks says about this target. */
static const struct reason *ask(const struct check *c, const struct site *s)
{
	struct buf out;
	struct json detail;
	struct finding f = {.check = c, .detail = &detail};

	buf_init(&out, 1 << 16);
	json_init(&detail, &out);
	json_object(&detail);
	c->judge(s, &f);
	buf_done(&out);
	return f.reason;
}

static bool is_fault(const struct reason *r)
{
	return r->verdict == VERDICT_FAIL || r->verdict == VERDICT_PARTIAL;
}

static const char *code_with_v6(const struct site *s)
{
	const struct reason *http = ask(&check_http, s);

	if (http->verdict == VERDICT_FAIL)
		return "v6_broken";
	if (http->verdict == VERDICT_UNKNOWN || http->verdict == VERDICT_NA)
		return http->code;
	return http->verdict == VERDICT_PARTIAL || is_fault(ask(&check_tls, s)) ||
			       is_fault(ask(&check_tcp, s)) ||
			       is_fault(ask(&check_same_content, s))
		       ? "partial"
		       : "ok";
}

static const char *code_of_target(const struct site *s, const char *name, struct json *detail)
{
	struct host h = site_host(s, name);
	const char *code = host_code(s, &h);

	detail_host(detail, &h);
	if (host_usable(&h))
		return code_with_v6(s);
	if (h.n_bogon)
		return "v6_broken";
	if (code_unknown(code) || !strcmp(code, "no_such_domain") || !strcmp(code, "no_address"))
		return code;
	return "no_aaaa"; /* aaaa_servfail and the like: visitors get no AAAA */
}

/* The better of two answers; "we do not know" beats a failure, since it may be better. */
static int rank(const struct reason *r)
{
	switch (r->verdict) {
	case VERDICT_PASS: return 5;
	case VERDICT_PARTIAL: return 4;
	case VERDICT_UNKNOWN: return 3;
	case VERDICT_FAIL: return strcmp(r->code, "v6_broken") ? 1 : 2;
	case VERDICT_NA: break;
	}
	return 0;
}

static void judge(const struct site *s, struct finding *f)
{
	static const char *const targets[] = {"apex", "www"};

	for (int i = 0; i < 2; i++) {
		struct site one = *s;
		char name[NAME_MAX_B];
		const struct reason *r;

		one.target = targets[i];
		target_host(s, targets[i], name);
		r = check_reason(f->check, code_of_target(&one, name, f->detail));
		json_put_text(f->detail, targets[i], r->code);
		if (f->reason && rank(r) <= rank(f->reason))
			continue;
		f->reason = r;
		snprintf(f->subject, sizeof(f->subject), "%s", name);
	}
}

const struct check check_site = {
	.id = "site",
	.title_en = "Usable over IPv6",
	.title_zh = "可经 IPv6 使用",
	.rung = "web",
	.source = "CAC evaluation items 1, 2 and 5",
	.method = "2",
	.reasons = reasons,
	.judge = judge,
};
