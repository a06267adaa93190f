/*
 * Any bytes as a script of events, within what the driver promises: after each step one of its
 * events.  Every look ends in time, we say EHLO and QUIT once at most, and the row agrees with the
 * outcome.
 */
#include "base/utf8.h"
#include "check/probe_smtp.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
	const uint8_t *at, *end;
	int64_t now_us;
};

static uint8_t take(struct script *s)
{
	return s->at < s->end ? *s->at++ : 0;
}

static size_t take_data(struct script *s, struct event *e)
{
	size_t len = take(s);

	e->data = s->at;
	e->len = len < (size_t)(s->end - s->at) ? len : (size_t)(s->end - s->at);
	s->at += e->len;
	return e->len;
}

static struct event follow(struct script *s, const struct step *step)
{
	static const enum event_kind connect[] = {EVENT_CONNECTED, EVENT_CONNECTED,
						  EVENT_REFUSED,   EVENT_UNREACHABLE,
						  EVENT_DENIED,	   EVENT_TIMEOUT};
	static const enum event_kind stream[] = {EVENT_DATA, EVENT_DATA, EVENT_DATA, EVENT_CLOSED,
						 EVENT_TIMEOUT};
	static const enum event_kind tls[] = {EVENT_TLS, EVENT_TLS_FAILED, EVENT_CLOSED, EVENT_TIMEOUT};
	static const struct tls_facts facts = {.version = "TLSv1.2", .not_after_us = 1, .verified = true};
	uint8_t choice = take(s);
	struct event e = {.why = "word", .mono_us = s->now_us, .tls = &facts};

	e.kind = step->kind == STEP_CONNECT ? connect[choice % 6]
		 : step->kind == STEP_TLS   ? tls[choice % 4]
					    : stream[choice % 5];
	if (e.kind == EVENT_DATA && !take_data(s, &e))
		e.kind = EVENT_CLOSED;
	e.mono_us += e.kind == EVENT_TIMEOUT ? step->timeout_us
					     : step->timeout_us * (choice >> 4 & 7) / 64;
	s->now_us = e.mono_us;
	return e;
}

static void check_row(const struct smtp_row *r, enum outcome outcome, bool full)
{
	bool good = r->banner_code == 220 && r->ehlo_code == 250;

	assert((outcome == OUTCOME_OK) == (good && !full));
	assert((r->banner_code == I64_NULL) == (r->banner_us == I64_NULL));
	assert(r->ehlo_code == I64_NULL || r->banner_code == 220);
	assert((r->starttls < 0) == (r->ehlo_code != 250));
	assert(!r->banner || utf8_valid(r->banner, strlen(r->banner)));
	assert(r->connect_us != I64_NULL || r->banner_code == I64_NULL);
	assert(r->starttls_code == I64_NULL || r->starttls == 1);
	assert(!r->tls_version || (r->starttls_code == 220 && !r->tls_why && r->cert_ok >= 0));
	assert((r->tls_us == I64_NULL) == !r->tls_version);
	assert(!full || outcome == OUTCOME_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script s = {.at = data, .end = data + size, .now_us = 1};
	struct smtp_question q = {.host = "mx.test", .preference = 1, .helo = "me.test"};
	struct event e = {.kind = EVENT_START, .mono_us = 1};
	struct smtp_probe p;
	struct step step;
	struct arena a;
	size_t sent_b = 0;

	arena_init(&a, take(&s) & 1 ? 96 : 4096);
	addr_parse(&q.addr, "2001:db8::25");
	smtp_probe_init(&p, &q, &a);
	for (step = p.p.kind->next(&p.p, &e); step.kind != STEP_DONE;
	     step = p.p.kind->next(&p.p, &e)) {
		assert(step.timeout_us > 0 && step.timeout_us <= L_SMTP_REPLY_MS * INT64_C(1000));
		if (step.kind == STEP_SEND)
			sent_b += step.len;
		e = follow(&s, &step);
	}
	assert(sent_b <= strlen("EHLO me.test\r\nSTARTTLS\r\nQUIT\r\n"));
	assert(s.now_us <= 1 + (L_TCP_CONNECT_MS + 3 * L_SMTP_REPLY_MS + L_TLS_HANDSHAKE_MS + 1000) * INT64_C(1000));
	check_row(&p.row, step.outcome, arena_full(&a));
	arena_done(&a);
	return 0;
}
