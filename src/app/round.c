/* round: see round.h. */
#include "app/round.h"

#include "app/statuses.h"
#include "base/clock.h"
#include "base/map.h"
#include "core/round.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libpsl.h>
#include <sys/random.h>

enum { ROWS_A_BATCH = L_BATCH_ROWS / 2, DONE_A_PAGE = 100000 };

#define METHOD "2" /* of planning and probing; the checks have their own */

/* ---- the order of the sites ---- */

static uint64_t splitmix(uint64_t *x) /* Steele, Lea and Flood 2014 */
{
	uint64_t z = *x += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

int64_t shard_of(const char *portfolio, const char *domain, int64_t shards)
{
	const char *site = psl_registrable_domain(psl_builtin(), domain);
	uint8_t key[16] = {0};

	memcpy(key, portfolio, strnlen(portfolio, sizeof(key)));
	site = site ? site : domain;
	return 1 + (int64_t)(siphash(key, site, strlen(site)) % (uint64_t)shards);
}

static bool is_ours(const struct round_wish *w, const char *domain)
{
	return !w->shards || shard_of(w->portfolio, domain, w->shards) == w->shard;
}

/* The places of the round's sites in the list. */
static void list_sites(struct round *r, const struct portfolio *p, const struct round_wish *w)
{
	size_t n = 0;

	r->order = arena_array(&r->arena, p->subjects.n ? p->subjects.n : 1, sizeof(*r->order));
	for (size_t i = 0; i < p->subjects.n; i++)
		if (is_ours(w, p->subjects.at[i].domain))
			r->order[n++] = (uint32_t)i;
	r->population = (int64_t)n;
}

/* A permutation, so that sites of one hoster do not follow each other (P-RATE-2); its beginning is the
 * sample. */
static void make_order(struct round *r)
{
	size_t n = (size_t)r->population;
	uint64_t x = (uint64_t)r->seed;

	r->is_done = arena_array(&r->arena, n ? n : 1, sizeof(*r->is_done));
	r->before = arena_array(&r->arena, n ? n : 1, sizeof(*r->before));
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)(splitmix(&x) % i);
		uint32_t t = r->order[k];

		r->order[k] = r->order[i - 1];
		r->order[i - 1] = t;
	}
}

/* ---- begin ---- */

static void new_id(struct round *r)
{
	struct civil c = civil_from_us(r->began_us);
	uint32_t bits;

	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits) ||
	    getrandom(&r->seed, sizeof(r->seed), 0) != sizeof(r->seed))
		abort();
	r->seed &= INT64_MAX;
	snprintf(r->id, sizeof(r->id), "%04d%02d%02dt%02d%02d%02d-%08x", c.year, c.month, c.day,
		 c.hour, c.minute, c.second, bits);
}

/* All names of a round come from a resolver, or all from the root: 1 if it goes on as it began. */
static int same_names(const char *before, const char *now, struct err *e)
{
	static const char word[] = "\"resolver\":\"" ROUND_ITERATES "\"";
	bool iterates = now && strstr(now, word);

	if (iterates == (strstr(before, word) != NULL))
		return 1;
	return err_set(e, -EINVAL,
		       iterates ? "the round that was stopped asks a resolver: go on without --iterate, or begin a "
				  "new one with --new"
				: "the round that was stopped resolves names from the root: go on with --iterate, or "
				  "begin a new one with --new");
}

