/* evidence_rows: rows of facts back into the structs that they were, so that judges can see them again. */
#ifndef APP_EVIDENCE_ROWS_H
#define APP_EVIDENCE_ROWS_H

#include "core/obs.h"
#include "store/store.h"

/* All observations of this schema in one round whose subject lies in [first, last], by subject and then
 * in the order in which they were taken.  *out is the caller's. */
int evidence_rows(struct store *s, const struct schema *schema, const char *round, const char *first,
		  const char *last, struct batch **out, struct err *e);

#endif
