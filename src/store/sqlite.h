/*
 * sqlite: the file of state.  Opens it so that a transaction that has ended is on the disk (WAL,
 * synchronous=FULL), runs statements with arguments, and turns its faults into sentences.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "core/query.h"

struct sqlite;

/* Makes the file when it is not there.  A file that is no database, is damaged, or belongs to
 * another program is refused and not touched. */
int sqlite_open(const char *path, struct sqlite **out, struct err *e);
/* The same file for questions from another thread; sqlite_open has been here before. */
int sqlite_open_reader(const char *path, struct sqlite **out, struct err *e);
void sqlite_close(struct sqlite *s);

/* Statements without arguments, several at once: the tables. */
int sqlite_script(struct sqlite *s, const char *sql, struct err *e);
/* One statement that changes something; *n_rows (may be NULL) gets how many rows. */
int sqlite_exec(struct sqlite *s, const char *sql, const struct value *args, size_t n_args,
		int64_t *n_rows, struct err *e);
/* A question: refused when it would change something. */
int sqlite_query(struct sqlite *s, struct arena *a, const char *sql, const struct value *args,
		 size_t n_args, struct table *out, struct err *e);
/* The single number that a question answers, or fallback. */
int64_t sqlite_number(struct sqlite *s, const char *sql, int64_t fallback);
int64_t sqlite_changes(struct sqlite *s); /* grows with every row that is changed through s */

int sqlite_begin(struct sqlite *s, struct err *e);
/* Durable when it returns 0; undone when not. */
int sqlite_commit(struct sqlite *s, struct err *e);
void sqlite_rollback(struct sqlite *s);

#endif
