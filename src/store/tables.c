/*
 * tables: see tables.h.  A column that the program no longer knows stays and is filled with NULL; a
 * column of another type than ours is refused with its name.
 */
#include "store/tables.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/tables_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tables {
	struct duck *duck;
	char *path;
	struct arena arena;
	VEC(struct shape) shapes;
	int64_t generation, settled, rows_since_checkpoint;
};

enum { IDS_AT_ONCE = 500, CHECKPOINT_ROWS = 2000000 };

static const struct {
	const char *sql;
	enum bulk_type bulk;
} kinds[] = {
	{"BIGINT", BULK_I64},	{"DOUBLE", BULK_F64}, {"BOOLEAN", BULK_FLAG},
	{"VARCHAR", BULK_TEXT}, {"BLOB", BULK_BLOB},
};

static const char *const commons[COMMON_COUNT] = {
	[COMMON_AT] = "at_us",	   [COMMON_SUBJECT] = "subject", [COMMON_VANTAGE] = "vantage",
	[COMMON_ROUND] = "round", [COMMON_OUTCOME] = "outcome", [COMMON_BATCH] = "batch",
};

static enum bulk_type bulk_of(enum field_type type)
{
	switch (type) {
	case FIELD_I64:
	case FIELD_TIME: return BULK_I64;
	case FIELD_F64: return BULK_F64;
	case FIELD_FLAG: return BULK_FLAG;
	case FIELD_ADDR: return BULK_BLOB;
	case FIELD_TEXT:
	case FIELD_WORD: break;
	}
	return BULK_TEXT;
}

static enum bulk_type common_bulk(int i)
{
	return i == COMMON_AT ? BULK_I64 : BULK_TEXT;
}

/* ---- making ---- */

static int create(struct duck *d, const struct schema *s, struct err *e)
{
	struct buf sql;
	int rc;

	buf_init(&sql, 1 << 20);
	buf_printf(&sql, "CREATE TABLE obs_%s(", s->name);
	for (int i = 0; i < COMMON_COUNT; i++)
		buf_printf(&sql, "%s %s, ", commons[i], kinds[common_bulk(i)].sql);
	for (size_t i = 0; i < s->n_fields; i++)
		buf_printf(&sql, "%s\"%s\" %s", i ? ", " : "", s->fields[i].name,
			   kinds[bulk_of(s->fields[i].type)].sql);
	buf_str(&sql, ")");
	rc = duck_run(d, sql.data, e);
	buf_done(&sql);
	return rc;
}

/* The columns that a table has; none when it is not there. */
static int columns_of(struct duck *d, struct arena *a, const char *table, struct table *out,
		      struct err *e)
{
	struct value name = value_text(table);

	return duck_query(d, a,
			  "SELECT column_name, data_type FROM duckdb_columns() "
			  "WHERE table_name = ? AND schema_name = 'main' AND NOT internal "
			  "ORDER BY column_index",
			  &name, 1, out, e);
}

static bool has_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (!strcmp(value_str(table_at(t, i, 0), ""), name))
			return true;
	return false;
}

static int grow(struct duck *d, const struct schema *s, const struct table *have, bool *grown,
		struct err *e)
{
	char sql[256];

	for (size_t i = 0; i < s->n_fields; i++) {
		int rc;

		if (has_column(have, s->fields[i].name))
			continue;
		snprintf(sql, sizeof(sql), "ALTER TABLE obs_%s ADD COLUMN \"%s\" %s", s->name,
			 s->fields[i].name, kinds[bulk_of(s->fields[i].type)].sql);
		rc = duck_run(d, sql, e);
		if (rc)
			return rc;
		*grown = true;
	}
	return 0;
}

/* How a column of the file is filled from an observation. */
static int shape_column(struct tables *t, struct shape *sh, const char *name, const char *type,
			struct column *c, struct err *e)
{
	size_t kind = 0;
	bool known = false;

