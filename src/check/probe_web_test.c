/* Conversations played to the probe: events in, steps out; no socket, no clock. */
#include "check/probe_web.h"
#include "test/tap.h"

#include <zlib.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static struct arena arena;
static struct web_probe probe;
static struct step step;
static int64_t now_us;

static const struct tls_facts facts = {.version = "TLSv1.3",
				       .cipher = "TLS_AES_128_GCM_SHA256",
				       .cert_sha256 = "c0",
				       .spki_sha256 = "5b",
				       .subject = "CN=example.test",
				       .issuer = "CN=Lab",
				       .not_after_us = 77,
				       .problem = "expired"};

static void tell_after(int64_t after_us, enum event_kind kind, const void *data, size_t len,
		       const char *why)
{
	struct event e = {.kind = kind,
			  .mono_us = now_us += after_us,
			  .data = data,
			  .len = len,
			  .tls = kind == EVENT_TLS ? &facts : NULL,
			  .why = why};

	step = probe.p.kind->next(&probe.p, &e);
}

static void tell(enum event_kind kind, const void *data, size_t len, const char *why)
{
	tell_after(1000, kind, data, len, why);
}

static void say(const char *text)
{
	tell(EVENT_DATA, text, strlen(text), NULL);
}

static struct web_question question(enum web_scheme scheme, const char *host)
{
	struct web_question q = {.target = "apex",
				 .host = host,
				 .scheme = scheme,
				 .began = scheme,
				 .user_agent = "observatory-test"};

	addr_parse(&q.addr, "2001:db8::80");
	return q;
}

static void begin_with(const struct web_question *q)
{
	arena_done(&arena);
	web_probe_init(&probe, q, &arena);
	tell(EVENT_START, NULL, 0, NULL);
}

/* As far as the request. */
static void begin(enum web_scheme scheme)
{
	struct web_question q = question(scheme, "example.test");

	begin_with(&q);
	tell(EVENT_CONNECTED, NULL, 0, NULL);
	if (scheme == SCHEME_HTTPS)
		tell(EVENT_TLS, NULL, 0, NULL);
}

static void page(void)
{
	struct web_row *r = &probe.row;

	begin(SCHEME_HTTPS);
	is_int(step.kind, STEP_SEND, "the request goes out");
	is_str((const char *)step.data,
	       "GET / HTTP/1.1\r\nHost: example.test\r\nUser-Agent: observatory-test\r\n"
	       "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
	       "Accept-Encoding: gzip, deflate\r\nConnection: close\r\n\r\n",
	       "all of it");
	say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
	is_int(step.kind, STEP_READ, "an interim response is no answer");
	is_int(r->status, I64_NULL, "nor has it a status");
	say(OK_HEAD
	    "Content-Type: text/html; charset=utf-8\r\nServer: a\tb\r\nAlt-Svc: h3=\":443\"\r\n"
	    "Strict-Transport-Security: max-age=9\r\nContent-Length: 42\r\n\r\n");
	is_int(r->stage, STAGE_BODY, "after the header comes the body");
	say("<title>One &amp; two</title><p>one two one");
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "done");
	is_int(r->stage, STAGE_DONE, "stage");
	is_int(r->status, 200, "status");
	is_str(r->target, "apex", "target");
	is_str(r->host, "example.test", "host");
	ok(r->scheme == SCHEME_HTTPS && r->began == SCHEME_HTTPS && r->hop == 0,
	   "place in the chain");
	ok(r->family == 6 && r->addr.family == 6 && r->port == 443, "address");
	is_int(r->connect_us, 1000, "connect");
	is_int(r->tls_us, 1000, "handshake");
	is_int(r->first_byte_us, 1000, "first byte");
	is_int(r->total_us, 5000, "total");
	is_int(r->body_b, 42, "bytes");
	is_str(r->body_sha256, "f20272259ddcb9ed1c002f3c0873d351ce959671916d86d1f7d027c7dd975c2c",
	       "digest");
	is_int(r->text_words, 3, "words outside the title");
	ok(r->text_hash != I64_NULL, "hash");
	is_str(r->title, "One & two", "title");
	is_str(r->server, "a b", "server");
	is_str(r->content_type, "text/html; charset=utf-8", "type");
	is_str(r->hsts, "max-age=9", "HSTS");
	is_str(r->alt_svc, "h3=\":443\"", "Alt-Svc");
	is_str(r->tls_version, "TLSv1.3", "TLS");
	is_str(r->cert_problem, "expired", "a certificate that does not verify is told");
	ok(r->cert_ok == 0 && r->cert_not_after_us == 77 && r->cert_sha256 && r->cert_spki_sha256 &&
		   r->cert_subject && r->cert_issuer && r->tls_cipher,
	   "with all that is known of it");
	ok(!r->location && !r->why, "nothing else");
}

/* ---- what is asked ---- */

