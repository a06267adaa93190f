/*
 * compare: what a census found in the laboratory against what the truth table says.
 */
#ifndef LAB_COMPARE_H
#define LAB_COMPARE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "lab/truth.h"

struct difference {
	const char *name, *domain, *check;
	const char *want, *got; /* "verdict:reason"; "" where one side has nothing */
};

struct comparison {
	size_t sites;	 /* of the table that the census reported */
	size_t verdicts; /* that the table expects */
	VEC(struct difference) differences;
};

/* Reads the lines of `sextant census --json`.  A verdict that is missing is a difference, and so is
 * one that the table does not know.  Texts live in a; the caller frees differences. */
int compare_census(const struct truth *t, const char *lines, size_t len, struct arena *a,
		   struct comparison *out, struct err *e);

#endif
