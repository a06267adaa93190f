/*
 * services: the programs that live in the laboratory: their settings in the run directory, their
 * start, and their first sign of life.
 */
#ifndef LAB_SERVICES_H
#define LAB_SERVICES_H

#include "base/err.h"
#include "lab/labwire.h"
#include "lab/plan.h"
#include "lab/truth.h"
#include "lab/wiring.h"
#include "lab/zones.h"

#include <stdbool.h>
#include <sys/types.h>

enum { SERVICE_ARGS_MAX = 10 };

struct service {
	const char *name; /* its log is NAME.log in the run directory */
	enum node_id node;
	const char *package; /* Debian's, for what to install; NULL: our own code */
	const char *argv[SERVICE_ARGS_MAX]; /* %s in one stands for the run directory */
	int (*run)(const struct truth *t, const zone_list *z, const struct wire_options *w,
		   struct err *e); /* our own */
	bool once; /* it ends by itself, and must before the others start */
	bool nat64; /* only with a TUN device */
	pid_t pid;  /* as this process sees it; 0: does not run */
};

extern struct service services[];
extern const size_t service_count;

/* Are all programs installed?  Names what to install. */
int services_installed(struct err *e);
/* Writes zones, settings, pages, certificates. */
int services_prepare(const char *dir, const struct truth *t, const zone_list *z,
		     const struct wire_options *wire, struct err *e);
int services_start(const char *dir, const struct wiring *w, const struct truth *t,
		   const zone_list *z, const struct wire_options *wire, struct err *e);
/* Waits until every service answers where a client would ask; names the one that does not. */
int services_await(const char *dir, const struct wiring *w, const struct truth *t, int wait_ms,
		   struct err *e);
/* The service of this process, or NULL. */
struct service *service_of(pid_t pid);
/* "NAME ended: ...": with the last line of its log. */
int service_ended(const char *dir, const struct service *s, int status, struct err *e);

#endif
