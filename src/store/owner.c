/*
 * owner: the side of the process that owns the directory.  One descriptor (epoll) goes into the
 * owner's loop; behind it are the socket, those who ask, a timer that carries the outbox into the
 * facts, and an event that stays up while a question is being worked on.
 *
 * Nothing here waits: a question of facts runs in slices on a connection of its own, an answer leaves
 * in pieces as its asker takes them, and while one asker's answer is under way nothing more is read
 * from it.  An asker that breaks the protocol is dropped.
 */
#include "store/owner.h"

#include "base/limits.h"
#include "base/log.h"
#include "io/frame.h"
#include "io/unix.h"
#include "store/message.h"
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
	SLICE_US = 5000,         /* of one question in one turn */
	PIECE_B = 256 << 10,     /* of an answer */
	FLUSH_AFTER_MS = 1000,   /* how long a batch waits in the outbox of a quiet owner */
	READS_A_TURN = 16,       /* of 64 KiB */
	COLLECT_B = 2 * L_BATCH_B, /* of one PUT */
};

enum what { LISTENER, WAKE, TIMER, CALLER };

struct caller {
	enum what what; /* first: epoll gives a pointer to it */
	int fd;
	struct frame_reader in;
	struct buf out;
	size_t sent;
	bool gone;
	/* a PUT being collected */
	struct arena held;
	VEC(struct batch *) batches;
	VEC(struct change) changes;
	size_t held_b;
	struct err first; /* what was wrong with it */
	/* a question being answered */
	struct duck_job *job;
	struct arena room;
	struct table table;
	size_t row;
	bool answering;
};

struct owner {
	struct store *store;
	char *path;
	int listener, epoll, wake, timer;
	bool armed;
	enum what kinds[3];
	VEC(struct caller *) callers;
};

/* ---- making ---- */

static int add(struct owner *o, int fd, void *what, unsigned events)
{
	struct epoll_event ev = {.events = events, .data.ptr = what};

	return fd >= 0 && epoll_ctl(o->epoll, EPOLL_CTL_ADD, fd, &ev) == 0 ? 0 : -errno;
}

int owner_open(struct store *s, struct owner **out, struct err *e)
{
	struct owner *o = calloc(1, sizeof(*o));
	int rc = 0;

	if (!o || asprintf(&o->path, "%s/socket", s->dir) < 0) {
		free(o);
		return err_set(e, -ENOMEM, "out of memory");
	}
	o->store = s;
	for (int i = 0; i < 3; i++)
		o->kinds[i] = (enum what)i;
	o->epoll = epoll_create1(EPOLL_CLOEXEC);
	o->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	o->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	o->listener = unix_listen(o->path, e);
	if (o->listener < 0)
		rc = o->listener;
	else if (add(o, o->listener, &o->kinds[LISTENER], EPOLLIN) ||
		 add(o, o->wake, &o->kinds[WAKE], EPOLLIN) ||
		 add(o, o->timer, &o->kinds[TIMER], EPOLLIN))
		rc = err_set(e, -EMFILE, "the owner's socket cannot be watched");
	if (rc)
		owner_close(o);
	else
		*out = o;
	return rc;
}

static void drop_put(struct caller *c)
{
	for (size_t i = 0; i < c->batches.n; i++)
		batch_free(c->batches.at[i]);
	vec_done(&c->batches);
	vec_done(&c->changes);
	arena_done(&c->held);
	c->held_b = 0;
	c->first = (struct err){0};
}

static void drop_answer(struct caller *c)
{
	duck_job_free(c->job);
	c->job = NULL;
	arena_done(&c->room);
	c->answering = false;
}

static void caller_free(struct caller *c)
{
	drop_put(c);
	drop_answer(c);
	frame_reader_done(&c->in);
	buf_done(&c->out);
	close(c->fd);
	free(c);
}

void owner_close(struct owner *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->callers.n; i++)
		caller_free(o->callers.at[i]);
	vec_done(&o->callers);
	if (o->listener >= 0) {
		unlink(o->path);
		close(o->listener);
	}
	if (o->wake >= 0)
		close(o->wake);
	if (o->timer >= 0)
		close(o->timer);
	if (o->epoll >= 0)
		close(o->epoll);
	free(o->path);
	free(o);
}

int owner_fd(const struct owner *o)
{
	return o->epoll;
}

/* ---- answering ---- */

static void say(struct caller *c, uint8_t type)
{
	frame_add(&c->out, type, "", 0);
}

static void say_fault(struct caller *c, const struct err *e)
{
	size_t begun = frame_begin(&c->out, MESSAGE_FAULT);

	fault_write(&c->out, e->code < 0 ? e->code : -EIO, e->text);
	frame_end(&c->out, begun);
}

static void say_result(struct caller *c, int rc, const struct err *e)
{
	if (rc)
		say_fault(c, e);
	else
		say(c, MESSAGE_DONE);
}

