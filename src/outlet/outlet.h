/*
 * outlet: shows numbers.  An outlet knows indicators, targets and the store; it never measures.
 */
#ifndef OUTLET_OUTLET_H
#define OUTLET_OUTLET_H

#include "core/query.h"
#include "store/store.h"

struct outlet {
	const char *name;
	const char *en, *zh;
};

#endif
