/*
 * crash: a writer that is stopped at any moment, and the judge who looks at what it left.
 *
 * A writer is a process of its own that opens the store, puts, and prints the id of each batch after
 * store_put has returned 0 and before the next one.  Two loads: "ingest" (large batches, one a put) and
 * "census" (a few small batches with two changes of state a put).  Afterwards the store is opened,
 * which recovers: every batch that was ever printed is there once and whole, a batch that was not
 * printed is there whole or not at all, and a change of state is there if and only if its batch is.
 */
#ifndef TEST_CRASH_H
#define TEST_CRASH_H

#include "base/clock.h"
#include "base/map.h"
#include "core/verdict.h"
#include "store/store.h"
#include "test/tap.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INGEST_ROWS = 4000, FIRST_FEW = 4 };

static const struct schema *const list[] = {&verdict_schema, NULL};
static char dir[64]; /* the data directory; the test sets it */

/* ---- the writer ---- */

static struct batch *make(int rows, unsigned *seed)
{
	struct batch *b = batch_new(&verdict_schema);
	char round[32];

	snprintf(round, sizeof(round), "%d", rows); /* how many there must be, in each of them */
	for (int i = 0; i < rows; i++) {
		struct obs *o = batch_add(b, i, "a.example", "local", round, OUTCOME_OK);
		struct verdict_row *r = o->row;

		r->check = "aaaa";
		r->verdict = (int32_t)(rand_r(seed) % 5);
		r->rank = i;
		r->evidence = "{\"addresses\":[\"2001:db8::1\",\"2001:db8::2\"]}";
	}
	return b;
}

