/*
 * guard: the one judge of where a packet may go, asked on the final address immediately before every
 * connect and every send (threats.md 2.2, T-SSRF-01 to 12).  Nothing else in the program calls
 * connect, sendto or sendmsg towards a far host; io/sock.c does, after this.
 *
 * Allow-list logic: IPv6 must lie in 2000::/3 and in no special-purpose prefix; IPv4 must lie in no
 * special-purpose prefix; neither may be one of our own addresses, an on-link prefix, or a prefix
 * that the operator denied.  Addresses that carry an IPv4 address inside (mapped, NAT64, 6to4,
 * Teredo, ISATAP) are denied as a class and the inner address is named.
 * The operator may allow prefixes (a laboratory, an intranet); denied prefixes win over those, our
 * own and on-link addresses win over all.
 */
#ifndef IO_GUARD_H
#define IO_GUARD_H

#include "base/addr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* A row of the special-purpose table: IANA's registries and the prefixes that never were public. */
struct special {
	struct prefix prefix;
	const char *class_; /* stable word: "private", "loopback", "documentation", "6to4" ... */
	const char *rfc;
	bool global;	    /* globally reachable all the same (e.g. 192.0.0.9/32): not denied */
};
/* The most specific row that holds a, or NULL.  IPv6 outside 2000::/3 always has a row. */
const struct special *special_find(const struct addr *a);
size_t special_count(void);
const struct special *special_row(size_t i);

/* The IPv4 address that an IPv6 address carries by its form (RFC 4291 mapped and compatible, RFC
 * 6052 well-known prefix and those in pref64, RFC 3056 6to4, RFC 4380 Teredo, RFC 5214 ISATAP);
 * false if none.  *how is the class word. */
bool addr_embedded_v4(const struct addr *a, const struct prefix *pref64, size_t n_pref64,
		      struct addr *v4, const char **how);

struct guard;

struct guard_config {
	const struct prefix *allow, *deny, *pref64;
	size_t n_allow, n_deny, n_pref64;
	bool skip_own; /* tests only: do not ask the kernel */
};

/* Reads our own addresses and connected routes from the kernel; fails closed. */
struct guard *guard_new(const struct guard_config *c, struct err *e);
void guard_free(struct guard *g);
/* Again from the kernel, if a netlink notice says that something changed. */
int guard_refresh(struct guard *g, struct err *e);

enum { GUARD_REASON_MAX = 96 };
/* True if a packet may go there.  Otherwise reason gets "class" or "class:inner", e.g.
 * "private", "own", "on_link", "denied", "6to4:private". */
bool guard_ok(struct guard *g, const struct addr *a, char reason[static GUARD_REASON_MAX]);
/* Is it outside every special prefix, so that public politeness rules (P-ATTR) hold? */
bool guard_is_public(const struct guard *g, const struct addr *a);

#endif
