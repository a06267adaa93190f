/* hostile_table: see hostile.h.  A row is a personality. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
#define CLOSED "Connection: close\r\n\r\n"
#define CHUNKED OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define K16 "aaaaaaaaaaaaaaaa"
#define K256 K16 K16 K16 K16 K16 K16 K16 K16 K16 K16 K16 K16 K16 K16 K16 K16
#define K4096 K256 K256 K256 K256 K256 K256 K256 K256 K256 K256 K256 K256 K256 K256 K256 K256

/* ---- bytes that are many ---- */

/* Zeros, compressed; squeezed twice where that helps. */
static void bomb(struct buf *to, int window, size_t plain_b)
{
	static uint8_t zeros[65536], out[65536];
	z_stream z = {0};

	if (deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	for (size_t left = plain_b; left;) {
		size_t n = left < sizeof(zeros) ? left : sizeof(zeros);

		left -= n;
		z.next_in = zeros;
		z.avail_in = (unsigned)n;
		do {
			z.next_out = out;
			z.avail_out = sizeof(out);
			deflate(&z, left ? Z_NO_FLUSH : Z_FINISH);
			buf_add(to, out, sizeof(out) - z.avail_out);
		} while (!z.avail_out);
	}
	deflateEnd(&z);
}

static void gzip_bomb(struct buf *first, struct buf *more)
{
	(void)more;
	buf_str(first, OK_HEAD "Content-Encoding: gzip\r\n" CLOSED);
	bomb(first, 31, 64u << 20);
}

static void deflate_bomb(struct buf *first, struct buf *more)
{
	(void)more;
	buf_str(first, OK_HEAD "Content-Encoding: deflate\r\n" CLOSED);
	bomb(first, 15, 64u << 20);
}

/* Empty gzip members, one after the other: input for ever, no output. */
static void gzip_members(struct buf *first, struct buf *more)
{
	buf_str(first, OK_HEAD "Content-Encoding: gzip\r\n" CLOSED);
	for (int i = 0; i < 50; i++)
		bomb(more, 31, 0);
}

static void gzip_cut(struct buf *first, struct buf *more)
{
	(void)more;
	buf_str(first, OK_HEAD "Content-Encoding: gzip\r\n" CLOSED);
	bomb(first, 31, 4096);
	first->len -= 6;
}

static void nul_header(struct buf *first, struct buf *more)
{
	(void)more;
	buf_add(first, "HTTP/1.1 200 OK\r\nX-A: a\0b\r\nX-\0: c\r\n\r\n\0\0", 41);
}

static void binary(struct buf *first, struct buf *more)
{
	(void)first;
	for (unsigned i = 0; i < 4096; i++) {
		uint8_t c = (uint8_t)(i * 2654435761u >> 13);

		buf_add(more, &c, 1);
	}
}

/* A record of TLS: type, version 3.3, length, and its bytes. */
static void record(struct buf *to, uint8_t type, const void *data, size_t len)
{
	uint8_t head[] = {type, 3, 3, (uint8_t)(len >> 8), (uint8_t)len};

	buf_add(to, head, sizeof(head));
	buf_add(to, data, len);
}

static void tls_empty(struct buf *first, struct buf *more)
{
	(void)first;
	for (int i = 0; i < 200; i++)
		record(more, 22, "", 0);
}

static void tls_ccs(struct buf *first, struct buf *more)
{
	(void)first;
	for (int i = 0; i < 200; i++)
		record(more, 20, "\1", 1);
}

static void tls_warnings(struct buf *first, struct buf *more)
{
	(void)first;
	for (int i = 0; i < 200; i++)
		record(more, 21, "\1\x5a", 2);
}

static void tls_hello_requests(struct buf *first, struct buf *more)
{
	(void)first;
	for (int i = 0; i < 200; i++)
		record(more, 22, "\0\0\0\0", 4);
}

/* A handshake message that says it is 16 MiB long. */
static void tls_large_message(struct buf *first, struct buf *more)
{
	static uint8_t part[16384];

	record(first, 22, "\2\xff\xff\xff", 4);
	record(more, 22, part, sizeof(part));
}

static void tls_large_record(struct buf *first, struct buf *more)
{
	(void)more;
	buf_add(first, "\x16\3\3\xff\xff\2\0\0\x10", 9);
}

static void tls_fatal(struct buf *first, struct buf *more)
{
	(void)more;
	record(first, 21, "\2\x28", 2);
}

/* A server hello with a cipher and version that nobody offered. */
static void tls_odd_hello(struct buf *first, struct buf *more)
{
	static const uint8_t hello[44] = {2, 0, 0, 40, 9, 9, [38] = 0, [39] = 0x13, [40] = 0x77};

	(void)more;
	record(first, 22, hello, sizeof(hello));
}

/* ---- the table ---- */

const struct personality personalities[] = {
	{.name = "good", .layer = LAYER_NONE},
	/* what their name servers say is in hostile_dns.c, by these names */
	{.name = "dns-pointer-self", .layer = LAYER_DNS},
	{.name = "dns-pointer-forward", .layer = LAYER_DNS},
	{.name = "dns-pointer-pair", .layer = LAYER_DNS},
	{.name = "dns-pointer-stairs", .layer = LAYER_DNS},
	{.name = "dns-name-endless", .layer = LAYER_DNS},
	{.name = "dns-label-type", .layer = LAYER_DNS},
	{.name = "dns-counts-lie", .layer = LAYER_DNS},
	{.name = "dns-cut", .layer = LAYER_DNS},
	{.name = "dns-rdata-past-end", .layer = LAYER_DNS},
	{.name = "dns-rdata-short", .layer = LAYER_DNS},
	{.name = "dns-wrong-id", .layer = LAYER_DNS},
	{.name = "dns-wrong-question", .layer = LAYER_DNS},
	{.name = "dns-no-question", .layer = LAYER_DNS},
	{.name = "dns-echo", .layer = LAYER_DNS},
	{.name = "dns-garbage", .layer = LAYER_DNS},
	{.name = "dns-flood", .layer = LAYER_DNS},
	{.name = "dns-tc-for-ever", .layer = LAYER_DNS},
	{.name = "dns-tcp-64k", .layer = LAYER_DNS},
	{.name = "dns-tcp-drip", .layer = LAYER_DNS, .first = "\x10", .more = "a", .count = -1, .every_ms = 1000},
	{.name = "dns-tcp-length-lie", .layer = LAYER_DNS, .first = "\xff\xff" K256, .end = END_HOLD},
	{.name = "dns-cname-loop", .layer = LAYER_DNS},
	{.name = "dns-cname-long", .layer = LAYER_DNS},
	{.name = "dns-cname-endless", .layer = LAYER_DNS},
	{.name = "dns-opt-many", .layer = LAYER_DNS},
	{.name = "dns-opt-lies", .layer = LAYER_DNS},
	{.name = "dns-badvers", .layer = LAYER_DNS},
	{.name = "dns-aaaa-many", .layer = LAYER_DNS},
	{.name = "dns-ns-fan", .layer = LAYER_DNS},
	{.name = "dns-mx-fan", .layer = LAYER_DNS},
	{.name = "dns-spf-fan", .layer = LAYER_DNS},
	{.name = "dns-rcode-odd", .layer = LAYER_DNS},
	{.name = "tcp-hold", .layer = LAYER_TCP, .end = END_HOLD},
	{.name = "tcp-reset", .layer = LAYER_TCP, .end = END_RESET},
	{.name = "tcp-reset-after-request", .layer = LAYER_TCP, .step = 1, .end = END_RESET},
	{.name = "tcp-close", .layer = LAYER_TCP, .end = END_CLOSE},
	{.name = "tcp-garbage", .layer = LAYER_TCP, .make = binary, .count = -1},
	{.name = "tcp-drip", .layer = LAYER_TCP, .more = "H", .count = -1, .every_ms = 1000},
	{.name = "tls-empty-records", .layer = LAYER_TLS, .make = tls_empty, .count = -1},
	{.name = "tls-ccs-storm", .layer = LAYER_TLS, .make = tls_ccs, .count = -1},
	{.name = "tls-warning-storm", .layer = LAYER_TLS, .make = tls_warnings, .count = -1},
	{.name = "tls-hello-requests", .layer = LAYER_TLS, .make = tls_hello_requests, .count = -1},
	{.name = "tls-message-16m", .layer = LAYER_TLS, .make = tls_large_message, .count = -1},
	{.name = "tls-record-64k", .layer = LAYER_TLS, .make = tls_large_record, .end = END_HOLD},
	{.name = "tls-fatal", .layer = LAYER_TLS, .make = tls_fatal, .end = END_CLOSE},
	{.name = "tls-odd-hello", .layer = LAYER_TLS, .make = tls_odd_hello, .end = END_HOLD},
	{.name = "tls-plain", .layer = LAYER_TLS, .first = OK_HEAD CLOSED "x", .end = END_CLOSE},
	{.name = "tls-drip", .layer = LAYER_TLS, .first = "\x16\3\3\x3f", .more = "\2", .count = -1, .every_ms = 1000},
	{.name = "tls-giant-chain", .layer = LAYER_TLS},
	{.name = "tls-giant-names", .layer = LAYER_TLS},
	{.name = "http-hold", .layer = LAYER_HTTP, .step = 1, .end = END_HOLD},
	{.name = "http-drip", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 OK\r\nX: ", .more = "a", .count = -1, .every_ms = 1000},
	{.name = "http-body-drip", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD CLOSED, .more = "a", .count = -1, .every_ms = 1000},
	{.name = "http-endless-headers", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 OK\r\n", .more = "X-A: b\r\n", .count = -1},
	{.name = "http-huge-line", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 OK\r\nX-A: ", .more = K4096, .count = -1},
	{.name = "http-huge-headers", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 OK\r\n", .more = "X-A: " K4096 "\r\n", .count = -1},
	{.name = "http-endless-reason", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 ", .more = K256, .count = -1},
	{.name = "http-1xx-storm", .layer = LAYER_HTTP, .step = 1, .more = "HTTP/1.1 100 Continue\r\n\r\n", .count = -1},
	{.name = "http-103-storm", .layer = LAYER_HTTP, .step = 1, .more = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", .count = -1},
	{.name = "http-no-version", .layer = LAYER_HTTP, .step = 1, .first = "ICY 200 OK\r\n\r\nhello", .end = END_CLOSE},
	{.name = "http-status-999999", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 999999 Big\r\n\r\n", .end = END_CLOSE},
	{.name = "http-bare-lf", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", .end = END_CLOSE},
	{.name = "http-folded", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 OK\r\nX-A: b\r\n", .more = " c\r\n", .count = -1},
	{.name = "http-no-colon", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 200 OK\r\nX-A b\r\n\r\n", .end = END_CLOSE},
	{.name = "http-nul", .layer = LAYER_HTTP, .step = 1, .make = nul_header, .end = END_CLOSE},
	{.name = "http-two-lengths", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD "Content-Length: 5\r\nContent-Length: 50\r\n\r\nhello", .end = END_HOLD},
	{.name = "http-length-minus", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD "Content-Length: -1\r\n\r\nhello", .end = END_HOLD},
	{.name = "http-length-2-64", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD "Content-Length: 18446744073709551617\r\n\r\nhello", .end = END_HOLD},
	{.name = "http-length-lie", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD "Content-Length: 500000\r\n\r\nhello", .end = END_CLOSE},
	{.name = "http-te-and-cl", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", .end = END_CLOSE},
	{.name = "http-chunk-huge", .layer = LAYER_HTTP, .step = 1, .first = CHUNKED "ffffffffffffffff\r\n", .more = K4096, .count = -1},
	{.name = "http-chunk-one", .layer = LAYER_HTTP, .step = 1, .first = CHUNKED, .more = "1\r\na\r\n", .count = -1},
	{.name = "http-chunk-extension", .layer = LAYER_HTTP, .step = 1, .first = CHUNKED "1;", .more = K256, .count = -1},
	{.name = "http-chunk-not-hex", .layer = LAYER_HTTP, .step = 1, .first = CHUNKED "-5\r\nhello\r\n", .end = END_HOLD},
	{.name = "http-chunk-zeros", .layer = LAYER_HTTP, .step = 1, .first = CHUNKED, .more = "00000000", .count = -1},
	{.name = "http-endless-trailers", .layer = LAYER_HTTP, .step = 1, .first = CHUNKED "1\r\na\r\n0\r\n", .more = "X-A: b\r\n", .count = -1},
	{.name = "http-endless-body", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD CLOSED, .more = K4096, .count = -1},
	{.name = "http-tag-endless", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD CLOSED "<a ", .more = "href=x ", .count = -1},
	{.name = "http-links-many", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD CLOSED, .more = "<a href=http://h.p0-1.test/><script src=//q.p0-2.test/></script>", .count = -1},
	{.name = "http-open-tags", .layer = LAYER_HTTP, .step = 1, .first = OK_HEAD CLOSED, .more = "<<<!--<b<!--", .count = -1},
	{.name = "http-gzip-bomb", .layer = LAYER_HTTP, .step = 1, .make = gzip_bomb, .end = END_CLOSE},
	{.name = "http-deflate-bomb", .layer = LAYER_HTTP, .step = 1, .make = deflate_bomb, .end = END_CLOSE},
	{.name = "http-gzip-members", .layer = LAYER_HTTP, .step = 1, .make = gzip_members, .count = -1},
	{.name = "http-gzip-cut", .layer = LAYER_HTTP, .step = 1, .make = gzip_cut, .end = END_CLOSE},
	{.name = "http-redirect-self", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 302 Found\r\nLocation: /\r\n" CLOSED, .end = END_CLOSE},
	{.name = "http-redirect-long", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 302 Found\r\nLocation: /" K4096 K4096 "\r\n" CLOSED, .end = END_CLOSE},
	{.name = "http-redirect-userinfo", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 302 Found\r\nLocation: http://p0-1.test@127.0.0.1:22/\r\n" CLOSED, .end = END_CLOSE},
	{.name = "http-redirect-scheme", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n" CLOSED, .end = END_CLOSE},
	{.name = "http-redirect-port", .layer = LAYER_HTTP, .step = 1, .first = "HTTP/1.1 302 Found\r\nLocation: http://p0-1.test:22/\r\n" CLOSED, .end = END_CLOSE},
	{.name = "smtp-endless-banner", .layer = LAYER_SMTP, .more = "220-" K256 "\r\n", .count = -1},
	{.name = "smtp-endless-line", .layer = LAYER_SMTP, .first = "220 ", .more = K4096, .count = -1},
	{.name = "smtp-drip", .layer = LAYER_SMTP, .first = "2", .more = "2", .count = -1, .every_ms = 1000},
	{.name = "smtp-hold", .layer = LAYER_SMTP, .end = END_HOLD},
	{.name = "smtp-ehlo-endless", .layer = LAYER_SMTP, .step = 1, .more = "250-X\r\n", .count = -1},
	{.name = "smtp-ehlo-codes", .layer = LAYER_SMTP, .step = 1, .first = "250-a\r\n550-b\r\n999 c\r\n", .end = END_HOLD},
	{.name = "smtp-starttls-hold", .layer = LAYER_SMTP, .step = 2, .first = "220 go\r\n", .end = END_HOLD},
	{.name = "smtp-starttls-injected", .layer = LAYER_SMTP, .step = 2, .first = "220 go\r\n250-SIZE\r\n250 AUTH PLAIN\r\n", .end = END_HOLD},
	{.name = "smtp-starttls-garbage", .layer = LAYER_SMTP, .step = 2, .first = "220 go\r\n", .more = "\x16\3\3", .count = -1},
	{.name = "quic-no-version", .layer = LAYER_QUIC},
	{.name = "quic-versions-many", .layer = LAYER_QUIC},
	{.name = "quic-wrong-ids", .layer = LAYER_QUIC},
	{.name = "quic-garbage", .layer = LAYER_QUIC},
	{.name = "quic-flood", .layer = LAYER_QUIC},
	{.name = "canary", .layer = LAYER_CANARY},
	{.name = "various", .layer = LAYER_VARIOUS},
};
const size_t n_personalities = sizeof(personalities) / sizeof(*personalities);
