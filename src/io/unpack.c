/* unpack: see unpack.h.  One row of `formats` for each kind: begin, step, end. */
#include "io/unpack.h"

#include <bzlib.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { IN_B = 65536, RATIO_FREE_B = 1 << 20, ZSTD_WINDOW_LOG = 27 };

struct unpack {
	int fd;
	enum limit max;
	enum unpack_kind kind;
	unsigned char in[IN_B];
	size_t in_at, in_len;
	uint64_t in_total, out_total;
	bool in_end; /* fd is at its end */
	bool inside; /* between begin and end of a member */
	z_stream z;
	bz_stream bz;
	ZSTD_DCtx *zstd;
};

enum step { STEP_MORE, STEP_MEMBER_END, STEP_DAMAGED };

struct format {
	const char *name;
	unsigned char magic[4];
	size_t magic_len;
	bool (*begin)(struct unpack *u);
	/* uses bytes of in and gives bytes to `to`; *given is how many */
	enum step (*step)(struct unpack *u, unsigned char *to, size_t len, size_t *given);
	void (*end)(struct unpack *u);
};

static void use(struct unpack *u, size_t n)
{
	u->in_at += n;
	u->in_total += n;
}

static bool gzip_begin(struct unpack *u)
{
	memset(&u->z, 0, sizeof(u->z));
	return inflateInit2(&u->z, 16 + MAX_WBITS) == Z_OK;
}

static enum step gzip_step(struct unpack *u, unsigned char *to, size_t len, size_t *given)
{
	int result;

	u->z.next_in = u->in + u->in_at;
	u->z.avail_in = (unsigned)(u->in_len - u->in_at);
	u->z.next_out = to;
	u->z.avail_out = (unsigned)len;
	result = inflate(&u->z, Z_NO_FLUSH);
	use(u, u->in_len - u->in_at - u->z.avail_in);
	*given = len - u->z.avail_out;
	if (result == Z_STREAM_END)
		return STEP_MEMBER_END;
	return result == Z_OK || result == Z_BUF_ERROR ? STEP_MORE : STEP_DAMAGED;
}

static void gzip_end(struct unpack *u)
{
	inflateEnd(&u->z);
}

static bool bzip2_begin(struct unpack *u)
{
	memset(&u->bz, 0, sizeof(u->bz));
	return BZ2_bzDecompressInit(&u->bz, 0, 0) == BZ_OK;
}

static enum step bzip2_step(struct unpack *u, unsigned char *to, size_t len, size_t *given)
{
	int result;

	u->bz.next_in = (char *)u->in + u->in_at;
	u->bz.avail_in = (unsigned)(u->in_len - u->in_at);
	u->bz.next_out = (char *)to;
	u->bz.avail_out = (unsigned)len;
	result = BZ2_bzDecompress(&u->bz);
	use(u, u->in_len - u->in_at - u->bz.avail_in);
	*given = len - u->bz.avail_out;
	if (result == BZ_STREAM_END)
		return STEP_MEMBER_END;
	return result == BZ_OK ? STEP_MORE : STEP_DAMAGED;
}

static void bzip2_end(struct unpack *u)
{
	BZ2_bzDecompressEnd(&u->bz);
}

static bool zstd_begin(struct unpack *u)
{
	u->zstd = ZSTD_createDCtx();
	return u->zstd &&
	       !ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
}

static enum step zstd_step(struct unpack *u, unsigned char *to, size_t len, size_t *given)
{
	ZSTD_inBuffer in = {u->in + u->in_at, u->in_len - u->in_at, 0};
	ZSTD_outBuffer out = {to, len, 0};
	size_t result = ZSTD_decompressStream(u->zstd, &out, &in);

	use(u, in.pos);
	*given = out.pos;
	if (ZSTD_isError(result))
		return STEP_DAMAGED;
	return result == 0 ? STEP_MEMBER_END : STEP_MORE;
}

static void zstd_end(struct unpack *u)
{
	ZSTD_freeDCtx(u->zstd);
	u->zstd = NULL;
}

static bool plain_begin(struct unpack *u)
{
	(void)u;
	return true;
}

static enum step plain_step(struct unpack *u, unsigned char *to, size_t len, size_t *given)
{
	size_t n = u->in_len - u->in_at;

	if (n > len)
		n = len;
	memcpy(to, u->in + u->in_at, n);
	use(u, n);
	*given = n;
	return u->in_at == u->in_len && u->in_end ? STEP_MEMBER_END : STEP_MORE;
}

static void plain_end(struct unpack *u)
{
	(void)u;
}

