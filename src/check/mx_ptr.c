/*
 * mx_ptr: has the IPv6 address of each mail host a name, and does that name lead back to it (RFC 1912 2.1)?
 * Many receivers refuse mail from an IPv6 address without one.  The first address of a host is looked at,
 * and L_PTR_NAMES of its names; what IPv4 has stands beside it.
 */
#include "check/check.h"
#include "wire/dns.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "the IPv6 address of every mail host has a name that leads back to it",
	 "所有邮件主机的 IPv6 地址均有反向解析，且正反向一致", "", ""},
	{"some", VERDICT_PARTIAL, "the IPv6 addresses of some mail hosts have no name that leads back to them",
	 "部分邮件主机的 IPv6 地址缺少正反向一致的名称", "publish the record {}", "发布记录 {}"},
	{"no_ptr", VERDICT_FAIL, "the IPv6 addresses of the mail hosts have no name (PTR)",
	 "邮件主机的 IPv6 地址没有反向解析（PTR）", "publish the record {} in the reverse zone of your network",
	 "在所属网络的反向区中发布记录 {}"},
	{"not_confirmed", VERDICT_FAIL, "the names of the mail hosts' IPv6 addresses do not lead back to them",
	 "邮件主机 IPv6 地址的反向名称未指回该地址", "publish the record {}, or correct the PTR record",
	 "发布记录 {}，或更正 PTR 记录"},
	{"no_mx_aaaa", VERDICT_NA, "no mail host has an IPv6 address", "邮件主机均无 IPv6 地址", "", ""},
	{"null_mx", VERDICT_NA, "the domain takes no mail (null MX)", "该域名声明不接收邮件（null MX）", "", ""},
	{"no_mx", VERDICT_NA, "there is no MX record", "没有 MX 记录", "", ""},
	REASONS_DNS,
	{0},
};

struct count {
	int hosts, good;
	const char *bad, *unknown;
	char fault[NAME_MAX_B]; /* the record that is missing */
};

static bool leads_to(const struct obs *o, const struct addr *a)
{
	struct addr list[L_DNS_RR_KEPT];
	size_t n = answer_of(o) == ANSWER_HAS ? row_addresses(dns_of(o), a->family, list, L_DNS_RR_KEPT) : 0;

	for (size_t i = 0; i < n; i++)
		if (!addr_cmp(&list[i], a))
			return true;
	return false;
}

/* ok not_confirmed, or an unknown code; name: one that leads back, else the first. */
static const char *confirm(const struct site *s, const struct obs *ptr, const struct addr *a,
			   char name[static NAME_MAX_B])
{
	const char *at = NULL, *unknown = NULL;
	char one[NAME_MAX_B];

	for (int i = 0; i < L_PTR_NAMES && row_name(dns_of(ptr), &at, one); i++) {
		const struct obs *o = site_ask(s, one, a->family == 6 ? "AAAA" : "A");
		bool back = leads_to(o, a);

		if (!i || back)
			memcpy(name, one, sizeof(one));
		if (back)
			return "ok";
		if (answer_unknown(s, answer_of(o)))
			unknown = answer_unknown(s, answer_of(o));
	}
	if (row_name(dns_of(ptr), &at, one))
		limit_hit(LIMIT_PTR_NAMES);
	return unknown ? unknown : "not_confirmed";
}

static const char *name_code(const struct site *s, const struct addr *a, char name[static NAME_MAX_B])
{
	char arpa[DNS_ARPA_MAX];
	const struct obs *o = site_ask(s, dns_arpa(a, arpa), "PTR");
	enum answer answer = answer_of(o);

	name[0] = '\0';
	if (answer == ANSWER_HAS)
		return confirm(s, o, a, name);
	return answer_unknown(s, answer) ? answer_unknown(s, answer) : "no_ptr";
}

static void detail_name(struct json *j, const char *key, const char *code, const char *name)
{
	json_key(j, key);
	json_object(j);
	json_put_text(j, "code", code);
	json_put_text(j, "name", name[0] ? name : NULL);
	json_end_object(j);
}

/* A zone file's line, as far as it has room. */
static void missing_record(struct count *c, const char *code, const char *host, const char *name,
			   const struct addr *a)
{
	char text[ADDR_TEXT_MAX], arpa[DNS_ARPA_MAX];

	if (!strcmp(code, "no_ptr"))
		snprintf(c->fault, sizeof(c->fault), "%s. PTR %.170s.", dns_arpa(a, arpa), host);
	else
		snprintf(c->fault, sizeof(c->fault), "%.190s. AAAA %s", name, addr_text(a, text));
}

static void count_host(const struct site *s, const struct host *h, struct count *c, struct json *detail)
{
	char name[NAME_MAX_B], name4[NAME_MAX_B];
	const char *code = name_code(s, &h->good[0], name);

	c->hosts++;
	json_key(detail, h->name);
	json_object(detail);
	detail_name(detail, "v6", code, name);
	if (h->n_v4 && !site_bogon(s, &h->v4[0])) {
		const char *v4 = name_code(s, &h->v4[0], name4);

		detail_name(detail, "v4", v4, name4);
	}
	json_end_object(detail);
	if (!strcmp(code, "ok")) {
		c->good++;
	} else if (code_unknown(code)) {
		c->unknown = code;
	} else if (!c->bad) {
		c->bad = code;
		missing_record(c, code, h->name, name, &h->good[0]);
	}
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
			code = c.unknown ? c.unknown : !c.bad ? "ok" : c.good ? "some" : c.bad;
	}
	finding_set(f, code);
	snprintf(f->subject, sizeof(f->subject), "%s", c.fault[0] ? c.fault : s->domain);
}

const struct check check_mx_ptr = {
	.id = "mx_ptr",
	.title_en = "Names of the mail hosts' IPv6 addresses",
	.title_zh = "邮件主机 IPv6 地址的反向解析",
	.rung = "mail",
	.source = "RFC 1912 section 2.1; RFC 8501",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
