/*
 * source: makes batches.  Each runs over its input, hands batches to a sink, and tells progress.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "core/obs.h"

/* How a long job tells how far it is.  Called at most a few times a second. */
struct progress {
	void (*tell)(struct progress *p, const char *what, int64_t done, int64_t total,
		     const char *detail); /* total -1: not known; detail may be "" */
};

#endif
