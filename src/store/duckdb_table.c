/*
 * duckdb_table: an answer, chunk by chunk and column by column, into the cells of a struct table.
 * All chunks are fetched first, so that the number of rows is known before the cells are made.
 */
#include "base/limits.h"
#include "base/vec.h"
#include "store/duckdb_api.h"
#include "store/duckdb_int.h"

#include <errno.h>
#include <math.h>
#include <string.h>

struct column {
	int type;     /* enum duck_column; of a decimal: its inner one */
	double scale; /* of a decimal: what to divide by; else 0 */
};

static bool column_open(struct duck_result *r, size_t i, struct column *c)
{
	static const uint64_t known =
		1ULL << DUCK_BOOLEAN | 1ULL << DUCK_TINYINT | 1ULL << DUCK_SMALLINT |
		1ULL << DUCK_INTEGER | 1ULL << DUCK_BIGINT | 1ULL << DUCK_UTINYINT |
		1ULL << DUCK_USMALLINT | 1ULL << DUCK_UINTEGER | 1ULL << DUCK_UBIGINT |
		1ULL << DUCK_FLOAT | 1ULL << DUCK_DOUBLE | 1ULL << DUCK_TIMESTAMP |
		1ULL << DUCK_DATE | 1ULL << DUCK_HUGEINT | 1ULL << DUCK_VARCHAR |
		1ULL << DUCK_BLOB | 1ULL << DUCK_TIMESTAMP_TZ | 1ULL << DUCK_UHUGEINT |
		1ULL << DUCK_SQLNULL;

	*c = (struct column){.type = duck_api.column_type(r, i)};
	if (c->type == DUCK_DECIMAL) {
		void *type = duck_api.column_logical_type(r, i);

		c->scale = pow(10, duck_api.decimal_scale(type));
		c->type = duck_api.decimal_internal_type(type);
		duck_api.destroy_logical_type(&type);
	}
	return c->type >= 0 && c->type < 64 && known >> c->type & 1;
}

static struct value from_huge(struct duck_huge h, bool is_signed)
{
	if (h.upper == 0 && h.lower <= INT64_MAX)
		return value_i64((int64_t)h.lower);
	if (is_signed && h.upper == -1 && h.lower > INT64_MAX)
		return value_i64((int64_t)h.lower);
	return value_f64((is_signed ? (double)h.upper : (double)(uint64_t)h.upper) *
				 18446744073709551616.0 +
			 (double)h.lower);
}

static struct value from_bytes(const struct duck_string *s, enum value_type type, struct arena *a)
{
	const char *p = s->len <= DUCK_STRING_INSIDE ? (const char *)s + 4 : s->far;
	char *copy = arena_strn(a, p, s->len);

	return (struct value){.type = copy ? type : VALUE_NULL, .s = {copy, s->len}};
}

static struct value from_real(double v)
{
	return isnan(v) ? (struct value){.type = VALUE_NULL} : value_f64(v);
}

#define CELL(type) (((const type *)data)[row])

static struct value cell(int type, const void *data, uint64_t row, struct arena *a)
{
	switch ((enum duck_column)type) {
	case DUCK_BOOLEAN: return value_i64(CELL(bool));
	case DUCK_TINYINT: return value_i64(CELL(int8_t));
	case DUCK_SMALLINT: return value_i64(CELL(int16_t));
	case DUCK_INTEGER: return value_i64(CELL(int32_t));
	case DUCK_BIGINT:
	case DUCK_TIMESTAMP:
	case DUCK_TIMESTAMP_TZ: return value_i64(CELL(int64_t));
	case DUCK_DATE: return value_i64(CELL(int32_t) * INT64_C(86400000000));
	case DUCK_UTINYINT: return value_i64(CELL(uint8_t));
	case DUCK_USMALLINT: return value_i64(CELL(uint16_t));
	case DUCK_UINTEGER: return value_i64(CELL(uint32_t));
	case DUCK_UBIGINT: return from_huge((struct duck_huge){.lower = CELL(uint64_t)}, false);
	case DUCK_HUGEINT: return from_huge(CELL(struct duck_huge), true);
	case DUCK_UHUGEINT: return from_huge(CELL(struct duck_huge), false);
	case DUCK_FLOAT: return from_real((double)CELL(float));
	case DUCK_DOUBLE: return from_real(CELL(double));
	case DUCK_VARCHAR: return from_bytes(&CELL(struct duck_string), VALUE_TEXT, a);
	case DUCK_BLOB: return from_bytes(&CELL(struct duck_string), VALUE_BLOB, a);
	case DUCK_DECIMAL:
	case DUCK_SQLNULL: break;
	}
	return (struct value){.type = VALUE_NULL};
}

