/*
 * eval: an indicator and a question become SQL, its answer a series.
 *
 * An indicator by round is asked round by round: what was said of a complete round never changes, so a
 * store may keep each answer (facts_query_round), and a new round costs the questions about it alone.
 *
 * Text is put into the SQL from lists of ours only: the group's SQL from the indicator, the columns of
 * filters from a list and from the indicator's groups.  All that came from outside is an argument.
 */
#include "indicator/indicator.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/vec.h"
#include "base/wilson.h"
#include "core/schema.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)
enum { SQL_MAX = 1 << 16, SOURCE_MAX = 4096 };
enum column { COL_AT, COL_GROUP, COL_NUM, COL_DEN, COL_N, COL_UNKNOWN, COL_VALUE, COL_LO, COL_HI };

/* A complete round, or a shard of one: then the others follow it in `next`. */
struct round {
	const char *id, *portfolio, *name;
	int64_t version, ended_us, shard, shards;
	bool sampled;
	const struct round *next;
};

struct eval {
	const struct indicator *indicator;
	const struct series_ask *ask;
	struct arena *arena;
	struct buf sql, where;
	VEC(struct value) one;  /* arguments of one {where} */
	VEC(struct value) args; /* of the whole query */
	const char *portfolio;
	VEC(struct round) rounds; /* of that portfolio, newest first */
	const struct round *round; /* the one that is asked about */
	int64_t whole_us;          /* of {whole} */
	VEC(struct point) points;
};

const struct indicator *indicator_find(const char *id)
{
	for (size_t i = 0; indicator_list[i]; i++)
		if (!strcmp(indicator_list[i]->id, id))
			return indicator_list[i];
	return NULL;
}

struct series_ask series_ask_all(void)
{
	return (struct series_ask){.from_us = I64_NULL, .to_us = I64_NULL};
}

/* SQL of a group, or NULL. */
static const char *group_sql(const struct indicator *i, const char *group)
{
	for (size_t k = 0; i->groups && i->groups[k]; k++)
		if (!strcmp(i->groups[k], group))
			return i->group_sql ? i->group_sql[k] : i->groups[k];
	return NULL;
}

bool indicator_is_monthly(const struct indicator *i)
{
	return strstr(i->sql, "{whole}") != NULL;
}

bool indicator_has_group(const struct indicator *i, const char *group)
{
	return group_sql(i, group) != NULL;
}

/* ---- the rounds behind an indicator over rounds ---- */

static int find_portfolio(struct eval *v, const struct facts *f, struct err *e)
{
	struct table t;

	v->portfolio = v->ask->portfolio;
	if (v->portfolio)
		return 0;
	if (facts_query(f, v->arena,
			"SELECT subject FROM obs_round WHERE complete ORDER BY ended_us DESC, "
			"subject LIMIT 1", NULL, 0, &t, e))
		return e->code;
	if (t.n_rows)
		v->portfolio = value_str(table_at(&t, 0, 0), NULL);
	return 0;
}

static bool in_time(const struct series_ask *ask, int64_t at_us)
{
	return (ask->from_us == I64_NULL || at_us >= ask->from_us) &&
	       (ask->to_us == I64_NULL || at_us < ask->to_us);
}

static bool same_run(const struct round *a, const struct round *b)
{
	return a->shards == b->shards && a->version == b->version && !strcmp(a->name, b->name);
}

/* Rounds come newest first, so a run stands where its last shard ended; of a shard that was looked at twice
 * under one name the newer counts. */
static void join_shard(struct eval *v, const struct round *r)
{
	struct round *first = NULL, *copy;

	for (size_t i = 0; i < v->rounds.n && !first; i++)
		if (same_run(&v->rounds.at[i], r))
			first = &v->rounds.at[i];
	if (!first) {
		*vec_push(&v->rounds) = *r;
		return;
	}
	for (const struct round *s = first; s; s = s->next)
		if (s->shard == r->shard)
			return;
	copy = arena_alloc(v->arena, sizeof(*copy));
	*copy = *r;
	copy->next = first->next;
	first->next = copy;
	first->sampled |= r->sampled;
}

