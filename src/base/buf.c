/* buf: see buf.h. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.data = empty, .max = max};
}

void buf_done(struct buf *b)
{
	if (b->data != empty)
		free(b->data);
	buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->data != empty)
		b->data[0] = '\0';
}

static void out_of_memory(size_t size)
{
	fprintf(stderr, "sextant: out of memory (%zu bytes asked)\n", size);
	abort();
}

/* Room for n more bytes and the terminator. */
static bool reserve(struct buf *b, size_t n)
{
	size_t size = b->size ? b->size : 128;
	char *p;

	if (b->full || n > b->max || b->len > b->max - n) {
		b->full = true;
		return false;
	}
	if (b->len + n + 1 <= b->size)
		return true;
	while (size < b->len + n + 1)
		size *= 2;
	p = realloc(b->data == empty ? NULL : b->data, size);
	if (!p)
		out_of_memory(size);
	b->data = p;
	b->size = size;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len || !reserve(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n > 0 && reserve(b, (size_t)n)) {
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		b->len += (size_t)n;
	}
	va_end(ap);
}

void buf_eat(struct buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = '\0';
}

char *buf_take(struct buf *b)
{
	char *p = b->data == empty ? calloc(1, 1) : b->data;

	if (!p)
		out_of_memory(1);
	buf_init(b, b->max);
	return p;
}
