/*
 * netns: a network of a test's own.  Call it in a child: a process that has entered does not come
 * back.
 */
#ifndef TEST_NETNS_H
#define TEST_NETNS_H

#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((unused)) static bool lo_up(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), rc = ioctl(fd, SIOCSIFFLAGS, &r);

	close(fd);
	return rc == 0;
}

/* A network with nothing but loopback, and root in it for the programs that we start.  False where
 * the machine does not allow it. */
__attribute__((unused)) static bool own_network(void)
{
	unsigned uid = getuid();
	bool good = unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
	FILE *f = good ? fopen("/proc/self/uid_map", "w") : NULL;

	if (!f)
		return false;
	fprintf(f, "0 %u 1\n", uid);
	return fclose(f) == 0 && lo_up();
}

/* Its exit status; 127 if there is no such program. */
__attribute__((unused)) static int run_program(char **argv)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
