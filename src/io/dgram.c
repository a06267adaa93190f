/* dgram: see dgram.h. */
#include "io/dgram.h"

#include "io/sockaddr.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, OF_FAMILY = DGRAM_SOCKETS / 2, BUFFER_B = 4 << 20, CONTROL_B = 256, TURNS_MAX = 64,
       IN_STRIDE_B = DGRAM_IN_B + 320 /* not a power of two: their first lines fall into different places of the
				       * processor's cache */ };

#ifndef IP_RECVFRAGSIZE
#define IP_RECVFRAGSIZE 25
#endif
#ifndef IPV6_RECVFRAGSIZE
#define IPV6_RECVFRAGSIZE 77
#endif

struct out {
	struct addr addr;
	uint16_t port;
	uint16_t len;
	uint8_t data[DGRAM_OUT_B];
};

/* What waits to go out in one family, all by one socket. */
struct queue {
	unsigned socket;
	size_t n;
	struct out out[BATCH];
};

struct failed {
	struct failed *next;
	struct dgram_event event;
	char why[GUARD_REASON_MAX];
	uint8_t data[DGRAM_OUT_B];
};

struct own {
	struct dgram *dgram;
	struct watch watch; /* fd -1: the family does not work here */
	uint32_t overflows;
};

struct dgram {
	struct loop *loop;
	struct guard *guard;
	void (*got)(void *ctx, const struct dgram_event *e);
	void *ctx;
	struct own own[DGRAM_SOCKETS];
	struct queue queue[2]; /* [0] IPv4 */
	struct timer timer;
	struct failed *failed, **failed_end;
	struct dgram_stats stats;
	/* made once: a call for few datagrams is not to pay for 64 */
	uint8_t in[BATCH][IN_STRIDE_B];
	uint8_t control[BATCH][CONTROL_B];
	union sockaddr_any from[BATCH], to[BATCH];
	struct iovec in_io[BATCH], out_io[BATCH];
	struct mmsghdr in_msg[BATCH], out_msg[BATCH];
};

/* ---- sockets ---- */

static void set(int fd, int level, int name, int value)
{
	setsockopt(fd, level, name, &value, sizeof(value));
}

/* A buffer for a burst of answers: the default one holds some 277 small datagrams. */
static void set_options(int fd, bool v6)
{
	set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_B);
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_B);
	set(fd, SOL_SOCKET, SO_SNDBUF, BUFFER_B);
	set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, 1);
	set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVFRAGSIZE : IP_RECVFRAGSIZE, 1);
}

static void readable(struct watch *w, unsigned what);

