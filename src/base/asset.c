/* asset: the list is sorted by name, so a lookup is a bisection. */
#include "base/asset.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *name, const void *asset)
{
	return strcmp(name, ((const struct asset *)asset)->name);
}

const struct asset *asset_find(const char *name)
{
	return bsearch(name, asset_list, asset_count, sizeof(asset_list[0]), by_name);
}
