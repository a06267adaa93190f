/* Any bytes: what is taken for a batch, written and read again, gives the same bytes. */
#include "core/obs.h"
#include "core/verdict.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct schema *find(const char *name)
{
	return strcmp(name, "verdict") ? NULL : &verdict_schema;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct batch *one = batch_decode(data, size, find, NULL), *two;
	struct buf first, second;

	if (!one)
		return 0;
	buf_init(&first, 1 << 26);
	buf_init(&second, 1 << 26);
	batch_encode(one, &first);
	two = batch_decode(first.data, first.len, find, NULL);
	assert(two && two->obs.n == one->obs.n && !strcmp(one->id, two->id));
	batch_encode(two, &second);
	assert(first.len == second.len && !memcmp(first.data, second.data, first.len));
	batch_free(one);
	batch_free(two);
	buf_done(&first);
	buf_done(&second);
	return 0;
}
