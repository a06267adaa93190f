/*
 * http3_host: which host of a site advertises HTTP/3, so that planner and judge agree whom to ask.
 *
 * The host of the page that a visitor sees, when it says so by Alt-Svc (RFC 7838) over either family; else the
 * domain, when its HTTPS record has alpn h3 and leads to the domain itself (RFC 9460).  Only UDP port 443 of the
 * host is asked: an alternative elsewhere is said to be one.
 */
#ifndef CHECK_HTTP3_HOST_H
#define CHECK_HTTP3_HOST_H

#include "check/view.h"

enum http3_by { HTTP3_NOT, HTTP3_ALT_SVC, HTTP3_HTTPS_RR, HTTP3_ELSEWHERE };
extern const char *const http3_by_words[]; /* "" alt_svc https_rr elsewhere NULL */

/* host is set unless it is HTTP3_NOT.  Pure. */
enum http3_by site_http3(const struct site *s, char host[static NAME_MAX_B]);

#endif
