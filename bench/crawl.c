/*
 * bench/crawl: what following links costs: plain HTTP fetches of a crawl for a second of processor.
 *
 * The pages come from a server of a few lines in a process of its own, on loopback over both families; its
 * processor time is not ours.  A fetch is all of it: guard, connection, request, header, body.  As in a crawl
 * one of four pages is read for its links, which are sampled; a page is 16 KB with 68 links and 12 resources.  Sixty-four are in flight.  Median of five runs.
 */
#include "base/clock.h"
#include "check/probe_web.h"
#include "source/drive.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 5, FETCHES = 8000, AT_ONCE = 64, PAGE_B = 16000, ARENA_B = 160 * 1024 };
static const double goal_per_s = 5000;

/* ---- the server ---- */

static char answer[PAGE_B + 4096];
static size_t answer_n;

static void make_page(void)
{
	static char page[PAGE_B + 1024];
	size_t n = (size_t)snprintf(page, sizeof(page), "<!doctype html><title>A page of the crawl</title>\n");

	for (int i = 0; i < 12; i++)
		n += (size_t)snprintf(page + n, sizeof(page) - n, "<script src=\"//static%d.example.net/%d.js\"></script>\n",
				      i % 4, i);
	for (int i = 0; n < PAGE_B; i++)
		n += (size_t)snprintf(page + n, sizeof(page) - n,
				      "<p>Words of notice %d on tariffs, forms, works, tenders and vacancies in the town "
				      "and at the harbour, with <a href=\"/page/%d.html?from=%d\">more of it</a> and a "
				      "list of offices that are open on weekdays between nine and five.</p>\n",
				      i, i % 60, i % 7);
	answer_n = (size_t)snprintf(answer, sizeof(answer),
				    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
				    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s", n, page);
}

static int listener(int family, uint16_t *port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT,
				   .sin6_port = htons(*port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				   .sin_port = htons(*port)};
	struct sockaddr *a = family == 6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	socklen_t n = family == 6 ? sizeof(six) : sizeof(four);
	int fd = socket(a->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) || bind(fd, a, n) ||
	    listen(fd, 4096) || getsockname(fd, a, &n)) {
		perror("bench crawl");
		exit(4);
	}
	*port = ntohs(family == 6 ? six.sin6_port : four.sin_port);
	return fd;
}

static void serve(int four, int six)
{
	int ep = epoll_create1(0);
	struct epoll_event list[256], e = {.events = EPOLLIN};
	char request[4096];

	for (int i = 0; i < 2; i++) {
		e.data.fd = i ? six : four;
		epoll_ctl(ep, EPOLL_CTL_ADD, e.data.fd, &e);
	}
	for (;;) {
		int n = epoll_wait(ep, list, 256, -1);

		for (int i = 0; i < n; i++) {
			int fd = list[i].data.fd;

			if (fd == four || fd == six) {
				e.data.fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
				if (e.data.fd >= 0)
					epoll_ctl(ep, EPOLL_CTL_ADD, e.data.fd, &e);
				continue;
			}
			if (read(fd, request, sizeof(request)) > 0 && write(fd, answer, answer_n) < 0)
				perror("bench crawl");
			shutdown(fd, SHUT_WR);
			close(fd);
		}
	}
}

static pid_t start_server(uint16_t *port)
{
	int four = listener(4, port), six = listener(6, port);
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	serve(four, six);
	return 0;
}

/* ---- the crawl ---- */

struct fetch {
	struct crawl *crawl;
	struct web_probe probe;
	struct arena arena;
	struct page_links links;
	bool reads;
};

struct crawl {
	struct loop *loop;
	struct drive *drive;
	uint16_t port;
	size_t begun, ended, good, links;
	struct fetch fetches[AT_ONCE];
};

static void begin(struct fetch *f);

static void done(void *ctx, struct probe *p, const struct step *last)
{
	struct fetch *f = ctx;
	struct crawl *c = f->crawl;

	(void)p;
	c->good += last->outcome == OUTCOME_OK && f->probe.row.status == 200;
	c->links += f->reads ? f->links.internal.n : 0;
	if (f->reads)
		page_links_done(&f->links);
	arena_done(&f->arena);
	if (++c->ended == FETCHES)
		loop_stop(c->loop);
	else if (c->begun < FETCHES)
		begin(f);
}

static void begin(struct fetch *f)
{
	struct crawl *c = f->crawl;
	size_t n = c->begun++;
	struct web_question q = {.target = "link", .host = "www.example.org", .scheme = SCHEME_HTTP,
				 .began = SCHEME_HTTP, .port = c->port, .path = "/page/1.html",
				 .user_agent = "Mozilla/5.0 (compatible; bench)"};

	addr_parse(&q.addr, n % 2 ? "::1" : "127.0.0.1");
	f->reads = n % 4 == 0;
	if (f->reads)
		page_links_init(&f->links, "example.org", NULL, 10, 1);
	q.links = f->reads ? &f->links : NULL;
	q.brief = true;
	q.enough_b = f->reads ? 0 : L_LINK_BODY_B;
	arena_init(&f->arena, ARENA_B);
	web_probe_init(&f->probe, &q, &f->arena);
	drive_probe(c->drive, &f->probe.p, done, f);
}

static double run(uint16_t port, bool *whole)
{
	static struct crawl c;
	struct prefix loopback[2];
	struct timespec a, b;
	struct guard *guard;
	struct err e;

	prefix_parse(&loopback[0], "127.0.0.0/8");
	prefix_parse(&loopback[1], "::1/128");
	memset(&c, 0, sizeof(c));
	guard = guard_new(&(struct guard_config){.allow = loopback, .n_allow = 2, .skip_own = true}, &e);
	c.port = port;
	c.loop = loop_new(&clock_real, &e);
	c.drive = drive_new(c.loop, guard, NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (size_t i = 0; i < AT_ONCE; i++) {
		c.fetches[i].crawl = &c;
		begin(&c.fetches[i]);
	}
	loop_run(c.loop, &e);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	*whole &= c.good == FETCHES && c.links == FETCHES / 4 * 68;
	fprintf(stderr, "crawl: %zu of %d pages, %zu links\n", c.good, FETCHES, c.links);
	drive_free(c.drive);
	loop_free(c.loop);
	guard_free(guard);
	return FETCHES / ((double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	double per_s[RUNS];
	bool whole = true;
	uint16_t port = 0;
	pid_t server;

	make_page();
	server = start_server(&port);
	for (int i = 0; i < RUNS; i++)
		per_s[i] = run(port, &whole);
	kill(server, SIGKILL);
	qsort(per_s, RUNS, sizeof(per_s[0]), compare);
	printf("link_fetches_per_cpu_s\t%.0f\tfetches/s\t%g\t%s\n", per_s[RUNS / 2], goal_per_s,
	       whole && per_s[RUNS / 2] >= goal_per_s ? "pass" : "short");
	return 0;
}
