/* store_int: the inside of a store, for the files of store/ only. */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H

#include "base/vec.h"
#include "store/sqlite.h"
#include "store/store.h"
#include "store/tables.h"

#include <pthread.h>

struct owner;
struct remote;

struct store {
	char *dir;
	int lock_fd;
	const struct schema *const *schemas;
	struct sqlite *state;
	struct tables *tables; /* NULL: no facts, and `why` says why */
	struct err why;
	int warned;                 /* code of the fault that was last told */
	int64_t retry_us;           /* when facts that failed are opened again (mono time) */
	VEC(struct batch *) recent; /* batches of the outbox that are still in memory, oldest first */
	int64_t outbox_rows, outbox_b; /* gathered since the last flush */
	int64_t stuck;              /* batches that this version cannot read: they stay */
	struct owner *service;      /* owner: those who ask through the socket */
	struct remote *remote;      /* not the owner: how we reach it */
	VEC(struct store *) readers; /* of this owner */
	/* held for reading while a reader asks the facts, for writing while they are opened or closed */
	pthread_rwlock_t facts_lock;
	struct store *of;   /* a reader: its owner */
	struct duck *share; /* a reader: its connection; NULL: not yet, or the facts were closed */
	const struct clock *clock; /* a reader: what its patience is measured with */
	int64_t patience_us;       /* for one question; 0: without end */
};

/* outbox.c */
/* Takes the batches, gives 0 when they and the changes are on the disk. */
int outbox_put(struct store *s, struct batch **take, size_t n_batches,
	       const struct change *changes, size_t n_changes, struct err *e);
int outbox_flush(struct store *s, struct err *e);
void outbox_forget(struct store *s); /* the memory only */

/* reader.c: both in the reader's thread, or when it has ended */
void reader_close(struct store *s);
int reader_query(struct store *s, struct arena *a, const char *sql, const struct value *args,
		 size_t n_args, struct table *out, struct err *e);

/* store.c: opens the facts if they are not open and it is time to try again. */
int store_need_facts(struct store *s, struct err *e);
/* Closes the facts after a fault; store_need_facts opens them again after a while. */
void store_lose_facts(struct store *s, const struct err *why);
/* After a fault of the facts: closes them unless they still answer. */
void store_judge(struct store *s, int rc, const struct err *why);
struct batch *store_decode(const struct store *s, const void *data, size_t len, struct err *e);
const struct schema *store_schema(const struct store *s, const char *name);

#endif
