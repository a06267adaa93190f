/*
 * probers: several probers, one for each core, that look at one round together.  Sites of one registrable
 * domain go to one of them.  Each has its share of every rate and of the sites in flight (prober_config
 * `share`), so over all of them the rates are those of the settings; what they do not share is the line
 * before an address: there may be as many connections to it at a time as there are probers, with gaps that
 * are longer by the same factor.  A wish that one meets is told to the others.
 */
#ifndef APP_PROBERS_H
#define APP_PROBERS_H

#include "app/prober.h"

#include <poll.h>

enum { PROBERS_MAX = 64, PROBERS_SITES_PER_S = 200 /* that one loop does with ease */ };

struct probers {
	struct prober at[PROBERS_MAX];
	struct prober_state states[PROBERS_MAX];
	bool over[PROBERS_MAX];
	size_t n, turn; /* turn: who is heard next */
	bool ending;	/* all was said to them: one that is over has gone, whether it was heard or not */
};

/* What rate.probers means: 0 is as many as the rate of sites needs, one a core at most. */
size_t probers_number(int64_t wanted, int64_t targets_per_s, int64_t cores);
int probers_start(struct probers *p, const struct prober_config *c, size_t n, struct err *e);
void probers_stop(struct probers *p);

/* Whose site it is. */
size_t probers_of(const struct probers *p, const char *domain);
int probers_site(struct probers *p, uint32_t id, const char *domain, const char *kin, bool too_soon,
		 struct err *e);
/* To all of them; after probers_end nothing is asked of anybody, so wishes and opt-outs have no use. */
int probers_wish(struct probers *p, const struct heed_wish *w, struct err *e);
int probers_test(struct probers *p, struct err *e);
int probers_optout(struct probers *p, const char *text, size_t len, struct err *e);
int probers_end(struct probers *p, struct err *e);
/* One message of anybody (*who); states come added up; over is who all are over. */
int probers_next(struct probers *p, struct prober_news *news, size_t *who, struct err *e);
/* Fills fds[0..n-1]. */
void probers_poll(const struct probers *p, struct pollfd *fds);

#endif
