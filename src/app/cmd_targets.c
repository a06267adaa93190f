/* cmd_targets: the targets of a plan held against measured values, and the user's own plans. */
#include "app/command.h"
#include "app/file.h"
#include "app/tabular.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "core/schema.h"
#include "indicator/target.h"
#include "outlet/plans.h"
#include "outlet/target_view.h"
#include "outlet/terms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_MAX = 96 };

/* Titles of tables are small in English. */
static const char *title(struct arena *a, const char *key, bool zh)
{
	char *text = arena_str(a, term(key, zh));

	if (!zh && *text >= 'A' && *text <= 'Z')
		*text += 'a' - 'A';
	return text;
}

/* ---- one target as a row ---- */

static const char *shown(const struct target *t, const struct point *p, char text[static VALUE_MAX])
{
	if (p->at_us == I64_NULL || isnan(p->value))
		snprintf(text, VALUE_MAX, "–");
	else if (!strcmp(t->unit, "%") && isnan(p->lo))
		snprintf(text, VALUE_MAX, "%.1f%% (%.0f/%.0f)", 100 * p->value, p->numerator, p->denominator);
	else if (!strcmp(t->unit, "%"))
		snprintf(text, VALUE_MAX, "%.1f%% (%.0f/%.0f; %.1f–%.1f)", 100 * p->value, p->numerator,
			 p->denominator, 100 * p->lo, 100 * p->hi);
	else
		snprintf(text, VALUE_MAX, "%.10g", p->value);
	return text;
}

static const char *asked(const struct target *t, bool zh, char text[static VALUE_MAX])
{
	double number = !strcmp(t->unit, "%") ? 100 * t->threshold : t->threshold;

	if (isnan(t->threshold))
		snprintf(text, VALUE_MAX, "–");
	else if (t->op == TARGET_RANK)
		snprintf(text, VALUE_MAX, zh ? "第 %.0f 名以内" : "place %.0f or better", number);
	else
		snprintf(text, VALUE_MAX, "%s %.15g%s%s", target_op_words[t->op], number,
			 !strcmp(t->unit, "%") ? "" : " ", !strcmp(t->unit, "count") ? "" : t->unit);
	return text;
}

static void add_exact(struct tabular *out, const struct point *p)
{
	bool none = p->at_us == I64_NULL;
	char at[TIME_TEXT_MAX];

	tabular_number(out, none ? NAN : p->value, NULL);
	tabular_number(out, none ? NAN : p->lo, NULL);
	tabular_number(out, none ? NAN : p->hi, NULL);
	tabular_number(out, none ? NAN : p->numerator, NULL);
	tabular_number(out, none ? NAN : p->denominator, NULL);
	tabular_int(out, none ? I64_NULL : p->n);
	tabular_int(out, none ? I64_NULL : p->unknown);
	tabular_text(out, none ? NULL : time_text(p->at_us, at));
}

static void add(struct tabular *out, const struct target_result *r, int64_t now_us, bool zh)
{
	const struct target *t = r->target;
	const char *status = target_status_words[r->status];
	char text[VALUE_MAX], due[TIME_TEXT_MAX], key[32], grade[2] = {t->grade, '\0'};

	snprintf(key, sizeof(key), "status.%s", status);
	tabular_text(out, t->id);
	tabular_pair(out, zh ? term(key, zh) : status, status);
	tabular_pair(out, *t->due ? t->due : "–", target_due_text(t, due));
	tabular_text(out, asked(t, zh, text));
	tabular_text(out, shown(t, &r->at_due, text));
	tabular_text(out, shown(t, &r->now, text));
	tabular_text(out, grade);
	tabular_text(out, zh && t->text_zh[0] ? t->text_zh : t->text_en);
	tabular_text(out, t->dimension);
	tabular_text(out, t->set);
	tabular_text(out, t->indicator ? t->indicator->id : NULL);
	tabular_text(out, target_op_words[t->op]);
	tabular_number(out, t->threshold, NULL);
	tabular_text(out, t->unit);
	add_exact(out, &r->at_due);
	add_exact(out, &r->now);
	tabular_number(out, r->distance, NULL);
	tabular_int(out, target_days_left(t, now_us));
	tabular_int(out, r->days_late);
	tabular_text(out, zh ? r->why_zh : r->why_en);
	tabular_text(out, zh ? r->source_text_zh : r->source_text);
	tabular_text(out, t->source);
}

