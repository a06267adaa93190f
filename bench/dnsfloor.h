/*
 * dnsfloor: the least that any client of these questions costs: sendmmsg and recvmmsg in batches of 64, answers
 * known by their id, nothing kept, nothing checked.  Questions are those that the program itself would write.
 */
#ifndef BENCH_DNSFLOOR_H
#define BENCH_DNSFLOOR_H

#include "bench/dnslab.h"

enum { FLOOR_IN_FLIGHT = 1000 };

/* *(unsigned *)n look-ups: n0000000.test AAAA and so on at the resolver. */
void floor_stub(struct dnslab_run *r, void *n);
/* Six questions a domain for *(unsigned *)n domains: the way to it at the TLD; then at an IPv4 address from the
 * glue A, AAAA, MX and NS, and AAAA at an IPv6 address from the glue, or at the first once more when there is none. */
void floor_iterative(struct dnslab_run *r, void *n);

#endif
