/*
 * lab: the internet in a box: a supervisor, the network namespaces it holds, the services in them.
 *
 * The supervisor is the first process of a PID namespace, so whatever ends it, kill -9 included, ends
 * all that lives in the laboratory, and the namespaces vanish with it.  Everything on disk is in one
 * run directory.  An ordinary user gets a user namespace around it.
 */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "base/err.h"
#include "lab/plan.h"
#include "lab/labwire.h"
#include "lab/truth.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { LAB_NAME_MAX = 40, LAB_DIR_MAX = 180 };

struct lab {
	char name[LAB_NAME_MAX];
	char dir[LAB_DIR_MAX];
	pid_t pid;		/* of the supervisor */
	unsigned long long start; /* of the supervisor, as in /proc/PID/stat */
	bool user_ns;		/* made by an ordinary user */
	uid_t uid;		/* whose it is, as those outside see him */
	gid_t gid;
	bool nat64;		/* the node nat64 translates */
	int ns[NODE_COUNT];	/* descriptors of the supervisor: /proc/PID/fd/N */
	unsigned up_ms;		/* how long it took to come up */
	struct wire_options wire;
};

struct lab_options {
	const char *name; /* NULL: "lab" */
	const char *dir;  /* run directory; NULL: NAME below $XDG_RUNTIME_DIR or /tmp */
	bool tied;	  /* it dies with the calling process */
	struct wire_options wire;
};

/* Returns when all services answer. */
int lab_up(const struct lab_options *o, struct lab *out, struct err *e);
/* The lab of these options, if it is up: 0, or -ENOENT with a sentence. */
int lab_find(const struct lab_options *o, struct lab *out, struct err *e);
/* Ends it and removes its run directory; a directory left by one that died is removed too. */
int lab_down(const struct lab_options *o, struct err *e);
/* Calls each with every lab of this user that is up in the default place. */
void lab_each(void (*each)(void *ctx, const struct lab *l), void *ctx);
/* Removes what labs that died left in the default place. */
void lab_sweep(void);

/* Runs a command in a node, with the lab's resolver and certificate authority; waits; *code is its
 * exit status, or 128 + the signal that ended it. */
int lab_exec(const struct lab *l, enum node_id node, const char *const *argv, int *code,
	     struct err *e);

/* May this user have NAT64?  0, or why not and what to do. */
int lab_nat64_allowed(struct err *e);

struct lab_memory {
	size_t processes, unread; /* unread: whose memory the kernel did not tell us */
	uint64_t pss_kb;
};
void lab_memory(const struct lab *l, struct lab_memory *m);

/* Is the supervisor of this record alive? */
bool lab_alive(const struct lab *l);

/* ---- for lab/supervise.c ---- */
/* The first process: wires, starts, reports "" or a sentence on report_fd, then watches.  Never
 * returns. */
void lab_supervise(struct lab *l, bool tied, int report_fd);
/* The record of a lab, DIR/lab.state. */
int lab_state_write(const struct lab *l, struct err *e);
int lab_state_read(struct lab *l, const char *dir, struct err *e);
unsigned long long lab_start_of(const char *proc_pid);

#endif
