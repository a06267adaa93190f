/* ns_aaaa: how many name servers of the zone have an IPv6 address?  RFC 10001 asks for two. */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"two_or_more", VERDICT_PASS, "two or more name servers have IPv6 addresses",
	 "至少两台权威域名服务器有 IPv6 地址", "", ""},
	{"only_one", VERDICT_PARTIAL, "only one name server has an IPv6 address",
	 "只有一台权威域名服务器有 IPv6 地址", "add an AAAA record for a second name server, e.g. {}",
	 "为第二台权威域名服务器（如 {}）添加 AAAA 记录"},
	{"no_ns_aaaa", VERDICT_FAIL, "no name server has an IPv6 address",
	 "权威域名服务器均无 IPv6 地址",
	 "add an AAAA record for {} (and glue at the registry), then for a second name server",
	 "为 {} 添加 AAAA 记录（并在注册局登记 glue），再为第二台服务器添加"},
	{"ns_bogon", VERDICT_FAIL, "the name servers' AAAA records are addresses nobody can reach",
	 "权威域名服务器的 AAAA 记录是公网不可达的特殊地址",
	 "replace the AAAA record {} by a public IPv6 address", "把 AAAA 记录 {} 换成公网 IPv6 地址"},
	{"no_zone", VERDICT_NA, "no name servers were found above the name",
	 "未找到该域名所在区的权威域名服务器", "", ""},
	{"no_such_domain", VERDICT_NA, "the domain does not exist", "该域名不存在", "", ""},
	REASONS_DNS,
	{0},
};

struct count {
	int good, bogon;
	const char *unknown;    /* code of a server that could not be judged */
	char without[NAME_MAX_B]; /* a server without AAAA */
	char odd[ADDR_TEXT_MAX];
};

static void count_server(const struct site *s, const char *name, struct count *c,
			 struct json *detail)
{
	struct host h = site_host(s, name);
	const char *code = host_code(s, &h);

	detail_host(detail, &h);
	if (host_usable(&h)) {
		c->good++;
	} else if (h.n_bogon) {
		c->bogon++;
		addr_text(&h.bogon[0], c->odd);
	} else if (code_unknown(code)) {
		c->unknown = code;
	}
	if (!host_usable(&h) && !c->without[0])
		snprintf(c->without, sizeof(c->without), "%s", name);
}

static const char *code_of(const struct count *c)
{
	if (c->good >= 2)
		return "two_or_more";
	if (c->unknown)
		return c->unknown;
	if (c->good)
		return "only_one";
	return c->bogon ? "ns_bogon" : "no_ns_aaaa";
}

static void judge(const struct site *s, struct finding *f)
{
	char name[NAME_MAX_B];
	const char *at = NULL, *code;
	struct count c = {0};
	enum answer a;
	const struct obs *zone = site_zone(s, &a);
	int kept;

	snprintf(f->subject, sizeof(f->subject), "%s", s->domain);
	if (!zone) {
		code = answer_unknown(s, a);
		if (!code)
			code = a == ANSWER_NXDOMAIN ? "no_such_domain" : "no_zone";
		finding_set(f, code);
		return;
	}
	json_put_text(f->detail, "zone", dns_of(zone)->qname);
	kept = row_names_kept(dns_of(zone), LIMIT_DNS_NS_KEPT, f->detail);
	for (int i = 0; i < kept && row_name(dns_of(zone), &at, name); i++)
		count_server(s, name, &c, f->detail);
	finding_set(f, code_of(&c));
	if (c.bogon && !c.good)
		snprintf(f->subject, sizeof(f->subject), "%s", c.odd);
	else if (c.without[0])
		snprintf(f->subject, sizeof(f->subject), "%s", c.without);
	else if (c.good == 1) /* the only server there is */
		snprintf(f->subject, sizeof(f->subject), "ns2.%s", dns_of(zone)->qname);
}

const struct check check_ns_aaaa = {
	.id = "ns_aaaa",
	.title_en = "Name servers with IPv6 addresses",
	.title_zh = "权威域名服务器的 IPv6 地址",
	.rung = "ns",
	.source = "RFC 10001",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
