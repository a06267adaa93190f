/* A thread asks while the owner puts, flushes, loses the facts and finds them again. */
#include "base/limits.h"
#include "core/round.h"
#include "core/verdict.h"
#include "store/store_int.h"
#include "test/tap.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

enum { PUTS = 60, ROWS = 50 };

static const struct schema *const list[] = {&verdict_schema, &round_schema, NULL};
static char dir[64];

struct asking {
	struct store *reader;
	atomic_bool stop;
	int asked, refused, torn; /* a batch is seen as a whole or not at all */
	int64_t last;             /* never fewer than before */
};

static int64_t number(struct store *s, const char *sql, struct err *e)
{
	struct arena a;
	struct table t;
	int64_t v = -1;

	arena_init(&a, 0);
	if (!store_query_facts(s, &a, sql, NULL, 0, &t, e) && t.n_rows)
		v = value_int(table_at(&t, 0, 0), -2);
	arena_done(&a);
	return v;
}

static void *ask(void *arg)
{
	struct asking *q = arg;

	while (!atomic_load(&q->stop)) {
		struct err e = {0};
		int64_t n = number(q->reader, "SELECT count(*) FROM obs_verdict", &e);

		q->asked++;
		q->refused += n < 0;
		q->torn += n > 0 && n % ROWS != 0;
		q->torn += n >= 0 && n < q->last;
		q->last = n < 0 ? q->last : n;
		if (n < 0)
			usleep(100);
	}
	return NULL;
}

static void put(struct store *s, const struct schema *schema)
{
	struct batch *b = batch_new(schema);
	struct err e = {0};

	for (int i = 0; i < (schema == &verdict_schema ? ROWS : 1); i++)
		batch_add(b, i, "a.example", "here", "r", OUTCOME_OK);
	if (store_put(s, &b, 1, NULL, 0, &e) || store_flush(s, &e))
		printf("# %s\n", e.text);
}

static void beside(struct store *s)
{
	struct asking q = {0};
	struct err e = {0};
	pthread_t thread;

	is_int(store_reader(s, &q.reader, &e), 0, "a reader");
	pthread_create(&thread, NULL, ask, &q);
	for (int i = 0; i < PUTS; i++)
		put(s, &verdict_schema);
	atomic_store(&q.stop, true);
	pthread_join(thread, NULL);
	ok(q.asked > 3 && !q.refused && !q.torn, "%d questions beside %d puts: none refused, none torn",
	   q.asked, PUTS);
	is_int(number(q.reader, "SELECT count(*) FROM obs_verdict", &e), PUTS * ROWS, "it sees all of them");
	store_close(q.reader);
}

static void state(struct store *s)
{
	const struct change c = {.sql = "INSERT INTO setting VALUES('k', 'v')"};
	struct store *r;
	struct arena a;
	struct table t;
	struct err e = {0};
	int64_t before = store_changes(s);

	store_reader(s, &r, &e);
	is_int(store_put(s, NULL, 0, &c, 1, &e), 0, "a change of the state");
	ok(store_changes(s) > before, "is counted");
	arena_init(&a, 0);
	ok(!store_query_state(r, &a, "SELECT value FROM setting", NULL, 0, &t, &e) && t.n_rows == 1,
	   "and the reader sees it");
	ok(store_query_state(r, &a, "DELETE FROM setting", NULL, 0, &t, &e) < 0, "which changes nothing");
	arena_done(&a);
	store_close(r);
}

static void lost_and_found(struct store *s)
{
	struct asking q = {0};
	struct err e = {0}, why = {-EIO, "the disk has gone"};
	pthread_t thread;

	store_reader(s, &q.reader, &e);
	pthread_create(&thread, NULL, ask, &q);
	for (int i = 0; i < 20; i++) {
		usleep(2000);
		store_lose_facts(s, &why);
		usleep(2000);
		s->retry_us = 0;
		store_need_facts(s, &e);
	}
	atomic_store(&q.stop, true);
	pthread_join(thread, NULL);
	ok(q.asked > q.refused && !q.torn, "facts lost 20 times: %d of %d questions refused, none torn",
	   q.refused, q.asked);
	store_lose_facts(s, &why);
	is_int(number(q.reader, "SELECT 1", &e), -1, "without facts it says so");
	is_str(e.text, "the disk has gone", "in the owner's words");
	s->retry_us = 0;
	store_check(s, &why);
	is_int(number(q.reader, "SELECT 1", &e), 1, "the owner opens them again, and it goes on");
	store_close(q.reader);
}

/* Time as a question's patience sees it: 0 when it begins, then `later`. */
struct jump {
	bool begun;
	int64_t later_us;
};

static int64_t jump_mono(void *ctx)
{
	struct jump *j = ctx;
	int64_t now = j->begun ? j->later_us : 0;

	j->begun = true;
	return now;
}

