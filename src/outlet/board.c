/* board: questions; see board.h.  Comparing texts byte by byte is how the store compares them. */
#include "outlet/board_int.h"

#include <stdlib.h>
#include <string.h>

enum { /* filters that a site may fail */
	FAILS_VERDICT = 1,
	FAILS_REASON = 2,
	FAILS_Q = 4,
	FAILS_TAG = 8, /* and the next three bits */
	FAILS_CHECK = 128,
};

const char *const board_tags[BOARD_TAGS] = {"organisation", "class", "region", "level"};

struct board *board_ref(struct board *b)
{
	if (b)
		atomic_fetch_add(&b->refs, 1);
	return b;
}

void board_unref(struct board *b)
{
	if (!b || atomic_fetch_sub(&b->refs, 1) > 1)
		return;
	arena_done(&b->arena);
	free(b);
}

size_t board_size(const struct board *b)
{
	return b->arena.used;
}

int64_t board_top(const struct board *b)
{
	return b->top;
}

/* ---- finding ---- */

static int by_text(const void *key, const void *at)
{
	return strcmp(key, *(const char *const *)at);
}

/* Index of a name, or -1. */
static int64_t name_of(const struct board *b, const char *site)
{
	const char **at = b->n_names ? bsearch(site, b->names, b->n_names, sizeof(*b->names), by_text) : NULL;

	return at ? at - b->names : -1;
}

/* Where a round has this name, or -1. */
static int64_t place_of(const struct board_round *r, int64_t name)
{
	size_t lo = 0, hi = r->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->site[mid] < name)
			lo = mid + 1;
		else
			hi = mid;
	}
	return name >= 0 && lo < r->n && r->site[lo] == name ? (int64_t)lo : -1;
}

static int check_of(const struct board *b, const char *id)
{
	for (size_t i = 0; i < b->n_checks; i++)
		if (!strcmp(b->checks[i].id, id))
			return (int)i;
	return -1;
}

static const struct board_code *code_of(const struct board *b, const struct board_round *r, size_t site,
					size_t check)
{
	uint8_t code = r->code[site * b->n_checks + check];

	return code == BOARD_NONE ? NULL : &b->checks[check].code[code];
}

/* ---- the list ---- */

