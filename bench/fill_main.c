/* fill_main: bench_fill DIR ROWS: a store to look at by hand. */
#include "bench/fill.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct err e = {0};
	int64_t rows;

	if (argc != 3) {
		fprintf(stderr, "usage: fill DIR ROWS\n");
		return 2;
	}
	rows = fill_store(argv[1], strtoll(argv[2], NULL, 10), &e);
	if (rows < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 4;
	}
	fprintf(stderr, "%lld rows\n", (long long)rows);
	return 0;
}
