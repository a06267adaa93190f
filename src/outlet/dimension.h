/* dimension: the seven dimensions in their order, and what fills each. */
#ifndef OUTLET_DIMENSION_H
#define OUTLET_DIMENSION_H

#include <stdbool.h>

struct dimension {
	const char *id;
	const char *empty_en, *empty_zh; /* what would be here */
	const char *command;             /* that fills it; "" if none does yet */
};

extern const struct dimension dimension_list[]; /* ends with id NULL */
const char *dimension_title(const struct dimension *d, bool zh);

#endif