/* Fills in the round that was stopped, if there is one: 1, 0, or negative. */
static int find_stopped(struct round *r, struct store *s, const struct round_wish *w, struct err *e)
{
	const struct value args[] = {value_text(w->portfolio), value_i64(w->version),
				     value_text(w->vantage), value_i64(w->shard), value_i64(w->shards),
				     value_text(w->name ? w->name : "")};
	struct table t;
	int rc = store_query_state(s, &r->arena,
				   "SELECT id, began_us, seed, total, settings FROM round WHERE status = "
				   "'running' AND portfolio = ? AND version = ? AND vantage = ? "
				   "AND coalesce(shard, 0) = ? AND coalesce(shards, 0) = ? AND "
				   "coalesce(name, '') = ? ORDER BY began_us DESC LIMIT 1",
				   args, 6, &t, e);

	if (rc || !t.n_rows)
		return rc;
	snprintf(r->id, sizeof(r->id), "%s", value_str(table_at(&t, 0, 0), ""));
	r->began_us = value_int(table_at(&t, 0, 1), 0);
	r->seed = value_int(table_at(&t, 0, 2), 0);
	r->total = (size_t)value_int(table_at(&t, 0, 3), 0);
	r->resumed = true;
	return same_names(value_str(table_at(&t, 0, 4), ""), w->settings, e);
}

static int check_gap(struct round *r, struct store *s, const struct round_wish *w, struct err *e)
{
	const struct value args[] = {value_text(w->portfolio), value_i64(w->version),
				     value_i64(w->shard), value_i64(w->shards)};
	char last[TIME_TEXT_MAX], next[TIME_TEXT_MAX];
	struct table t;
	int64_t ended_us;
	int rc = store_query_state(s, &r->arena,
				   "SELECT max(ended_us) FROM round WHERE status = 'complete' AND "
				   "portfolio = ? AND version = ? AND coalesce(shard, 0) = ? AND "
				   "coalesce(shards, 0) = ?",
				   args, 4, &t, e);

	if (rc)
		return rc;
	ended_us = value_int(table_at(&t, 0, 0), INT64_MIN);
	if (ended_us == INT64_MIN || ended_us + w->gap_us <= r->began_us)
		return 0;
	return err_set(e, -EAGAIN,
		       "the last round over '%s' ended at %s; the same sites are not looked at again "
		       "before %s (rate.round_gap_s), unless you say --again",
		       w->portfolio, time_text(ended_us, last), time_text(ended_us + w->gap_us, next));
}

static int insert_round(struct round *r, struct store *s, const struct round_wish *w, struct err *e)
{
	/* of a list, or of one shard of it, there is one running round at most */
	const struct change changes[] = {
		{.sql = "UPDATE round SET status = 'abandoned' WHERE status = 'running' AND "
			"portfolio = ? AND vantage = ? AND coalesce(shard, 0) = ? AND "
			"coalesce(shards, 0) = ?",
		 .args = {value_text(w->portfolio), value_text(w->vantage), value_i64(w->shard),
			  value_i64(w->shards)},
		 .n_args = 4},
		{.sql = "INSERT INTO round(id, portfolio, version, began_us, status, vantage, "
			"tool_version, seed, total, done, settings, name, shard, shards) "
			"VALUES(?,?,?,?,'running',?,?,?,?,0,?,?,?,?)",
		 .args = {value_text(r->id), value_text(w->portfolio), value_i64(w->version),
			  value_i64(r->began_us), value_text(w->vantage),
			  value_text(SEXTANT_VERSION), value_i64(r->seed),
			  value_i64((int64_t)r->total), value_text(w->settings), value_text(w->name),
			  w->shards ? value_i64(w->shard) : (struct value){0},
			  w->shards ? value_i64(w->shards) : (struct value){0}},
		 .n_args = 12},
	};

	return store_put(s, NULL, 0, changes, 2, e);
}

/* Adds the sites that a round has looked at since then: domain -> struct look_before in a.  The latest look
 * of several rounds stays. */
