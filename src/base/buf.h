/*
 * buf: one growing byte string that is always terminated and never grows past the maximum it got at
 * birth.  Past it, buf_full() is true and nothing more is added, so a writer may ask once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* never NULL: an empty buf points at "" */
	size_t len, size, max;
	bool full;
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *fmt, ...);
/* Drops the first n bytes.  A full buf stays full: something was lost, whatever is eaten. */
void buf_eat(struct buf *b, size_t n);
/* The memory changes hands to the caller, who frees it. */
char *buf_take(struct buf *b);
static inline bool buf_full(const struct buf *b) { return b->full; }

#endif
