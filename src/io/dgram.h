/*
 * dgram: datagrams to very many far hosts over few sockets that all share, in batches (sendmmsg, recvmmsg).
 *
 * A socket per family and port; the port of a datagram is that of the socket that is used now, which changes
 * from batch to batch at random, so that who guesses has ports and ids to guess (T-DNS-07).  What comes in may
 * come from anywhere: who asked compares the address.  The guard is asked about each datagram immediately before
 * it is handed to the kernel.
 *
 * ICMP errors come back with the address that the datagram went to and its first bytes.  A datagram that came in
 * fragments says so (IPV6_RECVFRAGSIZE, IP_RECVFRAGSIZE).
 */
#ifndef IO_DGRAM_H
#define IO_DGRAM_H

#include "base/addr.h"
#include "io/guard.h"
#include "io/loop.h"

#include <stddef.h>
#include <stdint.h>

enum { DGRAM_SOCKETS = 16 /* of both families, half each */, DGRAM_OUT_B = 320, DGRAM_IN_B = 4096 };

enum dgram_kind {
	DGRAM_IN,
	DGRAM_ERROR,  /* it did not arrive: error is an errno; data: what was sent, as much as came back */
	DGRAM_DENIED, /* by the guard: why; data: what was to be sent */
};

struct dgram_event {
	enum dgram_kind kind;
	unsigned socket; /* 0 to DGRAM_SOCKETS - 1 */
	struct addr addr; /* of the far side */
	uint16_t port;
	int64_t at_us; /* on the loop's mono clock, when it was read; one reading for all that came with it */
	const uint8_t *data; /* until the call returns */
	size_t len;
	int error;
	const char *why;
	bool fragments;
};

struct dgram;

/* NULL and e when there is no socket of either family.  got comes from the loop, never from dgram_send. */
struct dgram *dgram_new(struct loop *loop, struct guard *guard, void (*got)(void *ctx, const struct dgram_event *e),
			void *ctx, struct err *e);
void dgram_free(struct dgram *d);

/* The socket that the next datagram of this family leaves from. */
unsigned dgram_socket(const struct dgram *d, int family);
/* Copies; goes out with others at the end of this turn of the loop, or before.  len is at most DGRAM_OUT_B. */
void dgram_send(struct dgram *d, const struct addr *to, uint16_t port, const void *data, size_t len);

struct dgram_stats {
	uint64_t sent, received;
	uint64_t lost_here; /* received and thrown away because our buffers were full, or not sent for that reason */
};
const struct dgram_stats *dgram_stats(struct dgram *d);

#endif
