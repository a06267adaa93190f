/*
 * ingest: what `sextant ingest KIND FILE…` is made of.  A kind of file is a row of ingest_kinds[]
 * (cmd_ingest.c) and one function.
 */
#ifndef APP_INGEST_H
#define APP_INGEST_H

#include "app/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INGEST_FILES_MAX = 64 };

struct ingest {
	const struct args *args;
	const char *files[INGEST_FILES_MAX];
	size_t n_files;
	bool accept; /* also what would be held back */
};

struct ingest_kind {
	const char *name;
	const char *en, *zh;
	/* Returns an exit code. */
	int (*run)(struct ingest *i, struct err *e);
};

int ingest_rir(struct ingest *i, struct err *e);

#endif
