/*
 * waf: is a page a challenge, a refusal or a rate limit instead of the site's own page?  Known by what such
 * pages show to everybody: their status, how little text they have, Retry-After, and their titles (data/waf.csv).
 */
#ifndef CHECK_WAF_H
#define CHECK_WAF_H

#include "check/evidence.h"

/* The id of the first row of waf.csv whose title stands in this one, whatever the case of letters; NULL. */
const char *waf_title(const char *title);
/* Why the page looks like one that keeps us out: an id of waf.csv, "retry_after", "status"; NULL: it does
 * not. */
const char *waf_blocks(const struct web_row *r);

#endif
