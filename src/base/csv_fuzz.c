/* Any bytes: the reader ends, and what it read, written and read again, is the same. */
#include "base/csv.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 16 };

static void round_trip(struct arena *a, char **cell, int n)
{
	struct buf out;
	struct csv c;
	char *back[MAX];

	buf_init(&out, 1 << 22);
	for (int i = 0; i < n; i++)
		csv_cell(&out, cell[i], i == 0, false);
	csv_end(&out);
	csv_init(&c, out.data, out.len);
	/* one empty cell is an empty line; a byte-order mark is only lost at the very start */
	if (!(n == 1 && !*cell[0]) && strncmp(cell[0], "\xef\xbb\xbf", 3)) {
		assert(csv_next(&c, a, back, MAX) == n);
		for (int i = 0; i < n; i++)
			assert(!strcmp(cell[i], back[i]));
	}
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct csv c;
	char *cell[MAX];
	unsigned line = 0;

	arena_init(&a, 0);
	csv_init(&c, (const char *)data, size);
	for (size_t i = 0; i <= size + 1; i++) {
		int n = csv_next(&c, &a, cell, MAX);

		assert(c.at <= c.len && c.line > line - (n == 0));
		line = c.line;
		if (n == 0) {
			arena_done(&a);
			return 0;
		}
		assert(n > 0 ? n <= MAX && !c.error : c.error != NULL);
		if (n > 0)
			round_trip(&a, cell, n);
	}
	assert(!"the reader does not end");
	return 0;
}
