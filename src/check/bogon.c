/*
 * bogon: are the published AAAA records addresses that can be reached at all?  The worst class names
 * the reason; the subject is the address.  Classes are those of base/special.h.
 */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

#define REMOVE_EN "replace the AAAA record {} by a public IPv6 address, or remove it"
#define REMOVE_ZH "把 AAAA 记录 {} 换成公网 IPv6 地址，或删除该记录"
#define BAD(code, en, zh) {code, VERDICT_FAIL, en, zh, REMOVE_EN, REMOVE_ZH}

/* Worst first: the first rows are addresses that lead a visitor to another machine or network. */
static const struct reason reasons[] = {
	BAD("unspecified_loopback", "leads to the visitor's own machine", "指向访问者自己的主机"),
	BAD("mapped", "is an IPv4-mapped address, which is not for the wire", "是 IPv4 映射地址，不能用于网络传输"),
	BAD("compatible", "is an IPv4-compatible address, deprecated by RFC 4291",
	    "是 IPv4 兼容地址，已被 RFC 4291 废弃"),
	BAD("linklocal", "is a link-local address, valid on one cable only", "是链路本地地址，仅在本链路有效"),
	BAD("ula", "is a unique local address, private to a network", "是唯一本地地址（ULA），仅限内网使用"),
	BAD("multicast", "is a multicast address", "是组播地址"),
	BAD("nat64", "is an IPv4 address behind a translator's prefix", "是转换前缀（NAT64）中的地址"),
	BAD("6to4", "is a 6to4 address; its relays are gone (RFC 7526)", "是 6to4 地址，其中继已停用（RFC 7526）"),
	BAD("teredo", "is a Teredo address, a tunnel of a single host", "是 Teredo 隧道地址"),
	BAD("documentation", "is an address for examples (RFC 3849, RFC 9637)",
	    "是文档示例地址（RFC 3849、RFC 9637）"),
	BAD("other_special", "lies in a special-purpose prefix", "位于特殊用途前缀内"),
	{"ok", VERDICT_PASS, "every AAAA record is a public address", "所有 AAAA 记录均为公网地址", "", ""},
	{"no_aaaa", VERDICT_NA, "there is no AAAA record", "没有 AAAA 记录", "", ""},
	REASONS_DNS,
	{0},
};

static const char *code_of(const char *class_)
{
	if (!strcmp(class_, "unspecified") || !strcmp(class_, "loopback"))
		return "unspecified_loopback";
	if (!strcmp(class_, "nat64_local"))
		return "nat64";
	if (!strcmp(class_, "site_local"))
		return "linklocal";
	for (const struct reason *r = reasons; r->verdict == VERDICT_FAIL; r++)
		if (!strcmp(r->code, class_))
			return r->code;
	return "other_special";
}

/* Keeps the worse of what was found so far and the bogons of this host. */
static void worst(const struct site *s, const struct host *h, struct finding *f)
{
	for (size_t i = 0; i < h->n_bogon; i++) {
		const char *code = code_of(site_bogon(s, &h->bogon[i]));
		char text[ADDR_TEXT_MAX];

		if (f->reason && f->reason <= check_reason(f->check, code))
			continue;
		finding_set(f, code);
		snprintf(f->subject, sizeof(f->subject), "%s", addr_text(&h->bogon[i], text));
	}
}

static void judge(const struct site *s, struct finding *f)
{
	char name[NAME_MAX_B];
	struct host apex = site_host(s, s->domain), www;
	const char *code = host_code(s, &apex);

	target_host(s, "www", name);
	www = site_host(s, name);
	detail_host(f->detail, &apex);
	detail_host(f->detail, &www);
	worst(s, &apex, f);
	worst(s, &www, f);
	if (f->reason)
		return;
	snprintf(f->subject, sizeof(f->subject), "%s", s->domain);
	if (apex.n_good || www.n_good)
		finding_set(f, "ok");
	else
		finding_set(f, code_unknown(code) ? code : "no_aaaa");
}

const struct check check_bogon = {
	.id = "bogon",
	.title_en = "Addresses are public",
	.title_zh = "地址为公网地址",
	.rung = "dns",
	.source = "IANA special-purpose registries; RFC 6890",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
