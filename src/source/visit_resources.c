/*
 * visit_resources: the hosts that the front page loads from: their addresses, a connection over IPv6, and over
 * IPv4 where that fails.  All of these looks are shared with the other sites of the round (source/hosts.h).
 * Which page counts is known when all pages have come.
 */
#include "source/visit_int.h"

#include "check/resource_hosts.h"

#include <stdio.h>
#include <string.h>

static struct look *join(struct visit *v, const struct page_host *h, const struct addr *a, bool first)
{
	char key[PLAN_KEY_MAX], text[ADDR_TEXT_MAX];
	struct look *l;

	snprintf(key, sizeof(key), "r|%s|%u|%s", h->host, (unsigned)h->port, addr_text(a, text));
	l = look_want(v, EVIDENCE_RESOURCE, key);
	if (!l)
		return look_find(v, key);
	l->addr = *a;
	l->first = first;
	l->host = arena_str(&v->arena, h->host);
	l->shared = arena_str(&v->arena, key);
	l->resource = (struct resource_question){.host = l->host, .addr = *a, .port = h->port};
	look_go(l);
	return l;
}

/* One address after the other until one connects; true when that is over. */
static bool join_any(struct visit *v, const struct page_host *h, const struct addr *list, size_t n)
{
	for (size_t k = 0; k < n && plan_is_within(v, k, LIMIT_SITE_ADDRESSES); k++) {
		const struct look *l = join(v, h, &list[k], k == 0);

		if (!l || l->state != LOOK_ENDED)
			return false;
		if (l->connected)
			return true;
	}
	return true;
}

static void look_at_host(struct visit *v, const struct page_host *p)
{
	struct addr literal;
	struct host h;

	if (!addr_parse(&literal, p->host))
		plan_ask_addresses(v, p->host, "resource");
	h = page_host(&v->site, p->host);
	if (!h.n_good || !v->env->v6 || (p->port != 443 && p->port != 80))
		return;
	if (join_any(v, p, h.good, h.n_good) && v->env->v4 &&
	    strcmp(resource_reach(&v->site, &h, p->port, 6), "ok") != 0)
		join_any(v, p, h.v4, h.n_v4);
}

void plan_resources(struct visit *v)
{
	const struct obs *page;
	const char *at = NULL;
	struct page_host h;

	if (!v->site.web.n || plan_pages_are_out(v))
		return;
	page = site_resources_page(&v->site);
	while (page && page_host_next(web_of(page)->resources, &at, &h))
		look_at_host(v, &h);
}
