/* tables_int: how the columns of one table are filled; shared by tables.c and tables_fill.c. */
#ifndef STORE_TABLES_INT_H
#define STORE_TABLES_INT_H

#include "core/obs.h"
#include "store/duckdb.h"

enum common {
	COMMON_AT,
	COMMON_SUBJECT,
	COMMON_VANTAGE,
	COMMON_ROUND,
	COMMON_OUTCOME,
	COMMON_BATCH,
	COMMON_COUNT
};

struct column {
	int common;                /* COMMON_COUNT: a field, or nothing that we know */
	const struct field *field; /* NULL and COMMON_COUNT: stays NULL */
	enum bulk_type bulk;
};

struct shape {
	const struct schema *schema;
	const char *table;
	struct column *columns; /* in the order of the file */
	size_t n_columns;
};

int shape_bulk(struct duck *d, const struct shape *sh, struct duck_bulk **out, struct err *e);
int shape_append(struct duck_bulk *bulk, const struct shape *sh, const struct batch *b,
		 struct err *e);

#endif
