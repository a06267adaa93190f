/* route_terms: the one list of terms, both languages, as it stands in data/terms.csv. */
#include "outlet/route.h"

#include "outlet/terms.h"

static int answer(struct call *c, struct err *e)
{
	size_t n;
	const struct term *list = term_list(&n);
	struct rows r;

	(void)e;
	rows_begin(&r, c, NULL);
	for (size_t i = 0; i < n; i++) {
		rows_next(&r);
		rows_text(&r, "key", list[i].key);
		rows_text(&r, "en", list[i].en);
		rows_text(&r, "zh", list[i].zh);
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
