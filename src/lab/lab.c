/* lab: see lab.h.  This file is the outside: where labs are, bringing one up and down. */
#include "lab/lab.h"

#include "base/clock.h"
#include "base/log.h"
#include "lab/labnet.h"
#include "lab/services.h"
#include "lab/webconf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- where ---- */

/* Only we may write there: a directory of another user is refused. */
static int own_dir(const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set(e, -errno, "cannot make %s: %s", path, err_name(errno));
	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return err_set(e, -EPERM, "%s is not a directory of yours; choose another with --dir",
			       path);
	return 0;
}

static void base_dir(char path[static LAB_DIR_MAX])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime && *runtime && access(runtime, W_OK) == 0)
		snprintf(path, LAB_DIR_MAX, "%s/sextant-lab", runtime);
	else
		snprintf(path, LAB_DIR_MAX, "/tmp/sextant-lab-%u", geteuid());
}

/* Paths stand in the settings of half a dozen programs, each with other ideas of quoting. */
static int check_text(const char *what, const char *text, const char *more, struct err *e)
{
	for (const char *p = text; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') && !strchr(more, *p))
			return err_set(e, -EINVAL,
				       "%s '%s': only letters, digits and %s are possible here",
				       what, text, more);
	return 0;
}

/* Fills name and dir of l. */
static int locate(const struct lab_options *o, struct lab *l, bool make, struct err *e)
{
	char base[LAB_DIR_MAX], given[PATH_MAX];
	const char *name = o->name ? o->name : "lab";
	int n;

	memset(l, 0, sizeof(*l));
	if (!*name || strlen(name) >= LAB_NAME_MAX)
		return err_set(e, -EINVAL, "--name has 1 to %d letters", LAB_NAME_MAX - 1);
	if (check_text("--name", name, "-_", e))
		return e->code;
	snprintf(l->name, sizeof(l->name), "%s", name);
	base_dir(base);
	if (make && !o->dir && own_dir(base, e))
		return e->code;
	if (make && o->dir && own_dir(o->dir, e))
		return e->code;
	if (o->dir)
		n = realpath(o->dir, given) ? snprintf(l->dir, sizeof(l->dir), "%s", given) : 0;
	else
		n = snprintf(l->dir, sizeof(l->dir), "%s/%s", base, name);
	if (n <= 0)
		return err_set(e, -ENOENT, "there is no directory %s", o->dir);
	if ((size_t)n >= sizeof(l->dir))
		return err_set(e, -ENAMETOOLONG, "the run directory's path is longer than %d bytes",
			       LAB_DIR_MAX - 1);
	return check_text("run directory", l->dir, "/._-", e);
}

/* ---- the record ---- */

/* Field 22 of /proc/PID/stat; the name in field 2 may hold anything, so we begin after its end. */
unsigned long long lab_start_of(const char *proc_pid)
{
	char path[64], text[1024], *at;
	unsigned long long start = 0;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%s/stat", proc_pid);
	f = fopen(path, "re");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	if (f)
		fclose(f);
	text[n] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		start = strtoull(at, NULL, 10);
	return start;
}

int lab_state_write(const struct lab *l, struct err *e)
{
	char from[LAB_DIR_MAX + 32], to[LAB_DIR_MAX + 32];
	FILE *f;

	snprintf(from, sizeof(from), "%s/lab.state.new", l->dir);
	snprintf(to, sizeof(to), "%s/lab.state", l->dir);
	f = fopen(from, "we");
	if (!f)
		return err_set(e, -errno, "cannot write %s: %s", from, err_name(errno));
	fprintf(f, "wire %u %u %u %llu\n", l->wire.rtt_ms, l->wire.jitter_ms, l->wire.loss_ppm,
		(unsigned long long)l->wire.seed);
	fprintf(f, "name %s\npid %d\nstart %llu\nuser_ns %d\nnat64 %d\nup_ms %u\n", l->name, l->pid,
		l->start, l->user_ns, l->nat64, l->up_ms);
	for (enum node_id id = 0; id < NODE_COUNT; id++)
		fprintf(f, "node %s %d\n", nodes[id].name, l->ns[id]);
	if (fclose(f) != 0 || rename(from, to) < 0)
		return err_set(e, -EIO, "cannot write %s", to);
	return 0;
}

static void state_line(struct lab *l, const char *line)
{
	char name[LAB_NAME_MAX];
	unsigned long long seed = 0;
	int number;

	if (sscanf(line, "node %39s %d", name, &number) == 2 && node_find(name) < NODE_COUNT) {
		l->ns[node_find(name)] = number;
		return;
	}
	if (sscanf(line, "user_ns %d", &number) == 1)
		l->user_ns = number;
	if (sscanf(line, "nat64 %d", &number) == 1)
		l->nat64 = number;
	if (sscanf(line, "name %39s", name) == 1)
		memcpy(l->name, name, sizeof(name));
	(void)sscanf(line, "wire %u %u %u %llu", &l->wire.rtt_ms, &l->wire.jitter_ms, &l->wire.loss_ppm,
		     &seed);
	if (seed)
		l->wire.seed = seed;
	(void)sscanf(line, "pid %d", &l->pid);
	(void)sscanf(line, "start %llu", &l->start);
	(void)sscanf(line, "up_ms %u", &l->up_ms);
}

int lab_state_read(struct lab *l, const char *dir, struct err *e)
{
	char path[LAB_DIR_MAX + 32], line[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/lab.state", dir);
	f = fopen(path, "re");
	if (!f)
		return err_set(e, -ENOENT, "there is no lab in %s; `sextant lab up` starts one", dir);
	if (dir != l->dir)
		snprintf(l->dir, sizeof(l->dir), "%s", dir);
	while (fgets(line, sizeof(line), f))
		state_line(l, line);
	fclose(f);
	return l->pid > 0 ? 0 : err_set(e, -EINVAL, "%s is damaged", path);
}

bool lab_alive(const struct lab *l)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", l->pid);
	return l->pid > 0 && l->start && lab_start_of(pid) == l->start;
}

int lab_find(const struct lab_options *o, struct lab *l, struct err *e)
{
	int code = locate(o, l, false, e);

	if (!code)
		code = lab_state_read(l, l->dir, e);
	if (!code && !lab_alive(l))
		code = err_set(e, -ENOENT, "the lab in %s has ended; `sextant lab up` starts it anew",
			       l->dir);
	return code;
}

/* ---- removing ---- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* Only what is known to be a run directory. */
static void remove_dir(const char *dir)
{
	char path[LAB_DIR_MAX + 32];

	snprintf(path, sizeof(path), "%s/lab.mark", dir);
	if (access(path, F_OK) == 0)
		nftw(dir, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int wait_gone(pid_t pid, int wait_ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int gone = fd < 0 || poll(&p, 1, wait_ms) == 1;

	if (fd >= 0)
		close(fd);
	return gone;
}

static int end_lab(const struct lab *l, struct err *e)
{
	if (kill(l->pid, SIGKILL) < 0 && errno != ESRCH)
		return err_set(e, -errno, "cannot end the lab's supervisor, process %d: %s", l->pid,
			       err_name(errno));
	if (!wait_gone(l->pid, 5000))
		return err_set(e, -ETIMEDOUT, "process %d does not end", l->pid);
	waitpid(l->pid, NULL, WNOHANG); /* when it is our own child */
	return 0;
}

int lab_down(const struct lab_options *o, struct err *e)
{
	struct lab l;
	int code = locate(o, &l, false, e);

	if (!code)
		code = lab_state_read(&l, l.dir, e);
	if (!code && lab_alive(&l))
		code = end_lab(&l, e);
	if (!code)
		remove_dir(l.dir);
	return code;
}

/* ---- every lab of the default place ---- */

static void each_dir(void (*each)(const char *dir, void *ctx), void *ctx)
{
	char base[LAB_DIR_MAX], path[LAB_DIR_MAX + NAME_MAX + 2];
	struct dirent *d;
	DIR *dir;

	base_dir(base);
	dir = opendir(base);
	while (dir && (d = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", base, d->d_name);
		if (d->d_name[0] != '.' && strlen(path) < LAB_DIR_MAX)
			each(path, ctx);
	}
	if (dir)
		closedir(dir);
}

struct visit {
	void (*each)(void *ctx, const struct lab *l);
	void *ctx;
};

static void visit_alive(const char *dir, void *ctx)
{
	struct visit *v = ctx;
	struct lab l = {0};

	if (lab_state_read(&l, dir, NULL) == 0 && lab_alive(&l))
		v->each(v->ctx, &l);
}

void lab_each(void (*each)(void *ctx, const struct lab *l), void *ctx)
{
	struct visit v = {each, ctx};

	each_dir(visit_alive, &v);
}

static void sweep_dead(const char *dir, void *ctx)
{
	struct lab l = {0};

	(void)ctx;
	if (lab_state_read(&l, dir, NULL) == 0 && !lab_alive(&l))
		remove_dir(dir);
}

void lab_sweep(void)
{
	each_dir(sweep_dead, NULL);
}

/* ---- up ---- */

static int new_dir(const struct lab *l, struct err *e)
{
	struct buf empty;
	struct lab old = {0};

	if (lab_state_read(&old, l->dir, NULL) == 0) {
		if (lab_alive(&old))
			return err_set(e, -EEXIST,
				       "the lab '%s' is up already (%s); `sextant lab down` ends it, "
				       "--name starts another beside it",
				       old.name, l->dir);
		remove_dir(l->dir);
	}
	if (own_dir(l->dir, e))
		return e->code;
	buf_init(&empty, 16);
	return put_file(l->dir, "lab.mark", &empty, e);
}

/* Like fork, into new namespaces; an ordinary user needs a user namespace around them, and so does a
 * root that has lost its rights (in a container). */
static pid_t clone_into(bool *user_ns)
{
	const long plain = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | SIGCHLD;
	long pid = -1;

	*user_ns = geteuid() != 0;
	if (!*user_ns)
		pid = syscall(SYS_clone, plain, NULL, NULL, NULL, NULL);
	if (pid < 0 && (*user_ns || errno == EPERM)) {
		*user_ns = true;
		pid = syscall(SYS_clone, plain | CLONE_NEWUSER, NULL, NULL, NULL, NULL);
	}
	return (pid_t)pid;
}

static int cannot_clone(struct err *e)
{
	if (errno == EPERM || errno == EACCES)
		return err_set(e, -EPERM,
			       "this machine forbids user namespaces to ordinary users; as root: "
			       "sysctl -w kernel.unprivileged_userns_clone=1 (Debian) or "
			       "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); in a "
			       "container allow unshare, or run as root");
	if (errno == ENOSPC || errno == EUSERS)
		return err_set(e, -errno, "no more user namespaces: raise sysctl "
					  "user.max_user_namespaces");
	return err_set(e, -errno, "cannot make namespaces: %s", err_name(errno));
}

/* Waits for the report of the first process: nothing but end of file is good news. */
static int await_report(int fd, struct err *e)
{
	char text[500];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(text) - 1 && (got = read(fd, text + n, sizeof(text) - 1 - n)) != 0) {
		if (got < 0 && errno != EINTR)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = '\0';
	if (n == 0)
		return err_set(e, -ECHILD, "the lab's supervisor died before it could say why");
	return strcmp(text, "up") ? err_set(e, -EIO, "%s", text) : 0;
}

static int launch(struct lab *l, bool tied, struct err *e)
{
	int report[2], code;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return err_set(e, -errno, "cannot make a pipe: %s", err_name(errno));
	fflush(NULL);
	l->uid = geteuid(); /* inside, before its map is written, everybody is nobody */
	l->gid = getegid();
	pid = clone_into(&l->user_ns);
	if (pid < 0) {
		close(report[0]);
		close(report[1]);
		return cannot_clone(e);
	}
	if (pid == 0) {
		close(report[0]);
		lab_supervise(l, tied, report[1]);
	}
	close(report[1]);
	code = await_report(report[0], e);
	close(report[0]);
	l->pid = pid;
	if (code) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return code;
}

int lab_up(const struct lab_options *o, struct lab *l, struct err *e)
{
	int code = services_installed(e);

	lab_sweep();
	if (!code)
		code = locate(o, l, true, e);
	l->wire = o->wire;
	if (!code)
		code = new_dir(l, e);
	if (!code)
		code = launch(l, o->tied, e);
	return code ? code : lab_state_read(l, l->dir, e);
}

int lab_nat64_allowed(struct err *e)
{
	return labnet_tun_allowed(e);
}

/* ---- memory ---- */

static bool same_ns(const char *pid, const char *ns)
{
	char path[300], text[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
	n = readlink(path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 && !strcmp(text, ns);
}

static bool add_pss(const char *pid, uint64_t *sum_kb)
{
	char path[300], line[200];
	bool found = false;
	unsigned long kb;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/smaps_rollup", pid);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pss: %lu", &kb) == 1) {
			*sum_kb += kb;
			found = true;
		}
	if (f)
		fclose(f);
	return found;
}

void lab_memory(const struct lab *l, struct lab_memory *m)
{
	char path[64], ns[64];
	DIR *proc = opendir("/proc");
	struct dirent *d;
	ssize_t n;

	memset(m, 0, sizeof(*m));
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", l->pid);
	n = readlink(path, ns, sizeof(ns) - 1);
	ns[n > 0 ? n : 0] = '\0';
	while (n > 0 && proc && (d = readdir(proc)) != NULL) {
		if (d->d_name[0] < '1' || d->d_name[0] > '9' || !same_ns(d->d_name, ns))
			continue;
		m->processes++;
		m->unread += !add_pss(d->d_name, &m->pss_kb);
	}
	if (proc)
		closedir(proc);
}
