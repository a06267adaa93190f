/* terms: see terms.h.  Read once, by whichever thread comes first; lives as long as the process. */
#include "outlet/terms.h"

#include "base/asset.h"
#include "base/csv.h"
#include "base/map.h"
#include "base/vec.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct arena arena;
static struct map by_key;
static VEC(struct term) terms;

static void load(void)
{
	const struct asset *file = asset_find("terms.csv");
	char *cells[3];
	struct csv csv;
	int n;

	arena_init(&arena, 0);
	map_init(&by_key, &arena);
	if (!file)
		return;
	csv_init(&csv, (const char *)file->data, file->len);
	csv_next(&csv, &arena, cells, 3); /* key,en,zh */
	for (n = csv_next(&csv, &arena, cells, 3); n; n = csv_next(&csv, &arena, cells, 3)) {
		if (n != 3)
			continue;
		*vec_push(&terms) = (struct term){cells[0], cells[1], cells[2]};
	}
	/* the rows stand still from here on */
	for (size_t i = 0; i < terms.n; i++)
		*map_at_text(&by_key, terms.at[i].key) = &terms.at[i];
}

const struct term *term_list(size_t *n)
{
	pthread_once(&once, load);
	*n = terms.n;
	return terms.at;
}

const char *term(const char *key, bool zh)
{
	const struct term *t;

	pthread_once(&once, load);
	t = map_get_text(&by_key, key);
	return !t ? key : zh ? t->zh : t->en;
}
