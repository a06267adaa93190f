/* iterate_walk: the life of a walk; see iterate_int.h. */
#include "source/iterate_zone_int.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_B = 32 * 1024, SPARE_MAX = 4096 };

/* ---- who waits ---- */

static void unwait(struct walk *w)
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

		unwait(w);
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

static void go(struct walk *w);

void walk_go_ready(struct iterate *it)
{
	it_look_at_clock(it);
	while (it->ready) {
		struct walk *w = it->ready;

		it->ready = w->ready_next;
		if (!it->ready)
			it->ready_end = &it->ready;
		w->ready = false;
		go(w);
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

/* From now on it asks for this name: what is known of that will be looked for. */
static void set_name(struct walk *w, const char *name)
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

static struct known_key key_of(const struct walk *w, const char *name)
{
	return name == w->name ? w->key : known_key_text(name);
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
	set_name(w, name);
	w->next = it->walks;
	w->at = &it->walks;
	if (w->next)
		w->next->at = &w->next;
	it->walks = w;
	return w;
}

/* Nobody asks for the cut any more: who waited looks again, and may ask himself. */
static void let_child_go(struct walk *w)
{
	struct cut *c = w->child;

	if (!c)
		return;
	w->child = NULL;
	c->walk = NULL;
	wake_all(&w->child_waits);
	known_drop(&c->known);
}

static void leave_zone(struct walk *w)
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
		known_drop(&w->server->known);
	unwait(w);
	unready(w);
	if (w->zone_job)
		zone_drop(w);
	let_child_go(w);
	leave_zone(w);
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
		let_child_go(w);
		w->cut_known(w->cut_ctx, w->wanted, &w->answer);
	}
	tell(w);
	walk_drop(w);
}

/* ---- the way ---- */

static void enter_zone(struct walk *w, struct cut *zone)
{
	if (w->zone == zone)
		return;
	known_hold(&zone->known);
	leave_zone(w);
	w->zone = zone;
	w->n_tried = 0;
	w->denied = w->silent = w->bad = false;
}

static void say_nxdomain(struct walk *w)
{
	w->final.name = w->name;
	w->final.n = 0;
	w->answer.rcode = DNS_NXDOMAIN;
	walk_end(w, ITERATE_ANSWER, NULL);
}

/* Is the walk in the zone of just its name?  There is none that is closer. */
static bool has_arrived(const struct walk *w)
{
	return w->zone && w->zone->known.key_len == w->key.len && cut_now(w->it, w->zone)->kind == CUT_ZONE &&
	       !strcmp(w->zone->name, w->name);
}

/* Enters the closest zone that is known; false when the walk has ended. */
static bool locate(struct walk *w)
{
	struct cut *c;

	if (w->wanted && cut_now(w->it, w->wanted)->kind != CUT_UNKNOWN) {
		walk_end(w, ITERATE_ANSWER, NULL);
		return false;
	}
	if (has_arrived(w))
		return true;
	c = cut_closest(w->it, w->key);
	if (c->kind == CUT_NX) {
		say_nxdomain(w);
		return false;
	}
	enter_zone(w, c);
	return true;
}

/* name, cut to one label more than what stands below. */
static const char *one_more(const char *name, const char *below)
{
	const char *at = name + strlen(name) - (strcmp(below, ".") ? strlen(below) + 1 : 0);

	while (at > name && at[-1] != '.')
		at--;
	return at;
}

/* The cut that is to be asked for, or NULL: the question itself is asked. */
static struct cut *cut_to_ask(const struct walk *w)
{
	const char *child = w->zone->name;

	if (w->deeper && strcmp(w->deeper, w->zone->name) != 0 && dns_name_within(w->deeper, w->zone->name)) {
		struct cut *c = cut_at(w->it, known_key_text(w->deeper));

		if (c->kind == CUT_UNKNOWN)
			return c;
	}
	if (!w->wanted && !strcmp(child, w->name)) /* for most the way ends here */
		return NULL;
	if (!cut_is_suffix(w->zone))
		return w->wanted;
	while (strcmp(child, w->name) != 0) {
		struct cut *c;

		child = one_more(w->name, child);
		c = cut_at(w->it, key_of(w, child));
		if (c->kind != CUT_INSIDE)
			return c;
	}
	return NULL;
}

/* Claims the cut that is to be asked for; false when another walk asks for it, and this one waits.
 */
static bool claim_child(struct walk *w)
{
	struct cut *c = cut_to_ask(w);

	if (!c || c == w->child)
		return true;
	if (c->walk && c->walk != w) {
		if (walk_join(w, &c->walk->child_waits, c->walk))
			return false;
		return true; /* in circles: it asks its own question */
	}
	let_child_go(w);
	known_hold(&c->known);
	w->child = c;
	c->walk = w;
	return true;
}

static bool is_spent(struct walk *w)
{
	const char *why = NULL;

	if (w->budget->queries >= (w->budget->max ? w->budget->max : L_DNS_QUERIES_PER_NAME)) {
		limit_hit(w->budget->max ? LIMIT_DNS_QUERIES_PER_ZONE : LIMIT_DNS_QUERIES_PER_NAME);
		why = "queries";
	} else if (w->budget->spent_us >= (int64_t)L_DNS_WALL_MS * 1000) {
		limit_hit(LIMIT_DNS_WALL_MS);
		why = "time";
	}
	if (why)
		walk_end(w, ITERATE_LIMIT, why);
	return why;
}

