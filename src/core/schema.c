/* schema: see schema.h. */
#include "core/schema.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

static const void *at(const struct field *f, const void *row)
{
	return (const char *)row + f->offset;
}

void row_clear(const struct schema *s, void *row)
{
	memset(row, 0, s->size);
	for (size_t i = 0; i < s->n_fields; i++) {
		char *p = (char *)row + s->fields[i].offset;

		switch (s->fields[i].type) {
		case FIELD_I64:
		case FIELD_TIME: *(int64_t *)(void *)p = I64_NULL; break;
		case FIELD_F64: *(double *)(void *)p = NAN; break;
		case FIELD_FLAG: *(int8_t *)p = -1; break;
		case FIELD_WORD: *(int32_t *)(void *)p = -1; break;
		case FIELD_TEXT:
		case FIELD_ADDR: break;
		}
	}
}

static void print_i64(int64_t v, struct buf *out)
{
	if (v != I64_NULL)
		buf_printf(out, "%lld", (long long)v);
}

static void print_time(int64_t v, struct buf *out)
{
	char text[TIME_TEXT_MAX];

	if (v != I64_NULL)
		buf_str(out, time_text(v, text));
}

void field_print(const struct field *f, const void *row, struct buf *out)
{
	const void *p = at(f, row);
	char text[ADDR_TEXT_MAX];

	switch (f->type) {
	case FIELD_I64: print_i64(*(const int64_t *)p, out); break;
	case FIELD_TIME: print_time(*(const int64_t *)p, out); break;
	case FIELD_F64:
		if (isfinite(*(const double *)p))
			buf_printf(out, "%.10g", *(const double *)p);
		break;
	case FIELD_FLAG:
		if (*(const int8_t *)p >= 0)
			buf_str(out, *(const int8_t *)p ? "yes" : "no");
		break;
	case FIELD_TEXT:
		if (*(const char *const *)p)
			buf_str(out, *(const char *const *)p);
		break;
	case FIELD_ADDR: buf_str(out, addr_text(p, text)); break;
	case FIELD_WORD:
		if (*(const int32_t *)p >= 0)
			buf_str(out, f->words[*(const int32_t *)p]);
		break;
	}
}

void field_json(const struct field *f, const void *row, struct json *out)
{
	const void *p = at(f, row);
	char text[ADDR_TEXT_MAX];

	switch (f->type) {
	case FIELD_I64:
		if (*(const int64_t *)p == I64_NULL)
			json_null(out);
		else
			json_i64(out, *(const int64_t *)p);
		break;
	case FIELD_TIME: {
		char stamp[TIME_TEXT_MAX];
		int64_t v = *(const int64_t *)p;

		json_text(out, v == I64_NULL ? NULL : time_text(v, stamp));
		break;
	}
	case FIELD_F64: json_f64(out, *(const double *)p); break;
	case FIELD_FLAG:
		if (*(const int8_t *)p < 0)
			json_null(out);
		else
			json_bool(out, *(const int8_t *)p);
		break;
	case FIELD_TEXT: json_text(out, *(const char *const *)p); break;
	case FIELD_ADDR:
		json_text(out, ((const struct addr *)p)->family ? addr_text(p, text) : NULL);
		break;
	case FIELD_WORD: {
		int32_t v = *(const int32_t *)p;

		json_text(out, v < 0 ? NULL : f->words[v]);
		break;
	}
	}
}

const struct field *schema_field(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->n_fields; i++)
		if (!strcmp(s->fields[i].name, name))
			return &s->fields[i];
	return NULL;
}
