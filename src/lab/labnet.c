/* labnet: see labnet.h.  Messages are built in a fixed buffer; each waits for the kernel's answer. */
#include "lab/labnet.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1024 };

struct message {
	_Alignas(4) char bytes[MESSAGE_MAX];
	size_t len;
};

int labnet_open(struct labnet *n, struct err *e)
{
	n->seq = 0;
	n->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return n->fd < 0 ? err_set(e, -errno, "cannot speak to the kernel (netlink): %s",
				   err_name(errno))
			 : 0;
}

void labnet_close(struct labnet *n)
{
	close(n->fd);
	n->fd = -1;
}

static void *put(struct message *m, const void *data, size_t len)
{
	char *at = m->bytes + m->len;

	/* all messages are ours and far shorter */
	if (NLMSG_ALIGN(m->len + len) > MESSAGE_MAX)
		abort();
	if (data && len)
		memcpy(at, data, len);
	m->len = NLMSG_ALIGN(m->len + len);
	return at;
}

static void begin(struct message *m, int type, unsigned flags, const void *header, size_t len)
{
	struct nlmsghdr h = {.nlmsg_type = (uint16_t)type,
			     .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)};

	memset(m, 0, sizeof(*m));
	put(m, &h, sizeof(h));
	put(m, header, len);
}

static struct rtattr *attr(struct message *m, int type, const void *data, size_t len)
{
	struct rtattr a = {.rta_type = (uint16_t)type, .rta_len = (uint16_t)RTA_LENGTH(len)};
	struct rtattr *at = put(m, &a, sizeof(a));

	put(m, data, len);
	return at;
}

static void attr_end(struct message *m, struct rtattr *a)
{
	a->rta_len = (uint16_t)(m->bytes + m->len - (char *)a);
}

/* Sends, and waits for the acknowledgement: 0 or a negative errno. */
static int talk(struct labnet *n, struct message *m)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m->bytes;
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	_Alignas(4) char answer[4096];

	h->nlmsg_len = (uint32_t)m->len;
	h->nlmsg_seq = ++n->seq;
	if (sendto(n->fd, m->bytes, m->len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	for (;;) {
		ssize_t got = recv(n->fd, answer, sizeof(answer), 0);
		struct nlmsghdr *r = (struct nlmsghdr *)answer;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < (ssize_t)sizeof(*r))
			return got < 0 ? -errno : -EPROTO;
		if (r->nlmsg_seq == n->seq && r->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(r))->error;
	}
}

int labnet_veth(struct labnet *n, const char *name, const char *peer, int peer_ns, struct err *e)
{
	struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
	struct message m;
	int code;

	begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof(link));
	attr(&m, IFLA_IFNAME, name, strlen(name) + 1);
	struct rtattr *info = attr(&m, IFLA_LINKINFO, NULL, 0);
	attr(&m, IFLA_INFO_KIND, "veth", 5);
	struct rtattr *data = attr(&m, IFLA_INFO_DATA, NULL, 0);
	struct rtattr *other = attr(&m, VETH_INFO_PEER, NULL, 0);
	put(&m, &link, sizeof(link));
	attr(&m, IFLA_IFNAME, peer, strlen(peer) + 1);
	attr(&m, IFLA_NET_NS_FD, &peer_ns, sizeof(peer_ns));
	attr_end(&m, other);
	attr_end(&m, data);
	attr_end(&m, info);
	code = talk(n, &m);
	return code ? err_set(e, code, "cannot make the link %s: %s", name, err_name(code)) : 0;
}

