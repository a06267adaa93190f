/* board_load: what board_load.c and board_list.c share while a board is made. */
#ifndef OUTLET_BOARD_LOAD_H
#define OUTLET_BOARD_LOAD_H

#include "base/map.h"
#include "base/vec.h"
#include "outlet/board_int.h"

#define NOWHERE UINT32_MAX

/* A round's sites while they are read, in the order in which they come. */
struct reading {
	struct board_round *round;
	bool codes, tags;  /* are wanted */
	uint32_t *slot_of; /* of each name, or NOWHERE */
	size_t n;
	VEC(uint8_t) code;
	VEC(uint32_t) tag[BOARD_TAGS];
	VEC(int64_t) rank;
	struct map texts[BOARD_TAGS]; /* text -> its index + 1, not sorted */
	VEC(const char *) text[BOARD_TAGS], lower;
	enum board_table table; /* whose ranges are read */
};

struct loading {
	struct store *reader;
	struct board *board;
	size_t max_b;
	struct arena arena; /* of what is gone when the board is made */
	struct map names;   /* name -> its index + 1 */
	VEC(const char *) list;
	struct reading r;
};

/* The facts are such that a board would not answer as they do: -ENOTSUP. */
int board_decline(struct err *e);
/* NULL when there is none, or when it has a zero in it. */
const char *board_text(const struct table *t, size_t row, size_t col);
int board_ask(struct loading *l, const char *sql, const struct value *args, size_t n_args, struct table *t,
	      struct err *e);

/* The list's part of the round that was just read and is in the order of its names: tags, ranks, and where
 * the rows of each site are. */
int board_load_list(struct loading *l, struct err *e);

#endif
