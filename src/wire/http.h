/*
 * http: one HTTP/1.1 response as a stream of bytes (RFC 9112), for a client that asked with GET.
 * threats.md T-NET-01 to 03.
 *
 * Pieces may be cut anywhere.  Strict: what servers and middle boxes are known to read in two ways
 * (bare CR or LF, folded lines, two lengths, length and chunks together) is malformed, with a word.
 * Header lines, their sum and their number, interim responses and the body have limits.
 * No memory but the struct itself; body bytes go straight to a function of the caller.
 */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a line that may be longer (L_HTTP_LINE_B) this much is kept: a whole URL with its field name.  A
 * census holds many responses at once. */
enum { HTTP_LINE_KEPT_B = L_URL_B + 256 };

enum http_result {
	HTTP_MORE,   /* needs more bytes */
	HTTP_DONE,   /* the response is complete; bytes after it are ignored */
	HTTP_BAD,    /* it breaks the protocol: why is a word */
	HTTP_LIMIT,  /* a limit of ours was passed: why is a word */
	HTTP_STOP,   /* the caller's body function said stop */
};

enum http_part { HTTP_PART_STATUS, HTTP_PART_HEADER, HTTP_PART_BODY, HTTP_PART_DONE };

enum http_coding { HTTP_IDENTITY, HTTP_GZIP, HTTP_DEFLATE, HTTP_OTHER_CODING };

struct http {
	/* Set by the caller after http_init; false stops. */
	bool (*body)(void *ctx, const uint8_t *data, size_t len);
	void *ctx;

	/* Readable at any time; complete when part >= HTTP_PART_BODY. */
	enum http_part part;
	unsigned status; /* of the final response; 0 before */
	unsigned minor;  /* HTTP/1.minor */
	unsigned n_interim, n_headers;
	enum http_coding coding;
	char location[L_URL_B + 1];
	bool location_long; /* it had more than L_URL_B bytes; location is empty then */
	char server[129], content_type[129], hsts[257], alt_svc[513], retry_after[65]; /* cleaned
											 * UTF-8, cut */
	bool has_location, has_server, has_content_type, has_hsts, has_alt_svc, has_refresh,
		has_retry_after;
	bool closes; /* no request may follow on this connection (RFC 9112 9.3) */
	bool extra;  /* after HTTP_DONE: bytes came that belong to no response */
	uint64_t wire_b; /* body bytes after chunks are taken off, before decoding */
	const char *why; /* word of HTTP_BAD and HTTP_LIMIT */

	/* of the parser */
	unsigned state;
	bool has_length, chunked, bodyless, hit;
	uint64_t left; /* bytes of the body or chunk to come */
	size_t header_b, line_n; /* line_n: of the line so far, kept or not */
	bool cr, control;        /* CR was the last byte; a control byte stands past what is kept */
	char line[HTTP_LINE_KEPT_B + 1];
};

void http_init(struct http *h);
enum http_result http_feed(struct http *h, const void *data, size_t len);
/* The far side closed: HTTP_DONE where that ends the body, else HTTP_BAD "cut". */
enum http_result http_close(struct http *h);

#endif
