/* target: see target.h. */
#include "indicator/target.h"

#include "base/clock.h"
#include "base/vec.h"
#include "core/schema.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define DAY_US 86400000000LL
enum { STALE_PERIODS = 2 };

const char *const target_status_words[] = {"MET",     "LATE-MET", "MISSED", "ON-TRACK",
					   "AT-RISK", "NO-DATA",  "STALE",  NULL};

bool target_is_bad(enum target_status s)
{
	return s == TARGET_MISSED || s == TARGET_AT_RISK;
}

/* ---- one value against the threshold ---- */

static bool wants_more(const struct target *t)
{
	return t->op == TARGET_GE || t->op == TARGET_GT;
}

static bool compare(const struct target *t, double value)
{
	const double slack = 1e-9 * fmax(1, fabs(t->threshold));

	switch (t->op) {
	case TARGET_GE: return value >= t->threshold - slack;
	case TARGET_GT: return value > t->threshold + slack;
	case TARGET_EQ: return fabs(value - t->threshold) <= slack;
	case TARGET_LE:
	case TARGET_RANK: return value <= t->threshold + slack;
	case TARGET_LT: return value < t->threshold - slack;
	}
	return false;
}

/* Is it met for certain: by the end of the interval that is worse? */
static bool meets(const struct target *t, const struct point *p)
{
	double lo = isnan(p->lo) ? p->value : p->lo, hi = isnan(p->hi) ? p->value : p->hi;

	if (t->op == TARGET_EQ)
		return compare(t, lo) && compare(t, hi);
	return compare(t, wants_more(t) ? lo : hi);
}

/* Is it not met for certain: not even by the end that is better? */
static bool fails(const struct target *t, const struct point *p)
{
	double lo = isnan(p->lo) ? p->value : p->lo, hi = isnan(p->hi) ? p->value : p->hi;

	if (t->op == TARGET_EQ)
		return !compare(t, lo) && !compare(t, hi) && (t->threshold < lo || t->threshold > hi);
	return !compare(t, wants_more(t) ? hi : lo);
}

/* ---- the judgement ---- */

struct judge {
	const struct target *t;
	VEC(struct point) points; /* those with a value */
	int64_t period_us, now_us;
	struct arena *arena;
	struct target_result *out;
};

static void say(struct judge *j, enum target_status s, const char *en, const char *zh)
{
	j->out->status = s;
	j->out->why_en = en;
	j->out->why_zh = zh;
}

static const char *day(const struct judge *j, int64_t at_us)
{
	char text[TIME_TEXT_MAX];

	return arena_str(j->arena, date_text(at_us, text));
}

/* The last value before the due date, once that is past, unless it is too old to stand for it. */
static void find_at_due(struct judge *j)
{
	if (j->t->due_us == I64_NULL || j->now_us < j->t->due_us)
		return;
	for (size_t i = j->points.n; i-- > 0;) {
		const struct point *p = &j->points.at[i];

		if (p->at_us >= j->t->due_us)
			continue;
		if (j->t->due_us - p->at_us <= STALE_PERIODS * j->period_us)
			j->out->at_due = *p;
		return;
	}
}

/* The first value at or after `from_us` that meets. */
static const struct point *first_met(const struct judge *j, int64_t from_us)
{
	for (size_t i = 0; i < j->points.n; i++)
		if (j->points.at[i].at_us >= from_us && meets(j->t, &j->points.at[i]))
			return &j->points.at[i];
	return NULL;
}

static void judge_late(struct judge *j, const struct point *p)
{
	int64_t late = (p->at_us - j->t->due_us) / DAY_US + 1;
	bool blind = j->out->at_due.at_us == I64_NULL;

	j->out->days_late = late;
	say(j, TARGET_LATE_MET,
	    arena_printf(j->arena, "first measured as met on %s, %lld days after the due date%s",
			 day(j, p->at_us), (long long)late,
			 blind ? "; there is no measurement at the due date itself" : ""),
	    arena_printf(j->arena, "%s 首次测得达标，晚于期限 %lld 天%s", day(j, p->at_us),
			 (long long)late, blind ? "；期限当日没有测量数据" : ""));
}

/* A month's point carries the month's first moment, so it is one period younger than it looks. */
static bool is_stale(const struct judge *j)
{
	int periods = STALE_PERIODS + !indicator_is_round(j->t->indicator);

	return j->now_us - j->out->now.at_us > periods * j->period_us;
}

static void judge_stale(struct judge *j)
{
	const char *date = day(j, j->out->now.at_us);

	say(j, TARGET_STALE,
	    arena_printf(j->arena, "the last value is of %s, more than two periods ago", date),
	    arena_printf(j->arena, "最近一次数据为 %s，已超过两个周期", date));
}

