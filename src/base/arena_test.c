/* Zeroed and aligned memory, the bound at -1/0/+1, every k-th failure, cleanups last in first out. */
#include "base/arena.h"
#include "test/tap.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_memory(void)
{
	struct arena a;
	int crooked = 0, dirty = 0;
	const struct arena_block *before;

	arena_init(&a, 0);
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *p = arena_alloc(&a, size);

		crooked += (uintptr_t)p % 16 != 0;
		for (size_t i = 0; i < size; i++)
			dirty += p[i] != 0;
		if (size)
			memset(p, 0xa5, size); /* a neighbour that overlaps would show as dirty */
	}
	is_int(crooked, 0, "memory is aligned for any type");
	is_int(dirty, 0, "and zeroed, and nobody else's");
	memset(arena_alloc(&a, 1 << 20), 1, 1 << 20);
	ok(arena_alloc(&a, 16) != NULL, "a large block, then a small one");
	ok(a.used > 1 << 20, "used is counted");
	arena_done(&a);
	ok(!a.used && !a.blocks && arena_alloc(&a, 8), "after arena_done it may be used again");
	before = a.blocks;
	arena_clear(&a);
	is_int((long long)a.used, 0, "arena_clear leaves nothing");
	memset(arena_alloc(&a, 512), 'x', 512);
	ok(a.blocks == before, "but a block");
	arena_clear(&a);
	ok(!*(char *)arena_alloc(&a, 512), "which is cleared for whom it is given to");
	arena_alloc(&a, 1 << 20);
	arena_clear(&a);
	ok(a.blocks == before, "a large block is not kept");
	arena_alloc(&a, 8000);
	before = a.blocks;
	arena_alloc(&a, 1024);
	ok(a.blocks != before, "of two blocks");
	arena_clear(&a);
	ok(a.blocks == before, "the larger one is");
	arena_done(&a);
}

static void test_texts(void)
{
	struct arena a;

	arena_init(&a, 0);
	is_str(arena_str(&a, "text"), "text", "arena_str");
	ok(!arena_str(&a, NULL), "arena_str of NULL is NULL");
	is_str(arena_strn(&a, "text", 2), "te", "arena_strn");
	is_str(arena_strn(&a, NULL, 0), "", "arena_strn of nothing");
	is_str(arena_printf(&a, "%s-%d", "x", 7), "x-7", "arena_printf");
	is_str(arena_printf(&a, "%s", ""), "", "arena_printf of nothing");
	ok(!memcmp(arena_copy(&a, "\0\1\2", 3), "\0\1\2", 3), "arena_copy");
	arena_done(&a);
}

static void test_bound(void)
{
	static const struct {
		size_t ask;
		bool fits;
	} rows[] = {{1024 - 16, true}, {1024 - 1, true}, {1024, true}, {1025, false}, {SIZE_MAX, false},
		    {SIZE_MAX / 2 + 1, false}, {SIZE_MAX / 2, false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena a;
		void *p;

		arena_init(&a, 1024);
		p = arena_alloc(&a, rows[i].ask);
		ok((p != NULL) == rows[i].fits && arena_full(&a) == !rows[i].fits,
		   "%zu bytes of 1024 %s", rows[i].ask, rows[i].fits ? "fit" : "do not");
		arena_done(&a);
		ok(!arena_full(&a) && a.max == 1024, "as new, with its bound");
	}
	struct arena a;

	arena_init(&a, 1024);
	ok(!arena_array(&a, SIZE_MAX / 4, 8) && arena_full(&a), "a product that overflows");
	arena_done(&a);
	arena_init(&a, 1024);
	for (int i = 0; i < 64; i++)
		arena_alloc(&a, 16);
	ok(!arena_full(&a) && a.used == 1024, "64 times 16 bytes");
	ok(!arena_alloc(&a, 0) && arena_full(&a), "even nothing takes room");
	arena_done(&a);
}

static char order[8];

static void note(void *arg)
{
	size_t n = strlen(order);

	order[n] = *(char *)arg;
	order[n + 1] = '\0';
}

static void test_cleanups(void)
{
	struct arena a;
	char one = '1', two = '2', three = '3';

	arena_init(&a, 0);
	arena_defer(&a, note, &one);
	arena_defer(&a, note, &two);
	arena_defer(&a, note, &three);
	arena_done(&a);
	is_str(order, "321", "cleanups run last in, first out");
	arena_done(&a);
	is_str(order, "321", "and once");
	order[0] = '\0';
	arena_init(&a, 16);
	ok(arena_alloc(&a, 16) && !arena_defer(&a, note, &one), "a full arena takes no cleanup");
	arena_done(&a);
	is_str(order, "", "and runs none");
}

/* What a parser does: several allocations, asked once at the end. */
static bool work(struct arena *a)
{
	char *text = arena_printf(a, "%d", 12345);
	void *list = arena_array(a, 100, 8);
	char *copy = arena_str(a, "another");

	return text && list && copy && arena_defer(a, note, "x");
}

static void test_fail_k(void)
{
	struct arena a;
	size_t total, refused = 0;

	arena_fail_after(0);
	arena_init(&a, 1 << 16);
	ok(work(&a), "without failure it works");
	total = arena_fail_after(0);
	arena_done(&a);
	is_int((long long)total, 4, "four allocations were counted");
	for (size_t k = 1; k <= total; k++) {
		arena_init(&a, 1 << 16);
		arena_fail_after(k);
		refused += !work(&a) && arena_full(&a);
		arena_fail_after(0);
		arena_done(&a);
	}
	is_int((long long)refused, (long long)total, "each of them can fail");
	arena_init(&a, 0);
	arena_fail_after(1);
	ok(arena_alloc(&a, 8) != NULL, "an unbounded arena is not made to fail");
	arena_fail_after(0);
	arena_done(&a);
}

/* An unbounded arena that gets nothing ends the process and says how much was asked. */
static void test_out_of_memory(void)
{
	int pipes[2], status = 0;
	char said[128] = "";
	pid_t pid;

	if (pipe(pipes) < 0)
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct arena a;

		dup2(pipes[1], STDERR_FILENO);
		arena_init(&a, 0);
		arena_alloc(&a, SIZE_MAX);
		_exit(0);
	}
	close(pipes[1]);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "out of memory ends the process");
	ok(read(pipes[0], said, sizeof(said) - 1) > 0 && strstr(said, "out of memory"),
	   "with a sentence");
	close(pipes[0]);
}

int main(void)
{
	test_memory();
	test_texts();
	test_bound();
	test_cleanups();
	test_fail_k();
	test_out_of_memory();
	return done();
}