static void requests(void)
{
	static const struct {
		enum web_scheme scheme;
		const char *host;
		uint16_t port;
		const char *path, *want;
	} rows[] = {
		{SCHEME_HTTP, "a.test", 0, "/x?y=1", "GET /x?y=1 HTTP/1.1\r\nHost: a.test\r\n"},
		{SCHEME_HTTP, "a.test", 80, NULL, "GET / HTTP/1.1\r\nHost: a.test\r\n"},
		{SCHEME_HTTP, "a.test", 443, NULL, "GET / HTTP/1.1\r\nHost: a.test:443\r\n"},
		{SCHEME_HTTPS, "a.test", 8443, NULL, "GET / HTTP/1.1\r\nHost: a.test:8443\r\n"},
		{SCHEME_HTTPS, "2001:db8::1", 0, NULL, "GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n"},
		{SCHEME_HTTP, "2001:db8::1", 81, NULL,
		 "GET / HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n"},
		{SCHEME_HTTP, "192.0.2.1", 0, NULL, "GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct web_question q = question(rows[i].scheme, rows[i].host);
		uint16_t own = rows[i].scheme == SCHEME_HTTPS ? 443 : 80;

		q.port = rows[i].port;
		q.path = rows[i].path;
		begin_with(&q);
		ok(step.kind == STEP_CONNECT && step.port == (q.port ? q.port : own) &&
			   !addr_cmp(&step.addr, &q.addr),
		   "connects to port %u", step.port);
		tell(EVENT_CONNECTED, NULL, 0, NULL);
		if (rows[i].scheme == SCHEME_HTTPS) {
			ok(step.kind == STEP_TLS && !strcmp(step.sni, rows[i].host), "TLS for %s",
			   step.sni);
			tell(EVENT_TLS, NULL, 0, NULL);
		}
		ok(step.kind == STEP_SEND &&
			   !strncmp((const char *)step.data, rows[i].want, strlen(rows[i].want)),
		   "asks %s on port %u", rows[i].host, (unsigned)probe.row.port);
	}
}

/* ---- how it ends ---- */

enum { CONNECTING, IN_TLS, ASKED };

static void ends(void)
{
	static const struct {
		int from;
		const char *said; /* after the request */
		enum event_kind last;
		const char *word; /* of that event */
		enum outcome outcome;
		enum web_stage stage;
		const char *why;
		int64_t status;
	} rows[] = {
#define NO I64_NULL
		{CONNECTING, NULL, EVENT_REFUSED, NULL, OUTCOME_REFUSED, STAGE_CONNECT, NULL, NO},
		{CONNECTING, NULL, EVENT_UNREACHABLE, "ENETUNREACH", OUTCOME_UNREACHABLE,
		 STAGE_CONNECT, "ENETUNREACH", NO},
		{CONNECTING, NULL, EVENT_DENIED, "6to4:private", OUTCOME_DENIED, STAGE_CONNECT,
		 "6to4:private", NO},
		{CONNECTING, NULL, EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, STAGE_CONNECT, NULL, NO},
		{IN_TLS, NULL, EVENT_TLS_FAILED, "not_tls", OUTCOME_TLS, STAGE_TLS, "not_tls", NO},
		{IN_TLS, NULL, EVENT_TLS_FAILED, "key_limit", OUTCOME_LIMIT, STAGE_TLS, "key_limit", NO},
		{IN_TLS, NULL, EVENT_TLS_FAILED, "handshake_limit", OUTCOME_LIMIT, STAGE_TLS, "handshake_limit", NO},
		{IN_TLS, NULL, EVENT_CLOSED, NULL, OUTCOME_TLS, STAGE_TLS, "closed", NO},
		{IN_TLS, NULL, EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, STAGE_TLS, NULL, NO},
		{ASKED, NULL, EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, STAGE_REQUEST, NULL, NO},
		{ASKED, NULL, EVENT_CLOSED, NULL, OUTCOME_CLOSED, STAGE_REQUEST, NULL, NO},
		{ASKED, NULL, EVENT_UNREACHABLE, "ETIMEDOUT", OUTCOME_UNREACHABLE, STAGE_REQUEST,
		 "ETIMEDOUT", NO},
		{ASKED, "HTTP/1.1 2", EVENT_CLOSED, NULL, OUTCOME_CLOSED, STAGE_HEADER, NULL, NO},
		{ASKED, "HTTP/1.1 2", EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, STAGE_HEADER, "rate",
		 NO},
		{ASKED, "HTTP/1.1 100 C\r\n\r\n", EVENT_CLOSED, NULL, OUTCOME_CLOSED, STAGE_HEADER,
		 NULL, NO},
		{ASKED, OK_HEAD "Content-Length: 9\r\n\r\nabc", EVENT_CLOSED, NULL, OUTCOME_CLOSED,
		 STAGE_BODY, NULL, 200},
		{ASKED, OK_HEAD "Content-Length: 9\r\n\r\nabc", EVENT_TIMEOUT, NULL,
		 OUTCOME_TIMEOUT, STAGE_BODY, "rate", 200},
		{ASKED, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", EVENT_CLOSED,
		 NULL, OUTCOME_CLOSED, STAGE_BODY, NULL, 200},
		{ASKED, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", EVENT_START,
		 NULL, OUTCOME_MALFORMED, STAGE_BODY, "http:chunk_end", 200},
		{ASKED, "SSH-2.0-x\r\n", EVENT_START, NULL, OUTCOME_MALFORMED, STAGE_HEADER,
		 "http:status_line", NO},
		{ASKED, OK_HEAD "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		 EVENT_START, NULL, OUTCOME_MALFORMED, STAGE_HEADER, "http:length_and_chunked", NO},
		{ASKED, OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
		 EVENT_START, NULL, OUTCOME_MALFORMED, STAGE_BODY, "gzip", 200},
		{ASKED, OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
		 EVENT_START, NULL, OUTCOME_MALFORMED, STAGE_BODY, "gzip", 200},
		{ASKED, OK_HEAD "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08", EVENT_CLOSED, NULL,
		 OUTCOME_CLOSED, STAGE_BODY, NULL, 200},
		{ASKED, OK_HEAD "Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", EVENT_START,
		 NULL, OUTCOME_OK, STAGE_DONE, "coding", 200},
		{ASKED, OK_HEAD "\r\nabc", EVENT_CLOSED, NULL, OUTCOME_OK, STAGE_DONE, NULL, 200},
		{ASKED, OK_HEAD "\r\n", EVENT_CLOSED, NULL, OUTCOME_OK, STAGE_DONE, NULL, 200},
		{ASKED, OK_HEAD "Content-Length: 0\r\nContent-Encoding: gzip\r\n\r\n", EVENT_START,
		 NULL, OUTCOME_OK, STAGE_DONE, NULL, 200},
		{ASKED, "HTTP/1.0 404 No\r\n\r\nabc", EVENT_CLOSED, NULL, OUTCOME_OK, STAGE_DONE,
		 NULL, 404},
		{ASKED, "HTTP/1.1 204 No\r\n\r\n", EVENT_START, NULL, OUTCOME_OK, STAGE_DONE, NULL,
		 204},
		{ASKED, "HTTP/1.1 304 N\r\nContent-Length: 9\r\nLocation: /x\r\n\r\n", EVENT_START,
		 NULL, OUTCOME_OK, STAGE_DONE, NULL, 304},
#undef NO
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct web_question q = question(rows[i].from == IN_TLS, "example.test");

		begin_with(&q);
		if (rows[i].from != CONNECTING)
			tell(EVENT_CONNECTED, NULL, 0, NULL);
		if (rows[i].said)
			say(rows[i].said);
		if (rows[i].last != EVENT_START)
			tell_after(rows[i].last == EVENT_TIMEOUT ? step.timeout_us : 1,
				   rows[i].last, NULL, 0, rows[i].word);
		ok(step.kind == STEP_DONE && step.outcome == rows[i].outcome, "row %zu: %s", i,
		   outcome_words[rows[i].outcome]);
		is_int(probe.row.stage, rows[i].stage, "stage");
		is_str(probe.row.why, rows[i].why, "why");
		is_int(probe.row.status, rows[i].status, "status");
		ok((probe.row.total_us != I64_NULL) == (rows[i].stage == STAGE_DONE) &&
			   (probe.row.body_b != I64_NULL) == (rows[i].status != I64_NULL) &&
			   !probe.row.location,
		   "what is known of the body");
		ok(!probe.digest && !probe.inflate.z, "all given back");
	}
}

static void redirects(void)
{
	static const struct {
		const char *location;
		bool any_port;
		enum outcome outcome;
		const char *want, *why;
	} rows[] = {
		{"https://www.example.test/", false, OUTCOME_OK, "https://www.example.test/", NULL},
		{"HTTPS://Www.Example.Test", false, OUTCOME_OK, "https://www.example.test/", NULL},
		{"/de/", false, OUTCOME_OK, "http://example.test/de/", NULL},
		{"x?y#z", false, OUTCOME_OK, "http://example.test/a/x?y", NULL},
		{"../x", false, OUTCOME_OK, "http://example.test/x", NULL},
		{"?q", false, OUTCOME_OK, "http://example.test/a/b?q", NULL},
		{"//other.test/\xc3\xa9", false, OUTCOME_OK, "http://other.test/%C3%A9", NULL},
		{"http://[2001:DB8::1]/", false, OUTCOME_OK, "http://[2001:db8::1]/", NULL},
		{"http://0x7f.1/", false, OUTCOME_OK, "http://127.0.0.1/", NULL},
		{"https://example.test:8443/", false, OUTCOME_DENIED, NULL, "location:port"},
		{"https://example.test:8443/", true, OUTCOME_OK, "https://example.test:8443/",
		 NULL},
		{"ftp://example.test/", false, OUTCOME_DENIED, NULL, "location:scheme"},
		{"javascript:alert(1)", false, OUTCOME_DENIED, NULL, "location:scheme"},
		{"https://user@example.test/", false, OUTCOME_MALFORMED, NULL, "location:userinfo"},
		{"https:///x", false, OUTCOME_MALFORMED, NULL, "location:host"},
		{"/a\\b", false, OUTCOME_MALFORMED, NULL, "location:backslash"},
		{"", false, OUTCOME_MALFORMED, NULL, "location:empty"},
	};
	char text[512];

	for (size_t i = 0; i < N(rows); i++) {
		struct web_question q = question(SCHEME_HTTP, "example.test");

		q.any_port = rows[i].any_port;
		q.path = "/a/b?c";
		begin_with(&q);
		tell(EVENT_CONNECTED, NULL, 0, NULL);
		snprintf(text, sizeof(text),
			 "HTTP/1.1 302 Found\r\nLocation: %s\r\n"
			 "Content-Length: 99\r\n\r\n",
			 rows[i].location);
		say(text);
		ok(step.kind == STEP_DONE && step.outcome == rows[i].outcome, "'%s': %s",
		   rows[i].location, outcome_words[rows[i].outcome]);
		is_str(probe.row.location, rows[i].want, "where to");
		is_str(probe.row.why, rows[i].why, "why");
		ok(probe.row.status == 302 && probe.row.stage == STAGE_DONE &&
			   probe.row.total_us == 2000 && probe.row.body_b == I64_NULL,
		   "complete without its body");
	}
}

/* Which codes lead on when there is a Location: those that browsers follow. */
static void redirect_codes(void)
{
	char text[96];

	for (int code = 300; code <= 309; code++) {
		bool leads = (code >= 301 && code <= 303) || code == 307 || code == 308;

		snprintf(text, sizeof(text), "HTTP/1.1 %d x\r\nLocation: /x\r\n\r\n", code);
		begin(SCHEME_HTTP);
		say(text);
		if (step.kind != STEP_DONE)
			tell(EVENT_CLOSED, NULL, 0, NULL);
		text[12] = '\0';
		is_str(probe.row.location, leads ? "http://example.test/x" : NULL, text + 9);
		ok(step.outcome == OUTCOME_OK && probe.row.status == code &&
			   (probe.row.body_b == I64_NULL) == leads,
		   "a redirect or a page");
	}
}

/* A relative redirect keeps what it was asked at. */
static void redirect_bases(void)
{
	static const struct {
		enum web_scheme scheme;
		const char *host;
		uint16_t port;
		const char *want;
	} rows[] = {{SCHEME_HTTPS, "a.test", 0, "https://a.test/x"},
		    {SCHEME_HTTPS, "a.test", 8443, "https://a.test:8443/x"},
		    {SCHEME_HTTP, "2001:db8::1", 0, "http://[2001:db8::1]/x"},
		    {SCHEME_HTTP, "192.0.2.1", 8080, "http://192.0.2.1:8080/x"}};

	for (size_t i = 0; i < N(rows); i++) {
		struct web_question q = question(rows[i].scheme, rows[i].host);

		q.port = rows[i].port;
		begin_with(&q);
		tell(EVENT_CONNECTED, NULL, 0, NULL);
		if (rows[i].scheme == SCHEME_HTTPS)
			tell(EVENT_TLS, NULL, 0, NULL);
		say("HTTP/1.1 308 P\r\nLocation: /x\r\n\r\n");
		is_str(probe.row.location, rows[i].want, "relative");
	}
}

static void location_length(void)
{
	static char text[L_URL_B + 128];

	for (size_t n = L_URL_B - 1; n <= L_URL_B + 1; n++) {
		size_t at = (size_t)snprintf(text, 64, "HTTP/1.1 301 M\r\nLocation: ");

		memset(text + at, 'a', n);
		text[at] = '/';
		snprintf(text + at + n, 64, "\r\n\r\n");
		begin(SCHEME_HTTP);
		say(text);
		is_str(probe.row.why, n > L_URL_B ? "location:long" : NULL, "length of a Location");
		ok((probe.row.location != NULL) == (n <= L_URL_B), "kept or not");
	}
}

static void types(void)
{
	static const struct {
		const char *header;
		int64_t words;
		const char *title;
	} rows[] = {
		{"Content-Type: text/html\r\n", 2, "T"},
		{"Content-Type: Text/HTML;charset=utf-8\r\n", 2, "T"},
		{"Content-Type: application/xhtml+xml\r\n", 2, "T"},
		{"Content-Type: text/plain\r\n", 5, NULL},
		{"Content-Type: text/htmlx\r\n", I64_NULL, NULL},
		{"Content-Type: image/png\r\n", I64_NULL, NULL},
		{"Content-Type: text/html\r\nContent-Encoding: br\r\n", I64_NULL, NULL},
		{"", I64_NULL, NULL},
	};
	char text[256];

	for (size_t i = 0; i < N(rows); i++) {
		snprintf(text, sizeof(text), OK_HEAD "%s\r\n<title>T</title>one two",
			 rows[i].header);
		begin(SCHEME_HTTP);
		say(text);
		tell(EVENT_CLOSED, NULL, 0, NULL);
		ok(probe.row.text_words == rows[i].words, "words of type %zu", i);
		is_str(probe.row.title, rows[i].title, "title");
		ok((probe.row.text_hash != I64_NULL) == (rows[i].words != I64_NULL), "hash");
		ok(probe.row.body_b == 23 && probe.row.body_sha256, "bytes and digest");
	}
	begin(SCHEME_HTTP);
	say(OK_HEAD "Content-Type: text/html; charset=GB2312\r\n\r\n<title>\xd6\xd0\xce\xc4</title>");
	tell(EVENT_CLOSED, NULL, 0, NULL);
	is_str(probe.row.title, "\xe4\xb8\xad\xe6\x96\x87", "the charset of the Content-Type is that of the title");
	begin(SCHEME_HTTP);
	say(OK_HEAD "Content-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>");
	ok(probe.row.text_words == 0 && probe.row.text_hash == I64_NULL && !probe.row.title,
	   "a page without words has no hash");
}

/* ---- pieces ---- */

static uint8_t packed[1 << 20], answer[(1 << 20) + 4096];
static size_t packed_n, answer_n;

static void pack(const void *data, size_t len, int bits, int level)
{
	z_stream z = {.next_in = (uint8_t *)data,
		      .avail_in = (unsigned)len,
		      .next_out = packed,
		      .avail_out = sizeof(packed)};

	deflateInit2(&z, level, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	packed_n = z.total_out;
	deflateEnd(&z);
}

static void make_answer(const char *head, const void *body, size_t len)
{
	answer_n = (size_t)snprintf((char *)answer, 4096, "%s", head);
	memcpy(answer + answer_n, body, len);
	answer_n += len;
}

/* Everything of the row that does not tell a time. */
static char *row_text(void)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < web_schema.n_fields; i++) {
		const char *name = web_schema.fields[i].name;

		if (strlen(name) > 3 && !strcmp(name + strlen(name) - 3, "_us"))
			continue;
		field_print(&web_schema.fields[i], &probe.row, &b);
		buf_char(&b, '\n');
	}
	buf_printf(&b, "%d\n", (int)step.outcome);
	return buf_take(&b);
}

static char *play(size_t cut, size_t piece)
{
	begin(SCHEME_HTTP);
	tell(EVENT_DATA, answer, cut, NULL);
	for (size_t at = cut; at < answer_n && step.kind == STEP_READ; at += piece)
		tell(EVENT_DATA, answer + at, answer_n - at < piece ? answer_n - at : piece, NULL);
	if (step.kind == STEP_READ)
		tell(EVENT_CLOSED, NULL, 0, NULL);
	return row_text();
}

static void same_at_every_cut(const char *name)
{
	char *whole = play(answer_n, 1), *got;
	size_t bad = 0;

	for (size_t cut = 1; cut < answer_n; cut++) {
		got = play(cut, answer_n);
		bad += strcmp(got, whole) != 0;
		free(got);
	}
	got = play(1, 1);
	bad += strcmp(got, whole) != 0;
	ok(!bad && step.kind == STEP_DONE, "%s is the same at every cut (%s)", name,
	   outcome_words[step.outcome]);
	free(got);
	free(whole);
}

static void pieces(void)
{
	static const char page[] =
		"<title>T\xc3\xa9</title><p>some words \xe4\xbd\xa0\xe5\xa5\xbd</p>";
	static const struct {
		const char *name, *text;
	} plain[] = {
		{"length", OK_HEAD
		 "Content-Type: text/html\r\nContent-Length: 12\r\n\r\n<p>three</p>and more"},
		{"until closed", OK_HEAD "Content-Type: text/plain\r\n\r\nuntil it is closed"},
		{"interim, chunked",
		 "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLocation: /no\r\n\r\n" OK_HEAD
		 "Transfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n"
		 "5;x=y\r\n<p>on\r\n4\r\ne tw\r\n0\r\nTrailer: x\r\n\r\n"},
		{"redirect",
		 "HTTP/1.1 301 M\r\nLocation: https://b.test/\r\nContent-Length: 9\r\n\r\nmoved."},
		{"redirect, bad body",
		 "HTTP/1.1 301 M\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"},
		{"bad chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
		{"bad header", OK_HEAD "bad header\r\n\r\n"},
		{"cut off", OK_HEAD "Content-Length: 40\r\n\r\ncut off"},
	};

	for (size_t i = 0; i < N(plain); i++) {
		make_answer(plain[i].text, "", 0);
		same_at_every_cut(plain[i].name);
	}
	pack(page, sizeof(page) - 1, 31, 9);
	make_answer(OK_HEAD "Content-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n", packed,
		    packed_n);
	same_at_every_cut("gzip");
	is_str(probe.row.title, "T\xc3\xa9", "title from gzip");
	is_int(probe.row.text_words, 4, "words from gzip");
	answer_n -= 2;
	same_at_every_cut("cut gzip");
	answer[answer_n - 9] ^= 0xff;
	same_at_every_cut("damaged gzip");
	pack(page, sizeof(page) - 1, -15, 9);
	make_answer(OK_HEAD "Content-Encoding: deflate\r\nContent-Type: text/html\r\n\r\n", packed,
		    packed_n);
	same_at_every_cut("deflate");
}

/* ---- limits: at -1, 0, +1 ---- */

/* The answer in pieces as a socket gives them. */
static void play_all(void)
{
	free(play(answer_n < 16384 ? answer_n : 16384, 16384));
}

/* A page that is read only to see whether it comes. */
static void enough(void)
{
	static char body[L_LINK_BODY_B + 2];

	memset(body, 'a', sizeof(body));
	for (int n = L_LINK_BODY_B - 1; n <= L_LINK_BODY_B + 1; n++) {
		struct web_question q = question(SCHEME_HTTP, "example.test");
		bool past = n > L_LINK_BODY_B;
		char head[100];

		q.enough_b = L_LINK_BODY_B;
		begin_with(&q);
		tell(EVENT_CONNECTED, NULL, 0, NULL);
		snprintf(head, sizeof(head), OK_HEAD "Content-Length: %d\r\n\r\n", n);
		say(head);
		for (int at = 0; at < n && step.kind != STEP_DONE; at++)
			tell(EVENT_DATA, body + at, 1, NULL);
		ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK && probe.row.status == 200, "it ends well");
		is_str(probe.row.why, past ? "enough" : NULL, "and says whether that was all");
	}
}

static void kept(void)
{
	struct web_question q = question(SCHEME_HTTP, "example.test");

	for (q.keep_b = 4; q.keep_b <= 6; q.keep_b++) {
		begin_with(&q);
		tell(EVENT_CONNECTED, NULL, 0, NULL);
		say(OK_HEAD "Content-Length: 5\r\n\r\nab");
		say("cde");
		is_str(probe.kept, q.keep_b < 5 ? "abcd" : "abcde", "so much of a body is kept");
		ok(probe.kept_all == (q.keep_b >= 5), "and whether that is all");
	}
}

/* What a page leads to, and what it loads. */
static void named(void)
{
	static const char page_text[] = OK_HEAD "Content-Type: text/html\r\nContent-Length: 72\r\n\r\n"
					"<a href=/x>x</a><a href=//o.test/>o</a><script src=//c.test/s></script>\n";
	struct web_question q = question(SCHEME_HTTPS, "example.test");
	struct page_links links;

	page_links_init(&links, "example.test", NULL, 3, 1);
	q.links = &links;
	q.hosts = true;
	begin_with(&q);
	tell(EVENT_CONNECTED, NULL, 0, NULL);
	tell(EVENT_TLS, NULL, 0, NULL);
	say(page_text);
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "a page");
	is_str(probe.row.resources, "c.test 443 script", "what it loads");
	ok(links.internal.n == 1 && links.external.n == 1 && !links.cut, "what it leads to");
	is_str(links.internal.picks[0].url, "https://example.test/x", "as a whole address");
	page_links_done(&links);
}

