/*
 * sqlite: see sqlite.h.  Why FULL: with NORMAL a power cut took back 12 of 100 acknowledged commits,
 * with FULL none (threats.md finding 2); about 760 commits a second on a plain disk, so callers
 * gather what belongs together.
 */
#include "store/sqlite.h"

#include "base/limits.h"
#include "base/vec.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	KEPT = 32,                   /* prepared statements */
	APPLICATION_ID = 0x53785431, /* "SxT1": whose file this is */
	CHECK_BELOW_B = 64 << 20,    /* a larger file is not read through at each start */
};

struct kept {
	char *sql;
	sqlite3_stmt *stmt;
};

struct sqlite {
	sqlite3 *db;
	char *path;
	struct kept kept[KEPT];
	unsigned next; /* the one to be replaced */
};

/* ---- faults ---- */

static const char *remedy(int rc, int *code)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		*code = -ENOSPC;
		return "the disk is full: make room and run it again; what was acknowledged is kept";
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		*code = -EBUSY;
		return "another program holds a lock on it: close that program and run this again";
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		*code = -EBADMSG;
		return "the file is damaged or is no database; it was not touched: move it away, or "
		       "put a backup in its place";
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		*code = -EACCES;
		return "it cannot be written: look at its owner, its mode and whether the disk is "
		       "mounted read-only";
	case SQLITE_CONSTRAINT: *code = -EEXIST; return NULL;
	case SQLITE_IOERR: *code = -EIO; return "the disk reports an error: see dmesg";
	default: *code = -EIO; return NULL;
	}
}

static int fault(struct sqlite *s, struct err *e)
{
	int code, rc = sqlite3_extended_errcode(s->db);
	const char *what = remedy(rc, &code);

	if (rc == SQLITE_IOERR_WRITE && sqlite3_system_errno(s->db) == ENOSPC)
		what = remedy(SQLITE_FULL, &code);
	if (what)
		return err_set(e, code, "%s: %s", s->path, what);
	return err_set(e, code, "%s: %s", s->path, sqlite3_errmsg(s->db));
}

/* ---- opening ---- */

static int pragma(struct sqlite *s, const char *sql, struct err *e)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fault(s, e);
}

/* What a hostile file could use against us is switched off before its schema is read. */
static void harden(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_busy_timeout(db, 5000);
}

/* Is it ours, and whole?  A new file has neither tables nor an id. */
static int examine(struct sqlite *s, struct err *e)
{
	int64_t id = sqlite_number(s, "PRAGMA application_id", -1);
	int64_t tables = sqlite_number(s, "SELECT count(*) FROM sqlite_schema", -1);
	struct arena a;
	struct table t;
	struct stat st;
	int rc = 0;

	if (id < 0 || tables < 0)
		return fault(s, e);
	if (id != APPLICATION_ID && (id || tables))
		return err_set(e, -EBADMSG,
			       "%s: this is a database of another program; name another data "
			       "directory with --db",
			       s->path);
	if (stat(s->path, &st) || st.st_size > CHECK_BELOW_B)
		return 0;
	arena_init(&a, 0);
	rc = sqlite_query(s, &a, "PRAGMA quick_check(1)", NULL, 0, &t, e);
	if (!rc && (t.n_rows != 1 || strcmp(value_str(table_at(&t, 0, 0), ""), "ok") != 0))
		rc = err_set(e, -EBADMSG,
			     "%s: the file is damaged (%s); it was not touched: move it away, or put "
			     "a backup in its place",
			     s->path, t.n_rows ? value_str(table_at(&t, 0, 0), "?") : "no answer");
	arena_done(&a);
	return rc;
}

static int configure(struct sqlite *s, struct err *e)
{
	int rc = examine(s, e);

	/* the exclusive lock of a backup or a shell is waited for here, not in the middle */
	if (!rc)
		rc = pragma(s, "PRAGMA journal_mode=WAL", e);
	if (!rc)
		rc = pragma(s, "PRAGMA synchronous=FULL", e);
	if (!rc)
		rc = pragma(s, "PRAGMA journal_size_limit=67108864", e);
	if (!rc && sqlite_number(s, "PRAGMA application_id", 0) != APPLICATION_ID)
		rc = pragma(s, "PRAGMA application_id=1400394801", e);
	return rc;
}
_Static_assert(APPLICATION_ID == 1400394801, "the pragma above says the same number");

