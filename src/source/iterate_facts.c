/* iterate_facts: what is gathered about a zone; see iterate_zone_int.h. */
#include "source/iterate_zone_int.h"

#include <stdlib.h>
#include <string.h>

struct zone_facts *facts_new(struct cut *c)
{
	c->facts = known_alloc(1, sizeof(*c->facts));
	c->facts->is_signed = -1;
	return c->facts;
}

static void drop_set(struct ns_set *s)
{
	if (s)
		known_drop(&s->known);
}

void facts_free(struct cut *c)
{
	struct zone_facts *f = c->facts;

	if (!f)
		return;
	for (int i = 0; i < f->n_servers; i++)
		known_drop(&f->server[i].far->known);
	drop_set(f->set);
	drop_set(f->child[0]);
	drop_set(f->child[1]);
	glue_drop(f->glue);
	free(f);
	c->facts = NULL;
}

/* ---- the zone's servers by name ---- */

static bool add_host(struct zone_job *j, struct ns_host *h)
{
	for (size_t i = 0; i < j->n_hosts; i++)
		if (j->host[i] == h)
			return false;
	if (j->n_hosts == ZONE_HOSTS)
		return false;
	j->host[j->n_hosts++] = h;
	return true;
}

/* True when there are new ones. */
static bool add_hosts(struct zone_job *j, const struct ns_set *s)
{
	bool any = false;

	for (int i = 0; s && i < s->n; i++)
		any |= add_host(j, s->host[i]);
	return any;
}

void facts_list_hosts(struct walk *w)
{
	const struct zone_facts *f = w->facts;

	add_hosts(w->zone_job, f->set);
	add_hosts(w->zone_job, f->added_v4 ? f->child[0] : NULL);
	add_hosts(w->zone_job, f->added_v6 ? f->child[1] : NULL);
}

void facts_of_cut(struct walk *w, struct cut *c)
{
	struct zone_facts *f = w->facts;

	f->parent_at = c->parent_at;
	f->set = c->set;
	known_hold(&f->set->known);
	f->is_signed = c->is_signed;
	f->from_child = c->from_child;
	f->glue = glue_share(c->glue);
	facts_list_hosts(w);
}

void facts_take_ns(struct walk *w, int family, const struct dns_final *f)
{
	const char *name[L_DNS_NS_KEPT];
	size_t n = f->n < L_DNS_NS_KEPT ? f->n : L_DNS_NS_KEPT;
	struct ns_set **set = &w->facts->child[family == 6];

	if (f->n > L_DNS_NS_KEPT)
		limit_hit(LIMIT_DNS_NS_KEPT);
	for (size_t i = 0; i < n; i++)
		name[i] = f->rr[i]->target;
	drop_set(*set);
	*set = set_of(w->it, name, n);
}

bool facts_add_child_hosts(struct walk *w)
{
	struct zone_facts *f = w->facts;
	bool any;

	if (f->child_added)
		return false;
	f->child_added = true;
	f->added_v4 = f->child[0] != NULL;
	f->added_v6 = f->child[1] != NULL;
	any = add_hosts(w->zone_job, f->child[0]);
	return add_hosts(w->zone_job, f->child[1]) || any;
}

/* ---- and by address ---- */

static void add_server(struct walk *w, size_t host, const struct ns_addr *a)
{
	struct zone_facts *f = w->facts;
	struct zone_server *s;

	for (size_t i = 0; i < f->n_servers; i++)
		if (!addr_cmp(&f->server[i].far->addr, &a->addr))
			return;
	if (f->n_servers == ZONE_SERVERS) {
		f->more_servers = true;
		return;
	}
	f = realloc(f, sizeof(*f) + (f->n_servers + 1u) * sizeof(*s));
	if (!f)
		abort();
	w->facts = w->wanted->facts = f;
	s = &f->server[f->n_servers++];
	*s = (struct zone_server){.far = server_at(w->it, a), .host = (uint8_t)host};
	known_hold(&s->far->known);
}

/* A server's own zone says where it is; the parent's glue counts too, for resolvers go there. */
void facts_list_servers(struct walk *w)
{
	for (size_t i = 0; i < w->zone_job->n_hosts; i++)
		for (int family = 4; family <= 6; family += 2) {
			const struct ns_host *h = w->zone_job->host[i];
			const struct addrs *own = &h->own[family == 6],
					   *glue = &h->glue[family == 6];

			if (!(family == 4 ? w->it->env.v4 : w->it->env.v6))
				continue;
			for (int k = 0; own->state == ADDRS_HAS && k < own->n; k++)
				add_server(w, i, &own->list[k]);
			for (int k = 0; glue->state == ADDRS_HAS && k < glue->n; k++)
				add_server(w, i, &glue->list[k]);
		}
}
