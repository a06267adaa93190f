/* iterate_int: the inside of the engine, for source/iterate*.c only. */
#ifndef SOURCE_ITERATE_INT_H
#define SOURCE_ITERATE_INT_H

#include "source/iterate.h"

#include "base/limits.h"
#include "source/known.h"

/* ---- what is known (iterate_cache.c) ---- */

/*
 * Entries of known tables (source/known.h), each ending with its key.  There is one for each zone, name server and
 * address of the world that was met, so they are small: times are whole TICKs, lists have memory of their own only
 * when there is something in them, and who asks or waits for something is no part of it (struct walk).
 */

enum { TICK_US = 100000 }; /* 2^32 of them are 13 years of one start of the machine */

/* Those who wait for something; each stands in one list at a time for each of its waits. */
struct wait {
	struct walk *walk;
	const struct walk *on;	 /* who asks for it */
	struct wait **at, *next; /* at NULL: in no list */
};

/* An address, and how the table of servers looks for it. */
struct ns_addr {
	struct addr addr;
	uint32_t hash;
};

/* Addresses of a name server in one family, as far as they are known. */
enum addrs_state {
	ADDRS_UNKNOWN,
	ADDRS_HAS,
	ADDRS_NONE,
	ADDRS_NX,
	ADDRS_CNAME, /* which the name of a name server must not be (RFC 2181 section 10.3) */
	ADDRS_FAIL,
	ADDRS_SILENT,
	ADDRS_LIMIT
};
struct addrs {
	struct ns_addr *list;
	uint32_t until; /* in ticks */
	uint8_t state;	/* enum addrs_state */
	uint8_t n, looks; /* looks: times that it stayed silent or failed */
};

/* The name of a name server. */
struct ns_host {
	struct known known;
	struct addrs own[2];  /* [0] IPv4, [1] IPv6: what its own zone says */
	struct addrs glue[2]; /* what a parent said; good for asking, not for judging */
	struct walk *walk[2]; /* that asks for own now */
	char *zone;	      /* that told the latest of own; owned, or NULL */
	char name[];
};

/* Addresses of a delegation's servers that the zone above may say, in the referral; one for all delegations to the
 * same servers, as long as it says the same. */
struct cut_glue {
	uint8_t host; /* in set */
	struct addr addr;
};
struct glue {
	unsigned refs;
	size_t n;
	struct cut_glue at[];
};

/* The name servers of a zone; one set for all zones that have the same. */
struct ns_set {
	struct known known;
	uint8_t n;
	struct glue *glue;	/* what came with the latest delegation to them */
	struct ns_host *host[]; /* held, sorted by name */
};

enum cut_kind {
	CUT_UNKNOWN, /* somebody asks whether there is one */
	CUT_ZONE,    /* here a zone begins */
	CUT_INSIDE,  /* it is a name inside the zone above */
	CUT_NX,	     /* the zone above says it does not exist, nor anything below it (RFC 8020) */
};

struct cut {
	struct known known;
	uint32_t until;	    /* in ticks */
	uint16_t parent_at; /* where the name of the zone above begins in name; see cut_parent */
	uint8_t kind;	    /* enum cut_kind */
	int8_t is_signed : 2; /* a DS record stood beside it; -1: not seen */
	bool met : 1;
	bool suffix_known : 1, suffix : 1; /* see cut_is_suffix */
	bool from_child : 1; /* parent and child are on the same servers: the child spoke */
	struct ns_set *set; /* held */
	struct glue *glue;
	struct zone_facts *facts; /* owned (iterate_zone_int.h) */
	struct walk *walk;  /* that asks for it now */
	char name[];
};

/* The name of the zone above; NULL for the root and for what is no zone. */
static inline const char *name_of_parent(const char *name, uint16_t parent_at)
{
	if (!parent_at)
		return NULL;
	return name[parent_at] ? name + parent_at : ".";
}
static inline const char *cut_parent(const struct cut *c)
{
	return name_of_parent(c->name, c->parent_at);
}

/* One address of a name server, whatever zones it serves. */
struct server {
	struct known known;
	int32_t srtt_us, var_us; /* 0: no answer yet */
	uint16_t silent_run;
	uint32_t n_asks; /* under way or in line; refs are more: what is known of zones holds their servers */
	/* how it behaves, whatever zone it is asked for (iterate_zone.c) */
	uint8_t tcp, tcp_looks, frag, frag_looks; /* enum says */
	int64_t parked_until_us, silent_at_us; /* the latest silence that counted */
	struct zone_ask *asker; /* of its behaviour, now */
	struct addr addr;	/* the key */
};

/* What failed is remembered (RFC 9520). */
enum { FAILURE_WHY_MAX = 32 };
struct failure {
	struct known known;
	int64_t until_us;
	uint8_t times;
	enum iterate_end end;
	char why[FAILURE_WHY_MAX]; /* "": no word */
	char name[]; /* and two bytes of the type */
};

/* ---- work ---- */

/* Shared by a name and all that it leads to. */
struct budget {
	unsigned refs;
	unsigned queries, targets, max; /* max: of queries; 0: L_DNS_QUERIES_PER_NAME */
	int64_t spent_us; /* waiting for servers; not for turns */
};

