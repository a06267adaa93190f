/* tally: what did not pass so far in a round, by check and reason.  For progress; the verdicts themselves
 * are in the facts.  Kept as JSON {"check:reason": sites}, most frequent first. */
#ifndef APP_TALLY_H
#define APP_TALLY_H

#include "base/map.h"
#include "core/obs.h"

struct tally_entry {
	const char *key; /* "tcp:v6_timeout" */
	int64_t n;
};

struct tally {
	struct arena *arena;
	struct map map;
	VEC(struct tally_entry *) entries; /* sorted by tally_top */
};

void tally_init(struct tally *t, struct arena *a);
void tally_done(struct tally *t);
void tally_add(struct tally *t, const char *key, int64_t n);
/* Verdicts of one site from `first` on: all that is fail, partial or unknown; the headline (check site)
 * only repeats what the others say. */
void tally_site(struct tally *t, const struct batch *verdicts, size_t first);
/* The first `max` as JSON, in a. */
const char *tally_json(struct tally *t, size_t max, struct arena *a);

#endif
