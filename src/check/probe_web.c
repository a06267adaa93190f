/*
 * probe_web: see probe_web.h.  The stage of the row is the state of the machine.  Bytes go from the
 * stream to http, from there to inflate, and decoded to the digest, to html and to the list of
 * hosts; nothing is kept.
 */
#include "check/probe_web_int.h"

#include "wire/retry_after.h"
#include "wire/url.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { RATE_FREE_US = 5000000, SHA256_B = 32 };

/* ---- how it ends ---- */

static void release(struct web_probe *w)
{
	EVP_MD_CTX_free(w->digest);
	w->digest = NULL;
	page_hosts_free(w->hosts);
	w->hosts = NULL;
	buf_done(&w->keep);
	inflate_end(&w->inflate);
}

struct step web_finish(struct web_probe *w, enum outcome outcome, const char *why)
{
	if (why)
		w->row.why = arena_str(w->p.arena, why);
	release(w);
	return step_done(arena_full(w->p.arena) ? OUTCOME_LIMIT : outcome);
}

static struct step finish_word(struct web_probe *w, enum outcome outcome, const char *of,
			       const char *word)
{
	char why[64];

	snprintf(why, sizeof(why), "%s:%s", of, word);
	return web_finish(w, outcome, why);
}

/* The last byte that we want has come. */
static struct step finish_whole(struct web_probe *w, int64_t now_us)
{
	w->row.stage = STAGE_DONE;
	w->row.total_us = now_us - w->connect_at;
	return web_finish(w, w->body_outcome, w->body_why);
}

/* ---- time ---- */

static int64_t ms_us(int64_t ms)
{
	return ms * 1000;
}

/* When the mean since the first byte falls below the least rate if nothing more comes. */
static int64_t rate_deadline(const struct web_probe *w)
{
	int64_t good_us = (int64_t)w->received_b * 1000000 / L_HTTP_RATE_B_S;

	return w->request_at + w->row.first_byte_us +
	       (good_us > RATE_FREE_US ? good_us : RATE_FREE_US) + 1;
}

static int64_t read_deadline(const struct web_probe *w)
{
	int64_t total_us = w->request_at + ms_us(w->asking ? L_ROBOTS_MS : L_HTTP_TOTAL_MS);
	int64_t at_us =
		w->got_bytes ? rate_deadline(w) : w->request_at + ms_us(L_HTTP_FIRST_BYTE_MS);

	return at_us < total_us ? at_us : total_us;
}

static struct step timed_out(struct web_probe *w, int64_t now_us)
{
	const char *why = NULL;

	if (w->row.stage == STAGE_CONNECT) {
		limit_hit(LIMIT_TCP_CONNECT_MS);
	} else if (w->row.stage == STAGE_TLS) {
		limit_hit(LIMIT_TLS_HANDSHAKE_MS);
	} else if (!w->got_bytes) {
		limit_hit(LIMIT_HTTP_FIRST_BYTE_MS);
	} else if (now_us >= w->request_at + ms_us(L_HTTP_TOTAL_MS)) {
		limit_hit(LIMIT_HTTP_TOTAL_MS);
	} else {
		limit_hit(LIMIT_HTTP_RATE_B_S);
		why = "rate";
	}
	return web_finish(w, OUTCOME_TIMEOUT, why);
}

struct step web_read_more(struct web_probe *w, int64_t now_us)
{
	int64_t left_us = read_deadline(w) - now_us;

	if (left_us <= 0)
		return timed_out(w, now_us);
	return (struct step){.kind = STEP_READ, .timeout_us = left_us};
}

/* ---- the body ---- */

static bool is_type(const char *content_type, const char *type)
{
	size_t n = strlen(type);

	return !strncasecmp(content_type, type, n) && strchr("; \t", content_type[n]);
}

/* A redirect that browsers follow, so that its body is not looked at. */
static bool is_redirect(const struct web_probe *w)
{
	unsigned s = w->http.status;

	return w->http.has_location && (s == 301 || s == 302 || s == 303 || s == 307 || s == 308);
}

static bool is_packed(const struct web_probe *w)
{
	return w->http.coding == HTTP_GZIP || w->http.coding == HTTP_DEFLATE;
}

