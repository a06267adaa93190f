/*
 * labnet: the few words of rtnetlink with which the lab wires its network namespaces, entering a
 * namespace, and the first sign of life of a service.
 *
 * Every labnet speaks to the kernel from the namespace in which it was opened, whichever the process
 * is in later.  Fails with the kernel's reason and what was asked.
 */
#ifndef LAB_LABNET_H
#define LAB_LABNET_H

#include "base/addr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct labnet {
	int fd;
	uint32_t seq;
};

int labnet_open(struct labnet *n, struct err *e);
void labnet_close(struct labnet *n);

/* A pair of virtual links: name here, peer in the namespace of the descriptor peer_ns. */
int labnet_veth(struct labnet *n, const char *name, const char *peer, int peer_ns, struct err *e);
/* Turns off what lets a link carry packets that no wire would: segmentation and checksums left to the
 * hardware.  In the caller's namespace. */
int labnet_plain(const char *link, struct err *e);
int labnet_up(struct labnet *n, const char *link, struct err *e);
/* An address with its on-link prefix, usable at once (no duplicate address detection). */
int labnet_addr(struct labnet *n, const char *link, const struct addr *a, unsigned len,
		struct err *e);

enum labnet_route {
	ROUTE_VIA,	   /* by gateway */
	ROUTE_LINK,	   /* on this link */
	ROUTE_LOCAL,	   /* every address of the prefix is ours (AnyIP) */
	ROUTE_UNREACHABLE, /* answered with an ICMP error */
};
struct labnet_hop {
	enum labnet_route kind;
	struct addr gateway; /* ROUTE_VIA */
	const char *link;    /* ROUTE_LINK */
};
int labnet_route(struct labnet *n, const struct prefix *to, const struct labnet_hop *by,
		 struct err *e);

/* A persistent TUN device in the namespace of the caller. */
int labnet_tun(const char *name, struct err *e);
/* Is there a TUN device that this process may open?  0, or why not and how to allow it. */
int labnet_tun_allowed(struct err *e);

/* net.ipv6.conf.all.forwarding and the like, of the caller's namespace. */
int labnet_sysctl(const char *name, const char *value, struct err *e);

/* A socket that listens at an address of this namespace, also one that only a local route gives it
 * (AnyIP).  type: SOCK_STREAM or SOCK_DGRAM.  The descriptor, or a negative errno. */
int labnet_listen(const struct addr *a, uint16_t port, int type, struct err *e);

/* Answers a datagram; one that is lost is lost. */
struct sockaddr_storage;
void labnet_reply(int fd, const struct sockaddr_storage *to, unsigned to_len, const void *data,
		  size_t len);

/* Does something accept TCP there?  True or false within wait_ms; no error is made. */
bool labnet_answers(const struct addr *a, uint16_t port, int wait_ms);
/* Sends one datagram, waits for the reply.  Length of the reply, or -1. */
int labnet_ask(const struct addr *a, uint16_t port, const void *question, size_t len, void *reply,
	       size_t max, int wait_ms);

#endif
