/* httpd_test: real requests over loopback; the server is run by hand between them. */
#include "outlet/httpd.h"

#include "base/limits.h"
#include "test/netns.h"
#include "test/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct http_kept *kept;         /* "kept" 400 times */
static struct http_client *waiting[8]; /* for /later */
static int n_waiting;

static void make_kept(void)
{
	const struct http_response head = {.status = 200, .type = "text/plain"};
	struct http_packed packed;
	struct buf body;

	buf_init(&body, 10000);
	for (int i = 0; i < 400; i++)
		buf_str(&body, "kept");
	http_pack(&body, &packed);
	kept = http_keep(&head, &packed);
}

static void handle(void *ctx, const struct http_request *r, struct http_response *out)
{
	(void)ctx;
	if (!strcmp(r->path, "/later")) {
		out->later = true;
		waiting[n_waiting++] = r->client;
		return;
	}
	if (!strcmp(r->path, "/kept")) {
		out->kept = kept;
		return;
	}
	if (!strcmp(r->path, "/stream")) {
		out->events = true;
		out->type = "text/event-stream";
		return;
	}
	if (strcmp(r->path, "/ok")) {
		out->status = 404;
		return;
	}
	out->etag = "v1";
	buf_printf(&out->body, "q=%s", http_query(r, "q") ? http_query(r, "q") : "-");
}

static int dial(uint16_t port)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Runs the server and reads until nothing has come for a while or `enough` stands in the answer. */
static size_t read_some(struct httpd *h, int fd, char *to, size_t max, const char *enough)
{
	size_t n = 0;

	to[0] = '\0';
	for (int quiet = 0; quiet < 40 && n + 1 < max;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		httpd_run(h);
		if (poll(&p, 1, 5) <= 0) {
			quiet++;
			continue;
		}
		ssize_t got = read(fd, to + n, max - n - 1);
		if (got <= 0)
			break;
		n += (size_t)got;
		to[n] = '\0';
		if (enough && strstr(to, enough))
			break;
	}
	return n;
}

static void one(struct httpd *h, const char *request, char *answer, size_t max, const char *enough)
{
	int fd = dial(httpd_port(h));

	if (write(fd, request, strlen(request)) < 0)
		perror("write");
	read_some(h, fd, answer, max, enough);
	close(fd);
	httpd_run(h);
}

/* ---- limits at -1, 0, +1 ---- */

/* A request line of line_b bytes, or a head of head_b bytes, with one long header. */
static void long_request(struct httpd *h, size_t line_b, size_t head_b, const char *want)
{
	static char request[2 * L_WEB_HEADER_B], answer[8192];
	size_t n;

	snprintf(request, sizeof(request), "GET /ok?q=");
	for (n = strlen(request); n + strlen(" HTTP/1.1") < line_b; n++)
		request[n] = 'a';
	n += (size_t)snprintf(request + n, sizeof(request) - n, " HTTP/1.1\r\nHost: [::1]\r\nX: ");
	for (; n + 4 < head_b; n++)
		request[n] = 'x';
	snprintf(request + n, sizeof(request) - n, "\r\n\r\n");
	one(h, request, answer, sizeof(answer), "\r\n\r\n");
	if (!ok(strstr(answer, want) != NULL, "line of %zu, head of %zu:%s", line_b,
		strlen(request), want))
		printf("# got: %.200s\n", answer);
}

static void sizes(struct httpd *h)
{
	uint64_t before = limit_hits(LIMIT_WEB_REQUEST_LINE_B);

	for (size_t n = L_WEB_REQUEST_LINE_B - 1; n <= L_WEB_REQUEST_LINE_B + 1; n++)
		long_request(h, n, 0, n <= L_WEB_REQUEST_LINE_B ? " 200 " : " 414 ");
	is_int((long long)(limit_hits(LIMIT_WEB_REQUEST_LINE_B) - before), 1, "counted");
	before = limit_hits(LIMIT_WEB_HEADER_B);
	for (size_t n = L_WEB_HEADER_B - 1; n <= L_WEB_HEADER_B + 1; n++)
		long_request(h, 0, n, n <= L_WEB_HEADER_B ? " 200 " : " 431 ");
	is_int((long long)(limit_hits(LIMIT_WEB_HEADER_B) - before), 1, "counted");
}