/* A run of which a shard is missing is not complete. */
static void keep_whole(struct eval *v)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->rounds.n; i++) {
		const struct round *r = &v->rounds.at[i];
		int64_t n = 0;

		for (const struct round *s = r; s; s = s->next)
			n++;
		if (n >= r->shards && in_time(v->ask, r->ended_us))
			v->rounds.at[kept++] = *r;
	}
	v->rounds.n = kept;
}

static int load_rounds(struct eval *v, const struct facts *f, struct err *e)
{
	struct value arg;
	struct table t;

	if (find_portfolio(v, f, e))
		return e->code;
	if (!v->portfolio)
		return 0;
	arg = value_text(v->portfolio);
	if (facts_query(f, v->arena,
			"SELECT round, subject, version, ended_us, CAST(sampled AS INTEGER) AS sampled, "
			"name, shard, shards FROM obs_round WHERE complete AND subject = ? "
			"ORDER BY ended_us DESC, round DESC", &arg, 1, &t, e))
		return e->code;
	for (size_t i = 0; i < t.n_rows; i++) {
		struct round r = {
			.id = value_str(table_at(&t, i, 0), ""),
			.portfolio = value_str(table_at(&t, i, 1), ""),
			.version = value_int(table_at(&t, i, 2), I64_NULL),
			.ended_us = value_int(table_at(&t, i, 3), I64_NULL),
			.sampled = value_int(table_at(&t, i, 4), 0) == 1,
			.name = t.n_cols > 7 ? value_str(table_at(&t, i, 5), "") : "",
			.shard = t.n_cols > 7 ? value_int(table_at(&t, i, 6), 0) : 0,
			.shards = t.n_cols > 7 ? value_int(table_at(&t, i, 7), 0) : 0,
		};

		if (r.shards > 1)
			join_shard(v, &r);
		else if (in_time(v->ask, r.ended_us))
			*vec_push(&v->rounds) = r;
	}
	keep_whole(v);
	if (v->ask->latest && v->rounds.n)
		v->rounds.n = 1;
	return 0;
}

/* ---- the whole months of registry files ---- */

/* A file's date is the last day that it covers; the month in which the day after lies is not whole. */
static int load_whole(struct eval *v, const struct facts *f, struct err *e)
{
	struct table t;
	struct civil c;
	int64_t day_us;

	v->whole_us = I64_NULL;
	if (!indicator_is_monthly(v->indicator))
		return 0;
	if (facts_query(f, v->arena,
			"SELECT min(day) AS day FROM (SELECT subject, max(file_date_us) AS day FROM obs_dataset "
			"WHERE kind = 'rir' AND subject <> 'iana' GROUP BY subject) d", NULL, 0, &t, e))
		return e->code;
	day_us = t.n_rows ? value_int(table_at(&t, 0, 0), I64_NULL) : I64_NULL;
	if (day_us == I64_NULL)
		return 0;
	c = civil_from_us(day_us + DAY_US);
	v->whole_us = civil_to_us(&(struct civil){.year = c.year, .month = c.month, .day = 1});
	return 0;
}

/* ---- the question as SQL ---- */

static void condition(struct eval *v, const char *sql, const char *op, struct value arg)
{
	buf_printf(&v->where, " AND %s %s ?", sql, op);
	*vec_push(&v->one) = arg;
}

/* "a|b|c": one of them; GROUP_NONE stands for no tag. */
static int condition_words(struct eval *v, const char *sql, const char *words, struct err *e)
{
	size_t n = 0;

	buf_printf(&v->where, " AND coalesce(%s, '') IN (", sql);
	for (const char *at = words; at; n++) {
		size_t len = strcspn(at, "|");
		const char *word = arena_strn(v->arena, at, len);

		if (n == SERIES_WORDS_MAX)
			return err_set(e, -EINVAL, "a filter names more than %d values",
				       SERIES_WORDS_MAX);
		buf_str(&v->where, n ? ", ?" : "?");
		*vec_push(&v->one) = value_text(strcmp(word, GROUP_NONE) ? word : "");
		at = at[len] ? at + len + 1 : NULL;
	}
	buf_char(&v->where, ')');
	return 0;
}

