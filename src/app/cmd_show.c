/* cmd_show: an indicator as a table, with its numerator, denominator and what is unknown. */
#include "app/command.h"
#include "app/tabular.h"
#include "base/clock.h"
#include "core/schema.h"
#include "indicator/indicator.h"
#include "outlet/terms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *pick(bool zh, const char *en, const char *cn)
{
	return zh && cn ? cn : en;
}

static const char *groups_of(struct arena *a, const struct indicator *i)
{
	const char *text = "";

	for (size_t g = 0; i->groups && i->groups[g]; g++)
		text = arena_printf(a, "%s%s%s", text, g ? " " : "", i->groups[g]);
	return text;
}

static void list_all(const struct args *a)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"id", pick(zh, "indicator", "指标"), TABULAR_TEXT},
		{"dimension", pick(zh, "dimension", "维度"), TABULAR_TEXT},
		{"unit", pick(zh, "unit", "单位"), TABULAR_TEXT},
		{"title", pick(zh, "title", "名称"), TABULAR_TEXT},
		{"groups", NULL, TABULAR_TEXT},
		{"period", NULL, TABULAR_TEXT},
		{"method", NULL, TABULAR_TEXT},
		{"source", NULL, TABULAR_TEXT},
	};
	struct tabular t;

	tabular_init(&t, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t k = 0; indicator_list[k]; k++) {
		const struct indicator *i = indicator_list[k];
		const char *word = zh ? term(arena_printf(&t.arena, "dimension.%s", i->dimension), zh)
				      : i->dimension;

		tabular_text(&t, i->id);
		tabular_pair(&t, word, i->dimension);
		tabular_text(&t, i->unit);
		tabular_text(&t, pick(zh, i->title_en, i->title_zh));
		tabular_text(&t, groups_of(&t.arena, i));
		tabular_text(&t, i->period);
		tabular_text(&t, i->method);
		tabular_text(&t, i->source);
	}
	tabular_print(&t, args_format(a), stdout);
	tabular_done(&t);
}

static void define(const struct indicator *i, bool zh)
{
	printf("%s (%s)\n", pick(zh, i->title_en, i->title_zh), i->id);
	printf("  %s: %s\n", zh ? "公式" : "formula", pick(zh, i->formula_en, i->formula_zh));
	printf("  %s: %s\n", zh ? "分子" : "numerator", pick(zh, i->numerator_en, i->numerator_zh));
	if (i->denominator_en)
		printf("  %s: %s\n", zh ? "分母" : "denominator",
		       pick(zh, i->denominator_en, i->denominator_zh));
	printf("  %s: %s\n  %s: %s\n  %s: %s\n", zh ? "维度" : "dimension", i->dimension,
	       zh ? "来源" : "source", i->source, zh ? "方法版本" : "method", i->method);
	printf("  %s:", zh ? "分组" : "groups");
	for (size_t g = 0; i->groups && i->groups[g]; g++)
		printf(" %s", i->groups[g]);
	printf("\n");
}

/* Shares as percent with one digit; everything else with what it needs. */
static const char *shown(const struct indicator *i, double v, char text[static 40])
{
	if (isnan(v))
		snprintf(text, 40, "?");
	else if (!strcmp(i->unit, "%"))
		snprintf(text, 40, "%.1f%%", 100 * v);
	else if (!strcmp(i->unit, "year"))
		snprintf(text, 40, "%.0f", floor(v));
	else
		snprintf(text, 40, v == floor(v) ? "%.0f" : "%.3f", v);
	return text;
}

static void print_series(const struct args *a, const struct series *s)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"at", pick(zh, "at", "时间"), TABULAR_TEXT},
		{"group", pick(zh, "group", "分组"), TABULAR_TEXT},
		{"value", pick(zh, "value", "数值"), TABULAR_NUMBER},
		{"lo", pick(zh, "low", "下限"), TABULAR_NUMBER},
		{"hi", pick(zh, "high", "上限"), TABULAR_NUMBER},
		{"numerator", pick(zh, "numerator", "分子"), TABULAR_NUMBER},
		{"denominator", pick(zh, "denominator", "分母"), TABULAR_NUMBER},
		{"n", "n", TABULAR_NUMBER},
		{"unknown", pick(zh, "unknown", "未知"), TABULAR_NUMBER},
		{"unit", NULL, TABULAR_TEXT},
		{"sampled", NULL, TABULAR_TEXT},
		{"list_version", NULL, TABULAR_NUMBER},
	};
	struct tabular t;
	char text[40];

	tabular_init(&t, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t k = 0; k < s->n; k++) {
		const struct point *p = &s->points[k];
		char at[TIME_TEXT_MAX];

		tabular_text(&t, time_text(p->at_us, at));
		tabular_text(&t, p->group);
		tabular_number(&t, p->value, shown(s->indicator, p->value, text));
		tabular_number(&t, p->lo, isnan(p->lo) ? "" : shown(s->indicator, p->lo, text));
		tabular_number(&t, p->hi, isnan(p->hi) ? "" : shown(s->indicator, p->hi, text));
		tabular_number(&t, p->numerator, isnan(p->numerator) ? "" : NULL);
		tabular_number(&t, p->denominator, isnan(p->denominator) ? "" : NULL);
		tabular_int(&t, p->n);
		tabular_int(&t, p->unknown);
		tabular_text(&t, s->indicator->unit);
		tabular_text(&t, p->sampled ? "yes" : "no");
		tabular_int(&t, p->version);
	}
	tabular_print(&t, args_format(a), stdout);
	tabular_done(&t);
}

