/* decoder: see decoder.h. */
#include "app/decoder.h"

#include "app/schemas.h"
#include "base/utf8.h"
#include "io/sandbox.h"
#include "io/unix.h"

#include <errno.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DECODER_BEGIN = PIPE_OWN, DECODER_REFUSED };

/* ---- the child ---- */

/* Gives up everything that reading does not need; fails closed.  Landlock may be missing: without
 * sockets and open(2) it would deny nothing more. */
static int confine(struct err *e)
{
	const struct sandbox_rules rules = {.profile = SANDBOX_DECODER,
					    .memory_b = L_DECODER_MEMORY_B,
					    .cpu_s = L_DECODER_CPU_S};
	struct sandbox_report did;
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n;

	/* the library reads its configuration when it is first used */
	EVP_Digest("", 0, sum, &n, EVP_sha256(), NULL);
	EVP_Digest("", 0, sum, &n, EVP_md5(), NULL);
	sandbox_enter(&rules, &did, NULL);
	if (did.privs == SANDBOX_ON && did.limits == SANDBOX_ON && did.seccomp == SANDBOX_ON)
		return 0;
	return err_set(
		e, -EPERM,
		"the decoder cannot be locked in (privileges %s, limits %s, seccomp %s); `sextant "
		"doctor` says more",
		sandbox_state_words[did.privs], sandbox_state_words[did.limits],
		sandbox_state_words[did.seccomp]);
}

/* Waits for the word to begin; false when the parent is gone or wants nothing. */
static bool wait_begin(struct pipe_local *p)
{
	struct pipe_message m;
	struct err e;

	return pipe_local_next(p, true, &m, &e) == 1 && m.kind == DECODER_BEGIN;
}

/* Everything above stderr but these two: also the sockets of other decoders. */
static void close_others(int a, int b)
{
	unsigned low = (unsigned)(a < b ? a : b), high = (unsigned)(a < b ? b : a);

	if (low > 3)
		close_range(3, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0u, 0);
}

__attribute__((noreturn)) static void child(int fd, int keep_fd, decoder_fn run, void *ctx)
{
	struct pipe_local pipe;
	struct err e = {0};
	int result;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	close_others(fd, keep_fd);
	pipe_local_init(&pipe, fd, NULL);
	if (!wait_begin(&pipe))
		_exit(0);
	result = confine(&e);
	if (result == 0)
		result = run(ctx, &pipe.sink, &e);
	if (result < 0) {
		pipe_local_tell(&pipe, DECODER_REFUSED, e.text, strlen(e.text), NULL);
		pipe_local_write(&pipe, true, NULL);
	} else {
		pipe_local_end(&pipe, NULL);
	}
	_exit(0);
}

/* ---- the parent ---- */

int decoder_start(struct decoder *d, int keep_fd, decoder_fn run, void *ctx, struct err *e)
{
	int fds[2];
	int result = unix_pair(fds, e);

	*d = (struct decoder){0};
	if (result < 0)
		return result;
	d->pid = fork();
	if (d->pid < 0) {
		close(fds[0]);
		close(fds[1]);
		d->pid = 0;
		return err_set(e, -errno, "no process for a decoder: %s", strerror(errno));
	}
	if (d->pid == 0) {
		close(fds[0]);
		child(fds[1], keep_fd, run, ctx);
	}
	close(fds[1]);
	pipe_local_init(&d->pipe, fds[0], schema_find);
	return 0;
}

int decoder_begin(struct decoder *d, struct err *e)
{
	int result = pipe_local_tell(&d->pipe, DECODER_BEGIN, "", 0, e);

	return result < 0 ? result : pipe_local_write(&d->pipe, true, e);
}

/* How did it die?  Its file is to blame as far as we can tell. */
static int dead(struct decoder *d, struct err *e)
{
	int status = 0;

	kill(d->pid, SIGKILL);
	while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
		;
	d->pid = 0;
	if (WIFSIGNALED(status))
		return err_set(e, -EBADMSG, "its decoder was stopped by signal %d (%s); refused",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	return err_set(e, -EBADMSG, "its decoder ended before the file did; refused");
}

static int refused(const struct pipe_message *m, struct err *e)
{
	char text[400];

	utf8_clean(text, sizeof(text), (const char *)m->data, m->len);
	return err_set(e, -EINVAL, "%s", text);
}

int decoder_next(struct decoder *d, struct batch **b, struct err *e)
{
	struct pipe_message m;
	int result = pipe_local_next(&d->pipe, true, &m, e);

	*b = NULL;
	if (result == 0)
		return 0;
	if (result == -EPIPE)
		return dead(d, e);
	if (result < 0)
		return result;
	if (m.kind == DECODER_REFUSED)
		return refused(&m, e);
	if (m.kind != PIPE_BATCH)
		return err_set(e, -EBADMSG,
			       "its decoder sent a message that it should not; refused");
	*b = m.batch;
	return 1;
}

void decoder_stop(struct decoder *d)
{
	if (d->pid) {
		kill(d->pid, SIGKILL);
		while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (d->pipe.fd > 0)
		pipe_local_done(&d->pipe);
	*d = (struct decoder){0};
}
