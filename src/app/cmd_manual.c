/* cmd_manual: the manual page and the completions, printed from the tables. */
#include "app/command.h"

#include <string.h>

static int run(const struct args *a, struct err *e)
{
	const char *shell = args_text(a, "completion", NULL);

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