/* The column of a filter, from our lists; NULL if the indicator has none such. */
static const char *filter_sql(const struct indicator *i, const char *column)
{
	static const char *const tags[] = {"class", "region", "organisation", "level", "rank"};
	const char *sql = group_sql(i, column);

	for (size_t k = 0; !sql && indicator_is_round(i) && k < sizeof(tags) / sizeof(tags[0]); k++)
		if (!strcmp(tags[k], column))
			sql = tags[k];
	return sql;
}

static int add_filter(struct eval *v, const struct series_filter *w, struct err *e)
{
	const char *sql = filter_sql(v->indicator, w->column);

	if (!sql)
		return err_set(e, -EINVAL, "%s cannot be filtered by %s", v->indicator->id, w->column);
	if (w->op == SERIES_EQ && !strcmp(w->column, "rank"))
		return err_set(e, -EINVAL, "rank is compared with <= or >=");
	if (w->op == SERIES_EQ)
		return condition_words(v, sql, w->text, e);
	condition(v, sql, w->op == SERIES_LE ? "<=" : ">=", value_i64(w->number));
	return 0;
}

static int unknown_group(const struct indicator *i, const char *group, struct err *e)
{
	struct buf names;
	int code;

	buf_init(&names, 512);
	for (size_t k = 0; i->groups && i->groups[k]; k++)
		buf_printf(&names, "%s%s", k ? ", " : "", i->groups[k]);
	code = err_set(e, -EINVAL, "%s is not counted by %s; its groups: %s", i->id, group,
		       names.len ? names.data : "none");
	buf_done(&names);
	return code;
}

static int make_where(struct eval *v, const char *group, struct err *e)
{
	const struct series_ask *ask = v->ask;

	buf_str(&v->where, "TRUE");
	/* of rounds, only those within the time are asked about: the time stays out of the question */
	if (v->round)
		condition(v, "portfolio", "=", value_text(v->portfolio));
	if (!v->round && ask->from_us != I64_NULL)
		condition(v, "at_us", ">=", value_i64(ask->from_us));
	if (!v->round && ask->to_us != I64_NULL)
		condition(v, "at_us", "<", value_i64(ask->to_us));
	if (ask->only) {
		buf_printf(&v->where, " AND coalesce(%s, '') = ?", group);
		*vec_push(&v->one) = value_text(strcmp(ask->only, GROUP_NONE) ? ask->only : "");
	}
	for (size_t i = 0; i < ask->n_filters; i++)
		if (add_filter(v, &ask->filters[i], e))
			return e->code;
	return 0;
}

static void put_round(struct eval *v)
{
	const struct round *r = v->round;

	do {
		buf_str(&v->sql, r != v->round ? ", ?" : "?");
		*vec_push(&v->args) = value_text(r ? r->id : NULL);
		r = r ? r->next : NULL;
	} while (r);
}

/* Puts {grp}, {round}, {whole} and {where} in, and the arguments in their order. */
static void make_sql(struct eval *v, const char *group)
{
	const char *s = v->indicator->sql;

	while (*s) {
		if (!strncmp(s, "{grp}", 5)) {
			buf_str(&v->sql, group);
			s += 5;
		} else if (!strncmp(s, "{round}", 7)) {
			put_round(v);
			s += 7;
		} else if (!strncmp(s, "{whole}", 7)) {
			buf_char(&v->sql, '?');
			*vec_push(&v->args) = value_i64(v->whole_us);
			s += 7;
		} else if (!strncmp(s, "{where}", 7)) {
			buf_add(&v->sql, v->where.data, v->where.len);
			for (size_t i = 0; i < v->one.n; i++)
				*vec_push(&v->args) = v->one.at[i];
			s += 7;
		} else {
			buf_char(&v->sql, *s++);
		}
	}
}

static int make_query(struct eval *v, struct err *e)
{
	const char *by = v->ask->by, *group = by ? group_sql(v->indicator, by) : "''";

	buf_clear(&v->sql);
	buf_clear(&v->where);
	vec_clear(&v->one);
	vec_clear(&v->args);
	if (!group)
		return unknown_group(v->indicator, by, e);
	if (v->ask->only && !by)
		return err_set(e, -EINVAL, "one value of a group is asked for, but no group");
	if (make_where(v, group, e))
		return e->code;
	make_sql(v, group);
	if (buf_full(&v->sql) || buf_full(&v->where))
		return err_set(e, -E2BIG, "the query of %s grew too long; use fewer filters",
			       v->indicator->id);
	return 0;
}