static int looked_at(struct map *to, struct arena *a, struct store *s, const char *round,
		     int64_t since_us, struct err *e)
{
	const char *last = "";

	for (;;) {
		const struct value args[] = {value_text(round), value_text(last), value_i64(since_us)};
		struct table t;
		int rc = store_query_state(s, a,
					   "SELECT domain, at_us, works FROM round_done WHERE round = ? "
					   "AND domain > ? AND at_us > ? ORDER BY domain LIMIT 100000",
					   args, 3, &t, e);

		if (rc || !t.n_rows)
			return rc;
		for (size_t i = 0; i < t.n_rows; i++) {
			struct look_before **at, *b = arena_alloc(a, sizeof(*b));

			last = value_str(table_at(&t, i, 0), "");
			*b = (struct look_before){round, value_int(table_at(&t, i, 1), 0),
						  (unsigned)value_int(table_at(&t, i, 2), 0)};
			at = (struct look_before **)map_at_text(to, last);
			if (!*at || (*at)->at_us < b->at_us)
				*at = b;
		}
	}
}

/* Notes the sites that another round looked at a short time ago. */
static int mark_before(struct round *r, struct store *s, const struct portfolio *p,
		       const struct round_wish *w, struct err *e)
{
	int64_t since_us = clock_wall(&clock_real) - w->gap_us;
	const struct value args[] = {value_text(r->id), value_i64(since_us), value_text(r->vantage)};
	struct map seen;
	struct table t = {0};
	int rc = 0;

	map_init(&seen, &r->arena);
	if (w->gap_us)
		rc = store_query_state(s, &r->arena,
				       "SELECT id FROM round WHERE id <> ? AND (ended_us IS NULL OR "
				       "ended_us > ?) AND vantage = ?",
				       args, 3, &t, e);
	for (size_t i = 0; !rc && i < t.n_rows; i++)
		rc = looked_at(&seen, &r->arena, s, value_str(table_at(&t, i, 0), ""), since_us, e);
	for (size_t i = 0; !rc && i < r->total; i++) {
		if (!r->is_done[i])
			r->before[i] = map_get_text(&seen, p->subjects.at[r->order[i]].domain);
		r->n_before += r->before[i] != NULL;
	}
	return rc;
}

/* Marks the sites that are done. */
static int mark_done(struct round *r, struct store *s, const struct portfolio *p, struct err *e)
{
	struct arena a;
	struct map done;
	int rc;

	arena_init(&a, 0);
	map_init(&done, &a);
	rc = looked_at(&done, &a, s, r->id, INT64_MIN, e);
	for (size_t i = 0; !rc && i < r->total; i++) {
		r->is_done[i] = map_get_text(&done, p->subjects.at[r->order[i]].domain) != NULL;
		r->done += r->is_done[i];
	}
	arena_done(&a);
	return rc;
}

/* What was counted before the stop. */
static int load_failures(struct round *r, struct store *s, struct err *e)
{
	const struct value id = value_text(r->id);
	struct table t;
	int rc = store_query_state(s, &r->arena, "SELECT key, value FROM round, json_each(failures) WHERE round.id = ?",
				   &id, 1, &t, e);

	for (size_t i = 0; !rc && i < t.n_rows; i++)
		tally_add(&r->failures, value_str(table_at(&t, i, 0), ""), value_int(table_at(&t, i, 1), 0));
	return rc;
}

int round_begin_small(struct store *s, size_t sites, int64_t *sample, struct err *e)
{
	struct arena a;
	struct table t;
	int rc;

	if (sites <= ROUND_FIRST_SITES)
		return 0;
	arena_init(&a, 0);
	rc = store_query_state(s, &a, "SELECT 1 FROM round WHERE status = 'complete' LIMIT 1", NULL, 0, &t,
			       e);
	if (!rc && !t.n_rows)
		*sample = ROUND_FIRST_SITES;
	arena_done(&a);
	return rc;
}

static int plan_round(struct round *r, struct store *s, const struct round_wish *w, struct err *e)
{
	r->total = (size_t)r->population;
	if (w->sample && (size_t)w->sample < r->total)
		r->total = (size_t)w->sample;
	new_id(r);
	return w->gap_us ? check_gap(r, s, w, e) : 0;
}