/* Interfaces are found by name in the namespace of the netlink socket, not of the caller. */
static int link_index(struct labnet *n, const char *name)
{
	struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
	struct nlmsghdr *h;
	struct message m;
	_Alignas(4) char answer[8192];

	begin(&m, RTM_GETLINK, 0, &link, sizeof(link));
	attr(&m, IFLA_IFNAME, name, strlen(name) + 1);
	h = (struct nlmsghdr *)m.bytes;
	h->nlmsg_flags = NLM_F_REQUEST;
	h->nlmsg_len = (uint32_t)m.len;
	h->nlmsg_seq = ++n->seq;
	if (send(n->fd, m.bytes, m.len, 0) < 0 ||
	    recv(n->fd, answer, sizeof(answer), 0) < (ssize_t)sizeof(*h))
		return -errno;
	h = (struct nlmsghdr *)answer;
	if (h->nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
	return ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index;
}

static int need_link(struct labnet *n, const char *name, struct err *e)
{
	int index = link_index(n, name);

	return index > 0 ? index
			 : err_set(e, index ? index : -ENODEV, "there is no link %s: %s", name,
				   err_name(index));
}

int labnet_up(struct labnet *n, const char *name, struct err *e)
{
	struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct message m;
	int code = need_link(n, name, e);

	if (code < 0)
		return code;
	link.ifi_index = code;
	begin(&m, RTM_NEWLINK, 0, &link, sizeof(link));
	code = talk(n, &m);
	return code ? err_set(e, code, "cannot bring %s up: %s", name, err_name(code)) : 0;
}

int labnet_plain(const char *link, struct err *e)
{
	static const uint32_t commands[] = {ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), code = fd < 0 ? -errno : 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands) && !code; i++) {
		struct ethtool_value off = {.cmd = commands[i]};
		struct ifreq r = {.ifr_data = (char *)&off};

		snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", link);
		/* a link that has no such thing needs none turned off */
		if (ioctl(fd, SIOCETHTOOL, &r) < 0 && errno != EOPNOTSUPP)
			code = -errno;
	}
	if (fd >= 0)
		close(fd);
	return code ? err_set(e, code, "cannot turn the offloads of %s off: %s", link, err_name(code)) : 0;
}

int labnet_addr(struct labnet *n, const char *link, const struct addr *a, unsigned len,
		struct err *e)
{
	struct ifaddrmsg ifa = {.ifa_family = a->family == 4 ? AF_INET : AF_INET6,
				.ifa_prefixlen = (uint8_t)len,
				.ifa_flags = a->family == 6 ? IFA_F_NODAD : 0};
	size_t size = a->family == 4 ? 4 : 16;
	char text[ADDR_TEXT_MAX];
	struct message m;
	int code = need_link(n, link, e);

	if (code < 0)
		return code;
	ifa.ifa_index = (uint32_t)code;
	begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &ifa, sizeof(ifa));
	attr(&m, IFA_LOCAL, a->byte, size);
	attr(&m, IFA_ADDRESS, a->byte, size);
	code = talk(n, &m);
	return code ? err_set(e, code, "cannot give %s the address %s: %s", link,
			      addr_text(a, text), err_name(code))
		    : 0;
}

/* The link of a route: lo for AnyIP and, in IPv6, for unreachable. */
static int hop_link(struct labnet *n, const struct prefix *to, const struct labnet_hop *by,
		    struct err *e)
{
	switch (by->kind) {
	case ROUTE_VIA: return 0;
	case ROUTE_LINK: return need_link(n, by->link, e);
	case ROUTE_LOCAL: return need_link(n, "lo", e);
	case ROUTE_UNREACHABLE: return to->addr.family == 6 ? need_link(n, "lo", e) : 0;
	}
	return 0;
}

int labnet_route(struct labnet *n, const struct prefix *to, const struct labnet_hop *by,
		 struct err *e)
{
	size_t size = to->addr.family == 4 ? 4 : 16;
	struct rtmsg rt = {.rtm_family = to->addr.family == 4 ? AF_INET : AF_INET6,
			   .rtm_dst_len = to->len,
			   .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC,
			   .rtm_scope = RT_SCOPE_UNIVERSE,
			   .rtm_type = RTN_UNICAST};
	char text[PREFIX_TEXT_MAX];
	struct message m;
	int code = hop_link(n, to, by, e), link = code;

