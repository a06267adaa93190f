/*
 * synthdns: the world of bench/synth.h behind sockets, UDP and TCP, port 53 of every address that comes here.
 *
 *	synthdns [--delay MS] [--dead PPM] [--loss PPM] [--zones N] [--dual 1] [--log FILE]
 *
 * Whoever starts it has made a network of his own in which the addresses are local.  Says "ready" on stdout and
 * serves until it gets SIGTERM; then says how many questions came by UDP, of those how many were not to be
 * answered, how many datagrams it lost on purpose, and how many questions came by TCP.  --loss: each question and each answer is lost with that probability.
 * --log: each question, when it was read and where it came: microseconds of the monotonic clock, udp or tcp, address.
 */
#include "bench/synth.h"

#include "wire/dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, QUERY_MAX = 512, CONTROL_B = 64, BUFFER_B = 8 << 20, CONNS = 1024, PORT = 53 };

static struct {
	struct synth world;
	int64_t delay_us;
	unsigned loss_ppm;
	FILE *log;
	uint64_t queries, dead, lost, tcp;
} self;
static volatile sig_atomic_t stopped;

static void stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "synthdns: %s: %s\n", what, strerror(errno));
	exit(4);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * (int64_t)1000000 + t.tv_nsec / 1000;
}

static bool lose(void)
{
	static uint64_t x = 88172645463325252;

	if (!self.loss_ppm)
		return false;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	if ((x >> 20) % 1000000 >= self.loss_ppm)
		return false;
	self.lost++;
	return true;
}

/* ---- datagrams ---- */

struct packet {
	int64_t due_us;
	struct sockaddr_storage far;
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_B];
	socklen_t far_len;
	uint16_t len, control_len;
	uint8_t data[SYNTH_ANSWER_MAX];
};

/* Answers that wait for their time: the delay is the same for all, so it is a line. */
static struct {
	struct packet *at;
	size_t first, n, room;
	int fd[2];
} line;

static struct packet *line_add(void)
{
	if (line.n == line.room) {
		size_t room = line.room ? 2 * line.room : 256;
		struct packet *at = calloc(room, sizeof(*at));

		if (!at)
			die("memory");
		for (size_t i = 0; i < line.n; i++)
			at[i] = line.at[(line.first + i) % line.room];
		free(line.at);
		line.at = at;
		line.first = 0;
		line.room = room;
	}
	return &line.at[(line.first + line.n++) % line.room];
}

static struct addr addr_of(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct addr a = {0};

	if (c && c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo *p = (void *)CMSG_DATA(c);

		a.family = 4;
		memcpy(a.byte, &p->ipi_addr, 4);
		p->ipi_spec_dst = p->ipi_addr;
		p->ipi_ifindex = 0;
	} else if (c && c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo *p = (void *)CMSG_DATA(c);

		a.family = 6;
		memcpy(a.byte, &p->ipi6_addr, 16);
		p->ipi6_ifindex = 0;
	}
	return a;
}

static void note(const struct addr *at, bool tcp)
{
	char text[ADDR_TEXT_MAX];

	if (self.log)
		fprintf(self.log, "%lld %s %s\n", (long long)now_us(), tcp ? "tcp" : "udp", addr_text(at, text));
}

/* The answer goes into the line, with the control message that says from which address it leaves. */
static void take_query(struct msghdr *m, const uint8_t *data, size_t len, int64_t now)
{
	struct addr at = addr_of(m);
	struct packet *p;
	size_t n;

	self.queries++;
	note(&at, false);
	if (lose() || !at.family)
		return;
	p = line_add();
	n = synth_answer(&self.world, &at, false, data, len, p->data);
	self.dead += !n;
	if (!n || lose()) {
		line.n--;
		return;
	}
	p->due_us = now + self.delay_us;
	p->len = (uint16_t)n;
	p->far_len = m->msg_namelen;
	memcpy(&p->far, m->msg_name, m->msg_namelen);
	p->control_len = (uint16_t)m->msg_controllen;
	memcpy(p->control, m->msg_control, m->msg_controllen);
}

