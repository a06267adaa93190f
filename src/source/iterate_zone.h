/*
 * iterate_zone: what the verdict on a zone's DNS chain needs to know (RFC 10001, BCP 91), asked once for all sites
 * that need it: the delegation in the parent with its glue, the addresses of the name servers as their own zones
 * give them, whether each address answers with authority by UDP and TCP, with which serial, without fragments,
 * and which servers the zone itself names over each family.
 *
 * The row (struct zone_row, check/evidence.h) holds the facts alone; the verdict is the judge's.  Silence is
 * told apart: "silent" was seen once and proves nothing, "dead" twice, the second time because somebody asked
 * again.
 */
#ifndef SOURCE_ITERATE_ZONE_H
#define SOURCE_ITERATE_ZONE_H

#include "check/evidence.h"
#include "core/obs.h"
#include "source/iterate.h"

struct zone_question {
	const char *name; /* of the zone, or any name in it; clean */
	bool again;	  /* what was silent is asked once more */
	/* Once, from the loop.  The row's texts stand until it returns.  outcome: OK, or why there are no
	 * facts: ABSENT (no such name), TIMEOUT, SERVFAIL, LIMIT, DENIED, UNKNOWN. */
	void (*done)(struct zone_question *q, const struct zone_row *row, enum outcome outcome);
	void *ctx;
	struct zone_question **at, *next; /* the engine's */
};

void iterate_zone(struct iterate *it, struct zone_question *q);
void iterate_zone_cancel(struct iterate *it, struct zone_question *q);

#endif
