/* iterate: see iterate.h.  Here: the engine as others see it. */
#include "source/iterate_zone_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- where the root is ---- */

static bool add_address(struct root_hints *h, const char *owner, const struct addr *a)
{
	char name[DNS_NAME_TEXT_MAX];
	size_t i = 0;

	if (!dns_name_clean(owner, name) || strlen(name) >= ROOT_NAME_MAX)
		return false;
	while (i < h->n && strcmp(h->server[i].name, name) != 0)
		i++;
	if (i == ROOT_SERVERS)
		return false;
	if (i == h->n) {
		snprintf(h->server[i].name, ROOT_NAME_MAX, "%s", name);
		h->server[h->n++].n_addr = 0;
	}
	if (h->server[i].n_addr == ROOT_ADDRESSES)
		return false;
	h->server[i].addr[h->server[i].n_addr++] = *a;
	return true;
}

/* "owner [ttl] [IN] type data"; of NS records only that they are the root's is of interest. */
static bool add_hint(struct root_hints *h, char *line)
{
	char *save, *word[8];
	size_t n = 0;
	struct addr a;

	line[strcspn(line, ";")] = '\0';
	for (char *w = strtok_r(line, " \t\r", &save); w && n < 8; w = strtok_r(NULL, " \t\r", &save))
		word[n++] = w;
	if (!n)
		return true;
	if (n < 3 || n > 5)
		return false;
	if (!strcasecmp(word[n - 2], "NS"))
		return !strcmp(word[0], ".");
	if (!addr_parse(&a, word[n - 1]) || strcasecmp(word[n - 2], a.family == 4 ? "A" : "AAAA") != 0)
		return false;
	return add_address(h, word[0], &a);
}

size_t root_hints_parse(struct root_hints *h, const char *text, size_t len)
{
	const char *end = text + len;
	char line[512];

	memset(h, 0, sizeof(*h));
	for (size_t number = 1; text < end; number++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);

		if (n >= sizeof(line) || memchr(text, '\0', n))
			return number;
		memcpy(line, text, n);
		line[n] = '\0';
		if (!add_hint(h, line))
			return number;
		text += n + (stop != NULL);
	}
	return h->n ? 0 : 1;
}

static void plant_root(struct iterate *it, const struct root_hints *hints)
{
	const char *names[ROOT_SERVERS];

	it->root = cut_at(it, known_key_text("."));
	known_hold(&it->root->known);
	it->root->kind = CUT_ZONE;
	it->root->until = UINT32_MAX;
	for (size_t i = 0; i < hints->n; i++) {
		struct ns_host *h = host_at(it, hints->server[i].name);

		known_hold(&h->known); /* for good */
		names[i] = h->name;
		for (int family = 4; family <= 6; family += 2) {
			struct addr list[4];
			size_t n = 0;

			for (size_t k = 0; k < hints->server[i].n_addr; k++)
				if (hints->server[i].addr[k].family == family)
					list[n++] = hints->server[i].addr[k];
			addrs_set(&h->glue[family == 6], n ? ADDRS_HAS : ADDRS_NONE, list, n,
				  UINT32_MAX);
		}
	}
	it->root->set = set_of(it, names, hints->n);
}

/* ---- the engine ---- */

enum { SCRATCH_B = 512 * 1024, SCRATCH_KEPT_B = 16 * 1024 /* for most answers it takes no more */ };

static void go_ready(struct timer *t);

struct iterate *iterate_new(const struct iterate_env *env, const struct root_hints *hints)
{
	struct iterate *it = calloc(1, sizeof(*it));

	if (!it)
		abort();
	it->env = *env;
	it->ready_end = &it->ready;
	it->timer = (struct timer){.fire = go_ready, .ctx = it};
	arena_init(&it->hand.scratch, SCRATCH_B);
	arena_alloc(&it->hand.scratch, SCRATCH_KEPT_B);
	it_look_at_clock(it);
	cache_init(it);
	plant_root(it, hints);
	return it;
}

void iterate_free(struct iterate *it)
{
	if (!it)
		return;
	while (it->walks)
		walk_drop(it->walks);
	walk_free_spare(it);
	arena_done(&it->hand.scratch);
	loop_untimer(it->env.loop, &it->timer);
	cache_done(it);
	free(it);
}

/* ---- questions ---- */

static void go_ready(struct timer *t)
{
	walk_go_ready(t->ctx);
}

void iterate_ask(struct iterate *it, struct iterate_question *q)
{
	struct walk *w = walk_new(it, WALK_NAME, q->qname, q->qtype, NULL, 0);

	it->n_names++;
	w->question = q;
	q->walk = w;
	walk_soon(w);
}

void iterate_cancel(struct iterate *it, struct iterate_question *q)
{
	(void)it;
	if (!q->walk)
		return;
	q->walk->question = NULL;
	walk_drop(q->walk);
	q->walk = NULL;
}

void iterate_works(struct iterate *it, bool v4, bool v6)
{
	it->env.v4 = v4;
	it->env.v6 = v6;
}

static void forget_addrs(struct ns_host *h, int family)
{
	struct addrs *a = host_own(h, family);

	if (*host_walk(h, family) || a->state == ADDRS_HAS || a->state == ADDRS_NONE || a->state == ADDRS_NX || a->state == ADDRS_CNAME)
		return;
	a->state = ADDRS_UNKNOWN;
	a->looks = 0;
	a->until = 0;
}

static void forget_behaviour(struct server *s)
{
	s->silent_run = 0;
	s->parked_until_us = 0;
	if (s->asker)
		return;
	s->tcp = s->tcp == SAYS_OK ? s->tcp : SAYS_UNASKED;
	s->frag = s->frag == SAYS_OK || s->frag == SAYS_FRAGMENTS ? s->frag : SAYS_UNASKED;
	s->tcp_looks = s->tcp != SAYS_UNASKED;
	s->frag_looks = s->frag != SAYS_UNASKED;
}

void iterate_forget_trouble(struct iterate *it)
{
	struct ns_host *h;
	struct server *s;
	struct failure *f;
	struct cut *c;

	for (size_t at = 0; (h = known_next(&it->hosts, &at)) != NULL;) {
		forget_addrs(h, 4);
		forget_addrs(h, 6);
	}
	for (size_t at = 0; (s = known_next(&it->servers, &at)) != NULL;)
		forget_behaviour(s);
	for (size_t at = 0; (f = known_next(&it->failures, &at)) != NULL;)
		f->until_us = 0;
	for (size_t at = 0; (c = known_next(&it->cuts, &at)) != NULL;)
		if (c->facts && !c->facts->walk)
			facts_free(c);
}

struct iterate_stats iterate_stats(const struct iterate *it)
{
	return (struct iterate_stats){.names = it->n_names,
				      .queries = it->n_queries,
				      .merged = it->n_merged,
				      .zones = it->cuts.n,
				      .hosts = it->hosts.n,
				      .servers = it->servers.n,
				      .memory_b = it->memory_b};
}