/* One column of one chunk into its cells, which stand n_cols apart. */
static void convert(const struct column *c, void *vector, uint64_t n, struct value *to,
		    size_t n_cols, struct arena *a)
{
	const void *data = duck_api.vector_get_data(vector);
	const uint64_t *valid = duck_api.vector_get_validity(vector);

	for (uint64_t row = 0; row < n; row++, to += n_cols) {
		if (valid && !(valid[row / 64] >> row % 64 & 1))
			continue; /* cells begin as NULL */
		*to = cell(c->type, data, row, a);
		if (c->scale > 0)
			*to = value_f64(value_num(to, 0) / c->scale);
	}
}

static int head(struct duck_result *r, struct arena *a, struct column *columns, struct table *out,
		struct err *e)
{
	for (size_t i = 0; i < out->n_cols; i++) {
		out->names[i] = arena_str(a, duck_api.column_name(r, i));
		if (!column_open(r, i, &columns[i]))
			return err_set(e, -EIO, "column %s of an answer has a type that does not "
						"travel: the query has to cast it",
				       out->names[i]);
	}
	return 0;
}

typedef VEC(void *) chunk_list;

static void fetch(struct duck_result *r, chunk_list *chunks, struct table *out)
{
	for (void *c = duck_api.fetch_chunk(*r); c; c = duck_api.fetch_chunk(*r)) {
		size_t n = duck_api.data_chunk_get_size(c);

		*vec_push(chunks) = c;
		if (out->n_rows + n > L_STORE_ROWS) {
			limit_hit(LIMIT_STORE_ROWS);
			out->cut = true;
			n = L_STORE_ROWS - out->n_rows;
		}
		out->n_rows += n;
		if (out->cut)
			break;
	}
}

/* A table without rows yet. */
static int begin(struct duck_result *r, struct arena *a, struct column **columns, struct table *out,
		 struct err *e)
{
	*out = (struct table){.n_cols = duck_api.column_count(r)};
	out->names = arena_array(a, out->n_cols, sizeof(*out->names));
	*columns = arena_array(a, out->n_cols, sizeof(**columns));
	if (arena_full(a))
		return err_set(e, -ENOMEM, "the answer is larger than its memory");
	return head(r, a, *columns, out, e);
}

/* One chunk after the other, each in memory that the next one uses again. */
int duck_pieces(struct duck_result *r, duck_piece fn, void *ctx, struct err *e)
{
	struct column *columns;
	struct table t;
	struct arena of_all, of_one;
	void *chunk;
	int rc;

	arena_init(&of_all, 0);
	rc = begin(r, &of_all, &columns, &t, e);
	for (chunk = rc ? NULL : duck_api.fetch_chunk(*r); chunk; chunk = rc ? NULL : duck_api.fetch_chunk(*r)) {
		arena_init(&of_one, 0);
		t.n_rows = duck_api.data_chunk_get_size(chunk);
		t.cells = arena_array(&of_one, t.n_rows * t.n_cols, sizeof(*t.cells));
		for (size_t k = 0; k < t.n_cols; k++)
			convert(&columns[k], duck_api.data_chunk_get_vector(chunk, k), t.n_rows, t.cells + k,
				t.n_cols, &of_one);
		duck_api.destroy_data_chunk(&chunk);
		rc = fn(ctx, &t, e);
		arena_done(&of_one);
	}
	arena_done(&of_all);
	return rc;
}

int duck_table(struct duck_result *r, struct arena *a, struct table *out, struct err *e)
{
	struct column *columns;
	chunk_list chunks = {0};
	size_t row = 0;
	int rc = begin(r, a, &columns, out, e);

	if (rc)
		return rc;
	fetch(r, &chunks, out);
	out->cells = arena_array(a, out->n_rows * out->n_cols, sizeof(*out->cells));
	for (size_t i = 0; i < chunks.n; i++) {
		size_t n = duck_api.data_chunk_get_size(chunks.at[i]);

		n = n < out->n_rows - row ? n : out->n_rows - row;
		for (size_t k = 0; k < out->n_cols && out->cells; k++)
			convert(&columns[k], duck_api.data_chunk_get_vector(chunks.at[i], k), n,
				out->cells + row * out->n_cols + k, out->n_cols, a);
		row += n;
		duck_api.destroy_data_chunk(&chunks.at[i]);
	}
	vec_done(&chunks);
	return arena_full(a) ? err_set(e, -ENOMEM, "the answer is larger than its memory") : 0;
}
