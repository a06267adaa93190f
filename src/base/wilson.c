/* wilson: see wilson.h. */
#include "base/wilson.h"

#include <math.h>

void wilson(double num, double den, double *lo, double *hi)
{
	const double z = 1.959963984540054; /* 97.5 % of the normal distribution */
	double p, middle, half, scale;

	*lo = *hi = NAN;
	if (!(den > 0))
		return;
	p = num / den;
	scale = 1 + z * z / den;
	middle = (p + z * z / (2 * den)) / scale;
	half = z / scale * sqrt(p * (1 - p) / den + z * z / (4 * den * den));
	*lo = fmax(0, middle - half);
	*hi = fmin(1, middle + half);
}