/* Bytes of the letter at p. */
static size_t letter(const char *p)
{
	size_t n = 1;

	while ((p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Does the text begin with the pattern, up to its last '%'?  '_' is any one letter. */
static bool begins(const char *text, const char *pattern, size_t len)
{
	for (const char *end = pattern + len; pattern < end; pattern++) {
		if (!*text || (*pattern != '_' && *pattern != *text))
			return false;
		text += *pattern == '_' ? letter(text) : 1;
	}
	return true;
}

/* LIKE '%text%'. */
static bool like(const char *text, const char *pattern)
{
	size_t len = strlen(pattern) - 2;

	if (!len)
		return true;
	for (; *text; text += letter(text))
		if (begins(text, pattern + 1, len))
			return true;
	return false;
}

/* Which texts of a tag are this one, or hold the pattern. */
static bool *chosen(const struct board_tag *t, const char *equal, const char *pattern, struct arena *a)
{
	bool *yes = equal || pattern ? arena_array(a, t->n + 1, sizeof(*yes)) : NULL;

	for (size_t i = 0; yes && i < t->n; i++)
		yes[i] = equal ? !strcmp(t->text[i], equal) : like(t->lower[i], pattern);
	return yes;
}

static uint8_t judge(const struct board *b, const struct board_ask *ask, int check, size_t site,
		     bool *const tags[BOARD_TAGS], const bool *orgs)
{
	const struct board_code *code = code_of(b, &b->rounds[0], site, (size_t)check);
	unsigned failed = 0;

	if (!code)
		return FAILS_CHECK;
	if (ask->verdict && strcmp(code->verdict, ask->verdict))
		failed |= FAILS_VERDICT;
	if (ask->reason && strcmp(code->reason, ask->reason))
		failed |= FAILS_REASON;
	for (size_t k = 0; k < BOARD_TAGS; k++)
		if (tags[k] && !tags[k][b->tag[k][site]])
			failed |= FAILS_TAG << k;
	if (ask->q && !orgs[b->tag[0][site]] && !like(b->names[b->rounds[0].site[site]], ask->q))
		failed |= FAILS_Q;
	return (uint8_t)failed;
}

bool board_list(const struct board *b, const char *round, const struct board_ask *ask, struct arena *a,
		struct board_list *out)
{
	const char *const equal[BOARD_TAGS] = {ask->organisation, ask->class_, ask->region, ask->level};
	bool *tags[BOARD_TAGS], *orgs;

	if (!b || !b->rank || strcmp(b->rounds[0].id, round))
		return false;
	*out = (struct board_list){.board = b, .check = check_of(b, ask->check)};
	if (out->check < 0)
		return true;
	for (size_t k = 0; k < BOARD_TAGS; k++)
		tags[k] = chosen(&b->tags[k], equal[k], NULL, a);
	orgs = chosen(&b->tags[0], NULL, ask->q, a);
	out->failed = arena_alloc(a, b->rounds[0].n + 1);
	for (size_t i = 0; i < b->rounds[0].n; i++)
		out->failed[i] = judge(b, ask, out->check, i, tags, orgs);
	return true;
}

static size_t sites_of(const struct board_list *l)
{
	return l->check < 0 ? 0 : l->board->rounds[0].n;
}

int64_t board_total(const struct board_list *l)
{
	int64_t n = 0;

	for (size_t i = 0; i < sites_of(l); i++)
		n += !l->failed[i];
	return n;
}

static struct table table_of(struct arena *a, size_t n_rows, size_t n_cols)
{
	return (struct table){.n_rows = n_rows, .n_cols = n_cols,
			      .cells = arena_array(a, n_rows * n_cols + 1, sizeof(struct value))};
}

struct counted {
	const char *text;
	int64_t n;
};

static int by_count(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->text, y->text);
}

/* By tag, or by verdict, of which several codes may share one. */
static size_t count(const struct board_list *l, size_t tag, struct counted *c)
{
	const struct board *b = l->board;
	const struct board_check *check = &b->checks[l->check];
	unsigned own = tag < BOARD_TAGS ? FAILS_TAG << tag : FAILS_VERDICT;
	uint32_t slot[BOARD_NONE];
	size_t n = 0;

	for (size_t k = 0; tag < BOARD_TAGS && k < b->tags[tag].n; k++)
		c[n++].text = b->tags[tag].text[k];
	for (size_t k = 0; tag == BOARD_TAGS && k < check->n; k++) {
		for (slot[k] = 0; slot[k] < n && strcmp(c[slot[k]].text, check->code[k].verdict); slot[k]++)
			;
		if (slot[k] == n)
			c[n++].text = check->code[k].verdict;
	}
	for (size_t i = 0; i < sites_of(l); i++)
		if (!(l->failed[i] & ~own))
			c[tag < BOARD_TAGS ? b->tag[tag][i]
					   : slot[b->rounds[0].code[i * b->n_checks + (size_t)l->check]]]
				.n++;
	return n;
}

void board_facet(const struct board_list *l, const char *column, size_t max, struct arena *a,
		 struct table *out)
{
	struct counted *c;
	size_t tag = 0, n = 0;

	*out = (struct table){0};
	while (tag < BOARD_TAGS && strcmp(board_tags[tag], column))
		tag++;
	if (l->check < 0)
		return;
	c = arena_array(a, tag < BOARD_TAGS ? l->board->tags[tag].n + 1 : BOARD_NONE, sizeof(*c));
	n = count(l, tag, c);
	qsort(c, n, sizeof(*c), by_count);
	while (n && !c[n - 1].n)
		n--;
	*out = table_of(a, n < max ? n : max, 2);
	for (size_t i = 0; i < out->n_rows; i++) {
		out->cells[2 * i] = value_text(c[i].text);
		out->cells[2 * i + 1] = value_i64(c[i].n);
	}
}

/* ---- a page ---- */

struct placed {
	int64_t key;
	size_t site;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->site > y->site) - (x->site < y->site);
}

static int by_place_down(const void *a, const void *b)
{
	return by_place(b, a);
}

/* Where a site stands in an order; what is unknown stands last in either direction. */
static int64_t key_of(const struct board *b, const char *sort, bool down, size_t site)
{
	if (sort && !strcmp(sort, "rank")) {
		if (b->rank[site] != I64_NULL)
			return b->rank[site];
		return down ? -1 : INT64_C(9000000000000000);
	}
	for (size_t k = 0; sort && k < BOARD_TAGS; k++)
		if (!strcmp(sort, board_tags[k]))
			return !down && !*b->tags[k].text[b->tag[k][site]] ? INT64_MAX : b->tag[k][site];
	return 0;
}

static size_t choose(const struct board_list *l, const char *sort, bool down, const char *after,
		     struct placed *p)
{
	const struct board *b = l->board;
	int64_t key = after ? place_of(&b->rounds[0], name_of(b, after)) : -1;
	int (*order)(const void *, const void *) = down ? by_place_down : by_place;
	struct placed from = {0};
	size_t n = 0;

	/* a domain that the list does not have is no place to go on from */
	if (key >= 0 && l->check >= 0 && l->failed[key] & FAILS_CHECK)
		key = -1;
	if (key >= 0)
		from = (struct placed){key_of(b, sort, down, (size_t)key), (size_t)key};
	for (size_t i = 0; i < sites_of(l); i++) {
		if (l->failed[i])
			continue;
		p[n] = (struct placed){key_of(b, sort, down, i), i};
		n += key < 0 || order(&p[n], &from) > 0;
	}
	qsort(p, n, sizeof(*p), order);
	return n;
}

static struct value *put_site(const struct board *b, size_t site, struct value *to)
{
	const struct board_round *r = &b->rounds[0];

	for (size_t k = 0; k < b->n_checks; k++) {
		const struct board_code *code = code_of(b, r, site, k);

		if (!code)
			continue;
		*to++ = value_text(b->names[r->site[site]]);
		*to++ = value_text(b->checks[k].id);
		*to++ = value_text(code->verdict);
		*to++ = value_text(code->reason);
		for (size_t t = 0; t < BOARD_TAGS; t++)
			*to++ = value_text(b->tags[t].text[b->tag[t][site]]);
		*to++ = b->rank[site] == I64_NULL ? value_text(NULL) : value_i64(b->rank[site]);
	}
	return to;
}

void board_page(const struct board_list *l, const char *sort, bool down, const char *after, size_t max,
		struct arena *a, struct table *out)
{
	enum { COLUMNS = 9 };
	struct placed *p = arena_array(a, sites_of(l) + 1, sizeof(*p));
	size_t n = choose(l, sort, down, after, p);
	struct value *to;

	n = n < max ? n : max;
	*out = table_of(a, n * l->board->n_checks, COLUMNS);
	to = out->cells;
	for (size_t i = 0; i < n; i++)
		to = put_site(l->board, p[i].site, to);
	out->n_rows = (size_t)(to - out->cells) / COLUMNS;
}

/* ---- one site ---- */

bool board_latest(const struct board *b, const char *site, int64_t before_us, const char **round)
{
	int64_t name = b ? name_of(b, site) : -1;

	*round = NULL;
	if (!b || !b->by_time)
		return false;
	for (size_t i = 0; name >= 0 && i < b->n_rounds; i++) {
		const struct board_round *r = &b->rounds[b->by_time[i]];

		if (r->first_us >= before_us || place_of(r, name) < 0)
			continue;
		*round = r->id;
		return r->last_us < before_us; /* else the date falls into the round */
	}
	return true;
}

bool board_history(const struct board *b, const char *site, size_t max, struct arena *a, struct table *out)
{
	enum { COLUMNS = 5 };
	int64_t name = b ? name_of(b, site) : -1;
	struct value *to;

	if (!b || !b->whole)
		return false;
	*out = table_of(a, b->n_rounds * b->n_checks, COLUMNS);
	to = out->cells;
	for (size_t i = 0; i < b->n_rounds && b->rounds[i].complete; i++) {
		const struct board_round *r = &b->rounds[i];
		int64_t at = place_of(r, name);

		for (size_t k = 0; at >= 0 && k < b->n_checks; k++) {
			const struct board_code *code = code_of(b, r, (size_t)at, k);

			if (!code)
				continue;
			*to++ = value_text(r->id);
			*to++ = value_i64(r->at_us);
			*to++ = value_text(b->checks[k].id);
			*to++ = value_text(code->verdict);
			*to++ = value_text(code->reason);
		}
	}
	out->n_rows = (size_t)(to - out->cells) / COLUMNS;
	out->n_rows = out->n_rows < max ? out->n_rows : max;
	return true;
}

bool board_where(const struct board *b, enum board_table t, const char *round, const char *site,
		 struct board_range *out)
{
	const struct board_span *s;
	int64_t at;

	if (!b || !b->rank || strcmp(b->rounds[0].id, round))
		return false;
	at = place_of(&b->rounds[0], name_of(b, site));
	if (at < 0)
		return false;
	s = &b->where[t][at];
	*out = (struct board_range){b->base[t] + s->from, b->base[t] + s->from + s->wide, s->n};
	return s->wide != BOARD_FAR;
}
