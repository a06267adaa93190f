/*
 * Answers made of the input, to whatever the engine asks: one byte how it ends, then flags, counts,
 * a length and what follows the question.  Whatever comes, every name ends, once, within its
 * budget.  The input is taken as root hints, too.
 */
#include "base/limits.h"
#include "source/iterate_zone.h"
#include "test/dnsworld.h"
#include "wire/dns.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAMES = 3, ANSWER_B = 4096 };

struct far {
	struct rd r;
	struct loop *loop;
	struct timer timer;
	struct ask *waiting[64];
	size_t n, asked;
};

static size_t make(struct far *f, const struct ask *q, uint8_t out[static ANSWER_B])
{
	uint8_t query[DNS_QUERY_MAX];
	size_t len = dns_query(query, q->qname, q->qtype, 7, 0, 0), more;
	size_t head = len - 11;
	const uint8_t *bytes;

	memcpy(out, query, head);
	out[2] = rd_u8(&f->r) | 0x80;
	out[3] = rd_u8(&f->r);
	for (int i = 6; i < 12; i++)
		out[i] = i & 1 ? rd_u8(&f->r) % 32 : 0;
	more = rd_u16(&f->r) % (ANSWER_B - 512);
	more = more < rd_left(&f->r) ? more : rd_left(&f->r);
	bytes = rd_bytes(&f->r, more);
	if (bytes)
		memcpy(out + head, bytes, more);
	return head + (bytes ? more : 0);
}

static void answer(struct timer *t)
{
	static uint8_t out[ANSWER_B];
	struct far *f = t->ctx;
	struct ask *q = f->waiting[0];
	struct ask_result r = {.end = rd_u8(&f->r) % 10, .rtt_us = 1000, .why = "x"};

	memmove(f->waiting, f->waiting + 1, --f->n * sizeof(f->waiting[0]));
	if (r.end > ASK_FAULT)
		r.end = ASK_ANSWER;
	if (r.end == ASK_ANSWER) {
		r.len = make(f, q, out);
		r.data = out;
	}
	if (f->n)
		loop_timer(f->loop, &f->timer, 1000);
	q->done(q, &r);
}

static void asked(void *ctx, struct ask *q)
{
	struct far *f = ctx;

	f->asked++;
	if (f->n == 64)
		abort(); /* so many at once for three names? */
	f->waiting[f->n++] = q;
	loop_timer(f->loop, &f->timer, 1000);
}

static void cancelled(void *ctx, struct ask *q)
{
	struct far *f = ctx;

	for (size_t i = 0; i < f->n; i++)
		if (f->waiting[i] == q) {
			memmove(f->waiting + i, f->waiting + i + 1,
				(--f->n - i) * sizeof(f->waiting[0]));
			return;
		}
	abort();
}

static void done_with(struct iterate_question *q, const struct iterate_answer *a)
{
	++*(int *)q->ctx;
	if (a->queries > L_DNS_QUERIES_PER_NAME)
		abort();
	for (size_t i = 0; a->final && i < a->final->n; i++) {
		char line[4 * DNS_NAME_TEXT_MAX];

		dns_rr_text(a->final->rr[i], line, sizeof(line));
	}
}

static void zone_done(struct zone_question *q, const struct zone_row *row, enum outcome outcome)
{
	++*(int *)q->ctx;
	if (outcome == OUTCOME_OK && (!row->zone || !row->asked))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[NAMES] = {"www.a.test", "b.test", "c.www.a.test"};
	struct dnsworld *w = dnsworld_new("");
	struct far f = {.loop = dnsworld_loop(w)};
	struct root_hints h;
	struct iterate_question q[NAMES];
	struct zone_question z = {.name = "a.test", .done = zone_done};
	int ended[NAMES] = {0}, zones = 0;
	struct iterate_env env = {.loop = f.loop,
				  .ask = asked,
				  .cancel = cancelled,
				  .ctx = &f,
				  .random = dnsworld_random,
				  .v4 = true,
				  .v6 = true};
	struct iterate *it;

	root_hints_parse(&h, (const char *)data, size);
	root_hints_parse(&h, "a.root A 192.0.2.1\na.root AAAA 2001:db8::1", 42);
	rd_init(&f.r, data, size);
	f.timer = (struct timer){.fire = answer, .ctx = &f};
	it = iterate_new(&env, &h);
	for (int i = 0; i < NAMES; i++) {
		q[i] = (struct iterate_question){.qname = names[i],
						 .qtype = i == 1 ? DNS_TXT : DNS_AAAA,
						 .done = done_with,
						 .ctx = &ended[i]};
		iterate_ask(it, &q[i]);
	}
	z.ctx = &zones;
	iterate_zone(it, &z);
	dnsworld_run(w, 4000);
	if (zones != 1)
		abort();
	z.again = true;
	iterate_zone(it, &z);
	dnsworld_run(w, 4000);
	if (zones != 2)
		abort();
	for (int i = 0; i < NAMES; i++)
		if (ended[i] != 1)
			abort();
	if (f.asked > (NAMES + 4) * L_DNS_QUERIES_PER_NAME + 4 * L_DNS_QUERIES_PER_ZONE)
		abort();
	iterate_free(it);
	loop_untimer(f.loop, &f.timer);
	dnsworld_free(w);
	return 0;
}
