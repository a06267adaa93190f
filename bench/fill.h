/* fill: a store full of made-up but plausible observations, for benchmarks. */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include "base/err.h"

#include <stdint.h>

/* Fills DIR with about `rows` observations: twelve rounds over one portfolio; for each site of a round
 * its verdicts, DNS answers and HTTP exchanges.  Returns how many rows, or -1. */
int64_t fill_store(const char *dir, int64_t rows, struct err *e);

#endif
