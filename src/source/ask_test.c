/* Questions over real sockets on loopback; the server does what the first label of the name says. */
#include "source/ask.h"
#include "base/limits.h"
#include "io/sockaddr.h"
#include "test/tap.h"
#include "wire/dns.h"

#include <errno.h>
#include <unistd.h>

enum { MANY = 100000 };

static struct loop *loop;
static struct guard *guard;
static struct asker *asker;
static struct watch udp[2], tcp[2], conn[8];
static uint16_t port;
static unsigned asked_udp, asked_tcp;
static struct ask_result result;
static char answered_with[64], why[64];
static unsigned times, same_bits; /* same_bits: of the id and the case of the first eight letters */

/* ---- the server ---- */

static size_t answer(const uint8_t *query, size_t len, uint8_t *out, size_t max, bool over_tcp, char first[64])
{
	struct dns_message m;
	struct dns_answer d;
	struct arena a;
	struct addr v6;
	size_t n;

	arena_init(&a, 65536);
	if (!dns_parse(&m, query, len, &a))
		abort();
	snprintf(first, 64, "%.*s", (int)strcspn(m.qname, "."), m.qname);
	dns_answer_begin(&d, out, max, &m, !strncmp(first, "trunc", 5) && !over_tcp ? DNS_FLAG_TC : DNS_FLAG_AA, 0);
	addr_parse(&v6, over_tcp ? "2001:db8::2" : "2001:db8::1");
	dns_answer_addr(&d, DNS_ANSWER, m.qname, 60, &v6);
	n = dns_answer_end(&d, &m);
	arena_done(&a);
	return n;
}

static void reply(int fd, const void *data, size_t len, const union sockaddr_any *to, socklen_t to_len)
{
	struct iovec io = {(void *)(uintptr_t)data, len};
	struct msghdr m = {.msg_name = (void *)(uintptr_t)to, .msg_namelen = to_len, .msg_iov = &io, .msg_iovlen = 1};

	if ((sendmsg)(fd, &m, 0) < 0)
		perror("reply");
}

/* Do eight bits of the id, from below or from above, say which of the first eight letters are capitals? */
static bool id_tells_case(const uint8_t *query)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < 8; i++)
		bits |= (unsigned)(query[DNS_HEADER_B + 1 + i] < 'a') << i;
	return bits == query[0] || bits == query[1];
}

static void on_udp(struct watch *w, unsigned what)
{
	uint8_t in[512], out[1500];
	union sockaddr_any from;
	socklen_t from_len = sizeof(from);
	char first[64];
	ssize_t len;

	(void)what;
	while ((len = recvfrom(w->fd, in, sizeof(in), 0, &from.any, &from_len)) > 0) {
		size_t n = answer(in, (size_t)len, out, sizeof(out), false, first);

		asked_udp++;
		same_bits += id_tells_case(in);
		if (!strcmp(first, "silent") || (!strcmp(first, "late") && asked_udp == 1))
			continue;
		if (!strcmp(first, "lower"))
			for (size_t i = DNS_HEADER_B; i < n; i++)
				out[i] = out[i] >= 'A' && out[i] <= 'Z' ? (uint8_t)(out[i] + 32) : out[i];
		if (!strcmp(first, "forged")) {
			out[DNS_HEADER_B + 1]++;
			for (int i = 0; i < 3; i++)
				reply(w->fd, out, n, &from, from_len);
			continue;
		}
		if (!strcmp(first, "badid"))
			out[0] ^= 1;
		if (!strcmp(first, "elsewhere")) {
			int fd = socket(from.any.sa_family, SOCK_DGRAM, 0);

			reply(fd, out, n, &from, from_len);
			close(fd);
			continue;
		}
		reply(w->fd, out, n, &from, from_len);
	}
}

static void on_conn(struct watch *w, unsigned what)
{
	uint8_t in[514], out[1500];
	ssize_t len = recv(w->fd, in, sizeof(in), 0);
	char first[64] = "";
	size_t n = len > 2 ? answer(in + 2, (size_t)len - 2, out + 2, sizeof(out) - 2, true, first) : 0;

	(void)what;
	out[0] = (uint8_t)(n >> 8);
	out[1] = (uint8_t)n;
	if (!strcmp(first, "truncshort"))
		out[0] = out[1] = 0;
	if (!strcmp(first, "truncother"))
		out[2] ^= 1;
	if (n && strcmp(first, "truncclosed") != 0 && strcmp(first, "truncsilent") != 0)
		for (size_t i = 0; i < n + 2; i += 7)
			if (send(w->fd, out + i, n + 2 - i < 7 ? n + 2 - i : 7, MSG_NOSIGNAL) < 0)
				break;
	if (!strcmp(first, "truncsilent"))
		return;
	loop_unwatch(loop, w);
	shutdown(w->fd, SHUT_WR);
	close(w->fd);
	w->fd = -1;
}

