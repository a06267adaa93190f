/* memo: see memo.h. */
#include "store/memo.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/map.h"
#include "base/rd.h"
#include "store/message.h"
#include "store/store_int.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KEY_B = 32,
	ANSWER_B = 4 << 20, /* a larger answer is not kept */
	MEMORY_B = 16 << 20,
	FILE_PAGES = 65536, /* of 4 KiB: a larger file begins anew */
};

struct kept {
	size_t len;
	char body[];
};

struct memo {
	pthread_mutex_t lock; /* of everything below */
	struct sqlite *file;  /* may be NULL */
	char facts[64];       /* which file of facts the answers are about */
	struct arena arena;
	struct map map; /* key -> struct kept */
	int64_t settled;
};

/* ---- an answer as bytes: sum:u64 head_len:u32 head rows ---- */

static uint64_t sum(const void *data, size_t len)
{
	static const uint8_t key[16] = "sextant memo 1";

	return siphash(key, data, len);
}

static void put_number(struct buf *out, uint64_t v, int bytes)
{
	for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8)
		buf_char(out, (char)(v >> shift));
}

static void pack(struct buf *out, const struct table *t)
{
	struct buf head, rows;

	buf_init(&head, ANSWER_B);
	buf_init(&rows, ANSWER_B);
	head_write(&head, t);
	for (size_t row = 0; row < t->n_rows && !buf_full(&rows);)
		row = rows_write(&rows, t, row, ANSWER_B);
	put_number(out, head.len, 4);
	buf_add(out, head.data, head.len);
	buf_add(out, rows.data, rows.len);
	if (buf_full(&head) || buf_full(&rows))
		out->full = true;
	buf_done(&head);
	buf_done(&rows);
}

static bool unpack(const char *data, size_t len, struct arena *a, struct table *out)
{
	struct answer answer;
	struct rd r;
	const uint8_t *head;
	size_t n;
	bool good;

	rd_init(&r, data, len);
	n = rd_u32(&r);
	head = rd_bytes(&r, n);
	answer_init(&answer, a, out);
	good = rd_ok(&r) && answer_head(&answer, head, n);
	if (good && rd_left(&r))
		good = answer_rows(&answer, head + n, rd_left(&r));
	good = good && answer_end(&answer, "", 1);
	answer_done(&answer);
	return good;
}

static bool make_key(const struct memo *m, const char *sql, const struct value *args, size_t n_args,
		     uint8_t key[static KEY_B])
{
	struct buf b;
	bool good;

	buf_init(&b, 1 << 20);
	buf_printf(&b, "%s\n", m->facts);
	question_write(&b, sql, args, n_args);
	good = !buf_full(&b) && EVP_Digest(b.data, b.len, key, NULL, EVP_sha256(), NULL) == 1;
	buf_done(&b);
	return good;
}

/* ---- the file ---- */

static struct sqlite *open_file(const char *path, struct err *e)
{
	struct sqlite *s;

	if (sqlite_open(path, &s, e))
		return NULL;
	/* what is lost at a power cut is worked out again; what is torn does not match its sum */
	if (!sqlite_script(s, "PRAGMA synchronous=OFF;"
			      "CREATE TABLE IF NOT EXISTS memo(key BLOB PRIMARY KEY, sum INTEGER NOT NULL,"
			      " body BLOB NOT NULL) WITHOUT ROWID", e))
		return s;
	sqlite_close(s);
	return NULL;
}

