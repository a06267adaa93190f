/* aaaa: does the domain itself publish an AAAA record that leads somewhere?  RFC 3596, RFC 4074. */
#include "check/check.h"

#include <stdio.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "publishes an AAAA record with a public address",
	 "已发布指向公网地址的 AAAA 记录", "", ""},
	{"no_aaaa", VERDICT_FAIL, "has an A record and no AAAA record", "有 A 记录，没有 AAAA 记录",
	 "add an AAAA record for {} with the IPv6 address of its server",
	 "为 {} 添加 AAAA 记录，指向其服务器的 IPv6 地址"},
	{"bogon_only", VERDICT_FAIL, "every AAAA record is an address that no visitor can reach",
	 "所有 AAAA 记录都是公网不可达的特殊地址", "replace the AAAA record {} by a public IPv6 address",
	 "把 AAAA 记录 {} 换成公网 IPv6 地址"},
	{"some_bogon", VERDICT_PARTIAL, "one of the AAAA records is an address that nobody can reach",
	 "部分 AAAA 记录是公网不可达的特殊地址", "remove the AAAA record {}", "删除 AAAA 记录 {}"},
	{"aaaa_nxdomain", VERDICT_FAIL,
	 "the A question is answered, the AAAA question with \"no such name\" (RFC 4074, 4.2)",
	 "A 查询有应答，AAAA 查询却返回“域名不存在”（RFC 4074 第 4.2 节）",
	 "repair or replace the name server of {}: without AAAA it must answer NOERROR",
	 "修复或更换 {} 的权威域名服务器：没有 AAAA 时应返回 NOERROR"},
	{"aaaa_servfail", VERDICT_FAIL, "the A question is answered, AAAA fails again and again",
	 "A 查询有应答，AAAA 查询反复失败",
	 "repair the name servers of {}: the AAAA question ends in SERVFAIL",
	 "修复 {} 的权威域名服务器：AAAA 查询返回 SERVFAIL"},
	{"aaaa_timeout", VERDICT_FAIL, "the A question is answered, AAAA stays silent again and again",
	 "A 查询有应答，AAAA 查询反复无应答",
	 "repair the name servers of {}, or the firewall before them: they drop AAAA questions",
	 "修复 {} 的权威域名服务器或其前面的防火墙：AAAA 查询被丢弃"},
	{"cname_loop", VERDICT_FAIL, "the CNAME records lead in a circle", "CNAME 记录循环",
	 "correct the CNAME record of {}", "更正 {} 的 CNAME 记录"},
	{"no_such_domain", VERDICT_NA, "the domain does not exist", "该域名不存在", "", ""},
	{"no_address", VERDICT_NA, "the name has neither an A nor an AAAA record",
	 "该域名既无 A 记录也无 AAAA 记录", "", ""},
	REASONS_DNS,
	{0},
};

static void judge(const struct site *s, struct finding *f)
{
	struct host h = site_host(s, s->domain);
	char text[ADDR_TEXT_MAX];

	detail_host(f->detail, &h);
	finding_set(f, host_code(s, &h));
	snprintf(f->subject, sizeof(f->subject), "%s",
		 h.n_bogon ? addr_text(&h.bogon[0], text) : s->domain);
}

const struct check check_aaaa = {
	.id = "aaaa",
	.title_en = "AAAA record of the domain",
	.title_zh = "域名的 AAAA 记录",
	.rung = "dns",
	.source = "RFC 3596; RFC 4074",
	.method = "2",
	.reasons = reasons,
	.judge = judge,
};
