/*
 * play: what stands in for source/drive.c: each probe under way is a play.  A step is looked up in
 * the internet at once; what it brings comes when its time is there.
 */
#include "test/play.h"

#include "check/probe_dns.h"
#include "wire/quic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATENCY_US = 20000, PIECE_B = 1400, WEB_AT_ONCE = 4, OUT_B = 2 + 65535 };

struct play {
	struct lane *lane;
	struct play *next, **at;
	struct probe *probe;
	drive_done *done;
	void *ctx;
	struct timer timer;
	struct step step;
	struct event event; /* the next that it gets */
	bool started, timed_out, is_web, is_quic, is_resource;
	int64_t began_us, deadline_us;
	struct found found; /* to the resolver */
	const struct say *say;
	const uint8_t *out; /* bytes that wait to be read */
	size_t out_n, out_at;
	bool udp;
	uint8_t *answer;
	struct addr open; /* TCP stands to this address */
	uint16_t port;
};

static int64_t now(const struct replay *r)
{
	return r->clock.mono_us;
}

static const struct dns_row *dns_row_of(const struct play *y)
{
	return strcmp(y->probe->kind->name, "dns") ? NULL : y->probe->row;
}

static bool to_resolver(const struct play *y)
{
	return y->lane == &y->lane->replay->near;
}

/* ---- what must not happen ---- */

static const char *host_of(const struct play *y)
{
	const struct dns_row *d = dns_row_of(y);

	if (d)
		return to_resolver(y) ? d->qname : d->ns_host;
	if (y->is_quic)
		return ((const struct quic_row *)y->probe->row)->host;
	if (y->is_resource)
		return ((const struct resource_row *)y->probe->row)->host;
	return y->is_web ? ((const struct web_row *)y->probe->row)->host
			 : ((const struct smtp_row *)y->probe->row)->host;
}

/* Only what a visit may ask for (T-DNS-11), only at the ports that the sandbox opens. */
static void check_question(const struct play *y)
{
	static const char *const types[] = {"A",	   "AAAA", "NS",  "MX",
					    "HTTPS", "SOA",  "PTR", "TXT"};
	static const uint16_t ports[] = {25, DNS_PORT, 80, 443};
	const struct dns_row *d = dns_row_of(y);
	bool known = !d, open = false;

	for (size_t i = 0; d && i < sizeof(types) / sizeof(types[0]); i++)
		known |= !strcmp(d->qtype, types[i]);
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		open |= y->step.port == ports[i];
	if (!known || !open)
		broken(y->lane->replay, "a question of type %s to port %u", d ? d->qtype : "none",
		       y->step.port);
}

static void check_packet(struct play *y)
{
	struct replay *r = y->lane->replay;
	const struct addr *a = &y->step.addr;
	const char *host = host_of(y);
	char text[ADDR_TEXT_MAX];

	check_question(y);
	addr_text(a, text);
	if (optout_name(&r->due, r->domain) || (host && optout_name(&r->due, host)))
		broken(r, "a packet about %s, which opted out", host ? host : r->domain);
	if (to_resolver(y))
		return;
	if (optout_addr(&r->due, a))
		broken(r, "a packet to %s, which opted out", text);
	if (!r->public_ok && guard_is_public(r->far.guard, a))
		broken(r, "a packet to %s, and nobody is named", text);
	for (const struct play *o = r->plays; o; o = o->next)
		if (o != y && y->step.kind == STEP_CONNECT && !dns_row_of(y) &&
		    !addr_cmp(&o->open, a) && !dns_row_of(o))
			broken(r, "two connections at once to %s", text);
}

