/* wilson: how far a share of a sample may be from that of the whole. */
#ifndef BASE_WILSON_H
#define BASE_WILSON_H

/* Wilson score interval, 95 % (Wilson 1927).  den 0: NaN. */
void wilson(double num, double den, double *lo, double *hi);

#endif
