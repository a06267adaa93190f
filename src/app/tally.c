/* tally: see tally.h. */
#include "app/tally.h"

#include "core/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tally_init(struct tally *t, struct arena *a)
{
	*t = (struct tally){.arena = a};
	map_init(&t->map, a);
}

void tally_done(struct tally *t)
{
	vec_done(&t->entries);
}

void tally_add(struct tally *t, const char *key, int64_t n)
{
	struct tally_entry **at = (struct tally_entry **)map_at_text(&t->map, key);

	if (!*at) {
		*at = arena_alloc(t->arena, sizeof(**at));
		**at = (struct tally_entry){.key = arena_str(t->arena, key)};
		*vec_push(&t->entries) = *at;
	}
	(*at)->n += n;
}

void tally_site(struct tally *t, const struct batch *verdicts, size_t first)
{
	for (size_t i = first; i < verdicts->obs.n; i++) {
		const struct verdict_row *r = verdicts->obs.at[i].row;
		char key[128];

		if (r->verdict == VERDICT_PASS || r->verdict == VERDICT_NA || !strcmp(r->check, "site"))
			continue;
		snprintf(key, sizeof(key), "%s:%s", r->check, r->reason);
		tally_add(t, key, 1);
	}
}

static int by_n(const void *a, const void *b)
{
	const struct tally_entry *x = *(struct tally_entry *const *)a, *y = *(struct tally_entry *const *)b;

	return x->n != y->n ? (x->n > y->n ? -1 : 1) : strcmp(x->key, y->key);
}

const char *tally_json(struct tally *t, size_t max, struct arena *a)
{
	const char *text;
	struct json j;
	struct buf out;

	if (t->entries.n)
		qsort(t->entries.at, t->entries.n, sizeof(*t->entries.at), by_n);
	buf_init(&out, 1 << 16);
	json_init(&j, &out);
	json_object(&j);
	for (size_t i = 0; i < t->entries.n && i < max; i++)
		json_put_i64(&j, t->entries.at[i]->key, t->entries.at[i]->n);
	json_end_object(&j);
	text = arena_str(a, out.data);
	buf_done(&out);
	return text;
}
