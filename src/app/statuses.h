/*
 * statuses: the published statuses of a round's sites, derived from the raw verdicts that are stored and
 * from the statuses before (check/confirm.h).  Written page by page while the round closes, each page
 * with the name up to which it is done in one transaction; they count with the round's row.  `verify`
 * derives them again.
 */
#ifndef APP_STATUSES_H
#define APP_STATUSES_H

#include "core/status.h"
#include "store/store.h"

struct statuses {
	struct store *store;
	const char *round, *vantage;
	int64_t confirm_us; /* rounds closed before this are behind the statuses */
	int64_t gap_us;
};

/* Names of a page: what comes after the name `after`, so many sites at most. */
enum { STATUSES_PAGE = 2000 };

/* The rows that the round leaves for the next sites after this name, as a new batch (the caller's); `last`
 * (DOMAIN_MAX bytes, may be `after`) becomes the last name, "" when there were none. */
int statuses_derive(const struct statuses *s, const char *after, char *last, struct batch **out,
		    struct err *e);
/* All of a round that closes, from where it stopped.  Nothing is done without facts. */
int statuses_close(struct store *store, const char *round, const char *vantage, int64_t gap_us,
		   struct err *e);

#endif
