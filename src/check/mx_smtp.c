/*
 * mx_smtp: does each mail host with an IPv6 address greet over IPv6 (220) and accept EHLO (250)?
 * When every host is silent on both families, port 25 is likelier closed here than there.
 */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "every mail host with an IPv6 address takes mail over it",
	 "所有具备 IPv6 地址的邮件主机均可经 IPv6 收信", "", ""},
	{"some", VERDICT_PARTIAL, "some mail hosts do not take mail over IPv6",
	 "部分邮件主机不能经 IPv6 收信", "make {} answer on its IPv6 address, port 25",
	 "使 {} 在其 IPv6 地址的 25 端口应答"},
	{"v6_refused", VERDICT_FAIL, "the mail hosts refuse IPv6 connections", "邮件主机拒绝 IPv6 连接",
	 "let the mail service of {} listen on its IPv6 address, port 25",
	 "让 {} 的邮件服务监听其 IPv6 地址的 25 端口"},
	{"v6_timeout", VERDICT_FAIL, "the mail hosts do not answer over IPv6", "邮件主机经 IPv6 无应答",
	 "open TCP port 25 over IPv6 to {} in the firewall", "在防火墙放行到 {} 的 IPv6 TCP 25 端口"},
	{"v6_unreachable", VERDICT_FAIL, "the mail hosts' IPv6 addresses cannot be reached",
	 "邮件主机的 IPv6 地址不可达", "correct the AAAA record of {} or the route to its address",
	 "更正 {} 的 AAAA 记录或其地址的路由"},
	{"bad_banner", VERDICT_FAIL, "the mail hosts connect over IPv6 and do not greet with 220 and 250",
	 "邮件主机接受 IPv6 连接，但未以 220/250 应答",
	 "let {} accept mail from IPv6 clients as it does over IPv4", "使 {} 像 IPv4 一样接受 IPv6 客户端"},
	{"port_25_blocked", VERDICT_UNKNOWN, "port 25 is silent on both families: it may be closed here",
	 "两个协议族的 25 端口均无应答，可能是观测点封锁了该端口",
	 "open outgoing TCP port 25 for the observer", "为观测点放行出站 TCP 25 端口"},
	{"no_mx_aaaa", VERDICT_NA, "no mail host has an IPv6 address", "邮件主机均无 IPv6 地址", "", ""},
	{"null_mx", VERDICT_NA, "the domain takes no mail (null MX)", "该域名声明不接收邮件（null MX）", "", ""},
	{"no_mx", VERDICT_NA, "there is no MX record", "没有 MX 记录", "", ""},
	REASON_NO_V6,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

/* The code of one look, "ok" if mail would go. */
static const char *look_code(const struct obs *o)
{
	const struct smtp_row *r = smtp_of(o);

	if (o->outcome == OUTCOME_DENIED)
		return "denied";
	if (o->outcome == OUTCOME_LIMIT || o->outcome == OUTCOME_UNKNOWN)
		return "limit";
	if (r->banner_code == 220 && r->ehlo_code == 250)
		return "ok";
	if (o->outcome == OUTCOME_TIMEOUT && !obs_is_final(o, r->fails))
		return "timeout_once";
	if (r->connect_us != I64_NULL)
		return "bad_banner";
	if (o->outcome == OUTCOME_TIMEOUT)
		return "v6_timeout";
	return o->outcome == OUTCOME_UNREACHABLE ? "v6_unreachable" : "v6_refused";
}

/* The best that this host did over this family; NULL: never looked. */
static const char *host_smtp(const struct site *s, const char *host, int family)
{
	const char *best = NULL;

	for (size_t i = 0; i < s->smtp.n; i++) {
		const struct smtp_row *r = s->smtp.at[i].row;

		if (r->family != family || strcmp(r->host, host))
			continue;
		best = look_code(&s->smtp.at[i]); /* a later look counts */
		if (!strcmp(best, "ok"))
			break;
	}
	return best;
}

struct count {
	int hosts, good;
	const char *bad, *unknown;
	char fault[NAME_MAX_B];
};

/* Did nothing answer on port 25, whatever the host and the family? */
static bool all_silent(const struct site *s)
{
	bool v4 = false;

	for (size_t i = 0; i < s->smtp.n; i++) {
		if (s->smtp.at[i].outcome != OUTCOME_TIMEOUT ||
		    smtp_of(&s->smtp.at[i])->connect_us != I64_NULL)
			return false;
		v4 |= smtp_of(&s->smtp.at[i])->family == 4;
	}
	return v4;
}

static void count_host(const struct site *s, const struct host *h, struct count *c,
		       struct json *detail)
{
	const char *v6 = host_smtp(s, h->name, 6), *v4 = host_smtp(s, h->name, 4);

	c->hosts++;
	json_key(detail, h->name);
	json_object(detail);
	json_put_text(detail, "v6", v6);
	json_put_text(detail, "v4", v4);
	if (v6 && strcmp(v6, "ok"))
		detail_untried(detail, h->n_good);
	json_end_object(detail);
	if (!v6)
		v6 = "limit";
	if (!strcmp(v6, "ok")) {
		c->good++;
		return;
	}
	if (code_unknown(v6))
		c->unknown = v6;
	else if (!c->bad)
		c->bad = v6;
	if (!c->fault[0])
		snprintf(c->fault, sizeof(c->fault), "%s", h->name);
}

static const char *code_of(const struct site *s, const struct count *c)
{
	if (!s->v6_works)
		return "observer_no_v6";
	if (all_silent(s))
		return "port_25_blocked";
	if (c->unknown)
		return c->unknown;
	if (c->good)
		return c->bad ? "some" : "ok";
	return c->bad;
}

static void judge(const struct site *s, struct finding *f)
{
	const struct obs *mx;
	const char *code, *at = NULL;
	struct count c = {0};
	char name[NAME_MAX_B];

	if (site_mx(s, &mx, &code) == MX_HOSTS) {
		int kept = row_names_kept(dns_of(mx), LIMIT_DNS_MX_KEPT, f->detail);

		code = "no_mx_aaaa";
		for (int i = 0; i < kept && row_name(dns_of(mx), &at, name); i++) {
			struct host h = site_host(s, name);

			if (host_usable(&h))
				count_host(s, &h, &c, f->detail);
			else if (code_unknown(host_code(s, &h)))
				code = host_code(s, &h);
		}
		if (c.hosts)
			code = code_of(s, &c);
	}
	finding_set(f, code);
	snprintf(f->subject, sizeof(f->subject), "%s", c.fault[0] ? c.fault : s->domain);
}

const struct check check_mx_smtp = {
	.id = "mx_smtp",
	.title_en = "Mail over IPv6",
	.title_zh = "经 IPv6 收信",
	.rung = "mail",
	.source = "RFC 5321",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
