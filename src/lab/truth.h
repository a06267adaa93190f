/*
 * truth: the truth table of the laboratory, data/lab/truth.csv.
 *
 * A row is the state of one site: its name and domain, what is arranged (in words for people, and as
 * a few key=value words for the builder), the tags of the portfolio, and for each check the verdict
 * and reason that the census must reach.  Zones, web server, mail listeners and portfolio are all
 * made from these rows; nothing else says what a site is.
 */
#ifndef LAB_TRUTH_H
#define LAB_TRUTH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { TRUTH_STATES_MAX = 250, TRUTH_CHECKS_MAX = 40, STATE_WORDS_MAX = 8 };

struct state_word {
	const char *key, *value;
};

struct state {
	unsigned number; /* from 1; decides its addresses (lab/plan.h) */
	unsigned line;	 /* of the table */
	const char *name, *domain, *en, *zh, *class_, *region, *organisation, *level;
	struct state_word words[STATE_WORDS_MAX];
	size_t n_words;
	const char *const *expect; /* by check: "verdict:reason" */
};

struct truth {
	const struct state *states;
	size_t n_states;
	const char *const *checks; /* ids, in the order of the columns */
	size_t n_checks;
};

/* One word that a row may use in its column "arrange". */
struct arrangement {
	const char *key;
	const char *values; /* "refuse drop noroute"; "*" for an address */
	const char *meaning;
};
extern const struct arrangement arrangements[]; /* ends with key NULL */

/* The table that travels inside the program. */
int truth_load(struct truth *t, struct arena *a, struct err *e);
/* file is its name for messages; a wrong row is named with its line and refuses the table. */
int truth_parse(struct truth *t, struct arena *a, const char *file, const char *data, size_t len,
		struct err *e);

/* The value of a word of this row, or fallback. */
const char *state_get(const struct state *s, const char *key, const char *fallback);
bool state_is(const struct state *s, const char *key, const char *value);
const struct state *truth_find(const struct truth *t, const char *name_or_domain);

/* domain,organisation,class,region,level,rank */
void truth_portfolio(const struct truth *t, struct buf *out);

#endif
