/*
 * probe_dns: see probe_dns.h.  A look goes UDP (again while it is silent), then TCP if it must; the
 * answer is judged in one place (conclude).  Every datagram has its own id, socket and mix of case.
 */
#include "check/probe_dns.h"

#include <stdio.h>
#include <string.h>

enum { SCRATCH_MAX = 512 * 1024, TCP_WAIT_US = 5000000, TRY_RESOLVER_US = 2000000 };
enum { TRY_AUTHORITY_US = 1000000 };
enum { CHAIN_MAX = L_DNS_CNAME_CHAIN * DNS_NAME_TEXT_MAX }; /* a name is shorter than its room by the space */

static bool by_resolver(const struct dns_probe *d)
{
	return d->row.via == VIA_RESOLVER_UDP || d->row.via == VIA_RESOLVER_TCP;
}

static struct step finish(struct dns_probe *d, enum outcome outcome, const char *why)
{
	if (why)
		d->row.why = arena_str(d->p.arena, why);
	arena_done(&d->scratch);
	d->stream.in = NULL;
	return step_done(arena_full(d->p.arena) ? OUTCOME_LIMIT : outcome);
}

/* A fresh query; false if the name is none. */
static bool make_query(struct dns_probe *d, bool mix)
{
	uint64_t bits = d->p.random(d->p.random_ctx), id = d->p.random(d->p.random_ctx);

	d->query_len = dns_query(d->query + 2, d->row.qname, d->qtype, (uint16_t)id,
				 by_resolver(d) ? DNS_FLAG_RD : 0, mix ? bits : 0);
	d->query[0] = (uint8_t)(d->query_len >> 8);
	d->query[1] = (uint8_t)d->query_len;
	return d->query_len > 0;
}

static struct step begin_tcp(struct dns_probe *d)
{
	d->tcp = true;
	d->stream = (struct dns_stream){.n = 0};
	d->row.tries++;
	if (!make_query(d, true))
		return finish(d, OUTCOME_MALFORMED, "qname");
	return (struct step){.kind = STEP_CONNECT,
			     .addr = d->row.server,
			     .port = d->port,
			     .timeout_us = TCP_WAIT_US};
}

static struct step send_udp(struct dns_probe *d, int64_t now_us, bool mix)
{
	int64_t wait_us = by_resolver(d) ? TRY_RESOLVER_US : TRY_AUTHORITY_US;

	if (!make_query(d, mix))
		return finish(d, OUTCOME_MALFORMED, "qname");
	wait_us *= ++d->udp_tries; /* each try waits longer than the one before */
	d->row.tries++;
	d->sent_us = now_us;
	d->deadline_us = now_us + wait_us;
	return (struct step){.kind = STEP_UDP,
			     .addr = d->row.server,
			     .port = d->port,
			     .data = d->query + 2,
			     .len = d->query_len,
			     .timeout_us = wait_us};
}

static struct step read_more(const struct dns_probe *d, int64_t now_us)
{
	return (struct step){.kind = STEP_READ,
			     .timeout_us = d->deadline_us > now_us ? d->deadline_us - now_us : 1};
}

/* ---- the answer ---- */

/* Whole lines; the records that do not fit are left out, and the row says so. */
static bool fill_data(struct dns_probe *d, const struct dns_final *f)
{
	struct buf lines;

	buf_init(&lines, L_DNS_DATA_B + 1);
	for (size_t i = 0; i < f->n; i++) {
		char line[4 * DNS_NAME_TEXT_MAX];
		size_t len = dns_rr_text(f->rr[i], line, sizeof(line));

		if (len >= sizeof(line) || lines.len + (i ? 1 : 0) + len > L_DNS_DATA_B) {
			limit_hit(LIMIT_DNS_DATA_B);
			d->row.why = arena_str(d->p.arena, "data_limit");
			break;
		}
		buf_printf(&lines, "%s%s", i ? "\n" : "", line);
	}
	d->row.data = arena_str(d->p.arena, lines.data);
	buf_done(&lines);
	if (f->n && f->rr[0]->type == DNS_SOA)
		d->row.soa_serial = f->rr[0]->soa->serial;
	return d->row.data != NULL;
}

