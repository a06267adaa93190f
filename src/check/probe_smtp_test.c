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
	struct event e = {
		.kind = kind, .mono_us = now_us += after_us, .data = data, .len = len, .why = why};

	step = probe.p.kind->next(&probe.p, &e);
}

static void tell(enum event_kind kind, const void *data, size_t len, const char *why)
{
	tell_after(1000, kind, data, len, why);
}

static void tell_tls(int64_t after_us)
{
	static const struct tls_facts facts = {.version = "TLSv1.3", .cipher = "x", .cert_sha256 = "c0",
					       .not_after_us = 77, .problem = "self_signed"};
	struct event e = {.kind = EVENT_TLS, .mono_us = now_us += after_us, .tls = &facts};

	step = probe.p.kind->next(&probe.p, &e);
}

static void say(const char *text)
{
	tell(EVENT_DATA, text, strlen(text), NULL);
}

static void start(void)
{
	struct smtp_question q = {
		.host = "mx.example.test", .preference = 10, .helo = "me.example"};

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
	ok(sends("STARTTLS\r\n"), "says STARTTLS");
	say("220 go\r\n");
	ok(step.kind == STEP_TLS && !strcmp(step.sni, "mx.example.test") && step.no_alpn, "shakes hands");
	tell_tls(2000);
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
	ok(r->starttls_code == 220 && r->tls_us == 2000 && !r->tls_why, "and its handshake");
	is_str(r->tls_version, "TLSv1.3", "version");
	ok(r->cert_ok == 0 && r->cert_not_after_us == 77, "the certificate is recorded");
	is_str(r->cert_problem, "self_signed", "and what is wrong with it");
	ok(!r->why, "nothing to explain");
}

enum { CONNECTING, GREETED };

static void ends(void)
{
	static const struct {
		int from;
		const char *said;
		enum event_kind last; /* EVENT_START: none */
		const char *word;
		enum outcome outcome;
		const char *why;
		int64_t banner, ehlo;
		bool quits;
	} rows[] = {
#define NO I64_NULL
		{CONNECTING, NULL, EVENT_REFUSED, NULL, OUTCOME_REFUSED, "port", NO, NO, false},
		{CONNECTING, NULL, EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, NULL, NO, NO, false},
		{CONNECTING, NULL, EVENT_UNREACHABLE, "EHOSTUNREACH", OUTCOME_UNREACHABLE,
		 "EHOSTUNREACH", NO, NO, false},
		{CONNECTING, NULL, EVENT_DENIED, "private", OUTCOME_DENIED, "private", NO, NO,
		 false},
		{GREETED, "", EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, NULL, NO, NO, false},
		{GREETED, "220-half\r\n220", EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, NULL, NO, NO,
		 false},
		{GREETED, "220-half\r\n", EVENT_CLOSED, NULL, OUTCOME_CLOSED, NULL, NO, NO, false},
		{GREETED, "421 busy\r\n", EVENT_CLOSED, NULL, OUTCOME_REFUSED, "banner", 421, NO,
		 true},
		{GREETED, "554 no\r\n", EVENT_DATA, NULL, OUTCOME_REFUSED, "banner", 554, NO, true},
		{GREETED, "250 what\r\n", EVENT_TIMEOUT, NULL, OUTCOME_MALFORMED, "banner", 250, NO,
		 true},
		{GREETED, "HTTP/1.1 400 Bad\r\n", EVENT_START, NULL, OUTCOME_MALFORMED, "code", NO,
		 NO, false},
		{GREETED, "220-a\r\n554 b\r\n", EVENT_START, NULL, OUTCOME_MALFORMED, "mixed", NO,
		 NO, false},
		{GREETED, "220 \033\r\n", EVENT_START, NULL, OUTCOME_MALFORMED, "control", NO, NO,
		 false},
		{GREETED, "220 a\r\n|", EVENT_CLOSED, NULL, OUTCOME_CLOSED, NULL, 220, NO, false},
		{GREETED, "220 a\r\n|", EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, NULL, 220, NO, false},
		{GREETED, "220 a\r\n250 early\r\n|", EVENT_TIMEOUT, NULL, OUTCOME_TIMEOUT, NULL,
		 220, NO, false},
		{GREETED, "220 a\r\n|502 what\r\n", EVENT_DATA, NULL, OUTCOME_REFUSED, "ehlo", 220,
		 502, true},
		{GREETED, "220 a\r\n|421 late\r\n", EVENT_CLOSED, NULL, OUTCOME_REFUSED, "ehlo",
		 220, 421, true},
		{GREETED, "220 a\r\n|220 b\r\n", EVENT_CLOSED, NULL, OUTCOME_MALFORMED, "ehlo", 220,
		 220, true},
		{GREETED, "220 a\r\n|250-x\r\nno\r\n", EVENT_START, NULL, OUTCOME_MALFORMED, "code",
		 220, NO, false},
		{GREETED, "220 a\r\n|250-x\r\n250 SIZE\r\n", EVENT_CLOSED, NULL, OUTCOME_OK, NULL,
		 220, 250, true},
		{GREETED, "220 a\r\n|250 x\r\n", EVENT_TIMEOUT, NULL, OUTCOME_OK, NULL, 220, 250,
		 true},
		{GREETED, "220 a\r\n|250 x\r\n", EVENT_UNREACHABLE, "EPIPE", OUTCOME_OK, NULL, 220,
		 250, true},
#undef NO
	};

	for (size_t i = 0; i < N(rows); i++) {
		const char *bar = rows[i].said ? strchr(rows[i].said, '|') : NULL;
		size_t n = bar		  ? (size_t)(bar - rows[i].said)
			   : rows[i].said ? strlen(rows[i].said)
					  : 0;

		start();
		if (rows[i].from == GREETED)
			tell(EVENT_CONNECTED, NULL, 0, NULL);
		if (n)
			tell(EVENT_DATA, rows[i].said, n, NULL);
		if (bar && bar[1])
			say(bar + 1);
		ok(sends("QUIT\r\n") == rows[i].quits, "row %zu: QUIT or not", i);
		if (rows[i].last != EVENT_START)
			tell_after(rows[i].last == EVENT_TIMEOUT ? step.timeout_us : 1,
				   rows[i].last, "x", rows[i].last == EVENT_DATA, rows[i].word);
		ok(step.kind == STEP_DONE && step.outcome == rows[i].outcome, "%s",
		   outcome_words[rows[i].outcome]);
		is_str(probe.row.why, rows[i].why, "why");
		ok(probe.row.banner_code == rows[i].banner && probe.row.ehlo_code == rows[i].ehlo &&
			   !probe.row.banner == (rows[i].banner == I64_NULL) &&
			   probe.row.starttls == (rows[i].ehlo == 250 ? 0 : -1) &&
			   (probe.row.connect_us >= 0) == (rows[i].from == GREETED),
		   "codes and what goes with them");
	}
}

