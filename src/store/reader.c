/*
 * reader: the owner's data for questions from one other thread.  A reader has its own connection to
 * either file, so both databases see to it that it reads what was committed, and nobody waits.  Only
 * opening and closing the facts (after a fault of the disk) must not happen under a question: that is
 * what facts_lock is for.
 */
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int store_reader(struct store *owner, struct store **out, struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));
	char path[4096];
	int rc;

	if (!s)
		return err_set(e, -ENOMEM, "out of memory");
	*s = (struct store){.of = owner, .lock_fd = -1, .schemas = owner->schemas,
			    .clock = &clock_real};
	snprintf(path, sizeof(path), "%s/state.sqlite", owner->dir);
	rc = sqlite_open_reader(path, &s->state, e);
	if (rc) {
		free(s);
		return rc;
	}
	*vec_push(&owner->readers) = s;
	*out = s;
	return 0;
}

void store_patience(struct store *reader, int64_t max_us)
{
	reader->patience_us = max_us;
}

void reader_close(struct store *s)
{
	struct store *o = s->of;
	size_t kept = 0;

	for (size_t i = 0; i < o->readers.n; i++)
		if (o->readers.at[i] != s)
			o->readers.at[kept++] = o->readers.at[i];
	o->readers.n = kept;
	duck_close(s->share);
	sqlite_close(s->state);
	free(s);
}

/* With the lock held for reading. */
static int take_part(struct store *s, struct err *e)
{
	struct store *o = s->of;
	int rc = 0;

	if (!o->tables)
		return err_set(e, o->why.code, "%s", o->why.text);
	if (!s->share)
		rc = duck_share(tables_duck(o->tables), &s->share, e);
	if (!rc)
		duck_patience(s->share, s->clock, s->patience_us);
	return rc;
}

int reader_query(struct store *s, struct arena *a, const char *sql, const struct value *args,
		 size_t n_args, struct table *out, struct err *e)
{
	int rc;

	pthread_rwlock_rdlock(&s->of->facts_lock);
	rc = take_part(s, e);
	if (!rc)
		rc = duck_query(s->share, a, sql, args, n_args, out, e);
	pthread_rwlock_unlock(&s->of->facts_lock);
	return rc;
}

int store_scan(struct store *s, const char *sql, const struct value *args, size_t n_args,
	       store_piece fn, void *ctx, struct err *e)
{
	int rc;

	pthread_rwlock_rdlock(&s->of->facts_lock);
	rc = take_part(s, e);
	if (!rc)
		rc = duck_scan(s->share, sql, args, n_args, fn, ctx, e);
	pthread_rwlock_unlock(&s->of->facts_lock);
	return rc;
}
