/*
 * store: keeps what was observed and what was decided.
 *
 *   DIR/state.sqlite  small, transactional, never lost: portfolios, rounds, progress, the outbox,
 *                     datasets, accounts.  SQLite, WAL, synchronous=FULL.
 *   DIR/facts.duckdb  large, append-only, columnar: a table obs_NAME for each schema.
 *   DIR/lock          one process owns the directory; DIR/socket is how others reach it.
 *
 * The promise: when store_put returns 0, the batch survives kill -9 and power cut, and it will be in
 * the facts exactly once.  A batch goes into the outbox (one SQLite transaction, together with the
 * state changes that belong to it), and from there into the facts (one DuckDB transaction that also
 * records the batch's id); then it leaves the outbox.
 *
 * store_open finds out by itself whether this process may own DIR or must ask the owner through the
 * socket; both behave alike.  Not for use from several threads, but for readers (store_reader).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "core/obs.h"
#include "core/query.h"

struct store;

enum store_mode {
	STORE_ANY,   /* own DIR, or ask its owner */
	STORE_OWNER, /* own DIR or fail: serve */
};

/* Before store_open, by who writes much and asks little: the most memory, in MiB, for what is read again. */
void store_memory(int64_t mib);
/* Creates DIR if it is not there.  `schemas` ends with NULL: the tables that must exist, with all
 * their columns. */
int store_open(const char *dir, enum store_mode mode, const struct schema *const *schemas,
	       struct store **out, struct err *e);
void store_close(struct store *s);
bool store_is_owner(const struct store *s);
/* False when the DuckDB library is missing or the facts cannot be opened: *why says it in one
 * sentence; batches then wait in the outbox and nothing is lost. */
bool store_has_facts(const struct store *s, const char **why); /* *why: until the next call */

/* A state change: one statement of ours with arguments. */
struct change {
	const char *sql;
	struct value args[14];
	size_t n_args;
};

/* Makes the batches and the changes durable in one transaction.  Frees the batches. */
int store_put(struct store *s, struct batch **take, size_t n_batches, const struct change *changes,
	      size_t n_changes, struct err *e);
/* Moves the outbox into the facts.  store_put does so by itself when enough has gathered. */
int store_flush(struct store *s, struct err *e);

/* Questions.  SQL is ours; foreign values are arguments. */
int store_query_facts(struct store *s, struct arena *a, const char *sql, const struct value *args,
		      size_t n_args, struct table *out, struct err *e);
int store_query_state(struct store *s, struct arena *a, const char *sql, const struct value *args,
		      size_t n_args, struct table *out, struct err *e);
/* The facts as indicators see them. */
struct facts store_facts(struct store *s);

/* Numbers that caches compare.  Each grows: with every batch that reaches the facts; with each of
 * these that changes what is said of complete rounds and datasets; with every change of the state.
 * The last two are known to the owner alone. */
int64_t store_generation(struct store *s);
int64_t store_settled(struct store *s);
int64_t store_changes(struct store *s);

/* The owner's data for questions from one other thread (store_query_facts, store_query_state,
 * store_facts), beside all that the owner does.  Readers are made and closed by the owner's thread,
 * before the owner is. */
int store_reader(struct store *owner, struct store **out, struct err *e);
/* In the reader's thread: one question of facts may take so long and then ends with -ETIMEDOUT; 0, as
 * at the beginning: it takes what it takes. */
void store_patience(struct store *reader, int64_t max_us);
/* A reader's question of facts whose answer may have any size: fn sees it piece by piece, some thousand
 * rows each, and a piece is gone when fn returns.  fn must not ask; it ends all with a negative errno. */
typedef int (*store_piece)(void *ctx, const struct table *piece, struct err *e);
int store_scan(struct store *reader, const char *sql, const struct value *args, size_t n_args,
	       store_piece fn, void *ctx, struct err *e);
/* Owner only: after a reader met a fault of the facts, makes sure that they still answer. */
void store_check(struct store *s, const struct err *why);
/* Owner only: serves the socket; watch the descriptor for reading in a loop and call store_serve
 * when it is ready.  -1: nothing to watch.  A STORE_OWNER listens from the start; a long job that
 * opened with STORE_ANY and has a loop may listen too, so that other commands reach it meanwhile.
 * While it listens, what was put is in the facts within a second without a flush. */
int store_listen(struct store *s, struct err *e);
int store_fd(const struct store *s);
void store_serve(struct store *s);

#endif
