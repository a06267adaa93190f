/*
 * probe_web_robots: the question for /robots.txt that comes before the page (RFC 9309, threats.md
 * P-ROBOTS).  Only an explicit refusal of our own token ends the probe.  A redirect is not followed: the
 * host that it leads to is asked when a page of it is.  What cannot be read refuses nobody.
 */
#include "check/probe_web_int.h"

#include "wire/retry_after.h"

#include <string.h>

static const char own_token[] = "sextant";

static bool take_body(void *ctx, const uint8_t *data, size_t len)
{
	struct web_probe *w = ctx;

	robots_feed(&w->robots, data, len);
	return true;
}

struct step robots_ask(struct web_probe *w, int64_t now_us)
{
	w->asking = true;
	robots_init(&w->robots, own_token, w->q.path);
	http_init(&w->http);
	w->http.body = take_body;
	w->http.ctx = w;
	return web_send(w, web_request(w, "/robots.txt", "Accept: text/plain,*/*;q=0.8\r\n"), now_us);
}

/* What the answer says of us; is_whole: it came to its end, or to the limit of what we read. */
static const char *said(struct web_probe *w, bool is_whole)
{
	unsigned status = w->http.status;

	if (!is_whole || w->http.coding != HTTP_IDENTITY || status >= 500)
		return "unread";
	if (status >= 400)
		return "none";
	if (status >= 300)
		return "elsewhere";
	if (robots_end(&w->robots))
		return "refused";
	return w->robots.named ? "allowed" : "unnamed";
}

/* robots.txt itself may be too much now (P-BACK). */
static bool is_put_off(struct web_probe *w)
{
	if (!w->http.has_retry_after || (w->http.status != 429 && w->http.status != 503))
		return false;
	w->row.retry_after_s = retry_after_s(w->http.retry_after, w->wall_us);
	if (w->row.retry_after_s < 0)
		w->row.retry_after_s = I64_NULL;
	return w->row.retry_after_s != I64_NULL && w->row.retry_after_s > 0;
}

static struct step end_here(struct web_probe *w, const char *why)
{
	w->row.stage = STAGE_REQUEST;
	w->row.first_byte_us = I64_NULL;
	return web_finish(w, OUTCOME_DENIED, why);
}

/* Goes on to the page, on this connection where that may be. */
static struct step decide(struct web_probe *w, bool is_whole, bool is_open, int64_t now_us)
{
	w->row.robots = said(w, is_whole);
	w->asking = false;
	if (!strcmp(w->row.robots, "refused"))
		return end_here(w, "robots");
	if (is_whole && is_put_off(w))
		return end_here(w, "retry_after");
	if (!is_open || !is_whole || w->http.closes || w->http.extra)
		return web_reopen(w);
	w->reused = true;
	return web_ask_page(w, now_us);
}

static bool is_late(const struct web_probe *w, int64_t now_us)
{
	return now_us >= w->request_at + INT64_C(1000) * L_ROBOTS_MS;
}

static struct step too_late(struct web_probe *w, int64_t now_us)
{
	limit_hit(LIMIT_ROBOTS_MS);
	return decide(w, false, false, now_us);
}

static struct step take_data(struct web_probe *w, const struct event *e)
{
	w->got_bytes = true;
	w->row.first_byte_us = e->mono_us - w->request_at;
	w->received_b += e->len;
	switch (http_feed(&w->http, e->data, e->len)) {
	case HTTP_MORE:
		return is_late(w, e->mono_us) ? too_late(w, e->mono_us) : web_read_more(w, e->mono_us);
	case HTTP_DONE: return decide(w, true, true, e->mono_us);
	case HTTP_LIMIT: return decide(w, !strcmp(w->http.why, "body"), false, e->mono_us);
	case HTTP_BAD:
	case HTTP_STOP: break;
	}
	return decide(w, false, false, e->mono_us);
}

struct step robots_event(struct web_probe *w, const struct event *e)
{
	if (e->kind == EVENT_DATA)
		return take_data(w, e);
	if (e->kind == EVENT_TIMEOUT)
		return too_late(w, e->mono_us);
	return decide(w, e->kind == EVENT_CLOSED && http_close(&w->http) == HTTP_DONE, false,
		      e->mono_us);
}