/* False when the socket was empty. */
static bool take_queries(int fd)
{
	static struct mmsghdr m[BATCH];
	static struct iovec io[BATCH];
	static struct sockaddr_storage far[BATCH];
	static _Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL_B];
	static uint8_t data[BATCH][QUERY_MAX];
	int64_t now;
	int n;

	for (int i = 0; i < BATCH; i++) {
		io[i] = (struct iovec){data[i], QUERY_MAX};
		m[i].msg_hdr = (struct msghdr){.msg_name = &far[i],
					       .msg_namelen = sizeof(far[i]),
					       .msg_iov = &io[i],
					       .msg_iovlen = 1,
					       .msg_control = control[i],
					       .msg_controllen = CONTROL_B};
	}
	n = recvmmsg(fd, m, BATCH, MSG_DONTWAIT, NULL);
	now = self.delay_us ? now_us() : 0;
	for (int i = 0; i < n; i++)
		take_query(&m[i].msg_hdr, data[i], m[i].msg_len, now);
	return n == BATCH;
}

/* Sends those that lie next to each other and go out of the same socket. */
static void send_some(size_t n, int fd)
{
	struct mmsghdr m[BATCH] = {0};
	struct iovec io[BATCH];
	size_t sent = 0;

	for (size_t i = 0; i < n; i++) {
		struct packet *p = &line.at[(line.first + i) % line.room];

		io[i] = (struct iovec){p->data, p->len};
		m[i].msg_hdr = (struct msghdr){.msg_name = &p->far,
					       .msg_namelen = p->far_len,
					       .msg_iov = &io[i],
					       .msg_iovlen = 1,
					       .msg_control = p->control,
					       .msg_controllen = p->control_len};
	}
	while (sent < n) {
		int k = sendmmsg(fd, m + sent, (unsigned)(n - sent), 0);

		if (k < 0 && errno != EAGAIN && errno != EINTR)
			die("sendmmsg");
		sent += k > 0 ? (size_t)k : 0;
	}
	line.first = (line.first + n) % line.room;
	line.n -= n;
}

static void send_due(void)
{
	int64_t now = self.delay_us ? now_us() : 0;

	while (line.n) {
		const struct packet *p = &line.at[line.first];
		sa_family_t family = p->far.ss_family;
		size_t n = 0;

		while (n < line.n && n < BATCH && p->due_us <= now && p->far.ss_family == family) {
			n++;
			p = &line.at[(line.first + n) % line.room];
		}
		if (!n)
			return;
		send_some(n, line.fd[family == AF_INET6]);
	}
}

/* ---- connections: a question, an answer, and so on until the far side ends it ---- */

static struct conn {
	bool used;
	struct addr at;
	size_t n;
	uint8_t data[2 + QUERY_MAX];
} conns[CONNS]; /* by descriptor */

static void accept_one(int listener, int poll)
{
	struct sockaddr_storage s;
	socklen_t len = sizeof(s);
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

	if (fd < 0)
		return;
	if (fd >= CONNS || getsockname(fd, (struct sockaddr *)&s, &len)) {
		close(fd);
		return;
	}
	conns[fd] = (struct conn){.used = true};
	if (s.ss_family == AF_INET) {
		conns[fd].at.family = 4;
		memcpy(conns[fd].at.byte, &((struct sockaddr_in *)&s)->sin_addr, 4);
	} else {
		conns[fd].at.family = 6;
		memcpy(conns[fd].at.byte, &((struct sockaddr_in6 *)&s)->sin6_addr, 16);
	}
	epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
}

