/*
 * page_links: which pages a page leads to, as a sample that anybody can draw again (field.md 3.1).
 *
 * Of all different addresses the `want` with the smallest hashes are the sample: SipHash-2-4 of the canonical
 * address (wire/url.h, without fragment), whose key is the seed, eight bytes little-endian, twice.  So the
 * sample depends on seed and addresses alone, not on their order nor on how often one stands there, and that of
 * several pages together comes of feeding them one after the other.
 *
 * Internal is what lies under the site's registrable domain, or under one of its kin's.  Front pages of the
 * domain and of www are left out, and what `but` has seen.
 */
#ifndef CHECK_PAGE_LINKS_H
#define CHECK_PAGE_LINKS_H

#include "base/arena.h"
#include "base/limits.h"
#include "wire/url.h"

struct link_pick {
	uint64_t hash;
	const char *url; /* canonical text */
	const char *host;
};

struct link_set {
	struct link_pick picks[L_LINKS_SAMPLE]; /* by hash */
	size_t n_picks;
	size_t n; /* different addresses seen */
	uint64_t *seen; /* their hashes: open addressing, 0 is free */
	size_t n_slots;
};

struct page_links {
	/* set between init and the first page */
	const struct link_set *but; /* of these none; may be NULL */

	/* what came of it */
	struct link_set internal, external;
	bool cut; /* a page named more than was read */

	/* of the sampler */
	struct arena arena;
	const char *domain, *registered, *kin;
	char last[URL_HOST_MAX]; /* the last host that was looked at, and on which side it lies */
	bool last_internal;
	size_t want;
	uint64_t seed;
};

/* domain: the site's; kin: other registrable domains that are as good as its own, one space between, or NULL;
 * both stay the caller's.  want is L_LINKS_SAMPLE at most. */
void page_links_init(struct page_links *p, const char *domain, const char *kin, size_t want, uint64_t seed);
void page_links_done(struct page_links *p);
/* An address of a page whose own address is page. */
void page_links_add(struct page_links *p, const struct url *u, const struct url *page);
bool page_links_internal(struct page_links *p, const char *host);

uint64_t link_hash(uint64_t seed, const char *url);
bool link_set_has(const struct link_set *s, uint64_t hash);

#endif
