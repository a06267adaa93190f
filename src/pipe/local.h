/*
 * local: batches over a pair of sockets between a process that parses hostile bytes (prober,
 * decoder) and its parent, which owns the store.  Either end may also send messages of its own kind
 * (work to do, progress, a sentence about what went wrong).
 *
 * The child is a source like any other: it gives batches to `sink`.  put returns when the batch has
 * been handed over; what makes it durable is the parent, and only the parent acknowledges to anybody.
 * The parent does not trust what comes: frames are bounded, batches are decoded with every check, and
 * a child that ends without PIPE_END is told from one that finished.
 *
 *	child                                     parent
 *	pipe_local_init(&p, fd, NULL);            pipe_local_init(&p, fd, schema_find);
 *	p.sink.put(&p.sink, batch, e);            while (pipe_local_next(&p, true, &m, e) == 1)
 *	pipe_local_tell(&p, MY_KIND, ...);                switch (m.kind) ...
 *	pipe_local_end(&p, e);
 */
#ifndef PIPE_LOCAL_H
#define PIPE_LOCAL_H

#include "core/obs.h"
#include "io/frame.h"

/* Kinds 0 to 15 are ours; the rest belongs to the two processes. */
enum { PIPE_BATCH = 1, PIPE_END = 2, PIPE_OWN = 16 };

struct pipe_message {
	uint8_t kind;
	struct batch *batch;  /* PIPE_BATCH: the reader owns it now */
	const uint8_t *data;  /* own kinds: until the next pipe_local_next */
	size_t len;
};

struct pipe_local {
	struct sink sink; /* waits until the other end has taken the batch */
	int fd;
	schema_lookup find; /* NULL: an end that takes no batches */
	struct frame_reader in;
	struct buf out;
	bool ended; /* the other end said PIPE_END */
};

/* Takes the descriptor, blocking or not. */
void pipe_local_init(struct pipe_local *p, int fd, schema_lookup find);
void pipe_local_done(struct pipe_local *p); /* closes it */

/* Queues a batch without waiting, for an end that has a loop: -ENOBUFS when the queue is full (it has
 * freed the batch all the same); pipe_local_write sends.  p->out.len is what waits. */
int pipe_local_offer(struct pipe_local *p, struct batch *take, struct err *e);
/* Puts a message of own kind into the queue; kind >= PIPE_OWN, len <= L_IPC_MESSAGE_B.
 * -ENOBUFS when the queue is full: write, then tell again. */
int pipe_local_tell(struct pipe_local *p, uint8_t kind, const void *data, size_t len,
		    struct err *e);
/* Sends what is queued: all of it when wait, else what goes without blocking.  0 or a negative errno;
 * p->out.len is what is left (a loop watches for LOOP_WRITE while it is not 0). */
int pipe_local_write(struct pipe_local *p, bool wait, struct err *e);
/* Says that everything has been sent, and sends it. */
int pipe_local_end(struct pipe_local *p, struct err *e);
/* 1: a message; 0: nothing now (never when wait) or the clean end; negative: the other end is gone
 * without PIPE_END (-EPIPE) or sent what we do not accept (-EBADMSG). */
int pipe_local_next(struct pipe_local *p, bool wait, struct pipe_message *m, struct err *e);

#endif