/* ---- the answer as points ---- */

static void set_value(const struct eval *v, const struct table *t, size_t row, struct point *p)
{
	enum indicator_kind kind = v->indicator->kind;

	p->value = p->lo = p->hi = NAN;
	if (kind == INDICATOR_COUNT)
		p->value = p->numerator;
	else if (kind == INDICATOR_VALUE && t->n_cols > COL_HI) {
		p->value = value_num(table_at(t, row, COL_VALUE), NAN);
		p->lo = value_num(table_at(t, row, COL_LO), NAN);
		p->hi = value_num(table_at(t, row, COL_HI), NAN);
	} else if (p->denominator > 0)
		p->value = p->numerator / p->denominator;
	if (kind == INDICATOR_SHARE && p->sampled)
		wilson(p->numerator, p->denominator, &p->lo, &p->hi);
}

static struct point read_point(const struct eval *v, const struct table *t, size_t row)
{
	struct point p = {
		.at_us = value_int(table_at(t, row, COL_AT), I64_NULL),
		.group = value_str(table_at(t, row, COL_GROUP), ""),
		.numerator = value_num(table_at(t, row, COL_NUM), NAN),
		.denominator = value_num(table_at(t, row, COL_DEN), NAN),
		.n = value_int(table_at(t, row, COL_N), 0),
		.unknown = value_int(table_at(t, row, COL_UNKNOWN), 0),
		.version = I64_NULL,
	};

	if (v->ask->by && !p.group[0])
		p.group = GROUP_NONE;
	if (v->round) {
		p.sampled = v->round->sampled;
		p.version = v->round->version;
	}
	set_value(v, t, row, &p);
	return p;
}

static int by_time(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	if (p->at_us != q->at_us)
		return p->at_us < q->at_us ? -1 : 1;
	return strcmp(p->group, q->group);
}

static int by_group(const void *a, const void *b)
{
	const struct point *p = a, *q = b;
	int order = strcmp(p->group, q->group);

	return order ? order : by_time(a, b);
}

/* Keeps the last point of each group. */
static void keep_latest(struct series *s)
{
	size_t n = 0;

	qsort(s->points, s->n, sizeof(s->points[0]), by_group);
	for (size_t i = 0; i < s->n; i++)
		if (i + 1 == s->n || strcmp(s->points[i].group, s->points[i + 1].group))
			s->points[n++] = s->points[i];
	s->n = n;
}

static int read_answer(struct eval *v, const struct table *t, struct err *e)
{
	const char *id = v->indicator->id;

	if (t->cut)
		return err_set(e, -E2BIG, "%s has more points than one answer holds; ask for a shorter "
			       "time, for the latest, or for one group", id);
	if (t->n_cols < COL_VALUE)
		return err_set(e, -EPROTO, "the query of %s yields %zu columns, not 6", id, t->n_cols);
	for (size_t i = 0; i < t->n_rows; i++) {
		struct point p = read_point(v, t, i);

		/* a query without groups yields one empty row where there is nothing at all */
		if (p.at_us != I64_NULL)
			*vec_push(&v->points) = p;
	}
	return 0;
}

static void finish(const struct eval *v, struct series *out)
{
	out->n = v->points.n;
	out->points = arena_array(v->arena, out->n + 1, sizeof(out->points[0]));
	if (out->n)
		memcpy(out->points, v->points.at, out->n * sizeof(out->points[0]));
	if (v->ask->latest)
		keep_latest(out);
	if (out->n)
		qsort(out->points, out->n, sizeof(out->points[0]), by_time);
}

/* ---- where it came from ---- */

static void source_rounds(const struct eval *v, struct series *out)
{
	char first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];
	const struct round *r = v->rounds.at;
	size_t n = v->rounds.n;

	if (!n)
		return;
	date_text(r[n - 1].ended_us, first);
	date_text(r[0].ended_us, last);
	out->source_text = arena_printf(v->arena, "list %s, version %lld; %zu complete round%s, %s to "
		"%s; last %s%s", v->portfolio, (long long)r[0].version, n, n == 1 ? "" : "s", first,
		last, r[0].id, r[0].sampled ? " (sample)" : "");
	out->source_text_zh = arena_printf(v->arena, "名单 %s 第 %lld 版；%zu 个完整轮次，%s 至 %s；"
		"最近一轮 %s%s", v->portfolio, (long long)r[0].version, n, first, last, r[0].id,
		r[0].sampled ? "（抽样）" : "");
}

