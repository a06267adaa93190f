/*
 * iterate_cache: what the engine knows; see iterate_int.h.  Tables of a bounded number of entries:
 * when one is full, the entries that were not used for the longest time go, unless somebody holds
 * them; when that is another table, it has to let go of its own oldest first.
 */
#include "source/iterate_zone_int.h"

#include "base/map.h"

#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TTL_MIN_S = 30, TTL_MAX_S = 86400, PARK_AFTER = 5, PARK_US = 10000000 };
enum {
	FAIL_FIRST_US = 1000000,
	FAIL_MAX_US = 300000000,
	WAIT_UNKNOWN_MS = 1000,
	WAIT_MIN_MS = 300,
	WAIT_MAX_MS = 3000
};

static void *cleared(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (p)
		return p;
	fprintf(stderr, "sextant: out of memory (%zu bytes asked)\n", n * size);
	abort();
}

/* ---- tables ---- */

void known_init(struct known_table *t, size_t size_b, size_t max, void (*done)(struct known *),
		size_t *memory_b)
{
	*t = (struct known_table){
		.max = max, .full_n = max, .size_b = size_b, .done = done, .memory_b = memory_b};
	t->n_slots = 64;
	t->slots = cleared(t->n_slots, sizeof(*t->slots));
}

static void forget(struct known_table *t, struct known **link)
{
	struct known *k = *link;

	*link = k->next;
	t->n--;
	*t->memory_b -= t->size_b + k->key_len + 1;
	if (t->done)
		t->done(k);
	free(k->key);
	free(k);
}

void known_done(struct known_table *t)
{
	for (size_t i = 0; i < t->n_slots; i++)
		while (t->slots[i])
			forget(t, &t->slots[i]);
	free(t->slots);
}

static void grow(struct known_table *t)
{
	size_t n_slots = t->n_slots * 2;
	struct known **slots = cleared(n_slots, sizeof(*slots));

	for (size_t i = 0; i < t->n_slots; i++)
		while (t->slots[i]) {
			struct known *k = t->slots[i], **to = &slots[k->hash & (n_slots - 1)];

			t->slots[i] = k->next;
			k->next = *to;
			*to = k;
		}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
}

/* Everything that nobody holds and that was not used for so long. */
static void forget_older(struct known_table *t, int64_t than_us)
{
	for (size_t i = 0; i < t->n_slots; i++)
		for (struct known **link = &t->slots[i]; *link;)
			if (!(*link)->refs && (*link)->used_us <= than_us)
				forget(t, link);
			else
				link = &(*link)->next;
}

/* At most a dozen walks over the table. */
static void shrink(struct known_table *t, size_t to, int64_t now_us)
{
	int64_t age_us = INT64_C(3600) * 1000000;

	for (; t->n > to && age_us; age_us /= 2)
		forget_older(t, now_us - age_us);
	if (t->n > to)
		forget_older(t, now_us);
}

/* Those who hold its entries let half of their own go, and so on upwards. */
static void relieve(struct known_table *t, int64_t now_us)
{
	for (int i = 0; i < 2 && t->holders[i]; i++) {
		relieve(t->holders[i], now_us);
		shrink(t->holders[i], t->holders[i]->n / 2, now_us);
	}
}

/* For a quarter of it; when work under way holds all, it is tried again after some more have come. */
static void make_room(struct known_table *t, int64_t now_us)
{
	size_t to = t->max / 4 * 3;

	shrink(t, to, now_us);
	if (t->n > to) {
		relieve(t, now_us);
		shrink(t, to, now_us);
	}
	t->full_n = t->n > to ? t->n + t->max / 16 + 1 : t->max;
}

static struct known **slot_of(const struct known_table *t, uint64_t hash, const void *key,
			      size_t len)
{
	struct known **link = &t->slots[hash & (t->n_slots - 1)];

	while (*link &&
	       ((*link)->hash != hash || (*link)->key_len != len || memcmp((*link)->key, key, len)))
		link = &(*link)->next;
	return link;
}

void *known_get(struct known_table *t, const void *key, size_t len)
{
	return *slot_of(t, hash_bytes(key, len), key, len);
}

void *known_at(struct known_table *t, const void *key, size_t len, int64_t now_us)
{
	uint64_t hash = hash_bytes(key, len);
	struct known *k = *slot_of(t, hash, key, len), **to;

	if (!k) {
		if (t->n >= t->full_n)
			make_room(t, now_us);
		if (t->n >= t->n_slots)
			grow(t);
		k = cleared(1, t->size_b);
		k->hash = hash;
		k->key = cleared(1, len + 1);
		memcpy(k->key, key, len);
		k->key_len = (uint32_t)len;
		to = &t->slots[hash & (t->n_slots - 1)];
		k->next = *to;
		*to = k;
		t->n++;
		*t->memory_b += t->size_b + len + 1;
	}
	k->used_us = now_us;
	return k;
}

/* ---- the kinds ---- */

