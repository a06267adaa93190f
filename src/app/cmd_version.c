/* cmd_version: what this is. */
#include "app/command.h"

#include <stdio.h>

static int run(const struct args *a, struct err *e)
{
	(void)a;
	(void)e;
	printf("sextant %s\n", SEXTANT_VERSION);
	return EXIT_DONE;
}

const struct command command_version = {
	.name = "version",
	.en = "print the version",
	.zh = "显示版本",
	.run = run,
};
