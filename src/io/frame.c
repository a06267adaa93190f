/* frame: see frame.h. */
#include "io/frame.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void frame_reader_init(struct frame_reader *r, size_t max_body, enum limit limit)
{
	*r = (struct frame_reader){.max = max_body, .limit = limit};
	buf_init(&r->in, max_body + FRAME_HEADER_B + FRAME_FEED_B);
}

void frame_reader_done(struct frame_reader *r)
{
	buf_done(&r->in);
	r->at = 0;
}

/* Moves what is left to the front; gives the memory of a large message back. */
static void compact(struct frame_reader *r)
{
	size_t max = r->in.max;

	if (r->at == r->in.len && r->in.size > 4 * FRAME_FEED_B) {
		buf_done(&r->in);
		buf_init(&r->in, max);
	} else if (r->at) {
		buf_eat(&r->in, r->at);
	}
	r->at = 0;
}

int frame_feed(struct frame_reader *r, const void *data, size_t len)
{
	compact(r);
	buf_add(&r->in, data, len);
	if (buf_full(&r->in))
		r->bad = true;
	return r->bad ? -EBADMSG : 0;
}

static uint32_t length_at(const struct frame_reader *r)
{
	const uint8_t *p = (const uint8_t *)r->in.data + r->at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int frame_next(struct frame_reader *r, struct frame *f)
{
	size_t left = r->in.len - r->at;
	uint32_t len;

	if (r->bad)
		return -EBADMSG;
	if (left < 4)
		return 0;
	len = length_at(r);
	if (len < 1 || len - 1 > r->max) {
		if (len > 1)
			limit_hit(r->limit);
		r->bad = true;
		return -EBADMSG;
	}
	if (left < 4 + (size_t)len)
		return 0;
	f->type = (uint8_t)r->in.data[r->at + 4];
	f->body = (const uint8_t *)r->in.data + r->at + FRAME_HEADER_B;
	f->len = len - 1;
	r->at += 4 + (size_t)len;
	return 1;
}

ssize_t frame_fill(struct frame_reader *r, int fd)
{
	char piece[FRAME_FEED_B];
	ssize_t n = read(fd, piece, sizeof(piece));
	int rc;

	if (n < 0)
		return -errno;
	rc = frame_feed(r, piece, (size_t)n);
	return rc ? rc : n;
}

size_t frame_begin(struct buf *out, uint8_t type)
{
	size_t begun = out->len;
	char header[FRAME_HEADER_B] = {0, 0, 0, 0, (char)type};

	buf_add(out, header, sizeof(header));
	return begun;
}

void frame_end(struct buf *out, size_t begun)
{
	size_t len;

	if (buf_full(out))
		return;
	len = out->len - begun - 4;
	for (int i = 0; i < 4; i++)
		out->data[begun + (size_t)i] = (char)(len >> 8 * (3 - i));
}

void frame_add(struct buf *out, uint8_t type, const void *body, size_t len)
{
	size_t begun = frame_begin(out, type);

	buf_add(out, body, len);
	frame_end(out, begun);
}
