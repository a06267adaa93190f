/* What goes in comes out, once, in every type; tables grow; faults are one sentence and lose nothing. */
#include "store/store.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite.h"
#include "test/tap.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];

/* ---- schemas ---- */

static const char *const colours[] = {"red", "green", NULL};

struct old_row {
	int64_t n;
	double x;
	int8_t flag;
	const char *text;
	struct addr addr;
	int64_t seen_us;
	int32_t colour;
};

struct new_row {
	struct old_row old;
	int64_t more;
	const char *order; /* a word of SQL */
};

#define OLD_FIELDS(st, p)                                                                          \
	{"n", FIELD_I64, offsetof(st, p n), "", NULL}, {"x", FIELD_F64, offsetof(st, p x), "", NULL},  \
		{"flag", FIELD_FLAG, offsetof(st, p flag), "", NULL},                              \
		{"text", FIELD_TEXT, offsetof(st, p text), "", NULL},                              \
		{"addr", FIELD_ADDR, offsetof(st, p addr), "", NULL},                              \
		{"seen_us", FIELD_TIME, offsetof(st, p seen_us), "", NULL},                        \
	{                                                                                          \
		"colour", FIELD_WORD, offsetof(st, p colour), "", colours                          \
	}

static const struct field old_fields[] = {OLD_FIELDS(struct old_row, )};
static const struct field new_fields[] = {
	OLD_FIELDS(struct new_row, old.),
	{"more", FIELD_I64, offsetof(struct new_row, more), "", NULL},
	{"order", FIELD_TEXT, offsetof(struct new_row, order), "", NULL},
};
static const struct schema old_schema = {"thing", "", sizeof(struct old_row), old_fields, 7, false};
static const struct schema new_schema = {"thing", "", sizeof(struct new_row), new_fields, 9, false};
static const struct field wrong_fields[] = {{"n", FIELD_TEXT, 0, "", NULL}};
static const struct schema wrong_schema = {"thing", "", sizeof(char *), wrong_fields, 1, false};
static const struct schema *const old_list[] = {&old_schema, NULL};
static const struct schema *const new_list[] = {&new_schema, NULL};
static const struct schema *const wrong_list[] = {&wrong_schema, NULL};

static struct batch *make(const struct schema *s, int rows, int64_t from)
{
	struct batch *b = batch_new(s);

	for (int i = 0; i < rows; i++) {
		struct obs *o = batch_add(b, 1000 + i, "a.example", "local", "r1", OUTCOME_OK);

		((struct old_row *)o->row)->n = from + i;
	}
	return b;
}

/* ---- helpers ---- */

static struct store *open_with(const struct schema *const *list, const char *name)
{
	struct store *s = NULL;
	struct err e = {0};

	if (store_open(dir, STORE_ANY, list, &s, &e)) {
		ok(false, "%s opens", name);
		printf("# %s\n", e.text);
		exit(1);
	}
	return s;
}

static int64_t number(struct store *s, const char *sql)
{
	struct arena a;
	struct table t;
	struct err e = {0};
	int64_t v = -1;

	arena_init(&a, 0);
	if (store_query_facts(s, &a, sql, NULL, 0, &t, &e))
		printf("# %s\n", e.text);
	else if (t.n_rows)
		v = value_int(table_at(&t, 0, 0), -2);
	arena_done(&a);
	return v;
}

static int64_t state_number(struct store *s, const char *sql)
{
	struct arena a;
	struct table t;
	struct err e = {0};
	int64_t v = -1;

	arena_init(&a, 0);
	if (store_query_state(s, &a, sql, NULL, 0, &t, &e))
		printf("# %s\n", e.text);
	else if (t.n_rows)
		v = value_int(table_at(&t, 0, 0), -2);
	arena_done(&a);
	return v;
}

static void put(struct store *s, struct batch *b, const char *name)
{
	struct err e = {0};

	is_int(store_put(s, &b, 1, NULL, 0, &e), 0, name);
}

static void clean(void)
{
	static const char *const names[] = {
		"facts.duckdb", "facts.duckdb.wal", "facts.duckdb.new", "state.sqlite",
		"state.sqlite-wal", "state.sqlite-shm", "lock", "socket", NULL};
	char path[128];

	for (size_t i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
}

static void write_file(const char *name, const char *data, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (f) {
		fwrite(data, 1, len, f);
		fclose(f);
	}
}

static long size_of(const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) ? -1 : (long)st.st_size;
}

