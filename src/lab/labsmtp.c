/* labsmtp: see labsmtp.h. */
#include "lab/labsmtp.h"

#include "io/loop.h"
#include "lab/labnet.h"
#include "lab/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SMTP_PORT = 25, LINE_MAX_B = 1000 };

struct server {
	struct loop *loop;
	struct err *err;
};

struct listener {
	struct watch watch;
	struct server *server;
	const struct state *state;
	bool broken; /* greets with what is not SMTP */
};

struct talk {
	struct watch watch;
	const struct listener *at;
	char in[LINE_MAX_B];
	size_t len;
};

bool state_has_mail(const struct state *s)
{
	return !state_is(s, "exists", "no") && !state_is(s, "mx", "no") && !state_is(s, "mx", "null");
}

static bool say(const struct talk *t, const char *text)
{
	return send(t->watch.fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

/* Answers one line; false when the conversation is over. */
static bool answer(const struct talk *t, const char *line)
{
	char text[400];

	if (!strncasecmp(line, "EHLO", 4) || !strncasecmp(line, "HELO", 4)) {
		snprintf(text, sizeof(text), "250-mx.%s\r\n250-8BITMIME\r\n250 SIZE 1000000\r\n",
			 t->at->state->domain);
		return say(t, text);
	}
	if (!strncasecmp(line, "QUIT", 4)) {
		say(t, "221 2.0.0 goodbye\r\n");
		return false;
	}
	if (!strncasecmp(line, "NOOP", 4) || !strncasecmp(line, "RSET", 4))
		return say(t, "250 2.0.0 done\r\n");
	return say(t, "502 5.5.1 this host takes no mail\r\n");
}

static void end_talk(struct talk *t)
{
	loop_unwatch(t->at->server->loop, &t->watch);
	close(t->watch.fd);
	free(t);
}

static void on_stream(struct watch *w, unsigned what)
{
	struct talk *t = w->ctx;
	ssize_t got = recv(w->fd, t->in + t->len, sizeof(t->in) - 1 - t->len, 0);
	char *end;

	(void)what;
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		end_talk(t);
		return;
	}
	t->len += (size_t)got;
	t->in[t->len] = '\0';
	while ((end = memchr(t->in, '\n', t->len)) != NULL) {
		size_t n = (size_t)(end - t->in) + 1;

		if (!answer(t, t->in)) {
			end_talk(t);
			return;
		}
		t->len -= n;
		memmove(t->in, t->in + n, t->len + 1);
	}
	if (t->len == sizeof(t->in) - 1) /* a line without end */
		end_talk(t);
}

static void on_accept(struct watch *w, unsigned what)
{
	struct listener *l = w->ctx;
	int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct talk *t = fd < 0 ? NULL : calloc(1, sizeof(*t));
	char text[400];

	(void)what;
	if (!t) {
		if (fd >= 0)
			close(fd);
		return;
	}
	t->at = l;
	t->watch = (struct watch){.fd = fd, .want = LOOP_READ, .ready = on_stream, .ctx = t};
	if (loop_watch(l->server->loop, &t->watch, l->server->err)) {
		close(fd);
		free(t);
		return;
	}
	snprintf(text, sizeof(text), "220 mx.%s ESMTP laboratory\r\n", l->state->domain);
	if (!say(t, l->broken ? "+OK this greeting is not SMTP\r\n" : text))
		end_talk(t);
}

static int add_listener(struct server *s, const struct state *state, int family)
{
	struct addr a = site_addr(state->number, HOST_MAIL, family);
	struct listener *l;
	int fd;

	if (family == 6 && state_is(state, "smtp6", "refuse"))
		return 0;
	fd = labnet_listen(&a, SMTP_PORT, SOCK_STREAM, s->err);
	if (fd < 0)
		return fd;
	l = calloc(1, sizeof(*l));
	if (!l)
		return err_set(s->err, -ENOMEM, "labsmtp: out of memory");
	*l = (struct listener){.server = s, .state = state,
			       .broken = family == 6 && state_is(state, "smtp6", "banner")};
	l->watch = (struct watch){.fd = fd, .want = LOOP_READ, .ctx = l, .ready = on_accept};
	return loop_watch(s->loop, &l->watch, s->err);
}

int labsmtp_run(const struct truth *t, struct err *e)
{
	struct server s = {.loop = loop_new(&clock_real, e), .err = e};
	int code = s.loop ? 0 : e->code;

	for (size_t i = 0; i < t->n_states && !code; i++) {
		if (!state_has_mail(&t->states[i]))
			continue;
		code = add_listener(&s, &t->states[i], 4);
		if (!code)
			code = add_listener(&s, &t->states[i], 6);
	}
	if (!code)
		code = loop_run(s.loop, e);
	loop_free(s.loop);
	return code;
}
