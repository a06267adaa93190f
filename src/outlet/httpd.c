/*
 * httpd: see httpd.h.
 *
 * libmicrohttpd parses requests, in its strictest setting, without a thread of its own (epoll inside
 * epoll).  A stream of events is a suspended connection with a buffer; it is resumed when there is
 * something to send; so is one whose answer is still being made.  Expect about 5 KiB a connection.
 */
#include "outlet/httpd.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "outlet/answer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STREAM_BEHIND_MAX = 65536, VALUE_MAX = 1024, PREFIX_PLACES = 4096 };

struct stream {
	struct stream *next;
	struct httpd *httpd;
	struct MHD_Connection *connection;
	struct buf waiting;
	bool suspended, closing;
};

/* One connection; it has one question under way at most. */
struct http_client {
	struct http_client *next, *before;
	struct httpd *httpd;
	struct MHD_Connection *connection;
	struct http_kept *ready; /* the answer it waited for */
	bool waiting;            /* suspended until httpd_give */
	bool lost;               /* its answer will not come */
};

struct httpd {
	struct httpd_config config;
	struct MHD_Daemon *daemon;
	/* What is watched: libmicrohttpd's own descriptor, and an event that a connection was resumed,
	 * of which that descriptor says nothing. */
	int epoll, resumed;
	struct stream *streams;
	struct http_client *clients;
	size_t n_streams;
	bool closing;
	uint16_t port;
	char host[64]; /* "[::1]:8064" */
	/* connections by hash of the client's /64 or /24; two prefixes that share a place share its
	 * allowance, which errs on the strict side */
	uint16_t open_by_prefix[PREFIX_PLACES];
};

/* ---- requests ---- */

static const char *value(const struct http_request *r, enum MHD_ValueKind kind, const char *name)
{
	const char *v = MHD_lookup_connection_value(r->connection, kind, name);

	return v && strlen(v) <= VALUE_MAX ? v : NULL;
}

const char *http_query(const struct http_request *r, const char *name)
{
	return value(r, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_header(const struct http_request *r, const char *name)
{
	return value(r, MHD_HEADER_KIND, name);
}

/* The Host header must name us: our address, localhost, or a configured name (T-WEB-09). */
static bool host_is_ours(const struct httpd *h, const struct http_request *r)
{
	const char *host = http_header(r, "Host");
	size_t n;

	if (!host)
		return false;
	if (!strcmp(host, h->host))
		return true;
	n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	if (n > strlen(host))
		return false;
	if (!strncmp(h->host, host, n) && h->host[n] == ':')
		return true;
	if (n == 9 && !strncasecmp(host, "localhost", 9))
		return true;
	for (size_t i = 0; h->config.hosts && h->config.hosts[i]; i++)
		if (strlen(h->config.hosts[i]) == n && !strncasecmp(h->config.hosts[i], host, n))
			return true;
	return false;
}

static bool path_is_plain(const char *path)
{
	if (path[0] != '/')
		return false;
	for (const char *p = path; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '\\' || !strncmp(p, "/..", 3))
			return false;
	return true;
}

/* ---- server-sent events ---- */

static ssize_t stream_read(void *ctx, uint64_t at, char *to, size_t max)
{
	struct stream *s = ctx;
	size_t n = s->waiting.len < max ? s->waiting.len : max;

	(void)at;
	if (s->closing)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!n) {
		s->suspended = true;
		MHD_suspend_connection(s->connection);
		return 0;
	}
	memcpy(to, s->waiting.data, n);
	buf_eat(&s->waiting, n);
	return (ssize_t)n;
}

static void stream_free(void *ctx)
{
	struct stream *s = ctx;

	for (struct stream **p = &s->httpd->streams; *p; p = &(*p)->next)
		if (*p == s) {
			*p = s->next;
			s->httpd->n_streams--;
			break;
		}
	buf_done(&s->waiting);
	free(s);
}

static struct MHD_Response *make_stream(struct httpd *h, const struct http_request *r)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct MHD_Response *m;

	if (!s)
		return NULL;
	s->httpd = h;
	s->connection = r->connection;
	buf_init(&s->waiting, STREAM_BEHIND_MAX);
	buf_str(&s->waiting, "retry: 3000\n\n");
	m = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, stream_read, s, stream_free);
	if (!m) {
		buf_done(&s->waiting);
		free(s);
		return NULL;
	}
	s->next = h->streams;
	h->streams = s;
	h->n_streams++;
	return m;
}

static void resume(struct httpd *h, struct MHD_Connection *c)
{
	MHD_resume_connection(c);
	(void)!write(h->resumed, &(uint64_t){1}, 8);
}

static void wake(struct stream *s)
{
	if (!s->suspended)
		return;
	s->suspended = false;
	resume(s->httpd, s->connection);
}

void httpd_event(struct httpd *h, const char *event, const char *data)
{
	for (struct stream *s = h->streams; s; s = s->next) {
		buf_printf(&s->waiting, "event: %s\ndata: %s\n\n", event, data);
		if (buf_full(&s->waiting))
			s->closing = true; /* too far behind: the browser connects again */
		wake(s);
	}
}

