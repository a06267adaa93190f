/* evidence_rows: see evidence_rows.h. */
#include "app/evidence_rows.h"

#include <errno.h>
#include <string.h>

enum { COMMON = 5 }; /* at_us, subject, vantage, round, outcome */

static int32_t word_of(const char *const *words, const char *text)
{
	for (int32_t i = 0; text && words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return -1;
}

static struct addr addr_of(const struct value *v)
{
	struct addr a = {0};

	if (v->type != VALUE_BLOB || (v->s.len != 4 && v->s.len != 16))
		return a;
	a.family = v->s.len == 4 ? 4 : 6;
	memcpy(a.byte, v->s.data, v->s.len);
	return a;
}

/* The field is clear, so only what is known is written. */
static void read_field(struct batch *b, const struct field *f, const struct value *v, void *row)
{
	char *at = (char *)row + f->offset;
	union {
		int64_t i64;
		double f64;
		int8_t flag;
		int32_t word;
		const char *text;
		struct addr addr;
	} x;

	if (v->type == VALUE_NULL)
		return;
	switch (f->type) {
	case FIELD_I64:
	case FIELD_TIME:
		x.i64 = value_int(v, I64_NULL);
		memcpy(at, &x.i64, sizeof(x.i64));
		break;
	case FIELD_F64:
		x.f64 = value_num(v, 0);
		memcpy(at, &x.f64, sizeof(x.f64));
		break;
	case FIELD_FLAG:
		x.flag = (int8_t)value_int(v, -1);
		memcpy(at, &x.flag, sizeof(x.flag));
		break;
	case FIELD_TEXT:
		x.text = batch_text(b, value_str(v, NULL));
		memcpy(at, &x.text, sizeof(x.text));
		break;
	case FIELD_WORD:
		x.word = word_of(f->words, value_str(v, NULL));
		memcpy(at, &x.word, sizeof(x.word));
		break;
	case FIELD_ADDR:
		x.addr = addr_of(v);
		memcpy(at, &x.addr, sizeof(x.addr));
		break;
	}
}

static void read_row(struct batch *b, const struct table *t, size_t row)
{
	int32_t outcome = word_of(outcome_words, value_str(table_at(t, row, 4), ""));
	struct obs *o = batch_add(b, value_int(table_at(t, row, 0), 0),
				  value_str(table_at(t, row, 1), ""),
				  value_str(table_at(t, row, 2), ""),
				  value_str(table_at(t, row, 3), ""),
				  outcome < 0 ? OUTCOME_UNKNOWN : (enum outcome)outcome);

	for (size_t k = 0; k < b->schema->n_fields; k++)
		read_field(b, &b->schema->fields[k], table_at(t, row, COMMON + k), o->row);
}

int evidence_rows(struct store *s, const struct schema *schema, const char *round, const char *first,
		  const char *last, struct batch **out, struct err *e)
{
	const struct value args[] = {value_text(round), value_text(first), value_text(last)};
	struct arena a;
	struct table t;
	struct buf sql;
	int rc;

	arena_init(&a, 0);
	buf_init(&sql, 1 << 16);
	buf_str(&sql, "SELECT at_us, subject, vantage, round, outcome");
	for (size_t k = 0; k < schema->n_fields; k++)
		buf_printf(&sql, ", \"%s\"", schema->fields[k].name);
	buf_printf(&sql, " FROM obs_%s WHERE round = ? AND subject BETWEEN ? AND ? "
		   "ORDER BY subject, rowid", schema->name);
	rc = store_query_facts(s, &a, sql.data, args, 3, &t, e);
	if (!rc && t.cut)
		rc = err_set(e, -E2BIG, "more rows of obs_%s than one answer holds", schema->name);
	*out = rc ? NULL : batch_new(schema);
	for (size_t i = 0; !rc && i < t.n_rows; i++)
		read_row(*out, &t, i);
	buf_done(&sql);
	arena_done(&a);
	return rc;
}
