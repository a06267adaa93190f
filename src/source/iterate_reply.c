/*
 * iterate_reply: what an answer of a name server means on the way; see iterate_int.h.
 *
 * A server speaks for its zone alone: records of other names are not believed, and where a chain of
 * CNAMEs leaves the zone the walk goes on at the name that it leads to.  A referral counts only
 * when it leads down towards the name, so that each one brings the walk nearer.  Whoever answers
 * without authority, or refers upwards, is of no use for the zone (lame).
 */
#include "source/iterate_int.h"

#include <stdlib.h>
#include <string.h>

/* ---- referrals ---- */

/* The name at which the NS records of this section stand, if they lead from the zone down towards
 * name. */
static const char *owner_of_cut(const struct walk *w, const struct dns_message *m,
				enum dns_section section, const char *name)
{
	for (size_t i = 0; i < m->n_rr; i++) {
		const struct dns_rr *rr = &m->rr[i];

		if (rr->type == DNS_NS && rr->section == section &&
		    dns_name_within(name, rr->name) && dns_name_within(rr->name, w->zone->name) &&
		    strcmp(rr->name, w->zone->name))
			return rr->name;
	}
	return NULL;
}

/* The host of this name; -1: none.  Where the message points to the name of an NS record it is that very text. */
static int host_of(const struct ns_set *set, const char *const *names, const char *name)
{
	for (int i = 0; i < set->n; i++)
		if (names[i] == name)
			return i;
	for (int i = 0; i < set->n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* The addresses that come with a delegation to these servers. */
static void find_glue(struct at_hand *hand, const struct ns_set *set, const struct dns_message *m)
{
	hand->n_glue = 0;
	for (size_t k = 0; k < m->n_rr; k++) {
		const struct dns_rr *rr = &m->rr[k];
		bool is_glue = rr->section == DNS_ADDITIONAL && (rr->type == DNS_A || rr->type == DNS_AAAA);
		int host = is_glue ? host_of(set, hand->names, rr->name) : -1;

		if (host < 0)
			continue;
		hand->glue[hand->n_glue].rr = rr;
		hand->glue[hand->n_glue++].host = host;
	}
}

/* What the zone may say of a server's addresses, for asking it. */
static void keep_glue(const struct iterate *it, int host, struct ns_host *h)
{
	const struct at_hand *hand = &it->hand;

	for (int family = 4; family <= 6; family += 2) {
		struct addr list[L_DNS_NS_ADDRESSES];
		size_t n = 0;
		uint32_t ttl_s = UINT32_MAX;

		for (size_t i = 0; i < hand->n_glue && n < L_DNS_NS_ADDRESSES; i++) {
			const struct dns_rr *rr = hand->glue[i].rr;

			if (hand->glue[i].host != host || rr->addr.family != family)
				continue;
			list[n++] = rr->addr;
			ttl_s = rr->ttl_s < ttl_s ? rr->ttl_s : ttl_s;
		}
		if (n)
			addrs_set(&h->glue[family == 6], ADDRS_HAS, list, n, ttl_until(it, ttl_s));
	}
}

/* The glue is part of what the delegation says, as far as the parent may say it. */
static void learn_glue(struct iterate *it, struct cut *c)
{
	struct at_hand *hand = &it->hand;
	size_t n = 0;

	for (int i = 0; i < c->set->n; i++) {
		if (!dns_name_within(c->set->host[i]->name, cut_parent(c)))
			continue;
		keep_glue(it, i, c->set->host[i]);
		for (size_t k = 0; k < hand->n_glue && n < sizeof(hand->kept) / sizeof(*hand->kept); k++)
			if (hand->glue[k].host == i)
				hand->kept[n++] = (struct cut_glue){.host = (uint8_t)i, .addr = hand->glue[k].rr->addr};
	}
	c->glue = glue_of(c->set, hand->kept, n);
}

static size_t names_of_servers(const struct dns_message *m, enum dns_section section,
			       const char *owner, const char *names[static L_DNS_RR_KEPT],
			       uint32_t *ttl_s)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_rr; i++) {
		const struct dns_rr *rr = &m->rr[i];

		if (rr->type != DNS_NS || rr->section != section || (rr->name != owner && strcmp(rr->name, owner) != 0))
			continue;
		names[n++] = rr->target;
		*ttl_s = rr->ttl_s < *ttl_s ? rr->ttl_s : *ttl_s;
	}
	if (n <= L_DNS_NS_KEPT)
		return n;
	limit_hit(LIMIT_DNS_NS_KEPT);
	return L_DNS_NS_KEPT;
}

