/* page_links: see page_links.h. */
#include "check/page_links.h"

#include "base/map.h"

#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64 };

static const char *registered(const char *host)
{
	const char *domain = psl_registrable_domain(psl_builtin(), host);

	return domain ? domain : host;
}

void page_links_init(struct page_links *p, const char *domain, const char *kin, size_t want, uint64_t seed)
{
	memset(p, 0, sizeof(*p));
	arena_init(&p->arena, 0);
	p->domain = domain;
	p->registered = registered(domain);
	p->kin = kin;
	p->want = want < L_LINKS_SAMPLE ? want : L_LINKS_SAMPLE;
	p->seed = seed;
}

void page_links_done(struct page_links *p)
{
	arena_done(&p->arena);
	free(p->internal.seen);
	free(p->external.seen);
	p->internal.seen = p->external.seen = NULL;
}

uint64_t link_hash(uint64_t seed, const char *url)
{
	uint8_t key[16];
	uint64_t hash;

	for (int i = 0; i < 16; i++)
		key[i] = (uint8_t)(seed >> 8 * (i % 8));
	hash = siphash(key, url, strlen(url));
	return hash ? hash : 1;
}

/* ---- a set ---- */

static uint64_t *slot(uint64_t *seen, size_t n_slots, uint64_t hash)
{
	size_t at = hash & (n_slots - 1);

	while (seen[at] && seen[at] != hash)
		at = (at + 1) & (n_slots - 1);
	return &seen[at];
}

bool link_set_has(const struct link_set *s, uint64_t hash)
{
	return s->n_slots && *slot(s->seen, s->n_slots, hash) == hash;
}

static void grow(struct link_set *s)
{
	size_t n_slots = s->n_slots ? 2 * s->n_slots : SLOTS_MIN;
	uint64_t *seen = calloc(n_slots, sizeof(*seen));

	if (!seen)
		abort();
	for (size_t i = 0; i < s->n_slots; i++)
		if (s->seen[i])
			*slot(seen, n_slots, s->seen[i]) = s->seen[i];
	free(s->seen);
	s->seen = seen;
	s->n_slots = n_slots;
}

/* False: it was there. */
static bool note(struct link_set *s, uint64_t hash)
{
	if (link_set_has(s, hash))
		return false;
	if (2 * (s->n + 1) > s->n_slots)
		grow(s);
	*slot(s->seen, s->n_slots, hash) = hash;
	s->n++;
	return true;
}

/* Takes its place among the smallest, if it has one. */
static void pick(struct link_set *s, size_t want, const struct link_pick *one, struct arena *a)
{
	size_t at = s->n_picks;

	if (at == want) {
		if (!want || s->picks[at - 1].hash <= one->hash)
			return;
		at--;
	} else {
		s->n_picks++;
	}
	while (at && s->picks[at - 1].hash > one->hash) {
		s->picks[at] = s->picks[at - 1];
		at--;
	}
	s->picks[at] = (struct link_pick){one->hash, arena_str(a, one->url), arena_str(a, one->host)};
}

/* ---- an address ---- */

static bool is_word_of(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list ? strstr(list, word) : NULL; at; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	return false;
}

static bool is_internal(const struct page_links *p, const char *host)
{
	const char *domain;
	struct addr a;

	if (!strcmp(host, p->domain))
		return true;
	if (addr_parse(&a, host))
		return false;
	domain = registered(host);
	return !strcmp(domain, p->registered) || is_word_of(p->kin, domain);
}

/* Neighbours mostly lead to one host, and the list of suffixes is long. */
bool page_links_internal(struct page_links *p, const char *host)
{
	if (!strcmp(host, p->last))
		return p->last_internal;
	snprintf(p->last, sizeof(p->last), "%s", host);
	p->last_internal = is_internal(p, host);
	return p->last_internal;
}

static bool is_front(const struct page_links *p, const struct url *u)
{
	const char *host = strncmp(u->host, "www.", 4) ? u->host : u->host + 4;

	return !strcmp(u->path, "/") && (!strcmp(host, p->domain) || !strcmp(u->host, p->domain));
}

static bool same_page(const struct url *a, const struct url *b)
{
	return a->https == b->https && a->port == b->port && !strcmp(a->host, b->host) && !strcmp(a->path, b->path);
}

void page_links_add(struct page_links *p, const struct url *u, const struct url *page)
{
	char text[URL_TEXT_MAX];
	struct link_set *s;
	struct link_pick one;

	if (is_front(p, u) || same_page(u, page))
		return;
	one = (struct link_pick){.url = url_text(u, text), .host = u->host};
	one.hash = link_hash(p->seed, text);
	if (p->but && link_set_has(p->but, one.hash))
		return;
	if (link_set_has(&p->internal, one.hash) || link_set_has(&p->external, one.hash))
		return;
	s = page_links_internal(p, u->host) ? &p->internal : &p->external;
	if (note(s, one.hash))
		pick(s, p->want, &one, &p->arena);
}
