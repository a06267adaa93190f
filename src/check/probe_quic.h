/*
 * probe_quic: does QUIC answer on one pinned address?  One datagram of 1200 bytes of a reserved version, up to
 * L_QUIC_TRIES times; the answer is a Version Negotiation packet (wire/quic.h).  No handshake, no keys.
 *
 * How it ends:
 *	ok          a Version Negotiation packet; its versions stand in the row
 *	timeout     silence on all tries
 *	refused     port unreachable
 *	malformed   only other datagrams came; why is the word of wire/quic.h
 *	unreachable, denied, limit as in the other probes
 */
#ifndef CHECK_PROBE_QUIC_H
#define CHECK_PROBE_QUIC_H

#include "check/evidence.h"
#include "check/probe.h"
#include "wire/quic.h"

struct quic_question {
	const char *host;
	struct addr addr;
	uint16_t port;          /* 0: 443 */
	const char *advertised; /* quic_row.advertised */
};

struct quic_probe {
	struct probe p; /* p.row is &row */
	struct quic_row row;
	struct quic_ids ids;
	int64_t sent_us;
	uint8_t packet[QUIC_INITIAL_B];
};

/* random is required. */
void quic_probe_init(struct quic_probe *q, const struct quic_question *what, struct arena *a,
		     uint64_t (*random)(void *ctx), void *random_ctx);

#endif
