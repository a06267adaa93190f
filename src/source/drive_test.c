/* Probes that play a script against servers on loopback; what they hear is compared as one text. */
#include "source/drive.h"

#include "base/limits.h"
#include "test/netns.h"
#include "test/tap.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SERVERS_MAX = 64, BIG_B = 3000000, SOON_US = 50000, LATE_US = 20000000 };

static struct loop *loop;
static struct guard *guard;
static struct tls_client *tls;
static pid_t servers[SERVERS_MAX];
static size_t n_servers;
static uint8_t big[BIG_B];
static SSL_CTX *server_ctx;

/* ---- a probe that plays a script ---- */

struct play {
	struct probe p;
	struct arena arena;
	const struct step *script;
	size_t at, got_b;
	char heard[600];
	const struct tls_facts *tls;
	enum outcome outcome;
	int dropped, ended;
};

static const char *const event_words[] = {"start",   "connected", "tls",     "tls_failed",
					  "data",    "closed",	  "refused", "unreachable",
					  "timeout", "denied"};

static struct step play_next(struct probe *p, const struct event *e)
{
	struct play *y = (struct play *)p;
	size_t n = strlen(y->heard);

	p->last_us = e->mono_us;
	y->got_b += e->len;
	if (e->tls)
		y->tls = e->tls;
	snprintf(y->heard + n, sizeof(y->heard) - n, "%s%s", n ? " " : "", event_words[e->kind]);
	n = strlen(y->heard);
	if (e->why)
		snprintf(y->heard + n, sizeof(y->heard) - n, "(%s)", e->why);
	else if (e->kind == EVENT_DATA && e->len < 40)
		snprintf(y->heard + n, sizeof(y->heard) - n, "(%.*s)", (int)e->len,
			 e->len ? (const char *)e->data : "");
	return y->script[y->at++];
}

/* Connects, then reads until the far side closes; counts only. */
static struct step gulp_next(struct probe *p, const struct event *e)
{
	struct play *y = (struct play *)p;

	y->got_b += e->len;
	if (e->kind == EVENT_CLOSED)
		return step_done(OUTCOME_OK);
	if (e->kind != EVENT_DATA)
		return y->script[y->at++];
	return (struct step){.kind = STEP_READ, .timeout_us = LATE_US};
}

static void play_drop(struct probe *p)
{
	((struct play *)p)->dropped++;
}

static const struct probe_kind play_kind = {.name = "play", .next = play_next, .drop = play_drop};
static const struct probe_kind gulp_kind = {.name = "gulp", .next = gulp_next, .drop = play_drop};

static void play_init(struct play *y, const struct step *script)
{
	memset(y, 0, sizeof(*y));
	arena_init(&y->arena, 65536);
	y->p = (struct probe){.kind = &play_kind, .arena = &y->arena};
	y->script = script;
}

static void play_done(void *ctx, struct probe *p, const struct step *last)
{
	struct play *y = (struct play *)p;

	(void)ctx;
	y->outcome = last->outcome;
	y->ended++;
}

static void run(struct drive *d)
{
	struct err e;

	for (int turn = 0; turn < 100000 && drive_active(d); turn++)
		loop_turn(loop, 5000000, &e);
	is_int((long long)drive_active(d), 0, "none is under way");
}

/* ---- servers, each a child ---- */

static int bound(int family, int type, uint16_t *port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr *to = family == 6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	socklen_t len = family == 6 ? sizeof(v6) : sizeof(v4);
	int fd = socket(to->sa_family, type, 0);

	if (fd < 0 || bind(fd, to, len) < 0 || (type == SOCK_STREAM && listen(fd, 512) < 0))
		abort();
	getsockname(fd, to, &len);
	*port = ntohs(family == 6 ? v6.sin6_port : v4.sin_port);
	return fd;
}

