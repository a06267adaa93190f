/*
 * duckdb: the file of facts.  Loads the library at run time, opens one file with all of DuckDB's own
 * reach outwards switched off (no extensions, no other files), asks questions, appends in bulk.
 *
 * An answer becomes a struct table: whole numbers of any width are VALUE_I64 (VALUE_F64 past 64
 * bits), decimals and floats VALUE_F64, booleans 0 or 1, dates and times microseconds since 1970,
 * NULL and NaN VALUE_NULL.  Any other type is a fault of the query, which has to cast.
 */
#ifndef STORE_DUCKDB_H
#define STORE_DUCKDB_H

#include "base/clock.h"
#include "core/query.h"

struct duck;
struct duck_job;
struct duck_bulk;

/* Loads the library once; the sentence names where it was looked for and how to get it.
 * Order: SEXTANT_DUCKDB; beside the program; the npm package in the source tree; the places of an
 * installation. */
int duck_load(struct err *e);
const char *duck_version(void); /* NULL before it is loaded */

/* The most that files opened from now on take for their cache, in MiB, 256 at least; 4096 unless said.  What an
 * appender of many tables needs is some 64 MiB, however long the round. */
void duck_memory(int64_t mib);
/* -ENOENT is not an error here: a file that is not there is made. */
int duck_open(const char *path, struct duck **out, struct err *e);
void duck_close(struct duck *d);
/* A further connection to the same file, for another thread; closed before the first one is. */
int duck_share(struct duck *d, struct duck **out, struct err *e);

/* One statement without an answer. */
int duck_run(struct duck *d, const char *sql, struct err *e);
/* A question (only SELECT and EXPLAIN), all of its answer up to L_STORE_ROWS rows. */
int duck_query(struct duck *d, struct arena *a, const char *sql, const struct value *args,
	       size_t n_args, struct table *out, struct err *e);

/* The same for an answer of any size: fn sees it piece by piece, some thousand rows each, and a piece
 * is gone when fn returns.  fn ends it with a negative errno. */
typedef int (*duck_piece)(void *ctx, const struct table *piece, struct err *e);
int duck_scan(struct duck *d, const char *sql, const struct value *args, size_t n_args, duck_piece fn,
	      void *ctx, struct err *e);

/* From now on a question of duck_query that takes longer than this ends with -ETIMEDOUT, and its work
 * with it; 0: it takes what it takes. */
void duck_patience(struct duck *d, const struct clock *c, int64_t max_us);

/* The same question in slices, so that a loop stays awake.  A job has a connection of its own. */
int duck_job_start(struct duck *d, const char *sql, const struct value *args, size_t n_args,
		   struct duck_job **out, struct err *e);
/* 1: the answer is ready; 0: not yet; or a negative errno. */
int duck_job_step(struct duck_job *j, int64_t max_us, struct err *e);
int duck_job_table(struct duck_job *j, struct arena *a, struct table *out, struct err *e);
void duck_job_free(struct duck_job *j); /* also stops one that runs */

/* Appending: values column by column, then duck_bulk_row.  What is not set is NULL. */
enum bulk_type { BULK_I64, BULK_F64, BULK_FLAG, BULK_TEXT, BULK_BLOB };
int duck_bulk_open(struct duck *d, const char *table, const enum bulk_type *types, size_t n_cols,
		   struct duck_bulk **out, struct err *e);
void duck_bulk_i64(struct duck_bulk *b, size_t col, int64_t v);
void duck_bulk_f64(struct duck_bulk *b, size_t col, double v);
void duck_bulk_flag(struct duck_bulk *b, size_t col, bool v);
void duck_bulk_bytes(struct duck_bulk *b, size_t col, const void *data, size_t len);
int duck_bulk_row(struct duck_bulk *b, struct err *e);
/* Appends what is left and frees; after an error the caller rolls back. */
int duck_bulk_close(struct duck_bulk *b, struct err *e);
void duck_bulk_drop(struct duck_bulk *b);

#endif
