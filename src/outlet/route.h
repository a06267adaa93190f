/*
 * route: one address of the API.  To add one: write outlet/route_NAME.c with
 * `const struct route route_NAME`, and the row in outlet/meson.build.  From the table come the
 * dispatch, the OpenAPI file and the warming of the cache.
 *
 * A handler asks the store and writes JSON, or rows that leave as JSON or CSV.  It never changes
 * anything, and runs in a thread of its own (outlet/answers.h).  Its answer is kept until what is said
 * of complete rounds, datasets, lists or plans changes; that of a live route until anything does.
 */
#ifndef OUTLET_ROUTE_H
#define OUTLET_ROUTE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "core/query.h"
#include "indicator/indicator.h"
#include "outlet/board.h"
#include "outlet/httpd.h"
#include "store/store.h"

#include <stdbool.h>

struct route_param {
	const char *name, *en;
};

/* Who runs this observatory; a text is NULL or "" when it is not set. */
struct about {
	const char *operator_, *contact, *info_url;
};

struct call_param {
	const char *name, *value;
};

/* One call of a route. */
struct call {
	const struct call_param *params; /* those that the route knows; ends with name NULL */
	struct store *store;
	struct facts facts;
	struct facts once; /* the same for what hardly anybody asks again: the answer is not remembered */
	const struct board *board; /* of the settled facts; NULL: ask the facts */
	bool board_behind;         /* the facts have more rows by now than it saw */
	const struct clock *clock;
	const struct about *about; /* may be NULL */
	struct arena *arena;   /* unbounded, of this call */
	struct json *json;     /* the answer */
	const char *tail;      /* what stands after the route's path, decoded; "" if nothing */
	bool zh;
	bool csv, spreadsheet; /* ?format=csv, &for=spreadsheet */
	struct buf *csv_out;
	int status;            /* set it for an error */
};

struct route {
	const char *path;      /* "/api/v1/sites"; with tail: also "/api/v1/sites/DOMAIN" */
	const char *tail_name; /* "DOMAIN", or NULL: nothing may follow */
	bool tail_optional;
	bool live;             /* speaks of what is still under way */
	/* What is made ready when the facts change, "TAIL" or "TAIL?name=value&..."; ends with NULL. */
	const char *const *warm;
	void (*warm_more)(void (*add)(void *ctx, const char *text), void *ctx); /* further ones */
	const char *en;        /* summary for OpenAPI */
	const struct route_param *params; /* ends with name NULL */
	/* What the absence of a parameter means: with it or without, it is the same question. */
	const struct call_param *usual;   /* ends with name NULL; may be NULL */
	/* 0, or a negative errno with a sentence in e (becomes a 500 or call->status). */
	int (*answer)(struct call *c, struct err *e);
};

extern const struct route *const route_list[];

/* ---- what handlers share ---- */

/* A query parameter; NULL if there is none or it is empty. */
const char *call_query(const struct call *c, const char *name);
static inline const char *call_pick(const struct call *c, const char *en, const char *zh)
{
	return c->zh && zh && *zh ? zh : en;
}
/* {"error":..,"remedy":..} with this status; returns 0 so that a handler ends with it.  Both are sentences
 * for a reader: call_pick() the language of each. */
int call_error(struct call *c, int status, const char *remedy, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for a fault that a handler met: 503 when a question of facts took too long, else 500. */
void call_fault(struct call *c, const struct err *why);
int call_facts(struct call *c, const char *sql, const struct value *args, size_t n,
	       struct table *out, struct err *e);
int call_state(struct call *c, const char *sql, const struct value *args, size_t n,
	       struct table *out, struct err *e);
void call_time(struct call *c, const char *key, int64_t at_us); /* null for I64_NULL */
void call_value(struct call *c, const char *key, const struct value *v);
/* A number that may need all of its 64 bits, as a text of digits: a browser keeps 53 of a number. */
void call_wide(struct call *c, const char *key, int64_t v); /* null for I64_NULL */

/* The figure object of the API; previous may be NULL. */
void call_figure(struct call *c, const char *key, const struct indicator *i, const struct point *now,
		 const struct point *previous);
void call_point(struct call *c, const struct point *p); /* one object */
void call_point_members(struct call *c, const struct point *p); /* its members but the group */
void call_indicator(struct call *c, const char *key, const struct indicator *i);

/* ?at=2026-10: the end of that day, month or year (*at_us is I64_NULL without it).  Returns false when
 * it is not a date; the answer then says so and the handler ends with 0. */
bool call_at(struct call *c, int64_t *at_us);
#define PARAM_AT {"at", "as of the end of this date (2026, 2026-10 or 2026-10-31); default: now"}

/* The latest round of the call's ?portfolio= (default: of any) that was complete at at_us (I64_NULL:
 * now), or NULL if there is none. */
const char *call_round(struct call *c, int64_t at_us, struct err *e);

/* Rows that leave as a JSON array (under key, or bare when key is NULL) or as CSV. */
struct rows {
	struct call *call;
	struct buf head, line;
	size_t n, cells;
	const char *columns; /* the titles of a table without rows, "a,b,c"; NULL: none */
};
void rows_begin(struct rows *r, struct call *c, const char *key);
void rows_next(struct rows *r);
void rows_text(struct rows *r, const char *key, const char *value);
void rows_i64(struct rows *r, const char *key, int64_t value);
void rows_f64(struct rows *r, const char *key, double value);
void rows_time(struct rows *r, const char *key, int64_t at_us);
void rows_end_row(struct rows *r);
void rows_end(struct rows *r);

#endif
