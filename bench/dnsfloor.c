/* dnsfloor: see dnsfloor.h. */
#include "bench/dnsfloor.h"

#include "bench/synth.h"
#include "wire/dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, STEPS = 6, GIVE_UP_MS = 3000 };

union far {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* One family's socket, and what is to go out of it next. */
struct sender {
	int fd;
	unsigned n;
	struct mmsghdr m[BATCH];
	struct iovec io[BATCH];
	union far to[BATCH];
	uint8_t data[BATCH][DNS_QUERY_MAX];
};

static struct sender senders[2];
static uint64_t sent;

static void open_sender(struct sender *s, int family)
{
	int room = 4 << 20;

	s->fd = socket(family, SOCK_DGRAM, 0);
	if (s->fd < 0)
		abort();
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	for (int i = 0; i < BATCH; i++) {
		s->io[i].iov_base = s->data[i];
		s->m[i].msg_hdr = (struct msghdr){.msg_iov = &s->io[i], .msg_iovlen = 1, .msg_name = &s->to[i]};
	}
}

static void flush(struct sender *s)
{
	unsigned at = 0;

	while (at < s->n) {
		int k = sendmmsg(s->fd, s->m + at, s->n - at, 0);

		if (k <= 0)
			abort();
		at += (unsigned)k;
	}
	sent += s->n;
	s->n = 0;
}

static void add(const struct addr *to, const uint8_t *query, size_t len, uint16_t id)
{
	struct sender *s = &senders[to->family == 6];
	union far *far = &s->to[s->n];

	if (to->family == 4) {
		*far = (union far){.v4 = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)}};
		memcpy(&far->v4.sin_addr, to->byte, 4);
	} else {
		*far = (union far){.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(DNS_PORT)}};
		memcpy(&far->v6.sin6_addr, to->byte, 16);
	}
	s->m[s->n].msg_hdr.msg_namelen = to->family == 4 ? sizeof(far->v4) : sizeof(far->v6);
	memcpy(s->data[s->n], query, len);
	s->data[s->n][0] = (uint8_t)(id >> 8);
	s->data[s->n][1] = (uint8_t)id;
	s->io[s->n].iov_len = len;
	if (++s->n == BATCH)
		flush(s);
}

