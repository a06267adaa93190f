/*
 * iterate_zone: see iterate_zone.h.  The look at a zone is a walk that is woken whenever something that it waits
 * for has come, and then does what is still to do, from the top:
 *
 *	the cut ─> addresses of its servers ─> SOA of each address ─> NS over each family
 *	       ─> the same for servers that only the child names ─> TCP and large answers of each address
 */
#include "source/iterate_zone_int.h"

#include <stdlib.h>
#include <string.h>

enum { FACTS_US = 1800 * 1000000 };

/* ---- questions to the zone's servers ---- */

static enum says says_of(const struct ask_result *r, uint8_t looks)
{
	switch (r->end) {
	case ASK_SILENT: return looks ? SAYS_DEAD : SAYS_SILENT;
	case ASK_PORT: return SAYS_PORT;
	case ASK_UNREACHABLE: return SAYS_UNREACHABLE;
	case ASK_CLOSED: return SAYS_CLOSED;
	case ASK_MISMATCH: return SAYS_MALFORMED;
	case ASK_DENIED: return SAYS_DENIED;
	case ASK_FAULT: return SAYS_FAULT;
	case ASK_ANSWER: break;
	}
	return SAYS_OK;
}

/* Trouble that may pass.  "Unreachable" is silence with a reason: a router says so while our own network is in
 * trouble, too; a server that is being restarted closes connections, one that loads its zones says SERVFAIL. */
bool says_wants_again(enum says s)
{
	return s == SAYS_SILENT || s == SAYS_UNREACHABLE || s == SAYS_CLOSED || s == SAYS_SERVFAIL || s == SAYS_FAULT;
}

static bool wants(const struct walk *w, enum says s, uint8_t looks)
{
	return s == SAYS_UNASKED || (w->zone_job->again && says_wants_again(s) && looks < 2);
}

static enum says read_authority(struct walk *w, const struct zone_ask *z, const struct dns_message *m)
{
	struct zone_server *s = &w->facts->server[z->index];
	struct dns_final *f = &w->it->hand.final;

	if (m->rcode != DNS_NOERROR)
		return m->rcode == DNS_REFUSED	? SAYS_REFUSED
		       : m->rcode == DNS_SERVFAIL ? SAYS_SERVFAIL
						  : SAYS_LAME;
	dns_final(f, m, w->name, z->ask.qtype);
	if (!m->aa || f->n_chain || !f->n)
		return SAYS_LAME;
	if (z->what == ASKED_NS) {
		facts_take_ns(w, s->far->addr.family, f);
		return SAYS_OK;
	}
	s->has_serial = true;
	s->serial = f->rr[0]->soa->serial;
	return SAYS_OK;
}

static bool ns_asked(const struct zone_facts *f, int family)
{
	return family == 4 ? f->asked_v4 : f->asked_v6;
}

static void note_ns_asked(struct zone_facts *f, int family)
{
	f->asked_v4 |= family == 4;
	f->asked_v6 |= family == 6;
}

static void note(struct walk *w, struct zone_ask *z, const struct ask_result *r)
{
	struct zone_server *s = &w->facts->server[z->index];
	struct server *far = s->far;
	enum says says = says_of(r, z->what == ASKED_SOA   ? s->looks
				    : z->what == ASKED_TCP ? far->tcp_looks
							   : far->frag_looks);
	struct dns_message m;

	if (says == SAYS_OK && (z->what == ASKED_SOA || z->what == ASKED_NS))
		says = message_read(w->it, &m, r) ? read_authority(w, z, &m) : SAYS_MALFORMED;
	switch (z->what) {
	case ASKED_SOA:
		s->udp = (uint8_t)says;
		s->looks++;
		break;
	case ASKED_NS: note_ns_asked(w->facts, far->addr.family); break;
	case ASKED_TCP:
		far->tcp = (uint8_t)says;
		far->tcp_looks++;
		break;
	case ASKED_LARGE:
		far->frag = (uint8_t)(says == SAYS_OK && r->fragments ? SAYS_FRAGMENTS : says);
		far->frag_looks++;
		break;
	}
}

static struct server *far_of(const struct zone_ask *z)
{
	return z->walk->facts->server[z->index].far;
}

static void let_server_go(struct zone_ask *z)
{
	struct server *far = far_of(z);

	server_end(far);
	if (far->asker != z)
		return;
	far->asker = NULL;
	wake_all(&z->waits);
}

static void answered(struct ask *ask, const struct ask_result *r)
{
	struct zone_ask *z = (struct zone_ask *)((char *)ask - offsetof(struct zone_ask, ask));
	struct walk *w = z->walk;

	it_look_at_clock(w->it);
	note(w, z, r);
	let_server_go(z);
	z->walk = NULL;
	if (!--w->zone_job->n_pending)
		walk_soon(w);
}

static struct zone_ask *free_ask(struct walk *w)
{
	for (int i = 0; i < ZONE_ASKS_AT_ONCE; i++)
		if (!w->zone_job->asks[i].walk)
			return &w->zone_job->asks[i];
	return NULL;
}

