/* board_int: the inside of a board, for board.c and board_load.c only. */
#ifndef OUTLET_BOARD_INT_H
#define OUTLET_BOARD_INT_H

#include "outlet/board.h"

#include <stdatomic.h>

enum {
	BOARD_NONE = 255,     /* no such row; codes are below */
	BOARD_CHECKS_MAX = 64,
	BOARD_TAGS = 4,       /* organisation class region level */
	BOARD_FAR = 0xffff,   /* a range too wide to be worth knowing */
};

extern const char *const board_tags[BOARD_TAGS];

struct board_code {
	const char *verdict, *reason;
};

struct board_check {
	const char *id;
	size_t n;
	struct board_code code[BOARD_NONE];
};

struct board_round {
	const char *id;
	bool complete;
	int64_t at_us;            /* of its row in obs_round */
	int64_t first_us, last_us; /* of its verdicts */
	int64_t from, to;          /* their row ids */
	size_t n;
	uint32_t *site; /* index of its name; grows */
	uint8_t *code;  /* n_checks a site, or NULL: not held */
};

struct board_tag {
	size_t n;
	const char **text;  /* sorted */
	const char **lower; /* of organisations: as the store lowers them */
};

struct board_span {
	uint32_t from; /* after the table's base */
	uint16_t wide, n;
};

struct board {
	atomic_int refs;
	struct arena arena;
	int64_t top;
	size_t n_names, n_checks, n_rounds;
	const char **names;
	struct board_check *checks; /* sorted by id */
	struct board_round *rounds; /* complete ones first, the latest first */
	size_t *by_time;            /* rounds, the latest first by their verdicts; NULL: they overlap */
	bool whole;                 /* every complete round's codes are held */
	/* of rounds[0], by its sites; NULL when no round is complete */
	uint32_t *tag[BOARD_TAGS];
	int64_t *rank;
	struct board_tag tags[BOARD_TAGS];
	int64_t base[BOARD_TABLES];
	struct board_span *where[BOARD_TABLES];
};

#endif