/* ---- tests ---- */

static struct batch *two_rows(void)
{
	struct batch *b = batch_new(&old_schema);
	struct obs *o = batch_add(b, 1730000000000000, "a.example", "here", "r1", OUTCOME_OK);
	struct old_row *r = o->row;

	*r = (struct old_row){.n = INT64_MAX, .x = -0.5, .flag = 1, .seen_us = -1, .colour = 1};
	r->text = batch_text(b, "中文 and a text that is longer than twelve");
	addr_parse(&r->addr, "2001:db8::1");
	batch_add(b, 5, "b.example", "here", "r1", OUTCOME_TIMEOUT); /* all unknown */
	o = batch_add(b, 6, "c.example", "here", "r1", OUTCOME_ABSENT);
	r = o->row;
	*r = (struct old_row){.n = 0, .x = 0, .flag = 0, .text = "", .seen_us = 0, .colour = 0};
	addr_parse(&r->addr, "192.0.2.1");
	return b;
}

static void check_known(const struct table *t)
{
	static const uint8_t addr[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	is_int(value_int(table_at(t, 0, 0), 0), 1730000000000000, "time");
	is_str(value_str(table_at(t, 0, 1), NULL), "a.example", "subject");
	is_str(value_str(table_at(t, 0, 4), NULL), "ok", "outcome is a word");
	is_int(value_int(table_at(t, 0, 6), 0), INT64_MAX, "whole number");
	ok(table_at(t, 0, 7)->f64 == -0.5, "fraction");
	is_int(value_int(table_at(t, 0, 8), -9), 1, "flag");
	is_str(value_str(table_at(t, 0, 9), NULL), "中文 and a text that is longer than twelve",
	       "text");
	ok(table_at(t, 0, 10)->type == VALUE_BLOB && table_at(t, 0, 10)->s.len == 16 &&
		   !memcmp(table_at(t, 0, 10)->s.data, addr, 16),
	   "IPv6 address");
	is_int(value_int(table_at(t, 0, 11), 0), -1, "time before 1970");
	is_str(value_str(table_at(t, 0, 12), NULL), "green", "word");
}

static void round_trip(void)
{
	struct store *s = open_with(old_list, "new directory");
	struct arena a;
	struct table t;
	struct err e = {0};
	struct stat st;
	int unknown = 0, zero = 0;

	ok(stat(dir, &st) == 0 && (st.st_mode & 0777) == 0700, "the directory is private");
	put(s, two_rows(), "put");
	is_int(store_flush(s, &e), 0, "flush");
	arena_init(&a, 0);
	is_int(store_query_facts(s, &a, "SELECT * FROM obs_thing ORDER BY at_us DESC", NULL, 0, &t, &e),
	       0, "query");
	is_int((long long)t.n_rows, 3, "three rows");
	is_int((long long)t.n_cols, 13, "six common columns and seven fields");
	check_known(&t);
	for (size_t i = 6; i < 13; i++) {
		unknown += table_at(&t, 2, i)->type == VALUE_NULL;
		zero += table_at(&t, 1, i)->type != VALUE_NULL;
	}
	is_int(unknown, 7, "unknown is NULL in every type");
	is_int(zero, 7, "zero, no and empty are not unknown");
	is_int((long long)table_at(&t, 1, 10)->s.len, 4, "IPv4 address is four bytes");
	arena_done(&a);
	store_close(s);
}

static void types_of_answers(void)
{
	static const struct {
		const char *sql;
		enum value_type type;
		int64_t i64;
		double f64;
	} rows[] = {
		{"SELECT sum(n) FROM (SELECT 3::BIGINT n UNION ALL SELECT 4)", VALUE_I64, 7, 7},
		{"SELECT -5::HUGEINT", VALUE_I64, -5, -5},
		{"SELECT 1e20::HUGEINT", VALUE_F64, 0, 1e20},
		{"SELECT -1e20::HUGEINT", VALUE_F64, 0, -1e20},
		{"SELECT 18446744073709551615::UBIGINT", VALUE_F64, 0, 18446744073709551615.0},
		{"SELECT 1.25", VALUE_F64, 0, 1.25},
		{"SELECT 123456789012345678901.5", VALUE_F64, 0, 123456789012345678901.5},
		{"SELECT avg(n) FROM (SELECT 1 n UNION ALL SELECT 2)", VALUE_F64, 0, 1.5},
		{"SELECT count(*) FROM obs_thing", VALUE_I64, 3, 3},
		{"SELECT true", VALUE_I64, 1, 1},
		{"SELECT DATE '1970-01-02'", VALUE_I64, 86400000000, 86400000000},
		{"SELECT make_timestamp(123456)", VALUE_I64, 123456, 123456},
		{"SELECT 'nan'::DOUBLE", VALUE_NULL, 0, 0},
		{"SELECT NULL", VALUE_NULL, 0, 0},
		{"SELECT (-7)::TINYINT", VALUE_I64, -7, -7},
		{"SELECT 0.5::FLOAT", VALUE_F64, 0, 0.5},
	};
	struct store *s = open_with(old_list, "again");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena a;
		struct table t = {0};
		struct err e = {0};
		int rc;

		arena_init(&a, 0);
		rc = store_query_facts(s, &a, rows[i].sql, NULL, 0, &t, &e);
		ok(rc == 0 && t.n_rows == 1 && table_at(&t, 0, 0)->type == rows[i].type &&
			   value_num(table_at(&t, 0, 0), 0) == rows[i].f64 &&
			   value_int(table_at(&t, 0, 0), rows[i].i64) ==
				   (rows[i].type == VALUE_I64 ? rows[i].i64
							      : value_int(table_at(&t, 0, 0), rows[i].i64)),
		   "%s %s", rows[i].sql, e.text);
		arena_done(&a);
	}
	store_close(s);
}

