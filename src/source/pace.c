/*
 * pace: see pace.h.  A place is an address or a prefix with the time before which nobody may go there.
 * The first in line at an address books its moment there, then in its prefix, its network and among
 * everybody, and goes; the next one books when the first has gone or, where only one may be there, has left.
 */
#include "source/pace.h"

#include "base/map.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_B = 18, BURST_US = 50000 /* what a busy loop may catch up with */, SECOND_US = 1000000 };
enum { PLACES_MAX = 65536 }; /* then those that nobody needs are forgotten */

struct place {
	int64_t free_us;  /* nobody may book an earlier moment */
	int64_t next_us;  /* nobody may go before, whatever was booked */
	unsigned users;   /* turns that point here */
	unsigned holders; /* of them, those that went and have not left */
	struct turn *first, **last;
	uint8_t key[KEY_B];
};

struct pace {
	struct loop *loop;
	struct pace_config c;
	int64_t began_us;
	int64_t free_us, next_us; /* as of a place: booked, and gone */
	int64_t *gone;		  /* when the latest of them went, as many as may go in a second */
	uint64_t n_gone;
	struct turn *late, **late_end; /* they go one after the other, before all others */
	struct timer late_timer;
	struct arena arena; /* of the map */
	struct map map;
	VEC(struct place *) places;
};

static void call_late(struct timer *timer);

/* Our share of so many a second, one at least: what is less keeps to the gap alone. */
static int64_t a_second(const struct pace *p, int64_t per_s)
{
	return per_s / p->c.share > 1 ? per_s / p->c.share : 1;
}

struct pace *pace_new(struct loop *loop, const struct pace_config *c)
{
	struct pace *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->loop = loop;
	p->c = *c;
	p->c.share = c->share > 1 ? c->share : 1;
	p->began_us = clock_mono(loop_clock(loop));
	p->gone = calloc((size_t)a_second(p, c->per_s), sizeof(p->gone[0]));
	if (!p->gone)
		abort();
	p->late_end = &p->late;
	p->late_timer = (struct timer){.fire = call_late, .ctx = p};
	arena_init(&p->arena, 0);
	map_init(&p->map, &p->arena);
	return p;
}

void pace_free(struct pace *p)
{
	if (!p)
		return;
	loop_untimer(p->loop, &p->late_timer);
	for (size_t i = 0; i < p->places.n; i++)
		free(p->places.at[i]);
	vec_done(&p->places);
	arena_done(&p->arena);
	free(p->gone);
	free(p);
}

/* ---- places ---- */

/* Forgets the places that nobody points at and that anybody may go to. */
static void forget(struct pace *p, int64_t now_us)
{
	size_t kept = 0;

	arena_done(&p->arena);
	map_init(&p->map, &p->arena);
	for (size_t i = 0; i < p->places.n; i++) {
		struct place *at = p->places.at[i];

		if (!at->users && at->free_us <= now_us) {
			free(at);
			continue;
		}
		p->places.at[kept++] = at;
		*map_at(&p->map, at->key, sizeof(at->key)) = at;
	}
	p->places.n = kept;
}

static struct place *place_at(struct pace *p, const uint8_t key[static KEY_B])
{
	struct place *at = map_get(&p->map, key, KEY_B);
	void **slot;

	if (at)
		return at;
	if (p->places.n >= PLACES_MAX && p->places.n % (PLACES_MAX / 4) == 0)
		forget(p, clock_mono(loop_clock(p->loop)));
	at = calloc(1, sizeof(*at));
	if (!at)
		abort();
	memcpy(at->key, key, KEY_B);
	at->last = &at->first;
	slot = map_at(&p->map, key, KEY_B);
	*slot = at;
	*vec_push(&p->places) = at;
	return at;
}

/* kind of place, family, then the bits; a prefix has its other bits cleared */
static struct place *place_of(struct pace *p, char kind, const struct addr *a, unsigned bits)
{
	uint8_t key[KEY_B] = {(uint8_t)kind, a->family};

	memcpy(key + 2, a->byte, bits / 8);
	return place_at(p, key);
}

/* Names that fall on one key wait for each other, which is no harm. */
static struct place *place_of_domain(struct pace *p, const char *domain)
{
	uint8_t key[KEY_B] = {'d'};
	uint64_t hash[2] = {UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4)};

	for (; *domain; domain++) /* FNV-1a, from two beginnings */
		for (int i = 0; i < 2; i++)
			hash[i] = (hash[i] ^ (uint8_t)*domain) * UINT64_C(0x100000001b3);
	memcpy(key + 2, hash, sizeof(hash));
	return place_at(p, key);
}

/* ---- booking ---- */