/* Whatever becomes of STARTTLS, mail would go: the outcome is ok. */
static void starttls(void)
{
	static const struct {
		const char *said; /* after STARTTLS; NULL: nothing */
		enum event_kind last; /* EVENT_START: none */
		const char *word, *why;
		int64_t code;
		bool quits;
	} rows[] = {
		{NULL, EVENT_TIMEOUT, NULL, "timeout", I64_NULL, false},
		{NULL, EVENT_CLOSED, NULL, "closed", I64_NULL, false},
		{"454 not now\r\n", EVENT_START, NULL, NULL, 454, true},
		{"250 what\r\n", EVENT_START, NULL, NULL, 250, true},
		{"what\r\n", EVENT_START, NULL, "code", I64_NULL, false},
		{"220 go\r\n250 early\r\n", EVENT_START, NULL, "early", 220, false},
		{"220 go\r\n", EVENT_TLS_FAILED, "alert_handshake_failure", "alert_handshake_failure", 220, false},
		{"220 go\r\n", EVENT_CLOSED, NULL, "closed", 220, false},
		{"220 go\r\n", EVENT_TIMEOUT, NULL, "timeout", 220, false},
	};

	for (size_t i = 0; i < N(rows); i++) {
		connected();
		say("220 a\r\n");
		say("250-a\r\n250 STARTTLS\r\n");
		if (rows[i].said)
			say(rows[i].said);
		if (rows[i].last != EVENT_START)
			tell_after(rows[i].last == EVENT_TIMEOUT ? step.timeout_us : 1, rows[i].last, NULL, 0,
				   rows[i].word);
		ok(sends("QUIT\r\n") == rows[i].quits, "row %zu: QUIT or not", i);
		if (rows[i].quits)
			tell(EVENT_CLOSED, NULL, 0, NULL);
		ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "ok");
		is_str(probe.row.tls_why, rows[i].why, "why");
		ok(probe.row.starttls_code == rows[i].code && !probe.row.tls_version && probe.row.cert_ok < 0,
		   "no handshake");
	}
}

/* ---- pieces ---- */

