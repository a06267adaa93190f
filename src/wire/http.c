/*
 * http: see http.h.  Lines are collected byte by byte into one buffer (their length is bounded), body
 * bytes pass in runs.  States follow RFC 9112 section 6.3 for where a body ends.
 */
#include "wire/http.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

enum {
	S_STATUS,
	S_HEADER,
	S_LENGTH,
	S_UNTIL_CLOSE,
	S_CHUNK_SIZE,
	S_CHUNK_DATA,
	S_CHUNK_END,
	S_TRAILER,
	S_DONE,
	S_FAILED,
};

void http_init(struct http *h)
{
	memset(h, 0, offsetof(struct http, line));
}

static enum http_result bad(struct http *h, const char *why)
{
	h->why = why;
	h->state = S_FAILED;
	return HTTP_BAD;
}

static enum http_result past(struct http *h, enum limit which, const char *why)
{
	limit_hit(which);
	h->why = why;
	h->hit = true;
	h->state = S_FAILED;
	return HTTP_LIMIT;
}

static enum http_result finish(struct http *h)
{
	h->state = S_DONE;
	h->part = HTTP_PART_DONE;
	return HTTP_DONE;
}

/* ---- the status line ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum http_result take_status(struct http *h)
{
	const char *l = h->line;

	if (strncmp(l, "HTTP/", 5))
		return bad(h, "status_line");
	if (strncmp(l, "HTTP/1.", 7) || (l[7] != '0' && l[7] != '1'))
		return bad(h, "version");
	if (l[8] != ' ' || l[9] < '1' || l[9] > '5' || !is_digit(l[10]) || !is_digit(l[11]) ||
	    (l[12] && l[12] != ' '))
		return bad(h, "status_line");
	h->minor = (unsigned)(l[7] - '0');
	h->status = (unsigned)((l[9] - '0') * 100 + (l[10] - '0') * 10 + (l[11] - '0'));
	h->state = S_HEADER;
	h->part = HTTP_PART_HEADER;
	return HTTP_MORE;
}

/* ---- header lines ---- */

static size_t kept_n(const struct http *h)
{
	return h->line_n < HTTP_LINE_KEPT_B ? h->line_n : HTTP_LINE_KEPT_B;
}

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

/* RFC 9110 5.6.2 */
static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static enum http_result take_length(struct http *h, const char *v, size_t len)
{
	uint64_t n = 0;

	if (h->has_length)
		return bad(h, "two_lengths");
	if (!len || len > 18)
		return bad(h, "length");
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(v[i]))
			return bad(h, "length");
		n = n * 10 + (uint64_t)(v[i] - '0');
	}
	h->has_length = true;
	h->left = n;
	return HTTP_MORE;
}

static enum http_result take_transfer(struct http *h, const char *v, size_t len)
{
	if (h->chunked || !h->minor || len != 7 || strncasecmp(v, "chunked", 7))
		return bad(h, "transfer_encoding");
	h->chunked = true;
	return HTTP_MORE;
}

/* One coding that we offered, or one that we cannot read; two at once are never read. */
static void take_coding(struct http *h, const char *v, size_t len)
{
	static const struct {
		const char *name;
		enum http_coding coding;
	} known[] = {{"gzip", HTTP_GZIP},
		     {"x-gzip", HTTP_GZIP},
		     {"deflate", HTTP_DEFLATE},
		     {"identity", HTTP_IDENTITY}};
	enum http_coding coding = HTTP_OTHER_CODING;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) == len && !strncasecmp(v, known[i].name, len))
			coding = known[i].coding;
	}
	h->coding = h->coding == HTTP_IDENTITY ? coding : HTTP_OTHER_CODING;
}

/* The first of several equal headers counts. */
static void take_text(bool *has, char *to, size_t max, const char *v, size_t len)
{
	if (!*has)
		utf8_clean(to, max, v, len);
	*has = true;
}

static void take_location(struct http *h, const char *v, size_t len)
{
	if (h->has_location)
		return;
	h->has_location = true;
	h->location_long = len > L_URL_B || h->line_n > HTTP_LINE_KEPT_B;
	if (h->location_long) {
		limit_hit(LIMIT_URL_B);
		return;
	}
	memcpy(h->location, v, len);
	h->location[len] = '\0';
}

