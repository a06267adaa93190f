/* Any bytes as datagrams and silences: every look ends, sends what it may, and the row agrees. */
#include "check/probe_quic.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t number(void *ctx)
{
	return ++*(uint64_t *)ctx;
}

/* The first byte chooses the event, the second how many bytes it has. */
static struct event follow(const uint8_t **at, const uint8_t *end, const struct step *step, int64_t *now_us)
{
	static const enum event_kind kinds[] = {EVENT_DATA, EVENT_DATA, EVENT_DATA, EVENT_TIMEOUT,
						EVENT_REFUSED, EVENT_UNREACHABLE, EVENT_DENIED};
	uint8_t choice = *at < end ? *(*at)++ : 3;
	struct event e = {.kind = kinds[choice % 7], .why = "word"};

	if (e.kind == EVENT_DATA) {
		e.len = *at < end ? *(*at)++ : 0;
		e.len = e.len < (size_t)(end - *at) ? e.len : (size_t)(end - *at);
		e.data = *at;
		*at += e.len;
	}
	*now_us += e.kind == EVENT_TIMEOUT ? step->timeout_us : step->timeout_us * (choice >> 4 & 7) / 7 + 1;
	e.mono_us = *now_us;
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quic_question what = {.host = "example.test", .advertised = "alt_svc"};
	struct event e = {.kind = EVENT_START, .mono_us = 1};
	const uint8_t *at = data, *end = data + size;
	uint64_t n = 0;
	int64_t now_us = 1;
	size_t sent = 0;
	struct quic_probe p;
	struct arena a;
	struct step s;

	arena_init(&a, size % 2 ? 64 : 4096);
	addr_parse(&what.addr, "2001:db8::1");
	quic_probe_init(&p, &what, &a, number, &n);
	for (s = p.p.kind->next(&p.p, &e); s.kind != STEP_DONE; s = p.p.kind->next(&p.p, &e)) {
		assert(s.timeout_us > 0 && s.timeout_us <= L_QUIC_WAIT_MS * INT64_C(1000));
		sent += s.kind == STEP_UDP;
		e = follow(&at, end, &s, &now_us);
	}
	assert(sent <= L_QUIC_TRIES && p.row.tries == (int64_t)sent);
	assert((s.outcome == OUTCOME_OK) == (p.row.rtt_us != I64_NULL && !arena_full(&a)));
	assert(!arena_full(&a) || s.outcome == OUTCOME_LIMIT);
	arena_done(&a);
	return 0;
}
