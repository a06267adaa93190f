/* Responses whole and cut at every place give the same; what is broken has its word; limits. */
#include "wire/http.h"
#include "test/tap.h"

static char body[L_HTTP_BODY_B + 16];
static size_t body_n;

static bool collect(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	if (body_n + len < sizeof(body))
		memcpy(body + body_n, data, len);
	body_n += len;
	return true;
}

static enum http_result run(struct http *h, const char *text, size_t len, size_t cut, bool closes)
{
	enum http_result r;

	http_init(h);
	h->body = collect;
	body_n = 0;
	r = http_feed(h, text, cut);
	if (r == HTTP_MORE)
		r = http_feed(h, text + cut, len - cut);
	if (r == HTTP_MORE && closes)
		r = http_close(h);
	return r;
}

#define OK200 "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *name, *text;
	enum http_result want;
	const char *why, *body;
} rows[] = {
	{"length", OK200 "Content-Length: 5\r\n\r\nhello", HTTP_DONE, NULL, "hello"},
	{"until close", OK200 "\r\nhello", HTTP_DONE, NULL, "hello"},
	{"chunks", OK200 "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nT: v\r\n\r\n",
	 HTTP_DONE, NULL, "hello"},
	{"interim", "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" OK200 "Content-Length: 0\r\n\r\n", HTTP_DONE,
	 NULL, ""},
	{"no body", "HTTP/1.1 204\r\n\r\n", HTTP_DONE, NULL, ""},
	{"cut header", OK200 "Content-Le", HTTP_BAD, "cut", ""},
	{"cut body", OK200 "Content-Length: 9\r\n\r\nhello", HTTP_BAD, "cut", "hello"},
	{"bare LF", "HTTP/1.1 200 OK\n\n", HTTP_BAD, "bare_lf", ""},
	{"bare CR", OK200 "A: b\rc\r\n\r\n", HTTP_BAD, "bare_cr", ""},
	{"fold", OK200 "A: b\r\n c\r\n\r\n", HTTP_BAD, "fold", ""},
	{"no colon", OK200 "Abc\r\n\r\n", HTTP_BAD, "no_colon", ""},
	{"space before colon", OK200 "A : b\r\n\r\n", HTTP_BAD, "name", ""},
	{"empty name", OK200 ": b\r\n\r\n", HTTP_BAD, "name", ""},
	{"control in a value", OK200 "A: b\x01\r\n\r\n", HTTP_BAD, "control", ""},
	{"two lengths", OK200 "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", HTTP_BAD,
	 "two_lengths", ""},
	{"list of lengths", OK200 "Content-Length: 1, 1\r\n\r\nx", HTTP_BAD, "length", ""},
	{"length and chunks", OK200 "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_BAD,
	 "length_and_chunked", ""},
	{"chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_BAD,
	 "transfer_encoding", ""},
	{"chunk size overflow", OK200 "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
	 HTTP_BAD, "chunk_size", ""},
	{"chunk without size", OK200 "Transfer-Encoding: chunked\r\n\r\n;x\r\n", HTTP_BAD, "chunk_size",
	 ""},
	{"chunk longer than said", OK200 "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", HTTP_BAD,
	 "chunk_end", "a"},
	{"version 2", "HTTP/2 200\r\n\r\n", HTTP_BAD, "version", ""},
	{"no HTTP", "SSH-2.0-x\r\n", HTTP_BAD, "status_line", ""},
	{"status 999", "HTTP/1.1 999 x\r\n\r\n", HTTP_BAD, "status_line", ""},
	{"upgrade", "HTTP/1.1 101 x\r\n\r\n", HTTP_BAD, "upgrade", ""},
};

static void table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text), bad = 0;
		static struct http h;

		for (size_t cut = 0; cut <= len; cut++) {
			enum http_result r = run(&h, rows[i].text, len, cut, true);

			bad += r != rows[i].want || body_n != strlen(rows[i].body) ||
			       memcmp(body, rows[i].body, body_n) ||
			       (r == HTTP_BAD && strcmp(h.why, rows[i].why));
		}
		ok(!bad, "%s: the same at every cut (%s)", rows[i].name, h.why ? h.why : "done");
	}
}

static void fields(void)
{
	static const char text[] =
		"HTTP/1.1 301 Moved\r\nLOCATION:  https://www.example.test/ \r\nServer: a\x1b\xff\r\n"
		"Server: b\r\n\r\n";
	static const char good[] =
		"HTTP/1.1 301 Moved\r\nLOCATION:  https://www.example.test/ \r\nServer: a\xff\r\n"
		"Server: b\r\nContent-Encoding: gzip\r\nAlt-Svc: h3=\":443\"\r\n"
		"Strict-Transport-Security: max-age=1\r\nContent-Length: 0\r\n\r\n";
	static struct http h;

	is_int(run(&h, text, sizeof(text) - 1, 0, true), HTTP_BAD, "an escape byte is refused");
	is_int(run(&h, good, sizeof(good) - 1, 0, true), HTTP_DONE, "fields");
	is_int(h.status, 301, "status");
	is_str(h.location, "https://www.example.test/", "Location");
	is_str(h.server, "a\xef\xbf\xbd", "the first Server, as UTF-8");
	is_str(h.alt_svc, "h3=\":443\"", "Alt-Svc");
	is_str(h.hsts, "max-age=1", "HSTS");
	is_int(h.coding, HTTP_GZIP, "coding");
}

