/* sockaddr: an address and a port as the kernel takes them, and back; and what its errors mean. */
#ifndef IO_SOCKADDR_H
#define IO_SOCKADDR_H

#include "base/addr.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

union sockaddr_any {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static inline socklen_t sockaddr_of(union sockaddr_any *s, const struct addr *a, uint16_t port)
{
	memset(s, 0, sizeof(*s));
	if (a->family == 4) {
		s->v4.sin_family = AF_INET;
		s->v4.sin_port = htons(port);
		memcpy(&s->v4.sin_addr, a->byte, 4);
		return sizeof(s->v4);
	}
	s->v6.sin6_family = AF_INET6;
	s->v6.sin6_port = htons(port);
	memcpy(&s->v6.sin6_addr, a->byte, 16);
	return sizeof(s->v6);
}

/* The port; a gets the address, family 0 when it is none of ours. */
static inline uint16_t sockaddr_read(const union sockaddr_any *s, struct addr *a)
{
	memset(a, 0, sizeof(*a));
	if (s->any.sa_family == AF_INET) {
		a->family = 4;
		memcpy(a->byte, &s->v4.sin_addr, 4);
		return ntohs(s->v4.sin_port);
	}
	if (s->any.sa_family != AF_INET6)
		return 0;
	a->family = 6;
	memcpy(a->byte, &s->v6.sin6_addr, 16);
	return ntohs(s->v6.sin6_port);
}

/* The name of an errno that routers and far hosts cause, by ICMP or for want of a route; NULL: it is a fault of
 * this host, and says nothing of the far side. */
const char *sock_error_word(int code);

#endif
