/*
 * outbox: the way of a batch from store_put to the facts.
 *
 *	put:    BEGIN; INSERT INTO outbox ...; the caller's changes; COMMIT   (SQLite, on the disk)
 *	flush:  BEGIN; rows; INSERT INTO applied; COMMIT                      (DuckDB, on the disk)
 *	        DELETE FROM outbox
 *
 * A stop between any two of these leaves the batch in the outbox; the next flush finds in `applied`
 * whether its rows are there already.  Batches that were put by this process are kept in memory until
 * they are flushed, so that they are not decoded again.
 */
#include "base/limits.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/store_int.h"

#include <errno.h>
#include <string.h>

enum {
	FLUSH_ROWS = 20000,    /* put flushes by itself from here on */
	FLUSH_B = 8 << 20,
	ROUND_ROWS = 200000,   /* of one transaction of the facts */
	ROUND_B = 64 << 20,
	ROUND_BATCHES = 400,
	RECENT_B = 96 << 20,   /* kept in memory when the facts do not take them */
};

/* ---- what may go in ---- */

static const char *bad_text(const struct schema *s, const struct obs *o)
{
	if (!utf8_valid(o->subject, strlen(o->subject)))
		return "subject";
	if (!utf8_valid(o->vantage, strlen(o->vantage)))
		return "vantage";
	if (!utf8_valid(o->round, strlen(o->round)))
		return "round";
	for (size_t i = 0; i < s->n_fields; i++) {
		const char *text;

		if (s->fields[i].type != FIELD_TEXT)
			continue;
		memcpy(&text, (const char *)o->row + s->fields[i].offset, sizeof(text));
		if (text && !utf8_valid(text, strlen(text)))
			return s->fields[i].name;
	}
	return NULL;
}

/* What the facts would refuse must not reach the outbox: it would stand in the way for ever. */
static int check(const struct store *s, const struct batch *b, struct err *e)
{
	const struct schema *known = store_schema(s, b->schema->name);

	if (known != b->schema)
		return err_set(e, -EINVAL, "a batch of '%s', which is not in the list of schemas",
			       b->schema->name);
	if (b->obs.n > L_BATCH_ROWS) {
		limit_hit(LIMIT_BATCH_ROWS);
		return err_set(e, -E2BIG, "a batch of %zu rows; %d are allowed", b->obs.n,
			       L_BATCH_ROWS);
	}
	for (size_t i = 0; i < b->obs.n; i++) {
		const char *column = bad_text(b->schema, &b->obs.at[i]);

		if (column)
			return err_set(e, -EINVAL,
				       "row %zu of a batch of '%s': column %s is not UTF-8", i,
				       b->schema->name, column);
	}
	return 0;
}

/* ---- putting ---- */

static int insert(struct store *s, struct batch *b, int64_t *bytes, struct err *e)
{
	struct value args[4];
	struct buf body;
	int64_t fresh = 0;
	int rc = 0;

	buf_init(&body, L_BATCH_B);
	batch_encode(b, &body);
	if (buf_full(&body)) {
		limit_hit(LIMIT_BATCH_B);
		rc = err_set(e, -E2BIG,
			     "a batch of %zu rows of '%s' is larger than %d bytes: make batches of "
			     "fewer rows",
			     b->obs.n, b->schema->name, L_BATCH_B);
	}
	args[0] = value_text(b->id);
	args[1] = value_text(b->schema->name);
	args[2] = value_i64((int64_t)b->obs.n);
	args[3] = value_blob(body.data, body.len);
	if (!rc)
		rc = sqlite_exec(s->state,
				 "INSERT INTO outbox(batch, schema, rows, body) VALUES(?, ?, ?, ?) "
				 "ON CONFLICT(batch) DO NOTHING",
				 args, 4, &fresh, e);
	if (!rc && !fresh)
		vec_clear(&b->obs); /* delivered before: nothing of it is to be kept */
	*bytes += (int64_t)body.len;
	buf_done(&body);
	return rc;
}

static int write_all(struct store *s, struct batch **take, size_t n, const struct change *changes,
		     size_t n_changes, int64_t *bytes, struct err *e)
{
	int rc = sqlite_begin(s->state, e);

	if (rc)
		return rc;
	for (size_t i = 0; i < n && !rc; i++)
		if (take[i]->obs.n)
			rc = insert(s, take[i], bytes, e);
	for (size_t i = 0; i < n_changes && !rc; i++)
		rc = sqlite_exec(s->state, changes[i].sql, changes[i].args, changes[i].n_args, NULL,
				 e);
	if (!rc)
		return sqlite_commit(s->state, e);
	sqlite_rollback(s->state);
	return rc;
}

static void free_all(struct batch **take, size_t n)
{
	for (size_t i = 0; i < n; i++)
		batch_free(take[i]);
}

