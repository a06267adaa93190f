/*
 * iterate_target: which of a zone's servers is asked next, and how its address is found; see
 * iterate_int.h.
 *
 * An attacker's delegation may name servers anywhere, that lead to delegations that name others
 * (NXNS, NRDelegation), or each other (TsuNAME).  So few are looked up at once, few in all for one
 * name, not deep, and nobody waits for who waits for him.
 */
#include "source/iterate_int.h"

#include <string.h>

/* However long the line before one that answers, it is better than one that was silent to this walk, and that is
 * better than one that is parked: a zone may have no other. */
static const int64_t SILENCE_US = INT64_C(10000000000000), PARKED_US = INT64_C(1000000000000000);

enum {
	SPREAD_US = 40000,
	UNKNOWN_US = 20000, /* as good as any: else the first that answered would have all questions */
	SILENT_US = 300000, SILENT_MAX_US = 1500000,
	CIRCLE_STEPS = 64,
	SILENCES_MAX = 2
};

/* ---- the next server ---- */

static bool works(const struct iterate *it, int family)
{
	return family == 4 ? it->env.v4 : it->env.v6;
}

const struct addrs *host_addrs(const struct iterate *it, const struct ns_host *h, int family)
{
	const struct addrs *own = &h->own[family == 6], *glue = &h->glue[family == 6];

	if (own->state == ADDRS_HAS && !is_over(it, own->until))
		return own;
	return glue->state == ADDRS_HAS && !is_over(it, glue->until) ? glue : NULL;
}

static const struct tried *find_tried(const struct walk *w, const struct addr *a)
{
	for (size_t i = 0; i < w->n_tried; i++)
		if (!addr_cmp(&w->tried[i].addr, a))
			return &w->tried[i];
	return NULL;
}

static int64_t at_most(int64_t us, int64_t max_us)
{
	return us < max_us ? us : max_us;
}

/* The one that will have answered first, with some chance for those that are about as fast.  Whoever has a line
 * before him that our own pace keeps waiting is late: without that a zone of a million names would be asked of one
 * of its servers alone, at the rate that one may be asked.  -1: not to be asked. */
static int64_t score(struct walk *w, const struct ns_addr *a)
{
	const struct tried *t = find_tried(w, &a->addr);
	const struct server *s;
	int64_t us;

	if (t ? t->bad || t->silences >= SILENCES_MAX : w->n_tried == TRIED_MAX)
		return -1;
	s = server_get(w->it, a);
	us = s && s->srtt_us ? s->srtt_us : UNKNOWN_US;
	if (s)
		us += s->n_asks * w->it->env.ns_gap_us + at_most(s->silent_run * (int64_t)SILENT_US, SILENT_MAX_US);
	if (s && s->parked_until_us > it_now(w->it))
		us += PARKED_US;
	us += (int64_t)(w->it->env.random(w->it->env.random_ctx) % SPREAD_US);
	return us + (t ? t->silences : 0) * SILENCE_US;
}

const struct ns_addr *walk_pick(struct walk *w, const char **host)
{
	const struct ns_set *set = w->zone->set;
	const struct ns_addr *best = NULL;
	int64_t best_us = INT64_MAX;

	for (int i = 0; set && i < set->n; i++)
		for (int family = 4; family <= 6; family += 2) {
			const struct addrs *a = host_addrs(w->it, set->host[i], family);

			for (int k = 0; a && k < a->n && works(w->it, family); k++) {
				int64_t us = score(w, &a->list[k]);

				if (us < 0 || us >= best_us)
					continue;
				best = &a->list[k];
				*host = set->host[i]->name;
				best_us = us;
			}
		}
	return best;
}

/* ---- circles ---- */

/* Does a way lead from one to the other over what each waits for?  What is too long to follow
 * counts as one. */
static bool leads_to(const struct walk *from, const struct walk *to, unsigned mark, unsigned *steps)
{
	struct walk *w = (struct walk *)from;

	if (w == to || ++*steps > CIRCLE_STEPS)
		return true;
	if (w->mark == mark)
		return false;
	w->mark = mark;
	for (size_t i = 0; i < w->n_waits; i++)
		if (w->waits[i].at && leads_to(w->waits[i].on, to, mark, steps))
			return true;
	return false;
}

bool walk_join(struct walk *w, struct wait **list, const struct walk *other)
{
	struct wait *x;
	unsigned steps = 0;

	if (w->n_waits == WAITS_MAX || leads_to(other, w, ++w->it->mark, &steps))
		return false;
	w->it->n_merged++;
	x = &w->waits[w->n_waits++];
	*x = (struct wait){.walk = w, .on = other, .at = list, .next = *list};
	if (x->next)
		x->next->at = &x->next;
	*list = x;
	return true;
}

/* ---- the addresses of name servers ---- */

static bool may_look(const struct iterate *it, const struct addrs *own)
{
	return own->state == ADDRS_UNKNOWN || is_over(it, own->until);
}

struct walk *host_look_now(struct iterate *it, struct ns_host *h, int family, struct budget *b)
{
	struct walk *w = walk_new(it, WALK_ADDRS, h->name, family == 4 ? DNS_A : DNS_AAAA, b, 0);

	w->host = h;
	known_hold(&h->known);
	w->family = family;
	*host_walk(h, family) = w;
	walk_soon(w);
	return w;
}

struct walk *host_look(struct iterate *it, struct ns_host *h, int family, struct budget *b, unsigned depth)
{
	struct walk *runs = *host_walk(h, family);

	if (runs || !may_look(it, host_own(h, family)))
		return runs;
	runs = host_look_now(it, h, family, b);
	runs->depth = depth;
	return runs;
}

/* Both families that work, as one target; how many waits came of it. */
static size_t look_up(struct walk *w, struct ns_host *h)
{
	size_t n = 0;
	bool began = false;

	for (int family = 4; family <= 6; family += 2) {
		struct addrs *own = host_own(h, family);
		struct walk *runs = *host_walk(h, family);

		if (!works(w->it, family))
			continue;
		if (!runs && may_look(w->it, own)) {
			runs = host_look(w->it, h, family, w->budget, w->depth + 1);
			w->budget->targets += !began;
			began = true;
		}
		n += runs && walk_join(w, &runs->host_waits, runs);
	}
	return n;
}

static bool within_budget(const struct walk *w)
{
	if (w->depth >= L_DNS_DEPTH) {
		limit_hit(LIMIT_DNS_DEPTH);
		return false;
	}
	if (w->budget->targets >= L_DNS_TARGETS_PER_NAME) {
		limit_hit(LIMIT_DNS_TARGETS_PER_NAME);
		return false;
	}
	return true;
}

/* One whose address is known was asked, or is not to be. */
static bool has_address(const struct walk *w, const struct ns_host *h)
{
	return (works(w->it, 4) && host_addrs(w->it, h, 4)) || (works(w->it, 6) && host_addrs(w->it, h, 6));
}

bool walk_wait_targets(struct walk *w)
{
	const struct ns_set *set = w->zone->set;
	size_t n_hosts = 0, n = 0;

	for (int i = 0; set && i < set->n && n_hosts < L_DNS_TARGETS_AT_ONCE; i++) {
		struct ns_host *h = set->host[i];
		bool runs = h->walk[0] || h->walk[1];
		size_t more;

		if (dns_name_within(h->name, w->zone->name) || has_address(w, h))
			continue; /* only its own servers could tell */
		if (!runs && !within_budget(w))
			continue;
		more = look_up(w, h);
		n += more;
		n_hosts += more > 0;
	}
	return n > 0;
}
