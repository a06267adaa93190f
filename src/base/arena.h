/*
 * arena: memory for one unit of work (a probe, a batch, a request); all of it dies at once.
 *
 * Two kinds, told apart at birth:
 *  - unbounded (max 0): running out of memory ends the process with one line; callers never check.
 *  - bounded (max > 0): for work that foreign bytes can make large.  Past the maximum, arena_alloc
 *    returns NULL and arena_full() is true; callers of bounded arenas check, or check once at the
 *    end.  Tests make the k-th allocation of a bounded arena fail with arena_fail_after().
 *
 * Cleanups hung on an arena (descriptors, TLS sessions) run last in, first out, at arena_done().
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena_cleanup;

struct arena {
	struct arena_block *blocks;
	struct arena_cleanup *cleanups;
	size_t used; /* bytes handed out */
	size_t max;  /* 0: unbounded */
	bool full;
};

void arena_init(struct arena *a, size_t max);
/* Runs the cleanups, frees everything; the arena is as new and may be used again. */
void arena_done(struct arena *a);
/* The same, but the largest block of a usual size is kept for what comes next: for work that is done again and again. */
void arena_clear(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
/* n * size with the product checked. */
void *arena_array(struct arena *a, size_t n, size_t size);
void *arena_copy(struct arena *a, const void *data, size_t len);
/* A terminated copy; NULL gives NULL. */
char *arena_str(struct arena *a, const char *s);
char *arena_strn(struct arena *a, const char *s, size_t len);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *fmt, ...);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);

/* fn(arg) when the arena ends.  Returns false (and runs nothing) if a bounded arena is full. */
bool arena_defer(struct arena *a, void (*fn)(void *), void *arg);
bool arena_full(const struct arena *a);

/* Test hook: the k-th allocation from any bounded arena from now on fails (1 = the next); 0 = off.
 * Returns how many allocations bounded arenas have made since the last call. */
size_t arena_fail_after(size_t k);

#endif
