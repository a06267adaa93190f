/* help: --help, the man page (mdoc) and shell completion, all from the table of commands. */
#include "app/args.h"

#include <stdio.h>
#include <string.h>

static const char *pick(bool zh, const char *en, const char *cn)
{
	return zh && cn ? cn : en;
}

void help_main(bool zh)
{
	printf(zh ? "sextant：IPv6 发展监测平台\n\n用法：sextant 命令 [选项] [参数]\n\n命令：\n"
		  : "sextant: an IPv6 deployment observatory\n\n"
		    "usage: sextant COMMAND [options] [arguments]\n\ncommands:\n");
	for (size_t i = 0; command_list[i]; i++)
		printf("  %-10s %s\n", command_list[i]->name,
		       pick(zh, command_list[i]->en, command_list[i]->zh));
	printf(zh ? "\n`sextant 命令 --help` 说明该命令；`sextant manual` 打印完整手册。\n"
		  : "\n`sextant COMMAND --help` tells about one; `sextant manual` prints the manual.\n"
		    "Exit codes: 0 done, 1 done but the answer is negative, 2 usage, 3 bad input,\n"
		    "4 our own fault.\n");
}

static void print_options(const struct option_row *o, bool zh)
{
	for (; o && o->name; o++) {
		char left[80];

		snprintf(left, sizeof(left), "--%s%s%s", o->name, o->arg ? " " : "",
			 o->arg ? o->arg : "");
		if (strlen(left) > 26)
			printf("  %s\n  %-26s %s\n", left, "", pick(zh, o->en, o->zh));
		else
			printf("  %-26s %s\n", left, pick(zh, o->en, o->zh));
	}
}

void help_command(const struct command *c, bool zh)
{
	const char *more = pick(zh, c->more_en, c->more_zh);

	printf("%s: sextant %s [options] %s\n\n%s\n", zh ? "用法" : "usage", c->name,
	       c->synopsis ? c->synopsis : "", pick(zh, c->en, c->zh));
	if (more)
		printf("\n%s\n", more);
	if (c->options && c->options->name) {
		printf("\n%s\n", zh ? "选项：" : "options:");
		print_options(c->options, zh);
	}
	printf("\n%s\n", zh ? "通用选项：" : "common options:");
	print_options(common_options, zh);
	if (c->example)
		printf("\n%s\n%s\n", zh ? "示例：" : "examples:", c->example);
}

/* Escapes what mdoc would take for a request or an escape. */
static void man_text(const char *s)
{
	bool start = true;

	for (; *s; s++) {
		if (start && (*s == '.' || *s == '\''))
			printf("\\&");
		if (*s == '\\')
			printf("\\e");
		else if (*s == '-')
			printf("\\-");
		else
			putchar(*s);
		start = *s == '\n';
	}
	putchar('\n');
}

static void man_options(const struct option_row *o, bool zh)
{
	printf(".Bl -tag -width Ds\n");
	for (; o && o->name; o++) {
		printf(".It Fl Fl %s%s%s\n", o->name, o->arg ? " Ar " : "", o->arg ? o->arg : "");
		man_text(pick(zh, o->en, o->zh));
	}
	printf(".El\n");
}

static void man_command(const struct command *c, bool zh)
{
	const char *more = pick(zh, c->more_en, c->more_zh);

	printf(".Ss sextant %s %s\n", c->name, c->synopsis ? c->synopsis : "");
	man_text(pick(zh, c->en, c->zh));
	if (more) {
		printf(".Pp\n");
		man_text(more);
	}
	if (c->options && c->options->name)
		man_options(c->options, zh);
	if (c->example) {
		printf(".Bd -literal -offset indent\n");
		man_text(c->example);
		printf(".Ed\n");
	}
}

void print_man(bool zh)
{
	struct buf settings;

	printf(".Dd $Mdocdate$\n.Dt SEXTANT 1\n.Os\n.Sh NAME\n.Nm sextant\n.Nd %s\n"
	       ".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op options\n.Op arguments\n.Sh %s\n",
	       zh ? "IPv6 发展监测平台" : "an IPv6 deployment observatory", zh ? "命令" : "COMMANDS");
	for (size_t i = 0; command_list[i]; i++)
		man_command(command_list[i], zh);
	printf(".Sh %s\n", zh ? "通用选项" : "COMMON OPTIONS");
	man_options(common_options, zh);
	printf(".Sh %s\n", zh ? "配置文件" : "CONFIGURATION");
	buf_init(&settings, 1 << 16);
	config_manual(&settings, zh, true);
	fputs(settings.data, stdout);
	buf_done(&settings);
	printf(".Sh EXIT STATUS\n"
	       "0 done; 1 done but the answer is negative; 2 usage; 3 bad input; 4 our own fault; 130 stopped by a signal.\n");
}

static void completion_bash(void)
{
	printf("_sextant() {\n\tlocal w=\"${COMP_WORDS[COMP_CWORD]}\" c=\"${COMP_WORDS[1]}\" o\n"
	       "\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \"");
	for (size_t i = 0; command_list[i]; i++)
		printf("%s ", command_list[i]->name);
	printf("\" -- \"$w\"))\n\t\treturn\n\tfi\n\tcase \"$c\" in\n");
	for (size_t i = 0; command_list[i]; i++) {
		printf("\t%s) o=\"", command_list[i]->name);
		for (const struct option_row *o = command_list[i]->options; o && o->name; o++)
			printf("--%s ", o->name);
		printf("\" ;;\n");
	}
	printf("\tesac\n\tcase \"$w\" in\n\t-*) COMPREPLY=($(compgen -W \"$o");
	for (const struct option_row *o = common_options; o->name; o++)
		printf(" --%s", o->name);
	printf("\" -- \"$w\")) ;;\n\t*) COMPREPLY=($(compgen -f -- \"$w\")) ;;\n\tesac\n}\n"
	       "complete -F _sextant sextant\n");
}

static void completion_fish(void)
{
	for (size_t i = 0; command_list[i]; i++) {
		const struct command *c = command_list[i];

		printf("complete -c sextant -n __fish_use_subcommand -a %s -d \"%s\"\n", c->name,
		       c->en);
		for (const struct option_row *o = c->options; o && o->name; o++)
			printf("complete -c sextant -n '__fish_seen_subcommand_from %s' -l %s -d \"%s\"\n",
			       c->name, o->name, o->en);
	}
}

void print_completion(const char *shell)
{
	if (!strcmp(shell, "fish")) {
		completion_fish();
		return;
	}
	if (!strcmp(shell, "zsh"))
		printf("autoload -U +X bashcompinit && bashcompinit\n");
	completion_bash();
}