/* Is the connection kept, after it had the time to be closed? */
static bool stays(struct httpd *h, int fd)
{
	char byte;

	for (int i = 0; i < 5; i++) {
		httpd_run(h);
		usleep(1000);
	}
	return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static int dial_from(uint16_t port, const char *source)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on));
	inet_pton(AF_INET6, source, &a.sin6_addr);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	a.sin6_addr = in6addr_loopback;
	a.sin6_port = htons(port);
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -1 : fd;
}

/* In a network of our own, where every address is ours: 9 if there can be none, else the number of
 * what was not as it should be. */
static int crowd(const struct httpd_config *c)
{
	char *argv[] = {(char *)"ip",  (char *)"-6",	(char *)"route",
			(char *)"add", (char *)"local", (char *)"::/0",
			(char *)"dev", (char *)"lo",	NULL};
	int fd[L_WEB_CONNECTIONS_PER_PREFIX + 1], bad = 0;
	struct err e = {0};
	struct httpd *h;
	char source[64];

	if (!own_network() || run_program(argv))
		return 9;
	h = httpd_new(c, &e);
	if (!h)
		return 9;
	for (int i = 0; i <= L_WEB_CONNECTIONS_PER_PREFIX; i++) {
		snprintf(source, sizeof(source), "2001:db8:0:1::%x", i + 1);
		fd[i] = dial_from(httpd_port(h), source);
		bad += stays(h, fd[i]) != (i < L_WEB_CONNECTIONS_PER_PREFIX);
	}
	bad += limit_hits(LIMIT_WEB_CONNECTIONS_PER_PREFIX) != 1;
	bad += !stays(h, dial_from(httpd_port(h), "2001:db8:0:2::1")); /* another prefix */
	close(fd[0]);
	stays(h, fd[1]);
	bad += !stays(h, dial_from(httpd_port(h), "2001:db8:0:1::ffff")); /* one has left */
	return bad > 8 ? 8 : bad;
}

static void prefixes(const struct httpd_config *c)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(crowd(c));
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 9)
		skip("no network namespace or no ip command here: connections from one prefix");
	else
		is_int(status, 0, "connections from one prefix");
}

/* The answer of a question to /kept, and its tag. */
static void kept_answers(struct httpd *h)
{
	char answer[8192], request[256], tag[40] = "";
	const char *at;

	one(h, "GET /kept HTTP/1.1\r\nHost: [::1]\r\nAccept-Encoding: gzip\r\n\r\n", answer, sizeof(answer), NULL);
	ok(strstr(answer, "Content-Encoding: gzip") && !strstr(answer, "keptkept"), "a kept answer is sent packed");
	one(h, "GET /kept HTTP/1.1\r\nHost: [::1]\r\n\r\n", answer, sizeof(answer), NULL);
	ok(strstr(answer, "Content-Length: 1600\r\n") && strstr(answer, "keptkept") &&
		   !strstr(answer, "Content-Encoding"),
	   "or plain to who does not take that");
	at = strstr(answer, "ETag: ");
	snprintf(tag, sizeof(tag), "%.*s", at ? (int)strcspn(at + 6, "\r") : 0, at ? at + 6 : "");
	snprintf(request, sizeof(request), "GET /kept HTTP/1.1\r\nHost: [::1]\r\nIf-None-Match: %s\r\n\r\n", tag);
	one(h, request, answer, sizeof(answer), "\r\n\r\n");
	ok(strlen(tag) == 18 && strstr(answer, " 304 "), "or not at all to who has it: %s", tag);
	one(h, "HEAD /kept HTTP/1.1\r\nHost: [::1]\r\n\r\n", answer, sizeof(answer), NULL);
	ok(strstr(answer, "Content-Length: 1600\r\n") && !strstr(answer, "keptkept"), "HEAD has no body");
}

