/* Any bytes as gzip and as deflate: never more than the cap comes out; pieces do not matter to a
 * stream that ends well. */
#include "wire/inflate.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool add(void *ctx, const uint8_t *data, size_t len)
{
	uint64_t *sum = ctx;

	for (size_t i = 0; i < len; i++)
		*sum = *sum * 31 + data[i];
	return true;
}

static enum inflate_result run(const uint8_t *data, size_t size, bool gzip, size_t piece,
			       uint64_t *sum)
{
	struct inflate i = {.out = add, .ctx = sum};
	enum inflate_result r = INFLATE_MORE;

	*sum = 0;
	inflate_begin(&i, gzip);
	for (size_t at = 0; at < size && r == INFLATE_MORE; at += piece)
		r = inflate_feed(&i, data + at, size - at < piece ? size - at : piece);
	assert(i.out_b <= L_HTTP_DECODED_B);
	inflate_end(&i);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int gzip = 0; gzip < 2; gzip++) {
		uint64_t whole, cut;
		enum inflate_result r = run(data, size, gzip, size + 1, &whole);
		enum inflate_result s = run(data, size, gzip, 3, &cut);

		assert((r == INFLATE_DONE && s == INFLATE_DONE) ? whole == cut
			: r == s || r == INFLATE_LIMIT || s == INFLATE_LIMIT);
	}
	return 0;
}
