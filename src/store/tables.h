/*
 * tables: the tables of facts, obs_NAME for each schema, and `applied`, which says what batches are
 * in them.  Appends happen once: the rows of a batch and its id go in with one transaction.
 */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "core/obs.h"
#include "store/duckdb.h"

struct tables;

/* Opens DIR/facts.duckdb, makes what is missing: the file, tables, columns.  Never deletes. */
int tables_open(const char *dir, const struct schema *const *schemas, struct tables **out,
		struct err *e);
void tables_close(struct tables *t);
struct duck *tables_duck(struct tables *t);

/* All of these batches or none; those that are there already are passed over.  An error leaves the
 * facts as they were, or (power cut at the end) with all of them: ask again with the same batches. */
int tables_apply(struct tables *t, struct batch *const *batches, size_t n, struct err *e);
/* How many batches the facts hold: grows with each one. */
int64_t tables_generation(const struct tables *t);
/* The same without those whose rows wait for the end of their round: see struct schema. */
int64_t tables_settled(const struct tables *t);

#endif
