/* probe_quic: see probe_quic.h. */
#include "check/probe_quic.h"

#include "base/buf.h"

#include <string.h>

enum { QUIC_PORT = 443, WAIT_US = L_QUIC_WAIT_MS * 1000 };

static struct step finish(struct quic_probe *q, enum outcome outcome, const char *why)
{
	if (why)
		q->row.why = arena_str(q->p.arena, why);
	return step_done(arena_full(q->p.arena) ? OUTCOME_LIMIT : outcome);
}

static struct step send(struct quic_probe *q, int64_t now_us)
{
	q->row.tries++;
	q->sent_us = now_us;
	return (struct step){.kind = STEP_UDP,
			     .addr = q->row.addr,
			     .port = (uint16_t)q->row.port,
			     .data = q->packet,
			     .len = sizeof(q->packet),
			     .timeout_us = WAIT_US};
}

static struct step silent(struct quic_probe *q, int64_t now_us)
{
	if (q->row.tries < L_QUIC_TRIES)
		return send(q, now_us);
	limit_hit(LIMIT_QUIC_TRIES);
	return finish(q, q->row.why ? OUTCOME_MALFORMED : OUTCOME_TIMEOUT, NULL);
}

static void keep_versions(struct quic_probe *q, const struct quic_versions *v)
{
	struct buf text;

	buf_init(&text, L_QUIC_VERSIONS * 9 + 1);
	for (size_t i = 0; i < v->n; i++)
		buf_printf(&text, "%s%08x", i ? " " : "", (unsigned)v->list[i]);
	q->row.versions = arena_str(q->p.arena, v->n ? text.data : NULL);
	buf_done(&text);
}

/* What is no answer may be anybody's, or late: the answer may still come. */
static struct step take_data(struct quic_probe *q, const struct event *e)
{
	int64_t left_us = q->sent_us + WAIT_US - e->mono_us;
	struct quic_versions v;

	if (quic_versions(&v, e->data, e->len, &q->ids)) {
		q->row.rtt_us = e->mono_us - q->sent_us;
		q->row.why = NULL;
		keep_versions(q, &v);
		return finish(q, OUTCOME_OK, NULL);
	}
	if (!q->row.why)
		q->row.why = arena_str(q->p.arena, v.why);
	if (left_us <= 0)
		return silent(q, e->mono_us);
	return (struct step){.kind = STEP_READ, .timeout_us = left_us};
}

static struct step next(struct probe *p, const struct event *e)
{
	struct quic_probe *q = (struct quic_probe *)p;

	p->last_us = e->mono_us;
	switch (e->kind) {
	case EVENT_START:
		p->began_us = e->mono_us;
		if (arena_full(p->arena))
			return finish(q, OUTCOME_LIMIT, NULL);
		return send(q, e->mono_us);
	case EVENT_DATA: return take_data(q, e);
	case EVENT_TIMEOUT: return silent(q, e->mono_us);
	case EVENT_REFUSED: return finish(q, OUTCOME_REFUSED, "port");
	case EVENT_UNREACHABLE: return finish(q, OUTCOME_UNREACHABLE, e->why);
	case EVENT_DENIED: return finish(q, OUTCOME_DENIED, e->why);
	case EVENT_CONNECTED:
	case EVENT_CLOSED:
	case EVENT_TLS:
	case EVENT_TLS_FAILED: break;
	}
	return finish(q, OUTCOME_CLOSED, NULL);
}

static const struct probe_kind kind = {.name = "quic", .schema = &quic_schema, .next = next};

static void random_ids(struct quic_probe *q, uint64_t (*random)(void *ctx), void *ctx)
{
	uint64_t bits[2] = {random(ctx), random(ctx)};

	memcpy(q->ids.destination, &bits[0], QUIC_ID_B);
	memcpy(q->ids.source, &bits[1], QUIC_ID_B);
}

void quic_probe_init(struct quic_probe *q, const struct quic_question *what, struct arena *a,
		     uint64_t (*random)(void *ctx), void *random_ctx)
{
	memset(q, 0, sizeof(*q));
	row_clear(&quic_schema, &q->row);
	q->p = (struct probe){
		.kind = &kind, .arena = a, .row = &q->row, .random = random, .random_ctx = random_ctx};
	q->row.host = arena_str(a, what->host);
	q->row.family = what->addr.family;
	q->row.addr = what->addr;
	q->row.port = what->port ? what->port : QUIC_PORT;
	q->row.advertised = arena_str(a, what->advertised);
	q->row.tries = 0;
	random_ids(q, random, random_ctx);
	quic_initial(q->packet, &q->ids);
}
