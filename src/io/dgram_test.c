/* Datagrams over shared sockets on loopback: what comes back, from whom, and what the guard keeps here. */
#include "io/dgram.h"

#include "io/sockaddr.h"
#include "test/tap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct loop *loop;
static struct dgram *dgram;
static struct watch echo[2];
static uint16_t echo_port[2];

/* ---- what came ---- */

enum { MANY = 3000 };
static unsigned n_in, n_errors, n_denied, sockets_seen;
static struct dgram_event last;
static char last_data[64], last_why[GUARD_REASON_MAX];

static void got(void *ctx, const struct dgram_event *e)
{
	(void)ctx;
	n_in += e->kind == DGRAM_IN;
	n_errors += e->kind == DGRAM_ERROR;
	n_denied += e->kind == DGRAM_DENIED;
	sockets_seen |= 1U << e->socket;
	last = *e;
	snprintf(last_why, sizeof(last_why), "%s", e->why ? e->why : "");
	snprintf(last_data, sizeof(last_data), "%.*s", (int)(e->len < 60 ? e->len : 60), (const char *)e->data);
}

static void forget(void)
{
	n_in = n_errors = n_denied = sockets_seen = 0;
	memset(&last, 0, sizeof(last));
	last_data[0] = '\0';
}

static void turns(unsigned until)
{
	for (int i = 0; i < 400 && n_in + n_errors + n_denied < until; i++)
		loop_turn(loop, 10000, NULL);
}

/* ---- a far side that sends back ---- */

static void on_echo(struct watch *w, unsigned what)
{
	union sockaddr_any from;
	socklen_t len = sizeof(from);
	char in[512];
	ssize_t n;

	(void)what;
	while ((n = recvfrom(w->fd, in, sizeof(in), 0, &from.any, &len)) >= 0) {
		if ((sendto)(w->fd, in, (size_t)n, 0, &from.any, len) < 0)
			perror("echo");
		len = sizeof(from);
	}
}

static void open_echo(int six)
{
	union sockaddr_any at;
	socklen_t len;
	struct addr a;
	int room = 1 << 22;

	addr_parse(&a, six ? "::1" : "127.0.0.1");
	len = sockaddr_of(&at, &a, 0);
	echo[six] = (struct watch){.fd = socket(at.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
				   .want = LOOP_READ, .ready = on_echo};
	setsockopt(echo[six].fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(echo[six].fd, &at.any, len) < 0 || getsockname(echo[six].fd, &at.any, &len) < 0)
		perror("bind");
	echo_port[six] = sockaddr_read(&at, &a);
	loop_watch(loop, &echo[six], NULL);
}

static void send_text(const char *to, uint16_t port, const char *text)
{
	struct addr a;

	addr_parse(&a, to);
	dgram_send(dgram, &a, port, text, strlen(text));
}

/* ---- */

static void test_both(void)
{
	char text[ADDR_TEXT_MAX];

	for (int six = 0; six < 2; six++) {
		forget();
		send_text(six ? "::1" : "127.0.0.1", echo_port[six], "hello");
		ok(!n_in, "nothing comes from within the call");
		turns(1);
		ok(n_in == 1 && !strcmp(last_data, "hello"), "it comes back: %s", last_data);
		is_str(addr_text(&last.addr, text), six ? "::1" : "127.0.0.1", "from there");
		is_int(last.port, echo_port[six], "from that port");
		ok(!last.fragments, "in one piece");
	}
}

static void test_nobody(void)
{
	forget();
	send_text("::1", 1, "anybody");
	turns(1);
	ok(n_errors == 1 && last.error == ECONNREFUSED && last.port == 1, "nobody listens: %d", last.error);
	ok(!strncmp(last_data, "anybody", last.len < 7 ? last.len : 7), "what was sent comes back with it");
	forget();
	send_text("10.0.0.1", 53, "no");
	send_text("fe80::1", 53, "no");
	turns(2);
	ok(n_denied == 2 && *last_why, "the guard keeps it here: %s", last_why);
}

static void test_many(void)
{
	uint64_t before = dgram_stats(dgram)->lost_here;

	forget();
	for (unsigned i = 0; i < MANY; i++) {
		send_text(i & 1 ? "::1" : "127.0.0.1", echo_port[i & 1], "many");
		if (i % 100 == 99)
			turns(n_in + 1);
	}
	turns(MANY);
	ok(n_in + (dgram_stats(dgram)->lost_here - before) >= MANY, "%u of %d come back, or are counted as lost here", n_in, MANY);
	ok(__builtin_popcount(sockets_seen) > 4, "over %d sockets", __builtin_popcount(sockets_seen));
	ok(dgram_stats(dgram)->sent >= MANY && dgram_stats(dgram)->received >= n_in, "and are counted");
}

/* More than a socket holds, and nobody reads meanwhile: those that are thrown away are counted, each of them. */
static void test_lost(void)
{
	enum { FLOOD = 20000, LARGE = 1000 };
	uint64_t before = dgram_stats(dgram)->lost_here;
	union sockaddr_any back;
	socklen_t len = sizeof(back);
	static char in[LARGE];
	unsigned lost;

	forget();
	loop_unwatch(loop, &echo[0]);
	send_text("127.0.0.1", echo_port[0], "where from?");
	for (int i = 0; i < 100 && recvfrom(echo[0].fd, in, sizeof(in), 0, &back.any, &len) < 0; i++)
		loop_turn(loop, 10000, NULL);
	for (unsigned i = 0; i < FLOOD; i++)
		if ((sendto)(echo[0].fd, in, sizeof(in), 0, &back.any, len) < 0)
			perror("flood");
	loop_watch(loop, &echo[0], NULL);
	for (unsigned n = 0, was = 1; n != was; n = n_in) {
		was = n_in;
		loop_turn(loop, 10000, NULL);
	}
	lost = (unsigned)(dgram_stats(dgram)->lost_here - before);
	ok(lost > 0 && n_in + lost == FLOOD, "%u come in, %u are lost here", n_in, lost);
	is_int((long long)(dgram_stats(dgram)->lost_here - before), lost, "and are counted once");
}

int main(void)
{
	struct prefix allow[2];
	struct guard_config c = {.allow = allow, .n_allow = 2, .skip_own = true};
	struct err e = {0};
	struct guard *guard;

	prefix_parse(&allow[0], "127.0.0.0/8");
	prefix_parse(&allow[1], "::1/128");
	loop = loop_new(&clock_real, &e);
	guard = guard_new(&c, &e);
	dgram = dgram_new(loop, guard, got, NULL, &e);
	ok(loop && guard && dgram, "sockets %s", e.text);
	open_echo(0);
	open_echo(1);
	test_both();
	test_nobody();
	test_many();
	test_lost();
	dgram_free(dgram);
	guard_free(guard);
	close(echo[0].fd);
	close(echo[1].fd);
	return done();
}
