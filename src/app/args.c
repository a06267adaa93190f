/*
 * args: "--name value", "--name=value", "--" and plain arguments in any order.  Long options only:
 * the table is the manual, and a letter would be one more thing to remember.
 */
#include "app/args.h"

#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct option_row common_options[] = {
	{"db", "DIR", "data directory (default ./sextant.d, or SEXTANT_DB)",
	 "数据目录（默认 ./sextant.d，或环境变量 SEXTANT_DB）"},
	{"config", "FILE", "settings (default DIR/sextant.conf if it is there)",
	 "配置文件（默认 DIR/sextant.conf，若存在）"},
	{"set", "SECTION.KEY=VALUE", "one setting; may stand several times", "单项设置，可多次使用"},
	{"format", "table|csv|json", "how tables are printed", "表格输出格式"},
	{"json", NULL, "same as --format json", "等同 --format json"},
	{"csv", NULL, "same as --format csv", "等同 --format csv"},
	{"lang", "zh|en", "language of messages (default: the locale)", "消息语言（默认随系统区域）"},
	{"quiet", NULL, "no progress, only errors", "不显示进度，只显示错误"},
	{"verbose", NULL, "more detail", "更多细节"},
	{"help", NULL, "this text", "显示本说明"},
	{NULL, NULL, NULL, NULL},
};

bool locale_zh(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < 3; i++) {
		const char *v = getenv(names[i]);

		if (v && *v)
			return !strncmp(v, "zh", 2);
	}
	return false;
}

static const struct option_row *option_in(const struct option_row *rows, const char *name, size_t n)
{
	for (; rows && rows->name; rows++)
		if (strlen(rows->name) == n && !strncmp(rows->name, name, n))
			return rows;
	return NULL;
}

/* Reads one "--name[=value]"; *i moves past a value that stands alone. */
static int take_option(struct args *a, int argc, char **argv, int *i, struct err *e)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t n = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_row *o = option_in(a->command->options, name, n);
	const char *value = equals ? equals + 1 : NULL;

	if (!o)
		o = option_in(common_options, name, n);
	if (!o)
		return usage_error(e, "%s takes no option --%.*s; `sextant %s --help` lists them",
				   a->command->name, (int)n, name, a->command->name);
	if (!o->arg && value)
		return usage_error(e, "--%s takes no value", o->name);
	if (o->arg && !value) {
		if (*i + 1 >= argc)
			return usage_error(e, "--%s wants %s", o->name, o->arg);
		value = argv[++*i];
	}
	*vec_push(&a->options) = (struct given){o->name, value ? value : ""};
	return 0;
}

static int check_words(const struct args *a, struct err *e)
{
	const char *f = args_text(a, "format", "table"), *l = args_text(a, "lang", "en");

	if (strcmp(f, "table") && strcmp(f, "csv") && strcmp(f, "json"))
		return usage_error(e, "--format is table, csv or json, not '%s'", f);
	if (strcmp(l, "zh") && strcmp(l, "en"))
		return usage_error(e, "--lang is zh or en, not '%s'", l);
	return 0;
}

/* --iterate and --resolver are settings with words of their own.  Who names both has mixed up what he wants: all
 * names of a round come from one of them. */
static int choose_names(struct args *a, struct err *e)
{
	const char *resolver = args_text(a, "resolver", NULL);
	char setting[CONFIG_TEXT_MAX + 32];

	if (args_has(a, "iterate") && resolver)
		return usage_error(e, "--iterate asks no resolver: give it, or --resolver, not both");
	if (args_has(a, "iterate"))
		return config_set(&a->config, "dns.iterate=1", e) ? EXIT_USAGE : 0;
	if (!resolver)
		return 0;
	snprintf(setting, sizeof(setting), "dns.resolver=%s", resolver);
	if (config_set(&a->config, setting, e) || config_set(&a->config, "dns.iterate=0", e))
		return EXIT_USAGE;
	return 0;
}

