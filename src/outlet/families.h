/* families: both families of a site side by side, out of the rows of its web exchanges. */
#ifndef OUTLET_FAMILIES_H
#define OUTLET_FAMILIES_H

#include "outlet/route.h"

/* "families":{"v4":{..},"v6":{..}}: how many exchanges, how they ended, median timings of those that came
 * through.  web: rows of obs_web, with their columns' names. */
void families_put(struct call *c, const struct table *web);

#endif
