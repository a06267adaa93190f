/* visit_look: the life of a look; see visit_int.h. */
#include "source/visit_int.h"

#include <stdlib.h>
#include <string.h>

enum { PROBE_ARENA_B = 160 * 1024, LOOKS_MAX = 800, WEB_AT_ONCE = 4 };

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

static int64_t left_us(const struct visit *v)
{
	int64_t us = v->spent_us + (v->n_running ? mono(v) - v->running_since_us : 0);
	int64_t most_ms = L_SITE_WALL_MS + (v->crawl ? L_LINK_WALL_MS : 0) +
			  (v->env->repeats ? L_REPEAT_WALL_MS : 0);

	return most_ms * 1000 - us;
}

bool visit_is_spent(struct visit *v)
{
	if (left_us(v) > 0)
		return false;
	limit_hit(v->crawl ? LIMIT_LINK_WALL_MS : v->env->repeats ? LIMIT_REPEAT_WALL_MS : LIMIT_SITE_WALL_MS);
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
	return l->kind == EVIDENCE_DNS && !strncmp(l->dns.role, "authority", 9);
}

static bool by_resolver(const struct look *l)
{
	return l->kind == EVIDENCE_DNS && !is_authority(l);
}

/* What proves nothing until it was seen twice.  "Unreachable" is among it: a router says so while our
 * own network is in trouble, too. */
bool look_is_silent(const struct look *l, enum outcome outcome)
{
	if (outcome == OUTCOME_TIMEOUT || outcome == OUTCOME_UNKNOWN ||
	    outcome == OUTCOME_UNREACHABLE)
		return true;
	/* a name server that hangs up without a word may only be full just now */
	if (!by_resolver(l))
		return is_authority(l) && outcome == OUTCOME_CLOSED;
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
	case EVIDENCE_LINK: l->connected = ((struct web_row *)row)->connect_us != I64_NULL; break;
	case EVIDENCE_ZONE: break; /* it tells itself what was silent how often */
	case EVIDENCE_RESOURCE:
		((struct resource_row *)row)->fails = l->fails;
		l->connected = ((struct resource_row *)row)->connect_us != I64_NULL;
		break;
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
	bool asks = kind == EVIDENCE_LINK && ((const struct web_row *)o->row)->retry_after_s != I64_NULL;

	if (kind == EVIDENCE_WEB || asks) /* one page of many that is not for us turns nobody away */
		heed_web(v->env->heed, v->domain, o);
	else if (kind == EVIDENCE_SMTP)
		heed_smtp(v->env->heed, v->domain, o);
}

static void keep(struct look *l, const struct obs *o)
{
	struct visit *v = l->visit;

	if (l->kind == EVIDENCE_LINK) { /* one row comes of several looks */
		leg_ended(l->leg, l, o);
		return;
	}
	if (!v->batches[l->kind])
		v->batches[l->kind] = batch_new(evidence_schemas[l->kind]);
	if (evidence_whole(evidence_schemas[l->kind], o->row))
		batch_copy(v->batches[l->kind], o);
}

static bool is_page(const struct look *l)
{
	return l->kind == EVIDENCE_WEB || l->kind == EVIDENCE_LINK;
}

/* What it found is in the evidence from now on, whoever made the look. */
static void record(struct look *l, const struct obs *o)
{
	struct visit *v = l->visit;

	note_row(l, o->row);
	if (l->kind == EVIDENCE_WEB && ((struct web_row *)o->row)->robots)
		l->web.robots_said = arena_str(&v->arena, ((struct web_row *)o->row)->robots);
	keep(l, o);
	heed(v, l->kind, o);
	l->silent = look_is_silent(l, o->outcome) || fell_silent(l, o->row);
	l->state = LOOK_ENDED;
	v->n_busy--;
	if (!is_authority(l)) /* what a name server says opens no question */
		v->news |= 1U << l->kind;
	if (is_page(l)) {
		v->n_web--;
		next_web(v);
	}
	visit_think_soon(v);
}