/* Returns a connection that still waits. */
static int later(struct httpd *h)
{
	static const char request[] = "GET /later HTTP/1.1\r\nHost: [::1]\r\n\r\n";
	struct pollfd p = {.fd = httpd_fd(h), .events = POLLIN};
	char answer[8192];
	int fds[2];

	for (int i = 0; i < 2; i++) {
		fds[i] = dial(httpd_port(h));
		if (write(fds[i], request, strlen(request)) < 0)
			perror("write");
		is_int((long long)read_some(h, fds[i], answer, sizeof(answer), NULL), 0, "no answer yet");
	}
	one(h, "GET /ok HTTP/1.1\r\nHost: [::1]\r\n\r\n", answer, sizeof(answer), "q=-");
	ok(n_waiting == 2 && strstr(answer, "q=-"), "others are answered while two wait");
	read_some(h, fds[0], answer, sizeof(answer), NULL);
	close(fds[1]); /* one goes away; nobody tells us before it is woken */
	is_int(poll(&p, 1, 0), 0, "nothing is due");
	httpd_give(waiting[0], kept);
	httpd_give(waiting[1], kept);
	is_int(poll(&p, 1, 0), 1, "an answer that has come is");
	read_some(h, fds[0], answer, sizeof(answer), "keptkept");
	ok(strstr(answer, "200 OK") && strstr(answer, "keptkept"), "then it comes");
	n_waiting = 0;
	if (write(fds[0], request, strlen(request)) < 0)
		perror("write");
	read_some(h, fds[0], answer, sizeof(answer), NULL);
	is_int(n_waiting, 1, "the connection asks again");
	httpd_give(waiting[0], NULL);
	is_int((long long)read_some(h, fds[0], answer, sizeof(answer), NULL), 0, "and is closed when there is no answer");
	close(fds[0]);
	fds[0] = dial(httpd_port(h));
	if (write(fds[0], request, strlen(request)) < 0)
		perror("write");
	read_some(h, fds[0], answer, sizeof(answer), NULL); /* still waits when the server ends */
	return fds[0];
}

/* ---- silence ---- */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Runs the server until so many seconds after `began`, as its own clock wants. */
static void run_until(struct httpd *h, double began, double end)
{
	while (seconds() - began < end) {
		struct pollfd p = {.fd = httpd_fd(h), .events = POLLIN};
		int64_t wait_us = httpd_wait_us(h);

		poll(&p, 1, wait_us < 0 || wait_us > 100000 ? 100 : (int)(wait_us / 1000) + 1);
		httpd_run(h);
	}
}

/* Connections that said nothing, half a head, or had their answer; one second before the limit all are
 * there, one after it none is.  Who waits for an answer of ours, or for events, is not silent. */
static void silence(struct httpd *h, int asking)
{
	static const char *const said[] = {"", "GET /ok HTTP/1.1\r\nHost: [::1]\r\n",
					   "GET /ok HTTP/1.1\r\nHost: [::1]\r\n\r\n"};
	static const char stream[] = "GET /stream HTTP/1.1\r\nHost: [::1]\r\n\r\n";
	int fds[3], events = dial(httpd_port(h));
	char answer[4096];
	double began;

	(void)!write(events, stream, strlen(stream));
	read_some(h, events, answer, sizeof(answer), "retry");
	for (int i = 0; i < 3; i++) {
		fds[i] = dial(httpd_port(h));
		(void)!write(fds[i], said[i], strlen(said[i]));
	}
	read_some(h, fds[2], answer, sizeof(answer), "q=-");
	began = seconds();
	run_until(h, began, HTTPD_IDLE_S - 1);
	for (int i = 0; i < 3; i++)
		ok(stays(h, fds[i]), "%zu bytes, then 19 s of silence: it is there", strlen(said[i]));
	run_until(h, began, HTTPD_IDLE_S + 1.5);
	for (int i = 0; i < 3; i++) {
		ok(!stays(h, fds[i]), "a little later it is not");
		close(fds[i]);
	}
	ok(stays(h, asking), "who waits for an answer still does");
	ok(stays(h, events), "and who listens to events");
	close(events);
}

/* ---- bodies: none is taken ---- */

