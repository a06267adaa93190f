/* judge: every check over one site's evidence, as rows of obs_verdict.  The census, `check` and `verify`
 * call this one function, so they cannot differ. */
#ifndef APP_JUDGE_H
#define APP_JUDGE_H

#include "check/check.h"
#include "core/subject.h"

/* Under what name and time the verdicts are kept. */
struct judgement {
	int64_t at_us;
	const char *vantage, *round;
	const char *portfolio; /* NAME@VERSION, or "" */
};

void judge_site(const struct site *s, const struct subject *tags, const struct judgement *j,
		struct batch *into);


/* ✓ ◐ ✗ – ? by enum verdict, and their words. */
extern const char *const verdict_signs[];
const char *verdict_word(enum verdict v, bool zh);

#endif
