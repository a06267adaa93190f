/*
 * lists: portfolios in the state: versions in, versions out.  A version is never changed; content that
 * was there already gets its old version back.
 */
#ifndef APP_LISTS_H
#define APP_LISTS_H

#include "source/portfolio.h"
#include "store/store.h"

enum { LIST_NAME_MAX = 64 };

/* Letters, digits, '-', '_', '.'; 1 to 63 of them. */
bool list_name_ok(const char *name);
/* "/a/b/China sites.csv.gz" gives "China-sites". */
void list_name_from(const char *path, char name[static LIST_NAME_MAX]);

/* Keeps the subjects as a version of the list.  *is_new is false when the newest version has the same
 * content; *version is the number in either case. */
int list_save(struct store *s, const char *name, const char *source, const struct portfolio *p,
	      int64_t *version, bool *is_new, struct err *e);
/* Reads a version into p (initialised by the caller); *version 0 asks for the newest and is set.
 * -ENOENT with a sentence when there is none. */
int list_load(struct store *s, const char *name, int64_t *version, struct portfolio *p,
	      struct err *e);

#endif
