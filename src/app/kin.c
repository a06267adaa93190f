/* kin: see kin.h. */
#include "app/kin.h"

#include <libpsl.h>
#include <stdio.h>
#include <string.h>

struct member {
	const char *domain; /* registrable */
	struct member *next;
};

struct organisation {
	struct member *first, **last;
};

static const char *registered(const char *domain)
{
	const char *own = psl_registrable_domain(psl_builtin(), domain);

	return own ? own : domain;
}

static struct organisation *find(const struct kin *k, const char *name)
{
	return *name ? map_get_text(&k->organisations, name) : NULL;
}

static bool has(const struct organisation *o, const char *domain)
{
	for (const struct member *m = o->first; m; m = m->next)
		if (!strcmp(m->domain, domain))
			return true;
	return false;
}

/* Two more than are told: the subject's own, and one that shows that there are more. */
static bool is_full(const struct organisation *o)
{
	size_t n = 0;

	for (const struct member *m = o->first; m; m = m->next)
		n++;
	return n > L_LINK_KIN + 1;
}

static void add(struct kin *k, const struct subject *s)
{
	const char *domain = registered(s->domain);
	struct organisation *o = find(k, s->organisation);
	struct member *m;

	if (!o) {
		o = arena_alloc(&k->arena, sizeof(*o));
		o->last = &o->first;
		*map_at_text(&k->organisations, s->organisation) = o;
	}
	if (is_full(o) || has(o, domain))
		return;
	m = arena_alloc(&k->arena, sizeof(*m));
	m->domain = domain;
	*o->last = m;
	o->last = &m->next;
}

void kin_init(struct kin *k, const struct portfolio *p)
{
	arena_init(&k->arena, 0);
	map_init(&k->organisations, &k->arena);
	for (size_t i = 0; i < p->subjects.n; i++)
		if (*p->subjects.at[i].organisation)
			add(k, &p->subjects.at[i]);
}

void kin_done(struct kin *k)
{
	arena_done(&k->arena);
}

const char *kin_of(const struct kin *k, const struct subject *s, char text[static KIN_MAX])
{
	const struct organisation *o = find(k, s->organisation);
	const char *own = registered(s->domain);
	size_t n = 0, told = 0;

	text[0] = '\0';
	for (const struct member *m = o ? o->first : NULL; m; m = m->next) {
		if (!strcmp(m->domain, own))
			continue;
		if (told++ == L_LINK_KIN) {
			limit_hit(LIMIT_LINK_KIN);
			break;
		}
		n += (size_t)snprintf(text + n, KIN_MAX - n, "%s%s", n ? " " : "", m->domain);
	}
	return text;
}
