/*
 * visit_links: the inside of following links, for source/visit_l*.c and visit.c only.
 *
 * A leg is one GET over one family, with its redirects; a page of the sample has two of them, a host's
 * robots.txt one after the other until one tells.  A leg waits for the addresses of its host and for what
 * robots.txt says of its path, goes through the addresses until one connects, and is repeated when it was
 * silent, as every look is.
 */
#ifndef SOURCE_VISIT_LINKS_H
#define SOURCE_VISIT_LINKS_H

#include "check/link_rules.h"
#include "source/visit_int.h"

enum leg_state {
	LEG_IDLE,   /* may go on at the next thought */
	LEG_RUNS,
	LEG_SILENT, /* waits to be repeated */
	LEG_OVER
};

struct leg {
	struct visit *visit;
	enum leg_state state;
	int family;
	const char *id;	 /* of its looks, different from all others' */
	const char *url; /* of this hop */
	bool is_robots;
	int64_t hops;
	size_t k; /* address of the hop's host that is asked */
	const char *first_why; /* of the first address of this hop */

	/* what is wanted of the page */
	struct page_links *links;
	uint64_t enough_b;
	size_t keep_b;

	/* when it is over */
	int64_t status;	   /* I64_NULL: why says the reason */
	const char *why, *blame;
	int8_t cert_ok;
	bool is_page;	   /* HTML that came to its end or to a limit */
	const char *kept;  /* of keep_b */
	bool kept_all;
};

/* visit_leg.c */
void leg_begin(struct leg *l, struct visit *v, const char *id, const char *url, int family);
/* One more step, where one may be made. */
void leg_step(struct leg *l);
/* Nothing more comes: what is not over ends as unknown. */
void leg_give_up(struct leg *l);
/* What a host's robots.txt says of a page: NULL open, "wait", or why the page is not asked for over this family. */
const char *crawl_robots(struct visit *v, const struct url *u, int family);

#endif
