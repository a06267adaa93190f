/* args: one command line, read by the option table of its command. */
#ifndef APP_ARGS_H
#define APP_ARGS_H

#include "app/command.h"
#include "app/config.h"
#include "base/vec.h"

struct given {
	const char *name, *value;
};

struct args {
	const struct command *command;
	VEC(struct given) options;
	VEC(const char *) plain;
	struct config config;
};

int args_parse(struct args *a, const struct command *c, int argc, char **argv, struct err *e);
void args_done(struct args *a);
bool locale_zh(void); /* do LC_ALL, LC_MESSAGES, LANG ask for Chinese? */

#endif
