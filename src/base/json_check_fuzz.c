/* json_check_fuzz: what is accepted must still be accepted inside an array, and is valid UTF-8. */
#include "base/json.h"
#include "base/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b;

	if (!json_valid((const char *)data, size))
		return 0;
	assert(utf8_valid((const char *)data, size));
	buf_init(&b, 1 << 22);
	buf_char(&b, '[');
	buf_add(&b, data, size);
	buf_str(&b, ",0]");
	/* one level more may be one too many; anything else must hold */
	if (!json_valid(b.data, b.len)) {
		unsigned depth = 0, most = 0;

		for (size_t i = 0; i < size; i++) {
			depth += data[i] == '[' || data[i] == '{';
			most = depth > most ? depth : most;
		}
		assert(most >= JSON_DEPTH_MAX);
	}
	buf_done(&b);
	return 0;
}
