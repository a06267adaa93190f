/*
 * known: a table of what was learnt, of a bounded number of entries.  When it is full, the entries
 * that were not used for the longest time go, unless somebody holds them; when that is another
 * table, it has to let go of its own oldest first.
 *
 * An entry is one piece of memory: a struct that begins with struct known and ends with its key, of
 * any length.  What is needed to find it, or to see that it is old, stands in the slots of the
 * table: who looks for what is not there, or for what may go, does not touch the entries.
 *
 *	slots   [hash used entry] [ - ] [hash used entry] ...		open addressing, 16 B each
 *	                     └──> { refs, key_len, what is known..., key }
 *
 * Keys come from outside: the hash is SipHash (base/map.h), so that nobody chooses collisions.
 */
#ifndef SOURCE_KNOWN_H
#define SOURCE_KNOWN_H

#include <stddef.h>
#include <stdint.h>

struct known {
	uint32_t refs; /* as long as somebody holds it, it stays */
	uint16_t key_len;
};

/* What an entry is looked for by; who looks often keeps it. */
struct known_key {
	const void *data;
	uint32_t hash;
	uint16_t len;
};
struct known_key known_key(const void *data, size_t len);
struct known_key known_key_text(const char *text);

struct known_slot {
	uint32_t hash, used_ms;
	struct known *entry; /* NULL: empty */
};

struct known_table {
	struct known_slot *slots;
	size_t n, n_slots, max;
	size_t full_n;	       /* so many: room is made, or tried for again */
	size_t size_b, key_at; /* of an entry, without its key; where the key begins in it */
	struct known_table *holders[2]; /* whose entries hold those of this one; or NULL */
	void (*done)(struct known *k);	/* frees what it owns, but not itself; or NULL */
	size_t *memory_b;		/* entries and slots are counted there */
};

/* size_b: sizeof the entry's struct; key_at: the offset of its last member, which takes the key and
 * a NUL. */
void known_init(struct known_table *t, size_t size_b, size_t key_at, size_t max,
		void (*done)(struct known *), size_t *memory_b);
void known_done(struct known_table *t);

/* It will be looked for soon: until then the memory may have brought its slot. */
static inline void known_expect(const struct known_table *t, struct known_key key)
{
	__builtin_prefetch(&t->slots[key.hash & (t->n_slots - 1)]);
}
/* NULL when it is not there. */
void *known_get(const struct known_table *t, struct known_key key);
/* The same; it counts as used now. */
void *known_use(struct known_table *t, struct known_key key, int64_t now_us);
/* The one of this key, made of zeros when it is new. */
void *known_at(struct known_table *t, struct known_key key, int64_t now_us);
/* One after the other, beginning with *at 0; NULL after the last. */
void *known_next(const struct known_table *t, size_t *at);

static inline void known_hold(struct known *k)
{
	k->refs++;
}
static inline void known_drop(struct known *k)
{
	k->refs--;
}

/* Zeros; ends the process when there is no memory. */
void *known_alloc(size_t n, size_t size);

#endif
