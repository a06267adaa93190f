/*
 * Any bytes as a script of events, within what the driver promises: after each step one of its
 * events.  Every look ends, in time and within limits, holds nothing then, and the row is what its
 * schema allows.  A redirect that was found is asked next: foreign bytes must not get into a
 * request.
 */
#include "base/utf8.h"
#include "check/probe_web.h"
#include "wire/url.h"

#include <assert.h>
#include <string.h>

enum { HOPS_MAX = 3, STEPS_MAX = 20000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
	const uint8_t *at, *end;
	int64_t now_us;
};

static uint8_t take(struct script *s)
{
	return s->at < s->end ? *s->at++ : 0;
}

/* Two bytes give a length; so pieces may be small and whole pages too. */
static size_t take_data(struct script *s, struct event *e)
{
	size_t len = take(s);

	len |= (size_t)take(s) << 8;
	e->data = s->at;
	e->len = len < (size_t)(s->end - s->at) ? len : (size_t)(s->end - s->at);
	s->at += e->len;
	return e->len;
}

static const struct tls_facts facts = {
	.version = "TLSv1.2", .cipher = "x", .not_after_us = 1, .problem = "self_signed"};

/* What may follow this step; bytes where there are any. */
static struct event follow(struct script *s, const struct step *step)
{
	static const enum event_kind connect[] = {EVENT_CONNECTED, EVENT_CONNECTED,
						  EVENT_REFUSED,   EVENT_UNREACHABLE,
						  EVENT_DENIED,	   EVENT_TIMEOUT};
	static const enum event_kind tls[] = {EVENT_TLS, EVENT_TLS, EVENT_TLS_FAILED, EVENT_CLOSED,
					      EVENT_TIMEOUT};
	static const enum event_kind stream[] = {EVENT_DATA, EVENT_DATA, EVENT_DATA, EVENT_CLOSED,
						 EVENT_TIMEOUT};
	uint8_t choice = take(s);
	struct event e = {.why = "word", .tls = &facts, .mono_us = s->now_us};

	if (step->kind == STEP_CONNECT)
		e.kind = connect[choice % 6];
	else
		e.kind = step->kind == STEP_TLS ? tls[choice % 5] : stream[choice % 5];
	if (e.kind == EVENT_DATA && !take_data(s, &e))
		e.kind = EVENT_CLOSED;
	e.mono_us += e.kind == EVENT_TIMEOUT ? step->timeout_us
					     : step->timeout_us * (choice >> 4 & 7) / 64;
	s->now_us = e.mono_us;
	return e;
}

/* A request is lines without control bytes, and nothing after its empty line. */
static void check_request(const struct web_probe *w, const struct step *step)
{
	const char *text = (const char *)step->data;
	size_t lines = 0;

	assert(strlen(text) == step->len && (w->asking || text == w->request));
	for (const char *p = text; *p; p++) {
		assert((unsigned char)*p < 0x7f && (*p >= ' ' || *p == '\r' || *p == '\n'));
		lines += *p == '\n';
	}
	assert(lines == (w->asking ? 5 : 7) && strstr(text, "\r\n\r\n") == text + step->len - 4);
	assert(strchr(strchr(text, ' ') + 1, ' ') == strstr(text, " HTTP/1.1\r\n"));
}

static void check_step(const struct web_probe *w, const struct step *step)
{
	assert(step->timeout_us > 0 && step->timeout_us <= L_HTTP_TOTAL_MS * INT64_C(1000));
	if (step->kind == STEP_SEND)
		check_request(w, step);
	assert(w->decoded_b <= L_HTTP_DECODED_B && w->row.stage < STAGE_DONE);
}

static void check_texts(const struct web_row *row)
{
	for (size_t i = 0; i < web_schema.n_fields; i++) {
		const struct field *f = &web_schema.fields[i];
		const char *text;

		if (f->type != FIELD_TEXT)
			continue;
		memcpy(&text, (const char *)row + f->offset, sizeof(text));
		assert(!text || utf8_valid(text, strlen(text)));
	}
}

