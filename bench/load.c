/* load: see load.h.  One thread, epoll; an answer must have a Content-Length. */
#include "bench/load.h"

#include "base/clock.h"
#include "base/vec.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 8192, PATIENCE_US = 120000000 };

struct reader {
	int fd;
	bool waiting; /* for an answer */
	int kind;
	int64_t asked_us, due_us;
	char path[LOAD_PATH_MAX];
	char head[HEAD_MAX];
	size_t head_n;
	int64_t left; /* of the body; -1: the head is not whole */
	int status;
};

struct kind {
	VEC(int64_t) took_us;
	struct load_result *out;
};

struct run {
	const struct load *load;
	struct reader *readers;
	struct kind kinds[LOAD_KINDS_MAX];
	int epoll;
	uint64_t random;
};

static int64_t now_us(void)
{
	return clock_mono(&clock_real);
}

static int dial(uint16_t port)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static bool ask(struct reader *r)
{
	char text[LOAD_PATH_MAX + 128];
	int n = snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n", r->path);

	r->head_n = 0;
	r->left = -1;
	r->status = 0;
	r->waiting = true;
	r->asked_us = now_us();
	return write(r->fd, text, (size_t)n) == n;
}

/* The head, when it is whole; what follows it belongs to the body. */
static bool parse_head(struct reader *r)
{
	char *end = memmem(r->head, r->head_n, "\r\n\r\n", 4), *length;

	if (!end)
		return r->head_n < HEAD_MAX;
	*end = '\0';
	r->status = r->head_n > 12 ? (int)strtol(r->head + 9, NULL, 10) : 0;
	length = strcasestr(r->head, "\r\nContent-Length:");
	r->left = length ? strtoll(length + 17, NULL, 10) : 0;
	r->left -= (int64_t)(r->head_n - (size_t)(end + 4 - r->head));
	return length != NULL && r->left >= 0;
}

/* 1: the answer is whole; 0: not yet; -1: cut off. */
static int take(struct reader *r, int flags)
{
	static char body[1 << 18];

	for (;;) {
		bool head = r->left < 0;
		size_t room = head ? HEAD_MAX - r->head_n
				   : (size_t)(r->left < (int64_t)sizeof(body) ? r->left : (int64_t)sizeof(body));
		ssize_t n = recv(r->fd, head ? r->head + r->head_n : body, room, flags);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0)
			return -1;
		if (!head)
			r->left -= n;
		else
			r->head_n += (size_t)n;
		if (head && !parse_head(r))
			return -1;
		if (r->left == 0)
			return 1;
	}
}

/* What came of the body together with the head is kept behind it. */
static int64_t once(struct reader *r, uint16_t port, const char *path)
{
	int64_t took = -1;

	r->fd = dial(port);
	snprintf(r->path, sizeof(r->path), "%s", path);
	if (r->fd >= 0 && ask(r)) {
		int rc = 0;

		while (!rc)
			rc = take(r, 0);
		if (rc == 1)
			took = now_us() - r->asked_us;
	}
	if (r->fd >= 0)
		close(r->fd);
	return took;
}

int64_t load_once(uint16_t port, const char *path, int *status)
{
	struct reader *r = calloc(1, sizeof(*r));
	int64_t took = once(r, port, path);

	*status = r->status;
	free(r);
	return took;
}

int64_t load_text(uint16_t port, const char *path, char *text, size_t max)
{
	struct reader *r = calloc(1, sizeof(*r));
	int64_t took = once(r, port, path);
	size_t head = strlen(r->head) + 4;

	snprintf(text, max, "%.*s", took < 0 || r->head_n < head ? 0 : (int)(r->head_n - head),
		 took < 0 ? "" : r->head + head);
	free(r);
	return took;
}

/* ---- many ---- */

static int64_t pause_of(struct run *r)
{
	if (!r->load->pause_us)
		return 0;
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return (int64_t)(-(double)r->load->pause_us * log(((double)(r->random >> 11) + 1) / 9007199254740993.0));
}

