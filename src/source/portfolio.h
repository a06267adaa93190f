/*
 * portfolio: a list of sites from a CSV file, read strictly and told about kindly.
 *
 * Columns are found by their titles (the names of struct subject) or by the map that the caller gives:
 * domain='Domain name',class='Domain type',tags=City+State.  Each row that cannot be used is a problem
 * with its line and reason; the others are taken.  Domains come out as A-labels in lower case
 * (IDNA 2008, nontransitional) without trailing dot.
 */
#ifndef SOURCE_PORTFOLIO_H
#define SOURCE_PORTFOLIO_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "core/subject.h"

#include <stdbool.h>
#include <stddef.h>

enum { PORTFOLIO_TAGS = 16, DOMAIN_MAX = 254 };

/* Which column holds what: a title, or "1", "2" ... for a file without titles.  NULL: none. */
struct portfolio_map {
	const char *domain, *organisation, *class_, *region, *level, *rank;
	const char *tags[PORTFOLIO_TAGS];
	size_t n_tags;
};
/* Reads "domain=Domain name,class='Domain, type',tags=City+State"; texts live in a. */
int portfolio_map_parse(struct portfolio_map *m, const char *text, struct arena *a, struct err *e);

enum portfolio_fault {
	PORTFOLIO_BROKEN,    /* not a record of CSV, or too few cells */
	PORTFOLIO_ENCODING,  /* not UTF-8 */
	PORTFOLIO_EMPTY,     /* no domain in its cell */
	PORTFOLIO_URL,       /* a URL, mail address or path instead of a domain */
	PORTFOLIO_ADDRESS,   /* an IP address */
	PORTFOLIO_DOMAIN,    /* not a host name: letters, lengths, labels */
	PORTFOLIO_IDN,       /* not a valid internationalised name */
	PORTFOLIO_DUPLICATE,
	PORTFOLIO_RANK,      /* not a whole number from 1 */
	PORTFOLIO_FAULTS,
};
extern const char *const portfolio_fault_words[]; /* by enum; NULL-terminated */

struct portfolio_problem {
	unsigned line;
	enum portfolio_fault fault;
	const char *text; /* what is wrong, with the cell */
};

struct portfolio {
	struct arena arena;
	VEC(struct subject) subjects;          /* in the order of the file */
	VEC(struct portfolio_problem) problems;
	size_t rows;                           /* records read, the titles left out */
	size_t counts[PORTFOLIO_FAULTS];
	char sha256[65];                       /* of the subjects: equal content, equal sum */
};

void portfolio_init(struct portfolio *p);
void portfolio_done(struct portfolio *p);
/* map NULL: find the columns by their titles.  An error when the file as a whole makes no sense: no
 * such column, too large, no rows. */
int portfolio_parse(struct portfolio *p, const char *data, size_t len,
		    const struct portfolio_map *map, struct err *e);
/* The same for a file, plain or compressed. */
int portfolio_read(struct portfolio *p, const char *path, const struct portfolio_map *map,
		   struct err *e);
/* The sum over the subjects; portfolio_parse sets it. */
void portfolio_sum(struct portfolio *p);

/* A host name with at least two labels, as A-labels, lower case, without trailing dot.  PORTFOLIO_FAULTS
 * when it is good, else what is wrong; *why is one sentence. */
enum portfolio_fault domain_clean(const char *text, char to[static DOMAIN_MAX], const char **why);

#endif
