/*
 * obs: batches and their bytes.
 *
 *	"SXB1"  id:32  name:text8  columns:u16 { name:text8 type:u8 }  rows:u32
 *	row: at:u64 subject:text32 vantage:text32 round:text32 outcome:u8 value...
 *	value: I64, TIME, F64: u64; FLAG: u8; ADDR: family:u8 bytes:16; TEXT, WORD: text32
 *	text8: length:u8 bytes; text32: length:u32 bytes, length 0xffffffff is "none"
 *
 * Words travel as text, so a list of words may grow or change its order.  A reader skips columns
 * that it does not know and leaves fields cleared that did not come.
 */
#include "core/obs.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/rd.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

const char *const outcome_words[] = {"ok",	    "absent",	   "refused", "timeout",
				     "malformed",   "unreachable", "closed",  "servfail",
				     "tls",	    "denied",	   "limit",   "unknown",
				     NULL};

enum { OUTCOME_COUNT = OUTCOME_UNKNOWN + 1, TEXT_NONE = -1 };

static void random_id(char id[BATCH_ID_MAX])
{
	unsigned char raw[16];

	if (getrandom(raw, sizeof(raw), 0) != sizeof(raw)) {
		fprintf(stderr, "sextant: the system gives no random numbers\n");
		abort();
	}
	for (int i = 0; i < 16; i++)
		snprintf(id + 2 * i, 3, "%02x", raw[i]);
}

struct batch *batch_new(const struct schema *s)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (!b) {
		fprintf(stderr, "sextant: out of memory\n");
		abort();
	}
	random_id(b->id);
	b->schema = s;
	arena_init(&b->arena, 0);
	return b;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	arena_done(&b->arena);
	vec_done(&b->obs);
	free(b);
}

const char *batch_text(struct batch *b, const char *s)
{
	return arena_str(&b->arena, s);
}

struct obs *batch_add(struct batch *b, int64_t at_us, const char *subject, const char *vantage,
		      const char *round, enum outcome outcome)
{
	struct obs *o = vec_push(&b->obs);
	const struct obs *before = b->obs.n > 1 ? o - 1 : NULL;

	o->at_us = at_us;
	o->subject = batch_text(b, subject);
	/* neighbours nearly always share these two */
	o->vantage = before && !strcmp(before->vantage, vantage) ? before->vantage
								  : batch_text(b, vantage);
	o->round = before && !strcmp(before->round, round) ? before->round : batch_text(b, round);
	o->outcome = outcome;
	o->row = arena_alloc(&b->arena, b->schema->size);
	row_clear(b->schema, o->row);
	return o;
}

struct obs *batch_copy(struct batch *b, const struct obs *from)
{
	const struct schema *s = b->schema;
	struct obs *o = batch_add(b, from->at_us, from->subject, from->vantage, from->round,
				  from->outcome);

	memcpy(o->row, from->row, s->size);
	for (size_t i = 0; i < s->n_fields; i++) {
		const char *text;
		char *at = (char *)o->row + s->fields[i].offset;

		if (s->fields[i].type != FIELD_TEXT)
			continue;
		memcpy(&text, at, sizeof(text));
		text = batch_text(b, text);
		memcpy(at, &text, sizeof(text));
	}
	return o;
}

/* ---- writing ---- */

static void put_uint(struct buf *out, uint64_t v, int bytes)
{
	while (bytes--)
		buf_char(out, (char)(v >> 8 * bytes));
}

static void put_text8(struct buf *out, const char *s)
{
	size_t n = strlen(s);

	put_uint(out, n, 1);
	buf_add(out, s, n);
}

static void put_text32(struct buf *out, const char *s)
{
	size_t n = s ? strlen(s) : 0;

	put_uint(out, s ? n : UINT32_MAX, 4);
	buf_add(out, s ? s : "", n);
}