static int read_time(const struct args *a, const char *name, int64_t *at, struct err *e)
{
	const char *text = args_text(a, name, NULL);

	if (!text || !time_parse(text, at))
		return 0;
	return usage_error(e, "--%s is a date like 2026, 2026-10 or 2026-10-31, not '%s'", name, text);
}

/* Why there is nothing, and what would change it. */
static void explain(const struct args *a, const struct series *s, const struct series_ask *ask)
{
	bool zh = args_zh(a), round = indicator_is_round(s->indicator);
	const char *fill = round ? "sextant census PORTFOLIO.csv" : "sextant ingest rir FILE…";

	if (round && s->source_text[0])
		fprintf(stderr, zh ? "无数据：轮次中没有符合所选分组的网站；去掉 --only 可查看各分组\n"
				   : "no data: no site of these rounds is in this group; leave --only out to see "
				     "the groups\n");
	else if (round && ask->portfolio)
		fprintf(stderr, zh ? "无数据：名单“%s”在此时段没有完成的轮次；`sextant portfolio list` 列出各名单，"
				     "执行一轮：%s\n"
				   : "no data: there is no complete round over a list '%s' in this time; `sextant "
				     "portfolio list` shows the lists, and this makes a round: %s\n",
			ask->portfolio, fill);
	else if (round)
		fprintf(stderr, zh ? "无数据：此时段没有完成的轮次；执行一轮：%s\n"
				   : "no data: no round is complete in this time; this makes one: %s\n", fill);
	else
		fprintf(stderr, zh ? "无数据：已导入的文件中没有所选内容；导入文件：%s\n"
				   : "no data: nothing of this is in the files taken in; this takes them in: %s\n",
			fill);
}

static void print_footer(const struct args *a, const struct series *s)
{
	bool zh = args_zh(a);
	const char *unit = s->indicator->unit;

	if (strcmp(unit, "%") && strcmp(unit, "count"))
		fprintf(stderr, zh ? "单位：%s；" : "unit %s; ", unit);
	fprintf(stderr, zh ? "%s；方法版本 %s\n" : "%s; method %s\n",
		pick(zh, s->source_text, s->source_text_zh), s->indicator->method);
}

static int read_ask(const struct args *a, struct series_ask *ask, struct err *e)
{
	*ask = series_ask_all();
	ask->by = args_text(a, "by", NULL);
	ask->only = args_text(a, "only", NULL);
	ask->portfolio = args_text(a, "portfolio", NULL);
	ask->latest = args_has(a, "latest");
	if (read_time(a, "from", &ask->from_us, e) || read_time(a, "to", &ask->to_us, e))
		return EXIT_USAGE;
	if (ask->only && !ask->by)
		return usage_error(e, "--only %s is a value of a group: say which with --by", ask->only);
	if (ask->from_us != I64_NULL && ask->to_us != I64_NULL && ask->from_us >= ask->to_us)
		return usage_error(e, "--to is the date after the last, so it lies after --from");
	return 0;
}

static int show(const struct args *a, const struct indicator *i, const struct series_ask *ask,
		struct store *store, struct err *e)
{
	const struct facts facts = store_facts(store);
	struct arena arena;
	struct series s;
	int code = EXIT_DONE;

	arena_init(&arena, 0);
	if (indicator_eval(i, &facts, ask, &arena, &s, e)) {
		code = e->code == -EINVAL ? EXIT_USAGE : exit_of(e);
	} else {
		print_series(a, &s);
		if (!s.n)
			explain(a, &s, ask);
		else if (args_format(a) == FORMAT_TABLE)
			print_footer(a, &s);
	}
	arena_done(&arena);
	return code;
}

static int run(const struct args *a, struct err *e)
{
	const char *id = args_at(a, 0);
	const struct indicator *i = id ? indicator_find(id) : NULL;
	struct series_ask ask;
	struct store *store;
	int code;

	if (args_has(a, "list")) {
		list_all(a);
		return EXIT_DONE;
	}
	if (!i)
		return usage_error(e, id ? "there is no indicator '%s'; `sextant show --list` lists them"
					 : "name an indicator, or --list%s", id ? id : "");
	if (args_count(a) > 1)
		return usage_error(e, "one indicator at a time: '%s' is one too many", args_at(a, 1));
	if (args_has(a, "define")) {
		define(i, args_zh(a));
		return EXIT_DONE;
	}
	code = read_ask(a, &ask, e);
	if (code)
		return code;
	if (open_store(a, STORE_ANY, &store, e))
		return exit_of(e);
	code = store_flush(store, e) ? exit_of(e) : show(a, i, &ask, store, e);
	store_close(store);
	return code;
}

static const struct option_row options[] = {
	{"list", NULL, "list all indicators", "列出全部指标"},
	{"define", NULL, "print the definition", "显示定义"},
	{"by", "GROUP", "one row a group: class, region, organisation, level, registry, cc ...", "分组"},
	{"only", "VALUE", "this group alone", "只看该分组"},
	{"from", "DATE", "first date", "起始日期"},
	{"to", "DATE", "date after the last", "截止日期（不含）"},
	{"portfolio", "NAME", "list (default: that of the round which ended last)",
	 "名单（默认最近完成的轮次所用名单）"},
	{"latest", NULL, "only the last period", "只看最近一期"},
	{NULL, NULL, NULL, NULL},
};

const struct command command_show = {
	.name = "show",
	.synopsis = "INDICATOR | --list",
	.en = "print an indicator with its numerator, denominator and unknowns",
	.zh = "显示指标及其分子、分母与未知数",
	.options = options,
	.example = "  sextant show --list\n  sextant show site_ready --by region --latest",
	.run = run,
};
