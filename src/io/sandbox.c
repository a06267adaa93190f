/*
 * sandbox: see sandbox.h.  Landlock is called by number, since Debian 12's headers know only its
 * second ABI; a newer kernel gives more (ABI 4: TCP ports, 5: ioctl, 6: scopes).
 */
#include "io/sandbox.h"

#include "base/charset.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *const sandbox_state_words[] = {"off", "degraded", "on", NULL};

/* ---- Landlock ---- */

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { ASK_VERSION = 1, RULE_NET_PORT = 2, NET_BIND = 1, NET_CONNECT = 2 };
enum { SCOPE_ABSTRACT_UNIX = 1, SCOPE_SIGNAL = 2, ABI_NET = 4, ABI_SCOPE = 6 };

struct ruleset {
	uint64_t files, net, scoped;
};

struct net_port {
	uint64_t access, port;
};

int sandbox_landlock_abi(void)
{
	long abi = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* Every right over files that this ABI can deny. */
static uint64_t file_rights(int abi)
{
	static const unsigned bits[] = {0, 13, 14, 15, 15, 16};

	return (UINT64_C(1) << bits[abi > 5 ? 5 : abi]) - 1;
}

static bool allow_ports(int fd, const struct sandbox_rules *r)
{
	for (size_t i = 0; i < r->n_ports; i++) {
		struct net_port p = {.access = NET_CONNECT, .port = r->ports[i]};

		if (syscall(ADD_RULE, fd, RULE_NET_PORT, &p, 0) != 0)
			return false;
	}
	return true;
}

static enum sandbox_state enter_landlock(const struct sandbox_rules *r, int abi)
{
	bool any_port = r->profile == SANDBOX_PROBER && !r->n_ports;
	struct ruleset set = {.files = file_rights(abi)};
	size_t size = abi < ABI_NET ? 8 : abi < ABI_SCOPE ? 16 : 24;
	int fd;
	bool good;

	if (!abi)
		return SANDBOX_OFF;
	if (abi >= ABI_NET)
		set.net = any_port ? NET_BIND : NET_BIND | NET_CONNECT;
	if (abi >= ABI_SCOPE)
		set.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	fd = (int)syscall(CREATE_RULESET, &set, size, 0);
	if (fd < 0)
		return SANDBOX_OFF;
	good = (!set.net || r->profile != SANDBOX_PROBER || allow_ports(fd, r)) &&
	       syscall(RESTRICT_SELF, fd, 0) == 0;
	close(fd);
	if (!good)
		return SANDBOX_OFF;
	return abi >= ABI_NET ? SANDBOX_ON : SANDBOX_DEGRADED;
}

/* ---- seccomp ---- */

static const int common[] = {
	SCMP_SYS(read),		   SCMP_SYS(readv),	      SCMP_SYS(pread64),
	SCMP_SYS(write),	   SCMP_SYS(writev),	      SCMP_SYS(pwrite64),
	SCMP_SYS(close),	   SCMP_SYS(fstat),	      SCMP_SYS(lseek),
	SCMP_SYS(munmap),	   SCMP_SYS(mremap),	      SCMP_SYS(madvise),
	SCMP_SYS(brk),		   SCMP_SYS(futex),	      SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),  SCMP_SYS(rt_sigreturn),    SCMP_SYS(sigaltstack),
	SCMP_SYS(clock_gettime),   SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),	   SCMP_SYS(getpid),	      SCMP_SYS(gettid),
	SCMP_SYS(getppid),	   SCMP_SYS(getrandom),	      SCMP_SYS(exit),
	SCMP_SYS(exit_group),	   SCMP_SYS(tgkill),	      SCMP_SYS(poll),
	SCMP_SYS(ppoll),	   SCMP_SYS(epoll_wait),      SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl),	   SCMP_SYS(epoll_create1),   SCMP_SYS(eventfd2),
	SCMP_SYS(timerfd_create),  SCMP_SYS(timerfd_settime), SCMP_SYS(pipe2),
	SCMP_SYS(dup),		   SCMP_SYS(fcntl),	      SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall), SCMP_SYS(recvfrom),	      SCMP_SYS(recvmsg),
	SCMP_SYS(getrusage),	   SCMP_SYS(fadvise64),	      SCMP_SYS(signalfd4),
};

