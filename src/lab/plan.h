/*
 * plan: who has which address in the laboratory.
 *
 * IPv6 comes from 3fff::/20 (documentation, RFC 9637), IPv4 from 198.18.0.0/15 (benchmarks,
 * RFC 2544), so nothing here can be mistaken for, or reach, a real network.
 *
 *	3fff:0:0:N::/64	 198.18.N.0/24	the link of node N: core is ::1, the node is ::2
 *	3fff:53:N::53	 198.18.53.N	infrastructure of the DNS: root, registry, hosting servers
 *	3fff:64:64::/96	 198.18.64.0/24	NAT64: its prefix and its IPv4 pool
 *	3fff:100:K::/48	 198.19.K.0/24	the network of site K: web ::80, mail ::25, name servers ::53, ::54
 */
#ifndef LAB_PLAN_H
#define LAB_PLAN_H

#include "base/addr.h"

#include <stdbool.h>

enum node_id {
	NODE_CORE,
	NODE_DNS,
	NODE_WEB,
	NODE_MAIL,
	NODE_RESOLVER,
	NODE_OBSERVER,
	NODE_NAT64,
	NODE_DUAL,
	NODE_V4ONLY,
	NODE_V6ONLY,
	NODE_V6NAT64,
	NODE_WIRE,
	NODE_COUNT
};

enum { NODE_V4 = 1, NODE_V6 = 2 };

struct node {
	const char *name;
	unsigned families; /* NODE_V4 | NODE_V6 */
	enum node_id resolver;
	const char *en, *zh;
};
extern const struct node nodes[NODE_COUNT];

/* The node of this name, or NODE_COUNT. */
enum node_id node_find(const char *name);
/* Address of the node on its link, and of core on it. */
struct addr node_addr(enum node_id id, int family);
struct addr node_gateway(enum node_id id, int family);

/* Servers of the DNS infrastructure, by the N of their addresses. */
enum infra {
	INFRA_ROOT = 1,
	INFRA_REGISTRY = 2,
	INFRA_NS = 11,	   /* ns1, ns2: both families */
	INFRA_V4NS = 13,   /* v4ns1, v4ns2 */
	INFRA_V6NS = 15,   /* v6ns1, v6ns2 */
	INFRA_BOGONNS = 17 /* IPv4 as it should be, IPv6 unusable */
};
struct addr infra_addr(unsigned n, int family);

enum site_host { HOST_MAIL = 25, HOST_NS = 53, HOST_NS2 = 54, HOST_WEB = 80 };
/* 3fff:100:K::80: the digits of host are written as they look in decimal. */
struct addr site_addr(unsigned number, enum site_host host, int family);

/* Parsed at compile-time-known correct text; ends the process if it is not. */
struct prefix lab_prefix(const char *text);

#define LAB_V6 "3fff::/20"
#define LAB_V4 "198.18.0.0/15"
#define LAB_SITES_V6 "3fff:100::/32"
#define LAB_SITES_V4 "198.19.0.0/16"
#define LAB_INFRA_V6 "3fff:53::/32"
#define LAB_INFRA_V4 "198.18.53.0/24"
#define LAB_NAT64_V6 "3fff:64:64::/96"
#define LAB_NAT64_V4 "198.18.64.0/24"

#endif
