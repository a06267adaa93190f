/* main: finds the command in the table, reads its options, runs it, prints its error once. */
#include "app/args.h"
#include "base/log.h"

#include <signal.h>
#include <string.h>

static const struct command *find(const char *name)
{
	for (size_t i = 0; command_list[i]; i++)
		if (!strcmp(command_list[i]->name, name))
			return command_list[i];
	return NULL;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct args a;
	struct err e = {0};
	int code = args_parse(&a, c, argc, argv, &e);

	if (code == EXIT_DONE && args_has(&a, "help"))
		help_command(c, args_zh(&a));
	else if (code == EXIT_DONE)
		code = c->run(&a, &e);
	if (e.text[0])
		log_error("%s", e.text);
	args_done(&a);
	return code;
}

/* `sextant help` reads no option table, but speaks the language that it is asked for. */
static bool help_zh(int argc, char **argv)
{
	for (int i = 2; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--lang"))
			return !strcmp(argv[i + 1], "zh");
	return locale_zh();
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "help";
	const struct command *c = find(name);

	signal(SIGPIPE, SIG_IGN);
	if (c)
		return run(c, argc - 1, argv + 1);
	if (!strcmp(name, "--version"))
		return run(find("version"), 1, argv);
	if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) {
		if (argc > 2 && find(argv[2]))
			help_command(find(argv[2]), help_zh(argc, argv));
		else
			help_main(help_zh(argc, argv));
		return EXIT_DONE;
	}
	log_error("there is no command '%s'; `sextant help` lists them", name);
	return EXIT_USAGE;
}