static void serve_conn(int fd)
{
	struct conn *c = &conns[fd];
	ssize_t got = read(fd, c->data + c->n, sizeof(c->data) - c->n);
	uint8_t answer[2 + SYNTH_ANSWER_MAX];
	size_t len, n;

	if (got <= 0) {
		c->used = false;
		close(fd);
		return;
	}
	c->n += (size_t)got;
	len = c->n < 2 ? QUERY_MAX : (size_t)c->data[0] << 8 | c->data[1];
	if (c->n < 2 + len)
		return;
	note(&c->at, true);
	n = synth_answer(&self.world, &c->at, true, c->data + 2, len, answer + 2);
	self.tcp++;
	answer[0] = (uint8_t)(n >> 8);
	answer[1] = (uint8_t)n;
	if (n && write(fd, answer, n + 2) < 0)
		self.lost++;
	c->n -= 2 + len;
	memmove(c->data, c->data + 2 + len, c->n);
}

/* ---- the process ---- */

static int socket_at(int family, int type)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1, room = BUFFER_B;
	bool v6 = family == AF_INET6;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (v6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		/* an address that a route alone makes local may be answered from only so */
		if (setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof(one)))
			die("IPV6_FREEBIND");
	}
	setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, &one, sizeof(one));
	if (bind(fd, v6 ? (void *)&six : (void *)&four, v6 ? sizeof(six) : sizeof(four)))
		die("port 53");
	if (type == SOCK_STREAM && listen(fd, 128))
		die("listen");
	return fd;
}

static int wait_ms(void)
{
	int64_t us;

	if (!line.n)
		return -1;
	us = line.at[line.first].due_us - now_us();
	return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

static void serve(void)
{
	int poll = epoll_create1(EPOLL_CLOEXEC), listener[2];
	struct epoll_event e[32];

	for (int i = 0; i < 2; i++) {
		line.fd[i] = socket_at(i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		listener[i] = socket_at(i ? AF_INET6 : AF_INET, SOCK_STREAM);
		e[0] = (struct epoll_event){.events = EPOLLIN, .data.fd = line.fd[i]};
		epoll_ctl(poll, EPOLL_CTL_ADD, line.fd[i], &e[0]);
		e[0] = (struct epoll_event){.events = EPOLLIN, .data.fd = listener[i]};
		epoll_ctl(poll, EPOLL_CTL_ADD, listener[i], &e[0]);
	}
	puts("ready");
	fflush(stdout);
	while (!stopped) {
		int n = epoll_wait(poll, e, 32, wait_ms());

		for (int i = 0; i < n; i++) {
			int fd = e[i].data.fd;

			if (fd == line.fd[0] || fd == line.fd[1])
				take_queries(fd);
			else if (fd == listener[0] || fd == listener[1])
				accept_one(fd, poll);
			else
				serve_conn(fd);
		}
		send_due();
	}
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = stop};

	for (int i = 1; i + 1 < argc; i += 2) {
		unsigned value = (unsigned)strtoul(argv[i + 1], NULL, 10);

		if (!strcmp(argv[i], "--delay"))
			self.delay_us = value * (int64_t)1000;
		else if (!strcmp(argv[i], "--dead"))
			self.world.dead_ppm = value;
		else if (!strcmp(argv[i], "--loss"))
			self.loss_ppm = value;
		else if (!strcmp(argv[i], "--log") && (self.log = fopen(argv[i + 1], "w")))
			continue;
		else if (!strcmp(argv[i], "--zones") && value <= SYNTH_ZONES_MAX)
			self.world.zones = value;
		else if (!strcmp(argv[i], "--dual"))
			self.world.dual = value;
		else
			return fprintf(stderr, "usage: synthdns [--delay MS] [--dead PPM] [--loss PPM] [--zones N] "
					       "[--dual 1] [--log FILE]\n"), 2;
	}
	sigaction(SIGTERM, &sa, NULL);
	serve();
	printf("%llu %llu %llu %llu\n", (unsigned long long)self.queries, (unsigned long long)self.dead,
	       (unsigned long long)self.lost, (unsigned long long)self.tcp);
	return 0;
}
