/* inflate: see inflate.h.  Pieces of 8 KiB go out; the caps are kept to the byte. */
#include "wire/inflate.h"

#include <string.h>
#include <zlib.h>

enum { PIECE_B = 8192, RATIO_FREE_B = 65536 };
enum { BITS = 15, BITS_GZIP = 16 };

static bool start(struct inflate *i, int window_bits)
{
	i->z = calloc(1, sizeof(*i->z));
	if (i->z && inflateInit2(i->z, window_bits) == Z_OK)
		return true;
	free(i->z);
	i->z = NULL;
	return false;
}

bool inflate_begin(struct inflate *i, bool gzip)
{
	i->in_b = i->out_b = 0;
	i->why = NULL;
	i->z = NULL;
	i->gzip = gzip;
	i->ended = false;
	i->held = 0;
	return !gzip || start(i, BITS + BITS_GZIP);
}

void inflate_end(struct inflate *i)
{
	if (i->z)
		inflateEnd(i->z);
	free(i->z);
	i->z = NULL;
}

static enum inflate_result past(struct inflate *i, enum limit which, const char *why)
{
	limit_hit(which);
	i->why = why;
	return INFLATE_LIMIT;
}

static enum inflate_result give(struct inflate *i, const uint8_t *data, size_t n)
{
	uint64_t room = L_HTTP_DECODED_B - i->out_b;
	size_t fits = n < room ? n : (size_t)room;

	i->out_b += fits;
	if (fits && !i->out(i->ctx, data, fits))
		return INFLATE_STOP;
	if (fits < n)
		return past(i, LIMIT_HTTP_DECODED_B, "decoded");
	if (i->out_b > RATIO_FREE_B && i->out_b > L_HTTP_RATIO * i->in_b)
		return past(i, LIMIT_HTTP_RATIO, "ratio");
	return INFLATE_MORE;
}

/* Takes all of data; i->z stands. */
static enum inflate_result run(struct inflate *i, const uint8_t *data, size_t len)
{
	uint8_t piece[PIECE_B];
	enum inflate_result r = INFLATE_MORE;

	i->z->next_in = (uint8_t *)data;
	i->z->avail_in = (unsigned)len;
	do {
		unsigned before = i->z->avail_in;
		int rc;

		i->z->next_out = piece;
		i->z->avail_out = PIECE_B;
		rc = inflate(i->z, Z_NO_FLUSH);
		i->in_b += before - i->z->avail_in;
		/* what came before the damage goes out: that does not depend on pieces */
		r = give(i, piece, PIECE_B - i->z->avail_out);
		if (r == INFLATE_MORE && rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return INFLATE_BAD;
		if (rc == Z_STREAM_END)
			i->ended = true;
	} while (r == INFLATE_MORE && !i->ended && (i->z->avail_in || !i->z->avail_out));
	return r == INFLATE_MORE && i->ended ? INFLATE_DONE : r;
}

/* "deflate": two bytes tell whether there is a zlib header (RFC 1950 2.2). */
static enum inflate_result choose(struct inflate *i, uint8_t second)
{
	unsigned word = (unsigned)i->head << 8 | second;
	bool wrapped = (i->head & 15) == 8 && word % 31 == 0 && !(second & 0x20);

	if (!start(i, wrapped ? BITS : -BITS)) {
		i->why = "memory";
		return INFLATE_BAD;
	}
	i->held = 2;
	return run(i, &i->head, 1);
}

enum inflate_result inflate_feed(struct inflate *i, const void *data, size_t len)
{
	const uint8_t *p = data;
	enum inflate_result r = INFLATE_MORE;

	if (i->ended)
		return INFLATE_DONE;
	if (!i->gzip && i->held == 0 && len) {
		i->head = *p++;
		i->held = 1;
		len--;
	}
	if (!i->gzip && i->held == 1 && len)
		r = choose(i, *p);
	if (r == INFLATE_MORE && i->z && len)
		r = run(i, p, len);
	return r;
}