static void put_value(struct buf *out, const struct field *f, const void *row)
{
	const char *p = (const char *)row + f->offset;
	uint64_t bits;
	int32_t word;

	switch (f->type) {
	case FIELD_I64:
	case FIELD_TIME:
	case FIELD_F64:
		memcpy(&bits, p, 8);
		put_uint(out, bits, 8);
		break;
	case FIELD_FLAG: buf_char(out, *p); break;
	case FIELD_TEXT: put_text32(out, *(const char *const *)(const void *)p); break;
	case FIELD_ADDR:
		buf_char(out, (char)((const struct addr *)(const void *)p)->family);
		buf_add(out, ((const struct addr *)(const void *)p)->byte, 16);
		break;
	case FIELD_WORD:
		memcpy(&word, p, sizeof(word));
		put_text32(out, word < 0 ? NULL : f->words[word]);
		break;
	}
}

void batch_encode(const struct batch *b, struct buf *out)
{
	const struct schema *s = b->schema;

	buf_str(out, "SXB1");
	buf_add(out, b->id, 32);
	put_text8(out, s->name);
	put_uint(out, s->n_fields, 2);
	for (size_t i = 0; i < s->n_fields; i++) {
		put_text8(out, s->fields[i].name);
		put_uint(out, s->fields[i].type, 1);
	}
	put_uint(out, b->obs.n, 4);
	for (size_t i = 0; i < b->obs.n; i++) {
		const struct obs *o = &b->obs.at[i];

		put_uint(out, (uint64_t)o->at_us, 8);
		put_text32(out, o->subject);
		put_text32(out, o->vantage);
		put_text32(out, o->round);
		put_uint(out, o->outcome, 1);
		for (size_t k = 0; k < s->n_fields; k++)
			put_value(out, &s->fields[k], o->row);
	}
}

/* ---- reading ---- */

struct column {
	const struct field *field; /* NULL: skip it */
	enum field_type type;
};

struct reader {
	struct rd rd;
	struct batch *batch;
	struct column columns[256];
	size_t n_columns;
	const char *why; /* first thing that was wrong */
};

static void wrong(struct reader *r, const char *why)
{
	if (!r->why)
		r->why = why;
	r->rd.bad = true;
}

static const char *get_text(struct reader *r, uint32_t len)
{
	const uint8_t *p = rd_bytes(&r->rd, len);

	if (!p)
		return NULL;
	if (memchr(p, '\0', len) || !utf8_valid((const char *)p, len)) {
		wrong(r, "text that is not UTF-8");
		return NULL;
	}
	return arena_strn(&r->batch->arena, (const char *)p, len);
}

static const char *get_text32(struct reader *r)
{
	uint32_t len = rd_u32(&r->rd);

	return len == UINT32_MAX ? NULL : get_text(r, len);
}

