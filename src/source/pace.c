/*
 * pace: see pace.h.  A place is an address or a prefix with the time before which nobody may go there.
 * The first in line at an address books its moment at all places it concerns, waits for it, and goes;
 * the next one books when the first has gone or, where only one may be there, has left.
 */
#include "source/pace.h"

#include "base/map.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 65536 }; /* then those that nobody needs are forgotten */

struct place {
	int64_t free_us;  /* nobody may book an earlier moment */
	int64_t next_us;  /* nobody may go before, whatever was booked */
	unsigned users;   /* turns that point here */
	unsigned holders; /* of them, those that went and have not left */
	struct turn *first, **last;
	uint8_t key[18];
};

struct pace {
	struct loop *loop;
	struct pace_config c;
	int64_t began_us, free_us;
	struct arena arena; /* of the map */
	struct map map;
	VEC(struct place *) places;
};

struct pace *pace_new(struct loop *loop, const struct pace_config *c)
{
	struct pace *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->loop = loop;
	p->c = *c;
	p->began_us = clock_mono(loop_clock(loop));
	arena_init(&p->arena, 0);
	map_init(&p->map, &p->arena);
	return p;
}

void pace_free(struct pace *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->places.n; i++)
		free(p->places.at[i]);
	vec_done(&p->places);
	arena_done(&p->arena);
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

/* kind of place, family, then the bits; a prefix has its other bits cleared */
static struct place *place_of(struct pace *p, char kind, const struct addr *a, unsigned bits)
{
	uint8_t key[18] = {(uint8_t)kind, a->family};
	struct place *at;
	void **slot;

	memcpy(key + 2, a->byte, bits / 8);
	at = map_get(&p->map, key, sizeof(key));
	if (at)
		return at;
	if (p->places.n >= PLACES_MAX && p->places.n % (PLACES_MAX / 4) == 0)
		forget(p, clock_mono(loop_clock(p->loop)));
	at = calloc(1, sizeof(*at));
	if (!at)
		abort();
	memcpy(at->key, key, sizeof(key));
	at->last = &at->first;
	slot = map_at(&p->map, key, sizeof(key));
	*slot = at;
	*vec_push(&p->places) = at;
	return at;
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

/* How long nobody may follow at the same address. */
static int64_t spacing(const struct pace *p, const struct turn *t)
{
	return t->kind == PACE_CONNECT ? p->c.gap_us : 1000000 / p->c.per_ns_s;
}

/* The moment at which this turn may go; nobody else gets it. */
static int64_t book(struct pace *p, struct turn *t, int64_t now_us)
{
	int64_t at_us = later(now_us, p->free_us);

	if (t->place)
		at_us = later(at_us, t->place->free_us);
	if (t->prefix)
		at_us = later(at_us, t->prefix->free_us);
	p->free_us = later(p->free_us, now_us) + 1000000 / per_s_now(p, now_us);
	if (t->place)
		t->place->free_us = at_us + spacing(p, t);
	if (t->prefix)
		t->prefix->free_us = at_us + 1000000 / p->c.per_prefix_s;
	return at_us;
}

static void book_first(struct pace *p, struct place *at);

static void leave_gap(struct place *at, int64_t next_us)
{
	at->next_us = next_us;
	at->free_us = later(at->free_us, next_us);
}

/* A loop that was busy calls late, so the gap counts from when the one before went: 0, or how long this
 * turn has to wait still. */
static int64_t go_or_wait(struct pace *p, struct turn *t)
{
	int64_t now_us = clock_mono(loop_clock(p->loop)), next_us = t->place->next_us;

	if (t->prefix)
		next_us = later(next_us, t->prefix->next_us);
	if (next_us > now_us)
		return next_us - now_us;
	leave_gap(t->place, now_us + spacing(p, t));
	if (t->prefix)
		leave_gap(t->prefix, now_us + 1000000 / p->c.per_prefix_s);
	return 0;
}

static void fire(struct timer *timer)
{
	struct turn *t = timer->ctx;
	struct place *at = t->place;
	int64_t wait_us = at ? go_or_wait(t->pace, t) : 0;

	if (wait_us) {
		loop_timer(t->pace->loop, &t->timer, wait_us);
		return;
	}
	if (at) {
		at->first = t->next;
		if (!at->first)
			at->last = &at->first;
		t->in_line = false;
		at->holders++;
		t->holds = true;
		book_first(t->pace, at);
	}
	t->go(t);
}

static void start_timer(struct pace *p, struct turn *t)
{
	int64_t now_us = clock_mono(loop_clock(p->loop));

	t->timer.fire = fire;
	t->timer.ctx = t;
	loop_timer(p->loop, &t->timer, book(p, t, now_us) - now_us);
}

/* Lets the first in line book, if it has not and may. */
static void book_first(struct pace *p, struct place *at)
{
	struct turn *t = at->first;

	if (!t || t->timer.slot)
		return;
	if (t->kind == PACE_CONNECT && p->c.gap_us && at->holders)
		return;
	start_timer(p, t);
}

void pace_take(struct pace *p, struct turn *t, const struct addr *a, enum pace_kind kind)
{
	t->pace = p;
	t->kind = kind;
	t->place = t->prefix = NULL;
	t->next = NULL;
	t->holds = t->in_line = false;
	if (kind == PACE_RESOLVER) {
		start_timer(p, t);
		return;
	}
	t->place = place_of(p, kind == PACE_CONNECT ? 'a' : 'n', a, addr_bits(a));
	t->place->users++;
	if (kind == PACE_CONNECT) {
		t->prefix = place_of(p, 'p', a, a->family == 4 ? 24 : 48);
		t->prefix->users++;
	}
	t->in_line = true;
	*t->place->last = t;
	t->place->last = &t->next;
	book_first(p, t->place);
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
	struct place *at = t->place;

	if (!p)
		return;
	loop_untimer(p->loop, &t->timer);
	t->pace = NULL;
	if (t->prefix)
		t->prefix->users--;
	if (!at)
		return;
	at->users--;
	if (t->in_line)
		leave_line(at, t);
	if (t->holds)
		at->holders--;
	book_first(p, at);
}
