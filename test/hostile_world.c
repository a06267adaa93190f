/*
 * hostile_world: a namespace in which all of hostile.h's servers live, and beside it one in which a
 * command runs that may look at them: hostile_world COMMAND ARGUMENT...
 *
 * The command finds its resolver at 3fff:53::53 and has no other way out.  HOSTILE_COUNT names a file
 * that always tells how many forbidden addresses have been handed out.
 */
#include "hostile.h"

#include "base/clock.h"
#include "io/loop.h"
#include "lab/labnet.h"
#include "lab/plan.h"
#include "wire/quic.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IN_MAX = 16384, PIECES_AT_ONCE = 64, PLAY_MAX = 8 << 20 };

struct play {
	struct buf first, more;
};

static struct loop *loop;
static struct play *plays;
static SSL_CTX *tls_plain, *tls_chain, *tls_names;

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "hostile_world: %s: %s\n", what, strerror(errno));
	exit(4);
}

/* ---- certificates ---- */

static X509 *cert_of(EVP_PKEY *key, const char *names)
{
	X509 *c = X509_new();
	X509_EXTENSION *x = names ? X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names) : NULL;

	X509_set_version(c, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c), 7);
	X509_gmtime_adj(X509_getm_notBefore(c), -3600);
	X509_gmtime_adj(X509_getm_notAfter(c), 86400);
	X509_set_pubkey(c, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8, (const uint8_t *)"p.test", -1, -1, 0);
	X509_set_issuer_name(c, X509_get_subject_name(c));
	if (x)
		X509_add_ext(c, x, -1);
	X509_EXTENSION_free(x);
	if (!X509_sign(c, key, EVP_sha256()))
		die("cannot sign");
	return c;
}

static SSL_CTX *tls_of(EVP_PKEY *key, const char *names, int chain)
{
	SSL_CTX *t = SSL_CTX_new(TLS_server_method());

	SSL_CTX_use_certificate(t, cert_of(key, names));
	SSL_CTX_use_PrivateKey(t, key);
	SSL_CTX_set_mode(t, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				    SSL_MODE_RELEASE_BUFFERS);
	for (int i = 0; i < chain; i++)
		SSL_CTX_add_extra_chain_cert(t, cert_of(key, names));
	return t;
}