	while (kind < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[kind].sql, type) != 0)
		kind++;
	*c = (struct column){.common = COMMON_COUNT};
	for (int i = 0; i < COMMON_COUNT; i++)
		if (!strcmp(commons[i], name)) {
			c->common = i;
			c->bulk = common_bulk(i);
			known = true;
		}
	if (!known)
		c->field = schema_field(sh->schema, name);
	if (c->field) {
		c->bulk = bulk_of(c->field->type);
		known = true;
	}
	if (kind < sizeof(kinds) / sizeof(kinds[0]) && (!known || kinds[kind].bulk == c->bulk)) {
		c->bulk = kinds[kind].bulk;
		return 0;
	}
	return err_set(e, -EPROTONOSUPPORT,
		       "%s: column %s of table %s is %s, which this version does not write; it was "
		       "not touched: use the version that made it, or move the file away",
		       t->path, name, sh->table, type);
}

static int shape_table(struct tables *t, const struct schema *s, struct err *e)
{
	struct shape sh = {.schema = s, .table = arena_printf(&t->arena, "obs_%s", s->name)};
	struct table have;
	bool grown = false;
	int rc = columns_of(t->duck, &t->arena, sh.table, &have, e);

	if (!rc && !have.n_rows) {
		rc = create(t->duck, s, e);
		grown = true;
	} else if (!rc) {
		rc = grow(t->duck, s, &have, &grown, e);
	}
	if (!rc && grown)
		rc = columns_of(t->duck, &t->arena, sh.table, &have, e);
	if (rc)
		return rc;
	sh.n_columns = have.n_rows;
	sh.columns = arena_array(&t->arena, sh.n_columns, sizeof(*sh.columns));
	for (size_t i = 0; i < sh.n_columns && !rc; i++)
		rc = shape_column(t, &sh, value_str(table_at(&have, i, 0), ""),
				  value_str(table_at(&have, i, 1), ""), &sh.columns[i], e);
	*vec_push(&t->shapes) = sh;
	return rc;
}

static int number(struct duck *d, const char *sql, int64_t *out, struct err *e)
{
	struct arena a;
	struct table t;
	int rc;

	arena_init(&a, 0);
	rc = duck_query(d, &a, sql, NULL, 0, &t, e);
	if (!rc)
		*out = t.n_rows ? value_int(table_at(&t, 0, 0), 0) : 0;
	arena_done(&a);
	return rc;
}

/* How many batches there are, and how many of them count at once. */
static int count_applied(struct tables *t, const struct schema *const *schemas, struct err *e)
{
	struct buf sql;
	int rc = number(t->duck, "SELECT count(*) FROM applied", &t->generation, e);

	buf_init(&sql, 1 << 16);
	buf_str(&sql, "SELECT count(*) FROM applied WHERE schema NOT IN (''");
	for (size_t i = 0; schemas[i]; i++)
		if (schemas[i]->in_rounds)
			buf_printf(&sql, ", '%s'", schemas[i]->name);
	buf_str(&sql, ")");
	if (!rc)
		rc = number(t->duck, sql.data, &t->settled, e);
	buf_done(&sql);
	return rc;
}

static int shape_all(struct tables *t, const struct schema *const *schemas, struct err *e)
{
	int rc = duck_run(t->duck, "BEGIN TRANSACTION", e);

	if (rc)
		return rc;
	rc = duck_run(t->duck,
		      "CREATE TABLE IF NOT EXISTS applied(batch VARCHAR, schema VARCHAR, "
		      "rows BIGINT, at_us BIGINT)",
		      e);
	for (size_t i = 0; schemas[i] && !rc; i++)
		rc = shape_table(t, schemas[i], e);
	if (!rc)
		rc = duck_run(t->duck, "COMMIT", e);
	else
		(void)duck_run(t->duck, "ROLLBACK", NULL);
	return rc ? rc : count_applied(t, schemas, e);
}

/* ---- opening ---- */

