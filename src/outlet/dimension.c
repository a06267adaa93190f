/* dimension: see dimension.h. */
#include "outlet/dimension.h"

#include "outlet/terms.h"

#include <stdio.h>

const struct dimension dimension_list[] = {
	{"network", "routes and the networks that announce IPv6 (not in this version)",
	 "路由与宣告 IPv6 的网络（本版本尚未提供）", ""},
	{"application", "how far the sites of a list work over IPv6",
	 "名单内网站的 IPv6 支持情况", "sextant census PORTFOLIO.csv"},
	{"terminal", "how capable terminals are (not in this version)",
	 "终端的 IPv6 能力（本版本尚未提供）", ""},
	{"user", "active IPv6 users (not in this version)",
	 "IPv6 活跃用户（本版本尚未提供）", ""},
	{"traffic", "share of traffic over IPv6 (not in this version)",
	 "IPv6 流量占比（本版本尚未提供）", ""},
	{"foundation", "allocations of the five registries",
	 "五大注册机构的地址分配", "sextant ingest rir FILE…"},
	{"security", "whether IPv6 is as safe as IPv4 on the same sites",
	 "同一网站 IPv6 与 IPv4 的安全一致性", "sextant census PORTFOLIO.csv"},
	{0},
};

const char *dimension_title(const struct dimension *d, bool zh)
{
	char key[64];

	snprintf(key, sizeof(key), "dimension.%s", d->id);
	return term(key, zh);
}
