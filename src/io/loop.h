/*
 * loop: one thread, epoll, a heap of timers, signals as events.  The clock is handed in.
 *
 * Callbacks may add and remove watches and timers, their own included.  A watch is owned by whoever
 * embeds it; loop_unwatch() before the descriptor is closed.
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct watch {
	int fd;
	unsigned want;                             /* LOOP_READ | LOOP_WRITE */
	void (*ready)(struct watch *w, unsigned what); /* errors and hang-up come as both bits */
	void *ctx;
	bool active; /* of the loop */
};

struct timer {
	int64_t due_us; /* on the clock's mono time */
	void (*fire)(struct timer *t);
	void *ctx;
	size_t slot; /* of the loop: 0 = not set */
};

struct loop *loop_new(const struct clock *clock, struct err *e);
void loop_free(struct loop *l);
const struct clock *loop_clock(const struct loop *l);

int loop_watch(struct loop *l, struct watch *w, struct err *e); /* adds, or changes want */
void loop_unwatch(struct loop *l, struct watch *w);
void loop_timer(struct loop *l, struct timer *t, int64_t after_us); /* sets or moves */
void loop_untimer(struct loop *l, struct timer *t);
/* When the next timer is due; INT64_MAX when none is set.  For those who move the clock themselves. */
int64_t loop_due_us(const struct loop *l);

/* SIGINT, SIGTERM (and SIGHUP, SIGCHLD if asked) as calls from the loop. */
int loop_signals(struct loop *l, void (*got)(void *ctx, int signo), void *ctx, struct err *e);

/* Runs until loop_stop() or nothing is left to wait for. */
int loop_run(struct loop *l, struct err *e);
/* One turn: waits at most max_wait_us (-1: until something happens). */
int loop_turn(struct loop *l, int64_t max_wait_us, struct err *e);
void loop_stop(struct loop *l);

#endif
