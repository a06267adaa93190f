/*
 * page_hosts: which other hosts a page loads from, gathered while its bytes come (wire/links.h): of scripts,
 * styles, images, fonts, frames, media, icons.  What a page loads only by running its scripts or reading its
 * styles is not seen.
 *
 * An address is read against the page's own, or its <base> as far as that came before.  What has no host, or
 * one that no browser asks, is passed over.  A page that came by HTTPS loads all by HTTPS: browsers refuse or
 * mend the rest.  The page's own host does not count.  One host a line, in the order of the page:
 *
 *	cdn.example 443 script,image
 *
 * Links to pages go to a sampler (check/page_links.h) where one wants them: those to ports 80 and 443.
 *
 * L_RESOURCE_HOSTS of them, L_RESOURCE_HOSTS_PER_DOMAIN under one registrable domain: names that somebody's
 * wildcard makes up cost us little (threats.md T-DNS-12, T-NET-08).
 */
#ifndef CHECK_PAGE_HOSTS_H
#define CHECK_PAGE_HOSTS_H

#include "check/page_links.h"
#include "wire/links.h"
#include "wire/url.h"

/* About 18 KB: only where a page comes. */
struct page_hosts;

/* page: its own address, copied; links: gets what the page leads to, or NULL.  NULL without memory. */
struct page_hosts *page_hosts_new(const struct url *page, struct page_links *links);
void page_hosts_free(struct page_hosts *p);
void page_hosts_feed(struct page_hosts *p, const void *data, size_t len);
/* The lines; "" when there is none.  *limit is NULL, or why there may be more: "links" "long" "hosts" "port"
 * (one that we do not go to). */
const char *page_hosts_text(const struct page_hosts *p, struct arena *a, const char **limit);
/* Were there links past what is read of a page? */
bool page_hosts_links_cut(const struct page_hosts *p);

/* Walks the lines; *at starts NULL.  kinds: bits 1 << enum link_kind.  A line that is none ends the walk. */
struct page_host {
	char host[URL_HOST_MAX];
	uint16_t port;
	unsigned kinds;
};
bool page_host_next(const char *text, const char **at, struct page_host *h);
/* "script,image" */
enum { PAGE_KINDS_MAX = 80 };
const char *page_kinds(unsigned kinds, char text[static PAGE_KINDS_MAX]);
/* Does a page not work, or look as it should, without this? */
static inline bool page_kinds_matter(unsigned kinds)
{
	return kinds & (1U << LINK_SCRIPT | 1U << LINK_STYLE | 1U << LINK_FRAME);
}

#endif
