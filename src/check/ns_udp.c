/* ns_udp: do the zone's servers answer with authority over IPv6 by UDP, at every IPv6 address? */
#include "check/check.h"

#include <stdio.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "every IPv6 address of the name servers answers with authority by UDP",
	 "权威域名服务器的每个 IPv6 地址均能经 UDP 给出权威应答", "", ""},
	{"some", VERDICT_PARTIAL, "some IPv6 addresses of the name servers do not answer by UDP",
	 "部分权威域名服务器的 IPv6 地址不能经 UDP 正常应答",
	 "make {} answer for the zone over IPv6 UDP port 53",
	 "使 {} 能在 IPv6 UDP 53 端口应答该区"},
	{"v6_no_answer", VERDICT_FAIL, "no name server answers over IPv6 by UDP",
	 "没有权威域名服务器能经 IPv6 UDP 应答",
	 "let {} listen on its IPv6 address and open UDP port 53 in the firewall",
	 "让 {} 监听其 IPv6 地址，并在防火墙放行 UDP 53 端口"},
	{"v6_lame", VERDICT_FAIL, "the name servers answer over IPv6 without authority for the zone",
	 "权威域名服务器经 IPv6 应答，但对该区无权威",
	 "load the zone on {}, or take its AAAA record away", "在 {} 上加载该区，或删除其 AAAA 记录"},
	{"no_ns_aaaa", VERDICT_NA, "no name server has a usable IPv6 address",
	 "权威域名服务器没有可用的 IPv6 地址", "", ""},
	REASON_NO_V6,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

static void judge(const struct site *s, struct finding *f)
{
	enum answer a;
	const struct obs *zone = site_zone(s, &a);
	struct reach r = zone_reach(s, zone, VIA_AUTH_UDP, f->detail);

	finding_set(f, zone_reach_code(s, zone, a, &r, "v6_no_answer"));
	snprintf(f->subject, sizeof(f->subject), "%s", r.fault[0] ? r.fault : s->domain);
}

const struct check check_ns_udp = {
	.id = "ns_udp",
	.title_en = "Name servers answer over IPv6 (UDP)",
	.title_zh = "权威域名服务器经 IPv6 UDP 应答",
	.rung = "ns",
	.source = "RFC 10001",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
