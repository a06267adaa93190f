/*
 * message: what the owner of a data directory and those who ask it say to each other, as bodies of
 * io/frame.h.  The readers trust nothing: every count is held against the bytes that are there.
 *
 *	asker                               owner
 *	STATUS version:u32                  STATUS version:u32 facts:u8 generation:u64 why:text
 *	BATCH  as core/obs.h                (nothing)
 *	CHANGE question                     (nothing)
 *	PUT                                 DONE or FAULT, for all of the above since the last PUT
 *	FACTS or STATE question             HEAD columns:u16 names:text..., ROWS..., END cut:u8, or FAULT
 *	FLUSH                               DONE or FAULT
 *
 *	question: sql:text n:u16 value...
 *	ROWS: n:u32 cell:value..., row by row
 *	FAULT: code:u32 (errno) sentence:text
 *	value: type:u8 then nothing, u64, u64 (bits of a double), text, text
 *	text: length:u32 bytes
 */
#ifndef STORE_MESSAGE_H
#define STORE_MESSAGE_H

#include "base/buf.h"
#include "core/query.h"

enum {
	MESSAGE_VERSION = 1,
	MESSAGE_STATUS = 1,
	MESSAGE_BATCH,
	MESSAGE_CHANGE,
	MESSAGE_PUT,
	MESSAGE_FACTS,
	MESSAGE_STATE,
	MESSAGE_FLUSH,
	MESSAGE_DONE = 64,
	MESSAGE_FAULT,
	MESSAGE_HEAD,
	MESSAGE_ROWS,
	MESSAGE_END,
};
enum { MESSAGE_ARGS_MAX = 1000, MESSAGE_COLUMNS_MAX = 1000 };

struct question {
	const char *sql;
	struct value *args;
	size_t n_args;
};

struct status {
	uint32_t version;
	bool facts;
	int64_t generation;
	const char *why;
};

/* An answer that comes in pieces; the cells grow here and go into the arena at the end. */
struct answer {
	struct arena *arena;
	struct table *table;
	struct value *cells;
	size_t n_cells, size;
	bool has_head;
};

void question_write(struct buf *out, const char *sql, const struct value *args, size_t n_args);
bool question_read(const void *data, size_t len, struct arena *a, struct question *q);

void status_write(struct buf *out, const struct status *s);
bool status_read(const void *data, size_t len, struct arena *a, struct status *s);

void fault_write(struct buf *out, int code, const char *text);
/* Sets e and returns its code; a fault that cannot be read is -EBADMSG. */
int fault_read(const void *data, size_t len, struct err *e);

void head_write(struct buf *out, const struct table *t);
/* As many rows from `from` on as make about max_b bytes, at least one; returns the next row. */
size_t rows_write(struct buf *out, const struct table *t, size_t from, size_t max_b);

void answer_init(struct answer *r, struct arena *a, struct table *t);
void answer_done(struct answer *r);
bool answer_head(struct answer *r, const void *data, size_t len);
bool answer_rows(struct answer *r, const void *data, size_t len);
bool answer_end(struct answer *r, const void *data, size_t len);

#endif
