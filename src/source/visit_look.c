/* visit_look: the life of a look; see visit_int.h. */
#include "source/visit_int.h"

#include <stdlib.h>
#include <string.h>

enum { PROBE_ARENA_B = 160 * 1024, LOOKS_MAX = 400, WEB_AT_ONCE = 4 };

static int64_t mono(const struct visit *v)
{
	return clock_mono(loop_clock(v->env->loop));
}

/* ---- time that counts: the site's clock stands while nothing is under way ---- */

static void count_running(struct visit *v, int by)
{
	if (!v->n_running && by > 0)
		v->running_since_us = mono(v);
	v->n_running += (size_t)by;
	if (!v->n_running && by < 0)
		v->spent_us += mono(v) - v->running_since_us;
}

bool visit_is_spent(struct visit *v)
{
	int64_t us = v->spent_us + (v->n_running ? mono(v) - v->running_since_us : 0);

	if (us < (int64_t)L_SITE_WALL_MS * 1000)
		return false;
	limit_hit(LIMIT_SITE_WALL_MS);
	return true;
}

/* Thinking happens once a turn of the loop, however many answers came. */
void visit_think_soon(struct visit *v)
{
	if (!v->timer.slot)
		loop_timer(v->env->loop, &v->timer, 0);
}

/* ---- a look ends ---- */

static bool is_authority(const struct look *l)
{
	return l->kind == EVIDENCE_DNS && !strcmp(l->dns.role, "authority");
}

static bool by_resolver(const struct look *l)
{
	return l->kind == EVIDENCE_DNS && !is_authority(l);
}

/* What proves nothing until it was seen twice.  "Unreachable" is among it: a router says so while our
 * own network is in trouble, too. */
static bool is_silent(const struct look *l, enum outcome outcome)
{
	if (outcome == OUTCOME_TIMEOUT || outcome == OUTCOME_UNKNOWN ||
	    outcome == OUTCOME_UNREACHABLE)
		return true;
	if (!by_resolver(l))
		return false;
	/* of a resolver: its trouble is not the site's */
	return outcome == OUTCOME_SERVFAIL || outcome == OUTCOME_REFUSED ||
	       outcome == OUTCOME_CLOSED;
}

/* The mail host greeted, and its handshake never came to its end. */
static bool fell_silent(const struct look *l, const void *row)
{
	return l->kind == EVIDENCE_SMTP && smtp_fell_silent(row);
}

static void note_row(struct look *l, void *row)
{
	switch (l->kind) {
	case EVIDENCE_DNS: ((struct dns_row *)row)->fails = l->fails; break;
	case EVIDENCE_WEB:
		((struct web_row *)row)->fails = l->fails;
		l->connected = ((struct web_row *)row)->connect_us != I64_NULL;
		break;
	case EVIDENCE_SMTP:
		((struct smtp_row *)row)->fails = l->fails;
		l->connected = ((struct smtp_row *)row)->connect_us != I64_NULL;
		break;
	case EVIDENCE_QUIC: ((struct quic_row *)row)->fails = l->fails; break;
	case EVIDENCE_KINDS: break;
	}
}

static void next_web(struct visit *v);

/* What was asked goes, and with it the turn. */
static void forget_probe(struct look *l)
{
	pace_leave(&l->turn);
	free(l->probe);
	l->probe = NULL;
	arena_done(&l->arena);
}

static void heed(struct visit *v, enum evidence_kind kind, const struct obs *o)
{
	if (kind == EVIDENCE_WEB)
		heed_web(v->env->heed, v->domain, o);
	else if (kind == EVIDENCE_SMTP)
		heed_smtp(v->env->heed, v->domain, o);
}

static void ended(struct look *l, enum outcome outcome)
{
	struct visit *v = l->visit;
	struct obs o = {.at_us = clock_wall(loop_clock(v->env->loop)),
			.subject = v->domain,
			.vantage = v->env->vantage,
			.round = "",
			.outcome = outcome,
			.row = l->probe->row};

	note_row(l, o.row);
	if (l->kind == EVIDENCE_WEB && ((struct web_row *)o.row)->robots)
		l->web.robots_said = arena_str(&v->arena, ((struct web_row *)o.row)->robots);
	if (!v->batches[l->kind])
		v->batches[l->kind] = batch_new(evidence_schemas[l->kind]);
	if (evidence_whole(evidence_schemas[l->kind], o.row))
		batch_copy(v->batches[l->kind], &o);
	heed(v, l->kind, &o);
	l->silent = is_silent(l, outcome) || fell_silent(l, o.row);
	l->state = LOOK_ENDED;
	forget_probe(l);
	v->n_busy--;
	if (!is_authority(l)) /* what a name server says opens no question */
		v->news |= 1U << l->kind;
	if (l->kind == EVIDENCE_WEB) {
		v->n_web--;
		next_web(v);
	}
	visit_think_soon(v);
}

