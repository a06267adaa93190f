/*
 * web: one thread.  A request is answered from the cache (microseconds) or by its route (a query of
 * some milliseconds, then kept).  When the facts change the cache is emptied and the answers that
 * every visitor asks for are made again, one a turn of the loop, so that no visitor waits for them.
 */
#include "outlet/web.h"

#include "base/asset.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "core/schema.h"
#include "outlet/route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_US = 500000, CACHE_B = 64 << 20, KEY_MAX = 4096 };

struct kept {
	char *data;
	size_t len;
	const char *type;
	char etag[20];
};

struct web {
	struct httpd *httpd;
	struct loop *loop;
	struct store *store;
	struct watch http_watch, store_watch;
	struct timer tick, http_timer, warm_timer;
	int64_t generation, day;
	uint64_t state; /* of lists and plans, which are not facts but are shown */
	struct arena cache_arena;
	struct map cache;
	size_t cache_b;
	size_t warm_route, warm_query, warm_lang;
	char etag[20]; /* of the answer being made */
	struct about about;
	/* the running round as it was told last */
	char round[64];
	int64_t round_done, round_at_us;
};

/* ---- the cache ---- */

static void free_kept(void *p)
{
	free(((struct kept *)p)->data);
}

static void cache_clear(struct web *w)
{
	arena_done(&w->cache_arena);
	map_init(&w->cache, &w->cache_arena);
	w->cache_b = 0;
}

static void cache_put(struct web *w, const char *key, const struct buf *body, const char *type,
		      const char *etag)
{
	struct kept *k;

	if (w->cache_b + body->len > CACHE_B)
		cache_clear(w);
	k = arena_alloc(&w->cache_arena, sizeof(*k));
	k->data = malloc(body->len + 1);
	if (!k->data)
		return;
	memcpy(k->data, body->data, body->len + 1);
	k->len = body->len;
	k->type = type;
	snprintf(k->etag, sizeof(k->etag), "%s", etag);
	arena_defer(&w->cache_arena, free_kept, k);
	*map_at_text(&w->cache, key) = k;
	w->cache_b += body->len + strlen(key) + sizeof(*k);
}

/* ---- the API ---- */

static const struct route *route_of(const char *path, const char **tail)
{
	const struct route *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; route_list[i]; i++) {
		const struct route *r = route_list[i];
		size_t n = strlen(r->path);

		if (n < longest || strncmp(path, r->path, n))
			continue;
		if (path[n] == '\0' && (!r->tail_name || r->tail_optional)) {
			*tail = "";
		} else if (path[n] == '/' && path[n + 1] && r->tail_name) {
			*tail = path + n + 1;
		} else {
			continue;
		}
		found = r;
		longest = n;
	}
	return found;
}

/* The parameters that a route knows, in the order of its table: nothing else makes a new key. */
static void make_key(const struct route *r, const struct http_request *q, const char *tail, bool zh,
		     char key[static KEY_MAX])
{
	static const char *const common[] = {"format", "for", NULL};
	size_t n = (size_t)snprintf(key, KEY_MAX, "%s|%s|%d", r->path, tail, zh);

	for (const struct route_param *p = r->params; p && p->name && n < KEY_MAX; p++) {
		const char *v = q ? http_query(q, p->name) : NULL;

		if (v && *v)
			n += (size_t)snprintf(key + n, KEY_MAX - n, "|%s=%s", p->name, v);
	}
	for (size_t i = 0; common[i] && n < KEY_MAX; i++) {
		const char *v = q ? http_query(q, common[i]) : NULL;

		if (v && *v)
			n += (size_t)snprintf(key + n, KEY_MAX - n, "|%s=%s", common[i], v);
	}
}

static bool wants(const struct http_request *q, const char *name, const char *value)
{
	const char *v = q ? http_query(q, name) : NULL;

	return v && !strcmp(v, value);
}

