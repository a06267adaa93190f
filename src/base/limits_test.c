/* The table is whole, and hits are counted by their own row. */
#include "base/limits.h"
#include "test/tap.h"

#include <pthread.h>

static void *hit(void *arg)
{
	for (int i = 0; i < 10000; i++)
		limit_hit(LIMIT_BATCH_ROWS);
	return arg;
}

int main(void)
{
	pthread_t thread[4];
	int bad = 0;

	for (int i = 0; i < LIMIT_COUNT; i++) {
		bad += !limit_table[i].name || limit_table[i].number <= 0 || !*limit_table[i].meaning;
		for (int k = 0; k < i; k++)
			bad += !strcmp(limit_table[i].name, limit_table[k].name);
		bad += limit_hits((enum limit)i) != 0;
	}
	is_int(bad, 0, "each limit has a name of its own, a number and a meaning");
	is_int(limit_table[LIMIT_BATCH_ROWS].number, L_BATCH_ROWS, "the table and the constants agree");
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, hit, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	is_int((long long)limit_hits(LIMIT_BATCH_ROWS), 40000, "hits of four threads are counted");
	is_int((long long)limit_hits(LIMIT_BATCH_B), 0, "and no other row's");
	return done();
}
