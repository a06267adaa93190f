/*
 * map: text or bytes to a pointer, in memory of an arena.  Keys are copied.  The hash is SipHash
 * with a key of this process, so that nobody outside chooses collisions.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

struct map_slot;

struct map {
	struct arena *arena;
	struct map_slot **slots;
	size_t n, n_slots;
};

/* The arena must be unbounded; the caller bounds how many keys foreign bytes may add. */
void map_init(struct map *m, struct arena *a);
/* Where the value of this key stands: a new one is NULL.  Stable as long as the arena lives. */
void **map_at(struct map *m, const void *key, size_t len);
void *map_get(const struct map *m, const void *key, size_t len);
void **map_at_text(struct map *m, const char *key);
void *map_get_text(const struct map *m, const char *key);

uint64_t hash_bytes(const void *data, size_t len); /* SipHash-2-4, keyed once per process */
uint64_t siphash(const uint8_t key[static 16], const void *data, size_t len);

#endif
