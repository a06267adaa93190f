/* plan: see plan.h. */
#include "lab/plan.h"

#include <assert.h>
#include <string.h>

const struct node nodes[NODE_COUNT] = {
	[NODE_CORE] = {"core", NODE_V4 | NODE_V6, NODE_RESOLVER, "the router between all",
		       "连接各节点的路由器"},
	[NODE_DNS] = {"dns", NODE_V4 | NODE_V6, NODE_RESOLVER,
		      "root, registry and name servers (NSD, labdns)",
		      "根、注册局与权威域名服务器（NSD、labdns）"},
	[NODE_WEB] = {"web", NODE_V4 | NODE_V6, NODE_RESOLVER, "web servers (nginx)",
		      "网站服务器（nginx）"},
	[NODE_MAIL] = {"mail", NODE_V4 | NODE_V6, NODE_RESOLVER, "mail hosts (labsmtp)",
		       "邮件服务器（labsmtp）"},
	[NODE_RESOLVER] = {"resolver", NODE_V4 | NODE_V6, NODE_RESOLVER,
			   "recursive resolver (Unbound)", "递归解析器（Unbound）"},
	[NODE_OBSERVER] = {"observer", NODE_V4 | NODE_V6, NODE_RESOLVER,
			   "where the census runs, both families", "普查所在主机，双栈"},
	[NODE_NAT64] = {"nat64", NODE_V4 | NODE_V6, NODE_RESOLVER,
			"NAT64 (tayga) and DNS64 (Unbound)", "NAT64（tayga）与 DNS64（Unbound）"},
	[NODE_DUAL] = {"dual", NODE_V4 | NODE_V6, NODE_RESOLVER, "client with both families",
		       "双栈客户端"},
	[NODE_V4ONLY] = {"v4only", NODE_V4, NODE_RESOLVER, "client with IPv4 only",
			 "纯 IPv4 客户端"},
	[NODE_V6ONLY] = {"v6only", NODE_V6, NODE_RESOLVER, "client with IPv6 only",
			 "纯 IPv6 客户端"},
	[NODE_V6NAT64] = {"v6nat64", NODE_V6, NODE_NAT64, "IPv6-only client with NAT64 and DNS64",
			  "经 NAT64/DNS64 的纯 IPv6 客户端"},
	[NODE_WIRE] = {"wire", 0, NODE_RESOLVER, "the long way to dns, web and mail (labwire)",
		       "通往 dns、web 与 mail 的长途线路（labwire）"},
};

enum node_id node_find(const char *name)
{
	for (enum node_id i = 0; i < NODE_COUNT; i++)
		if (!strcmp(nodes[i].name, name))
			return i;
	return NODE_COUNT;
}

/* Decimal digits as hexadecimal ones: 53 gives 0x53, so that addresses read like ports. */
static unsigned digits(unsigned n)
{
	return n < 10 ? n : digits(n / 10) * 16 + n % 10;
}

static struct addr v6(unsigned a, unsigned b, unsigned c, unsigned d, unsigned last)
{
	const unsigned group[8] = {a, b, c, d, 0, 0, 0, last};
	uint8_t byte[16];

	for (int i = 0; i < 8; i++) {
		byte[2 * i] = (uint8_t)(group[i] >> 8);
		byte[2 * i + 1] = (uint8_t)group[i];
	}
	return addr_v6(byte);
}

static struct addr v4(unsigned b, unsigned c, unsigned d)
{
	return addr_v4(198u << 24 | b << 16 | c << 8 | d);
}

static struct addr link_addr(enum node_id id, int family, unsigned host)
{
	return family == 4 ? v4(18, id, host) : v6(0x3fff, 0, 0, digits(id), host);
}

struct addr node_addr(enum node_id id, int family)
{
	return link_addr(id, family, 2);
}

struct addr node_gateway(enum node_id id, int family)
{
	return link_addr(id, family, 1);
}

struct addr infra_addr(unsigned n, int family)
{
	return family == 4 ? v4(18, 53, n) : v6(0x3fff, 0x53, digits(n), 0, 0x53);
}

struct addr site_addr(unsigned number, enum site_host host, int family)
{
	return family == 4 ? v4(19, number, host)
			   : v6(0x3fff, 0x100, digits(number), 0, digits(host));
}

struct prefix lab_prefix(const char *text)
{
	struct prefix p;
	bool good = prefix_parse(&p, text);

	assert(good);
	return p;
}
