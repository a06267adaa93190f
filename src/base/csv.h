/*
 * csv: RFC 4180, in and out.
 *
 * The reader is a bounded state machine over a whole file in memory: quoted cells, doubled quotes,
 * CRLF or LF, a byte-order mark at the start.  It names the line on which a record began.
 * The writer has two manners: for machines as is; for spreadsheets a cell that a spreadsheet would
 * run (= + - @ TAB CR and their full-width twins) gets an apostrophe in front (threats.md T-EXP-01).
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct csv {
	const char *data;
	size_t len, at;
	unsigned line; /* of the record that csv_next gave last, from 1 */
	unsigned next_line;
	const char *error; /* why csv_next returned -1 */
};

void csv_init(struct csv *c, const char *data, size_t len);
/* Reads one record into cells[max], copied into a.  Returns how many cells, 0 at the end, -1 on a
 * broken record (c->error says why; the reader has moved past it and may go on). */
int csv_next(struct csv *c, struct arena *a, char **cells, size_t max);

/* Adds one cell, with a comma in front unless first. */
void csv_cell(struct buf *out, const char *text, bool first, bool for_spreadsheet);
void csv_end(struct buf *out); /* CRLF */

#endif
