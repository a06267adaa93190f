/* Answers are kept, are the same when they come back, and nobody gets one that is not true any more. */
#include "store/memo.h"

#include "core/round.h"
#include "core/verdict.h"
#include "store/sqlite.h"
#include "test/tap.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct schema *const list[] = {&verdict_schema, &round_schema, NULL};
static char dir[64];

static void put(struct store *s, const struct schema *schema, int rows)
{
	struct batch *b = batch_new(schema);
	struct err e = {0};

	for (int i = 0; i < rows; i++)
		batch_add(b, i, "a.example", "here", "r", OUTCOME_OK);
	if (store_put(s, &b, 1, NULL, 0, &e) || store_flush(s, &e))
		printf("# %s\n", e.text);
}

static int64_t ask(struct memo_view *v, bool round, const char *sql)
{
	const struct facts f = memo_facts(v);
	struct arena a;
	struct table t;
	struct err e = {0};
	int64_t n = -1;

	arena_init(&a, 0);
	if ((round ? facts_query_round : facts_query)(&f, &a, sql, NULL, 0, &t, &e))
		printf("# %s\n", e.text);
	else if (t.n_rows)
		n = value_int(table_at(&t, 0, 0), -2);
	arena_done(&a);
	return n;
}

static const char count[] = "SELECT count(*) FROM obs_verdict";

static struct store *open_store(void)
{
	struct store *s = NULL;
	struct err e = {0};

	if (store_open(dir, STORE_OWNER, list, &s, &e) || !store_has_facts(s, NULL)) {
		skip("no facts here: %s", e.text);
		exit(done());
	}
	return s;
}

static void remembers(void)
{
	struct store *s = open_store();
	struct memo *m = memo_open(s);
	struct memo_view v = {.memo = m, .store = s};

	put(s, &verdict_schema, 3);
	v.settled = store_settled(s);
	is_int(ask(&v, true, count), 3, "of a round: worked out");
	is_int(ask(&v, false, count), 3, "of anything: worked out");
	put(s, &verdict_schema, 4);
	is_int(ask(&v, true, count), 3, "of a round: as before, for ever");
	is_int(ask(&v, false, count), 3, "of anything: as before, while nothing is settled");
	put(s, &round_schema, 1);
	v.settled = store_settled(s);
	is_int(ask(&v, false, count), 7, "until something is");
	is_int(ask(&v, true, "SELECT count(*) AS n FROM obs_verdict"), 7, "another question has no answer yet");
	memo_close(m);
	store_close(s);
}

/* Each row: what is done to the file between two starts, and what is then said of a round. */
static void starts(void)
{
	static const struct {
		const char *what;
		int64_t wants;
	} rows[] = {
		{"nothing", 3}, {"one byte", 7}, {"cut", 7}, {"no database", 7}, {"removed", 7},
	};
	char path[128];

	snprintf(path, sizeof(path), "%s/memo.sqlite", dir);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store *s = open_store();
		struct memo_view v = {.store = s, .settled = store_settled(s)};
		struct sqlite *db;
		FILE *f;

		if (i == 1 && !sqlite_open(path, &db, NULL)) {
			/* as a disk that gives back other bytes than it got */
			sqlite_exec(db, "UPDATE memo SET body = CAST(replace(hex(body), '03', '05') AS BLOB)", NULL,
				    0, NULL, NULL);
			sqlite_close(db);
		} else if (i == 2 && truncate(path, 5000)) {
			perror(path);
		} else if (i == 3) {
			f = fopen(path, "w");
			fputs("hello", f);
			fclose(f);
		} else if (i == 4) {
			unlink(path);
		}
		v.memo = memo_open(s);
		is_int(ask(&v, true, count), rows[i].wants, rows[i].what);
		is_int(ask(&v, true, count), rows[i].wants, "and again");
		memo_close(v.memo);
		store_close(s);
	}
}

/* The facts were moved away and begun anew: the memo is about others. */
static void other_facts(void)
{
	char path[128];
	struct store *s;
	struct memo_view v = {0};

	snprintf(path, sizeof(path), "%s/facts.duckdb", dir);
	unlink(path);
	s = open_store();
	put(s, &verdict_schema, 2);
	v = (struct memo_view){.memo = memo_open(s), .store = s, .settled = store_settled(s)};
	is_int(ask(&v, true, count), 2, "other facts, another answer");
	memo_close(v.memo);
	store_close(s);
}

static void all_types(void)
{
	static const char sql[] = "SELECT NULL AS a, -5::BIGINT AS b, 0.1::DOUBLE AS c, 'zwölf 十二' AS d, "
				  "'\\x00\\xff'::BLOB AS e, '' AS f UNION ALL SELECT 1, 2, 3, '4', '5'::BLOB, '6'";
	struct store *s = open_store();
	struct memo_view v = {.memo = memo_open(s), .store = s, .settled = store_settled(s)};
	const struct facts f = memo_facts(&v);
	struct arena a;
	struct err e = {0};

	arena_init(&a, 0);
	for (int i = 0; i < 4; i++) {
		struct table t = {0};
		int rc = (i & 1 ? facts_query_round : facts_query)(&f, &a, sql, NULL, 0, &t, &e);

		ok(!rc && t.n_rows == 2 && t.n_cols == 6 && table_at(&t, 0, 0)->type == VALUE_NULL &&
			   value_int(table_at(&t, 0, 1), 0) == -5 && table_at(&t, 0, 2)->f64 == 0.1 &&
			   !strcmp(value_str(table_at(&t, 0, 3), ""), "zwölf 十二") &&
			   table_at(&t, 0, 4)->type == VALUE_BLOB && table_at(&t, 0, 4)->s.len == 2 &&
			   !strcmp(value_str(table_at(&t, 0, 5), "x"), "") && !strcmp(t.names[3], "d"),
		   "every type, %s: %s", i < 2 ? "worked out" : "recalled", e.text);
	}
	arena_done(&a);
	memo_close(v.memo);
	store_close(s);
}

int main(void)
{
	static const char *const names[] = {"facts.duckdb", "facts.duckdb.wal", "state.sqlite", "state.sqlite-wal",
					    "state.sqlite-shm", "memo.sqlite", "memo.sqlite-wal",
					    "memo.sqlite-shm", "lock", "socket", NULL};
	char path[128];

	snprintf(dir, sizeof(dir), "/tmp/sextant-memo-%d", (int)getpid());
	remembers();
	starts();
	other_facts();
	all_types();
	for (size_t i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
	return done();
}
