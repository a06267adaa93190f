/*
 * pace: when the next packet may go where (threats.md section 7, P-RATE-1 and 2).
 *
 * Who wants to open a connection or send a question takes a turn and is called when it may; it leaves
 * when the connection is over.  Rules, all of them at once:
 *	everybody           so many turns a second; at first a tenth of that, all of it after ramp_us
 *	one web or mail address   one connection at a time, gap_us between two; gap_us 0: no such rule
 *	one /24 or /48      so many connections a second
 *	one /16 or /32      so many connections a second: the nearest to an AS that is known without routes
 *	one registrable domain    so many new sites a second
 *	one name server     so many questions a second
 * A turn waits in line for its address, so those who came first go first.  The operator's own resolver
 * stands under the first rule only, a new site under the last only.
 */
#ifndef SOURCE_PACE_H
#define SOURCE_PACE_H

#include "base/addr.h"
#include "io/loop.h"

#include <stdbool.h>

enum pace_kind { PACE_RESOLVER, PACE_NAME_SERVER, PACE_CONNECT, PACE_SITE };

enum { PACE_PLACES = 3 }; /* where it stands in line, and two prefixes */

struct pace_config {
	int64_t per_s;        /* all together */
	int64_t gap_us;       /* between two connections to one address */
	int64_t per_prefix_s; /* connections a second to one /24 or /48 */
	int64_t per_ns_s;     /* questions a second to one name server's address */
	int64_t ramp_us;      /* from a tenth of per_s to all of it; 0: at once */
	int64_t per_network_s; /* connections a second to one /16 or /32; 0: no such rule */
	int64_t share;	       /* so many of us keep the rules together: all gaps but those of a domain, whose
				* sites one of us has, are so many times as long; 0 is 1 */
	int64_t per_domain_s;  /* new sites a second of one registrable domain; 0: no such rule */
};

struct pace;
struct place;

/* Embedded by who waits.  Cleared at first; all but go and ctx belongs to pace. */
struct turn {
	void (*go)(struct turn *t); /* from the loop, never from inside pace_take */
	void *ctx;
	struct pace *pace;
	struct place *places[PACE_PLACES];
	enum pace_kind kind;
	struct timer timer;
	struct turn *next; /* in line */
	struct turn *late_next, **late_at; /* among those whose moment came when nobody might go */
	int stage; /* places that it has booked at */
	bool in_line, holds;
};

struct pace *pace_new(struct loop *loop, const struct pace_config *c);
/* Every turn must have left. */
void pace_free(struct pace *p);

void pace_take(struct pace *p, struct turn *t, const struct addr *a, enum pace_kind kind);
/* The same for a new site under this registrable domain. */
void pace_take_site(struct pace *p, struct turn *t, const char *domain);
/* The connection is over, or the turn is not wanted any more.  May be called for a turn that was never
 * taken, and twice. */
void pace_leave(struct turn *t);

#endif
