/* Command lines: what is read, and what is refused with which exit code. */
#include "app/args.h"
#include "test/tap.h"

static const struct option_row rows[] = {
	{"top", "N", "how many", "数量"},
	{"strict", NULL, "all or nothing", "严格"},
	{0},
};
static const struct command command = {.name = "try", .en = "x", .zh = "x", .options = rows};

/* Reads words; says the exit code. */
static int parse(struct args *a, struct err *e, const char *const *words)
{
	char *argv[16] = {(char *)"try"};
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	*e = (struct err){0};
	return args_parse(a, &command, argc, argv, e);
}

#define PARSE(...) parse(&a, &e, (const char *const[]){__VA_ARGS__, NULL})

static void test_taken(void)
{
	struct args a;
	struct err e;
	int64_t n;

	is_int(PARSE("one", "--top", "5", "two", "--strict", "--", "--three"), 0, "options and words mixed");
	ok(args_count(&a) == 3 && !strcmp(args_at(&a, 2), "--three") && !args_at(&a, 3), "plain words");
	ok(args_has(&a, "strict") && !args_has(&a, "json"), "switches");
	ok(args_int(&a, "top", 1, 5, 9, &n, &e) && n == 5, "a number at its bound");
	ok(!args_int(&a, "top", 1, 4, 9, &n, &e) && *e.text, "and past it: %s", e.text);
	args_done(&a);
	is_int(PARSE("--top=7", "--top=8", "-"), 0, "values after =");
	ok(!strcmp(args_text(&a, "top", ""), "8") && !strcmp(args_nth(&a, "top", 0), "7") &&
		   !args_nth(&a, "top", 2),
	   "the last wins, and all are there");
	is_str(args_at(&a, 0), "-", "a single dash is a word");
	args_done(&a);
	is_int(PARSE("--json", "--lang", "zh", "--set", "rate.per_ns_qps=3"), 0, "common options");
	ok(args_format(&a) == FORMAT_JSON && args_zh(&a) && args_config(&a)->per_ns_qps == 3, "their meaning");
	ok(args_int(&a, "top", 1, 5, 4, &n, &e) && n == 4, "a fallback");
	args_done(&a);
	is_int(PARSE("-h"), 0, "-h");
	ok(args_has(&a, "help"), "is --help");
	args_done(&a);
}

static void test_refused(void)
{
	static const struct {
		const char *words[4];
		int code;
		const char *why;
	} list[] = {
		{{"--none"}, EXIT_USAGE, "takes no option --none"},
		{{"--topp", "1"}, EXIT_USAGE, "takes no option --topp"},
		{{"--to=1"}, EXIT_USAGE, "takes no option --to;"},
		{{"--top"}, EXIT_USAGE, "--top wants N"},
		{{"--strict=1"}, EXIT_USAGE, "--strict takes no value"},
		{{"-format", "json"}, EXIT_USAGE, "options are long: there is no '-format'"},
		{{"--format", "xml"}, EXIT_USAGE, "--format is table, csv or json"},
		{{"--lang", "de"}, EXIT_USAGE, "--lang is zh or en"},
		{{"--set", "nonsense"}, EXIT_USAGE, "section.key=value"},
		{{"--config", "/nowhere/at/all"}, EXIT_INPUT, "/nowhere/at/all"},
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct args a;
		struct err e;
		int code = parse(&a, &e, list[i].words);

		ok(code == list[i].code && strstr(e.text, list[i].why), "%s: %d %s", list[i].words[0], code,
		   e.text);
		args_done(&a);
	}
}

int main(void)
{
	setenv("SEXTANT_DB", "/nowhere", 1);
	setenv("LC_ALL", "C", 1);
	test_taken();
	test_refused();
	is_int(exit_of(&(struct err){.code = -22}), EXIT_INPUT, "bad input");
	is_int(exit_of(&(struct err){.code = -5}), EXIT_FAULT, "our own fault");
	is_int(exit_of(&(struct err){.code = -4}), EXIT_STOPPED, "somebody stopped it");
	setenv("LC_ALL", "zh_CN.UTF-8", 1);
	ok(locale_zh(), "the locale asks for Chinese");
	return done();
}