static uint16_t serve(void (*fn)(int fd), int family, int type)
{
	uint16_t port = 0;
	int fd = bound(family, type, &port);
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		fn(fd);
		_exit(0);
	}
	if (pid < 0 || n_servers == SERVERS_MAX)
		abort();
	servers[n_servers++] = pid;
	close(fd);
	return port;
}

static void stop_servers(void)
{
	for (size_t i = 0; i < n_servers; i++) {
		kill(servers[i], SIGKILL);
		waitpid(servers[i], NULL, 0);
	}
}

/* Answers the same, or the sender's port to "?", or nothing in a datagram to "!"; then "more". */
static void udp_server(int fd)
{
	for (;;) {
		struct sockaddr_in6 from;
		socklen_t len = sizeof(from);
		char got[100], text[16];
		struct sockaddr *to = (struct sockaddr *)&from;
		ssize_t n = recvfrom(fd, got, sizeof(got), 0, to, &len);

		if (got[0] == '!')
			n = 0;
		snprintf(text, sizeof(text), "%u",
			 from.sin6_family == AF_INET6
				 ? ntohs(from.sin6_port)
				 : ntohs(((struct sockaddr_in *)to)->sin_port));
		sendto(fd, got[0] == '?' ? text : got, got[0] == '?' ? strlen(text) : (size_t)n, 0,
		       to, len);
		sendto(fd, "more", 4, 0, to, len);
	}
}

static void echo_server(int fd)
{
	for (;;) {
		int far = accept(fd, NULL, NULL);
		char got[100];
		ssize_t n = read(far, got, sizeof(got));

		if (n > 0 && write(far, got, (size_t)n) != n)
			abort();
		close(far);
	}
}

static void silent_server(int fd)
{
	for (;;)
		accept(fd, NULL, NULL);
}

/* Says that it is no TLS server, or nothing ("closing"), whatever comes. */
static void plain_server(int fd)
{
	for (;;) {
		int far = accept(fd, NULL, NULL);
		char got[2000];

		if (read(far, got, sizeof(got)) > 0 && write(far, "220 mail\r\n", 10) != 10)
			abort();
		close(far);
	}
}

static void closing_server(int fd)
{
	for (;;) {
		int far = accept(fd, NULL, NULL);
		char got[2000];

		read(far, got, sizeof(got)) < 0 ? abort() : (void)0;
		shutdown(far, SHUT_RDWR);
		close(far);
	}
}

/* Reads BIG_B bytes slowly, sends as many back. */
static void big_server(int fd)
{
	for (;;) {
		int far = accept(fd, NULL, NULL);
		size_t n = 0;
		ssize_t got;

		while (n < BIG_B) {
			got = read(far, big, 60000);
			if (got <= 0)
				abort();
			n += (size_t)got;
		}
		for (n = 0; n < BIG_B; n += (size_t)got) {
			got = write(far, big, BIG_B - n);
			if (got <= 0)
				abort();
		}
		close(far);
	}
}

static void tls_server(int fd)
{
	for (;;) {
		SSL *s = SSL_new(server_ctx);
		int far = accept(fd, NULL, NULL), n;
		char got[100];

		SSL_set_fd(s, far);
		if (SSL_accept(s) == 1) {
			n = SSL_read(s, got, sizeof(got));
			if (n > 0)
				SSL_write(s, got, n);
			SSL_shutdown(s);
		}
		SSL_free(s);
		close(far);
	}
}

static void big_tls_server(int fd)
{
	for (;;) {
		SSL *s = SSL_new(server_ctx);
		int far = accept(fd, NULL, NULL), n = 1;
		size_t sum = 0;

		SSL_set_fd(s, far);
		SSL_accept(s);
		while (sum < BIG_B && n > 0) {
			n = SSL_read(s, big, 60000);
			sum += n > 0 ? (size_t)n : 0;
		}
		SSL_write(s, big, BIG_B);
		SSL_shutdown(s);
		SSL_free(s);
		close(far);
	}
}

