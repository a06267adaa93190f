/* A second process reaches the owner through the socket, with the same calls and the same answers. */
#include "store/store.h"

#include "base/clock.h"
#include "base/limits.h"
#include "core/verdict.h"
#include "io/unix.h"
#include "store/message.h"
#include "io/frame.h"
#include "test/tap.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static const struct schema *const list[] = {&verdict_schema, NULL};

static struct batch *make(int rows, const char *reason)
{
	struct batch *b = batch_new(&verdict_schema);

	for (int i = 0; i < rows; i++) {
		struct obs *o = batch_add(b, 1000 + i, "a.example", "local", "r1", OUTCOME_OK);

		((struct verdict_row *)o->row)->reason = batch_text(b, reason);
		((struct verdict_row *)o->row)->rank = i;
	}
	return b;
}

/* The owner: a loop around its descriptor, as serve has it.  Says on fd that it listens. */
static void own(int fd)
{
	struct store *s;
	struct err e = {0};
	int64_t longest_us = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	if (store_open(dir, STORE_OWNER, list, &s, &e)) {
		printf("# %s\n", e.text);
		_exit(1);
	}
	(void)!write(fd, "x", 1);
	for (;;) {
		struct pollfd p = {.fd = store_fd(s), .events = POLLIN};
		struct pollfd stop = {.fd = fd, .events = POLLIN};
		struct pollfd both[2] = {p, stop};
		int64_t began_us;

		poll(both, 2, -1);
		if (both[1].revents)
			break;
		began_us = clock_mono(&clock_real);
		store_serve(s);
		began_us = clock_mono(&clock_real) - began_us;
		longest_us = began_us > longest_us ? began_us : longest_us;
	}
	(void)!write(fd, &longest_us, sizeof(longest_us));
	store_close(s);
	_exit(0);
}

static pid_t start(int *fd)
{
	struct err e = {0};
	int fds[2];
	pid_t pid;
	char c;

	unix_pair(fds, &e);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		own(fds[1]);
	}
	close(fds[1]);
	*fd = fds[0];
	if (read(fds[0], &c, 1) != 1)
		exit(1);
	return pid;
}

static int64_t number(struct store *s, bool facts, const char *sql)
{
	struct arena a;
	struct table t;
	struct err e = {0};
	int64_t v = -1;
	int rc;

	arena_init(&a, 0);
	rc = facts ? store_query_facts(s, &a, sql, NULL, 0, &t, &e)
		   : store_query_state(s, &a, sql, NULL, 0, &t, &e);
	if (rc)
		printf("# %s\n", e.text);
	else if (t.n_rows)
		v = value_int(table_at(&t, 0, 0), -2);
	arena_done(&a);
	return v;
}

static void calls(struct store *s)
{
	struct change c = {.sql = "INSERT INTO setting VALUES(?, ?)", .n_args = 2,
			   .args = {value_text("k"), value_text("中")}};
	struct batch *b[2] = {make(3, "x"), make(20000, "a reason that is longer than twelve")};
	struct err e = {0};
	int64_t before = store_generation(s);
	const char *why;

	ok(!store_is_owner(s), "it is not the owner");
	ok(store_has_facts(s, &why) && !why[0], "it has facts");
	is_int(store_put(s, b, 2, &c, 1, &e), 0, "put");
	is_int(number(s, false, "SELECT count(*) FROM setting WHERE value='中'"), 1, "state");
	is_int(number(s, true, "SELECT count(*) FROM obs_verdict"), 20003, "facts, at once");
	b[0] = make(1, "y");
	is_int(store_put(s, b, 1, &c, 1, &e), -EEXIST, "a change that breaks a rule keeps its code");
	ok(strstr(e.text, "state.sqlite") != NULL, "%s", e.text);
	is_int(number(s, true, "SELECT count(*) FROM obs_verdict"), 20003, "and its batch is not in");
	b[0] = make(1, "z");
	is_int(store_put(s, b, 1, NULL, 0, &e), 0, "put again");
	is_int(store_flush(s, &e), 0, "flush");
	is_int(number(s, false, "SELECT count(*) FROM outbox"), 0, "the outbox is empty");
	is_int(store_generation(s) - before, 3, "the generation grew with each batch");
	is_int(number(s, false, "DELETE FROM setting"), -1, "state is not changed by a question");
}

static void large_answer(struct store *s)
{
	struct arena a;
	struct table t;
	struct err e = {0};
	struct value arg = value_i64(10);
	int64_t sum = 0;
	const char *sql = "SELECT reason, rank, subject FROM obs_verdict, range(?::BIGINT)";

	arena_init(&a, 0);
	is_int(store_query_facts(s, &a, sql, &arg, 1, &t, &e), 0, "a large answer");
	is_int((long long)t.n_rows, 200040, "comes whole");
	for (size_t i = 0; i < t.n_rows; i++)
		sum += value_int(table_at(&t, i, 1), -1);
	is_int(sum, 10LL * (20000LL * 19999 / 2 + 3), "and right");
	ok(!t.cut, "and is not cut");
	arena_done(&a);
	arena_init(&a, 0);
	arg = value_i64(51);
	is_int(store_query_facts(s, &a, sql, &arg, 1, &t, &e), 0, "one past the limit");
	ok(t.cut && t.n_rows == L_STORE_ROWS, "is cut at it and says so");
	arena_done(&a);
	arena_init(&a, 0);
	ok(store_query_facts(s, &a, "SELECT nothing", NULL, 0, &t, &e) < 0, "a fault: %s", e.text);
	arena_done(&a);
}