size_t httpd_streams(const struct httpd *h)
{
	return h->n_streams;
}

/* ---- the daemon ---- */

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status, const char *why)
{
	struct http_response out = {.status = (int)status,
				    .type = "application/json; charset=utf-8"};
	struct MHD_Response *m =
		MHD_create_response_from_buffer(strlen(why), (void *)(uintptr_t)why, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result done;

	if (!m)
		return MHD_NO;
	answer_headers(m, &out);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(m, "Allow", "GET, HEAD");
	done = MHD_queue_response(c, status, m);
	MHD_destroy_response(m);
	return done;
}

/* An answer that was waited for, or what the handler says.  false: it has to be waited for. */
static bool ask(struct httpd *h, struct http_request *r, struct http_response *out)
{
	struct http_client *who = r->client;

	out->kept = who->ready;
	if (out->kept)
		return true;
	h->config.handle(h->config.ctx, r, out);
	if (!out->later)
		return true;
	who->waiting = true;
	MHD_suspend_connection(r->connection);
	return false;
}

static enum MHD_Result begin_stream(struct httpd *h, const struct http_request *r,
				   const struct http_response *out)
{
	struct MHD_Response *m = make_stream(h, r);
	enum MHD_Result done = MHD_NO;

	if (m) {
		answer_headers(m, out);
		done = MHD_queue_response(r->connection, MHD_HTTP_OK, m);
		MHD_destroy_response(m);
	}
	return done;
}

static enum MHD_Result answer(struct httpd *h, struct http_request *r)
{
	struct http_response out = {.status = 200, .type = "text/plain; charset=utf-8"};
	enum MHD_Result done = MHD_YES;

	buf_init(&out.body, 64u << 20);
	if (ask(h, r, &out))
		done = out.events ? begin_stream(h, r, &out) : (enum MHD_Result)answer_send(r, &out);
	buf_done(&out.body);
	http_unkeep(r->client->ready);
	r->client->ready = NULL;
	return done;
}

/* The length of the request's target is the state until the headers are here: later it is decoded. */
static void *on_target(void *ctx, const char *target, struct MHD_Connection *c)
{
	(void)ctx;
	(void)c;
	return (void *)(uintptr_t)(strlen(target) + 1);
}

/* The first call of a request: its line and headers are known.  False when they were refused. */
static bool head_fits(struct MHD_Connection *c, size_t line_b, enum MHD_Result *done)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	if (line_b > L_WEB_REQUEST_LINE_B) {
		limit_hit(LIMIT_WEB_REQUEST_LINE_B);
		*done = refuse(c, MHD_HTTP_URI_TOO_LONG,
			       "{\"error\":\"the address is too long\",\"remedy\":\"\"}");
		return false;
	}
	if (info && info->header_size > L_WEB_HEADER_B) {
		limit_hit(LIMIT_WEB_HEADER_B);
		*done = refuse(c, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
			       "{\"error\":\"the headers are too long\",\"remedy\":\"\"}");
		return false;
	}
	return true;
}

void httpd_give(struct http_client *who, struct http_kept *k)
{
	who->waiting = false;
	who->ready = k ? http_kept_ref(k) : NULL;
	who->lost = !k;
	resume(who->httpd, who->connection);
}

static struct http_client *client_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_len, void **state)
{
	struct httpd *h = ctx;
	struct http_request r = {.method = method, .path = url, .connection = c, .client = client_of(c)};

	(void)upload;
	if (*state != h) { /* first call: headers only; the answer comes with the second */
		size_t line_b = strlen(method) + (uintptr_t)*state + strlen(version) + 1;
		enum MHD_Result done = MHD_YES;

		if (head_fits(c, line_b, &done))
			*state = h;
		return done;
	}
	if (*upload_len || !r.client || r.client->lost || h->closing)
		return MHD_NO; /* a GET with a body; or nobody is there to answer */
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "{\"error\":\"only GET and HEAD are served\",\"remedy\":\"use GET\"}");
	if (!host_is_ours(h, &r))
		return refuse(c, MHD_HTTP_MISDIRECTED_REQUEST,
			      "{\"error\":\"this server has another name\",\"remedy\":\"add the name "
			      "to serve.hosts\"}");
	if (!path_is_plain(url))
		return refuse(c, MHD_HTTP_BAD_REQUEST,
			      "{\"error\":\"the path is malformed\",\"remedy\":\"\"}");
	return answer(h, &r);
}

/* libmicrohttpd's own messages: what a client did wrong is not our error. */
static void on_log(void *ctx, const char *fmt, va_list ap)
{
	char line[256];

	(void)ctx;
	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\n")] = '\0';
	log_debug("http: %s", line);
}

/* The place of a client in open_by_prefix; -1 for ourselves, whom no allowance binds. */
static int place_of(const struct sockaddr *a)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)a;
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)a;

	if (a->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr)
			       ? -1
			       : (int)(hash_bytes(&six->sin6_addr, 8) % PREFIX_PLACES);
	if (a->sa_family == AF_INET && ntohl(four->sin_addr.s_addr) >> 24 != 127)
		return (int)(hash_bytes(&four->sin_addr, 3) % PREFIX_PLACES);
	return -1;
}

