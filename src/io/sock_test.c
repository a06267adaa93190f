/* Sockets on loopback behind a real guard: what is denied, refused, connected; who is at the other end. */
#include "io/sock.h"
#include "test/tap.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct guard *guard;

static struct addr addr(const char *text)
{
	struct addr a = {0};

	addr_parse(&a, text);
	return a;
}

/* A bound socket on loopback; its port. */
static int server(int family, int type, uint16_t *port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr *to = family == 6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	socklen_t len = family == 6 ? sizeof(v6) : sizeof(v4);
	int fd = socket(to->sa_family, type, 0);

	if (fd < 0 || bind(fd, to, len) < 0 || (type == SOCK_STREAM && listen(fd, 4) < 0)) {
		close(fd);
		return -1;
	}
	getsockname(fd, to, &len);
	*port = ntohs(family == 6 ? v6.sin6_port : v4.sin_port);
	return fd;
}

static void wait_for(int fd, short what)
{
	poll(&(struct pollfd){.fd = fd, .events = what}, 1, 2000);
}

static void denied(void)
{
	static const char *const rows[] = {"10.0.0.1", "192.0.2.1", "fe80::1", "::ffff:127.0.0.1",
					   "2001:db8::1", "::", "0.0.0.0", "64:ff9b::7f00:1"};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char reason[GUARD_REASON_MAX] = "";
		struct addr a = addr(rows[i]);

		ok(sock_tcp(guard, &a, 80, reason) == -EACCES && reason[0], "%s is denied: %s",
		   rows[i], reason);
		ok(sock_udp(guard, &a, 53, reason) == -EACCES, "and by UDP");
	}
}

static void tcp(int family, const char *text)
{
	char reason[GUARD_REASON_MAX], got[4] = "";
	struct addr a = addr(text);
	uint16_t port = 0;
	int listener = server(family, SOCK_STREAM, &port), fd, far;

	if (listener < 0) {
		skip("no loopback of family %d here", family);
		return;
	}
	fd = sock_tcp(guard, &a, port, reason);
	ok(fd >= 0 && !reason[0], "%s: connecting", text);
	wait_for(fd, POLLOUT);
	is_int(sock_connected(fd, &a, port), 0, "connected to whom we asked for");
	is_int(sock_connected(fd, &a, (uint16_t)(port + 1)), -EADDRNOTAVAIL, "and to nobody else");
	far = accept(listener, NULL, NULL);
	is_int(sock_send(fd, "abc", 3), 3, "send");
	is_int(sock_recv(fd, got, 3), -EAGAIN, "nothing to receive yet");
	is_int(read(far, got, 4), 3, "it arrives");
	close(far);
	wait_for(fd, POLLIN);
	is_int(sock_recv(fd, got, 3), 0, "the end is seen");
	sock_reset(fd);
	close(listener);
	fd = sock_tcp(guard, &a, port, reason);
	if (fd >= 0)
		wait_for(fd, POLLOUT);
	is_int(fd < 0 ? fd : sock_connected(fd, &a, port), -ECONNREFUSED, "a closed port refuses");
	if (fd >= 0)
		close(fd);
}

static void udp(int family, const char *text)
{
	char reason[GUARD_REASON_MAX], got[4] = "";
	struct addr a = addr(text);
	uint16_t port = 0;
	int far = server(family, SOCK_DGRAM, &port), fd;

	if (far < 0) {
		skip("no loopback of family %d here", family);
		return;
	}
	fd = sock_udp(guard, &a, port, reason);
	is_int(sock_send(fd, "abc", 3), 3, "a datagram goes");
	wait_for(far, POLLIN);
	is_int(recv(far, got, 4, 0), 3, "and arrives");
	close(far);
	sock_send(fd, "abc", 3);
	wait_for(fd, POLLIN);
	is_int(sock_recv(fd, got, 4), -ECONNREFUSED, "a closed port is told by ICMP");
	close(fd);
}

int main(void)
{
	struct prefix allow[2];
	struct guard_config c = {.allow = allow, .n_allow = 2, .skip_own = true};
	struct err e = {0};

	prefix_parse(&allow[0], "127.0.0.0/8");
	prefix_parse(&allow[1], "::1/128");
	guard = guard_new(&c, &e);
	if (!ok(guard != NULL, "a guard %s", e.text))
		return done();
	denied();
	tcp(4, "127.0.0.1");
	tcp(6, "::1");
	udp(4, "127.0.0.1");
	udp(6, "::1");
	guard_free(guard);
	return done();
}