/* The page's own address. */
static void own_url(const struct web_probe *w, struct url *u)
{
	*u = (struct url){.https = w->q.scheme == SCHEME_HTTPS, .port = (uint16_t)w->row.port};
	if (!addr_parse(&u->addr, w->q.host))
		u->addr.family = 0;
	snprintf(u->host, sizeof(u->host), "%s", w->q.host);
	snprintf(u->path, sizeof(u->path), "%s", w->q.path);
}

static void keep(struct web_probe *w, const uint8_t *data, size_t len)
{
	size_t room = w->q.keep_b - w->keep.len;

	w->kept_all &= len <= room;
	buf_add(&w->keep, data, len < room ? len : room);
}

static bool take_decoded(void *ctx, const uint8_t *data, size_t len)
{
	struct web_probe *w = ctx;

	w->decoded_b += len;
	if (w->digest)
		EVP_DigestUpdate(w->digest, data, len);
	if (w->is_text)
		html_feed(&w->html, data, len);
	if (w->hosts)
		page_hosts_feed(w->hosts, data, len);
	if (w->q.keep_b)
		keep(w, data, len);
	return true;
}

static bool stop_body(struct web_probe *w, enum outcome outcome, const char *why)
{
	w->body_outcome = outcome;
	w->body_why = why;
	return false;
}

/* Once, at the first byte of a body or at the end of an empty one. */
static bool begin_body(struct web_probe *w)
{
	const char *type = w->http.content_type;
	bool plain = is_type(type, "text/plain");

	if (w->in_body)
		return true;
	w->in_body = true;
	w->is_text =
		w->http.coding != HTTP_OTHER_CODING &&
		(plain || is_type(type, "text/html") || is_type(type, "application/xhtml+xml"));
	if (w->is_text && !plain && (w->q.links || w->q.hosts)) {
		struct url own;

		own_url(w, &own);
		w->hosts = page_hosts_new(&own, w->q.links);
	}
	if (w->http.coding == HTTP_OTHER_CODING)
		w->body_why = "coding";
	w->is_text &= !w->q.brief;
	if (w->is_text) {
		html_init(&w->html, plain);
		html_type(&w->html, type);
	}
	if (!w->q.brief)
		w->digest = EVP_MD_CTX_new();
	if (!w->q.brief && (!w->digest || !EVP_DigestInit_ex(w->digest, EVP_sha256(), NULL)))
		return stop_body(w, OUTCOME_LIMIT, NULL);
	w->inflate.out = take_decoded;
	w->inflate.ctx = w;
	if (is_packed(w) && !inflate_begin(&w->inflate, w->http.coding == HTTP_GZIP))
		return stop_body(w, OUTCOME_LIMIT, NULL);
	return true;
}

static bool take_packed(struct web_probe *w, const uint8_t *data, size_t len)
{
	const char *why;

	switch (inflate_feed(&w->inflate, data, len)) {
	case INFLATE_MORE:
	case INFLATE_DONE: return true;
	case INFLATE_LIMIT:
		if (!strcmp(w->inflate.why, "decoded"))
			return stop_body(w, OUTCOME_OK, "decoded_limit");
		return stop_body(w, OUTCOME_LIMIT, "ratio");
	case INFLATE_BAD:
	case INFLATE_STOP: break;
	}
	why = w->inflate.why; /* "memory", or none: the bytes are bad */
	return stop_body(w, why ? OUTCOME_LIMIT : OUTCOME_MALFORMED, why ? NULL : "gzip");
}

static bool take_body(void *ctx, const uint8_t *data, size_t len)
{
	struct web_probe *w = ctx;

	if (is_redirect(w) || !begin_body(w))
		return false;
	w->body_b += len;
	if (w->q.enough_b && w->body_b > w->q.enough_b)
		return stop_body(w, OUTCOME_OK, "enough");
	return is_packed(w) ? take_packed(w, data, len) : take_decoded(w, data, len);
}

static void fill_digest(struct web_probe *w)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	char hex[2 * SHA256_B + 1];

	if (!w->digest || !EVP_DigestFinal_ex(w->digest, sum, NULL))
		return;
	for (int i = 0; i < SHA256_B; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	w->row.body_sha256 = arena_str(w->p.arena, hex);
}

static void fill_parts(struct web_probe *w)
{
	char text[HTML_PARTS * 17 + 1] = "";

	for (unsigned i = 0; i < w->html.n_parts; i++)
		snprintf(text + i * 17 - (i > 0), 18, "%s%016llx", i ? "," : "",
			 (unsigned long long)w->html.parts[i]);
	if (w->html.n_parts)
		w->row.text_parts = arena_str(w->p.arena, text);
}

