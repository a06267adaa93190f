/* Events played to the probe: events in, steps out. */
#include "check/probe_resource.h"
#include "test/tap.h"

static const struct tls_facts good = {.version = "TLSv1.3", .verified = true};
static const struct tls_facts bad = {.version = "TLSv1.2", .problem = "expired"};

static const struct {
	uint16_t port;
	enum event_kind events[2];
	const struct tls_facts *tls;
	const char *why;
	enum outcome outcome;
	enum web_stage stage;
	const char *name;
} rows[] = {
	{80, {EVENT_CONNECTED}, NULL, NULL, OUTCOME_OK, STAGE_DONE, "port 80: TCP is all"},
	{443, {EVENT_CONNECTED, EVENT_TLS}, &good, NULL, OUTCOME_OK, STAGE_DONE, "port 443: TLS too"},
	{443, {EVENT_CONNECTED, EVENT_TLS}, &bad, NULL, OUTCOME_OK, STAGE_DONE, "a bad certificate stands in the row"},
	{443, {EVENT_CONNECTED, EVENT_TLS_FAILED}, NULL, "handshake", OUTCOME_TLS, STAGE_TLS, "no handshake"},
	{443, {EVENT_CONNECTED, EVENT_TLS_FAILED}, NULL, "handshake_limit", OUTCOME_LIMIT, STAGE_TLS,
	 "a handshake that we ended"},
	{443, {EVENT_CONNECTED, EVENT_CLOSED}, NULL, "closed", OUTCOME_TLS, STAGE_TLS, "closed in the handshake"},
	{443, {EVENT_CONNECTED, EVENT_TIMEOUT}, NULL, NULL, OUTCOME_TIMEOUT, STAGE_TLS, "silence in the handshake"},
	{443, {EVENT_REFUSED}, NULL, NULL, OUTCOME_REFUSED, STAGE_CONNECT, "refused"},
	{443, {EVENT_UNREACHABLE}, NULL, "ENETUNREACH", OUTCOME_UNREACHABLE, STAGE_CONNECT, "unreachable"},
	{80, {EVENT_TIMEOUT}, NULL, NULL, OUTCOME_TIMEOUT, STAGE_CONNECT, "silence"},
	{80, {EVENT_DENIED}, NULL, "private", OUTCOME_DENIED, STAGE_CONNECT, "the guard says no"},
};

static void play(size_t i)
{
	struct resource_question q = {.host = "cdn.test", .port = rows[i].port};
	struct event e = {.kind = EVENT_START, .mono_us = 1000};
	struct resource_probe r;
	struct arena a;
	struct step s;

	arena_init(&a, 4096);
	addr_parse(&q.addr, "2001:db8::1");
	resource_probe_init(&r, &q, &a);
	s = r.p.kind->next(&r.p, &e);
	for (int n = 0; s.kind != STEP_DONE && n < 2; n++) {
		e = (struct event){.kind = rows[i].events[n], .mono_us = e.mono_us + 500, .tls = rows[i].tls,
				   .why = rows[i].why};
		s = r.p.kind->next(&r.p, &e);
	}
	ok(s.kind == STEP_DONE && s.outcome == rows[i].outcome && r.row.stage == (int32_t)rows[i].stage, "%s",
	   rows[i].name);
	is_str(r.row.why, rows[i].why, "why");
	if (rows[i].tls)
		ok(r.row.tls_us == 500 && r.row.cert_ok == rows[i].tls->verified &&
			   r.row.connect_us == 500 && r.row.tls_version == rows[i].tls->version,
		   "facts of the handshake");
	arena_done(&a);
}

static void full_arena(void)
{
	struct resource_question q = {.host = "cdn.test", .port = 443};
	struct event e = {.kind = EVENT_START};
	struct resource_probe r;
	struct arena a;

	arena_init(&a, 4);
	resource_probe_init(&r, &q, &a);
	ok(r.p.kind->next(&r.p, &e).outcome == OUTCOME_LIMIT, "no room for the name");
	arena_done(&a);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		play(i);
	full_arena();
	return done();
}
