/* prober: see prober.h.  This file: the parent's end. */
#include "app/prober_int.h"
#include "app/schemas.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "io/unix.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int prober_start(struct prober *p, const struct prober_config *c, struct err *e)
{
	int fds[2], rc = unix_pair(fds, e);

	*p = (struct prober){0};
	if (rc < 0)
		return rc;
	p->pid = fork();
	if (p->pid < 0) {
		close(fds[0]);
		close(fds[1]);
		p->pid = 0;
		return err_set(e, -errno, "no process for the prober: %s", err_name(errno));
	}
	if (p->pid == 0) {
		close(fds[0]);
		prober_child(fds[1], c);
	}
	close(fds[1]);
	unix_nonblocking(fds[0], true);
	pipe_local_init(&p->pipe, fds[0], schema_find);
	return 0;
}

static int tell(struct prober *p, enum prober_message kind, const void *data, size_t len,
		struct err *e)
{
	int rc = pipe_local_tell(&p->pipe, (uint8_t)kind, data, len, e);

	if (rc == -ENOBUFS) { /* more than the child can take now: wait for it */
		rc = pipe_local_write(&p->pipe, true, e);
		if (!rc)
			rc = pipe_local_tell(&p->pipe, (uint8_t)kind, data, len, e);
	}
	if (!rc)
		rc = pipe_local_write(&p->pipe, false, e);
	return rc == -EPIPE ? 0 : rc; /* a child that has gone: prober_next says how */
}

int prober_site(struct prober *p, uint32_t id, const char *domain, const char *kin, bool too_soon, struct err *e)
{
	char body[5 + SITE_TEXT_MAX];

	memcpy(body, &id, 4);
	body[4] = too_soon;
	snprintf(body + 5, SITE_TEXT_MAX, "%s %s", domain, kin);
	return tell(p, MESSAGE_SITE, body, 5 + strlen(body + 5), e);
}

int prober_wish(struct prober *p, const struct heed_wish *w, struct err *e)
{
	char line[400];

	return tell(p, MESSAGE_WISH, line, heed_write(w, line, sizeof(line)), e);
}

int prober_test(struct prober *p, struct err *e)
{
	return tell(p, MESSAGE_TEST, "", 0, e);
}

int prober_optout(struct prober *p, const char *text, size_t len, struct err *e)
{
	return tell(p, MESSAGE_OPTOUT, text, len, e);
}

int prober_end(struct prober *p, struct err *e)
{
	return tell(p, MESSAGE_END, "", 0, e);
}

/* ---- what it says ---- */

static int bad(struct err *e)
{
	return err_set(e, -EBADMSG, "the prober sent what no prober sends; nothing of it was stored");
}

static int dead(struct prober *p, struct err *e)
{
	int status = 0;

	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
	if (WIFSIGNALED(status))
		return err_set(e, -ECHILD,
			       "the prober was stopped by signal %d (%s); the same command goes on where "
			       "it stopped",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	return err_set(e, -ECHILD, "the prober ended by itself; the same command goes on where it stopped");
}

/* A batch belongs to one of the tables that a prober may fill. */
static int take_batch(struct prober_news *news, struct batch *b, struct err *e)
{
	const struct schema *s = b->schema;
	bool good = s == &selftest_schema ? b->obs.n == 1
					  : evidence_kind_of(s) < EVIDENCE_KINDS;

	if (!good) {
		batch_free(b);
		return bad(e);
	}
	news->word = s == &selftest_schema ? PROBER_TESTED : PROBER_EVIDENCE;
	news->batch = b;
	return 0;
}

static int take(struct prober_news *news, const struct pipe_message *m, struct err *e)
{
	char text[400];

	switch (m->kind) {
	case PIPE_BATCH: return take_batch(news, m->batch, e);
	case MESSAGE_DONE:
		if (m->len != 8)
			return bad(e);
		memcpy(&news->id, m->data, 4);
		memcpy(&news->tests, m->data + 4, 4);
		news->word = PROBER_DONE;
		return 0;
	case MESSAGE_STATE:
		if (m->len != sizeof(news->state))
			return bad(e);
		memcpy(&news->state, m->data, m->len);
		news->word = PROBER_STATE;
		return 0;
	case MESSAGE_WISH:
		if (!heed_read(&news->wish, (const char *)m->data, m->len, clock_wall(&clock_real)))
			return 0; /* nobody is left alone for it, and no round ends for it */
		news->word = PROBER_WISH;
		return 0;
	case MESSAGE_FAULT:
		utf8_clean(text, sizeof(text), (const char *)m->data, m->len);
		return err_set(e, -ECHILD, "%s", text);
	default: return bad(e);
	}
}

int prober_next(struct prober *p, struct prober_news *news, struct err *e)
{
	struct pipe_message m;
	int rc = p->pipe.out.len ? pipe_local_write(&p->pipe, false, NULL) : 0;

	/* a child that has gone is heard to the end first: it may have said why */
	*news = (struct prober_news){.word = PROBER_NOTHING};
	rc = pipe_local_next(&p->pipe, false, &m, e);
	if (rc == 1)
		return take(news, &m, e);
	if (rc == -EPIPE)
		return dead(p, e);
	if (rc == 0 && p->pipe.ended)
		news->word = PROBER_OVER;
	return rc;
}

int prober_fd(const struct prober *p)
{
	return p->pipe.fd;
}

bool prober_wants_write(const struct prober *p)
{
	return p->pipe.out.len > 0;
}

void prober_stop(struct prober *p)
{
	if (p->pid) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (p->pipe.fd > 0)
		pipe_local_done(&p->pipe);
	*p = (struct prober){0};
}
