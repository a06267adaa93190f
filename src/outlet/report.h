/*
 * report: the periodic monitoring report as one HTML page with inline SVG, in Chinese or English.
 * Every value is the one that held at the end of the period; the change is against the end of the
 * period before.  The page carries the digest of its own figures, so that it can be made again and
 * compared.
 */
#ifndef OUTLET_REPORT_H
#define OUTLET_REPORT_H

#include "base/buf.h"
#include "core/query.h"
#include "store/store.h"

#include <stdbool.h>

struct report_ask {
	const char *period;      /* "2026-10" or "2026" */
	const char *portfolio;   /* NULL: the list whose complete round ended last */
	const char *plan;        /* name of a plan; NULL: the default */
	const char *operator_;   /* who publishes it; "" if not set */
	bool zh;
	int64_t now_us;
};

/* -EINVAL: the period is not a month or a year, or has not begun.  -ENOENT: no such plan. */
int report_make(const struct report_ask *ask, struct store *s, struct buf *out, struct err *e);

#endif
