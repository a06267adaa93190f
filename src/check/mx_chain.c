/* mx_chain: can the zones of the domain's mail hosts be resolved over IPv6 alone? */
#include "check/chain.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"some", VERDICT_PARTIAL, "some mail hosts stand in zones that IPv6 alone cannot resolve",
	 "部分邮件主机所在的区仅用 IPv6 无法解析", "repair the IPv6 name service of {}",
	 "修复 {} 的 IPv6 域名服务"},
	{"null_mx", VERDICT_NA, "the domain takes no mail (null MX)", "该域名声明不接收邮件（null MX）", "", ""},
	{"no_mx", VERDICT_NA, "there is no MX record", "没有 MX 记录", "", ""},
	REASON_RESOLVER,
	REASONS_CHAIN,
	{0},
};

/* The worst counts, but one that works makes it "some". */
struct worst {
	struct chain chain;
	bool any_works;
	const char *unknown; /* of one that may work */
};

static int rank(const char *code)
{
	static const int ranks[] = {[CHAIN_GOOD] = 0, [CHAIN_NA] = 1, [CHAIN_FAULTY] = 2, [CHAIN_UNKNOWN] = 3,
				    [CHAIN_BROKEN] = 4};

	return ranks[chain_class(code)];
}

static void add(struct worst *w, struct chain c)
{
	enum chain_class class = chain_class(c.code);

	w->any_works |= class == CHAIN_GOOD || class == CHAIN_FAULTY;
	w->unknown = class == CHAIN_UNKNOWN ? c.code : w->unknown;
	if (!w->chain.code || rank(c.code) > rank(w->chain.code))
		w->chain = c;
}

/* All are broken, or some, or who knows. */
static const char *code_of(const struct worst *w)
{
	if (chain_class(w->chain.code) != CHAIN_BROKEN)
		return w->chain.code;
	if (w->any_works)
		return "some";
	return w->unknown ? w->unknown : w->chain.code;
}

static void judge(const struct site *s, struct finding *f)
{
	const struct obs *mx;
	const char *code, *at = NULL;
	char name[NAME_MAX_B];
	struct worst w = {0};
	int kept;

	snprintf(f->subject, sizeof(f->subject), "%s", s->domain);
	if (site_mx(s, &mx, &code) != MX_HOSTS) {
		finding_set(f, code);
		return;
	}
	kept = row_names_kept(dns_of(mx), LIMIT_DNS_MX_KEPT, f->detail);
	for (int i = 0; i < kept && row_name(dns_of(mx), &at, name); i++)
		add(&w, chain_of(s, name, f->detail));
	if (!w.chain.code)
		w.chain.code = "limit";
	finding_set(f, code_of(&w));
	snprintf(f->subject, sizeof(f->subject), "%s", w.chain.subject);
}

const struct check check_mx_chain = {
	.id = "mx_chain",
	.title_en = "Mail zones resolve over IPv6 alone",
	.title_zh = "仅用 IPv6 即可解析邮件主机所在的区",
	.rung = "mail",
	.source = "RFC 10001; BCP 91",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