static int open_file(const char *path, int flags, struct sqlite **out, struct err *e)
{
	struct sqlite *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(e, -ENOMEM, "out of memory");
	*out = s;
	s->path = strdup(path);
	if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
			    NULL) != SQLITE_OK)
		return fault(s, e);
	harden(s->db);
	return 0;
}

int sqlite_open(const char *path, struct sqlite **out, struct err *e)
{
	struct sqlite *s = NULL;
	int rc = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &s, e);

	if (!rc)
		rc = configure(s, e);
	if (rc)
		sqlite_close(s);
	else
		*out = s;
	return rc;
}

int sqlite_open_reader(const char *path, struct sqlite **out, struct err *e)
{
	struct sqlite *s = NULL;
	int rc = open_file(path, SQLITE_OPEN_READWRITE, &s, e);

	if (!rc)
		rc = pragma(s, "PRAGMA query_only=1", e);
	if (rc)
		sqlite_close(s);
	else
		*out = s;
	return rc;
}

void sqlite_close(struct sqlite *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < KEPT; i++) {
		sqlite3_finalize(s->kept[i].stmt);
		free(s->kept[i].sql);
	}
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

/* ---- statements ---- */

/* A prepared statement for this text, kept for the next time. */
static sqlite3_stmt *prepare(struct sqlite *s, const char *sql, struct err *e)
{
	struct kept *k;
	sqlite3_stmt *stmt = NULL;
	const char *rest = NULL;

	for (size_t i = 0; i < KEPT; i++)
		if (s->kept[i].sql && !strcmp(s->kept[i].sql, sql))
			return s->kept[i].stmt;
	if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, &rest) !=
		    SQLITE_OK ||
	    !stmt) {
		fault(s, e);
		return NULL;
	}
	if (rest[strspn(rest, " \t\n;")]) {
		sqlite3_finalize(stmt);
		err_set(e, -EINVAL, "%s: one statement at a time", s->path);
		return NULL;
	}
	k = &s->kept[s->next++ % KEPT];
	sqlite3_finalize(k->stmt);
	free(k->sql);
	*k = (struct kept){.sql = strdup(sql), .stmt = stmt};
	return stmt;
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct value *v)
{
	switch (v->type) {
	case VALUE_NULL: return sqlite3_bind_null(stmt, at);
	case VALUE_I64: return sqlite3_bind_int64(stmt, at, v->i64);
	case VALUE_F64: return sqlite3_bind_double(stmt, at, v->f64);
	case VALUE_TEXT:
		return sqlite3_bind_text64(stmt, at, v->s.data, v->s.len, SQLITE_STATIC,
					   SQLITE_UTF8);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(stmt, at, v->s.len ? v->s.data : "", v->s.len,
					   SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static sqlite3_stmt *ready(struct sqlite *s, const char *sql, const struct value *args,
			   size_t n_args, struct err *e)
{
	sqlite3_stmt *stmt = prepare(s, sql, e);

	if (!stmt)
		return NULL;
	if ((size_t)sqlite3_bind_parameter_count(stmt) != n_args) {
		err_set(e, -EIO, "%s: a statement has %d places for %zu arguments", s->path,
			sqlite3_bind_parameter_count(stmt), n_args);
		return NULL;
	}
	for (size_t i = 0; i < n_args; i++)
		if (bind_one(stmt, (int)i + 1, &args[i]) != SQLITE_OK) {
			fault(s, e);
			return NULL;
		}
	return stmt;
}

/* The next use begins fresh, and no argument of a caller is held. */
static void settle(sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
}

int sqlite_script(struct sqlite *s, const char *sql, struct err *e)
{
	return pragma(s, sql, e);
}

int sqlite_exec(struct sqlite *s, const char *sql, const struct value *args, size_t n_args,
		int64_t *n_rows, struct err *e)
{
	sqlite3_stmt *stmt = ready(s, sql, args, n_args, e);
	int rc;

	if (!stmt)
		return e && e->code ? e->code : -EIO;
	do
		rc = sqlite3_step(stmt);
	while (rc == SQLITE_ROW);
	rc = rc == SQLITE_DONE ? 0 : fault(s, e);
	if (n_rows)
		*n_rows = sqlite3_changes64(s->db);
	settle(stmt);
	return rc;
}

static struct value column(sqlite3_stmt *stmt, int i, struct arena *a)
{
	size_t len = (size_t)sqlite3_column_bytes(stmt, i);
	const char *copy;

	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_INTEGER: return value_i64(sqlite3_column_int64(stmt, i));
	case SQLITE_FLOAT: return value_f64(sqlite3_column_double(stmt, i));
	case SQLITE_TEXT:
		copy = arena_strn(a, (const char *)sqlite3_column_text(stmt, i), len);
		return (struct value){.type = VALUE_TEXT, .s = {copy, len}};
	case SQLITE_BLOB:
		copy = arena_strn(a, len ? sqlite3_column_blob(stmt, i) : "", len);
		return (struct value){.type = VALUE_BLOB, .s = {copy, len}};
	default: return (struct value){.type = VALUE_NULL};
	}
}

typedef VEC(struct value) cell_list;

static int rows(struct sqlite *s, sqlite3_stmt *stmt, struct arena *a, cell_list *cells,
		struct table *out, struct err *e)
{
	int rc;

	for (rc = sqlite3_step(stmt); rc == SQLITE_ROW; rc = sqlite3_step(stmt)) {
		if (out->n_rows == L_STORE_ROWS) {
			limit_hit(LIMIT_STORE_ROWS);
			out->cut = true;
			return 0;
		}
		for (size_t i = 0; i < out->n_cols; i++)
			*vec_push(cells) = column(stmt, (int)i, a);
		out->n_rows++;
	}
	return rc == SQLITE_DONE ? 0 : fault(s, e);
}

int sqlite_query(struct sqlite *s, struct arena *a, const char *sql, const struct value *args,
		 size_t n_args, struct table *out, struct err *e)
{
	sqlite3_stmt *stmt = ready(s, sql, args, n_args, e);
	cell_list cells = {0};
	int rc;

	if (!stmt)
		return e && e->code ? e->code : -EIO;
	if (!sqlite3_stmt_readonly(stmt)) {
		settle(stmt);
		return err_set(e, -EPERM, "a query of state may not change anything");
	}
	*out = (struct table){.n_cols = (size_t)sqlite3_column_count(stmt)};
	out->names = arena_array(a, out->n_cols, sizeof(*out->names));
	for (size_t i = 0; i < out->n_cols && out->names; i++)
		out->names[i] = arena_str(a, sqlite3_column_name(stmt, (int)i));
	rc = rows(s, stmt, a, &cells, out, e);
	settle(stmt);
	out->cells = arena_copy(a, cells.at, cells.n * sizeof(*cells.at));
	vec_done(&cells);
	if (!rc && arena_full(a))
		rc = err_set(e, -ENOMEM, "the answer is larger than its memory");
	return rc;
}

int64_t sqlite_number(struct sqlite *s, const char *sql, int64_t fallback)
{
	sqlite3_stmt *stmt = ready(s, sql, NULL, 0, NULL);
	int64_t v = fallback;

	if (!stmt)
		return fallback;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		v = sqlite3_column_int64(stmt, 0);
	settle(stmt);
	return v;
}

int64_t sqlite_changes(struct sqlite *s)
{
	return sqlite3_total_changes64(s->db);
}

int sqlite_begin(struct sqlite *s, struct err *e)
{
	return sqlite_exec(s, "BEGIN IMMEDIATE", NULL, 0, NULL, e);
}

int sqlite_commit(struct sqlite *s, struct err *e)
{
	int rc = sqlite_exec(s, "COMMIT", NULL, 0, NULL, e);

	if (rc)
		sqlite_rollback(s);
	return rc;
}

void sqlite_rollback(struct sqlite *s)
{
	if (!sqlite3_get_autocommit(s->db))
		(void)sqlite_exec(s, "ROLLBACK", NULL, 0, NULL, NULL);
}
