/* SipHash-2-4's published vectors; a map of many keys against an array. */
#include "base/map.h"
#include "test/tap.h"

#include <inttypes.h>
#include <pthread.h>

/* The paper's key 00..0f, message 00..(n-1): appendix A gives n = 15; the others are from the
 * reference implementation's list. */
static void test_siphash(void)
{
	static const struct {
		size_t n;
		uint64_t hash;
	} rows[] = {{0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd}, {7, 0xab0200f58b01d137},
		    {8, 0x93f5f5799a932462}, {15, 0xa129ca6149be45e5}};
	uint8_t key[16], message[16];

	for (uint8_t i = 0; i < 16; i++)
		key[i] = message[i] = i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(siphash(key, message, rows[i].n) == rows[i].hash, "SipHash of %zu bytes", rows[i].n);
}

static void test_many(void)
{
	enum { N = 20000 };
	static int value[N];
	struct arena a;
	struct map m;
	int wrong = 0;

	arena_init(&a, 0);
	map_init(&m, &a);
	ok(!map_get_text(&m, "x"), "an empty map has nothing");
	for (int i = 0; i < N; i++) {
		char key[32];
		void **at;

		snprintf(key, sizeof(key), "key %d", i);
		at = map_at_text(&m, key);
		wrong += *at != NULL;
		*at = &value[i];
		memset(key, 0, sizeof(key)); /* the key was copied */
	}
	is_int(wrong, 0, "a new key has no value");
	is_int((long long)m.n, N, "all keys are there");
	for (int i = 0; i < N; i++) {
		char key[32];

		snprintf(key, sizeof(key), "key %d", i);
		wrong += map_get_text(&m, key) != &value[i] || *map_at_text(&m, key) != &value[i];
	}
	is_int(wrong, 0, "and have their values");
	is_int((long long)m.n, N, "asking adds none");
	ok(!map_get_text(&m, "key") && !map_get_text(&m, "key 1 "), "near misses are misses");
	arena_done(&a);
}

static void test_bytes(void)
{
	struct arena a;
	struct map m;

	arena_init(&a, 0);
	map_init(&m, &a);
	*map_at(&m, "a\0b", 3) = "three";
	*map_at(&m, "a", 1) = "one";
	*map_at(&m, NULL, 0) = "none";
	is_str(map_get(&m, "a\0b", 3), "three", "a key with a NUL");
	is_str(map_get(&m, "a", 1), "one", "its beginning");
	is_str(map_get(&m, "", 0), "none", "the empty key");
	arena_done(&a);
}

static void *hash_it(void *out)
{
	*(uint64_t *)out = hash_bytes("the same", 8);
	return NULL;
}

static void test_threads(void)
{
	uint64_t hash[8];
	pthread_t thread[8];
	bool same = true;

	for (int i = 0; i < 8; i++)
		pthread_create(&thread[i], NULL, hash_it, &hash[i]);
	for (int i = 0; i < 8; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < 8; i++)
		same &= hash[i] == hash[0];
	ok(same, "all threads share one key");
}

int main(void)
{
	test_threads(); /* first: the key is made here */
	test_siphash();
	test_many();
	test_bytes();
	return done();
}
