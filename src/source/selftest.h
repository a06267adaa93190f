/*
 * selftest: what the observer itself can do: does an anchor answer over IPv4, over IPv6; does the
 * resolver answer?  Asked before a round, during it and at its end (threats.md F-09, F-10), because what
 * cannot be seen from here says nothing about the sites.
 */
#ifndef SOURCE_SELFTEST_H
#define SOURCE_SELFTEST_H

#include "source/visit.h"

enum { ANCHORS_MAX = 16 };

struct anchor {
	struct addr addr;
	uint16_t port;
};

struct selftest;

/* Fills the row and calls done once, from the loop; row and anchors stay the caller's and must stand
 * until then.  tool_version and limits are left to the caller. */
struct selftest *selftest_start(const struct visit_env *env, const struct anchor *anchors,
				size_t n_anchors, struct selftest_row *row,
				void (*done)(void *ctx), void *ctx);
/* After done, or when the drives have been freed. */
void selftest_free(struct selftest *t);

#endif
