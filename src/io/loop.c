/*
 * loop: epoll for descriptors, a binary heap for timers, a signalfd for signals; see loop.h.
 *
 * A callback may remove any watch, so the events of one epoll_wait are kept where loop_unwatch can
 * strike them out.  Expect one epoll_wait and one clock reading a turn.
 */
#include "io/loop.h"

#include "base/vec.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EVENTS_MAX = 256 };

struct loop {
	const struct clock *clock;
	int epoll_fd;
	size_t n_watches; /* without our own for signals */
	VEC(struct timer *) heap; /* heap.at[i] has slot i + 1 */
	struct epoll_event events[EVENTS_MAX];
	int n_events;
	bool stopped;
	struct watch signals;
	sigset_t old_mask;
	void (*got)(void *ctx, int signo);
	void *got_ctx;
};

struct loop *loop_new(const struct clock *clock, struct err *e)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l) {
		err_set(e, -ENOMEM, "no memory for an event loop");
		return NULL;
	}
	l->clock = clock;
	l->signals.fd = -1;
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0) {
		err_set(e, -errno, "cannot make an epoll descriptor: %s", err_name(errno));
		free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	if (l->signals.fd >= 0) {
		loop_unwatch(l, &l->signals);
		close(l->signals.fd);
		sigprocmask(SIG_SETMASK, &l->old_mask, NULL);
	}
	close(l->epoll_fd);
	vec_done(&l->heap);
	free(l);
}

const struct clock *loop_clock(const struct loop *l)
{
	return l->clock;
}

/* ---- descriptors ---- */

int loop_watch(struct loop *l, struct watch *w, struct err *e)
{
	struct epoll_event event = {.data.ptr = w};
	int op = w->active ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (w->want & LOOP_READ)
		event.events |= EPOLLIN | EPOLLRDHUP;
	if (w->want & LOOP_WRITE)
		event.events |= EPOLLOUT;
	if (epoll_ctl(l->epoll_fd, op, w->fd, &event) < 0)
		return err_set(e, -errno, "cannot watch descriptor %d: %s", w->fd, err_name(errno));
	if (!w->active && w != &l->signals)
		l->n_watches++;
	w->active = true;
	return 0;
}

void loop_unwatch(struct loop *l, struct watch *w)
{
	if (!w->active)
		return;
	epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	w->active = false;
	if (w != &l->signals)
		l->n_watches--;
	for (int i = 0; i < l->n_events; i++) {
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
	}
}

static unsigned what_of(uint32_t events)
{
	unsigned what = 0;

	if (events & (EPOLLIN | EPOLLRDHUP))
		what |= LOOP_READ;
	if (events & EPOLLOUT)
		what |= LOOP_WRITE;
	if (events & (EPOLLERR | EPOLLHUP))
		what |= LOOP_READ | LOOP_WRITE;
	return what;
}

/* ---- timers: the least due_us at heap.at[0] ---- */

static void place(struct loop *l, size_t i, struct timer *t)
{
	l->heap.at[i] = t;
	t->slot = i + 1;
}

static void sift_up(struct loop *l, size_t i)
{
	struct timer *t = l->heap.at[i];

	for (; i > 0; i = (i - 1) / 2) {
		struct timer *parent = l->heap.at[(i - 1) / 2];

		if (parent->due_us <= t->due_us)
			break;
		place(l, i, parent);
	}
	place(l, i, t);
}

static void sift_down(struct loop *l, size_t i)
{
	struct timer *t = l->heap.at[i];

	for (size_t child = 2 * i + 1; child < l->heap.n; child = 2 * i + 1) {
		if (child + 1 < l->heap.n &&
		    l->heap.at[child + 1]->due_us < l->heap.at[child]->due_us)
			child++;
		if (t->due_us <= l->heap.at[child]->due_us)
			break;
		place(l, i, l->heap.at[child]);
		i = child;
	}
	place(l, i, t);
}

