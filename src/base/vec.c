/* vec: see vec.h. */
#include "base/vec.h"

#include <stdio.h>

void *vec_grow(void *at, size_t *size, size_t want, size_t each)
{
	size_t n = *size ? *size * 2 : 8, bytes;
	void *p = NULL;

	while (n < want)
		n *= 2;
	if (!__builtin_mul_overflow(n, each, &bytes))
		p = realloc(at, bytes);
	if (!p) {
		fprintf(stderr, "sextant: out of memory (%zu elements of %zu bytes)\n", n, each);
		abort();
	}
	*size = n;
	return p;
}
