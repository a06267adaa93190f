/*
 * supervise: the first process of the laboratory (lab/lab.h).  It holds the namespaces, starts the
 * services and watches them.  Half a laboratory would give wrong verdicts, so when one service ends,
 * all end.
 */
#include "base/clock.h"
#include "base/log.h"
#include "lab/lab.h"
#include "lab/services.h"
#include "lab/wiring.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UP_WAIT_MS = 20000 };

/* Writes a file of /proc in one call, as the kernel wants it. */
static int put_proc(const char *path, const char *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t wrote = fd < 0 ? -1 : write(fd, text, strlen(text));
	int saved = errno;

	if (fd >= 0)
		close(fd);
	return wrote < 0 ? err_set(e, -saved, "cannot write %s: %s", path, err_name(saved)) : 0;
}

/* We are root inside and nobody but ourselves outside. */
static int map_user(unsigned uid, unsigned gid, struct err *e)
{
	char text[64];
	int code = put_proc("/proc/self/setgroups", "deny", e);

	snprintf(text, sizeof(text), "0 %u 1", uid);
	if (!code)
		code = put_proc("/proc/self/uid_map", text, e);
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return code ? code : put_proc("/proc/self/gid_map", text, e);
}

static void detach(const struct lab *l, int report_fd)
{
	char path[LAB_DIR_MAX + 32];
	int in = open("/dev/null", O_RDONLY), out;

	snprintf(path, sizeof(path), "%s/supervisor.log", l->dir);
	out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (in >= 0)
		dup2(in, 0);
	if (out >= 0) {
		dup2(out, 1);
		dup2(out, 2);
	}
	/* what the caller had open is not ours to hold */
	dup3(report_fd, 3, O_CLOEXEC);
	close_range(4, ~0u, 0);
}

/* Our process id as those outside see it: /proc is still theirs. */
static void note_self(struct lab *l)
{
	char text[32];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	l->pid = (pid_t)strtol(text, NULL, 10);
	l->start = lab_start_of("self");
}

static int own_mounts(struct err *e)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_set(e, -errno, "cannot make mounts private: %s", err_name(errno));
	/* in some containers /proc may not be mounted anew; the old one serves as well */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		log_debug("/proc stays as it is: %s", err_name(errno));
	return 0;
}

static int bring_up(struct lab *l, struct err *e)
{
	struct wiring w;
	struct truth t;
	zone_list zones = {0};
	struct arena a;
	int code;

	arena_init(&a, 0);
	code = truth_load(&t, &a, e);
	if (!code)
		code = wiring_make(&w, &t, e);
	if (!code) {
		zones_build(&zones, &t, &a);
		code = services_prepare(l->dir, &t, &zones, &l->wire, e);
	}
	if (!code)
		code = services_start(l->dir, &w, &t, &zones, &l->wire, e);
	if (!code)
		code = services_await(l->dir, &w, &t, UP_WAIT_MS, e);
	if (!code) {
		l->nat64 = w.nat64;
		memcpy(l->ns, w.ns, sizeof(l->ns));
	}
	zones_done(&zones);
	arena_done(&a);
	return code;
}

static void watch(const struct lab *l)
{
	struct err e;
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, 0);
		struct service *s = pid > 0 ? service_of(pid) : NULL;

		if (pid < 0 && errno != EINTR)
			break;
		if (!s)
			continue;
		service_ended(l->dir, s, status, &e);
		log_error("%s; the lab ends with it", e.text);
		break;
	}
	_exit(1);
}

static int become_first(struct lab *l, bool tied, struct err *e)
{
	int code = l->user_ns ? map_user(l->uid, l->gid, e) : 0;

	prctl(PR_SET_NAME, "sextant-lab");
	if (tied)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	else
		setsid();
	umask(077);
	note_self(l);
	prctl(PR_SET_DUMPABLE, 1); /* `lab exec` opens our descriptors */
	return code ? code : own_mounts(e);
}

void lab_supervise(struct lab *l, bool tied, int report_fd)
{
	int64_t began = clock_mono(&clock_real);
	struct err e = {0};
	int code;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	code = become_first(l, tied, &e);
	detach(l, report_fd);
	if (!code)
		code = bring_up(l, &e);
	if (!code) {
		l->up_ms = (unsigned)((clock_mono(&clock_real) - began) / 1000);
		code = lab_state_write(l, &e);
	}
	(void)!write(3, code ? e.text : "up", code ? strlen(e.text) : 2);
	close(3);
	if (code)
		_exit(1);
	watch(l);
}
