/*
 * sandbox: a process gives up what it does not need, in one call, before it reads hostile bytes
 * (threats.md 3.2).  Layers, each of which may be missing on a machine: no new privileges, resource
 * limits, Landlock (files and TCP ports), seccomp (an allow-list of system calls; others fail with
 * EPERM).  A layer that is missing is reported, not fatal, unless the rules require it.
 *
 * After it: no program is started, no file is opened by a DECODER or a PROBER (descriptors that are
 * open stay), no thread begins, nothing is traced, no memory becomes executable.
 */
#ifndef IO_SANDBOX_H
#define IO_SANDBOX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sandbox_profile {
	SANDBOX_DECODER, /* no sockets: bytes come and go by descriptors that are open */
	SANDBOX_PROBER,	 /* IPv4, IPv6 and netlink sockets besides; it reads titles: charsets are loaded */
};

struct sandbox_rules {
	enum sandbox_profile profile;
	int64_t memory_b; /* of address space; 0: as it is.  Not under AddressSanitizer */
	int64_t cpu_s;	  /* 0: as it is */
	int64_t files;	  /* open descriptors; 0: as it is */
	int64_t file_b;	  /* size of a file that it writes; 0: none may grow */
	const uint16_t *ports; /* PROBER: TCP ports it may connect to; none: any */
	size_t n_ports;
	bool outlive_parent; /* else it is killed when its parent ends */
	bool require;	     /* a layer that is missing is an error */
	bool skip_seccomp;   /* tests only: shows what Landlock holds alone */
};

enum sandbox_state { SANDBOX_OFF, SANDBOX_DEGRADED, SANDBOX_ON };
extern const char *const sandbox_state_words[]; /* off degraded on NULL */

struct sandbox_report {
	enum sandbox_state privs, limits, landlock, seccomp;
	int landlock_abi; /* 0: not in this kernel */
};

/* For this process and for good.  report may be NULL. */
int sandbox_enter(const struct sandbox_rules *r, struct sandbox_report *report, struct err *e);

/* What this machine has: ABI of Landlock (0: none); does seccomp take filters? */
int sandbox_landlock_abi(void);
bool sandbox_seccomp_works(void);

#endif