static void body_limit(void)
{
	static uint8_t body[L_HTTP_BODY_B + 1];

	memset(body, 'x', sizeof(body));
	for (size_t n = L_HTTP_BODY_B - 1; n <= L_HTTP_BODY_B + 1; n++) {
		bool past = n > L_HTTP_BODY_B;

		make_answer(OK_HEAD "Content-Type: text/plain\r\n\r\n", body, n);
		play_all();
		ok(step.outcome == OUTCOME_OK && probe.row.stage == STAGE_DONE,
		   "a body at the limit");
		is_str(probe.row.why, past ? "body_limit" : NULL, "is cut past it");
		is_int(probe.row.body_b, past ? L_HTTP_BODY_B : (long long)n, "to the byte");
		ok(!probe.row.body_sha256 == past && probe.row.text_words == 1, "digest, text");
	}
}

static void decoded_limit(void)
{
	uint8_t *big = calloc(1, L_HTTP_DECODED_B + 1);

	for (size_t i = 0; i < L_HTTP_DECODED_B + 1; i++)
		big[i] = i % 61 ? ' ' : (uint8_t)('a' + (i * 2654435761u >> 11) % 7);
	for (size_t n = L_HTTP_DECODED_B - 1; n <= L_HTTP_DECODED_B + 1; n++) {
		bool past = n > L_HTTP_DECODED_B;

		pack(big, n, 31, 1);
		make_answer(OK_HEAD "Content-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
			    packed, packed_n);
		play_all();
		is_int(step.outcome, OUTCOME_OK, "a decoded body at the limit");
		is_str(probe.row.why, past ? "decoded_limit" : NULL, "is cut past it");
		is_int(probe.row.body_b, past ? L_HTTP_DECODED_B : (long long)n, "to the byte");
		ok(!probe.row.body_sha256 == past && probe.row.text_words > 30000, "digest, text");
	}
	free(big);
}

