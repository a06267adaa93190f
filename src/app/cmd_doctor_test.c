/* The program itself is asked: what it prints in each form, and its exit code when something lacks. */
#include "base/json.h"
#include "test/tap.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs the program; what it printed is in out.  Returns its exit code. */
static int run(struct buf *out, const char *const *args)
{
	const char *argv[16] = {getenv("SEXTANT"), "doctor"};
	int pipes[2], status = -1;
	char piece[4096];
	ssize_t n;
	pid_t pid;

	for (int i = 0; args[i]; i++)
		argv[2 + i] = args[i];
	buf_clear(out);
	if (!argv[0] || pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	close(pipes[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUN(...) run(&out, (const char *const[]){__VA_ARGS__, NULL})

int main(void)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	if (!getenv("SEXTANT")) {
		skip("SEXTANT does not name the program");
		return done();
	}
	ok(RUN("--format", "json", "--db", "/tmp") >= 0 && json_valid(out.data, out.len), "JSON");
	ok(strstr(out.data, "\"duckdb\"") && strstr(out.data, "\"remedy\""), "with its rows");
	ok(strstr(out.data, "\"charsets\""), "the converters of charsets are among them");
	RUN("--format", "csv", "--db", "/tmp");
	ok(!strncmp(out.data, "id,state,needed,detail,purpose,remedy\r\n", 39), "CSV");
	RUN("--lang", "zh", "--db", "/tmp");
	ok(strstr(out.data, "状态") && strstr(out.data, "必需"), "in Chinese");
	is_int(RUN("--format", "csv", "--db", "/nowhere/at/all"), 1, "a data directory that cannot be");
	ok(strstr(out.data, "data_directory,missing,always"), "is missing and needed");
	is_int(RUN("--format", "csv", "--db", "/tmp", "--set", "store.duckdb=/nowhere.so"), 1,
	       "a library that is not there");
	ok(strstr(out.data, "duckdb,missing,always"), "is missing and needed");
	RUN("--format", "csv", "--db", "/tmp");
	ok(strstr(out.data, "observer,missing,probing"), "an observer without a name is said");
	RUN("--format", "csv", "--db", "/tmp", "--set", "observer.contact_email=probe@observer.example",
	    "--set", "observer.info_url=https://observer.example/", "--set", "observer.operator=Example");
	ok(strstr(out.data, "observer,ok,probing"), "and one with is fine");
	is_int(RUN("--limits", "--format", "csv"), 0, "the limits");
	ok(strstr(out.data, "CSV_COLUMNS,256,"), "with their numbers");
	is_int(RUN("more"), 2, "arguments are refused");
	buf_done(&out);
	return done();
}
