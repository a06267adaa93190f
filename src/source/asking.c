/* asking: see asking.h. */
#include "source/asking.h"

static const char *forbidden(const struct asking *a, const struct ask *q)
{
	if (optout_addr(a->optout, &q->server) || (q->host && optout_name(a->optout, q->host)))
		return "optout";
	return !a->public_ok && guard_is_public(a->guard, &q->server) ? "no_contact" : NULL;
}

static void say_optout(struct timer *t)
{
	struct ask *q = t->ctx;
	struct ask_result r = {.end = ASK_DENIED, .why = "optout"};

	q->done(q, &r);
}

static void say_no_contact(struct timer *t)
{
	struct ask *q = t->ctx;
	struct ask_result r = {.end = ASK_DENIED, .why = "no_contact"};

	q->done(q, &r);
}

void asking_ask(void *ctx, struct ask *q)
{
	struct asking *a = ctx;
	const char *why = forbidden(a, q);

	if (!why) {
		ask(a->asker, q);
		return;
	}
	q->state = NULL;
	q->turn = (struct turn){.timer = {.fire = why[0] == 'o' ? say_optout : say_no_contact, .ctx = q}};
	loop_timer(a->loop, &q->turn.timer, 0);
}

void asking_cancel(void *ctx, struct ask *q)
{
	struct asking *a = ctx;

	if (q->state)
		ask_cancel(a->asker, q);
	else
		loop_untimer(a->loop, &q->turn.timer);
}