static const struct {
	const char *name, *text;
	bool closes, extra;
} ends[] = {
	{"a length", OK200 "Content-Length: 1\r\n\r\nx", false, false},
	{"chunks", OK200 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, false},
	{"no body", "HTTP/1.1 204\r\n\r\n", false, false},
	{"bytes behind it", OK200 "Content-Length: 1\r\n\r\nxHTTP/1.1 200\r\n\r\n", false, true},
	{"it says so", OK200 "Connection: x, Close\r\nContent-Length: 0\r\n\r\n", true, false},
	{"it says otherwise", OK200 "Connection: keep-alive, closer\r\nContent-Length: 0\r\n\r\n", false,
	 false},
	{"an old version", "HTTP/1.0 200\r\nContent-Length: 0\r\n\r\n", true, false},
	{"until close", OK200 "\r\nx", true, false},
};

/* May another request follow on the connection? */
static void connections(void)
{
	static struct http h;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		is_int(run(&h, ends[i].text, strlen(ends[i].text), 0, true), HTTP_DONE, ends[i].name);
		ok(h.closes == ends[i].closes && h.extra == ends[i].extra, "what may follow");
	}
	run(&h, "HTTP/1.1 503 x\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 61, 0, true);
	is_str(h.retry_after, "120", "Retry-After");
}

/* n bytes of header line, n headers, n interim responses, n bytes of body. */
static enum http_result sized(int what, size_t n)
{
	static char text[L_HTTP_BODY_B + 4096];
	static struct http h;
	size_t at = 0;

	if (what == 2) {
		for (size_t i = 0; i < n; i++)
			at += (size_t)snprintf(text + at, 64, "HTTP/1.1 100 x\r\n\r\n");
	}
	at += (size_t)snprintf(text + at, 64, OK200);
	if (what == 0) {
		memset(text + at, 'a', n);
		text[at + 1] = ':';
		at += n;
		at += (size_t)snprintf(text + at, 64, "\r\n");
	}
	for (size_t i = 0; what == 1 && i < n; i++)
		at += (size_t)snprintf(text + at, 64, "a: b\r\n");
	at += (size_t)snprintf(text + at, 64, "\r\n");
	if (what == 3) {
		memset(text + at, 'x', n);
		at += n;
	}
	return run(&h, text, at, at / 2, true);
}

static void limits(void)
{
	static const struct {
		size_t limit;
		enum limit which;
	} all[] = {{L_HTTP_LINE_B, LIMIT_HTTP_LINE_B},
		   {L_HTTP_HEADERS, LIMIT_HTTP_HEADERS},
		   {L_HTTP_INTERIM, LIMIT_HTTP_INTERIM},
		   {L_HTTP_BODY_B, LIMIT_HTTP_BODY_B}};

	for (int what = 0; what < 4; what++) {
		for (size_t n = all[what].limit - 1; n <= all[what].limit + 1; n++) {
			uint64_t before = limit_hits(all[what].which);
			bool past = n > all[what].limit;

			is_int(sized(what, n), past ? HTTP_LIMIT : HTTP_DONE,
			       limit_table[all[what].which].name);
			is_int((long long)(limit_hits(all[what].which) - before), past, "counted");
		}
	}
}

/* All header lines together: 17 bytes of status line, lines of 1000, one that fills, the end. */
static void header_sum(void)
{
	for (size_t want = L_HTTP_HEADER_B - 1; want <= L_HTTP_HEADER_B + 1; want++) {
		static char text[L_HTTP_HEADER_B + 64];
		static struct http h;
		size_t at = (size_t)snprintf(text, 64, OK200);

		while (at < want - 2) {
			size_t n = want - 2 - at < 2000 ? want - 2 - at : 1000;

			memset(text + at, 'a', n);
			text[at + 1] = ':';
			memcpy(text + at + n - 2, "\r\n", 2);
			at += n;
		}
		memcpy(text + at, "\r\n", 2);
		is_int(run(&h, text, want, want / 2, true),
		       want > L_HTTP_HEADER_B ? HTTP_LIMIT : HTTP_DONE, "sum of header lines");
	}
}

int main(void)
{
	table();
	fields();
	connections();
	limits();
	header_sum();
	return done();
}
