/*
 * query: how a part that may not know the store asks it a question.
 *
 * The store implements `struct facts`; indicators and targets ask through it.  SQL here is always a
 * literal of ours (with names from fixed lists put in); foreign values travel as arguments only.
 */
#ifndef CORE_QUERY_H
#define CORE_QUERY_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type { VALUE_NULL, VALUE_I64, VALUE_F64, VALUE_TEXT, VALUE_BLOB };

struct value {
	enum value_type type;
	union {
		int64_t i64;
		double f64;
		struct {
			const char *data; /* text is terminated */
			size_t len;
		} s;
	};
};

/* A result: n_rows times n_cols values, all in the arena that was given. */
struct table {
	const char **names; /* of the columns */
	size_t n_cols, n_rows;
	struct value *cells; /* row by row */
	bool cut;            /* there were more rows than L_STORE_ROWS: a query that may be larger pages */
};

static inline const struct value *table_at(const struct table *t, size_t row, size_t col)
{
	return &t->cells[row * t->n_cols + col];
}

static inline struct value value_i64(int64_t v)
{
	return (struct value){.type = VALUE_I64, .i64 = v};
}

static inline struct value value_f64(double v)
{
	return (struct value){.type = VALUE_F64, .f64 = v};
}

struct value value_text(const char *s); /* NULL gives VALUE_NULL; s must outlive the call */
struct value value_blob(const void *data, size_t len);

/* Readers that do not mind the type: number from I64 or F64, else the fallback. */
int64_t value_int(const struct value *v, int64_t fallback);
double value_num(const struct value *v, double fallback);
const char *value_str(const struct value *v, const char *fallback);

struct facts {
	/* Placeholders are ? in order.  0 or a negative errno; out lives in a. */
	int (*query)(void *ctx, struct arena *a, const char *sql, const struct value *args,
		     size_t n_args, struct table *out, struct err *e);
	void *ctx;
	/* The same for a question about one complete round alone, whose answer never changes: it may
	 * have been kept from an earlier time.  NULL: query is asked. */
	int (*query_round)(void *ctx, struct arena *a, const char *sql, const struct value *args,
			   size_t n_args, struct table *out, struct err *e);
};

static inline int facts_query(const struct facts *f, struct arena *a, const char *sql,
			      const struct value *args, size_t n_args, struct table *out,
			      struct err *e)
{
	return f->query(f->ctx, a, sql, args, n_args, out, e);
}

static inline int facts_query_round(const struct facts *f, struct arena *a, const char *sql,
				    const struct value *args, size_t n_args, struct table *out,
				    struct err *e)
{
	return (f->query_round ? f->query_round : f->query)(f->ctx, a, sql, args, n_args, out, e);
}

#endif
