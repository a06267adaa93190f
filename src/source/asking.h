/*
 * asking: the iterative engine's questions on their way to the asker, under the rules of a census: who opted out is
 * not asked, and public addresses are not before we have said who we are (P-OPT-1, P-ATTR-1).  Turns and the
 * guard are the asker's (source/ask.h).
 */
#ifndef SOURCE_ASKING_H
#define SOURCE_ASKING_H

#include "source/ask.h"
#include "source/optout.h"

struct asking {
	struct loop *loop;
	struct asker *asker;
	const struct optout *optout;
	const struct guard *guard;
	bool public_ok;
};

/* For iterate_env.ask and cancel; ctx: the struct asking. */
void asking_ask(void *ctx, struct ask *q);
void asking_cancel(void *ctx, struct ask *q);

#endif
