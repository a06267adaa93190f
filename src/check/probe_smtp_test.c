/* Conversations played to the probe: events in, steps out; no socket, no clock. */
#include "check/probe_smtp.h"
#include "test/tap.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct arena arena;
static struct smtp_probe probe;
static struct step step;
static int64_t now_us;

static void tell_after(int64_t after_us, enum event_kind kind, const void *data, size_t len,
		       const char *why)
{
	struct event e = {.kind = kind, .mono_us = now_us += after_us, .data = data, .len = len,
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

static void start(void)
{
	struct smtp_question q = {.host = "mx.example.test", .preference = 10, .helo = "me.example"};

	arena_done(&arena);
	addr_parse(&q.addr, "2001:db8::25");
	smtp_probe_init(&probe, &q, &arena);
	tell(EVENT_START, NULL, 0, NULL);
}

static void connected(void)
{
	start();
	tell(EVENT_CONNECTED, NULL, 0, NULL);
}

static bool sends(const char *text)
{
	return step.kind == STEP_SEND && step.len == strlen(text) &&
	       !memcmp(step.data, text, step.len);
}

static void good(void)
{
	struct smtp_row *r = &probe.row;

	start();
	ok(step.kind == STEP_CONNECT && step.port == 25 && step.addr.family == 6, "connects to 25");
	tell(EVENT_CONNECTED, NULL, 0, NULL);
	is_int(step.kind, STEP_READ, "waits for the banner");
	say("220-mx.example.test \xff  here\r\n220");
	is_int(step.kind, STEP_READ, "of several lines");
	say(" ready\r\n");
	ok(sends("EHLO me.example\r\n"), "says EHLO");
	say("250-mx.example.test\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 HELP\r\n");
	ok(sends("QUIT\r\n") && step.timeout_us <= 1000000, "says QUIT, waits a second at most");
	say("221 bye\r\n");
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "ok");
	is_str(r->host, "mx.example.test", "host");
	ok(r->family == 6 && r->addr.family == 6 && r->preference == 10, "address and preference");
	is_int(r->connect_us, 1000, "connect");
	is_int(r->banner_us, 2000, "banner, to its last line");
	ok(r->banner_code == 220 && r->ehlo_code == 250, "codes");
	is_str(r->banner, "mx.example.test \xef\xbf\xbd here", "banner, cleaned");
	is_int(r->starttls, 1, "STARTTLS");
	ok(!r->why, "nothing to explain");
}

int main(void)
{
	arena_init(&arena, 1 << 16);
	good();
	connected();
	printf("# a probe in flight takes %zu bytes\n", sizeof(probe));
	arena_done(&arena);
	return done();
}
