/*
 * subject: what is looked at, with the tags of its portfolio.  A portfolio is a versioned list.
 */
#ifndef CORE_SUBJECT_H
#define CORE_SUBJECT_H

#include <stdint.h>

struct subject {
	const char *domain; /* ASCII (A-labels), lower case, no trailing dot */
	const char *organisation, *class_, *region, *level; /* "" if none */
	int64_t rank;     /* I64_NULL if none */
	const char *tags; /* free tags, "key=value;key=value", or "" */
	unsigned line;    /* of the file it came from */
};

#endif