static int sync_folder(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd >= 0 && fsync(fd) == 0 ? 0 : -errno;

	if (fd >= 0)
		close(fd);
	return rc ? err_set(e, rc, "%s: cannot be written to the disk: %s", dir, err_name(rc)) : 0;
}

/* A new file is made under another name first: a stop in the middle of its first pages would leave
 * something that DuckDB does not take for its own. */
static int make_file(const char *dir, const char *path, struct err *e)
{
	char fresh[4096], wal[4096 + 8];
	struct duck *d = NULL;
	int rc;

	if (access(path, F_OK) == 0)
		return 0;
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	snprintf(wal, sizeof(wal), "%s.wal", fresh);
	unlink(fresh);
	unlink(wal);
	rc = duck_open(fresh, &d, e);
	if (!rc)
		rc = duck_run(d, "CHECKPOINT", e);
	duck_close(d);
	if (!rc && rename(fresh, path))
		rc = err_set(e, -errno, "%s: cannot be made: %s", path, err_name(errno));
	return rc ? rc : sync_folder(dir, e);
}

static int explain(struct tables *t, int rc, struct err *e)
{
	switch (-rc) {
	case EBADMSG:
		return err_set(e, rc,
			       "%s: the file of facts is damaged or is no DuckDB file; it was not "
			       "touched: move it away, or put a backup in its place",
			       t->path);
	case EBUSY:
		return err_set(e, rc,
			       "%s: another program holds this file: close it there and run this "
			       "again",
			       t->path);
	case ENOSPC:
		return err_set(e, rc,
			       "%s: the disk is full: make room; batches wait in the outbox and "
			       "nothing is lost",
			       t->path);
	default: return rc;
	}
}

int tables_open(const char *dir, const struct schema *const *schemas, struct tables **out,
		struct err *e)
{
	struct tables *t = calloc(1, sizeof(*t));
	char path[4000];
	int rc = 0;

	if (!t)
		return err_set(e, -ENOMEM, "out of memory");
	arena_init(&t->arena, 0);
	if (snprintf(path, sizeof(path), "%s/facts.duckdb", dir) >= (int)sizeof(path))
		rc = err_set(e, -ENAMETOOLONG, "%.200s...: this name is too long", dir);
	t->path = arena_str(&t->arena, path);
	if (!rc)
		rc = duck_load(e);
	if (!rc)
		rc = make_file(dir, path, e);
	if (!rc)
		rc = duck_open(path, &t->duck, e);
	if (!rc)
		rc = shape_all(t, schemas, e);
	if (rc) {
		explain(t, rc, e);
		tables_close(t);
		return rc;
	}
	*out = t;
	return 0;
}

void tables_close(struct tables *t)
{
	if (!t)
		return;
	duck_close(t->duck);
	vec_done(&t->shapes);
	arena_done(&t->arena);
	free(t);
}

struct duck *tables_duck(struct tables *t)
{
	return t->duck;
}

int64_t tables_generation(const struct tables *t)
{
	return t->generation;
}

int64_t tables_settled(const struct tables *t)
{
	return t->settled;
}

/* ---- applying ---- */

/* Sets skip[i] for batches that the facts hold already, or that stand twice in the list. */
static int find_applied(struct tables *t, struct batch *const *batches, size_t n, bool *skip,
			struct err *e)
{
	struct value ids[IDS_AT_ONCE];
	struct buf sql;
	struct arena a;
	struct table hit;
	int rc;

	buf_init(&sql, 1 << 16);
	arena_init(&a, 0);
	buf_str(&sql, "SELECT batch FROM applied WHERE batch IN (");
	for (size_t i = 0; i < n; i++) {
		ids[i] = value_text(batches[i]->id);
		buf_str(&sql, i ? ",?" : "?");
	}
	buf_str(&sql, ")");
	rc = duck_query(tables_duck(t), &a, sql.data, ids, n, &hit, e);
	for (size_t i = 0; i < n && !rc; i++) {
		for (size_t k = 0; k < hit.n_rows && !skip[i]; k++)
			skip[i] = !strcmp(batches[i]->id, value_str(table_at(&hit, k, 0), ""));
		for (size_t k = 0; k < i && !skip[i]; k++)
			skip[i] = !strcmp(batches[i]->id, batches[k]->id);
	}
	arena_done(&a);
	buf_done(&sql);
	return rc;
}

