/*
 * drive: see drive.h.  Each probe under way is a job: one step, at most one descriptor with its
 * watch, one timer set to the earlier of the step's limit and the probe's deadline.  A job takes
 * about 500 bytes; what is read lands in one buffer that all share, so that memory does not grow
 * with the bytes that strangers send.
 *
 * Functions that work on a step return true when its event has come (or the job has failed); then
 * give() hands the event on and begins what the probe wants next.  After give() the job may be
 * gone.
 */
#include "source/drive.h"

#include "base/limits.h"
#include "io/sock.h"
#include "io/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_B = 65536 }; /* the largest datagram, and four TLS records */

struct drive {
	struct loop *loop;
	struct guard *guard;
	struct tls_client *tls;
	struct job *jobs; /* all under way */
	size_t n;
	struct drive_stats stats;
	uint64_t tls_cpu_ns;
	uint8_t in[BUFFER_B];
};

struct job {
	struct drive *drive;
	struct job *next, **at; /* at: what points here */
	struct probe *probe;
	drive_done *done;
	void *ctx;
	int64_t deadline_us, due_us; /* of the probe, of the step */
	struct timer timer;
	struct watch watch; /* fd -1: nothing is open */
	struct step step;
	size_t sent; /* of step.data */
	struct tls *tls;
	enum outcome fault; /* not OUTCOME_OK: to be ended by force */
	bool started, udp;
	char why[GUARD_REASON_MAX];
};

static int64_t now_us(const struct job *j)
{
	return clock_mono(loop_clock(j->drive->loop));
}

/* ---- events ---- */

static bool tell(struct event *e, enum event_kind kind, const char *why)
{
	*e = (struct event){.kind = kind, .why = why};
	return true;
}

static bool tell_data(struct job *j, struct event *e, size_t len)
{
	j->drive->stats.received_b += len;
	*e = (struct event){.kind = EVENT_DATA, .data = j->drive->in, .len = len};
	return true;
}

static bool fail(struct job *j, enum outcome outcome)
{
	j->fault = outcome;
	return true;
}

/* What failed before anything stood between us and the far host. */
static bool tell_error(struct job *j, struct event *e, int code)
{
	const char *word = sock_error_word(-code);

	if (code == -ECONNREFUSED || code == -ECONNRESET)
		return tell(e, EVENT_REFUSED, NULL);
	if (code == -ETIMEDOUT)
		return tell(e, EVENT_TIMEOUT, NULL);
	if (word)
		return tell(e, EVENT_UNREACHABLE, word);
	return fail(j, OUTCOME_UNKNOWN);
}

/* ---- the descriptor ---- */

static void shut(struct job *j)
{
	if (j->watch.fd < 0)
		return;
	loop_unwatch(j->drive->loop, &j->watch);
	tls_free(j->tls);
	j->tls = NULL;
	if (j->udp)
		close(j->watch.fd);
	else
		sock_reset(j->watch.fd);
	j->watch.fd = -1;
}

/* Always false (nothing has come yet), unless it cannot be watched. */
static bool wait_for(struct job *j, unsigned want)
{
	if (j->watch.active && j->watch.want == want)
		return false;
	j->watch.want = want;
	return loop_watch(j->drive->loop, &j->watch, NULL) < 0 && fail(j, OUTCOME_UNKNOWN);
}

/* ---- bytes, with or without TLS ---- */

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void add_cpu(struct drive *d, uint64_t since_ns)
{
	d->tls_cpu_ns += cpu_ns() - since_ns;
	d->stats.tls_cpu_us = d->tls_cpu_ns / 1000;
}

static ssize_t send_some(struct job *j)
{
	const uint8_t *data = j->step.data + j->sent;
	size_t len = j->step.len - j->sent;
	uint64_t began;
	ssize_t n;

	if (!j->tls)
		return sock_send(j->watch.fd, data, len);
	began = cpu_ns();
	n = tls_write(j->tls, data, len);
	add_cpu(j->drive, began);
	return n;
}

static ssize_t receive_some(struct job *j)
{
	uint64_t began;
	ssize_t n;

	if (!j->tls)
		return sock_recv(j->watch.fd, j->drive->in, BUFFER_B);
	began = cpu_ns();
	n = tls_read(j->tls, j->drive->in, BUFFER_B);
	add_cpu(j->drive, began);
	return n;
}

/* On a stream every error is an end, whoever caused it: the connection stood. */
static bool receive(struct job *j, struct event *e)
{
	ssize_t n = receive_some(j);

	if (n == -EAGAIN || n == -EINTR)
		return wait_for(j, j->tls ? tls_wants(j->tls) : LOOP_READ);
	if (n > 0 || (n == 0 && j->udp)) /* an empty datagram is one */
		return tell_data(j, e, (size_t)n);
	if (j->udp)
		return tell_error(j, e, (int)n);
	return tell(e, EVENT_CLOSED, NULL);
}

