/* Any bytes, in pieces of any size: the answer does not depend on the pieces, and costs what it may. */
#include "wire/robots.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned run(const uint8_t *data, size_t size, size_t piece, const char *path)
{
	static struct robots r;
	bool refused;

	robots_init(&r, "sextant", path);
	for (size_t at = 0; at < size; at += piece)
		robots_feed(&r, data + at, size - at < piece ? size - at : piece);
	refused = robots_end(&r);
	assert(!refused || r.named);
	assert(r.steps <= L_ROBOTS_STEPS + size + 1);
	assert(!r.named || r.refused_crawl == refused);
	return refused | (unsigned)r.named << 1 | (unsigned)r.refused_crawl << 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"/", "/a/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab?x=1"};

	for (int i = 0; i < 2; i++) {
		unsigned whole = run(data, size, size + 1, paths[i]);

		assert(whole == run(data, size, 1, paths[i]));
		assert(whole == run(data, size, 7, paths[i]));
	}
	return 0;
}
