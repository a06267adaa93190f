/*
 * obs: one look at one subject, and the batch in which looks travel.
 *
 * The outcome is data: what the far side did, or that we cannot tell.  It is never a fault of ours.
 * A batch has one schema and one arena; it is the only thing that travels (source, pipe, store), and
 * it belongs to exactly one hand.  Its id makes it apply once, however often it is delivered.
 */
#ifndef CORE_OBS_H
#define CORE_OBS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "core/schema.h"

#include <stdint.h>

enum outcome {
	OUTCOME_OK,          /* the question was answered, and the row says how */
	OUTCOME_ABSENT,      /* an authoritative "there is none" */
	OUTCOME_REFUSED,     /* RST, REFUSED, 5xx at the door */
	OUTCOME_TIMEOUT,     /* silence */
	OUTCOME_MALFORMED,   /* an answer that breaks its protocol */
	OUTCOME_UNREACHABLE, /* ICMP error or no route */
	OUTCOME_CLOSED,      /* the far side closed before it had answered */
	OUTCOME_SERVFAIL,    /* the resolver could not find out */
	OUTCOME_TLS,         /* the TLS handshake failed */
	OUTCOME_DENIED,      /* our own guard refused to send; the row says which class */
	OUTCOME_LIMIT,       /* one of our hard limits was passed */
	OUTCOME_UNKNOWN,     /* we could not look (no working IPv6 here, budget spent) */
};
extern const char *const outcome_words[]; /* NULL-terminated, by enum outcome */

struct obs {
	int64_t at_us;       /* when the look ended, UTC */
	const char *subject; /* domain, prefix, AS ...; never NULL */
	const char *vantage; /* who looked */
	const char *round;   /* id of the round or dataset */
	enum outcome outcome;
	void *row; /* schema->size bytes */
};

enum { BATCH_ID_MAX = 33 };

struct batch {
	char id[BATCH_ID_MAX]; /* 32 hex digits */
	const struct schema *schema;
	struct arena arena; /* rows and texts */
	VEC(struct obs) obs;
};

/* A new empty batch with a random id; ends the process without memory. */
struct batch *batch_new(const struct schema *s);
void batch_free(struct batch *b);
/* A new observation with its row cleared; strings are copied into the batch. */
struct obs *batch_add(struct batch *b, int64_t at_us, const char *subject, const char *vantage,
		      const char *round, enum outcome outcome);
const char *batch_text(struct batch *b, const char *s); /* copy for a row's text field */
/* A copy of an observation of the batch's schema, with its row and all texts; o may lie anywhere but in
 * b itself. */
struct obs *batch_copy(struct batch *b, const struct obs *o);

/* The bytes of a batch: fixed little header, columns by name, so that an older reader ignores new
 * columns and a newer one finds old batches readable.  See batch.c for the layout. */
void batch_encode(const struct batch *b, struct buf *out);
/* Reads what batch_encode wrote, from a process that we do not trust: bounded by limits.h, every
 * text is checked for UTF-8, every word for its range.  Schemas are looked up by name. */
typedef const struct schema *(*schema_lookup)(const char *name);
struct batch *batch_decode(const void *data, size_t len, schema_lookup find, struct err *e);

/* Where batches go.  put takes the batch: it is freed or kept whatever is returned.  When put
 * returns 0 the batch is durable (or lies with something that made it so). */
struct sink {
	int (*put)(struct sink *s, struct batch *take, struct err *e);
};

#endif