#define LONG_SQL "SELECT count(*) FROM range(3000000000000) WHERE range % 7 = 3"

static void patience(struct store *s)
{
	static const struct {
		int64_t by_us;
		bool answered;
	} rows[] = {{-1, true}, {0, true}, {1, false}};
	int64_t max_us = L_QUERY_MS * INT64_C(1000), took_us;
	struct store *r;
	struct err e = {0};

	store_reader(s, &r, &e);
	store_patience(r, max_us);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct jump j = {.later_us = max_us + rows[i].by_us};
		const struct clock c = {.mono_us = jump_mono, .ctx = &j};
		uint64_t hits = limit_hits(LIMIT_QUERY_MS);
		int64_t n;

		r->clock = &c;
		n = number(r, "SELECT count(*) FROM range(100000000) WHERE range % 7 = 3", &e);
		ok((n > 0) == rows[i].answered && (limit_hits(LIMIT_QUERY_MS) > hits) != rows[i].answered,
		   "a question that takes QUERY_MS %+d us is %s", (int)rows[i].by_us,
		   rows[i].answered ? "answered" : "given up");
	}
	is_int(e.code, -ETIMEDOUT, "it says that it took too long");
	r->clock = &clock_real;
	store_patience(r, 50000);
	took_us = clock_mono(&clock_real);
	is_int(number(r, LONG_SQL, &e), -1, "a question of many minutes may take 50 ms");
	is_int(number(r, "SELECT 1", &e), 1, "the reader goes on");
	took_us = clock_mono(&clock_real) - took_us;
	ok(took_us < 10000000, "after %d ms: the work ended too", (int)(took_us / 1000));
	store_close(r);
}

struct seen {
	int64_t rows, sum, pieces, most;
	int end_after; /* pieces; 0: never */
};

static int see(void *ctx, const struct table *t, struct err *e)
{
	struct seen *seen = ctx;

	seen->pieces++;
	seen->most = (int64_t)t->n_rows > seen->most ? (int64_t)t->n_rows : seen->most;
	for (size_t i = 0; i < t->n_rows; i++) {
		seen->rows++;
		seen->sum += value_int(table_at(t, i, 0), 0) * (value_str(table_at(t, i, 1), "")[0] == 'x');
	}
	return seen->pieces == seen->end_after ? err_set(e, -ECANCELED, "enough") : 0;
}

/* An answer larger than a table may be. */
static void scan(struct store *s)
{
	const int64_t n = L_STORE_ROWS + 5;
	const struct value arg = value_i64(n);
	struct seen seen = {0}, some = {.end_after = 3};
	struct store *r;
	struct err e = {0};

	store_reader(s, &r, &e);
	is_int(store_scan(r, "SELECT range, 'x' || range FROM range(?)", &arg, 1, see, &seen, &e), 0, "a scan");
	ok(seen.rows == n && seen.sum == n * (n - 1) / 2 && seen.pieces > 100 && seen.most < 10000,
	   "sees each of %lld rows once, in pieces of at most %lld", (long long)seen.rows, (long long)seen.most);
	is_int(store_scan(r, "SELECT range, 'x' FROM range(?)", &arg, 1, see, &some, &e), -ECANCELED,
	       "it ends when it is told to");
	is_int(some.pieces, 3, "at once");
	is_int(store_scan(r, "SELECT nothing", NULL, 0, see, &some, &e), -EIO, "a fault is one");
	store_close(r);
}

static void settled(struct store *s)
{
	int64_t settled = store_settled(s), generation = store_generation(s);
	struct err e = {0};

	put(s, &verdict_schema);
	ok(store_generation(s) == generation + 1 && store_settled(s) == settled,
	   "rows of a round under way settle nothing");
	put(s, &round_schema);
	ok(store_generation(s) == generation + 2 && store_settled(s) == settled + 1, "its end does");
	store_close(s);
	if (!ok(!store_open(dir, STORE_OWNER, list, &s, &e) && store_settled(s) == settled + 1 &&
			store_generation(s) == generation + 2,
		"both are known again after a start"))
		printf("# %s\n", e.text);
	store_close(s);
}

int main(void)
{
	static const char *const names[] = {"facts.duckdb", "facts.duckdb.wal", "state.sqlite",
					    "state.sqlite-wal", "state.sqlite-shm", "lock", "socket", NULL};
	struct store *s;
	struct err e = {0};
	char path[128];
	const char *why;

	snprintf(dir, sizeof(dir), "/tmp/sextant-reader-%d", (int)getpid());
	if (store_open(dir, STORE_OWNER, list, &s, &e) || !store_has_facts(s, &why)) {
		skip("no facts here: %s", e.code ? e.text : why);
		return done();
	}
	beside(s);
	state(s);
	lost_and_found(s);
	patience(s);
	scan(s);
	settled(s);
	for (size_t i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
	return done();
}
