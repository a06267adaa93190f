/*
 * Children enter the sandbox and try what they must not (threats.md 3.2, the violation suite).  Each
 * attempt is also made outside, where it must work, so that a denial here is the sandbox's.
 */
#include "io/sandbox.h"

#include "base/charset.h"
#include "test/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static uint16_t port, other_port; /* of two listeners on loopback */
static char scratch[] = "/tmp/sandbox-test-XXXXXX";

static int try_open(void) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; }
static int try_shadow(void) { return open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; }
static int try_create(void) { return open(scratch, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 ? errno : 0; }
static int try_unlink(void) { return unlink("/tmp/sandbox-test-none") < 0 ? errno : 0; }
static int try_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? errno : 0; }
static int try_socket(void) { return socket(AF_INET6, SOCK_STREAM, 0) < 0 ? errno : 0; }
static int try_unix(void) { return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0; }
static int try_packet(void) { return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? errno : 0; }

static int try_exec(void)
{
	char *argv[] = {(char *)"true", NULL};

	execv("/bin/true", argv);
	return errno;
}

static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int try_exec_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int try_connect_to(uint16_t to)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(to),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? errno : 0;
}

static int try_connect(void) { return try_connect_to(port); }
static int try_other_port(void) { return try_connect_to(other_port); }

/* What it needs must go on working. */
static int try_work(void)
{
	char byte = 'x';
	int pipes[2], status = 0;
	char *p = malloc(1 << 20);

	if (!p || pipe2(pipes, O_CLOEXEC) < 0)
		return errno;
	memset(p, 1, 1 << 20);
	free(p);
	if (write(pipes[1], &byte, 1) != 1 || read(pipes[0], &byte, 1) != 1)
		status = errno;
	return status;
}

static int core_and_privs(void)
{
	struct rlimit core;

	getrlimit(RLIMIT_CORE, &core);
	return core.rlim_max == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
			       prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0
		       ? 0
		       : EINVAL;
}

/* Titles are read inside; their converters are files of the C library. */
static int try_charset(void)
{
	static const char *const labels[] = {"gbk", "big5", "shift_jis", "euc-jp", "euc-kr", "koi8-r", "windows-1252"};
	char to[16];
	int bad = 0;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		bad += charset_to_utf8(charset_find(labels[i], strlen(labels[i])), to, sizeof(to), "\xb0\xa1", 2) == 2;
	return bad ? EILSEQ : 0;
}

enum { OUTSIDE = -1, LANDLOCK_DECODER = 2, LANDLOCK_PROBER = 3 };

/* The errno of an attempt inside; 0: it worked; -1: the child died or could not enter. */
static int inside(int profile, int (*attempt)(void))
{
	const struct sandbox_rules rules = {
		.profile = profile % 2 ? SANDBOX_PROBER : SANDBOX_DECODER,
		.memory_b = 1 << 30, .cpu_s = 10, .files = 64, .file_b = 1 << 20,
		.ports = &port, .n_ports = 1,
		.skip_seccomp = profile >= LANDLOCK_DECODER,
	};
	struct err e = {0};
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (profile != OUTSIDE && sandbox_enter(&rules, NULL, &e))
			_exit(255);
		_exit(attempt());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) != 255 ? WEXITSTATUS(status) : -1;
}

static const struct {
	const char *name;
	int (*attempt)(void);
	bool decoder, prober; /* may do it */
	int outside;	      /* errno there */
} rows[] = {
	{"open /etc/passwd", try_open, false, false, 0},
	{"create a file", try_create, false, false, 0},
	{"unlink", try_unlink, false, false, ENOENT},
	{"execve", try_exec, false, false, 0},
	{"fork", try_fork, false, false, 0},
	{"ptrace", try_ptrace, false, false, 0},
	{"executable memory", try_exec_memory, false, false, 0},
	{"an IPv6 socket", try_socket, false, true, 0},
	{"a unix socket", try_unix, false, false, 0},
	{"connect to its port", try_connect, false, true, 0},
	{"pipes and memory", try_work, true, true, 0},
};

