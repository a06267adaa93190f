/*
 * netlink: two dumps (addresses, routes), each asked again when the kernel says that it changed while
 * it was written.  Numbers are in host byte order; the bounded reader only cuts.
 */
#include "io/netlink.h"

#include "base/limits.h"
#include "base/rd.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { DATAGRAM_MAX = 65536, TRIES = 5, WAIT_S = 5, SHORTEST_V4 = 8, SHORTEST_V6 = 16 };

void own_done(struct own *o)
{
	vec_done(&o->local);
	vec_done(&o->on_link);
}

/* ---- reading ---- */

/* What we want to know of one message: attributes by number, values in place. */
struct attrs {
	struct rd dst, local, address, gateway, via, multipath;
	bool route;
};

static struct rd *attr_slot(struct attrs *a, unsigned type)
{
	if (a->route) {
		switch (type) {
		case RTA_DST: return &a->dst;
		case RTA_GATEWAY: return &a->gateway;
		case RTA_VIA: return &a->via;
		case RTA_MULTIPATH: return &a->multipath;
		default: return NULL;
		}
	}
	switch (type) {
	case IFA_LOCAL: return &a->local;
	case IFA_ADDRESS: return &a->address;
	default: return NULL;
	}
}

/* Moves past the zeros that bring the next record to a multiple of four. */
static void align(struct rd *r, size_t len)
{
	size_t pad = (4 - len % 4) % 4;

	rd_skip(r, pad < rd_left(r) ? pad : rd_left(r));
}

static bool read_attrs(struct rd *r, struct attrs *a)
{
	while (rd_ok(r) && rd_left(r) >= sizeof(struct rtattr)) {
		struct rtattr head;
		struct rd value, *slot;

		rd_copy(r, &head, sizeof(head));
		if (head.rta_len < sizeof(head))
			return false;
		value = rd_sub(r, head.rta_len - sizeof(head));
		slot = attr_slot(a, head.rta_type & NLA_TYPE_MASK);
		if (slot)
			*slot = value;
		align(r, head.rta_len);
	}
	return rd_ok(r);
}

static bool given(const struct rd *r)
{
	return r->base != NULL;
}

/* The address in an attribute of this family; one that is absent is all zeros. */
static bool take_addr(struct rd value, unsigned family, struct addr *a)
{
	*a = (struct addr){.family = family == AF_INET ? 4 : 6};
	return !given(&value) || (rd_left(&value) == addr_bits(a) / 8 &&
				  rd_copy(&value, a->byte, addr_bits(a) / 8));
}

static int add(struct own *out, bool local, const struct addr *a, unsigned len, struct err *e)
{
	if (out->local.n + out->on_link.n >= L_OWN_PREFIXES) {
		limit_hit(LIMIT_OWN_PREFIXES);
		return err_set(e, -E2BIG,
			       "this host has more than %d addresses and links; the guard cannot "
			       "hold them all, so nothing is probed",
			       L_OWN_PREFIXES);
	}
	if (local)
		*vec_push(&out->local) = prefix_of(a, len);
	else
		*vec_push(&out->on_link) = prefix_of(a, len);
	return 0;
}

static int damaged(struct err *e)
{
	return err_set(e, -EBADMSG, "the kernel's list of addresses and routes cannot be read");
}

static bool family_known(unsigned family)
{
	return family == AF_INET || family == AF_INET6;
}

static int read_address(struct rd *r, struct own *out, struct err *e)
{
	struct attrs a = {.route = false};
	struct ifaddrmsg head;
	struct addr own, peer;
	int code;

	rd_copy(r, &head, sizeof(head));
	if (!rd_ok(r) || !read_attrs(r, &a))
		return damaged(e);
	if (!family_known(head.ifa_family))
		return 0;
	if (!given(&a.local))
		a.local = a.address;
	if (!given(&a.local) || !take_addr(a.local, head.ifa_family, &own) ||
	    !take_addr(given(&a.address) ? a.address : a.local, head.ifa_family, &peer) ||
	    head.ifa_prefixlen > addr_bits(&own))
		return damaged(e);
	code = add(out, true, &own, addr_bits(&own), e);
	/* on a point-to-point link IFA_ADDRESS is the far end */
	return code ? code : add(out, false, &peer, head.ifa_prefixlen, e);
}

/* Has any of these next hops no gateway?  Each is a struct rtnexthop and its attributes. */
static bool hops_on_link(struct rd hops)
{
	bool found = false;

	while (rd_left(&hops) >= sizeof(struct rtnexthop)) {
		struct attrs a = {.route = true};
		struct rtnexthop head;
		struct rd inner;

		rd_copy(&hops, &head, sizeof(head));
		if (head.rtnh_len < sizeof(head))
			return true;
		inner = rd_sub(&hops, head.rtnh_len - sizeof(head));
		if (!read_attrs(&inner, &a))
			return true; /* cannot be read: taken for a link of ours */
		found |= !given(&a.gateway) && !given(&a.via);
		align(&hops, head.rtnh_len);
	}
	return found || !rd_ok(&hops);
}

