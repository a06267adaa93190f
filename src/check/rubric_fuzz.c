/* Any bytes: a rubric is read or refused; a score lies from 0 to 100 and its ends are in order. */
#include "check/rubric.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum verdict any(void *ctx, const char *check)
{
	return (enum verdict)((strlen(check) + *(unsigned *)ctx) % 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct rubric r;
	struct err e;
	int rc = rubric_parse(&r, &a, "fuzz", (const char *)data, size, &e);

	for (unsigned i = 0; !rc && i < 5; i++) {
		struct scoring s = rubric_score(&r, any, &i);

		assert(s.known + s.unknown <= r.items.n);
		assert(isnan(s.whole.low) == isnan(s.whole.high));
		assert(isnan(s.whole.low) ||
		       (s.whole.low >= 0 && s.whole.low <= s.whole.high && s.whole.high <= 100 + 1e-6));
		rubric_level_of(&r, &s.whole);
	}
	rubric_done(&r);
	arena_done(&a);
	return 0;
}
