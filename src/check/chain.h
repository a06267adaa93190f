/*
 * chain: can a zone be resolved over IPv6 alone, from the root on (RFC 10001, BCP 91; RFC 9471 for glue)?  Pure,
 * out of the rows of kind zone (check/evidence.h).
 *
 * A zone is resolvable when every zone above it is, and at least one of its name servers, better two,
 *	has an AAAA record where its name lives, not a special address;
 *	can be found: with AAAA glue in the delegation when its name is inside the zone, with glue or by a zone
 *	that is resolvable itself when it is not;
 *	answers with authority over IPv6, by UDP and by TCP, without fragments.
 *
 * Codes: ok2 ok1, v6_frag v4v6_differ (resolvable, with a fault), no_ns_aaaa glue_missing child_aaaa_missing
 * sibling_unresolvable parent_unresolvable v6_lame v6_no_tcp (not resolvable; of several faults the one that is
 * nearest to working), no_such_domain, and the unknown ones: not_looked observer_no_v6 observer_no_v4 timeout_once dns_timeout
 * dns_servfail limit denied.
 */
#ifndef CHECK_CHAIN_H
#define CHECK_CHAIN_H

#include "check/check.h"

struct chain {
	const char *code;
	char zone[NAME_MAX_B];	  /* that holds the name; "" when it is not known */
	char subject[NAME_MAX_B]; /* a server, an address or a zone: who must act */
};

/* Of the zone that holds this name.  Writes the servers' states and those of the zones above into detail, under
 * the zone's name. */
struct chain chain_of(const struct site *s, const char *name, struct json *detail);

/* The zones that chain_of would have to know of and that nobody has looked at yet. */
void chain_wants(const struct site *s, const char *name, void (*want)(void *ctx, const char *name), void *ctx);
/* The names outside the site's domain that its CNAMEs lead to, numbered from 0; false when there is none of this
 * number. */
bool chain_cname(const struct site *s, int number, char name[static NAME_MAX_B]);

enum chain_class { CHAIN_GOOD, CHAIN_FAULTY, CHAIN_BROKEN, CHAIN_UNKNOWN, CHAIN_NA };
enum chain_class chain_class(const char *code);

/* The rows that all checks of chains share. */
#define REASONS_CHAIN                                                                              \
	{"ok2", VERDICT_PASS, "resolvable over IPv6 alone from the root, by two name servers or more", \
	 "仅用 IPv6 即可从根解析，且至少有两台权威服务器可用", "", ""},                                  \
	{"ok1", VERDICT_PARTIAL, "resolvable over IPv6 alone, but by one name server only",        \
	 "仅用 IPv6 可以解析，但只有一台权威服务器可用",                                            \
	 "give the zone a second name server that works over IPv6 (beside {})",                    \
	 "为该区再配置一台可经 IPv6 访问的权威服务器（目前仅 {} 可用）"},                            \
	{"v6_frag", VERDICT_PARTIAL, "large answers come over IPv6 in fragments, which many networks drop", \
	 "较大的应答经 IPv6 时被分片，许多网络会丢弃分片",                                          \
	 "have {} keep UDP answers within 1232 bytes", "将 {} 的 UDP 应答上限设为 1232 字节"},       \
	{"v4v6_differ", VERDICT_PARTIAL, "the zone is not the same over IPv4 and IPv6",            \
	 "经 IPv4 与 IPv6 得到的区数据不一致",                                                      \
	 "make {} serve the same version and the same NS records on both families",                \
	 "使 {} 在两个协议族上提供相同版本和相同 NS 记录的区数据"},                                   \
	{"no_ns_aaaa", VERDICT_FAIL, "no name server of the zone has an IPv6 address",             \
	 "该区没有任何权威服务器具有 IPv6 地址",                                                    \
	 "the operator of {} must add an AAAA record for it", "由 {} 的运营者为其添加 AAAA 记录"},   \
	{"glue_missing", VERDICT_FAIL, "the delegation lacks the AAAA glue of a name server inside the zone", \
	 "上级区的授权中缺少区内权威服务器的 AAAA 胶水记录",                                        \
	 "register the IPv6 address of {} at the registry (AAAA glue)",                            \
	 "在注册局为 {} 登记 IPv6 地址（AAAA 胶水记录）"},                                           \
	{"child_aaaa_missing", VERDICT_FAIL, "the delegation has AAAA glue that the zone itself does not confirm", \
	 "授权中有 AAAA 胶水记录，但区内没有相应的 AAAA 记录",                                      \
	 "add an AAAA record for {} in the zone itself", "在该区内为 {} 添加 AAAA 记录"},            \
	{"sibling_unresolvable", VERDICT_FAIL, "the name servers stand in zones that IPv6 alone cannot resolve", \
	 "权威服务器的名称位于仅用 IPv6 无法解析的区中",                                            \
	 "the operator of {} must make the zone of that name resolvable over IPv6",                \
	 "由 {} 的运营者使该名称所在的区可经 IPv6 解析"},                                            \
	{"parent_unresolvable", VERDICT_FAIL, "a zone above cannot be resolved over IPv6 alone",   \
	 "上级区仅用 IPv6 无法解析", "the operator of the zone {} must repair its IPv6 servers",     \
	 "由 {} 区的运营者修复其 IPv6 权威服务"},                                                    \
	{"v6_lame", VERDICT_FAIL, "the name servers give no answer with authority over IPv6",      \
	 "权威服务器经 IPv6 不给出权威应答", "have {} serve the zone over IPv6 (UDP port 53)",       \
	 "使 {} 经 IPv6（UDP 53 端口）提供该区的权威应答"},                                          \
	{"v6_no_tcp", VERDICT_FAIL, "the name servers do not answer by TCP over IPv6",             \
	 "权威服务器经 IPv6 不支持 TCP 查询", "open TCP port 53 of {} over IPv6 (RFC 9210)",         \
	 "开放 {} 的 IPv6 TCP 53 端口（RFC 9210）"},                                                \
	{"no_such_domain", VERDICT_NA, "the domain does not exist", "该域名不存在", "", ""},        \
	{"not_looked", VERDICT_UNKNOWN, "the chain of zones was not looked at in this round",      \
	 "本轮未探测 DNS 链路", "set dns.chain = yes", "设置 dns.chain = yes"},                      \
	{"timeout_once", VERDICT_UNKNOWN, "a name server was silent once, which proves nothing",   \
	 "权威服务器仅一次无应答，尚未复测", "look again in the next round", "下一轮再次探测"},       \
	REASON_NO_V6, REASON_NO_V4, REASON_DNS_TIMEOUT, REASON_DNS_SERVFAIL, REASON_LIMIT, REASON_DENIED

#endif
