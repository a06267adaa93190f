/*
 * json: the streaming writer for all JSON that leaves the program.  It puts commas and quotes,
 * escapes in one place (also U+2028/9, '<' and DEL), and makes foreign bytes valid UTF-8.
 * Depth is bounded; a value that is not finite is written as null.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 32 };

struct json {
	struct buf *out;
	unsigned depth;
	bool first[JSON_DEPTH_MAX]; /* nothing stands in this level yet */
	bool after_key;
};

void json_init(struct json *j, struct buf *out);
void json_object(struct json *j); /* { */
void json_array(struct json *j);  /* [ */
void json_end_object(struct json *j);
void json_end_array(struct json *j);
void json_key(struct json *j, const char *key);
void json_text(struct json *j, const char *s); /* NULL gives null */
void json_i64(struct json *j, int64_t v);
void json_f64(struct json *j, double v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* Puts the comma that a value needs; only for writers of values (json_raw). */
void json_before(struct json *j);
/* JSON that was stored as text, put in as it is; null unless json_valid. */
void json_raw(struct json *j, const char *text);
/* Is this one JSON value (RFC 8259), at most JSON_DEPTH_MAX deep? */
bool json_valid(const char *text, size_t len);

/* key and value in one line */
static inline void json_put_text(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_text(j, s);
}

static inline void json_put_i64(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_i64(j, v);
}

static inline void json_put_f64(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_f64(j, v);
}

static inline void json_put_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

#endif
