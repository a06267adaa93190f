/* Tables of what is known: found, forgotten, at their limits. */
#include "source/known.h"
#include "base/limits.h"
#include "test/tap.h"

#include <stdbool.h>
#include <string.h>

struct item {
	struct known known;
	unsigned value;
	char name[];
};

static size_t memory_b;
static unsigned n_done;

static void item_done(struct known *k)
{
	(void)k;
	n_done++;
}

static void begin(struct known_table *t, size_t max)
{
	n_done = 0;
	known_init(t, sizeof(struct item), offsetof(struct item, name), max, item_done, &memory_b);
}

static void end(struct known_table *t)
{
	known_done(t);
	is_int((long long)memory_b, 0, "all memory is given back");
}

static struct known_key number(size_t *i)
{
	return known_key(i, sizeof(*i));
}

static void test_entry(void)
{
	struct known_table t;
	struct item *a;

	begin(&t, 10);
	ok(!known_get(&t, known_key_text("a.test")), "nothing is known");
	a = known_at(&t, known_key_text("a.test"), 0);
	is_str(a->name, "a.test", "the key stands at the end");
	a->value = 7;
	ok(known_at(&t, known_key_text("a.test"), 0) == a && t.n == 1, "it is made once");
	ok(known_use(&t, known_key_text("a.test"), 5) == a, "and found");
	ok(!known_get(&t, known_key_text("a.tes")) && !known_get(&t, known_key_text("a.test.")),
	   "what is shorter or longer is another");
	end(&t);
	is_int(n_done, 1, "it was told that it goes");
}

/* Half of what is there goes, here and there: the rest is found. */
static void test_gaps(void)
{
	enum { N = 40000 };
	struct known_table t;
	size_t lost = 0, seen = 0;

	begin(&t, N);
	for (size_t i = 0; i <= N; i++) {
		struct item *k = known_at(&t, number(&i), (int64_t)i * 1000);

		k->value = (unsigned)i;
		if (i % 2)
			known_hold(&k->known);
	}
	for (size_t i = 1; i < N; i += 2) {
		const struct item *k = known_get(&t, number(&i));

		lost += !k || k->value != i;
	}
	is_int((long long)lost, 0, "what is held is found");
	ok(t.n <= N / 4 * 3 + 1 && n_done == N + 1 - t.n, "of the rest some went");
	ok(t.n > N / 10 * 7, "and not many more than had to: %zu are left", t.n);
	for (size_t at = 0; known_next(&t, &at);)
		seen++;
	is_int((long long)seen, (long long)t.n, "one after the other");
	end(&t);
}

static void test_age(void)
{
	enum { N = 100 };
	struct known_table t;
	size_t old = 0, young = 0, i;

	begin(&t, N);
	for (i = 0; i < N; i++)
		known_at(&t, number(&i), i < 50 ? 0 : INT64_C(900000000));
	i = 3;
	known_use(&t, number(&i), INT64_C(900000000));
	i = N;
	known_at(&t, number(&i), INT64_C(1000000000));
	for (i = 0; i < N; i++)
		if (known_get(&t, number(&i)))
			(i < 50 ? &old : &young)[0]++;
	is_int((long long)young, 50, "what was used of late stays");
	is_int((long long)old, 1, "and what was used again");
	end(&t);
}

static size_t fill(size_t n, size_t max, size_t held)
{
	struct known_table t;
	size_t left;

	begin(&t, max);
	for (size_t i = 0; i < n; i++) {
		struct known *k = known_at(&t, number(&i), (int64_t)i);

		if (i < held)
			known_hold(k);
	}
	left = t.n;
	for (size_t i = 0; i < held; i++)
		if (!known_get(&t, number(&i)))
			left = 0;
	end(&t);
	return left;
}

static void test_limits(void)
{
	static const size_t limits[] = {L_DNS_ZONES, L_DNS_SERVERS};

	for (int i = 0; i < 2; i++) {
		is_int((long long)fill(limits[i] - 1, limits[i], 0), (long long)limits[i] - 1,
		       "below the limit");
		is_int((long long)fill(limits[i], limits[i], 0), (long long)limits[i],
		       "at the limit");
		ok(fill(limits[i] + 1, limits[i], 0) <= limits[i] / 4 * 3 + 1,
		   "above it the oldest go");
		ok(fill(limits[i] + 1, limits[i], 100) > 100, "but for those that are held");
	}
}

int main(void)
{
	test_entry();
	test_gaps();
	test_age();
	test_limits();
	return done();
}
