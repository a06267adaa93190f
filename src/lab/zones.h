/*
 * zones: the records of the laboratory's DNS, made from the truth table.
 *
 * The parent (root, test, example) and the hosting server are NSD's; a zone whose name servers
 * misbehave is served by labdns.  A record's text is what stands in a zone file (RFC 1035 section
 * 5.1), names absolute with the last dot.
 */
#ifndef LAB_ZONES_H
#define LAB_ZONES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "lab/truth.h"

enum zone_server { SERVED_BY_PARENT, SERVED_BY_HOSTING, SERVED_BY_LABDNS };

struct record {
	const char *owner; /* absolute, with the last dot, lower case */
	const char *type;  /* "A" "AAAA" "NS" "SOA" "MX" "CNAME" "HTTPS" "PTR" "TXT" */
	const char *text;
};

struct zone {
	const char *name; /* with the last dot */
	enum zone_server server;
	const struct state *state; /* of the site; NULL for infrastructure */
	VEC(struct record) records;
};

typedef VEC(struct zone) zone_list;

/* Texts live in a; zones_done frees the lists. */
void zones_build(zone_list *out, const struct truth *t, struct arena *a);
void zones_done(zone_list *z);
void zone_write(const struct zone *z, struct buf *out);
/* Does its row ask for name servers of its own? */
bool state_own_ns(const struct state *s);

#endif
