/* tables_fill: observations into the columns of their table; "we do not know" becomes NULL. */
#include "store/tables_int.h"

#include <math.h>
#include <string.h>

static void fill_text(struct duck_bulk *bulk, size_t col, const char *text)
{
	if (text)
		duck_bulk_bytes(bulk, col, text, strlen(text));
}

static void fill_field(struct duck_bulk *bulk, size_t col, const struct field *f, const void *row)
{
	const char *p = (const char *)row + f->offset;
	union {
		int64_t i64;
		double f64;
		int32_t word;
		const char *text;
		struct addr addr;
	} v;

	switch (f->type) {
	case FIELD_I64:
	case FIELD_TIME:
		memcpy(&v.i64, p, sizeof(v.i64));
		if (v.i64 != I64_NULL)
			duck_bulk_i64(bulk, col, v.i64);
		break;
	case FIELD_F64:
		memcpy(&v.f64, p, sizeof(v.f64));
		if (!isnan(v.f64))
			duck_bulk_f64(bulk, col, v.f64);
		break;
	case FIELD_FLAG:
		if (*(const int8_t *)p >= 0)
			duck_bulk_flag(bulk, col, *(const int8_t *)p);
		break;
	case FIELD_TEXT:
		memcpy(&v.text, p, sizeof(v.text));
		fill_text(bulk, col, v.text);
		break;
	case FIELD_WORD:
		memcpy(&v.word, p, sizeof(v.word));
		fill_text(bulk, col, v.word < 0 ? NULL : f->words[v.word]);
		break;
	case FIELD_ADDR:
		memcpy(&v.addr, p, sizeof(v.addr));
		if (v.addr.family)
			duck_bulk_bytes(bulk, col, v.addr.byte, addr_bits(&v.addr) / 8);
		break;
	}
}

static void fill_common(struct duck_bulk *bulk, size_t col, enum common which,
			const struct obs *o, const struct batch *b)
{
	switch (which) {
	case COMMON_AT: duck_bulk_i64(bulk, col, o->at_us); break;
	case COMMON_SUBJECT: fill_text(bulk, col, o->subject); break;
	case COMMON_VANTAGE: fill_text(bulk, col, o->vantage); break;
	case COMMON_ROUND: fill_text(bulk, col, o->round); break;
	case COMMON_OUTCOME: fill_text(bulk, col, outcome_words[o->outcome]); break;
	case COMMON_BATCH: fill_text(bulk, col, b->id); break;
	case COMMON_COUNT: break;
	}
}

int shape_bulk(struct duck *d, const struct shape *sh, struct duck_bulk **out, struct err *e)
{
	VEC(enum bulk_type) types = {0};
	int rc;

	for (size_t i = 0; i < sh->n_columns; i++)
		*vec_push(&types) = sh->columns[i].bulk;
	rc = duck_bulk_open(d, sh->table, types.at, types.n, out, e);
	vec_done(&types);
	return rc;
}

int shape_append(struct duck_bulk *bulk, const struct shape *sh, const struct batch *b,
		 struct err *e)
{
	for (size_t i = 0; i < b->obs.n; i++) {
		const struct obs *o = &b->obs.at[i];
		int rc;

		for (size_t k = 0; k < sh->n_columns; k++) {
			const struct column *c = &sh->columns[k];

			if (c->common != COMMON_COUNT)
				fill_common(bulk, k, (enum common)c->common, o, b);
			else if (c->field)
				fill_field(bulk, k, c->field, o->row);
		}
		rc = duck_bulk_row(bulk, e);
		if (rc)
			return rc;
	}
	return 0;
}
