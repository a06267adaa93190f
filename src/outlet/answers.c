/* answers: see answers.h. */
#include "outlet/answers.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/vec.h"
#include "store/memo.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WORKERS = 2, KEPT_B = 24 << 20, BODY_B = 64 << 20, PARAMS_MAX = 24, TELL_AGAIN_US = 60000000 };

/* Under which circumstances an answer was made: while they are the same, it is true. */
struct stamp {
	int64_t facts, state;
};

/* A question; or, without a route, the making of a board. */
struct job {
	struct job *next;
	struct arena arena; /* of the texts here */
	const char *key, *tail;
	uint64_t hash; /* of the key */
	const struct route *route;
	struct call_param params[PARAMS_MAX + 1];
	bool zh;
	bool ours; /* nobody had asked when it began */
	struct stamp stamp;
	int64_t generation;  /* of the facts when it was asked */
	struct board *board; /* to answer with, or what was made; may be NULL */
	bool behind;         /* the board is of an earlier generation */
	VEC(struct http_client *) waiting;
	/* what came of it */
	struct http_response head;
	struct http_packed packed;
	struct err fault;
};

struct queue {
	struct job *first, **end;
};

struct entry {
	struct entry *next;
	struct http_kept *kept;
	struct stamp stamp;
};

struct worker {
	struct answers *answers;
	pthread_t thread;
	struct store *reader;
	bool only_visitors, runs;
};

struct answers {
	struct loop *loop;
	struct store *store;
	struct memo *memo;
	struct call base;
	struct worker workers[WORKERS];
	struct watch watch;
	struct arena arena; /* of the map */
	struct map map;     /* key -> struct entry */
	struct entry *entries;
	size_t kept_b;
	struct board *board; /* of the facts as they had settled then; NULL: they make none */
	int64_t board_settled, board_generation; /* -1: not made yet */
	int64_t epoch; /* of answers_renew */
	int told;      /* code of the fault that was logged last, and when */
	int64_t told_us;
	VEC(struct job *) pending; /* asked for, not yet made */
	/* between the threads */
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct queue visitors, warm, done;
	bool rest, stop;
};

/* ---- queues ---- */

static void queue_init(struct queue *q)
{
	*q = (struct queue){.end = &q->first};
}

static void queue_add(struct queue *q, struct job *j)
{
	j->next = NULL;
	*q->end = j;
	q->end = &j->next;
}

static struct job *queue_take(struct queue *q)
{
	struct job *j = q->first;

	if (!j)
		return NULL;
	q->first = j->next;
	if (!q->first)
		q->end = &q->first;
	return j;
}

/* False when it is not in there (any more). */
static bool queue_remove(struct queue *q, struct job *j)
{
	for (struct job **p = &q->first; *p; p = &(*p)->next) {
		if (*p != j)
			continue;
		*p = j->next;
		if (!*p)
			q->end = p;
		return true;
	}
	return false;
}

static void job_free(struct job *j)
{
	vec_done(&j->waiting);
	board_unref(j->board);
	free(j->packed.data);
	arena_done(&j->arena);
	free(j);
}

/* ---- in a worker's thread ---- */

static const char *param_of(const struct job *j, const char *name)
{
	for (const struct call_param *p = j->params; p->name; p++)
		if (!strcmp(p->name, name))
			return p->value;
	return NULL;
}

static bool wants(const struct job *j, const char *name, const char *value)
{
	const char *v = param_of(j, name);

	return v && !strcmp(v, value);
}

/* A sixty-fourth of the machine, at least 32 MiB, at most 512 MiB: a site takes some 60 bytes, and 20 more
 * for each round. */
static size_t board_max(void)
{
	size_t b = (size_t)sysconf(_SC_PHYS_PAGES) / 64 * (size_t)sysconf(_SC_PAGESIZE);
	const size_t least = (size_t)32 << 20, most = (size_t)512 << 20;

	return b < least ? least : b > most ? most : b;
}

static void make_board(struct worker *w, struct job *j)
{
	store_patience(w->reader, 0);
	j->board = board_new(w->reader, board_max(), &j->fault);
	if (j->board)
		log_debug("the board: %zu bytes", board_size(j->board));
}

static void run(struct worker *w, struct job *j)
{
	struct memo_view view = {.memo = w->answers->memo, .store = w->reader, .settled = j->stamp.facts};
	struct call c = w->answers->base;
	struct arena a;
	struct json json;
	struct buf body, text;

	arena_init(&a, 0);
	buf_init(&body, BODY_B);
	buf_init(&text, BODY_B);
	json_init(&json, &text);
	c.params = j->params;
	c.store = w->reader;
	c.facts = j->route->live ? store_facts(w->reader) : memo_facts(&view);
	c.once = store_facts(w->reader);
	c.board = j->board;
	c.board_behind = j->behind;
	c.arena = &a;
	c.json = &json;
	c.tail = j->tail;
	c.zh = j->zh;
	c.csv = wants(j, "format", "csv");
	c.spreadsheet = wants(j, "for", "spreadsheet");
	c.csv_out = &body;
	c.status = 200;
	/* what is made ready is asked for once a round, and kept for all */
	store_patience(w->reader, j->ours ? 0 : L_QUERY_MS * INT64_C(1000));
	/* a fault that the handler went on after, without a word of its own, has left something out */
	if (j->route->answer(&c, &j->fault) || (j->fault.code && c.status == 200))
		call_fault(&c, &j->fault);
	j->head = (struct http_response){.status = c.status, .open_data = true,
					 .type = c.csv ? "text/csv; charset=utf-8"
						       : "application/json; charset=utf-8",
					 /* no name: the link's own one holds */
					 .disposition = c.csv ? "attachment" : NULL};
	http_pack(c.csv ? &body : &text, &j->packed);
	buf_done(&body);
	buf_done(&text);
	arena_done(&a);
}