/* Runs a route; the body is JSON or CSV; returns the status. */
static int run_route(struct web *w, const struct route *r, const struct http_request *q,
		     const char *tail, bool zh, struct buf *body, const char **type)
{
	struct arena a;
	struct json json;
	struct buf text;
	struct err e = {0};
	struct call c = {.request = q, .store = w->store, .facts = store_facts(w->store),
			 .clock = loop_clock(w->loop), .about = &w->about, .arena = &a, .json = &json, .tail = tail,
			 .zh = zh, .csv = wants(q, "format", "csv"),
			 .spreadsheet = wants(q, "for", "spreadsheet"), .csv_out = body,
			 .status = 200};

	arena_init(&a, 0);
	buf_init(&text, body->max);
	json_init(&json, &text);
	if (r->answer(&c, &e)) {
		log_error("%s: %s", r->path, e.text);
		call_error(&c, 500, "see the server's log", "the answer could not be made");
	}
	if (!c.csv)
		buf_add(body, text.data, text.len);
	*type = c.csv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8";
	buf_done(&text);
	arena_done(&a);
	return c.status;
}

static void tag_of(const struct buf *body, char etag[static 20])
{
	snprintf(etag, 20, "%016llx", (unsigned long long)hash_bytes(body->data, body->len));
}

static bool speaks_zh(const struct http_request *q)
{
	const char *lang = http_query(q, "lang");

	return lang && !strncmp(lang, "zh", 2);
}

static void answer_api(struct web *w, const struct http_request *q, struct http_response *out)
{
	const char *tail;
	const struct route *r = route_of(q->path, &tail);
	char key[KEY_MAX];
	struct kept *k;

	out->open_data = true;
	if (!r) {
		out->status = 404;
		out->type = "application/json; charset=utf-8";
		buf_str(&out->body, "{\"error\":\"there is nothing at this address\",\"remedy\":\"see "
				    "/api/v1/openapi.json\"}");
		return;
	}
	make_key(r, q, tail, speaks_zh(q), key);
	k = r->live ? NULL : map_get_text(&w->cache, key);
	if (k) {
		buf_add(&out->body, k->data, k->len);
		out->type = k->type;
		snprintf(w->etag, sizeof(w->etag), "%s", k->etag);
	} else {
		out->status = run_route(w, r, q, tail, speaks_zh(q), &out->body, &out->type);
		tag_of(&out->body, w->etag);
		if (out->status == 200 && !r->live)
			cache_put(w, key, &out->body, out->type, w->etag);
	}
	out->etag = w->etag;
	if (!strncmp(out->type, "text/csv", 8))
		out->disposition = "attachment; filename=\"sextant.csv\"";
}

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

static void handle(void *ctx, const struct http_request *q, struct http_response *out)
{
	struct web *w = ctx;

	if (!strcmp(q->path, "/api/v1/events")) {
		out->events = true;
		out->type = "text/event-stream; charset=utf-8";
		out->cache = "no-store";
	} else if (!strcmp(q->path, "/healthz")) {
		out->type = "application/json; charset=utf-8";
		buf_printf(&out->body, "{\"ok\":true,\"version\":\"%s\"}", SEXTANT_VERSION);
	} else if (!strncmp(q->path, "/api/", 5)) {
		answer_api(w, q, out);
	} else {
		answer_asset(q, out);
	}
}

/* ---- what happens by itself ---- */

static void warm_one(struct timer *t)
{
	struct web *w = t->ctx;
	const struct route *r = route_list[w->warm_route];
	const char *type;
	struct buf body;
	char key[KEY_MAX], tag[20];

	if (!r)
		return;
	if (!r->warm || !r->warm[w->warm_query]) {
		w->warm_route++;
		w->warm_query = 0;
		loop_timer(w->loop, &w->warm_timer, 0);
		return;
	}
	buf_init(&body, 64u << 20);
	make_key(r, NULL, r->warm[w->warm_query], w->warm_lang, key);
	if (!map_get_text(&w->cache, key) &&
	    run_route(w, r, NULL, r->warm[w->warm_query], w->warm_lang, &body, &type) == 200) {
		tag_of(&body, tag);
		cache_put(w, key, &body, type, tag);
	}
	buf_done(&body);
	w->warm_query += w->warm_lang;
	w->warm_lang = !w->warm_lang;
	loop_timer(w->loop, &w->warm_timer, 1000);
}

