/* enter: running a command inside a node of a laboratory (lab/lab.h); needs only the run directory. */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NS_USER, NS_PID, NS_NET, NS_MNT, NS_COUNT };

static int open_namespaces(const struct lab *l, enum node_id node, int fd[NS_COUNT], struct err *e)
{
	char path[NS_COUNT][64];

	snprintf(path[NS_USER], sizeof(path[0]), "/proc/%d/ns/user", l->pid);
	snprintf(path[NS_PID], sizeof(path[0]), "/proc/%d/ns/pid", l->pid);
	snprintf(path[NS_NET], sizeof(path[0]), "/proc/%d/fd/%d", l->pid, l->ns[node]);
	snprintf(path[NS_MNT], sizeof(path[0]), "/proc/%d/ns/mnt", l->pid);
	for (int i = 0; i < NS_COUNT; i++) {
		fd[i] = -1;
		if (i == NS_USER && !l->user_ns)
			continue;
		fd[i] = open(path[i], O_RDONLY | O_CLOEXEC);
		if (fd[i] < 0)
			return err_set(e, -errno,
				       "cannot enter the lab in %s (%s): %s; a lab is entered by "
				       "the user who started it",
				       l->dir, path[i], err_name(errno));
	}
	return 0;
}

static int join(const struct lab *l, enum node_id node, struct err *e)
{
	int fd[NS_COUNT], code = open_namespaces(l, node, fd, e);

	for (int i = 0; i < NS_COUNT && !code; i++)
		if (fd[i] >= 0 && setns(fd[i], 0) < 0)
			code = err_set(e, -errno, "cannot enter the lab in %s: %s", l->dir,
				       err_name(errno));
	return code;
}

/* Puts a file of the run directory over one of the system's, for this command alone. */
static int cover(const struct lab *l, const char *from, const char *over, struct err *e)
{
	char path[LAB_DIR_MAX + 64];

	snprintf(path, sizeof(path), "%s/etc/%s", l->dir, from);
	if (mount(path, over, NULL, MS_BIND, NULL) == 0 || errno == ENOENT)
		return 0;
	return err_set(e, -errno, "cannot put %s over %s: %s", path, over, err_name(errno));
}

/* A file or socket of the system's name service would answer from the real network. */
static int cover_names(const struct lab *l, enum node_id node, struct err *e)
{
	char name[64];

	if (unshare(CLONE_NEWNS) < 0)
		return err_set(e, -errno, "cannot have mounts of my own: %s", err_name(errno));
	snprintf(name, sizeof(name), "resolv.%s", nodes[node].name);
	return cover(l, name, "/etc/resolv.conf", e) ||
			       cover(l, "nsswitch.conf", "/etc/nsswitch.conf", e)
		       ? e->code
		       : 0;
}

static void set_environment(const struct lab *l)
{
	char ca[LAB_DIR_MAX + 16];

	snprintf(ca, sizeof(ca), "%s/ca.pem", l->dir);
	setenv("SEXTANT_LAB", l->dir, 1);
	setenv("SSL_CERT_FILE", ca, 1); /* no other authority is of use here */
	setenv("CURL_CA_BUNDLE", ca, 1);
}

/* In the command's own process: never returns. */
static void become(const struct lab *l, enum node_id node, const char *const *argv, const char *cwd)
{
	struct err e = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (cover_names(l, node, &e) == 0) {
		(void)!chdir(cwd);
		set_environment(l);
		execvp(argv[0], (char *const *)argv);
		err_set(&e, -errno, "cannot run %s: %s", argv[0], err_name(errno));
	}
	dprintf(2, "sextant: %s\n", e.text);
	_exit(e.code == -ENOENT ? 127 : 126);
}

static int code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILURE;
	return code_of(status);
}

/* Between us and the command stands one process that joined the namespaces: a PID namespace is
 * entered only by children. */
static void go_between(const struct lab *l, enum node_id node, const char *const *argv, int report)
{
	char cwd[PATH_MAX];
	struct err e = {0};
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!getcwd(cwd, sizeof(cwd)))
		snprintf(cwd, sizeof(cwd), "/");
	if (join(l, node, &e)) {
		(void)!write(report, e.text, strlen(e.text));
		_exit(1);
	}
	close(report);
	pid = fork();
	if (pid == 0)
		become(l, node, argv, cwd);
	_exit(pid < 0 ? 126 : wait_for(pid));
}

int lab_exec(const struct lab *l, enum node_id node, const char *const *argv, int *code,
	     struct err *e)
{
	void (*old_int)(int) = signal(SIGINT, SIG_IGN);
	void (*old_quit)(int) = signal(SIGQUIT, SIG_IGN);
	char text[400];
	ssize_t got = 0;
	int report[2];
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return err_set(e, -errno, "cannot make a pipe: %s", err_name(errno));
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		go_between(l, node, argv, report[1]);
	close(report[1]);
	if (pid > 0) {
		got = read(report[0], text, sizeof(text) - 1);
		*code = wait_for(pid);
	}
	close(report[0]);
	signal(SIGINT, old_int);
	signal(SIGQUIT, old_quit);
	if (pid < 0)
		return err_set(e, -EAGAIN, "cannot start a process: %s", err_name(errno));
	if (got > 0) {
		text[got] = '\0';
		return err_set(e, -EPERM, "%s", text);
	}
	return 0;
}
