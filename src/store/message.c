/* message: see message.h. */
#include "store/message.h"

#include "base/limits.h"
#include "base/rd.h"
#include "base/vec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

static void put_uint(struct buf *out, uint64_t v, int bytes)
{
	while (bytes--)
		buf_char(out, (char)(v >> 8 * bytes));
}

static void put_text(struct buf *out, const char *s, size_t len)
{
	put_uint(out, len, 4);
	buf_add(out, s, len);
}

static void put_value(struct buf *out, const struct value *v)
{
	uint64_t bits;

	put_uint(out, v->type, 1);
	switch (v->type) {
	case VALUE_NULL: break;
	case VALUE_I64: put_uint(out, (uint64_t)v->i64, 8); break;
	case VALUE_F64:
		memcpy(&bits, &v->f64, sizeof(bits));
		put_uint(out, bits, 8);
		break;
	case VALUE_TEXT:
	case VALUE_BLOB: put_text(out, v->s.data, v->s.len); break;
	}
}

void question_write(struct buf *out, const char *sql, const struct value *args, size_t n_args)
{
	put_text(out, sql, strlen(sql));
	put_uint(out, n_args, 2);
	for (size_t i = 0; i < n_args; i++)
		put_value(out, &args[i]);
}

void status_write(struct buf *out, const struct status *s)
{
	put_uint(out, s->version, 4);
	put_uint(out, s->facts, 1);
	put_uint(out, (uint64_t)s->generation, 8);
	put_text(out, s->why, strlen(s->why));
}

void fault_write(struct buf *out, int code, const char *text)
{
	put_uint(out, (uint64_t)-(int64_t)code, 4);
	put_text(out, text, strlen(text));
}

void head_write(struct buf *out, const struct table *t)
{
	put_uint(out, t->n_cols, 2);
	for (size_t i = 0; i < t->n_cols; i++)
		put_text(out, t->names[i], strlen(t->names[i]));
}

size_t rows_write(struct buf *out, const struct table *t, size_t from, size_t max_b)
{
	size_t count_at = out->len, row = from;

	put_uint(out, 0, 4);
	do {
		for (size_t i = 0; i < t->n_cols; i++)
			put_value(out, table_at(t, row, i));
		row++;
	} while (row < t->n_rows && out->len - count_at < max_b);
	for (int i = 0; i < 4 && !buf_full(out); i++)
		out->data[count_at + (size_t)i] = (char)((row - from) >> 8 * (3 - i));
	return row;
}

/* ---- reading ---- */

static char *get_text(struct rd *r, struct arena *a, size_t *len)
{
	uint32_t n = rd_u32(r);
	const uint8_t *p = rd_bytes(r, n);
	char *copy = p ? arena_strn(a, (const char *)p, n) : NULL;

	if (!copy)
		r->bad = true;
	if (len)
		*len = n;
	return copy;
}

/* A text that is used as a C string has no zero inside. */
static const char *get_name(struct rd *r, struct arena *a)
{
	size_t len = 0;
	char *s = get_text(r, a, &len);

	if (s && strlen(s) != len)
		r->bad = true;
	return s;
}

static struct value get_value(struct rd *r, struct arena *a)
{
	unsigned type = rd_u8(r);
	struct value v = {.type = VALUE_NULL};
	uint64_t bits;

	switch (type) {
	case VALUE_NULL: break;
	case VALUE_I64: v = value_i64((int64_t)rd_u64(r)); break;
	case VALUE_F64:
		bits = rd_u64(r);
		v.type = VALUE_F64;
		memcpy(&v.f64, &bits, sizeof(bits));
		break;
	case VALUE_TEXT:
	case VALUE_BLOB:
		v.type = (enum value_type)type;
		v.s.data = get_text(r, a, &v.s.len);
		break;
	default: r->bad = true;
	}
	return v;
}

static bool whole(const struct rd *r)
{
	return rd_ok(r) && !rd_left(r);
}

bool question_read(const void *data, size_t len, struct arena *a, struct question *q)
{
	struct rd r;

	rd_init(&r, data, len);
	q->sql = get_name(&r, a);
	q->n_args = rd_u16(&r);
	if (!rd_ok(&r) || q->n_args > MESSAGE_ARGS_MAX)
		return false;
	q->args = arena_array(a, q->n_args, sizeof(*q->args));
	for (size_t i = 0; i < q->n_args && q->args && rd_ok(&r); i++)
		q->args[i] = get_value(&r, a);
	return whole(&r) && !arena_full(a);
}

bool status_read(const void *data, size_t len, struct arena *a, struct status *s)
{
	struct rd r;

	rd_init(&r, data, len);
	s->version = rd_u32(&r);
	s->facts = rd_u8(&r) == 1;
	s->generation = (int64_t)rd_u64(&r);
	s->why = get_name(&r, a);
	return whole(&r);
}

int fault_read(const void *data, size_t len, struct err *e)
{
	struct rd r;
	uint32_t code, n;
	const uint8_t *text;

	rd_init(&r, data, len);
	code = rd_u32(&r);
	n = rd_u32(&r);
	text = rd_bytes(&r, n);
	if (!whole(&r) || !code || code > 4095)
		return err_set(e, -EBADMSG, "the owner of the data directory gave an answer that "
					    "cannot be read");
	return err_set(e, -(int)code, "%.*s", (int)(n < 500 ? n : 500), (const char *)text);
}

/* ---- answers in pieces ---- */

void answer_init(struct answer *r, struct arena *a, struct table *t)
{
	*r = (struct answer){.arena = a, .table = t};
	*t = (struct table){0};
}

void answer_done(struct answer *r)
{
	free(r->cells);
	r->cells = NULL;
}

bool answer_head(struct answer *r, const void *data, size_t len)
{
	struct rd rd;
	size_t n;

	rd_init(&rd, data, len);
	n = rd_u16(&rd);
	if (r->has_head || !rd_ok(&rd) || !n || n > MESSAGE_COLUMNS_MAX)
		return false;
	r->table->names = arena_array(r->arena, n, sizeof(*r->table->names));
	for (size_t i = 0; i < n && r->table->names && rd_ok(&rd); i++)
		r->table->names[i] = get_name(&rd, r->arena);
	r->table->n_cols = n;
	r->has_head = true;
	return whole(&rd) && !arena_full(r->arena);
}

bool answer_rows(struct answer *r, const void *data, size_t len)
{
	struct rd rd;
	size_t n, cells;

	rd_init(&rd, data, len);
	n = rd_u32(&rd);
	/* each cell takes a byte at least, so the bytes that are there bound the memory */
	if (!r->has_head || !rd_ok(&rd) || n > L_STORE_ROWS - r->table->n_rows ||
	    n * r->table->n_cols > rd_left(&rd))
		return false;
	cells = n * r->table->n_cols;
	if (r->n_cells + cells > r->size)
		r->cells = vec_grow(r->cells, &r->size, r->n_cells + cells, sizeof(*r->cells));
	for (size_t i = 0; i < cells && rd_ok(&rd); i++)
		r->cells[r->n_cells + i] = get_value(&rd, r->arena);
	r->n_cells += cells;
	r->table->n_rows += n;
	return whole(&rd) && !arena_full(r->arena);
}

bool answer_end(struct answer *r, const void *data, size_t len)
{
	struct rd rd;

	rd_init(&rd, data, len);
	r->table->cut = rd_u8(&rd) == 1;
	r->table->cells = arena_copy(r->arena, r->cells, r->n_cells * sizeof(*r->cells));
	return r->has_head && whole(&rd) && !arena_full(r->arena);
}
