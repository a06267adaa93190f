/*
 * board_load: makes a board, in one pass over each round's verdicts.  They are read in slices of row ids:
 * rows are only ever appended, so those of a round stand near each other, and no large answer is held on
 * either side.
 */
#include "outlet/board_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_ROWS = 100000, ROUNDS_MAX = 2000 };

int board_decline(struct err *e)
{
	return err_set(e, -ENOTSUP, "these facts make no board");
}

static int too_large(const struct loading *l, struct err *e)
{
	size_t more_b = l->r.code.size + l->r.n * (sizeof(uint32_t) + (l->r.tags ? 64 : 0));

	if (l->board->arena.used + more_b <= l->max_b)
		return 0;
	return err_set(e, -E2BIG, "the board is larger than its memory");
}

const char *board_text(const struct table *t, size_t row, size_t col)
{
	const struct value *v = table_at(t, row, col);

	return v->type == VALUE_TEXT && strlen(v->s.data) == v->s.len ? v->s.data : NULL;
}

int board_ask(struct loading *l, const char *sql, const struct value *args, size_t n_args,
	       struct table *t, struct err *e)
{
	return store_query_facts(l->reader, &l->arena, sql, args, n_args, t, e);
}

/* ---- names and checks ---- */

static int take_names(void *ctx, const struct table *t, struct err *e)
{
	struct loading *l = ctx;
	struct board *b = l->board;

	for (size_t i = 0; i < t->n_rows; i++) {
		const char *name = board_text(t, i, 0);

		if (!name || l->list.n == NOWHERE - 1)
			return board_decline(e);
		*vec_push(&l->list) = arena_str(&b->arena, name);
		*map_at_text(&l->names, name) = (void *)(uintptr_t)l->list.n;
	}
	return too_large(l, e);
}

/* They come sorted, so that their indexes sort as they do. */
static int load_names(struct loading *l, struct err *e)
{
	const struct value top = value_i64(l->board->top);
	struct board *b = l->board;
	int rc;

	map_init(&l->names, &l->arena);
	rc = store_scan(l->reader, "SELECT DISTINCT subject FROM obs_verdict WHERE rowid <= ? ORDER BY subject",
			&top, 1, take_names, l, e);
	if (rc)
		return rc;
	b->n_names = l->list.n;
	b->names = arena_array(&b->arena, b->n_names + 1, sizeof(*b->names));
	if (b->n_names)
		memcpy(b->names, l->list.at, b->n_names * sizeof(*b->names));
	l->r.slot_of = arena_array(&l->arena, b->n_names + 1, sizeof(*l->r.slot_of));
	return 0;
}

static int load_checks(struct loading *l, struct err *e)
{
	struct board *b = l->board;
	const struct value top = value_i64(b->top);
	struct table t;
	int rc = board_ask(l, "SELECT DISTINCT \"check\" FROM obs_verdict WHERE rowid <= ? ORDER BY 1", &top, 1, &t, e);

	if (rc)
		return rc;
	if (t.n_rows > BOARD_CHECKS_MAX)
		return board_decline(e);
	b->n_checks = t.n_rows;
	b->checks = arena_array(&b->arena, b->n_checks + 1, sizeof(*b->checks));
	for (size_t i = 0; i < b->n_checks; i++) {
		const char *id = board_text(&t, i, 0);

		if (!id)
			return board_decline(e);
		b->checks[i].id = arena_str(&b->arena, id);
	}
	return 0;
}

/* ---- rounds ---- */

static int take_round(struct loading *l, const struct table *t, size_t i, struct board_round *r,
		      struct err *e)
{
	const char *id = board_text(t, i, 0);

	/* two rows for one round, or two rounds that ended at once, have no order of their own */
	if (!id || value_int(table_at(t, i, 5), 0) > 1 ||
	    (i && table_at(t, i, 6)->type != VALUE_NULL &&
	     value_int(table_at(t, i, 6), 0) == value_int(table_at(t, i - 1, 6), 0)))
		return board_decline(e);
	*r = (struct board_round){
		.id = arena_str(&l->board->arena, id),
		.first_us = value_int(table_at(t, i, 1), I64_NULL),
		.last_us = value_int(table_at(t, i, 2), I64_NULL),
		.from = value_int(table_at(t, i, 3), 0),
		.to = value_int(table_at(t, i, 4), 0),
		.complete = table_at(t, i, 6)->type != VALUE_NULL,
		.at_us = value_int(table_at(t, i, 6), I64_NULL),
	};
	return 0;
}

