/* schemas: every table of facts that the program knows; whoever adds a schema adds its row. */
#ifndef APP_SCHEMAS_H
#define APP_SCHEMAS_H

#include "core/schema.h"

extern const struct schema *const known_schemas[]; /* ends with NULL */
const struct schema *schema_find(const char *name); /* a schema_lookup (core/obs.h) */

#endif
