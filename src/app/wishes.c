/* wishes: see wishes.h. */
#include "app/wishes.h"

#include <stdio.h>

void wish_keep(struct gather *g, const struct heed_wish *w, int64_t now_us)
{
	/* with it go those that ended before */
	*vec_push(&g->changes) = (struct change){.sql = "DELETE FROM heed WHERE until_us <= ?",
						 .args = {value_i64(now_us)}, .n_args = 1};
	*vec_push(&g->changes) = (struct change){
		.sql = "INSERT INTO heed(place, until_us, why, at_us) VALUES(?,?,?,?) ON CONFLICT(place) "
		       "DO UPDATE SET until_us = excluded.until_us, why = excluded.why, "
		       "at_us = excluded.at_us WHERE excluded.until_us > until_us",
		.args = {value_text(arena_str(&g->arena, w->place)), value_i64(w->until_us),
			 value_text(arena_str(&g->arena, w->why)), value_i64(now_us)},
		.n_args = 4};
}

int wishes_tell(struct store *s, struct probers *p, int64_t now_us, size_t *n, struct err *e)
{
	const struct value args[] = {value_i64(now_us), value_i64(WISHES_MAX)};
	struct arena a;
	struct table t;
	int rc;

	*n = 0;
	arena_init(&a, 0);
	rc = store_query_state(s, &a, "SELECT place, until_us, why FROM heed WHERE until_us > ? "
				      "ORDER BY until_us DESC LIMIT ?", args, 2, &t, e);
	for (size_t i = 0; !rc && i < t.n_rows; i++) {
		struct heed_wish w = {.until_us = value_int(table_at(&t, i, 1), 0)};

		snprintf(w.place, sizeof(w.place), "%s", value_str(table_at(&t, i, 0), ""));
		snprintf(w.why, sizeof(w.why), "%s", value_str(table_at(&t, i, 2), ""));
		rc = probers_wish(p, &w, e);
		++*n;
	}
	arena_done(&a);
	return rc;
}
