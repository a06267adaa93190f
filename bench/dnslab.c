/* dnslab: see dnslab.h. */
#include "bench/dnslab.h"

#include "test/netns.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

enum { CPU_SERVER = 0, CPU_CLIENT = 1 };

/* "ip WORDS" */
static bool ip(const char *words)
{
	char text[128], *argv[16] = {(char[]){"ip"}}, *save;
	int n = 1;

	snprintf(text, sizeof(text), "%s", words);
	for (char *w = strtok_r(text, " ", &save); w && n < 15; w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	return run_program(argv) == 0;
}

bool dnslab_enter(void)
{
	bool in = getuid() == 0 ? unshare(CLONE_NEWNET) == 0 && lo_up() : own_network();

	return in && ip("address add 198.18.255.1/32 dev lo") &&
	       ip("address add 2001:db8:ffff::1/128 dev lo nodad") &&
	       ip("route add local 198.18.0.0/15 dev lo src 198.18.255.1") &&
	       ip("-6 route add local 2001:db8::/32 dev lo src 2001:db8:ffff::1");
}

/* A machine with one CPU runs both on it. */
static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fprintf(stderr, "bench dns: cannot pin to CPU %d\n", cpu);
	(void)!nice(-10); /* where it may */
}

struct dnslab_server dnslab_start(char *const argv[])
{
	struct dnslab_server s;
	char word[8] = "";
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		abort();
	s.pid = fork();
	if (s.pid == 0) {
		pin(CPU_SERVER);
		dup2(fd[1], 1);
		execv(argv[0], argv);
		_exit(127);
	}
	close(fd[1]);
	s.out = fd[0];
	if (read(fd[0], word, 6) != 6 || strcmp(word, "ready\n") != 0) {
		fprintf(stderr, "bench dns: %s did not start\n", argv[0]);
		exit(4);
	}
	return s;
}

struct dnslab_counts dnslab_stop(struct dnslab_server s)
{
	struct dnslab_counts c = {0};
	FILE *f = fdopen(s.out, "r");

	kill(s.pid, SIGTERM);
	if (!f || fscanf(f, "%llu %llu %llu %llu", &c.queries, &c.dead, &c.lost, &c.tcp) != 4)
		fprintf(stderr, "bench dns: the server did not say what it saw\n");
	if (f)
		fclose(f);
	waitpid(s.pid, NULL, 0);
	return c;
}

static double of_rusage(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1e6 +
	       (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

double dnslab_cpu_us(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return of_rusage(&r);
}

double dnslab_wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double dnslab_rss_b(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long size, resident = 0;

	if (!f || fscanf(f, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

struct dnslab_run dnslab_measure(void (*fn)(struct dnslab_run *r, void *ctx), void *ctx)
{
	struct dnslab_run r = {0};
	int fd[2];
	pid_t pid;

	fflush(NULL);
	if (pipe(fd))
		abort();
	pid = fork();
	if (pid == 0) {
		double cpu, wall;

		pin(CPU_CLIENT);
		cpu = dnslab_cpu_us();
		wall = dnslab_wall_us();
		r.good = true;
		fn(&r, ctx);
		r.cpu_us += dnslab_cpu_us() - cpu;
		r.wall_us += dnslab_wall_us() - wall;
		_exit(write(fd[1], &r, sizeof(r)) != sizeof(r));
	}
	close(fd[1]);
	if (read(fd[0], &r, sizeof(r)) != sizeof(r))
		r.good = false;
	close(fd[0]);
	waitpid(pid, NULL, 0);
	return r;
}

struct dnslab_run dnslab_program(char *const argv[], const char *out)
{
	struct dnslab_run r = {0};
	double wall = dnslab_wall_us();
	struct rusage usage = {0};
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int fd = open(out ? out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);

		pin(CPU_CLIENT);
		dup2(fd, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return r;
	r.cpu_us = of_rusage(&usage);
	r.wall_us = dnslab_wall_us() - wall;
	r.good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return r;
}
