/* iterate_facts: what is gathered about a zone; see iterate_zone_int.h. */
#include "source/iterate_zone_int.h"

#include <stdlib.h>
#include <string.h>

static char *copy_text(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		abort();
	return copy;
}

struct zone_facts *facts_at(struct iterate *it, const char *name)
{
	return known_at(&it->facts, name, strlen(name), it_now(it));
}

void facts_forget(struct zone_facts *f)
{
	for (size_t i = 0; i < f->n_hosts; i++)
		known_drop(&f->host[i]->known);
	if (f->set)
		known_drop(f->set->known);
	free(f->name);
	free(f->parent);
	free(f->glue);
	free(f->ns_child[0]);
	free(f->ns_child[1]);
	free(f->server);
	free(f->host);
	*f = (struct zone_facts){.known = f->known, .walk = f->walk, .questions = f->questions, .is_signed = -1};
}

void facts_done(struct known *k)
{
	facts_forget((struct zone_facts *)k);
}

static bool add_host(struct zone_facts *f, struct ns_host *h)
{
	for (size_t i = 0; i < f->n_hosts; i++)
		if (f->host[i] == h)
			return false;
	if (f->n_hosts == ZONE_HOSTS)
		return false;
	f->host = realloc(f->host, (f->n_hosts + 1) * sizeof(struct ns_host *));
	if (!f->host)
		abort();
	known_hold(&h->known);
	f->host[f->n_hosts++] = h;
	return true;
}

void facts_of_cut(struct walk *w, struct cut *c)
{
	struct zone_facts *f = w->facts;

	f->name = copy_text(c->name);
	f->parent = c->parent ? copy_text(c->parent->name) : NULL;
	f->set = c->set;
	known_hold(f->set->known);
	f->is_signed = c->is_signed;
	f->from_child = c->from_child;
	if (c->n_glue) {
		f->glue = malloc(c->n_glue * sizeof(*c->glue));
		if (!f->glue)
			abort();
		memcpy(f->glue, c->glue, c->n_glue * sizeof(*c->glue));
		f->n_glue = c->n_glue;
	}
	for (int i = 0; i < f->set->n; i++)
		add_host(f, f->set->host[i]);
}

static void add_server(struct walk *w, size_t host, const struct addr *a)
{
	struct zone_facts *f = w->facts;

	for (size_t i = 0; i < f->n_servers; i++)
		if (!addr_cmp(&f->server[i].addr, a))
			return;
	if (f->n_servers == ZONE_SERVERS) {
		f->more_servers = true;
		return;
	}
	f->server = realloc(f->server, (f->n_servers + 1) * sizeof(*f->server));
	if (!f->server)
		abort();
	f->server[f->n_servers++] = (struct zone_server){.addr = *a, .host = (uint8_t)host, .serial = -1};
}

/* A server's own zone says where it is; the parent's glue counts too, for resolvers go there. */
void facts_list_servers(struct walk *w)
{
	for (size_t i = 0; i < w->facts->n_hosts; i++)
		for (int family = 4; family <= 6; family += 2) {
			const struct ns_host *h = w->facts->host[i];
			const struct addrs *own = &h->own[family == 6], *glue = &h->glue[family == 6];

			if (!(family == 4 ? w->it->env.v4 : w->it->env.v6))
				continue;
			for (int k = 0; own->state == ADDRS_HAS && k < own->n; k++)
				add_server(w, i, &own->addr[k]);
			for (int k = 0; glue->state == ADDRS_HAS && k < glue->n; k++)
				add_server(w, i, &glue->addr[k]);
		}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void facts_take_ns(struct walk *w, int family, const struct dns_final *f)
{
	const char *name[L_DNS_NS_KEPT];
	size_t n = f->n < L_DNS_NS_KEPT ? f->n : L_DNS_NS_KEPT;
	struct buf text;

	if (f->n > L_DNS_NS_KEPT)
		limit_hit(LIMIT_DNS_NS_KEPT);
	for (size_t i = 0; i < n; i++)
		name[i] = f->rr[i]->target;
	qsort(name, n, sizeof(*name), by_name);
	buf_init(&text, L_DNS_NS_KEPT * DNS_NAME_TEXT_MAX);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%s", i ? " " : "", name[i]);
	free(w->facts->ns_child[family == 6]);
	w->facts->ns_child[family == 6] = buf_take(&text);
}

bool facts_add_child_hosts(struct walk *w)
{
	struct zone_facts *f = w->facts;
	bool any = false;

	if (f->child_added)
		return false;
	f->child_added = true;
	for (int i = 0; i < 2; i++) {
		char *copy = f->ns_child[i] ? copy_text(f->ns_child[i]) : NULL, *save;

		for (char *name = copy ? strtok_r(copy, " ", &save) : NULL; name; name = strtok_r(NULL, " ", &save))
			any |= add_host(f, host_at(w->it, name));
		free(copy);
	}
	return any;
}