/* A question that takes long does not keep another asker waiting. */
static void side_by_side(struct store *s)
{
	const char *slow = "SELECT count(*) FROM range(1000000) a(i), range(100) b(k) "
			   "WHERE (i * 7 + k) % 11 = 3";
	int64_t began_us, quick_us;
	struct pollfd p;
	int fds[2];
	pid_t pid;
	char answer = 0;

	if (pipe(fds))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct store *mine;
		struct err e = {0};
		bool good = store_open(dir, STORE_ANY, list, &mine, &e) == 0 &&
			    number(mine, true, slow) > 0;

		_exit(write(fds[1], good ? "y" : "n", 1) != 1);
	}
	usleep(200000);
	began_us = clock_mono(&clock_real);
	is_int(number(s, false, "SELECT count(*) FROM setting"), 1, "a small question meanwhile");
	quick_us = clock_mono(&clock_real) - began_us;
	p = (struct pollfd){.fd = fds[0], .events = POLLIN};
	ok(poll(&p, 1, 0) == 0, "is answered before the slow one (%lld us)", (long long)quick_us);
	ok(read(fds[0], &answer, 1) == 1 && answer == 'y', "which is answered too");
	waitpid(pid, NULL, 0);
	close(fds[0]);
	close(fds[1]);
}

/* Bytes that are no request: the caller is dropped, the owner goes on. */
static void hostile(struct store *s)
{
	static const struct {
		const char *data;
		size_t len;
	} rows[] = {
		{"\xff\xff\xff\xff\1", 5},
		{"\0\0\0\1\x77", 5},
		{"\0\0\0\6\5\0\0\0\xff" "S", 10},
		{"GET / HTTP/1.1\r\n\r\n", 18},
	};
	char path[128];
	int dropped = 0;

	snprintf(path, sizeof(path), "%s/socket", dir);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = {0};
		char b[64];
		int fd = unix_connect(path, &e);

		(void)!write(fd, rows[i].data, rows[i].len);
		shutdown(fd, SHUT_WR);
		dropped += read(fd, b, sizeof(b)) <= 0;
		close(fd);
	}
	is_int(dropped, 4, "callers who break the protocol are dropped");
	is_int(number(s, false, "SELECT 7"), 7, "and the owner goes on");
}

/* A PUT that was begun and never finished leaves nothing. */
static void half_a_put(struct store *s)
{
	struct buf out;
	struct batch *b = make(5, "never");
	struct err e = {0};
	char path[128];
	size_t begun;
	int fd;

	buf_init(&out, 1 << 20);
	begun = frame_begin(&out, MESSAGE_BATCH);
	batch_encode(b, &out);
	frame_end(&out, begun);
	snprintf(path, sizeof(path), "%s/socket", dir);
	fd = unix_connect(path, &e);
	ok(write(fd, out.data, out.len) == (ssize_t)out.len, "half a put");
	close(fd);
	usleep(50000);
	is_int(number(s, true, "SELECT count(*) FROM obs_verdict WHERE reason='never'"), 0,
	       "leaves nothing");
	buf_done(&out);
	batch_free(b);
}

static void without_flush(struct store *s)
{
	struct batch *b = make(2, "soon");
	struct err e = {0};
	int64_t left = 1;

	store_put(s, &b, 1, NULL, 0, &e);
	for (int i = 0; i < 60 && left; i++) {
		usleep(50000);
		left = number(s, false, "SELECT count(*) FROM outbox");
	}
	is_int(left, 0, "the owner carries the outbox into the facts by itself");
}

/* 64 may ask at once; the next one is sent away. */
static void askers(void)
{
	static struct store *s[L_STORE_ASKERS];
	struct store *extra;
	struct err e = {0};
	int open = 0;

	for (int i = 0; i < L_STORE_ASKERS - 1; i++)
		open += store_open(dir, STORE_ANY, list, &s[i], &e) == 0;
	is_int(open, L_STORE_ASKERS - 1, "limit, with the one that asks already");
	ok(store_open(dir, STORE_ANY, list, &extra, &e) < 0, "limit + 1: %s", e.text);
	for (int i = 0; i < open; i++)
		store_close(s[i]);
}

static void owner_dies(struct store *s, pid_t pid)
{
	struct batch *b = make(1, "last");
	struct store *mine;
	struct err e = {0};

	is_int(store_put(s, &b, 1, NULL, 0, &e), 0, "acknowledged by the owner");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	b = make(1, "lost");
	ok(store_put(s, &b, 1, NULL, 0, &e) < 0, "%s", e.text);
	ok(strstr(e.text, "run the command again") != NULL, "one sentence with its remedy");
	store_close(s);
	is_int(store_open(dir, STORE_ANY, list, &mine, &e), 0, "opened after the owner's death");
	ok(store_is_owner(mine), "by an owner");
	is_int(number(mine, true, "SELECT count(*) FROM obs_verdict WHERE reason='last'"), 1,
	       "what was acknowledged is there");
	store_close(mine);
}

int main(void)
{
	struct store *s;
	struct err e = {0};
	int64_t longest_us = 0;
	pid_t pid;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	snprintf(dir, sizeof(dir), "/tmp/sextant-remote-%d", (int)getpid());
	pid = start(&fd);
	if (store_open(dir, STORE_ANY, list, &s, &e)) {
		ok(false, "%s", e.text);
		return done();
	}
	calls(s);
	large_answer(s);
	side_by_side(s);
	hostile(s);
	half_a_put(s);
	without_flush(s);
	askers();
	(void)!write(fd, "s", 1);
	if (read(fd, &longest_us, sizeof(longest_us)) != sizeof(longest_us))
		longest_us = -1;
	ok(longest_us > 0, "the owner's longest turn was %lld us", (long long)longest_us);
	waitpid(pid, NULL, 0);
	store_close(s);
	close(fd);
	pid = start(&fd);
	if (store_open(dir, STORE_ANY, list, &s, &e) == 0)
		owner_dies(s, pid);
	return done();
}