static void arguments(void)
{
	struct store *s = open_with(old_list, "for arguments");
	struct value args[5] = {value_i64(-3), value_f64(2.5), value_text("x' OR '1'='1"),
				value_blob("\0\1\2", 3), {.type = VALUE_NULL}};
	const char *sql = "SELECT ?::BIGINT, ?::DOUBLE, ?::VARCHAR, ?::BLOB, ?::BIGINT";
	struct arena a;
	struct table t = {0};
	struct err e = {0};

	arena_init(&a, 0);
	is_int(store_query_facts(s, &a, sql, args, 5, &t, &e), 0, "arguments of every type");
	ok(t.n_cols == 5 && value_int(table_at(&t, 0, 0), 0) == -3 &&
		   table_at(&t, 0, 1)->f64 == 2.5 && table_at(&t, 0, 3)->s.len == 3 &&
		   table_at(&t, 0, 4)->type == VALUE_NULL,
	   "come back");
	is_str(value_str(table_at(&t, 0, 2), NULL), "x' OR '1'='1", "and are never SQL");
	ok(store_query_facts(s, &a, sql, args, 4, &t, &e) < 0, "too few: %s", e.text);
	ok(store_query_facts(s, &a, "SELEC", NULL, 0, &t, &e) < 0, "not SQL: %s", e.text);
	ok(store_query_facts(s, &a, "DELETE FROM obs_thing", NULL, 0, &t, &e) == -EPERM,
	   "not a question: %s", e.text);
	ok(store_query_facts(s, &a, "SELECT * FROM read_csv('/etc/passwd')", NULL, 0, &t, &e) < 0,
	   "no way to other files: %s", e.text);
	ok(store_query_facts(s, &a, "SELECT '::1'::INET", NULL, 0, &t, &e) < 0,
	   "nothing is fetched: %s", e.text);
	ok(store_query_facts(s, &a, "SELECT [1, 2]", NULL, 0, &t, &e) < 0, "a list: %s", e.text);
	ok(store_query_state(s, &a, "DELETE FROM setting", NULL, 0, &t, &e) == -EPERM,
	   "state: %s", e.text);
	is_int(number(s, "SELECT count(*) FROM obs_thing"), 3, "and it works on");
	arena_done(&a);
	store_close(s);
}