static void make_tls(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	static char names[200000];
	size_t n = 0;

	tls_plain = tls_of(key, NULL, 0);
	tls_chain = tls_of(key, NULL, 300);
	for (int i = 0; i < 3000; i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%sDNS:n%d.p0-0.test", i ? "," : "", i);
	tls_names = tls_of(key, names, 0);
}

/* ---- a connection ---- */

struct conn {
	struct watch watch;
	struct timer timer;
	size_t k;
	unsigned port, step, site;
	SSL *ssl;
	bool shaken, playing, over; /* over: only waits for the other end */
	const struct personality *p;
	size_t at;	/* in the piece that goes out */
	long left;	/* pieces of more; -1: for ever */
	bool in_first;
	struct buf say; /* what a server that behaves still has to send */
	size_t said;
	bool say_end;
	char in[IN_MAX];
	size_t n;
};

static void end(struct conn *c, bool reset)
{
	struct linger now = {.l_onoff = 1};

	loop_untimer(loop, &c->timer);
	loop_unwatch(loop, &c->watch);
	if (reset)
		setsockopt(c->watch.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	SSL_free(c->ssl);
	close(c->watch.fd);
	buf_done(&c->say);
	free(c);
}

static void want(struct conn *c, bool write)
{
	struct err e;

	c->watch.want = LOOP_READ | (write ? LOOP_WRITE : 0);
	loop_watch(loop, &c->watch, &e);
}

/* So many went out; 0: not now; -1: the other end has gone. */
static ssize_t put(struct conn *c, const void *data, size_t len)
{
	ssize_t n;

	if (!c->ssl) {
		n = send(c->watch.fd, data, len, MSG_NOSIGNAL);
		return n < 0 ? (errno == EAGAIN ? 0 : -1) : n;
	}
	ERR_clear_error();
	n = SSL_write(c->ssl, data, (int)len);
	if (n > 0)
		return n;
	return SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_WRITE || SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_READ
		       ? 0
		       : -1;
}

/* False: c is gone. */
static bool play_ends(struct conn *c)
{
	c->over = true;
	want(c, false);
	if (c->p->end == END_HOLD)
		return true;
	end(c, c->p->end == END_RESET);
	return false;
}

static bool pump(struct conn *c)
{
	const struct play *y = &plays[c->k];

	for (int i = 0; i < PIECES_AT_ONCE; i++) {
		const struct buf *b = c->in_first ? &y->first : &y->more;
		ssize_t n;

		if (c->in_first && c->at >= b->len) {
			c->in_first = false;
			c->at = 0;
			if (!c->p->count)
				return play_ends(c);
			continue;
		}
		n = put(c, b->data + c->at, b->len - c->at);
		if (n < 0) {
			end(c, false);
			return false;
		}
		if (n == 0) {
			want(c, true);
			return true;
		}
		c->at += (size_t)n;
		if (c->in_first || c->at < b->len)
			continue;
		c->at = 0;
		if (c->left > 0 && !--c->left)
			return play_ends(c);
		if (c->p->every_ms) {
			want(c, false);
			loop_timer(loop, &c->timer, c->p->every_ms * 1000L);
			return true;
		}
	}
	want(c, true);
	return true;
}

static void on_timer(struct timer *t)
{
	pump(t->ctx);
}

static bool play(struct conn *c)
{
	c->playing = true;
	c->in_first = true;
	c->left = c->p->count;
	return pump(c);
}

static bool flush(struct conn *c)
{
	while (c->said < c->say.len) {
		ssize_t n = put(c, c->say.data + c->said, c->say.len - c->said);

		if (n < 0) {
			end(c, false);
			return false;
		}
		if (n == 0) {
			want(c, true);
			return true;
		}
		c->said += (size_t)n;
	}
	buf_clear(&c->say);
	c->said = 0;
	want(c, false);
	if (!c->say_end)
		return true;
	end(c, false);
	return false;
}

/* ---- what it says while it behaves ---- */

/* By the number of the site: status, length, words, and how the body travels. */
static void various(struct conn *c, const char *request)
{
	static const char *const statuses[] = {"200 OK", "200 OK", "200 OK", "404 Not Found", "403 Forbidden",
					       "200 OK", "500 Oops", "200 OK", "503 Later", "410 Gone"};
	static char body[30000];
	const char *host = strcasestr(request, "\r\nHost: ");
	unsigned n = 0;
	size_t len;

	host = host ? strcasestr(host, "p") : NULL;
	while (host && sscanf(host, "p%*u-%u.test", &n) != 1)
		host = strchr(host + 1, 'p');
	len = n * 7919u % sizeof(body);
	for (size_t i = 0; i < len; i++)
		body[i] = (i * 31 + n) % 7 ? (char)('a' + (i * n + i / 26) % 26) : ' ';
	if (c->port == 80 && n % 4 == 1) {
		buf_printf(&c->say, "HTTP/1.1 301 Moved\r\nLocation: https://p%zu-%u.test/\r\nContent-Length: 0\r\n\r\n", c->k, n);
		return;
	}
	buf_printf(&c->say, "HTTP/1.1 %s\r\nContent-Type: text/html\r\n", statuses[n % 10]);
	if (n % 3) {
		buf_printf(&c->say, "Content-Length: %zu\r\n\r\n", len);
		buf_add(&c->say, body, len);
		return;
	}
	buf_str(&c->say, "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t at = 0, part; at < len; at += part) {
		part = len - at < 1 + n % 900 ? len - at : 1 + n % 900;
		buf_printf(&c->say, "%zx\r\n", part);
		buf_add(&c->say, body + at, part);
		buf_str(&c->say, "\r\n");
	}
	buf_str(&c->say, "0\r\n\r\n");
}

static void page(struct conn *c, const char *request)
{
	static const char text[] = "<html><title>A page</title><p>Nothing to see here, and much of it.</html>";
	bool robots = strstr(request, " /robots.txt ") != NULL;

	if (c->p->layer == LAYER_CANARY && !robots) {
		buf_printf(&c->say, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", hostile_url());
		return;
	}
	if (c->p->layer == LAYER_VARIOUS && !robots) {
		various(c, request);
		return;
	}
	buf_printf(&c->say, "HTTP/1.1 %s\r\nContent-Type: text/html\r\n%sContent-Length: %zu\r\n\r\n%s",
		   robots ? "404 Not Found" : "200 OK",
		   c->p->layer == LAYER_QUIC ? "Alt-Svc: h3=\":443\"\r\n" : "", robots ? 0 : sizeof(text) - 1,
		   robots ? "" : text);
}

/* Each second site lets robots.txt pass, so that the page itself is met. */
static bool is_harmless(const struct conn *c, const char *request)
{
	return c->site % 2 && strstr(request, " /robots.txt ") != NULL;
}

static bool plays_now(const struct conn *c, enum hostile_layer layer)
{
	return (c->p->layer == layer || c->p->layer == LAYER_TCP) && c->step >= c->p->step;
}

static bool on_request(struct conn *c)
{
	char *stop;

	while ((stop = memmem(c->in, c->n, "\r\n\r\n", 4)) != NULL) {
		size_t used = (size_t)(stop - c->in) + 4;

		*stop = '\0';
		c->step++;
		if (plays_now(c, LAYER_HTTP) && !is_harmless(c, c->in))
			return play(c);
		page(c, c->in);
		c->n -= used;
		memmove(c->in, c->in + used, c->n);
	}
	return flush(c);
}

static bool on_line(struct conn *c)
{
	char *stop;

	while ((stop = memmem(c->in, c->n, "\r\n", 2)) != NULL) {
		size_t used = (size_t)(stop - c->in) + 2;

		c->step++;
		if (plays_now(c, LAYER_SMTP))
			return play(c);
		if (!strncasecmp(c->in, "QUIT", 4)) {
			buf_str(&c->say, "221 bye\r\n");
			c->say_end = true;
		} else {
			buf_str(&c->say, c->p->step == 2 ? "250-mx\r\n250 STARTTLS\r\n" : "250 mx\r\n");
		}
		c->n -= used;
		memmove(c->in, c->in + used, c->n);
	}
	return flush(c);
}

static bool on_question(struct conn *c)
{
	static uint8_t out[2 + 65535];

	while (c->n >= 2) {
		const uint8_t *in = (const uint8_t *)c->in;
		size_t len = (size_t)(in[0] << 8 | in[1]), n;

		if (c->n < len + 2)
			break;
		c->k = hostile_of_question(in + 2, len);
		if (hostile_dns_dawdles(c->k)) {
			c->p = &personalities[c->k];
			return play(c);
		}
		n = hostile_dns(in + 2, len, true, out + 2, 65535);
		out[0] = (uint8_t)(n >> 8);
		out[1] = (uint8_t)n;
		buf_add(&c->say, out, n + 2);
		c->n -= len + 2;
		memmove(c->in, c->in + len + 2, c->n);
	}
	return flush(c);
}

static bool on_input(struct conn *c)
{
	return c->port == 53 ? on_question(c) : c->port == 25 ? on_line(c) : on_request(c);
}

/* ---- events ---- */

static ssize_t get(struct conn *c)
{
	int n;

	if (!c->ssl)
		return recv(c->watch.fd, c->in + c->n, sizeof(c->in) - c->n, 0);
	ERR_clear_error();
	n = SSL_read(c->ssl, c->in + c->n, (int)(sizeof(c->in) - c->n));
	if (n > 0)
		return n;
	errno = SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ ? EAGAIN : EPIPE;
	return -1;
}

static bool handshake(struct conn *c)
{
	int n;

	ERR_clear_error();
	n = SSL_accept(c->ssl);
	if (n == 1) {
		c->shaken = true;
		return true;
	}
	n = SSL_get_error(c->ssl, n);
	if (n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE)
		want(c, n == SSL_ERROR_WANT_WRITE);
	else
		end(c, false);
	return false;
}

/* Reads what there is.  False: c is gone, or there was nothing. */
static bool take(struct conn *c)
{
	char scrap[4096];
	ssize_t n;

	if (c->playing || c->over) {
		n = recv(c->watch.fd, scrap, sizeof(scrap), 0);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			end(c, false);
		return n > 0 || (n < 0 && errno == EAGAIN);
	}
	n = get(c);
	if (n == 0 || (n < 0 && errno != EAGAIN) || c->n == sizeof(c->in)) {
		end(c, false);
		return false;
	}
	c->n += n > 0 ? (size_t)n : 0;
	return n > 0 ? on_input(c) : true;
}

static void on_conn(struct watch *w, unsigned what)
{
	struct conn *c = w->ctx;

	if (c->ssl && !c->shaken && !handshake(c))
		return;
	if (what & LOOP_READ && !take(c))
		return;
	if (!(what & LOOP_WRITE))
		return;
	if (c->playing && !c->over)
		pump(c);
	else if (!c->playing)
		flush(c);
}

static void begin(struct conn *c)
{
	SSL_CTX *t = !strcmp(c->p->name, "tls-giant-chain")   ? tls_chain
		     : !strcmp(c->p->name, "tls-giant-names") ? tls_names
							      : tls_plain;
	bool raw = c->p->layer == LAYER_TCP && !c->p->step;

	raw = raw || (c->port == 443 && c->p->layer == LAYER_TLS && (c->p->first || c->p->more || c->p->make));
	raw = raw || (c->port == 25 && plays_now(c, LAYER_SMTP));
	if (c->port != 53 && raw) {
		play(c);
		return;
	}
	if (c->port == 443) {
		c->ssl = SSL_new(t);
		SSL_set_fd(c->ssl, c->watch.fd);
	} else if (c->port == 25) {
		buf_str(&c->say, "220 mx\r\n");
		flush(c);
	}
}

static bool addr_of(const struct sockaddr_storage *s, struct addr *a)
{
	if (s->ss_family == AF_INET6)
		*a = addr_v6(((const struct sockaddr_in6 *)s)->sin6_addr.s6_addr);
	else
		*a = addr_v4(ntohl(((const struct sockaddr_in *)s)->sin_addr.s_addr));
	return true;
}

static void on_accept(struct watch *w, unsigned what)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	struct addr a;

	(void)what;
	for (int i = 0; i < 200; i++) {
		int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *c = fd < 0 ? NULL : calloc(1, sizeof(*c));

		if (!c)
			return;
		getsockname(fd, (struct sockaddr *)&at, &len);
		addr_of(&at, &a);
		c->k = hostile_of_addr(&a);
		c->site = a.family == 4 ? a.byte[3] : a.byte[7];
		c->p = &personalities[c->k < n_personalities ? c->k : 0];
		c->k = c->k < n_personalities ? c->k : 0;
		c->port = (unsigned)(uintptr_t)w->ctx;
		buf_init(&c->say, 1 << 20);
		c->timer = (struct timer){.fire = on_timer, .ctx = c};
		c->watch = (struct watch){.fd = fd, .ready = on_conn, .ctx = c};
		want(c, false);
		begin(c);
	}
}

/* ---- datagrams ---- */

struct datagram {
	struct sockaddr_storage from;
	uint8_t in[2048], control[128];
	struct iovec io;
	struct msghdr m;
	ssize_t n;
	struct addr to;
};

static bool receive(int fd, struct datagram *d)
{
	d->io = (struct iovec){.iov_base = d->in, .iov_len = sizeof(d->in)};
	d->m = (struct msghdr){.msg_name = &d->from, .msg_namelen = sizeof(d->from), .msg_iov = &d->io, .msg_iovlen = 1,
			       .msg_control = d->control, .msg_controllen = sizeof(d->control)};
	d->n = recvmsg(fd, &d->m, MSG_DONTWAIT);
	for (struct cmsghdr *c = d->n > 0 ? CMSG_FIRSTHDR(&d->m) : NULL; c; c = CMSG_NXTHDR(&d->m, c)) {
		if (c->cmsg_type == IPV6_PKTINFO && c->cmsg_level == IPPROTO_IPV6) {
			struct in6_pktinfo *i = (struct in6_pktinfo *)CMSG_DATA(c);

			d->to = addr_v6(i->ipi6_addr.s6_addr);
			i->ipi6_ifindex = 0;
		} else if (c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo *i = (struct in_pktinfo *)CMSG_DATA(c);

			d->to = addr_v4(ntohl(i->ipi_addr.s_addr));
			i->ipi_spec_dst = i->ipi_addr;
			i->ipi_ifindex = 0;
		}
	}
	return d->n > 0;
}

/* From the address that was asked. */
static void reply(int fd, struct datagram *d, const void *data, size_t len)
{
	d->io = (struct iovec){.iov_base = (void *)data, .iov_len = len};
	if (len)
		(void)!sendmsg(fd, &d->m, MSG_DONTWAIT);
}

static void on_dns(struct watch *w, unsigned what)
{
	static uint8_t out[65535];
	struct datagram d;

	(void)what;
	for (int i = 0; i < 100 && receive(w->fd, &d); i++) {
		size_t k = hostile_of_question(d.in, (size_t)d.n);
		size_t n = hostile_dns(d.in, (size_t)d.n, false, out, 4000);
		int times = k < n_personalities && !strcmp(personalities[k].name, "dns-flood") ? 60 : 1;

		while (times--)
			reply(w->fd, &d, out, n);
	}
}

static void on_quic(struct watch *w, unsigned what)
{
	static uint8_t out[4096];
	uint32_t versions[300];
	struct datagram d;

	(void)what;
	for (int i = 0; i < 300; i++)
		versions[i] = 1 + (uint32_t)i;
	while (receive(w->fd, &d)) {
		size_t k = hostile_of_addr(&d.to), n;
		const char *p = k < n_personalities ? personalities[k].name : "";
		size_t count = !strcmp(p, "quic-no-version") ? 0 : !strcmp(p, "quic-versions-many") ? 300 : 1;
		int times = !strcmp(p, "quic-flood") ? 200 : 1;

		n = quic_negotiate(out, sizeof(out), d.in, (size_t)d.n, versions, count);
		if (!strcmp(p, "quic-wrong-ids") && n > 12)
			out[8] ^= 0xff;
		for (size_t at = 0; !strcmp(p, "quic-garbage") && at < n; at++)
			out[at] = (uint8_t)rand();
		while (times--)
			reply(w->fd, &d, out, n);
	}
}

/* ---- the world ---- */

static void listen_at(int family, unsigned port, int type, void (*ready)(struct watch *, unsigned))
{
	struct watch *w = calloc(1, sizeof(*w));
	struct addr any = family == 4 ? addr_v4(0) : addr_v6((const uint8_t[16]){0});
	int one = 1, room = 8 << 20;
	struct err e = {0};

	w->fd = labnet_listen(&any, (uint16_t)port, type, &e);
	if (w->fd < 0)
		die(e.text);
	listen(w->fd, 4096);
	setsockopt(w->fd, family == 4 ? IPPROTO_IP : IPPROTO_IPV6, family == 4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &one,
		   sizeof(one));
	if (type == SOCK_DGRAM)
		setsockopt(w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	w->want = LOOP_READ;
	w->ready = ready;
	w->ctx = (void *)(uintptr_t)port;
	if (loop_watch(loop, w, &e))
		die(e.text);
}

static void count_out(struct timer *t)
{
	const char *path = getenv("HOSTILE_COUNT");
	int fd = path ? open(path, O_WRONLY | O_CREAT, 0600) : -1;
	char text[32];

	if (fd >= 0) {
		(void)!pwrite(fd, text, (size_t)snprintf(text, sizeof(text), "%012llu\n", (unsigned long long)hostile_handed), 0);
		close(fd);
	}
	loop_timer(loop, t, 200000);
}

static void make_plays(void)
{
	plays = calloc(n_personalities, sizeof(*plays));
	for (size_t k = 0; k < n_personalities; k++) {
		const struct personality *p = &personalities[k];

		buf_init(&plays[k].first, PLAY_MAX);
		buf_init(&plays[k].more, PLAY_MAX);
		if (p->make)
			p->make(&plays[k].first, &plays[k].more);
		if (p->first)
			buf_str(&plays[k].first, p->first);
		if (p->more)
			buf_str(&plays[k].more, p->more);
	}
}

__attribute__((noreturn)) static void serve(int ready_fd)
{
	struct rlimit files = {1 << 18, 1 << 18};
	struct timer t = {.fire = count_out};
	struct err e = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	if (setrlimit(RLIMIT_NOFILE, &files) < 0 && getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	loop = loop_new(&clock_real, &e);
	make_plays();
	make_tls();
	for (int family = 4; family <= 6; family += 2) {
		listen_at(family, 25, SOCK_STREAM, on_accept);
		listen_at(family, 53, SOCK_STREAM, on_accept);
		listen_at(family, 80, SOCK_STREAM, on_accept);
		listen_at(family, 443, SOCK_STREAM, on_accept);
		listen_at(family, 53, SOCK_DGRAM, on_dns);
		listen_at(family, 443, SOCK_DGRAM, on_quic);
	}
	loop_timer(loop, &t, 0);
	(void)!write(ready_fd, "1", 1);
	loop_run(loop, &e);
	die(e.text);
}

static int new_net(struct labnet *n)
{
	struct err e;
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		die("cannot make a network namespace");
	labnet_sysctl("net.ipv6.conf.default.accept_dad", "0", &e);
	labnet_sysctl("net.ipv4.ip_unprivileged_port_start", "0", &e);
	labnet_sysctl("net.ipv4.ip_local_port_range", "1024 65000", &e);
	labnet_sysctl("net.ipv4.tcp_max_syn_backlog", "8192", &e);
	labnet_sysctl("net.core.somaxconn", "8192", &e);
	labnet_sysctl("net.ipv6.icmp.ratelimit", "0", &e);
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || labnet_open(n, &e) || labnet_up(n, "lo", &e))
		die("cannot hold a network namespace");
	return fd;
}

static void wire_up(struct labnet *world, struct labnet *us, int world_fd)
{
	static const char *const local[] = {"3fff:666::/32", "3fff:53::/32", "198.19.0.0/16"};
	struct labnet_hop here = {.kind = ROUTE_LOCAL}, out = {.kind = ROUTE_VIA};
	struct err e = {0};
	struct addr a;

	if (labnet_veth(us, "eth0", "eth0", world_fd, &e))
		die(e.text);
	for (int i = 0; i < 4; i++) {
		static const char *const texts[] = {"198.18.0.2", "3fff:1::2", "198.18.0.1", "3fff:1::1"};

		addr_parse(&a, texts[i]);
		if (labnet_addr(i < 2 ? us : world, "eth0", &a, i % 2 ? 64 : 24, &e))
			die(e.text);
	}
	if (labnet_up(us, "eth0", &e) || labnet_up(world, "eth0", &e))
		die(e.text);
	for (size_t i = 0; i < 3; i++) {
		struct prefix p = lab_prefix(local[i]);

		if (labnet_route(world, &p, &here, &e))
			die(e.text);
	}
	for (int family = 4; family <= 6; family += 2) {
		struct prefix all = {.addr.family = (uint8_t)family};

		addr_parse(&out.gateway, family == 4 ? "198.18.0.1" : "3fff:1::1");
		if (labnet_route(us, &all, &out, &e))
			die(e.text);
	}
}

static void become_root(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char text[64];
	int fd;

	if (!uid)
		return;
	if (unshare(CLONE_NEWUSER) < 0)
		die("user namespaces are not allowed here");
	for (int i = 0; i < 3; i++) {
		static const char *const files[] = {"/proc/self/setgroups", "/proc/self/uid_map", "/proc/self/gid_map"};

		fd = open(files[i], O_WRONLY);
		snprintf(text, sizeof(text), i ? "0 %u 1" : "deny", i == 1 ? uid : gid);
		(void)!write(fd, text, strlen(text));
		close(fd);
	}
}

int main(int argc, char **argv)
{
	struct labnet world, us;
	int world_fd, us_fd, ready[2], status = 0;
	pid_t server, command;
	char one;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (size_t k = 0; k < n_personalities; k++)
			printf("%zu %s\n", k, personalities[k].name);
		return 0;
	}
	if (argc < 2 || pipe2(ready, O_CLOEXEC) < 0)
		return 2;
	become_root();
	world_fd = new_net(&world);
	us_fd = new_net(&us);
	wire_up(&world, &us, world_fd);
	server = fork();
	if (server == 0) {
		if (setns(world_fd, CLONE_NEWNET) < 0)
			die("cannot enter the world");
		serve(ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &one, 1) != 1 || setns(us_fd, CLONE_NEWNET) < 0)
		die("the servers did not come up");
	command = fork();
	if (command == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execvp(argv[1], argv + 1);
		die(argv[1]);
	}
	waitpid(command, &status, 0);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
