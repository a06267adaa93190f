/*
 * ask_wheel: when the wait for each question is over: a wheel of slots of WHEEL_TICK_US, each a list, so that
 * a timeout costs no more among a hundred thousand.
 */
#include "source/ask_int.h"

static struct ask_try **slot_of(struct asker *a, int64_t us)
{
	return &a->wheel[us / WHEEL_TICK_US % WHEEL_SLOTS];
}

void ask_leave_list(struct ask_try *t)
{
	if (!t->at)
		return;
	*t->at = t->next;
	if (t->next)
		t->next->at = t->at;
	t->at = NULL;
}

void ask_move_to(struct ask_try *t, struct ask_try **list)
{
	ask_leave_list(t);
	t->next = *list;
	t->at = list;
	if (t->next)
		t->next->at = &t->next;
	*list = t;
}

void ask_set_timer(struct ask_try *t, int64_t due_us)
{
	struct asker *a = t->asker;

	if (due_us < a->wheel_us)
		due_us = a->wheel_us;
	t->due_us = due_us;
	ask_move_to(t, slot_of(a, due_us));
	if (!a->timer.slot)
		loop_timer(a->loop, &a->timer, WHEEL_TICK_US);
}

/* Those of one slot that are due: they are taken out first, for each may add to it. */
static void fire_slot(struct ask_try **slot, int64_t now)
{
	struct ask_try *due = NULL;

	for (struct ask_try *t = *slot; t;) {
		struct ask_try *next = t->next;

		if (t->due_us <= now)
			ask_move_to(t, &due);
		t = next;
	}
	while (due) {
		struct ask_try *t = due;

		ask_leave_list(t);
		ask_timed_out(t);
	}
}

void ask_turn_wheel(struct timer *timer)
{
	struct asker *a = timer->ctx;
	int64_t now = clock_mono(loop_clock(a->loop)), from = a->wheel_us / WHEEL_TICK_US, to = now / WHEEL_TICK_US;

	if (to - from >= WHEEL_SLOTS)
		from = to - WHEEL_SLOTS + 1;
	a->wheel_us = now;
	for (int64_t i = from; i <= to; i++)
		fire_slot(&a->wheel[i % WHEEL_SLOTS], now);
	if (a->active && !a->timer.slot)
		loop_timer(a->loop, &a->timer, WHEEL_TICK_US);
}
