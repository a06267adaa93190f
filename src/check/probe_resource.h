/*
 * probe_resource: does one pinned address of a host that pages load from take a connection?  TCP, at port 443
 * TLS too; then it is closed.  Nothing is asked for: what such a host serves is known to its pages alone.
 *
 * How it ends; row.stage is the stage in which it ended:
 *	ok          TCP came up, and TLS where that is due (whether its certificate verifies stands in the row)
 *	tls         the handshake failed: why is the word of io/tls.h
 *	refused, unreachable, timeout, denied, limit as in check/probe_web.h
 */
#ifndef CHECK_PROBE_RESOURCE_H
#define CHECK_PROBE_RESOURCE_H

#include "check/evidence.h"
#include "check/probe.h"

struct resource_question {
	const char *host; /* lower case, no trailing dot, or a literal address */
	struct addr addr;
	uint16_t port;
};

struct resource_probe {
	struct probe p; /* p.row is &row */
	struct resource_row row;
	int64_t tls_at;
};

/* The host's name is copied into a. */
void resource_probe_init(struct resource_probe *r, const struct resource_question *q, struct arena *a);

#endif
