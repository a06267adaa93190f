/* mx_aaaa: do the domain's mail hosts have IPv6 addresses?  A domain without MX, or with the null MX
 * of RFC 7505, takes no mail and is not asked. */
#include "check/check.h"

#include <stdio.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "every mail host has an IPv6 address", "所有邮件主机都有 IPv6 地址", "", ""},
	{"some", VERDICT_PARTIAL, "some mail hosts have no IPv6 address", "部分邮件主机没有 IPv6 地址",
	 "add an AAAA record for {}", "为 {} 添加 AAAA 记录"},
	{"no_mx_aaaa", VERDICT_FAIL, "no mail host has an IPv6 address", "邮件主机均无 IPv6 地址",
	 "add an AAAA record for {}", "为 {} 添加 AAAA 记录"},
	{"null_mx", VERDICT_NA, "the domain takes no mail (null MX)", "该域名声明不接收邮件（null MX）", "", ""},
	{"no_mx", VERDICT_NA, "there is no MX record", "没有 MX 记录", "", ""},
	REASONS_DNS,
	{0},
};

struct count {
	int good, bad;
	const char *unknown;
	char without[NAME_MAX_B];
};

static void count_hosts(const struct site *s, const struct obs *mx, struct count *c,
			struct json *detail)
{
	int kept = row_names_kept(dns_of(mx), LIMIT_DNS_MX_KEPT, detail);
	char name[NAME_MAX_B];
	const char *at = NULL;

	for (int i = 0; i < kept && row_name(dns_of(mx), &at, name); i++) {
		struct host h = site_host(s, name);
		const char *code = host_code(s, &h);

		detail_host(detail, &h);
		if (host_usable(&h)) {
			c->good++;
			continue;
		}
		if (code_unknown(code))
			c->unknown = code;
		else
			c->bad++;
		if (!c->without[0])
			snprintf(c->without, sizeof(c->without), "%s", name);
	}
}

static void judge(const struct site *s, struct finding *f)
{
	const struct obs *mx;
	const char *code;
	struct count c = {0};

	if (site_mx(s, &mx, &code) == MX_HOSTS) {
		count_hosts(s, mx, &c, f->detail);
		if (c.good && c.bad)
			code = "some";
		else if (c.unknown)
			code = c.unknown;
		else
			code = c.good ? "ok" : "no_mx_aaaa";
	}
	finding_set(f, code);
	snprintf(f->subject, sizeof(f->subject), "%s", c.without[0] ? c.without : s->domain);
}

const struct check check_mx_aaaa = {
	.id = "mx_aaaa",
	.title_en = "Mail hosts with IPv6 addresses",
	.title_zh = "邮件主机的 IPv6 地址",
	.rung = "mail",
	.source = "RFC 5321; RFC 7505; RFC 3974",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
