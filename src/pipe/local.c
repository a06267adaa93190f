/* local: see local.h.  Frames of io/frame.h; a batch is its bytes as core/obs.c writes them. */
#include "pipe/local.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One batch, some messages and their headers. */
#define QUEUE_B ((size_t)L_BATCH_B + 4 * (size_t)L_IPC_MESSAGE_B)

static int wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n;

	do
		n = poll(&p, 1, -1);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int gone(struct err *e, int code)
{
	return err_set(e, code, "the other process of this job has ended: %s", err_name(code));
}

int pipe_local_write(struct pipe_local *p, bool wait, struct err *e)
{
	size_t at = 0;
	int rc = 0;

	while (at < p->out.len && !rc) {
		ssize_t n = write(p->fd, p->out.data + at, p->out.len - at);

		if (n >= 0)
			at += (size_t)n;
		else if (errno == EAGAIN && !wait)
			break;
		else if (errno == EAGAIN)
			rc = wait_for(p->fd, POLLOUT);
		else if (errno != EINTR)
			rc = -errno;
	}
	if (at == p->out.len)
		buf_done(&p->out); /* a batch was large: its memory goes back */
	else if (at)
		buf_eat(&p->out, at);
	return rc ? gone(e, rc) : 0;
}

/* Adds the batch to an empty queue. */
static int queue_batch(struct pipe_local *p, const struct batch *b, struct err *e)
{
	size_t begun = frame_begin(&p->out, PIPE_BATCH);

	batch_encode(b, &p->out);
	frame_end(&p->out, begun);
	if (!buf_full(&p->out) && p->out.len - begun <= L_BATCH_B)
		return 0;
	limit_hit(LIMIT_BATCH_B);
	buf_done(&p->out);
	return err_set(e, -EMSGSIZE,
		       "a batch of %zu rows of '%s' is larger than %d bytes: make batches of fewer rows",
		       b->obs.n, b->schema->name, L_BATCH_B);
}

static int put(struct sink *s, struct batch *take, struct err *e)
{
	struct pipe_local *p = (struct pipe_local *)s;
	int rc = pipe_local_write(p, true, e);

	if (!rc)
		rc = queue_batch(p, take, e);
	if (!rc)
		rc = pipe_local_write(p, true, e);
	batch_free(take);
	return rc;
}

int pipe_local_offer(struct pipe_local *p, struct batch *take, struct err *e)
{
	int rc = 0;

	/* what follows may be as large as a batch can be */
	if (p->out.len >= 4 * (size_t)L_IPC_MESSAGE_B)
		rc = err_set(e, -ENOBUFS, "the other process does not keep up");
	else
		rc = queue_batch(p, take, e);
	batch_free(take);
	return rc;
}

void pipe_local_init(struct pipe_local *p, int fd, schema_lookup find)
{
	*p = (struct pipe_local){.sink = {.put = put}, .fd = fd, .find = find};
	frame_reader_init(&p->in, find ? (size_t)L_BATCH_B : (size_t)L_IPC_MESSAGE_B,
			  find ? LIMIT_BATCH_B : LIMIT_IPC_MESSAGE_B);
	buf_init(&p->out, QUEUE_B);
}

void pipe_local_done(struct pipe_local *p)
{
	frame_reader_done(&p->in);
	buf_done(&p->out);
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

int pipe_local_tell(struct pipe_local *p, uint8_t kind, const void *data, size_t len,
		    struct err *e)
{
	if (len > L_IPC_MESSAGE_B) {
		limit_hit(LIMIT_IPC_MESSAGE_B);
		return err_set(e, -EMSGSIZE, "a message of %zu bytes is larger than %d", len,
			       L_IPC_MESSAGE_B);
	}
	if (p->out.len >= 2 * (size_t)L_IPC_MESSAGE_B)
		return err_set(e, -ENOBUFS, "the other process does not keep up");
	frame_add(&p->out, kind, data, len);
	return 0;
}

int pipe_local_end(struct pipe_local *p, struct err *e)
{
	frame_add(&p->out, PIPE_END, "", 0);
	return pipe_local_write(p, true, e);
}

/* Judges one frame; 1, 0 for the end, or negative. */
static int take_frame(struct pipe_local *p, const struct frame *f, struct pipe_message *m,
		      struct err *e)
{
	*m = (struct pipe_message){.kind = f->type, .data = f->body, .len = f->len};
	if (p->ended)
		return err_set(e, -EBADMSG, "the other process spoke after its end");
	if (f->type == PIPE_END && f->len == 0) {
		p->ended = true;
		return 0;
	}
	if (f->type == PIPE_BATCH && p->find) {
		m->batch = batch_decode(f->body, f->len, p->find, e);
		return m->batch ? 1 : -EBADMSG;
	}
	if (f->type >= PIPE_OWN && f->len <= L_IPC_MESSAGE_B)
		return 1;
	return err_set(e, -EBADMSG, "the other process sent a message of unknown kind %u", f->type);
}

int pipe_local_next(struct pipe_local *p, bool wait, struct pipe_message *m, struct err *e)
{
	for (;;) {
		struct frame f;
		int rc = frame_next(&p->in, &f);
		ssize_t n;

		if (rc == 1)
			return take_frame(p, &f, m, e);
		if (rc < 0)
			return err_set(e, rc, "the other process sent a message of a wrong length");
		n = frame_fill(&p->in, p->fd);
		if (n == 0 && p->ended && p->in.at == p->in.in.len)
			return 0;
		if (n == 0 || n == -ECONNRESET)
			return gone(e, -EPIPE);
		if (n == -EAGAIN && !wait)
			return 0;
		if (n == -EAGAIN)
			n = wait_for(p->fd, POLLIN);
		if (n < 0 && n != -EINTR)
			return gone(e, (int)n);
	}
}
