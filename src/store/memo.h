/*
 * memo: answers of the facts that need not be worked out again.  Two kinds:
 *
 *   of one complete round (facts_query_round)  never changes: kept in DIR/memo.sqlite
 *   all others                                 kept in memory until a round or a dataset is complete
 *
 * Everything in it can be worked out again: the file may be deleted at any time, is written without
 * waiting for the disk, and each answer carries a sum that is held against it when it is read.  The
 * whole question is the key, its SQL included, so a new method does not find answers of the old one;
 * so is the file of facts (by its first batch), so other facts do not find these answers.
 *
 * For several threads at once.
 */
#ifndef STORE_MEMO_H
#define STORE_MEMO_H

#include "store/store.h"

struct memo;

/* Never fails: without its file it remembers in memory only, and says so once. */
struct memo *memo_open(const struct store *owner);
void memo_close(struct memo *m);

/* The facts as one thread sees them through a reader (or an owner) and the memo.  `settled` is
 * store_settled() of the owner when the question came up. */
struct memo_view {
	struct memo *memo;
	struct store *store;
	int64_t settled;
};
struct facts memo_facts(struct memo_view *v); /* v must outlive it */

#endif