/* A list of words; HTTP/1.0 closes unless it says otherwise, and we ask it for nothing else. */
static void take_connection(struct http *h, const char *v, size_t len)
{
	while (len) {
		size_t n = strcspn(v, ", \t");

		n = n < len ? n : len;
		h->closes |= n == 5 && !strncasecmp(v, "close", 5);
		n += n < len;
		v += n;
		len -= n;
	}
}

static enum http_result take_field(struct http *h, const char *name, const char *v, size_t len)
{
	if (!strcasecmp(name, "content-length"))
		return take_length(h, v, len);
	if (!strcasecmp(name, "transfer-encoding"))
		return take_transfer(h, v, len);
	if (!strcasecmp(name, "content-encoding"))
		take_coding(h, v, len);
	else if (!strcasecmp(name, "location"))
		take_location(h, v, len);
	else if (!strcasecmp(name, "refresh"))
		h->has_refresh = true;
	else if (!strcasecmp(name, "server"))
		take_text(&h->has_server, h->server, sizeof(h->server), v, len);
	else if (!strcasecmp(name, "content-type"))
		take_text(&h->has_content_type, h->content_type, sizeof(h->content_type), v, len);
	else if (!strcasecmp(name, "strict-transport-security"))
		take_text(&h->has_hsts, h->hsts, sizeof(h->hsts), v, len);
	else if (!strcasecmp(name, "alt-svc"))
		take_text(&h->has_alt_svc, h->alt_svc, sizeof(h->alt_svc), v, len);
	else if (!strcasecmp(name, "retry-after"))
		take_text(&h->has_retry_after, h->retry_after, sizeof(h->retry_after), v, len);
	else if (!strcasecmp(name, "connection"))
		take_connection(h, v, len);
	return HTTP_MORE;
}

/* "name: value" without its CRLF; a trailer's fields are checked, not used. */
static enum http_result take_header(struct http *h, bool use)
{
	char *colon = strchr(h->line, ':'), *v, *end = h->line + kept_n(h);

	if (++h->n_headers > L_HTTP_HEADERS)
		return past(h, LIMIT_HTTP_HEADERS, "headers");
	if (h->line[0] == ' ' || h->line[0] == '\t')
		return bad(h, "fold");
	if (!colon)
		return bad(h, "no_colon");
	for (char *p = h->line; p < colon; p++) {
		if (!is_token(*p))
			return bad(h, "name");
	}
	if (colon == h->line)
		return bad(h, "name");
	for (v = colon + 1; v < end && (*v == ' ' || *v == '\t'); v++)
		;
	while (end > v && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (char *p = v; p < end; p++)
		h->control |= is_control(*p);
	if (h->control)
		return bad(h, "control");
	*colon = '\0';
	return use ? take_field(h, h->line, v, (size_t)(end - v)) : HTTP_MORE;
}

/* The empty line: an interim response is followed by the next, a final one by its body. */
static enum http_result end_headers(struct http *h)
{
	if (h->has_length && h->chunked)
		return bad(h, "length_and_chunked");
	if (h->status == 101)
		return bad(h, "upgrade");
	if (h->status < 200) {
		if (++h->n_interim > L_HTTP_INTERIM)
			return past(h, LIMIT_HTTP_INTERIM, "interim");
		if (h->has_length || h->chunked)
			return bad(h, "interim_body");
		h->status = 0;
		h->state = S_STATUS;
		h->part = HTTP_PART_STATUS;
		h->coding = HTTP_IDENTITY;
		h->location[0] = h->server[0] = h->content_type[0] = h->hsts[0] = h->alt_svc[0] = 0;
		h->has_location = h->has_server = h->has_content_type = false;
		h->has_hsts = h->has_alt_svc = h->has_refresh = h->location_long = false;
		h->has_retry_after = false;
		return HTTP_MORE;
	}
	h->closes |= !h->minor;
	h->part = HTTP_PART_BODY;
	h->bodyless = h->status == 204 || h->status == 304;
	if (h->bodyless || (h->has_length && !h->left))
		return finish(h);
	h->state = h->chunked ? S_CHUNK_SIZE : h->has_length ? S_LENGTH : S_UNTIL_CLOSE;
	h->closes |= h->state == S_UNTIL_CLOSE;
	return HTTP_MORE;
}

/* ---- chunks ---- */

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum http_result take_chunk_size(struct http *h)
{
	const char *p = h->line;
	uint64_t n = 0;

	if (hex_digit(*p) < 0)
		return bad(h, "chunk_size");
	for (; hex_digit(*p) >= 0; p++) {
		n = n << 4 | (uint64_t)hex_digit(*p);
		if (n >> 56)
			return bad(h, "chunk_size");
	}
	while (*p == ' ' || *p == '\t')
		p++;
	if (*p && *p != ';')
		return bad(h, "chunk_size");
	h->left = n;
	h->state = n ? S_CHUNK_DATA : S_TRAILER;
	return HTTP_MORE;
}

/* ---- bytes ---- */

static enum http_result take_line(struct http *h)
{
	switch (h->state) {
	case S_STATUS: return take_status(h);
	case S_HEADER: return h->line_n ? take_header(h, true) : end_headers(h);
	case S_CHUNK_SIZE: return take_chunk_size(h);
	case S_CHUNK_END:
		h->state = S_CHUNK_SIZE;
		return h->line_n ? bad(h, "chunk_end") : HTTP_MORE;
	default: return h->line_n ? take_header(h, false) : finish(h); /* S_TRAILER */
	}
}

/* Header lines and the framing of chunks have sums of their own. */
static bool sum_fits(struct http *h)
{
	uint64_t max = h->part == HTTP_PART_BODY ? L_HTTP_HEADER_B + L_HTTP_BODY_B : L_HTTP_HEADER_B;

	return ++h->header_b <= max;
}

static enum http_result feed_line_byte(struct http *h, char c)
{
	enum http_result r;

