/* Any text: no answer but one of ours. */
#include "wire/retry_after.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[65];
	int64_t s;

	size = size < sizeof(text) ? size : sizeof(text) - 1;
	memcpy(text, data, size);
	text[size] = '\0';
	s = retry_after_s(text, INT64_C(1700000000000000));
	assert(s >= -1 && s <= 7 * 86400);
	return 0;
}
