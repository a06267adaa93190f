/* query: see query.h. */
#include "core/query.h"

#include <string.h>

struct value value_text(const char *s)
{
	if (!s)
		return (struct value){.type = VALUE_NULL};
	return (struct value){.type = VALUE_TEXT, .s = {s, strlen(s)}};
}

struct value value_blob(const void *data, size_t len)
{
	return (struct value){.type = VALUE_BLOB, .s = {data, len}};
}

int64_t value_int(const struct value *v, int64_t fallback)
{
	if (v->type == VALUE_I64)
		return v->i64;
	if (v->type == VALUE_F64 && v->f64 > -9e18 && v->f64 < 9e18)
		return (int64_t)v->f64;
	return fallback;
}

double value_num(const struct value *v, double fallback)
{
	if (v->type == VALUE_I64)
		return (double)v->i64;
	return v->type == VALUE_F64 ? v->f64 : fallback;
}

const char *value_str(const struct value *v, const char *fallback)
{
	return v->type == VALUE_TEXT ? v->s.data : fallback;
}
