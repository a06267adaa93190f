/* registry: see registry.h. */
#include "indicator/registry.h"

const char *const registry_groups[] = {"registry", "country", "region", NULL};