/* The kernel gives the port when it is bound, at random. */
static int open_own(struct dgram *d, unsigned number, struct err *e)
{
	struct own *o = &d->own[number];
	bool v6 = number >= OF_FAMILY;
	union sockaddr_any any = {.any = {.sa_family = v6 ? AF_INET6 : AF_INET}};
	int fd = socket(any.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	o->dgram = d;
	o->watch = (struct watch){.fd = fd, .want = LOOP_READ, .ready = readable, .ctx = o};
	if (fd < 0)
		return 0;
	if (v6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	set_options(fd, v6);
	if (bind(fd, &any.any, v6 ? sizeof(any.v6) : sizeof(any.v4)) < 0) {
		close(fd);
		o->watch.fd = -1;
		return 0;
	}
	return loop_watch(d->loop, &o->watch, e);
}

static unsigned any_of_family(int family)
{
	static _Thread_local uint8_t bytes[256];
	static _Thread_local unsigned left;

	if (!left)
		left = getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes) ? sizeof(bytes) : 0;
	if (!left)
		abort(); /* the kernel has no random numbers: every id would be known */
	return bytes[--left] % OF_FAMILY + (family == 6 ? OF_FAMILY : 0);
}

static void flush_all(struct timer *t);

static void make_headers(struct dgram *d)
{
	for (int i = 0; i < BATCH; i++) {
		d->in_io[i] = (struct iovec){d->in[i], DGRAM_IN_B};
		d->in_msg[i].msg_hdr = (struct msghdr){.msg_name = &d->from[i].any,
						       .msg_namelen = sizeof(d->from[i]),
						       .msg_iov = &d->in_io[i],
						       .msg_iovlen = 1,
						       .msg_control = d->control[i],
						       .msg_controllen = CONTROL_B};
		d->out_msg[i].msg_hdr = (struct msghdr){.msg_name = &d->to[i].any, .msg_iov = &d->out_io[i],
							.msg_iovlen = 1};
	}
}

struct dgram *dgram_new(struct loop *loop, struct guard *guard, void (*got)(void *ctx, const struct dgram_event *e),
			void *ctx, struct err *e)
{
	struct dgram *d = calloc(1, sizeof(*d));
	int code = 0, open = 0;

	if (!d)
		abort();
	*d = (struct dgram){.loop = loop, .guard = guard, .got = got, .ctx = ctx, .failed_end = &d->failed};
	d->timer = (struct timer){.fire = flush_all, .ctx = d};
	make_headers(d);
	d->queue[0].socket = any_of_family(4);
	d->queue[1].socket = any_of_family(6);
	for (unsigned i = 0; i < DGRAM_SOCKETS; i++) {
		int rc = open_own(d, i, e);

		code = rc ? rc : code;
		open += d->own[i].watch.fd >= 0;
	}
	if (!code && open)
		return d;
	if (!code)
		err_set(e, -EMFILE, "cannot open a UDP socket: %s", err_name(EMFILE));
	dgram_free(d);
	return NULL;
}

void dgram_free(struct dgram *d)
{
	if (!d)
		return;
	loop_untimer(d->loop, &d->timer);
	for (int i = 0; i < DGRAM_SOCKETS; i++)
		if (d->own[i].watch.fd >= 0) {
			loop_unwatch(d->loop, &d->own[i].watch);
			close(d->own[i].watch.fd);
		}
	while (d->failed) {
		struct failed *f = d->failed;

		d->failed = f->next;
		free(f);
	}
	free(d);
}

/* ---- out ---- */

static struct failed *add_failed(struct dgram *d, enum dgram_kind kind, const struct queue *q, const struct out *o)
{
	struct failed *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	memcpy(f->data, o->data, o->len);
	f->event = (struct dgram_event){.kind = kind, .socket = q->socket, .addr = o->addr, .port = o->port,
					.data = f->data, .len = o->len, .why = f->why};
	*d->failed_end = f;
	d->failed_end = &f->next;
	if (!d->timer.slot)
		loop_timer(d->loop, &d->timer, 0);
	return f;
}

/* Those that the guard lets pass, ready for the kernel; their places in the queue stand in which.  Many go to one
 * resolver: what it has just said of an address holds for those behind that go there too. */
static unsigned pass_guard(struct dgram *d, const struct queue *q, uint8_t *which)
{
	const struct addr *passed = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < q->n; i++) {
		const struct out *o = &q->out[i];
		char why[GUARD_REASON_MAX];

		if ((!passed || addr_cmp(passed, &o->addr)) && !guard_ok(d->guard, &o->addr, why)) {
			memcpy(add_failed(d, DGRAM_DENIED, q, o)->why, why, sizeof(why));
			continue;
		}
		passed = &o->addr;
		d->out_io[n] = (struct iovec){(void *)(uintptr_t)o->data, o->len};
		d->out_msg[n].msg_hdr.msg_namelen = sockaddr_of(&d->to[n], &o->addr, o->port);
		which[n++] = (uint8_t)i;
	}
	return n;
}

/* An error may be that of another datagram, told late: it is cleared by telling, so each has two tries. */
static void flush(struct dgram *d, struct queue *q, int family)
{
	uint8_t which[BATCH];
	unsigned n = q->n ? pass_guard(d, q, which) : 0, at = 0, fd_tries = 0;
	int fd = d->own[q->socket].watch.fd;

	while (at < n) {
		int sent = sendmmsg(fd, d->out_msg + at, n - at, MSG_NOSIGNAL);

		if (sent > 0) {
			d->stats.sent += (uint64_t)sent;
			at += (unsigned)sent;
			fd_tries = 0;
			continue;
		}
		if (errno == EAGAIN || errno == ENOBUFS) {
			d->stats.lost_here += n - at; /* lost as on the way: it will be asked again */
			break;
		}
		if (errno == EINTR || fd_tries++ < 1)
			continue;
		add_failed(d, DGRAM_ERROR, q, &q->out[which[at]])->event.error = errno;
		at++;
		fd_tries = 0;
	}
	q->n = 0;
	q->socket = any_of_family(family);
}

static void tell_failed(struct dgram *d)
{
	struct failed *f = d->failed;

	d->failed = NULL;
	d->failed_end = &d->failed;
	while (f) {
		struct failed *next = f->next;

		d->got(d->ctx, &f->event);
		free(f);
		f = next;
	}
}

static void flush_all(struct timer *t)
{
	struct dgram *d = t->ctx;

	flush(d, &d->queue[0], 4);
	flush(d, &d->queue[1], 6);
	tell_failed(d);
}

unsigned dgram_socket(const struct dgram *d, int family)
{
	return d->queue[family == 6].socket;
}