	if (code < 0)
		return code;
	if (by->kind == ROUTE_LINK)
		rt.rtm_scope = RT_SCOPE_LINK;
	if (by->kind == ROUTE_LOCAL) {
		rt.rtm_type = RTN_LOCAL;
		rt.rtm_table = RT_TABLE_LOCAL;
		rt.rtm_scope = RT_SCOPE_HOST;
	}
	if (by->kind == ROUTE_UNREACHABLE)
		rt.rtm_type = RTN_UNREACHABLE;
	begin(&m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &rt, sizeof(rt));
	if (to->len)
		attr(&m, RTA_DST, to->addr.byte, size);
	if (by->kind == ROUTE_VIA)
		attr(&m, RTA_GATEWAY, by->gateway.byte, size);
	if (link > 0)
		attr(&m, RTA_OIF, &link, sizeof(link));
	code = talk(n, &m);
	return code ? err_set(e, code, "cannot route %s: %s", prefix_text(to, text), err_name(code))
		    : 0;
}

static int tun_open(struct err *e)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return err_set(e, -ENOENT,
			       "NAT64 needs a TUN device and there is no /dev/net/tun; as root: "
			       "modprobe tun");
	if (errno == EACCES || errno == EPERM)
		return err_set(e, -EACCES,
			       "NAT64 needs a TUN device and /dev/net/tun may not be opened by this "
			       "user; as root: chmod 0666 /dev/net/tun (what Debian's udev does)");
	return err_set(e, -errno, "NAT64 needs a TUN device and /dev/net/tun cannot be opened: %s",
		       err_name(errno));
}

int labnet_tun_allowed(struct err *e)
{
	int fd = tun_open(e);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int labnet_tun(const char *name, struct err *e)
{
	struct ifreq r = {.ifr_flags = IFF_TUN};
	int fd = tun_open(e), code = 0;

	if (fd < 0)
		return fd;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &r) < 0 || ioctl(fd, TUNSETPERSIST, 1) < 0)
		code = err_set(e, -errno, "cannot make the TUN device %s: %s", name,
			       err_name(errno));
	close(fd);
	return code;
}

int labnet_sysctl(const char *name, const char *value, struct err *e)
{
	char path[256];
	ssize_t wrote;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	for (char *p = path + 10; *p; p++)
		if (*p == '.')
			*p = '/';
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, -errno, "cannot set %s: %s", path, err_name(errno));
	wrote = write(fd, value, strlen(value));
	close(fd);
	return wrote < 0 ? err_set(e, -EIO, "cannot set %s to %s", path, value) : 0;
}

static socklen_t endpoint(const struct addr *a, uint16_t port, struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (a->family == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, a->byte, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, a->byte, 16);
	return sizeof(*v6);
}

int labnet_listen(const struct addr *a, uint16_t port, int type, struct err *e)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint(a, port, &at);
	int fd = socket(at.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1, code;
	char text[ADDR_TEXT_MAX];

	if (fd < 0)
		return err_set(e, -errno, "cannot make a socket: %s", err_name(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (a->family == 6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof(one));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
	}
	if (bind(fd, (struct sockaddr *)&at, len) == 0 &&
	    (type == SOCK_DGRAM || listen(fd, 256) == 0))
		return fd;
	code = err_set(e, -errno, "cannot listen at %s port %u: %s", addr_text(a, text), port,
		       err_name(errno));
	close(fd);
	return code;
}

void labnet_reply(int fd, const struct sockaddr_storage *to, unsigned to_len, const void *data,
		  size_t len)
{
	(void)!sendto(fd, data, len, MSG_DONTWAIT, (const struct sockaddr *)to, to_len);
}

static int connected(const struct addr *a, uint16_t port, int type)
{
	struct sockaddr_storage to;
	socklen_t len = endpoint(a, port, &to);
	int fd = socket(to.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&to, len) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

bool labnet_answers(const struct addr *a, uint16_t port, int wait_ms)
{
	int fd = connected(a, port, SOCK_STREAM), error = 1;
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(error);

	if (fd < 0)
		return false;
	if (poll(&p, 1, wait_ms) == 1)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	close(fd);
	return error == 0;
}

int labnet_ask(const struct addr *a, uint16_t port, const void *question, size_t len, void *reply,
	       size_t max, int wait_ms)
{
	int fd = connected(a, port, SOCK_DGRAM), got = -1;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (fd < 0)
		return -1;
	if (send(fd, question, len, 0) == (ssize_t)len && poll(&p, 1, wait_ms) == 1)
		got = (int)recv(fd, reply, max, 0);
	close(fd);
	return got;
}
