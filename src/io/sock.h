/*
 * sock: with io/dgram.h the only place that sends a packet to a far host.  Each function asks the guard about the
 * final address immediately before connect() (threats.md 2.2); there is no way to skip it.
 *
 * All sockets are non-blocking, close-on-exec and connected: UDP too, so that the kernel drops
 * datagrams from elsewhere, gives a random port (T-DNS-07), and reports ICMP errors: all of them
 * for UDP and until TCP stands, the same in both families.  IPv6 sockets are IPV6_V6ONLY
 * (T-SSRF-10).
 */
#ifndef IO_SOCK_H
#define IO_SOCK_H

#include "base/addr.h"
#include "io/guard.h"

#include <stdint.h>
#include <sys/types.h>

/* A descriptor, or: -EACCES when the guard said no (reason is set; in every other case it is ""),
 * or the errno of socket() or connect(), e.g. -ENETUNREACH; -EPERM when a rule of this host forbids
 * it (its firewall, a route, the sandbox), which says nothing of the far side. */
int sock_udp(struct guard *g, const struct addr *a, uint16_t port,
	     char reason[static GUARD_REASON_MAX]);
/* Begins to connect; writable when it is decided.  Then sock_connected(). */
int sock_tcp(struct guard *g, const struct addr *a, uint16_t port,
	     char reason[static GUARD_REASON_MAX]);
/* 0 when the connection stands and its far end is a:port, -EINPROGRESS, or how it failed. */
int sock_connected(int fd, const struct addr *a, uint16_t port);

/* Bytes, 0 (receive: the far side closed), or a negative errno, -EAGAIN included.  No SIGPIPE. */
ssize_t sock_send(int fd, const void *data, size_t len);
ssize_t sock_recv(int fd, void *data, size_t max);
/* Closes with RST, so that no TIME_WAIT stays behind. */
void sock_reset(int fd);

#endif