static void on_tcp(struct watch *w, unsigned what)
{
	int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK);

	(void)what;
	asked_tcp++;
	for (size_t i = 0; i < sizeof(conn) / sizeof(conn[0]); i++)
		if (conn[i].fd < 0) {
			conn[i] = (struct watch){.fd = fd, .want = LOOP_READ, .ready = on_conn};
			loop_watch(loop, &conn[i], NULL);
			return;
		}
	close(fd);
}

static int listen_at(const char *text, int type)
{
	union sockaddr_any s;
	struct addr a;
	socklen_t len;
	int fd, on = 1, size = 64 << 20;

	addr_parse(&a, text);
	len = sockaddr_of(&s, &a, port);
	fd = socket(s.any.sa_family, type | SOCK_NONBLOCK, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (a.family == 6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (fd < 0 || bind(fd, &s.any, len) < 0 || (type == SOCK_STREAM && listen(fd, 8) < 0))
		return -1;
	getsockname(fd, &s.any, &len);
	port = a.family == 4 ? ntohs(s.v4.sin_port) : ntohs(s.v6.sin6_port);
	return fd;
}

static void serve(void)
{
	for (size_t i = 0; i < sizeof(conn) / sizeof(conn[0]); i++)
		conn[i].fd = -1;
	udp[0] = (struct watch){.fd = listen_at("127.0.0.1", SOCK_DGRAM), .want = LOOP_READ, .ready = on_udp};
	udp[1] = (struct watch){.fd = listen_at("::1", SOCK_DGRAM), .want = LOOP_READ, .ready = on_udp};
	tcp[0] = (struct watch){.fd = listen_at("127.0.0.1", SOCK_STREAM), .want = LOOP_READ, .ready = on_tcp};
	tcp[1] = (struct watch){.fd = listen_at("::1", SOCK_STREAM), .want = LOOP_READ, .ready = on_tcp};
	for (int i = 0; i < 2; i++)
		ok(udp[i].fd >= 0 && tcp[i].fd >= 0 && !loop_watch(loop, &udp[i], NULL) && !loop_watch(loop, &tcp[i], NULL),
		   "a server");
}

/* ---- questions ---- */

static void done_with(struct ask *q, const struct ask_result *r)
{
	struct dns_message m;
	struct arena a;

	(void)q;
	times++;
	result = *r;
	snprintf(why, sizeof(why), "%s", r->why ? r->why : "");
	answered_with[0] = '\0';
	if (r->end != ASK_ANSWER)
		return;
	arena_init(&a, 65536);
	if (dns_parse(&m, r->data, r->len, &a) && m.n_rr)
		dns_rr_text(&m.rr[0], answered_with, sizeof(answered_with));
	arena_done(&a);
}

static void one(const char *name, const char *server, uint8_t flags, uint16_t at)
{
	struct ask q = {.qname = name, .qtype = DNS_AAAA, .port = at, .flags = flags, .wait_ms = 60, .done = done_with};

	addr_parse(&q.server, server);
	asked_udp = asked_tcp = times = 0;
	ask(asker, &q);
	is_int(times, 0, "done never comes from inside");
	for (int i = 0; i < 10000 && !times; i++)
		loop_turn(loop, 10000, NULL);
	is_int(times, 1, name);
}

static void test_one(void)
{
	static const char *const servers[] = {"127.0.0.1", "::1"};

	for (int i = 0; i < 2; i++) {
		const char *s = servers[i];

		one("ok.test", s, 0, port);
		ok(result.end == ASK_ANSWER && !strcmp(answered_with, "2001:db8::1") && result.tries == 1 && !result.tcp,
		   "an answer");
		one("late.test", s, 0, port);
		ok(result.end == ASK_ANSWER && result.tries == 2, "the second try is answered");
		one("silent.test", s, 0, port);
		ok(result.end == ASK_SILENT && asked_udp == L_DNS_TRIES && !asked_tcp, "silence on all tries");
		one("trunc.test", s, 0, port);
		ok(result.end == ASK_ANSWER && result.tcp && result.truncated && !strcmp(answered_with, "2001:db8::2"),
		   "what is truncated is asked for by TCP");
		one("trunc.test", s, ASK_UDP, port);
		ok(result.end == ASK_ANSWER && !result.tcp && result.truncated && !asked_tcp, "unless it must not");
		one("ok.test", s, ASK_TCP, port);
		ok(result.end == ASK_ANSWER && result.tcp && !asked_udp, "by TCP alone");
		one("lower.test", s, 0, port);
		ok(result.end == ASK_ANSWER && result.tcp, "who changes the case is asked by TCP");
		one("forged.test", s, 0, port);
		ok(result.end == ASK_ANSWER && result.tcp, "so is who answers other questions again and again");
		one("badid.test", s, 0, port);
		is_int(result.end, ASK_SILENT, "another id is no answer");
		one("elsewhere.test", s, 0, port);
		is_int(result.end, ASK_SILENT, "nor is one from another port");
		one("truncclosed.test", s, 0, port);
		is_int(result.end, ASK_CLOSED, "closed without an answer");
		one("truncshort.test", s, 0, port);
		is_int(result.end, ASK_MISMATCH, "a length that no message has");
		one("truncother.test", s, 0, port);
		is_int(result.end, ASK_MISMATCH, "another id by TCP");
		one("ok.test", s, 0, 1);
		is_int(result.end, ASK_PORT, "nobody listens, by UDP");
		one("ok.test", s, ASK_TCP, 1);
		is_int(result.end, ASK_PORT, "nobody listens, by TCP");
	}
	one("ok.test", "10.0.0.1", 0, port);
	ok(result.end == ASK_DENIED && !strcmp(why, "private"), "the guard says no: %s", why);
	one("ok.test", "10.0.0.1", ASK_TCP, port);
	ok(result.end == ASK_DENIED && !strcmp(why, "private"), "by TCP too: %s", why);
	one("a..test", "127.0.0.1", 0, port);
	is_int(result.end, ASK_FAULT, "that is no name");
	one("a..test", "127.0.0.1", ASK_TCP, port);
	is_int(result.end, ASK_FAULT, "by TCP neither");
	is_int((long long)ask_active(asker), 0, "nothing is left");
}

static void test_limits(void)
{
	/* the third of three mismatches, not the second, sends us to TCP: forged.test sends three at once */
	uint64_t hits = limit_hits(LIMIT_DNS_MISMATCHES);

	one("forged.test", "::1", 0, port);
	is_int((long long)(limit_hits(LIMIT_DNS_MISMATCHES) - hits), 1, "L_DNS_MISMATCHES");
	is_int(asked_udp, 1, "on the first try");
}

/* Who guesses the id has not guessed the case (0x20), nor the other way round: of 300 two or three agree by chance. */
static void test_random(void)
{
	same_bits = asked_udp = 0;
	for (int i = 0; i < 300; i++) {
		unsigned before = asked_udp;

		one("abcdefgh.test", "::1", 0, port);
		asked_udp += before; /* one() counts anew */
	}
	ok(asked_udp >= 300 && same_bits < 30, "%u of %u ids tell the case of letters", same_bits, asked_udp);
}

/* ---- many ---- */

static unsigned good;

static void count(struct ask *q, const struct ask_result *r)
{
	(void)q;
	good += r->end == ASK_ANSWER;
	times++;
}

static long resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f && fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * 4;
}

static void test_many(void)
{
	struct ask *q = calloc(MANY, sizeof(*q));
	long before;

	good = times = 0;
	for (int i = 0; i < 2000; i++) {
		q[i] = (struct ask){.qname = "ok.test", .qtype = DNS_AAAA, .port = port, .done = count};
		addr_parse(&q[i].server, i & 1 ? "::1" : "127.0.0.1");
		ask(asker, &q[i]);
	}
	ask_cancel(asker, &q[77]);
	ask_cancel(asker, &q[77]);
	for (int i = 0; i < 100000 && times < 1999; i++)
		loop_turn(loop, 10000, NULL);
	is_int(good, 1999, "two thousand at once, but one");
	is_int((long long)ask_active(asker), 0, "nothing is left");
	memset(q, 1, MANY * sizeof(*q));
	before = resident_kb();
	for (int i = 0; i < MANY; i++) {
		q[i] = (struct ask){.qname = "ok.test", .qtype = DNS_AAAA, .port = port, .done = count,
				    .tries = 1, .wait_ms = 1000000};
		addr_parse(&q[i].server, i & 1 ? "::1" : "127.0.0.1");
		ask(asker, &q[i]);
	}
	is_int((long long)ask_active(asker), MANY, "a hundred thousand under way");
	ok((resident_kb() - before) * 1024 / MANY + (long)sizeof(*q) <= 512, "in %ld bytes each at most",
	   (resident_kb() - before) * 1024 / MANY + (long)sizeof(*q));
	asker_free(asker); /* with all of them under way */
	free(q);
}

int main(void)
{
	struct prefix allow[2];
	struct guard_config c = {.allow = allow, .n_allow = 2, .skip_own = true};
	struct err e = {0};

	prefix_parse(&allow[0], "127.0.0.0/8");
	prefix_parse(&allow[1], "::1/128");
	loop = loop_new(&clock_real, &e);
	guard = guard_new(&c, &e);
	asker = asker_new(loop, guard, NULL, &e);
	ok(loop && guard && asker, "an asker %s", e.text);
	serve();
	test_one();
	test_limits();
	test_random();
	test_many();
	guard_free(guard);
	return done();
}
