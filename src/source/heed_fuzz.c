/* Any line: what is read is written as it was read, and can be heard. */
#include "source/heed.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int64_t now_us = INT64_C(1790000000000000);
	struct heed_wish w, again;
	struct heed *h;
	char line[400];
	size_t n;

	if (!heed_read(&w, (const char *)data, size, now_us))
		return 0;
	n = heed_write(&w, line, sizeof(line));
	assert(n && heed_read(&again, line, n, now_us));
	assert(!strcmp(again.place, w.place) && !strcmp(again.why, w.why) && again.until_us == w.until_us);
	h = heed_new(3, NULL, NULL);
	heed_hear(h, &w);
	heed_free(h);
	return 0;
}