/* ---- a look begins ---- */

/* What a host says of us by name it says of one path. */
static bool is_of_path(const char *said)
{
	return !strcmp(said, "allowed") || !strcmp(said, "refused");
}

/* What the host's robots.txt said of this page on another connection of this visit, or NULL. */
static const char *robots_said(const struct look *l)
{
	const char *found = NULL;

	for (const struct look *o = l->visit->first; o; o = o->next)
		if (o->kind == EVIDENCE_WEB && o->state == LOOK_ENDED && o->web.robots_said &&
		    !strcmp(o->host, l->host) &&
		    (!is_of_path(o->web.robots_said) || !strcmp(o->web.path, l->web.path)))
			found = o->web.robots_said;
	return found;
}

/* One that was reopened has it in its question already. */
static void choose_robots(struct look *l)
{
	if (!l->web.robots_said)
		l->web.robots_said = robots_said(l);
	if (!l->web.robots_said)
		l->web.robots = ROBOTS_ASK;
	else
		l->web.robots = strcmp(l->web.robots_said, "refused") ? ROBOTS_KNOWN : ROBOTS_OBEY;
}

/* Memory only while it is asked: a site has dozens of looks, and few at once. */
static void make_probe(struct look *l)
{
	static const size_t sizes[] = {sizeof(struct dns_probe), sizeof(struct web_probe),
				       sizeof(struct smtp_probe), sizeof(struct quic_probe)};

	l->probe = calloc(1, sizes[l->kind]);
	if (!l->probe)
		abort();
	arena_init(&l->arena, PROBE_ARENA_B);
	switch (l->kind) {
	case EVIDENCE_DNS:
		dns_probe_init((struct dns_probe *)l->probe, &l->dns, &l->arena, drive_random, NULL);
		break;
	case EVIDENCE_WEB:
		choose_robots(l);
		web_probe_init((struct web_probe *)l->probe, &l->web, &l->arena);
		break;
	case EVIDENCE_SMTP:
		smtp_probe_init((struct smtp_probe *)l->probe, &l->smtp, &l->arena);
		break;
	case EVIDENCE_QUIC:
		quic_probe_init((struct quic_probe *)l->probe, &l->quic, &l->arena, drive_random, NULL);
		break;
	case EVIDENCE_KINDS: break;
	}
}

static void start(struct look *l);

/* robots.txt was all that its connection gave: the page on another one, in its turn. */
static void reopen(struct look *l)
{
	const struct web_row *r = l->probe->row;

	l->web.robots_said = arena_str(&l->visit->arena, r->robots);
	l->reopened = true;
	forget_probe(l);
	start(l);
}

static void driven(void *ctx, struct probe *p, const struct step *last)
{
	struct look *l = ctx;

	count_running(l->visit, -1);
	if (l->kind == EVIDENCE_WEB && ((struct web_probe *)p)->reopen && !l->reopened)
		reopen(l);
	else
		ended(l, last->outcome);
}

/* Why no packet may go there, at this moment: opt-outs come at any time (P-OPT-1). */
static const char *forbidden(const struct look *l)
{
	const struct visit_env *env = l->visit->env;
	const struct addr *a = by_resolver(l) ? NULL : &l->addr;
	int64_t now_us = clock_wall(loop_clock(env->loop));

	if (l->visit->denied)
		return l->visit->denied;
	if (optout_name(env->optout, l->visit->domain) || optout_name(env->optout, l->host) ||
	    (a && optout_addr(env->optout, a)))
		return "optout";
	if (a && !env->public_ok && guard_is_public(env->guard, a))
		return "no_contact";
	if ((l->kind == EVIDENCE_WEB || l->kind == EVIDENCE_QUIC) && heed_host(env->heed, l->host, now_us))
		return heed_host(env->heed, l->host, now_us);
	return l->kind == EVIDENCE_DNS ? NULL : heed_addr(env->heed, a, now_us);
}

