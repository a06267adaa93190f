/*
 * load: readers at a server on loopback.  Each has one keep-alive connection: it asks, reads the whole
 * answer, pauses if it is told to, and asks again.  A browser's header: gzip is taken.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { LOAD_PATH_MAX = 512, LOAD_KINDS_MAX = 32 };

struct load {
	uint16_t port;
	int readers;
	int64_t run_us;
	int64_t pause_us; /* mean of an exponential pause after each answer; 0: none */
	/* Writes the next address to ask for; returns its kind, below LOAD_KINDS_MAX. */
	int (*next)(void *ctx, char path[static LOAD_PATH_MAX]);
	void *ctx;
};

struct load_result {
	size_t n, bad; /* answers; of these not 200, or cut off */
	int64_t p50_us, p99_us, most_us;
	char worst[LOAD_PATH_MAX]; /* the address that took longest */
};

/* One result a kind. */
int load_run(const struct load *l, struct load_result out[static LOAD_KINDS_MAX], struct err *e);
/* One question on a connection of its own: how long, or -1; *status gets the HTTP status. */
int64_t load_once(uint16_t port, const char *path, int *status);

/* The same, and as much of the body as fits. */
int64_t load_text(uint16_t port, const char *path, char *text, size_t max);

#endif
