/*
 * store: opening, closing and the calls of store.h; each goes to the files of this process (sqlite,
 * tables, outbox) or to the owner of the directory (remote).
 */
#include "base/clock.h"
#include "base/log.h"
#include "store/duckdb.h"
#include "store/owner.h"
#include "store/remote.h"
#include "store/state.h"
#include "store/store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_PATIENCE_US = 3000000, LOCK_NAP_US = 20000, FACTS_RETRY_US = 2000000 };

static char *path_in(const struct store *s, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", s->dir, name) < 0) {
		fprintf(stderr, "sextant: out of memory\n");
		abort();
	}
	return path;
}

/* ---- the directory and its lock ---- */

static int make_dir(const char *dir, struct err *e)
{
	struct stat st;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return err_set(e, -errno, "%s: this data directory cannot be made: %s", dir,
			       err_name(errno));
	if (stat(dir, &st))
		return err_set(e, -errno, "%s: %s", dir, err_name(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(e, -ENOTDIR, "%s: this is no directory; name another with --db", dir);
	return 0;
}

static int lock_open(struct store *s, struct err *e)
{
	char *path = path_in(s, "lock");
	int rc = 0;

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		rc = err_set(e, -errno, "%s: cannot be opened: %s", path, err_name(errno));
	free(path);
	return rc;
}

/* Who holds the lock wrote its number into it. */
static int held_by(const struct store *s)
{
	char text[16] = "";
	ssize_t n = pread(s->lock_fd, text, sizeof(text) - 1, 0);

	return n > 0 ? (int)strtol(text, NULL, 10) : 0;
}

static void sign(const struct store *s)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(s->lock_fd, 0) || pwrite(s->lock_fd, text, (size_t)n, 0) != n)
		log_debug("%s/lock: the process number could not be written", s->dir);
}

/* 0: we own the directory, or its owner answers (s->remote); or an error.  One that is about to end,
 * or to listen, is waited for. */
static int take_lock(struct store *s, enum store_mode mode, struct err *e)
{
	int64_t end_us = clock_mono(&clock_real) + LOCK_PATIENCE_US;

	for (;;) {
		if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0) {
			sign(s);
			return 0;
		}
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(e, -errno, "%s/lock: %s", s->dir, err_name(errno));
		if (mode == STORE_ANY) {
			struct err why = {0};
			int rc = remote_open(s->dir, &s->remote, &why);

			if (!rc)
				return 0;
			if (rc != -ENOENT && rc != -ECONNREFUSED)
				return err_set(e, rc, "%s", why.text);
		}
		if (clock_mono(&clock_real) >= end_us)
			return err_set(e, -EBUSY,
				       "%s is in use by process %d: wait until it has ended, or name "
				       "another data directory with --db",
				       s->dir, held_by(s));
		usleep(LOCK_NAP_US);
	}
}

/* ---- facts that may fail and come back ---- */

/* Readers' connections hold the file open, so they go first. */
static void close_facts(struct store *s)
{
	for (size_t i = 0; i < s->readers.n; i++) {
		duck_close(s->readers.at[i]->share);
		s->readers.at[i]->share = NULL;
	}
	tables_close(s->tables);
	s->tables = NULL;
}

void store_lose_facts(struct store *s, const struct err *why)
{
	pthread_rwlock_wrlock(&s->facts_lock);
	s->why = *why;
	if (s->service)
		owner_lost_facts(s->service, &s->why);
	close_facts(s);
	pthread_rwlock_unlock(&s->facts_lock);
	s->retry_us = clock_mono(&clock_real) + FACTS_RETRY_US;
}

/* Most faults are of one statement.  A write that failed may have made DuckDB refuse everything, and
 * only opening the file again helps against that. */
void store_judge(struct store *s, int rc, const struct err *why)
{
	if (s->warned != rc)
		log_warn("%s", why->text);
	s->warned = rc;
	if (s->tables && duck_run(tables_duck(s->tables), "SELECT count(*) FROM applied", NULL))
		store_lose_facts(s, why);
}

static int open_facts(struct store *s)
{
	struct err why = {0};
	struct tables *t = NULL;
	int rc = tables_open(s->dir, s->schemas, &t, &why);

	if (rc) {
		store_lose_facts(s, &why);
		return rc;
	}
	pthread_rwlock_wrlock(&s->facts_lock);
	s->tables = t;
	pthread_rwlock_unlock(&s->facts_lock);
	return 0;
}

int store_need_facts(struct store *s, struct err *e)
{
	if (!s->tables && clock_mono(&clock_real) >= s->retry_us)
		(void)open_facts(s);
	return s->tables ? 0 : err_set(e, s->why.code, "%s", s->why.text);
}

const struct schema *store_schema(const struct store *s, const char *name)
{
	for (size_t i = 0; s->schemas[i]; i++)
		if (!strcmp(s->schemas[i]->name, name))
			return s->schemas[i];
	return NULL;
}

/* batch_decode asks by name only, so the list it means stands here; one store at a time decodes. */
static const struct store *decoding;

static const struct schema *find(const char *name)
{
	return store_schema(decoding, name);
}

struct batch *store_decode(const struct store *s, const void *data, size_t len, struct err *e)
{
	decoding = s;
	return batch_decode(data, len, find, e);
}

/* ---- opening and closing ---- */

