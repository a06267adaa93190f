/* Any bytes as any message: read within bounded memory, and what is taken is written back the same. */
#include "store/message.h"

#include "base/limits.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void question(const uint8_t *data, size_t size)
{
	struct arena a;
	struct question q;
	struct buf b;

	arena_init(&a, 0);
	if (question_read(data, size, &a, &q)) {
		buf_init(&b, size);
		question_write(&b, q.sql, q.args, q.n_args);
		assert(b.len == size && !memcmp(b.data, data, size));
		buf_done(&b);
	}
	assert(a.used < 64 * size + 65536);
	arena_done(&a);
}

/* Pieces of an answer: length:u8 bytes, one after the other. */
static void answer(const uint8_t *data, size_t size)
{
	struct arena a;
	struct table t;
	struct answer r;
	bool good = true;

	arena_init(&a, 0);
	answer_init(&r, &a, &t);
	for (size_t at = 0, turn = 0; at < size && good; turn++) {
		size_t n = data[at++];

		if (n > size - at)
			n = size - at;
		good = turn ? answer_rows(&r, data + at, n) : answer_head(&r, data + at, n);
		at += n;
	}
	if (good && answer_end(&r, "", 1))
		for (size_t i = 0; i < t.n_rows * t.n_cols; i++)
			assert(t.cells[i].type <= VALUE_BLOB);
	answer_done(&r);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct status s;
	struct err e = {0};

	if (!size)
		return 0;
	arena_init(&a, 0);
	switch (data[0] % 4) {
	case 0: question(data + 1, size - 1); break;
	case 1: answer(data + 1, size - 1); break;
	case 2: assert(fault_read(data + 1, size - 1, &e) < 0); break;
	default: (void)status_read(data + 1, size - 1, &a, &s);
	}
	arena_done(&a);
	return 0;
}
