/*
 * answers: what the API says.
 *
 *	request ── kept and still true? ── yes ──> sent at once
 *	                 └── no ──> a job for a worker thread; the client waits, the loop does not
 *
 * An answer is kept until it is no longer true: until a round or a dataset is complete, the day ends
 * or a list changes; that of a live route until any fact or state changes.  Many who ask the same wait
 * for one job.  A question that no kept answer serves has a board to help it (outlet/board.h), made anew
 * when the facts have settled.  What every visitor asks for (route->warm) is made ready at the start and after each
 * change, by one worker that visitors' questions go before; a second one is always free for them.
 *
 * A handler runs in a worker's thread, with a reader of the store: it must not touch what another
 * thread could write.  Everything here belongs to the loop's thread.
 */
#ifndef OUTLET_ANSWERS_H
#define OUTLET_ANSWERS_H

#include "io/loop.h"
#include "outlet/route.h"

struct answers;

/* `base`: what each call of a route starts from (clock, ...); copied. */
struct answers *answers_new(struct loop *l, struct store *s, const struct call *base, struct err *e);
/* Waits for the question that a worker is at; clients that wait must be gone (httpd_free). */
void answers_free(struct answers *a);

/* Fills out, or says that the client has to wait. */
void answers_give(struct answers *a, const struct http_request *q, struct http_response *out);
/* Something beside facts and state has changed, or may have: nothing that was kept is given any more,
 * and what is warm is made ready again. */
void answers_renew(struct answers *a);
/* Nobody asks anything just now: the memory that making answers took goes back to the system; the allocator
 * keeps it else, tens of MB for each thread.  Done by a worker. */
void answers_rest(struct answers *a);
/* How many answers are being made, or are to be made ready. */
size_t answers_pending(const struct answers *a);

#endif
