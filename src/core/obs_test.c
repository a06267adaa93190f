/*
 * A batch of every kind of field goes out and comes back; cut at every byte it is refused; what a
 * hostile process could write into it is refused by name; the limits at -1, 0 and +1.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "core/obs.h"
#include "test/tap.h"

#include <errno.h>
#include <math.h>

struct all_row {
	int64_t number, when_us;
	double share;
	int8_t flag;
	const char *text;
	struct addr addr;
	int32_t word;
};

static const char *const words[] = {"red", "green", "blue", NULL};
static const struct field fields[] = {
	FIELD(all_row, number, FIELD_I64, "a number"),
	FIELD(all_row, when_us, FIELD_TIME, "a time"),
	FIELD(all_row, share, FIELD_F64, "a share"),
	FIELD(all_row, flag, FIELD_FLAG, "a flag"),
	FIELD(all_row, text, FIELD_TEXT, "a text"),
	FIELD(all_row, addr, FIELD_ADDR, "an address"),
	FIELD_OF(all_row, word, words, "a word"),
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
static const struct schema all_schema = {"all", "every kind", sizeof(struct all_row), fields, FIELDS, false};
/* An older program's: it does not know the columns in the middle. */
static const struct field few[] = {
	FIELD(all_row, number, FIELD_I64, "a number"),
	FIELD_OF(all_row, word, words, "a word"),
};
static const struct schema few_schema = {"all", "some", sizeof(struct all_row), few, 2, false};
/* One that calls the same column something else. */
static const struct field other[] = {FIELD(all_row, text, FIELD_TEXT, "text"),
				     {"number", FIELD_TEXT, offsetof(struct all_row, text), "", NULL}};
static const struct schema other_schema = {"all", "another type", sizeof(struct all_row), other, 2, false};

static const struct schema *find_all(const char *name) { return strcmp(name, "all") ? NULL : &all_schema; }
static const struct schema *find_few(const char *name) { return strcmp(name, "all") ? NULL : &few_schema; }
static const struct schema *find_other(const char *name) { return strcmp(name, "all") ? NULL : &other_schema; }
static const struct schema *find_none(const char *name) { return name ? NULL : &all_schema; }

static struct batch *make(size_t rows)
{
	struct batch *b = batch_new(&all_schema);

	for (size_t i = 0; i < rows; i++) {
		struct obs *o = batch_add(b, 1700000000000000 + (int64_t)i, "www.example", "local", "r1",
					  (enum outcome)(i % (OUTCOME_UNKNOWN + 1)));
		struct all_row *r = o->row;

		if (i % 2)
			continue; /* stays unknown in every field */
		*r = (struct all_row){.number = -5, .when_us = TIME_MAX_US, .share = 0.25, .flag = 1,
				      .text = batch_text(b, "中文 \"text\""), .word = 2};
		addr_parse(&r->addr, "2001:db8::1");
	}
	return b;
}

static void encode(const struct batch *b, struct buf *out)
{
	buf_clear(out);
	batch_encode(b, out);
}

static void test_round_trip(void)
{
	struct batch *b = make(26), *back;
	struct buf one, two;
	struct err e = {0};

	buf_init(&one, 1 << 20);
	buf_init(&two, 1 << 20);
	encode(b, &one);
	back = batch_decode(one.data, one.len, find_all, &e);
	ok(back && back->obs.n == 26 && !strcmp(back->id, b->id), "it comes back %s", e.text);
	if (back) {
		const struct all_row *r = back->obs.at[0].row, *u = back->obs.at[1].row;

		ok(r->number == -5 && r->when_us == TIME_MAX_US && r->share == 0.25 && r->flag == 1 &&
			   r->word == 2 && !strcmp(r->text, "中文 \"text\"") && r->addr.family == 6,
		   "with its values");
		ok(u->number == I64_NULL && u->when_us == I64_NULL && isnan(u->share) && u->flag == -1 &&
			   u->word == -1 && !u->text && !u->addr.family,
		   "and what was unknown is unknown");
		ok(back->obs.at[11].outcome == OUTCOME_UNKNOWN, "and the outcomes");
		encode(back, &two);
		ok(one.len == two.len && !memcmp(one.data, two.data, one.len), "the bytes are a fixpoint");
	}
	batch_free(back);
	back = batch_decode(one.data, one.len, find_few, &e);
	ok(back && ((struct all_row *)back->obs.at[0].row)->number == -5 &&
		   ((struct all_row *)back->obs.at[0].row)->word == 2 &&
		   !((struct all_row *)back->obs.at[0].row)->text,
	   "columns that are not known are skipped");
	batch_free(back);
	ok(!batch_decode(one.data, one.len, find_other, &e) && strstr(e.text, "another type"),
	   "a column of another type: %s", e.text);
	ok(!batch_decode(one.data, one.len, find_none, &e) && strstr(e.text, "schema"), "%s", e.text);
	batch_free(b);
	buf_done(&one);
	buf_done(&two);
}

