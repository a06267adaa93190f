/* board_list: the part of a board that only the list's round has: see board.h. */
#include "outlet/board_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b, void *ctx)
{
	const char *const *text = ctx;

	return strcmp(text[*(const uint32_t *)a], text[*(const uint32_t *)b]);
}

static void settle_tag(struct loading *l, size_t k)
{
	struct board *b = l->board;
	struct reading *r = &l->r;
	size_t n = r->text[k].n;
	struct board_tag *t = &b->tags[k];
	uint32_t *order = arena_array(&l->arena, n + 1, sizeof(*order));
	uint32_t *place = arena_array(&l->arena, n + 1, sizeof(*place));

	*t = (struct board_tag){.n = n, .text = arena_array(&b->arena, n + 1, sizeof(*t->text))};
	if (k == 0)
		t->lower = arena_array(&b->arena, n + 1, sizeof(*t->lower));
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, n, sizeof(*order), by_text, r->text[k].at);
	for (size_t i = 0; i < n; i++) {
		t->text[i] = r->text[k].at[order[i]];
		if (k == 0)
			t->lower[i] = r->lower.at[order[i]];
		place[order[i]] = (uint32_t)i;
	}
	b->tag[k] = arena_array(&b->arena, r->n + 1, sizeof(*b->tag[k]));
	for (size_t i = 0; i < r->n; i++)
		b->tag[k][i] = place[r->tag[k].at[r->slot_of[r->round->site[i]]]];
}

static int take_lower(void *ctx, const struct table *t, struct err *e)
{
	struct loading *l = ctx;

	for (size_t i = 0; i < t->n_rows; i++) {
		const char *text = board_text(t, i, 0), *lower = board_text(t, i, 1);
		uintptr_t index = text ? (uintptr_t)map_get_text(&l->r.texts[0], text) : 0;

		if (!lower || !index)
			return board_decline(e);
		text = l->r.text[0].at[index - 1];
		l->r.lower.at[index - 1] = strcmp(text, lower) ? arena_str(&l->board->arena, lower) : text;
	}
	return 0;
}

/* The store lowers all letters, not only those of ASCII: it is asked how. */
static int settle_tags(struct loading *l, struct err *e)
{
	const struct board_round *r = l->r.round;
	const struct value args[] = {value_text(r->id), value_i64(r->from), value_i64(r->to)};
	struct board *b = l->board;
	int rc;

	for (size_t i = 0; i < l->r.text[0].n; i++)
		*vec_push(&l->r.lower) = l->r.text[0].at[i];
	rc = store_scan(l->reader,
			"SELECT DISTINCT organisation, lower(organisation) FROM obs_verdict "
			"WHERE round = ? AND rowid BETWEEN ? AND ?",
			args, 3, take_lower, l, e);
	if (rc)
		return rc;
	for (size_t k = 0; k < BOARD_TAGS; k++)
		settle_tag(l, k);
	b->rank = arena_array(&b->arena, l->r.n + 1, sizeof(*b->rank));
	for (size_t i = 0; i < l->r.n; i++)
		b->rank[i] = l->r.rank.at[l->r.slot_of[r->site[i]]];
	return 0;
}

static int take_ranges(void *ctx, const struct table *t, struct err *e)
{
	struct loading *l = ctx;
	int64_t base = l->board->base[l->r.table];

	(void)e;
	for (size_t i = 0; i < t->n_rows; i++) {
		const char *name = board_text(t, i, 0);
		uintptr_t index = name ? (uintptr_t)map_get_text(&l->names, name) : 0;
		uint32_t slot = index ? l->r.slot_of[index - 1] : NOWHERE;
		int64_t n = value_int(table_at(t, i, 1), 0), from = value_int(table_at(t, i, 2), 0) - base;
		int64_t wide = value_int(table_at(t, i, 3), 0) - base - from;
		bool far = from < 0 || from > UINT32_MAX || wide >= BOARD_FAR || n >= BOARD_FAR;

		if (slot != NOWHERE)
			l->board->where[l->r.table][slot] =
				far ? (struct board_span){.wide = BOARD_FAR}
				    : (struct board_span){(uint32_t)from, (uint16_t)wide, (uint16_t)n};
	}
	return 0;
}

static int load_ranges(struct loading *l, const char *table, struct err *e)
{
	struct board *b = l->board;
	const struct value args[] = {value_text(l->r.round->id)};
	struct table t;
	char sql[200];
	int rc;

	snprintf(sql, sizeof(sql), "SELECT coalesce(min(rowid), 0) FROM %s WHERE round = ?", table);
	rc = board_ask(l, sql, args, 1, &t, e);
	if (rc)
		return rc;
	b->base[l->r.table] = value_int(table_at(&t, 0, 0), 0);
	b->where[l->r.table] = arena_array(&b->arena, l->r.n + 1, sizeof(*b->where[0]));
	snprintf(sql, sizeof(sql),
		 "SELECT subject, count(*), min(rowid), max(rowid) FROM %s WHERE round = ? GROUP BY subject", table);
	return store_scan(l->reader, sql, args, 1, take_ranges, l, e);
}

int board_load_list(struct loading *l, struct err *e)
{
	static const char *const tables[BOARD_TABLES] = {"obs_verdict", "obs_dns", "obs_web", "obs_smtp",
						       "obs_quic", "obs_resource", "obs_link", "obs_zone"};
	int rc = settle_tags(l, e);

	/* from here on a name's slot is its place on the list */
	for (size_t i = 0; i < l->r.round->n; i++)
		l->r.slot_of[l->r.round->site[i]] = (uint32_t)i;
	for (l->r.table = 0; l->r.table < BOARD_TABLES && !rc; l->r.table++)
		rc = load_ranges(l, tables[l->r.table], e);
	return rc;
}