int outbox_put(struct store *s, struct batch **take, size_t n_batches,
	       const struct change *changes, size_t n_changes, struct err *e)
{
	int64_t bytes = 0;
	int rc = 0;

	for (size_t i = 0; i < n_batches && !rc; i++)
		rc = check(s, take[i], e);
	if (!rc)
		rc = write_all(s, take, n_batches, changes, n_changes, &bytes, e);
	if (rc) {
		free_all(take, n_batches);
		return rc;
	}
	for (size_t i = 0; i < n_batches; i++) {
		s->outbox_rows += (int64_t)take[i]->obs.n;
		if (take[i]->obs.n && s->outbox_b < RECENT_B)
			*vec_push(&s->recent) = take[i];
		else
			batch_free(take[i]);
	}
	s->outbox_b += bytes;
	if (s->outbox_rows >= FLUSH_ROWS || s->outbox_b >= FLUSH_B)
		(void)outbox_flush(s, NULL); /* what has been put is safe either way */
	return 0;
}

/* ---- flushing ---- */

/* One transaction's worth. */
struct load {
	VEC(struct batch *) batches;
	VEC(bool) owned; /* decoded here, so freed here */
	VEC(int64_t) seqs;
	int64_t last_seq, rows, bytes;
	size_t at; /* in s->recent, which has the order of the outbox */
	bool full;
};

static struct batch *recent(const struct store *s, struct load *l, const char *id)
{
	if (l->at < s->recent.n && !strcmp(s->recent.at[l->at]->id, id))
		return s->recent.at[l->at++];
	return NULL;
}

static struct batch *decode(struct store *s, int64_t seq, struct err *e)
{
	struct value arg = value_i64(seq);
	struct batch *b = NULL;
	struct arena a;
	struct table t;

	arena_init(&a, 0);
	if (!sqlite_query(s->state, &a, "SELECT body FROM outbox WHERE seq = ?", &arg, 1, &t, e) &&
	    t.n_rows) {
		const struct value *body = table_at(&t, 0, 0);

		b = store_decode(s, body->s.data, body->s.len, e);
	}
	arena_done(&a);
	return b;
}

static void load_one(struct store *s, struct load *l, int64_t seq, const char *id, int64_t bytes)
{
	struct batch *b = recent(s, l, id);
	struct err e = {0};
	bool owned = !b;

	l->last_seq = seq;
	if (!b)
		b = decode(s, seq, &e);
	if (!b) {
		if (!s->stuck++)
			log_warn("batch %s stays in the outbox: %s", id, e.text);
		return;
	}
	*vec_push(&l->batches) = b;
	*vec_push(&l->owned) = owned;
	*vec_push(&l->seqs) = seq;
	l->rows += (int64_t)b->obs.n;
	l->bytes += bytes;
}

static int load(struct store *s, struct load *l, struct err *e)
{
	struct value arg = value_i64(l->last_seq);
	struct arena a;
	struct table t;
	int rc;

	arena_init(&a, 0);
	rc = sqlite_query(s->state, &a,
			  "SELECT seq, batch, length(body) FROM outbox WHERE seq > ? ORDER BY seq "
			  "LIMIT 400",
			  &arg, 1, &t, e);
	for (size_t i = 0; !rc && i < t.n_rows; i++) {
		int64_t bytes = value_int(table_at(&t, i, 2), 0);

		l->full = l->batches.n && (l->rows >= ROUND_ROWS || l->bytes + bytes > ROUND_B);
		if (l->full)
			break;
		load_one(s, l, value_int(table_at(&t, i, 0), 0),
			 value_str(table_at(&t, i, 1), ""), bytes);
	}
	l->full |= !rc && t.n_rows == ROUND_BATCHES;
	arena_done(&a);
	return rc;
}

static int delete_all(struct store *s, const struct load *l, struct err *e)
{
	int rc = sqlite_begin(s->state, e);

	if (rc)
		return rc;
	for (size_t i = 0; i < l->seqs.n && !rc; i++) {
		struct value arg = value_i64(l->seqs.at[i]);

		rc = sqlite_exec(s->state, "DELETE FROM outbox WHERE seq = ?", &arg, 1, NULL, e);
	}
	if (!rc)
		return sqlite_commit(s->state, e);
	sqlite_rollback(s->state);
	return rc;
}

static void load_done(struct load *l)
{
	for (size_t i = 0; i < l->batches.n; i++)
		if (l->owned.at[i])
			batch_free(l->batches.at[i]);
	vec_done(&l->batches);
	vec_done(&l->owned);
	vec_done(&l->seqs);
	l->rows = l->bytes = 0;
}

static int flush_rounds(struct store *s, struct err *e)
{
	struct load l = {0};
	int rc = 0;

	s->stuck = 0;
	do {
		struct err why = {0};

		l.full = false;
		rc = load(s, &l, e);
		if (!rc && l.batches.n) {
			rc = tables_apply(s->tables, l.batches.at, l.batches.n, &why);
			if (rc) {
				err_set(e, rc, "%s", why.text);
				store_judge(s, rc, &why);
			}
		}
		if (!rc && l.batches.n)
			rc = delete_all(s, &l, e);
		load_done(&l);
	} while (!rc && l.full);
	return rc;
}

void outbox_forget(struct store *s)
{
	free_all(s->recent.at, s->recent.n);
	vec_done(&s->recent);
	s->outbox_rows = s->outbox_b = 0;
}

int outbox_flush(struct store *s, struct err *e)
{
	int rc = store_need_facts(s, e);

	if (!rc)
		rc = flush_rounds(s, e);
	if (!rc)
		outbox_forget(s);
	return rc;
}
