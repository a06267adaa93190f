/*
 * dnslab: how bench/dns.c measures.  A network of our own with bench/synth.h in it, the server on one CPU, what is
 * measured on the other, each in a process of its own.
 */
#ifndef BENCH_DNSLAB_H
#define BENCH_DNSLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The calling process moves into it for good; false where the machine does not allow it. */
bool dnslab_enter(void);

struct dnslab_server {
	pid_t pid;
	int out;
};
struct dnslab_counts {
	unsigned long long queries, dead, lost, tcp;
};
/* argv[0] is the program synthdns. */
struct dnslab_server dnslab_start(char *const argv[]);
struct dnslab_counts dnslab_stop(struct dnslab_server s);

/* What one process found. */
struct dnslab_run {
	double cpu_us, wall_us; /* of fn alone, or of the whole program */
	double n, wire, memory_b; /* what fn says: things done, wire queries for them, memory they took */
	bool good;
};
/* fn in a process of its own, pinned. */
struct dnslab_run dnslab_measure(void (*fn)(struct dnslab_run *r, void *ctx), void *ctx);
/* A program, pinned, its stdout to a file (NULL: thrown away).  not good: it could not be run, or failed. */
struct dnslab_run dnslab_program(char *const argv[], const char *out);

/* Processor time so far, and resident memory. */
double dnslab_cpu_us(void);
double dnslab_wall_us(void);
double dnslab_rss_b(void);

#endif