static int read_route(struct rd *r, struct own *out, struct err *e)
{
	struct attrs a = {.route = true};
	struct rtmsg head;
	struct addr dst;
	bool local, on_link;

	rd_copy(r, &head, sizeof(head));
	if (!rd_ok(r) || !read_attrs(r, &a))
		return damaged(e);
	if (!family_known(head.rtm_family))
		return 0;
	if (!take_addr(a.dst, head.rtm_family, &dst) || head.rtm_dst_len > addr_bits(&dst))
		return damaged(e);
	local = head.rtm_type == RTN_LOCAL || head.rtm_type == RTN_ANYCAST ||
		head.rtm_type == RTN_BROADCAST;
	on_link = head.rtm_type == RTN_UNICAST &&
		  head.rtm_dst_len >= (dst.family == 4 ? SHORTEST_V4 : SHORTEST_V6) &&
		  (given(&a.multipath) ? hops_on_link(a.multipath)
				       : !given(&a.gateway) && !given(&a.via));
	if ((!local || head.rtm_dst_len == 0) && !on_link)
		return 0;
	return add(out, local, &dst, head.rtm_dst_len, e);
}

static int kernel_says(struct rd *r, struct err *e)
{
	int code = -EBADMSG;

	rd_copy(r, &code, sizeof(code));
	return err_set(e, code < 0 ? code : -EBADMSG,
		       "the kernel does not tell this host's addresses: %s", err_name(code));
}

int netlink_read(const void *data, size_t len, struct own *out, bool *done, struct err *e)
{
	struct rd r;
	int code = 0;

	rd_init(&r, data, len);
	while (!code && !*done && rd_left(&r) >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr head;
		struct rd body;

		rd_copy(&r, &head, sizeof(head));
		if (head.nlmsg_len < sizeof(head))
			return damaged(e);
		body = rd_sub(&r, head.nlmsg_len - sizeof(head));
		if (!rd_ok(&body))
			return damaged(e);
		if (head.nlmsg_flags & NLM_F_DUMP_INTR)
			return err_set(e, -EAGAIN, "this host's addresses change all the time");
		if (head.nlmsg_type == NLMSG_ERROR)
			return kernel_says(&body, e);
		if (head.nlmsg_type == NLMSG_DONE)
			*done = true;
		else if (head.nlmsg_type == RTM_NEWADDR)
			code = read_address(&body, out, e);
		else if (head.nlmsg_type == RTM_NEWROUTE)
			code = read_route(&body, out, e);
		align(&r, head.nlmsg_len);
	}
	return code;
}

/* ---- asking ---- */

static int open_socket(unsigned groups, int more_flags, struct err *e)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | more_flags, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int code = -errno;

		if (fd >= 0)
			close(fd);
		return err_set(e, code, "cannot ask the kernel for this host's addresses: %s",
			       err_name(code));
	}
	return fd;
}

static int ask(int fd, unsigned type, struct err *e)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg body; /* of both requests only the family is read: any */
	} ask = {.head = {.nlmsg_len = sizeof(ask),
			  .nlmsg_type = (uint16_t)type,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

	if (send(fd, &ask, sizeof(ask), 0) == (ssize_t)sizeof(ask))
		return 0;
	return err_set(e, -errno, "cannot ask the kernel for this host's addresses: %s",
		       err_name(errno));
}

static int dump(int fd, unsigned type, struct own *out, struct err *e)
{
	static _Thread_local uint8_t data[DATAGRAM_MAX];
	bool done = false;
	int code = ask(fd, type, e);

	while (!code && !done) {
		ssize_t n = recv(fd, data, sizeof(data), MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || (size_t)n > sizeof(data))
			return err_set(e, n < 0 ? -errno : -EBADMSG,
				       "the kernel does not tell this host's addresses: %s",
				       n < 0 ? err_name(errno) : "its answer is too long");
		code = netlink_read(data, (size_t)n, out, &done, e);
	}
	return code;
}

static int dump_both(struct own *out, struct err *e)
{
	struct timeval wait = {.tv_sec = WAIT_S};
	int fd = open_socket(0, 0, e), code;

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	code = dump(fd, RTM_GETADDR, out, e);
	if (!code)
		code = dump(fd, RTM_GETROUTE, out, e);
	close(fd);
	return code;
}

int netlink_own(struct own *out, struct err *e)
{
	int code = -EAGAIN;

	for (int i = 0; i < TRIES && code == -EAGAIN; i++) {
		vec_clear(&out->local);
		vec_clear(&out->on_link);
		code = dump_both(out, e);
	}
	return code;
}

int netlink_notices(struct err *e)
{
	return open_socket(RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR |
				   RTMGRP_IPV6_ROUTE,
			   SOCK_NONBLOCK, e);
}

bool netlink_changed(int fd)
{
	bool changed = false;

	for (;;) {
		uint8_t byte;
		ssize_t n = recv(fd, &byte, 1, MSG_TRUNC);

		if (n >= 0 || errno == ENOBUFS)
			changed = true; /* ENOBUFS: notices were lost */
		else if (errno != EINTR)
			return changed; /* EAGAIN: that was all */
	}
}