static void make_tls(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:a.test");
	X509_NAME *subject = X509_get_subject_name(x);
	char path[] = "/tmp/drive_test_XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct err e = {0};

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)"a.test",
				   -1, -1, 0);
	X509_set_issuer_name(x, subject);
	X509_add_ext(x, ext, -1);
	X509_sign(x, key, EVP_sha256());
	PEM_write_X509(f, x);
	fclose(f);
	tls = tls_client_new(path, &e);
	unlink(path);
	server_ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_use_certificate(server_ctx, x);
	SSL_CTX_use_PrivateKey(server_ctx, key);
	X509_EXTENSION_free(ext);
	X509_free(x);
	EVP_PKEY_free(key);
	ok(tls != NULL, "a TLS client %s", e.text);
}

/* ---- scripts ---- */

static struct addr addr(const char *text)
{
	struct addr a = {0};

	addr_parse(&a, text);
	return a;
}

static struct step to(enum step_kind kind, const char *host, uint16_t port)
{
	return (struct step){.kind = kind, .addr = addr(host), .port = port, .timeout_us = LATE_US};
}

static struct step with(struct step s, const char *text)
{
	s.data = (const uint8_t *)text;
	s.len = strlen(text);
	return s;
}

static struct step send_text(const char *text)
{
	return with((struct step){.kind = STEP_SEND, .timeout_us = LATE_US}, text);
}

static struct step handshake(const char *sni)
{
	return (struct step){.kind = STEP_TLS, .sni = sni, .timeout_us = LATE_US};
}

static struct step within(struct step s, int64_t timeout_us)
{
	s.timeout_us = timeout_us;
	return s;
}

static const struct step read_on = {.kind = STEP_READ, .timeout_us = LATE_US};
static const struct step over = {.kind = STEP_DONE, .outcome = OUTCOME_ABSENT};

/* One probe alone; it must hear this. */
static struct drive_stats one(const struct step *script, const char *heard, const char *name)
{
	struct drive *d = drive_new(loop, guard, tls);
	struct drive_stats stats;
	struct play y;

	play_init(&y, script);
	drive_probe(d, &y.p, play_done, NULL);
	is_int(y.ended, 0, "nothing is called from inside drive_probe");
	run(d);
	is_str(y.heard, heard, name);
	is_int(y.outcome, OUTCOME_ABSENT, "its own outcome");
	is_int(y.ended, 1, "done comes once");
	is_int(y.dropped, 0, "nothing is dropped");
	stats = *drive_stats(d);
	drive_free(d);
	arena_done(&y.arena);
	return stats;
}

static void udp(int family, const char *host)
{
	uint16_t port = serve(udp_server, family, SOCK_DGRAM), closed;
	int fd = bound(family, SOCK_DGRAM, &closed);
	struct step ask = with(to(STEP_UDP, host, port), "abc");
	struct drive_stats s;

	close(fd);
	s = one((struct step[]){ask, read_on, over}, "start data(abc) data(more)", host);
	is_int((long long)s.datagrams, 1, "one datagram is counted");
	is_int((long long)s.sent_b, 3, "and its bytes");
	is_int((long long)s.received_b, 7, "and those of both answers");
	is_int((long long)s.probes, 1, "and the probe");
	one((struct step[]){with(to(STEP_UDP, host, port), "!"), read_on, over},
	    "start data() data(more)", "an empty datagram is one");
	one((struct step[]){with(to(STEP_UDP, host, closed), "x"), ask, over},
	    "start refused data(abc)", "a closed port, then an open one");
}

