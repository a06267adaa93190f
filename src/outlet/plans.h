/*
 * plans: the plans that can be shown: those of the program, and the user's own, which stand in the
 * state as they were written.  One of them is the one that is shown when nobody names any.
 */
#ifndef OUTLET_PLANS_H
#define OUTLET_PLANS_H

#include "indicator/plan.h"
#include "store/store.h"

struct plan_entry {
	const char *name;
	const char *title_en, *title_zh; /* "" if none */
	size_t targets;
	bool own;                        /* the user's */
	bool is_default;
	int64_t imported_us;             /* I64_NULL: came with the program */
};

enum { PLAN_NAME_MAX = 64 };

/* Small letters, digits, '-', '_', '.', the first a letter or digit; 1 to 63 of them; and not the
 * name of a plan of the program. */
bool plan_name_ok(const char *name);

/* All of them: first those of the program, then the user's by name. */
int plans_list(struct store *s, struct arena *a, struct plan_entry **list, size_t *n, struct err *e);
/* One by its name; NULL or "": the default.  -ENOENT: there is none. */
int plans_find(struct store *s, struct arena *a, const char *name, struct plan *p, struct err *e);
/* Its CSV, as it was written. */
int plans_text(struct store *s, struct arena *a, const char *name, const char **text, size_t *len,
	       struct err *e);

/* Keeps a plan that plan_parse has taken, in place of one of the same name. */
int plans_save(struct store *s, const char *name, const char *text, struct err *e);
int plans_remove(struct store *s, const char *name, struct err *e);
int plans_set_default(struct store *s, const char *name, struct err *e);

#endif