/* A stop between the facts' commit and the outbox' delete: the row is still in the outbox. */
static void once(void)
{
	struct store *s = open_with(old_list, "once");
	struct batch *b = make(&old_schema, 10, 0), *again = make(&old_schema, 10, 0);
	struct buf body;
	struct err e = {0};
	struct change c = {.sql = "INSERT INTO outbox(batch, schema, rows, body) VALUES(?,'thing',10,?)",
			   .n_args = 2};
	int64_t before = number(s, "SELECT count(*) FROM obs_thing"), generation;
	char id[BATCH_ID_MAX];

	memcpy(again->id, b->id, sizeof(again->id));
	memcpy(id, b->id, sizeof(id));
	buf_init(&body, 1 << 20);
	batch_encode(b, &body);
	put(s, b, "first delivery");
	put(s, again, "second delivery, still in the outbox");
	is_int(state_number(s, "SELECT count(*) FROM outbox"), 1, "the outbox has it once");
	store_flush(s, &e);
	is_int(number(s, "SELECT count(*) FROM obs_thing") - before, 10, "its rows are there once");
	generation = store_generation(s);
	c.args[0] = value_text(id);
	c.args[1] = value_blob(body.data, body.len);
	is_int(store_put(s, NULL, 0, &c, 1, &e), 0, "as if the delete had not come to the disk");
	store_close(s);
	s = open_with(old_list, "once more");
	is_int(number(s, "SELECT count(*) FROM obs_thing") - before, 10, "still once");
	is_int(state_number(s, "SELECT count(*) FROM outbox"), 0, "and it has left the outbox");
	is_int(store_generation(s), generation, "nothing new, so the same generation");
	put(s, make(&old_schema, 1, 0), "another");
	store_flush(s, &e);
	ok(store_generation(s) > generation, "a new batch, a new generation");
	buf_done(&body);
	store_close(s);
}

/* Changes and batches are one: all or nothing. */
static void together(void)
{
	struct store *s = open_with(old_list, "together");
	struct change c[2] = {
		{.sql = "INSERT INTO setting VALUES(?, ?)", .n_args = 2,
		 .args = {value_text("k"), value_text("v")}},
		{.sql = "INSERT INTO setting VALUES(?, ?)", .n_args = 2,
		 .args = {value_text("k"), value_text("w")}},
	};
	struct batch *b = make(&old_schema, 5, 0);
	struct err e = {0};

	is_int(store_put(s, &b, 1, c, 2, &e), -EEXIST, "the second change breaks a rule");
	is_int(state_number(s, "SELECT count(*) FROM setting"), 0, "the first one is undone");
	is_int(state_number(s, "SELECT count(*) FROM outbox"), 0, "and so is the batch");
	b = make(&old_schema, 5, 0);
	is_int(store_put(s, &b, 1, c, 1, &e), 0, "alone it goes");
	is_int(state_number(s, "SELECT count(*) FROM setting"), 1, "with the batch");
	is_int(state_number(s, "SELECT count(*) FROM outbox"), 1, "together");
	store_close(s);
}

static void refused(void)
{
	struct store *s = open_with(old_list, "for what is refused");
	struct batch *b = make(&old_schema, 1, 0);
	struct err e = {0};
	int64_t before = number(s, "SELECT count(*) FROM obs_thing");

	((struct old_row *)b->obs.at[0].row)->text = "\xff";
	ok(store_put(s, &b, 1, NULL, 0, &e) == -EINVAL, "%s", e.text);
	b = make(&new_schema, 1, 0);
	ok(store_put(s, &b, 1, NULL, 0, &e) == -EINVAL, "%s", e.text);
	b = make(&old_schema, L_BATCH_ROWS - 1, 0);
	put(s, b, "limit - 1 rows");
	b = make(&old_schema, L_BATCH_ROWS, 0);
	put(s, b, "limit rows");
	b = make(&old_schema, L_BATCH_ROWS + 1, 0);
	ok(store_put(s, &b, 1, NULL, 0, &e) == -E2BIG, "limit + 1: %s", e.text);
	b = make(&old_schema, 0, 0);
	put(s, b, "an empty batch");
	store_flush(s, &e);
	is_int(number(s, "SELECT count(*) FROM obs_thing") - before, 2 * L_BATCH_ROWS - 1,
	       "what was taken is there");
	store_close(s);
}

