/* iterate_int: the inside of the engine, for source/iterate*.c only. */
#ifndef SOURCE_ITERATE_INT_H
#define SOURCE_ITERATE_INT_H

#include "source/iterate.h"

#include "base/limits.h"

/* ---- what is known (iterate_cache.c) ---- */

/* Everything that is known stands in a table under a key; what nobody holds may be forgotten. */
struct known {
	struct known *next;
	uint64_t hash;
	int64_t used_us;
	uint32_t refs;
	uint32_t key_len;
	void *key; /* owned */
};

struct known_table {
	struct known **slots;
	size_t n, n_slots, max;	       /* max: then the oldest are forgotten */
	size_t full_n;		       /* so many: room is made, or tried for again */
	size_t size_b;		       /* of one entry */
	struct known_table *holders[2]; /* whose entries hold those of this one; or NULL */
	void (*done)(struct known *k); /* frees what it owns, but not itself and its key */
	size_t *memory_b;
};

/* Those who wait for something; each stands in one list at a time for each of its waits. */
struct wait {
	struct walk *walk;
	const struct walk *on;	 /* who asks for it */
	struct wait **at, *next; /* at NULL: in no list */
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
	enum addrs_state state;
	uint8_t n, looks; /* looks: times that it stayed silent or failed */
	bool more;	  /* L_DNS_NS_ADDRESSES were kept */
	int64_t until_us;
	struct addr *addr;
	struct walk *walk; /* that asks for them now */
	struct wait *waits;
};

/* The name of a name server. */
struct ns_host {
	struct known known;
	const char *name;     /* the key */
	struct addrs own[2];  /* [0] IPv4, [1] IPv6: what its own zone says */
	char *zone;		/* that told the latest of own; owned, or NULL */
	struct addrs glue[2]; /* what a parent said; good for asking, not for judging */
};

/* The name servers of a zone; one set for all zones that have the same. */
struct ns_set {
	struct known *known; /* the entry that owns it */
	uint8_t n;
	struct ns_host *host[]; /* held, sorted by name */
};

enum cut_kind {
	CUT_UNKNOWN, /* somebody asks whether there is one */
	CUT_ZONE,    /* here a zone begins */
	CUT_INSIDE,  /* it is a name inside the zone above */
	CUT_NX,	     /* the zone above says it does not exist, nor anything below it (RFC 8020) */
};
struct cut_glue {     /* of a server within the zone itself, in the referral */
	uint8_t host; /* in set */
	struct addr addr;
};
struct cut {
	struct known known;
	const char *name; /* the key */
	enum cut_kind kind;
	bool suffix;	  /* the root or a public suffix: the next label is a cut */
	int8_t is_signed; /* a DS record stood beside it; -1: not seen */
	bool from_child;  /* parent and child are on the same servers: the child spoke */
	uint8_t n_glue;
	int64_t until_us;
	struct ns_set *set;
	struct cut *parent; /* the zone above, held */
	struct cut_glue *glue;
	struct walk *walk; /* that asks for it now */
	struct wait *waits;
};

/* One address of a name server, whatever zones it serves. */
struct server {
	struct known known;
	struct addr addr;	 /* the key */
	int32_t srtt_us, var_us; /* 0: no answer yet */
	uint16_t silent_run;
	int64_t parked_until_us, silent_at_us; /* the latest silence that counted */
	/* how it behaves, whatever zone it is asked for (iterate_zone.c) */
	uint8_t tcp, tcp_looks, frag, frag_looks; /* enum says */
	struct walk *asker; /* of that, now */
	struct wait *waits;
};

/* What failed is remembered (RFC 9520). */
struct failure {
	struct known known;
	int64_t until_us;
	uint8_t times;
	enum iterate_end end;
	const char *why;
};

/* ---- work ---- */

/* Shared by a name and all that it leads to. */
struct budget {
	unsigned refs;
	unsigned queries, targets, max; /* max: of queries; 0: L_DNS_QUERIES_PER_NAME */
	int64_t spent_us; /* waiting for servers; not for turns */
};

enum { TRIED_MAX = 32, WAITS_MAX = 2 * L_DNS_TARGETS_AT_ONCE };

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
	struct cut *wanted; /* WALK_CUT, held */
	void (*cut_known)(void *ctx, struct cut *c,
			  const struct iterate_answer *a); /* WALK_CUT; c->kind */
	void *cut_ctx;
	struct zone_facts *facts; /* WALK_ZONE, held */
	struct zone_job *zone_job; /* WALK_ZONE, owned */
	const char *name; /* asked for now: after CNAMEs another one */
	uint16_t qtype;
	unsigned depth;
	struct budget *budget;
	unsigned queries;
	struct cut *zone; /* whose servers are asked, held */
	struct cut
		*child; /* the cut that is asked for instead of name, held; its walk is this one */
	const char *deeper; /* a zone below zone that its servers have, too: its SOA stood in an answer; or NULL */
	struct ask ask;
	struct server *server; /* that is asked, held */
	struct tried tried[TRIED_MAX];
	size_t n_tried;
	struct wait waits[WAITS_MAX];
	size_t n_waits;
	unsigned mark;		  /* of the search for circles */
	const char *why;	  /* the latest trouble with a server */
	bool denied, silent, bad; /* kinds of trouble that there were in this zone */
	struct dns_final final;
	struct iterate_answer answer;
	struct arena names;   /* of the chain */
	struct arena scratch; /* the answer at hand */
};

