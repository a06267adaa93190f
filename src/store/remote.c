/*
 * remote: see remote.h.  One request, then its answer; after any fault of the connection it is closed
 * and every later call says so.  Whether a PUT whose answer did not come was done is not known: its
 * batches may be put again, for their ids make them apply once.
 */
#include "store/remote.h"

#include "base/limits.h"
#include "io/frame.h"
#include "io/unix.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_WORD_MS = 5000, PATIENCE_MS = 300000 };

struct remote {
	char *path;
	int fd;
	int patience_ms;
	struct frame_reader in;
	struct buf out;
	struct arena room; /* of the last status */
};

/* ---- the connection ---- */

static int broken(struct remote *r, struct err *e, int code)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	return err_set(e, code,
		       "%s: the process that owns this data directory does not answer any more (%s): "
		       "run the command again",
		       r->path, err_name(code));
}

static int wait_for(struct remote *r, short events)
{
	struct pollfd p = {.fd = r->fd, .events = events};
	int n;

	do
		n = poll(&p, 1, r->patience_ms);
	while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : n == 0 ? -ETIMEDOUT : -errno;
}

static int send_all(struct remote *r, struct err *e)
{
	size_t at = 0;
	int rc = r->fd < 0 ? -ENOTCONN : 0;

	if (buf_full(&r->out)) {
		limit_hit(LIMIT_BATCH_B);
		buf_done(&r->out);
		return err_set(e, -E2BIG, "a request is larger than %d bytes", L_BATCH_B);
	}
	while (!rc && at < r->out.len) {
		ssize_t n = write(r->fd, r->out.data + at, r->out.len - at);

		if (n >= 0)
			at += (size_t)n;
		else if (errno == EAGAIN)
			rc = wait_for(r, POLLOUT);
		else if (errno != EINTR)
			rc = -errno;
	}
	buf_done(&r->out);
	return rc ? broken(r, e, rc) : 0;
}

static int receive(struct remote *r, struct frame *f, struct err *e)
{
	for (;;) {
		int rc = r->fd < 0 ? -ENOTCONN : frame_next(&r->in, f);
		ssize_t n;

		if (rc == 1)
			return 0;
		if (!rc)
			rc = wait_for(r, POLLIN);
		if (rc)
			return broken(r, e, rc);
		n = frame_fill(&r->in, r->fd);
		if (n == 0)
			return broken(r, e, -EPIPE);
		if (n < 0 && n != -EAGAIN && n != -EINTR)
			return broken(r, e, (int)n);
	}
}

static int strange(struct remote *r, struct err *e)
{
	return broken(r, e, -EBADMSG);
}

/* ---- requests ---- */

static int done_or_fault(struct remote *r, struct err *e)
{
	struct frame f;
	int rc = receive(r, &f, e);

	if (rc)
		return rc;
	if (f.type == MESSAGE_DONE && !f.len)
		return 0;
	return f.type == MESSAGE_FAULT ? fault_read(f.body, f.len, e) : strange(r, e);
}

int remote_status(struct remote *r, struct status *out, struct err *e)
{
	static const char version[4] = {0, 0, 0, MESSAGE_VERSION};
	struct frame f;
	int rc;

	frame_add(&r->out, MESSAGE_STATUS, version, sizeof(version));
	rc = send_all(r, e);
	if (!rc)
		rc = receive(r, &f, e);
	if (rc)
		return rc;
	arena_done(&r->room);
	if (f.type != MESSAGE_STATUS || !status_read(f.body, f.len, &r->room, out))
		return strange(r, e);
	if (out->version != MESSAGE_VERSION)
		return err_set(e, -EPROTONOSUPPORT,
			       "%s: the process that owns this data directory is another version of "
			       "this program: restart it",
			       r->path);
	return 0;
}

int remote_open(const char *dir, struct remote **out, struct err *e)
{
	struct remote *r = calloc(1, sizeof(*r));
	struct status st;
	int rc;

	if (!r || asprintf(&r->path, "%s/socket", dir) < 0) {
		free(r);
		return err_set(e, -ENOMEM, "out of memory");
	}
	frame_reader_init(&r->in, L_BATCH_B, LIMIT_BATCH_B);
	buf_init(&r->out, (size_t)L_BATCH_B + L_IPC_MESSAGE_B);
	arena_init(&r->room, 0);
	r->fd = unix_connect(r->path, e);
	r->patience_ms = FIRST_WORD_MS;
	rc = r->fd < 0 ? r->fd : remote_status(r, &st, e);
	r->patience_ms = PATIENCE_MS;
	if (rc)
		remote_close(r);
	else
		*out = r;
	return rc;
}

void remote_close(struct remote *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	frame_reader_done(&r->in);
	buf_done(&r->out);
	arena_done(&r->room);
	free(r->path);
	free(r);
}

static int send_batch(struct remote *r, const struct batch *b, struct err *e)
{
	size_t begun = frame_begin(&r->out, MESSAGE_BATCH);

	batch_encode(b, &r->out);
	frame_end(&r->out, begun);
	return send_all(r, e);
}

static int send_change(struct remote *r, const struct change *c, struct err *e)
{
	size_t begun = frame_begin(&r->out, MESSAGE_CHANGE);

	question_write(&r->out, c->sql, c->args, c->n_args);
	frame_end(&r->out, begun);
	return send_all(r, e);
}

int remote_put(struct remote *r, struct batch **take, size_t n_batches,
	       const struct change *changes, size_t n_changes, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n_batches && !rc; i++)
		rc = send_batch(r, take[i], e);
	for (size_t i = 0; i < n_changes && !rc; i++)
		rc = send_change(r, &changes[i], e);
	frame_add(&r->out, MESSAGE_PUT, "", 0);
	if (!rc)
		rc = send_all(r, e);
	if (!rc)
		rc = done_or_fault(r, e);
	else
		(void)broken(r, NULL, rc); /* what was sent of it must not join the next PUT */
	for (size_t i = 0; i < n_batches; i++)
		batch_free(take[i]);
	return rc;
}

int remote_flush(struct remote *r, struct err *e)
{
	int rc;

	frame_add(&r->out, MESSAGE_FLUSH, "", 0);
	rc = send_all(r, e);
	return rc ? rc : done_or_fault(r, e);
}

/* One piece of an answer: 0 for more, 1 for the end. */
static int take_piece(struct remote *r, struct answer *answer, const struct frame *f, struct err *e)
{
	switch (f->type) {
	case MESSAGE_HEAD: return answer_head(answer, f->body, f->len) ? 0 : strange(r, e);
	case MESSAGE_ROWS: return answer_rows(answer, f->body, f->len) ? 0 : strange(r, e);
	case MESSAGE_END: return answer_end(answer, f->body, f->len) ? 1 : strange(r, e);
	case MESSAGE_FAULT: return fault_read(f->body, f->len, e);
	default: return strange(r, e);
	}
}

int remote_query(struct remote *r, uint8_t type, struct arena *a, const char *sql,
		 const struct value *args, size_t n_args, struct table *out, struct err *e)
{
	size_t begun = frame_begin(&r->out, type);
	struct answer answer;
	int rc;

	question_write(&r->out, sql, args, n_args);
	frame_end(&r->out, begun);
	rc = send_all(r, e);
	if (rc)
		return rc;
	answer_init(&answer, a, out);
	do {
		struct frame f;

		rc = receive(r, &f, e);
		if (!rc)
			rc = take_piece(r, &answer, &f, e);
	} while (!rc);
	answer_done(&answer);
	return rc == 1 ? 0 : rc;
}