static void addrs_free(struct addrs *a)
{
	free(a->addr);
	a->addr = NULL;
	a->n = 0;
}

static void host_done(struct known *k)
{
	struct ns_host *h = (struct ns_host *)k;

	for (int i = 0; i < 2; i++) {
		addrs_free(&h->own[i]);
		addrs_free(&h->glue[i]);
	}
	free(h->zone);
}

static void set_done(struct known *k)
{
	struct ns_set *s = *(struct ns_set **)(k + 1);

	for (int i = 0; s && i < s->n; i++)
		known_drop(&s->host[i]->known);
	free(s);
}

static void cut_done(struct known *k)
{
	struct cut *c = (struct cut *)k;

	cut_forget(c);
}

void cut_forget(struct cut *c)
{
	if (c->set)
		known_drop(c->set->known);
	if (c->parent)
		known_drop(&c->parent->known);
	free(c->glue);
	c->set = NULL;
	c->parent = NULL;
	c->glue = NULL;
	c->n_glue = 0;
	c->kind = CUT_UNKNOWN;
}

void cache_init(struct iterate *it)
{
	known_init(&it->cuts, sizeof(struct cut), L_DNS_ZONES, cut_done, &it->memory_b);
	known_init(&it->hosts, sizeof(struct ns_host), L_DNS_ZONES, host_done, &it->memory_b);
	known_init(&it->sets, sizeof(struct known) + sizeof(struct ns_set *), L_DNS_ZONES, set_done,
		   &it->memory_b);
	known_init(&it->servers, sizeof(struct server), L_DNS_SERVERS, NULL, &it->memory_b);
	known_init(&it->failures, sizeof(struct failure), L_DNS_SERVERS, NULL, &it->memory_b);
	known_init(&it->facts, sizeof(struct zone_facts), L_DNS_ZONES, facts_done, &it->memory_b);
	it->sets.holders[0] = &it->facts;
	it->sets.holders[1] = &it->cuts;
	it->hosts.holders[0] = &it->facts;
	it->hosts.holders[1] = &it->sets;
}

/* From what holds to what is held. */
void cache_done(struct iterate *it)
{
	known_done(&it->facts);
	known_done(&it->failures);
	for (size_t i = 0; i < it->cuts.n_slots; i++)
		for (struct known *k = it->cuts.slots[i]; k; k = k->next)
			cut_forget((struct cut *)k);
	known_done(&it->cuts);
	known_done(&it->sets);
	known_done(&it->hosts);
	known_done(&it->servers);
}

/* ---- zones ---- */

static const char *name_above(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && dot[1] ? dot + 1 : ".";
}

/* Is the next label below it a cut?  Reverse zones are cut where the registries please. */
static bool is_suffix(const char *name)
{
	return !strcmp(name, ".") ||
	       (!dns_name_within(name, "arpa") && psl_is_public_suffix(psl_builtin(), name));
}

struct cut *cut_at(struct iterate *it, const char *name)
{
	struct cut *c = known_at(&it->cuts, name, strlen(name), it_now(it));

	if (!c->name) {
		c->name = c->known.key;
		c->suffix = is_suffix(c->name);
		c->is_signed = -1;
	}
	if (c->until_us <= it_now(it) && c->kind != CUT_UNKNOWN && c != it->root)
		c->kind = CUT_UNKNOWN; /* what it held is kept until it is learnt again */
	return c;
}

struct cut *cut_get(struct iterate *it, const char *name)
{
	struct cut *c = known_get(&it->cuts, name, strlen(name));

	return c ? cut_at(it, name) : NULL;
}

struct cut *cut_closest(struct iterate *it, const char *name)
{
	for (;; name = name_above(name)) {
		struct cut *c = cut_get(it, name); /* the root is always a zone */

		if (c && (c->kind == CUT_ZONE || c->kind == CUT_NX))
			return c;
	}
}

struct cut *cut_zone_above(struct iterate *it, const char *name)
{
	struct cut *c;

	do {
		c = cut_closest(it, name);
		name = name_above(c->name);
	} while (c->kind != CUT_ZONE);
	return c;
}

int64_t ttl_until(const struct iterate *it, uint32_t ttl_s)
{
	int64_t s = ttl_s < TTL_MIN_S ? TTL_MIN_S : ttl_s > TTL_MAX_S ? TTL_MAX_S : ttl_s;

	return it_now(it) + s * 1000000;
}

/* ---- name servers ---- */

struct ns_host *host_at(struct iterate *it, const char *name)
{
	struct ns_host *h = known_at(&it->hosts, name, strlen(name), it_now(it));