static void test_violations(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		is_int(inside(OUTSIDE, rows[i].attempt), rows[i].outside, rows[i].name);
		ok(inside(SANDBOX_DECODER, rows[i].attempt) == (rows[i].decoder ? 0 : EPERM),
		   "decoder: %s is %s", rows[i].name, rows[i].decoder ? "allowed" : "denied");
		ok(inside(SANDBOX_PROBER, rows[i].attempt) == (rows[i].prober ? 0 : EPERM),
		   "prober: %s is %s", rows[i].name, rows[i].prober ? "allowed" : "denied");
	}
	is_int(inside(OUTSIDE, try_charset), 0, "titles of legacy charsets are read");
	is_int(inside(SANDBOX_PROBER, try_charset), 0, "and by a prober inside");
	for (int profile = SANDBOX_DECODER; profile <= SANDBOX_PROBER; profile++) {
		is_int(inside(profile, try_shadow), EPERM, "/etc/shadow is denied");
		is_int(inside(profile, try_packet), EPERM, "a packet socket is denied");
	}
}

static void test_landlock(void)
{
	int abi = sandbox_landlock_abi();

	printf("# Landlock ABI %d\n", abi);
	if (!abi) {
		skip("this kernel has no Landlock");
		return;
	}
	is_int(inside(LANDLOCK_DECODER, try_open), EACCES, "Landlock alone: open is denied");
	is_int(inside(LANDLOCK_PROBER, try_open), EACCES, "Landlock alone: open is denied");
	is_int(inside(LANDLOCK_DECODER, try_create), EACCES, "Landlock alone: create is denied");
	is_int(inside(LANDLOCK_DECODER, core_and_privs), 0, "no core file, no new privileges");
	if (abi < 4) {
		skip("TCP ports need Landlock ABI 4, this kernel has %d", abi);
		return;
	}
	is_int(inside(OUTSIDE, try_other_port), 0, "another port answers");
	is_int(inside(LANDLOCK_PROBER, try_connect), 0, "Landlock alone: its port is allowed");
	is_int(inside(LANDLOCK_PROBER, try_other_port), EACCES, "Landlock alone: another is denied");
	is_int(inside(LANDLOCK_DECODER, try_connect), EACCES, "Landlock alone: no port for a decoder");
	is_int(inside(SANDBOX_PROBER, try_other_port), EACCES, "both: another port is denied");
}

static void test_report(void)
{
	const struct sandbox_rules rules = {.require = true};
	int status = 0, pipes[2];
	struct sandbox_report report = {0};
	pid_t pid;

	if (pipe(pipes) < 0)
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct err e = {0};
		int code = sandbox_enter(&rules, &report, &e);

		_exit(write(pipes[1], &report, sizeof(report)) != sizeof(report) || code);
	}
	waitpid(pid, &status, 0);
	ok(read(pipes[0], &report, sizeof(report)) == sizeof(report), "the report is told");
	ok((status == 0) == (report.privs && report.limits && report.landlock && report.seccomp),
	   "what is required and missing is an error");
	is_int(report.seccomp, sandbox_seccomp_works() ? SANDBOX_ON : SANDBOX_OFF, "seccomp");
	is_int(report.landlock != SANDBOX_OFF, sandbox_landlock_abi() > 0, "Landlock");
	close(pipes[0]);
	close(pipes[1]);
}

static int listener(uint16_t *out)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return -1;
	*out = ntohs(a.sin_port);
	return fd;
}

int main(void)
{
	int one = listener(&port), two = listener(&other_port);
	int file = mkstemp(scratch);

	if (!ok(one >= 0 && two >= 0 && file >= 0, "two listeners and a file"))
		return done();
	test_violations();
	test_landlock();
	test_report();
	unlink(scratch);
	return done();
}