static int load_config(struct args *a, struct err *e)
{
	const char *file = args_text(a, "config", NULL), *one;
	char path[4096];

	config_defaults(&a->config);
	if (!file) {
		snprintf(path, sizeof(path), "%s/sextant.conf", args_db(a));
		if (access(path, R_OK) == 0)
			file = path;
	}
	if (file && config_load(&a->config, file, e))
		return EXIT_INPUT;
	for (size_t i = 0; (one = args_nth(a, "set", i)); i++)
		if (config_set(&a->config, one, e))
			return EXIT_USAGE;
	return choose_names(a, e);
}

int args_parse(struct args *a, const struct command *c, int argc, char **argv, struct err *e)
{
	bool only_plain = false;
	int code = 0;

	memset(a, 0, sizeof(*a));
	a->command = c;
	for (int i = 1; i < argc && !code; i++) {
		if (!only_plain && !strcmp(argv[i], "--"))
			only_plain = true;
		else if (!only_plain && !strcmp(argv[i], "-h"))
			*vec_push(&a->options) = (struct given){"help", ""};
		else if (!only_plain && !strncmp(argv[i], "--", 2))
			code = take_option(a, argc, argv, &i, e);
		else if (!only_plain && argv[i][0] == '-' && argv[i][1])
			code = usage_error(e,
					   "options are long: there is no '%s'; `sextant %s --help` lists "
					   "them, and -- ends them",
					   argv[i], c->name);
		else
			*vec_push(&a->plain) = argv[i];
	}
	if (!code)
		code = check_words(a, e);
	if (!code && !args_has(a, "help"))
		code = load_config(a, e);
	if (args_has(a, "verbose"))
		log_level_set(LOG_DEBUG);
	if (args_has(a, "quiet"))
		log_level_set(LOG_ERROR);
	return code;
}

void args_done(struct args *a)
{
	vec_done(&a->options);
	vec_done(&a->plain);
}

const char *args_nth(const struct args *a, const char *name, size_t i)
{
	for (size_t k = 0; k < a->options.n; k++)
		if (!strcmp(a->options.at[k].name, name) && i-- == 0)
			return a->options.at[k].value;
	return NULL;
}

/* The last one wins. */
const char *args_text(const struct args *a, const char *name, const char *fallback)
{
	for (size_t k = a->options.n; k-- > 0;)
		if (!strcmp(a->options.at[k].name, name))
			return a->options.at[k].value;
	return fallback;
}

bool args_has(const struct args *a, const char *name)
{
	return args_text(a, name, NULL) != NULL;
}

bool args_int(const struct args *a, const char *name, int64_t low, int64_t high, int64_t fallback,
	      int64_t *out, struct err *e)
{
	const char *text = args_text(a, name, NULL);
	char *end;

	*out = fallback;
	if (!text)
		return true;
	errno = 0;
	*out = strtoll(text, &end, 10);
	if (!errno && end != text && !*end && *out >= low && *out <= high)
		return true;
	usage_error(e, "--%s is a whole number from %lld to %lld, not '%s'", name, (long long)low,
		    (long long)high, text);
	return false;
}

size_t args_count(const struct args *a)
{
	return a->plain.n;
}

const char *args_at(const struct args *a, size_t i)
{
	return i < a->plain.n ? a->plain.at[i] : NULL;
}

const char *args_db(const struct args *a)
{
	const char *env = getenv("SEXTANT_DB");

	return args_text(a, "db", env && *env ? env : "sextant.d");
}

bool args_zh(const struct args *a)
{
	const char *lang = args_text(a, "lang", NULL);

	return lang ? !strcmp(lang, "zh") : locale_zh();
}

const struct config *args_config(const struct args *a)
{
	return &a->config;
}

enum format args_format(const struct args *a)
{
	const char *f = args_text(a, "format", "table");

	if (args_has(a, "json") || !strcmp(f, "json"))
		return FORMAT_JSON;
	if (args_has(a, "csv") || !strcmp(f, "csv"))
		return FORMAT_CSV;
	return FORMAT_TABLE;
}

int exit_of(const struct err *e)
{
	switch (-e->code) {
	case EINVAL:
	case EBADMSG:
	case ENOENT:
	case E2BIG:
	case EISDIR: return EXIT_INPUT;
	case EINTR: return EXIT_STOPPED;
	default: return EXIT_FAULT;
	}
}

int usage_error(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	e->code = -EINVAL;
	return EXIT_USAGE;
}
