/* probers_test: how many there are, and whose a site is. */
#include "app/probers.h"

#include "test/tap.h"

static void test_number(void)
{
	static const struct {
		int64_t wanted, per_s, cores;
		size_t want;
	} rows[] = {
		{0, 20, 8, 1},	   {0, 199, 8, 1},   {0, 200, 8, 2}, {0, 1000, 4, 4}, {0, 10000, 2, 2},
		{3, 20, 1, 3},	   {1, 10000, 8, 1}, {0, 10000, 0, 1}, {63, 1, 1, 63},  {64, 1, 1, 64},
		{65, 1, 1, 64},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_int((long long)probers_number(rows[i].wanted, rows[i].per_s, rows[i].cores),
		       (long long)rows[i].want, "as many as are needed, or asked for");
}

static void test_sites(void)
{
	struct probers p = {.n = 4};
	size_t seen[4] = {0};
	char name[32];

	ok(probers_of(&p, "a.example.com") == probers_of(&p, "b.c.example.com") &&
		   probers_of(&p, "example.com") == probers_of(&p, "a.example.com"),
	   "sites of one registrable domain have one prober");
	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		seen[probers_of(&p, name)]++;
	}
	ok(seen[0] > 50 && seen[1] > 50 && seen[2] > 50 && seen[3] > 50, "the others are spread");
	p.n = 1;
	is_int((long long)probers_of(&p, "example.com"), 0, "one has all");
}

int main(void)
{
	test_number();
	test_sites();
	return done();
}
