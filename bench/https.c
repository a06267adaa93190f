/*
 * bench_https CA AT_ONCE < "URL ADDRESS" lines: the pages of the lines by the machinery of a census, for
 * bench/sites.py: guard, connection, TLS with verification, request, header, body.  As peer_curl.c it prints how
 * many came, verified and whole, and the process's processor time in microseconds.
 */
#include "base/clock.h"
#include "check/probe_web.h"
#include "source/drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { AT_ONCE_MAX = 1024, ARENA_B = 64 * 1024, LINE_MAX_B = 600 };

struct fetch {
	struct web_probe probe;
	struct arena arena;
};
static struct fetch fetches[AT_ONCE_MAX];
static struct loop *loop;
static struct drive *drive;
static unsigned long good;
static int running;

/* "https://host/path address"; false: no more. */
static bool read_line(struct web_question *q, char line[static LINE_MAX_B])
{
	char *host, *path, *space;

	if (!fgets(line, LINE_MAX_B, stdin) || !(host = strstr(line, "://")) || !(space = strchr(line, ' ')))
		return false;
	*space++ = 0;
	space[strcspn(space, "\n")] = 0;
	host += 3;
	path = strchr(host, '/');
	if (!path || !addr_parse(&q->addr, space))
		return false;
	*path = 0; /* all ask for "/" */
	q->host = host;
	q->scheme = q->began = line[4] == 's' ? SCHEME_HTTPS : SCHEME_HTTP;
	return true;
}

static void begin(struct fetch *f);

static void done(void *ctx, struct probe *p, const struct step *last)
{
	struct fetch *f = ctx;
	const struct web_row *row = &f->probe.row;

	(void)p;
	good += last->outcome == OUTCOME_OK && row->status > 0 && (f->probe.q.scheme == SCHEME_HTTP || row->cert_ok == 1);
	arena_done(&f->arena);
	running--;
	begin(f);
	if (!running)
		loop_stop(loop);
}

static void begin(struct fetch *f)
{
	struct web_question q = {.target = "apex", .user_agent = "Mozilla/5.0 (compatible; bench)", .brief = true};
	char line[LINE_MAX_B];

	if (!read_line(&q, line))
		return;
	running++;
	arena_init(&f->arena, ARENA_B);
	web_probe_init(&f->probe, &q, &f->arena);
	drive_probe(drive, &f->probe.p, done, f);
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
	struct prefix allow[2];
	struct tls_client *tls;
	struct guard *guard;
	struct rusage r;
	struct err e = {0};

	if (n < 1 || n > AT_ONCE_MAX) {
		fprintf(stderr, "usage: bench_https CA AT_ONCE < lines\n");
		return 2;
	}
	tls_own_memory();
	prefix_parse(&allow[0], "10.64.0.0/10");
	prefix_parse(&allow[1], "3fff:100::/24");
	guard = guard_new(&(struct guard_config){.allow = allow, .n_allow = 2, .skip_own = true}, &e);
	tls = tls_client_new(argv[1], &e);
	loop = loop_new(&clock_real, &e);
	drive = guard && tls && loop ? drive_new(loop, guard, tls) : NULL;
	if (!drive) {
		fprintf(stderr, "bench https: %s\n", e.text);
		return 4;
	}
	for (int i = 0; i < n; i++)
		begin(&fetches[i]);
	if (running)
		loop_run(loop, &e);
	getrusage(RUSAGE_SELF, &r);
	printf("%lu %ld\n", good, (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000L + r.ru_utime.tv_usec + r.ru_stime.tv_usec);
	return 0;
}
