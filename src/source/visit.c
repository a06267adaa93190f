/* visit: see visit.h.  From here down: visit_plan.c, what to ask; visit_look.c, the life of a look. */
#include "source/visit_int.h"

#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

void visit_ask(const struct visit_env *env, struct dns_probe *d, drive_done *done, void *ctx)
{
	if (env->iterate && env->iterate_names)
		visit_iterate(env, d, done, ctx);
	else
		env->start(env->resolver, &d->p, done, ctx);
}

/* ---- once more ---- */

static bool any_again(struct visit *v)
{
	const struct look *l = v->first;

	while (l && !look_wants_again(l))
		l = l->next;
	if (!l || visit_is_spent(v))
		return false;
	if (v->n_pauses < L_SITE_PAUSES)
		return true;
	limit_hit(LIMIT_SITE_PAUSES);
	return false;
}

static void set_parked(struct visit *v, bool is)
{
	v->parked = is;
	if (v->calls.parked)
		v->calls.parked(v->calls.ctx, v, is);
}

/* ---- the visit ---- */

static void think(struct timer *t)
{
	struct visit *v = t->ctx;

	if (v->parked) {
		set_parked(v, false);
		look_repeat_all(v);
		return;
	}
	site_take(&v->site, v->batches); /* the batches move when they grow */
	visit_plan(v, v->news);
	v->news = 0;
	if (v->n_busy)
		return;
	if (any_again(v)) {
		v->n_pauses++;
		set_parked(v, true);
		loop_timer(v->env->loop, &v->timer, v->env->repeat_after_us);
		return;
	}
	links_close(v);
	v->over = true;
	v->calls.done(v->calls.ctx, v);
}

static void begin(struct turn *t)
{
	struct visit *v = t->ctx;

	pace_leave(t);
	visit_think_soon(v);
}

struct visit *visit_new(const struct visit_env *env, const char *domain,
			const struct visit_calls *calls)
{
	struct visit *v = calloc(1, sizeof(*v));
	const char *site;

	if (!v)
		abort();
	v->env = env;
	v->calls = *calls;
	arena_init(&v->arena, 0);
	map_init(&v->looks, &v->arena);
	v->domain = arena_str(&v->arena, domain);
	v->last = &v->first;
	v->timer.fire = think;
	v->timer.ctx = v;
	v->news = 1U << EVIDENCE_DNS;
	v->site = (struct site){.domain = v->domain,
				.v4_works = env->v4,
				.v6_works = env->v6,
				.resolver_works = true,
				.allow = env->allow,
				.n_allow = env->n_allow};
	links_open(v);
	v->turn.go = begin;
	v->turn.ctx = v;
	site = psl_registrable_domain(psl_builtin(), v->domain);
	pace_take_site(env->pace, &v->turn, site ? site : v->domain);
	return v;
}

void visit_deny(struct visit *v, const char *why)
{
	v->denied = why;
}

void visit_kin(struct visit *v, const char *kin)
{
	v->kin = arena_str(&v->arena, kin);
}

void visit_free(struct visit *v)
{
	if (!v)
		return;
	loop_untimer(v->env->loop, &v->timer);
	pace_leave(&v->turn);
	for (struct look *l = v->first; l; l = l->next) {
		if (l->state == LOOK_ENDED)
			continue;
		pace_leave(&l->turn);
		loop_untimer(v->env->loop, &l->turn.timer);
		if (l->kind == EVIDENCE_ZONE && l->state == LOOK_RUNS)
			iterate_zone_cancel(v->env->iterate, &l->zone);
		hosts_leave(&l->wait);
		if (l->leads)
			hosts_tell(v->env->hosts, l->shared, NULL, NULL);
		free(l->probe); /* its drive has gone, and dropped what it held */
		arena_done(&l->arena);
	}
	links_free(v);
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		batch_free(v->batches[k]);
	arena_done(&v->arena);
	free(v);
}

const char *visit_domain(const struct visit *v)
{
	return v->domain;
}

struct batch *visit_take(struct visit *v, enum evidence_kind which)
{
	struct batch *b = v->batches[which];

	v->batches[which] = NULL;
	return b;
}