static void remove_file(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[4200];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

struct memo *memo_open(const struct store *owner)
{
	struct memo *m = calloc(1, sizeof(*m));
	struct err e = {0};
	char path[4100];

	if (!m) {
		fprintf(stderr, "sextant: out of memory\n");
		abort();
	}
	pthread_mutex_init(&m->lock, NULL);
	arena_init(&m->arena, 0);
	map_init(&m->map, &m->arena);
	snprintf(path, sizeof(path), "%s/memo.sqlite", owner->dir);
	m->file = open_file(path, &e);
	if (m->file && sqlite_number(m->file, "PRAGMA page_count", 0) <= FILE_PAGES)
		return m;
	sqlite_close(m->file);
	remove_file(path); /* damaged, or large: everything in it can be made again */
	m->file = open_file(path, &e);
	if (!m->file)
		log_warn("%s; answers are worked out again after each start", e.text);
	return m;
}

void memo_close(struct memo *m)
{
	if (!m)
		return;
	sqlite_close(m->file);
	arena_done(&m->arena);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static bool file_get(struct memo *m, const uint8_t *key, struct arena *a, struct table *out)
{
	const struct value arg = value_blob(key, KEY_B);
	struct arena room;
	struct table t;
	bool good = false;

	if (!m->file)
		return false;
	arena_init(&room, 0);
	if (!sqlite_query(m->file, &room, "SELECT sum, body FROM memo WHERE key = ?", &arg, 1, &t, NULL) &&
	    t.n_rows && table_at(&t, 0, 1)->type == VALUE_BLOB) {
		const struct value *body = table_at(&t, 0, 1);

		good = (uint64_t)value_int(table_at(&t, 0, 0), 0) == sum(body->s.data, body->s.len) &&
		       unpack(body->s.data, body->s.len, a, out);
	}
	arena_done(&room);
	return good;
}

static void file_put(struct memo *m, const uint8_t *key, const struct buf *body)
{
	const struct value args[] = {value_blob(key, KEY_B), value_i64((int64_t)sum(body->data, body->len)),
				     value_blob(body->data, body->len)};

	if (m->file) /* a full disk costs work, not truth */
		(void)sqlite_exec(m->file, "INSERT OR REPLACE INTO memo VALUES(?, ?, ?)", args, 3, NULL, NULL);
}

/* ---- the memory ---- */

static void forget(struct memo *m)
{
	arena_done(&m->arena);
	map_init(&m->map, &m->arena);
}

static void keep(struct memo *m, const uint8_t *key, const struct buf *body)
{
	struct kept *k;

	if (m->arena.used + body->len > MEMORY_B)
		forget(m);
	k = arena_alloc(&m->arena, sizeof(*k) + body->len);
	k->len = body->len;
	memcpy(k->body, body->data, body->len);
	*map_at(&m->map, key, KEY_B) = k;
}

/* ---- asking ---- */

/* Which file of facts is it?  Its first batch and when that came say so; facts that were moved away
 * and begun anew have another. */
static bool know_facts(struct memo_view *v)
{
	struct memo *m = v->memo;
	struct arena a;
	struct table t;
	struct err e;

	if (m->facts[0])
		return true;
	arena_init(&a, 0);
	if (!store_query_facts(v->store, &a, "SELECT batch, at_us FROM applied ORDER BY rowid LIMIT 1", NULL,
			       0, &t, &e) &&
	    t.n_rows)
		snprintf(m->facts, sizeof(m->facts), "%s %lld", value_str(table_at(&t, 0, 0), ""),
			 (long long)value_int(table_at(&t, 0, 1), 0));
	arena_done(&a);
	return m->facts[0] != '\0';
}

static bool recall(struct memo_view *v, bool round, const uint8_t *key, struct arena *a, struct table *out)
{
	struct memo *m = v->memo;
	const struct kept *k;

	if (round)
		return file_get(m, key, a, out);
	if (v->settled > m->settled) {
		forget(m);
		m->settled = v->settled;
	}
	k = v->settled == m->settled ? map_get(&m->map, key, KEY_B) : NULL;
	return k && unpack(k->body, k->len, a, out);
}

static void remember(struct memo_view *v, bool round, const uint8_t *key, const struct table *t)
{
	struct buf body;

	buf_init(&body, ANSWER_B);
	pack(&body, t);
	pthread_mutex_lock(&v->memo->lock);
	if (!buf_full(&body) && round)
		file_put(v->memo, key, &body);
	else if (!buf_full(&body) && v->settled == v->memo->settled)
		keep(v->memo, key, &body);
	pthread_mutex_unlock(&v->memo->lock);
	buf_done(&body);
}

static int ask(struct memo_view *v, bool round, struct arena *a, const char *sql,
	       const struct value *args, size_t n_args, struct table *out, struct err *e)
{
	uint8_t key[KEY_B];
	bool known, had = false;
	int rc;

	pthread_mutex_lock(&v->memo->lock);
	known = know_facts(v) && make_key(v->memo, sql, args, n_args, key);
	if (known)
		had = recall(v, round, key, a, out);
	pthread_mutex_unlock(&v->memo->lock);
	if (had)
		return 0;
	rc = store_query_facts(v->store, a, sql, args, n_args, out, e);
	if (!rc && known && !out->cut)
		remember(v, round, key, out);
	return rc;
}

static int query(void *ctx, struct arena *a, const char *sql, const struct value *args, size_t n_args,
		 struct table *out, struct err *e)
{
	return ask(ctx, false, a, sql, args, n_args, out, e);
}

static int query_round(void *ctx, struct arena *a, const char *sql, const struct value *args,
		       size_t n_args, struct table *out, struct err *e)
{
	return ask(ctx, true, a, sql, args, n_args, out, e);
}

struct facts memo_facts(struct memo_view *v)
{
	return (struct facts){.query = query, .query_round = query_round, .ctx = v};
}
