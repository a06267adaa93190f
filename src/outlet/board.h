/*
 * board: the verdicts of the rounds, packed in memory, for the questions that no kept answer serves:
 * the list of sites under a reader's own filters, and the page of one site.
 *
 *	names    every site, sorted
 *	rounds   of each: its sites, and a byte for each site and check (verdict and reason, interned)
 *	list     of the latest complete round alone: tags and rank, and where in the facts the rows of
 *	         each site stand
 *
 * It says what the facts say, as the same tables; what it cannot say exactly it declines, and the caller
 * asks the facts: another round's list, a site that a round still under way has looked at, a history too
 * large to hold.  Facts that break its assumptions (a check twice for one site in one round, tags that
 * differ from check to check, NULL where a text belongs) make no board at all.
 *
 * Made from one state of the facts (board_new), then only read, by several threads at once.
 */
#ifndef OUTLET_BOARD_H
#define OUTLET_BOARD_H

#include "store/store.h"

struct board;

/* Takes seconds over millions of rows.  NULL: the facts make no board, or one larger than max_b (e->code
 * 0), or they could not be asked.  The first reference is the caller's. */
struct board *board_new(struct store *reader, size_t max_b, struct err *e);
struct board *board_ref(struct board *b);
void board_unref(struct board *b); /* NULL is allowed */
size_t board_size(const struct board *b);

/* ---- the list ---- */

/* Filters; NULL: none. */
struct board_ask {
	const char *check; /* whose verdicts; never NULL */
	const char *verdict, *reason, *organisation, *class_, *region, *level;
	const char *q; /* a LIKE pattern "%text%" in lower case, of site or organisation */
};

struct board_list {
	const struct board *board;
	int check;       /* -1: nobody has it */
	uint8_t *failed; /* of each site of the round: which filters it fails */
};

/* False: it does not have this round's list.  The list lives in a. */
bool board_list(const struct board *b, const char *round, const struct board_ask *ask, struct arena *a,
		struct board_list *out);
int64_t board_total(const struct board_list *l);
/* value, count(*): of class, region, level or verdict, its own filter left out. */
void board_facet(const struct board_list *l, const char *column, size_t max, struct arena *a,
		 struct table *out);
/* A page: subject, check, verdict, reason, organisation, class, region, level, rank.  sort: a tag's name
 * or "rank", else by subject; after may be NULL. */
void board_page(const struct board_list *l, const char *sort, bool down, const char *after, size_t max,
		struct arena *a, struct table *out);

/* ---- one site ---- */

/* The round that looked at it last, of those before before_us; NULL: none.  False: it cannot tell. */
bool board_latest(const struct board *b, const char *site, int64_t before_us, const char **round);
/* All rows of obs_verdict up to and with this one are in the board. */
int64_t board_top(const struct board *b);
/* round, at_us, check, verdict, reason: the latest first, at most max rows.  False: it does not hold all. */
bool board_history(const struct board *b, const char *site, size_t max, struct arena *a, struct table *out);

/* Where in a table of facts the rows of a site in a round stand: n of them between two row ids, both
 * included, perhaps with other sites' among them. */
enum board_table { BOARD_VERDICT, BOARD_DNS, BOARD_WEB, BOARD_SMTP, BOARD_QUIC, BOARD_RESOURCE, BOARD_LINK, BOARD_ZONE, BOARD_TABLES };
struct board_range {
	int64_t from, to;
	size_t n;
};
bool board_where(const struct board *b, enum board_table t, const char *round, const char *site,
		 struct board_range *out);

#endif
