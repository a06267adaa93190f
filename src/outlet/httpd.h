/*
 * httpd: a small strict face on libmicrohttpd: GET and HEAD only, one handler, fixed security
 * headers, entity tags, gzip for what was made beforehand, and server-sent events.
 *
 * It runs inside our own loop: httpd_fd() is watched, httpd_run() does what is due, and
 * httpd_wait_us() says until when nothing is.  Nothing here reads a file: what is served is an asset
 * of the program or text made by the handler (threats.md T-WEB-01, 04, 05, 06, 09).
 */
#ifndef OUTLET_HTTPD_H
#define OUTLET_HTTPD_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct httpd;
struct http_client; /* a connection */
struct http_kept;   /* an answer that is made once and sent many times */
struct MHD_Connection;

struct http_request {
	const char *method; /* "GET" or "HEAD" */
	const char *path;   /* decoded, begins with '/', no NUL, no ".." segment */
	struct MHD_Connection *connection;
	struct http_client *client;
};

/* Value of a query parameter or header; NULL if there is none.  At most 1 KiB, else NULL. */
const char *http_query(const struct http_request *r, const char *name);
const char *http_header(const struct http_request *r, const char *name);

struct http_response {
	int status;             /* 200 unless the handler says otherwise */
	const char *type;       /* "application/json; charset=utf-8" */
	const char *etag;       /* strong tag without quotes, copied; NULL: none */
	const char *cache;      /* Cache-Control; default "no-cache" */
	const char *disposition;/* Content-Disposition; NULL: none */
	bool open_data;         /* Access-Control-Allow-Origin: * */
	struct buf body;        /* what the handler wrote */
	const void *fixed;      /* instead of body: memory that outlives the server */
	size_t fixed_len;
	bool gzip;              /* fixed is gzip data: sent so if the client takes it */
	bool events;            /* instead of all that: a stream of server-sent events */
	struct http_kept *kept; /* instead of all that; lent */
	bool later;             /* there is no answer yet: the client waits for httpd_give */
};

/* A body as it is sent.  Any thread may pack one; it frees the buf. */
struct http_packed {
	char *data;
	size_t len;
	bool gzip;
	char etag[20];
};
void http_pack(struct buf *take, struct http_packed *out);
/* Takes the bytes; of `head` all but the body counts (its texts must outlive the answer, the tag is
 * that of the body).  Counted: http_unkeep gives one reference back.  NULL: no memory. */
struct http_kept *http_keep(const struct http_response *head, struct http_packed *take);
struct http_kept *http_kept_ref(struct http_kept *k);
size_t http_kept_size(const struct http_kept *k);
void http_unkeep(struct http_kept *k);

enum { HTTPD_IDLE_S = 20 }; /* of silence end a connection that waits for nothing from us */

struct httpd_config {
	struct addr addr;
	uint16_t port;           /* 0: any free one, see httpd_port */
	const char *const *hosts;/* names allowed in Host besides the address; ends with NULL */
	void (*handle)(void *ctx, const struct http_request *r, struct http_response *out);
	void *ctx;
};

/* Binds and listens; a port in use is said with its remedy. */
struct httpd *httpd_new(const struct httpd_config *c, struct err *e);
void httpd_free(struct httpd *h);
uint16_t httpd_port(const struct httpd *h);

int httpd_fd(const struct httpd *h);
void httpd_run(struct httpd *h);
int64_t httpd_wait_us(struct httpd *h); /* -1: until the descriptor is ready */

/* The answer that this client waits for; NULL: there will be none, it is closed. */
void httpd_give(struct http_client *who, struct http_kept *k);

/* Sends one event to every open stream; data is one line of JSON.  Slow readers are cut off when
 * they are 64 KiB behind. */
void httpd_event(struct httpd *h, const char *event, const char *data);
size_t httpd_streams(const struct httpd *h);

#endif
