/* lists: see lists.h. */
#include "app/lists.h"

#include "base/clock.h"
#include "core/schema.h"

#include <errno.h>
#include <string.h>

enum { CHUNK = 500 }; /* rows in one transaction, and in one answer */

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

bool list_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n && n < LIST_NAME_MAX && name[0] != '.' && strspn(name, NAME_LETTERS) == n;
}

void list_name_from(const char *path, char name[static LIST_NAME_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t n;

	snprintf(name, LIST_NAME_MAX, "%s", slash ? slash + 1 : path);
	n = strcspn(name, ".");
	if (!n)
		n = (size_t)snprintf(name, LIST_NAME_MAX, "portfolio");
	name[n] = '\0';
	for (char *s = name; *s; s++)
		if (!strchr(NAME_LETTERS, *s))
			*s = '-';
}

/* The newest version and its sum; *version 0 when there is none. */
static int newest(struct store *s, struct arena *a, const char *name, int64_t *version,
		  const char **sum, struct err *e)
{
	const struct value args[] = {value_text(name)};
	struct table t;
	int code = store_query_state(s, a,
				     "SELECT version, sha256 FROM portfolio WHERE name = ? "
				     "ORDER BY version DESC LIMIT 1", args, 1, &t, e);

	*version = 0;
	*sum = "";
	if (code || !t.n_rows)
		return code;
	*version = value_int(table_at(&t, 0, 0), 0);
	*sum = value_str(table_at(&t, 0, 1), "");
	return 0;
}

static struct change subject_change(const char *name, int64_t version, size_t ord,
				    const struct subject *s)
{
	struct change c = {
		.sql = "INSERT INTO portfolio_subject(portfolio, version, ord, domain, organisation, "
		       "class, region, level, rank, tags, line) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
		.args = {value_text(name), value_i64(version), value_i64((int64_t)ord),
			 value_text(s->domain), value_text(s->organisation), value_text(s->class_),
			 value_text(s->region), value_text(s->level),
			 s->rank == I64_NULL ? value_text(NULL) : value_i64(s->rank),
			 value_text(s->tags), value_i64(s->line)},
		.n_args = 11,
	};

	return c;
}

/* The row of the version comes last: without it a version that was cut short does not exist. */
static int put_version(struct store *s, const char *name, int64_t version, const char *source,
		       const struct portfolio *p, struct err *e)
{
	const struct change clear = {
		.sql = "DELETE FROM portfolio_subject WHERE portfolio = ? AND version = ?",
		.args = {value_text(name), value_i64(version)}, .n_args = 2};
	const struct change last = {
		.sql = "INSERT INTO portfolio(name, version, imported_us, source, sha256, subjects) "
		       "VALUES(?,?,?,?,?,?)",
		.args = {value_text(name), value_i64(version), value_i64(clock_wall(&clock_real)),
			 value_text(source), value_text(p->sha256),
			 value_i64((int64_t)p->subjects.n)},
		.n_args = 6};
	struct change rows[CHUNK];
	int code = store_put(s, NULL, 0, &clear, 1, e);

	for (size_t i = 0; i < p->subjects.n && !code; i += CHUNK) {
		size_t n = 0;

		while (n < CHUNK && i + n < p->subjects.n) {
			rows[n] = subject_change(name, version, i + n, &p->subjects.at[i + n]);
			n++;
		}
		code = store_put(s, NULL, 0, rows, n, e);
	}
	return code ? code : store_put(s, NULL, 0, &last, 1, e);
}

int list_save(struct store *s, const char *name, const char *source, const struct portfolio *p,
	      int64_t *version, bool *is_new, struct err *e)
{
	struct arena a;
	const char *sum;
	int code;

	arena_init(&a, 0);
	code = newest(s, &a, name, version, &sum, e);
	*is_new = !code && (!*version || strcmp(sum, p->sha256) != 0);
	if (*is_new) {
		++*version;
		code = put_version(s, name, *version, source, p, e);
	}
	arena_done(&a);
	return code;
}

static void take_row(struct portfolio *p, const struct table *t, size_t row)
{
	struct arena *a = &p->arena;

	*vec_push(&p->subjects) = (struct subject){
		.domain = arena_str(a, value_str(table_at(t, row, 0), "")),
		.organisation = arena_str(a, value_str(table_at(t, row, 1), "")),
		.class_ = arena_str(a, value_str(table_at(t, row, 2), "")),
		.region = arena_str(a, value_str(table_at(t, row, 3), "")),
		.level = arena_str(a, value_str(table_at(t, row, 4), "")),
		.rank = value_int(table_at(t, row, 5), I64_NULL),
		.tags = arena_str(a, value_str(table_at(t, row, 6), "")),
		.line = (unsigned)value_int(table_at(t, row, 7), 0),
	};
}

static int load_rows(struct store *s, const char *name, int64_t version, struct portfolio *p,
		     struct err *e)
{
	size_t before;

	do {
		const struct value args[] = {value_text(name), value_i64(version),
					     value_i64((int64_t)p->subjects.n)};
		struct arena a;
		struct table t;
		int code;

		before = p->subjects.n;
		arena_init(&a, 0);
		code = store_query_state(s, &a,
					 "SELECT domain, organisation, class, region, level, rank, tags, "
					 "line FROM portfolio_subject WHERE portfolio = ? AND version = ? "
					 "AND ord >= ? ORDER BY ord LIMIT 500", args, 3, &t, e);
		for (size_t i = 0; !code && i < t.n_rows; i++)
			take_row(p, &t, i);
		arena_done(&a);
		if (code)
			return code;
	} while (p->subjects.n > before);
	p->rows = p->subjects.n;
	portfolio_sum(p);
	return 0;
}

int list_load(struct store *s, const char *name, int64_t *version, struct portfolio *p,
	      struct err *e)
{
	struct arena a;
	const char *sum;
	int code = 0;

	arena_init(&a, 0);
	if (!*version)
		code = newest(s, &a, name, version, &sum, e);
	arena_done(&a);
	if (code)
		return code;
	code = *version ? load_rows(s, name, *version, p, e) : 0;
	if (!code && !p->subjects.n)
		return err_set(e, -ENOENT,
			       "there is no portfolio '%s' here; `sextant portfolio list` shows them",
			       name);
	return code;
}
