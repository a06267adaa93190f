/*
 * round_maker DIR: a round that runs, for those who watch it: eight steps of a tenth of a second and
 * more through the socket of the store's owner, as a census does it, then it is complete.
 */
#include "app/schemas.h"
#include "base/clock.h"
#include "store/store.h"

#include <stdio.h>
#include <unistd.h>

enum { SITES = 160, STEPS = 8, STEP_US = 400000 };

static int change(struct store *s, const char *sql, int64_t value, struct err *e)
{
	const struct change c = {.sql = sql, .args = {value_i64(value)}, .n_args = 1};

	return store_put(s, NULL, 0, &c, 1, e);
}

static int run(struct store *s, struct err *e)
{
	int64_t now_us = clock_wall(&clock_real);
	int rc = change(s,
			"INSERT INTO round(id, portfolio, version, began_us, status, vantage, tool_version, seed, "
			"total, done) VALUES('live', 'bench', 1, ?, 'running', 'bench', 'bench', 1, 160, 0)",
			now_us, e);

	for (int i = 1; i <= STEPS && !rc; i++) {
		usleep(STEP_US);
		rc = change(s, "UPDATE round SET done = ? WHERE id = 'live'", i * SITES / STEPS, e);
	}
	if (!rc)
		rc = change(s, "UPDATE round SET status = 'complete', ended_us = ? WHERE id = 'live'",
			    clock_wall(&clock_real), e);
	return rc;
}

int main(int argc, char **argv)
{
	struct store *s;
	struct err e = {0};
	int rc = argc == 2 ? store_open(argv[1], STORE_ANY, known_schemas, &s, &e) : -1;

	if (!rc) {
		rc = run(s, &e);
		store_close(s);
	}
	if (rc)
		fprintf(stderr, "round_maker: %s\n", argc == 2 ? e.text : "usage: round_maker DIR");
	return rc != 0;
}