static const struct format formats[] = {
	[UNPACK_PLAIN] = {"plain", "", 0, plain_begin, plain_step, plain_end},
	[UNPACK_GZIP] = {"gzip", "\x1f\x8b", 2, gzip_begin, gzip_step, gzip_end},
	[UNPACK_BZIP2] = {"bzip2", "BZh", 3, bzip2_begin, bzip2_step, bzip2_end},
	[UNPACK_ZSTD] = {"zstd", "\x28\xb5\x2f\xfd", 4, zstd_begin, zstd_step, zstd_end},
};

/* Fills the input when all of it is used. */
static int refill(struct unpack *u, struct err *e)
{
	if (u->in_at < u->in_len || u->in_end)
		return 0;
	u->in_at = u->in_len = 0;
	while (u->in_len < IN_B && !u->in_end) {
		ssize_t n = read(u->fd, u->in + u->in_len, IN_B - u->in_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, -errno, "reading failed: %s", strerror(errno));
		u->in_end = n == 0;
		u->in_len += (size_t)n;
	}
	return 0;
}

struct unpack *unpack_new(int fd, enum limit max, struct err *e)
{
	struct unpack *u = calloc(1, sizeof(*u));

	if (!u) {
		err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	u->fd = fd;
	u->max = max;
	if (refill(u, e) < 0) {
		free(u);
		return NULL;
	}
	for (size_t i = UNPACK_GZIP; i <= UNPACK_ZSTD; i++)
		if (u->in_len >= formats[i].magic_len &&
		    !memcmp(u->in, formats[i].magic, formats[i].magic_len))
			u->kind = (enum unpack_kind)i;
	return u;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	if (u->inside)
		formats[u->kind].end(u);
	free(u);
}

/* Counts what came out and holds it against the two limits. */
static int check_limits(struct unpack *u, size_t given, struct err *e)
{
	const uint64_t max = (uint64_t)limit_table[u->max].number;

	u->out_total += given;
	if (u->out_total > max) {
		limit_hit(u->max);
		return err_set(e, -EFBIG, "more than %llu bytes (%s); refused",
			       (unsigned long long)max, limit_table[u->max].meaning);
	}
	if (u->kind != UNPACK_PLAIN && u->out_total > RATIO_FREE_B &&
	    u->out_total > u->in_total * L_UNPACK_RATIO) {
		limit_hit(LIMIT_UNPACK_RATIO);
		return err_set(e, -EFBIG,
			       "%s data that unpacks to more than %d times its size; refused",
			       formats[u->kind].name, (int)L_UNPACK_RATIO);
	}
	return 0;
}

static int damaged(const struct unpack *u, const char *how, struct err *e)
{
	return err_set(e, -EINVAL, "the %s data %s after byte %llu; download it again",
		       formats[u->kind].name, how, (unsigned long long)u->in_total);
}

/* A member more?  1, or 0 at the end of the file. */
static int next_member(struct unpack *u, struct err *e)
{
	const struct format *f = &formats[u->kind];
	int result = refill(u, e);

	if (result < 0)
		return result;
	if (u->in_at == u->in_len && (u->kind != UNPACK_PLAIN || u->in_end))
		return u->in_total || u->kind == UNPACK_PLAIN ? 0 : damaged(u, "is empty", e);
	if (u->in_len - u->in_at >= f->magic_len &&
	    memcmp(u->in + u->in_at, f->magic, f->magic_len) != 0)
		return damaged(u, "is followed by something else", e);
	if (!f->begin(u))
		return err_set(e, -ENOMEM, "out of memory");
	u->inside = true;
	return 1;
}

ssize_t unpack_read(struct unpack *u, void *to, size_t len, struct err *e)
{
	const struct format *f = &formats[u->kind];

	if (len > INT32_MAX)
		len = INT32_MAX;
	for (;;) {
		size_t given = 0;
		bool starved;
		enum step step;
		int result = u->inside ? refill(u, e) : next_member(u, e);

		if (result < 0 || (result == 0 && !u->inside))
			return result;
		starved = u->in_at == u->in_len && u->in_end;
		step = f->step(u, to, len, &given);
		if (step == STEP_DAMAGED)
			return damaged(u, "is damaged", e);
		if (step == STEP_MEMBER_END) {
			f->end(u);
			u->inside = false;
		}
		if (given) {
			result = check_limits(u, given, e);
			return result < 0 ? result : (ssize_t)given;
		}
		if (step == STEP_MORE && starved)
			return damaged(u, "ends too early", e);
	}
}

enum unpack_kind unpack_kind(const struct unpack *u)
{
	return u->kind;
}

uint64_t unpack_in(const struct unpack *u)
{
	return u->in_total;
}

uint64_t unpack_out(const struct unpack *u)
{
	return u->out_total;
}
