/*
 * unix: local stream sockets between our own processes; nothing here leaves the machine.
 *
 * A socket in the file system belongs to its owner only (mode 0600), and both ends also ask the
 * kernel who the other one is: the same user or root, nobody else.  All descriptors are close-on-exec.
 */
#ifndef IO_UNIX_H
#define IO_UNIX_H

#include "base/err.h"

#include <stdbool.h>

/* Both return a descriptor or a negative errno.  A path may be longer than the kernel's 107 bytes.
 * listen replaces a socket that lies there: the caller has made sure that nobody owns it. */
int unix_listen(const char *path, struct err *e);
int unix_connect(const char *path, struct err *e);
/* The next caller: a non-blocking descriptor; -EAGAIN when nobody waits; -EPERM when it was a
 * stranger, who has been sent away. */
int unix_accept(int listener, struct err *e);
/* Two connected ends; blocking. */
int unix_pair(int fds[2], struct err *e);
/* Is the other end of this socket the same user or root? */
bool unix_peer_ok(int fd);
int unix_nonblocking(int fd, bool on);

#endif
