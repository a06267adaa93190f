/* probe_resource: see probe_resource.h. */
#include "check/probe_resource.h"

#include "base/limits.h"

#include <string.h>

enum { TLS_PORT = 443 };

static struct step finish(struct resource_probe *r, enum outcome outcome, const char *why)
{
	if (why)
		r->row.why = arena_str(r->p.arena, why);
	return step_done(arena_full(r->p.arena) ? OUTCOME_LIMIT : outcome);
}

static struct step connect_host(struct resource_probe *r, int64_t now_us)
{
	r->p.began_us = now_us;
	if (arena_full(r->p.arena))
		return finish(r, OUTCOME_LIMIT, NULL);
	return (struct step){.kind = STEP_CONNECT,
			     .addr = r->row.addr,
			     .port = (uint16_t)r->row.port,
			     .timeout_us = L_TCP_CONNECT_MS * INT64_C(1000)};
}

static struct step connected(struct resource_probe *r, int64_t now_us)
{
	r->row.connect_us = now_us - r->p.began_us;
	r->row.stage = STAGE_DONE;
	if (r->row.port != TLS_PORT)
		return finish(r, OUTCOME_OK, NULL);
	r->row.stage = STAGE_TLS;
	r->tls_at = now_us;
	return (struct step){.kind = STEP_TLS,
			     .sni = r->row.host,
			     .timeout_us = L_TLS_HANDSHAKE_MS * INT64_C(1000)};
}

static struct step secured(struct resource_probe *r, const struct tls_facts *f, int64_t now_us)
{
	r->row.tls_us = now_us - r->tls_at;
	r->row.tls_version = f->version;
	r->row.cert_ok = f->verified;
	r->row.cert_problem = f->problem;
	r->row.stage = STAGE_DONE;
	return finish(r, OUTCOME_OK, NULL);
}

/* "handshake_limit", "key_limit" and "names_limit": we ended it, which says nothing of the far side. */
static struct step tls_failed(struct resource_probe *r, const char *why)
{
	const char *end = why ? strrchr(why, '_') : NULL;

	return finish(r, end && !strcmp(end, "_limit") ? OUTCOME_LIMIT : OUTCOME_TLS, why);
}

static struct step timed_out(struct resource_probe *r)
{
	limit_hit(r->row.stage == STAGE_TLS ? LIMIT_TLS_HANDSHAKE_MS : LIMIT_TCP_CONNECT_MS);
	return finish(r, OUTCOME_TIMEOUT, NULL);
}

static struct step next(struct probe *p, const struct event *e)
{
	struct resource_probe *r = (struct resource_probe *)p;

	p->last_us = e->mono_us;
	switch (e->kind) {
	case EVENT_START: return connect_host(r, e->mono_us);
	case EVENT_CONNECTED: return connected(r, e->mono_us);
	case EVENT_TLS: return secured(r, e->tls, e->mono_us);
	case EVENT_TLS_FAILED: return tls_failed(r, e->why);
	case EVENT_REFUSED: return finish(r, OUTCOME_REFUSED, NULL);
	case EVENT_UNREACHABLE: return finish(r, OUTCOME_UNREACHABLE, e->why);
	case EVENT_TIMEOUT: return timed_out(r);
	case EVENT_DENIED: return finish(r, OUTCOME_DENIED, e->why);
	case EVENT_CLOSED:
	case EVENT_DATA: break;
	}
	return r->row.stage == STAGE_TLS ? finish(r, OUTCOME_TLS, "closed") : finish(r, OUTCOME_CLOSED, NULL);
}

static const struct probe_kind kind = {.name = "resource", .schema = &resource_schema, .next = next};

void resource_probe_init(struct resource_probe *r, const struct resource_question *q, struct arena *a)
{
	memset(r, 0, sizeof(*r));
	row_clear(&resource_schema, &r->row);
	r->p = (struct probe){.kind = &kind, .arena = a, .row = &r->row};
	r->row.host = arena_str(a, q->host);
	r->row.family = q->addr.family;
	r->row.addr = q->addr;
	r->row.port = q->port;
	r->row.stage = STAGE_CONNECT;
}
