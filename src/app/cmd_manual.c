/* cmd_manual: the manual page, the completions and the reference, printed from the tables. */
#include "app/command.h"
#include "app/config.h"
#include "app/schemas.h"
#include "base/limits.h"
#include "check/check.h"
#include "indicator/indicator.h"

#include <stdio.h>
#include <string.h>

static const char *pick(bool zh, const char *en, const char *cn)
{
	return zh && cn ? cn : en;
}

static void page_settings(bool zh)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	config_manual(&out, zh, false);
	printf("# %s\n\n```ini%s```\n", zh ? "配置项" : "Settings", out.data);
	buf_done(&out);
}

static void page_limits(bool zh)
{
	printf("# %s\n\n| %s |\n|---|---|---|\n", zh ? "硬性限制" : "Hard limits",
	       zh ? "名称 | 数值 | 含义" : "name | number | meaning");
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		printf("| %s | %lld | %s |\n", limit_table[i].name, (long long)limit_table[i].number,
		       limit_table[i].meaning);
}

static void page_tables(bool zh)
{
	static const char *const kinds[] = {"integer", "number", "flag", "text",
					    "address", "time",	 "word"};

	printf("# %s\n", zh ? "事实表" : "Tables of facts");
	for (size_t i = 0; known_schemas[i]; i++) {
		const struct schema *s = known_schemas[i];

		printf("\n## obs_%s\n\n%s.\n\n| %s |\n|---|---|---|\n", s->name, s->doc,
		       zh ? "列 | 类型 | 含义" : "column | type | meaning");
		for (size_t k = 0; k < s->n_fields; k++)
			printf("| %s | %s | %s |\n", s->fields[k].name, kinds[s->fields[k].type],
			       s->fields[k].doc);
	}
}

static void page_checks(bool zh)
{
	printf("# %s\n", zh ? "检查项" : "Checks");
	for (size_t i = 0; check_list[i]; i++) {
		const struct check *c = check_list[i];

		printf("\n## %s\n\n%s. %s: %s. %s: %s.\n\n| %s |\n|---|---|---|---|\n", c->id,
		       pick(zh, c->title_en, c->title_zh), zh ? "来源" : "Source", c->source,
		       zh ? "方法版本" : "Method", c->method,
		       zh ? "代码 | 结论 | 含义 | 修复" : "code | verdict | meaning | remedy");
		for (const struct reason *r = c->reasons; r->code; r++)
			printf("| %s | %s | %s | %s |\n", r->code, verdict_words[r->verdict],
			       pick(zh, r->en, r->zh), pick(zh, r->remedy_en, r->remedy_zh));
	}
}

static void page_indicators(bool zh)
{
	printf("# %s\n", zh ? "指标" : "Indicators");
	for (size_t i = 0; indicator_list[i]; i++) {
		const struct indicator *n = indicator_list[i];

		printf("\n## %s\n\n%s (%s, %s)\n\n- %s: %s\n- %s: %s\n- %s: %s\n- %s: %s\n- %s: %s\n",
		       n->id, pick(zh, n->title_en, n->title_zh), n->dimension, n->unit,
		       zh ? "公式" : "Formula", pick(zh, n->formula_en, n->formula_zh),
		       zh ? "分子" : "Numerator", pick(zh, n->numerator_en, n->numerator_zh),
		       zh ? "分母" : "Denominator",
		       n->denominator_en ? pick(zh, n->denominator_en, n->denominator_zh) : "–",
		       zh ? "来源" : "Source", n->source, zh ? "方法版本" : "Method", n->method);
	}
}

static const struct {
	const char *name;
	void (*print)(bool zh);
} pages[] = {
	{"settings", page_settings}, {"limits", page_limits},		{"tables", page_tables},
	{"checks", page_checks},     {"indicators", page_indicators},
};

static int print_page(const char *name, bool zh, struct err *e)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (!strcmp(pages[i].name, name)) {
			pages[i].print(zh);
			return EXIT_DONE;
		}
	return usage_error(e, "--page is settings, limits, tables, checks or indicators, not '%s'",
			   name);
}

static int run(const struct args *a, struct err *e)
{
	const char *shell = args_text(a, "completion", NULL), *page = args_text(a, "page", NULL);

	if (page)
		return print_page(page, args_zh(a), e);
	if (!shell) {
		print_man(args_zh(a));
		return EXIT_DONE;
	}
	if (strcmp(shell, "bash") && strcmp(shell, "zsh") && strcmp(shell, "fish"))
		return usage_error(e, "--completion is bash, zsh or fish, not '%s'", shell);
	print_completion(shell);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{"completion", "bash|zsh|fish", "print completion for this shell instead",
	 "改为输出该 shell 的补全脚本"},
	{"page", "settings|limits|tables|checks|indicators",
	 "print this page of the reference (Markdown) instead", "改为输出参考手册的该页（Markdown）"},
	{0},
};

const struct command command_manual = {
	.name = "manual",
	.en = "print the manual page (mdoc); pipe it into `man -l -`",
	.zh = "输出手册页（mdoc），可接 `man -l -`",
	.options = options,
	.example = "  sextant manual | man -l -\n  source <(sextant manual --completion bash)",
	.run = run,
};
