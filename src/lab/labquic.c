/* labquic: see labquic.h. */
#include "lab/labquic.h"

#include "io/loop.h"
#include "lab/labnet.h"
#include "lab/plan.h"
#include "wire/quic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { QUIC_PORT = 443, DATAGRAM_MAX = 2048 };

struct listener {
	struct watch watch;
	bool mute;
};

static void on_datagram(struct watch *w, unsigned what)
{
	static const uint32_t versions[] = {1, 0x6b3343cf}; /* RFC 9000, RFC 9369 */
	const struct listener *l = w->ctx;
	uint8_t in[DATAGRAM_MAX], out[DATAGRAM_MAX];
	struct sockaddr_storage from;
	struct iovec io = {.iov_base = in, .iov_len = sizeof(in)};
	struct msghdr m = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &io,
			   .msg_iovlen = 1};
	ssize_t got = recvmsg(w->fd, &m, 0);
	size_t n;

	(void)what;
	if (got <= 0 || l->mute)
		return;
	n = quic_negotiate(out, sizeof(out), in, (size_t)got, versions, 2);
	if (n)
		labnet_reply(w->fd, &from, m.msg_namelen, out, n);
}

static int add_listener(struct loop *loop, const struct state *s, int family, struct err *e)
{
	struct addr a = site_addr(s->number, HOST_WEB, family);
	struct listener *l;
	int fd;

	if (family == 6 && state_is(s, "h3", "v4"))
		return 0;
	fd = labnet_listen(&a, QUIC_PORT, SOCK_DGRAM, e);
	if (fd < 0)
		return fd;
	l = calloc(1, sizeof(*l));
	if (!l)
		return err_set(e, -ENOMEM, "labquic: out of memory");
	*l = (struct listener){.mute = family == 6 && state_is(s, "h3", "mute6")};
	l->watch = (struct watch){.fd = fd, .want = LOOP_READ, .ctx = l, .ready = on_datagram};
	return loop_watch(loop, &l->watch, e);
}

int labquic_run(const struct truth *t, struct err *e)
{
	struct loop *loop = loop_new(&clock_real, e);
	int code = loop ? 0 : e->code;

	for (size_t i = 0; i < t->n_states && !code; i++) {
		if (!state_get(&t->states[i], "h3", NULL))
			continue;
		code = add_listener(loop, &t->states[i], 4, e);
		if (!code)
			code = add_listener(loop, &t->states[i], 6, e);
	}
	if (!code)
		code = loop_run(loop, e);
	loop_free(loop);
	return code;
}
