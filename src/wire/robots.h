/*
 * robots: does a site's /robots.txt refuse us the page?  RFC 9309, as a stream of bytes cut anywhere.
 *
 * Only groups that name our own token count for a front page: fetched once it is a measurement, so a rule for
 * everybody ("*") does not end it; one that names us does (threats.md P-ROBOTS).  Who goes on to other pages
 * is bound by the rules for everybody too, where no group names us.  Of the rules in such groups the longest that matches the path decides, and "allow" where two are as long.  "*" and "$" have
 * their meaning; octets are compared as they stand (the paths that we ask for are canonical).
 *
 * No memory but the struct.  A line past L_ROBOTS_LINE_B is passed over.  Patterns that cost more than
 * L_ROBOTS_STEPS comparisons in all count no more.
 */
#ifndef WIRE_ROBOTS_H
#define WIRE_ROBOTS_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>

struct robots {
	bool named;   /* a group names us */
	bool refused; /* so far; final after robots_end */
	bool refused_crawl; /* the same for one who follows links */

	/* of the parser */
	const char *token, *path;
	bool ours, everybodys, in_head, past;
	struct robots_rule {
		size_t length;
		bool refuses;
	} own, all; /* the best of those that match */
	size_t line_n, steps;
	char line[L_ROBOTS_LINE_B + 1];
};

/* token ("sextant": letters, "-" and "_") and path ("/...", with its query) stay the caller's. */
void robots_init(struct robots *r, const char *token, const char *path);
void robots_feed(struct robots *r, const void *data, size_t len);
/* The last line may lack its end.  Are we refused? */
bool robots_end(struct robots *r);

#endif
