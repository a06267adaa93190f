/*
 * quic: asking a host whether it speaks QUIC at all, without a handshake: a packet of a version that nobody has
 * is answered by a Version Negotiation packet (RFC 8999 section 6, RFC 9000 sections 6 and 17.2.1).
 *
 * No keys, no memory.
 */
#ifndef WIRE_QUIC_H
#define WIRE_QUIC_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	QUIC_INITIAL_B = 1200, /* shorter datagrams need no answer (RFC 9000 6.1, 14.1) */
	QUIC_ID_B = 8,         /* of each connection id; a client's first is at least as long (7.2) */
};
/* Of the form 0x?a?a?a?a, reserved for exercising version negotiation (RFC 9000 section 15). */
#define QUIC_VERSION_RESERVED UINT32_C(0x1a2a3a4a)

struct quic_ids {
	uint8_t destination[QUIC_ID_B], source[QUIC_ID_B]; /* as the client wrote them */
};

/* A long-header packet of the reserved version, zeros behind the ids. */
void quic_initial(uint8_t to[static QUIC_INITIAL_B], const struct quic_ids *ids);

struct quic_versions {
	uint32_t list[L_QUIC_VERSIONS]; /* as they stand; reserved ones are left out */
	size_t n;
	const char *why; /* when it is none: "short" "form" "version" "ids" "list" */
};
/* Is it the Version Negotiation packet that answers the packet with these ids?  It must offer a version, and
 * not the one that was asked for.  Versions past L_QUIC_VERSIONS are counted as such and left out. */
bool quic_versions(struct quic_versions *v, const void *data, size_t len, const struct quic_ids *ids);

/* The answer to such a packet, for the laboratory: length, or 0 when the datagram calls for none. */
size_t quic_negotiate(uint8_t *to, size_t max, const void *data, size_t len, const uint32_t *list,
		      size_t n);

#endif
