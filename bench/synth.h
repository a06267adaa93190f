/*
 * synth: a DNS world that no file describes: who answers what follows from the address asked and the name, by
 * arithmetic alone.  No sockets here (bench/synthdns.c has them).
 *
 *	198.18.0.1  2001:db8::1        the root
 *	198.18.0.2  2001:db8::2        the TLD "test" (a.nic.test), and .4 and ::4 (b.nic.test)
 *	198.18.0.3  2001:db8::3        a resolver: any AAAA question gets one AAAA
 *	198.19.x.y  2001:db8:1::xxyy   name server number 256 x + y
 *	10.(64 + x).y.z  3fff:1xx:yy00::zz   web server of zone number 65536 x + 256 y + z
 *
 * Below test. stand the zones z0 to z99999, each on the servers of one of SYNTH_OPERATORS operators: two to four
 * (ns0.op7.test, ns1.op7.test ...), a few operators having most zones, as it is in the world.  Half of the
 * operators have IPv6, some of them on one server alone; 3 % of the zones name the servers in themselves, with
 * glue; 30 % are signed (DS, DNSKEY; no signatures: nobody here checks them).
 */
#ifndef BENCH_SYNTH_H
#define BENCH_SYNTH_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYNTH_ZONES = 100000, SYNTH_ZONES_MAX = 2000000, SYNTH_OPERATORS = 268, SYNTH_SERVERS_MAX = 4, SYNTH_ANSWER_MAX = 1232 };

struct synth {
	unsigned dead_ppm; /* share of the names under z or dN that are never answered, by their hash */
	long zones;	   /* z0 to this less one; 0: SYNTH_ZONES */
	bool dual;	   /* the web servers of all zones have IPv6, not those of 40 % */
};

struct synth_zone {
	unsigned operator;
	bool vanity, is_signed, web_v6;
};
struct synth_zone synth_zone(unsigned n);
unsigned synth_servers(unsigned operator);
/* The server's number in 198.19.x.y; SYNTH_OPERATORS, 0: how many there are. */
unsigned synth_server(unsigned operator, unsigned k);
bool synth_server_v6(unsigned operator, unsigned k);
/* IPv4 and IPv6 together. */
unsigned synth_addresses(void);
struct addr synth_addr4(unsigned server);
struct addr synth_addr6(unsigned server);

/* Is the name (wire form) one of those that are never answered? */
bool synth_dead(const struct synth *s, const uint8_t *wire, size_t len);

/* The answer to a query that came to this address of ours; 0: none. */
size_t synth_answer(const struct synth *s, const struct addr *at, bool tcp, const uint8_t *query, size_t len,
		    uint8_t to[static SYNTH_ANSWER_MAX]);

#endif