static int64_t per_s_now(const struct pace *p, int64_t now_us)
{
	int64_t age = now_us - p->began_us, rate;

	if (age >= p->c.ramp_us)
		return p->c.per_s;
	rate = p->c.per_s / 10 + p->c.per_s * 9 / 10 * age / p->c.ramp_us;
	return rate > 0 ? rate : 1;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Rounded up: a gap that is a part of a microsecond too short is one more a second, some day. */
static int64_t gap_of_n(int64_t n, int64_t per_s)
{
	return per_s ? (1000000 * n + per_s - 1) / per_s : 0;
}

static int64_t gap_of(int64_t per_s)
{
	return gap_of_n(1, per_s);
}

/* The same where others keep the rule with us. */
static int64_t gap_shared(const struct pace *p, int64_t per_s)
{
	return gap_of_n(p->c.share, per_s);
}

/* How long nobody may follow at this of the turn's places. */
static int64_t spacing(const struct pace *p, const struct turn *t, int i)
{
	if (t->kind == PACE_NAME_SERVER)
		return gap_shared(p, p->c.per_ns_s);
	if (t->kind == PACE_SITE)
		return gap_of(p->c.per_domain_s);
	return i == 0 ? p->c.gap_us * p->c.share
		      : gap_shared(p, i == 1 ? p->c.per_prefix_s : p->c.per_network_s);
}

static bool is_narrow(const struct turn *t, int i)
{
	return i < PACE_PLACES && t->places[i];
}

/* Books at the next of the turn's places, from the narrowest to everybody's, each when the one before is
 * reached: who waits for his address keeps nobody else in his network waiting.  The moment. */
static int64_t book(struct pace *p, struct turn *t, int64_t now_us)
{
	int64_t *free_us = &p->free_us, gap_us, at_us;

	while (t->stage < PACE_PLACES && !t->places[t->stage])
		t->stage++;
	if (is_narrow(t, t->stage)) {
		free_us = &t->places[t->stage]->free_us;
		gap_us = spacing(p, t, t->stage);
	} else {
		gap_us = t->kind == PACE_SITE ? 0 : gap_shared(p, per_s_now(p, now_us));
	}
	t->stage++;
	if (!gap_us)
		return now_us;
	at_us = later(now_us, *free_us);
	*free_us = at_us + gap_us;
	return at_us;
}

static void book_first(struct pace *p, struct place *at);

static void leave_gap(struct place *at, int64_t next_us)
{
	at->next_us = next_us;
	at->free_us = later(at->free_us, next_us);
}

/* ---- late ---- */

static void join_late(struct pace *p, struct turn *t)
{
	t->late_next = NULL;
	t->late_at = p->late_end;
	*p->late_end = t;
	p->late_end = &t->late_next;
}

static void leave_late(struct pace *p, struct turn *t)
{
	if (!t->late_at)
		return;
	*t->late_at = t->late_next;
	if (t->late_next)
		t->late_next->late_at = t->late_at;
	else
		p->late_end = t->late_at;
	t->late_at = NULL;
}

static void call_late_at(struct pace *p, int64_t now_us)
{
	if (!p->late_timer.slot)
		loop_timer(p->loop, &p->late_timer, later(p->next_us - now_us, 0));
}

/* ---- going ---- */

/* A loop that was busy calls late, so the gap counts from when the one before went: 0, or how long this
 * turn has to wait still at a place of its own. */
static int64_t wait_at_places(const struct turn *t, int64_t now_us)
{
	int64_t next_us = 0;

	for (int i = 0; i < PACE_PLACES && t->places[i]; i++)
		next_us = later(next_us, t->places[i]->next_us);
	return next_us > now_us ? next_us - now_us : 0;
}

/* 0, or how long it must still wait for a place that it has not booked. */
static int64_t advance(struct pace *p, struct turn *t, int64_t now_us)
{
	while (t->stage <= PACE_PLACES) {
		int64_t at_us = book(p, t, now_us);

		if (at_us > now_us)
			return at_us - now_us;
	}
	return 0;
}

/* A loop that was busy may catch up, but in no second of all that begin anywhere do more go than may: the next
 * one not before the one so many before it is a second old. */
static void note_gone_here(struct pace *p, int64_t now_us)
{
	int64_t per_s = per_s_now(p, now_us);
	uint64_t n = (uint64_t)a_second(p, per_s), room = (uint64_t)a_second(p, p->c.per_s);

	p->gone[p->n_gone++ % room] = now_us;
	p->next_us = later(p->next_us, now_us - BURST_US) + gap_shared(p, per_s);
	if (p->n_gone >= n)
		p->next_us = later(p->next_us, p->gone[(p->n_gone - n) % room] + SECOND_US);
}

static void note_gone(struct pace *p, struct turn *t, int64_t now_us)
{
	if (t->kind != PACE_SITE)
		note_gone_here(p, now_us);
	for (int i = 0; i < PACE_PLACES && t->places[i]; i++)
		leave_gap(t->places[i], now_us + spacing(p, t, i));
}

static void go(struct pace *p, struct turn *t, int64_t now_us)
{
	struct place *at = t->places[0];

	note_gone(p, t, now_us);
	if (at) {
		at->first = t->next;
		if (!at->first)
			at->last = &at->first;
		t->in_line = false;
		at->holders++;
		t->holds = true;
		book_first(p, at);
	}
	t->go(t);
}

/* Its moment has come: it goes, waits at a place of its own, or behind those who are late: many of them
 * may be, and each looks once, not whenever one has gone. */
static void fire(struct timer *timer)
{
	struct turn *t = timer->ctx;
	struct pace *p = t->pace;
	int64_t now_us = clock_mono(loop_clock(p->loop)), wait_us = advance(p, t, now_us);

	if (!wait_us)
		wait_us = wait_at_places(t, now_us);
	if (wait_us) {
		loop_timer(p->loop, &t->timer, wait_us);
	} else if (t->kind != PACE_SITE && (p->late || p->next_us > now_us)) {
		join_late(p, t);
		call_late_at(p, now_us);
	} else {
		go(p, t, now_us);
	}
}

static void call_late(struct timer *timer)
{
	struct pace *p = timer->ctx;
	int64_t now_us = clock_mono(loop_clock(p->loop));

	while (p->late && p->next_us <= now_us) {
		struct turn *t = p->late;
		int64_t wait_us = wait_at_places(t, now_us);

		leave_late(p, t);
		if (wait_us)
			loop_timer(p->loop, &t->timer, wait_us);
		else
			go(p, t, now_us);
	}
	if (p->late)
		call_late_at(p, now_us);
}

static void start_timer(struct pace *p, struct turn *t)
{
	int64_t now_us = clock_mono(loop_clock(p->loop));

	t->stage = 0;
	t->timer.fire = fire;
	t->timer.ctx = t;
	loop_timer(p->loop, &t->timer, book(p, t, now_us) - now_us);
}

/* Lets the first in line book, if it has not and may. */
static void book_first(struct pace *p, struct place *at)
{
	struct turn *t = at->first;

	if (!t || t->timer.slot || t->late_at)
		return;
	if (t->kind == PACE_CONNECT && p->c.gap_us && at->holders)
		return;
	start_timer(p, t);
}

static void clear(struct pace *p, struct turn *t, enum pace_kind kind)
{
	t->pace = p;
	t->kind = kind;
	memset(t->places, 0, sizeof(t->places));
	t->next = NULL;
	t->late_at = NULL;
	t->holds = t->in_line = false;
}

static void stand_in_line(struct pace *p, struct turn *t)
{
	struct place *at = t->places[0];

	for (int i = 0; i < PACE_PLACES && t->places[i]; i++)
		t->places[i]->users++;
	t->in_line = true;
	*at->last = t;
	at->last = &t->next;
	book_first(p, at);
}

void pace_take(struct pace *p, struct turn *t, const struct addr *a, enum pace_kind kind)
{
	clear(p, t, kind);
	if (kind == PACE_RESOLVER) {
		start_timer(p, t);
		return;
	}
	t->places[0] = place_of(p, kind == PACE_CONNECT ? 'a' : 'n', a, addr_bits(a));
	if (kind == PACE_CONNECT) {
		t->places[1] = place_of(p, 'p', a, a->family == 4 ? 24 : 48);
		t->places[2] = place_of(p, 'w', a, a->family == 4 ? 16 : 32);
	}
	stand_in_line(p, t);
}

void pace_take_site(struct pace *p, struct turn *t, const char *domain)
{
	clear(p, t, PACE_SITE);
	t->places[0] = place_of_domain(p, domain);
	stand_in_line(p, t);
}

static void leave_line(struct place *at, struct turn *t)
{
	struct turn **link = &at->first;

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	if (!*link)
		at->last = link;
	t->in_line = false;
}

void pace_leave(struct turn *t)
{
	struct pace *p = t->pace;
	struct place *at = t->places[0];

	if (!p)
		return;
	loop_untimer(p->loop, &t->timer);
	leave_late(p, t);
	t->pace = NULL;
	if (!at)
		return;
	for (int i = 0; i < PACE_PLACES && t->places[i]; i++)
		t->places[i]->users--;
	if (t->in_line)
		leave_line(at, t);
	if (t->holds)
		at->holders--;
	book_first(p, at);
}
