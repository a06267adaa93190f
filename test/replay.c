/* replay: see replay.h.  The visit and what must hold of it; play.c stands in for the drive. */
#include "test/play.h"

#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 1000000, OBEY_AFTER_US = 60000000 };

static const char resolver_text[] = "192.0.2.53"; /* its guard lets it through, and nothing else */

void broken(struct replay *r, const char *fmt, ...)
{
	va_list ap;

	if (r->broken[0])
		return;
	va_start(ap, fmt);
	vsnprintf(r->broken, sizeof(r->broken), fmt, ap);
	va_end(ap);
}

/* ---- opt-outs ---- */

static void add_line(struct replay *r, char **text, struct optout *o, const char *line)
{
	struct err e;

	*text = arena_printf(&r->arena, "%s%s\n", *text, line);
	if (optout_parse(o, "replay", *text, strlen(*text), &e))
		broken(r, "%s", e.text);
}

static void hear(struct timer *t)
{
	struct plea *p = t->ctx;

	add_line(p->replay, &p->replay->optout_text, &p->replay->optout, p->line);
}

static void obey(struct timer *t)
{
	struct plea *p = t->ctx;

	add_line(p->replay, &p->replay->due_text, &p->replay->due, p->line);
}

static void start_pleas(struct replay *r)
{
	for (size_t i = 0; i < r->pleas.n; i++) {
		struct plea *p = &r->pleas.at[i];

		p->replay = r;
		p->heard = (struct timer){.fire = hear, .ctx = p};
		p->due = (struct timer){.fire = obey, .ctx = p};
		if (!p->at_us) {
			hear(&p->heard);
			obey(&p->due);
			continue;
		}
		loop_timer(r->loop, &p->heard, p->at_us);
		loop_timer(r->loop, &p->due, p->at_us + OBEY_AFTER_US);
	}
}

/* ---- the evidence ---- */

static struct site site_of(const struct replay *r, struct batch *const batches[EVIDENCE_KINDS])
{
	struct site s = {.domain = r->domain,
			 .v4_works = r->v4,
			 .v6_works = r->v6,
			 .resolver_works = true,
			 .now_us = r->clock.wall_us,
			 .allow = r->allow.at,
			 .n_allow = r->allow.n};

	site_take(&s, batches);
	return s;
}

static void judge(struct replay *r)
{
	struct site s = site_of(r, r->batches);

	for (size_t i = 0; check_list[i]; i++) {
		struct judged *j = vec_push(&r->judged);
		struct verdict_row row;

		check_run(check_list[i], &s, &r->arena, &row);
		*j = (struct judged){check_list[i], (enum verdict)row.verdict, row.reason,
				     row.evidence};
		if (!json_valid(row.evidence, strlen(row.evidence)))
			broken(r, "evidence of %s is no JSON: %s", row.check, row.evidence);
	}
}

static bool any_repeated(const struct replay *r)
{
	/* a linked page says by its words whether it was asked twice */

	for (int k = 0; k < EVIDENCE_KINDS; k++)
		for (size_t i = 0; r->batches[k] && i < r->batches[k]->obs.n; i++) {
			const struct obs *o = &r->batches[k]->obs.at[i];
			const struct field *f = schema_field(r->batches[k]->schema, "fails");
			int64_t fails;

			if (!f)
				continue;
			memcpy(&fails, (const char *)o->row + f->offset, sizeof(fails));
			if (fails > 0 && o->outcome != OUTCOME_DENIED &&
			    o->outcome != OUTCOME_LIMIT)
				return true;
		}
	return false;
}

/* Does a record of the evidence name this address? */
static bool is_named(const struct replay *r, const char *addr)
{
	const struct batch *dns = r->batches[EVIDENCE_DNS];

	for (size_t i = 0; dns && i < dns->obs.n; i++) {
		const struct dns_row *row = dns->obs.at[i].row;
		char line[512];
		const char *at = NULL;

		while (row->data && dns_data_next(row, &at, line, sizeof(line)))
			if (!strcmp(line, addr))
				return true;
	}
	return false;
}

/* Addresses are never guessed (threats.md P-V6). */
static void check_sent(struct replay *r)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < r->sent.n; i++) {
		addr_text(&r->sent.at[i].addr, text);
		if (!r->sent.at[i].literal && strcmp(text, resolver_text) != 0 && !is_named(r, text))
			broken(r, "a packet to %s, which no answer named", text);
	}
}

