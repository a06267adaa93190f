/* unpack: round trips, damage, bombs, and both limits at -1, 0 and +1. */
#include "io/unpack.h"

#include "test/tap.h"

#include <bzlib.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { PACKED_MAX = 4 << 20 };

static int file_of(const void *data, size_t len)
{
	int fd = memfd_create("unpack", MFD_CLOEXEC);

	if (fd < 0 || (len && write(fd, data, len) != (ssize_t)len) || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	return fd;
}

/* A gzip member with a comment of this many bytes, which only takes room. */
static size_t gzip(unsigned char *to, const void *data, size_t len, size_t comment)
{
	z_stream z = {0};
	gz_header h = {0};
	unsigned char *text = calloc(1, comment + 1);

	memset(text, 'c', comment);
	h.comment = comment ? text : NULL;
	deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
	deflateSetHeader(&z, &h);
	z.next_in = (unsigned char *)(uintptr_t)data;
	z.avail_in = (unsigned)len;
	z.next_out = to;
	z.avail_out = PACKED_MAX;
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	free(text);
	return z.total_out;
}

static size_t bzip2(unsigned char *to, const void *data, size_t len)
{
	unsigned n = PACKED_MAX;

	BZ2_bzBuffToBuffCompress((char *)to, &n, (char *)(uintptr_t)data, (unsigned)len, 9, 0, 0);
	return n;
}

static size_t pack(enum unpack_kind kind, unsigned char *to, const void *data, size_t len)
{
	if (kind == UNPACK_GZIP)
		return gzip(to, data, len, 0);
	if (kind == UNPACK_BZIP2)
		return bzip2(to, data, len);
	if (kind == UNPACK_ZSTD)
		return ZSTD_compress(to, PACKED_MAX, data, len, 3);
	memcpy(to, data, len);
	return len;
}

/* Reads all of it in pieces; the length, or the negative answer. */
static ssize_t unpack_all(int fd, enum limit max, unsigned char *to, size_t room, size_t piece,
			  struct err *e)
{
	struct unpack *u = unpack_new(fd, max, e);
	size_t total = 0;
	ssize_t n = 1;

	if (!u)
		return e->code;
	while (n > 0) {
		n = unpack_read(u, to ? to + total : (unsigned char[65536]){0},
				to && piece > room - total ? room - total : piece, e);
		total += n > 0 ? (size_t)n : 0;
	}
	unpack_free(u);
	return n < 0 ? n : (ssize_t)total;
}

static ssize_t unpack_bytes(const void *data, size_t len, enum limit max, unsigned char *to,
			    size_t room, size_t piece, struct err *e)
{
	int fd = file_of(data, len);
	ssize_t n = unpack_all(fd, max, to, room, piece, e);

	close(fd);
	return n;
}

static void fill(unsigned char *data, size_t len)
{
	uint32_t x = 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		data[i] = "0123456789abcdef|\n"[(x >> 24) % 18];
	}
}

static const char *const kind_names[] = {"plain", "gzip", "bzip2", "zstd"};

static void test_kind(enum unpack_kind kind, unsigned char *packed, unsigned char *plain,
		      unsigned char *out)
{
	const size_t len = 300001, room = 1 << 20;
	struct err e = {0};
	size_t n = pack(kind, packed, plain, len);
	ssize_t got;

	for (size_t piece = 1000; piece <= 1000000; piece *= 31) {
		got = unpack_bytes(packed, n, LIMIT_RIR_FILE_B, out, room, piece, &e);
		ok(got == (ssize_t)len && !memcmp(out, plain, len), "%s in pieces of %zu",
		   kind_names[kind], piece);
	}
	if (kind == UNPACK_PLAIN)
		return;
	memcpy(packed + n, packed, n);
	got = unpack_bytes(packed, 2 * n, LIMIT_RIR_FILE_B, out, room, 65536, &e);
	ok(got == (ssize_t)(2 * len) && !memcmp(out + len, plain, len), "%s, two in a row",
	   kind_names[kind]);
	memcpy(packed + n, "<html>", 6);
	got = unpack_bytes(packed, n + 6, LIMIT_RIR_FILE_B, out, room, 65536, &e);
	ok(got == -EINVAL && strstr(e.text, "followed"), "%s with something behind: %s",
	   kind_names[kind], e.text);
	for (size_t cut = 5; cut < n; cut += n / 7) {
		got = unpack_bytes(packed, cut, LIMIT_RIR_FILE_B, out, room, 65536, &e);
		ok(got == -EINVAL && strstr(e.text, "ends too early"), "%s cut at %zu",
		   kind_names[kind], cut);
	}
	packed[n / 2] ^= 0x55;
	got = unpack_bytes(packed, n, LIMIT_RIR_FILE_B, out, room, 65536, &e);
	/* zstd has no checksum by default: then the bytes must differ in nothing but length */
	ok(got < 0 || kind == UNPACK_ZSTD, "%s with a byte changed is refused", kind_names[kind]);
}

