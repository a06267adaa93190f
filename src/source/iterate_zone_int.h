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

struct zone_server {
	struct addr addr;
	uint8_t host; /* in facts.host */
	uint8_t udp;  /* enum says */
	uint8_t looks;
	int64_t serial; /* of the SOA; -1 */
};

/* What is known of a zone; stays for others who ask. */
struct zone_facts {
	struct known known;
	char *name;	   /* of the zone: the key, but for a name whose zone was not found */
	char *parent;	   /* NULL: the root */
	int64_t until_us;
	enum outcome outcome;
	struct walk *walk; /* WALK_ZONE under way */
	struct zone_question *questions;
	struct ns_set *set; /* of the delegation, held */
	struct cut_glue *glue;
	uint8_t n_glue;
	int8_t is_signed;
	bool from_child, limit, more_servers, child_added;
	bool ns_asked[2];
	char *ns_child[2]; /* names with spaces between; [0] by IPv4 */
	struct ns_host **host; /* held; those of the delegation first */
	size_t n_hosts, n_asked;
	struct zone_server *server;
	size_t n_servers;
};

enum asked { ASKED_SOA, ASKED_NS, ASKED_TCP, ASKED_LARGE };
struct zone_ask {
	struct ask ask;
	struct walk *walk; /* NULL: free */
	struct server *server; /* held */
	enum asked what;
	size_t index; /* in facts.server */
};

struct zone_job {
	bool again, cut_asked;
	struct walk *cut_walk;
	enum outcome cut_outcome;
	struct budget *looks; /* of the servers' addresses */
	size_t n_pending;
	struct zone_ask asks[ZONE_ASKS_AT_ONCE];
};

/* iterate_zone.c */
void zone_go(struct walk *w);
void zone_drop(struct walk *w);
bool says_wants_again(enum says s);

/* iterate_facts.c */
struct zone_facts *facts_at(struct iterate *it, const char *name);
void facts_forget(struct zone_facts *f);
void facts_done(struct known *k);
void facts_of_cut(struct walk *w, struct cut *c);
/* Every address of every host that is known stands among the servers. */
void facts_list_servers(struct walk *w);
/* Who the zone's servers are, in the zone's own words over one family. */
void facts_take_ns(struct walk *w, int family, const struct dns_final *f);
/* Hosts that only the child names become hosts; true when there are new ones, once. */
bool facts_add_child_hosts(struct walk *w);

/* iterate_zone_row.c: tells all who asked. */
void facts_tell(struct walk *w);

#endif