/* A fresh socket for each datagram: at least two of five ports differ. */
static void udp_ports(void)
{
	uint16_t port = serve(udp_server, 4, SOCK_DGRAM);
	struct step ask = with(to(STEP_UDP, "127.0.0.1", port), "?");
	struct step script[] = {ask, ask, ask, ask, ask, over};
	struct drive *d = drive_new(loop, guard, tls);
	struct play y;
	unsigned p[5];

	play_init(&y, script);
	drive_probe(d, &y.p, play_done, NULL);
	run(d);
	is_int(sscanf(y.heard, "start data(%u) data(%u) data(%u) data(%u) data(%u)", &p[0], &p[1],
		      &p[2], &p[3], &p[4]),
	       5, "five answers");
	ok(p[0] != p[1] || p[1] != p[2] || p[2] != p[3] || p[3] != p[4], "from other ports");
	drive_free(d);
	arena_done(&y.arena);
}

static void tcp(int family, const char *host)
{
	uint16_t port = serve(echo_server, family, SOCK_STREAM), closed;
	int fd = bound(family, SOCK_STREAM, &closed);
	struct step dial = to(STEP_CONNECT, host, port);
	struct drive_stats s;

	close(fd);
	s = one((struct step[]){dial, send_text("abc"), read_on, over},
		"start connected data(abc) closed", host);
	is_int((long long)s.connections, 1, "one connection is counted");
	is_int((long long)s.sent_b, 3, "and what was sent");
	is_int((long long)s.tls_cpu_us, 0, "and no time for TLS");
	one((struct step[]){to(STEP_CONNECT, host, closed), dial, send_text("x"), over},
	    "start refused connected data(x)", "a closed port, then an open one");
	one((struct step[]){dial, dial, send_text("y"), over}, "start connected connected data(y)",
	    "a second connection closes the first");
}

static void time_limits(void)
{
	uint16_t port = serve(silent_server, 4, SOCK_STREAM), unread;
	int fd = bound(4, SOCK_DGRAM, &unread);
	struct step dial = to(STEP_CONNECT, "127.0.0.1", port);
	struct step ask = with(to(STEP_UDP, "127.0.0.1", unread), "x");

	one((struct step[]){dial, within(read_on, SOON_US), within(send_text("x"), SOON_US), over},
	    "start connected timeout timeout", "silence of a stream, step by step");
	one((struct step[]){within(ask, SOON_US), within(ask, SOON_US), over},
	    "start timeout timeout", "silence of datagrams");
	one((struct step[]){dial, within(handshake("a.test"), SOON_US), over},
	    "start connected timeout", "silence in a handshake");
	close(fd);
}

static void denied(void)
{
	one((struct step[]){to(STEP_CONNECT, "10.0.0.1", 80),
			    with(to(STEP_UDP, "fe80::1", 53), "x"),
			    to(STEP_CONNECT, "::ffff:127.0.0.1", 80), over},
	    "start denied(private) denied(linklocal) denied(mapped)", "the guard's reason is told");
}

static void tls_good(void)
{
	uint16_t port = serve(tls_server, 4, SOCK_STREAM);
	struct step script[] = {to(STEP_CONNECT, "127.0.0.1", port), handshake("a.test"),
				send_text("abc"), read_on, over};
	struct drive *d = drive_new(loop, guard, tls);
	struct play y;

	play_init(&y, script);
	drive_probe(d, &y.p, play_done, NULL);
	run(d);
	is_str(y.heard, "start connected tls data(abc) closed", "TLS");
	ok(drive_stats(d)->tls_cpu_us > 0, "its time is measured: %llu us",
	   (unsigned long long)drive_stats(d)->tls_cpu_us);
	is_int((long long)drive_stats(d)->handshakes, 1, "and counted");
	drive_free(d);
	ok(y.tls && y.tls->verified && !y.tls->problem, "verified");
	is_str(y.tls->version, "TLSv1.3", "facts outlive the connection");
	is_str(y.tls->subject, "CN=a.test", "its subject");
	is_str(y.tls->alpn, NULL, "no ALPN is none");
	is_int((long long)strlen(y.tls->cert_sha256), 64, "its digest");
	arena_done(&y.arena);
	script[1] = handshake("b.test");
	one(script, "start connected tls data(abc) closed", "a wrong name is completed too");
}