/* NULL when there is no room now, or none for this zone. */
static struct zone_ask *ask_server(struct walk *w, size_t index, enum asked what)
{
	static const uint16_t types[] = {DNS_SOA, DNS_NS, DNS_SOA, DNS_DNSKEY};
	static const uint8_t flags[] = {0, 0, ASK_TCP, ASK_UDP | ASK_DO};
	const struct zone_server *s = &w->facts->server[index];
	struct zone_ask *z = free_ask(w);

	if (w->facts->n_asked >= L_DNS_QUERIES_PER_ZONE) {
		if (!w->facts->limit)
			limit_hit(LIMIT_DNS_QUERIES_PER_ZONE);
		w->facts->limit = true;
		return NULL;
	}
	if (!z)
		return NULL;
	w->facts->n_asked++;
	w->it->n_queries++;
	*z = (struct zone_ask){.walk = w, .what = what, .index = index};
	z->ask = (struct ask){.qname = w->name,
			      .host = w->zone_job->host[s->host]->name,
			      .qtype = types[what],
			      .flags = flags[what],
			      .server = s->far->addr,
			      .done = answered};
	server_begin(s->far);
	w->zone_job->n_pending++;
	w->it->env.ask(w->it->env.ctx, &z->ask);
	return z;
}

/* ---- what is still to do: each returns true when something is under way ---- */

/* Both families, whichever works here: what stands in the zone is asked over the other. */
static bool look_up_hosts(struct walk *w)
{
	bool any = false;

	for (size_t i = 0; i < w->zone_job->n_hosts; i++)
		for (int family = 4; family <= 6; family += 2) {
			struct ns_host *h = w->zone_job->host[i];
			struct addrs *own = host_own(h, family);
			bool failed = own->state == ADDRS_SILENT || own->state == ADDRS_FAIL;
			struct walk *runs = *host_walk(h, family);

			if (!runs && (own->state == ADDRS_UNKNOWN ||
				      (failed && own->looks < 2 && w->zone_job->again)))
				runs = host_look_now(w->it, h, family, w->zone_job->looks);
			if (runs)
				any |= walk_join(w, &runs->host_waits, runs);
		}
	return any;
}

static bool ask_soa(struct walk *w)
{
	for (size_t i = 0; i < w->facts->n_servers; i++) {
		const struct zone_server *s = &w->facts->server[i];

		if (wants(w, (enum says)s->udp, s->looks) && !ask_server(w, i, ASKED_SOA))
			break;
	}
	return w->zone_job->n_pending;
}

/* One server of each family that has authority says who the zone's servers are. */
static bool ask_ns(struct walk *w)
{
	for (int family = 4; family <= 6; family += 2)
		for (size_t i = 0; i < w->facts->n_servers && !ns_asked(w->facts, family); i++)
			if (w->facts->server[i].far->addr.family == family && w->facts->server[i].udp == SAYS_OK) {
				ask_server(w, i, ASKED_NS);
				break;
			}
	return w->zone_job->n_pending;
}

static bool wants_large(const struct walk *w, const struct server *far)
{
	return far->addr.family == 6 && w->facts->is_signed == 1 && wants(w, (enum says)far->frag, far->frag_looks);
}

/* How a server behaves is asked for whatever zone comes first, and known for all of them. */
static bool ask_behaviour(struct walk *w)
{
	bool waits = false;

	for (size_t i = 0; i < w->facts->n_servers; i++) {
		const struct zone_server *s = &w->facts->server[i];
		struct server *far = s->far;
		bool tcp = wants(w, (enum says)far->tcp, far->tcp_looks);

		if (s->udp != SAYS_OK || !(tcp || wants_large(w, far)))
			continue;
		if (!far->asker)
			far->asker = ask_server(w, i, tcp ? ASKED_TCP : ASKED_LARGE);
		else if (far->asker->walk != w)
			waits |= w->n_waits < WAITS_MAX && walk_join(w, &far->asker->waits, far->asker->walk);
	}
	return waits || w->zone_job->n_pending;
}

/* ---- from the top ---- */

/* What was not found out is not kept, unless somebody has asked for it again from inside. */
static void finish(struct walk *w, enum outcome outcome)
{
	struct cut *c = w->wanted;

	w->facts->outcome = (uint8_t)outcome;
	w->facts->until = outcome == OUTCOME_OK ? tick_in(w->it, FACTS_US) : 0;
	known_hold(&c->known);
	facts_tell(w);
	walk_drop(w);
	if (outcome != OUTCOME_OK && c->facts && !c->facts->walk)
		facts_free(c);
	known_drop(&c->known);
}

static enum outcome outcome_of(const struct iterate_answer *a)
{
	switch (a->end) {
	case ITERATE_SILENT: return OUTCOME_TIMEOUT;
	case ITERATE_LIMIT: return OUTCOME_LIMIT;
	case ITERATE_DENIED: return OUTCOME_DENIED;
	case ITERATE_FAULT: return OUTCOME_UNKNOWN;
	case ITERATE_ANSWER:
	case ITERATE_LOOP:
	case ITERATE_LONG: return a->rcode ? OUTCOME_ABSENT : OUTCOME_OK;
	case ITERATE_SERVFAIL: break;
	}
	return OUTCOME_SERVFAIL;
}

