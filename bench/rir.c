/*
 * bench/rir: reading registry files against the least that can be done with the same bytes.
 *
 * Ours: read the file, parse, validate and tally every record, counts and overlaps included.  The
 * least: `cat FILES` into a pipe and a memchr scan for line ends.  Both on the same unpacked files,
 * in turn, medians of nine.  The files: the newest of each registry in the data folder that is
 * whole, extended where there is one; named on stderr.  Prints name, value, unit, goal, pass or
 * short.
 */
#include "base/clock.h"
#include "io/unpack.h"
#include "wire/delegated.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 5, RUNS = 9, ROOM = 64 << 20 };
static const double goal = 3;

static const char *const names[FILES] = {
	"2026-05-06/delegated-afrinic-extended-latest",
	"2016-01-30/delegated-apnic-extended-latest",
	"2018-03-04/delegated-lacnic-extended-latest",
	"2013-08-13/delegated-arin-latest",
	"2014-08-05/delegated-ripencc-latest",
};

extern char **environ;
static char *paths[FILES], *memory;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench rir: %s: %s\n", what, why);
	exit(4);
}

/* Unpacks one file into dir; how many bytes. */
static size_t unpack_to(const char *from, const char *to)
{
	struct err e = {0};
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct unpack *u = in < 0 ? NULL : unpack_new(in, LIMIT_RIR_FILE_B, &e);
	size_t total = 0;
	ssize_t n = 1;

	if (!u || out < 0)
		die(from, in < 0 ? strerror(errno) : e.text);
	while (n > 0) {
		n = unpack_read(u, memory, ROOM, &e);
		if (n < 0 || (n > 0 && write(out, memory, (size_t)n) != n))
			die(from, e.text);
		total += (size_t)n;
	}
	unpack_free(u);
	close(in);
	close(out);
	return total;
}

static size_t read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t total = 0;
	ssize_t n = 1;

	while (fd >= 0 && n > 0) {
		n = read(fd, memory + total, ROOM - total);
		total += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return total;
}

static uint64_t parse_all(void)
{
	static struct delegated d;
	struct delegated_record r;
	uint64_t records = 0;

	for (int i = 0; i < FILES; i++) {
		struct err e = {0};
		int result = delegated_open(&d, memory, read_file(paths[i]), &e);

		if (result == 0)
			do
				result = delegated_next(&d, &r, &e);
			while (result == 1);
		if (result < 0)
			die(paths[i], e.text);
		records += d.tally.records;
		delegated_done(&d);
	}
	return records;
}

/* cat FILES | count lines */
static uint64_t scan_all(void)
{
	static char chunk[1 << 17];
	char *argv[FILES + 2] = {"cat"};
	posix_spawn_file_actions_t actions;
	uint64_t lines = 0;
	int fds[2];
	ssize_t n;
	pid_t pid;

	memcpy(argv + 1, paths, sizeof(paths));
	if (pipe2(fds, O_CLOEXEC) != 0)
		die("pipe", strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	if (posix_spawnp(&pid, "cat", &actions, NULL, argv, environ) != 0)
		die("cat", "cannot be started");
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	for (n = read(fds[0], chunk, sizeof(chunk)); n > 0; n = read(fds[0], chunk, sizeof(chunk)))
		for (char *p = chunk, *end = chunk + n; p < end; lines++) {
			p = memchr(p, '\n', (size_t)(end - p));
			if (!p)
				break;
			p++;
		}
	close(fds[0]);
	waitpid(pid, NULL, 0);
	return lines;
}

static int64_t timed(uint64_t (*fn)(void), uint64_t *result)
{
	int64_t began = clock_mono(&clock_real);

	*result = fn();
	return clock_mono(&clock_real) - began;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	const char *data = getenv("SEXTANT_DATA");
	char dir[] = "/tmp/sextant-bench-XXXXXX", from[4096];
	int64_t ours[RUNS], least[RUNS];
	uint64_t records = 0, lines = 0;
	size_t bytes = 0;
	double ratio;

	memory = malloc(ROOM);
	if (!memory || !mkdtemp(dir))
		die("start", strerror(errno));
	for (int i = 0; i < FILES; i++) {
		snprintf(from, sizeof(from), "%s/rir/%s.gz",
			 data && *data ? data : SEXTANT_SOURCE "/../shared/data", names[i]);
		if (asprintf(&paths[i], "%s/%d", dir, i) < 0)
			die("start", "no memory");
		bytes += unpack_to(from, paths[i]);
		fprintf(stderr, "%s\n", names[i]);
	}
	for (int i = 0; i < RUNS; i++) {
		ours[i] = timed(parse_all, &records);
		least[i] = timed(scan_all, &lines);
	}
	qsort(ours, RUNS, sizeof(ours[0]), compare);
	qsort(least, RUNS, sizeof(least[0]), compare);
	for (int i = 0; i < FILES; i++)
		unlink(paths[i]);
	rmdir(dir);
	ratio = (double)ours[RUNS / 2] / (double)least[RUNS / 2];
	fprintf(stderr, "%zu bytes, %llu records: %lld us; %llu lines: %lld us\n", bytes,
		(unsigned long long)records, (long long)ours[RUNS / 2], (unsigned long long)lines,
		(long long)least[RUNS / 2]);
	printf("rir_parse_ratio\t%.2f\tx\t%g\t%s\n", ratio, goal, ratio <= goal ? "pass" : "short");
	return 0;
}