enum { TRIED_MAX = 32, WALK_NAME_B = 64, WAITS_MAX = 2 * L_DNS_TARGETS_AT_ONCE };

enum walk_kind {
	WALK_NAME,  /* somebody's question */
	WALK_ADDRS, /* the addresses of a name server in one family */
	WALK_CUT,   /* whether a zone begins at a name */
	WALK_ZONE,  /* everything about a zone (iterate_zone.h) */
};

/* A server that was asked for this zone. */
struct tried {
	struct addr addr;
	uint8_t silences;
	bool bad; /* it answered, and it was of no use */
};

/*
 * One way from the closest known zone to an answer.  It asks one server, or waits for what other
 * walks ask; who waits is woken when any of that has ended, and looks again.
 */
struct walk {
	struct iterate *it;
	struct walk *next, **at; /* all under way */
	struct walk *ready_next;
	bool ready, asking;
	enum walk_kind kind;
	struct iterate_question *question; /* WALK_NAME */
	struct ns_host *host;		   /* WALK_ADDRS, held */
	int family;
	struct wait *host_waits; /* who waits for them */
	struct cut *wanted; /* WALK_CUT, WALK_ZONE, held */
	void (*cut_known)(void *ctx, struct cut *c,
			  const struct iterate_answer *a); /* WALK_CUT; c->kind */
	void *cut_ctx;
	struct zone_facts *facts; /* WALK_ZONE: those of wanted */
	struct zone_job *zone_job; /* WALK_ZONE, owned */
	const char *name; /* asked for now: after CNAMEs another one */
	struct known_key key; /* of that among the cuts */
	uint16_t qtype;
	unsigned depth;
	struct budget *budget;
	unsigned queries;
	struct cut *zone; /* whose servers are asked, held */
	struct cut
		*child; /* the cut that is asked for instead of name, held; its walk is this one */
	struct wait *child_waits; /* who waits for that */
	const char *deeper; /* a zone below zone that its servers have, too: its SOA stood in an answer; or NULL */
	struct ask ask;
	struct server *server; /* that is asked, held */
	size_t n_tried, n_waits;
	unsigned mark;		  /* of the search for circles */
	const char *why;	  /* the latest trouble with a server */
	bool denied, silent, bad; /* kinds of trouble that there were in this zone */
	struct iterate_answer answer;
	struct arena names;   /* of the chain */
	/* Lists and texts: a new walk finds them as another one has left them, for most it needs no more than the
	 * first of each. */
	struct wait waits[WAITS_MAX];
	char own_name[WALK_NAME_B]; /* where name begins, when it is no longer */
	struct tried tried[TRIED_MAX];
	struct dns_final final; /* its counts are clear */
};

/* What is read out of the answer at hand.  The compiler clears locals: lists of a hundred places cost more to clear
 * than to fill, so they stand here. */
struct at_hand {
	struct arena scratch; /* the message */
	struct dns_final final;
	const char *names[L_DNS_RR_KEPT]; /* of name servers */
	struct {
		const struct dns_rr *rr; /* the address of */
		int host;		 /* in the set */
	} glue[2 * L_DNS_RR_KEPT]; /* A and AAAA */
	size_t n_glue;
	struct cut_glue kept[2 * L_DNS_NS_KEPT];
};

struct iterate {
	struct iterate_env env;
	struct known_table cuts, hosts, sets, servers, failures;
	int64_t now_us; /* see it_look_at_clock */
	size_t memory_b;
	struct walk *walks, *ready, **ready_end;
	struct walk *free_walks; /* some that are over, for the next ones */
	size_t n_free_walks;
	struct at_hand hand;
	struct timer timer; /* for those that are ready */
	struct cut *root;
	unsigned mark;
	uint64_t n_names, n_queries, n_merged;
};

/* Whoever comes in from outside looks at the clock once; all that is done until he leaves is done at that time. */
static inline void it_look_at_clock(struct iterate *it)
{
	it->now_us = clock_mono(loop_clock(it->env.loop));
}

static inline int64_t it_now(const struct iterate *it)
{
	return it->now_us;
}

static inline bool is_over(const struct iterate *it, uint32_t until)
{
	return until != UINT32_MAX && (int64_t)until * TICK_US <= it_now(it);
}

/* The tick at which this much time will have passed. */
static inline uint32_t tick_in(const struct iterate *it, int64_t us)
{
	return (uint32_t)((it_now(it) + us + TICK_US - 1) / TICK_US);
}