void loop_untimer(struct loop *l, struct timer *t)
{
	size_t i = t->slot;
	struct timer *last;

	if (!i)
		return;
	i--;
	assert(i < l->heap.n && l->heap.at[i] == t);
	t->slot = 0;
	last = l->heap.at[--l->heap.n];
	if (last == t)
		return;
	place(l, i, last);
	sift_up(l, i);
	sift_down(l, last->slot - 1);
}

void loop_timer(struct loop *l, struct timer *t, int64_t after_us)
{
	loop_untimer(l, t);
	t->due_us = clock_mono(l->clock) + (after_us > 0 ? after_us : 0);
	*vec_push(&l->heap) = t;
	sift_up(l, l->heap.n - 1);
}

int64_t loop_due_us(const struct loop *l)
{
	return l->heap.n ? l->heap.at[0]->due_us : INT64_MAX;
}

/* Fires what was due at now; a timer set to 0 by a callback waits for the next turn if the clock
 * moved on, so that timers cannot starve descriptors for ever. */
static void fire_due(struct loop *l, int64_t now_us)
{
	for (size_t most = l->heap.n; most && l->heap.n && !l->stopped; most--) {
		struct timer *t = l->heap.at[0];

		if (t->due_us > now_us)
			return;
		loop_untimer(l, t);
		t->fire(t);
	}
}

/* ---- signals ---- */

static void on_signal(struct watch *w, unsigned what)
{
	struct loop *l = w->ctx;
	struct signalfd_siginfo info;

	(void)what;
	while (read(w->fd, &info, sizeof(info)) == sizeof(info))
		l->got(l->got_ctx, (int)info.ssi_signo);
}

int loop_signals(struct loop *l, void (*got)(void *ctx, int signo), void *ctx, struct err *e)
{
	sigset_t set;
	int rc;

	assert(l->signals.fd < 0);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	l->got = got;
	l->got_ctx = ctx;
	sigprocmask(SIG_BLOCK, &set, &l->old_mask);
	l->signals = (struct watch){.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC),
				    .want = LOOP_READ,
				    .ready = on_signal,
				    .ctx = l};
	if (l->signals.fd < 0)
		return err_set(e, -errno, "cannot receive signals: %s", err_name(errno));
	rc = loop_watch(l, &l->signals, e);
	return rc;
}

/* ---- turning ---- */

/* Milliseconds for epoll_wait, rounded up so that a timer is due when it returns. */
static int wait_ms(const struct loop *l, int64_t max_wait_us)
{
	int64_t wait_us = max_wait_us;

	if (l->heap.n) {
		int64_t left = l->heap.at[0]->due_us - clock_mono(l->clock);

		if (left < 0)
			left = 0;
		if (wait_us < 0 || left < wait_us)
			wait_us = left;
	}
	if (wait_us < 0)
		return -1;
	return wait_us > 3600000000 ? 3600000 : (int)((wait_us + 999) / 1000);
}

int loop_turn(struct loop *l, int64_t max_wait_us, struct err *e)
{
	int n = epoll_wait(l->epoll_fd, l->events, EVENTS_MAX, wait_ms(l, max_wait_us));

	if (n < 0 && errno != EINTR)
		return err_set(e, -errno, "cannot wait for events: %s", err_name(errno));
	l->n_events = n > 0 ? n : 0;
	for (int i = 0; i < l->n_events; i++) {
		struct watch *w = l->events[i].data.ptr;

		if (w)
			w->ready(w, what_of(l->events[i].events));
	}
	l->n_events = 0;
	fire_due(l, clock_mono(l->clock));
	return 0;
}

int loop_run(struct loop *l, struct err *e)
{
	int rc = 0;

	l->stopped = false;
	while (!rc && !l->stopped && (l->n_watches || l->heap.n))
		rc = loop_turn(l, -1, e);
	return rc;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}
