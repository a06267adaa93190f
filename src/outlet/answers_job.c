/* answers_job: questions, from what was asked to a job with a key, and their queues. */
#include "outlet/answers_int.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- queues ---- */

void queue_init(struct queue *q)
{
	*q = (struct queue){.end = &q->first};
}

void queue_add(struct queue *q, struct job *j)
{
	j->next = NULL;
	*q->end = j;
	q->end = &j->next;
}

struct job *queue_take(struct queue *q)
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
bool queue_remove(struct queue *q, struct job *j)
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

void job_free(struct job *j)
{
	vec_done(&j->waiting);
	board_unref(j->board);
	free(j->packed.data);
	arena_done(&j->arena);
	free(j);
}

/* ---- questions ---- */

const struct route *job_route(const char *path, const char **tail)
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
struct job *job_new(const struct route *r, const char *tail, bool zh)
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

bool job_is_zh(const struct http_request *q)
{
	const char *lang = http_query(q, "lang");

	return lang && !strncmp(lang, "zh", 2);
}

struct job *job_of_request(const struct route *r, const char *tail, const struct http_request *q)
{
	static const char *const common[] = {"format", "for", NULL};
	struct job *j = job_new(r, tail, job_is_zh(q));
	size_t n = 0;

	for (const struct route_param *p = r->params; p && p->name; p++)
		add_param(j, &n, p->name, http_query(q, p->name));
	for (size_t i = 0; common[i]; i++)
		add_param(j, &n, common[i], http_query(q, common[i]));
	make_key(j);
	return j;
}

/* "TAIL?name=value&...", from a table of ours: in the order of the route's parameters. */
struct job *job_of_text(const struct route *r, const char *text, bool zh)
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
