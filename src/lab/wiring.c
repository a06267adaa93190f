/*
 * wiring: see wiring.h.  A star: every node but core has one link, called eth0; core calls it NODE.
 * Between core and the servers' nodes that link is two, and lab/labwire.h carries from one to the other.
 */
#include "lab/wiring.h"

#include "lab/labnet.h"
#include "lab/labsmtp.h"
#include "lab/labwire.h"
#include "lab/zones.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TUN "nat64"

int wiring_enter(const struct wiring *w, enum node_id id, struct err *e)
{
	if (setns(w->ns[id], CLONE_NEWNET) == 0)
		return 0;
	return err_set(e, -errno, "cannot enter the namespace of %s: %s", nodes[id].name,
		       err_name(errno));
}

/* Duplicate address detection would cost seconds, rate limits would turn "no route" into silence. */
static int settings(enum node_id id, struct err *e)
{
	static const struct {
		const char *name, *value;
		bool router;
	} rows[] = {
		{"net.ipv6.conf.default.accept_dad", "0", false},
		{"net.ipv6.conf.default.accept_ra", "0", false},
		{"net.ipv6.icmp.ratelimit", "0", false},
		{"net.ipv4.icmp_ratelimit", "0", false},
		{"net.ipv4.ip_unprivileged_port_start", "0", false},
		{"net.ipv6.ip_nonlocal_bind", "1", false},
		{"net.ipv4.ip_nonlocal_bind", "1", false},
		{"net.ipv6.conf.all.forwarding", "1", true},
		{"net.ipv4.ip_forward", "1", true},
	};
	bool router = id == NODE_CORE || id == NODE_NAT64;

	if (id == NODE_WIRE) /* it carries what others say and says nothing itself */
		(void)labnet_sysctl("net.ipv6.conf.default.disable_ipv6", "1", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int code = rows[i].router && !router
				   ? 0
				   : labnet_sysctl(rows[i].name, rows[i].value, e);

		/* some kernels lack one or the other; only forwarding is indispensable */
		if (code && rows[i].router)
			return code;
	}
	return 0;
}

static int make_namespace(struct wiring *w, struct labnet *net, enum node_id id, struct err *e)
{
	if (unshare(CLONE_NEWNET) < 0)
		return err_set(e, -errno, "cannot make a network namespace: %s", err_name(errno));
	w->ns[id] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (w->ns[id] < 0)
		return err_set(e, -errno, "cannot hold a network namespace: %s", err_name(errno));
	e->code = settings(id, e);
	if (e->code)
		return e->code;
	return labnet_open(&net[id], e) || labnet_up(&net[id], "lo", e) ? e->code : 0;
}

static int default_route(struct labnet *net, enum node_id id, int family, struct err *e)
{
	struct prefix all = {.addr.family = (uint8_t)family};
	struct labnet_hop by = {.kind = ROUTE_VIA, .gateway = node_gateway(id, family)};

	return labnet_route(net, &all, &by, e);
}

/* The link's two ends, plain where the wire takes frames off it. */
static int make_pair(struct wiring *w, struct labnet *from, enum node_id from_id, const char *name,
		     enum node_id to, const char *peer, bool plain, struct err *e)
{
	int code = labnet_veth(from, name, peer, w->ns[to], e);

	if (!code && plain)
		code = wiring_enter(w, from_id, e) || labnet_plain(name, e) || wiring_enter(w, to, e) ||
				       labnet_plain(peer, e)
			       ? e->code
			       : 0;
	return code;
}

static int make_wire(struct wiring *w, struct labnet *net, enum node_id id, struct err *e)
{
	const char *name = nodes[id].name;
	char near[16], far[16];

	snprintf(near, sizeof(near), "%s0", name);
	snprintf(far, sizeof(far), "%s1", name);
	return make_pair(w, &net[NODE_CORE], NODE_CORE, name, NODE_WIRE, near, true, e) ||
			       make_pair(w, &net[NODE_WIRE], NODE_WIRE, far, id, "eth0", true, e) ||
			       labnet_up(&net[NODE_WIRE], near, e) || labnet_up(&net[NODE_WIRE], far, e)
		       ? e->code
		       : 0;
}

static int make_link(struct wiring *w, struct labnet *net, enum node_id id, struct err *e)
{
	struct labnet *core = &net[NODE_CORE];
	const char *name = nodes[id].name;
	int code = labwire_node(id) ? make_wire(w, net, id, e)
				    : make_pair(w, core, NODE_CORE, name, id, "eth0", false, e);

	for (int family = 4; family <= 6 && !code; family += 2) {
		struct addr here = node_addr(id, family), there = node_gateway(id, family);
		unsigned len = family == 4 ? 24 : 64;

		if (!(nodes[id].families & (family == 4 ? NODE_V4 : NODE_V6)))
			continue;
		code = labnet_addr(core, name, &there, len, e) ||
				       labnet_addr(&net[id], "eth0", &here, len, e)
			       ? e->code
			       : 0;
	}
	if (!code)
		code = labnet_up(core, name, e) || labnet_up(&net[id], "eth0", e) ? e->code : 0;
	if (!code && nodes[id].families & NODE_V4)
		code = default_route(&net[id], id, 4, e);
	if (!code && nodes[id].families & NODE_V6)
		code = default_route(&net[id], id, 6, e);
	return code;
}