static void bodies(struct httpd *h)
{
	static const struct {
		const char *head, *body;
		bool served;
	} rows[] = {
		{"GET /ok HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 0\r\n\r\n", "", true},
		{"GET /ok HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 1\r\n\r\n", "x", false},
		{"POST /ok HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 1\r\n\r\n", "x", false},
		{"GET /ok HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n0\r\n\r\n", false},
	};
	char request[512], answer[4096];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(request, sizeof(request), "%s%s", rows[i].head, rows[i].body);
		one(h, request, answer, sizeof(answer), rows[i].served ? "q=-" : NULL);
		ok((strstr(answer, " 200 ") != NULL) == rows[i].served, "a body of %zu bytes on the wire: %s",
		   strlen(rows[i].body), rows[i].served ? "served" : "refused");
	}
}

int main(void)
{
	static const struct {
		const char *request, *want, *name;
	} rows[] = {
		{"GET /ok?q=a%20b HTTP/1.1\r\nHost: [::1]\r\n\r\n", "q=a b", "a query is decoded"},
		{"GET /ok HTTP/1.1\r\nHost: localhost:8064\r\n\r\n", "200 OK", "localhost is us"},
		{"GET /ok HTTP/1.1\r\nHost: sextant.example\r\n\r\n", "200 OK",
		 "a configured name is us"},
		{"GET /ok HTTP/1.1\r\nHost: evil.example\r\n\r\n", " 421 ", "another name is not"},
		{"GET /ok HTTP/1.1\r\n\r\n", " 400 ", "no Host is refused"},
		{"POST /ok HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 0\r\n\r\n", " 405 ",
		 "POST is refused"},
		{"GET /../ok HTTP/1.1\r\nHost: [::1]\r\n\r\n", " 400 ",
		 "a path upwards is refused"},
		{"GET /%2e%2e/ok HTTP/1.1\r\nHost: [::1]\r\n\r\n", " 400 ", "an encoded one too"},
		{"GET /nothing HTTP/1.1\r\nHost: [::1]\r\n\r\n", " 404 ", "unknown is 404"},
		{"GET /ok HTTP/1.1\r\nHost: [::1]\r\nIf-None-Match: \"v1\"\r\n\r\n", " 304 ",
		 "an entity tag saves the body"},
		{"GET /ok HTTP/1.1\r\nHost: [::1]\r\n\r\n", "frame-ancestors 'none'",
		 "the content security policy stands on every answer"},
		{"GET /ok HTTP/1.1\r\nHost: [::1]\r\n\r\n", "nosniff", "and nosniff"},
	};
	const char *const hosts[] = {"sextant.example", NULL};
	struct addr loopback;
	struct err e = {0};
	struct httpd_config c = {.hosts = hosts, .handle = handle};
	struct httpd *h;
	char answer[8192];
	int fd;

	addr_parse(&loopback, "::1");
	c.addr = loopback;
	h = httpd_new(&c, &e);
	if (!h) {
		skip("no IPv6 loopback here: %s", e.text);
		return done();
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		one(h, rows[i].request, answer, sizeof(answer), rows[i].want);
		if (!ok(strstr(answer, rows[i].want) != NULL, "%s", rows[i].name))
			printf("# got: %.200s\n", answer);
	}

	sizes(h);
	prefixes(&c);

	fd = dial(httpd_port(h));
	if (write(fd, "GET /stream HTTP/1.1\r\nHost: [::1]\r\n\r\n", 38) < 0)
		perror("write");
	read_some(h, fd, answer, sizeof(answer), "retry");
	is_int((long long)httpd_streams(h), 1, "one stream is open");
	httpd_event(h, "round", "{\"done\":1}");
	read_some(h, fd, answer, sizeof(answer), "done");
	ok(strstr(answer, "event: round\ndata: {\"done\":1}\n\n") != NULL,
	   "an event arrives whole");
	for (int i = 0; i < 5000; i++) /* nobody reads: 64 KiB behind, then cut off */
		httpd_event(h, "flood", "{\"x\":\"................................\"}");
	for (int i = 0; i < 200 && httpd_streams(h); i++) {
		read_some(h, fd, answer, sizeof(answer), NULL);
	}
	is_int((long long)httpd_streams(h), 0, "a reader that falls behind is let go");
	close(fd);

	make_kept();
	kept_answers(h);
	bodies(h);
	fd = later(h);
	silence(h, fd);
	c.port = httpd_port(h);
	ok(!httpd_new(&c, &e) && strstr(e.text, "--listen"), "a port in use names the remedy");
	httpd_free(h);
	http_unkeep(kept);
	return done();
}
