/* Conversations played to the probe: events in, steps out; no socket, no clock. */
#include "check/probe_dns.h"
#include "test/tap.h"

static struct arena arena;
static struct dns_probe probe;
static struct step step;
static int64_t now_us;
static uint8_t sent[DNS_QUERY_MAX + 2], answer[65537];
static size_t sent_n, answer_n;

static uint64_t counter(void *ctx)
{
	return ++*(uint64_t *)ctx * 0x9e3779b97f4a7c15;
}

static void tell(enum event_kind kind, const void *data, size_t len, const char *why)
{
	struct event e = {.kind = kind, .mono_us = now_us += 1000, .data = data, .len = len,
			  .why = why};

	step = probe.p.kind->next(&probe.p, &e);
	if (step.kind == STEP_UDP || step.kind == STEP_SEND) {
		memcpy(sent, step.data, step.len);
		sent_n = step.len;
	}
}

static void start(enum dns_via via, uint16_t type)
{
	static uint64_t seed;
	struct dns_question q = {.qname = "Www.Example.test.", .qtype = type, .role = "www",
				 .via = via};

	arena_done(&arena);
	addr_parse(&q.server, "2001:db8::53");
	dns_probe_init(&probe, &q, &arena, counter, &seed);
	tell(EVENT_START, NULL, 0, NULL);
}

/* Answers what was sent last, with two bytes of room in front for the length. */
static void make(uint16_t flags, enum dns_rcode rcode, const char *cname, const char *const *addrs)
{
	const uint8_t *q = sent + (probe.tcp ? 2 : 0);
	const char *owner = "www.example.test";
	struct dns_message query;
	struct dns_answer d;
	struct arena a;

	arena_init(&a, 65536);
	dns_parse(&query, q, sent_n - (probe.tcp ? 2 : 0), &a);
	dns_answer_begin(&d, answer + 2, sizeof(answer) - 2, &query, flags, rcode);
	if (cname)
		dns_answer_name(&d, DNS_ANSWER, owner, DNS_CNAME, 60, cname);
	for (; addrs && *addrs; addrs++) {
		struct addr v;

		addr_parse(&v, *addrs);
		dns_answer_addr(&d, DNS_ANSWER, cname ? cname : owner, 300, &v);
	}
	answer_n = dns_answer_end(&d, &query);
	answer[0] = (uint8_t)(answer_n >> 8);
	answer[1] = (uint8_t)answer_n;
	arena_done(&a);
}

static void reply(void)
{
	tell(EVENT_DATA, answer + 2, answer_n, NULL);
}

static const char *const two[] = {"2001:db8::1", "2001:db8::2", NULL};

static void good(void)
{
	start(VIA_RESOLVER_UDP, DNS_AAAA);
	is_int(step.kind, STEP_UDP, "UDP first");
	is_int(step.port, 53, "port 53");
	is_int(sent[2] & 1, 1, "a resolver is asked to recurse");
	make(DNS_FLAG_RA | DNS_FLAG_AD, DNS_NOERROR, "cdn.example.test", two);
	reply();
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "ok");
	is_str(probe.row.qname, "www.example.test", "name");
	is_str(probe.row.data, "2001:db8::1\n2001:db8::2", "addresses");
	is_str(probe.row.cname, "cdn.example.test", "chain");
	is_int(probe.row.answers, 2, "answers");
	is_int(probe.row.ttl_s, 60, "least time to live");
	is_int(probe.row.ad, 1, "validated");
	is_int(probe.row.rtt_us, 1000, "round trip");
	start(VIA_AUTH_UDP, DNS_AAAA);
	is_int(sent[2] & 1, 0, "an authority is not");
}