/* A gzip stream of exactly in_b bytes (a long file name in its header) that gives out_b blanks. */
static void pack_exact(size_t in_b, size_t out_b)
{
	uint8_t *blanks = malloc(out_b), tail[8], *p = packed;
	uint32_t crc, size = (uint32_t)out_b;
	size_t n;

	memset(blanks, ' ', out_b);
	crc = (uint32_t)crc32(0, blanks, (unsigned)out_b);
	pack(blanks, out_b, -15, 9);
	free(blanks);
	for (int i = 0; i < 4; i++) {
		tail[i] = (uint8_t)(crc >> 8 * i);
		tail[i + 4] = (uint8_t)(size >> 8 * i);
	}
	n = in_b - 10 - 1 - packed_n - 8; /* of the name */
	memmove(packed + 10 + n + 1, packed, packed_n);
	memcpy(packed, "\x1f\x8b\x08\x08\0\0\0\0\0\3", 10);
	memset(packed + 10, 'n', n);
	packed[10 + n] = 0;
	p += 10 + n + 1 + packed_n;
	memcpy(p, tail, 8);
	packed_n = in_b;
}

/* 409 bytes in, 81,800 out: near the end of a piece of 8 KiB, so that the end of the stream counts.
 */
static void ratio_limit(void)
{
	for (int more = -1; more <= 1; more++) {
		uint64_t before = limit_hits(LIMIT_HTTP_RATIO);

		pack_exact(409, (size_t)(409 * L_HTTP_RATIO + more));
		make_answer(OK_HEAD "Content-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
			    packed, packed_n);
		play_all();
		is_int(step.outcome, more > 0 ? OUTCOME_LIMIT : OUTCOME_OK, "the ratio");
		is_str(probe.row.why, more > 0 ? "ratio" : NULL, "why");
		is_int(probe.row.status, 200, "the status stands");
		is_int(probe.row.stage, more > 0 ? STAGE_BODY : STAGE_DONE, "stage");
		is_int((long long)(limit_hits(LIMIT_HTTP_RATIO) - before), more > 0, "counted");
	}
}

