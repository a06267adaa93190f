/*
 * labdns: the name server that misbehaves as its rows say: silent on IPv6 UDP (udp6=drop), deaf on
 * IPv6 TCP (tcp6=refuse), lame (lame=v6|all: REFUSED), and AAAA questions answered by NXDOMAIN
 * (RFC 4074 section 4.2), SERVFAIL or silence (aaaa_answer).  Otherwise a plain authoritative server
 * of the zones that are its own; each site's zone stands at the addresses ::53 and ::54 of its
 * network.
 */
#ifndef LAB_LABDNS_H
#define LAB_LABDNS_H

#include "lab/zones.h"

/* Serves in this network namespace until the process ends; returns only on a fault of ours. */
int labdns_run(const zone_list *zones, struct err *e);

/* One question, answered into to[max]; over says how it came.  0: silence.  Pure, for tests. */
enum labdns_over { OVER_V4, OVER_V6 };
size_t labdns_answer(const struct zone *z, enum labdns_over over, const void *question, size_t len,
		     void *to, size_t max);

#endif