/* Decrypted bytes that wait in OpenSSL wake no descriptor. */
static bool await(struct job *j, struct event *e)
{
	if (j->tls && tls_pending(j->tls))
		return receive(j, e);
	return wait_for(j, LOOP_READ);
}

static bool push(struct job *j, struct event *e)
{
	while (j->sent < j->step.len) {
		ssize_t n = send_some(j);

		if (n == -EINTR)
			continue;
		if (n == -EAGAIN)
			return wait_for(j, j->tls ? tls_wants(j->tls) : LOOP_WRITE);
		if (n < 0 && j->udp)
			return tell_error(j, e, (int)n);
		if (n < 0) /* what it said before it closed can still be read */
			break;
		j->sent += (size_t)n;
		j->drive->stats.sent_b += (uint64_t)n;
	}
	j->sent = j->step.len;
	return await(j, e);
}

/* ---- TLS ---- */

static const char *text_or_null(struct arena *a, const char *s)
{
	return s && *s ? arena_str(a, s) : NULL;
}

static bool tell_tls(struct job *j, struct event *e)
{
	const struct tls_result *r = tls_result(j->tls);
	struct arena *a = j->probe->arena;
	struct tls_facts *f = arena_alloc(a, sizeof(*f));

	if (!f)
		return fail(j, OUTCOME_LIMIT);
	*f = (struct tls_facts){.version = text_or_null(a, r->version),
				.cipher = text_or_null(a, r->cipher),
				.alpn = text_or_null(a, r->alpn),
				.cert_sha256 = text_or_null(a, r->cert_sha256),
				.spki_sha256 = text_or_null(a, r->spki_sha256),
				.subject = text_or_null(a, r->subject),
				.issuer = text_or_null(a, r->issuer),
				.not_before_us = r->not_before_us,
				.not_after_us = r->not_after_us,
				.verified = r->verified,
				.problem = text_or_null(a, r->problem)};
	if (arena_full(a))
		return fail(j, OUTCOME_LIMIT);
	j->drive->stats.handshakes++;
	tell(e, EVENT_TLS, NULL);
	e->tls = f;
	return true;
}

static bool shake(struct job *j, struct event *e)
{
	uint64_t began = cpu_ns();
	int rc = tls_handshake(j->tls);

	add_cpu(j->drive, began);
	if (rc == 1)
		return tell_tls(j, e);
	if (rc == 0)
		return wait_for(j, tls_wants(j->tls));
	snprintf(j->why, sizeof(j->why), "%s", tls_why(j->tls));
	return tell(e, EVENT_TLS_FAILED, j->why);
}

/* ---- steps ---- */

static bool open_to(struct job *j, struct event *e, bool udp)
{
	struct drive *d = j->drive;
	int fd;

	shut(j);
	fd = udp ? sock_udp(d->guard, &j->step.addr, j->step.port, j->why)
		 : sock_tcp(d->guard, &j->step.addr, j->step.port, j->why);
	if (fd == -EACCES)
		return tell(e, EVENT_DENIED, j->why);
	if (fd < 0)
		return tell_error(j, e, fd);
	j->watch.fd = fd;
	j->udp = udp;
	if (!udp)
		return wait_for(j, LOOP_WRITE);
	d->stats.datagrams++;
	return push(j, e);
}

static bool connected(struct job *j, struct event *e)
{
	int rc = sock_connected(j->watch.fd, &j->step.addr, j->step.port);

	if (rc == -EINPROGRESS)
		return false;
	if (rc < 0)
		return tell_error(j, e, rc);
	j->drive->stats.connections++;
	return tell(e, EVENT_CONNECTED, NULL);
}

static bool begin_tls(struct job *j, struct event *e)
{
	assert(j->watch.fd >= 0 && !j->udp && !j->tls);
	assert(j->drive->tls && j->step.sni);
	j->tls = tls_new(j->drive->tls, j->watch.fd, j->step.sni);
	if (j->step.no_alpn)
		tls_without_alpn(j->tls);
	return shake(j, e);
}

static bool begin(struct job *j, struct event *e)
{
	j->sent = 0;
	switch (j->step.kind) {
	case STEP_UDP: assert(j->step.len); return open_to(j, e, true);
	case STEP_CONNECT: return open_to(j, e, false);
	case STEP_TLS: return begin_tls(j, e);
	case STEP_SEND: assert(j->watch.fd >= 0 && !j->udp); return push(j, e);
	case STEP_READ: assert(j->watch.fd >= 0); return await(j, e);
	case STEP_DONE:
	default: abort(); /* give() has seen to it */
	}
}

static bool go_on(struct job *j, struct event *e)
{
	switch (j->step.kind) {
	case STEP_CONNECT: return connected(j, e);
	case STEP_TLS: return shake(j, e);
	case STEP_UDP:
	case STEP_SEND: return j->sent < j->step.len ? push(j, e) : receive(j, e);
	case STEP_READ: return receive(j, e);
	case STEP_DONE:
	default: abort();
	}
}