static void tls_bad(void)
{
	struct step plain = to(STEP_CONNECT, "127.0.0.1", serve(plain_server, 4, SOCK_STREAM));
	struct step closing = to(STEP_CONNECT, "127.0.0.1", serve(closing_server, 4, SOCK_STREAM));

	one((struct step[]){plain, handshake("a.test"), over},
	    "start connected tls_failed(not_tls)", "no TLS");
	one((struct step[]){closing, handshake("a.test"), over},
	    "start connected tls_failed(closed)", "closed in the handshake");
}

static void gulp(bool secret)
{
	uint16_t port = serve(secret ? big_tls_server : big_server, 4, SOCK_STREAM);
	struct step all = {
		.kind = STEP_SEND, .data = big, .len = sizeof(big), .timeout_us = LATE_US};
	struct step script[] = {to(STEP_CONNECT, "127.0.0.1", port),
				secret ? handshake("a.test") : all, all, over};
	struct drive *d = drive_new(loop, guard, tls);
	struct play y;

	play_init(&y, script);
	y.p.kind = &gulp_kind;
	drive_probe(d, &y.p, play_done, NULL);
	run(d);
	is_int(y.outcome, OUTCOME_OK, secret ? "much by TLS" : "much in the clear");
	is_int((long long)y.got_b, BIG_B, "all that was sent is received");
	is_int((long long)drive_stats(d)->sent_b, BIG_B, "and all that we sent is gone");
	drive_free(d);
	arena_done(&y.arena);
}

/* ---- ends that are no answer ---- */

/* The site's limit, on a clock that is moved to it. */
static void deadline(int64_t own_us)
{
	int64_t limit_us = own_us ? own_us : INT64_C(1000) * L_SITE_WALL_MS;
	uint64_t hits = limit_hits(LIMIT_SITE_WALL_MS);
	uint16_t port;
	int fd = bound(4, SOCK_STREAM, &port);
	struct step script[] = {to(STEP_CONNECT, "127.0.0.1", port), within(read_on, 2 * limit_us)};
	struct clock_fake f;
	struct err e;
	struct loop *still;
	struct drive *d;
	struct play y;

	clock_fake_init(&f, 0);
	still = loop_new(&f.clock, &e);
	d = drive_new(still, guard, NULL);
	play_init(&y, script);
	y.p.deadline_us = own_us ? f.mono_us + own_us : 0;
	drive_probe(d, &y.p, play_done, NULL);
	for (int i = 0; i < 200 && y.at < 2; i++)
		loop_turn(still, i ? 1000 : 0, &e);
	is_str(y.heard, "start connected", "under way");
	clock_fake_move(&f, limit_us - 1);
	loop_turn(still, 0, &e);
	is_int(y.ended, 0, "a microsecond before its deadline");
	clock_fake_move(&f, 1);
	loop_turn(still, 0, &e);
	is_int(y.ended, 1, "ended at it");
	is_int(y.outcome, OUTCOME_TIMEOUT, "by force");
	is_int(y.dropped, 1, "and dropped");
	clock_fake_move(&f, 1);
	loop_turn(still, 0, &e);
	is_int(y.ended, 1, "once");
	is_int((long long)(limit_hits(LIMIT_SITE_WALL_MS) - hits), !own_us,
	       "the limit is hit if it was the limit");
	drive_free(d);
	loop_free(still);
	arena_done(&y.arena);
	close(fd);
}

static void no_descriptors(void)
{
	struct drive *d = drive_new(loop, guard, tls);
	struct step script[] = {to(STEP_CONNECT, "127.0.0.1", 9), over};
	struct rlimit before, none;
	struct play y;

	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){3, before.rlim_max};
	play_init(&y, script);
	setrlimit(RLIMIT_NOFILE, &none);
	drive_probe(d, &y.p, play_done, NULL);
	run(d);
	setrlimit(RLIMIT_NOFILE, &before);
	is_str(y.heard, "start", "without descriptors nothing is heard");
	is_int(y.outcome, OUTCOME_UNKNOWN, "which says nothing of the far host");
	is_int(y.dropped, 1, "the probe is dropped");
	is_int((long long)drive_stats(d)->faults, 1, "and the fault counted");
	drive_free(d);
	arena_done(&y.arena);
}