static void check_row(const struct web_probe *w, const struct step *last)
{
	const struct web_row *r = &w->row;

	assert(!w->digest && !w->inflate.z && !w->hosts && !w->keep.len);
	assert(!w->kept || strlen(w->kept) <= w->q.keep_b);
	assert(w->p.last_us - w->p.began_us <=
	       (L_TCP_CONNECT_MS + L_TLS_HANDSHAKE_MS + 2 * L_HTTP_TOTAL_MS) * INT64_C(1000));
	assert(!w->reopen || (last->outcome == OUTCOME_UNKNOWN && r->status == I64_NULL && r->robots));
	assert(r->stage >= STAGE_CONNECT && r->stage <= STAGE_DONE);
	assert((last->outcome != OUTCOME_OK) || (r->stage == STAGE_DONE && r->status >= 200));
	assert((r->stage == STAGE_DONE) == (r->total_us != I64_NULL));
	assert(r->stage < STAGE_BODY || (r->status >= 200 && r->status <= 599));
	assert(r->stage >= STAGE_BODY || (r->status == I64_NULL && r->body_b == I64_NULL));
	assert(!r->body_sha256 || (strlen(r->body_sha256) == 64 && r->stage == STAGE_DONE));
	assert(r->text_hash == I64_NULL || r->text_words > 0);
	assert(r->total_us == I64_NULL || r->total_us >= r->first_byte_us + r->connect_us);
	check_texts(r);
}

/* One look; where it leads to, or false. */
static bool look(struct script *s, const struct web_question *q, struct arena *a, struct url *to)
{
	static struct web_probe w;
	struct event e = {.kind = EVENT_START, .mono_us = s->now_us};
	struct step step;
	const char *why;
	int n = 0;

	web_probe_init(&w, q, a);
	for (step = w.p.kind->next(&w.p, &e); step.kind != STEP_DONE;
	     step = w.p.kind->next(&w.p, &e)) {
		check_step(&w, &step);
		if (take(s) == 0xff) { /* abandoned */
			w.p.kind->drop(&w.p);
			return false;
		}
		e = follow(s, &step);
		assert(++n < STEPS_MAX);
	}
	check_row(&w, &step);
	if (!w.row.location)
		return false;
	assert(url_parse(to, w.row.location, strlen(w.row.location), URL_ANY_PORT, &why));
	assert(q->any_port || to->port == 80 || to->port == 443 || to->port == w.row.port);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script s = {.at = data, .end = data + size, .now_us = 1};
	struct url at = {.host = "example.test", .path = "/a/b"};
	struct web_question q = {
		.target = "apex", .host = at.host, .path = at.path, .user_agent = "fuzz"};
	uint8_t how = take(&s);
	struct page_links links;
	struct arena a;
	bool more = true;

	arena_init(&a, how & 4 ? 2048 : 65536);
	addr_parse(&q.addr, how & 8 ? "192.0.2.1" : "2001:db8::1");
	q.any_port = how & 2;
	q.hosts = how & 8 || size & 1;
	q.robots = (enum web_robots)(how >> 4 & 3) % 3;
	page_links_init(&links, "example.test", NULL, 7, how);
	if (how & 0x80) {
		q.links = &links;
		q.enough_b = size % 3 ? 100 : 0;
		q.keep_b = size % 5 * 50;
	}
	at.https = how & 1;
	for (q.hop = 0; more && q.hop < HOPS_MAX; q.hop++) {
		q.scheme = at.https ? SCHEME_HTTPS : SCHEME_HTTP;
		q.port = at.port;
		more = look(&s, &q, &a, &at);
	}
	assert(links.internal.n_picks <= 7);
	page_links_done(&links);
	arena_done(&a);
	return 0;
}
