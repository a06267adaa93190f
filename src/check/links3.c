/* links3: do the internal pages of the third level come over IPv6?  See check/link_rules.h. */
#include "check/link_rules.h"

static const struct reason reasons[] = {LINK_REASONS};

static void judge(const struct site *s, struct finding *f)
{
	link_judge(s, f, 3);
}

const struct check check_links3 = {
	.id = "links3",
	.title_en = "Internal links of the third level",
	.title_zh = "三级内链的 IPv6 支持",
	.rung = "parity",
	.source = "CAC evaluation of sites (2024), item 7; robots.txt as in RFC 9309",
	.method = "1",
	.rounds = 3,
	.reasons = reasons,
	.judge = judge,
};