static void ends(void)
{
	static const struct {
		enum dns_rcode rcode;
		const char *cname;
		enum outcome want;
		const char *why;
	} rows[] = {
		{DNS_NOERROR, NULL, OUTCOME_ABSENT, NULL},
		{DNS_NOERROR, "cdn.example.test", OUTCOME_ABSENT, NULL},
		{DNS_NOERROR, "www.example.test", OUTCOME_MALFORMED, "cname_loop"},
		{DNS_NXDOMAIN, NULL, OUTCOME_ABSENT, NULL},
		{DNS_SERVFAIL, NULL, OUTCOME_SERVFAIL, NULL},
		{DNS_REFUSED, NULL, OUTCOME_REFUSED, "REFUSED"},
		{DNS_NOTIMP, NULL, OUTCOME_MALFORMED, "RCODE4"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(VIA_RESOLVER_UDP, DNS_AAAA);
		make(0, rows[i].rcode, rows[i].cname, NULL);
		reply();
		ok(step.kind == STEP_DONE && step.outcome == rows[i].want, "%s",
		   outcome_words[rows[i].want]);
		is_str(probe.row.why, rows[i].why, "why");
		is_int(probe.row.rcode, rows[i].rcode, "code");
	}
	start(VIA_RESOLVER_UDP, DNS_AAAA);
	tell(EVENT_DENIED, NULL, 0, "private");
	ok(step.outcome == OUTCOME_DENIED && !strcmp(probe.row.why, "private"), "denied");
	start(VIA_RESOLVER_UDP, DNS_AAAA);
	tell(EVENT_UNREACHABLE, NULL, 0, "ENETUNREACH");
	is_int(step.outcome, OUTCOME_UNREACHABLE, "unreachable");
}

/* An answer through a DNAME whose CNAME is missing. */
static void make_dname(const char *target)
{
	struct dns_message query;
	struct dns_answer d;
	struct arena a;
	struct addr v;

	arena_init(&a, 65536);
	dns_parse(&query, sent, sent_n, &a);
	dns_answer_begin(&d, answer + 2, sizeof(answer) - 2, &query, 0, DNS_NOERROR);
	dns_answer_name(&d, DNS_ANSWER, "example.test", DNS_DNAME, 60, target);
	addr_parse(&v, two[0]);
	dns_answer_addr(&d, DNS_ANSWER, "www.other.test", 300, &v);
	answer_n = dns_answer_end(&d, &query);
	arena_done(&a);
}

static void dname(void)
{
	char x[64], target[256];
	size_t k = 0, bad = 0;

	do {
		start(VIA_RESOLVER_UDP, DNS_AAAA);
		make_dname("other.test");
		arena_fail_after(++k);
		reply();
		arena_fail_after(0);
		bad += step.kind != STEP_DONE ||
		       (step.outcome != OUTCOME_OK && step.outcome != OUTCOME_LIMIT);
	} while (step.outcome != OUTCOME_OK && k < 100);
	ok(!bad && k > 5 && k < 100, "each of %zu allocations may fail", k - 1);
	is_str(probe.row.data, two[0], "then the answer is there");
	is_str(probe.row.cname, "www.other.test", "and the chain");
	memset(x, 'x', 63);
	x[63] = '\0';
	snprintf(target, sizeof(target), "%s.%s.%s.%.60s", x, x, x, x);
	start(VIA_RESOLVER_UDP, DNS_AAAA);
	make_dname(target);
	reply();
	is_int(step.outcome, OUTCOME_MALFORMED, "a DNAME to a name that is too long");
	is_str(probe.row.why, "dname_long", "why");
}

/* The third silence ends it: limit - 1, limit; one more is never sent. */
static void silence(void)
{
	uint8_t first[DNS_QUERY_MAX];

	start(VIA_AUTH_UDP, DNS_SOA);
	memcpy(first, sent, sent_n);
	for (int i = 1; i < L_DNS_TRIES; i++) {
		int64_t waited = step.timeout_us;

		tell(EVENT_TIMEOUT, NULL, 0, NULL);
		ok(step.kind == STEP_UDP && step.timeout_us > waited, "asks again, waits longer");
		ok(memcmp(first, sent, 2), "with another id");
	}
	tell(EVENT_TIMEOUT, NULL, 0, NULL);
	ok(step.kind == STEP_DONE && step.outcome == OUTCOME_TIMEOUT, "then it is silence");
	is_int(probe.row.tries, L_DNS_TRIES, "tries");
	is_int(probe.row.rcode, I64_NULL, "and no code");
}

static void over_tcp(size_t cut)
{
	tell(EVENT_CONNECTED, NULL, 0, NULL);
	make(DNS_FLAG_AA, DNS_NOERROR, NULL, two);
	tell(EVENT_DATA, answer, cut, NULL);
	if (step.kind == STEP_READ)
		tell(EVENT_DATA, answer + cut, answer_n + 2 - cut, NULL);
}

static void truncated(void)
{
	size_t bad = 0;

	start(VIA_RESOLVER_UDP, DNS_AAAA);
	make(DNS_FLAG_TC, DNS_NOERROR, NULL, NULL);
	reply();
	is_int(step.kind, STEP_CONNECT, "a truncated answer is fetched by TCP");
	over_tcp(1);
	ok(step.outcome == OUTCOME_OK && probe.row.tc == 1 && probe.row.answers == 2,
	   "and the row says both");
	for (size_t cut = 1; cut < 90; cut++) {
		start(VIA_AUTH_TCP, DNS_AAAA);
		over_tcp(cut);
		bad += step.kind != STEP_DONE || step.outcome != OUTCOME_OK;
	}
	is_int((long long)bad, 0, "TCP answers at every cut");
	start(VIA_AUTH_TCP, DNS_AAAA);
	tell(EVENT_CONNECTED, NULL, 0, NULL);
	tell(EVENT_DATA, "\0\5", 2, NULL);
	is_str(probe.row.why, "length", "a length below that of a header");
	start(VIA_AUTH_TCP, DNS_AAAA);
	tell(EVENT_CONNECTED, NULL, 0, NULL);
	tell(EVENT_CLOSED, NULL, 0, NULL);
	is_int(step.outcome, OUTCOME_CLOSED, "closed before the answer");
	start(VIA_AUTH_TCP, DNS_AAAA);
	tell(EVENT_REFUSED, NULL, 0, NULL);
	is_int(step.outcome, OUTCOME_REFUSED, "refused");
}

static void forged(void)
{
	uint64_t before = limit_hits(LIMIT_DNS_MISMATCHES);

	start(VIA_RESOLVER_UDP, DNS_AAAA);
	make(0, DNS_NOERROR, NULL, two);
	answer[2] ^= 1;
	for (int i = 1; i < L_DNS_MISMATCHES; i++) {
		reply();
		is_int(step.kind, STEP_READ, "another id: goes on waiting");
	}
	reply();
	is_int(step.kind, STEP_CONNECT, "at the limit: by TCP");
	is_int((long long)(limit_hits(LIMIT_DNS_MISMATCHES) - before), 1, "counted");
	start(VIA_RESOLVER_UDP, DNS_AAAA);
	make(0, DNS_NOERROR, NULL, two);
	for (uint8_t *c = answer + 2 + 13; c < answer + 2 + 13 + 16; c++)
		*c += *c >= 'A' && *c <= 'Z' ? 32 : 0;
	reply();
	is_int(step.kind, STEP_CONNECT, "case of the name lost: by TCP");
}

/* n names whose lines are so many bytes together: as long as names can be, the last one fits. */
static int make_names(size_t bytes)
{
	char x[64], name[320];
	struct dns_message query;
	struct dns_answer d;
	struct arena a;
	int n = 0;

	memset(x, 'x', 63);
	x[63] = '\0';
	arena_init(&a, 65536);
	dns_parse(&query, sent + 2, sent_n - 2, &a);
	dns_answer_begin(&d, answer + 2, sizeof(answer) - 2, &query, DNS_FLAG_AA, DNS_NOERROR);
	while (bytes) {
		size_t len = bytes > 253 ? 253 : bytes;

		if (bytes > len && bytes - len < 20) /* the next line needs some letters too */
			len -= 20;
		snprintf(name, sizeof(name), "a%d.%s.%s.%s.%s", 10 + n, x, x, x, x);
		name[len] = '\0';
		dns_answer_name(&d, DNS_ANSWER, "www.example.test", DNS_NS, 60, name);
		bytes -= len + (bytes > len);
		n++;
	}
	answer_n = dns_answer_end(&d, &query);
	answer[0] = (uint8_t)(answer_n >> 8);
	answer[1] = (uint8_t)answer_n;
	arena_done(&a);
	return n;
}

/* What does not fit is left out by whole lines, is counted, and the row says so. */
static void data_limit(void)
{
	for (size_t bytes = L_DNS_DATA_B - 1; bytes <= L_DNS_DATA_B + 1; bytes++) {
		uint64_t before = limit_hits(LIMIT_DNS_DATA_B);
		bool over = bytes > L_DNS_DATA_B;
		size_t lines = 1;
		int n;

		start(VIA_RESOLVER_TCP, DNS_NS);
		tell(EVENT_CONNECTED, NULL, 0, NULL);
		n = make_names(bytes);
		tell(EVENT_DATA, answer, answer_n + 2, NULL);
		ok(step.kind == STEP_DONE && step.outcome == OUTCOME_OK, "%zu bytes of names", bytes);
		if (!ok(probe.row.data != NULL, "with data"))
			continue;
		for (const char *c = probe.row.data; *c; c++)
			lines += *c == '\n';
		is_int(probe.row.answers, n, "so many records");
		is_int((long long)lines, n - over, "so many are kept");
		ok(over || strlen(probe.row.data) == bytes, "to the byte");
		is_int((long long)(limit_hits(LIMIT_DNS_DATA_B) - before), over, "counted");
		is_str(probe.row.why, over ? "data_limit" : NULL, "and the row says it");
	}
}

int main(void)
{
	arena_init(&arena, 1 << 20);
	data_limit();
	good();
	ends();
	dname();
	silence();
	truncated();
	forged();
	printf("# a probe in flight takes %zu bytes\n", sizeof(probe));
	ok(sizeof(probe) < 4096, "a probe in flight is small");
	arena_done(&arena);
	return done();
}
