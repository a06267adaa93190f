/* Any bytes, in pieces of any size: the result and the body do not depend on the pieces. */
#include "wire/http.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool add(void *ctx, const uint8_t *data, size_t len)
{
	uint64_t *sum = ctx;

	for (size_t i = 0; i < len; i++)
		*sum = *sum * 31 + data[i] + 1;
	return true;
}

static uint64_t run(const uint8_t *data, size_t size, size_t piece)
{
	static struct http h;
	enum http_result r = HTTP_MORE;
	uint64_t sum = 7;

	http_init(&h);
	h.body = add;
	h.ctx = &sum;
	for (size_t at = 0; at < size && r == HTTP_MORE; at += piece)
		r = http_feed(&h, data + at, size - at < piece ? size - at : piece);
	if (r == HTTP_MORE)
		r = http_close(&h);
	assert(h.wire_b <= L_HTTP_BODY_B && h.n_headers <= L_HTTP_HEADERS + 1);
	assert(strlen(h.location) <= L_URL_B && strlen(h.server) < sizeof(h.server));
	assert(r != HTTP_DONE || (h.status >= 200 && h.status <= 599));
	assert((r != HTTP_BAD && r != HTTP_LIMIT) || h.why);
	return sum * 31 + r * 7 + h.status + strlen(h.location);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole = run(data, size, size + 1);

	assert(whole == run(data, size, 1));
	assert(whole == run(data, size, 7));
	return 0;
}