/* ---- a whole plan ---- */

static void print_counts(const struct plan *p, const struct target_counts *counts, bool zh)
{
	fprintf(stderr, "%s:", p->name);
	for (size_t s = 0; s <= TARGET_STALE; s++) {
		char key[32];

		snprintf(key, sizeof(key), "status.%s", target_status_words[s]);
		fprintf(stderr, " %zu %s%s", counts->by[s], zh ? term(key, zh) : target_status_words[s],
			s < TARGET_STALE ? "," : "\n");
	}
}

static int print_plan(const struct args *a, const struct plan *p, const struct facts *f,
		      int64_t now_us, struct arena *arena, struct err *e)
{
	bool zh = args_zh(a);
#define EXACT(when)                                                                                \
	{"value_" when, NULL, TABULAR_NUMBER}, {"lo_" when, NULL, TABULAR_NUMBER},                 \
	{"hi_" when, NULL, TABULAR_NUMBER}, {"numerator_" when, NULL, TABULAR_NUMBER},             \
	{"denominator_" when, NULL, TABULAR_NUMBER}, {"n_" when, NULL, TABULAR_NUMBER},            \
	{"unknown_" when, NULL, TABULAR_NUMBER}, {"at_" when, NULL, TABULAR_TEXT}
	const struct tabular_column columns[] = {
		{"id", title(arena, "term.target", zh), TABULAR_TEXT},
		{"status", title(arena, "term.status", zh), TABULAR_TEXT},
		{"due", title(arena, "col.due", zh), TABULAR_TEXT},
		{"asked", title(arena, "col.asked", zh), TABULAR_TEXT},
		{"then", title(arena, "col.then", zh), TABULAR_TEXT},
		{"now", title(arena, "col.now", zh), TABULAR_TEXT},
		{"grade", title(arena, "term.evidence", zh), TABULAR_TEXT},
		{"text", zh ? "内容" : "what", TABULAR_TEXT},
		{"dimension", NULL, TABULAR_TEXT},
		{"set", NULL, TABULAR_TEXT},
		{"indicator", NULL, TABULAR_TEXT},
		{"op", NULL, TABULAR_TEXT},
		{"threshold", NULL, TABULAR_NUMBER},
		{"unit", NULL, TABULAR_TEXT},
		EXACT("at_due"),
		EXACT("now"),
		{"distance", NULL, TABULAR_NUMBER},
		{"days_left", NULL, TABULAR_NUMBER},
		{"days_late", NULL, TABULAR_NUMBER},
		{"why", NULL, TABULAR_TEXT},
		{"data", NULL, TABULAR_TEXT},
		{"source", NULL, TABULAR_TEXT},
	};
	struct target_result *results;
	struct target_counts counts;
	struct tabular out;
	bool bad = false;

	if (plan_eval(p, f, now_us, arena, &results, &counts, e))
		return exit_of(e);
	tabular_init(&out, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < p->n; i++) {
		add(&out, &results[i], now_us, zh);
		bad |= target_is_bad(results[i].status);
	}
	tabular_print(&out, args_format(a), stdout);
	tabular_done(&out);
	print_counts(p, &counts, zh);
	return bad ? EXIT_NEGATIVE : EXIT_DONE;
}

/* ---- a plan from a file ---- */

static bool is_file(const char *name)
{
	size_t n = strlen(name);

	return strchr(name, '/') || (n > 4 && !strcmp(name + n - 4, ".csv"));
}

static int parse_file(const char *path, struct arena *a, const char **text, struct plan *p,
		      struct err *e)
{
	size_t len;

	if (file_read(path, L_PLAN_FILE_B, a, text, &len, e)) {
		if (e->code == -E2BIG)
			limit_hit(LIMIT_PLAN_FILE_B);
		return e->code;
	}
	return plan_parse(p, a, path, *text, len, e);
}

