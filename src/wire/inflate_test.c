/* gzip, zlib and raw deflate at every cut; bombs stop at the cap and at the ratio. */
#include "wire/inflate.h"
#include "test/tap.h"

#include <zlib.h>

static uint8_t packed[1 << 20], out[4096];
static size_t packed_n, out_n;

static bool collect(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	if (out_n + len <= sizeof(out))
		memcpy(out + out_n, data, len);
	out_n += len;
	return true;
}

static void pack(const void *data, size_t len, int bits, int level)
{
	z_stream z = {.next_in = (uint8_t *)data, .avail_in = (unsigned)len, .next_out = packed,
		      .avail_out = sizeof(packed)};

	deflateInit2(&z, level, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	packed_n = z.total_out;
	deflateEnd(&z);
}

static enum inflate_result run(bool gzip, size_t cut, const char **why)
{
	struct inflate i = {.out = collect};
	enum inflate_result r;

	out_n = 0;
	inflate_begin(&i, gzip);
	r = inflate_feed(&i, packed, cut);
	if (r == INFLATE_MORE)
		r = inflate_feed(&i, packed + cut, packed_n - cut);
	inflate_end(&i);
	inflate_end(&i);
	*why = i.why;
	return r;
}

static void forms(void)
{
	static const struct {
		const char *name;
		int bits;
		bool gzip;
	} rows[] = {{"gzip", 31, true}, {"zlib", 15, false}, {"raw deflate", -15, false}};
	static const char text[] = "a page of text, a page of text, a page of text";
	const char *why;

	for (int i = 0; i < 3; i++) {
		size_t bad = 0;

		pack(text, sizeof(text), rows[i].bits, 9);
		for (size_t cut = 0; cut <= packed_n; cut++)
			bad += run(rows[i].gzip, cut, &why) != INFLATE_DONE ||
			       out_n != sizeof(text) || memcmp(out, text, out_n);
		ok(!bad, "%s is the same at every cut", rows[i].name);
		packed_n--;
		is_int(run(rows[i].gzip, 3, &why), INFLATE_MORE, "one byte short wants more");
	}
	memcpy(packed, "this is not gzip", packed_n = 16);
	is_int(run(true, 0, &why), INFLATE_BAD, "what is not gzip is refused");
}

/* Noise packs badly, so that the cap is met before the ratio; zeros meet the ratio. */
static void caps(void)
{
	size_t size = L_HTTP_DECODED_B + 2;
	uint8_t *big = calloc(1, size);
	const char *why;

	pack(big, size, 31, 9);
	is_int(run(true, 0, &why), INFLATE_LIMIT, "two MiB of zeros");
	is_str(why, "ratio", "pass the ratio");
	ok(out_n < 1 << 20, "and stop early, after %zu bytes", out_n);
	for (size_t i = 0; i < size; i++)
		big[i] = (uint8_t)((i * 2654435761u >> 11) % 7 * (i % 61 == 0));
	for (size_t n = L_HTTP_DECODED_B - 1; n <= L_HTTP_DECODED_B + 1; n++) {
		uint64_t before = limit_hits(LIMIT_HTTP_DECODED_B);
		bool past = n > L_HTTP_DECODED_B;

		pack(big, n, 31, 1);
		is_int(run(true, 0, &why), past ? INFLATE_LIMIT : INFLATE_DONE, "decoded bytes");
		is_int((long long)out_n, past ? L_HTTP_DECODED_B : (long long)n, "cut to the byte");
		is_int((long long)(limit_hits(LIMIT_HTTP_DECODED_B) - before), past, "counted");
	}
	free(big);
}

/* Noise, then zeros, so that the ratio is greatest at the end: n bytes that are the limit's multiple of
 * what they pack to.  A piece must not end shortly before them, where the trailer is still to come. */
static size_t at_ratio(uint8_t *page, size_t max)
{
	for (size_t noise = 1000;; noise++) {
		size_t low = noise, high = max;
		uint32_t x = (uint32_t)noise;

		memset(page, 0, max);
		for (size_t i = 0; i < noise; i++) {
			x = x * 1664525 + 1013904223;
			page[i] = (uint8_t)(x >> 24);
		}
		while (low < high) {
			size_t n = (low + high) / 2;

			pack(page, n, 31, 9);
			if (n < L_HTTP_RATIO * packed_n)
				low = n + 1;
			else
				high = n;
		}
		pack(page, low, 31, 9);
		if (low == L_HTTP_RATIO * packed_n && low % 8192 > 4096)
			return low;
	}
}

static void ratio(void)
{
	size_t max = 400000, n;
	uint8_t *page = malloc(max);
	const char *why;

	n = at_ratio(page, max);
	for (int past = -1; past <= 1; past++) {
		uint64_t before = limit_hits(LIMIT_HTTP_RATIO);

		pack(page, n + (size_t)past, 31, 9);
		is_int((long long)packed_n, (long long)(n / L_HTTP_RATIO), "packed to as many bytes");
		is_int(run(true, 0, &why), past > 0 ? INFLATE_LIMIT : INFLATE_DONE, "the ratio");
		is_str(why, past > 0 ? "ratio" : NULL, "and why");
		is_int((long long)(limit_hits(LIMIT_HTTP_RATIO) - before), past > 0, "counted");
	}
	free(page);
}

int main(void)
{
	forms();
	caps();
	ratio();
	return done();
}
