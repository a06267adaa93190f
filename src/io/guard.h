/*
 * guard: the one judge of where a packet may go, asked on the final address immediately before every
 * connect and every send (threats.md 2.2, T-SSRF-01 to 12).  Nothing else in the program calls
 * connect, sendto or sendmsg towards a far host; io/sock.c and io/dgram.c do, after this.
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
#include "base/special.h"

#include <stdbool.h>
#include <stddef.h>

struct guard;

struct guard_config {
	const struct prefix *allow, *deny, *pref64;
	size_t n_allow, n_deny, n_pref64;
	bool skip_own; /* tests only: do not ask the kernel */
	/* A guard for one service that the operator named (the resolver): this address may be sent to,
	 * be it our own, on-link or special, and no other.  Nothing else is looked at. */
	const struct addr *only;
};

/* Reads our own addresses and connected routes from the kernel; fails closed: NULL and e. */
struct guard *guard_new(const struct guard_config *c, struct err *e);
void guard_free(struct guard *g);
/* Again from the kernel, if a netlink notice says that something changed.  When it cannot be read
 * the guard denies everything until a later call succeeds. */
int guard_refresh(struct guard *g, struct err *e);
/* Readable when there is a notice, for a loop_watch() that calls guard_refresh(); -1 if skip_own. */
int guard_fd(const struct guard *g);

enum { GUARD_REASON_MAX = 96 };
/* True if a packet may go there.  Otherwise reason gets "class" or "class:inner", e.g.
 * "private", "own", "on_link", "denied", "6to4:private". */
bool guard_ok(struct guard *g, const struct addr *a, char reason[static GUARD_REASON_MAX]);
/* Is it outside every special prefix, so that public politeness rules (P-ATTR) hold? */
bool guard_is_public(const struct guard *g, const struct addr *a);

/* Does this host text name an address with a zone ("fe80::1%eth0", "[fe80::1%25eth0]")?  Such a URL
 * is refused (T-SSRF-04): a zone means our own links, whatever the address says. */
bool host_has_zone(const char *host);
struct sockaddr;
/* The address in a sockaddr as it will be given to connect or sendto; false, with *why a word, if it
 * is of another family, too short, or has a scope id. */
bool guard_sockaddr(const struct sockaddr *sa, size_t len, struct addr *a, const char **why);

#endif