/* How many came; each is given to take. */
static int receive(struct sender *s, void (*take)(const uint8_t *answer, size_t len))
{
	static struct mmsghdr m[BATCH];
	static struct iovec io[BATCH];
	static uint8_t data[BATCH][DNS_EDNS_B];
	int n;

	for (int i = 0; i < BATCH; i++) {
		io[i] = (struct iovec){data[i], DNS_EDNS_B};
		m[i].msg_hdr = (struct msghdr){.msg_iov = &io[i], .msg_iovlen = 1};
	}
	n = recvmmsg(s->fd, m, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		take(data[i], m[i].msg_len);
	return n;
}

/* Until as many have come as there are; false when nothing comes any more. */
static bool run(unsigned families, void (*take)(const uint8_t *answer, size_t len), const unsigned *left)
{
	struct pollfd p[2] = {{.fd = senders[0].fd, .events = POLLIN}, {.fd = senders[1].fd, .events = POLLIN}};

	while (*left) {
		for (unsigned i = 0; i < families; i++)
			flush(&senders[i]);
		if (poll(p, families, GIVE_UP_MS) <= 0)
			return false;
		for (unsigned i = 0; i < families; i++)
			if (p[i].revents)
				while (receive(&senders[i], take) == BATCH)
					;
	}
	return true;
}

/* Writes a number into a query's first label, behind its letter. */
static void patch(uint8_t *query, unsigned digits, unsigned n)
{
	for (unsigned i = digits; i--; n /= 10)
		query[DNS_HEADER_B + 2 + i] = (uint8_t)('0' + n % 10);
}

/* ---- one question ---- */

static struct {
	unsigned next, n, left;
	uint8_t query[DNS_QUERY_MAX];
	size_t len;
	struct addr server;
} stub;

static void ask_stub(uint16_t id)
{
	patch(stub.query, 7, stub.next++);
	add(&stub.server, stub.query, stub.len, id);
}

static void take_stub(const uint8_t *answer, size_t len)
{
	(void)len;
	stub.left--;
	if (stub.next < stub.n)
		ask_stub((uint16_t)(answer[0] << 8 | answer[1]));
}

void floor_stub(struct dnslab_run *r, void *n)
{
	stub.n = stub.left = *(unsigned *)n;
	stub.len = dns_query(stub.query, "n0000000.test", DNS_AAAA, 0, DNS_FLAG_RD, 0);
	addr_parse(&stub.server, "198.18.0.3");
	open_sender(&senders[0], AF_INET);
	for (uint16_t i = 0; i < FLOOR_IN_FLIGHT && stub.next < stub.n; i++)
		ask_stub(i);
	r->good = run(1, take_stub, &stub.left);
	r->n = stub.n;
	r->wire = (double)sent;
}

/* ---- six questions ---- */

static struct {
	unsigned next, n, left;
	uint8_t query[STEPS][DNS_QUERY_MAX]; /* templates for names of five digits */
	size_t len[STEPS];
	struct addr tld;
	unsigned waiting[FLOOR_IN_FLIGHT], zone[FLOOR_IN_FLIGHT]; /* answers that are missing */
} six;

static void ask_six(unsigned slot, unsigned step, const struct addr *to)
{
	patch(six.query[step], 5, six.zone[slot]);
	add(to, six.query[step], six.len[step], (uint16_t)(slot * STEPS + step));
	six.waiting[slot]++;
}

static void begin_six(unsigned slot)
{
	six.zone[slot] = six.next++;
	ask_six(slot, 0, &six.tld);
}

static size_t skip_name(const uint8_t *p, size_t len, size_t at)
{
	while (at < len && p[at] && p[at] < 0xc0)
		at += 1u + p[at];
	return at + (at < len && p[at] ? 2 : 1);
}

/* The first address of each family in a referral. */
static void read_glue(const uint8_t *p, size_t len, struct addr glue[2])
{
	size_t at = skip_name(p, len, DNS_HEADER_B) + 4;

	while (at + 12 < len) {
		uint16_t type, n;

		at = skip_name(p, len, at);
		if (at + 10 > len)
			return;
		type = (uint16_t)(p[at] << 8 | p[at + 1]);
		n = (uint16_t)(p[at + 8] << 8 | p[at + 9]);
		at += 10;
		if (at + n > len)
			return;
		if (type == DNS_A && !glue[0].family)
			glue[0] = addr_v4((uint32_t)p[at] << 24 | (uint32_t)p[at + 1] << 16 |
					  (uint32_t)p[at + 2] << 8 | p[at + 3]);
		else if (type == DNS_AAAA && !glue[1].family)
			glue[1] = addr_v6(p + at);
		at += n;
	}
}

static void take_six(const uint8_t *answer, size_t len)
{
	unsigned id = (unsigned)(answer[0] << 8 | answer[1]), slot = id / STEPS;

	six.waiting[slot]--;
	if (id % STEPS == 0) {
		struct addr glue[2] = {{0}, {0}};

		read_glue(answer, len, glue);
		for (unsigned step = 1; step < STEPS - 1; step++)
			ask_six(slot, step, &glue[0]);
		ask_six(slot, STEPS - 1, &glue[glue[1].family == 6]);
	}
	if (six.waiting[slot])
		return;
	six.left--;
	if (six.next < six.n)
		begin_six(slot);
}

void floor_iterative(struct dnslab_run *r, void *n)
{
	static const uint16_t types[STEPS] = {DNS_NS, DNS_A, DNS_AAAA, DNS_MX, DNS_NS, DNS_AAAA};

	/* from z10000 on: names of one length */
	six.next = 10000;
	six.left = *(unsigned *)n < SYNTH_ZONES - six.next ? *(unsigned *)n : SYNTH_ZONES - six.next;
	six.n = six.next + six.left;
	for (int i = 0; i < STEPS; i++)
		six.len[i] = dns_query(six.query[i], "z00000.test", types[i], 0, 0, 0);
	addr_parse(&six.tld, "198.18.0.2");
	open_sender(&senders[0], AF_INET);
	open_sender(&senders[1], AF_INET6);
	r->n = six.left;
	for (unsigned i = 0; i < FLOOR_IN_FLIGHT && six.next < six.n; i++)
		begin_six(i);
	r->good = run(2, take_six, &six.left);
	r->wire = (double)sent;
}
