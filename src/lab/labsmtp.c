/* labsmtp: see labsmtp.h. */
#include "lab/labsmtp.h"

#include "io/loop.h"
#include "lab/labnet.h"
#include "lab/plan.h"

#include <errno.h>
#include <openssl/ssl.h>
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
	int family;
	bool broken; /* greets with what is not SMTP */
	SSL_CTX *tls; /* NULL: STARTTLS is not offered */
};

struct talk {
	struct watch watch;
	const struct listener *at;
	SSL *ssl; /* after STARTTLS */
	char in[LINE_MAX_B];
	size_t len;
};

bool state_has_mail(const struct state *s)
{
	return !state_is(s, "exists", "no") && !state_is(s, "mx", "no") && !state_is(s, "mx", "null");
}

static bool say(const struct talk *t, const char *text)
{
	if (t->ssl)
		return SSL_write(t->ssl, text, (int)strlen(text)) > 0;
	return send(t->watch.fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

/* Bytes; 0 at the end; -1 with errno EAGAIN when there are none yet. */
static ssize_t hear(struct talk *t)
{
	size_t room = sizeof(t->in) - 1 - t->len;
	int got;

	if (!t->ssl)
		return recv(t->watch.fd, t->in + t->len, room, 0);
	got = SSL_read(t->ssl, t->in + t->len, (int)room);
	if (got > 0)
		return got;
	errno = SSL_get_error(t->ssl, got) == SSL_ERROR_WANT_READ ? EAGAIN : ECONNRESET;
	return -1;
}

/* What was said before the handshake is forgotten (RFC 3207 4.2). */
static bool begin_tls(struct talk *t)
{
	if (!say(t, "220 2.0.0 go ahead\r\n"))
		return false;
	if (t->at->family == 6 && state_is(t->at->state, "starttls", "broken"))
		return false;
	t->len = 0;
	t->ssl = SSL_new(t->at->tls);
	if (!t->ssl || !SSL_set_fd(t->ssl, t->watch.fd))
		return false;
	SSL_set_accept_state(t->ssl);
	return true;
}

/* Answers one line; false when the conversation is over. */
static bool answer(struct talk *t, const char *line)
{
	char text[400];

	if (!strncasecmp(line, "EHLO", 4) || !strncasecmp(line, "HELO", 4)) {
		snprintf(text, sizeof(text), "250-mx.%s\r\n250-8BITMIME\r\n%s250 SIZE 1000000\r\n",
			 t->at->state->domain, t->at->tls && !t->ssl ? "250-STARTTLS\r\n" : "");
		return say(t, text);
	}
	if (!strncasecmp(line, "STARTTLS", 8) && t->at->tls && !t->ssl)
		return begin_tls(t);
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
	SSL_free(t->ssl);
	close(t->watch.fd);
	free(t);
}

static void on_stream(struct watch *w, unsigned what)
{
	struct talk *t = w->ctx;
	ssize_t got = hear(t);
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
		if (!t->len) /* STARTTLS */
			return;
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

static bool offers_tls(const struct state *s, int family)
{
	const char *how = state_get(s, "starttls", NULL);

	return how && (family == 4 ? strcmp(how, "v6") : strcmp(how, "v4"));
}

static SSL_CTX *tls_of(const struct state *s, int family, struct err *e)
{
	bool own = family == 6 && (state_is(s, "starttls", "other") || state_is(s, "starttls", "untrusted"));
	SSL_CTX *x = SSL_CTX_new(TLS_server_method());
	char cert[300];

	snprintf(cert, sizeof(cert), "tls/%s%s.pem", s->domain, own ? ".mx6" : "");
	if (x && SSL_CTX_use_certificate_file(x, cert, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_use_PrivateKey_file(x, "tls/key.pem", SSL_FILETYPE_PEM) == 1)
		return x;
	err_set(e, -EIO, "labsmtp: cannot use %s", cert);
	return NULL;
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
	*l = (struct listener){.server = s, .state = state, .family = family,
			       .broken = family == 6 && state_is(state, "smtp6", "banner")};
	if (offers_tls(state, family)) {
		l->tls = tls_of(state, family, s->err);
		if (!l->tls)
			return s->err->code;
	}
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