/* Without the glue of its own servers a delegation leads nowhere: it lasts no longer than that. */
static uint32_t least_ttl_s(const struct cut *c, const struct at_hand *hand, uint32_t ttl_s)
{
	for (size_t k = 0; k < hand->n_glue; k++) {
		uint32_t own_s = hand->glue[k].rr->ttl_s;

		if (own_s < ttl_s && dns_name_within(c->set->host[hand->glue[k].host]->name, c->name))
			ttl_s = own_s;
	}
	return ttl_s;
}

static uint16_t parent_at(const char *name, const char *parent)
{
	return (uint16_t)(strlen(name) - (strcmp(parent, ".") != 0 ? strlen(parent) : 0));
}

static void learn_cut(struct walk *w, const struct dns_message *m, enum dns_section section,
		      const char *owner)
{
	struct at_hand *hand = &w->it->hand;
	uint32_t ttl_s = UINT32_MAX;
	size_t n = names_of_servers(m, section, owner, hand->names, &ttl_s);
	bool asked = w->child && !strcmp(owner, w->child->name);
	struct cut *c = asked ? w->child : cut_at(w->it, known_key_text(owner));

	known_hold(&c->known);
	cut_forget(c);
	c->set = set_of(w->it, hand->names, n);
	c->kind = CUT_ZONE;
	c->from_child = section == DNS_ANSWER;
	c->is_signed = w->child && !c->from_child ? m->ds : -1; /* only then the parent was asked for it */
	c->parent_at = parent_at(c->name, w->zone->name);
	find_glue(hand, c->set, m);
	c->until = ttl_until(w->it, least_ttl_s(c, hand, ttl_s));
	learn_glue(w->it, c);
	walk_learnt_zone(w, c);
	known_drop(&c->known);
}

/* ---- there is no such cut, or no such name ---- */

static const struct dns_rr *soa_of(const struct dns_message *m, const char *zone)
{
	for (size_t i = 0; i < m->n_rr; i++)
		if (m->rr[i].type == DNS_SOA && m->rr[i].section == DNS_AUTHORITY &&
		    dns_name_within(m->rr[i].name, zone))
			return &m->rr[i];
	return NULL;
}

/* RFC 2308 section 5: as long as the SOA says, or not long. */
static uint32_t negative_ttl_s(const struct dns_message *m, const char *zone)
{
	const struct dns_rr *soa = soa_of(m, zone);

	if (!soa)
		return 0;
	return soa->ttl_s < soa->soa->minimum_s ? soa->ttl_s : soa->soa->minimum_s;
}

/* Servers that have a zone and one below it answer from the one below, and no referral tells of it. */
static bool is_from_deeper(struct walk *w, const struct dns_message *m)
{
	const struct dns_rr *soa = soa_of(m, w->zone->name);

	if (!soa || w->deeper || !strcmp(soa->name, w->zone->name) || !dns_name_within(w->child->name, soa->name))
		return false;
	w->deeper = arena_str(&w->names, soa->name);
	return true;
}

static void learn_none(struct walk *w, const struct dns_message *m, enum cut_kind kind)
{
	struct cut *c = w->child;

	cut_forget(c);
	c->kind = (uint8_t)kind;
	c->until = ttl_until(w->it, negative_ttl_s(m, w->zone->name));
	walk_learnt(w);
}

/* The question was for the next label alone. */
static void read_about_cut(struct walk *w, const struct dns_message *m)
{
	const char *owner = owner_of_cut(w, m, DNS_ANSWER, w->child->name);

	if (m->aa && owner) {
		learn_cut(w, m, DNS_ANSWER, owner);
		return;
	}
	owner = owner_of_cut(w, m, DNS_AUTHORITY, w->child->name);
	if (owner)
		learn_cut(w, m, DNS_AUTHORITY, owner);
	else if (!m->aa)
		walk_refuse_server(w, "lame");
	else if (is_from_deeper(w, m))
		walk_learnt(w); /* nothing of the name itself: it is asked for again, there */
	else
		learn_none(w, m, m->rcode == DNS_NXDOMAIN ? CUT_NX : CUT_INSIDE);
}

/* ---- answers ---- */

static bool seen_before(const struct walk *w, const char *name)
{
	if (!strcmp(w->kind == WALK_NAME && w->question ? w->question->qname : w->name, name))
		return true;
	for (size_t i = 0; i < w->final.n_chain; i++)
		if (!strcmp(w->final.chain[i], name))
			return true;
	return false;
}