/* The key of a look: everything that it asks. */
static void count_look(struct play *y)
{
	struct replay *r = y->lane->replay;
	const struct dns_row *d = dns_row_of(y);
	char key[3000], text[ADDR_TEXT_MAX];
	void **slot;

	if (d) {
		snprintf(key, sizeof(key), "%s %s %d %s", d->qname, d->qtype, (int)d->via,
			 addr_text(&d->server, text));
	} else if (y->is_web) {
		const struct web_row *w = y->probe->row;

		/* a look that robots.txt left without its page begins again, with that known */
		snprintf(key, sizeof(key), "web %s %d %d %s %s %s", w->target, (int)w->began, (int)w->hop,
			 addr_text(&w->addr, text), w->host, w->robots ? "page" : "robots");
	} else if (y->is_quic) {
		const struct quic_row *q = y->probe->row;

		snprintf(key, sizeof(key), "quic %s %s", q->host, addr_text(&q->addr, text));
	} else if (y->is_resource) {
		const struct resource_row *q = y->probe->row;

		snprintf(key, sizeof(key), "resource %s %lld %s", q->host, (long long)q->port,
			 addr_text(&q->addr, text));
	} else {
		const struct smtp_row *m = y->probe->row;

		snprintf(key, sizeof(key), "smtp %s %s", m->host, addr_text(&m->addr, text));
	}
	slot = map_at_text(&r->looks, key);
	r->questions += d && !*slot;
	*slot = (void *)((uintptr_t)*slot + 1);
	if ((uintptr_t)*slot > 2)
		broken(r, "looked at more than twice: %s", key);
	/* those about hosts of resources have a budget of their own */
	if (r->questions > L_DNS_QUERIES_PER_SITE + 2 * L_RESOURCE_HOSTS)
		broken(r, "%zu questions", r->questions);
	if (r->n_web > WEB_AT_ONCE)
		broken(r, "%zu pages at once", r->n_web);
}

/* ---- events that follow a step ---- */

static void tell(struct play *y, enum event_kind kind, const char *why)
{
	y->event = (struct event){.kind = kind, .why = why};
}

static void silence(struct play *y)
{
	y->timed_out = true;
}

/* The next bytes that wait, or the end of them. */
static void tell_bytes(struct play *y)
{
	size_t left = y->out_n - y->out_at, n = left < PIECE_B ? left : PIECE_B;

	if (y->udp)
		n = left;
	if (!left && y->say && y->say->how == SAID_HOLD) {
		silence(y);
	} else if (!left) {
		tell(y, EVENT_CLOSED, NULL);
	} else {
		tell(y, EVENT_DATA, NULL);
		y->event.data = y->out + y->out_at;
		y->event.len = n;
		y->out_at += n;
	}
}

static void put_bytes(struct play *y, const void *data, size_t n)
{
	y->out = data;
	y->out_n = n;
	y->out_at = 0;
}

/* True when the connection does not come up. */
static bool tell_connect(struct play *y)
{
	enum said how = y->say ? y->say->how : SAID_SILENCE;

	if (how == SAID_SILENCE)
		silence(y);
	else if (how == SAID_REFUSED)
		tell(y, EVENT_REFUSED, NULL);
	else if (how == SAID_UNREACHABLE)
		tell(y, EVENT_UNREACHABLE, y->say->word);
	else
		return false;
	return true;
}

/* One byte is another one: parsers have their own twins, here it is the plan that must stand it. */
static void spoil(struct play *y, size_t n)
{
	if (y->say && y->say->spoilt && n > DNS_HEADER_B)
		y->answer[2 + DNS_HEADER_B + n * 7 % (n - DNS_HEADER_B)] ^= 0x15;
}

/* The answer to a DNS query, with its length in front; 0: none. */
static size_t answer_dns(struct play *y, const uint8_t *query, size_t len, size_t max)
{
	size_t n;

	if (!y->answer)
		y->answer = malloc(OUT_B);
	n = to_resolver(y) ? internet_answer(&y->found, query, len, y->answer + 2, max)
			   : internet_soa(y->say, query, len, y->answer + 2, max);
	y->answer[0] = (uint8_t)(n >> 8);
	y->answer[1] = (uint8_t)n;
	spoil(y, n);
	return n;
}