void dgram_send(struct dgram *d, const struct addr *to, uint16_t port, const void *data, size_t len)
{
	struct queue *q = &d->queue[to->family == 6];
	struct out *o = &q->out[q->n++];

	if (len > DGRAM_OUT_B)
		abort();
	o->addr = *to;
	o->port = port;
	o->len = (uint16_t)len;
	memcpy(o->data, data, len);
	if (!d->timer.slot)
		loop_timer(d->loop, &d->timer, 0);
	if (q->n == BATCH)
		flush(d, q, to->family);
}

/* ---- in ---- */

static void read_control(struct msghdr *m, struct dgram_event *e)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		uint32_t value = 0;

		if (c->cmsg_len < CMSG_LEN(sizeof(value)))
			continue;
		memcpy(&value, CMSG_DATA(c), sizeof(value));
		if ((c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVFRAGSIZE) ||
		    (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVFRAGSIZE))
			e->fragments = value > 0;
	}
}

static unsigned number_of(const struct own *o)
{
	return (unsigned)(o - o->dgram->own);
}

static int receive(struct own *o)
{
	struct dgram *d = o->dgram;
	struct mmsghdr *m = d->in_msg;
	int n = recvmmsg(o->watch.fd, m, BATCH, 0, NULL);
	int64_t now_us = clock_mono(loop_clock(d->loop));

	for (int i = 0; i < n; i++) {
		struct dgram_event e = {.kind = DGRAM_IN, .socket = number_of(o), .at_us = now_us, .data = d->in[i],
					.len = m[i].msg_len};

		e.port = sockaddr_read(&d->from[i], &e.addr);
		if (m[i].msg_hdr.msg_controllen)
			read_control(&m[i].msg_hdr, &e);
		m[i].msg_hdr.msg_namelen = sizeof(d->from[i]);
		m[i].msg_hdr.msg_controllen = CONTROL_B;
		d->stats.received++;
		d->got(d->ctx, &e);
	}
	return n;
}

static bool is_icmp(const struct sock_extended_err *x)
{
	return x->ee_origin == SO_EE_ORIGIN_ICMP || x->ee_origin == SO_EE_ORIGIN_ICMP6 ||
	       x->ee_origin == SO_EE_ORIGIN_LOCAL;
}

/* One error that the kernel keeps for us; false when there is none. */
static bool receive_error(struct own *o)
{
	struct dgram *d = o->dgram;
	union sockaddr_any to = {0};
	struct iovec io = {d->in[0], DGRAM_IN_B};
	struct msghdr m = {.msg_name = &to.any, .msg_namelen = sizeof(to), .msg_iov = &io, .msg_iovlen = 1,
			   .msg_control = d->control[0], .msg_controllen = CONTROL_B};
	ssize_t len = recvmsg(o->watch.fd, &m, MSG_ERRQUEUE);
	struct dgram_event e = {.kind = DGRAM_ERROR, .socket = number_of(o), .data = d->in[0], .len = (size_t)len};

	if (len < 0)
		return false;
	e.port = sockaddr_read(&to, &e.addr);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err x;

		if (!((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		      (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)))
			continue;
		memcpy(&x, CMSG_DATA(c), sizeof(x));
		if (is_icmp(&x))
			e.error = (int)x.ee_errno;
	}
	if (e.error)
		d->got(d->ctx, &e);
	return true;
}

/* Until nothing is left, but not for ever: others wait on the loop. */
static void readable(struct watch *w, unsigned what)
{
	struct own *o = w->ctx;

	for (int i = 0; i < TURNS_MAX; i++) {
		int n = receive(o);

		if (n == BATCH)
			continue;
		if (n < 0 && errno != EAGAIN)
			while (receive_error(o))
				;
		else
			break;
	}
	if (what & LOOP_WRITE) /* an error alone makes both */
		while (receive_error(o))
			;
}

/* What the kernel threw away at our sockets, by its own count: SO_RXQ_OVFL would tell with each datagram, and cost
 * with each. */
static void count_overflows(struct dgram *d)
{
	for (int i = 0; i < DGRAM_SOCKETS; i++) {
		struct own *o = &d->own[i];
		uint32_t info[SK_MEMINFO_VARS] = {0};
		socklen_t len = sizeof(info);

		if (o->watch.fd < 0 || getsockopt(o->watch.fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0)
			continue;
		d->stats.lost_here += info[SK_MEMINFO_DROPS] - o->overflows;
		o->overflows = info[SK_MEMINFO_DROPS];
	}
}

const struct dgram_stats *dgram_stats(struct dgram *d)
{
	count_overflows(d);
	return &d->stats;
}
