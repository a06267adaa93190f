/* iterate_cache: what the engine knows; see iterate_int.h. */
#include "source/iterate_zone_int.h"

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

/* ---- the kinds ---- */

static void addrs_free(struct addrs *a)
{
	free(a->list);
	a->list = NULL;
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
	struct ns_set *s = (struct ns_set *)k;

	for (int i = 0; i < s->n; i++)
		known_drop(&s->host[i]->known);
	glue_drop(s->glue);
}

static void cut_done(struct known *k)
{
	struct cut *c = (struct cut *)k;

	cut_forget(c);
	facts_free(c);
}

void cut_forget(struct cut *c)
{
	if (c->set)
		known_drop(&c->set->known);
	glue_drop(c->glue);
	c->set = NULL;
	c->glue = NULL;
	c->parent_at = 0;
	c->kind = CUT_UNKNOWN;
}

#define INIT(table, type, key, max, done)                                                          \
	known_init(&it->table, sizeof(struct type), offsetof(struct type, key), max, done,         \
		   &it->memory_b)

void cache_init(struct iterate *it)
{
	INIT(cuts, cut, name, L_DNS_ZONES, cut_done);
	INIT(hosts, ns_host, name, L_DNS_ZONES, host_done);
	INIT(sets, ns_set, host, L_DNS_ZONES, set_done);
	INIT(servers, server, addr, L_DNS_SERVERS, NULL);
	INIT(failures, failure, name, L_DNS_SERVERS, NULL);
	it->sets.holders[0] = &it->cuts;
	it->hosts.holders[0] = &it->sets;
	it->servers.holders[0] = &it->cuts;
}

