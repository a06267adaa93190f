/* links2: do the internal pages of the second level come over IPv6?  See check/link_rules.h. */
#include "check/link_rules.h"

static const struct reason reasons[] = {LINK_REASONS};

static void judge(const struct site *s, struct finding *f)
{
	link_judge(s, f, 2);
}

const struct check check_links2 = {
	.id = "links2",
	.title_en = "Internal links of the second level",
	.title_zh = "二级内链的 IPv6 支持",
	.rung = "parity",
	.source = "CAC evaluation of sites (2024), item 6; robots.txt as in RFC 9309",
	.method = "1",
	.rounds = 3,
	.reasons = reasons,
	.judge = judge,
};
