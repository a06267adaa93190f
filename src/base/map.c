/* map: chained, doubles at one entry a slot.  SipHash-2-4: Aumasson and Bernstein, 2012. */
#include "base/map.h"

#include <endian.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct map_slot {
	struct map_slot *next;
	uint64_t hash;
	void *value;
	size_t len;
	unsigned char key[];
};

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, int b)
{
	return x << b | x >> (64 - b);
}

static uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return le64toh(v);
}

static void sip_rounds(struct sip *s, int n)
{
	while (n--) {
		s->v0 += s->v1;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v2 = rotate(s->v2, 32);
	}
}

uint64_t siphash(const uint8_t key[static 16], const void *data, size_t len)
{
	uint64_t k0 = load64(key), k1 = load64(key + 8), last = (uint64_t)len << 56;
	struct sip s = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
			k1 ^ 0x7465646279746573};
	const uint8_t *p = data;
	size_t whole = len & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8) {
		uint64_t m = load64(p + i);

		s.v3 ^= m;
		sip_rounds(&s, 2);
		s.v0 ^= m;
	}
	for (size_t i = whole; i < len; i++)
		last |= (uint64_t)p[i] << 8 * (i - whole);
	s.v3 ^= last;
	sip_rounds(&s, 2);
	s.v0 ^= last;
	s.v2 ^= 0xff;
	sip_rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static uint8_t process_key[16];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_key(void)
{
	if (getrandom(process_key, sizeof(process_key), 0) == sizeof(process_key))
		return;
	fprintf(stderr, "sextant: the system gives no random numbers\n");
	abort();
}

uint64_t hash_bytes(const void *data, size_t len)
{
	pthread_once(&once, make_key);
	return siphash(process_key, data, len);
}

void map_init(struct map *m, struct arena *a)
{
	*m = (struct map){.arena = a};
}

static struct map_slot *find(const struct map *m, uint64_t hash, const void *key, size_t len)
{
	struct map_slot *s = m->n_slots ? m->slots[hash & (m->n_slots - 1)] : NULL;

	while (s && (s->hash != hash || s->len != len || (len && memcmp(s->key, key, len))))
		s = s->next;
	return s;
}

static void grow(struct map *m)
{
	size_t n = m->n_slots ? m->n_slots * 2 : 16;
	struct map_slot **slots = arena_array(m->arena, n, sizeof(struct map_slot *));

	for (size_t i = 0; i < m->n_slots; i++)
		for (struct map_slot *s = m->slots[i], *next; s; s = next) {
			next = s->next;
			s->next = slots[s->hash & (n - 1)];
			slots[s->hash & (n - 1)] = s;
		}
	m->slots = slots;
	m->n_slots = n;
}

void **map_at(struct map *m, const void *key, size_t len)
{
	uint64_t hash = hash_bytes(key, len);
	struct map_slot *s = find(m, hash, key, len);

	if (s)
		return &s->value;
	if (m->n >= m->n_slots)
		grow(m);
	s = arena_alloc(m->arena, sizeof(*s) + len);
	s->hash = hash;
	s->len = len;
	if (len)
		memcpy(s->key, key, len);
	s->next = m->slots[hash & (m->n_slots - 1)];
	m->slots[hash & (m->n_slots - 1)] = s;
	m->n++;
	return &s->value;
}

void *map_get(const struct map *m, const void *key, size_t len)
{
	struct map_slot *s = m->n_slots ? find(m, hash_bytes(key, len), key, len) : NULL;

	return s ? s->value : NULL;
}

void **map_at_text(struct map *m, const char *key)
{
	return map_at(m, key, strlen(key));
}

void *map_get_text(const struct map *m, const char *key)
{
	return map_get(m, key, strlen(key));
}
