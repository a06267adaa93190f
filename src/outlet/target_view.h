/* target_view: a target and what became of it, in the one form that the API shows everywhere. */
#ifndef OUTLET_TARGET_VIEW_H
#define OUTLET_TARGET_VIEW_H

#include "indicator/target.h"
#include "outlet/route.h"

/* Whole days from now to the end of the due date, negative when it is past; I64_NULL: no date. */
int64_t target_days_left(const struct target *t, int64_t now_us);
/* The last day on which it is in time, "2018-12-31"; NULL: no date. */
const char *target_due_text(const struct target *t, char text[static TIME_TEXT_MAX]);

/* One object of JSON. */
void target_put(struct call *c, const struct target_result *t, int64_t now_us);
/* The cells of one row of CSV. */
void target_cells(struct rows *r, const struct target_result *t, int64_t now_us);

#endif
