/*
 * inflate: gzip and deflate bodies as a stream, with a cap on what comes out and on the ratio
 * (threats.md T-NET-04).  Deflate is read with or without its zlib header, as servers send both.
 *
 * One struct needs about 40 KiB of zlib's memory between begin and end.
 */
#ifndef WIRE_INFLATE_H
#define WIRE_INFLATE_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inflate_result {
	INFLATE_MORE,
	INFLATE_DONE,  /* the stream ended; what follows is ignored */
	INFLATE_BAD,   /* not this format, or damaged */
	INFLATE_LIMIT, /* L_HTTP_DECODED_B or L_HTTP_RATIO: why is "decoded" or "ratio" */
	INFLATE_STOP,  /* the caller's function said stop */
};

struct inflate {
	bool (*out)(void *ctx, const uint8_t *data, size_t len); /* gets what comes out */
	void *ctx;
	uint64_t in_b, out_b;
	const char *why;
	struct z_stream_s *z; /* NULL when not begun */
	bool gzip, ended;
	unsigned held; /* deflate: bytes of the header that were seen: 0, 1, 2 = begun */
	uint8_t head;
};

/* False when zlib has no memory. */
bool inflate_begin(struct inflate *i, bool gzip);
enum inflate_result inflate_feed(struct inflate *i, const void *data, size_t len);
/* Gives zlib's memory back; may be called twice, or on a zeroed struct. */
void inflate_end(struct inflate *i);

#endif
