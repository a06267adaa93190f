/* selftest: see selftest.h.  An anchor is reached when it takes a TCP connection, or refuses one: a reset
 * came all the way too. */
#include "source/selftest.h"

#include "check/probe_dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_US = 5000000, ARENA_B = 64 * 1024 };

struct anchor_probe {
	struct probe p;
	struct selftest *test;
	struct anchor anchor;
	struct smtp_row row; /* filled by nobody; a probe has one */
};

struct selftest {
	const struct visit_env *env;
	struct selftest_row *row;
	void (*done)(void *ctx);
	void *ctx;
	struct arena arena;
	struct anchor_probe anchors[ANCHORS_MAX];
	size_t n_anchors, n_busy;
	struct dns_probe dns;
	char why[160];
};

static struct step next(struct probe *p, const struct event *e)
{
	struct anchor_probe *a = (struct anchor_probe *)p;

	switch (e->kind) {
	case EVENT_START:
		return (struct step){.kind = STEP_CONNECT, .addr = a->anchor.addr,
				     .port = a->anchor.port, .timeout_us = WAIT_US};
	case EVENT_CONNECTED:
	case EVENT_REFUSED: return step_done(OUTCOME_OK);
	case EVENT_UNREACHABLE: return step_done(OUTCOME_UNREACHABLE);
	case EVENT_DENIED: return step_done(OUTCOME_DENIED);
	case EVENT_TLS:
	case EVENT_TLS_FAILED:
	case EVENT_DATA:
	case EVENT_CLOSED:
	case EVENT_TIMEOUT: break;
	}
	return step_done(OUTCOME_TIMEOUT);
}

static const struct probe_kind kind = {.name = "anchor", .schema = &smtp_schema, .next = next};

/* Without an anchor a family cannot show that it works; that is no fault of the network. */
static void note_missing(struct selftest *t)
{
	const char *v4 = t->row->anchors_v4 ? "" : "selftest.anchor_v4";
	const char *v6 = t->row->anchors_v6 ? "" : "selftest.anchor_v6";

	if (!t->why[0] && (*v4 || *v6))
		snprintf(t->why, sizeof(t->why), "%s%s%s names no anchor", v6, *v4 && *v6 ? " and " : "",
			 v4);
}

static void one_less(struct selftest *t)
{
	if (--t->n_busy)
		return;
	note_missing(t);
	t->row->why = t->why[0] ? t->why : NULL;
	t->done(t->ctx);
}

/* The first thing that did not work is what people are told. */
static void note(struct selftest *t, const struct addr *a, uint16_t port, enum outcome outcome)
{
	char text[ADDR_TEXT_MAX];

	if (!t->why[0])
		snprintf(t->why, sizeof(t->why), "%s port %u: %s", addr_text(a, text), port,
			 outcome_words[outcome]);
}

static void anchor_done(void *ctx, struct probe *p, const struct step *last)
{
	struct anchor_probe *a = (struct anchor_probe *)p;
	struct selftest *t = ctx;
	bool v6 = a->anchor.addr.family == 6, reached = last->outcome == OUTCOME_OK;

	if (reached) {
		*(v6 ? &t->row->answered_v6 : &t->row->answered_v4) += 1;
		*(v6 ? &t->row->v6_works : &t->row->v4_works) = 1;
	} else {
		note(t, &a->anchor.addr, a->anchor.port, last->outcome);
	}
	one_less(t);
}

static void resolver_done(void *ctx, struct probe *p, const struct step *last)
{
	struct selftest *t = ctx;

	(void)p;
	/* any answer of it will do: that of the root is not ours to judge */
	t->row->resolver_works = t->dns.row.rcode != I64_NULL;
	if (!t->row->resolver_works)
		note(t, &t->dns.row.server, t->dns.port, last->outcome);
	one_less(t);
}

static void ask_resolver(struct selftest *t)
{
	const struct dns_question q = {.qname = ".", .qtype = DNS_NS, .role = "selftest",
				       .via = VIA_RESOLVER_UDP, .server = t->env->resolver_addr,
				       .port = t->env->resolver_port};

	dns_probe_init(&t->dns, &q, &t->arena, drive_random, NULL);
	t->dns.p.deadline_us = clock_mono(loop_clock(t->env->loop)) + WAIT_US;
	t->n_busy++;
	visit_ask(t->env, &t->dns, resolver_done, t);
}

static void ask_anchor(struct selftest *t, const struct anchor *anchor)
{
	struct anchor_probe *a = &t->anchors[t->n_anchors++];

	*a = (struct anchor_probe){
		.p = {.kind = &kind, .arena = &t->arena, .row = &a->row, .random = drive_random},
		.test = t,
		.anchor = *anchor};
	*(anchor->addr.family == 6 ? &t->row->anchors_v6 : &t->row->anchors_v4) += 1;
	t->n_busy++;
	t->env->start(t->env->far, &a->p, anchor_done, t);
}

struct selftest *selftest_start(const struct visit_env *env, const struct anchor *anchors,
				size_t n_anchors, struct selftest_row *row,
				void (*done)(void *ctx), void *ctx)
{
	struct selftest *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->env = env;
	t->row = row;
	t->done = done;
	t->ctx = ctx;
	arena_init(&t->arena, ARENA_B);
	row_clear(&selftest_schema, row);
	row->v4_works = row->v6_works = row->resolver_works = 0;
	row->anchors_v4 = row->anchors_v6 = row->answered_v4 = row->answered_v6 = 0;
	ask_resolver(t);
	for (size_t i = 0; i < n_anchors && i < ANCHORS_MAX; i++)
		ask_anchor(t, &anchors[i]);
	return t;
}

void selftest_free(struct selftest *t)
{
	if (!t)
		return;
	arena_done(&t->arena);
	free(t);
}
