/* answers_work: what a worker does in its thread: answers, and boards. */
#include "outlet/answers_int.h"

#include "base/limits.h"
#include "base/log.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

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

void *answers_work(void *arg)
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
