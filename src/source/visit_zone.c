/*
 * visit_zone: the zones whose DNS chain the site needs: its own, those of its mail hosts and of the names that its
 * CNAMEs lead to, all zones above, and those that hold the names of their servers.  Which ones is derived by the
 * judge of chains (check/chain.h).
 */
#include "source/visit_int.h"

#include "check/chain.h"

#include <stdio.h>
#include <string.h>

static void want_zone(void *ctx, const char *name)
{
	struct visit *v = ctx;
	char key[PLAN_KEY_MAX];
	struct look *l;

	if (!plan_is_within(v, v->n_zones, LIMIT_DNS_ZONES_PER_SITE))
		return;
	snprintf(key, sizeof(key), "z|%s", name);
	l = look_want(v, EVIDENCE_ZONE, key);
	if (!l)
		return;
	v->n_zones++;
	l->first = true;
	l->host = arena_str(&v->arena, name);
	l->zone = (struct zone_question){.name = l->host};
	look_go(l);
}

static void want_mail_zones(struct visit *v)
{
	const struct obs *mx;
	const char *code, *at = NULL;
	char name[NAME_MAX_B];

	if (site_mx(&v->site, &mx, &code) != MX_HOSTS)
		return;
	for (size_t i = 0; row_name(dns_of(mx), &at, name) && plan_is_within(v, i, LIMIT_DNS_MX_KEPT); i++)
		chain_wants(&v->site, name, want_zone, v);
}

void plan_zones(struct visit *v)
{
	char name[NAME_MAX_B];

	if (!v->env->iterate || v->env->no_chains)
		return;
	chain_wants(&v->site, v->domain, want_zone, v);
	want_mail_zones(v);
	for (int i = 0; chain_cname(&v->site, i, name); i++)
		chain_wants(&v->site, name, want_zone, v);
}

/* ---- the look ---- */

/* Something was silent once: the row proves nothing of it yet. */
static bool has_silence(const struct zone_row *r)
{
	return (r->servers && strstr(r->servers, " silent")) || (r->hosts && strstr(r->hosts, " silent"));
}

static void done_with(struct zone_question *q, const struct zone_row *row, enum outcome outcome)
{
	struct look *l = q->ctx;

	look_end_zone(l, outcome, row, outcome != OUTCOME_OK || has_silence(row));
}

void zone_look_start(struct look *l)
{
	l->zone.ctx = l;
	l->zone.done = done_with;
	l->zone.again = l->fails > 0;
	iterate_zone(l->visit->env->iterate, &l->zone);
}
