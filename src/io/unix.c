/* unix: see unix.h. */
#include "io/unix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The kernel's name for a path: a long one goes through a descriptor of its folder, which the caller
 * closes (-1: none). */
static int name_of(const char *path, struct sockaddr_un *name, int *folder)
{
	const char *slash = strrchr(path, '/');
	char dir[4096];
	int n;

	*folder = -1;
	*name = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) < sizeof(name->sun_path)) {
		memcpy(name->sun_path, path, strlen(path));
		return 0;
	}
	if (!slash || (size_t)(slash - path) >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	*folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*folder < 0)
		return -errno;
	n = snprintf(name->sun_path, sizeof(name->sun_path), "/proc/self/fd/%d/%s", *folder, slash + 1);
	return n < (int)sizeof(name->sun_path) ? 0 : -ENAMETOOLONG;
}

static int new_socket(struct err *e)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? err_set(e, -errno, "no local socket can be made: %s", err_name(errno)) : fd;
}

static int close_with(int fd, int folder, int rc)
{
	if (folder >= 0)
		close(folder);
	if (fd >= 0 && rc)
		close(fd);
	return rc;
}

/* bind makes the file by the umask, so the mask is narrowed around it; fchmod on the descriptor
 * would not reach the file. */
static int bind_private(int fd, const struct sockaddr_un *name)
{
	mode_t mask = umask(0177);
	int rc;

	unlink(name->sun_path);
	rc = bind(fd, (const struct sockaddr *)name, sizeof(*name)) ? -errno : 0;
	umask(mask);
	return rc;
}

int unix_listen(const char *path, struct err *e)
{
	struct sockaddr_un name;
	int folder, fd = new_socket(e), rc;

	if (fd < 0)
		return fd;
	rc = name_of(path, &name, &folder);
	if (!rc)
		rc = bind_private(fd, &name);
	if (!rc && listen(fd, 64))
		rc = -errno;
	if (!rc)
		rc = unix_nonblocking(fd, true);
	if (rc)
		err_set(e, rc, "%s: cannot listen on this socket: %s", path, err_name(rc));
	return close_with(fd, folder, rc) ? rc : fd;
}

int unix_connect(const char *path, struct err *e)
{
	struct sockaddr_un name;
	int folder, fd = new_socket(e), rc;

	if (fd < 0)
		return fd;
	rc = name_of(path, &name, &folder);
	if (!rc && connect(fd, (const struct sockaddr *)&name, sizeof(name)))
		rc = -errno;
	if (rc)
		err_set(e, rc, "%s: nobody answers there: %s", path, err_name(rc));
	else if (!unix_peer_ok(fd))
		rc = err_set(e, -EPERM, "%s: another user's process answers there; remove the socket",
			     path);
	return close_with(fd, folder, rc) ? rc : fd;
}

int unix_accept(int listener, struct err *e)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return err_set(e, errno == EWOULDBLOCK ? -EAGAIN : -errno, "no caller: %s",
			       err_name(errno));
	if (unix_peer_ok(fd))
		return fd;
	close(fd);
	return err_set(e, -EPERM, "a process of another user called and was sent away");
}

int unix_pair(int fds[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return err_set(e, -errno, "no pair of local sockets can be made: %s",
			       err_name(errno));
	return 0;
}

bool unix_peer_ok(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) || len != sizeof(peer))
		return false;
	return peer.uid == 0 || peer.uid == geteuid();
}

int unix_nonblocking(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) ? -errno : 0;
}
