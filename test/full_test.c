/*
 * full_test: a disk that fills up under a writer (test/crash.h).  It says so in a sentence and ends,
 * nothing that it acknowledged is lost, and with room it goes on.
 *
 * The disk is a tmpfs of a few megabytes in a mount namespace of its own; also for an ordinary user,
 * where user namespaces are allowed.
 */
#include "test/crash.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { WAIT_S = 60 };

static char disk[40], told[1 << 16];

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
}

static bool enter(void)
{
	char map[64];
	int flags = geteuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS;
	unsigned uid = geteuid(), gid = getegid();

	if (unshare(flags))
		return false;
	if (flags & CLONE_NEWUSER) {
		write_text("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1", uid);
		write_text("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1", gid);
		write_text("/proc/self/gid_map", map);
	}
	return mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool disk_of(int kib, unsigned long flags)
{
	char size[64];

	snprintf(size, sizeof(size), "size=%dk,mode=0700", kib);
	return mount("tmpfs", disk, "tmpfs", flags, size) == 0;
}

/* Until the writer ends by itself; what it says goes to `told`.  Its exit code, or -1. */
static int run_until_full(bool census, unsigned *seed, struct seen *seen)
{
	int errors[2], out, status = -1, kept = dup(STDERR_FILENO);
	int64_t end_us = clock_mono(&clock_real) + WAIT_S * INT64_C(1000000);
	size_t n = 0;
	ssize_t got = 1;
	pid_t pid;

	if (pipe2(errors, O_CLOEXEC))
		return -1;
	dup2(errors[1], STDERR_FILENO);
	pid = start(census, seed, &out);
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(errors[1]);
	read_ids(out, seen); /* to the writer's end: the disk is small */
	while (got > 0 && n + 1 < sizeof(told)) {
		got = read(errors[0], told + n, sizeof(told) - n - 1);
		n += got > 0 ? (size_t)got : 0;
	}
	told[n] = '\0';
	while (waitpid(pid, &status, WNOHANG) == 0 && clock_mono(&clock_real) < end_us)
		usleep(10000);
	close(errors[0]);
	close(out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Every line says what is full; returns how many lines, or -1. */
static int sentences(void)
{
	int n = 0;
	char copy[sizeof(told)], *rest = copy, *line;

	memcpy(copy, told, sizeof(copy));
	for (line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		if (!*line)
			continue;
		n++;
		if (!strstr(line, "the disk is full") && !strstr(line, "No space left on device"))
			return -1;
	}
	return n;
}

static void fill(int kib, bool census, unsigned *seed)
{
	const char *load = census ? "census" : "ingest";
	struct seen seen = {0};
	int code, lines, bad;
	size_t acknowledged;

	if (!disk_of(kib, 0)) {
		skip("no tmpfs here: %s", strerror(errno));
		return;
	}
	code = run_until_full(census, seed, &seen);
	lines = sentences();
	if (!ok(code == 1 && lines >= 1 && lines <= 2, "%d KiB, %s: it ends and says why", kib, load))
		printf("# exit %d: %.600s\n", code, told);
	acknowledged = seen.order.n;
	bad = !disk_of(kib + (128 << 10), MS_REMOUNT) || judge(&seen);
	ok(!bad, "with room, all of %zu batches that were acknowledged are there", acknowledged);
	if (!bad) {
		measure(census, seed, &seen);
		bad = judge(&seen);
		ok(!bad && seen.order.n > acknowledged, "and it goes on: %zu", seen.order.n);
	}
	vec_done(&seen.order);
	arena_done(&seen.arena);
	if (umount2(disk, MNT_DETACH))
		printf("# %s\n", strerror(errno));
}

int main(int argc, char **argv)
{
	static const int sizes_kib[] = {400, 700, 1500, 3000, 6000};
	unsigned seed = (unsigned)clock_wall(&clock_real);
	int result;

	if (is_writer(argc, argv, &result))
		return result;
	snprintf(disk, sizeof(disk), "/tmp/sextant-full-%d", (int)getpid());
	snprintf(dir, sizeof(dir), "%s/db", disk);
	if (mkdir(disk, 0700) || !enter()) {
		skip("no mount namespace here: %s", strerror(errno));
		rmdir(disk);
		return done();
	}
	printf("# seed %u\n", seed);
	for (size_t i = 0; i < sizeof(sizes_kib) / sizeof(sizes_kib[0]); i++)
		fill(sizes_kib[i], i % 2, &seed);
	rmdir(disk);
	return done();
}