static void note(struct run *run, struct reader *r, bool good)
{
	struct kind *k = &run->kinds[r->kind];
	int64_t took = now_us() - r->asked_us;

	*vec_push(&k->took_us) = took;
	k->out->bad += !good || r->status != 200;
	if (took > k->out->most_us) {
		k->out->most_us = took;
		memcpy(k->out->worst, r->path, sizeof(r->path));
	}
	r->waiting = false;
	r->due_us = now_us() + pause_of(run);
}

static int watch(struct run *run, struct reader *r, struct err *e)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = r};

	r->fd = dial(run->load->port);
	if (r->fd < 0 || epoll_ctl(run->epoll, EPOLL_CTL_ADD, r->fd, &ev))
		return err_set(e, -errno, "no connection to [::1]:%u: %s", run->load->port, err_name(errno));
	return 0;
}

/* Those whose pause is over ask; returns how long the next pause lasts. */
static int64_t ask_due(struct run *run)
{
	int64_t now = now_us(), next = 50000;

	for (int i = 0; i < run->load->readers; i++) {
		struct reader *r = &run->readers[i];

		if (r->waiting)
			continue;
		if (r->due_us > now) {
			next = r->due_us - now < next ? r->due_us - now : next;
			continue;
		}
		r->kind = run->load->next(run->load->ctx, r->path);
		(void)ask(r); /* a lost connection shows when the answer is read */
	}
	return next;
}

static int turn(struct run *run, bool asking, struct err *e)
{
	struct epoll_event ev[64];
	int n = epoll_wait(run->epoll, ev, 64, (int)((asking ? ask_due(run) : 50000) / 1000));

	for (int i = 0; i < n; i++) {
		struct reader *r = ev[i].data.ptr;
		int rc = r->waiting ? take(r, MSG_DONTWAIT) : -1;

		if (!rc)
			continue;
		if (r->waiting)
			note(run, r, rc > 0);
		if (rc > 0)
			continue;
		close(r->fd);
		rc = watch(run, r, e);
		if (rc)
			return rc;
	}
	return 0;
}

static bool waiting(const struct run *run)
{
	for (int i = 0; i < run->load->readers; i++)
		if (run->readers[i].waiting)
			return true;
	return false;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void summarise(struct kind *k)
{
	size_t n = k->took_us.n;

	k->out->n = n;
	if (n) {
		qsort(k->took_us.at, n, sizeof(int64_t), by_number);
		k->out->p50_us = k->took_us.at[n / 2];
		k->out->p99_us = k->took_us.at[(n * 99 + 99) / 100 - 1]; /* nearest rank */
	}
	vec_done(&k->took_us);
}

int load_run(const struct load *l, struct load_result out[static LOAD_KINDS_MAX], struct err *e)
{
	struct run run = {.load = l, .random = 88172645463325252};
	int64_t end_us = now_us() + l->run_us;
	int rc = 0;

	memset(out, 0, LOAD_KINDS_MAX * sizeof(*out));
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	run.readers = calloc((size_t)l->readers, sizeof(*run.readers));
	for (int i = 0; i < LOAD_KINDS_MAX; i++)
		run.kinds[i].out = &out[i];
	for (int i = 0; i < l->readers && !rc; i++) {
		rc = watch(&run, &run.readers[i], e);
		run.readers[i].due_us = now_us() + pause_of(&run);
	}
	while (!rc && now_us() < end_us)
		rc = turn(&run, true, e);
	/* what is still under way counts too: the slowest must not be left out */
	while (!rc && waiting(&run) && now_us() < end_us + PATIENCE_US)
		rc = turn(&run, false, e);
	for (int i = 0; i < l->readers; i++)
		if (run.readers[i].waiting)
			note(&run, &run.readers[i], false);
	for (int i = 0; i < LOAD_KINDS_MAX; i++)
		summarise(&run.kinds[i]);
	for (int i = 0; i < l->readers; i++)
		if (run.readers[i].fd > 0)
			close(run.readers[i].fd);
	close(run.epoll);
	free(run.readers);
	return rc;
}
