/* fill: a store full of made-up but plausible observations, for benchmarks. */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include "base/err.h"

#include <stdint.h>

struct store;

/* Fills DIR with about `rows` observations: five registries' files, and twelve rounds over one
 * portfolio; for each site of a round its verdicts, DNS answers and HTTP exchanges.  Returns how many
 * rows, or -1. */
int64_t fill_store(const char *dir, int64_t rows, struct err *e);

/* The registries' part of it: a file of each, and the program's own list of countries. */
int64_t fill_registries(struct store *s, int64_t rows, struct err *e);

uint64_t fill_random(uint64_t *state); /* xorshift; the same state gives the same store */

#endif
