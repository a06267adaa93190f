/*
 * hosts: looks at hosts that many sites load from, each made once a round by a process, however many sites
 * want it.
 *
 * Who wants a look asks hosts_take.  The first one leads: it makes the look itself, at its pace and under all
 * its rules, and tells the end; who comes meanwhile waits for it, who comes later has it at once.  What is
 * shared is an observation as it was, with the time at which it was made, so that each site's evidence says
 * all that its verdicts are drawn from.  A look that ended for a reason of the leader's own (denied, a limit,
 * no room) is nobody else's: the next who waits leads.
 *
 * Keys say everything that a look asks.  L_SHARED_LOOKS are kept; of more, those that nobody has wanted for
 * long are forgotten, and may be made again.
 */
#ifndef SOURCE_HOSTS_H
#define SOURCE_HOSTS_H

#include "core/obs.h"

struct hosts;

/* Embedded by who waits; cleared at first. */
struct host_wait {
	/* The look has ended; o lives until this returns.  NULL: from now on it leads. */
	void (*told)(struct host_wait *w, const struct obs *o);
	void *ctx;
	struct host_wait *next, **at; /* of hosts */
};

/* Has this look ended, so that hosts_take has it? */
bool hosts_has(struct hosts *h, const char *key);

enum hosts_word { HOSTS_LEAD, HOSTS_WAIT, HOSTS_HAVE };

struct hosts *hosts_new(void);
/* Nobody may wait. */
void hosts_free(struct hosts *h);

/* HOSTS_HAVE: *have lives until the next call of hosts_take or hosts_tell. */
enum hosts_word hosts_take(struct hosts *h, const char *key, struct host_wait *w, const struct obs **have);
/* From the leader, once: NULL when what it found is nobody else's.  Calls those who wait; the row is one of s. */
void hosts_tell(struct hosts *h, const char *key, const struct schema *s, const struct obs *o);
/* Nothing that was found until now holds any more: we were in trouble ourselves.  Looks under way still tell those
 * who wait for them, and nobody after. */
void hosts_forget(struct hosts *h);
/* Waits no more.  May be called for one that never waited. */
void hosts_leave(struct host_wait *w);

struct hosts_stats {
	uint64_t made, shared, forgotten; /* looks that were led to an end; had of others; dropped for room */
	size_t kept;
};
const struct hosts_stats *hosts_stats(const struct hosts *h);

#endif
