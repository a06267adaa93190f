/* remedy: what to do about one finding, with the host or address that it is about put in. */
#ifndef OUTLET_REMEDY_H
#define OUTLET_REMEDY_H

#include "base/arena.h"
#include "check/check.h"

/* "subject" out of the evidence that check_run wrote: its last member; "" if there is none. */
const char *remedy_subject(struct arena *a, const char *evidence);
/* "" when there is nothing to repair. */
const char *remedy_text(struct arena *a, const struct reason *r, const char *subject, bool zh);

#endif
