/* Batches and messages between a child and its parent, whole, in order, and no faith in the child. */
#include "pipe/local.h"

#include "base/clock.h"
#include "core/verdict.h"
#include "io/unix.h"
#include "test/tap.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct schema *find(const char *name)
{
	return !strcmp(name, "verdict") ? &verdict_schema : NULL;
}

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

/* Runs child in a process of its own; the parent's end is in p. */
static pid_t start(struct pipe_local *p, void (*child)(struct pipe_local *))
{
	struct err e = {0};
	int fds[2];
	pid_t pid;

	if (unix_pair(fds, &e))
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct pipe_local c;

		close(fds[0]);
		pipe_local_init(&c, fds[1], NULL);
		child(&c);
		_exit(0);
	}
	close(fds[1]);
	pipe_local_init(p, fds[0], find);
	return pid;
}

static void good_child(struct pipe_local *c)
{
	struct err e = {0};

	for (int i = 0; i < 3; i++) {
		c->sink.put(&c->sink, make(20000, "a reason that is not short"), &e);
		pipe_local_tell(c, PIPE_OWN + 1, &i, sizeof(i), &e);
	}
	pipe_local_end(c, &e);
}

static void dies(struct pipe_local *c)
{
	struct err e = {0};

	c->sink.put(&c->sink, make(10, "x"), &e);
	raise(SIGKILL);
}

static void babbles(struct pipe_local *c)
{
	struct err e = {0};

	frame_add(&c->out, PIPE_BATCH, "SXB1 not a batch", 16);
	pipe_local_end(c, &e);
}

static void whole_and_in_order(void)
{
	struct pipe_local p;
	struct pipe_message m;
	struct err e = {0};
	long rows = 0, order = 0, wrong = 0;
	pid_t pid = start(&p, good_child);
	int rc;

	for (rc = pipe_local_next(&p, true, &m, &e); rc == 1;
	     rc = pipe_local_next(&p, true, &m, &e)) {
		if (m.kind == PIPE_BATCH) {
			rows += (long)m.batch->obs.n;
			for (size_t i = 0; i < m.batch->obs.n; i++)
				wrong += ((struct verdict_row *)m.batch->obs.at[i].row)->rank !=
					 (int64_t)i;
			batch_free(m.batch);
		} else {
			int i;

			memcpy(&i, m.data, sizeof(i));
			wrong += m.kind != PIPE_OWN + 1 || i != order++;
		}
	}
	is_int(rc, 0, "a child that finished ends clean");
	ok(p.ended, "and says so");
	is_int(rows, 60000, "all rows came");
	is_int(order, 3, "all messages came");
	is_int(wrong, 0, "in order and as they were");
	waitpid(pid, NULL, 0);
	pipe_local_done(&p);
}

static void without_faith(void (*child)(struct pipe_local *), int batches, int want,
			  const char *name)
{
	struct pipe_local p;
	struct pipe_message m;
	struct err e = {0};
	pid_t pid = start(&p, child);
	int rc, n = 0;

	for (rc = pipe_local_next(&p, true, &m, &e); rc == 1;
	     rc = pipe_local_next(&p, true, &m, &e)) {
		n++;
		batch_free(m.batch);
	}
	is_int(rc, want, name);
	is_int(n, batches, "what came before is kept");
	ok(e.text[0] != '\0', "%s", e.text);
	waitpid(pid, NULL, 0);
	pipe_local_done(&p);
}

static void limits(void)
{
	struct pipe_local p;
	struct err e = {0};
	static char body[L_IPC_MESSAGE_B + 1];
	int fds[2];

	unix_pair(fds, &e);
	pipe_local_init(&p, fds[0], NULL);
	is_int(pipe_local_tell(&p, PIPE_OWN, body, L_IPC_MESSAGE_B - 1, &e), 0, "limit - 1");
	is_int(pipe_local_tell(&p, PIPE_OWN, body, L_IPC_MESSAGE_B, &e), 0, "limit");
	is_int(pipe_local_tell(&p, PIPE_OWN, body, L_IPC_MESSAGE_B + 1, &e), -EMSGSIZE,
	       "limit + 1");
	is_int(pipe_local_tell(&p, PIPE_OWN, body, 1000, &e), -ENOBUFS, "a full queue says so");
	unix_nonblocking(fds[0], true);
	is_int(pipe_local_write(&p, false, &e), 0, "without waiting");
	ok(p.out.len > 0, "the rest stays in the queue (%zu bytes)", p.out.len);
	close(fds[1]);
	is_int(pipe_local_write(&p, false, &e), -EPIPE, "the other end is gone");
	pipe_local_done(&p);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	whole_and_in_order();
	without_faith(dies, 1, -EPIPE, "a child that is killed is told from one that finished");
	without_faith(babbles, 0, -EBADMSG, "what is not a batch is refused");
	limits();
	return done();
}
