/* robots.txt before the page: what is said, and on which connection the page is asked for. */
#include "check/probe_web.h"
#include "test/tap.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define PAGE OK_HEAD "Content-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"

static struct arena arena;
static struct web_probe probe;
static struct step step;
static int64_t now_us;

static void tell(enum event_kind kind, const void *data, size_t len)
{
	static const struct tls_facts facts = {.version = "TLSv1.3", .cipher = "x", .verified = true};
	struct event e = {.kind = kind, .mono_us = now_us += 1000, .data = data, .len = len,
			  .wall_us = INT64_C(784111740000000),
			  .tls = kind == EVENT_TLS ? &facts : NULL};

	step = probe.p.kind->next(&probe.p, &e);
}

static void say(const char *text)
{
	tell(EVENT_DATA, text, strlen(text));
}

static void begin(enum web_robots robots, const char *said, const char *path)
{
	struct web_question q = {.target = "apex", .host = "example.test", .path = path,
				 .scheme = SCHEME_HTTPS, .began = SCHEME_HTTPS,
				 .user_agent = "observatory-test", .robots = robots,
				 .robots_said = said};

	addr_parse(&q.addr, "2001:db8::80");
	arena_done(&arena);
	web_probe_init(&probe, &q, &arena);
	tell(EVENT_START, NULL, 0);
	tell(EVENT_CONNECTED, NULL, 0);
	tell(EVENT_TLS, NULL, 0);
}

static bool asks(const char *path)
{
	const char *text = (const char *)step.data;

	return step.kind == STEP_SEND && !strncmp(text, "GET ", 4) &&
	       !strncmp(text + 4, path, strlen(path)) && text[4 + strlen(path)] == ' ';
}

enum then { PAGE_HERE, PAGE_ELSEWHERE, NO_PAGE };

static const struct {
	const char *name, *text;
	bool closes;
	const char *said;
	enum then then;
} rows[] = {
	{"none", "HTTP/1.1 404 x\r\nContent-Length: 3\r\n\r\nno!", false, "none", PAGE_HERE},
	{"a rule for others", OK_HEAD "Content-Length: 25\r\n\r\nUser-agent: *\nDisallow: /", false,
	 "unnamed", PAGE_HERE},
	{"a rule for us", OK_HEAD "Content-Length: 32\r\n\r\nUser-agent: sextant\nDisallow: /x", false, "allowed",
	 PAGE_HERE},
	{"a page for everything", OK_HEAD "Content-Length: 6\r\n\r\n<html>", false, "unnamed", PAGE_HERE},
	{"a refusal", OK_HEAD "Content-Length: 31\r\n\r\nUser-agent: sextant\nDisallow: /", false, "refused",
	 NO_PAGE},
	{"a refusal until close", OK_HEAD "\r\nUser-agent: sextant\nDisallow: /", true, "refused", NO_PAGE},
	{"nothing until close", OK_HEAD "\r\n", true, "unnamed", PAGE_ELSEWHERE},
	{"a server that closes", "HTTP/1.1 404 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false,
	 "none", PAGE_ELSEWHERE},
	{"bytes too many", "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 x\r\n", false, "none",
	 PAGE_ELSEWHERE},
	{"a redirect", "HTTP/1.1 301 x\r\nLocation: https://www.example.test/robots.txt\r\n"
		       "Content-Length: 0\r\n\r\n", false, "elsewhere", PAGE_HERE},
	{"an error", "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", false, "unread", PAGE_HERE},
	{"packed", OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", false, "unread",
	 PAGE_HERE},
	{"no HTTP", "SSH-2.0\r\n", false, "unread", PAGE_ELSEWHERE},
	{"a cut answer", OK_HEAD "Content-Length: 99\r\n\r\nUser-agent: sextant\nDisallow: /", true,
	 "unread", PAGE_ELSEWHERE},
	{"nothing", "", true, "unread", PAGE_ELSEWHERE},
};

static void table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(ROBOTS_ASK, NULL, NULL);
		ok(asks("/robots.txt"), "%s: robots.txt is asked for", rows[i].name);
		if (*rows[i].text)
			say(rows[i].text);
		if (rows[i].closes)
			tell(EVENT_CLOSED, NULL, 0);
		is_str(probe.row.robots, rows[i].said, rows[i].name);
		if (rows[i].then == PAGE_HERE) {
			ok(asks("/"), "the page on the same connection");
			say(PAGE);
			ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK && !probe.reopen, "comes");
			is_int(probe.row.status, 200, "status");
			is_int(probe.row.body_b, 5, "body");
			is_int(probe.row.first_byte_us, 1000, "its own first byte");
			continue;
		}
		is_int(step.kind, STEP_DONE, "it ends");
		is_int(probe.row.status, I64_NULL, "without a status");
		is_int(probe.reopen, rows[i].then == PAGE_ELSEWHERE, "is it to be asked again?");
		if (rows[i].then == NO_PAGE) {
			is_int(step.outcome, OUTCOME_DENIED, "denied");
			is_str(probe.row.why, "robots", "why");
			ok(probe.row.tls_version && probe.row.connect_us == 1000, "TLS stands");
		}
	}
}

