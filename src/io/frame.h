/*
 * frame: messages on a byte stream between our own processes.
 *
 *	length:u32 (of what follows)  type:u8  body
 *
 * The reader takes the stream in whatever pieces it comes and holds at most one message of the
 * maximum it got at birth; a longer one is refused as soon as its length is known, so that a process
 * that we do not trust cannot make us allocate.  It stays bad after that.
 */
#ifndef IO_FRAME_H
#define IO_FRAME_H

#include "base/buf.h"
#include "base/limits.h"

#include <stdint.h>
#include <sys/types.h>

enum { FRAME_HEADER_B = 5, FRAME_FEED_B = 65536 };

struct frame {
	uint8_t type;
	const uint8_t *body; /* in the reader, until the next feed or fill */
	size_t len;
};

struct frame_reader {
	struct buf in;
	size_t at; /* what frame_next has already given */
	size_t max;
	enum limit limit; /* what is counted when a message is too long */
	bool bad;
};

void frame_reader_init(struct frame_reader *r, size_t max_body, enum limit limit);
void frame_reader_done(struct frame_reader *r);
/* Takes at most FRAME_FEED_B bytes; call frame_next until it gives 0 before the next feed.
 * 0, or -EBADMSG once the reader is bad. */
int frame_feed(struct frame_reader *r, const void *data, size_t len);
/* The next whole message: 1, 0 when more bytes are needed, -EBADMSG when its length is wrong. */
int frame_next(struct frame_reader *r, struct frame *f);
/* One read() from fd: bytes, 0 at the end, or a negative errno (-EAGAIN too). */
ssize_t frame_fill(struct frame_reader *r, int fd);

/* Adds a message to out; out is bounded by its owner. */
void frame_add(struct buf *out, uint8_t type, const void *body, size_t len);
/* For bodies that are written straight into out: begin, write, end. */
size_t frame_begin(struct buf *out, uint8_t type);
void frame_end(struct buf *out, size_t begun);

#endif