static void parser_limit(void)
{
	static char line[L_HTTP_LINE_B + 2];

	begin(SCHEME_HTTP);
	memset(line, 'a', sizeof(line) - 1);
	say(line);
	ok(step.outcome == OUTCOME_LIMIT && probe.row.status == I64_NULL, "a limit of the parser");
	is_str(probe.row.why, "http:line", "with its word");
}

/* ---- time ---- */

/* Each stage has its own silence; whose it was is counted. */
static void silences(void)
{
	static const struct {
		enum limit which;
		int64_t wait_us;
		const char *why;
	} rows[] = {{LIMIT_TCP_CONNECT_MS, L_TCP_CONNECT_MS * 1000LL, NULL},
		    {LIMIT_TLS_HANDSHAKE_MS, L_TLS_HANDSHAKE_MS * 1000LL, NULL},
		    {LIMIT_HTTP_FIRST_BYTE_MS, L_HTTP_FIRST_BYTE_MS * 1000LL, NULL},
		    {LIMIT_HTTP_RATE_B_S, 5000001, "rate"}};
	static const enum event_kind go[] = {EVENT_CONNECTED, EVENT_TLS, EVENT_DATA};

	for (size_t i = 0; i < N(rows); i++) {
		struct web_question q = question(SCHEME_HTTPS, "example.test");
		uint64_t before = limit_hits(rows[i].which);

		begin_with(&q);
		for (size_t k = 0; k < i; k++)
			tell(go[k], "H", go[k] == EVENT_DATA, NULL);
		is_int(step.timeout_us, rows[i].wait_us, limit_table[rows[i].which].name);
		tell_after(step.timeout_us, EVENT_TIMEOUT, NULL, 0, NULL);
		is_int(step.outcome, OUTCOME_TIMEOUT, "then it is silence");
		is_str(probe.row.why, rows[i].why, "why");
		is_int((long long)(limit_hits(rows[i].which) - before), 1, "counted");
	}
}