static void say_status(struct store *s, struct caller *c)
{
	const char *why = "";
	struct status st = {.version = MESSAGE_VERSION, .generation = store_generation(s)};
	size_t begun = frame_begin(&c->out, MESSAGE_STATUS);

	st.facts = store_has_facts(s, &why);
	st.why = why;
	status_write(&c->out, &st);
	frame_end(&c->out, begun);
}

static void begin_answer(struct caller *c)
{
	size_t begun = frame_begin(&c->out, MESSAGE_HEAD);

	head_write(&c->out, &c->table);
	frame_end(&c->out, begun);
	c->row = 0;
}

/* The next piece, once the one before has left. */
static void go_on(struct caller *c)
{
	size_t begun;

	if (c->row < c->table.n_rows) {
		begun = frame_begin(&c->out, MESSAGE_ROWS);
		c->row = rows_write(&c->out, &c->table, c->row, PIECE_B);
		frame_end(&c->out, begun);
		return;
	}
	frame_add(&c->out, MESSAGE_END, c->table.cut ? "\1" : "\0", 1);
	drop_answer(c);
}

static void fail_answer(struct caller *c, const struct err *e)
{
	drop_answer(c);
	say_fault(c, e);
}

/* Facts have been closed: whoever was working on them is told. */
void owner_lost_facts(struct owner *o, const struct err *why)
{
	for (size_t i = 0; i < o->callers.n; i++)
		if (o->callers.at[i]->job)
			fail_answer(o->callers.at[i], why);
}

static void work(struct store *s, struct caller *c)
{
	struct err e = {0};
	int rc = duck_job_step(c->job, SLICE_US, &e);

	if (rc == 1)
		rc = duck_job_table(c->job, &c->room, &c->table, &e);
	else if (rc == 0)
		return;
	if (rc) {
		fail_answer(c, &e);
		if (rc == -EUCLEAN)
			store_judge(s, rc, &e);
		return;
	}
	duck_job_free(c->job);
	c->job = NULL;
	begin_answer(c);
}

static void ask_facts(struct store *s, struct caller *c, const struct question *q)
{
	struct err e = {0};
	int rc = store_need_facts(s, &e);

	/* who asks through the socket sees what was put through it before */
	if (!rc && s->outbox_rows)
		rc = outbox_flush(s, &e);
	if (!rc)
		rc = duck_job_start(tables_duck(s->tables), q->sql, q->args, q->n_args, &c->job, &e);
	if (rc)
		fail_answer(c, &e);
}

static void ask_state(struct store *s, struct caller *c, const struct question *q)
{
	struct err e = {0};

	if (sqlite_query(s->state, &c->room, q->sql, q->args, q->n_args, &c->table, &e))
		fail_answer(c, &e);
	else
		begin_answer(c);
}

static bool ask(struct store *s, struct caller *c, const struct frame *f)
{
	struct question q;

	arena_init(&c->room, 0);
	c->answering = true;
	if (!question_read(f->body, f->len, &c->room, &q))
		return false;
	if (f->type == MESSAGE_FACTS)
		ask_facts(s, c, &q);
	else
		ask_state(s, c, &q);
	return true;
}

/* ---- putting ---- */

static bool hold(struct caller *c, size_t len)
{
	c->held_b += len;
	return c->held_b <= COLLECT_B;
}

static bool take_batch(struct store *s, struct caller *c, const struct frame *f)
{
	struct err e = {0};
	struct batch *b = store_decode(s, f->body, f->len, &e);

	if (b)
		*vec_push(&c->batches) = b;
	else if (!c->first.code)
		c->first = e;
	return hold(c, f->len);
}

static bool take_change(struct caller *c, const struct frame *f)
{
	struct question q;
	struct change *change;

	if (!question_read(f->body, f->len, &c->held, &q) ||
	    q.n_args > sizeof(change->args) / sizeof(change->args[0]))
		return false;
	change = vec_push(&c->changes);
	change->sql = q.sql;
	change->n_args = q.n_args;
	if (q.n_args)
		memcpy(change->args, q.args, q.n_args * sizeof(q.args[0]));
	return hold(c, f->len);
}

static void put_all(struct store *s, struct caller *c)
{
	struct err e = c->first;
	int rc = e.code;

	if (!rc) {
		rc = store_put(s, c->batches.at, c->batches.n, c->changes.at, c->changes.n, &e);
		vec_done(&c->batches); /* they belong to the outbox now, or are freed */
	}
	drop_put(c);
	say_result(c, rc, &e);
}

/* ---- reading ---- */

/* False: it broke the protocol. */
static bool serve_frame(struct store *s, struct caller *c, const struct frame *f)
{
	struct err e = {0};
	int rc;

	switch (f->type) {
	case MESSAGE_STATUS: say_status(s, c); return f->len == 4;
	case MESSAGE_BATCH: return take_batch(s, c, f);
	case MESSAGE_CHANGE: return take_change(c, f);
	case MESSAGE_PUT: put_all(s, c); return f->len == 0;
	case MESSAGE_FACTS:
	case MESSAGE_STATE: return ask(s, c, f);
	case MESSAGE_FLUSH:
		rc = outbox_flush(s, &e);
		say_result(c, rc, &e);
		return f->len == 0;
	default: return false;
	}
}

