/* Conversations played to the probe: events in, steps out; no socket, no clock. */
#include "check/probe_web.h"
#include "test/tap.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static struct arena arena;
static struct web_probe probe;
static struct step step;
static int64_t now_us;

static const struct tls_facts facts = {.version = "TLSv1.3", .cipher = "TLS_AES_128_GCM_SHA256",
				       .cert_sha256 = "c0", .spki_sha256 = "5b",
				       .subject = "CN=example.test", .issuer = "CN=Lab",
				       .not_after_us = 77, .problem = "expired"};

static void tell_after(int64_t after_us, enum event_kind kind, const void *data, size_t len,
		       const char *why)
{
	struct event e = {.kind = kind, .mono_us = now_us += after_us, .data = data, .len = len,
			  .tls = kind == EVENT_TLS ? &facts : NULL, .why = why};

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
	struct web_question q = {.target = "apex", .host = host, .scheme = scheme, .began = scheme,
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
	say(OK_HEAD "Content-Type: text/html; charset=utf-8\r\nServer: a\tb\r\nAlt-Svc: h3=\":443\"\r\n"
		    "Strict-Transport-Security: max-age=9\r\nContent-Length: 42\r\n\r\n");
	is_int(r->stage, STAGE_BODY, "after the header comes the body");
	say("<title>One &amp; two</title><p>one two one");
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "done");
	is_int(r->stage, STAGE_DONE, "stage");
	is_int(r->status, 200, "status");
	is_str(r->target, "apex", "target");
	is_str(r->host, "example.test", "host");
	ok(r->scheme == SCHEME_HTTPS && r->began == SCHEME_HTTPS && r->hop == 0, "place in the chain");
	ok(r->family == 6 && r->addr.family == 6 && r->port == 443, "address");
	is_int(r->connect_us, 1000, "connect");
	is_int(r->tls_us, 1000, "handshake");
	is_int(r->first_byte_us, 1000, "first byte");
	is_int(r->total_us, 5000, "total");
	is_int(r->body_b, 42, "bytes");
	is_str(r->body_sha256, "f20272259ddcb9ed1c002f3c0873d351ce959671916d86d1f7d027c7dd975c2c", "digest");
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

int main(void)
{
	arena_init(&arena, 1 << 16);
	page();
	printf("# a probe in flight takes %zu bytes without zlib\n", sizeof(probe));
	arena_done(&arena);
	return done();
}
