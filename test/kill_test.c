/*
 * kill_test: kill -9 at random moments of a writer (test/crash.h), from its first instruction to about
 * twice the time that a writer here takes to its first few batches, so that making the files, recovery,
 * put, flush and checkpoint are all hit.
 */
#include "test/crash.h"

enum { KILLS = 300, KILLS_A_DIR = 30 };

static void clean(void)
{
	static const char *const names[] = {
		"facts.duckdb",	    "facts.duckdb.wal", "facts.duckdb.new", "facts.duckdb.new.wal",
		"state.sqlite",	    "state.sqlite-wal", "state.sqlite-shm", "state.sqlite-journal",
		"lock",		    "socket",		NULL};
	char path[128];

	for (size_t i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/facts.duckdb.tmp", dir);
	rmdir(path);
	rmdir(dir);
}

static void load(bool census, int kills, unsigned *seed)
{
	int bad = 0, in_dir = 0;
	size_t acknowledged = 0, there = 0;
	struct seen seen = {0};
	int64_t span_us = 0;

	for (int i = 0; i < kills && !bad; i++) {
		int out;
		pid_t pid;

		if (!span_us) {
			span_us = 2 * measure(census, seed, &seen);
		} else {
			pid = start(census, seed, &out);
			usleep((useconds_t)(rand_r(seed) % span_us));
			stop(pid, out, &seen);
		}
		bad += judge(&seen);
		if (++in_dir < KILLS_A_DIR && i + 1 < kills && !bad)
			continue;
		acknowledged += seen.order.n;
		there += (size_t)seen.there;
		in_dir = 0;
		vec_done(&seen.order);
		arena_done(&seen.arena);
		if (!bad)
			clean();
	}
	ok(!bad && acknowledged > (size_t)kills / 4,
	   "%s: %d kills, %zu batches acknowledged, %zu there, none lost, in part or doubled%s%s",
	   census ? "census" : "ingest", kills, acknowledged, there, bad ? ": NOT SO, see " : "",
	   bad ? dir : "");
}

int main(int argc, char **argv)
{
	const char *many = getenv("KILLS");
	unsigned seed = (unsigned)clock_wall(&clock_real);
	int kills = many ? (int)strtol(many, NULL, 10) : KILLS;
	int64_t began_us = clock_mono(&clock_real);
	int result;

	if (is_writer(argc, argv, &result))
		return result;
	printf("# seed %u\n", seed);
	snprintf(dir, sizeof(dir), "/tmp/sextant-kill-%d", (int)getpid());
	load(false, kills / 2, &seed);
	load(true, kills - kills / 2, &seed);
	printf("# %.1f s\n", (double)(clock_mono(&clock_real) - began_us) / 1e6);
	return done();
}
