/*
 * drive: carries the steps of probes out over io/, many at once on one loop.  It asks the guard
 * before each connection (io/sock.h does), keeps every step's time limit and the probe's deadline,
 * and tells the probe what happened.  It knows nothing of DNS or HTTP.
 *
 * What the far side did is an event.  What failed here (no descriptor, no buffer, no local port)
 * says nothing of the far side: the probe is dropped and ends with OUTCOME_UNKNOWN.  When the
 * probe's arena has no room for the facts of a handshake it ends with OUTCOME_LIMIT.
 *
 * A handshake in which the far side closes is EVENT_TLS_FAILED with why "closed".
 */
#ifndef SOURCE_DRIVE_H
#define SOURCE_DRIVE_H

#include "check/probe.h"
#include "io/guard.h"
#include "io/loop.h"
#include "io/tls.h"

struct drive;

/* All three stay the caller's and must outlive it.  tls may be NULL when no probe asks for it. */
struct drive *drive_new(struct loop *loop, struct guard *guard, struct tls_client *tls);
/* Probes still under way are dropped without a call of done. */
void drive_free(struct drive *d);

/* What was done since drive_new; a census prints it. */
struct drive_stats {
	uint64_t probes;	     /* ended, in whatever way */
	uint64_t connections;	     /* TCP connections that stood */
	uint64_t handshakes;	     /* TLS handshakes that were completed */
	uint64_t datagrams;	     /* sent */
	uint64_t sent_b, received_b; /* what probes sent and got: under TLS, before and after it */
	uint64_t tls_cpu_us;	     /* CPU time inside TLS calls */
	uint64_t faults; /* probes that ended with OUTCOME_UNKNOWN for a reason of ours */
};
const struct drive_stats *drive_stats(const struct drive *d);

typedef void drive_done(void *ctx, struct probe *p, const struct step *last);

/* Starts a probe.  done comes once, from the loop (never from inside drive_probe): last->outcome is
 * the outcome; p->row is filled.  done may start other probes, and may free p.  p->deadline_us
 * (mono; 0: L_SITE_WALL_MS from now) ends it by force with OUTCOME_TIMEOUT.  Of a probe that ends
 * by force the row holds what it held then. */
void drive_probe(struct drive *d, struct probe *p, drive_done *done, void *ctx);
size_t drive_active(const struct drive *d);

/* 64 random bits from the kernel, buffered: for struct probe.random (ctx NULL). */
uint64_t drive_random(void *ctx);

#endif
