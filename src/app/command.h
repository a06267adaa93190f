/*
 * command: the table from which come --help, the man page, shell completion, and parsing.  To add
 * one: write app/cmd_NAME.c with `const struct command command_NAME`, and the row in app/meson.build.
 */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_NEGATIVE = 1, /* done, but the answer is negative: a check failed, a target missed */
	EXIT_USAGE = 2,
	EXIT_INPUT = 3, /* bad input */
	EXIT_FAULT = 4, /* our own fault */
	EXIT_STOPPED = 130, /* by Ctrl-C or SIGTERM, as shells say it */
};

struct option_row {
	const char *name; /* "format" for --format */
	const char *arg;  /* "table|csv|json", or NULL for a switch */
	const char *en, *zh;
};

struct args;

struct command {
	const char *name;
	const char *synopsis; /* "DOMAIN…" */
	const char *en, *zh;  /* one line */
	const char *more_en, *more_zh; /* paragraphs for the manual; may be NULL */
	const char *example;  /* lines of commands; may be NULL */
	const struct option_row *options; /* ends with name NULL; common ones are added */
	/* Returns an exit code.  A fault's sentence goes into e and main prints it. */
	int (*run)(const struct args *a, struct err *e);
};

extern const struct command *const command_list[];

/* Options that every command takes: db config format lang json csv quiet verbose help. */
extern const struct option_row common_options[];

/* ---- what run() reads ---- */
const char *args_text(const struct args *a, const char *name, const char *fallback);
bool args_has(const struct args *a, const char *name);
/* Every value of an option that may stand several times; NULL past the last. */
const char *args_nth(const struct args *a, const char *name, size_t i);
/* A whole number in a range; a wrong one sets e and returns false. */
bool args_int(const struct args *a, const char *name, int64_t low, int64_t high, int64_t fallback,
	      int64_t *out, struct err *e);
size_t args_count(const struct args *a); /* of plain arguments */
const char *args_at(const struct args *a, size_t i);
const char *args_db(const struct args *a); /* data directory */
bool args_zh(const struct args *a);        /* speak Chinese (--lang, or the locale) */
const struct config *args_config(const struct args *a);

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };
enum format args_format(const struct args *a);

/* Maps an error to an exit code: bad input or our own fault. */
int exit_of(const struct err *e);
/* Prints the usage line and sets e; returns EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int usage_error(struct err *e, const char *fmt, ...);

/* Opens the store named by the arguments with every schema that the program knows. */
int open_store(const struct args *a, enum store_mode mode, struct store **out, struct err *e);

/* The manual in three forms, from the table. */
void help_main(bool zh);
void help_command(const struct command *c, bool zh);
void print_man(bool zh);
void print_completion(const char *shell);

#endif