static void fill_chain(struct dns_probe *d, const struct dns_final *f)
{
	struct buf names;

	if (!f->n_chain)
		return;
	buf_init(&names, CHAIN_MAX);
	for (size_t i = 0; i < f->n_chain; i++)
		buf_printf(&names, "%s%s", i ? " " : "", f->chain[i]);
	d->row.cname = arena_str(d->p.arena, names.data);
	buf_done(&names);
}

static struct step answered(struct dns_probe *d, const struct dns_final *f)
{
	d->row.answers = (int64_t)f->n;
	fill_chain(d, f);
	if (f->loop || f->too_long)
		return finish(d, OUTCOME_MALFORMED, f->loop ? "cname_loop" : "cname_long");
	if (f->name_long)
		return finish(d, OUTCOME_MALFORMED, "dname_long");
	if (arena_full(&d->scratch))
		return finish(d, OUTCOME_LIMIT, NULL);
	if (f->n || f->n_chain)
		d->row.ttl_s = f->ttl_s;
	if (f->n && !fill_data(d, f))
		return finish(d, OUTCOME_LIMIT, NULL);
	return finish(d, f->n ? OUTCOME_OK : OUTCOME_ABSENT, NULL);
}

struct step dns_probe_conclude(struct dns_probe *d, const struct dns_final *f, unsigned rcode)
{
	d->row.rcode = rcode;
	if (rcode == DNS_NOERROR)
		return answered(d, f);
	fill_chain(d, f);
	d->row.answers = 0;
	return finish(d, OUTCOME_ABSENT, NULL);
}

static struct step conclude(struct dns_probe *d, const struct dns_message *m)
{
	char code[16];

	d->row.rcode = m->rcode;
	d->row.aa = m->aa;
	d->row.ad = m->ad;
	d->row.tc = d->truncated || m->tc;
	if (m->rcode == DNS_NOERROR || m->rcode == DNS_NXDOMAIN) {
		struct dns_final f;

		dns_final(&f, m, d->row.qname, d->qtype);
		return dns_probe_conclude(d, &f, m->rcode);
	}
	if (m->rcode == DNS_SERVFAIL)
		return finish(d, OUTCOME_SERVFAIL, NULL);
	if (m->rcode == DNS_REFUSED)
		return finish(d, OUTCOME_REFUSED, "REFUSED");
	snprintf(code, sizeof(code), "RCODE%u", m->rcode);
	return finish(d, OUTCOME_MALFORMED, code);
}

static struct step judge(struct dns_probe *d, const struct event *e, const uint8_t *data,
			 size_t len)
{
	struct dns_message m;
	bool good = dns_parse(&m, data, len, &d->scratch);

	d->row.rtt_us = e->mono_us - d->sent_us;
	if (m.tc && !d->tcp) {
		d->truncated = true;
		return begin_tcp(d);
	}
	if (!good)
		return finish(d, arena_full(&d->scratch) ? OUTCOME_LIMIT : OUTCOME_MALFORMED,
			      m.problem);
	return conclude(d, &m);
}

/* ---- UDP ---- */

static struct step mismatch(struct dns_probe *d, const struct event *e)
{
	if (++d->mismatches < L_DNS_MISMATCHES)
		return read_more(d, e->mono_us);
	limit_hit(LIMIT_DNS_MISMATCHES);
	return begin_tcp(d);
}

static struct step datagram(struct dns_probe *d, const struct event *e)
{
	switch (dns_echo(e->data, e->len, d->query + 2, d->query_len)) {
	case DNS_ECHO_SAME: return judge(d, e, e->data, e->len);
	case DNS_ECHO_CASE: /* id and question are right, but it may be forged: ask by TCP */
		return begin_tcp(d);
	case DNS_ECHO_OTHER:
	default: return mismatch(d, e);
	}
}

static struct step udp(struct dns_probe *d, const struct event *e)
{
	if (e->kind == EVENT_DATA)
		return datagram(d, e);
	if (e->kind == EVENT_TIMEOUT && d->udp_tries < L_DNS_TRIES)
		return send_udp(d, e->mono_us, true);
	if (e->kind == EVENT_TIMEOUT)
		return finish(d, OUTCOME_TIMEOUT, NULL);
	return finish(d, OUTCOME_CLOSED, NULL);
}

