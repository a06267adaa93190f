/* iterate_walk: the life of a walk, and who waits for it; see iterate_int.h. */
#include "source/iterate_zone_int.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_B = 32 * 1024, SPARE_MAX = 4096 };

/* ---- who waits ---- */

void walk_unwait(struct walk *w)
{
	for (size_t i = 0; i < w->n_waits; i++) {
		struct wait *x = &w->waits[i];

		if (!x->at)
			continue;
		*x->at = x->next;
		if (x->next)
			x->next->at = x->at;
		x->at = NULL;
	}
	w->n_waits = 0;
}

void wake_all(struct wait **list)
{
	while (*list) {
		struct walk *w = (*list)->walk;

		walk_unwait(w);
		walk_soon(w);
	}
}

void walk_soon(struct walk *w)
{
	struct iterate *it = w->it;

	if (w->ready)
		return;
	w->ready = true;
	w->ready_next = NULL;
	*it->ready_end = w;
	it->ready_end = &w->ready_next;
	if (!it->timer.slot)
		loop_timer(it->env.loop, &it->timer, 0);
}

static void unready(struct walk *w)
{
	struct iterate *it = w->it;
	struct walk **link = &it->ready;

	if (!w->ready)
		return;
	while (*link != w)
		link = &(*link)->ready_next;
	*link = w->ready_next;
	if (!*link)
		it->ready_end = link;
	w->ready = false;
}

void walk_go_ready(struct iterate *it)
{
	it_look_at_clock(it);
	while (it->ready) {
		struct walk *w = it->ready;

		it->ready = w->ready_next;
		if (!it->ready)
			it->ready_end = &it->ready;
		w->ready = false;
		walk_go(w);
	}
}

/* ---- beginning and end ---- */

/* All but its lists is clear. */
static struct walk *take_spare(struct iterate *it)
{
	struct walk *w = it->free_walks;

	if (w) {
		it->free_walks = w->next;
		it->n_free_walks--;
	} else {
		w = malloc(sizeof(*w));
	}
	if (!w)
		abort();
	memset(w, 0, offsetof(struct walk, waits));
	w->final.n = w->final.n_chain = 0;
	w->final.loop = w->final.too_long = w->final.name_long = false;
	return w;
}

static void give_back(struct walk *w)
{
	struct iterate *it = w->it;

	if (it->n_free_walks == SPARE_MAX) {
		free(w);
		return;
	}
	it->n_free_walks++;
	w->next = it->free_walks;
	it->free_walks = w;
}

void walk_free_spare(struct iterate *it)
{
	while (it->free_walks) {
		struct walk *w = it->free_walks;

		it->free_walks = w->next;
		free(w);
	}
}

void walk_set_name(struct walk *w, const char *name)
{
	size_t len = strlen(name);

	if (len >= sizeof(w->own_name) || w->name)
		w->name = arena_strn(&w->names, name, len);
	else
		w->name = memcpy(w->own_name, name, len + 1);
	if (!w->name)
		return;
	w->key = known_key(w->name, len);
	known_expect(&w->it->cuts, w->key);
}

static struct budget *budget_new(void)
{
	struct budget *b = malloc(sizeof(*b));

	if (!b)
		abort();
	*b = (struct budget){0};
	return b;
}

struct walk *walk_new(struct iterate *it, enum walk_kind kind, const char *name, uint16_t qtype,
		      struct budget *b, unsigned depth)
{
	struct walk *w = take_spare(it);

	w->it = it;
	w->kind = kind;
	w->qtype = qtype;
	w->depth = depth;
	w->budget = b ? b : budget_new();
	w->budget->refs++;
	arena_init(&w->names, NAMES_B);
	walk_set_name(w, name);
	w->next = it->walks;
	w->at = &it->walks;
	if (w->next)
		w->next->at = &w->next;
	it->walks = w;
	return w;
}

