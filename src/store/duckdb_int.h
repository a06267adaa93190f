/* duckdb_int: what duckdb.c and duckdb_table.c share. */
#ifndef STORE_DUCKDB_INT_H
#define STORE_DUCKDB_INT_H

#include "store/duckdb.h"

struct duck_result;

/* The answer as a table in a. */
int duck_table(struct duck_result *r, struct arena *a, struct table *out, struct err *e);
int duck_pieces(struct duck_result *r, duck_piece fn, void *ctx, struct err *e);
/* Sets e from a message of the library; returns the code. */
int duck_fault(struct err *e, const char *what, const char *text);

#endif