static bool idle(const struct caller *c)
{
	return !c->answering && !c->out.len;
}

static void send_some(struct caller *c)
{
	while (!c->gone && (c->out.len || (c->answering && !c->job))) {
		ssize_t n;

		if (!c->out.len)
			go_on(c);
		n = write(c->fd, c->out.data + c->sent, c->out.len - c->sent);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno != EINTR)
			c->gone = true;
		c->sent += n > 0 ? (size_t)n : 0;
		if (c->sent == c->out.len) {
			buf_done(&c->out);
			c->sent = 0;
			return; /* the others' turn */
		}
	}
}

static void serve_frames(struct store *s, struct caller *c)
{
	struct frame f;
	int rc = 0;

	while (!c->gone && idle(c)) {
		rc = frame_next(&c->in, &f);
		if (rc != 1)
			break;
		if (!serve_frame(s, c, &f) || buf_full(&c->out)) {
			log_warn("a process that asked through %s/socket broke the protocol", s->dir);
			c->gone = true;
		}
		send_some(c);
	}
	c->gone |= rc < 0;
}

static void receive(struct store *s, struct caller *c)
{
	for (int i = 0; i < READS_A_TURN && idle(c) && !c->gone; i++) {
		ssize_t n = frame_fill(&c->in, c->fd);

		if (n == -EAGAIN)
			return;
		if (n == 0 || (n < 0 && n != -EINTR))
			c->gone = true;
		serve_frames(s, c);
	}
}

/* ---- the loop's call ---- */

static void accept_one(struct owner *o)
{
	struct err e = {0};
	struct caller *c;
	int fd = unix_accept(o->listener, &e);

	if (fd == -EPERM)
		log_warn("%s", e.text);
	if (fd < 0)
		return;
	c = o->callers.n < L_STORE_ASKERS ? calloc(1, sizeof(*c)) : NULL;
	if (!c) {
		limit_hit(LIMIT_STORE_ASKERS);
		close(fd);
		return;
	}
	*c = (struct caller){.what = CALLER, .fd = fd};
	arena_init(&c->held, 0);
	arena_init(&c->room, 0);
	frame_reader_init(&c->in, L_BATCH_B, LIMIT_BATCH_B);
	buf_init(&c->out, (size_t)4 * L_BATCH_B);
	if (add(o, fd, c, EPOLLIN)) {
		caller_free(c);
		return;
	}
	*vec_push(&o->callers) = c;
}

/* What we want to hear of a caller: room to write, or its next request, never both. */
static void want(struct owner *o, struct caller *c)
{
	struct epoll_event ev = {.data.ptr = c};

	if (c->out.len || (c->answering && !c->job))
		ev.events = EPOLLOUT;
	else if (!c->job)
		ev.events = EPOLLIN;
	epoll_ctl(o->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

static void sweep(struct owner *o)
{
	size_t kept = 0;
	bool busy = false;

	for (size_t i = 0; i < o->callers.n; i++) {
		struct caller *c = o->callers.at[i];

		if (c->gone) {
			caller_free(c);
			continue;
		}
		busy |= c->job != NULL;
		want(o, c);
		o->callers.at[kept++] = c;
	}
	o->callers.n = kept;
	if (busy)
		(void)!write(o->wake, &(uint64_t){1}, 8);
	else
		(void)!read(o->wake, &(uint64_t){0}, 8);
}

void owner_arm(struct owner *o)
{
	struct itimerspec at = {.it_value = {.tv_sec = FLUSH_AFTER_MS / 1000}};

	if (o->armed)
		return;
	o->armed = timerfd_settime(o->timer, 0, &at, NULL) == 0;
}

static void timer_fired(struct owner *o)
{
	uint64_t times;

	(void)!read(o->timer, &times, sizeof(times));
	o->armed = false;
	if (o->store->outbox_rows && outbox_flush(o->store, NULL))
		owner_arm(o);
}

void owner_serve(struct owner *o)
{
	struct epoll_event ev[32];
	int n = epoll_wait(o->epoll, ev, 32, 0);

	for (int i = 0; i < n; i++) {
		struct caller *c = ev[i].data.ptr;

		switch (*(enum what *)ev[i].data.ptr) {
		case LISTENER: accept_one(o); break;
		case TIMER: timer_fired(o); break;
		case WAKE: break;
		case CALLER:
			/* a hang-up while its question is worked on: nobody reads the answer */
			if (c->job && ev[i].events & (EPOLLHUP | EPOLLERR))
				c->gone = true;
			if (ev[i].events & EPOLLOUT)
				send_some(c);
			if (idle(c))
				serve_frames(o->store, c);
			if (ev[i].events & EPOLLIN)
				receive(o->store, c);
			break;
		}
	}
	for (size_t i = 0; i < o->callers.n; i++)
		if (o->callers.at[i]->job && !o->callers.at[i]->gone) {
			work(o->store, o->callers.at[i]);
			send_some(o->callers.at[i]);
			serve_frames(o->store, o->callers.at[i]);
		}
	sweep(o);
}
