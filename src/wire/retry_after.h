/* retry_after: for how long a server asks not to be asked again (RFC 9110 10.2.3). */
#ifndef WIRE_RETRY_AFTER_H
#define WIRE_RETRY_AFTER_H

#include <stdint.h>

/* Seconds from now_us (UTC) on: of "120", or of a date in the form that servers must send (RFC 9110
 * 5.6.7); a date that has passed gives 0.  Longer than a week is cut to a week (threats.md P-BACK).  -1:
 * it says neither. */
int64_t retry_after_s(const char *value, int64_t now_us);

#endif
