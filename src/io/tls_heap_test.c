/* Blocks do not overlap, keep what is in them, are aligned, are used again, and are counted. */
#include "io/tls_heap.h"

#include "test/tap.h"

#include <stdint.h>
#include <string.h>

enum { BLOCKS = 3000, TURNS = 200000 };

static struct {
	unsigned char *at;
	size_t n;
	unsigned char fill;
} blocks[BLOCKS];

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

/* Mostly small, some around each bound. */
static size_t size(void)
{
	static const size_t bounds[] = {32, 1024, 2048, 4096, 16384, 32768, 40000};

	return next() % 4 ? 1 + next() % 600 : bounds[next() % 7] + next() % 3 - 1;
}

static bool whole(size_t i)
{
	for (size_t k = 0; k < blocks[i].n; k++)
		if (blocks[i].at[k] != blocks[i].fill)
			return false;
	return true;
}

static void fill(size_t i, unsigned char *at, size_t n)
{
	blocks[i].at = at;
	blocks[i].n = n;
	blocks[i].fill = (unsigned char)next();
	memset(at, blocks[i].fill, n);
}

static void storm(void)
{
	bool kept = true, aligned = true, got = true;
	size_t least = 0;

	for (size_t turn = 0; turn < TURNS; turn++) {
		size_t i = next() % BLOCKS, n = size();

		kept = kept && whole(i);
		if (!blocks[i].at || next() % 3 == 0) {
			tls_heap_free(blocks[i].at);
			fill(i, tls_heap_alloc(n), n);
		} else {
			unsigned char *p = tls_heap_realloc(blocks[i].at, n);
			size_t same = n < blocks[i].n ? n : blocks[i].n;

			for (size_t k = 0; p && k < same; k++)
				kept = kept && p[k] == blocks[i].fill;
			fill(i, p, n);
		}
		got = got && blocks[i].at;
		aligned = aligned && (uintptr_t)blocks[i].at % 16 == 0;
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		kept = kept && whole(i);
		least += blocks[i].n;
	}
	ok(got, "every block was got");
	ok(kept, "no block was touched by another one, nor by its move");
	ok(aligned, "all are aligned to 16 bytes");
	ok(tls_heap_b() >= least && tls_heap_b() < least * 2, "%zu bytes are counted for %zu", tls_heap_b(), least);
	for (size_t i = 0; i < BLOCKS; i++)
		tls_heap_free(blocks[i].at);
	is_int((long long)tls_heap_b(), 0, "and none when all are free");
}

int main(void)
{
	void *p, *q;

	ok(!tls_heap_alloc(0), "nothing is no block");
	ok(!tls_heap_alloc(SIZE_MAX) && !tls_heap_alloc(SIZE_MAX - 8), "nor is more than there can be");
	tls_heap_free(NULL);
	p = tls_heap_realloc(NULL, 10);
	ok(p && tls_heap_b() >= 10, "realloc of nothing allocates");
	ok(!tls_heap_realloc(p, 0) && tls_heap_b() == 0, "to nothing it frees");
	p = tls_heap_alloc(100);
	tls_heap_free(p);
	q = tls_heap_alloc(97);
#if defined(__SANITIZE_ADDRESS__)
	ok(q, "a block");
#else
	ok(p == q, "a free block of the class is the next one");
#endif
	tls_heap_free(q);
	storm();
	return done();
}