/* The probe writes its row and ends as if the guard had said so. */
static void deny(struct look *l, const char *why)
{
	struct event e = {.kind = EVENT_START, .mono_us = mono(l->visit)};
	struct step s = l->probe->kind->next(l->probe, &e);

	if (s.kind != STEP_DONE) {
		e.kind = EVENT_DENIED;
		e.why = why;
		s = l->probe->kind->next(l->probe, &e);
	}
	ended(l, s.outcome);
}

static void go(struct turn *t)
{
	struct look *l = t->ctx;
	struct visit *v = l->visit;
	const char *why = forbidden(l);

	make_probe(l);
	if (why) {
		deny(l, why);
		return;
	}
	if (visit_is_spent(v)) { /* while it stood in line */
		ended(l, OUTCOME_LIMIT);
		return;
	}
	l->state = LOOK_RUNS;
	count_running(v, 1);
	if (by_resolver(l))
		visit_ask(v->env, (struct dns_probe *)l->probe, driven, l);
	else
		v->env->start(v->env->far, l->probe, driven, l);
}

static void go_at_once(struct timer *t)
{
	struct look *l = t->ctx;

	go(&l->turn);
}

static void start(struct look *l)
{
	enum pace_kind kind = l->kind != EVIDENCE_DNS ? PACE_CONNECT
			      : by_resolver(l)	   ? PACE_RESOLVER
						   : PACE_NAME_SERVER;

	l->state = LOOK_TURN;
	l->turn.go = go;
	l->turn.ctx = l;
	if (!forbidden(l)) {
		pace_take(l->visit->env->pace, &l->turn, &l->addr, kind);
		return;
	}
	/* it stands in no line; yet not from here, for the planner walks over the evidence */
	l->turn.timer = (struct timer){.fire = go_at_once, .ctx = l};
	loop_timer(l->visit->env->loop, &l->turn.timer, 0);
}

/* Pages take memory: few of them at once. */
static void next_web(struct visit *v)
{
	for (struct look *l = v->first; l && v->n_web < WEB_AT_ONCE; l = l->next) {
		if (l->kind != EVIDENCE_WEB || l->state != LOOK_WAITS)
			continue;
		v->n_web++;
		start(l);
	}
}

static void add(struct look *l)
{
	struct visit *v = l->visit;

	*v->last = l;
	v->last = &l->next;
	v->n_busy++;
	v->n_dns += l->kind == EVIDENCE_DNS;
}

struct look *look_find(const struct visit *v, const char *key)
{
	return map_get_text(&v->looks, key);
}

struct look *look_want(struct visit *v, enum evidence_kind kind, const char *key)
{
	struct look *l;

	if (look_find(v, key))
		return NULL;
	if (v->looks.n >= LOOKS_MAX || visit_is_spent(v))
		return NULL;
	if (kind == EVIDENCE_DNS && v->n_dns >= L_DNS_QUERIES_PER_SITE) {
		limit_hit(LIMIT_DNS_QUERIES_PER_SITE);
		return NULL;
	}
	l = arena_alloc(&v->arena, sizeof(*l));
	l->visit = v;
	l->kind = kind;
	*map_at_text(&v->looks, key) = l;
	return l;
}

void look_go(struct look *l)
{
	add(l);
	if (l->kind == EVIDENCE_WEB)
		next_web(l->visit);
	else
		start(l);
}

/* ---- once more ---- */

bool look_wants_again(const struct look *l)
{
	return l->state == LOOK_ENDED && l->silent && l->first && !l->again && !l->fails;
}

void look_repeat_all(struct visit *v)
{
	struct look *end = NULL;

	for (struct look *l = v->first; l != end; l = l->next) {
		struct look *copy;

		if (!look_wants_again(l))
			continue;
		l->again = true;
		copy = arena_alloc(&v->arena, sizeof(*copy));
		*copy = (struct look){.visit = v, .kind = l->kind, .addr = l->addr, .port = l->port,
				      .fails = l->fails + 1, .first = true, .host = l->host};
		switch (l->kind) {
		case EVIDENCE_DNS: copy->dns = l->dns; break;
		case EVIDENCE_WEB: copy->web = l->web; break;
		case EVIDENCE_SMTP: copy->smtp = l->smtp; break;
		case EVIDENCE_QUIC: copy->quic = l->quic; break;
		case EVIDENCE_KINDS: break;
		}
		end = end ? end : copy; /* those that are added now are not looked at now */
		look_go(copy);
	}
}
