/* answers: see answers.h.  This file: what is kept, who waits, what is made ready. */
#include "outlet/answers_int.h"

#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { KEPT_B = 24 << 20, TELL_AGAIN_US = 60000000 };

/* ---- what is kept ---- */

static struct stamp stamp_now(const struct answers *a, const struct route *r)
{
	if (r->live)
		return (struct stamp){store_generation(a->store), store_changes(a->store)};
	return (struct stamp){store_settled(a->store), a->epoch};
}

static bool same(struct stamp a, struct stamp b)
{
	return a.facts == b.facts && a.state == b.state;
}

static void forget(struct answers *a)
{
	for (struct entry *e = a->entries; e; e = e->next)
		http_unkeep(e->kept);
	arena_done(&a->arena);
	map_init(&a->map, &a->arena);
	a->entries = NULL;
	a->kept_b = 0;
}

static void keep(struct answers *a, const struct job *j, struct http_kept *k)
{
	struct entry *e, **at;

	if (a->kept_b + http_kept_size(k) > KEPT_B)
		forget(a);
	at = (struct entry **)map_at_text(&a->map, j->key);
	if (!*at) {
		*at = arena_alloc(&a->arena, sizeof(**at));
		(*at)->next = a->entries;
		a->entries = *at;
	}
	e = *at;
	if (e->kept)
		a->kept_b -= http_kept_size(e->kept);
	http_unkeep(e->kept);
	*e = (struct entry){.next = e->next, .kept = http_kept_ref(k), .stamp = j->stamp};
	a->kept_b += http_kept_size(k);
}

/* ---- jobs ---- */

static void start(struct answers *a, struct job *j, bool warm)
{
	*vec_push(&a->pending) = j;
	j->ours = warm;
	j->generation = store_generation(a->store);
	if (j->route && !j->route->live && a->board_settled == j->stamp.facts) {
		j->board = board_ref(a->board);
		j->behind = a->board_generation != j->generation;
	}
	pthread_mutex_lock(&a->lock);
	queue_add(warm ? &a->warm : &a->visitors, j);
	pthread_cond_broadcast(&a->more);
	pthread_mutex_unlock(&a->lock);
}

/* A visitor waits for it now. */
static void hurry(struct answers *a, struct job *j)
{
	pthread_mutex_lock(&a->lock);
	if (queue_remove(&a->warm, j)) {
		queue_add(&a->visitors, j);
		pthread_cond_broadcast(&a->more);
	}
	pthread_mutex_unlock(&a->lock);
}

static struct job *pending(const struct answers *a, const struct job *like)
{
	for (size_t i = 0; i < a->pending.n; i++) {
		struct job *j = a->pending.at[i];

		if (j->hash == like->hash && !strcmp(j->key, like->key) && same(j->stamp, like->stamp))
			return j;
	}
	return NULL;
}

static void no_longer_pending(struct answers *a, const struct job *j)
{
	for (size_t i = 0; i < a->pending.n; i++)
		if (a->pending.at[i] == j) {
			a->pending.at[i] = a->pending.at[--a->pending.n];
			return;
		}
}

/* A fault that all questions meet is told once a minute. */
static void tell(struct answers *a, const struct job *j)
{
	int64_t now = clock_mono(loop_clock(a->loop));

	bool again = a->told == j->fault.code && now < a->told_us + TELL_AGAIN_US;

	if (!again) {
		log_error("%s: %s", j->route ? j->route->path : "the board", j->fault.text);
		a->told = j->fault.code;
		a->told_us = now;
	}
	if (j->fault.code != -ETIMEDOUT)
		store_check(a->store, &j->fault);
}

/* From now on questions of facts that are still the same are answered with it. */
static void take_board(struct answers *a, struct job *j)
{
	no_longer_pending(a, j);
	if (j->fault.code) {
		tell(a, j);
	} else {
		board_unref(a->board);
		a->board = j->board;
		j->board = NULL;
		a->board_settled = j->stamp.facts;
		a->board_generation = j->generation;
	}
	job_free(j);
}

/* An answer has been made: those who wait get it, whatever has changed meanwhile; it is kept if it is
 * still true. */
static void finish(struct answers *a, struct job *j)
{
	struct http_kept *k = http_keep(&j->head, &j->packed);

	j->packed.data = NULL;
	no_longer_pending(a, j);
	for (size_t i = 0; i < j->waiting.n; i++)
		httpd_give(j->waiting.at[i], k);
	if (k && j->head.status == 200 && same(j->stamp, stamp_now(a, j->route)))
		keep(a, j, k);
	http_unkeep(k);
	if (j->fault.code)
		tell(a, j);
	job_free(j);
}

static void on_done(struct watch *w, unsigned what)
{
	struct answers *a = w->ctx;
	struct queue all;
	uint64_t times;

	(void)what;
	(void)!read(w->fd, &times, sizeof(times));
	queue_init(&all);
	pthread_mutex_lock(&a->lock);
	for (struct job *j = queue_take(&a->done); j; j = queue_take(&a->done))
		queue_add(&all, j);
	pthread_mutex_unlock(&a->lock);
	for (struct job *j = queue_take(&all); j; j = queue_take(&all))
		if (j->route)
			finish(a, j);
		else
			take_board(a, j);
}

