/* plans: see plans.h.  Table plan of the state; the default is the setting "plan". */
#include "outlet/plans.h"

#include "base/asset.h"
#include "base/clock.h"
#include "core/schema.h"

#include <errno.h>
#include <string.h>

static const char first_default[] = "cn-2017";

static bool is_builtin(const char *name)
{
	for (size_t i = 0; plan_builtin_name(i); i++)
		if (!strcmp(plan_builtin_name(i), name))
			return true;
	return false;
}

bool plan_name_ok(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t n = strlen(name);

	return n && n < PLAN_NAME_MAX && !strchr("-_.", name[0]) && strspn(name, letters) == n &&
	       !is_builtin(name);
}

static int no_such(const char *name, struct err *e)
{
	return err_set(e, -ENOENT, "there is no plan '%.60s'; `sextant targets --list` shows them", name);
}

static int default_name(struct store *s, struct arena *a, const char **name, struct err *e)
{
	struct table t;
	int rc = store_query_state(s, a, "SELECT value FROM setting WHERE key = 'plan'", NULL, 0, &t, e);

	*name = !rc && t.n_rows ? value_str(table_at(&t, 0, 0), first_default) : first_default;
	return rc;
}

int plans_text(struct store *s, struct arena *a, const char *name, const char **text, size_t *len,
	       struct err *e)
{
	const struct asset *file = is_builtin(name) ? asset_find(arena_printf(a, "plan/%s.csv", name)) : NULL;
	const struct value arg = value_text(name);
	struct table t;

	if (file) {
		*text = (const char *)file->data;
		*len = file->len;
		return 0;
	}
	if (store_query_state(s, a, "SELECT body FROM plan WHERE name = ?", &arg, 1, &t, e))
		return e->code;
	if (!t.n_rows)
		return no_such(name, e);
	*text = value_str(table_at(&t, 0, 0), "");
	*len = strlen(*text);
	return 0;
}

int plans_find(struct store *s, struct arena *a, const char *name, struct plan *p, struct err *e)
{
	const char *text;
	size_t len;

	if ((!name || !*name) && default_name(s, a, &name, e))
		return e->code;
	if (plans_text(s, a, name, &text, &len, e))
		return e->code;
	return plan_parse(p, a, name, text, len, e);
}

static void add(struct plan_entry *list, size_t *n, struct arena *a, const char *name, bool own,
		const struct plan *p)
{
	list[(*n)++] = (struct plan_entry){.name = arena_str(a, name), .title_en = p->title_en,
					   .title_zh = p->title_zh, .targets = p->n, .own = own,
					   .imported_us = I64_NULL};
}

static void add_own(struct arena *a, const struct table *t, struct plan_entry *list, size_t *n)
{
	struct plan p;
	struct err e;

	for (size_t i = 0; i < t->n_rows; i++) {
		const char *name = value_str(table_at(t, i, 0), ""), *body = value_str(table_at(t, i, 2), "");

		/* one that this version no longer reads (an indicator is gone) is listed all the same */
		if (plan_parse(&p, a, name, body, strlen(body), &e))
			p = (struct plan){.title_en = "", .title_zh = ""};
		add(list, n, a, name, true, &p);
		list[*n - 1].imported_us = value_int(table_at(t, i, 1), I64_NULL);
	}
}

int plans_list(struct store *s, struct arena *a, struct plan_entry **list, size_t *n, struct err *e)
{
	const char *chosen;
	size_t builtin = 0;
	struct table t;
	struct plan p;

	while (plan_builtin_name(builtin))
		builtin++;
	*n = 0;
	if (default_name(s, a, &chosen, e) ||
	    store_query_state(s, a, "SELECT name, imported_us, body FROM plan ORDER BY name", NULL, 0, &t, e))
		return e->code;
	*list = arena_array(a, builtin + t.n_rows, sizeof(**list));
	for (size_t i = 0; i < builtin; i++) {
		char name[PLAN_NAME_MAX];

		snprintf(name, sizeof(name), "%s", plan_builtin_name(i));
		if (plan_builtin(&p, a, name, e))
			return e->code;
		add(*list, n, a, name, false, &p);
	}
	add_own(a, &t, *list, n);
	for (size_t i = 0; i < *n; i++)
		(*list)[i].is_default = !strcmp((*list)[i].name, chosen);
	return 0;
}

/* ---- changes ---- */

int plans_save(struct store *s, const char *name, const char *text, struct err *e)
{
	const struct change c = {
		.sql = "INSERT OR REPLACE INTO plan(name, imported_us, body) VALUES(?, ?, ?)",
		.args = {value_text(name), value_i64(clock_wall(&clock_real)), value_text(text)},
		.n_args = 3};

	return store_put(s, NULL, 0, &c, 1, e);
}

/* A plan that goes away is no longer the default either. */
int plans_remove(struct store *s, const char *name, struct err *e)
{
	const struct change c[] = {
		{.sql = "DELETE FROM plan WHERE name = ?", .args = {value_text(name)}, .n_args = 1},
		{.sql = "DELETE FROM setting WHERE key = 'plan' AND value = ?",
		 .args = {value_text(name)}, .n_args = 1},
	};
	const char *text;
	struct arena a;
	size_t len;
	int rc;

	if (is_builtin(name))
		return err_set(e, -EINVAL, "the plan '%s' comes with the program and stays", name);
	arena_init(&a, 0);
	rc = plans_text(s, &a, name, &text, &len, e);
	arena_done(&a);
	return rc ? rc : store_put(s, NULL, 0, c, 2, e);
}

int plans_set_default(struct store *s, const char *name, struct err *e)
{
	const struct change c = {.sql = "INSERT OR REPLACE INTO setting(key, value) VALUES('plan', ?)",
				 .args = {value_text(name)}, .n_args = 1};
	const char *text;
	struct arena a;
	size_t len;
	int rc;

	arena_init(&a, 0);
	rc = plans_text(s, &a, name, &text, &len, e);
	arena_done(&a);
	return rc ? rc : store_put(s, NULL, 0, &c, 1, e);
}