/* Up to which month it is counted: the one before the first that is not whole. */
static void source_months(const struct eval *v, struct series *out)
{
	char month[TIME_TEXT_MAX];

	if (v->whole_us == I64_NULL)
		return;
	date_text(v->whole_us - 1, month);
	month[7] = '\0';
	out->source_text = arena_printf(v->arena, "%s; months up to %s, the last that all of them cover",
					out->source_text, month);
	out->source_text_zh = arena_printf(v->arena, "%s；月份计至 %s（各文件均已覆盖的最后一个完整月份）",
					   out->source_text_zh, month);
}

static int source_datasets(const struct eval *v, const struct facts *f, struct series *out,
			   struct err *e)
{
	struct buf text;
	struct table t;

	if (facts_query(f, v->arena, "SELECT subject, max(file_date_us) AS file_date_us FROM obs_dataset "
			"WHERE kind = 'rir' AND subject <> 'iana' GROUP BY subject ORDER BY subject",
			NULL, 0, &t, e))
		return e->code;
	if (!t.n_rows)
		return 0;
	buf_init(&text, SOURCE_MAX);
	for (size_t i = 0; i < t.n_rows; i++) {
		int64_t at = value_int(table_at(&t, i, 1), I64_NULL);
		char date[TIME_TEXT_MAX];

		buf_printf(&text, "%s%s %s", i ? ", " : "", value_str(table_at(&t, i, 0), "?"),
			   at == I64_NULL ? "?" : date_text(at, date));
	}
	out->source_text = arena_printf(v->arena, "registry files: %s", text.data);
	out->source_text_zh = arena_printf(v->arena, "注册机构数据：%s", text.data);
	buf_done(&text);
	source_months(v, out);
	return 0;
}

/* ---- all of it ---- */

static int ask_once(struct eval *v, const struct facts *f, struct err *e)
{
	struct table t;
	int rc = make_query(v, e);

	if (rc)
		return rc;
	rc = v->round ? facts_query_round(f, v->arena, v->sql.data, v->args.at, v->args.n, &t, e)
		      : facts_query(f, v->arena, v->sql.data, v->args.at, v->args.n, &t, e);
	return rc ? err_wrap(e, "%s", v->indicator->id) : read_answer(v, &t, e);
}

static int by_rounds(struct eval *v, const struct facts *f, struct series *out, struct err *e)
{
	static const struct round none;
	int rc = load_rounds(v, f, e);

	if (!rc && !v->rounds.n) {
		v->round = &none; /* a question that cannot be put is refused in any case */
		rc = make_query(v, e);
	}
	for (size_t i = 0; i < v->rounds.n && !rc; i++) {
		v->round = &v->rounds.at[i];
		rc = ask_once(v, f, e);
	}
	if (rc)
		return rc;
	finish(v, out);
	if (v->rounds.n)
		out->portfolio = v->portfolio;
	source_rounds(v, out);
	return 0;
}

static int run(struct eval *v, const struct facts *f, struct series *out, struct err *e)
{
	if (indicator_is_round(v->indicator))
		return by_rounds(v, f, out, e);
	if (load_whole(v, f, e) || ask_once(v, f, e))
		return e->code;
	finish(v, out);
	out->whole_us = v->whole_us;
	return out->n ? source_datasets(v, f, out, e) : 0;
}

int indicator_eval(const struct indicator *i, const struct facts *f, const struct series_ask *ask,
		   struct arena *a, struct series *out, struct err *e)
{
	struct eval v = {.indicator = i, .ask = ask, .arena = a};
	int code;

	*out = (struct series){.indicator = i, .whole_us = I64_NULL, .source_text = "", .source_text_zh = ""};
	buf_init(&v.sql, SQL_MAX);
	buf_init(&v.where, SQL_MAX);
	code = run(&v, f, out, e);
	buf_done(&v.sql);
	buf_done(&v.where);
	vec_done(&v.one);
	vec_done(&v.args);
	vec_done(&v.rounds);
	vec_done(&v.points);
	return code;
}
