/*
 * wiring: the laboratory's network: one namespace for each node, a link from core to each, addresses,
 * routes, and what of the kernel's settings matters.
 */
#ifndef LAB_WIRING_H
#define LAB_WIRING_H

#include "base/err.h"
#include "lab/plan.h"
#include "lab/truth.h"

#include <stdbool.h>

struct wiring {
	int ns[NODE_COUNT]; /* descriptors of the namespaces; they live as long as somebody holds one */
	bool nat64;	    /* there is a TUN device for it */
};

/* Leaves the caller in some namespace of the laboratory.  Needs CAP_SYS_ADMIN and CAP_NET_ADMIN. */
int wiring_make(struct wiring *w, const struct truth *t, struct err *e);
/* Moves the caller into the namespace of a node. */
int wiring_enter(const struct wiring *w, enum node_id id, struct err *e);

#endif
