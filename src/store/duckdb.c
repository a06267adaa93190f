/* duckdb: opening, asking, appending; answers become tables in duckdb_table.c.  See duckdb.h. */
#include "store/duckdb.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/duckdb_api.h"
#include "store/duckdb_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCHEMA_COLUMNS_MAX = 300, SLICE_US = 5000, NAP_MIN_US = 10, NAP_MAX_US = 200 };

struct duck {
	void *database, *connection;
	bool shared; /* the database is another's */
	const struct clock *clock;
	int64_t patience_us; /* for one question; 0: without end */
};

struct duck_job {
	void *connection;
	bool own; /* the connection is the job's */
	void *statement, *pending;
	struct duck_result result;
	bool done;
};

struct duck_bulk {
	void *appender, *chunk;
	size_t n_cols, n_rows, max_rows;
	void *vector[SCHEMA_COLUMNS_MAX];
	void *data[SCHEMA_COLUMNS_MAX];
	uint64_t *valid[SCHEMA_COLUMNS_MAX];
	bool set[SCHEMA_COLUMNS_MAX];
};

static void *must(void *p)
{
	if (!p) {
		fprintf(stderr, "sextant: out of memory\n");
		abort();
	}
	return p;
}

/* DuckDB's messages have several lines, of which the first says what happened. */
int duck_fault(struct err *e, const char *what, const char *text)
{
	int code = -EIO;

	if (!text)
		text = "no reason given";
	if (strstr(text, "No space left") || strstr(text, "Disk quota exceeded"))
		code = -ENOSPC;
	else if (strstr(text, "invalidated") || !strncmp(text, "FATAL", 5))
		code = -EUCLEAN; /* only opening the file again helps */
	else if (strstr(text, "Conflicting lock"))
		code = -EBUSY;
	else if (strstr(text, "not a valid DuckDB database") || strstr(text, "Corrupt") ||
		 strstr(text, "Could not read enough bytes") || strstr(text, "hecksum") ||
		 strstr(text, "deserialize"))
		code = -EBADMSG;
	else if (strstr(text, "Out of Memory"))
		code = -ENOMEM;
	return err_set(e, code, "%s: %.*s", what, (int)strcspn(text, "\n"), text);
}

/* ---- opening ---- */

static void set(void *config, const char *name, const char *value)
{
	/* an option that a later library has dropped is no reason to stop: what matters for safety
	 * is tested in duckdb_test.c against the library that we ship */
	(void)duck_api.set_config(config, name, value);
}

static int64_t memory_mib = 4096;

void duck_memory(int64_t mib)
{
	memory_mib = mib < 256 ? 256 : mib;
}

