/* Any bytes: pieces do not matter; what is told is short, no mere fragment, and counted. */
#include "wire/links.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	uint64_t hash, pages, resources, bases;
};

static void note(void *ctx, enum link_kind kind, const char *url, size_t len)
{
	struct seen *s = ctx;

	assert(len > 0 && len <= L_URL_B && !url[len] && url[0] != '#');
	assert(!memchr(url, '\n', len) && !memchr(url, '\t', len) && !memchr(url, '\r', len));
	assert(strncmp(url, "data:", 5) != 0 && strncmp(url, "javascript:", 11) != 0);
	for (size_t i = 0; i < len; i++)
		s->hash = (s->hash ^ (uint8_t)url[i]) * 0x100000001b3;
	s->hash = (s->hash ^ (uint64_t)kind) * 0x100000001b3;
	*(kind == LINK_PAGE ? &s->pages : kind == LINK_BASE ? &s->bases : &s->resources) += 1;
}

static struct seen run(const uint8_t *data, size_t size, size_t piece)
{
	static struct links l;
	struct seen s = {.hash = 0xcbf29ce484222325};

	links_init(&l, note, &s);
	for (size_t at = 0; at < size; at += piece)
		links_feed(&l, data + at, size - at < piece ? size - at : piece);
	assert(s.pages == (l.pages < L_HTML_LINKS ? l.pages : L_HTML_LINKS));
	assert(s.resources == (l.resources < L_HTML_LINKS ? l.resources : L_HTML_LINKS));
	assert(s.bases == l.has_base);
	s.hash += l.pages * 3 + l.resources * 5 + l.too_long * 7;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole = run(data, size, size + 1).hash;

	assert(whole == run(data, size, 1).hash);
	assert(whole == run(data, size, 7).hash);
	return 0;
}
