/* dns_chain: can the site's zone be resolved over IPv6 alone, from the root on? */
#include "check/chain.h"

#include <stdio.h>

static const struct reason reasons[] = {
	REASONS_CHAIN,
	{0},
};

static void judge(const struct site *s, struct finding *f)
{
	struct chain c = chain_of(s, s->domain, f->detail);

	finding_set(f, c.code);
	snprintf(f->subject, sizeof(f->subject), "%s", c.subject);
}

const struct check check_dns_chain = {
	.id = "dns_chain",
	.title_en = "The zone resolves over IPv6 alone",
	.title_zh = "仅用 IPv6 即可完成域名解析",
	.rung = "ns",
	.source = "RFC 10001; BCP 91; RFC 9471; RFC 9210",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