static int load_rounds(struct loading *l, struct err *e)
{
	struct board *b = l->board;
	const struct value top = value_i64(b->top);
	struct table t;
	int rc = board_ask(l,
		     "SELECT v.round, v.first_us, v.last_us, v.low, v.high, r.n, r.at_us FROM (SELECT round, "
		     "min(at_us) AS first_us, max(at_us) AS last_us, min(rowid) AS low, max(rowid) AS high "
		     "FROM obs_verdict WHERE rowid <= ? GROUP BY round) v LEFT JOIN (SELECT round, count(*) AS n, "
		     "max(at_us) AS at_us FROM obs_round GROUP BY round) r ON r.round = v.round "
		     "ORDER BY r.at_us DESC NULLS LAST, v.round",
		     &top, 1, &t, e);

	if (!rc && t.n_rows > ROUNDS_MAX)
		rc = board_decline(e);
	if (rc)
		return rc;
	b->rounds = arena_array(&b->arena, t.n_rows + 1, sizeof(*b->rounds));
	for (b->n_rounds = 0; b->n_rounds < t.n_rows && !rc; b->n_rounds++)
		rc = take_round(l, &t, b->n_rounds, &b->rounds[b->n_rounds], e);
	return rc;
}

static int later_first(const void *a, const void *b, void *ctx)
{
	const struct board_round *r = ctx;
	int64_t x = r[*(const size_t *)a].first_us, y = r[*(const size_t *)b].first_us;

	return (x < y) - (x > y);
}

/* Only rounds that do not overlap have an order that holds for each of their sites. */
static void order_rounds(struct board *b)
{
	size_t *o = arena_array(&b->arena, b->n_rounds + 1, sizeof(*o));

	for (size_t i = 0; i < b->n_rounds; i++)
		o[i] = i;
	qsort_r(o, b->n_rounds, sizeof(*o), later_first, b->rounds);
	for (size_t i = 0; i < b->n_rounds; i++)
		if (b->rounds[o[i]].first_us == I64_NULL ||
		    (i && b->rounds[o[i]].last_us >= b->rounds[o[i - 1]].first_us))
			return;
	b->by_time = o;
}

/* ---- one round's rows ---- */

static int take_code(struct loading *l, uint32_t slot, const struct table *t, size_t i, struct err *e)
{
	struct board *b = l->board;
	const char *check = board_text(t, i, 1), *verdict = board_text(t, i, 2), *reason = board_text(t, i, 3);
	struct board_check *c = b->checks;
	uint8_t *cell;
	size_t k = 0;

	if (!check || !verdict || !reason)
		return board_decline(e);
	while (c < b->checks + b->n_checks && strcmp(c->id, check))
		c++;
	while (k < c->n && (strcmp(c->code[k].reason, reason) || strcmp(c->code[k].verdict, verdict)))
		k++;
	if (c == b->checks + b->n_checks || k == BOARD_NONE)
		return board_decline(e);
	if (k == c->n)
		c->code[c->n++] = (struct board_code){arena_str(&b->arena, verdict), arena_str(&b->arena, reason)};
	cell = &l->r.code.at[slot * b->n_checks + (size_t)(c - b->checks)];
	if (*cell != BOARD_NONE)
		return board_decline(e); /* twice in one round: which one is a page to show? */
	*cell = (uint8_t)k;
	return 0;
}

static uint32_t intern(struct loading *l, size_t tag, const char *text)
{
	void **at = map_at_text(&l->r.texts[tag], text);

	if (!*at) {
		*vec_push(&l->r.text[tag]) = arena_str(&l->board->arena, text);
		*at = (void *)(uintptr_t)l->r.text[tag].n;
	}
	return (uint32_t)(uintptr_t)*at - 1;
}

/* All checks of a site have the same tags, or the list has no single place for it. */
static int take_tags(struct loading *l, uint32_t slot, bool fresh, const struct table *t, size_t i,
		     struct err *e)
{
	int64_t rank = value_int(table_at(t, i, 8), I64_NULL);

	for (size_t k = 0; k < BOARD_TAGS; k++) {
		const char *text = board_text(t, i, 4 + k);
		uint32_t id = text ? intern(l, k, text) : NOWHERE;

		if (text && fresh)
			*vec_push(&l->r.tag[k]) = id;
		else if (!text || l->r.tag[k].at[slot] != id)
			return board_decline(e);
	}
	if (fresh)
		*vec_push(&l->r.rank) = rank;
	return l->r.rank.at[slot] == rank ? 0 : board_decline(e);
}

static uint32_t slot_of(struct loading *l, const char *name, bool *fresh)
{
	uintptr_t index = (uintptr_t)map_get_text(&l->names, name);
	uint32_t *slot = &l->r.slot_of[index ? index - 1 : 0];

	*fresh = index && *slot == NOWHERE;
	if (!*fresh)
		return index ? *slot : NOWHERE;
	*slot = (uint32_t)l->r.n++;
	for (size_t k = 0; l->r.codes && k < l->board->n_checks; k++)
		*vec_push(&l->r.code) = BOARD_NONE;
	return *slot;
}

