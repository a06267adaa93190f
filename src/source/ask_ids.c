/*
 * ask_ids: which datagram that is under way has this socket and id.  A table of chains with two to four places for
 * each datagram, so that it stays in the processor's cache: one place for each possible id, 4 MiB of them,
 * costs two cache misses a question.
 */
#include "source/ask_int.h"

#include <stdlib.h>

enum { FIRST_BITS = 10 };

static struct sent **place_of(const struct ask_ids *ids, unsigned socket, uint16_t id)
{
	uint32_t key = (uint32_t)socket << 16 | id;

	return &ids->places[key * UINT32_C(2654435761) >> (32 - ids->bits)];
}

static void put(struct ask_ids *ids, struct sent *s)
{
	struct sent **place = place_of(ids, s->socket, s->id);

	s->next = *place;
	*place = s;
}

static void grow(struct ask_ids *ids)
{
	struct ask_ids old = *ids;
	size_t n_old = old.places ? (size_t)1 << old.bits : 0;

	ids->bits = n_old ? old.bits + 1 : FIRST_BITS;
	ids->places = calloc((size_t)1 << ids->bits, sizeof(struct sent *));
	if (!ids->places)
		abort();
	for (size_t i = 0; i < n_old; i++) {
		struct sent *next;

		for (struct sent *s = old.places[i]; s; s = next) {
			next = s->next;
			put(ids, s);
		}
	}
	free(old.places);
}

void ask_ids_init(struct ask_ids *ids)
{
	*ids = (struct ask_ids){0};
	grow(ids);
}

void ask_ids_done(struct ask_ids *ids)
{
	free(ids->places);
}

struct sent *ask_ids_find(const struct ask_ids *ids, unsigned socket, uint16_t id)
{
	struct sent *s = *place_of(ids, socket, id);

	while (s && (s->id != id || s->socket != socket))
		s = s->next;
	return s;
}

void ask_ids_add(struct ask_ids *ids, struct sent *s)
{
	if (++ids->n * 2 >> ids->bits)
		grow(ids);
	put(ids, s);
}

void ask_ids_remove(struct ask_ids *ids, struct sent *s)
{
	struct sent **at = place_of(ids, s->socket, s->id);

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	ids->n--;
}
