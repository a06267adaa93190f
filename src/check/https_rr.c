/* https_rr: does the HTTPS record of the domain know IPv6, and agree with the AAAA?  RFC 9460. */
#include "check/check.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "the HTTPS record leads to IPv6", "HTTPS 记录可引导至 IPv6", "", ""},
	{"no_https_rr", VERDICT_NA, "there is no HTTPS record", "没有 HTTPS 记录", "", ""},
	{"no_v6hint", VERDICT_PARTIAL, "the HTTPS record gives IPv4 only", "HTTPS 记录只给出 IPv4",
	 "add ipv6hint to the HTTPS record of {}, and an AAAA record to its target",
	 "在 {} 的 HTTPS 记录中加入 ipv6hint，并为其目标添加 AAAA 记录"},
	{"hint_differs", VERDICT_PARTIAL, "ipv6hint holds an address that no AAAA record has",
	 "ipv6hint 中的地址不在 AAAA 记录之列", "make ipv6hint and AAAA agree: {} stands in the hint only",
	 "使 ipv6hint 与 AAAA 一致：{} 只出现在 ipv6hint 中"},
	{"no_such_domain", VERDICT_NA, "the domain does not exist", "该域名不存在", "", ""},
	REASONS_DNS,
	{0},
};

struct seen {
	bool hint4, hint6, target_v6, differs;
	char odd[ADDR_TEXT_MAX];
};

static bool has_address(const struct host *h, const struct addr *a)
{
	for (size_t i = 0; i < h->n_good; i++)
		if (!addr_cmp(&h->good[i], a))
			return true;
	for (size_t i = 0; i < h->n_bogon; i++)
		if (!addr_cmp(&h->bogon[i], a))
			return true;
	return false;
}

/* "ipv6hint=2001:db8::1,2001:db8::2" up to the next blank */
static void read_hints(const char *hint, const struct host *h, struct seen *seen)
{
	const char *s = hint + strlen("ipv6hint=");

	while (*s && *s != ' ') {
		char text[ADDR_TEXT_MAX];
		size_t n = strcspn(s, ", ");
		struct addr a;

		snprintf(text, sizeof(text), "%.*s", (int)n, s);
		if (addr_parse(&a, text) && h->aaaa == ANSWER_HAS && !has_address(h, &a)) {
			seen->differs = true;
			memcpy(seen->odd, text, sizeof(text));
		}
		s += n + (s[n] == ',');
	}
	seen->hint6 = true;
}

/* One record: "1 . alpn=h2 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1" */
static void read_record(const struct site *s, const char *line, struct seen *seen)
{
	char name[NAME_MAX_B];
	const char *target = strchr(line, ' '), *hint;
	struct host h;

	if (!target)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(target + 1, " "), target + 1);
	h = site_host(s, strcmp(name, ".") ? name : s->domain);
	seen->target_v6 |= host_usable(&h);
	seen->hint4 |= strstr(line, " ipv4hint=") != NULL;
	hint = strstr(line, " ipv6hint=");
	if (hint)
		read_hints(hint + 1, &h, seen);
}

static void judge(const struct site *s, struct finding *f)
{
	const struct obs *o = site_ask(s, s->domain, "HTTPS");
	enum answer a = answer_of(o);
	const char *code = answer_unknown(s, a), *at = NULL;
	struct seen seen = {0};
	char line[1024];

	snprintf(f->subject, sizeof(f->subject), "%s", s->domain);
	if (!code)
		code = a == ANSWER_NXDOMAIN && !dns_of(o)->cname ? "no_such_domain" : "no_https_rr";
	if (a != ANSWER_HAS) {
		finding_set(f, code);
		return;
	}
	while (dns_data_next(dns_of(o), &at, line, sizeof(line)))
		read_record(s, line, &seen);
	json_put_text(f->detail, "https", dns_of(o)->data);
	if (seen.differs)
		snprintf(f->subject, sizeof(f->subject), "%s", seen.odd);
	code = seen.differs ? "hint_differs" : seen.hint6 || seen.target_v6 ? "ok" : "no_v6hint";
	finding_set(f, code);
}

const struct check check_https_rr = {
	.id = "https_rr",
	.title_en = "HTTPS record knows IPv6",
	.title_zh = "HTTPS 记录含 IPv6",
	.rung = "dns",
	.source = "RFC 9460",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