static void growth(void)
{
	struct store *s = open_with(new_list, "with two more columns");
	struct batch *b = make(&new_schema, 2, 70);
	int64_t before = number(s, "SELECT count(*) FROM obs_thing");
	struct store *refused;
	struct err e = {0};
	const char *why = "";

	is_int(number(s, "SELECT count(\"more\") FROM obs_thing"), 0, "old rows do not know them");
	((struct new_row *)b->obs.at[1].row)->more = 7;
	put(s, b, "new rows");
	store_flush(s, &e);
	is_int(number(s, "SELECT count(*) FROM obs_thing") - before, 2, "are added");
	is_int(number(s, "SELECT sum(\"more\") FROM obs_thing"), 7, "with the new column");
	store_close(s);

	s = open_with(old_list, "an older program");
	put(s, make(&old_schema, 1, 0), "puts old rows");
	store_flush(s, &e);
	is_int(number(s, "SELECT count(*) FROM obs_thing") - before, 3, "beside the new ones");
	is_int(number(s, "SELECT sum(\"more\") FROM obs_thing"), 7, "and keeps what it does not know");
	store_close(s);

	is_int(store_open(dir, STORE_ANY, wrong_list, &refused, &e), 0,
	       "a column of another type: the state still opens");
	ok(!store_has_facts(refused, &why) && strstr(why, "column n of table obs_thing is BIGINT"),
	   "%s", why);
	store_close(refused);
}

