/* tls_heap: see tls_heap.h. */
#include "io/tls_heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEP_B = 32,	    /* classes up to FINE_B, in steps; above, powers of two up to LARGEST_B */
	FINE_B = 1024,
	LARGEST_B = 32768,
	N_FINE = FINE_B / STEP_B,
	N_CLASSES = N_FINE + 5, /* 2, 4, 8, 16, 32 KiB */
	SLAB_B = 128 * 1024,
};
_Static_assert(FINE_B << 5 == LARGEST_B, "five powers of two");

/* Before each block; keeps its alignment. */
struct head {
	_Alignas(16) size_t size; /* of the block after it */
};

struct spare {
	struct spare *next;
};

static struct spare *spare[N_CLASSES];
static unsigned char *slab, *slab_end;
static size_t held_b;

#if defined(__has_feature) /* clang's way to say it */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
static const bool classes = false;
#else
static const bool classes = true;
#endif

/* The class of n bytes, and how many bytes its blocks have; N_CLASSES: too large for any. */
static unsigned class_of(size_t n, size_t *size)
{
	unsigned k;

	if (!classes || n > LARGEST_B) {
		*size = n;
		return N_CLASSES;
	}
	if (n <= FINE_B) {
		k = (unsigned)((n - 1) / STEP_B);
		*size = (k + 1) * (size_t)STEP_B;
		return k;
	}
	for (k = N_FINE, *size = (size_t)FINE_B * 2; *size < n; *size *= 2)
		k++;
	return k;
}

/* What is left of the slab before is too small for one block, and stays so. */
static struct head *cut(size_t size)
{
	size_t whole = sizeof(struct head) + size;
	struct head *h;

	if ((size_t)(slab_end - slab) < whole) {
		slab = malloc(SLAB_B);
		slab_end = slab ? slab + SLAB_B : NULL;
		if (!slab)
			return NULL;
	}
	h = (struct head *)(void *)slab;
	slab += whole;
	return h;
}

void *tls_heap_alloc(size_t n)
{
	struct head *h;
	unsigned k;
	size_t size;

	if (!n || n > SIZE_MAX / 2)
		return NULL;
	k = class_of(n, &size);
	if (k < N_CLASSES && spare[k]) {
		struct spare *s = spare[k];

		spare[k] = s->next;
		held_b += size;
		return s;
	}
	h = k < N_CLASSES ? cut(size) : malloc(sizeof(*h) + size);
	if (!h)
		return NULL;
	h->size = size;
	held_b += size;
	return h + 1;
}

void tls_heap_free(void *p)
{
	struct head *h = p ? (struct head *)p - 1 : NULL;
	struct spare *s = p;
	unsigned k;
	size_t size;

	if (!h)
		return;
	held_b -= h->size;
	k = class_of(h->size, &size);
	if (k == N_CLASSES) {
		free(h);
		return;
	}
	s->next = spare[k];
	spare[k] = s;
}

void *tls_heap_realloc(void *p, size_t n)
{
	size_t before = p ? ((struct head *)p - 1)->size : 0;
	void *q;

	if (p && !n) {
		tls_heap_free(p);
		return NULL;
	}
	if (n && n <= before && n > before / 2)
		return p;
	q = tls_heap_alloc(n);
	if (!q || !p)
		return q;
	memcpy(q, p, before < n ? before : n);
	tls_heap_free(p);
	return q;
}

size_t tls_heap_b(void)
{
	return held_b;
}