struct iterate {
	struct iterate_env env;
	struct known_table cuts, hosts, sets, servers, failures, facts;
	size_t memory_b;
	struct walk *walks, *ready, **ready_end;
	struct timer timer; /* for those that are ready */
	struct cut *root;
	unsigned mark;
	uint64_t n_names, n_queries, n_merged;
};

static inline int64_t it_now(const struct iterate *it)
{
	return clock_mono(loop_clock(it->env.loop));
}

/* iterate_cache.c */
void known_init(struct known_table *t, size_t size_b, size_t max, void (*done)(struct known *),
		size_t *memory_b);
void known_done(struct known_table *t);
void *known_get(struct known_table *t, const void *key, size_t len);
/* The one of this key, made when it is new. */
void *known_at(struct known_table *t, const void *key, size_t len, int64_t now_us);
static inline void known_hold(struct known *k)
{
	k->refs++;
}
static inline void known_drop(struct known *k)
{
	k->refs--;
}

void cache_init(struct iterate *it);
void cache_done(struct iterate *it);
struct cut *cut_at(struct iterate *it, const char *name);
struct cut *cut_get(struct iterate *it, const char *name);
/* The zone that holds the name as far as is known, or a CUT_NX above it. */
struct cut *cut_closest(struct iterate *it, const char *name);
struct cut *cut_zone_above(struct iterate *it, const char *name); /* the same, but a zone always */
struct ns_host *host_at(struct iterate *it, const char *name);
struct server *server_at(struct iterate *it, const struct addr *a);
struct server *server_get(struct iterate *it, const struct addr *a); /* or NULL */
/* Held by the caller; the names are sorted and made one here. */
struct ns_set *set_of(struct iterate *it, const char **names, size_t n);
void addrs_set(struct addrs *a, enum addrs_state state, const struct addr *list, size_t n,
	       int64_t until_us);
int64_t ttl_until(const struct iterate *it, uint32_t ttl_s);
/* Forgets what the zone's delegation said. */
void cut_forget(struct cut *c);
void failure_note(struct iterate *it, const char *name, uint16_t qtype, enum iterate_end end,
		  const char *why);
const struct failure *failure_of(struct iterate *it, const char *name, uint16_t qtype);
/* How its answers come, or do not. */
void server_answered(struct server *s, int64_t rtt_us);
void server_was_silent(struct iterate *it, struct server *s);
uint32_t server_wait_ms(const struct server *s);

/* iterate_walk.c: the life of a walk */
struct walk *walk_new(struct iterate *it, enum walk_kind kind, const char *name, uint16_t qtype,
		      struct budget *b, unsigned depth); /* b NULL: one of its own */
void walk_soon(struct walk *w);
void walk_end(struct walk *w, enum iterate_end end, const char *why);
void walk_drop(struct walk *w); /* without a word to anybody */
void wake_all(struct wait **list);
/* Goes on at another name: the chain has led there. */
void walk_restart(struct walk *w, const char *name);
/* The latest server was of no use for this zone: the next one. */
void walk_refuse_server(struct walk *w, const char *why);
void walk_deny_server(struct walk *w, const char *why);
/* What stood in the answer is known now: it looks where it stands. */
void walk_learnt(struct walk *w);
void walk_go_ready(struct iterate *it);
/* Asks for the cut at this name, or joins who does. */
struct walk *walk_for_cut(struct iterate *it, const char *name,
			  void (*known)(void *ctx, struct cut *c, const struct iterate_answer *a),
			  void *ctx);

/* iterate_target.c: the servers of a zone */
/* The address to ask next, or one of family 0; *host: whose it is, as long as the zone is held. */
struct addr walk_pick(struct walk *w, const char **host);
/* Waits for addresses of the zone's servers; false when there are none to wait for. */
bool walk_wait_targets(struct walk *w);
/* Waits for what another walk asks; false when that would make a circle. */
bool walk_join(struct walk *w, struct wait **list, const struct walk *other);
/* The addresses of a host that may be asked now: its own, else those that a parent told. */
const struct addrs *host_addrs(const struct iterate *it, const struct ns_host *h, int family);
/* Begins to look one up, out of this budget, or returns who does; NULL: it is known. */
/* The same whatever is known. */
struct walk *host_look_now(struct iterate *it, struct ns_host *h, int family, struct budget *b);
struct walk *host_look(struct iterate *it, struct ns_host *h, int family, struct budget *b,
		       unsigned depth);
static inline struct addrs *host_own(struct ns_host *h, int family)
{
	return &h->own[family == 6];
}

/* iterate_reply.c */
void walk_reply(struct walk *w, const struct ask_result *r);

#endif
