/* visit_int: the inside of a visit, for source/visit*.c only. */
#ifndef SOURCE_VISIT_INT_H
#define SOURCE_VISIT_INT_H

#include "base/map.h"
#include "check/probe_dns.h"
#include "check/probe_quic.h"
#include "check/probe_resource.h"
#include "check/probe_smtp.h"
#include "check/probe_web.h"
#include "check/view.h"
#include "source/visit.h"

enum look_state { LOOK_WAITS, LOOK_TURN, LOOK_FOLLOWS, LOOK_RUNS, LOOK_ENDED };

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
		struct resource_question resource;
		struct zone_question zone;
	};
	int64_t deadline_us; /* when the site's time is over, unless it stands still before */
	int64_t fails;     /* times that it was asked before and stayed without an answer */
	bool first;	   /* repeated when silent; the second address of a host is not */
	bool silent;	   /* ended so that it proves nothing yet */
	bool connected;	   /* TCP came up */
	bool again;	   /* it has been repeated */
	bool reopened;	   /* it was begun once more after robots.txt */
	const char *shared;    /* its key among the looks of all sites; NULL: it is this site's own */
	bool leads;	       /* others may wait for it */
	struct host_wait wait; /* for another site's look */
	struct leg *leg;       /* of a linked page; its question is web */
	const char *host;      /* the name asked about, or whose address it is: it may opt out */
	struct probe *probe;   /* while it runs */
	struct arena arena;    /* of the probe */
};

struct visit {
	const struct visit_env *env;
	struct visit_calls calls;
	struct arena arena; /* of looks and their texts; bounded by the budgets below */
	const char *kin; /* NULL: none */
	const char *domain, *denied; /* denied: why nothing may be asked, or NULL */
	struct turn turn;	     /* to begin at all */
	struct batch *batches[EVIDENCE_KINDS];
	struct site site; /* the view of the judges on those batches */
	struct map looks;
	struct look *first, **last;
	size_t n_dns, n_busy, n_running, n_web, n_pauses, n_zones;
	struct crawl *crawl; /* NULL: links are not followed */
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
/* The same without a key: the caller knows that it is wanted once. */
struct look *look_make(struct visit *v, enum evidence_kind kind);
/* An end that proves nothing until it was seen twice. */
bool look_is_silent(const struct look *l, enum outcome outcome);
struct look *look_find(const struct visit *v, const char *key);
/* Its question has been filled in: off it goes when it may. */
void look_go(struct look *l);
/* It ended without an answer and was not repeated. */
bool look_wants_again(const struct look *l);
void look_repeat_all(struct visit *v);
/* The site's time is over; it stands while nothing is under way. */
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

/* May the addresses of this name still come, be it by a repeated question? */
bool plan_is_pending(const struct visit *v, const char *name);
/* A page may still come that says more; those that are asked for again say none. */
bool plan_pages_are_out(const struct visit *v);

/* visit_iterate.c: visit_ask, from the root */
void visit_iterate(const struct visit_env *env, struct dns_probe *d, drive_done *done, void *ctx);

/* visit_zone.c */
void plan_zones(struct visit *v);
void zone_look_start(struct look *l);
/* From there: the look has ended.  silent: it proves nothing yet. */
void look_end_zone(struct look *l, enum outcome outcome, const struct zone_row *row, bool silent);

/* visit_quic.c */
void plan_quic(struct visit *v);

/* visit_resources.c */
void plan_resources(struct visit *v);

/* visit_repeat.c */
void plan_repeats(struct visit *v);

/* visit_links.c */
void links_open(struct visit *v);
void links_free(struct visit *v);
void plan_links(struct visit *v);
/* Nothing more comes: the rows. */
void links_close(struct visit *v);
/* What gets the links of a front page; NULL: nobody wants them. */
struct page_links *links_home(struct visit *v);
/* visit_leg.c */
void leg_ended(struct leg *l, const struct look *k, const struct obs *o);

/* visit_mail.c */
void plan_mail(struct visit *v);

#endif