/* The file's name without folder and ending, in the letters of a name. */
static const char *name_from(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = arena_str(a, slash ? slash + 1 : path), *dot = strrchr(name, '.');

	if (dot && dot != name)
		*dot = '\0';
	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
		else if (*c == ' ')
			*c = '-';
	}
	return name;
}

/* ---- what the command does ---- */

struct job {
	const struct args *args;
	struct arena arena;
	struct store *store;
	int64_t now_us;
};

static int evaluate(struct job *j, struct err *e)
{
	const char *name = args_text(j->args, "plan", NULL), *text;
	struct facts facts = store_facts(j->store);
	struct plan p;
	int rc = name && is_file(name) ? parse_file(name, &j->arena, &text, &p, e)
				       : plans_find(j->store, &j->arena, name, &p, e);

	if (rc)
		return rc == -ENOENT && !is_file(name ? name : "") ? EXIT_USAGE : EXIT_INPUT;
	p.portfolio = args_text(j->args, "portfolio", NULL);
	return store_flush(j->store, e) ? exit_of(e)
					: print_plan(j->args, &p, &facts, j->now_us, &j->arena, e);
}

static int import(struct job *j, struct err *e)
{
	const char *path = args_text(j->args, "import", ""), *name = args_text(j->args, "name", NULL), *text;
	struct plan p;

	if (parse_file(path, &j->arena, &text, &p, e))
		return EXIT_INPUT;
	name = name ? name : name_from(&j->arena, path);
	if (!plan_name_ok(name))
		return usage_error(e, "'%s' is no name for a plan of yours: small letters, digits, - _ ., and "
				   "not that of a plan of the program; give one with --name", name);
	if (plans_save(j->store, name, text, e))
		return exit_of(e);
	fprintf(stderr, args_zh(j->args) ? "%s：已导入 %zu 项目标；查看：sextant targets --plan %s\n"
					 : "%s: %zu targets are kept; see them: sextant targets --plan %s\n",
		name, p.n, name);
	return EXIT_DONE;
}

static int list(struct job *j, struct err *e)
{
	bool zh = args_zh(j->args);
	const struct tabular_column columns[] = {
		{"plan", title(&j->arena, "term.plan", zh), TABULAR_TEXT},
		{"targets", zh ? "目标数" : "targets", TABULAR_NUMBER},
		{"origin", zh ? "来自" : "from", TABULAR_TEXT},
		{"default", zh ? "默认" : "default", TABULAR_TEXT},
		{"imported", zh ? "导入时间" : "imported", TABULAR_TEXT},
		{"title", zh ? "名称" : "title", TABULAR_TEXT},
	};
	struct plan_entry *all;
	struct tabular t;
	size_t n;

	if (plans_list(j->store, &j->arena, &all, &n, e))
		return exit_of(e);
	tabular_init(&t, columns, 6);
	for (size_t i = 0; i < n; i++) {
		char at[TIME_TEXT_MAX];

		tabular_text(&t, all[i].name);
		tabular_int(&t, (int64_t)all[i].targets);
		tabular_pair(&t, all[i].own ? zh ? "用户" : "user" : zh ? "程序自带" : "program",
			     all[i].own ? "user" : "program");
		tabular_pair(&t, term(all[i].is_default ? "yes" : "no", zh), all[i].is_default ? "yes" : "no");
		tabular_text(&t, all[i].own ? time_text(all[i].imported_us, at) : NULL);
		tabular_text(&t, zh && *all[i].title_zh ? all[i].title_zh : all[i].title_en);
	}
	tabular_print(&t, args_format(j->args), stdout);
	tabular_done(&t);
	return EXIT_DONE;
}

static int export(struct job *j, struct err *e)
{
	const char *text;
	size_t len;

	if (plans_text(j->store, &j->arena, args_text(j->args, "export", ""), &text, &len, e))
		return EXIT_USAGE;
	fwrite(text, 1, len, stdout);
	return EXIT_DONE;
}

