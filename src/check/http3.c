/*
 * http3: where HTTP/3 is advertised, does QUIC answer over IPv6 as it does over IPv4?  A host answers when it
 * sends a Version Negotiation packet.  When neither family answers, UDP port 443 is likelier closed here than
 * there.
 */
#include "check/check.h"
#include "check/http3_host.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "HTTP/3 answers over IPv6", "HTTP/3 可经 IPv6 应答", "", ""},
	{"v6_silent", VERDICT_FAIL, "HTTP/3 answers over IPv4 and is silent over IPv6",
	 "HTTP/3 经 IPv4 应答，经 IPv6 无应答", "open UDP port 443 over IPv6 to {}, and let its server listen there",
	 "放行到 {} 的 IPv6 UDP 443 端口，并使服务器在其上监听"},
	{"v6_refused", VERDICT_FAIL, "HTTP/3 answers over IPv4, and UDP port 443 is closed over IPv6",
	 "HTTP/3 经 IPv4 应答，而 IPv6 的 UDP 443 端口关闭", "let the HTTP/3 service of {} listen on its IPv6 address, UDP port 443",
	 "让 {} 的 HTTP/3 服务监听其 IPv6 地址的 UDP 443 端口"},
	{"v6_malformed", VERDICT_FAIL, "HTTP/3 answers over IPv4, and what answers over IPv6 is not QUIC",
	 "HTTP/3 经 IPv4 应答，而 IPv6 上的应答不是 QUIC", "repair what answers at UDP port 443 over IPv6 of {}",
	 "检查 {} 的 IPv6 UDP 443 端口上的服务"},
	{"v4_silent", VERDICT_PARTIAL, "HTTP/3 answers over IPv6 only", "HTTP/3 仅经 IPv6 应答",
	 "open UDP port 443 over IPv4 to {} too", "同样放行到 {} 的 IPv4 UDP 443 端口"},
	{"udp_blocked", VERDICT_UNKNOWN, "UDP port 443 is silent on both families: it may be closed here",
	 "两个协议族的 UDP 443 端口均无应答，可能是观测点封锁了该端口", "open outgoing UDP port 443 for the observer",
	 "为观测点放行出站 UDP 443 端口"},
	{"both_closed", VERDICT_PARTIAL, "HTTP/3 is advertised, and UDP port 443 is closed on both families",
	 "声明了 HTTP/3，但两个协议族的 UDP 443 端口均关闭", "start the HTTP/3 service of {}, or stop advertising it",
	 "启动 {} 的 HTTP/3 服务，或停止声明"},
	{"not_advertised", VERDICT_NA, "HTTP/3 is not advertised", "未声明支持 HTTP/3", "", ""},
	{"elsewhere", VERDICT_NA, "HTTP/3 is advertised at another host or port, where we do not look",
	 "HTTP/3 声明在其他主机或端口，不予探测", "", ""},
	{"no_aaaa", VERDICT_NA, "there is no IPv6 address to look at", "没有可访问的 IPv6 地址", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

/* ok silent refused malformed, or an unknown code; NULL: never looked. */
static const char *family_code(const struct site *s, const char *host, int family, struct json *detail)
{
	const struct obs *last = NULL;

	for (size_t i = 0; i < s->quic.n; i++) {
		const struct quic_row *r = s->quic.at[i].row;

		if (r->family == family && !strcmp(r->host, host) && !(last && last->outcome == OUTCOME_OK))
			last = &s->quic.at[i];
	}
	if (!last)
		return NULL;
	json_put_text(detail, family == 6 ? "v6" : "v4", outcome_words[last->outcome]);
	json_put_text(detail, family == 6 ? "v6_versions" : "v4_versions", quic_of(last)->versions);
	if (last->outcome == OUTCOME_OK)
		return "ok";
	if (last->outcome == OUTCOME_DENIED)
		return "denied";
	if (last->outcome == OUTCOME_LIMIT || last->outcome == OUTCOME_UNKNOWN)
		return "limit";
	if (last->outcome == OUTCOME_TIMEOUT)
		return obs_is_final(last, quic_of(last)->fails) ? "silent" : "timeout_once";
	if (last->outcome == OUTCOME_MALFORMED)
		return "malformed";
	return last->outcome == OUTCOME_REFUSED ? "refused" : "silent";
}

/* IPv6 does not answer, v6 says how; IPv4 does, or not. */
static const char *code_broken(const char *v6, const char *v4)
{
	if (strcmp(v4, "ok")) {
		if (code_unknown(v4))
			return v4;
		return !strcmp(v6, "silent") || !strcmp(v4, "silent") ? "udp_blocked" : "both_closed";
	}
	return !strcmp(v6, "silent")	? "v6_silent"
	       : !strcmp(v6, "refused") ? "v6_refused"
					: "v6_malformed";
}

static const char *code_of(const struct site *s, const char *host, const struct host *h, struct json *detail)
{
	const char *v6, *v4;

	if (!host_usable(h))
		return code_unknown(host_code(s, h)) ? host_code(s, h) : "no_aaaa";
	if (!s->v6_works)
		return "observer_no_v6";
	v6 = family_code(s, host, 6, detail);
	v4 = family_code(s, host, 4, detail);
	if (!v6)
		return "limit";
	if (code_unknown(v6))
		return v6;
	if (!strcmp(v6, "ok"))
		return !v4 || !strcmp(v4, "ok") || code_unknown(v4) ? "ok" : "v4_silent";
	if (v4)
		return code_broken(v6, v4);
	if (!h->n_v4)
		return "udp_blocked";
	return s->v4_works ? "limit" : "observer_no_v4";
}

/* Where not all pages and the record came, somebody may have said so; NULL: nobody did. */
static const char *unheard(const struct site *s, const char *target)
{
	const char *gate = target_gate(s, target), *code;
	enum answer record = answer_of(site_ask(s, s->domain, "HTTPS"));
	char name[NAME_MAX_B];
	struct host h;

	if (gate && code_unknown(gate))
		return gate;
	if (record != ANSWER_UNASKED && answer_unknown(s, record))
		return answer_unknown(s, record);
	code = target_unknown(s, target, 6);
	if (code)
		return code;
	target_host(s, target, name);
	h = site_host(s, name);
	if (!s->v4_works)
		return h.n_v4 ? "observer_no_v4" : NULL;
	return target_unknown(s, target, 4);
}

static void judge(const struct site *s, struct finding *f)
{
	enum http3_by by = site_http3(s, f->subject);
	const char *unknown = unheard(s, site_target(s));
	struct host h;

	if (by == HTTP3_NOT || by == HTTP3_ELSEWHERE) {
		finding_set(f, unknown ? unknown : by == HTTP3_ELSEWHERE ? "elsewhere" : "not_advertised");
		return;
	}
	json_put_text(f->detail, "advertised", http3_by_words[by]);
	h = page_host(s, f->subject);
	finding_set(f, code_of(s, f->subject, &h, f->detail));
}

const struct check check_http3 = {
	.id = "http3",
	.title_en = "HTTP/3 over IPv6",
	.title_zh = "经 IPv6 的 HTTP/3",
	.rung = "parity",
	.source = "RFC 9114 section 3.1; RFC 9000 section 6",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