static void judge_past(struct judge *j)
{
	const struct point *late;

	if (j->out->at_due.at_us != I64_NULL && meets(j->t, &j->out->at_due)) {
		bool still = meets(j->t, &j->out->now);

		say(j, TARGET_MET,
		    still ? "met on the due date" : "met on the due date, but no longer now",
		    still ? "期限当日已达标" : "期限当日已达标，但目前已低于目标");
		return;
	}
	late = first_met(j, j->t->due_us);
	if (late)
		judge_late(j, late);
	else if (is_stale(j))
		judge_stale(j);
	else if (fails(j->t, &j->out->now))
		say(j, TARGET_MISSED, "the due date is past and the value does not reach the threshold",
		    "期限已过，数值未达到目标");
	else
		say(j, TARGET_AT_RISK,
		    "the due date is past and the threshold lies inside the interval: look at more",
		    "期限已过，目标值落在置信区间内：需扩大样本");
}

static void judge_projection(struct judge *j)
{
	const struct projection *p = &j->out->projection;
	const char *when_en = "the line never reaches it", *when_zh = "按此趋势不会达到";

	if (p->at_us == I64_NULL) {
		say(j, TARGET_AT_RISK,
		    "not met, and there are fewer than 3 periods over this list to project from",
		    "尚未达标，且以现行名单测得的周期不足 3 个，无法推算");
		return;
	}
	if (p->crosses_us != I64_NULL) {
		when_en = arena_printf(j->arena, "the line reaches it on %s", day(j, p->crosses_us));
		when_zh = arena_printf(j->arena, "预计 %s 达到", day(j, p->crosses_us));
	}
	say(j, projection_meets(j->t, &j->out->now, p) ? TARGET_ON_TRACK : TARGET_AT_RISK,
	    arena_printf(j->arena, "projected from the last %zu periods: %s", p->periods, when_en),
	    arena_printf(j->arena, "由最近 %zu 个周期推算：%s", p->periods, when_zh));
}

static void judge_ahead(struct judge *j)
{
	if (is_stale(j))
		judge_stale(j);
	else if (meets(j->t, &j->out->now))
		say(j, TARGET_MET, "met", "已达标");
	else if (j->t->due_us == I64_NULL)
		say(j, TARGET_AT_RISK, "a duty without a date, and it is not met now",
		    "无期限的持续性要求，目前未达标");
	else if (j->t->op == TARGET_RANK)
		say(j, TARGET_AT_RISK, "not in that place now; a place is not projected",
		    "目前未达到该名次；名次不作推算");
	else
		judge_projection(j);
}

/* How far the value now is from the threshold. */
static double distance(const struct target *t, double value)
{
	if (compare(t, value))
		return 0;
	return t->op == TARGET_GE || t->op == TARGET_GT ? t->threshold - value
							: fabs(value - t->threshold);
}

static void result_clear(struct target_result *out, const struct target *t)
{
	*out = (struct target_result){
		.target = t, .at_due.at_us = I64_NULL, .now.at_us = I64_NULL,
		.projection = {.at_us = I64_NULL, .crosses_us = I64_NULL},
		.first_met_us = I64_NULL, .days_late = I64_NULL, .distance = NAN,
		.source_text = "", .source_text_zh = "",
	};
}

void target_judge(const struct target *t, const struct point *points, size_t n, int64_t period_us,
		  int64_t now_us, struct arena *a, struct target_result *out)
{
	struct judge j = {.t = t, .period_us = period_us, .now_us = now_us, .arena = a, .out = out};
	const struct point *met;

	result_clear(out, t);
	for (size_t i = 0; i < n; i++)
		if (!isnan(points[i].value))
			*vec_push(&j.points) = points[i];
	if (!j.points.n) {
		say(&j, TARGET_NO_DATA,
		    n ? "nothing in the set could be decided" : "nothing was measured for this set",
		    n ? "集合内没有明确结论" : "该集合没有测量数据");
		return;
	}
	out->now = j.points.at[j.points.n - 1];
	out->distance = distance(t, out->now.value);
	find_at_due(&j);
	met = first_met(&j, INT64_MIN);
	out->first_met_us = met ? met->at_us : I64_NULL;
	if (t->due_us != I64_NULL && now_us >= t->due_us) {
		judge_past(&j);
	} else {
		target_project(t, j.points.at, j.points.n, &out->projection);
		judge_ahead(&j);
	}
	vec_done(&j.points);
}

/* ---- from the facts ---- */

static int no_data(struct target_result *out, const char *en, const char *zh)
{
	out->status = TARGET_NO_DATA;
	out->why_en = en;
	out->why_zh = zh;
	return 0;
}