void answers_give(struct answers *a, const struct http_request *q, struct http_response *out)
{
	const char *tail;
	const struct route *r = job_route(q->path, &tail);
	struct entry *e;
	struct job *j, *other;

	out->open_data = true;
	if (!r) {
		out->status = 404;
		out->type = "application/json; charset=utf-8";
		buf_str(&out->body, job_is_zh(q) ? "{\"error\":\"此地址没有内容\",\"remedy\":\"参见 "
					       "/api/v1/openapi.json\"}"
					     : "{\"error\":\"there is nothing at this address\",\"remedy\":"
					       "\"see /api/v1/openapi.json\"}");
		return;
	}
	j = job_of_request(r, tail, q);
	j->stamp = stamp_now(a, r);
	e = map_get_text(&a->map, j->key);
	if (e && same(e->stamp, j->stamp)) {
		out->kept = e->kept;
		job_free(j);
		return;
	}
	other = pending(a, j);
	*vec_push(other ? &other->waiting : &j->waiting) = q->client;
	out->later = true;
	if (!other) {
		start(a, j, false);
		return;
	}
	hurry(a, other);
	job_free(j);
}

/* ---- what is made ready ---- */

struct warming {
	struct answers *answers;
	const struct route *route;
};

static void warm_text(void *ctx, const char *text)
{
	struct answers *a = ((struct warming *)ctx)->answers;
	const struct route *r = ((struct warming *)ctx)->route;

	for (int zh = 0; zh < 2; zh++) {
		struct job *j = job_of_text(r, text, zh);

		j->stamp = stamp_now(a, r);
		if (pending(a, j))
			job_free(j);
		else
			start(a, j, true);
	}
}

static void drop_board(struct answers *a)
{
	board_unref(a->board);
	a->board = NULL;
	a->board_settled = -1;
}

/* First: without it each question about a site goes through millions of rows. */
static void warm_board(struct answers *a)
{
	struct job *j = job_new(NULL, "board", false);

	j->key = j->tail;
	j->stamp = (struct stamp){store_settled(a->store), 0};
	if (a->board_settled == j->stamp.facts || pending(a, j))
		job_free(j);
	else
		start(a, j, true);
}

static void warm_all(struct answers *a)
{
	warm_board(a);

	for (size_t i = 0; route_list[i]; i++) {
		const struct route *r = route_list[i];
		struct warming w = {a, r};

		for (size_t k = 0; r->warm && r->warm[k]; k++)
			warm_text(&w, r->warm[k]);
		if (r->warm_more)
			r->warm_more(warm_text, &w);
	}
}

/* Those that were to be made ready and are not begun. */
static void cool(struct answers *a)
{
	struct job *j;

	do {
		pthread_mutex_lock(&a->lock);
		j = queue_take(&a->warm);
		pthread_mutex_unlock(&a->lock);
		if (j) {
			no_longer_pending(a, j);
			job_free(j);
		}
	} while (j);
}

void answers_renew(struct answers *a)
{
	a->epoch++;
	cool(a);
	forget(a);
	if (a->board_settled != store_settled(a->store))
		drop_board(a);
	if (store_has_facts(a->store, NULL))
		warm_all(a);
}

void answers_rest(struct answers *a)
{
	pthread_mutex_lock(&a->lock);
	a->rest = true;
	pthread_cond_broadcast(&a->more);
	pthread_mutex_unlock(&a->lock);
}

size_t answers_pending(const struct answers *a)
{
	return a->pending.n;
}

/* ---- beginning and ending ---- */

static int start_worker(struct answers *a, struct worker *w, bool only_visitors, struct err *e)
{
	int rc;

	w->answers = a;
	w->only_visitors = only_visitors;
	rc = store_reader(a->store, &w->reader, e);
	if (rc)
		return rc;
	rc = pthread_create(&w->thread, NULL, answers_work, w);
	w->runs = rc == 0;
	return rc ? err_set(e, -rc, "a thread cannot be started: %s", err_name(rc)) : 0;
}

static int begin(struct answers *a, struct err *e)
{
	int rc = 0;

	a->watch = (struct watch){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .want = LOOP_READ,
				  .ready = on_done, .ctx = a};
	if (a->watch.fd < 0)
		return err_set(e, -errno, "no descriptor is left: %s", err_name(errno));
	rc = loop_watch(a->loop, &a->watch, e);
	for (int i = 0; i < WORKERS && !rc; i++)
		rc = start_worker(a, &a->workers[i], i == 0, e);
	return rc;
}

struct answers *answers_new(struct loop *l, struct store *s, const struct call *base, struct err *e)
{
	struct answers *a = calloc(1, sizeof(*a));

	if (!a) {
		err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	a->loop = l;
	a->store = s;
	a->base = *base;
	a->memo = memo_open(s);
	drop_board(a);
	arena_init(&a->arena, 0);
	map_init(&a->map, &a->arena);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->more, NULL);
	queue_init(&a->visitors);
	queue_init(&a->warm);
	queue_init(&a->done);
	if (begin(a, e)) {
		answers_free(a);
		return NULL;
	}
	return a;
}

static void free_all(struct queue *q)
{
	for (struct job *j = queue_take(q); j; j = queue_take(q))
		job_free(j);
}

void answers_free(struct answers *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_broadcast(&a->more);
	pthread_mutex_unlock(&a->lock);
	for (int i = 0; i < WORKERS; i++) {
		if (a->workers[i].runs)
			pthread_join(a->workers[i].thread, NULL);
		store_close(a->workers[i].reader);
	}
	free_all(&a->visitors);
	free_all(&a->warm);
	free_all(&a->done);
	vec_done(&a->pending);
	forget(a);
	drop_board(a);
	memo_close(a->memo);
	if (a->watch.fd >= 0) {
		loop_unwatch(a->loop, &a->watch);
		close(a->watch.fd);
	}
	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
