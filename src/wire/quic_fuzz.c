/* Any datagram: it is an answer or has a word why not; what the laboratory answers can be read again. */
#include "wire/quic.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct quic_ids ids = {{1, 2, 3, 4, 5, 6, 7, 8}, {9, 10, 11, 12, 13, 14, 15, 16}};
	static const uint32_t list[] = {1};
	struct quic_versions v;
	uint8_t to[1024];
	size_t n;

	if (quic_versions(&v, data, size, &ids))
		assert(!v.why && v.n <= L_QUIC_VERSIONS && size >= 7 + 2 * QUIC_ID_B + 4);
	else
		assert(v.why && !v.n);
	n = quic_negotiate(to, sizeof(to), data, size, list, 1);
	assert(n <= sizeof(to) && (!n || size >= QUIC_INITIAL_B));
	return 0;
}