/* The place of one group among all of its time, as long as all were seen: 1 + how many have more. */
static size_t rank_points(const struct target *t, const struct series *s, int64_t until_us,
			  struct point *out)
{
	size_t n = 0, first = 0;

	for (size_t i = 0; i <= s->n; i++) {
		if (i < s->n && s->points[i].at_us == s->points[first].at_us)
			continue;
		for (size_t k = first; k < i; k++) {
			const struct point *mine = &s->points[k];
			double place = 1;

			if (strcmp(mine->group, t->rank_of) || isnan(mine->value) || mine->at_us > until_us)
				continue;
			for (size_t o = first; o < i; o++)
				place += s->points[o].value > mine->value;
			out[n] = *mine;
			out[n].lo = out[n].hi = NAN;
			out[n++].value = place;
		}
		first = i;
	}
	return n;
}

/* How much of the world the registries' files show. */
struct world {
	int64_t missing;  /* registries without a file */
	int64_t until_us; /* date of the oldest of the current files: later months are half seen */
};

static int see_world(const struct facts *f, struct arena *a, struct world *w, struct err *e)
{
	struct table t;

	if (facts_query(f, a,
			"SELECT 5 - count(*) AS missing, min(day) AS day FROM (SELECT subject, "
			"max(file_date_us) AS day FROM obs_dataset WHERE kind = 'rir' AND subject IN "
			"('afrinic', 'apnic', 'arin', 'lacnic', 'ripencc') GROUP BY subject) d",
			NULL, 0, &t, e))
		return e->code;
	w->missing = t.n_rows ? value_int(table_at(&t, 0, 0), 5) : 5;
	w->until_us = t.n_rows ? value_int(table_at(&t, 0, 1), I64_NULL) : I64_NULL;
	return 0;
}

static void judge_series(const struct plan *p, const struct target *t, const struct series *s,
			 int64_t until_us, int64_t now_us, struct arena *a, struct target_result *out)
{
	bool round = indicator_is_round(t->indicator);
	struct point *points = s->points;
	size_t n = s->n;

	if (t->op == TARGET_RANK) {
		points = arena_array(a, s->n + 1, sizeof(*points));
		n = rank_points(t, s, until_us, points);
	}
	target_judge(t, points, n, (round ? p->period_days : 31) * DAY_US, now_us, a, out);
	out->source_text = s->source_text;
	out->source_text_zh = s->source_text_zh;
}

int target_eval(const struct plan *p, const struct target *t, const struct facts *f, int64_t now_us,
		struct arena *a, struct target_result *out, struct err *e)
{
	struct series_ask ask = series_ask_all();
	struct world world = {.until_us = INT64_MAX};
	struct series s;

	result_clear(out, t);
	if (!t->indicator)
		return no_data(out, "this version has nothing that measures it", "本版本尚无法测量该项");
	if (t->op == TARGET_RANK && !indicator_is_round(t->indicator) &&
	    see_world(f, a, &world, e))
		return err_wrap(e, "target %s", t->id);
	if (world.missing)
		return no_data(out,
			       arena_printf(a, "a place among all needs the files of all five registries; "
					    "%lld are not here: run `sextant ingest rir`",
					    (long long)world.missing),
			       arena_printf(a, "名次须有五大注册机构的全部文件；现缺 %lld 家，请执行 "
					    "`sextant ingest rir`", (long long)world.missing));
	ask.to_us = now_us + 1;
	ask.portfolio = t->portfolio ? t->portfolio : p->portfolio;
	ask.by = t->op == TARGET_RANK ? t->rank_by : NULL;
	ask.filters = t->filters;
	ask.n_filters = t->n_filters;
	if (indicator_eval(t->indicator, f, &ask, a, &s, e))
		return err_wrap(e, "target %s", t->id);
	if (!s.n && t->portfolio && !s.source_text[0])
		return no_data(out,
			       arena_printf(a, "there is no complete round over a list '%s'; import the "
					    "list under this name and run a census", t->portfolio),
			       arena_printf(a, "名单“%s”没有完整轮次；请以该名称导入名单并执行一轮检查",
					    t->portfolio));
	judge_series(p, t, &s, world.until_us, now_us, a, out);
	return 0;
}

int plan_eval(const struct plan *p, const struct facts *f, int64_t now_us, struct arena *a,
	      struct target_result **results, struct target_counts *counts, struct err *e)
{
	*counts = (struct target_counts){0};
	*results = arena_array(a, p->n ? p->n : 1, sizeof(**results));
	for (size_t i = 0; i < p->n; i++) {
		struct target_result *r = &(*results)[i];

		if (target_eval(p, &p->targets[i], f, now_us, a, r, e))
			return e->code;
		counts->by[r->status]++;
	}
	return 0;
}
