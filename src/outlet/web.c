/*
 * web: the loop's side.  Assets and answers that are kept are sent at once (microseconds); all else is
 * made by threads (answers.c) while the loop goes on.  When what is said of complete rounds, datasets
 * or lists changes, the answers are made anew, and the pages that are open are told.
 */
#include "outlet/web.h"

#include "base/asset.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/log.h"
#include "core/schema.h"
#include "outlet/answers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_US = 500000, AGAIN_US = 5000000 };

/* A round as it was told last. */
struct told {
	char id[64], status[16];
	int64_t done, done_us; /* when done last changed */
	int64_t told_us;
	double rate_per_s;
};

struct web {
	struct httpd *httpd;
	struct loop *loop;
	struct store *store;
	struct watch http_watch, store_watch;
	struct answers *answers;
	struct timer tick, http_timer;
	int64_t settled, day;
	uint64_t state; /* of lists and plans, which are not facts but are shown */
	struct about about;
	struct told told;
	bool busy, rested; /* asked anything since the last tick; nothing since memory was given back */
};

/* ---- pages ---- */

static const char *type_of(const char *name)
{
	static const char *const types[][2] = {
		{".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},   {".json", "application/json; charset=utf-8"},
		{".svg", "image/svg+xml"},	       {".txt", "text/plain; charset=utf-8"},
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(dot, types[i][0]))
			return types[i][1];
	return "application/octet-stream";
}

static void answer_asset(const struct http_request *q, struct http_response *out)
{
	bool page = strncmp(q->path, "/assets/", 8) != 0;
	const char *name = page ? "index.html" : q->path + 8;
	const struct asset *plain = asset_find(name), *gz;
	char gz_name[256];

	snprintf(gz_name, sizeof(gz_name), "%s.gz", name);
	gz = asset_find(gz_name);
	if (!plain && !gz) {
		out->status = 404;
		buf_str(&out->body, page ? "the pages are not in this build: run `make web`\n"
					 : "there is no such file\n");
		return;
	}
	out->type = type_of(name);
	out->gzip = gz != NULL;
	out->fixed = (gz ? gz : plain)->data;
	out->fixed_len = (gz ? gz : plain)->len;
	out->etag = (gz ? gz : plain)->sha256;
	out->cache = page ? "no-cache" : "public, max-age=31536000, immutable";
}

/* RFC 9511: who probes, why, and how to make it stop; where the owner of a probed host looks first. */
static void answer_probing(struct web *w, struct http_response *out)
{
	const struct about *a = &w->about;
	char expires[TIME_TEXT_MAX];

	if (!a->contact || !*a->contact || !a->info_url || !*a->info_url) {
		out->status = 404;
		buf_str(&out->body, "nobody is named here: observer.contact_email and observer.info_url are not "
				    "set, so nothing public is probed\n");
		return;
	}
	time_text(clock_wall(loop_clock(w->loop)) + INT64_C(365) * 86400000000, expires);
	buf_printf(&out->body,
		   "Canonical: %s\nContact: mailto:%s\nExpires: %s\nPreferred-Languages: zh, en\n"
		   "Description: %s measures how far IPv6 is deployed. It asks the DNS for public names, opens "
		   "ports 25, 53, 80 and 443 of the hosts that these name, fetches their front pages once per "
		   "family, and keeps no page. Write to the contact to opt out.\n",
		   a->info_url, a->contact, expires, a->operator_ && *a->operator_ ? a->operator_ : "Sextant");
}

static void handle(void *ctx, const struct http_request *q, struct http_response *out)
{
	struct web *w = ctx;

	w->busy = true;
	if (!strcmp(q->path, "/api/v1/events")) {
		out->events = true;
		out->type = "text/event-stream; charset=utf-8";
		out->cache = "no-store";
	} else if (!strcmp(q->path, "/healthz")) {
		out->type = "application/json; charset=utf-8";
		buf_printf(&out->body, "{\"ok\":true,\"version\":\"%s\",\"pending\":%zu}", SEXTANT_VERSION,
			   answers_pending(w->answers));
	} else if (!strcmp(q->path, "/.well-known/probing.txt")) {
		out->type = "text/plain; charset=utf-8";
		answer_probing(w, out);
	} else if (!strncmp(q->path, "/api/", 5)) {
		answers_give(w->answers, q, out);
	} else {
		answer_asset(q, out);
	}
}

/* ---- what happens by itself ---- */

static void renew(struct web *w)
{
	char text[32];

	answers_renew(w->answers);
	snprintf(text, sizeof(text), "%lld", (long long)store_generation(w->store));
	httpd_event(w->httpd, "generation", text);
}

/* What is new about the round; false when nothing is and the streams heard of it a moment ago. */
static bool round_moved(struct told *t, const char *id, const char *status, int64_t done, int64_t now)
{
	bool same = !strcmp(id, t->id);

	if (same && !strcmp(status, t->status) && done == t->done && now - t->told_us < AGAIN_US)
		return false;
	if (!same || done != t->done) {
		t->rate_per_s = same && now > t->done_us
					? (double)(done - t->done) * 1e6 / (double)(now - t->done_us)
					: 0;
		t->done_us = now;
	}
	snprintf(t->id, sizeof(t->id), "%s", id);
	snprintf(t->status, sizeof(t->status), "%s", status);
	t->done = done;
	t->told_us = now;
	return true;
}

static void send_round(struct web *w, int64_t total, const char *failures)
{
	const struct told *t = &w->told;
	struct buf b;
	struct json j;

	buf_init(&b, 1 << 16);
	json_init(&j, &b);
	json_object(&j);
	json_put_text(&j, "id", t->id);
	json_put_text(&j, "status", t->status);
	json_put_i64(&j, "done", t->done);
	json_put_i64(&j, "total", total);
	json_put_f64(&j, "rate_per_s", t->rate_per_s);
	json_key(&j, "remaining_s");
	if (t->rate_per_s > 0)
		json_f64(&j, (double)(total - t->done) / t->rate_per_s);
	else
		json_null(&j);
	json_key(&j, "failures");
	json_raw(&j, failures);
	json_end_object(&j);
	httpd_event(w->httpd, "round", b.data);
	buf_done(&b);
}

/* Tells the streams how far the running round is, or that the last one is complete.  Told again from
 * time to time: a stream that opened between two changes would else wait for the next. */
static void tell_round(struct web *w)
{
	struct arena a;
	struct table t;
	struct err e;

	arena_init(&a, 0);
	if (!store_query_state(w->store, &a,
			       "SELECT id, status, done, total, failures FROM round "
			       "ORDER BY status = 'running' DESC, began_us DESC LIMIT 1",
			       NULL, 0, &t, &e) &&
	    t.n_rows &&
	    round_moved(&w->told, value_str(table_at(&t, 0, 0), ""), value_str(table_at(&t, 0, 1), ""),
			value_int(table_at(&t, 0, 2), 0), clock_mono(loop_clock(w->loop))))
		send_round(w, value_int(table_at(&t, 0, 3), 0), value_str(table_at(&t, 0, 4), NULL));
	arena_done(&a);
}

/* Changes when a list or a plan does. */
static uint64_t state_of(struct web *w)
{
	uint64_t hash = 0;
	struct arena a;
	struct table t;
	struct err e;

	arena_init(&a, 0);
	if (!store_query_state(w->store, &a,
			       "SELECT (SELECT count(*) FROM portfolio) || '/' || "
			       "(SELECT coalesce(group_concat(name || imported_us), '') FROM plan) || '/' || "
			       "(SELECT coalesce(max(value), '') FROM setting WHERE key = 'plan')",
			       NULL, 0, &t, &e) &&
	    t.n_rows) {
		const char *text = value_str(table_at(&t, 0, 0), "");

		hash = hash_bytes(text, strlen(text));
	}
	arena_done(&a);
	return hash;
}

static void rest(struct web *w)
{
	bool busy = w->busy || answers_pending(w->answers);

	if (!busy && !w->rested)
		answers_rest(w->answers);
	w->rested = !busy;
	w->busy = false;
}

static void on_tick(struct timer *t)
{
	struct web *w = t->ctx;
	int64_t settled = store_settled(w->store);
	int64_t day = clock_wall(loop_clock(w->loop)) / 86400000000;
	uint64_t state = state_of(w);

	if (settled != w->settled || day != w->day || state != w->state) {
		w->settled = settled;
		w->state = state;
		w->day = day; /* targets compare with today */
		renew(w);
	}
	if (httpd_streams(w->httpd))
		tell_round(w);
	rest(w);
	loop_timer(w->loop, &w->tick, TICK_US);
}

static void run_http(struct web *w)
{
	int64_t wait;

	httpd_run(w->httpd);
	wait = httpd_wait_us(w->httpd);
	if (wait >= 0)
		loop_timer(w->loop, &w->http_timer, wait);
	else
		loop_untimer(w->loop, &w->http_timer);
}

static void on_http(struct watch *watch, unsigned what)
{
	(void)what;
	run_http(watch->ctx);
}

static void on_http_timer(struct timer *t)
{
	run_http(t->ctx);
}

static void on_store(struct watch *watch, unsigned what)
{
	struct web *w = watch->ctx;

	(void)what;
	store_serve(w->store);
}

static int begin(struct web *w, struct err *e)
{
	int rc;

	w->http_watch = (struct watch){.fd = httpd_fd(w->httpd), .want = LOOP_READ, .ready = on_http,
				       .ctx = w};
	w->store_watch = (struct watch){.fd = store_fd(w->store), .want = LOOP_READ,
					.ready = on_store, .ctx = w};
	w->tick = (struct timer){.fire = on_tick, .ctx = w};
	w->http_timer = (struct timer){.fire = on_http_timer, .ctx = w};
	rc = loop_watch(w->loop, &w->http_watch, e);
	if (!rc && w->store_watch.fd >= 0)
		rc = loop_watch(w->loop, &w->store_watch, e);
	w->settled = store_settled(w->store);
	w->day = clock_wall(loop_clock(w->loop)) / 86400000000;
	w->state = state_of(w);
	loop_timer(w->loop, &w->tick, TICK_US);
	if (!rc)
		answers_renew(w->answers);
	return rc;
}

struct web *web_new(const struct web_config *c, struct loop *l, struct store *s, struct err *e)
{
	struct web *w = calloc(1, sizeof(*w));
	struct httpd_config http = {.addr = c->addr, .port = c->port, .hosts = c->hosts,
				    .handle = handle, .ctx = w};

	if (!w) {
		err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	w->loop = l;
	w->store = s;
	w->about = (struct about){c->operator_, c->contact, c->info_url};
	w->answers = answers_new(l, s, &(struct call){.clock = loop_clock(l), .about = &w->about}, e);
	if (w->answers)
		w->httpd = httpd_new(&http, e);
	if (!w->httpd || begin(w, e)) {
		httpd_free(w->httpd);
		answers_free(w->answers);
		free(w);
		return NULL;
	}
	return w;
}

void web_free(struct web *w)
{
	if (!w)
		return;
	loop_unwatch(w->loop, &w->http_watch);
	if (w->store_watch.fd >= 0)
		loop_unwatch(w->loop, &w->store_watch);
	loop_untimer(w->loop, &w->tick);
	loop_untimer(w->loop, &w->http_timer);
	httpd_free(w->httpd);
	answers_free(w->answers);
	free(w);
}

uint16_t web_port(const struct web *w)
{
	return httpd_port(w->httpd);
}