	if (!sum_fits(h))
		return past(h, LIMIT_HTTP_HEADER_B, "header");
	if (!c)
		return bad(h, "nul");
	if (h->cr) {
		if (c != '\n')
			return bad(h, "bare_cr");
		h->line[kept_n(h)] = '\0';
		r = take_line(h);
		h->line_n = 0;
		h->cr = h->control = false;
		return r;
	}
	if (c == '\n')
		return bad(h, "bare_lf");
	h->cr = c == '\r';
	if (h->cr)
		return HTTP_MORE;
	if (h->line_n >= L_HTTP_LINE_B)
		return past(h, LIMIT_HTTP_LINE_B, "line");
	if (h->line_n < HTTP_LINE_KEPT_B)
		h->line[h->line_n] = c;
	else
		h->control |= is_control(c);
	h->line_n++;
	return HTTP_MORE;
}

/* Passes a run of body bytes on; past the limit it is cut there, to the byte. */
static enum http_result pass(struct http *h, const uint8_t *data, size_t n)
{
	uint64_t room = L_HTTP_BODY_B - h->wire_b;
	size_t fits = n < room ? n : (size_t)room;

	h->wire_b += fits;
	if (fits && h->body && !h->body(h->ctx, data, fits)) {
		h->state = S_FAILED;
		h->why = "stop";
		return HTTP_STOP;
	}
	if (fits < n)
		return past(h, LIMIT_HTTP_BODY_B, "body");
	if (h->state == S_UNTIL_CLOSE)
		return HTTP_MORE;
	h->left -= n;
	if (h->left)
		return HTTP_MORE;
	if (h->state == S_LENGTH)
		return finish(h);
	h->state = S_CHUNK_END;
	return HTTP_MORE;
}

static bool in_body(const struct http *h)
{
	return h->state == S_LENGTH || h->state == S_UNTIL_CLOSE || h->state == S_CHUNK_DATA;
}

enum http_result http_feed(struct http *h, const void *data, size_t len)
{
	const uint8_t *p = data, *end = p + len;
	enum http_result r = HTTP_MORE;

	if (h->state == S_DONE)
		return HTTP_DONE;
	if (h->state == S_FAILED)
		return h->hit ? HTTP_LIMIT : HTTP_BAD;
	while (r == HTTP_MORE && p < end) {
		size_t n = 1;

		if (in_body(h)) {
			n = (size_t)(end - p);
			if (h->state != S_UNTIL_CLOSE && n > h->left)
				n = (size_t)h->left;
			r = pass(h, p, n);
		} else {
			r = feed_line_byte(h, (char)*p);
		}
		p += n;
	}
	h->extra |= r == HTTP_DONE && p < end;
	return r;
}

enum http_result http_close(struct http *h)
{
	if (h->state == S_DONE || h->state == S_UNTIL_CLOSE)
		return finish(h);
	if (h->state == S_FAILED)
		return h->hit ? HTTP_LIMIT : HTTP_BAD;
	return bad(h, "cut");
}
