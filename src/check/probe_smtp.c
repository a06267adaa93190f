/* probe_smtp: see probe_smtp.h.  How it ended is decided before STARTTLS and QUIT are said; what comes
 * after QUIT changes nothing. */
#include "check/probe_smtp.h"

#include <string.h>

enum { SMTP_PORT = 25, QUIT_WAIT_US = 1000000 };
enum { S_CONNECT, S_BANNER, S_EHLO, S_STARTTLS, S_TLS, S_QUIT };

static const char quit_line[] = "QUIT\r\n", starttls_line[] = "STARTTLS\r\n";

static struct step finish(struct smtp_probe *s, enum outcome outcome, const char *why)
{
	if (why)
		s->row.why = arena_str(s->p.arena, why);
	return step_done(arena_full(s->p.arena) ? OUTCOME_LIMIT : outcome);
}

/* The greeting has ended in replies: leave as RFC 5321 4.1.1.10 asks, without waiting long. */
static struct step quit(struct smtp_probe *s, enum outcome outcome, const char *why)
{
	if (why)
		s->row.why = arena_str(s->p.arena, why);
	s->outcome = outcome;
	s->state = S_QUIT;
	return (struct step){.kind = STEP_SEND,
			     .data = (const uint8_t *)quit_line,
			     .len = sizeof(quit_line) - 1,
			     .timeout_us = QUIT_WAIT_US};
}

/* STARTTLS did not come about, and nobody is left to say QUIT to; mail would go. */
static struct step no_tls(struct smtp_probe *s, const char *why)
{
	s->row.tls_why = arena_str(s->p.arena, why);
	return finish(s, OUTCOME_OK, NULL);
}

static struct step timed_out(struct smtp_probe *s)
{
	limit_hit(s->state == S_CONNECT ? LIMIT_TCP_CONNECT_MS : LIMIT_SMTP_REPLY_MS);
	return finish(s, OUTCOME_TIMEOUT, NULL);
}

static struct step connect_host(struct smtp_probe *s, int64_t now_us)
{
	s->connect_at = now_us;
	return (struct step){.kind = STEP_CONNECT,
			     .addr = s->row.addr,
			     .port = s->port,
			     .timeout_us = L_TCP_CONNECT_MS * INT64_C(1000)};
}

/* A reply is awaited from now on. */
static void await(struct smtp_probe *s, unsigned state, int64_t now_us)
{
	s->state = state;
	s->deadline_us = now_us + L_SMTP_REPLY_MS * INT64_C(1000);
	smtp_reply_init(&s->reply);
}

static struct step read_more(struct smtp_probe *s, int64_t now_us)
{
	if (now_us >= s->deadline_us && s->state == S_STARTTLS) {
		limit_hit(LIMIT_SMTP_REPLY_MS);
		return no_tls(s, "timeout");
	}
	if (now_us >= s->deadline_us)
		return timed_out(s);
	return (struct step){.kind = STEP_READ, .timeout_us = s->deadline_us - now_us};
}

static struct step say(struct smtp_probe *s, unsigned state, const char *line, int64_t now_us)
{
	await(s, state, now_us);
	return (struct step){.kind = STEP_SEND,
			     .data = (const uint8_t *)line,
			     .len = strlen(line),
			     .timeout_us = L_SMTP_REPLY_MS * INT64_C(1000)};
}

/* Another code than the one that lets us go on: 4xx and 5xx are a refusal. */
static struct step turned_away(struct smtp_probe *s, const char *why)
{
	return quit(s, s->reply.code >= 400 ? OUTCOME_REFUSED : OUTCOME_MALFORMED, why);
}

static struct step take_banner(struct smtp_probe *s, int64_t now_us)
{
	s->row.banner_us = now_us - s->connected_at;
	s->row.banner_code = s->reply.code;
	s->row.banner = arena_str(s->p.arena, s->reply.first);
	return s->reply.code == 220 ? say(s, S_EHLO, s->ehlo, now_us) : turned_away(s, "banner");
}

static struct step take_ehlo(struct smtp_probe *s, int64_t now_us)
{
	s->row.ehlo_code = s->reply.code;
	if (s->reply.code != 250)
		return turned_away(s, "ehlo");
	s->row.starttls = s->reply.starttls;
	return s->row.starttls ? say(s, S_STARTTLS, starttls_line, now_us) : quit(s, OUTCOME_OK, NULL);
}

/* ---- STARTTLS: whatever becomes of it, mail would go ---- */

/* What was sent in the clear behind the answer must not be read as if it came under TLS: such a server
 * gets no handshake. */
static struct step take_starttls(struct smtp_probe *s, int64_t now_us, bool early)
{
	s->row.starttls_code = s->reply.code;
	if (s->reply.code != 220)
		return quit(s, OUTCOME_OK, NULL);
	if (early)
		return no_tls(s, "early");
	s->state = S_TLS;
	s->tls_at = now_us;
	return (struct step){.kind = STEP_TLS,
			     .sni = s->row.host,
			     .no_alpn = true,
			     .timeout_us = L_TLS_HANDSHAKE_MS * INT64_C(1000)};
}