static void fill_hosts(struct web_probe *w)
{
	const char *limit;

	if (!w->hosts)
		return;
	w->row.resources = page_hosts_text(w->hosts, w->p.arena, &limit);
	w->row.resources_limit = limit ? arena_str(w->p.arena, limit) : NULL;
	if (w->q.links)
		w->q.links->cut |= page_hosts_links_cut(w->hosts);
}

/* Of a page that is whole, or was cut by a limit of ours. */
static void fill_text(struct web_probe *w)
{
	int64_t hash;

	if (w->q.keep_b)
		w->kept = arena_strn(w->p.arena, w->keep.data, w->keep.len);
	fill_hosts(w);
	if (!w->is_text)
		return;
	html_end(&w->html);
	hash = (int64_t)html_simhash(&w->html);
	w->row.text_words = (int64_t)w->html.words;
	fill_parts(w);
	if (w->html.words) /* the one hash that a row cannot hold gives way by a bit */
		w->row.text_hash = hash == I64_NULL ? I64_NULL + 1 : hash;
	if (w->html.has_title)
		w->row.title = arena_str(w->p.arena, w->html.title);
}

/* A limit of ours ended the body: the page counts as far as it was read. */
static struct step cut(struct web_probe *w, const char *why, int64_t now_us)
{
	if (w->q.links)
		w->q.links->cut = true;
	w->kept_all = false;
	fill_text(w);
	w->body_why = why;
	return finish_whole(w, now_us);
}

/* Our own function ended the body. */
static struct step stopped(struct web_probe *w, int64_t now_us)
{
	if (w->body_outcome == OUTCOME_OK)
		return cut(w, w->body_why, now_us);
	if (w->body_outcome == OUTCOME_LIMIT && w->body_why) /* none: we had no memory */
		fill_text(w);
	return web_finish(w, w->body_outcome, w->body_why);
}

/* The framing says that the body is whole; closed: only because the far side closed. */
static struct step whole(struct web_probe *w, int64_t now_us, bool closed)
{
	if (!begin_body(w))
		return stopped(w, now_us);
	if (is_packed(w) && w->http.wire_b && !w->inflate.ended)
		return closed ? web_finish(w, OUTCOME_CLOSED, NULL)
			      : web_finish(w, OUTCOME_MALFORMED, "gzip");
	fill_digest(w);
	fill_text(w);
	return finish_whole(w, now_us);
}

/* ---- the header ---- */

static const char *copy_if(const struct web_probe *w, bool has, const char *text)
{
	return has ? arena_str(w->p.arena, text) : NULL;
}

static void take_retry_after(struct web_probe *w)
{
	int64_t s = retry_after_s(w->http.retry_after, w->wall_us);

	if (s >= 0)
		w->row.retry_after_s = s;
}

/* Once, when the header is complete. */
static void fill_header(struct web_probe *w)
{
	const struct http *h = &w->http;

	if (h->part < HTTP_PART_BODY || w->row.status != I64_NULL)
		return;
	w->row.stage = STAGE_BODY;
	w->row.status = h->status;
	w->row.server = copy_if(w, h->has_server, h->server);
	w->row.content_type = copy_if(w, h->has_content_type, h->content_type);
	w->row.hsts = copy_if(w, h->has_hsts, h->hsts);
	w->row.alt_svc = copy_if(w, h->has_alt_svc, h->alt_svc);
	if (h->has_retry_after && (h->status == 429 || h->status == 503))
		take_retry_after(w);
}

static bool resolve(const struct web_probe *w, struct url *to, const char **why)
{
	const char *location = w->http.location;
	struct url base;

	*why = "long";
	if (w->http.location_long)
		return false;
	own_url(w, &base);
	return url_resolve(to, &base, location, strlen(location), w->q.any_port ? URL_ANY_PORT : 0,
			   why);
}

/* The header is all that we want of a redirect. */
static struct step redirect(struct web_probe *w, int64_t now_us)
{
	char text[URL_TEXT_MAX];
	struct url to;
	const char *why;

	w->row.stage = STAGE_DONE;
	w->row.total_us = now_us - w->connect_at;
	if (resolve(w, &to, &why)) {
		w->row.location = arena_str(w->p.arena, url_text(&to, text));
		return web_finish(w, OUTCOME_OK, NULL);
	}
	if (!strcmp(why, "scheme") || !strcmp(why, "port"))
		return finish_word(w, OUTCOME_DENIED, "location", why);
	return finish_word(w, OUTCOME_MALFORMED, "location", why);
}