/* For those who wait for it; what was this site's own trouble is not theirs. */
static void tell_others(struct look *l, const struct obs *o)
{
	bool own = o->outcome == OUTCOME_DENIED || o->outcome == OUTCOME_LIMIT || o->outcome == OUTCOME_UNKNOWN;

	if (l->leads)
		hosts_tell(l->visit->env->hosts, l->shared, evidence_schemas[l->kind], own ? NULL : o);
	l->leads = false;
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

	record(l, &o);
	tell_others(l, &o);
	forget_probe(l);
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
				       sizeof(struct smtp_probe), sizeof(struct quic_probe),
				       sizeof(struct resource_probe), sizeof(struct web_probe)};

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
	case EVIDENCE_LINK: web_probe_init((struct web_probe *)l->probe, &l->web, &l->arena); break;
	case EVIDENCE_ZONE: break; /* no probe: it is the engine's */
	case EVIDENCE_RESOURCE:
		resource_probe_init((struct resource_probe *)l->probe, &l->resource, &l->arena);
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
	else if (last->outcome == OUTCOME_TIMEOUT && mono(l->visit) >= l->deadline_us && visit_is_spent(l->visit))
		ended(l, OUTCOME_LIMIT); /* we ended it: the far side is not known to be silent */
	else
		ended(l, last->outcome);
}