static int take_verdicts(void *ctx, const struct table *t, struct err *e)
{
	struct loading *l = ctx;
	uint32_t slot = NOWHERE;
	const char *last = "";
	int rc = 0;

	for (size_t i = 0; i < t->n_rows && !rc; i++) {
		const char *name = board_text(t, i, 0);
		bool fresh = false;

		if (name && (slot == NOWHERE || strcmp(name, last)))
			slot = slot_of(l, name, &fresh);
		if (!name || slot == NOWHERE)
			return board_decline(e);
		last = name;
		if (l->r.codes)
			rc = take_code(l, slot, t, i, e);
		if (!rc && l->r.tags)
			rc = take_tags(l, slot, fresh, t, i, e);
	}
	return rc ? rc : too_large(l, e);
}

static int read_slices(struct loading *l, struct err *e)
{
	const struct board_round *r = l->r.round;
	char sql[256];
	int rc = 0;

	snprintf(sql, sizeof(sql), "SELECT subject%s%s FROM obs_verdict WHERE round = ? AND rowid BETWEEN ? AND ?",
		 l->r.codes ? ", \"check\", verdict, reason" : "",
		 l->r.tags ? ", organisation, class, region, level, rank" : "");
	for (int64_t from = r->from; from <= r->to && !rc; from += SLICE_ROWS) {
		int64_t to = from + SLICE_ROWS - 1;
		const struct value args[] = {value_text(r->id), value_i64(from), value_i64(to < r->to ? to : r->to)};

		rc = store_scan(l->reader, sql, args, 3, take_verdicts, l, e);
	}
	return rc;
}

/* From slots to the order of the names. */
static void settle_round(struct loading *l)
{
	struct board *b = l->board;
	struct reading *r = &l->r;
	size_t n = 0, checks = b->n_checks;

	r->round->site = arena_array(&b->arena, r->n + 1, sizeof(*r->round->site));
	if (r->codes)
		r->round->code = arena_array(&b->arena, r->n * checks + 1, 1);
	for (size_t name = 0; name < b->n_names; name++) {
		uint32_t slot = r->slot_of[name];

		if (slot == NOWHERE)
			continue;
		r->round->site[n] = (uint32_t)name;
		if (r->codes)
			memcpy(r->round->code + n * checks, r->code.at + slot * checks, checks);
		n++;
	}
	r->round->n = n;
}

/* ---- all of it ---- */

static void reading_done(struct reading *r)
{
	vec_done(&r->code);
	for (size_t k = 0; k < BOARD_TAGS; k++) {
		vec_done(&r->tag[k]);
		vec_done(&r->text[k]);
	}
	vec_done(&r->rank);
	vec_done(&r->lower);
}

static int load_round(struct loading *l, size_t i, struct err *e)
{
	uint32_t *slots = l->r.slot_of;
	int rc;

	l->r = (struct reading){.round = &l->board->rounds[i], .slot_of = slots};
	l->r.codes = l->r.round->complete;
	l->r.tags = i == 0 && l->r.round->complete;
	memset(slots, 0xff, l->board->n_names * sizeof(*slots));
	for (size_t k = 0; k < BOARD_TAGS; k++)
		map_init(&l->r.texts[k], &l->arena);
	rc = read_slices(l, e);
	if (!rc)
		settle_round(l);
	if (!rc && l->r.tags)
		rc = board_load_list(l, e);
	reading_done(&l->r);
	l->r.n = 0;
	return rc ? rc : too_large(l, e);
}

static int load(struct loading *l, struct err *e)
{
	struct board *b = l->board;
	struct table t;
	int rc = board_ask(l, "SELECT coalesce(max(rowid), -1) FROM obs_verdict", NULL, 0, &t, e);

	if (rc)
		return rc;
	b->top = value_int(table_at(&t, 0, 0), -1);
	rc = load_names(l, e);
	if (!rc)
		rc = load_checks(l, e);
	if (!rc)
		rc = load_rounds(l, e);
	for (size_t i = 0; i < b->n_rounds && !rc; i++) {
		rc = load_round(l, i, e);
		if (rc == -E2BIG && i) { /* without the older rounds it still has the list */
			*e = (struct err){0};
			return 0;
		}
	}
	if (rc)
		return rc;
	b->whole = true;
	order_rounds(b);
	return 0;
}

struct board *board_new(struct store *reader, size_t max_b, struct err *e)
{
	struct loading l = {.reader = reader, .max_b = max_b, .board = calloc(1, sizeof(*l.board))};
	int rc;

	if (!l.board) {
		fprintf(stderr, "sextant: out of memory\n");
		abort();
	}
	atomic_init(&l.board->refs, 1);
	arena_init(&l.board->arena, 0);
	arena_init(&l.arena, 0);
	rc = load(&l, e);
	vec_done(&l.list);
	arena_done(&l.arena);
	if (!rc)
		return l.board;
	board_unref(l.board);
	if (rc == -ENOTSUP || rc == -E2BIG)
		*e = (struct err){0};
	return NULL;
}
