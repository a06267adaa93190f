/* visit_int: the inside of a visit, for source/visit*.c only. */
#ifndef SOURCE_VISIT_INT_H
#define SOURCE_VISIT_INT_H

#include "base/map.h"
#include "check/probe_dns.h"
#include "check/probe_quic.h"
#include "check/probe_smtp.h"
#include "check/probe_web.h"
#include "check/view.h"
#include "source/visit.h"

enum look_state { LOOK_WAITS, LOOK_TURN, LOOK_RUNS, LOOK_ENDED };

/* One question to one far host: before, while and after it is asked. */
struct look {
	struct visit *visit;
	struct look *next; /* all looks of the visit, in the order in which they were wanted */
	enum look_state state;
	enum evidence_kind kind;
	struct turn turn;
	struct addr addr;
	uint16_t port;
	union {
		struct dns_question dns;
		struct web_question web;
		struct smtp_question smtp;
		struct quic_question quic;
	};
	int64_t fails;     /* times that it was asked before and stayed without an answer */
	bool first;	   /* repeated when silent; the second address of a host is not */
	bool silent;	   /* ended so that it proves nothing yet */
	bool connected;	   /* TCP came up */
	bool again;	   /* it has been repeated */
	bool reopened;	   /* it was begun once more after robots.txt */
	const char *host;      /* the name asked about, or whose address it is: it may opt out */
	struct probe *probe;   /* while it runs */
	struct arena arena;    /* of the probe */
};

struct visit {
	const struct visit_env *env;
	struct visit_calls calls;
	struct arena arena; /* of looks and their texts; bounded by the budgets below */
	const char *domain, *denied; /* denied: why nothing may be asked, or NULL */
	struct turn turn;	     /* to begin at all */
	struct batch *batches[EVIDENCE_KINDS];
	struct site site; /* the view of the judges on those batches */
	struct map looks;
	struct look *first, **last;
	size_t n_dns, n_busy, n_running, n_web, n_pauses;
	bool hit[LIMIT_COUNT]; /* limits that bit in its plan */
	unsigned news; /* bit: enum evidence_kind, of what the planner has not seen */
	struct timer timer;
	bool parked, over;
	int64_t running_since_us, spent_us; /* time with something under way */
};

/* visit_look.c */
/* A look under this key, wanted now for the first time; NULL when it is there already (found through
 * look_find) or when the site's budget is spent. */
struct look *look_want(struct visit *v, enum evidence_kind kind, const char *key);
struct look *look_find(const struct visit *v, const char *key);
/* Its question has been filled in: off it goes when it may. */
void look_go(struct look *l);
/* It ended without an answer and was not repeated. */
bool look_wants_again(const struct look *l);
void look_repeat_all(struct visit *v);
/* The site's minute is over; it stands while nothing is under way. */
bool visit_is_spent(struct visit *v);
/* The visit's timer fires at the next turn of the loop. */
void visit_think_soon(struct visit *v);

/* visit_plan.c: wants everything that the evidence calls for and that was not wanted yet.  news: of
 * which kinds there is more than at the last call, as in v->news. */
void visit_plan(struct visit *v, unsigned news);
/* For the parts of the plan, source/visit_*.c: each is called again and again, as visit_plan is. */
enum { PLAN_KEY_MAX = 700 };
/* Asks the resolver, once a visit. */
void plan_ask(struct visit *v, const char *name, uint16_t qtype, const char *role);
void plan_ask_addresses(struct visit *v, const char *name, const char *role);
/* Is the n-th one within the limit?  Counted once a visit, however often its planner walks over the
 * evidence. */
bool plan_is_within(struct visit *v, size_t n, enum limit which);

/* visit_quic.c */
void plan_quic(struct visit *v);

/* visit_mail.c */
void plan_mail(struct visit *v);

#endif
