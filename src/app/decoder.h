/*
 * decoder: a child process that reads one file of a stranger and gives batches back.  It holds no
 * secret, knows no store and, once it begins, can open neither file nor socket (seccomp) and has
 * bounded memory and time; whatever it does, the parent believes
 * it only what it can check.
 *
 * Start the children before the store is opened: a child then has nothing of it in its memory. Each
 * waits until it is told to begin.
 */
#ifndef APP_DECODER_H
#define APP_DECODER_H

#include "pipe/local.h"

#include <sys/types.h>

struct decoder {
	pid_t pid; /* 0: none */
	struct pipe_local pipe;
};

/* Runs in the child: reads its file, gives batches to the sink.  0, or what is wrong with the file.
 */
typedef int (*decoder_fn)(void *ctx, struct sink *to, struct err *e);

/* keep_fd: the one descriptor, besides its socket and stderr, that the child keeps. */
int decoder_start(struct decoder *d, int keep_fd, decoder_fn run, void *ctx, struct err *e);
int decoder_begin(struct decoder *d, struct err *e);
/* 1: a batch, the caller's; 0: the child has given all; negative: it refused the file (its
 * sentence), or it died (-EBADMSG and how). */
int decoder_next(struct decoder *d, struct batch **b, struct err *e);
/* Ends the child if it has not ended, and waits for it.  For a cleared struct too. */
void decoder_stop(struct decoder *d);

#endif
