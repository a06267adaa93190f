/* cmd_show: an indicator as a table, with its numerator, denominator and what is unknown. */
#include "app/command.h"
#include "app/tabular.h"
#include "base/clock.h"
#include "core/schema.h"
#include "indicator/indicator.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *pick(bool zh, const char *en, const char *cn)
{
	return zh && cn ? cn : en;
}

static void list_all(const struct args *a)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"id", pick(zh, "indicator", "指标"), TABULAR_TEXT},
		{"dimension", pick(zh, "dimension", "维度"), TABULAR_TEXT},
		{"unit", pick(zh, "unit", "单位"), TABULAR_TEXT},
		{"title", pick(zh, "title", "名称"), TABULAR_TEXT},
	};
	struct tabular t;

	tabular_init(&t, columns, 4);
	for (size_t i = 0; indicator_list[i]; i++) {
		tabular_text(&t, indicator_list[i]->id);
		tabular_text(&t, indicator_list[i]->dimension);
		tabular_text(&t, indicator_list[i]->unit);
		tabular_text(&t, pick(zh, indicator_list[i]->title_en, indicator_list[i]->title_zh));
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
	};
	struct tabular t;
	char text[40];

	tabular_init(&t, columns, 9);
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

static int show(const struct args *a, const struct indicator *i, struct store *store, struct err *e)
{
	const struct facts facts = store_facts(store);
	struct series_ask ask = series_ask_all();
	struct arena arena;
	struct series s;
	int code = EXIT_DONE;

	ask.by = args_text(a, "by", NULL);
	ask.only = args_text(a, "only", NULL);
	ask.portfolio = args_text(a, "portfolio", NULL);
	ask.latest = args_has(a, "latest");
	if (read_time(a, "from", &ask.from_us, e) || read_time(a, "to", &ask.to_us, e))
		return EXIT_USAGE;
	arena_init(&arena, 0);
	if (indicator_eval(i, &facts, &ask, &arena, &s, e)) {
		code = e->code == -EINVAL ? EXIT_USAGE : exit_of(e);
	} else {
		print_series(a, &s);
		if (!s.n)
			fprintf(stderr, "%s\n", args_zh(a) ? "无数据" : "no data");
		else if (args_format(a) == FORMAT_TABLE)
			fprintf(stderr, "%s; %s %s\n", pick(args_zh(a), s.source_text, s.source_text_zh),
				args_zh(a) ? "方法版本" : "method", i->method);
	}
	arena_done(&arena);
	return code;
}

static int run(const struct args *a, struct err *e)
{
	const char *id = args_at(a, 0);
	const struct indicator *i = id ? indicator_find(id) : NULL;
	struct store *store;
	int code;

	if (args_has(a, "list")) {
		list_all(a);
		return EXIT_DONE;
	}
	if (!i)
		return usage_error(e, id ? "there is no indicator '%s'; `sextant show --list` lists them"
					 : "name an indicator, or --list%s", id ? id : "");
	if (args_has(a, "define")) {
		define(i, args_zh(a));
		return EXIT_DONE;
	}
	if (open_store(a, STORE_ANY, &store, e))
		return exit_of(e);
	code = store_flush(store, e) ? exit_of(e) : show(a, i, store, e);
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
