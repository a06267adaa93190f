/*
 * resource_hosts: what a site's evidence says of the hosts that its page loads from; shared by the judge and by
 * who plans the looks (source/visit_resources.c).  All pure.
 */
#ifndef CHECK_RESOURCE_HOSTS_H
#define CHECK_RESOURCE_HOSTS_H

#include "check/page_hosts.h"
#include "check/view.h"

/* The page that a visitor with IPv6 alone sees, when it was read; NULL: there is none. */
const struct obs *site_resources_page(const struct site *s);

/* The latest look at one address, or NULL. */
const struct obs *site_resource(const struct site *s, const char *host, uint16_t port, const struct addr *a);

/* How a host can be reached over one family: "ok" when one of its addresses takes a connection and, at port 443,
 * its certificate verifies; "none" without a usable address; "refused" "timeout" "unreachable" "tls" "cert":
 * none of those that are tried does, and this is what the first one did; or the code of an unknown. */
const char *resource_reach(const struct site *s, const struct host *h, uint16_t port, int family);

/* Does the page get what it needs from there? */
enum resource_state {
	RESOURCE_OK,
	RESOURCE_NO_AAAA,	/* IPv4 alone */
	RESOURCE_UNREACHABLE, /* IPv6 in name only */
	RESOURCE_GONE,	/* no address, or dead on both families: no matter of IPv6 */
	RESOURCE_UNKNOWN	/* *code says why */
};
enum resource_state resource_state(const struct site *s, const struct page_host *h, const char **code);

#endif
