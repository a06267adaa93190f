/* Any bytes as a stream, in pieces of any size: what comes out is what the first two bytes promise, or nothing. */
#include "wire/dns_stream.h"

#include "wire/dns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how large the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? data[0] % 64 + 1U : 1, promised = size >= 3 ? (size_t)data[1] << 8 | data[2] : 0;
	const uint8_t *p = data + (size > 0), *end = data + size;
	enum dns_stream_state state = DNS_STREAM_MORE;
	struct dns_stream s = {.n = 0};

	while (state == DNS_STREAM_MORE && p < end) {
		const uint8_t *until = (size_t)(end - p) < piece ? end : p + piece;

		while ((state = dns_stream_take(&s, &p, until)) == DNS_STREAM_ROOM) {
			assert(!s.in && s.len == promised);
			s.in = malloc(s.len);
			assert(s.in);
		}
		assert(state != DNS_STREAM_MORE || p == until);
	}
	assert((state == DNS_STREAM_BAD) == (size >= 3 && promised < DNS_HEADER_B));
	assert((state == DNS_STREAM_WHOLE) == (promised >= DNS_HEADER_B && size >= 3 + promised));
	if (state == DNS_STREAM_WHOLE)
		assert(s.n == promised && !memcmp(s.in, data + 3, promised) && p == data + 3 + promised);
	free(s.in);
	return 0;
}