/* Adds to the chain of the whole walk: false when it has ended by that. */
static bool add_link(struct walk *w, const char *name)
{
	bool loop = seen_before(w, name);

	if (!loop && w->final.n_chain == L_DNS_CNAME_CHAIN) {
		limit_hit(LIMIT_DNS_CNAME_CHAIN);
		w->final.too_long = true;
		walk_end(w, ITERATE_LONG, "cname_long");
		return false;
	}
	if (w->final.n_chain < L_DNS_CNAME_CHAIN)
		w->final.chain[w->final.n_chain++] = arena_str(&w->names, name);
	if (!loop)
		return true;
	w->final.loop = true;
	walk_end(w, ITERATE_LOOP, "cname_loop");
	return false;
}

/* How many links of the message's chain the zone may tell: those whose owners are in it. */
static size_t links_told(const struct walk *w, const struct dns_final *f)
{
	size_t n = 0;

	while (n < f->n_chain && (!n || dns_name_within(f->chain[n - 1], w->zone->name)))
		n++;
	return n;
}

static void take_records(struct walk *w, const struct dns_final *f, uint16_t rcode)
{
	uint32_t ttl_s = w->final.n_chain && w->final.ttl_s < f->ttl_s ? w->final.ttl_s : f->ttl_s;

	memcpy(w->final.rr, f->rr, f->n * sizeof(*f->rr));
	w->final.n = f->n;
	w->final.name = f->name;
	w->final.ttl_s = ttl_s;
	w->answer.rcode = rcode;
	walk_end(w, ITERATE_ANSWER, NULL);
}

static void read_answer(struct walk *w, const struct dns_message *m)
{
	struct dns_final *f = &w->it->hand.final;
	size_t told;

	dns_final(f, m, w->name, w->qtype);
	if (f->name_long) {
		walk_end(w, ITERATE_LONG, "dname_long");
		return;
	}
	told = links_told(w, f);
	for (size_t i = 0; i < told; i++)
		if (!add_link(w, f->chain[i]))
			return;
	if (!f->n_chain) {
		f->ttl_s = f->n ? f->ttl_s : negative_ttl_s(m, w->zone->name);
		take_records(w, f, m->rcode);
		return;
	}
	if (f->n && told == f->n_chain && dns_name_within(f->name, w->zone->name)) {
		take_records(w, f, m->rcode);
		return;
	}
	w->final.ttl_s = f->ttl_s;
	walk_restart(w, f->chain[told - 1]);
}

static bool has_answer(const struct dns_message *m)
{
	for (size_t i = 0; i < m->n_rr; i++)
		if (m->rr[i].section == DNS_ANSWER)
			return true;
	return false;
}

static void read_message(struct walk *w, const struct dns_message *m)
{
	const char *owner;

	if (m->rcode != DNS_NOERROR && m->rcode != DNS_NXDOMAIN) {
		walk_refuse_server(w, m->rcode == DNS_SERVFAIL	? "servfail"
				      : m->rcode == DNS_REFUSED ? "refused"
								: "rcode");
		return;
	}
	if (w->child) {
		read_about_cut(w, m);
		return;
	}
	owner = owner_of_cut(w, m, DNS_AUTHORITY, w->name);
	if (owner && (!m->aa || (!soa_of(m, w->zone->name) && !has_answer(m))))
		learn_cut(w, m, DNS_AUTHORITY, owner);
	else if (!m->aa)
		walk_refuse_server(w, "lame");
	else
		read_answer(w, m);
}

bool message_read(struct iterate *it, struct dns_message *m, const struct ask_result *r)
{
	arena_clear(&it->hand.scratch);
	return dns_parse(m, r->data, r->len, &it->hand.scratch);
}

void walk_reply(struct walk *w, const struct ask_result *r)
{
	static const char *const words[] = {[ASK_PORT] = "port",
					    [ASK_UNREACHABLE] = "unreachable",
					    [ASK_CLOSED] = "closed",
					    [ASK_MISMATCH] = "mismatch"};
	struct dns_message m;

	if (r->end == ASK_SILENT) {
		walk_soon(w);
	} else if (r->end == ASK_DENIED) {
		walk_deny_server(w, r->why);
	} else if (r->end == ASK_FAULT) {
		walk_end(w, ITERATE_FAULT, NULL);
	} else if (r->end != ASK_ANSWER) {
		walk_refuse_server(w, words[r->end]);
	} else if (!message_read(w->it, &m, r)) {
		walk_refuse_server(w, "malformed");
	} else {
		read_message(w, &m);
	}
}