/* From what holds to what is held. */
void cache_done(struct iterate *it)
{
	known_done(&it->failures);
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

/* Reverse zones are cut where the registries please. */
static bool is_suffix(const char *name)
{
	return !strcmp(name, ".") ||
	       (!dns_name_within(name, "arpa") && psl_is_public_suffix(psl_builtin(), name));
}

bool cut_is_suffix(struct cut *c)
{
	if (!c->suffix_known)
		c->suffix = is_suffix(c->name);
	c->suffix_known = true;
	return c->suffix;
}

struct cut *cut_now(const struct iterate *it, struct cut *c)
{
	if (is_over(it, c->until))
		c->kind = CUT_UNKNOWN;
	return c;
}

struct cut *cut_at(struct iterate *it, struct known_key name)
{
	struct cut *c = known_at(&it->cuts, name, it_now(it));

	if (!c->met) {
		c->met = true;
		c->is_signed = -1;
	}
	return cut_now(it, c);
}

struct cut *cut_get(struct iterate *it, struct known_key name)
{
	struct cut *c = known_use(&it->cuts, name, it_now(it));

	return c ? cut_now(it, c) : NULL;
}

struct cut *cut_closest(struct iterate *it, struct known_key name)
{
	for (;; name = known_key_text(name_above(name.data))) {
		struct cut *c = cut_get(it, name); /* the root is always a zone */

		if (c && (c->kind == CUT_ZONE || c->kind == CUT_NX))
			return c;
	}
}

struct cut *cut_zone_above(struct iterate *it, struct known_key name)
{
	struct cut *c;

	do {
		c = cut_closest(it, name);
		name = known_key_text(name_above(c->name));
	} while (c->kind != CUT_ZONE);
	return c;
}

uint32_t ttl_until(const struct iterate *it, uint32_t ttl_s)
{
	int64_t s = ttl_s < TTL_MIN_S ? TTL_MIN_S : ttl_s > TTL_MAX_S ? TTL_MAX_S : ttl_s;

	return tick_in(it, s * 1000000);
}

/* ---- name servers ---- */

static struct glue *glue_new(const struct cut_glue *list, size_t n)
{
	struct glue *g = known_alloc(1, sizeof(*g) + n * sizeof(*list));

	g->refs = 1;
	g->n = n;
	memcpy(g->at, list, n * sizeof(*list));
	return g;
}

static bool same_glue(const struct glue *g, const struct cut_glue *list, size_t n)
{
	if (!g || g->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (g->at[i].host != list[i].host || addr_cmp(&g->at[i].addr, &list[i].addr) != 0)
			return false;
	return true;
}

struct glue *glue_of(struct ns_set *set, const struct cut_glue *list, size_t n)
{
	if (!n)
		return NULL;
	if (!same_glue(set->glue, list, n)) {
		glue_drop(set->glue);
		set->glue = glue_new(list, n);
	}
	return glue_share(set->glue);
}

struct glue *glue_share(struct glue *g)
{
	if (g)
		g->refs++;
	return g;
}

void glue_drop(struct glue *g)
{
	if (g && !--g->refs)
		free(g);
}

struct ns_host *host_at(struct iterate *it, const char *name)
{
	return known_at(&it->hosts, known_key_text(name), it_now(it));
}

/* They are few. */
static void sort_names(const char **names, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const char *name = names[i];
		size_t to = i;

		for (; to && strcmp(names[to - 1], name) > 0; to--)
			names[to] = names[to - 1];
		names[to] = name;
	}
}

struct ns_set *set_of(struct iterate *it, const char **names, size_t n)
{
	struct ns_host *host[L_DNS_NS_KEPT];
	struct ns_set *set;
	uint8_t kept = 0;

	sort_names(names, n);
	for (size_t i = 0; i < n && kept < L_DNS_NS_KEPT; i++)
		if (!kept || strcmp(names[i], names[kept - 1]) != 0) {
			names[kept] = names[i];
			host[kept] = host_at(it, names[i]);
			known_hold(&host[kept++]->known); /* making the next one may forget */
		}
	set = known_at(&it->sets, known_key(host, kept * sizeof(host[0])), it_now(it));
	known_hold(&set->known);
	for (int i = 0; i < set->n; i++)
		known_drop(&host[i]->known); /* it stood there already, and holds them itself */
	set->n = kept;
	return set;
}

static bool same_addresses(const struct addrs *a, const struct addr *list, size_t n)
{
	if (a->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (addr_cmp(&a->list[i].addr, &list[i]) != 0)
			return false;
	return true;
}

void addrs_set(struct addrs *a, enum addrs_state state, const struct addr *list, size_t n,
	       uint32_t until)
{
	if (n > L_DNS_NS_ADDRESSES) {
		limit_hit(LIMIT_DNS_NS_ADDRESSES);
		n = L_DNS_NS_ADDRESSES;
	}
	a->state = (uint8_t)state;
	a->until = until;
	if (same_addresses(a, list, n))
		return;
	addrs_free(a);
	if (!n)
		return;
	a->list = known_alloc(n, sizeof(*a->list));
	for (size_t i = 0; i < n; i++)
		a->list[i] = ns_addr_of(&list[i]);
	a->n = (uint8_t)n;
}

/* ---- servers ---- */

struct ns_addr ns_addr_of(const struct addr *a)
{
	struct addr key = {.family = a->family};

	memcpy(key.byte, a->byte, a->family == 4 ? 4 : 16);
	return (struct ns_addr){.addr = key, .hash = known_key(&key, sizeof(key)).hash};
}

static struct known_key key_of(const struct ns_addr *a)
{
	return (struct known_key){.data = &a->addr, .hash = a->hash, .len = sizeof(a->addr)};
}

struct server *server_at(struct iterate *it, const struct ns_addr *a)
{
	return known_at(&it->servers, key_of(a), it_now(it));
}

struct server *server_get(const struct iterate *it, const struct ns_addr *a)
{
	return known_get(&it->servers, key_of(a));
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

/* After some silences in a row it is left alone, longer each time.  A thousand questions may be
 * under way when either side pauses for a moment: that is one silence. */
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

static struct known_key failure_key(char key[static DNS_NAME_TEXT_MAX + 2], const char *name,
				    uint16_t qtype)
{
	size_t len = strlen(name);

	memcpy(key, name, len);
	key[len] = (char)(qtype >> 8);
	key[len + 1] = (char)qtype;
	return known_key(key, len + 2);
}

void failure_note(struct iterate *it, const char *name, uint16_t qtype, enum iterate_end end,
		  const char *why)
{
	char key[DNS_NAME_TEXT_MAX + 2];
	struct failure *f = known_at(&it->failures, failure_key(key, name, qtype), it_now(it));
	int64_t us = (int64_t)FAIL_FIRST_US << (f->times < 9 ? f->times : 9);

	f->until_us = it_now(it) + (us < FAIL_MAX_US ? us : FAIL_MAX_US);
	f->times += f->times < 255;
	f->end = end;
	snprintf(f->why, sizeof(f->why), "%s", why ? why : ""); /* it may be the walk's */
}

static const struct failure *find_failure(const struct iterate *it, const char *name, uint16_t qtype)
{
	char key[DNS_NAME_TEXT_MAX + 2];
	const struct failure *f = known_get(&it->failures, failure_key(key, name, qtype));

	return f && f->until_us > it_now(it) ? f : NULL;
}

const struct failure *failure_of(const struct iterate *it, const char *name, uint16_t qtype)
{
	return it->failures.n ? find_failure(it, name, qtype) : NULL;
}