static const int with_sockets[] = {
	SCMP_SYS(connect),    SCMP_SYS(bind),	     SCMP_SYS(sendto),	    SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),   SCMP_SYS(recvmmsg),    SCMP_SYS(setsockopt),  SCMP_SYS(getsockopt),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(shutdown),
};

static int allow_all(scmp_filter_ctx f, const int *calls, size_t n)
{
	int code = 0;

	for (size_t i = 0; i < n && !code; i++)
		code = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
	return code;
}

/* Calls that are harmless with some arguments only. */
static int allow_some(scmp_filter_ctx f, enum sandbox_profile profile)
{
	static const int family[] = {AF_INET, AF_INET6, AF_NETLINK};
	int code = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				    SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	if (!code)
		code = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
					SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!code) /* fstat(3) of some C libraries: a descriptor and no path */
		code = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
					SCMP_A3_32(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
	if (!code && profile == SANDBOX_DECODER) /* send(2) on what is connected */
		code = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1,
					SCMP_A4_64(SCMP_CMP_EQ, 0));
	for (size_t i = 0; i < 3 && !code && profile == SANDBOX_PROBER; i++)
		code = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
					SCMP_A0_32(SCMP_CMP_EQ, (unsigned)family[i]));
	return code;
}

static enum sandbox_state enter_seccomp(const struct sandbox_rules *r)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int code;

	if (!f)
		return SANDBOX_OFF;
	code = allow_all(f, common, sizeof(common) / sizeof(common[0]));
	if (!code && r->profile == SANDBOX_PROBER)
		code = allow_all(f, with_sockets, sizeof(with_sockets) / sizeof(with_sockets[0]));
	if (!code)
		code = allow_some(f, r->profile);
	if (!code)
		code = seccomp_load(f);
	seccomp_release(f);
	return code ? SANDBOX_OFF : SANDBOX_ON;
}

bool sandbox_seccomp_works(void)
{
	return prctl(PR_GET_SECCOMP) >= 0 && seccomp_api_get() >= 2;
}

/* ---- limits ---- */

static bool limit(int what, int64_t n)
{
	struct rlimit now, want = {(rlim_t)n, (rlim_t)n};

	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max < want.rlim_max)
		return true; /* it is lower already */
	return setrlimit((__rlimit_resource_t)what, &want) == 0;
}

static bool under_asan(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
	return true;
#endif
#endif
	return false;
}

static enum sandbox_state enter_limits(const struct sandbox_rules *r)
{
	bool good = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, r->file_b);

	if (r->cpu_s)
		good &= limit(RLIMIT_CPU, r->cpu_s);
	if (r->files)
		good &= limit(RLIMIT_NOFILE, r->files);
	if (r->memory_b && !under_asan())
		good &= limit(RLIMIT_AS, r->memory_b);
	return good ? SANDBOX_ON : SANDBOX_DEGRADED;
}

static enum sandbox_state enter_privs(const struct sandbox_rules *r)
{
	bool good = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

	good &= prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
	if (!r->outlive_parent)
		good &= prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
	return good ? SANDBOX_ON : SANDBOX_OFF;
}

/* What the C library would load from files and map as code when it is first used. */
static void load_what_is_lazy(const struct sandbox_rules *r)
{
	const char *first;
	size_t missing;

	if (r->profile == SANDBOX_PROBER)
		charset_prepare(&missing, &first); /* `sextant doctor` names what is missing */
}

int sandbox_enter(const struct sandbox_rules *r, struct sandbox_report *report, struct err *e)
{
	struct sandbox_report did = {.landlock_abi = sandbox_landlock_abi()};

	load_what_is_lazy(r);
	did.privs = enter_privs(r);
	did.limits = enter_limits(r);
	did.landlock = enter_landlock(r, did.landlock_abi);
	if (!r->skip_seccomp)
		did.seccomp = enter_seccomp(r);
	if (report)
		*report = did;
	if (!r->require || (did.privs && did.limits && did.landlock && did.seccomp))
		return 0;
	return err_set(e, -ENOSYS,
		       "this machine has no full sandbox (privileges %s, limits %s, Landlock %s, seccomp "
		       "%s), and it is required; `sextant doctor` says what to allow",
		       sandbox_state_words[did.privs], sandbox_state_words[did.limits],
		       sandbox_state_words[did.landlock], sandbox_state_words[did.seccomp]);
}
