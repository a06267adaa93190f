/* limits: see limits.h. */
#include "base/limits.h"

#include <stdatomic.h>

#define LIMIT_ROW(name, number, unit) {#name, number, unit},
const struct limit_row limit_table[LIMIT_COUNT] = {LIMITS(LIMIT_ROW)};

static _Atomic uint64_t hits[LIMIT_COUNT];

void limit_hit(enum limit which)
{
	atomic_fetch_add_explicit(&hits[which], 1, memory_order_relaxed);
}

uint64_t limit_hits(enum limit which)
{
	return atomic_load_explicit(&hits[which], memory_order_relaxed);
}
