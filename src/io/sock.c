/* sock: see sock.h.  Each socket is made, asked about and connected in one function. */
#include "io/sock.h"

#include "io/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

const char *sock_error_word(int code)
{
	static const struct {
		int code;
		const char *word;
	} rows[] = {
		{EHOSTUNREACH, "EHOSTUNREACH"},
		{ENETUNREACH, "ENETUNREACH"},
		{EHOSTDOWN, "EHOSTDOWN"},
		{ENETDOWN, "ENETDOWN"},
		{ENONET, "ENONET"},
		{ENOPROTOOPT, "ENOPROTOOPT"},
		{EACCES, "EACCES"}, /* ICMPv6: administratively prohibited */
		{EPROTO, "EPROTO"}, /* ICMP: parameter problem */
		{EMSGSIZE, "EMSGSIZE"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].code == code)
			return rows[i].word;
	}
	return NULL;
}

/* Without it Linux keeps most ICMP errors from us, and not the same ones in both families: a TCP
 * connect would fail at once by IPv4 where it waits in silence by IPv6. */
static int want_errors(int fd, const struct addr *a, int on)
{
	if (a->family == 4)
		return setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
}

/* Without IPV6_V6ONLY a mapped address would leave as IPv4, past the guard's IPv6 rules. */
static int new_socket(const struct addr *a, int type)
{
	int family = a->family == 4 ? AF_INET : AF_INET6, on = 1;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (want_errors(fd, a, 1) < 0 ||
	    (family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

static int open_to(struct guard *g, const struct addr *a, uint16_t port, int type,
		   char reason[static GUARD_REASON_MAX])
{
	union sockaddr_any to;
	socklen_t len = sockaddr_of(&to, a, port);
	int fd, rc;

	reason[0] = '\0';
	if (a->family != 4 && a->family != 6)
		return -EAFNOSUPPORT;
	fd = new_socket(a, type);
	if (fd < 0)
		return fd;
	if (!guard_ok(g, a, reason)) {
		close(fd);
		return -EACCES;
	}
	reason[0] = '\0';
	if (connect(fd, &to.any, len) == 0 || errno == EINPROGRESS)
		return fd;
	rc = -errno;
	close(fd);
	return rc == -EACCES ? -EPERM : rc; /* a rule of this host; -EACCES is the guard's */
}

int sock_udp(struct guard *g, const struct addr *a, uint16_t port,
	     char reason[static GUARD_REASON_MAX])
{
	return open_to(g, a, port, SOCK_DGRAM, reason);
}

int sock_tcp(struct guard *g, const struct addr *a, uint16_t port,
	     char reason[static GUARD_REASON_MAX])
{
	return open_to(g, a, port, SOCK_STREAM, reason);
}

static bool same_end(const union sockaddr_any *a, const union sockaddr_any *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_port == b->v4.sin_port &&
		       a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return a->v6.sin6_port == b->v6.sin6_port &&
	       !memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, 16);
}

int sock_connected(int fd, const struct addr *a, uint16_t port)
{
	union sockaddr_any want, got = {0};
	socklen_t len = sizeof(got);
	int fault = 0;
	socklen_t fault_len = sizeof(fault);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &fault_len) < 0)
		return -errno;
	if (fault)
		return -fault;
	if (getpeername(fd, &got.any, &len) < 0)
		return errno == ENOTCONN ? -EINPROGRESS : -errno;
	sockaddr_of(&want, a, port);
	if (!same_end(&want, &got))
		return -EADDRNOTAVAIL;
	want_errors(fd, a, 0); /* a passing trouble on the way ends no stream that stands */
	return 0;
}

ssize_t sock_send(int fd, const void *data, size_t len)
{
	ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}

/* The details of errors that were told; while one waits the descriptor never sleeps. */
static void forget_errors(int fd)
{
	struct msghdr nothing = {0};

	while (recvmsg(fd, &nothing, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0)
		;
}

ssize_t sock_recv(int fd, void *data, size_t max)
{
	ssize_t n = recv(fd, data, max, 0);

	if (n >= 0)
		return n;
	n = -errno;
	if (n != -EAGAIN)
		forget_errors(fd);
	return n;
}

void sock_reset(int fd)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}