/* ---- jobs ---- */

static void job_free(struct job *j)
{
	shut(j);
	loop_untimer(j->drive->loop, &j->timer);
	*j->at = j->next;
	if (j->next)
		j->next->at = j->at;
	j->drive->n--;
	free(j);
}

/* The job is gone before done is called, which may free the probe and start others. */
static void finish(struct job *j)
{
	struct step last = j->step;
	struct probe *p = j->probe;
	drive_done *done = j->done;
	void *ctx = j->ctx;

	j->drive->stats.probes++;
	job_free(j);
	done(ctx, p, &last);
}

static void drop(struct probe *p)
{
	if (p->kind->drop)
		p->kind->drop(p);
}

static void end_by_force(struct job *j, enum outcome outcome)
{
	drop(j->probe);
	j->drive->stats.faults += outcome == OUTCOME_UNKNOWN;
	j->step = step_done(outcome);
	finish(j);
}

static void set_timer(struct job *j, int64_t now)
{
	j->due_us = j->step.timeout_us < j->deadline_us - now ? now + j->step.timeout_us
							      : j->deadline_us;
	loop_timer(j->drive->loop, &j->timer, j->due_us - now);
}

static void give(struct job *j, struct event *e)
{
	do {
		if (j->fault != OUTCOME_OK) {
			end_by_force(j, j->fault);
			return;
		}
		e->mono_us = now_us(j);
		e->wall_us = clock_wall(loop_clock(j->drive->loop));
		j->step = j->probe->kind->next(j->probe, e);
		if (j->step.kind == STEP_DONE) {
			finish(j);
			return;
		}
		set_timer(j, e->mono_us);
	} while (begin(j, e));
}

static void on_ready(struct watch *w, unsigned what)
{
	struct job *j = w->ctx;
	struct event e;

	(void)what; /* whatever it is: the next call tells */
	if (go_on(j, &e))
		give(j, &e);
}

static void on_timer(struct timer *t)
{
	struct job *j = t->ctx;
	struct event e = {.kind = j->started ? EVENT_TIMEOUT : EVENT_START};

	if (now_us(j) >= j->deadline_us) {
		if (!j->probe->deadline_us)
			limit_hit(LIMIT_SITE_WALL_MS);
		end_by_force(j, OUTCOME_TIMEOUT);
		return;
	}
	j->started = true;
	give(j, &e);
}

/* ---- outside ---- */

static void *cleared(size_t size)
{
	void *p = calloc(1, size);

	if (p)
		return p;
	fprintf(stderr, "sextant: out of memory (%zu bytes asked)\n", size);
	abort();
}

struct drive *drive_new(struct loop *loop, struct guard *guard, struct tls_client *tls)
{
	struct drive *d = cleared(sizeof(*d));

	d->loop = loop;
	d->guard = guard;
	d->tls = tls;
	return d;
}

void drive_free(struct drive *d)
{
	if (!d)
		return;
	while (d->jobs) {
		drop(d->jobs->probe);
		job_free(d->jobs);
	}
	free(d);
}

void drive_probe(struct drive *d, struct probe *p, drive_done *done, void *ctx)
{
	struct job *j = cleared(sizeof(*j));

	j->drive = d;
	j->probe = p;
	j->done = done;
	j->ctx = ctx;
	j->watch = (struct watch){.fd = -1, .ready = on_ready, .ctx = j};
	j->timer = (struct timer){.fire = on_timer, .ctx = j};
	j->deadline_us =
		p->deadline_us ? p->deadline_us : now_us(j) + INT64_C(1000) * L_SITE_WALL_MS;
	j->next = d->jobs;
	j->at = &d->jobs;
	if (j->next)
		j->next->at = &j->next;
	d->jobs = j;
	d->n++;
	loop_timer(d->loop, &j->timer, 0);
}

size_t drive_active(const struct drive *d)
{
	return d->n;
}

const struct drive_stats *drive_stats(const struct drive *d)
{
	return &d->stats;
}

/* getrandom gives 256 bytes without interruption. */
static _Thread_local uint64_t random_bits[512]; /* a page: the kernel asks its price by the call */
static _Thread_local size_t random_left;

/* A child must not deal what its parent has. */
static void forget_random(void)
{
	random_left = 0;
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forget_random);
}

uint64_t drive_random(void *ctx)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)ctx;
	if (!random_left) {
		pthread_once(&once, watch_forks);
		if (getrandom(random_bits, sizeof(random_bits), 0) != sizeof(random_bits)) {
			fprintf(stderr, "sextant: the kernel gives no random numbers\n");
			abort();
		}
		random_left = sizeof(random_bits) / sizeof(random_bits[0]);
	}
	return random_bits[--random_left];
}
