/* terms: data/terms.csv, the one list of words, so that one thing has one name in each language. */
#ifndef OUTLET_TERMS_H
#define OUTLET_TERMS_H

#include <stdbool.h>
#include <stddef.h>

struct term {
	const char *key, *en, *zh;
};

const struct term *term_list(size_t *n); /* as they stand in the file */
/* The word of a key; the key itself when there is none, so that the lack is seen. */
const char *term(const char *key, bool zh);

#endif
