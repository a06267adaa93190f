/*
 * wishes: what hosts and networks asked of the prober (source/heed.h), kept in the state from round to
 * round.
 */
#ifndef APP_WISHES_H
#define APP_WISHES_H

#include "app/probers.h"
#include "app/round.h"

enum { WISHES_MAX = 10000 }; /* of one run, and of those that are heard again */

/* Goes in with what is gathered; the longest wish of a place stays. */
void wish_keep(struct gather *g, const struct heed_wish *w, int64_t now_us);
/* Tells the probers all that hold still; *n: how many. */
int wishes_tell(struct store *s, struct probers *p, int64_t now_us, size_t *n, struct err *e);

#endif
