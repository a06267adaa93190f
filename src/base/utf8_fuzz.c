/* Any bytes: cleaned text is valid, fits, and cleaning it again changes nothing. */
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char once[256], twice[256];
	size_t max = size ? 1 + data[0] : 1, n, at = 0;

	while (at < size) {
		uint32_t c;
		size_t step = utf8_decode(text + at, size - at, &c);

		assert(step >= 1 && step <= size - at && (c != UTF8_BAD || step == 1));
		assert(c == UTF8_BAD || c <= 0x10ffff);
		at += step;
	}
	n = utf8_clean(once, max, text, size);
	assert(n < max && strlen(once) == n && utf8_valid(once, n));
	assert(utf8_clean(twice, sizeof(twice), once, n) == n && !memcmp(once, twice, n));
	assert(utf8_width(once) <= 2 * n);
	return 0;
}