/* ---- the stream ---- */

static struct step take_result(struct web_probe *w, enum http_result r, int64_t now_us)
{
	fill_header(w);
	if (w->row.status != I64_NULL && is_redirect(w))
		return redirect(w, now_us);
	if (w->row.status != I64_NULL)
		w->row.body_b = (int64_t)w->decoded_b;
	switch (r) {
	case HTTP_MORE: return web_read_more(w, now_us);
	case HTTP_DONE: return whole(w, now_us, false);
	case HTTP_STOP: return stopped(w, now_us);
	case HTTP_LIMIT:
		if (!strcmp(w->http.why, "body"))
			return cut(w, w->body_why ? w->body_why : "body_limit", now_us);
		return finish_word(w, OUTCOME_LIMIT, "http", w->http.why);
	case HTTP_BAD: break;
	}
	return finish_word(w, OUTCOME_MALFORMED, "http", w->http.why);
}

static struct step take_data(struct web_probe *w, const struct event *e)
{
	if (!w->got_bytes) {
		w->got_bytes = true;
		w->row.first_byte_us = e->mono_us - w->request_at;
		w->row.stage = STAGE_HEADER;
	}
	w->received_b += e->len;
	return take_result(w, http_feed(&w->http, e->data, e->len), e->mono_us);
}

/* A server may close a connection that waits for its second request (RFC 9112 9.5). */
static struct step closed(struct web_probe *w, int64_t now_us)
{
	if (w->reused && !w->got_bytes)
		return web_reopen(w);
	if (w->row.stage == STAGE_TLS)
		return web_finish(w, OUTCOME_TLS, "closed");
	if (w->row.stage == STAGE_BODY && http_close(&w->http) == HTTP_DONE)
		return whole(w, now_us, true);
	return web_finish(w, OUTCOME_CLOSED, NULL);
}

struct step web_reopen(struct web_probe *w)
{
	w->reopen = true;
	return web_finish(w, OUTCOME_UNKNOWN, NULL);
}

/* ---- before the request ---- */

static struct step connect_host(struct web_probe *w, int64_t now_us)
{
	w->p.began_us = w->connect_at = now_us;
	if (arena_full(w->p.arena))
		return web_finish(w, OUTCOME_LIMIT, NULL);
	return (struct step){.kind = STEP_CONNECT,
			     .addr = w->row.addr,
			     .port = (uint16_t)w->row.port,
			     .timeout_us = ms_us(L_TCP_CONNECT_MS)};
}

struct step web_send(struct web_probe *w, const char *request, int64_t now_us)
{
	w->row.stage = STAGE_REQUEST;
	w->request_at = now_us;
	w->got_bytes = false;
	w->received_b = 0;
	if (!request)
		return web_finish(w, OUTCOME_LIMIT, NULL);
	return (struct step){.kind = STEP_SEND,
			     .data = (const uint8_t *)request,
			     .len = strlen(request),
			     .timeout_us = read_deadline(w) - now_us};
}

struct step web_ask_page(struct web_probe *w, int64_t now_us)
{
	w->row.first_byte_us = I64_NULL;
	http_init(&w->http);
	w->http.body = take_body;
	w->http.ctx = w;
	return web_send(w, w->request, now_us);
}

static struct step send_request(struct web_probe *w, int64_t now_us)
{
	switch (w->q.robots) {
	case ROBOTS_ASK: return robots_ask(w, now_us);
	case ROBOTS_OBEY:
		w->row.stage = STAGE_REQUEST;
		return web_finish(w, OUTCOME_DENIED, "robots");
	case ROBOTS_KNOWN: break;
	}
	return web_ask_page(w, now_us);
}

static struct step connected(struct web_probe *w, int64_t now_us)
{
	w->row.connect_us = now_us - w->connect_at;
	if (w->q.scheme == SCHEME_HTTP)
		return send_request(w, now_us);
	w->row.stage = STAGE_TLS;
	w->tls_at = now_us;
	return (struct step){
		.kind = STEP_TLS, .sni = w->q.host, .timeout_us = ms_us(L_TLS_HANDSHAKE_MS)};
}

/* "handshake_limit", "key_limit" and "names_limit": we ended it, which says nothing of the far side. */
static struct step tls_failed(struct web_probe *w, const char *why)
{
	const char *end = why ? strrchr(why, '_') : NULL;