int round_begin(struct round *r, struct store *s, const struct portfolio *p,
		const struct round_wish *w, struct err *e)
{
	int rc;

	*r = (struct round){.portfolio = w->portfolio, .vantage = w->vantage, .version = w->version,
			    .confirm_gap_us = w->confirm_gap_us,
			    .began_us = clock_wall(&clock_real)};
	arena_init(&r->arena, 0);
	tally_init(&r->failures, &r->arena);
	snprintf(r->portfolio_at, sizeof(r->portfolio_at), "%s@%lld", w->portfolio,
		 (long long)w->version);
	list_sites(r, p, w);
	rc = w->fresh ? 0 : find_stopped(r, s, w, e);
	if (rc == 0)
		rc = plan_round(r, s, w, e);
	if (rc < 0)
		return rc;
	if (r->total > (size_t)r->population)
		r->total = (size_t)r->population;
	make_order(r);
	rc = mark_done(r, s, p, e);
	if (!rc && r->resumed)
		rc = load_failures(r, s, e);
	if (!rc)
		rc = mark_before(r, s, p, w, e);
	return rc || r->resumed ? rc : insert_round(r, s, w, e);
}

void round_done(struct round *r)
{
	tally_done(&r->failures);
	arena_done(&r->arena);
}

/* ---- gather ---- */

void gather_init(struct gather *g)
{
	*g = (struct gather){0};
	arena_init(&g->arena, 0);
}

void gather_done(struct gather *g)
{
	for (size_t i = 0; i < g->batches.n; i++)
		batch_free(g->batches.at[i]);
	vec_done(&g->batches);
	vec_done(&g->changes);
	arena_done(&g->arena);
}

struct batch *gather_batch(struct gather *g, const struct schema *s)
{
	for (size_t i = g->batches.n; i-- > 0;)
		if (g->batches.at[i]->schema == s && g->batches.at[i]->obs.n < ROWS_A_BATCH)
			return g->batches.at[i];
	*vec_push(&g->batches) = batch_new(s);
	return g->batches.at[g->batches.n - 1];
}

/* The prober's rows under our own names: it may say what it saw, not whose it is. */
static void take_evidence(const struct round *r, struct gather *g, const char *domain,
			  const struct batch *from)
{
	for (size_t i = 0; from && i < from->obs.n; i++) {
		struct obs o = from->obs.at[i];

		o.subject = domain;
		o.vantage = r->vantage;
		o.round = r->id;
		batch_copy(gather_batch(g, from->schema), &o);
	}
}

void round_judge(const struct round *r, struct batch *into, const struct subject *tags,
		 struct batch *const evidence[EVIDENCE_KINDS], unsigned works, const struct prefix *allow,
		 size_t n_allow, int64_t at_us)
{
	const struct judgement j = {.at_us = at_us, .vantage = r->vantage, .round = r->id,
				    .portfolio = r->portfolio_at};
	struct site s = {.domain = tags->domain,
			       .v4_works = works & WORKS_V4, .v6_works = works & WORKS_V6,
			       .resolver_works = works & WORKS_RESOLVER,
			       .now_us = r->began_us,
			       .allow = allow, .n_allow = n_allow};

	site_take(&s, evidence);
	judge_site(&s, tags, &j, into);
}

const struct batch *round_add(struct round *r, struct gather *g, const struct subject *tags,
			      struct batch *const evidence[EVIDENCE_KINDS], unsigned works,
			      const struct prefix *allow, size_t n_allow, int64_t at_us,
			      int64_t looked_us, size_t *first)
{
	struct batch *verdicts = gather_batch(g, &verdict_schema);

	*first = verdicts->obs.n;
	round_judge(r, verdicts, tags, evidence, works, allow, n_allow, at_us);
	tally_site(&r->failures, verdicts, *first);
	for (int i = 0; i < EVIDENCE_KINDS; i++)
		take_evidence(r, g, tags->domain, evidence[i]);
	*vec_push(&g->changes) = (struct change){
		.sql = "INSERT INTO round_done(round, domain, at_us, works) VALUES(?,?,?,?)",
		.args = {value_text(arena_str(&g->arena, r->id)),
			 value_text(arena_str(&g->arena, tags->domain)), value_i64(looked_us),
			 value_i64(works)},
		.n_args = 4};
	return verdicts;
}

