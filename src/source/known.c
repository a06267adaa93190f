/* known: see known.h. */
#include "source/known.h"

#include "base/map.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64, AGES = 32 * 8 };

void *known_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (p)
		return p;
	fprintf(stderr, "sextant: out of memory (%zu bytes asked)\n", n * size);
	abort();
}

struct known_key known_key(const void *data, size_t len)
{
	return (struct known_key){
		.data = data, .hash = (uint32_t)hash_bytes(data, len), .len = (uint16_t)len};
}

struct known_key known_key_text(const char *text)
{
	return known_key(text, strlen(text));
}

/* ---- slots ---- */

static struct known_slot *new_slots(struct known_table *t, size_t n)
{
	*t->memory_b += n * sizeof(struct known_slot);
	t->n_slots = n;
	return known_alloc(n, sizeof(struct known_slot));
}

static const void *key_of(const struct known_table *t, const struct known *k)
{
	return (const char *)k + t->key_at;
}

static bool is_it(const struct known_table *t, const struct known_slot *s, struct known_key key)
{
	return s->hash == key.hash && s->entry->key_len == key.len &&
	       !memcmp(key_of(t, s->entry), key.data, key.len);
}

/* That of the key, or the empty one where it belongs. */
static struct known_slot *slot_of(const struct known_table *t, struct known_key key)
{
	size_t i = key.hash & (t->n_slots - 1);

	while (t->slots[i].entry && !is_it(t, &t->slots[i], key))
		i = (i + 1) & (t->n_slots - 1);
	return &t->slots[i];
}

static void grow(struct known_table *t)
{
	struct known_slot *old = t->slots;
	size_t n_old = t->n_slots;

	t->slots = new_slots(t, n_old * 2);
	for (size_t i = 0; i < n_old; i++) {
		size_t to = old[i].hash & (t->n_slots - 1);

		if (!old[i].entry)
			continue;
		while (t->slots[to].entry)
			to = (to + 1) & (t->n_slots - 1);
		t->slots[to] = old[i];
	}
	*t->memory_b -= n_old * sizeof(*old);
	free(old);
}

/* Those behind an empty slot that would not be found any more move up (Knuth 6.4, algorithm R). */
static void close_gap(struct known_table *t, size_t gap)
{
	size_t mask = t->n_slots - 1;

	t->slots[gap].entry = NULL;
	for (size_t i = (gap + 1) & mask; t->slots[i].entry; i = (i + 1) & mask) {
		if (((i - t->slots[i].hash) & mask) < ((i - gap) & mask))
			continue;
		t->slots[gap] = t->slots[i];
		t->slots[i].entry = NULL;
		gap = i;
	}
}

/* ---- entries ---- */

/* Its key has a NUL behind it, whatever it is. */
static size_t entry_b(const struct known_table *t, size_t key_len)
{
	size_t with_key = t->key_at + key_len + 1;

	return with_key > t->size_b ? with_key : t->size_b;
}

static void forget(struct known_table *t, struct known *k)
{
	t->n--;
	*t->memory_b -= entry_b(t, k->key_len);
	if (t->done)
		t->done(k);
	free(k);
}

static struct known *new_entry(struct known_table *t, struct known_key key)
{
	struct known *k = known_alloc(1, entry_b(t, key.len));

	k->key_len = key.len;
	memcpy((char *)k + t->key_at, key.data, key.len);
	t->n++;
	*t->memory_b += entry_b(t, key.len);
	return k;
}

void known_init(struct known_table *t, size_t size_b, size_t key_at, size_t max,
		void (*done)(struct known *), size_t *memory_b)
{
	*t = (struct known_table){.max = max,
				  .full_n = max,
				  .size_b = size_b,
				  .key_at = key_at,
				  .done = done,
				  .memory_b = memory_b};
	t->slots = new_slots(t, SLOTS_MIN);
}

