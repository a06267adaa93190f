/* open: the store of a command line, with every table that the program knows. */
#include "app/args.h"
#include "app/schemas.h"

#include <stdlib.h>

int open_store(const struct args *a, enum store_mode mode, struct store **out, struct err *e)
{
	const char *library = args_config(a)->duckdb;

	/* the setting wins over what the environment says */
	if (library[0])
		setenv("SEXTANT_DUCKDB", library, 1);
	return store_open(args_db(a), mode, known_schemas, out, e);
}