static void full_arena(void)
{
	uint16_t port = serve(tls_server, 4, SOCK_STREAM);
	struct step script[] = {to(STEP_CONNECT, "127.0.0.1", port), handshake("a.test"), over};
	struct drive *d = drive_new(loop, guard, tls);
	struct play y;

	play_init(&y, script);
	arena_fail_after(3);
	drive_probe(d, &y.p, play_done, NULL);
	run(d);
	arena_fail_after(0);
	is_str(y.heard, "start connected", "no room for the facts");
	is_int(y.outcome, OUTCOME_LIMIT, "is a limit");
	is_int(y.dropped, 1, "dropped");
	drive_free(d);
	arena_done(&y.arena);
}

/* What a probe hears in a network of its own, and how it ends; 9 if there can be none. */
static int hear(const struct step *script, const char *heard, enum outcome outcome)
{
	struct drive *d = drive_new(loop, guard, tls);
	struct play y;
	struct err e;

	play_init(&y, script);
	drive_probe(d, &y.p, play_done, NULL);
	for (int i = 0; i < 100 && drive_active(d); i++)
		loop_turn(loop, 1000000, &e);
	if (!strcmp(y.heard, heard) && y.outcome == outcome)
		return 0;
	printf("# got %s, outcome %d\n", y.heard, (int)y.outcome);
	fflush(stdout);
	return 1;
}

/* fn in a child, since nobody comes back from a network namespace. */
static void in_child(int (*fn)(void *arg), void *arg, const char *name)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn(arg));
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 9)
		skip("no network namespace or no program for it here: %s", name);
	else
		is_int(status, 0, name);
}

/* Where nothing is up there is neither route nor address; the second is a fault of ours. */
static int no_route(void *arg)
{
	struct step script[] = {to(STEP_CONNECT, "127.0.0.1", 80),
				with(to(STEP_UDP, "127.0.0.1", 53), "x"),
				to(STEP_CONNECT, "::1", 80), over};

	(void)arg;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return 9;
	return hear(script, "start unreachable(ENETUNREACH) unreachable(ENETUNREACH)",
		    OUTCOME_UNKNOWN);
}

/* What a rule of this host forbids says nothing of the far one. */
static int forbidden(void *arg)
{
	char *ip[] = {(char *)"ip",	    (char *)"route", (char *)"add",   (char *)"prohibit",
		      (char *)"127.77.0.1", (char *)"table", (char *)"local", NULL};
	struct step script[] = {to(STEP_CONNECT, "127.77.0.1", 80), over};

	(void)arg;
	if (!own_network() || run_program(ip))
		return 9;
	return hear(script, "start", OUTCOME_UNKNOWN);
}

struct wall {
	char path[32];
	char heard[300];
};

/* A wall on loopback that answers each packet by ICMP. */
static int behind_wall(void *arg)
{
	struct wall *w = arg;
	char *nft[] = {(char *)"nft", (char *)"-f", w->path, NULL};
	struct step ask = with(to(STEP_UDP, "127.0.0.1", 53), "x");
	struct step ask6 = with(to(STEP_UDP, "::1", 53), "x");
	struct step script[] = {to(STEP_CONNECT, "127.0.0.1", 80),
				to(STEP_CONNECT, "::1", 80),
				ask,
				within(read_on, SOON_US),
				ask6,
				within(read_on, SOON_US),
				over};

	if (!own_network() || run_program(nft))
		return 9;
	return hear(script, w->heard, OUTCOME_ABSENT);
}

