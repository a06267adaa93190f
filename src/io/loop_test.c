/* Timers fire in order on a clock that we move; watches and timers may be removed from callbacks. */
#include "io/loop.h"
#include "test/tap.h"

#include <signal.h>
#include <unistd.h>

static struct loop *loop;
static char order[64];
static struct timer named[5];

static void note(struct timer *t)
{
	snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s", (const char *)t->ctx);
}

static void note_and_remove(struct timer *t)
{
	note(t);
	loop_untimer(loop, &named[3]);
	loop_untimer(loop, t);
}

static void again(struct timer *t)
{
	note(t);
	loop_timer(loop, t, 0);
}

static void timers(struct clock_fake *f)
{
	struct err e;

	for (int i = 0; i < 5; i++)
		named[i] = (struct timer){.fire = note, .ctx = (void *)(&"a\0b\0c\0d\0e"[2 * i])};
	loop_timer(loop, &named[2], 300);
	loop_timer(loop, &named[0], 100);
	loop_timer(loop, &named[3], 400);
	loop_timer(loop, &named[1], 200);
	loop_timer(loop, &named[4], 250);
	loop_timer(loop, &named[0], 350); /* moved */
	named[2].fire = note_and_remove;
	loop_turn(loop, 0, &e);
	is_str(order, "", "nothing is due before its time");
	is_int(loop_due_us(loop) - f->mono_us, 200, "and that time is known");
	clock_fake_move(f, 200);
	loop_turn(loop, 0, &e);
	is_str(order, "b", "what is due fires");
	clock_fake_move(f, 1000);
	loop_turn(loop, -1, &e);
	is_str(order, "beca", "in order of time; one moved, one removed by another");
	order[0] = '\0';
	named[1].fire = again;
	loop_timer(loop, &named[1], 0);
	loop_turn(loop, 0, &e);
	is_str(order, "b", "a timer set to now by itself waits for the next turn");
	loop_untimer(loop, &named[1]);
	ok(loop_due_us(loop) == INT64_MAX, "no timer, no time");
}

static void many(struct clock_fake *f)
{
	static struct timer t[1000];
	struct err e;
	unsigned seed = 7;

	order[0] = '\0';
	for (int i = 0; i < 1000; i++) {
		seed = seed * 1103515245 + 12345;
		t[i] = (struct timer){.fire = note, .ctx = (void *)""};
		loop_timer(loop, &t[i], seed >> 16);
	}
	for (int i = 0; i < 1000; i += 3)
		loop_untimer(loop, &t[i]);
	clock_fake_move(f, 32768);
	loop_turn(loop, 0, &e);
	int left = 0;
	for (int i = 0; i < 1000; i++)
		left += t[i].slot != 0 && t[i].due_us <= f->mono_us;
	is_int(left, 0, "of a thousand timers, a third removed, all that were due fired");
	for (int i = 0; i < 1000; i++)
		loop_untimer(loop, &t[i]);
}

static struct watch readers[2];

/* Both are ready in the same turn; the first to run closes the other. */
static void close_other(struct watch *w, unsigned what)
{
	struct watch *other = w == &readers[0] ? &readers[1] : &readers[0];

	(void)what;
	note(&(struct timer){.ctx = (void *)"r"});
	loop_unwatch(loop, other);
	loop_unwatch(loop, w);
}

static void watches(void)
{
	struct err e;
	int a[2], b[2];

	order[0] = '\0';
	if (pipe(a) || pipe(b)) {
		ok(false, "pipes");
		return;
	}
	readers[0] = (struct watch){.fd = a[0], .want = LOOP_READ, .ready = close_other};
	readers[1] = (struct watch){.fd = b[0], .want = LOOP_READ, .ready = close_other};
	is_int(loop_watch(loop, &readers[0], &e), 0, "watches a pipe");
	is_int(loop_watch(loop, &readers[1], &e), 0, "and another");
	ok(write(a[1], "x", 1) == 1 && write(b[1], "x", 1) == 1, "both have a byte");
	is_int(loop_run(loop, &e), 0, "the loop ends when nothing is left to wait for");
	is_str(order, "r", "a watch removed in the same turn is not called");
	readers[0].fd = 999;
	readers[0].active = false;
	is_int(loop_watch(loop, &readers[0], &e), -9, "a bad descriptor is an error of ours");
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

static void got_signal(void *ctx, int signo)
{
	*(int *)ctx = signo;
}

static void signals(void)
{
	struct loop *l = loop_new(&clock_real, NULL);
	int got = 0;

	is_int(loop_signals(l, got_signal, &got, NULL), 0, "signals can be had");
	raise(SIGTERM);
	loop_turn(l, 1000000, NULL);
	is_int(got, SIGTERM, "SIGTERM comes as a call");
	loop_free(l);
}

int main(void)
{
	struct clock_fake f;

	clock_fake_init(&f, 0);
	loop = loop_new(&f.clock, NULL);
	timers(&f);
	many(&f);
	watches();
	signals();
	loop_free(loop);
	return done();
}