/* Each row: what is done to the directory, and what the sentence must name. */
static void damaged(void)
{
	static const struct {
		const char *file, *data;
		size_t len;
		int code;          /* of store_open; 0: it opens without facts */
		const char *names[2];
	} rows[] = {
		{"facts.duckdb", "hello, this is no database at all", 33, 0, {"facts.duckdb", "move it away"}},
		{"facts.duckdb", "", 0, 0, {"facts.duckdb", "move it away"}},
		{"state.sqlite", "hello, this is no database at all, and it is long enough to be "
				 "taken for the header of one, which has one hundred bytes.", 120,
		 -EBADMSG, {"state.sqlite", "move it away"}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store *s = NULL;
		struct err e = {0};
		const char *why = "";
		int rc;

		clean();
		write_file(rows[i].file, rows[i].data, rows[i].len);
		rc = store_open(dir, STORE_ANY, old_list, &s, &e);
		is_int(rc, rows[i].code, rows[i].file);
		if (s)
			store_has_facts(s, &why);
		else
			why = e.text;
		ok(strstr(why, rows[i].names[0]) && strstr(why, rows[i].names[1]), "%s", why);
		is_int(size_of(rows[i].file), (long)rows[i].len, "it was not touched");
		if (s) {
			put(s, make(&old_schema, 4, 0), "a batch waits in the outbox");
			ok(store_flush(s, &e) < 0, "%s", e.text);
			store_close(s);
			clean();
		}
	}
	clean();
}

/* The facts are cut in the middle: refused or read, never a crash, and the outbox is whole. */
static void truncated(void)
{
	struct store *s = open_with(old_list, "to be cut");
	char path[128];
	struct err e = {0};
	const char *why = "";
	int64_t waiting;

	for (int i = 0; i < 5; i++)
		put(s, make(&old_schema, 20000, i * 20000), "rows");
	store_flush(s, &e);
	store_close(s);
	snprintf(path, sizeof(path), "%s/facts.duckdb", dir);
	ok(size_of("facts.duckdb") > 300000 && truncate(path, 20000) == 0, "cut to 20000 bytes");
	s = open_with(old_list, "the state");
	put(s, make(&old_schema, 4, 0), "a batch");
	store_flush(s, &e);
	waiting = state_number(s, "SELECT count(*) FROM outbox");
	ok(!store_has_facts(s, &why) || number(s, "SELECT count(*) FROM obs_thing") < 0 || waiting == 0,
	   "cut facts: %s", why);
	ok(waiting == 1 || store_has_facts(s, NULL), "the batch is kept");
	store_close(s);

	snprintf(path, sizeof(path), "%s/state.sqlite", dir);
	ok(truncate(path, 5000) == 0, "the state is cut");
	is_int(store_open(dir, STORE_ANY, old_list, &s, &e), -EBADMSG, "and refused");
	ok(strstr(e.text, "state.sqlite") != NULL, "%s", e.text);
	clean();
}

static void other_versions(void)
{
	struct store *s = open_with(old_list, "new");
	struct sqlite *db;
	struct err e = {0};
	char path[128];

	store_close(s);
	snprintf(path, sizeof(path), "%s/state.sqlite", dir);
	sqlite_open(path, &db, &e);
	sqlite_script(db, "PRAGMA user_version=99", &e);
	sqlite_close(db);
	is_int(store_open(dir, STORE_ANY, old_list, &s, &e), -EPROTONOSUPPORT, "a newer version");
	ok(strstr(e.text, "newer version") != NULL, "%s", e.text);
	sqlite_open(path, &db, &e);
	sqlite_script(db, "PRAGMA application_id=7", &e);
	sqlite_close(db);
	is_int(store_open(dir, STORE_ANY, old_list, &s, &e), -EBADMSG, "another program's");
	ok(strstr(e.text, "another program") != NULL, "%s", e.text);
	clean();
}

/* Opened in a child, so that the lock is another process's. */
static int open_in_child(enum store_mode mode, char *text, size_t max)
{
	int fds[2], status;
	pid_t pid;
	ssize_t n;

	if (pipe(fds))
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct store *s;
		struct err e = {0};
		int rc = store_open(dir, mode, old_list, &s, &e);

		if (write(fds[1], e.text, strlen(e.text)) < 0)
			_exit(99);
		_exit(-rc);
	}
	close(fds[1]);
	n = read(fds[0], text, max - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return -WEXITSTATUS(status);
}

/* What is said before a store is opened holds for it, and 256 MiB is the least. */
static void memory(void)
{
	struct store *s;

	store_memory(1);
	s = open_with(old_list, "a store that may keep little");
	is_int(number(s, "SELECT (current_setting('memory_limit') = '256.0 MiB')::INTEGER"), 1, "the library was told");
	put(s, make(&old_schema, 100, 0), "and rows go in");
	store_close(s);
	store_memory(4096);
	clean();
}

static void locked(void)
{
	struct store *s = open_with(old_list, "owner");
	char text[512], want[32];

	snprintf(want, sizeof(want), "process %d", (int)getpid());
	is_int(open_in_child(STORE_OWNER, text, sizeof(text)), -EBUSY, "a second owner is refused");
	ok(strstr(text, want) && strstr(text, dir), "%s", text);
	store_close(s);
	is_int(open_in_child(STORE_OWNER, text, sizeof(text)), 0, "then it is free");
	clean();
}

static void without_library(void)
{
	struct store *s;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		/* a program of its own, for the library is loaded once in a process */
		char *argv[] = {"/proc/self/exe", "without", dir, NULL};

		setenv("SEXTANT_DUCKDB", "/nowhere/libduckdb.so", 1);
		execv(argv[0], argv);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	is_int(WEXITSTATUS(status), 0, "without the library: state and outbox work");
	s = open_with(old_list, "with the library");
	is_int(number(s, "SELECT count(*) FROM obs_thing"), 3, "what waited is there");
	store_close(s);
	clean();
}

static int run_without(const char *where)
{
	struct store *s;
	struct err e = {0};
	const char *why = "";
	struct batch *b = make(&old_schema, 3, 0);

	snprintf(dir, sizeof(dir), "%s", where);
	if (store_open(dir, STORE_ANY, old_list, &s, &e))
		return 1;
	if (store_has_facts(s, &why) || !strstr(why, "/nowhere/libduckdb.so"))
		return 2;
	printf("# %s\n", why);
	if (store_put(s, &b, 1, NULL, 0, &e))
		return 3;
	store_close(s);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return run_without(argv[2]);
	snprintf(dir, sizeof(dir), "/tmp/sextant-store-%d", (int)getpid());
	round_trip();
	types_of_answers();
	arguments();
	once();
	together();
	refused();
	growth();
	damaged();
	truncated();
	other_versions();
	memory();
	locked();
	without_library();
	clean();
	rmdir(dir);
	return done();
}
