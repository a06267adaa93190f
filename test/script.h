/*
 * script: a replay as a text, one line a fact; test/replay/ holds them, test/replay/README.md tells
 * the words.  A mistake in it is named with file and line.
 */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include "base/err.h"
#include "base/limits.h"
#include "test/replay.h"

enum { SCRIPT_WORDS = 64 };

struct expectation {
	unsigned line;
	size_t n;
	char *words[SCRIPT_WORDS];
};

struct script {
	struct replay replay;
	const char *name; /* for messages */
	struct arena arena;
	VEC(struct expectation) expects;
	uint64_t hits[LIMIT_COUNT]; /* before the replay */
};

void script_init(struct script *s, const char *name);
void script_done(struct script *s);
int script_read(struct script *s, const char *text, struct err *e);
void script_run(struct script *s);
/* NULL when it came about, else what came instead; lives in s. */
const char *script_check(struct script *s, const struct expectation *x);

#endif
