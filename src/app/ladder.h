/*
 * ladder: one site's verdicts for people, on a terminal of 80 columns: the answer, both families side by
 * side, the rungs from names to parity, what to repair first; and the same as JSON.
 */
#ifndef APP_LADDER_H
#define APP_LADDER_H

#include "app/judge.h"

#include <stdio.h>

struct ladder {
	const struct site *site;
	const struct batch *verdicts; /* of this site alone */
	const struct selftest_row *selftest;
	int64_t at_us;
	const char *vantage;
	bool zh, colour;
	bool verbose; /* every question and answer below its rung */
};

void ladder_print(const struct ladder *l, FILE *out);
void ladder_json(const struct ladder *l, FILE *out);
/* check,verdict,reason,subject,meaning,remedy */
void ladder_csv(const struct ladder *l, FILE *out);

#endif
