/* schemas: every table of facts that the program knows. */
#include "app/schemas.h"

#include "check/evidence.h"
#include "core/registry.h"
#include "core/round.h"
#include "core/status.h"
#include "core/verdict.h"

#include <string.h>

const struct schema *const known_schemas[] = {
	&verdict_schema,
	&dns_schema,
	&web_schema,
	&smtp_schema,
	&status_schema,
	&quic_schema,
	&resource_schema,
	&link_schema,
	&zone_schema,
	&selftest_schema,
	&round_schema,
	&delegation_schema,
	&dataset_schema,
	&country_schema,
	NULL,
};

const struct schema *schema_find(const char *name)
{
	for (size_t i = 0; known_schemas[i]; i++)
		if (!strcmp(known_schemas[i]->name, name))
			return known_schemas[i];
	return NULL;
}