static int32_t word_index(const char *const *words, const char *text)
{
	for (int32_t i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return -1;
}

static bool time_sane(int64_t at_us)
{
	return at_us >= TIME_MIN_US && at_us <= TIME_MAX_US;
}

static void get_value(struct reader *r, const struct column *c, void *row)
{
	char scratch[sizeof(struct addr)], *p = scratch;
	uint64_t bits;
	const char *text;
	int8_t flag;

	if (c->field)
		p = (char *)row + c->field->offset;
	switch (c->type) {
	case FIELD_I64:
	case FIELD_TIME:
	case FIELD_F64:
		bits = rd_u64(&r->rd);
		if (c->type == FIELD_TIME && (int64_t)bits != I64_NULL && !time_sane((int64_t)bits))
			wrong(r, "a time outside the years 1 to 9999");
		memcpy(p, &bits, 8);
		break;
	case FIELD_FLAG:
		flag = (int8_t)rd_u8(&r->rd);
		if (flag < -1 || flag > 1)
			wrong(r, "a flag that is neither yes, no nor unknown");
		memcpy(p, &flag, 1);
		break;
	case FIELD_ADDR: {
		struct addr a = {.family = rd_u8(&r->rd)};

		rd_copy(&r->rd, a.byte, 16);
		if (a.family != 0 && a.family != 4 && a.family != 6)
			wrong(r, "an address that is neither IPv4 nor IPv6");
		memcpy(p, &a, sizeof(a));
		break;
	}
	case FIELD_TEXT:
		text = get_text32(r);
		if (c->field)
			memcpy(p, &text, sizeof(text));
		break;
	case FIELD_WORD:
		text = get_text32(r);
		if (c->field && text) {
			int32_t word = word_index(c->field->words, text);

			if (word < 0)
				wrong(r, "a word that is not in the list of its column");
			memcpy(p, &word, sizeof(word));
		}
		break;
	}
}

static void get_columns(struct reader *r)
{
	size_t n = rd_u16(&r->rd);

	if (n > sizeof(r->columns) / sizeof(r->columns[0])) {
		wrong(r, "too many columns");
		return;
	}
	for (size_t i = 0; i < n && rd_ok(&r->rd); i++) {
		const char *name = get_text(r, rd_u8(&r->rd));
		unsigned type = rd_u8(&r->rd);
		const struct field *f = name ? schema_field(r->batch->schema, name) : NULL;

		if (type > FIELD_WORD || (f && f->type != type))
			wrong(r, "a column of another type");
		r->columns[i] = (struct column){.field = f, .type = (enum field_type)type};
	}
	r->n_columns = n;
}

static void get_row(struct reader *r)
{
	struct obs *o = vec_push(&r->batch->obs);
	unsigned outcome;

	o->at_us = (int64_t)rd_u64(&r->rd);
	o->subject = get_text32(r);
	o->vantage = get_text32(r);
	o->round = get_text32(r);
	outcome = rd_u8(&r->rd);
	if (rd_ok(&r->rd) && (!o->subject || !o->vantage || !o->round || outcome >= OUTCOME_COUNT))
		wrong(r, "a row without subject, vantage, round or outcome");
	if (!time_sane(o->at_us))
		wrong(r, "a time outside the years 1 to 9999");
	o->outcome = (enum outcome)outcome;
	o->row = arena_alloc(&r->batch->arena, r->batch->schema->size);
	row_clear(r->batch->schema, o->row);
	for (size_t i = 0; i < r->n_columns && rd_ok(&r->rd); i++)
		get_value(r, &r->columns[i], o->row);
}

static bool get_id(struct reader *r)
{
	const uint8_t *p = rd_bytes(&r->rd, 32);

	for (int i = 0; p && i < 32; i++)
		if (!strchr("0123456789abcdef", p[i]) || !p[i])
			return false;
	if (p)
		memcpy(r->batch->id, p, 32);
	return p != NULL;
}

static struct batch *refuse(struct reader *r, struct err *e)
{
	err_set(e, -EBADMSG, "a batch is damaged at byte %zu: %s", rd_pos(&r->rd),
		r->why ? r->why : "it ends too early");
	batch_free(r->batch);
	return NULL;
}

struct batch *batch_decode(const void *data, size_t len, schema_lookup find, struct err *e)
{
	struct reader r = {.batch = batch_new(NULL)};
	const char *name;
	uint32_t rows;

	rd_init(&r.rd, data, len);
	if (len > L_BATCH_B) {
		limit_hit(LIMIT_BATCH_B);
		wrong(&r, "larger than a batch may be");
	}
	if (memcmp(rd_left(&r.rd) >= 4 ? r.rd.at : (const uint8_t *)"????", "SXB1", 4) != 0)
		wrong(&r, "it does not begin as a batch");
	rd_skip(&r.rd, 4);
	if (!get_id(&r))
		wrong(&r, "its id is not 32 hex digits");
	name = get_text(&r, rd_u8(&r.rd));
	r.batch->schema = name ? find(name) : NULL;
	if (!r.batch->schema) {
		wrong(&r, "its schema is not known here");
		return refuse(&r, e);
	}
	get_columns(&r);
	rows = rd_u32(&r.rd);
	if (rows > L_BATCH_ROWS) {
		limit_hit(LIMIT_BATCH_ROWS);
		wrong(&r, "it has more rows than a batch may have");
	}
	for (uint32_t i = 0; i < rows && rd_ok(&r.rd); i++)
		get_row(&r);
	if (rd_ok(&r.rd) && rd_left(&r.rd))
		wrong(&r, "bytes follow the last row");
	return rd_ok(&r.rd) ? r.batch : refuse(&r, e);
}
