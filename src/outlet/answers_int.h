/* answers_int: the inside of outlet/answers*.c, and of nobody else. */
#ifndef OUTLET_ANSWERS_INT_H
#define OUTLET_ANSWERS_INT_H

#include "outlet/answers.h"

#include "base/map.h"
#include "base/vec.h"
#include "store/memo.h"

#include <pthread.h>

enum { WORKERS = 2, BODY_B = 64 << 20, PARAMS_MAX = 24 };

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

/* answers_job.c */
void queue_init(struct queue *q);
void queue_add(struct queue *q, struct job *j);
struct job *queue_take(struct queue *q);
bool queue_remove(struct queue *q, struct job *j);
void job_free(struct job *j);
/* The route of a path and what follows it; NULL: none. */
const struct route *job_route(const char *path, const char **tail);
bool job_is_zh(const struct http_request *q);
struct job *job_new(const struct route *r, const char *tail, bool zh);
struct job *job_of_request(const struct route *r, const char *tail, const struct http_request *q);
/* Of "tail?name=value&..." (what is made ready). */
struct job *job_of_text(const struct route *r, const char *text, bool zh);

/* answers_work.c: a worker's thread; w: struct worker. */
void *answers_work(void *w);

#endif
