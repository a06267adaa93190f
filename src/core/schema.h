/*
 * schema: a table that describes a plain C struct.  From it come the tables of the store (a new
 * field becomes ADD COLUMN at start), JSON, CSV, the encoding between processes and the manual.
 *
 * How "we do not know" is said in a row: FIELD_I64 and FIELD_TIME: I64_NULL; FIELD_F64: NaN;
 * FIELD_FLAG: -1; FIELD_TEXT: NULL; FIELD_ADDR: family 0; FIELD_WORD: -1.
 * Text is valid UTF-8 and lives in the arena of its batch.
 */
#ifndef CORE_SCHEMA_H
#define CORE_SCHEMA_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/json.h"

#include <stddef.h>
#include <stdint.h>

#define I64_NULL INT64_MIN

enum field_type {
	FIELD_I64,  /* int64_t */
	FIELD_F64,  /* double */
	FIELD_FLAG, /* int8_t: -1 unknown, 0 no, 1 yes */
	FIELD_TEXT, /* const char * */
	FIELD_ADDR, /* struct addr */
	FIELD_TIME, /* int64_t, microseconds since 1970 UTC */
	FIELD_WORD, /* int32_t index into words[] */
};

struct field {
	const char *name; /* also the column; unit as suffix: rtt_us */
	enum field_type type;
	size_t offset;
	const char *doc;
	const char *const *words; /* FIELD_WORD: NULL-terminated */
};

struct schema {
	const char *name; /* table obs_NAME */
	const char *doc;
	size_t size; /* of the struct */
	const struct field *fields;
	size_t n_fields;
	bool in_rounds; /* nobody uses a row before its round or dataset is complete: answers over
			 * complete ones do not change when such a batch comes in */
};

#define FIELD(st, member, kind, text) {#member, kind, offsetof(struct st, member), text, NULL}
#define FIELD_OF(st, member, list, text)                                                           \
	{#member, FIELD_WORD, offsetof(struct st, member), text, list}

/* Sets every field of a row to "we do not know". */
void row_clear(const struct schema *s, void *row);
/* The value as text for tables and CSV; "" for unknown. */
void field_print(const struct field *f, const void *row, struct buf *out);
/* The value as JSON; null for unknown. */
void field_json(const struct field *f, const void *row, struct json *out);
const struct field *schema_field(const struct schema *s, const char *name);

#endif
