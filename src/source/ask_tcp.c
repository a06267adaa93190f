/* ask_tcp: one question over one connection (RFC 7766): two bytes of length, then the message, both ways. */
#include "source/ask_int.h"

#include "io/sock.h"
#include "io/sockaddr.h"
#include "source/drive.h"
#include "wire/dns_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TCP_WAIT_US = 5000000 };

struct ask_tcp {
	struct ask_try *t;
	struct watch watch;
	bool stands;
	int64_t sent_us;
	uint8_t out[2 + DNS_QUERY_MAX];
	size_t out_n, out_at;
	struct dns_stream stream; /* its memory is malloc's */
	char why[GUARD_REASON_MAX];
};

static void end(struct ask_try *t, enum ask_end how, const char *why)
{
	struct ask_result r = {.end = how, .why = why, .tcp = true};

	ask_end(t, &r);
}

void ask_tcp_done(struct ask_try *t)
{
	struct ask_tcp *c = t->tcp;

	if (!c)
		return;
	t->tcp = NULL;
	if (c->watch.fd >= 0) {
		loop_unwatch(t->asker->loop, &c->watch);
		sock_reset(c->watch.fd);
	}
	free(c->stream.in);
	free(c);
}

void ask_tcp_timeout(struct ask_try *t)
{
	end(t, ASK_SILENT, NULL);
}

/* How connect failed, or what came instead of an answer. */
static void end_by(struct ask_try *t, int code)
{
	const char *word = sock_error_word(-code);

	if (t->tcp->stands)
		end(t, ASK_CLOSED, NULL);
	else if (code == -ECONNREFUSED || code == -ECONNRESET)
		end(t, ASK_PORT, NULL);
	else if (code == -ETIMEDOUT)
		end(t, ASK_SILENT, NULL);
	else
		end(t, word ? ASK_UNREACHABLE : ASK_FAULT, word);
}

static void want(struct ask_tcp *c, unsigned what)
{
	if (c->watch.active && c->watch.want == what)
		return;
	c->watch.want = what;
	if (loop_watch(c->t->asker->loop, &c->watch, NULL) < 0)
		end(c->t, ASK_FAULT, NULL);
}

static void take_message(struct ask_tcp *c)
{
	struct ask_try *t = c->t;
	struct ask_result r = {.end = ASK_ANSWER, .data = c->stream.in, .len = c->stream.len, .tcp = true,
			       .rtt_us = clock_mono(loop_clock(t->asker->loop)) - c->sent_us};
	uint8_t *in = c->stream.in;

	if (dns_echo(in, c->stream.len, c->out + 2, c->out_n - 2) == DNS_ECHO_OTHER) {
		end(t, ASK_MISMATCH, NULL);
		return;
	}
	c->stream.in = NULL; /* stands until it has been told */
	ask_end(t, &r);
	free(in);
}

/* False when the conversation is over. */
static bool take_bytes(struct ask_tcp *c, const uint8_t *p, size_t n)
{
	const uint8_t *end_of = p + n;
	enum dns_stream_state state;

	while ((state = dns_stream_take(&c->stream, &p, end_of)) == DNS_STREAM_ROOM) {
		c->stream.in = malloc(c->stream.len);
		if (!c->stream.in)
			abort();
	}
	if (state == DNS_STREAM_BAD)
		end(c->t, ASK_MISMATCH, NULL);
	else if (state == DNS_STREAM_WHOLE)
		take_message(c);
	return state == DNS_STREAM_MORE;
}

static void receive(struct ask_tcp *c)
{
	uint8_t buffer[4096];

	for (;;) {
		ssize_t n = sock_recv(c->watch.fd, buffer, sizeof(buffer));

		if (n == -EAGAIN) {
			want(c, LOOP_READ);
			return;
		}
		if (n == -EINTR)
			continue;
		if (n <= 0) {
			end_by(c->t, (int)n);
			return;
		}
		if (!take_bytes(c, buffer, (size_t)n))
			return;
	}
}

static void push(struct ask_tcp *c)
{
	while (c->out_at < c->out_n) {
		ssize_t n = sock_send(c->watch.fd, c->out + c->out_at, c->out_n - c->out_at);

		if (n == -EINTR)
			continue;
		if (n == -EAGAIN) {
			want(c, LOOP_WRITE);
			return;
		}
		if (n < 0)
			break; /* what it said before it closed can still be read */
		c->out_at += (size_t)n;
	}
	c->out_at = c->out_n;
	receive(c);
}

static void ready(struct watch *w, unsigned what)
{
	struct ask_tcp *c = w->ctx;
	struct ask *q = c->t->q;

	(void)what;
	if (!c->stands) {
		int code = sock_connected(w->fd, &q->server, q->port ? q->port : DNS_PORT);

		if (code == -EINPROGRESS)
			return;
		if (code < 0) {
			end_by(c->t, code);
			return;
		}
		c->stands = true;
		c->sent_us = clock_mono(loop_clock(c->t->asker->loop));
		ask_set_timer(c->t, c->sent_us + TCP_WAIT_US);
	}
	if (c->out_at < c->out_n)
		push(c);
	else
		receive(c);
}

static size_t write_query(const struct ask *q, uint8_t *to)
{
	uint16_t flags = (uint16_t)((q->flags & ASK_RD ? DNS_FLAG_RD : 0) | (q->flags & ASK_DO ? DNS_QUERY_DO : 0));
	size_t len = dns_query(to + 2, q->qname, q->qtype, (uint16_t)drive_random(NULL), flags,
			       q->flags & ASK_NO_0X20 ? 0 : drive_random(NULL));

	to[0] = (uint8_t)(len >> 8);
	to[1] = (uint8_t)len;
	return len ? len + 2 : 0;
}

void ask_tcp_begin(struct ask_try *t)
{
	struct ask_tcp *c = calloc(1, sizeof(*c));
	struct ask *q = t->q;
	int fd;

	if (!c)
		abort();
	c->t = t;
	c->watch = (struct watch){.fd = -1, .ready = ready, .ctx = c};
	c->out_n = write_query(q, c->out);
	t->tcp = c;
	t->connections++;
	fd = c->out_n ? sock_tcp(t->asker->guard, &q->server, q->port ? q->port : DNS_PORT, c->why) : -EINVAL;
	if (fd == -EACCES) {
		ask_end_soon(t, ASK_DENIED, c->why);
	} else if (fd < 0) {
		const char *word = sock_error_word(-fd);

		ask_end_soon(t, fd == -ECONNREFUSED ? ASK_PORT : word ? ASK_UNREACHABLE : ASK_FAULT, word);
	} else {
		c->watch.fd = fd;
		t->asker->stats.connections++;
		ask_set_timer(t, clock_mono(loop_clock(t->asker->loop)) + TCP_WAIT_US);
		c->watch.want = LOOP_WRITE;
		if (loop_watch(t->asker->loop, &c->watch, NULL) < 0)
			ask_end_soon(t, ASK_FAULT, NULL);
	}
}