/* iterate_cache.c */
void cache_init(struct iterate *it);
void cache_done(struct iterate *it);
/* The key of a cut is its name. */
struct cut *cut_at(struct iterate *it, struct known_key name);
struct cut *cut_get(struct iterate *it, struct known_key name); /* or NULL */
/* The same; what has run out is not known any more, but what it held is kept until it is learnt again. */
struct cut *cut_now(const struct iterate *it, struct cut *c);
/* The zone that holds the name as far as is known, or a CUT_NX above it. */
struct cut *cut_closest(struct iterate *it, struct known_key name);
struct cut *cut_zone_above(struct iterate *it, struct known_key name); /* the same, but a zone always */
struct ns_host *host_at(struct iterate *it, const char *name);
struct ns_addr ns_addr_of(const struct addr *a);
struct server *server_at(struct iterate *it, const struct ns_addr *a);
struct server *server_get(const struct iterate *it, const struct ns_addr *a); /* or NULL */
/* Held by the caller; the names are sorted and made one here: those of its hosts stand in front then. */
struct ns_set *set_of(struct iterate *it, const char **names, size_t n);
/* until in ticks; UINT32_MAX: for ever */
void addrs_set(struct addrs *a, enum addrs_state state, const struct addr *list, size_t n, uint32_t until);
uint32_t ttl_until(const struct iterate *it, uint32_t ttl_s);
struct glue *glue_of(struct ns_set *set, const struct cut_glue *list, size_t n); /* NULL: none */
struct glue *glue_share(struct glue *g);
void glue_drop(struct glue *g);
/* Is it the root or a public suffix, so that the next label below it is a cut? */
bool cut_is_suffix(struct cut *c);
/* Forgets what the zone's delegation said. */
void cut_forget(struct cut *c);
/* Forgets what is known of the zone besides (iterate_facts.c). */
void facts_free(struct cut *c);
void failure_note(struct iterate *it, const char *name, uint16_t qtype, enum iterate_end end,
		  const char *why);
const struct failure *failure_of(const struct iterate *it, const char *name, uint16_t qtype);
/* A question to it begins, and ends; it is held meanwhile. */
static inline void server_begin(struct server *s)
{
	known_hold(&s->known);
	s->n_asks++;
}
static inline void server_end(struct server *s)
{
	s->n_asks--;
	known_drop(&s->known);
}
/* How its answers come, or do not. */
void server_answered(struct server *s, int64_t rtt_us);
void server_was_silent(struct iterate *it, struct server *s);
uint32_t server_wait_ms(const struct server *s);

/* iterate_walk.c: the life of a walk */
struct walk *walk_new(struct iterate *it, enum walk_kind kind, const char *name, uint16_t qtype,
		      struct budget *b, unsigned depth); /* b NULL: one of its own */
/* From now on it asks for this name: what is known of that will be looked for. */
void walk_set_name(struct walk *w, const char *name);
void walk_soon(struct walk *w);
void walk_end(struct walk *w, enum iterate_end end, const char *why);
void walk_drop(struct walk *w); /* without a word to anybody */
void walk_free_spare(struct iterate *it);
void wake_all(struct wait **list);
/* It waits for nothing any more. */
void walk_unwait(struct walk *w);
/* Nobody asks for the cut any more: who waited looks again, and may ask himself. */
void walk_let_child_go(struct walk *w);
void walk_leave_zone(struct walk *w);
void walk_go_ready(struct iterate *it);

/* iterate_way.c: its steps */
void walk_go(struct walk *w);
/* Goes on at another name: the chain has led there. */
void walk_restart(struct walk *w, const char *name);
/* The latest server was of no use for this zone: the next one. */
void walk_refuse_server(struct walk *w, const char *why);
void walk_deny_server(struct walk *w, const char *why);
/* What stood in the answer is known now: it looks where it stands. */
void walk_learnt(struct walk *w);
/* This zone has become known, which holds the walk's name. */
void walk_learnt_zone(struct walk *w, struct cut *zone);
/* Asks for the cut at this name, or joins who does. */
struct walk *walk_for_cut(struct iterate *it, const char *name,
			  void (*known)(void *ctx, struct cut *c, const struct iterate_answer *a),
			  void *ctx);

/* iterate_target.c: the servers of a zone */
/* The address to ask next, or NULL; *host: whose it is.  Both stand as long as the zone is held and nothing is
 * learnt. */
const struct ns_addr *walk_pick(struct walk *w, const char **host);
/* Waits for addresses of the zone's servers; false when there are none to wait for. */
bool walk_wait_targets(struct walk *w);
/* Waits for what another walk asks; false when that would make a circle. */
bool walk_join(struct walk *w, struct wait **list, const struct walk *other);
/* The addresses of a host that may be asked now: its own, else those that a parent told. */
const struct addrs *host_addrs(const struct iterate *it, const struct ns_host *h, int family);
/* Begins to look one up, out of this budget, or returns who does; NULL: it is known. */
struct walk *host_look(struct iterate *it, struct ns_host *h, int family, struct budget *b,
		       unsigned depth);
/* Begins, whatever is known. */
struct walk *host_look_now(struct iterate *it, struct ns_host *h, int family, struct budget *b);
static inline struct addrs *host_own(struct ns_host *h, int family)
{
	return &h->own[family == 6];
}
/* Who asks for them now. */
static inline struct walk **host_walk(struct ns_host *h, int family)
{
	return &h->walk[family == 6];
}

/* iterate_reply.c */
void walk_reply(struct walk *w, const struct ask_result *r);
/* Reads a message into the engine's hand, where it stands until the next one is read. */
bool message_read(struct iterate *it, struct dns_message *m, const struct ask_result *r);

#endif
