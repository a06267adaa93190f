/* httpd_test: real requests over loopback; the server is run by hand between them. */
#include "outlet/httpd.h"
#include "test/tap.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static void handle(void *ctx, const struct http_request *r, struct http_response *out)
{
	(void)ctx;
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
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback,
				 .sin6_port = htons(port)};
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

int main(void)
{
	static const struct {
		const char *request, *want, *name;
	} rows[] = {
		{"GET /ok?q=a%20b HTTP/1.1\r\nHost: [::1]\r\n\r\n", "q=a b", "a query is decoded"},
		{"GET /ok HTTP/1.1\r\nHost: localhost:8064\r\n\r\n", "200 OK", "localhost is us"},
		{"GET /ok HTTP/1.1\r\nHost: sextant.example\r\n\r\n", "200 OK", "a configured name is us"},
		{"GET /ok HTTP/1.1\r\nHost: evil.example\r\n\r\n", " 421 ", "another name is not"},
		{"GET /ok HTTP/1.1\r\n\r\n", " 400 ", "no Host is refused"},
		{"POST /ok HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 0\r\n\r\n", " 405 ",
		 "POST is refused"},
		{"GET /../ok HTTP/1.1\r\nHost: [::1]\r\n\r\n", " 400 ", "a path upwards is refused"},
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

	fd = dial(httpd_port(h));
	if (write(fd, "GET /stream HTTP/1.1\r\nHost: [::1]\r\n\r\n", 38) < 0)
		perror("write");
	read_some(h, fd, answer, sizeof(answer), "retry");
	is_int((long long)httpd_streams(h), 1, "one stream is open");
	httpd_event(h, "round", "{\"done\":1}");
	read_some(h, fd, answer, sizeof(answer), "done");
	ok(strstr(answer, "event: round\ndata: {\"done\":1}\n\n") != NULL, "an event arrives whole");
	for (int i = 0; i < 5000; i++) /* nobody reads: 64 KiB behind, then cut off */
		httpd_event(h, "flood", "{\"x\":\"................................\"}");
	for (int i = 0; i < 200 && httpd_streams(h); i++) {
		read_some(h, fd, answer, sizeof(answer), NULL);
	}
	is_int((long long)httpd_streams(h), 0, "a reader that falls behind is let go");
	close(fd);

	c.port = httpd_port(h);
	ok(!httpd_new(&c, &e) && strstr(e.text, "--listen"), "a port in use names the remedy");
	httpd_free(h);
	return done();
}
