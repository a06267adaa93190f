/*
 * tabular: rows of cells printed as an aligned table, CSV or JSON; what every command with --format
 * uses.  A cell has two texts: the one for people ("59.3%") and the exact one for machines
 * ("0.593103448275862").  Widths are columns of a terminal, so Chinese lines up (base/utf8.h).
 *
 *	static const struct tabular_column columns[] = {{"domain", "site", TABULAR_TEXT}, ...};
 *	struct tabular t;
 *	tabular_init(&t, columns, 3);
 *	tabular_text(&t, domain);
 *	tabular_number(&t, share, "59.3%");
 *	tabular_int(&t, n);
 *	tabular_print(&t, args_format(a), stdout);
 *	tabular_done(&t);
 *
 * Table: titles, then rows; control bytes are dropped.  CSV (RFC 4180) and JSON (array of objects):
 * keys and exact texts; an unknown number is an empty cell and null.
 */
#ifndef APP_TABULAR_H
#define APP_TABULAR_H

#include "app/command.h"
#include "base/arena.h"
#include "base/vec.h"

#include <stdio.h>

enum tabular_type { TABULAR_TEXT, TABULAR_NUMBER };

struct tabular_column {
	const char *key;   /* machine name, also in CSV and JSON */
	const char *title; /* for people, in their language; NULL: not shown in the table */
	enum tabular_type type; /* numbers stand right */
};

struct tabular_cell {
	const char *shown, *exact; /* exact NULL: unknown */
};

struct tabular {
	const struct tabular_column *columns; /* the caller's, outlives the table */
	size_t n_columns;
	struct arena arena;
	VEC(struct tabular_cell) cells; /* row by row */
};

void tabular_init(struct tabular *t, const struct tabular_column *columns, size_t n_columns);
void tabular_done(struct tabular *t);

/* Cells are added from left to right, row after row; texts are copied.  NULL text: unknown. */
void tabular_text(struct tabular *t, const char *text);
void tabular_pair(struct tabular *t, const char *shown, const char *exact);
void tabular_int(struct tabular *t, int64_t v); /* I64_NULL: unknown */
/* NaN: unknown, shown as "?" unless shown says otherwise; shown NULL: six digits */
void tabular_number(struct tabular *t, double v, const char *shown);

/* The last row must be full.  Text for people is cut nowhere. */
void tabular_print(const struct tabular *t, enum format format, FILE *out);

#endif
