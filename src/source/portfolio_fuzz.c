/* portfolio_fuzz: any bytes as a portfolio, once with guessed columns and once with a map. */
#include "source/portfolio.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_with(const uint8_t *data, size_t size, const struct portfolio_map *map)
{
	struct portfolio p;

	portfolio_init(&p);
	portfolio_parse(&p, (const char *)data, size, map, NULL);
	for (size_t i = 0; i < p.subjects.n; i++) {
		char again[DOMAIN_MAX];
		const char *why;

		/* what was taken is clean: cleaning it again changes nothing */
		assert(domain_clean(p.subjects.at[i].domain, again, &why) == PORTFOLIO_FAULTS);
		assert(!strcmp(again, p.subjects.at[i].domain));
	}
	assert(p.subjects.n + p.problems.n <= p.rows);
	portfolio_done(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct portfolio_map map = {.domain = "1", .rank = "2", .tags = {"3"}, .n_tags = 1};

	try_with(data, size, NULL);
	try_with(data, size, &map);
	return 0;
}