	return web_finish(w, end && !strcmp(end, "_limit") ? OUTCOME_LIMIT : OUTCOME_TLS, why);
}

static struct step secured(struct web_probe *w, const struct tls_facts *f, int64_t now_us)
{
	struct web_row *r = &w->row;

	r->tls_us = now_us - w->tls_at;
	r->tls_version = f->version;
	r->tls_cipher = f->cipher;
	r->cert_sha256 = f->cert_sha256;
	r->cert_spki_sha256 = f->spki_sha256;
	r->cert_subject = f->subject;
	r->cert_issuer = f->issuer;
	r->cert_not_after_us = f->not_after_us;
	r->cert_ok = f->verified;
	r->cert_problem = f->problem;
	return send_request(w, now_us);
}

static struct step next(struct probe *p, const struct event *e)
{
	struct web_probe *w = (struct web_probe *)p;

	p->last_us = e->mono_us;
	w->wall_us = e->wall_us;
	if (w->asking)
		return robots_event(w, e);
	switch (e->kind) {
	case EVENT_START: return connect_host(w, e->mono_us);
	case EVENT_CONNECTED: return connected(w, e->mono_us);
	case EVENT_TLS: return secured(w, e->tls, e->mono_us);
	case EVENT_TLS_FAILED: return tls_failed(w, e->why);
	case EVENT_DATA: return take_data(w, e);
	case EVENT_CLOSED: return closed(w, e->mono_us);
	case EVENT_REFUSED: return web_finish(w, OUTCOME_REFUSED, NULL);
	case EVENT_UNREACHABLE: return web_finish(w, OUTCOME_UNREACHABLE, e->why);
	case EVENT_TIMEOUT: return timed_out(w, e->mono_us);
	case EVENT_DENIED: break;
	}
	return web_finish(w, OUTCOME_DENIED, e->why);
}

static void drop(struct probe *p)
{
	release((struct web_probe *)p);
}

static const struct probe_kind kind = {
	.name = "web", .schema = &web_schema, .next = next, .drop = drop};

/* ---- birth ---- */

/* Only what browsers also send; the port is named if it is not the scheme's own (RFC 9110 7.2). */
const char *web_request(struct web_probe *w, const char *path, const char *more)
{
	uint16_t own = w->q.scheme == SCHEME_HTTPS ? 443 : 80;
	bool literal = strchr(w->q.host, ':');
	char port[8] = "";

	if (w->row.port != own)
		snprintf(port, sizeof(port), ":%u", (unsigned)w->row.port);
	return arena_printf(w->p.arena, "GET %s HTTP/1.1\r\nHost: %s%s%s%s\r\nUser-Agent: %s\r\n%s\r\n",
			    path, literal ? "[" : "", w->q.host, literal ? "]" : "", port,
			    w->q.user_agent, more);
}

static void fill_question(struct web_probe *w)
{
	struct web_row *r = &w->row;

	r->target = w->q.target;
	r->host = w->q.host;
	r->scheme = (int32_t)w->q.scheme;
	r->began = (int32_t)w->q.began;
	r->family = w->q.addr.family;
	r->hop = w->q.hop;
	r->addr = w->q.addr;
	r->port = w->q.port ? w->q.port : w->q.scheme == SCHEME_HTTPS ? 443 : 80;
	r->stage = STAGE_CONNECT;
	r->robots = w->q.robots_said ? arena_str(w->p.arena, w->q.robots_said) : NULL;
}

void web_probe_init(struct web_probe *w, const struct web_question *q, struct arena *a)
{
	memset(w, 0, offsetof(struct web_probe, html));
	row_clear(&web_schema, &w->row);
	w->p = (struct probe){.kind = &kind, .arena = a, .row = &w->row};
	w->q = *q;
	w->q.target = arena_str(a, q->target);
	w->q.host = arena_str(a, q->host);
	w->q.path = arena_str(a, q->path ? q->path : "/");
	w->q.user_agent = arena_str(a, q->user_agent);
	fill_question(w);
	buf_init(&w->keep, w->q.keep_b + 1);
	w->kept_all = true;
	if (w->q.host && w->q.path && w->q.user_agent)
		w->request = web_request(w, w->q.path,
					 "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
					 "Accept-Encoding: gzip, deflate\r\nConnection: close\r\n");
}
