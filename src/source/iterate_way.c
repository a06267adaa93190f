/*
 * iterate_way: where a walk stands, and its next step: into the closest zone that is known, to one of its servers, or
 * to wait for who asks for the same; see iterate_int.h.
 */
#include "source/iterate_zone_int.h"

#include <string.h>

static void enter_zone(struct walk *w, struct cut *zone)
{
	if (w->zone == zone)
		return;
	known_hold(&zone->known);
	walk_leave_zone(w);
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

static struct known_key key_of(const struct walk *w, const char *name)
{
	return name == w->name ? w->key : known_key_text(name);
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
	walk_let_child_go(w);
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
	server_end(s);
}

static void send(struct walk *w, const struct ns_addr *a, const char *host)
{
	struct iterate *it = w->it;

	w->server = server_at(it, a);
	server_begin(w->server);
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

void walk_go(struct walk *w)
{
	const struct ns_addr *a;
	const char *host = NULL;

	if (w->asking)
		return;
	walk_unwait(w);
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
		walk_let_child_go(w);
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
	walk_let_child_go(w);
	walk_set_name(w, name);
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
	walk_let_child_go(w);
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
