/*
 * outage: when a running round waits for its own observer (threats.md F-09, F-10).
 *
 * What worked in this run has to go on working, and so has the resolver from the start: while it does not,
 * no site begins, what the sites under way found since is void, and they are looked at again afterwards.
 * An observer that never had IPv6 in this run is no outage; its verdicts are unknown.
 */
#ifndef APP_OUTAGE_H
#define APP_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

struct outage {
	unsigned expected; /* WORKS_ bits (app/round.h) */
	unsigned down;	   /* of them, those that failed in the last self-test */
	int64_t since_us;  /* mono; when down became other than 0 */
};

void outage_init(struct outage *o);
/* After each self-test; works: what it found. */
void outage_tested(struct outage *o, unsigned works, int64_t now_us);
static inline bool outage_is(const struct outage *o) { return o->down != 0; }
/* Did everything work that was to be expected, in the window with these results? */
bool outage_spares(const struct outage *o, unsigned works_since);
bool outage_lasts(const struct outage *o, int64_t patience_us, int64_t now_us);

#endif