/* Why no packet may go there, at this moment: opt-outs come at any time (P-OPT-1). */
static const char *forbidden(const struct look *l)
{
	const struct visit_env *env = l->visit->env;
	const struct addr *a = by_resolver(l) || l->kind == EVIDENCE_ZONE ? NULL : &l->addr;
	int64_t now_us = clock_wall(loop_clock(env->loop));

	if (l->visit->denied)
		return l->visit->denied;
	if (optout_name(env->optout, l->visit->domain) || optout_name(env->optout, l->host) ||
	    (a && optout_addr(env->optout, a)))
		return "optout";
	if (a && !env->public_ok && guard_is_public(env->guard, a))
		return "no_contact";
	if ((is_page(l) || l->kind == EVIDENCE_QUIC || l->kind == EVIDENCE_RESOURCE) &&
	    heed_host(env->heed, l->host, now_us))
		return heed_host(env->heed, l->host, now_us);
	return l->kind == EVIDENCE_DNS || !a ? NULL : heed_addr(env->heed, a, now_us);
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

void look_end_zone(struct look *l, enum outcome outcome, const struct zone_row *row, bool silent)
{
	struct visit *v = l->visit;
	struct zone_row own = *row;
	struct obs o = {.at_us = clock_wall(loop_clock(v->env->loop)),
			.subject = v->domain,
			.vantage = v->env->vantage,
			.round = "",
			.outcome = outcome,
			.row = &own};

	record(l, &o);
	l->silent = silent && outcome != OUTCOME_ABSENT && outcome != OUTCOME_DENIED && outcome != OUTCOME_LIMIT;
}

/* Its questions stand in line each for itself; the site's time does not count while they do. */
static void go_zone(struct look *l, const char *why)
{
	struct zone_row row;

	l->state = LOOK_RUNS;
	if (!why) {
		zone_look_start(l);
		return;
	}
	row_clear(&zone_schema, &row);
	row.asked = l->zone.name;
	row.why = why;
	look_end_zone(l, OUTCOME_DENIED, &row, false);
}

static void go(struct turn *t)
{
	struct look *l = t->ctx;
	struct visit *v = l->visit;
	const char *why = forbidden(l);

	if (l->kind == EVIDENCE_ZONE) {
		go_zone(l, why);
		return;
	}
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
	l->deadline_us = l->probe->deadline_us = mono(v) + left_us(v);
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

/* ---- looks that sites share ---- */

/* It ends as the look of another site did. */
static void follow(struct look *l, const struct obs *o)
{
	struct obs own = *o;

	own.subject = l->visit->domain;
	own.row = arena_copy(&l->visit->arena, o->row, evidence_schemas[l->kind]->size);
	record(l, &own);
}

static void stand_in_line(struct look *l);

static void told(struct host_wait *w, const struct obs *o)
{
	struct look *l = w->ctx;

	if (o) {
		follow(l, o);
		return;
	}
	l->leads = true;
	stand_in_line(l);
}

/* Had of another site: not at once, for the planner walks over the evidence. */
static void have(struct timer *t)
{
	struct look *l = t->ctx;
	const struct obs *o;

	switch (hosts_take(l->visit->env->hosts, l->shared, &l->wait, &o)) {
	case HOSTS_HAVE: follow(l, o); break;
	case HOSTS_WAIT: break;
	case HOSTS_LEAD: /* it was forgotten meanwhile */
		l->leads = true;
		stand_in_line(l);
	}
}

/* False: this site makes the look itself. */
static bool is_made_elsewhere(struct look *l)
{
	struct hosts *hosts = l->visit->env->hosts;
	const struct obs *o;

	if (!l->shared || !hosts)
		return false;
	l->wait = (struct host_wait){.told = told, .ctx = l};
	if (hosts_has(hosts, l->shared)) {
		l->turn.timer = (struct timer){.fire = have, .ctx = l};
		loop_timer(l->visit->env->loop, &l->turn.timer, 0);
	} else if (hosts_take(hosts, l->shared, &l->wait, &o) == HOSTS_LEAD) {
		l->leads = true;
		return false;
	}
	l->state = LOOK_FOLLOWS;
	return true;
}

static void start(struct look *l)
{
	/* what may not be asked is not had of others either */
	if (forbidden(l) || !is_made_elsewhere(l))
		stand_in_line(l);
}

static void stand_in_line(struct look *l)
{
	enum pace_kind kind = l->kind != EVIDENCE_DNS ? PACE_CONNECT
			      : by_resolver(l)	   ? PACE_RESOLVER
						   : PACE_NAME_SERVER;

	l->state = LOOK_TURN;
	l->turn.go = go;
	l->turn.ctx = l;
	if (!forbidden(l) && l->kind != EVIDENCE_ZONE) {
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
		if (!is_page(l) || l->state != LOOK_WAITS)
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
	v->n_dns += l->kind == EVIDENCE_DNS && !l->shared; /* those have a budget of their own */
}

struct look *look_find(const struct visit *v, const char *key)
{
	return map_get_text(&v->looks, key);
}

struct look *look_make(struct visit *v, enum evidence_kind kind)
{
	struct look *l = arena_alloc(&v->arena, sizeof(*l));

	l->visit = v;
	l->kind = kind;
	return l;
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
	l = look_make(v, kind);
	*map_at_text(&v->looks, key) = l;
	return l;
}

void look_go(struct look *l)
{
	add(l);
	if (is_page(l))
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
		copy->shared = l->shared ? arena_printf(&v->arena, "%s|again", l->shared) : NULL;
		switch (l->kind) {
		case EVIDENCE_DNS: copy->dns = l->dns; break;
		case EVIDENCE_LINK:
			copy->leg = l->leg;
			__attribute__((fallthrough));
		case EVIDENCE_WEB: copy->web = l->web; break;
		case EVIDENCE_SMTP: copy->smtp = l->smtp; break;
		case EVIDENCE_QUIC: copy->quic = l->quic; break;
		case EVIDENCE_RESOURCE: copy->resource = l->resource; break;
		case EVIDENCE_ZONE: copy->zone = (struct zone_question){.name = l->zone.name}; break;
		case EVIDENCE_KINDS: break;
		}
		end = end ? end : copy; /* those that are added now are not looked at now */
		look_go(copy);
	}
}