static void trickle(void)
{
	static uint8_t body[6 * L_HTTP_RATE_B_S + 1];
	size_t n = 0;

	begin(SCHEME_HTTP);
	for (; step.kind != STEP_DONE && n < 100; n++)
		tell_after(1000000, EVENT_DATA, "HTTP/1.1 200 OK\r\n" + n, 1, NULL);
	ok(n == 7 && step.outcome == OUTCOME_TIMEOUT, "a byte a second ends after 5 of them");
	memset(body, 'x', sizeof(body));
	for (int more = -1; more <= 1; more++) {
		size_t head = strlen(OK_HEAD "\r\n");

		begin(SCHEME_HTTP);
		say(OK_HEAD "\r\n");
		tell_after(6000000, EVENT_DATA, body,
			   6 * L_HTTP_RATE_B_S - head + (size_t)(more + 1) - 1, NULL);
		is_int(step.kind, more < 0 ? STEP_DONE : STEP_READ,
		       "the least rate after 6 seconds");
		is_str(probe.row.why, more < 0 ? "rate" : NULL, "is a mean since the first byte");
		probe.p.kind->drop(&probe.p);
	}
}

/* Fast enough, and yet without end. */
static void total(void)
{
	static uint8_t body[32768];

	for (int more = -1; more <= 1; more++) {
		uint64_t before = limit_hits(LIMIT_HTTP_TOTAL_MS);

		begin(SCHEME_HTTP);
		say(OK_HEAD "\r\n");
		tell(EVENT_DATA, body, sizeof(body), NULL);
		is_int(step.timeout_us, L_HTTP_TOTAL_MS * 1000LL - 2000,
		       "what is left of the total");
		tell_after(step.timeout_us + more, EVENT_DATA, body, sizeof(body), NULL);
		is_int(step.kind, more < 0 ? STEP_READ : STEP_DONE, "the total");
		is_int((long long)(limit_hits(LIMIT_HTTP_TOTAL_MS) - before), more >= 0, "counted");
		if (step.kind == STEP_DONE)
			ok(step.outcome == OUTCOME_TIMEOUT && !probe.row.why &&
				   probe.row.status == 200 && probe.row.stage == STAGE_BODY &&
				   probe.row.body_b == 65536,
			   "with what came");
		else
			probe.p.kind->drop(&probe.p);
	}
	begin(SCHEME_HTTP);
	tell_after(L_HTTP_FIRST_BYTE_MS * 1000LL - 1, EVENT_DATA, OK_HEAD, strlen(OK_HEAD), NULL);
	is_int(step.kind, STEP_READ, "a first byte at the last moment");
	is_int(probe.row.first_byte_us, L_HTTP_FIRST_BYTE_MS * 1000LL - 1, "is told");
}

