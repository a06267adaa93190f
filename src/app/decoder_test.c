/* decoder: what the child cannot do, and what the parent hears when it refuses, dies or misbehaves.
 */
#include "app/decoder.h"

#include "base/limits.h"
#include "core/registry.h"
#include "test/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int reach_out(void *ctx, struct sink *to, struct err *e)
{
	int file = open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
	int made = open("/tmp/sextant-decoder-test", O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0;
	int net = socket(AF_INET6, SOCK_STREAM, 0) < 0 ? errno : 0;
	int child = fork() < 0 ? errno : 0;
	void *much = mmap(NULL, (size_t)4 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)ctx;
	(void)to;
	return err_set(e, -EINVAL, "file %d made %d net %d child %d much %d", file == EPERM,
		       made == EPERM, net == EPERM, child == EPERM, much == MAP_FAILED);
}

static int give_one(void *ctx, struct sink *to, struct err *e)
{
	struct batch *b = batch_new(&delegation_schema);

	(void)ctx;
	batch_add(b, 1, "AS64496", "registry", "r", OUTCOME_OK);
	return to->put(to, b, e);
}

/* Then it waits to be asked about. */
static int give_and_wait(void *ctx, struct sink *to, struct err *e)
{
	int result = give_one(ctx, to, e);

	for (;;)
		poll(NULL, 0, -1);
	return result;
}

/* Takes all that it can get, in pages. */
static int take_memory(void *ctx, struct sink *to, struct err *e)
{
	int64_t got = 0, piece = L_DECODER_MEMORY_B;

	(void)ctx;
	(void)to;
	while (piece >= 4096) {
		if (mmap(NULL, (size_t)piece, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		    MAP_FAILED)
			piece /= 2;
		else
			got += piece;
	}
	return err_set(e, -EINVAL, "%s",
		       got < L_DECODER_MEMORY_B && got > L_DECODER_MEMORY_B / 4 ? "is bounded"
										: "has no bound");
}

static int die(void *ctx, struct sink *to, struct err *e)
{
	(void)ctx;
	(void)to;
	(void)e;
	abort();
}

static int leave(void *ctx, struct sink *to, struct err *e)
{
	(void)ctx;
	(void)to;
	(void)e;
	_exit(0);
}

static void test_one(decoder_fn fn, int want, const char *text, bool batch)
{
	struct decoder d;
	struct err e = {0};
	struct batch *b = NULL;
	int result = decoder_start(&d, STDIN_FILENO, fn, NULL, &e);

	ok(result == 0 && decoder_begin(&d, &e) == 0, "begins");
	result = decoder_next(&d, &b, &e);
	if (batch) {
		ok(result == 1 && b && b->obs.n == 1, "a batch comes");
		batch_free(b);
		result = decoder_next(&d, &b, &e);
	}
	is_int(result, want, "the answer");
	ok(strstr(e.text, text) != NULL, "the sentence: %s", e.text);
	decoder_stop(&d);
}

/* The kernel keeps these to the byte and to the second; what it was told is read from outside. */
static void test_limits(void)
{
	struct decoder d;
	struct err e = {0};
	struct batch *b = NULL;
	struct rlimit memory, cpu, file, core;
	int result = decoder_start(&d, STDIN_FILENO, give_and_wait, NULL, &e);

	if (!result)
		result = decoder_begin(&d, &e);
	is_int(result ? result : decoder_next(&d, &b, &e), 1, "it is locked in and at work");
	batch_free(b);
	prlimit(d.pid, RLIMIT_AS, NULL, &memory);
	prlimit(d.pid, RLIMIT_CPU, NULL, &cpu);
	prlimit(d.pid, RLIMIT_FSIZE, NULL, &file);
	prlimit(d.pid, RLIMIT_CORE, NULL, &core);
	is_int((long long)cpu.rlim_max, L_DECODER_CPU_S, "CPU seconds");
	is_int((long long)cpu.rlim_cur, L_DECODER_CPU_S, "none less");
	is_int((long long)file.rlim_max, 0, "no file grows");
	is_int((long long)core.rlim_max, 0, "no core");
#ifdef __SANITIZE_ADDRESS__
	skip("the sanitizer needs more addresses than a decoder gets");
#else
	is_int((long long)memory.rlim_max, L_DECODER_MEMORY_B, "bytes of addresses");
	is_int((long long)memory.rlim_cur, L_DECODER_MEMORY_B, "none less");
#endif
	decoder_stop(&d);
}

static int never(void *ctx, struct sink *to, struct err *e)
{
	(void)ctx;
	(void)to;
	return err_set(e, -EINVAL, "it has begun to read");
}

/* As on a kernel without seccomp: this process, and so its decoders, can have no filter. */
static bool forbid_seccomp(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	bool good = f && !seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0) &&
		    !seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
				      SCMP_A0_32(SCMP_CMP_EQ, PR_SET_SECCOMP)) &&
		    !seccomp_load(f);

	seccomp_release(f);
	return good;
}

static void test_unlocked(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		struct decoder d;
		struct err e = {0};
		struct batch *b = NULL;

		if (!forbid_seccomp() || decoder_start(&d, STDIN_FILENO, never, NULL, &e) ||
		    decoder_begin(&d, &e))
			_exit(2);
		decoder_next(&d, &b, &e);
		decoder_stop(&d);
		_exit(!strstr(e.text, "cannot be locked in") || !strstr(e.text, "seccomp off"));
	}
	waitpid(pid, &status, 0);
	is_int(status, 0, "without seccomp nothing is read");
}

int main(void)
{
	struct decoder none = {0};

	test_one(give_one, 0, "", true);
	test_one(die, -EBADMSG, "stopped by signal 6", false);
	test_one(leave, -EBADMSG, "ended before the file did", false);
#ifdef __SANITIZE_ADDRESS__
	skip("the sanitizer needs more addresses than a decoder gets");
#else
	test_one(take_memory, -EINVAL, "is bounded", false);
	test_one(reach_out, -EINVAL, "file 1 made 1 net 1 child 1 much 1", false);
#endif
	test_limits();
	test_unlocked();
	decoder_stop(&none);
	ok(true, "nothing to stop is fine");
	return done();
}