static struct job *take(struct worker *w)
{
	struct answers *a = w->answers;
	struct job *j = queue_take(&a->visitors);

	if (!j && !w->only_visitors)
		j = queue_take(&a->warm);
	return j;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct answers *a = w->answers;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		struct job *j = take(w);

		if (!j && a->rest) {
			a->rest = false;
			pthread_mutex_unlock(&a->lock);
			malloc_trim(0);
			pthread_mutex_lock(&a->lock);
			continue;
		}
		if (!j) {
			pthread_cond_wait(&a->more, &a->lock);
			continue;
		}
		pthread_mutex_unlock(&a->lock);
		if (j->route)
			run(w, j);
		else
			make_board(w, j);
		pthread_mutex_lock(&a->lock);
		queue_add(&a->done, j);
		(void)!write(a->watch.fd, &(uint64_t){1}, 8);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

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

/* ---- questions ---- */

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

static bool is_usual(const struct route *r, const char *name, const char *value)
{
	for (const struct call_param *u = r->usual; u && u->name; u++)
		if (!strcmp(u->name, name))
			return !strcmp(u->value, value);
	return false;
}

static void add_param(struct job *j, size_t *n, const char *name, const char *value)
{
	if (!value || !*value || *n == PARAMS_MAX || is_usual(j->route, name, value))
		return;
	j->params[(*n)++] = (struct call_param){name, arena_str(&j->arena, value)};
}

/* A question without its parameters. */
static struct job *job_new(const struct route *r, const char *tail, bool zh)
{
	struct job *j = calloc(1, sizeof(*j));

	if (!j) {
		fprintf(stderr, "sextant: out of memory\n");
		abort();
	}
	arena_init(&j->arena, 0);
	j->route = r;
	j->tail = arena_str(&j->arena, tail);
	j->zh = zh;
	return j;
}

/* Parameters in the order of the route's table, each with its length, so that none can stand for two. */
static void make_key(struct job *j)
{
	struct buf key;

	buf_init(&key, 64 << 10);
	buf_printf(&key, "%s %d %zu:%s", j->route->path, j->zh, strlen(j->tail), j->tail);
	for (const struct call_param *p = j->params; p->name; p++)
		buf_printf(&key, " %s=%zu:%s", p->name, strlen(p->value), p->value);
	j->key = arena_strn(&j->arena, key.data, key.len);
	j->hash = hash_bytes(key.data, key.len);
	buf_done(&key);
}

static bool is_zh(const struct http_request *q)
{
	const char *lang = http_query(q, "lang");

	return lang && !strncmp(lang, "zh", 2);
}

static struct job *job_of_request(const struct route *r, const char *tail, const struct http_request *q)
{
	static const char *const common[] = {"format", "for", NULL};
	struct job *j = job_new(r, tail, is_zh(q));
	size_t n = 0;

	for (const struct route_param *p = r->params; p && p->name; p++)
		add_param(j, &n, p->name, http_query(q, p->name));
	for (size_t i = 0; common[i]; i++)
		add_param(j, &n, common[i], http_query(q, common[i]));
	make_key(j);
	return j;
}

/* "TAIL?name=value&...", from a table of ours: in the order of the route's parameters. */
static struct job *job_of_text(const struct route *r, const char *text, bool zh)
{
	char copy[256], *name, *rest;
	struct job *j;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	rest = copy;
	j = job_new(r, strsep(&rest, "?"), zh);
	for (name = strsep(&rest, "&"); name; name = strsep(&rest, "&")) {
		char *value = strchr(name, '=');

		if (!value)
			continue;
		*value++ = '\0';
		for (const struct route_param *p = r->params; p && p->name; p++)
			if (!strcmp(p->name, name))
				add_param(j, &n, p->name, value);
	}
	make_key(j);
	return j;
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
	const struct route *r = route_of(q->path, &tail);
	struct entry *e;
	struct job *j, *other;

	out->open_data = true;
	if (!r) {
		out->status = 404;
		out->type = "application/json; charset=utf-8";
		buf_str(&out->body, is_zh(q) ? "{\"error\":\"此地址没有内容\",\"remedy\":\"参见 "
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
	rc = pthread_create(&w->thread, NULL, work, w);
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
