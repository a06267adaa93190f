/* Any bytes as a page: pieces do not matter, the lines are within limits and read back as they were
 * written.  Any bytes as lines: the walk ends. */
#include "check/page_hosts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *run(const uint8_t *data, size_t size, size_t piece, struct arena *a, const char **limit,
		       struct page_links *links)
{
	static const char address[] = "https://a.test/dir/page?q";
	struct page_hosts *p;
	const char *text, *why;
	struct url u;

	assert(url_parse(&u, address, strlen(address), 0, &why));
	p = page_hosts_new(&u, links);
	assert(p);
	for (size_t at = 0; at < size; at += piece)
		page_hosts_feed(p, data + at, size - at < piece ? size - at : piece);
	text = page_hosts_text(p, a, limit);
	page_hosts_free(p);
	return text;
}

static size_t walk(const char *text, bool own)
{
	const char *at = NULL;
	struct page_host h;
	size_t n = 0;

	while (page_host_next(text, &at, &h)) {
		assert(h.host[0] && !strchr(h.host, ' ') && !strchr(h.host, '\n') && h.port);
		assert(!own || (h.kinds && strcmp(h.host, "a.test")));
		n++;
	}
	assert(!own || !at || !*at);
	return n;
}

static void same_links(const struct link_set *a, const struct link_set *b)
{
	assert(a->n == b->n && a->n_picks == b->n_picks && a->n_picks == (a->n < 5 ? a->n : 5));
	for (size_t i = 0; i < a->n_picks; i++) {
		assert(!strcmp(a->picks[i].url, b->picks[i].url) && link_set_has(a, a->picks[i].hash));
		assert(!i || a->picks[i - 1].hash < a->picks[i].hash);
		assert(!strchr(a->picks[i].url, '#') && !strchr(a->picks[i].url, ' '));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *whole, *pieces, *limit, *limit2;
	struct page_links all, again;
	struct arena a;

	arena_init(&a, 0);
	page_links_init(&all, "a.test", "kin.test", 5, 1);
	page_links_init(&again, "a.test", "kin.test", 5, 1);
	whole = run(data, size, size + 1, &a, &limit, &all);
	pieces = run(data, size, 3, &a, &limit2, &again);
	same_links(&all.internal, &again.internal);
	same_links(&all.external, &again.external);
	page_links_done(&all);
	page_links_done(&again);
	assert(!strcmp(whole, pieces) && (limit == limit2 || !strcmp(limit, limit2)));
	assert(walk(whole, true) <= L_RESOURCE_HOSTS);
	walk(arena_strn(&a, (const char *)data, strnlen((const char *)data, size)), false);
	arena_done(&a);
	return 0;
}