/* Nothing is concluded about those who opted out, nor over a family that does not work here, nor
 * from a silence that nobody repeated. */
static void check_verdict(struct replay *r, const struct judged *j, bool repeated)
{
	static const char *const silences[] = {"aaaa_timeout", "aaaa_servfail", "v6_timeout"};

	if (optout_name(&r->due, r->domain) && !r->sent.n && j->verdict != VERDICT_UNKNOWN &&
	    strcmp(j->reason, "not_asked") != 0)
		broken(r, "%s of who opted out: %s", j->check->id, j->reason);
	if (!r->v6 && !strncmp(j->reason, "v6_", 3) && strcmp(j->reason, "v6_broken"))
		broken(r, "%s without IPv6 here: %s", j->check->id, j->reason);
	for (size_t i = 0; i < sizeof(silences) / sizeof(silences[0]); i++)
		if (!repeated && !strcmp(j->reason, silences[i]))
			broken(r, "%s from a silence seen once: %s", j->check->id, j->reason);
}

static const struct schema *find_schema(const char *name)
{
	for (size_t i = 0; i < EVIDENCE_KINDS; i++)
		if (!strcmp(evidence_schemas[i]->name, name))
			return evidence_schemas[i];
	return NULL;
}

static struct batch *travel(struct replay *r, const struct batch *b)
{
	struct buf bytes;
	struct batch *copy;
	struct err e = {0};

	if (!b)
		return NULL;
	buf_init(&bytes, L_BATCH_B);
	batch_encode(b, &bytes);
	copy = batch_decode(bytes.data, bytes.len, find_schema, &e);
	buf_done(&bytes);
	if (!copy || copy->obs.n != b->obs.n)
		broken(r, "evidence does not travel: %s", e.text);
	return copy;
}

static void judge_again(struct replay *r)
{
	struct batch *copies[EVIDENCE_KINDS];
	struct site s;

	for (int k = 0; k < EVIDENCE_KINDS; k++)
		copies[k] = travel(r, r->batches[k]);
	s = site_of(r, copies);
	for (size_t i = 0; check_list[i] && !r->broken[0]; i++) {
		struct verdict_row row;

		check_run(check_list[i], &s, &r->arena, &row);
		if (strcmp(row.reason, r->judged.at[i].reason) ||
		    strcmp(row.evidence, r->judged.at[i].evidence))
			broken(r, "%s is another verdict after travel: %s", row.check, row.reason);
	}
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		batch_free(copies[k]);
}

/* ---- the visit ---- */

static void on_done(void *ctx, struct visit *v)
{
	struct replay *r = ctx;

	if (r->over)
		broken(r, "done twice");
	r->over = true;
	for (enum evidence_kind k = EVIDENCE_DNS; k < EVIDENCE_KINDS; k++)
		r->batches[k] = visit_take(v, k);
	visit_free(v);
	if (r->n_plays && !r->also)
		broken(r, "done with %zu probes under way", r->n_plays);
}

static void on_also_done(void *ctx, struct visit *v)
{
	struct replay *r = ctx;

	r->also_over = true;
	visit_free(v);
}

static void on_parked(void *ctx, struct visit *v, bool is)
{
	struct replay *r = ctx;

	(void)v;
	r->parks += is;
	if (r->parks > L_SITE_PAUSES)
		broken(r, "%zu pauses", r->parks);
	if (is && r->n_plays && !r->also)
		broken(r, "parked with %zu probes under way", r->n_plays);
}

void replay_init(struct replay *r)
{
	memset(r, 0, sizeof(*r));
	r->domain = "example.test";
	r->v4 = r->v6 = r->public_ok = true;
	r->repeat_after_us = 600000000;
	internet_init(&r->net);
}