/* ICMP is told in both families, by TCP and by UDP, and told once. */
static void icmp(const char *kind, const char *v4, const char *v6)
{
	struct wall w = {.path = "/tmp/drive_test_XXXXXX"};
	FILE *f = fdopen(mkstemp(w.path), "w");

	fprintf(f,
		"table inet wall {\nchain in {\ntype filter hook input priority 0\n"
		"meta l4proto { tcp, udp } reject with icmpx %s\n}\n}\n",
		kind);
	fclose(f);
	snprintf(w.heard, sizeof(w.heard),
		 "start unreachable(%s) unreachable(%s) unreachable(%s) timeout unreachable(%s) "
		 "timeout",
		 v4, v6, v4, v6);
	in_child(behind_wall, &w, kind);
	unlink(w.path);
}

/* ---- many ---- */

static int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void many(void)
{
	enum { N = 200 };
	uint16_t port = serve(echo_server, 4, SOCK_STREAM),
		 over_udp = serve(udp_server, 6, SOCK_DGRAM);
	struct step stream[] = {to(STEP_CONNECT, "127.0.0.1", port), send_text("abc"), read_on,
				over};
	struct step datagram[] = {with(to(STEP_UDP, "::1", over_udp), "abc"), read_on, over};
	struct drive *d = drive_new(loop, guard, tls);
	struct play *y = calloc(N, sizeof(*y));
	int good = 0, fds = open_fds();

	for (int i = 0; i < N; i++) {
		play_init(&y[i], i % 2 ? stream : datagram);
		drive_probe(d, &y[i].p, play_done, NULL);
	}
	is_int((long long)drive_active(d), N, "all are under way");
	run(d);
	for (int i = 0; i < N; i++) {
		good += !strcmp(y[i].heard, i % 2 ? "start connected data(abc) closed"
						  : "start data(abc) data(more)");
		arena_done(&y[i].arena);
	}
	is_int(good, N, "200 probes at once");
	is_int((long long)drive_stats(d)->connections, N / 2, "connections");
	is_int(open_fds(), fds, "no descriptor is left");
	drive_free(d);
	free(y);
}

/* Our end resets: no connection to that port waits in TIME_WAIT (state 06). */
static void no_time_wait(void)
{
	uint16_t port = serve(silent_server, 4, SOCK_STREAM);
	FILE *f;
	char line[300];
	int waiting = 0, lines = 0;

	one((struct step[]){to(STEP_CONNECT, "127.0.0.1", port), over}, "start connected",
	    "we end first");
	f = fopen("/proc/net/tcp", "r");
	while (f && fgets(line, sizeof(line), f)) {
		unsigned far, state;

		lines++;
		if (sscanf(line, "%*s %*s %*8x:%x %x", &far, &state) == 2)
			waiting += far == port && state == 6;
	}
	if (f)
		fclose(f);
	ok(lines > 1 && waiting == 0, "nothing waits after it");
}

static void under_way(void)
{
	uint16_t port = serve(silent_server, 4, SOCK_STREAM);
	struct step stream[] = {to(STEP_CONNECT, "127.0.0.1", port), read_on, over};
	struct step secret[] = {to(STEP_CONNECT, "127.0.0.1", port), handshake("a.test"), over};
	struct drive *d = drive_new(loop, guard, tls);
	struct play y[9];
	struct err e;
	int fds = open_fds(), dropped = 0, ended = 0;

	for (int i = 0; i < 8; i++) {
		play_init(&y[i], i % 2 ? stream : secret);
		drive_probe(d, &y[i].p, play_done, NULL);
	}
	for (int i = 0; i < 100 && y[0].at + y[1].at < 4; i++)
		loop_turn(loop, 10000, &e);
	play_init(&y[8], stream);
	drive_probe(d, &y[8].p, play_done, NULL); /* has not begun */
	is_int(open_fds(), fds + 8, "eight are open");
	drive_free(d);
	for (int i = 0; i < 9; i++) {
		dropped += y[i].dropped;
		ended += y[i].ended;
		arena_done(&y[i].arena);
	}
	is_int(dropped, 9, "all are dropped");
	is_int(ended, 0, "none is told");
	is_int(open_fds(), fds, "all are closed");
	drive_free(NULL);
}