void known_done(struct known_table *t)
{
	for (size_t i = 0; i < t->n_slots; i++)
		if (t->slots[i].entry)
			forget(t, t->slots[i].entry);
	*t->memory_b -= t->n_slots * sizeof(*t->slots);
	free(t->slots);
}

/* ---- room ---- */

static uint32_t ms(int64_t us)
{
	return (uint32_t)(us / 1000);
}

/* Its class of age: below 8 ms each is one, above there are eight from each power of two to the
 * next. */
static unsigned age_of(const struct known_slot *s, uint32_t now_ms)
{
	uint32_t age_ms = now_ms - s->used_ms;
	unsigned more = age_ms < 8 ? 0 : 29 - (unsigned)__builtin_clz(age_ms);

	return age_ms < 8 ? age_ms : more * 8 + (age_ms >> (more - 1)) % 8;
}

/* The age from which on all that nobody holds has to go, for no more than this to be left. */
static unsigned age_to_forget(const struct known_table *t, size_t to, uint32_t now_ms)
{
	size_t n_of[AGES] = {0}, left = t->n;
	unsigned age = AGES;

	for (size_t i = 0; i < t->n_slots; i++)
		if (t->slots[i].entry && !t->slots[i].entry->refs)
			n_of[age_of(&t->slots[i], now_ms)]++;
	while (age && left > to)
		left -= n_of[--age];
	return age;
}

static void shrink(struct known_table *t, size_t to, int64_t now_us)
{
	unsigned age = age_to_forget(t, to, ms(now_us));

	for (size_t i = 0; i < t->n_slots;) {
		const struct known_slot *s = &t->slots[i];
		struct known *k = s->entry;

		if (!k || age_of(s, ms(now_us)) < age || k->refs) {
			i++;
			continue;
		}
		close_gap(t, i); /* the next one may stand here now */
		forget(t, k);
	}
}

/* Those who hold its entries let half of their own go, and so on upwards. */
static void relieve(struct known_table *t, int64_t now_us)
{
	for (int i = 0; i < 2 && t->holders[i]; i++) {
		relieve(t->holders[i], now_us);
		shrink(t->holders[i], t->holders[i]->n / 2, now_us);
	}
}

/* For a quarter of it; when work under way holds all, it is tried again after some more have come.
 */
static void make_room(struct known_table *t, int64_t now_us)
{
	size_t to = t->max / 4 * 3;

	shrink(t, to, now_us);
	if (t->n > to) {
		relieve(t, now_us);
		shrink(t, to, now_us);
	}
	t->full_n = t->n > to ? t->n + t->max / 16 + 1 : t->max;
}

/* An empty one for this key, when there may be too few of them. */
static struct known_slot *make_slot(struct known_table *t, struct known_key key, int64_t now_us)
{
	if (t->n >= t->full_n)
		make_room(t, now_us);
	if (t->n >= t->n_slots / 4 * 3)
		grow(t);
	return slot_of(t, key);
}

/* ---- outside ---- */

void *known_get(const struct known_table *t, struct known_key key)
{
	return slot_of(t, key)->entry;
}

void *known_use(struct known_table *t, struct known_key key, int64_t now_us)
{
	struct known_slot *s = slot_of(t, key);

	if (s->entry)
		s->used_ms = ms(now_us);
	return s->entry;
}

void *known_at(struct known_table *t, struct known_key key, int64_t now_us)
{
	struct known_slot *s = slot_of(t, key);

	if (!s->entry) {
		if (t->n >= t->full_n || t->n >= t->n_slots / 4 * 3)
			s = make_slot(t, key, now_us);
		s->hash = key.hash;
		s->entry = new_entry(t, key);
	}
	s->used_ms = ms(now_us);
	return s->entry;
}

void *known_next(const struct known_table *t, size_t *at)
{
	while (*at < t->n_slots) {
		struct known *k = t->slots[(*at)++].entry;

		if (k)
			return k;
	}
	return NULL;
}
