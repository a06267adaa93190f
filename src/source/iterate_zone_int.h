/* iterate_zone_int: the inside of looks at zones, for source/iterate*.c only. */
#ifndef SOURCE_ITERATE_ZONE_INT_H
#define SOURCE_ITERATE_ZONE_INT_H

#include "source/iterate_int.h"
#include "source/iterate_zone.h"

/* What a server said, or did not; the words of zone_row (iterate_zone_row.c). */
enum says {
	SAYS_UNASKED,
	SAYS_OK,
	SAYS_LAME, /* it answers, without authority for the zone */
	SAYS_REFUSED,
	SAYS_SERVFAIL,
	SAYS_MALFORMED,
	SAYS_PORT,
	SAYS_CLOSED,
	SAYS_UNREACHABLE,
	SAYS_SILENT, /* once */
	SAYS_DEAD,   /* twice */
	SAYS_FRAGMENTS,
	SAYS_DENIED,
	SAYS_FAULT,
	SAYS_KINDS,
};

enum { ZONE_HOSTS = 2 * L_DNS_NS_KEPT, ZONE_SERVERS = 96, ZONE_ASKS_AT_ONCE = 12 };

/* What one address said of the zone. */
struct zone_server {
	struct server *far; /* held */
	uint32_t serial;    /* of the SOA */
	uint8_t host;	    /* in zone_job.host */
	uint8_t udp;	    /* enum says */
	uint8_t looks;
	bool has_serial;
};

/*
 * What is known of a zone; stays with its cut for others who ask.  There is one for each zone of a round, so what
 * can be shared is (sets of servers, glue), and what follows from the rest is made when it is needed (the hosts).
 */
struct zone_facts {
	struct ns_set *set;	 /* of the delegation, held; NULL: the zone was not found */
	struct ns_set *child[2]; /* what the zone itself says, held; [0] by IPv4; or NULL */
	struct glue *glue;
	struct walk *walk; /* WALK_ZONE under way */
	uint32_t until;	   /* in ticks */
	uint16_t parent_at; /* as in struct cut */
	uint8_t n_servers, n_asked;
	uint8_t outcome; /* enum outcome */
	int8_t is_signed : 2;
	bool from_child : 1, limit : 1, more_servers : 1;
	bool asked_v4 : 1, asked_v6 : 1; /* for child */
	bool child_added : 1;		 /* the hosts of child are looked at, too: of those that were known then */
	bool added_v4 : 1, added_v6 : 1;
	struct zone_server server[];
};

enum asked { ASKED_SOA, ASKED_NS, ASKED_TCP, ASKED_LARGE };
struct zone_ask {
	struct ask ask;
	struct walk *walk; /* NULL: free */
	struct wait *waits; /* who waits for what it tells of the server's behaviour */
	enum asked what;
	size_t index; /* in facts.server */
};

struct zone_job {
	bool again, cut_asked;
	struct walk *cut_walk;
	enum outcome cut_outcome;
	struct zone_question *questions;
	struct ns_host *host[ZONE_HOSTS]; /* held by the facts' sets; those of the delegation first */
	size_t n_hosts;
	struct budget *looks; /* of the servers' addresses */
	size_t n_pending;
	struct zone_ask asks[ZONE_ASKS_AT_ONCE];
};

/* iterate_zone.c */
void zone_go(struct walk *w);
void zone_drop(struct walk *w);
bool says_wants_again(enum says s);

/* iterate_facts.c */
/* Those of a cut that has none, of nothing. */
struct zone_facts *facts_new(struct cut *c);
void facts_of_cut(struct walk *w, struct cut *c);
/* The hosts that follow from what is known, for a look that begins with facts. */
void facts_list_hosts(struct walk *w);
/* Every address of every host that is known stands among the servers. */
void facts_list_servers(struct walk *w);
/* Who the zone's servers are, in the zone's own words over one family. */
void facts_take_ns(struct walk *w, int family, const struct dns_final *f);
/* Hosts that only the child names become hosts; true when there are new ones, once. */
bool facts_add_child_hosts(struct walk *w);

/* iterate_zone_row.c: tells all who asked. */
void facts_tell(struct walk *w);

#endif
