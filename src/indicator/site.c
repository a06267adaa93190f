/* site: what the indicators over verdicts share; see site.h. */
#include "indicator/site.h"

const char *const site_groups[] = {"class", "region", "organisation", "level", NULL};