/* One put; its batches' ids go to stdout when it is acknowledged. */
static int put_one(struct store *s, bool census, unsigned *seed)
{
	struct batch *b[3];
	struct change c[4] = {0};
	size_t n = census ? 1 + (unsigned)rand_r(seed) % 3 : 1;
	char lines[3 * BATCH_ID_MAX];
	struct err e = {0};
	static char ids[3][BATCH_ID_MAX];

	for (size_t i = 0; i < n; i++) {
		b[i] = make(census ? 1 + rand_r(seed) % 20 : INGEST_ROWS, seed);
		memcpy(ids[i], b[i]->id, sizeof(ids[i]));
		memcpy(lines + i * BATCH_ID_MAX, ids[i], BATCH_ID_MAX);
		lines[i * BATCH_ID_MAX + 32] = '\n';
		c[i] = (struct change){.sql = "INSERT INTO round_done(round, domain, at_us) "
					      "VALUES('r', ?, 0)",
				       .args = {value_text(ids[i])}, .n_args = 1};
	}
	c[n] = (struct change){.sql = "INSERT INTO setting(key, value) VALUES('n', ?1) ON CONFLICT(key) "
				      "DO UPDATE SET value = value + ?1",
			       .args = {value_i64((int64_t)n)}, .n_args = 1};
	if (store_put(s, b, n, c, n + 1, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	return write(1, lines, n * BATCH_ID_MAX) == (ssize_t)(n * BATCH_ID_MAX) ? 0 : 1;
}

static int writer(const char *where, bool census, unsigned seed)
{
	struct store *s;
	struct err e = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (store_open(where, STORE_OWNER, list, &s, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	for (int i = 0; i < 100000; i++) {
		if (put_one(s, census, &seed))
			return 1;
		/* now and then as a command does at its end */
		if (rand_r(&seed) % 16 == 0 && store_flush(s, &e)) {
			fprintf(stderr, "%s\n", e.text);
			return 1;
		}
	}
	store_close(s);
	return 0;
}

/* ---- its start and its end ---- */

struct seen {
	struct arena arena;
	VEC(char *) order; /* acknowledged */
	int64_t there;     /* batches in the facts, by the last look */
};

static void read_ids(int fd, struct seen *seen)
{
	struct buf all;
	char piece[65536];
	ssize_t n;

	buf_init(&all, 64 << 20);
	for (n = read(fd, piece, sizeof(piece)); n > 0; n = read(fd, piece, sizeof(piece)))
		buf_add(&all, piece, (size_t)n);
	for (size_t at = 0; at + BATCH_ID_MAX <= all.len; at += BATCH_ID_MAX) {
		*vec_push(&seen->order) = arena_strn(&seen->arena, all.data + at, 32);
	}
	buf_done(&all);
}

/* Starts a writer; the reading end of its standard output. */
static pid_t start(bool census, unsigned *seed, int *out)
{
	char number[16];
	char *argv[] = {"/proc/self/exe", "writer", dir, census ? "census" : "ingest", number, NULL};
	int fds[2];
	pid_t pid;

	snprintf(number, sizeof(number), "%u", (unsigned)rand_r(seed));
	if (pipe(fds))
		exit(1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		execv(argv[0], argv);
		_exit(99);
	}
	close(fds[1]);
	*out = fds[0];
	return pid;
}

static void stop(pid_t pid, int out, struct seen *seen)
{
	kill(pid, SIGKILL);
	read_ids(out, seen);
	close(out);
	waitpid(pid, NULL, 0);
}

/* How long a writer takes here to its first few batches. */
static int64_t measure(bool census, unsigned *seed, struct seen *seen)
{
	int64_t began_us = clock_mono(&clock_real), took_us;
	char id[BATCH_ID_MAX];
	int out;
	pid_t pid = start(census, seed, &out);

	for (int i = 0; i < FIRST_FEW; i++) {
		if (read(out, id, sizeof(id)) != sizeof(id))
			break;
		*vec_push(&seen->order) = arena_strn(&seen->arena, id, 32);
	}
	took_us = clock_mono(&clock_real) - began_us;
	stop(pid, out, seen);
	return took_us;
}

/* ---- the judge ---- */

static int fault(const char *what, const char *detail)
{
	printf("# %s: %s\n", what, detail);
	return 1;
}

/* One batch of the facts: how many rows are there, how many ought to be. */
static int judge_batches(const struct table *t, const struct seen *seen, struct map *there)
{
	int bad = 0;

	for (size_t i = 0; i < t->n_rows; i++) {
		const char *id = value_str(table_at(t, i, 0), "");

		*map_at_text(there, id) = (void *)id;
		if (value_int(table_at(t, i, 1), -1) != value_int(table_at(t, i, 2), -2))
			bad += fault("a batch is there in part or more than once", id);
		if (value_int(table_at(t, i, 3), 0) != 1)
			bad += fault("a batch stands not once in `applied`", id);
	}
	for (size_t i = 0; i < seen->order.n; i++)
		if (!map_get_text(there, seen->order.at[i]))
			bad += fault("an acknowledged batch is lost", seen->order.at[i]);
	return bad;
}

/* A change of state is there if and only if its batch is. */
static int judge_state(struct store *s, struct arena *a, const struct map *there, size_t n_there)
{
	struct table t;
	struct err e = {0};
	int bad = 0;

	if (store_query_state(s, a,
			      "SELECT domain, (SELECT value FROM setting WHERE key = 'n'), "
			      "(SELECT count(*) FROM outbox) FROM round_done",
			      NULL, 0, &t, &e))
		return fault("the state cannot be read", e.text);
	for (size_t i = 0; i < t.n_rows; i++)
		if (!map_get_text(there, value_str(table_at(&t, i, 0), "")))
			bad += fault("a change without its batch", value_str(table_at(&t, i, 0), ""));
	if (t.n_rows != n_there)
		bad += fault("a batch without its change", "");
	if (t.n_rows && strtol(value_str(table_at(&t, 0, 1), "0"), NULL, 10) != (long)t.n_rows)
		bad += fault("the counter and the rows differ", "");
	if (t.n_rows && value_int(table_at(&t, 0, 2), 1))
		bad += fault("the outbox is not empty", "");
	return bad;
}

static int judge(struct seen *seen)
{
	static const char sql[] =
		"SELECT o.batch, count(*), max(CAST(o.round AS BIGINT)), "
		"(SELECT count(*) FROM applied a WHERE a.batch = o.batch) "
		"FROM obs_verdict o GROUP BY o.batch";
	struct store *s;
	struct arena a;
	struct map there;
	struct table t;
	struct err e = {0};
	int bad = 0;

	if (store_open(dir, STORE_OWNER, list, &s, &e))
		return fault("the store does not open", e.text);
	arena_init(&a, 0);
	map_init(&there, &a);
	if (store_flush(s, &e) || store_query_facts(s, &a, sql, NULL, 0, &t, &e)) {
		bad = fault("the facts cannot be read", e.text);
	} else {
		bad = judge_batches(&t, seen, &there) + judge_state(s, &a, &there, t.n_rows);
		seen->there = (int64_t)t.n_rows;
	}
	arena_done(&a);
	store_close(s);
	return bad;
}

/* The main of a test: this process may be a writer. */
static bool is_writer(int argc, char **argv, int *result)
{
	if (argc != 5 || strcmp(argv[1], "writer"))
		return false;
	*result = writer(argv[2], !strcmp(argv[3], "census"), (unsigned)strtoul(argv[4], NULL, 10));
	return true;
}

#endif