/* A quarter of the machine for the cache, at least 256 MiB, at most what was said. */
static void set_memory(void *config)
{
	int64_t mib = (int64_t)sysconf(_SC_PHYS_PAGES) / 4 * sysconf(_SC_PAGESIZE) >> 20;
	char text[32];

	snprintf(text, sizeof(text), "%dMiB", (int)(mib < 256 ? 256 : mib > memory_mib ? memory_mib : mib));
	set(config, "memory_limit", text);
	snprintf(text, sizeof(text), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	set(config, "threads", text);
	/* the library's allocator gives back what it no longer needs even when nobody asks anything */
	set(config, "allocator_background_threads", "true");
}

int duck_open(const char *path, struct duck **out, struct err *e)
{
	struct duck *d;
	void *config = NULL;
	char *why = NULL;
	int rc = duck_load(e);

	if (rc)
		return rc;
	d = must(calloc(1, sizeof(*d)));
	duck_api.create_config(&config);
	set(config, "autoinstall_known_extensions", "false");
	set(config, "autoload_known_extensions", "false");
	set(config, "allow_unsigned_extensions", "false");
	set(config, "allow_community_extensions", "false");
	set(config, "enable_external_access", "false");
	set(config, "storage_compatibility_version", "v1.2.0");
	set_memory(config);
	set(config, "lock_configuration", "true");
	if (duck_api.open_ext(path, &d->database, config, &why))
		rc = duck_fault(e, path, why);
	else if (duck_api.connect(d->database, &d->connection))
		rc = err_set(e, -EIO, "%s: DuckDB gives no connection", path);
	if (why)
		duck_api.free(why);
	duck_api.destroy_config(&config);
	if (rc)
		duck_close(d);
	else
		*out = d;
	return rc;
}

void duck_close(struct duck *d)
{
	if (!d)
		return;
	if (d->connection)
		duck_api.disconnect(&d->connection);
	if (d->database && !d->shared)
		duck_api.close(&d->database);
	free(d);
}

int duck_share(struct duck *d, struct duck **out, struct err *e)
{
	struct duck *other = must(calloc(1, sizeof(*other)));

	*other = (struct duck){.database = d->database, .shared = true};
	if (duck_api.connect(other->database, &other->connection)) {
		free(other);
		return err_set(e, -EIO, "DuckDB gives no further connection");
	}
	*out = other;
	return 0;
}

/* ---- asking ---- */

int duck_run(struct duck *d, const char *sql, struct err *e)
{
	struct duck_result r = {0};
	int rc = 0;

	if (duck_api.query(d->connection, sql, &r))
		rc = duck_fault(e, "the facts", duck_api.result_error(&r));
	duck_api.destroy_result(&r);
	return rc;
}

static int bind(void *statement, uint64_t at, const struct value *v)
{
	switch (v->type) {
	case VALUE_NULL: return duck_api.bind_null(statement, at);
	case VALUE_I64: return duck_api.bind_int64(statement, at, v->i64);
	case VALUE_F64: return duck_api.bind_double(statement, at, v->f64);
	case VALUE_TEXT:
		return duck_api.bind_varchar_length(statement, at, v->s.data, v->s.len);
	case VALUE_BLOB: return duck_api.bind_blob(statement, at, v->s.data, v->s.len);
	}
	return 1;
}

static int prepare(struct duck_job *j, const char *sql, const struct value *args, size_t n_args,
		   struct err *e)
{
	int kind;

	if (duck_api.prepare(j->connection, sql, &j->statement))
		return duck_fault(e, "a query of facts", duck_api.prepare_error(j->statement));
	kind = duck_api.prepared_statement_type(j->statement);
	if (kind != DUCK_STATEMENT_SELECT && kind != DUCK_STATEMENT_EXPLAIN)
		return err_set(e, -EPERM, "a query of facts may only be a SELECT");
	if (duck_api.nparams(j->statement) != n_args)
		return err_set(e, -EIO, "a query of facts has %llu places for %zu arguments",
			       (unsigned long long)duck_api.nparams(j->statement), n_args);
	for (size_t i = 0; i < n_args; i++)
		if (bind(j->statement, i + 1, &args[i]))
			return err_set(e, -EIO, "a query of facts refuses argument %zu", i + 1);
	if (duck_api.pending_prepared(j->statement, &j->pending))
		return duck_fault(e, "a query of facts", duck_api.pending_error(j->pending));
	return 0;
}

int duck_job_start(struct duck *d, const char *sql, const struct value *args, size_t n_args,
		   struct duck_job **out, struct err *e)
{
	struct duck_job *j = must(calloc(1, sizeof(*j)));
	int rc;

	j->own = true;
	if (duck_api.connect(d->database, &j->connection))
		rc = err_set(e, -EIO, "DuckDB gives no further connection");
	else
		rc = prepare(j, sql, args, n_args, e);
	if (rc)
		duck_job_free(j);
	else
		*out = j;
	return rc;
}

static int finish(struct duck_job *j, struct err *e)
{
	j->done = true;
	if (duck_api.execute_pending(j->pending, &j->result))
		return duck_fault(e, "a query of facts", duck_api.result_error(&j->result));
	return 1;
}

int duck_job_step(struct duck_job *j, int64_t max_us, struct err *e)
{
	int64_t end_us = clock_mono(&clock_real) + max_us;
	unsigned nap_us = NAP_MIN_US;

	do {
		int state = duck_api.pending_execute_task(j->pending);

		if (state == DUCK_PENDING_ERROR)
			return duck_fault(e, "a query of facts", duck_api.pending_error(j->pending));
		if (state == DUCK_PENDING_READY)
			return finish(j, e);
		if (state == DUCK_PENDING_NOT_READY)
			continue;
		/* other threads have all the work there is; of a small question not for long */
		usleep(nap_us);
		nap_us = nap_us < NAP_MAX_US ? 2 * nap_us : nap_us;
	} while (clock_mono(&clock_real) < end_us);
	return 0;
}

int duck_job_table(struct duck_job *j, struct arena *a, struct table *out, struct err *e)
{
	return duck_table(&j->result, a, out, e);
}

void duck_job_free(struct duck_job *j)
{
	if (!j)
		return;
	if (j->done)
		duck_api.destroy_result(&j->result);
	else if (j->pending)
		duck_api.interrupt(j->connection); /* the library's own threads go on to the end else */
	if (j->pending)
		duck_api.destroy_pending(&j->pending);
	if (j->statement)
		duck_api.destroy_prepare(&j->statement);
	if (j->own && j->connection)
		duck_api.disconnect(&j->connection);
	free(j);
}

void duck_patience(struct duck *d, const struct clock *c, int64_t max_us)
{
	d->clock = c;
	d->patience_us = max_us;
}

static int finish_in_time(const struct duck *d, struct duck_job *j, struct err *e)
{
	int64_t end_us = clock_mono(d->clock) + d->patience_us;
	int rc = duck_job_step(j, SLICE_US, e);

	while (!rc && clock_mono(d->clock) <= end_us)
		rc = duck_job_step(j, SLICE_US, e);
	if (rc)
		return rc;
	limit_hit(LIMIT_QUERY_MS);
	return err_set(e, -ETIMEDOUT, "a query of facts was given up after %lld ms",
		       (long long)d->patience_us / 1000);
}

/* On d's own connection, until the answer is there: 1, or a negative errno. */
static int run_job(struct duck *d, const char *sql, const struct value *args, size_t n_args,
		   struct duck_job **out, struct err *e)
{
	struct duck_job *j = must(calloc(1, sizeof(*j)));
	int rc;

	*out = j;
	j->connection = d->connection;
	rc = prepare(j, sql, args, n_args, e);
	if (rc)
		return rc;
	return d->patience_us ? finish_in_time(d, j, e) : finish(j, e);
}

int duck_query(struct duck *d, struct arena *a, const char *sql, const struct value *args,
	       size_t n_args, struct table *out, struct err *e)
{
	struct duck_job *j;
	int rc = run_job(d, sql, args, n_args, &j, e);

	if (rc == 1)
		rc = duck_job_table(j, a, out, e);
	duck_job_free(j);
	return rc;
}

int duck_scan(struct duck *d, const char *sql, const struct value *args, size_t n_args, duck_piece fn,
	      void *ctx, struct err *e)
{
	struct duck_job *j;
	int rc = run_job(d, sql, args, n_args, &j, e);

	if (rc == 1)
		rc = duck_pieces(&j->result, fn, ctx, e);
	duck_job_free(j);
	return rc;
}

/* ---- appending ---- */

static const int column_of[] = {
	[BULK_I64] = DUCK_BIGINT,   [BULK_F64] = DUCK_DOUBLE, [BULK_FLAG] = DUCK_BOOLEAN,
	[BULK_TEXT] = DUCK_VARCHAR, [BULK_BLOB] = DUCK_BLOB,
};

/* The vectors of an empty chunk; they may move when it is reset. */
static void aim(struct duck_bulk *b)
{
	for (size_t i = 0; i < b->n_cols; i++) {
		b->vector[i] = duck_api.data_chunk_get_vector(b->chunk, i);
		duck_api.vector_ensure_validity_writable(b->vector[i]);
		b->data[i] = duck_api.vector_get_data(b->vector[i]);
		b->valid[i] = duck_api.vector_get_validity(b->vector[i]);
	}
	b->n_rows = 0;
}

int duck_bulk_open(struct duck *d, const char *table, const enum bulk_type *types, size_t n_cols,
		   struct duck_bulk **out, struct err *e)
{
	struct duck_bulk *b;
	void *type[SCHEMA_COLUMNS_MAX];

	if (n_cols > SCHEMA_COLUMNS_MAX)
		return err_set(e, -E2BIG, "table %s has %zu columns; %d are allowed", table, n_cols,
			       SCHEMA_COLUMNS_MAX);
	b = must(calloc(1, sizeof(*b)));
	if (duck_api.appender_create(d->connection, NULL, table, &b->appender)) {
		int rc = duck_fault(e, table, duck_api.appender_error(b->appender));

		duck_bulk_drop(b);
		return rc;
	}
	for (size_t i = 0; i < n_cols; i++)
		type[i] = duck_api.create_logical_type(column_of[types[i]]);
	b->chunk = duck_api.create_data_chunk(type, n_cols);
	for (size_t i = 0; i < n_cols; i++)
		duck_api.destroy_logical_type(&type[i]);
	b->n_cols = n_cols;
	b->max_rows = duck_api.vector_size();
	aim(b);
	*out = b;
	return 0;
}

void duck_bulk_i64(struct duck_bulk *b, size_t col, int64_t v)
{
	((int64_t *)b->data[col])[b->n_rows] = v;
	b->set[col] = true;
}

void duck_bulk_f64(struct duck_bulk *b, size_t col, double v)
{
	((double *)b->data[col])[b->n_rows] = v;
	b->set[col] = true;
}

void duck_bulk_flag(struct duck_bulk *b, size_t col, bool v)
{
	((bool *)b->data[col])[b->n_rows] = v;
	b->set[col] = true;
}

void duck_bulk_bytes(struct duck_bulk *b, size_t col, const void *data, size_t len)
{
	duck_api.vector_assign_string_element_len(b->vector[col], b->n_rows, data, len);
	b->set[col] = true;
}

static int append_chunk(struct duck_bulk *b, struct err *e)
{
	if (!b->n_rows)
		return 0;
	duck_api.data_chunk_set_size(b->chunk, b->n_rows);
	if (duck_api.append_data_chunk(b->appender, b->chunk))
		return duck_fault(e, "the facts", duck_api.appender_error(b->appender));
	duck_api.data_chunk_reset(b->chunk);
	aim(b);
	return 0;
}

int duck_bulk_row(struct duck_bulk *b, struct err *e)
{
	for (size_t i = 0; i < b->n_cols; i++) {
		if (!b->set[i])
			b->valid[i][b->n_rows / 64] &= ~(1ULL << b->n_rows % 64);
		b->set[i] = false;
	}
	return ++b->n_rows == b->max_rows ? append_chunk(b, e) : 0;
}

int duck_bulk_close(struct duck_bulk *b, struct err *e)
{
	int rc = append_chunk(b, e);

	if (!rc && duck_api.appender_close(b->appender))
		rc = duck_fault(e, "the facts", duck_api.appender_error(b->appender));
	duck_bulk_drop(b);
	return rc;
}

void duck_bulk_drop(struct duck_bulk *b)
{
	if (b->chunk)
		duck_api.destroy_data_chunk(&b->chunk);
	if (b->appender)
		duck_api.appender_destroy(&b->appender);
	free(b);
}
