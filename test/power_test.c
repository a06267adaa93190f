/*
 * power_test: the power fails at random moments of a writer (test/crash.h).
 *
 * The store lies on an ext4 file system of its own, on a loop device.  EXT4_IOC_SHUTDOWN without a flush
 * of the log makes it forget everything that was not on the disk by then, as a cut does; mounting it
 * again replays its journal.  That leaves what a real disk may leave that keeps its promise of fsync.
 * A writer begins with the recovery of what the last cut left, so recovery is cut too.
 *
 * In a mount namespace of its own, for a copy of the mount elsewhere would keep the file system alive
 * over the cut.  Needs root and a loop device; says so and is skipped without.  POWER_CUTS=1000 for
 * more than ten.
 */
#include "test/crash.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { CUTS = 10, CUTS_A_DISK = 30, DISK_B = 256 << 20 };
#define IOC_SHUTDOWN _IOR('X', 125, uint32_t) /* EXT4_IOC_SHUTDOWN */
static const uint32_t without_log_flush = 2;

static struct disk {
	char image[64], mount[40];
} disk;

/* ---- the disk ---- */

static bool fails(const char *what)
{
	skip("no power is cut here: %s: %s", what, strerror(errno));
	return false;
}

static bool make_file_system(void)
{
	int status = -1, null;
	pid_t pid = fork();

	if (pid == 0) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
		execlp("mkfs.ext4", "mkfs.ext4", "-q", "-F", disk.image, NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	errno = ENOENT;
	return status == 0 ? true : fails("mkfs.ext4");
}

static bool make_image(void)
{
	int fd = open(disk.image, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, DISK_B)) {
		close(fd);
		return fails(disk.image);
	}
	close(fd);
	return make_file_system();
}

/* A loop device with the image; it goes when its last user does.  -1: there is none. */
static int attach(char device[static 32])
{
	struct loop_config c = {.info.lo_flags = LO_FLAGS_AUTOCLEAR};
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), loop = -1, image;

	image = open(disk.image, O_RDWR | O_CLOEXEC);
	c.fd = (unsigned)image;
	for (int tries = 0; tries < 50 && control >= 0 && image >= 0 && loop < 0; tries++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);

		snprintf(device, 32, "/dev/loop%d", number);
		loop = number < 0 ? -1 : open(device, O_RDWR | O_CLOEXEC);
		if (loop >= 0 && ioctl(loop, LOOP_CONFIGURE, &c)) { /* another was faster */
			close(loop);
			loop = -1;
			usleep(10000);
		}
	}
	close(image);
	close(control);
	return loop;
}

/* The device is the mount's alone: after a cut nothing may survive in its cache. */
static bool mounted(void)
{
	char device[32];
	int loop = attach(device), rc;

	if (loop < 0)
		return false;
	rc = mount(device, disk.mount, "ext4", 0, NULL);
	close(loop);
	return rc == 0;
}

static bool prepare(void)
{
	if (geteuid() != 0) {
		errno = EPERM;
		return fails("this needs root");
	}
	if (unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return fails("a mount namespace");
	snprintf(disk.image, sizeof(disk.image), "/tmp/sextant-power-%d.img", (int)getpid());
	snprintf(disk.mount, sizeof(disk.mount), "/tmp/sextant-power-%d", (int)getpid());
	if (mkdir(disk.mount, 0700))
		return fails(disk.mount);
	if (!make_image())
		return false;
	return mounted() ? true : fails("a loop device with ext4");
}

static void clean(void)
{
	umount2(disk.mount, MNT_DETACH);
	rmdir(disk.mount);
	unlink(disk.image);
}

static bool new_disk(void)
{
	if (umount(disk.mount) || !make_file_system() || !mounted())
		return ok(false, "a new disk: %s", strerror(errno));
	return true;
}

/* False when this kernel cannot do it. */
static bool cut(void)
{
	int fd = open(disk.mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && ioctl(fd, IOC_SHUTDOWN, &without_log_flush) == 0;

	close(fd);
	return good;
}

/* ---- the cuts ---- */

/* One writer, one cut, the disk mounted again.  Returns false when it cannot go on. */
static bool one(bool census, int64_t span_us, unsigned *seed, struct seen *seen)
{
	int out;
	pid_t pid = start(census, seed, &out);
	bool good;

	usleep((useconds_t)(rand_r(seed) % span_us));
	/* what it says after the cut has begun counts for nothing: with the power it would be gone, too */
	fcntl(out, F_SETFL, O_NONBLOCK);
	read_ids(out, seen);
	good = cut();
	kill(pid, SIGKILL);
	close(out);
	waitpid(pid, NULL, 0);
	if (!good)
		return fails("EXT4_IOC_SHUTDOWN");
	if (umount(disk.mount) || !mounted()) {
		ok(false, "the disk is mounted again after the cut: %s", strerror(errno));
		return false;
	}
	return true;
}

static void load(bool census, int cuts, unsigned *seed)
{
	struct seen seen = {0};
	int64_t span_us = 2 * measure(census, seed, &seen);
	int bad = judge(&seen), done_cuts = 0;

	while (done_cuts < cuts && !bad) {
		if (!one(census, span_us, seed, &seen))
			return;
		done_cuts++;
		/* every third one is judged after the next: recovery itself is cut */
		if (done_cuts % 3 || done_cuts == cuts)
			bad += judge(&seen);
	}
	ok(!bad && seen.order.n > 0, "%s: %d power cuts, %zu batches acknowledged, %lld there, none lost, in part or doubled",
	   census ? "census" : "ingest", done_cuts, seen.order.n, (long long)seen.there);
	vec_done(&seen.order);
	arena_done(&seen.arena);
}

/* The check checks: what was never flushed is gone after a cut. */
static bool forgets(void)
{
	char path[128];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/unflushed", disk.mount);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, path, sizeof(path)) != sizeof(path))
		return fails(path);
	close(fd);
	if (!cut())
		return fails("EXT4_IOC_SHUTDOWN");
	if (umount(disk.mount) || !mounted())
		return fails("mounting again");
	return ok(stat(path, &st) != 0, "what was not flushed is gone after a cut");
}

int main(int argc, char **argv)
{
	const char *many = getenv("POWER_CUTS");
	unsigned seed = (unsigned)clock_wall(&clock_real);
	int cuts = many ? (int)strtol(many, NULL, 10) : CUTS, result;
	int64_t began_us = clock_mono(&clock_real);

	if (is_writer(argc, argv, &result))
		return result;
	if (!prepare() || !forgets()) {
		clean();
		return done();
	}
	printf("# seed %u\n", seed);
	/* a new disk now and then, for the ids of all batches are compared each time */
	for (int left = cuts; left > 0; left -= CUTS_A_DISK) {
		int now = left < CUTS_A_DISK ? left : CUTS_A_DISK;

		snprintf(dir, sizeof(dir), "%s/ingest", disk.mount);
		load(false, now / 2, &seed);
		snprintf(dir, sizeof(dir), "%s/census", disk.mount);
		load(true, now - now / 2, &seed);
		if (left > now && !new_disk())
			break;
	}
	clean();
	printf("# %.1f s\n", (double)(clock_mono(&clock_real) - began_us) / 1e6);
	return done();
}