static void cut_known(void *ctx, struct cut *c, const struct iterate_answer *a)
{
	struct walk *w = ctx;

	w->zone_job->cut_walk = NULL;
	w->zone_job->cut_outcome = c->kind == CUT_UNKNOWN ? outcome_of(a) : OUTCOME_OK;
	walk_soon(w);
}

static struct zone_job *enter(struct iterate *it, struct cut *c, bool again);

static void put_question(struct zone_job *j, struct zone_question *q)
{
	q->next = j->questions;
	q->at = &j->questions;
	if (q->next)
		q->next->at = &q->next;
	j->questions = q;
}

/* The name stands in this zone: who asked for it waits for the look at the zone, which all its names share. */
static void hand_over(struct walk *w, struct cut *zone)
{
	struct zone_job *from = w->zone_job, *to = enter(w->it, zone, from->again);
	struct cut *name = w->wanted;
	struct zone_question *q;

	while ((q = from->questions) != NULL) {
		from->questions = q->next;
		put_question(to, q);
	}
	walk_drop(w);
	facts_free(name);
}

/* The zone that holds the name: 1 it is known, 0 it is asked for, -1 the look has ended. */
static int find_zone(struct walk *w)
{
	struct zone_job *j = w->zone_job;
	struct cut *c = cut_closest(w->it, w->key);
	struct cut *at = cut_get(w->it, w->key);

	if (j->cut_walk)
		return 0;
	if (at && at->kind == CUT_UNKNOWN)
		at = NULL;
	if (!at && !j->cut_asked) {
		j->cut_asked = true;
		j->cut_walk = walk_for_cut(w->it, w->name, cut_known, w);
		return 0;
	}
	if (!at && j->cut_outcome != OUTCOME_OK && j->cut_outcome != OUTCOME_ABSENT) {
		finish(w, j->cut_outcome);
		return -1;
	}
	if (c->kind == CUT_NX) /* a name that does not exist has a zone all the same, but for one that is sold */
		c = cut_zone_above(w->it, w->key);
	if (at && at->kind == CUT_NX && cut_is_suffix(c)) {
		finish(w, OUTCOME_ABSENT);
		return -1;
	}
	if (strcmp(c->name, w->name) != 0) {
		hand_over(w, c);
		return -1;
	}
	facts_of_cut(w, c);
	return 1;
}

void zone_go(struct walk *w)
{
	struct zone_job *j = w->zone_job;

	if (j->n_pending || (!w->facts->set && find_zone(w) != 1))
		return;
	if (look_up_hosts(w))
		return;
	facts_list_servers(w);
	if (ask_soa(w) || ask_ns(w))
		return;
	if (facts_add_child_hosts(w)) {
		walk_soon(w);
		return;
	}
	if (ask_behaviour(w))
		return;
	finish(w, OUTCOME_OK);
}

void zone_drop(struct walk *w)
{
	struct zone_job *j = w->zone_job;

	if (j->cut_walk)
		walk_drop(j->cut_walk);
	for (int i = 0; i < ZONE_ASKS_AT_ONCE; i++) {
		struct zone_ask *z = &j->asks[i];

		if (!z->walk)
			continue;
		w->it->env.cancel(w->it->env.ctx, &z->ask);
		let_server_go(z);
	}
	if (!--j->looks->refs)
		free(j->looks);
	if (w->facts)
		w->facts->walk = NULL;
	free(j);
}

/* ---- outside ---- */

static struct walk *begin(struct iterate *it, struct cut *c, bool again)
{
	struct walk *w = walk_new(it, WALK_ZONE, c->name, DNS_NS, NULL, 0);

	w->zone_job = known_alloc(1, sizeof(*w->zone_job));
	w->zone_job->looks = known_alloc(1, sizeof(*w->zone_job->looks));
	w->zone_job->looks->refs = 1;
	w->zone_job->looks->max = L_DNS_QUERIES_PER_ZONE;
	w->zone_job->again = again;
	w->wanted = c;
	known_hold(&c->known);
	w->facts = c->facts;
	facts_list_hosts(w);
	walk_soon(w);
	return w;
}

/* The look at this zone that is under way, or a new one. */
static struct zone_job *enter(struct iterate *it, struct cut *c, bool again)
{
	if (c->facts && c->facts->walk) {
		it->n_merged++;
		return c->facts->walk->zone_job;
	}
	if (c->facts && is_over(it, c->facts->until))
		facts_free(c);
	if (!c->facts)
		facts_new(c);
	c->facts->walk = begin(it, c, again);
	return c->facts->walk->zone_job;
}

void iterate_zone(struct iterate *it, struct zone_question *q)
{
	it_look_at_clock(it);
	put_question(enter(it, cut_at(it, known_key_text(q->name)), q->again), q);
}

void iterate_zone_cancel(struct iterate *it, struct zone_question *q)
{
	(void)it;
	if (!q->at)
		return;
	*q->at = q->next;
	if (q->next)
		q->next->at = q->at;
	q->at = NULL;
}