int round_put(struct round *r, struct store *s, struct gather *g, size_t n, struct err *e)
{
	int rc;

	*vec_push(&g->changes) = (struct change){
		/* not counted anew: of a million sites that would be a walk over as many rows each second */
		.sql = "UPDATE round SET done = ?2, failures = ?3 WHERE id = ?1",
		.args = {value_text(r->id), value_i64((int64_t)(r->done + n)),
			 value_text(tally_json(&r->failures, SIZE_MAX, &g->arena))},
		.n_args = 3};
	rc = store_put(s, g->batches.at, g->batches.n, g->changes.at, g->changes.n, e);
	g->batches.n = 0; /* they are gone whatever came of it */
	g->changes.n = 0;
	arena_done(&g->arena);
	if (!rc)
		r->done += n;
	return rc;
}

/* What the closing of a round has noted in the state becomes part of its row. */
static int fill_noted(const struct round *r, struct store *s, struct batch *b, struct err *e)
{
	const struct value id = value_text(r->id);
	struct round_row *row = b->obs.at[0].row;
	struct arena a;
	struct table t;
	int rc;

	arena_init(&a, 0);
	rc = store_query_state(s, &a,
			       "SELECT confirm_us, confirm_gap_us, name, shard, shards, resampled, compared, "
			       "disagreed, disagreements FROM round WHERE id = ?",
			       &id, 1, &t, e);
	if (!rc && t.n_rows) {
		row->confirm_us = value_int(table_at(&t, 0, 0), I64_NULL);
		row->confirm_gap_us = value_int(table_at(&t, 0, 1), I64_NULL);
		row->name = batch_text(b, value_str(table_at(&t, 0, 2), NULL));
		row->shard = value_int(table_at(&t, 0, 3), I64_NULL);
		row->shards = value_int(table_at(&t, 0, 4), I64_NULL);
		row->resampled = value_int(table_at(&t, 0, 5), I64_NULL);
		row->compared = value_int(table_at(&t, 0, 6), I64_NULL);
		row->disagreed = value_int(table_at(&t, 0, 7), I64_NULL);
		row->disagreements = batch_text(b, value_str(table_at(&t, 0, 8), NULL));
	}
	arena_done(&a);
	return rc;
}

static void fill_row(const struct round *r, struct round_row *row, int64_t now_us)
{
	row->began_us = r->began_us;
	row->ended_us = now_us;
	row->version = r->version;
	row->sites = (int64_t)r->total;
	row->sampled = (int64_t)r->total < r->population;
	row->population = r->population;
	row->seed = r->seed;
	row->method = METHOD;
	row->complete = 1;
}

int round_close(struct round *r, struct store *s, struct err *e)
{
	int rc = statuses_close(s, r->id, r->vantage, r->confirm_gap_us, e);
	int64_t now_us = clock_wall(&clock_real);
	struct batch *b = batch_new(&round_schema);
	struct obs *o = batch_add(b, now_us, r->portfolio, r->vantage, r->id, OUTCOME_OK);
	const struct change change = {
		.sql = "UPDATE round SET status = 'complete', ended_us = ? WHERE id = ?",
		.args = {value_i64(now_us), value_text(r->id)}, .n_args = 2};

	fill_row(r, o->row, now_us);
	if (!rc)
		rc = fill_noted(r, s, b, e);
	if (rc) {
		batch_free(b);
		return rc;
	}
	rc = store_put(s, &b, 1, &change, 1, e);
	return rc ? rc : store_flush(s, e);
}
