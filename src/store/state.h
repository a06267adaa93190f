/*
 * state: the tables of state.sqlite, made and brought up to date at open.
 *
 * PRAGMA user_version counts the steps that a file has seen; each step is one script, and all that
 * are missing run in one transaction, so that a stop in the middle leaves the old file.  A file that
 * has seen more steps than this program knows is refused: an older program would not keep what it
 * does not understand.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "store/sqlite.h"

int state_open(const char *path, struct sqlite **out, struct err *e);
int state_version(void); /* steps that this program knows */

#endif