static int open_files(struct store *s, struct err *e)
{
	char *path = path_in(s, "state.sqlite");
	int rc = state_open(path, &s->state, e);

	free(path);
	if (rc)
		return rc;
	/* facts that do not open are the caller's to tell, once, when they are needed */
	if (!open_facts(s) && sqlite_number(s->state, "SELECT count(*) FROM outbox", 0))
		(void)outbox_flush(s, NULL);
	return 0;
}

void store_memory(int64_t mib)
{
	duck_memory(mib);
}

int store_open(const char *dir, enum store_mode mode, const struct schema *const *schemas,
	       struct store **out, struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(e, -ENOMEM, "out of memory");
	s->lock_fd = -1;
	s->schemas = schemas;
	s->dir = strdup(dir);
	pthread_rwlock_init(&s->facts_lock, NULL);
	rc = make_dir(dir, e);
	if (!rc)
		rc = lock_open(s, e);
	if (!rc)
		rc = take_lock(s, mode, e);
	if (!rc && !s->remote)
		rc = open_files(s, e);
	if (!rc && mode == STORE_OWNER)
		rc = store_listen(s, e);
	if (rc) {
		store_close(s);
		return rc;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->of) {
		reader_close(s);
		return;
	}
	remote_close(s->remote);
	owner_close(s->service);
	if (s->state && s->tables && s->outbox_rows)
		(void)outbox_flush(s, NULL);
	outbox_forget(s);
	close_facts(s);
	vec_done(&s->readers);
	sqlite_close(s->state);
	if (s->lock_fd >= 0) {
		/* a child that was forked meanwhile has the descriptor too */
		flock(s->lock_fd, LOCK_UN);
		close(s->lock_fd);
	}
	pthread_rwlock_destroy(&s->facts_lock);
	free(s->dir);
	free(s);
}

bool store_is_owner(const struct store *s)
{
	return !s->remote;
}

static int told(struct store *s, struct status *st)
{
	int rc = remote_status(s->remote, st, &s->why);

	if (!rc)
		err_set(&s->why, st->facts ? 0 : -EIO, "%s", st->why);
	return rc;
}

bool store_has_facts(const struct store *s, const char **why)
{
	struct store *changes = (struct store *)s; /* a remote owner's word is kept in s->why */
	struct status st;
	bool has = s->remote ? told(changes, &st) == 0 && st.facts : s->tables != NULL;

	if (why)
		*why = has ? "" : s->why.text;
	return has;
}

/* ---- calls ---- */

int store_put(struct store *s, struct batch **take, size_t n_batches, const struct change *changes,
	      size_t n_changes, struct err *e)
{
	int rc;

	if (s->remote)
		return remote_put(s->remote, take, n_batches, changes, n_changes, e);
	rc = outbox_put(s, take, n_batches, changes, n_changes, e);
	if (s->service && s->outbox_rows)
		owner_arm(s->service);
	return rc;
}

int store_flush(struct store *s, struct err *e)
{
	return s->remote ? remote_flush(s->remote, e) : outbox_flush(s, e);
}

int store_query_facts(struct store *s, struct arena *a, const char *sql, const struct value *args,
		      size_t n_args, struct table *out, struct err *e)
{
	struct err why = {0};
	int rc;

	if (s->of)
		return reader_query(s, a, sql, args, n_args, out, e);
	if (s->remote)
		return remote_query(s->remote, MESSAGE_FACTS, a, sql, args, n_args, out, e);
	rc = store_need_facts(s, e);
	if (rc)
		return rc;
	rc = duck_query(tables_duck(s->tables), a, sql, args, n_args, out, &why);
	if (!rc)
		return 0;
	err_set(e, rc, "%s", why.text);
	if (rc == -EUCLEAN)
		store_judge(s, rc, &why);
	return rc;
}

int store_query_state(struct store *s, struct arena *a, const char *sql, const struct value *args,
		      size_t n_args, struct table *out, struct err *e)
{
	if (s->remote)
		return remote_query(s->remote, MESSAGE_STATE, a, sql, args, n_args, out, e);
	return sqlite_query(s->state, a, sql, args, n_args, out, e);
}

static int ask_facts(void *ctx, struct arena *a, const char *sql, const struct value *args,
		     size_t n_args, struct table *out, struct err *e)
{
	return store_query_facts(ctx, a, sql, args, n_args, out, e);
}

struct facts store_facts(struct store *s)
{
	return (struct facts){.query = ask_facts, .ctx = s};
}

int64_t store_generation(struct store *s)
{
	struct status st;

	if (s->remote)
		return told(s, &st) ? 0 : st.generation;
	return s->tables ? tables_generation(s->tables) : 0;
}

int64_t store_settled(struct store *s)
{
	return s->tables ? tables_settled(s->tables) : 0;
}

int64_t store_changes(struct store *s)
{
	return s->state ? sqlite_changes(s->state) : 0;
}

void store_check(struct store *s, const struct err *why)
{
	struct err gone;

	if (store_need_facts(s, &gone) == 0)
		store_judge(s, why->code, why);
}

int store_listen(struct store *s, struct err *e)
{
	if (s->remote || s->service)
		return 0;
	return owner_open(s, &s->service, e);
}

int store_fd(const struct store *s)
{
	return s->service ? owner_fd(s->service) : -1;
}

void store_serve(struct store *s)
{
	if (s->service)
		owner_serve(s->service);
}