static void test_cut(void)
{
	struct batch *b = make(3);
	struct buf out;
	struct err e = {0};
	size_t refused = 0;

	buf_init(&out, 1 << 20);
	encode(b, &out);
	for (size_t cut = 0; cut < out.len; cut++) {
		char *exact = malloc(cut ? cut : 1);
		struct batch *back;

		memcpy(exact, out.data, cut);
		back = batch_decode(exact, cut, find_all, &e);
		refused += back == NULL && e.code == -EBADMSG;
		batch_free(back);
		free(exact);
	}
	is_int((long long)refused, (long long)out.len, "cut at every byte it is refused");
	buf_char(&out, 'x');
	ok(!batch_decode(out.data, out.len, find_all, &e) && strstr(e.text, "follow"), "%s", e.text);
	batch_free(b);
	buf_done(&out);
}

/* One observation whose bytes we know: where a piece stands, what is put there. */
static void test_hostile(void)
{
	static const struct {
		const char *piece; /* of the encoding, found once */
		size_t len, at;	   /* byte to change, from its start */
		char to;
		const char *why;
	} rows[] = {
		{"SXB1", 4, 3, '2', "begin"},
		{"\0\0\0\4blue", 8, 4, 'x', "word that is not in the list"},
		{"www.example", 11, 0, '\xff', "UTF-8"},
		{"www.example", 11, 3, '\0', "UTF-8"},
		{"\6\x20\x01\x0d\xb8", 5, 0, 5, "neither IPv4 nor IPv6"},
		{"\1\0\0\0\x0d", 5, 0, 2, "flag"},
		{"\1\0\0\0\x0d", 5, 0, '\x80', "flag"},
		{"\0\0\0\2r1\0", 7, 6, OUTCOME_UNKNOWN + 1, "outcome"},
	};
	struct buf out;

	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct batch *b = make(1), *back;
		struct err e = {0};
		char *at;

		encode(b, &out);
		at = memmem(out.data, out.len, rows[i].piece, rows[i].len);
		if (at)
			at[rows[i].at] = rows[i].to;
		back = batch_decode(out.data, out.len, find_all, &e);
		ok(at && !back && strstr(e.text, rows[i].why), "hostile row %zu: %s", i, e.text);
		batch_free(back);
		batch_free(b);
	}
	for (int over = 0; over < 2; over++) {
		struct batch *b = batch_new(&all_schema), *back;
		struct err e = {0};

		batch_add(b, TIME_MAX_US + over, "a", "b", "c", OUTCOME_OK);
		encode(b, &out);
		back = batch_decode(out.data, out.len, find_all, &e);
		ok(over ? !back && strstr(e.text, "years") : back != NULL, "the last microsecond +%d", over);
		batch_free(back);
		batch_free(b);
	}
	buf_done(&out);
}

static void test_limits(void)
{
	struct buf out;

	buf_init(&out, L_BATCH_B);
	for (int over = -1; over <= 1; over++) {
		struct batch *b = make((size_t)(L_BATCH_ROWS + over)), *back;
		uint64_t hits = limit_hits(LIMIT_BATCH_ROWS);
		struct err e = {0};

		encode(b, &out);
		back = batch_decode(out.data, out.len, find_all, &e);
		ok((back != NULL) == (over <= 0) &&
			   limit_hits(LIMIT_BATCH_ROWS) - hits == (over > 0),
		   "BATCH_ROWS %+d", over);
		batch_free(back);
		batch_free(b);
	}
	buf_done(&out);
	for (int over = -1; over <= 1; over++) {
		size_t len = (size_t)(L_BATCH_B + over);
		char *data = calloc(1, len);
		uint64_t hits = limit_hits(LIMIT_BATCH_B);
		struct err e = {0};

		ok(!batch_decode(data, len, find_all, &e) &&
			   (strstr(e.text, "larger") != NULL) == (over > 0) &&
			   limit_hits(LIMIT_BATCH_B) - hits == (over > 0),
		   "BATCH_B %+d: %s", over, e.text);
		free(data);
	}
}

static void test_fields(void)
{
	static const struct {
		const char *name, *print, *json, *none;
	} rows[] = {
		{"number", "-5", "-5", "null"},
		{"when_us", "9999-12-31T23:59:59Z", "\"9999-12-31T23:59:59Z\"", "null"},
		{"share", "0.25", "0.25", "null"},
		{"flag", "yes", "true", "null"},
		{"text", "中文 \"text\"", "\"中文 \\\"text\\\"\"", "null"},
		{"addr", "2001:db8::1", "\"2001:db8::1\"", "null"},
		{"word", "blue", "\"blue\"", "null"},
	};
	struct batch *b = make(2);
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 16);
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *f = schema_field(&all_schema, rows[i].name);

		buf_clear(&out);
		field_print(f, b->obs.at[0].row, &out);
		is_str(out.data, rows[i].print, rows[i].name);
		buf_clear(&out);
		json_init(&j, &out);
		field_json(f, b->obs.at[0].row, &j);
		is_str(out.data, rows[i].json, "as JSON");
		buf_clear(&out);
		field_print(f, b->obs.at[1].row, &out);
		is_str(out.data, "", "unknown is empty");
		json_init(&j, &out);
		field_json(f, b->obs.at[1].row, &j);
		is_str(out.data, rows[i].none, "and null");
	}
	ok(!schema_field(&all_schema, "none"), "a field that is not there");
	batch_free(b);
	buf_done(&out);
}

int main(void)
{
	test_round_trip();
	test_cut();
	test_hostile();
	test_limits();
	test_fields();
	return done();
}
