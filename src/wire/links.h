/*
 * links: the addresses that a page names: where it leads and what it needs, from a stream of bytes cut
 * anywhere.  WHATWG HTML 13.2.5 (tokens), 4.6 and 4.8 (links, embedded content); threats.md T-NET-08.
 *
 * No tree, no recursion, no memory but the struct; time linear in the bytes, whatever the pieces.
 * Text, comments and the bodies of scripts and styles are passed over with memchr; only the tags that
 * can name an address are read attribute by attribute.  What a browser does not load counts as no
 * resource: the content of <template>, and resources in <noscript>; links in <noscript> do count.
 *
 * An address comes as the page means it: character references decoded, spaces around it and line
 * breaks inside it gone (WHATWG URL 4.4); it may be relative (wire/url.h resolves it, against the base
 * that came before where there is one).  Other schemes than http and https, and mere fragments, are
 * passed over.  We know the character references that stand in addresses, not all 2,231.
 */
#ifndef WIRE_LINKS_H
#define WIRE_LINKS_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum link_kind {
	LINK_PAGE,   /* a, area: where the page leads */
	LINK_BASE,   /* base: at most once, and only the first counts */
	LINK_SCRIPT, /* from here on: what the page needs */
	LINK_STYLE,
	LINK_IMAGE,
	LINK_FONT,
	LINK_FRAME, /* frame iframe embed object */
	LINK_MEDIA, /* audio video track, and what is preloaded without being one of the above */
	LINK_ICON,
	LINK_KINDS
};
extern const char *const link_kind_words[LINK_KINDS + 1]; /* page base script style ... NULL */

/* url is len bytes, with a NUL behind them, and lives until the call returns. */
typedef void links_found(void *ctx, enum link_kind kind, const char *url, size_t len);

struct links {
	/* results; final at any time */
	uint64_t pages, resources; /* found, those past L_HTML_LINKS included */
	uint64_t too_long;         /* addresses past L_URL_B and tags past L_HTML_TAG_B */
	bool has_base;

	/* of the scanner */
	links_found *found;
	void *ctx;
	unsigned state, in_tag;
	char quote;
	unsigned templates, noscripts;  /* open ones */
	const char *raw;                /* the element whose end is looked for */
	uint8_t last[3];                /* bytes before, in a comment */
	bool tag_over;
	size_t tag_n;
	char tag[L_HTML_TAG_B + 1];     /* a tag that the pieces cut: from its name on */
	char url[L_URL_B + 1];
};

void links_init(struct links *l, links_found *found, void *ctx);
void links_feed(struct links *l, const void *data, size_t len);

#endif
