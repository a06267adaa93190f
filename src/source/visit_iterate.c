/* visit_iterate: the names that a visit asks for, resolved from the root instead of by a resolver. */
#include "source/visit_int.h"

#include <stdlib.h>

struct named {
	struct iterate_question question;
	struct dns_probe *probe;
	drive_done *done;
	void *ctx;
};

/* What no answer means to judges. */
static enum outcome outcome_of(const struct iterate_answer *a)
{
	switch (a->end) {
	case ITERATE_LOOP:
	case ITERATE_LONG: return OUTCOME_MALFORMED;
	case ITERATE_SERVFAIL: return OUTCOME_SERVFAIL;
	case ITERATE_SILENT: return OUTCOME_TIMEOUT;
	case ITERATE_LIMIT: return OUTCOME_LIMIT;
	case ITERATE_DENIED: return OUTCOME_DENIED;
	case ITERATE_FAULT:
	case ITERATE_ANSWER: break;
	}
	return OUTCOME_UNKNOWN;
}

static void answered(struct iterate_question *q, const struct iterate_answer *a)
{
	struct named n = *(struct named *)q->ctx;
	struct dns_row *row = &n.probe->row;
	struct step last;

	free(q->ctx);
	row->server = a->server;
	row->tries = a->queries;
	row->why = arena_str(n.probe->p.arena, a->why);
	if (a->server.family)
		row->rtt_us = a->rtt_us;
	if (a->end == ITERATE_ANSWER)
		row->aa = 1; /* nobody else is believed */
	last = a->final ? dns_probe_conclude(n.probe, a->final, a->rcode) : step_done(outcome_of(a));
	n.done(n.ctx, &n.probe->p, &last);
}

void visit_iterate(const struct visit_env *env, struct dns_probe *d, drive_done *done, void *ctx)
{
	struct named *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	d->row.via = VIA_ITERATE;
	*n = (struct named){.question = {.qname = d->row.qname, .qtype = d->qtype, .done = answered, .ctx = n},
			    .probe = d, .done = done, .ctx = ctx};
	iterate_ask(env->iterate, &n->question);
}
