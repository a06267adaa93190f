/* Any bytes in any pieces: never more memory than one message, and the pieces do not matter. */
#include "io/frame.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Feeds in pieces of this size; a sum over all messages. */
static uint64_t sum(const uint8_t *data, size_t size, size_t piece)
{
	struct frame_reader r;
	struct frame f;
	uint64_t sum = 0;

	frame_reader_init(&r, 1000, LIMIT_IPC_MESSAGE_B);
	for (size_t at = 0; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		frame_feed(&r, data + at, n);
		while (frame_next(&r, &f) == 1) {
			sum = sum * 31 + f.type + f.len;
			for (size_t i = 0; i < f.len; i++)
				sum = sum * 31 + f.body[i];
		}
		assert(r.in.len - r.at <= 1000 + FRAME_HEADER_B || r.bad);
	}
	frame_reader_done(&r);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	assert(sum(data + 1, size - 1, 1 + data[0] % 16) == sum(data + 1, size - 1, FRAME_FEED_B));
	return 0;
}
