/* Messages of a stream, byte by byte and at once. */
#include "wire/dns_stream.h"

#include "test/tap.h"
#include "wire/dns.h"

#include <string.h>

static uint8_t text[2 + 65535 + 3], room[65535];

static enum dns_stream_state read_all(size_t len, size_t have, size_t piece, size_t *left)
{
	const uint8_t *p = text, *end = text + have;
	enum dns_stream_state state = DNS_STREAM_MORE;
	struct dns_stream s = {.n = 0};

	text[0] = (uint8_t)(len >> 8);
	text[1] = (uint8_t)len;
	memset(room, 0, sizeof(room));
	while (state == DNS_STREAM_MORE && p < end) {
		const uint8_t *until = (size_t)(end - p) < piece ? end : p + piece;

		while ((state = dns_stream_take(&s, &p, until)) == DNS_STREAM_ROOM)
			s.in = room;
	}
	*left = (size_t)(end - p);
	return state;
}

int main(void)
{
	static const size_t pieces[] = {1, 2, 3, 1000, 100000};
	size_t left;

	for (size_t i = 2; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		ok(read_all(DNS_HEADER_B, 2 + DNS_HEADER_B, pieces[i], &left) == DNS_STREAM_WHOLE &&
			   !memcmp(room, text + 2, DNS_HEADER_B) && !left, "the shortest, %zu at once", pieces[i]);
		ok(read_all(65535, 2 + 65535, pieces[i], &left) == DNS_STREAM_WHOLE && !memcmp(room, text + 2, 65535),
		   "the longest, %zu at once", pieces[i]);
		ok(read_all(65535, 2 + 65534, pieces[i], &left) == DNS_STREAM_MORE, "one byte less is not all");
		ok(read_all(DNS_HEADER_B - 1, 100, pieces[i], &left) == DNS_STREAM_BAD, "too short to be one");
		ok(read_all(0, 2, pieces[i], &left) == DNS_STREAM_BAD, "nothing at all");
		ok(read_all(20, 1, pieces[i], &left) == DNS_STREAM_MORE, "half a length");
	}
	ok(read_all(20, 25, 100000, &left) == DNS_STREAM_WHOLE && left == 3, "what comes behind it is left");
	return done();
}