static void on_quic(struct play *y)
{
	static const uint32_t list[] = {1, 0x6b3343cf};
	size_t n;

	if (!y->say)
		y->say = place_look(internet_find_server(&y->lane->replay->net, &y->step.addr, y->step.port,
							 "quic"));
	if (tell_connect(y))
		return;
	if (!y->answer)
		y->answer = malloc(OUT_B);
	n = quic_negotiate(y->answer, OUT_B, y->step.data, y->step.len, list, 2);
	spoil(y, n);
	put_bytes(y, y->answer, n);
	tell_bytes(y);
}

static void on_udp(struct play *y)
{
	size_t n;

	if (y->is_quic) {
		on_quic(y);
		return;
	}
	if (!to_resolver(y) || y->say) {
		if (tell_connect(y))
			return;
		if (y->say->how == SAID_HOLD || y->say->how == SAID_CLOSED) {
			silence(y);
			return;
		}
	}
	n = answer_dns(y, y->step.data, y->step.len, DNS_EDNS_B);
	put_bytes(y, y->answer + 2, n);
	if (n)
		tell_bytes(y);
	else
		silence(y);
}

static void on_connect(struct play *y)
{
	struct replay *r = y->lane->replay;

	if (!dns_row_of(y))
		y->say = place_look(
			internet_find_server(&r->net, &y->step.addr, y->step.port, NULL));
	if ((!to_resolver(y) || y->say) && tell_connect(y))
		return;
	y->open = y->step.addr;
	y->port = y->step.port;
	put_bytes(y, NULL, 0);
	tell(y, EVENT_CONNECTED, NULL);
}

