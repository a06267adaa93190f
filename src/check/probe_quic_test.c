/* Datagrams played to the probe: events in, steps out. */
#include "check/probe_quic.h"
#include "test/tap.h"

static struct arena arena;
static struct quic_probe probe;
static struct step step;
static int64_t now_us;

static uint64_t number(void *ctx)
{
	uint64_t *n = ctx;

	return ++*n;
}

static void tell(int64_t after_us, enum event_kind kind, const void *data, size_t len, const char *why)
{
	struct event e = {.kind = kind, .mono_us = now_us += after_us, .data = data, .len = len, .why = why};

	step = probe.p.kind->next(&probe.p, &e);
}

static void start(void)
{
	struct quic_question q = {.host = "example.test", .advertised = "alt_svc"};
	static uint64_t n;

	arena_done(&arena);
	addr_parse(&q.addr, "2001:db8::1");
	quic_probe_init(&probe, &q, &arena, number, &n);
	tell(1, EVENT_START, NULL, 0, NULL);
}

static size_t negotiate(uint8_t *to, size_t max)
{
	static const uint32_t list[] = {1, 0x6b3343cf};

	return quic_negotiate(to, max, step.data, step.len, list, 2);
}

static void good(void)
{
	uint8_t got[100];
	size_t n;

	start();
	ok(step.kind == STEP_UDP && step.port == 443 && step.len == 1200, "1200 bytes to port 443");
	n = negotiate(got, sizeof(got));
	tell(5000, EVENT_DATA, "noise", 5, NULL);
	ok(step.kind == STEP_READ && step.timeout_us == L_QUIC_WAIT_MS * 1000 - 5000, "noise is read past");
	tell(2000, EVENT_DATA, got, n, NULL);
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "ok");
	is_str(probe.row.versions, "00000001 6b3343cf", "versions");
	ok(probe.row.rtt_us == 7000 && probe.row.tries == 1 && !probe.row.why, "time and tries");
}

static void ends(void)
{
	static const struct {
		enum event_kind kind;
		const char *why;
		enum outcome outcome;
	} rows[] = {
		{EVENT_REFUSED, NULL, OUTCOME_REFUSED},
		{EVENT_UNREACHABLE, "EHOSTUNREACH", OUTCOME_UNREACHABLE},
		{EVENT_DENIED, "private", OUTCOME_DENIED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start();
		tell(1, rows[i].kind, NULL, 0, rows[i].why);
		ok(step.kind == STEP_DONE && step.outcome == rows[i].outcome, "%s", outcome_words[rows[i].outcome]);
	}
}

static void silence(void)
{
	for (int n = L_QUIC_TRIES - 1; n <= L_QUIC_TRIES; n++) {
		uint64_t before = limit_hits(LIMIT_QUIC_TRIES);

		start();
		for (int i = 0; i < n; i++) {
			is_int(step.timeout_us, L_QUIC_WAIT_MS * 1000, "waits for each");
			tell(step.timeout_us, EVENT_TIMEOUT, NULL, 0, NULL);
		}
		is_int(step.kind, n < L_QUIC_TRIES ? STEP_UDP : STEP_DONE, "after silences");
		is_int((long long)(limit_hits(LIMIT_QUIC_TRIES) - before), n == L_QUIC_TRIES, "counted");
	}
	ok(step.outcome == OUTCOME_TIMEOUT && probe.row.tries == L_QUIC_TRIES, "timeout");
	start();
	for (int i = 0; i < L_QUIC_TRIES; i++)
		tell(L_QUIC_WAIT_MS * 1000, EVENT_DATA, "x", 1, NULL);
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_MALFORMED, "nothing but noise");
	is_str(probe.row.why, "short", "why");
}

static void no_memory(void)
{
	size_t bad = 0, k = 0;

	do {
		uint8_t got[100];

		arena_fail_after(++k);
		start();
		if (step.kind != STEP_DONE) {
			size_t n = negotiate(got, sizeof(got));

			tell(1, EVENT_DATA, got, n, NULL);
		}
		arena_fail_after(0);
		bad += step.kind != STEP_DONE;
		bad += step.outcome != (arena_full(&arena) ? OUTCOME_LIMIT : OUTCOME_OK);
	} while (arena_full(&arena) && k < 100);
	ok(!bad && k == 4, "each of %zu allocations may fail", k - 1);
}

int main(void)
{
	arena_init(&arena, 1 << 16);
	good();
	ends();
	silence();
	no_memory();
	arena_done(&arena);
	return done();
}