static enum MHD_Result on_accept(void *ctx, const struct sockaddr *a, socklen_t len)
{
	struct httpd *h = ctx;
	int place = len >= sizeof(struct sockaddr_in) ? place_of(a) : -1;

	if (place < 0 || h->open_by_prefix[place] < L_WEB_CONNECTIONS_PER_PREFIX)
		return MHD_YES;
	limit_hit(LIMIT_WEB_CONNECTIONS_PER_PREFIX);
	return MHD_NO;
}

static void client_begins(struct httpd *h, struct MHD_Connection *c, void **own)
{
	struct http_client *who = calloc(1, sizeof(*who));

	if (!who)
		return;
	*who = (struct http_client){.httpd = h, .connection = c, .next = h->clients};
	if (h->clients)
		h->clients->before = who;
	h->clients = who;
	*own = who;
}

static void client_ends(struct httpd *h, struct http_client *who)
{
	if (!who)
		return;
	if (who->next)
		who->next->before = who->before;
	*(who->before ? &who->before->next : &h->clients) = who->next;
	http_unkeep(who->ready);
	free(who);
}

static void on_connection(void *ctx, struct MHD_Connection *c, void **own,
			  enum MHD_ConnectionNotificationCode what)
{
	struct httpd *h = ctx;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	int place = info ? place_of(info->client_addr) : -1;

	if (place >= 0)
		h->open_by_prefix[place] += what == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		client_begins(h, c, own);
	else
		client_ends(h, *own);
}

static int open_listener(const struct httpd_config *c, struct err *e)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(c->port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(c->port)};
	bool v6 = c->addr.family == 6;
	int one = 1, fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[ADDR_TEXT_MAX];

	if (fd < 0)
		return err_set(e, -errno, "cannot open a socket: %s", err_name(errno));
	memcpy(&six.sin6_addr, c->addr.byte, 16);
	memcpy(&four.sin_addr, c->addr.byte, 4);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, v6 ? (struct sockaddr *)&six : (struct sockaddr *)&four,
		 v6 ? sizeof(six) : sizeof(four)) < 0 ||
	    listen(fd, 1024) < 0) {
		int code = errno;

		close(fd);
		return err_set(e, -code,
			       "cannot listen on %s port %u: %s; another address or port is set with "
			       "--listen or serve.listen",
			       addr_text(&c->addr, text), c->port, err_name(code));
	}
	return fd;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in6 a; /* the port stands at the same place in both families */
	socklen_t len = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &len) == 0 ? ntohs(a.sin6_port) : 0;
}

static int watch_both(struct httpd *h, struct err *e)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int inner = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	h->resumed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (h->epoll < 0 || h->resumed < 0 || epoll_ctl(h->epoll, EPOLL_CTL_ADD, inner, &ev) ||
	    epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->resumed, &ev))
		return err_set(e, -errno, "the web server cannot be watched: %s", err_name(errno));
	return 0;
}

struct httpd *httpd_new(const struct httpd_config *c, struct err *e)
{
	struct httpd *h = calloc(1, sizeof(*h));
	int fd = open_listener(c, e);
	char text[ADDR_TEXT_MAX];

	if (!h || fd < 0) {
		free(h);
		return NULL;
	}
	h->config = *c;
	h->port = port_of(fd);
	snprintf(h->host, sizeof(h->host), c->addr.family == 6 ? "[%s]:%u" : "%s:%u",
		 addr_text(&c->addr, text), h->port);
	h->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, on_accept, h,
		on_request, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)L_WEB_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTPD_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)L_WEB_HEADER_B * 2, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!h->daemon) {
		err_set(e, -EIO, "the web server does not start");
		close(fd);
		free(h);
		return NULL;
	}
	if (watch_both(h, e)) {
		httpd_free(h);
		return NULL;
	}
	return h;
}

void httpd_free(struct httpd *h)
{
	if (!h)
		return;
	for (struct stream *s = h->streams; s; s = s->next) {
		s->closing = true;
		wake(s);
	}
	h->closing = true;
	for (struct http_client *who = h->clients; who; who = who->next)
		if (who->waiting)
			httpd_give(who, NULL);
	MHD_run(h->daemon);
	MHD_stop_daemon(h->daemon);
	close(h->resumed);
	close(h->epoll);
	free(h);
}

uint16_t httpd_port(const struct httpd *h)
{
	return h->port;
}

int httpd_fd(const struct httpd *h)
{
	return h->epoll;
}

void httpd_run(struct httpd *h)
{
	uint64_t times;

	(void)!read(h->resumed, &times, sizeof(times));
	MHD_run(h->daemon);
}

int64_t httpd_wait_us(struct httpd *h)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(h->daemon, &ms) != MHD_YES)
		return -1;
	return (int64_t)ms * 1000;
}