static int append_shape(struct tables *t, const struct shape *sh, struct batch *const *batches,
			size_t n, const bool *skip, struct err *e)
{
	struct duck_bulk *bulk = NULL;
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		if (skip[i] || batches[i]->schema != sh->schema)
			continue;
		if (!bulk)
			rc = shape_bulk(t->duck, sh, &bulk, e);
		if (!rc)
			rc = shape_append(bulk, sh, batches[i], e);
	}
	if (bulk && rc)
		duck_bulk_drop(bulk);
	else if (bulk)
		rc = duck_bulk_close(bulk, e);
	return rc;
}

static int append_applied(struct tables *t, struct batch *const *batches, size_t n,
			  const bool *skip, struct err *e)
{
	static const enum bulk_type types[] = {BULK_TEXT, BULK_TEXT, BULK_I64, BULK_I64};
	int64_t now_us = clock_wall(&clock_real);
	struct duck_bulk *bulk;
	int rc = duck_bulk_open(t->duck, "applied", types, 4, &bulk, e);

	if (rc)
		return rc;
	for (size_t i = 0; i < n && !rc; i++) {
		const char *name = batches[i]->schema->name;

		if (skip[i])
			continue;
		duck_bulk_bytes(bulk, 0, batches[i]->id, strlen(batches[i]->id));
		duck_bulk_bytes(bulk, 1, name, strlen(name));
		duck_bulk_i64(bulk, 2, (int64_t)batches[i]->obs.n);
		duck_bulk_i64(bulk, 3, now_us);
		rc = duck_bulk_row(bulk, e);
	}
	if (!rc)
		return duck_bulk_close(bulk, e);
	duck_bulk_drop(bulk);
	return rc;
}

static int append_all(struct tables *t, struct batch *const *batches, size_t n, struct err *e)
{
	bool skip[IDS_AT_ONCE] = {false};
	int64_t rows = 0, fresh = 0, settled = 0;
	int rc = find_applied(t, batches, n, skip, e);

	for (size_t i = 0; i < n; i++) {
		rows += skip[i] ? 0 : (int64_t)batches[i]->obs.n;
		fresh += !skip[i];
		settled += !skip[i] && !batches[i]->schema->in_rounds;
	}
	for (size_t i = 0; i < t->shapes.n && !rc; i++)
		rc = append_shape(t, &t->shapes.at[i], batches, n, skip, e);
	if (!rc && fresh)
		rc = append_applied(t, batches, n, skip, e);
	if (!rc)
		rc = duck_run(t->duck, "COMMIT", e);
	if (rc)
		return rc;
	t->generation += fresh;
	t->settled += settled;
	t->rows_since_checkpoint += rows;
	return 0;
}

/* After much has been appended; a question that is being answered just puts it off. */
static void checkpoint(struct tables *t)
{
	if (t->rows_since_checkpoint >= CHECKPOINT_ROWS &&
	    duck_run(t->duck, "CHECKPOINT", NULL) == 0)
		t->rows_since_checkpoint = 0;
}

int tables_apply(struct tables *t, struct batch *const *batches, size_t n, struct err *e)
{
	for (size_t at = 0; at < n; at += IDS_AT_ONCE) {
		size_t some = n - at < IDS_AT_ONCE ? n - at : IDS_AT_ONCE;
		int rc = duck_run(t->duck, "BEGIN TRANSACTION", e);

		if (!rc)
			rc = append_all(t, batches + at, some, e);
		if (rc) {
			(void)duck_run(t->duck, "ROLLBACK", NULL);
			return explain(t, rc, e);
		}
	}
	checkpoint(t);
	return 0;
}