/* ---- routes ---- */

static int route_to(struct labnet *core, const struct prefix *to, enum node_id id, struct err *e)
{
	struct labnet_hop by = {.kind = ROUTE_VIA, .gateway = node_gateway(id, to->addr.family)};

	by.gateway = node_addr(id, to->addr.family);
	return labnet_route(core, to, &by, e);
}

static int local_routes(struct labnet *net, struct err *e)
{
	static const struct {
		enum node_id id;
		const char *prefix;
	} rows[] = {
		{NODE_WEB, LAB_SITES_V6},  {NODE_WEB, LAB_SITES_V4},  {NODE_MAIL, LAB_SITES_V6},
		{NODE_MAIL, LAB_SITES_V4}, {NODE_DNS, LAB_SITES_V6},  {NODE_DNS, LAB_SITES_V4},
		{NODE_DNS, LAB_INFRA_V6},  {NODE_DNS, LAB_INFRA_V4},
	};
	struct labnet_hop by = {.kind = ROUTE_LOCAL};
	int code = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && !code; i++) {
		struct prefix p = lab_prefix(rows[i].prefix);

		code = labnet_route(&net[rows[i].id], &p, &by, e);
	}
	return code;
}

static int core_routes(struct labnet *core, struct err *e)
{
	static const struct {
		const char *prefix;
		enum node_id id;
	} rows[] = {
		{LAB_SITES_V6, NODE_WEB}, {LAB_SITES_V4, NODE_WEB},   {LAB_INFRA_V6, NODE_DNS},
		{LAB_INFRA_V4, NODE_DNS}, {LAB_NAT64_V6, NODE_NAT64}, {LAB_NAT64_V4, NODE_NAT64},
	};
	int code = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && !code; i++) {
		struct prefix p = lab_prefix(rows[i].prefix);

		code = route_to(core, &p, rows[i].id, e);
	}
	return code;
}

static int host_route(struct labnet *core, const struct state *s, enum site_host host, int family,
		      enum node_id to, struct err *e)
{
	struct addr a = site_addr(s->number, host, family);
	struct prefix p = prefix_of(&a, addr_bits(&a));

	return route_to(core, &p, to, e);
}

static int no_route(struct labnet *core, const struct state *s, enum site_host host, struct err *e)
{
	struct labnet_hop by = {.kind = ROUTE_UNREACHABLE};
	struct addr a = site_addr(s->number, host, 6);
	struct prefix p = prefix_of(&a, 128);

	return labnet_route(core, &p, &by, e);
}

static int site_routes(struct labnet *core, const struct state *s, struct err *e)
{
	int code = 0;

	for (int family = 4; family <= 6 && !code; family += 2) {
		if (state_has_mail(s))
			code = host_route(core, s, HOST_MAIL, family, NODE_MAIL, e);
		if (!code && state_own_ns(s))
			code = host_route(core, s, HOST_NS, family, NODE_DNS, e) ||
					       host_route(core, s, HOST_NS2, family, NODE_DNS, e)
				       ? e->code
				       : 0;
	}
	if (!code && state_is(s, "v6", "noroute"))
		code = no_route(core, s, HOST_WEB, e);
	if (!code && state_is(s, "smtp6", "noroute"))
		code = no_route(core, s, HOST_MAIL, e);
	return code;
}

/* The translator's device and what goes through it. */
static int make_nat64(struct wiring *w, struct labnet *net, struct err *e)
{
	static const char *const prefixes[] = {LAB_NAT64_V6, LAB_NAT64_V4};
	struct labnet_hop by = {.kind = ROUTE_LINK, .link = TUN};
	int code;

	if (labnet_tun_allowed(NULL))
		return 0;
	code = wiring_enter(w, NODE_NAT64, e);
	if (!code)
		code = labnet_tun(TUN, e);
	if (!code)
		code = labnet_up(net, TUN, e);
	for (size_t i = 0; i < 2 && !code; i++) {
		struct prefix p = lab_prefix(prefixes[i]);

		code = labnet_route(net, &p, &by, e);
	}
	w->nat64 = !code;
	return code;
}

int wiring_make(struct wiring *w, const struct truth *t, struct err *e)
{
	struct labnet net[NODE_COUNT];
	int code = 0;

	w->nat64 = false;
	for (enum node_id id = 0; id < NODE_COUNT; id++) {
		w->ns[id] = -1;
		net[id].fd = -1;
	}
	for (enum node_id id = 0; id < NODE_COUNT && !code; id++)
		code = make_namespace(w, net, id, e);
	for (enum node_id id = NODE_CORE + 1; id < NODE_WIRE && !code; id++)
		code = make_link(w, net, id, e);
	if (!code)
		code = local_routes(net, e);
	if (!code)
		code = core_routes(&net[NODE_CORE], e);
	for (size_t i = 0; i < t->n_states && !code; i++)
		code = site_routes(&net[NODE_CORE], &t->states[i], e);
	if (!code)
		code = make_nat64(w, &net[NODE_NAT64], e);
	for (enum node_id id = 0; id < NODE_COUNT; id++)
		if (net[id].fd >= 0)
			labnet_close(&net[id]);
	return code;
}