/* ---- memory ---- */

/* One conversation with everything in it; true while there is more of it. */
static bool advance(size_t n)
{
	switch (n) {
	case 0: tell(EVENT_CONNECTED, NULL, 0, NULL); break;
	case 1: tell(EVENT_TLS, NULL, 0, NULL); break;
	default:
		if (n - 2 >= answer_n)
			return false;
		tell(EVENT_DATA, answer + n - 2, 1, NULL);
		break;
	}
	return step.kind != STEP_DONE;
}

static void full_answer(int kind)
{
	pack("<title>T</title>one two three", 29, kind ? -15 : 31, 9);
	make_answer(kind ? OK_HEAD
			    "Content-Encoding: deflate\r\nContent-Type: text/html\r\nServer: s\r\n"
			    "Alt-Svc: clear\r\nStrict-Transport-Security: max-age=1\r\n"
			    "Content-Length: 500\r\n\r\n"
			 : OK_HEAD "Content-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
		    packed, packed_n);
}

/* Abandoned after each event: nothing may stay behind (a sanitizer sees it). */
static void dropped(void)
{
	struct web_question q = question(SCHEME_HTTPS, "example.test");
	size_t n = 0, bad = 0;

	for (int kind = 0; kind < 2; kind++) {
		full_answer(kind);
		for (n = 0; n < answer_n + 2; n++) {
			begin_with(&q);
			for (size_t i = 0; i < n && advance(i); i++)
				;
			bad += step.kind == STEP_DONE;
			probe.p.kind->drop(&probe.p);
			bad += probe.digest || probe.inflate.z;
		}
	}
	ok(!bad && n > 100, "dropped in each of %zu states", n);
	begin_with(&q);
	arena_done(&arena);
	web_probe_init(&probe, &q, &arena);
	probe.p.kind->drop(&probe.p);
	ok(!probe.digest, "dropped before it began");
}