static void silence(void)
{
	begin(ROBOTS_ASK, NULL, NULL);
	is_int(step.timeout_us, INT64_C(1000) * L_ROBOTS_MS, "it has little time");
	tell(EVENT_TIMEOUT, NULL, 0);
	ok(step.kind == STEP_DONE && probe.reopen, "a silence is no answer, nor a refusal");
	is_str(probe.row.robots, "unread", "unread");
}

/* The last byte comes just in time, or at the moment when it is too late. */
static void slow(void)
{
	for (int late = -1; late <= 1; late++) {
		uint64_t before = limit_hits(LIMIT_ROBOTS_MS);

		begin(ROBOTS_ASK, NULL, NULL);
		say("HTTP/1.1 404 x\r\nContent-");
		now_us += INT64_C(1000) * (L_ROBOTS_MS - 2) + late;
		say("Length: 0\r\n");
		is_int(step.kind, late < 0 ? STEP_READ : STEP_DONE, "time is left, or not");
		is_int(limit_hits(LIMIT_ROBOTS_MS) - before, late >= 0, "the limit is counted");
	}
}

/* A server may close a connection between two requests; then nothing was said about the page. */
static void race(void)
{
	begin(ROBOTS_ASK, NULL, NULL);
	say("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n");
	tell(EVENT_CLOSED, NULL, 0);
	ok(step.kind == STEP_DONE && probe.reopen, "closed before the page");
	is_str(probe.row.robots, "none", "what was said is kept");
	begin(ROBOTS_KNOWN, "none", NULL);
	ok(asks("/"), "the page at once");
	tell(EVENT_CLOSED, NULL, 0);
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_CLOSED && !probe.reopen,
	   "closed on a fresh connection is an answer");
	is_str(probe.row.robots, "none", "and stands in the row");
}

static void obeyed(void)
{
	begin(ROBOTS_OBEY, "refused", NULL);
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_DENIED, "no request at all");
	is_str(probe.row.why, "robots", "why");
	is_str(probe.row.robots, "refused", "and by whom");
	is_int(probe.row.stage, STAGE_REQUEST, "TCP and TLS came up");
	begin(ROBOTS_ASK, NULL, "/private/x");
	say(OK_HEAD "Content-Length: 39\r\n\r\nUser-agent: sextant\nDisallow: /private");
	is_int(step.kind, STEP_READ, "one byte more is to come");
	say("\n");
	is_str(probe.row.robots, "refused", "the path that is asked for counts");
}

static void put_off(void)
{
	begin(ROBOTS_ASK, NULL, NULL);
	say("HTTP/1.1 503 x\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n");
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_DENIED,
	   "who has no time for robots.txt is not asked for more");
	is_str(probe.row.why, "retry_after", "why");
	is_int(probe.row.retry_after_s, 60, "for how long");
	is_int(probe.row.status, I64_NULL, "of the page nothing is known");
	begin(ROBOTS_ASK, NULL, NULL);
	say("HTTP/1.1 503 x\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n");
	ok(asks("/"), "no time, no wish");
}

static void retry_after(void)
{
	begin(ROBOTS_KNOWN, NULL, NULL);
	say("HTTP/1.1 503 x\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
	is_int(probe.row.retry_after_s, 120, "Retry-After of a 503");
	begin(ROBOTS_KNOWN, NULL, NULL);
	say("HTTP/1.1 429 x\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n");
	is_int(probe.row.retry_after_s, 37, "of a 429, as a date");
	begin(ROBOTS_KNOWN, NULL, NULL);
	say("HTTP/1.1 200 x\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
	is_int(probe.row.retry_after_s, I64_NULL, "of a page it means nothing");
	begin(ROBOTS_KNOWN, NULL, NULL);
	say("HTTP/1.1 503 x\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n");
	is_int(probe.row.retry_after_s, I64_NULL, "nor does what is no time");
}

int main(void)
{
	arena_init(&arena, 0);
	table();
	silence();
	slow();
	race();
	obeyed();
	put_off();
	retry_after();
	arena_done(&arena);
	return done();
}
