/* What is written is read again; what is cut anywhere, or counts what is not there, is refused. */
#include "store/message.h"

#include "base/limits.h"
#include "test/tap.h"

#include <errno.h>

static struct value sample[] = {
	{.type = VALUE_NULL}, {.type = VALUE_I64, .i64 = INT64_MIN},
	{.type = VALUE_F64, .f64 = -1.5}, {.type = VALUE_TEXT, .s = {"中文", 6}},
	{.type = VALUE_BLOB, .s = {"\0\1\2\3", 4}}, {.type = VALUE_TEXT, .s = {"", 0}},
};
enum { N = 6 };

static bool same(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == VALUE_TEXT || a->type == VALUE_BLOB)
		return a->s.len == b->s.len && !memcmp(a->s.data, b->s.data, a->s.len);
	return a->type == VALUE_NULL || a->i64 == b->i64;
}

static void question(void)
{
	struct buf b;
	struct arena a;
	struct question q;
	int taken = 0, equal = 0;

	arena_init(&a, 0);
	buf_init(&b, 1 << 16);
	question_write(&b, "SELECT ?", sample, N);
	ok(question_read(b.data, b.len, &a, &q), "a question is read");
	is_str(q.sql, "SELECT ?", "its words");
	for (size_t i = 0; i < N && q.n_args == N; i++)
		equal += same(&q.args[i], &sample[i]);
	is_int(equal, N, "its arguments");
	for (size_t cut = 0; cut < b.len; cut++)
		taken += question_read(b.data, cut, &a, &q);
	buf_char(&b, 'x');
	taken += question_read(b.data, b.len, &a, &q);
	is_int(taken, 0, "cut or continued anywhere it is refused");
	arena_done(&a);
	buf_done(&b);
}

static void arguments_limit(void)
{
	static struct value many[MESSAGE_ARGS_MAX + 1];

	for (size_t n = MESSAGE_ARGS_MAX - 1; n <= MESSAGE_ARGS_MAX + 1; n++) {
		struct buf b;
		struct arena a;
		struct question q;

		arena_init(&a, 0);
		buf_init(&b, 1 << 16);
		question_write(&b, "x", many, n);
		ok(question_read(b.data, b.len, &a, &q) == (n <= MESSAGE_ARGS_MAX),
		   "%zu arguments where %d are allowed", n, MESSAGE_ARGS_MAX);
		arena_done(&a);
		buf_done(&b);
	}
}

/* Through pieces of this size; how many cells came back as they were. */
static int pieces(const struct table *t, size_t piece_b)
{
	struct arena a;
	struct table back;
	struct answer r;
	struct buf b;
	int equal = 0;
	bool good;

	arena_init(&a, 0);
	buf_init(&b, 1 << 20);
	answer_init(&r, &a, &back);
	head_write(&b, t);
	good = answer_head(&r, b.data, b.len);
	for (size_t row = 0; row < t->n_rows && good;) {
		buf_clear(&b);
		row = rows_write(&b, t, row, piece_b);
		good = answer_rows(&r, b.data, b.len);
	}
	good = good && answer_end(&r, "\1", 1) && back.cut;
	for (size_t i = 0; good && i < t->n_rows * t->n_cols; i++)
		equal += same(&back.cells[i], &t->cells[i]);
	answer_done(&r);
	buf_done(&b);
	arena_done(&a);
	return equal;
}

/* Rows that are cut at any byte. */
static void cut_rows(const struct table *t)
{
	struct buf b;
	int taken = 0;

	buf_init(&b, 1 << 16);
	rows_write(&b, t, 0, 1 << 16);
	for (size_t cut = 0; cut < b.len; cut++) {
		struct arena a;
		struct table back;
		struct answer r;

		arena_init(&a, 0);
		answer_init(&r, &a, &back);
		taken += !answer_head(&r, "\0\3\0\0\0\0\0\0\0\0\0\0\0\0", 14);
		taken += answer_rows(&r, b.data, cut);
		answer_done(&r);
		arena_done(&a);
	}
	is_int(taken, 0, "rows that are cut anywhere are refused");
	buf_done(&b);
}

static void answers(void)
{
	const char *names[] = {"a", "b", "c"};
	struct value cells[6];
	struct table t = {.names = names, .n_cols = 3, .n_rows = 2, .cells = cells};
	struct answer r;
	struct table back;
	struct arena a;

	memcpy(cells, sample, sizeof(cells));
	is_int(pieces(&t, 1), 6, "an answer row by row");
	is_int(pieces(&t, 1 << 16), 6, "an answer at once");
	cut_rows(&t);
	arena_init(&a, 0);
	answer_init(&r, &a, &back);
	ok(!answer_rows(&r, "\0\0\0\0", 4), "rows before the head");
	ok(!answer_end(&r, "\0", 1), "the end before the head");
	ok(!answer_head(&r, "\0\0", 2), "no columns");
	ok(answer_head(&r, "\0\1\0\0\0\1x", 7), "one column");
	ok(!answer_rows(&r, "\xff\xff\xff\xff\0", 5), "more rows than bytes");
	answer_done(&r);
	arena_done(&a);
}

static void faults(void)
{
	struct buf b;
	struct err e = {0};

	buf_init(&b, 1000);
	fault_write(&b, -ENOSPC, "the disk is full");
	is_int(fault_read(b.data, b.len, &e), -ENOSPC, "a fault keeps its code");
	is_str(e.text, "the disk is full", "and its sentence");
	is_int(fault_read(b.data, b.len - 1, &e), -EBADMSG, "a cut one is a fault of its own");
	is_int(fault_read("\0\0\0\0\0\0\0\0", 8, &e), -EBADMSG, "no code is no fault");
	buf_done(&b);
}

int main(void)
{
	question();
	arguments_limit();
	answers();
	faults();
	return done();
}