static int change(struct job *j, struct err *e)
{
	const char *gone = args_text(j->args, "remove", NULL);
	int rc = gone ? plans_remove(j->store, gone, e)
		      : plans_set_default(j->store, args_text(j->args, "default", ""), e);

	return !rc ? EXIT_DONE : rc == -ENOENT || rc == -EINVAL ? EXIT_USAGE : exit_of(e);
}

static const struct {
	const char *option;
	int (*run)(struct job *j, struct err *e);
} jobs[] = {
	{"list", list}, {"import", import}, {"export", export}, {"remove", change}, {"default", change},
};

/* As it stood at the end of that day; a day to come has no values. */
static int read_at(struct job *j, struct err *e)
{
	const char *at = args_text(j->args, "at", NULL);
	int64_t start_us, end_us;

	j->now_us = clock_wall(&clock_real);
	if (!at)
		return 0;
	if (time_parse(at, &start_us) || time_parse_end(at, &end_us))
		return usage_error(e, "--at is a date like 2026-10-31, not '%s'", at);
	if (start_us > j->now_us)
		return usage_error(e, "--at %s has not come yet; leave it out for today", at);
	if (end_us < j->now_us)
		j->now_us = end_us;
	return 0;
}

static int run(const struct args *a, struct err *e)
{
	struct job j = {.args = a};
	int (*work)(struct job *, struct err *) = evaluate;
	int code = read_at(&j, e);

	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		if (args_has(a, jobs[i].option))
			work = jobs[i].run;
	if (code)
		return code;
	if (open_store(a, STORE_ANY, &j.store, e))
		return exit_of(e);
	arena_init(&j.arena, 0);
	code = work(&j, e);
	arena_done(&j.arena);
	store_close(j.store);
	return code;
}

static const struct option_row options[] = {
	{"plan", "NAME|FILE.csv", "a plan by name, or a file (default: the one that is set, or cn-2017)",
	 "计划名称或文件（默认：所设默认计划，或 cn-2017）"},
	{"at", "DATE", "as it stood at the end of this day", "以该日结束时为“现在”"},
	{"portfolio", "NAME", "list of the targets that name none", "目标未指明名单时使用的名单"},
	{"list", NULL, "list the plans", "列出各计划"},
	{"import", "FILE.csv", "keep a plan of your own", "导入自己的计划"},
	{"name", "NAME", "its name (default: that of the file)", "计划名称（默认取文件名）"},
	{"default", "NAME", "show this plan when none is named, on the dashboard too",
	 "未指明时显示该计划，网页同"},
	{"export", "NAME", "print a plan as CSV, to begin one of your own", "以 CSV 输出计划，可作为模板"},
	{"remove", "NAME", "forget a plan of your own", "删除自己的计划"},
	{NULL, NULL, NULL, NULL},
};

const struct command command_targets = {
	.name = "targets",
	.en = "hold the targets of a plan against measured values",
	.zh = "目标对照实测值",
	.more_en = "MET, LATE-MET, MISSED, ON-TRACK, AT-RISK, NO-DATA or STALE. Without a list or data a\n"
		   "target is NO-DATA, never 0. Evidence: M measured, D declared, R reported. Exit code 1\n"
		   "when a target is missed or at risk. A plan is a CSV file with the columns id, dimension,\n"
		   "text_en, text_zh, due, set, indicator, op, threshold, unit, grade, source.",
	.more_zh = "状态：MET 达标、LATE-MET 逾期达标、MISSED 未达标、ON-TRACK 进展正常、AT-RISK 有风险、\n"
		   "NO-DATA 无数据、STALE 数据过旧。没有名单或数据即为 NO-DATA，绝不记为 0。证据等级：\n"
		   "M 实测、D 申报、R 报送。有目标未达标或有风险时退出码为 1。计划为 CSV 文件，列为 id、\n"
		   "dimension、text_en、text_zh、due、set、indicator、op、threshold、unit、grade、source。",
	.options = options,
	.example = "  sextant targets --plan cn-2017\n  sextant targets --export cn-2017 >mine.csv\n"
		   "  sextant targets --import mine.csv --name mine\n  sextant targets --plan mine --format csv",
	.run = run,
};
