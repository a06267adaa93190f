/*
 * dnsworld: authorities without sockets, for tests of source/iterate.h: zones as lines of text,
 *served at addresses, and how each address behaves.  Time is a fake clock's; every answer takes
 *LATENCY_US.
 *
 *	zone test. at 192.0.2.1 2001:db8::1
 *	  test. NS ns.test.
 *	  ns.test. AAAA 2001:db8::1
 *	serve 192.0.2.1 silent
 *
 * A zone that stands there already goes on, where it is.
 *
 * Behaviours: silent; refuse (port unreachable); REFUSED, SERVFAIL, lame (answers without
 *authority, as if it knew nothing of the zone); no_tcp (TCP refused), silent_tcp; frag (answers
 *come in fragments); upward (refers to the root); cut (answers by UDP are truncated); denied (the
 *guard forbids it); once (the first question is not answered).  Names end with a dot.  DS records
 *show in referrals that were asked with DO.
 */
#ifndef TEST_DNSWORLD_H
#define TEST_DNSWORLD_H

#include "source/iterate.h"

enum { WORLD_LATENCY_US = 10000 };

struct dnsworld;

struct dnsworld *dnsworld_new(const char *text);
void dnsworld_free(struct dnsworld *w);
struct loop *dnsworld_loop(struct dnsworld *w);
/* For iterate_env.ask and cancel; ctx: the world. */
void dnsworld_ask(void *world, struct ask *q);
void dnsworld_cancel(void *world, struct ask *q);
/* Until nothing is under way, or so many turns have passed. */
void dnsworld_run(struct dnsworld *w, size_t turns);
/* From now on the address behaves so; "": well. */
void dnsworld_serve(struct dnsworld *w, const char *addr, const char *how);
void dnsworld_move(struct dnsworld *w, int64_t us);
size_t dnsworld_asked(const struct dnsworld *w);		      /* questions in all */
size_t dnsworld_asked_at(const struct dnsworld *w, const char *addr); /* at one address */
uint64_t dnsworld_random(void *ctx);				      /* the same at each run */

#endif
