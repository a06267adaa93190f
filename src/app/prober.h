/*
 * prober: a child process that visits sites and gives their evidence back.  It has the network and
 * nothing else: no store, no secret, and after its start no file (io/sandbox.h).  What it sends is
 * evidence of strangers, and its parent believes only what it can check.
 *
 *	parent: site(id, domain)...  test  optout(text)  wish(of an earlier round)...  end
 *	child:  for each site its evidence, then done(id, tests before it began); for each test one
 *		selftest row; wishes that it met; states
 *
 * Start it before the store is opened: then it has nothing of that in its memory.
 */
#ifndef APP_PROBER_H
#define APP_PROBER_H

#include "app/observer.h"
#include "check/evidence.h"
#include "pipe/local.h"
#include "source/heed.h"

#include <sys/types.h>

struct prober {
	pid_t pid; /* 0: none */
	struct pipe_local pipe;
};

struct prober_config {
	const struct observer *observer;
	int64_t repeat_after_us;
	int64_t share; /* of so many probers each has the same part of every rate; 0 is 1 */
	bool links; /* follow them, as the settings say */
	bool timing; /* ask for front pages again, as the settings say */
	bool ramp; /* begin with a tenth of the rate */
};

/* Numbers about the work so far. */
struct prober_state {
	uint64_t active, parked, waiting;         /* sites now */
	uint64_t looks, silent;                   /* ended; of them those that proved nothing */
	uint64_t cpu_us, tls_us;                  /* CPU time; of it inside the TLS library */
	uint64_t connections, datagrams;
	uint64_t peak_sites, peak_b, peak_tls_b;  /* sites in flight when most memory was used; memory per
						   * site then, and the part that the TLS library held */
	uint64_t sandbox;                         /* enum sandbox_state of the weakest layer */
};

enum prober_word {
	PROBER_NOTHING,  /* nothing has come */
	PROBER_EVIDENCE, /* batch: of the site whose done comes next with it */
	PROBER_DONE,     /* id, tests */
	PROBER_TESTED,   /* batch with one row of selftest_schema */
	PROBER_STATE,    /* state */
	PROBER_WISH,	 /* wish */
	PROBER_OVER,     /* after end: all has been said */
};

struct prober_news {
	enum prober_word word;
	uint32_t id, tests;
	struct batch *batch; /* the caller's */
	struct prober_state state;
	struct heed_wish wish;
};

int prober_start(struct prober *p, const struct prober_config *c, struct err *e);
/* too_soon: another round looked at it a short time ago, and what it found is not there any more; nothing
 * may be asked (P-FREQ). */
/* kin: visit_kin, or "". */
int prober_site(struct prober *p, uint32_t id, const char *domain, const char *kin, bool too_soon, struct err *e);
int prober_wish(struct prober *p, const struct heed_wish *w, struct err *e);
int prober_test(struct prober *p, struct err *e);
int prober_optout(struct prober *p, const char *text, size_t len, struct err *e);
int prober_end(struct prober *p, struct err *e);
/* Sends what waits and reads one message, without waiting: 0, or what went wrong (the child's own
 * sentence, or how it died). */
int prober_next(struct prober *p, struct prober_news *news, struct err *e);
/* What a poll() must watch for. */
int prober_fd(const struct prober *p);
bool prober_wants_write(const struct prober *p);
/* Ends the child if it has not ended, and waits for it. */
void prober_stop(struct prober *p);

#endif
