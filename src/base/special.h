/*
 * special: the special-purpose prefixes of both families, from data/special.csv: IANA's two
 * registries and the prefixes that never were public.  It says what kind of address this is; who may
 * be sent a packet is the guard's business (io/guard.h), which starts from this table.
 *
 * Two columns that are not the same: `global` is IANA's word on whether packets to the prefix travel
 * between networks; `probe` is ours on whether a published service can live there.  They differ where
 * the prefix names no place (ORCHID, drone tags), is answered by whatever stands nearest (PCP, TURN
 * anycast), or hides an IPv4 address (NAT64).
 * Sources: IANA iana-ipv4-special-registry and iana-ipv6-special-registry (RFC 6890, RFC 8190).
 */
#ifndef BASE_SPECIAL_H
#define BASE_SPECIAL_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum special_global { SPECIAL_NO, SPECIAL_YES, SPECIAL_NA };

struct special {
	struct prefix prefix;
	const char *class_; /* stable word: "private", "loopback", "documentation", "6to4" ... */
	const char *rfc;
	enum special_global global; /* IANA: globally reachable */
	bool probe;		    /* a public service may live here, so a probe may go there */
	const char *name_en, *name_zh;
};

/* The most specific row that holds a, or NULL: an ordinary public address.  IPv6 outside 2000::/3
 * always has a row.  The table is read once, at first use; a broken one ends the program. */
const struct special *special_find(const struct addr *a);
size_t special_count(void);
const struct special *special_row(size_t i); /* IPv4 first; the most specific first in each */

/* Does this published address lead nowhere on the public Internet?  NULL if it is an ordinary one
 * (or a special one that is public all the same), else the class word: "ula", "6to4" ... */
const char *addr_bogon(const struct addr *a);

/* The IPv4 address that an IPv6 address carries by its form: RFC 4291 mapped and compatible, RFC 2765
 * translated, RFC 6052 in the well-known prefix, in 64:ff9b:1::/48 (read as /96) and in those of
 * pref64 (which are asked first), RFC 3056 6to4, RFC 4380 Teredo (the client), RFC 5214 ISATAP.
 * False if none.  *how is the class word; a prefix of pref64 gives "pref64". */
bool addr_embedded_v4(const struct addr *a, const struct prefix *pref64, size_t n_pref64,
		      struct addr *v4, const char **how);

/* RFC 6052, 2.2: the lengths a NAT64 prefix may have. */
bool pref64_len_ok(unsigned len);

/* Reads a table of this form into rows, sorted, with texts in a (tests hand in broken ones).  Returns
 * how many, or a negative errno and e. */
int special_parse(const char *text, size_t len, struct arena *a, struct special *rows, size_t max,
		  struct err *e);

#endif