struct chain {
	struct drive *d;
	const struct step *script;
	int left, inside, wrong;
};

static void link_done(void *ctx, struct probe *p, const struct step *last)
{
	struct chain *c = ctx;
	struct play *y = (struct play *)p;

	c->wrong += c->inside || last->outcome != OUTCOME_ABSENT;
	arena_done(&y->arena);
	memset(y, 0xee, sizeof(*y));
	free(y);
	if (c->left-- == 0)
		return;
	y = malloc(sizeof(*y));
	play_init(y, c->script);
	c->inside = 1;
	drive_probe(c->d, &y->p, link_done, c);
	c->inside = 0;
}

static void chain(const struct step *script, const char *name)
{
	struct chain c = {.d = drive_new(loop, guard, tls), .script = script, .left = 20};
	struct play *y = malloc(sizeof(*y));

	play_init(y, script);
	drive_probe(c.d, &y->p, link_done, &c);
	run(c.d);
	is_int(c.left, -1, name);
	is_int(c.wrong, 0, "none from inside drive_probe");
	drive_free(c.d);
}

static void chains(void)
{
	uint16_t port = serve(echo_server, 4, SOCK_STREAM);

	chain((struct step[]){to(STEP_CONNECT, "127.0.0.1", port), send_text("x"), over},
	      "done frees the old probe and starts a new one");
	chain((struct step[]){to(STEP_CONNECT, "10.0.0.1", 80), over}, "also when it ends at once");
	chain((struct step[]){over}, "also when it asks nothing");
}

static void random_bits(void)
{
	uint64_t seen[100], child = 0;
	int same = 0, pipes[2];

	for (int i = 0; i < 100; i++) {
		seen[i] = drive_random(NULL);
		for (int k = 0; k < i; k++)
			same += seen[i] == seen[k];
	}
	is_int(same, 0, "no number twice");
	if (pipe(pipes))
		abort();
	if (fork() == 0) {
		child = drive_random(NULL);
		_exit(write(pipes[1], &child, sizeof(child)) != sizeof(child));
	}
	ok(read(pipes[0], &child, sizeof(child)) == sizeof(child) && child != drive_random(NULL),
	   "a child has other numbers");
	wait(NULL);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	struct prefix allow[2];
	struct guard_config c = {.allow = allow, .n_allow = 2, .skip_own = true};
	struct err e = {0};

	prefix_parse(&allow[0], "127.0.0.0/8");
	prefix_parse(&allow[1], "::1/128");
	random_bits();
	guard = guard_new(&c, &e);
	loop = loop_new(&clock_real, &e);
	make_tls();
	udp(4, "127.0.0.1");
	udp(6, "::1");
	udp_ports();
	tcp(4, "127.0.0.1");
	tcp(6, "::1");
	time_limits();
	denied();
	tls_good();
	tls_bad();
	gulp(false);
	gulp(true);
	deadline(0);
	deadline(7000000);
	no_descriptors();
	full_arena();
	in_child(no_route, NULL, "no route is unreachable, no address of ours unknown");
	in_child(forbidden, NULL, "forbidden here is unknown");
	icmp("host-unreachable", "EHOSTUNREACH", "EHOSTUNREACH");
	icmp("no-route", "ENETUNREACH", "ENETUNREACH");
	icmp("admin-prohibited", "EHOSTUNREACH", "EACCES");
	many();
	no_time_wait();
	under_way();
	chains();
	stop_servers();
	SSL_CTX_free(server_ctx);
	tls_client_free(tls);
	loop_free(loop);
	guard_free(guard);
	return done();
}
