/*
 * netlink: what the kernel says about this host: its own addresses and the prefixes that are on its
 * links.  A route through a gateway is neither; nor is a default route, nor a route without gateway
 * so short (IPv4 under /8, IPv6 under /16) that it is a tunnel's way out and no link.
 * Sources: rtnetlink(7); linux/rtnetlink.h.
 */
#ifndef IO_NETLINK_H
#define IO_NETLINK_H

#include "base/addr.h"
#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>

struct own {
	VEC(struct prefix) local;   /* our own: mostly /32 and /128, and 127.0.0.0/8 */
	VEC(struct prefix) on_link; /* reached without a router */
};

/* Appends to *out, which the caller ends with own_done() even after an error. */
int netlink_own(struct own *out, struct err *e);
void own_done(struct own *o);

/* Reads the messages of one datagram; *done says that the dump is complete.  For tests and fuzzing:
 * the bytes come from the kernel, and are read with the bounded reader all the same. */
int netlink_read(const void *data, size_t len, struct own *out, bool *done, struct err *e);

/* A socket that hears of every change of addresses and routes; -1 and e. */
int netlink_notices(struct err *e);
/* Empties that socket; true if something was there (or was lost). */
bool netlink_changed(int fd);

#endif