static void make_env(struct replay *r)
{
	static const struct pace_config pace = {
		.per_s = 1000, .gap_us = 2000000, .per_prefix_s = 2, .per_ns_s = 10};
	struct guard_config far = {.allow = r->allow.at,
				   .n_allow = r->allow.n,
				   .deny = r->deny.at,
				   .n_deny = r->deny.n,
				   .skip_own = true};
	struct guard_config near = {0};
	struct addr resolver;
	struct err e;

	addr_parse(&resolver, resolver_text);
	near.only = &resolver;
	r->loop = loop_new(&r->clock.clock, &e);
	r->pace = pace_new(r->loop, &pace);
	r->far = (struct lane){r, guard_new(&far, &e)};
	r->near = (struct lane){r, guard_new(&near, &e)};
	r->env = (struct visit_env){.loop = r->loop,
				    .start = play_start,
				    .far = (struct drive *)(void *)&r->far,
				    .resolver = (struct drive *)(void *)&r->near,
				    .pace = r->pace,
				    .optout = &r->optout,
				    .heed = heed_new(3, NULL, NULL),
				    .hosts = hosts_new(),
				    .guard = r->far.guard,
				    .resolver_addr = resolver,
				    .resolver_port = DNS_PORT,
				    .v4 = r->v4,
				    .v6 = r->v6,
				    .repeats = r->repeats,
				    .links = {.sample = r->links, .seed = 1},
				    .public_ok = r->public_ok,
				    .allow = r->allow.at,
				    .n_allow = r->allow.n,
				    .repeat_after_us = r->repeat_after_us,
				    .vantage = "replay",
				    .user_agent = "replay",
				    .helo = "replay.test"};
}

/* Moves the clock from one timer to the next until the visit is over. */
static void turn(struct replay *r)
{
	struct err e;

	for (int i = 0; !r->over || (r->also && !r->also_over); i++) {
		int64_t due_us;

		loop_turn(r->loop, 0, &e);
		due_us = loop_due_us(r->loop);
		if (r->over && (!r->also || r->also_over))
			return;
		if (i > TURNS_MAX || due_us == INT64_MAX) {
			broken(r, "the visit does not end");
			return;
		}
		if (due_us > r->clock.mono_us)
			clock_fake_move(&r->clock, due_us - r->clock.mono_us);
	}
}

static void check_after(struct replay *r)
{
	int64_t most_ms = L_SITE_WALL_MS + (r->links ? L_LINK_WALL_MS : 0) + (r->repeats ? L_REPEAT_WALL_MS : 0);

	if (r->active_us > most_ms * 1000 + r->longest_us)
		broken(r, "active for %lld ms, the longest probe %lld ms",
		       (long long)r->active_us / 1000, (long long)r->longest_us / 1000);
	judge(r);
	if (!r->also) /* whose answers are not kept */
		check_sent(r);
	for (size_t i = 0; i < r->judged.n; i++)
		check_verdict(r, &r->judged.at[i], any_repeated(r));
	judge_again(r);
}

void replay_run(struct replay *r)
{
	const struct visit_calls calls = {.done = on_done, .parked = on_parked, .ctx = r};
	const struct visit_calls also = {.done = on_also_done, .ctx = r};
	struct visit *v;

	arena_init(&r->arena, 0);
	map_init(&r->looks, &r->arena);
	clock_fake_init(&r->clock, INT64_C(1790000000000000));
	optout_init(&r->optout);
	optout_init(&r->due);
	r->optout_text = r->due_text = arena_str(&r->arena, "");
	make_env(r);
	start_pleas(r);
	v = visit_new(&r->env, r->domain, &calls);
	if (r->also)
		visit_new(&r->env, r->also, &also);
	turn(r);
	r->shared = hosts_stats(r->env.hosts)->shared;
	if (r->over) {
		check_after(r);
		return;
	}
	play_drop_all(r);
	visit_free(v);
}

void replay_done(struct replay *r)
{
	for (size_t i = 0; r->loop && i < r->pleas.n; i++) {
		loop_untimer(r->loop, &r->pleas.at[i].heard);
		loop_untimer(r->loop, &r->pleas.at[i].due);
	}
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		batch_free(r->batches[k]);
	vec_done(&r->judged);
	vec_done(&r->sent);
	vec_done(&r->allow);
	vec_done(&r->deny);
	vec_done(&r->pleas);
	pace_free(r->pace);
	heed_free(r->env.heed);
	hosts_free(r->env.hosts);
	guard_free(r->far.guard);
	guard_free(r->near.guard);
	optout_done(&r->optout);
	optout_done(&r->due);
	loop_free(r->loop);
	internet_done(&r->net);
	arena_done(&r->arena);
}
