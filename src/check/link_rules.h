/*
 * link_rules: when does a linked page count as supported (field.md 3.1), and what do the links of one level
 * amount to?  Shared by who looks (source/visit_links.c) and who judges.  All pure.
 *
 *	ok4   the chain of redirects ended over IPv4 in a status below 400
 *	ok6   the same over IPv6, all of it over IPv6; or in the status of IPv4 when that is 400 or more
 *	R     of those that work over either family, the share that works over IPv6
 *
 * A page that is dead on both families counts nowhere, nor does one of which we do not know.
 */
#ifndef CHECK_LINK_RULES_H
#define CHECK_LINK_RULES_H

#include "check/check.h"

/* Sets ok4 and ok6 from status and why. */
void link_decide(struct link_row *r);

struct link_sum {
	size_t seen, ok6, either, dead, refused, unknown; /* pages; refused: by robots.txt */
	size_t hosts, hosts6;	/* of those that work over either family: hosts; those of which all work over IPv6 */
	const char *unknown_why; /* of the first unknown one */
};
/* The pages of one level, internal or not. */
struct link_sum link_sum(const struct site *s, int64_t level, bool internal);

/* The row of level 1, or NULL: links were not followed. */
const struct link_row *link_home(const struct site *s);

/* The judge of levels 2 and 3. */
void link_judge(const struct site *s, struct finding *f, int64_t level);

#define LINK_REASONS                                                                               \
	{"ok", VERDICT_PASS, "every linked page that was looked at comes over IPv6",               \
	 "抽查的链接页面均可经 IPv6 访问", "", ""},                                                \
	{"some", VERDICT_PARTIAL, "some linked pages do not come over IPv6",                       \
	 "部分链接页面无法经 IPv6 访问",                                                           \
	 "make {} answer over IPv6 as over IPv4: its repair gains most",                           \
	 "使 {} 经 IPv6 的应答与 IPv4 一致；修复该主机收益最大"},                                  \
	{"none", VERDICT_FAIL, "no linked page comes over IPv6", "链接页面均无法经 IPv6 访问",     \
	 "make {} answer over IPv6 as over IPv4: its repair gains most",                           \
	 "使 {} 经 IPv6 的应答与 IPv4 一致；修复该主机收益最大"},                                  \
	{"no_links", VERDICT_NA, "there are no internal links at this level", "该级没有内部链接",  \
	 "", ""},                                                                                  \
	{"all_dead", VERDICT_NA, "no linked page works over either family",                        \
	 "链接页面在两个协议族上均无法访问", "", ""},                                              \
	{"refused", VERDICT_NA, "robots.txt refuses all pages of the sample",                      \
	 "robots.txt 禁止访问全部抽样页面", "", ""},                                               \
	{"not_asked", VERDICT_NA, "links are followed only on request (--links)",                  \
	 "仅在指定 --links 时探测链接", "", ""},                                                   \
	{"no_page", VERDICT_NA, "there is no home page to take links from",                        \
	 "没有可供提取链接的首页", "", ""},                                                        \
	{"cut", VERDICT_UNKNOWN,                                                                   \
	 "what was looked at works, but a page named more links than are read",                    \
	 "已探测的链接均可用，但页面链接超出读取上限", "", ""},                                    \
	{"unread", VERDICT_UNKNOWN, "linked pages could not be looked at, or not to the end",      \
	 "链接页面未能探测或未能探测完", "look again in the next round", "下一轮再次探测"},        \
	REASON_NO_V6, REASON_NO_V4, REASON_TIMEOUT_ONCE, REASONS_DNS, {0}

#endif