	h->name = h->known.key;
	return h;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct ns_set *set_of(struct iterate *it, const char **names, size_t n)
{
	struct ns_host *host[L_DNS_NS_KEPT];
	struct known *k;
	struct ns_set **held;
	size_t kept = 0;

	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n && kept < L_DNS_NS_KEPT; i++)
		if (!i || strcmp(names[i], names[i - 1])) {
			host[kept] = host_at(it, names[i]);
			known_hold(&host[kept++]->known); /* making the next one may forget */
		}
	k = known_at(&it->sets, host, kept * sizeof(host[0]), it_now(it));
	held = (struct ns_set **)(k + 1);
	known_hold(k);
	if (*held) {
		for (size_t i = 0; i < kept; i++)
			known_drop(&host[i]->known);
		return *held;
	}
	*held = cleared(1, sizeof(**held) + kept * sizeof(host[0]));
	(*held)->known = k;
	(*held)->n = (uint8_t)kept;
	memcpy((*held)->host, host, kept * sizeof(host[0]));
	return *held;
}

void addrs_set(struct addrs *a, enum addrs_state state, const struct addr *list, size_t n,
	       int64_t until_us)
{
	*a = (struct addrs){.state = state,
			    .addr = a->addr,
			    .walk = a->walk,
			    .waits = a->waits,
			    .looks = a->looks,
			    .until_us = until_us,
			    .n = a->n};
	addrs_free(a);
	if (n > L_DNS_NS_ADDRESSES) {
		limit_hit(LIMIT_DNS_NS_ADDRESSES);
		a->more = true;
		n = L_DNS_NS_ADDRESSES;
	}
	if (!n)
		return;
	a->addr = cleared(n, sizeof(*list));
	memcpy(a->addr, list, n * sizeof(*list));
	a->n = (uint8_t)n;
}

/* ---- servers ---- */

static size_t server_key(uint8_t key[static 17], const struct addr *a)
{
	size_t n = a->family == 4 ? 4 : 16;

	key[0] = a->family;
	memcpy(key + 1, a->byte, n);
	return n + 1;
}

struct server *server_at(struct iterate *it, const struct addr *a)
{
	uint8_t key[17];
	struct server *s = known_at(&it->servers, key, server_key(key, a), it_now(it));

	s->addr = *a;
	return s;
}

struct server *server_get(struct iterate *it, const struct addr *a)
{
	uint8_t key[17];

	return known_get(&it->servers, key, server_key(key, a));
}

void server_answered(struct server *s, int64_t rtt_us)
{
	int32_t rtt = rtt_us < 1 ? 1 : rtt_us > 10000000 ? 10000000 : (int32_t)rtt_us;
	int32_t off = rtt > s->srtt_us ? rtt - s->srtt_us : s->srtt_us - rtt;

	s->var_us = s->srtt_us ? s->var_us + (off - s->var_us) / 4 : rtt / 2;
	s->srtt_us = s->srtt_us ? s->srtt_us + (rtt - s->srtt_us) / 8 : rtt;
	s->silent_run = 0;
	s->parked_until_us = 0;
}

/* After some silences in a row it is left alone, longer each time.  A thousand questions may be under way when
 * either side pauses for a moment: that is one silence. */
void server_was_silent(struct iterate *it, struct server *s)
{
	int64_t now = it_now(it);
	unsigned more;

	if (s->silent_run && now - s->silent_at_us < (int64_t)server_wait_ms(s) * 1000)
		return;
	s->silent_at_us = now;
	if (s->silent_run < UINT16_MAX)
		s->silent_run++;
	if (s->silent_run < PARK_AFTER)
		return;
	more = s->silent_run - PARK_AFTER;
	s->parked_until_us = now + ((int64_t)PARK_US << (more < 5 ? more : 5));
}

uint32_t server_wait_ms(const struct server *s)
{
	int64_t ms = s->srtt_us ? (s->srtt_us + 4 * (int64_t)s->var_us) / 1000 : WAIT_UNKNOWN_MS;

	return ms < WAIT_MIN_MS ? WAIT_MIN_MS : ms > WAIT_MAX_MS ? WAIT_MAX_MS : (uint32_t)ms;
}

/* ---- failures ---- */

static struct failure *failure_at(struct iterate *it, const char *name, uint16_t qtype, bool make)
{
	char key[DNS_NAME_TEXT_MAX + 8];
	int len = snprintf(key, sizeof(key), "%s/%u", name, qtype);

	return make ? known_at(&it->failures, key, (size_t)len, it_now(it))
		    : known_get(&it->failures, key, (size_t)len);
}

void failure_note(struct iterate *it, const char *name, uint16_t qtype, enum iterate_end end,
		  const char *why)
{
	struct failure *f = failure_at(it, name, qtype, true);
	int64_t us = (int64_t)FAIL_FIRST_US << (f->times < 9 ? f->times : 9);

	f->until_us = it_now(it) + (us < FAIL_MAX_US ? us : FAIL_MAX_US);
	f->times += f->times < 255;
	f->end = end;
	f->why = why;
}

const struct failure *failure_of(struct iterate *it, const char *name, uint16_t qtype)
{
	struct failure *f = failure_at(it, name, qtype, false);

	return f && f->until_us > it_now(it) ? f : NULL;
}