static struct step take_tls(struct smtp_probe *s, const struct event *e)
{
	const struct tls_facts *f = e->tls;
	struct smtp_row *r = &s->row;

	r->tls_us = e->mono_us - s->tls_at;
	r->tls_version = f->version;
	r->tls_cipher = f->cipher;
	r->cert_sha256 = f->cert_sha256;
	r->cert_spki_sha256 = f->spki_sha256;
	r->cert_subject = f->subject;
	r->cert_issuer = f->issuer;
	r->cert_not_after_us = f->not_after_us;
	r->cert_ok = f->verified;
	r->cert_problem = f->problem;
	return quit(s, OUTCOME_OK, NULL);
}

static struct step starttls_ends(struct smtp_probe *s, const struct event *e)
{
	switch (e->kind) {
	case EVENT_TLS_FAILED: return no_tls(s, e->why);
	case EVENT_TIMEOUT:
		limit_hit(s->state == S_TLS ? LIMIT_TLS_HANDSHAKE_MS : LIMIT_SMTP_REPLY_MS);
		return no_tls(s, "timeout");
	case EVENT_START:
	case EVENT_CONNECTED:
	case EVENT_TLS:
	case EVENT_DATA:
	case EVENT_CLOSED:
	case EVENT_REFUSED:
	case EVENT_UNREACHABLE:
	case EVENT_DENIED: break;
	}
	return no_tls(s, "closed");
}

/* Bytes after a complete reply came before we spoke: they answer nothing and are dropped. */
static struct step take_data(struct smtp_probe *s, const struct event *e)
{
	size_t used;

	switch (smtp_reply_feed(&s->reply, e->data, e->len, &used)) {
	case SMTP_MORE: return read_more(s, e->mono_us);
	case SMTP_REPLY:
		return s->state == S_BANNER ? take_banner(s, e->mono_us)
		       : s->state == S_EHLO ? take_ehlo(s, e->mono_us)
					    : take_starttls(s, e->mono_us, used < e->len);
	case SMTP_LIMIT:
		return s->state == S_STARTTLS ? no_tls(s, s->reply.why)
					      : finish(s, OUTCOME_LIMIT, s->reply.why);
	case SMTP_BAD: break;
	}
	if (s->state == S_STARTTLS)
		return no_tls(s, s->reply.why);
	return finish(s, OUTCOME_MALFORMED, s->reply.why);
}

static struct step connected(struct smtp_probe *s, int64_t now_us)
{
	s->connected_at = now_us;
	s->row.connect_us = now_us - s->connect_at;
	await(s, S_BANNER, now_us);
	return read_more(s, now_us);
}

static struct step next(struct probe *p, const struct event *e)
{
	struct smtp_probe *s = (struct smtp_probe *)p;

	p->last_us = e->mono_us;
	if (s->state == S_QUIT)
		return finish(s, s->outcome, NULL);
	if (e->kind == EVENT_TLS)
		return take_tls(s, e);
	if (s->state >= S_STARTTLS && e->kind != EVENT_DATA)
		return starttls_ends(s, e);
	switch (e->kind) {
	case EVENT_START:
		p->began_us = e->mono_us;
		if (arena_full(p->arena))
			return finish(s, OUTCOME_LIMIT, NULL);
		return connect_host(s, e->mono_us);
	case EVENT_CONNECTED: return connected(s, e->mono_us);
	case EVENT_DATA: return take_data(s, e);
	case EVENT_REFUSED: return finish(s, OUTCOME_REFUSED, "port");
	case EVENT_UNREACHABLE: return finish(s, OUTCOME_UNREACHABLE, e->why);
	case EVENT_TIMEOUT: return timed_out(s);
	case EVENT_DENIED: return finish(s, OUTCOME_DENIED, e->why);
	case EVENT_CLOSED:
	case EVENT_TLS:
	case EVENT_TLS_FAILED: break;
	}
	return finish(s, OUTCOME_CLOSED, NULL);
}

static const struct probe_kind kind = {.name = "smtp", .schema = &smtp_schema, .next = next};

void smtp_probe_init(struct smtp_probe *s, const struct smtp_question *q, struct arena *a)
{
	memset(s, 0, sizeof(*s));
	row_clear(&smtp_schema, &s->row);
	s->p = (struct probe){.kind = &kind, .arena = a, .row = &s->row};
	s->row.host = arena_str(a, q->host);
	s->row.family = q->addr.family;
	s->row.addr = q->addr;
	s->row.preference = q->preference;
	s->port = q->port ? q->port : SMTP_PORT;
	s->ehlo = arena_printf(a, "EHLO %s\r\n", q->helo);
}
