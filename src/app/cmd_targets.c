/* cmd_targets: the targets of a plan held against measured values. */
#include "app/command.h"
#include "app/tabular.h"
#include "base/clock.h"
#include "core/schema.h"
#include "indicator/target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *value_of(const struct target *t, const struct point *p, char text[static 64])
{
	if (p->at_us == I64_NULL || isnan(p->value))
		snprintf(text, 64, "–");
	else if (!strcmp(t->unit, "%"))
		snprintf(text, 64, "%.1f%% (%.0f/%.0f)", 100 * p->value, p->numerator, p->denominator);
	else
		snprintf(text, 64, "%.10g", p->value);
	return text;
}

static const char *asked(const struct target *t, char text[static 64])
{
	double shown = !strcmp(t->unit, "%") ? 100 * t->threshold : t->threshold;

	if (isnan(t->threshold))
		snprintf(text, 64, "%s", target_op_words[t->op]);
	else
		snprintf(text, 64, "%s %.15g %s", target_op_words[t->op], shown, t->unit);
	return text;
}

static void add(struct tabular *out, const struct target_result *r, bool zh)
{
	const struct target *t = r->target;
	char text[64];

	tabular_text(out, t->id);
	tabular_text(out, target_status_words[r->status]);
	tabular_text(out, t->due);
	tabular_text(out, asked(t, text));
	tabular_pair(out, value_of(t, &r->at_due, text), text);
	tabular_pair(out, value_of(t, &r->now, text), text);
	snprintf(text, sizeof(text), "%c", t->grade);
	tabular_text(out, text);
	tabular_text(out, zh && t->text_zh[0] ? t->text_zh : t->text_en);
	tabular_text(out, t->set);
	tabular_text(out, t->indicator ? t->indicator->id : "");
	tabular_int(out, r->days_late);
	tabular_text(out, zh ? r->why_zh : r->why_en);
	tabular_text(out, t->source);
}

static int print_plan(const struct args *a, const struct plan *p, const struct facts *f,
		      int64_t now_us, struct arena *arena, struct err *e)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"id", zh ? "目标" : "target", TABULAR_TEXT},
		{"status", zh ? "状态" : "status", TABULAR_TEXT},
		{"due", zh ? "期限" : "due", TABULAR_TEXT},
		{"asked", zh ? "要求" : "asked", TABULAR_TEXT},
		{"value_at_due", zh ? "到期值" : "then", TABULAR_TEXT},
		{"value_now", zh ? "现值" : "now", TABULAR_TEXT},
		{"grade", zh ? "证据" : "evidence", TABULAR_TEXT},
		{"text", zh ? "内容" : "text", TABULAR_TEXT},
		{"set", NULL, TABULAR_TEXT},
		{"indicator", NULL, TABULAR_TEXT},
		{"days_late", NULL, TABULAR_NUMBER},
		{"why", NULL, TABULAR_TEXT},
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
		add(&out, &results[i], zh);
		bad |= target_is_bad(results[i].status);
	}
	tabular_print(&out, args_format(a), stdout);
	tabular_done(&out);
	fprintf(stderr, "%s:", p->name);
	for (size_t s = 0; s <= TARGET_STALE; s++)
		fprintf(stderr, " %zu %s%s", counts.by[s], target_status_words[s],
			s < TARGET_STALE ? "," : "\n");
	return bad ? EXIT_NEGATIVE : EXIT_DONE;
}

static int evaluate(const struct args *a, const char *name, int64_t now_us, struct err *e)
{
	struct arena arena;
	struct store *store;
	struct facts facts;
	struct plan p;
	int code;

	arena_init(&arena, 0);
	if (plan_builtin(&p, &arena, name, e)) {
		code = EXIT_USAGE;
	} else if (open_store(a, STORE_ANY, &store, e)) {
		code = exit_of(e);
	} else {
		facts = store_facts(store);
		code = store_flush(store, e) ? exit_of(e)
					     : print_plan(a, &p, &facts, now_us, &arena, e);
		store_close(store);
	}
	arena_done(&arena);
	return code;
}

static int run(const struct args *a, struct err *e)
{
	const char *at = args_text(a, "at", NULL);
	int64_t now_us = clock_wall(&clock_real);
	const char *name;

	if (at && time_parse(at, &now_us))
		return usage_error(e, "--at is a date like 2026-10-31, not '%s'", at);
	if (!args_has(a, "list"))
		return evaluate(a, args_text(a, "plan", "cn-2017"), now_us, e);
	for (size_t i = 0; plan_builtin_name(i); i++) {
		name = plan_builtin_name(i);
		printf("%s\n", name);
	}
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{"plan", "NAME", "cn-2017 (default) or itu-res64", "cn-2017（默认）或 itu-res64"},
	{"at", "DATE", "as if it were this date", "以该日期为“现在”"},
	{"list", NULL, "list the plans", "列出各计划"},
	{NULL, NULL, NULL, NULL},
};

const struct command command_targets = {
	.name = "targets",
	.en = "hold the targets of a plan against measured values",
	.zh = "目标对照实测值",
	.more_en = "MET, LATE-MET, MISSED, ON-TRACK, AT-RISK, NO-DATA or STALE. Without a list or data a\n"
		   "target is NO-DATA, never 0. Evidence: M measured, D declared, R reported. Exit code 1\n"
		   "when a target is missed or at risk.",
	.more_zh = "状态：MET 达标、LATE-MET 逾期达标、MISSED 未达标、ON-TRACK 可望达标、AT-RISK 有风险、\n"
		   "NO-DATA 无数据、STALE 数据过期。没有名单或数据即为 NO-DATA，绝不记为 0。证据等级：\n"
		   "M 实测、D 申报、R 上报。有目标未达标或有风险时退出码为 1。",
	.options = options,
	.example = "  sextant targets --plan cn-2017\n  sextant targets --plan itu-res64 --format csv",
	.run = run,
};
