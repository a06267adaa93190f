/*
 * ask: see ask.h.  An answer finds its question by socket and id (ask_ids.c), without a look at the name; timeouts
 * are in ask_wheel.c, connections in ask_tcp.c.
 */
#include "source/ask_int.h"

#include "io/sockaddr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/drive.h"

enum { CHUNK = 256, FIRST_WAIT_MS = 1000, ID_TRIES = 16 };

struct ask_chunk {
	struct ask_try tries[CHUNK];
	struct ask_chunk *next;
};

static int64_t now_us(const struct asker *a)
{
	return clock_mono(loop_clock(a->loop));
}

/* ---- tries ---- */

static void more_tries(struct asker *a)
{
	struct ask_chunk *chunk = aligned_alloc(_Alignof(struct ask_chunk), sizeof(*chunk));

	if (!chunk)
		abort();
	chunk->next = a->chunks;
	a->chunks = chunk;
	for (int i = 0; i < CHUNK; i++) {
		chunk->tries[i].next = a->free_tries;
		a->free_tries = &chunk->tries[i];
	}
}

static struct ask_try *take_try(struct asker *a, struct ask *q)
{
	struct ask_try *t;

	if (!a->free_tries)
		more_tries(a);
	t = a->free_tries;
	a->free_tries = t->next;
	memset(t, 0, offsetof(struct ask_try, sent));
	t->asker = a;
	t->q = q;
	a->active++;
	return t;
}

/* Nothing of it is left but the question. */
static void give_back(struct ask_try *t)
{
	struct asker *a = t->asker;

	ask_leave_list(t);
	pace_leave(&t->q->turn);
	ask_tcp_done(t);
	for (unsigned i = 0; i < t->n_sent; i++)
		ask_ids_remove(&a->ids, &t->sent[i]);
	t->q->state = NULL;
	t->next = a->free_tries;
	a->free_tries = t;
	a->active--;
}

void ask_end(struct ask_try *t, const struct ask_result *r)
{
	struct ask *q = t->q;
	struct ask_result result = *r;

	result.tries = t->n_sent + t->connections;
	result.truncated = t->truncated;
	t->asker->stats.answers += r->end == ASK_ANSWER;
	give_back(t);
	q->done(q, &result);
}

/* ---- by UDP ---- */

static uint8_t tries_of(const struct ask *q)
{
	return q->tries && q->tries < L_DNS_TRIES ? q->tries : L_DNS_TRIES;
}

static uint16_t query_flags(const struct ask *q)
{
	return (uint16_t)((q->flags & ASK_RD ? DNS_FLAG_RD : 0) | (q->flags & ASK_DO ? DNS_QUERY_DO : 0));
}

/* Into the asker's query. */
static size_t write_query(const struct ask_try *t, const struct sent *s)
{
	return dns_query(t->asker->query, t->q->qname, t->q->qtype, s->id, query_flags(t->q), s->case_bits);
}

/* 64 random bits: the case of 48 letters from below (dns.h), which is all that most names have, and the id from above;
 * who guesses one of them has not guessed the other. */
static bool take_id(struct ask_try *t, struct sent *s)
{
	struct asker *a = t->asker;
	uint64_t bits = drive_random(NULL);

	s->socket = (uint8_t)dgram_socket(a->dgram, t->q->server.family);
	s->number = t->n_sent;
	s->case_bits = t->q->flags & ASK_NO_0X20 ? 0 : bits;
	for (int i = 0; i < ID_TRIES; i++, bits = bits * UINT64_C(6364136223846793005) + 1) {
		s->id = (uint16_t)(bits >> 48);
		if (ask_ids_find(&a->ids, s->socket, s->id))
			continue;
		ask_ids_add(&a->ids, s);
		return true;
	}
	return false;
}

void ask_end_soon(struct ask_try *t, enum ask_end end, const char *why)
{
	t->ended_early = true;
	t->early_end = end;
	t->early_why = why;
	ask_set_timer(t, 0);
}

static void send_udp(struct ask_try *t)
{
	struct asker *a = t->asker;
	struct sent *s = &t->sent[t->n_sent];
	uint32_t wait_ms = t->q->wait_ms ? t->q->wait_ms : FIRST_WAIT_MS;
	size_t len;

	if (!take_id(t, s)) {
		ask_end_soon(t, ASK_FAULT, NULL);
		return;
	}
	s->at_us = now_us(a);
	len = write_query(t, s);
	t->n_sent++;
	if (!len) {
		ask_end_soon(t, ASK_FAULT, NULL);
		return;
	}
	a->stats.datagrams++;
	dgram_send(a->dgram, &t->q->server, t->q->port ? t->q->port : DNS_PORT, a->query, len);
	ask_set_timer(t, s->at_us + ((int64_t)wait_ms * 1000 << (t->n_sent - 1)));
}

static void by_tcp(struct ask_try *t);

static void answered(struct ask_try *t, const struct sent *s, const struct dgram_event *e)
{
	struct ask_result r = {.end = ASK_ANSWER, .data = e->data, .len = e->len, .fragments = e->fragments,
			       .rtt_us = e->at_us - s->at_us};

	t->asker->stats.late += s != &t->sent[t->n_sent - 1];
	t->truncated = e->len > 2 && e->data[2] & DNS_FLAG_TC >> 8;
	if (t->truncated && !(t->q->flags & ASK_UDP))
		by_tcp(t);
	else
		ask_end(t, &r);
}

