/* Local sockets: private, replaced when stale, also with long paths. */
#include "io/unix.h"
#include "test/tap.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/sextant-unix-XXXXXX";

static void talk(const char *path, const char *name)
{
	struct err e = {0};
	int l = unix_listen(path, &e), c, s;
	struct stat st;
	char b[4] = {0};

	ok(l >= 0, "%s: listens %s", name, e.text);
	is_int(unix_accept(l, &e), -EAGAIN, "nobody waits");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "only its owner may open it");
	c = unix_connect(path, &e);
	ok(c >= 0, "connects");
	s = unix_accept(l, &e);
	ok(s >= 0, "accepts");
	ok(write(c, "abc", 3) == 3 && read(s, b, 3) == 3 && !strcmp(b, "abc"), "bytes pass");
	close(c);
	close(s);
	close(l);
}

/* A stranger that was let in by the file's mode is sent away by the kernel's word. */
static void stranger(const char *path)
{
	struct err e = {0};
	int l = unix_listen(path, &e), s;
	pid_t pid;

	if (geteuid() != 0) {
		skip("needs root to become another user");
		close(l);
		return;
	}
	chmod(path, 0666);
	chmod(dir, 0755);
	pid = fork();
	if (pid == 0) {
		struct err ce = {0};

		if (setresuid(65534, 65534, 65534))
			_exit(9);
		/* root's socket: a user may connect to root's, so the client does not mind */
		_exit(unix_connect(path, &ce) >= 0 ? 0 : 1);
	}
	waitpid(pid, NULL, 0);
	s = unix_accept(l, &e);
	is_int(s, -EPERM, "a stranger is sent away");
	close(l);
}

int main(void)
{
	char path[600], *p = path;
	struct err e = {0};

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/s", dir);
	talk(path, "short path");
	talk(path, "stale socket in the way");
	unlink(path);
	is_int(unix_connect(path, &e), -ENOENT, "no socket there");
	stranger(path);
	unlink(path);
	p += snprintf(path, sizeof(path), "%s/", dir);
	memset(p, 'd', 150);
	p[150] = '\0';
	mkdir(path, 0700);
	memcpy(p + 150, "/s", 3);
	talk(path, "long path");
	unlink(path);
	p[150] = '\0';
	rmdir(path);
	rmdir(dir);
	return done();
}