static void on_tls(struct play *y)
{
	static const char print[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct tls_facts *f;

	if (y->say->how == SAID_TLS_HOLD) {
		silence(y);
		return;
	}
	if (y->say->how == SAID_TLS_FAILED || y->say->how == SAID_CLOSED) {
		tell(y, EVENT_TLS_FAILED, y->say->word ? y->say->word : "closed");
		return;
	}
	f = arena_alloc(&y->lane->replay->arena, sizeof(*f));
	*f = (struct tls_facts){.version = "TLSv1.3",
				.cipher = "TLS_AES_128_GCM_SHA256",
				.cert_sha256 = print,
				.spki_sha256 = print,
				.subject = "CN=example.test",
				.issuer = "CN=replay",
				.not_after_us = INT64_C(4000000000000000),
				.verified = !y->say->cert,
				.problem = y->say->cert};
	tell(y, EVENT_TLS, NULL);
	y->event.tls = f;
}

/* A reply of a mail host. */
static void put_reply(struct play *y, int code, const char *text)
{
	char *line = arena_printf(&y->lane->replay->arena, "%03d%s\r\n", code, text);

	put_bytes(y, line, strlen(line));
}

static void on_send_mail(struct play *y)
{
	bool ehlo = y->step.len > 4 && !memcmp(y->step.data, "EHLO", 4);

	bool starttls = y->step.len > 8 && !memcmp(y->step.data, "STARTTLS", 8);

	if (starttls)
		put_reply(y, y->say->starttls, " go");
	else if (!ehlo)
		put_reply(y, 221, " bye");
	else if (y->say->ehlo == 250 && y->say->starttls)
		put_reply(y, 250, "-x\r\n250 STARTTLS");
	else
		put_reply(y, y->say->ehlo, " no");
	tell_bytes(y);
}

static const char no_robots[] = "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n";

/* No page of a host before its robots.txt was asked for, and none after that refused us. */
static void check_request(struct play *y, bool robots)
{
	struct replay *r = y->lane->replay;
	const char *host = host_of(y);
	char key[NAME_MAX_B + 8];
	void **asked;

	snprintf(key, sizeof(key), "robots %s", host);
	asked = map_at_text(&r->looks, key);
	if (!robots && !*asked)
		broken(r, "a page of %s before its robots.txt", host);
	*asked = r;
}

static void on_send_web(struct play *y)
{
	struct replay *r = y->lane->replay;
	struct place *page = internet_find_page(&r->net, &y->open, y->port,
						(const char *)y->step.data, y->step.len);
	bool robots = y->step.len > 16 && !memcmp(y->step.data, "GET /robots.txt ", 16);

	check_request(y, robots);
	if (page)
		y->say = place_look(page);
	if (!page && robots && y->say->how == SAID_DATA) {
		put_bytes(y, no_robots, sizeof(no_robots) - 1);
		tell_bytes(y);
		return;
	}
	if (y->say->how == SAID_TRICKLE)
		put_bytes(y, "HTTP/1.1 200 x\r\nX: ", 19);
	else if (y->say->how == SAID_DATA)
		put_bytes(y, y->say->bytes, y->say->len);
	tell_bytes(y);
}

static void on_send(struct play *y)
{
	if (dns_row_of(y)) {
		size_t n = y->say && y->say->how == SAID_CLOSED
				   ? 0
				   : answer_dns(y, y->step.data + 2, y->step.len - 2, 65535);

		put_bytes(y, y->answer, n ? n + 2 : 0);
		tell_bytes(y);
	} else if (y->is_web) {
		on_send_web(y);
	} else {
		on_send_mail(y);
	}
}

static void on_read(struct play *y)
{
	bool mail = !dns_row_of(y) && !y->is_web && !y->is_quic;

	if (y->udp) {
		silence(y);
	} else if (mail && !y->out && y->say->how != SAID_HOLD && y->say->how != SAID_TRICKLE && y->say->how != SAID_CLOSED) {
		put_reply(y, y->say->banner, " mail");
		tell_bytes(y);
	} else if (y->say && y->say->how == SAID_TRICKLE) {
		tell(y, EVENT_DATA, NULL);
		y->event.data = (const uint8_t *)"2";
		y->event.len = 1;
	} else {
		tell_bytes(y);
	}
}

/* ---- how long it takes ---- */

/* Which server is asked is known at the first packet; a page only when the request is there. */
static void choose_server(struct play *y)
{
	struct replay *r = y->lane->replay;
	const struct dns_row *d = dns_row_of(y);
	struct place *p;

	if (!d || y->say)
		return;
	if (to_resolver(y)) {
		internet_resolve(&r->net, d->qname, dns_type_parse(d->qtype), &y->found);
		y->say = y->found.say;
		return;
	}
	p = internet_find_server(&r->net, &d->server, DNS_PORT,
				 d->via == VIA_AUTH_UDP ? "udp" : "tcp");
	p = p ? p : internet_find_server(&r->net, &d->server, DNS_PORT, NULL);
	y->say = place_look(p);
}

/* False when the guard refuses. */
static bool pass_guard(struct play *y)
{
	struct replay *r = y->lane->replay;
	char *why = arena_alloc(&r->arena, GUARD_REASON_MAX), text[ADDR_TEXT_MAX];
	struct sent *s;

	y->open = (struct addr){0};
	if (!guard_ok(y->lane->guard, &y->step.addr, why)) {
		tell(y, EVENT_DENIED, why);
		return false;
	}
	check_packet(y);
	s = vec_push(&r->sent);
	s->addr = y->step.addr;
	s->port = y->step.port;
	addr_text(&s->addr, text);
	s->literal = !dns_row_of(y) && host_of(y) && !strcmp(host_of(y), text);
	return true;
}

static int64_t delay(const struct play *y)
{
	int64_t us = LATENCY_US;

	if (y->event.kind == EVENT_DENIED)
		return 0;
	if (y->say)
		us += y->say->after_us;
	if (y->say && y->say->how == SAID_TRICKLE && y->step.kind == STEP_READ)
		us += 1000000;
	return us;
}

/* What the step brings, and when. */
static void begin(struct play *y)
{
	struct replay *r = y->lane->replay;
	int64_t us;

	y->timed_out = false;
	if (y->step.kind == STEP_UDP || y->step.kind == STEP_CONNECT) {
		choose_server(y);
		y->udp = y->step.kind == STEP_UDP;
		if (pass_guard(y))
			(y->udp ? on_udp : on_connect)(y);
	} else if (y->step.kind == STEP_TLS) {
		on_tls(y);
	} else if (y->step.kind == STEP_SEND) {
		on_send(y);
	} else {
		on_read(y);
	}
	us = delay(y);
	if (y->timed_out || us >= y->step.timeout_us) {
		tell(y, EVENT_TIMEOUT, NULL);
		us = y->step.timeout_us;
	}
	if (y->deadline_us - now(r) < us)
		us = y->deadline_us - now(r);
	loop_timer(r->loop, &y->timer, us);
}

static void play_free(struct play *y)
{
	struct replay *r = y->lane->replay;

	loop_untimer(r->loop, &y->timer);
	*y->at = y->next;
	if (y->next)
		y->next->at = y->at;
	r->n_plays--;
	r->n_web -= y->is_web;
	free(y->answer);
	free(y);
}

static void finish(struct play *y)
{
	struct replay *r = y->lane->replay;
	int64_t took_us = now(r) - y->began_us;
	struct step last = y->step;
	struct probe *p = y->probe;
	drive_done *done = y->done;
	void *ctx = y->ctx;

	if (took_us > r->longest_us)
		r->longest_us = took_us;
	play_free(y);
	if (!r->n_plays)
		r->active_us += now(r) - r->since_us;
	done(ctx, p, &last);
}

static void on_timer(struct timer *t)
{
	struct play *y = t->ctx;
	struct replay *r = y->lane->replay;
	bool denied = y->event.kind == EVENT_DENIED;

	if (now(r) >= y->deadline_us) {
		if (y->probe->kind->drop)
			y->probe->kind->drop(y->probe);
		y->step = step_done(OUTCOME_TIMEOUT);
		finish(y);
		return;
	}
	y->event.mono_us = now(r);
	y->event.wall_us = r->clock.wall_us;
	y->step = y->probe->kind->next(y->probe, &y->event);
	if (denied && (y->step.kind != STEP_DONE || y->step.outcome != OUTCOME_DENIED))
		broken(r, "a probe that the guard refused goes on");
	if (y->step.kind == STEP_DONE)
		finish(y);
	else
		begin(y);
}

void play_start(struct drive *d, struct probe *p, drive_done *done, void *ctx)
{
	struct lane *lane = (struct lane *)(void *)d;
	struct replay *r = lane->replay;
	struct play *y = calloc(1, sizeof(*y));

	y->lane = lane;
	y->probe = p;
	y->done = done;
	y->ctx = ctx;
	y->is_web = !strcmp(p->kind->name, "web");
	y->is_quic = !strcmp(p->kind->name, "quic");
	y->is_resource = !strcmp(p->kind->name, "resource");
	y->began_us = now(r);
	y->deadline_us = p->deadline_us ? p->deadline_us : now(r) + L_SITE_WALL_MS * INT64_C(1000);
	y->timer = (struct timer){.fire = on_timer, .ctx = y};
	tell(y, EVENT_START, NULL);
	y->next = r->plays;
	y->at = &r->plays;
	if (y->next)
		y->next->at = &y->next;
	r->plays = y;
	if (!r->n_plays++)
		r->since_us = now(r);
	r->n_web += y->is_web;
	r->starts++;
	count_look(y);
	loop_timer(r->loop, &y->timer, 0);
}

void play_drop_all(struct replay *r)
{
	while (r->plays) {
		struct probe *p = r->plays->probe;

		if (p->kind->drop)
			p->kind->drop(p);
		play_free(r->plays);
	}
}
