/* cname_chain: where the site's names are CNAMEs (a CDN, a cloud), can the zones that they lead to be resolved
 * over IPv6 alone? */
#include "check/chain.h"

#include <stdio.h>
#include <string.h>

static const struct reason reasons[] = {
	{"no_cname", VERDICT_NA, "the site's names lead to no other zone by CNAME", "站点名称没有指向其他区的 CNAME", "", ""},
	REASON_RESOLVER,
	REASONS_CHAIN,
	{0},
};

static bool worse(const char *a, const char *b)
{
	static const int ranks[] = {[CHAIN_NA] = 0, [CHAIN_GOOD] = 1, [CHAIN_FAULTY] = 2, [CHAIN_UNKNOWN] = 3,
				    [CHAIN_BROKEN] = 4};

	return !b || ranks[chain_class(a)] > ranks[chain_class(b)];
}

/* The code for a name of which nobody could tell where it leads, or NULL: one answer tells. */
static const char *unknown_names(const struct site *s)
{
	static const char *const targets[] = {"apex", "www"};
	char name[NAME_MAX_B];

	for (int i = 0; i < 2; i++) {
		const char *v6, *v4;

		target_host(s, targets[i], name);
		v6 = answer_unknown(s, answer_of(site_ask(s, name, "AAAA")));
		v4 = answer_unknown(s, answer_of(site_ask(s, name, "A")));
		if (v6 && v4)
			return v6;
	}
	return NULL;
}

static void judge(const struct site *s, struct finding *f)
{
	char target[NAME_MAX_B];
	struct chain worst = {0};

	snprintf(f->subject, sizeof(f->subject), "%s", s->domain);
	for (int i = 0; chain_cname(s, i, target); i++) {
		struct chain c = chain_of(s, target, f->detail);

		if (worse(c.code, worst.code))
			worst = c;
	}
	if (!worst.code)
		worst.code = unknown_names(s);
	finding_set(f, worst.code ? worst.code : "no_cname");
	if (worst.subject[0])
		snprintf(f->subject, sizeof(f->subject), "%s", worst.subject);
}

const struct check check_cname_chain = {
	.id = "cname_chain",
	.title_en = "CNAME zones resolve over IPv6 alone",
	.title_zh = "仅用 IPv6 即可解析 CNAME 所指向的区",
	.rung = "ns",
	.source = "RFC 10001; BCP 91",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
