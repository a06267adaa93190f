/*
 * arena: blocks that grow with what the arena holds (a quarter of it, 1 KiB to 64 KiB), so that little
 * is left over; cleanups in a list.  A large request gets a block of its
 * own.  Expect one malloc for about fifty allocations of a probe.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_MIN = 1024, BLOCK_MAX = 65536, ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(ALIGN) unsigned char data[];
};

struct arena_cleanup {
	struct arena_cleanup *next;
	void (*fn)(void *);
	void *arg;
};

static _Thread_local size_t fail_in, made;

size_t arena_fail_after(size_t k)
{
	size_t n = made;

	made = 0;
	fail_in = k;
	return n;
}

void arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){.max = max};
}

/* Runs the cleanups and frees all blocks but this one, which is of a. */
static void let_go(struct arena *a, struct arena_block *keep)
{
	size_t max = a->max;

	for (struct arena_cleanup *c = a->cleanups; c; c = c->next)
		c->fn(c->arg);
	for (struct arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		if (b != keep)
			free(b);
	}
	arena_init(a, max);
	a->blocks = keep;
	if (!keep)
		return;
	keep->next = NULL;
	keep->used = 0;
}

void arena_done(struct arena *a)
{
	let_go(a, NULL);
}

void arena_clear(struct arena *a)
{
	struct arena_block *largest = NULL;

	for (struct arena_block *b = a->blocks; b; b = b->next)
		if (b->size <= BLOCK_MAX && (!largest || b->size > largest->size))
			largest = b;
	let_go(a, largest);
}

bool arena_full(const struct arena *a)
{
	return a->full;
}

static void *out_of_memory(struct arena *a, size_t size)
{
	a->full = true;
	if (a->max)
		return NULL;
	fprintf(stderr, "sextant: out of memory (%zu bytes asked)\n", size);
	abort();
}

static struct arena_block *grow(struct arena *a, size_t size)
{
	size_t want = a->used / 4;
	struct arena_block *b;

	if (want < BLOCK_MIN)
		want = BLOCK_MIN;
	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
	if (want < size)
		want = size;
	b = malloc(sizeof(*b) + want);
	if (!b)
		return NULL;
	b->size = want;
	b->used = 0;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

/* True when this allocation must fail: the budget is spent or a test asked for it. */
static bool refused(struct arena *a, size_t size)
{
	if (!a->max)
		return false;
	made++;
	if (fail_in && --fail_in == 0)
		return true;
	return a->used + size > a->max;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX / 2)
		return out_of_memory(a, size);
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (size == 0)
		size = ALIGN;
	if (refused(a, size))
		return out_of_memory(a, size);
	if (!b || b->size - b->used < size)
		b = grow(a, size);
	if (!b)
		return out_of_memory(a, size);
	p = b->data + b->used;
	b->used += size;
	a->used += size;
	memset(p, 0, size);
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		return out_of_memory(a, SIZE_MAX);
	return arena_alloc(a, total);
}

void *arena_copy(struct arena *a, const void *data, size_t len)
{
	void *p = arena_alloc(a, len);

	if (p && len)
		memcpy(p, data, len);
	return p;
}

char *arena_strn(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (p && len)
		memcpy(p, s, len);
	return p;
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_strn(a, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

bool arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct arena_cleanup *c = arena_alloc(a, sizeof(*c));

	if (!c)
		return false;
	*c = (struct arena_cleanup){.next = a->cleanups, .fn = fn, .arg = arg};
	a->cleanups = c;
	return true;
}