void walk_let_child_go(struct walk *w)
{
	struct cut *c = w->child;

	if (!c)
		return;
	w->child = NULL;
	c->walk = NULL;
	wake_all(&w->child_waits);
	known_drop(&c->known);
}

void walk_leave_zone(struct walk *w)
{
	if (w->zone)
		known_drop(&w->zone->known);
	w->zone = NULL;
}

void walk_drop(struct walk *w)
{
	if (w->asking)
		w->it->env.cancel(w->it->env.ctx, &w->ask);
	if (w->server)
		server_end(w->server);
	walk_unwait(w);
	unready(w);
	if (w->zone_job)
		zone_drop(w);
	walk_let_child_go(w);
	walk_leave_zone(w);
	if (w->host) {
		*host_walk(w->host, w->family) = NULL;
		wake_all(&w->host_waits);
		known_drop(&w->host->known);
	}
	if (w->wanted)
		known_drop(&w->wanted->known);
	if (!--w->budget->refs)
		free(w->budget);
	*w->at = w->next;
	if (w->next)
		w->next->at = w->at;
	arena_done(&w->names);
	give_back(w);
}

/* What the end means for the addresses of a name server.  A CNAME is none (RFC 2181 section 10.3).
 */
static void note_addrs(struct walk *w, enum iterate_end end)
{
	struct addrs *own = host_own(w->host, w->family);
	struct addr list[L_DNS_NS_ADDRESSES + 1]; /* one more says that there are more */
	size_t n = end == ITERATE_ANSWER && !w->final.n_chain ? w->final.n : 0;
	bool told = end == ITERATE_ANSWER || end == ITERATE_LOOP || end == ITERATE_LONG;
	int64_t fail_us = INT64_C(1000000) << (own->looks < 8 ? own->looks : 8);

	if (told && w->zone) {
		free(w->host->zone);
		w->host->zone = strdup(w->zone->name);
	}
	n = n < L_DNS_NS_ADDRESSES ? n : L_DNS_NS_ADDRESSES + (n > L_DNS_NS_ADDRESSES);
	for (size_t i = 0; i < n; i++)
		list[i] = w->final.rr[i]->addr;
	own->looks = told ? 0 : (uint8_t)(own->looks + (own->looks < 255));
	addrs_set(own,
		  n			  ? ADDRS_HAS
		  : end == ITERATE_SILENT ? ADDRS_SILENT
		  : end == ITERATE_LIMIT  ? ADDRS_LIMIT
		  : !told		  ? ADDRS_FAIL
		  : w->final.n_chain ? ADDRS_CNAME
		  : w->answer.rcode	  ? ADDRS_NX
					  : ADDRS_NONE,
		  list, n, told ? ttl_until(w->it, w->final.ttl_s) : tick_in(w->it, fail_us));
}

static void tell(struct walk *w)
{
	struct iterate_question *q = w->question;

	if (!q)
		return;
	w->question = NULL;
	q->walk = NULL;
	q->done(q, &w->answer);
}

void walk_end(struct walk *w, enum iterate_end end, const char *why)
{
	bool has_chain = end == ITERATE_ANSWER || end == ITERATE_LOOP || end == ITERATE_LONG;

	w->answer.end = end;
	w->answer.why = why;
	w->answer.final = has_chain ? &w->final : NULL;
	w->answer.queries = w->queries;
	if (w->zone)
		w->answer.zone = w->zone->name;
	if (w->kind == WALK_NAME && w->question &&
	    (end == ITERATE_SERVFAIL || end == ITERATE_SILENT))
		failure_note(w->it, w->question->qname, w->qtype, end, why);
	if (w->kind == WALK_ADDRS)
		note_addrs(w, end);
	if (w->kind == WALK_CUT) {
		walk_let_child_go(w);
		w->cut_known(w->cut_ctx, w->wanted, &w->answer);
	}
	tell(w);
	walk_drop(w);
}
