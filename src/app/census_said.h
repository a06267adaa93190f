/* census_said: what `sextant census` says on its way and at its end; for cmd_census.c. */
#ifndef APP_CENSUS_SAID_H
#define APP_CENSUS_SAID_H

#include "app/args.h"
#include "app/census.h"
#include "app/lists.h"

struct census_job {
	const struct args *args;
	const char *path;
	struct portfolio portfolio;
	struct observer observer;
	struct probers probers;
	struct store *store;
	struct round round;
	struct census census;
	char name[LIST_NAME_MAX];
	struct buf settings, line;
	bool terminal, zh;
	int64_t began_us;
	size_t done_before;
};

/* As calls of a census (app/census.h); ctx: struct census_job. */
void say_stored(void *ctx, const struct batch *verdicts, size_t first);
void say_progress(void *ctx, const struct prober_state *s, size_t held);
void say_tested(void *ctx, const struct selftest_row *row, unsigned works, bool is_first);
/* The line of progress goes; before anything else is printed. */
void say_line_end(const struct census_job *j);
/* Sites and hosts that are left alone. */
void say_before(const struct census_job *j);
void say_wishes(const struct census_job *j);
/* The whole round, once it is closed. */
int say_result(struct census_job *j, struct err *e);

#endif