static void facts_changed(struct web *w)
{
	char text[32];

	cache_clear(w);
	w->warm_route = w->warm_query = w->warm_lang = 0;
	loop_timer(w->loop, &w->warm_timer, 200000);
	snprintf(text, sizeof(text), "%lld", (long long)w->generation);
	httpd_event(w->httpd, "generation", text);
}

/* Tells the streams how far the running round is. */
static void tell_round(struct web *w)
{
	struct arena a;
	struct table t;
	struct err e;

	arena_init(&a, 0);
	if (!store_query_state(w->store, &a,
			       "SELECT id, done, total, status FROM round ORDER BY began_us DESC LIMIT 1",
			       NULL, 0, &t, &e) &&
	    t.n_rows) {
		const char *id = value_str(table_at(&t, 0, 0), "");
		int64_t done = value_int(table_at(&t, 0, 1), 0), now = clock_mono(loop_clock(w->loop));
		int64_t total = value_int(table_at(&t, 0, 2), 0);
		bool same = !strcmp(id, w->round);

		if (!same || done != w->round_done) {
			double rate = same && now > w->round_at_us
					      ? (double)(done - w->round_done) * 1e6 /
							(double)(now - w->round_at_us)
					      : 0;
			struct buf b;
			struct json j;

			buf_init(&b, 4096);
			json_init(&j, &b);
			json_object(&j);
			json_put_text(&j, "id", id);
			json_put_text(&j, "status", value_str(table_at(&t, 0, 3), ""));
			json_put_i64(&j, "done", done);
			json_put_i64(&j, "total", total);
			json_put_f64(&j, "rate_per_s", rate);
			json_key(&j, "remaining_s");
			if (rate > 0)
				json_f64(&j, (double)(total - done) / rate);
			else
				json_null(&j);
			json_end_object(&j);
			httpd_event(w->httpd, "round", b.data);
			buf_done(&b);
			snprintf(w->round, sizeof(w->round), "%s", id);
			w->round_done = done;
			w->round_at_us = now;
		}
	}
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

static void on_tick(struct timer *t)
{
	struct web *w = t->ctx;
	int64_t generation = store_generation(w->store);
	int64_t day = clock_wall(loop_clock(w->loop)) / 86400000000;
	uint64_t state = state_of(w);

	if (generation != w->generation || day != w->day || state != w->state) {
		w->generation = generation;
		w->state = state;
		w->day = day; /* targets compare with today */
		facts_changed(w);
	}
	if (httpd_streams(w->httpd))
		tell_round(w);
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
	w->warm_timer = (struct timer){.fire = warm_one, .ctx = w};
	rc = loop_watch(w->loop, &w->http_watch, e);
	if (!rc && w->store_watch.fd >= 0)
		rc = loop_watch(w->loop, &w->store_watch, e);
	w->generation = store_generation(w->store);
	w->day = clock_wall(loop_clock(w->loop)) / 86400000000;
	w->state = state_of(w);
	loop_timer(w->loop, &w->tick, TICK_US);
	loop_timer(w->loop, &w->warm_timer, 100000);
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
	arena_init(&w->cache_arena, 0);
	map_init(&w->cache, &w->cache_arena);
	w->httpd = httpd_new(&http, e);
	if (!w->httpd || begin(w, e)) {
		httpd_free(w->httpd);
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
	loop_untimer(w->loop, &w->warm_timer);
	httpd_free(w->httpd);
	arena_done(&w->cache_arena);
	free(w);
}

uint16_t web_port(const struct web *w)
{
	return httpd_port(w->httpd);
}