/* Right in id and place, and wrong in what it answers: forged, perhaps. */
static void mismatch(struct ask_try *t, bool certain)
{
	t->asker->stats.mismatches++;
	if (t->q->flags & ASK_UDP)
		return; /* it waits for a better one */
	if (!certain && ++t->mismatches < L_DNS_MISMATCHES)
		return;
	if (!certain)
		limit_hit(LIMIT_DNS_MISMATCHES);
	by_tcp(t);
}

static bool is_from(const struct ask_try *t, const struct dgram_event *e)
{
	return e->port == (t->q->port ? t->q->port : DNS_PORT) && !addr_cmp(&e->addr, &t->q->server);
}

static void failed(struct ask_try *t, const struct dgram_event *e)
{
	struct ask_result r = {.end = ASK_FAULT};

	if (e->kind == DGRAM_DENIED)
		r = (struct ask_result){.end = ASK_DENIED, .why = e->why};
	else if (e->error == ECONNREFUSED)
		r.end = ASK_PORT;
	else if (sock_error_word(e->error))
		r = (struct ask_result){.end = ASK_UNREACHABLE, .why = sock_error_word(e->error)};
	ask_end(t, &r);
}

static struct ask_try *try_of(const struct sent *s)
{
	const struct sent *first = s - s->number;

	return (struct ask_try *)((uintptr_t)first - offsetof(struct ask_try, sent));
}

static void got(void *ctx, const struct dgram_event *e)
{
	struct asker *a = ctx;
	uint16_t id = e->len >= 2 ? (uint16_t)(e->data[0] << 8 | e->data[1]) : 0;
	const struct sent *s = e->len >= DNS_HEADER_B ? ask_ids_find(&a->ids, e->socket, id) : NULL;
	struct ask_try *t = s ? try_of(s) : NULL;

	if (!t || t->to_tcp || !is_from(t, e)) {
		a->stats.mismatches += t && !t->to_tcp;
		return;
	}
	if (e->kind != DGRAM_IN) {
		failed(t, e);
		return;
	}
	switch (dns_echo(e->data, e->len, a->query, write_query(t, s))) {
	case DNS_ECHO_SAME: answered(t, s, e); break;
	case DNS_ECHO_CASE: mismatch(t, true); break;
	case DNS_ECHO_OTHER: mismatch(t, false); break;
	}
}

/* ---- turns ---- */

static void in_turn(struct turn *turn)
{
	struct ask_try *t = turn->ctx;

	pace_leave(turn); /* a question is no connection that others wait for */
	ask_leave_list(t);
	if (t->to_tcp)
		ask_tcp_begin(t);
	else
		send_udp(t);
}

static void take_turn(struct ask_try *t)
{
	struct ask *q = t->q;

	q->turn.go = in_turn;
	q->turn.ctx = t;
	ask_move_to(t, &t->asker->in_line);
	if (t->asker->pace)
		pace_take(t->asker->pace, &q->turn, &q->server, q->flags & ASK_RD ? PACE_RESOLVER : PACE_NAME_SERVER);
	else
		in_turn(&q->turn);
}

/* The connection is a try of its own, after its own turn. */
static void by_tcp(struct ask_try *t)
{
	t->to_tcp = true;
	take_turn(t);
}

/* The reason may stand in the connection, which is gone when done is called. */
static void tell_early(struct ask_try *t)
{
	char why[GUARD_REASON_MAX];
	struct ask_result r = {.end = t->early_end, .why = t->early_why ? why : NULL, .tcp = t->tcp != NULL};

	snprintf(why, sizeof(why), "%s", t->early_why ? t->early_why : "");
	ask_end(t, &r);
}

void ask_timed_out(struct ask_try *t)
{
	struct ask_result r = {.end = ASK_SILENT};

	if (t->ended_early)
		tell_early(t);
	else if (t->tcp)
		ask_tcp_timeout(t);
	else if (t->n_sent < tries_of(t->q))
		take_turn(t);
	else
		ask_end(t, &r);
}

/* ---- outside ---- */

struct asker *asker_new(struct loop *loop, struct guard *guard, struct pace *pace, struct err *e)
{
	struct asker *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	*a = (struct asker){.loop = loop, .guard = guard, .pace = pace};
	a->timer = (struct timer){.fire = ask_turn_wheel, .ctx = a};
	a->wheel_us = now_us(a);
	ask_ids_init(&a->ids);
	a->dgram = dgram_new(loop, guard, got, a, e);
	if (a->dgram)
		return a;
	ask_ids_done(&a->ids);
	free(a);
	return NULL;
}

void asker_free(struct asker *a)
{
	if (!a)
		return;
	for (int i = 0; i < WHEEL_SLOTS; i++)
		while (a->wheel[i])
			give_back(a->wheel[i]);
	while (a->in_line)
		give_back(a->in_line);
	loop_untimer(a->loop, &a->timer);
	dgram_free(a->dgram);
	ask_ids_done(&a->ids);
	while (a->chunks) {
		struct ask_chunk *chunk = a->chunks;

		a->chunks = chunk->next;
		free(chunk);
	}
	free(a);
}

void ask(struct asker *a, struct ask *q)
{
	struct ask_try *t = take_try(a, q);

	a->stats.questions++;
	memset(&q->turn, 0, sizeof(q->turn));
	q->state = t;
	t->to_tcp = q->flags & ASK_TCP;
	take_turn(t);
}

void ask_cancel(struct asker *a, struct ask *q)
{
	(void)a;
	if (q->state)
		give_back(q->state);
}

const struct ask_stats *ask_stats(struct asker *a)
{
	a->stats.lost_here = dgram_stats(a->dgram)->lost_here;
	return &a->stats;
}

size_t ask_active(const struct asker *a)
{
	return a->active;
}