static void test_ratio(unsigned char *packed, unsigned char *out)
{
	const size_t len = 200 * 10486;
	unsigned char *zeros = calloc(1, len);
	size_t bare = gzip(packed, zeros, len, 0);
	struct err e = {0};

	for (int off = -1; off <= 1; off++) {
		/* a comment and its end take room, so that the file has just this many bytes */
		size_t want = len / L_UNPACK_RATIO + (size_t)off;
		size_t n = gzip(packed, zeros, len, want - bare - 1);
		uint64_t before = limit_hits(LIMIT_UNPACK_RATIO);
		ssize_t got =
			unpack_bytes(packed, n, LIMIT_RIR_FILE_B, out, PACKED_MAX, PACKED_MAX, &e);

		is_int((long long)n, (long long)want, "a file of the wanted size");
		is_int(got, off < 0 ? -EFBIG : (ssize_t)len, "ratio at the limit");
		is_int((long long)(limit_hits(LIMIT_UNPACK_RATIO) - before), off < 0, "counted");
	}
	is_int(unpack_bytes(packed, gzip(packed, zeros, 1 << 20, 0), LIMIT_RIR_FILE_B, out,
			    PACKED_MAX, 65536, &e),
	       1 << 20, "the first MiB may be as dense as it likes");
	free(zeros);
}

static void test_bombs(unsigned char *packed)
{
	unsigned char *zeros = calloc(1, 64 << 20);
	struct err e = {0};

	for (enum unpack_kind kind = UNPACK_GZIP; kind <= UNPACK_ZSTD; kind++) {
		size_t n = pack(kind, packed, zeros, 64 << 20);
		ssize_t got = unpack_bytes(packed, n, LIMIT_RIR_FILE_B, NULL, 0, 65536, &e);

		ok(got == -EFBIG, "%s bomb of %zu bytes: %s", kind_names[kind], n, e.text);
	}
	free(zeros);
}

static void test_max(void)
{
	for (int off = -1; off <= 1; off++) {
		int fd = memfd_create("large", MFD_CLOEXEC);
		struct err e = {0};
		ssize_t got;

		ok(ftruncate(fd, (off_t)L_RIR_FILE_B + off) == 0, "a file of holes");
		got = unpack_all(fd, LIMIT_RIR_FILE_B, NULL, 0, 65536, &e);
		is_int(got, off > 0 ? -EFBIG : (ssize_t)L_RIR_FILE_B + off, "size at the limit");
		close(fd);
	}
}

int main(void)
{
	unsigned char *packed = malloc(PACKED_MAX), *plain = malloc(1 << 20);
	unsigned char *out = malloc(PACKED_MAX);
	struct err e = {0};

	fill(plain, 1 << 20);
	for (enum unpack_kind kind = UNPACK_PLAIN; kind <= UNPACK_ZSTD; kind++)
		test_kind(kind, packed, plain, out);
	is_int(unpack_bytes("", 0, LIMIT_RIR_FILE_B, out, 10, 10, &e), 0, "an empty file is empty");
	is_int(unpack_bytes("\x1f\x8b", 2, LIMIT_RIR_FILE_B, out, 10, 10, &e), -EINVAL,
	       "the first two bytes of gzip alone");
	is_int(unpack_bytes(plain, 65536, LIMIT_RIR_FILE_B, out, 1 << 20, 65536, &e), 65536,
	       "plain, just one buffer long");
	test_ratio(packed, out);
	test_bombs(packed);
	test_max();
	is_int(unpack_all(-1, LIMIT_RIR_FILE_B, out, 10, 10, &e), -EBADF, "no file");
	free(packed);
	free(plain);
	free(out);
	return done();
}
