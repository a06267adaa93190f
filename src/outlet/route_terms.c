/* route_terms: the one list of terms, both languages, as it stands in data/terms.csv. */
#include "outlet/route.h"

#include "base/asset.h"
#include "base/csv.h"

#include <errno.h>

static int answer(struct call *c, struct err *e)
{
	const struct asset *a = asset_find("terms.csv");
	char *cells[3];
	struct csv csv;
	struct rows r;
	int n;

	if (!a)
		return err_set(e, -ENOENT, "terms.csv is not in this build");
	csv_init(&csv, (const char *)a->data, a->len);
	csv_next(&csv, c->arena, cells, 3); /* key,en,zh */
	rows_begin(&r, c, NULL);
	for (n = csv_next(&csv, c->arena, cells, 3); n; n = csv_next(&csv, c->arena, cells, 3)) {
		if (n != 3)
			continue;
		rows_next(&r);
		rows_text(&r, "key", cells[0]);
		rows_text(&r, "en", cells[1]);
		rows_text(&r, "zh", cells[2]);
		rows_end_row(&r);
	}
	rows_end(&r);
	return 0;
}

const struct route route_terms = {
	.path = "/api/v1/terms",
	.en = "The list of terms in English and Chinese",
	.answer = answer,
};