/* ---- TCP: two bytes of length, then the message ---- */

static struct step more_tcp(struct dns_probe *d, const struct event *e)
{
	const uint8_t *p = e->data, *end = p + e->len;
	struct dns_stream *in = &d->stream;
	enum dns_stream_state state;

	while ((state = dns_stream_take(in, &p, end)) == DNS_STREAM_ROOM) {
		in->in = arena_alloc(&d->scratch, in->len);
		if (!in->in)
			return finish(d, OUTCOME_LIMIT, NULL);
	}
	if (state == DNS_STREAM_BAD)
		return finish(d, OUTCOME_MALFORMED, "length");
	if (state == DNS_STREAM_MORE)
		return read_more(d, e->mono_us);
	if (dns_echo(in->in, in->len, d->query + 2, d->query_len) == DNS_ECHO_OTHER)
		return finish(d, OUTCOME_MALFORMED, "mismatch");
	return judge(d, e, in->in, in->len);
}

static struct step tcp(struct dns_probe *d, const struct event *e)
{
	if (e->kind == EVENT_CONNECTED) {
		d->sent_us = e->mono_us;
		d->deadline_us = e->mono_us + TCP_WAIT_US;
		return (struct step){.kind = STEP_SEND,
				     .data = d->query,
				     .len = d->query_len + 2,
				     .timeout_us = TCP_WAIT_US};
	}
	if (e->kind == EVENT_DATA)
		return more_tcp(d, e);
	return finish(d, e->kind == EVENT_TIMEOUT ? OUTCOME_TIMEOUT : OUTCOME_CLOSED, NULL);
}

static struct step next(struct probe *p, const struct event *e)
{
	struct dns_probe *d = (struct dns_probe *)p;

	p->last_us = e->mono_us;
	if (e->kind == EVENT_START) {
		p->began_us = e->mono_us;
		if (!d->row.qname || arena_full(p->arena))
			return finish(d, OUTCOME_LIMIT, NULL);
		return d->tcp ? begin_tcp(d) : send_udp(d, e->mono_us, true);
	}
	if (e->kind == EVENT_DENIED)
		return finish(d, OUTCOME_DENIED, e->why);
	if (e->kind == EVENT_UNREACHABLE)
		return finish(d, OUTCOME_UNREACHABLE, e->why);
	if (e->kind == EVENT_REFUSED)
		return finish(d, OUTCOME_REFUSED, "port");
	return d->tcp ? tcp(d, e) : udp(d, e);
}

static void drop(struct probe *p)
{
	arena_done(&((struct dns_probe *)p)->scratch);
}

static const struct probe_kind kind = {
	.name = "dns", .schema = &dns_schema, .next = next, .drop = drop};

void dns_probe_init(struct dns_probe *d, const struct dns_question *q, struct arena *a,
		    uint64_t (*random)(void *ctx), void *random_ctx)
{
	char name[DNS_NAME_TEXT_MAX], type[DNS_TYPE_TEXT_MAX];

	memset(d, 0, sizeof(*d));
	row_clear(&dns_schema, &d->row);
	d->p = (struct probe){.kind = &kind,
			      .arena = a,
			      .row = &d->row,
			      .random = random,
			      .random_ctx = random_ctx};
	arena_init(&d->scratch, SCRATCH_MAX);
	d->row.qname = arena_str(a, dns_name_clean(q->qname, name) ? name : q->qname);
	d->row.qtype = arena_str(a, dns_type_text(q->qtype, type));
	d->row.role = arena_str(a, q->role);
	d->row.ns_host = arena_str(a, q->ns_host);
	d->row.via = (int32_t)q->via;
	d->row.server = q->server;
	d->row.tries = 0;
	d->qtype = q->qtype;
	d->port = q->port ? q->port : DNS_PORT;
	d->tcp = q->via == VIA_RESOLVER_TCP || q->via == VIA_AUTH_TCP;
}
