/*
 * drive: carries the steps of probes out over io/, many at once on one loop.  It asks the guard
 * before each connection (io/sock.h does), keeps every step's time limit and the probe's deadline,
 * and tells the probe what happened.  It knows nothing of DNS or HTTP.
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

typedef void drive_done(void *ctx, struct probe *p, const struct step *last);

/* Starts a probe.  done comes once, from the loop (never from inside drive_probe): last->outcome is
 * the outcome; p->row is filled.  done may start other probes, and may free p. p->deadline_us
 * (mono; 0: L_SITE_WALL_MS from now) ends it by force with OUTCOME_TIMEOUT. */
void drive_probe(struct drive *d, struct probe *p, drive_done *done, void *ctx);
size_t drive_active(const struct drive *d);

/* 64 random bits from the kernel, buffered: for struct probe.random (ctx NULL). */
uint64_t drive_random(void *ctx);

#endif