/* The k-th allocation fails, wherever that is; last: an Unreachable, a redirect, a page. */
static void talk(int kind)
{
	struct web_question q = question(SCHEME_HTTPS, "example.test");

	begin_with(&q);
	if (step.kind == STEP_DONE)
		return;
	if (kind == 0)
		tell(EVENT_UNREACHABLE, NULL, 0, "ENETUNREACH");
	for (size_t i = 0; kind && step.kind != STEP_DONE && advance(i); i++)
		;
	if (step.kind != STEP_DONE)
		tell(EVENT_CLOSED, NULL, 0, NULL);
}

static void no_memory(void)
{
	static const enum outcome want[] = {OUTCOME_UNREACHABLE, OUTCOME_OK, OUTCOME_OK};

	for (int kind = 0; kind < 3; kind++) {
		size_t bad = 0, k = 0;

		full_answer(0);
		if (kind == 1)
			make_answer("HTTP/1.1 301 M\r\nServer: s\r\nLocation: /x\r\n\r\n", "", 0);
		do {
			arena_fail_after(++k);
			talk(kind);
			arena_fail_after(0);
			bad += step.kind != STEP_DONE || probe.digest || probe.inflate.z;
			bad += step.outcome != (arena_full(&arena) ? OUTCOME_LIMIT : want[kind]);
		} while (arena_full(&arena) && k < 100);
		ok(!bad && k > 5 && k < 100, "each of %zu allocations may fail", k - 1);
	}
}

int main(void)
{
	arena_init(&arena, 1 << 16);
	page();
	requests();
	ends();
	redirects();
	redirect_codes();
	redirect_bases();
	location_length();
	types();
	pieces();
	body_limit();
	enough();
	kept();
	named();
	decoded_limit();
	ratio_limit();
	parser_limit();
	silences();
	trickle();
	total();
	dropped();
	no_memory();
	printf("# a probe in flight takes %zu bytes without zlib\n", sizeof(probe));
	ok(sizeof(probe) < 16384, "a probe in flight is small");
	arena_done(&arena);
	return done();
}