static void converse(size_t cut)
{
	static const char banner[] = "220-a\r\n220 b\r\n", ehlo[] = "250-a\r\n250 STARTTLS\r\n";
	size_t n = sizeof(banner) - 1;

	connected();
	tell(EVENT_DATA, banner, cut < n ? cut : n, NULL);
	if (cut < n)
		tell(EVENT_DATA, banner + cut, n - cut, NULL);
	cut = cut > n ? cut - n : 1;
	tell(EVENT_DATA, ehlo, cut, NULL);
	if (step.kind == STEP_READ)
		tell(EVENT_DATA, ehlo + cut, sizeof(ehlo) - 1 - cut, NULL);
	say("220 ");
	say("go\r\n");
	tell_tls(1);
	tell(EVENT_DATA, "2", 1, NULL);
}

static void pieces(void)
{
	size_t bad = 0;

	for (size_t cut = 1; cut < 14 + 21; cut++) {
		converse(cut);
		bad += step.kind != STEP_DONE || step.outcome != OUTCOME_OK ||
		       probe.row.starttls != 1 || probe.row.ehlo_code != 250 ||
		       strcmp(probe.row.banner, "a");
	}
	ok(!bad, "the same at every cut");
}

/* ---- limits ---- */

static void sizes(void)
{
	static char text[L_SMTP_LINES * 8 + L_SMTP_LINE_B + 64];

	for (size_t n = L_SMTP_LINE_B - 1; n <= L_SMTP_LINE_B + 1; n++) {
		bool past = n > L_SMTP_LINE_B;

		connected(); /* the parser counts the CR as well */
		memset(text, 'x', sizeof(text));
		memcpy(text, "220 ", 4);
		memcpy(text + n - 1, "\r\n", 3);
		say(text);
		is_int(step.kind, past ? STEP_DONE : STEP_SEND, "length of a line");
		is_str(probe.row.why, past ? "line" : NULL, "why");
		is_int(past ? step.outcome : OUTCOME_LIMIT, OUTCOME_LIMIT, "outcome");
	}
	for (size_t n = L_SMTP_LINES - 1; n <= L_SMTP_LINES + 1; n++) {
		bool past = n > L_SMTP_LINES;
		size_t at = 0;

		connected();
		say("220 a\r\n");
		for (size_t i = 1; i <= n; i++)
			at += (size_t)snprintf(text + at, 16, "250%cx\r\n", i < n ? '-' : ' ');
		say(text);
		is_int(step.kind, past ? STEP_DONE : STEP_SEND, "lines of a reply");
		is_str(probe.row.why, past ? "lines" : NULL, "why");
	}
}

/* A reply has one deadline, however its bytes trickle. */
static void slow(void)
{
	for (int more = -1; more <= 1; more++) {
		uint64_t before = limit_hits(LIMIT_SMTP_REPLY_MS);

		connected();
		is_int(step.timeout_us, L_SMTP_REPLY_MS * 1000LL, "time for the banner");
		tell_after(1000000, EVENT_DATA, "2", 1, NULL);
		is_int(step.timeout_us, L_SMTP_REPLY_MS * 1000LL - 1000000, "is not begun again");
		tell_after(step.timeout_us + more, EVENT_DATA, "2", 1, NULL);
		is_int(step.kind, more < 0 ? STEP_READ : STEP_DONE, "the last moment");
		is_int((long long)(limit_hits(LIMIT_SMTP_REPLY_MS) - before), more >= 0, "counted");
	}
	connected();
	tell_after(14000000, EVENT_DATA, "220 a\r\n", 7, NULL);
	is_int(step.timeout_us, L_SMTP_REPLY_MS * 1000LL, "EHLO has its own time");
	tell_after(1000000, EVENT_DATA, "250-", 4, NULL);
	is_int(step.timeout_us, L_SMTP_REPLY_MS * 1000LL - 1000000, "from when it was said");
}

static void no_memory(void)
{
	size_t bad = 0, k = 0;

	do {
		arena_fail_after(++k);
		start();
		if (step.kind != STEP_DONE) {
			tell(EVENT_CONNECTED, NULL, 0, NULL);
			say("220 a\r\n");
			say("554 no\r\n");
			tell(EVENT_CLOSED, NULL, 0, NULL);
		}
		arena_fail_after(0);
		bad += step.kind != STEP_DONE;
		bad += step.outcome != (arena_full(&arena) ? OUTCOME_LIMIT : OUTCOME_REFUSED);
	} while (arena_full(&arena) && k < 100);
	ok(!bad && k == 5, "each of %zu allocations may fail", k - 1);
}

int main(void)
{
	arena_init(&arena, 1 << 16);
	good();
	ends();
	starttls();
	pieces();
	sizes();
	slow();
	no_memory();
	printf("# a probe in flight takes %zu bytes\n", sizeof(probe));
	ok(sizeof(probe) < 2048, "a probe in flight is small");
	arena_done(&arena);
	return done();
}