static struct tried *tried_of(struct walk *w, const struct addr *a)
{
	for (size_t i = 0; i < w->n_tried; i++)
		if (!addr_cmp(&w->tried[i].addr, a))
			return &w->tried[i];
	if (w->n_tried == TRIED_MAX)
		return NULL;
	w->tried[w->n_tried] = (struct tried){.addr = *a};
	return &w->tried[w->n_tried++];
}

static void answered(struct ask *ask, const struct ask_result *r)
{
	struct walk *w = (struct walk *)((char *)ask - offsetof(struct walk, ask));
	struct server *s = w->server;

	it_look_at_clock(w->it);
	w->asking = false;
	w->server = NULL;
	w->answer.server = s->addr;
	w->answer.rtt_us = r->rtt_us;
	w->answer.tcp = r->tcp;
	if (r->end == ASK_ANSWER) {
		server_answered(s, r->rtt_us);
		w->budget->spent_us += r->rtt_us;
	} else if (r->end == ASK_SILENT) {
		struct tried *t = tried_of(w, &s->addr);

		server_was_silent(w->it, s);
		w->budget->spent_us += (int64_t)ask->wait_ms * 1000;
		if (t)
			t->silences++;
		w->silent = true;
	}
	walk_reply(w, r);
	/* the walk may be gone */
	known_drop(&s->known);
}

static void send(struct walk *w, const struct ns_addr *a, const char *host)
{
	struct iterate *it = w->it;

	w->server = server_at(it, a);
	known_hold(&w->server->known);
	w->ask = (struct ask){.qname = w->child ? w->child->name : w->name,
			      .qtype = w->child ? DNS_NS : w->qtype,
			      .host = host,
			      .flags = w->child ? ASK_DO : 0,
			      .server = w->server->addr,
			      .tries = 1,
			      .wait_ms = server_wait_ms(w->server),
			      .done = answered};
	w->asking = true;
	w->queries++;
	w->budget->queries++;
	it->n_queries++;
	it->env.ask(it->env.ctx, &w->ask);
}

static void give_up(struct walk *w)
{
	if (w->bad)
		walk_end(w, ITERATE_SERVFAIL, w->why);
	else if (w->silent)
		walk_end(w, ITERATE_SILENT, NULL);
	else if (w->denied)
		walk_end(w, ITERATE_DENIED, w->why);
	else
		walk_end(w, ITERATE_SERVFAIL, w->why ? w->why : "no_address");
}

static void go(struct walk *w)
{
	const struct ns_addr *a;
	const char *host = NULL;

	if (w->asking)
		return;
	unwait(w);
	if (w->kind == WALK_ZONE) {
		zone_go(w);
		return;
	}
	if (!w->name || arena_full(&w->names)) {
		walk_end(w, ITERATE_LIMIT, "memory");
		return;
	}
	if (w->kind == WALK_NAME && !w->queries && w->question) {
		const struct failure *f = failure_of(w->it, w->name, w->qtype);

		if (f) {
			w->why = f->why[0] ? arena_str(&w->names, f->why) : NULL;
			walk_end(w, f->end, w->why);
			return;
		}
	}
	if (!locate(w))
		return;
	if (w->child && !dns_name_within(w->name, w->child->name))
		let_child_go(w);
	if (!claim_child(w) || is_spent(w))
		return;
	a = walk_pick(w, &host);
	if (a)
		send(w, a, host);
	else if (!walk_wait_targets(w))
		give_up(w);
}

void walk_restart(struct walk *w, const char *name)
{
	let_child_go(w);
	set_name(w, name);
	walk_soon(w);
}

void walk_refuse_server(struct walk *w, const char *why)
{
	struct tried *t = tried_of(w, &w->answer.server);

	if (t)
		t->bad = true;
	w->bad = true;
	w->why = why;
	walk_soon(w);
}

void walk_deny_server(struct walk *w, const char *why)
{
	struct tried *t = tried_of(w, &w->answer.server);

	if (t)
		t->bad = true;
	w->denied = true;
	w->why = arena_str(&w->names, why);
	walk_soon(w);
}

/* What was asked has become known, or not: the walk looks where it stands. */
void walk_learnt(struct walk *w)
{
	let_child_go(w);
	walk_soon(w);
}

void walk_learnt_zone(struct walk *w, struct cut *zone)
{
	walk_learnt(w);
	enter_zone(w, zone);
}

struct walk *walk_for_cut(struct iterate *it, const char *name,
			  void (*known)(void *ctx, struct cut *c, const struct iterate_answer *a),
			  void *ctx)
{
	struct walk *w = walk_new(it, WALK_CUT, name, DNS_NS, NULL, 0);

	w->wanted = cut_at(it, w->key);
	known_hold(&w->wanted->known);
	w->cut_known = known;
	w->cut_ctx = ctx;
	walk_soon(w);
	return w;
}
