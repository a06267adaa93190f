/* dns_svcb: the content of SVCB and HTTPS records (RFC 9460), strictly; used by dns.c. */
#ifndef WIRE_DNS_SVCB_H
#define WIRE_DNS_SVCB_H

#include "wire/dns.h"

/* rdata: a reader of its own, so that its base is the first byte.  NULL and *why ("svcb" or
 * "memory") when the record is malformed. */
const struct dns_svcb *dns_svcb_parse(struct rd *rdata, struct arena *a, const char **why);
/* As dns_rr_text. */
size_t dns_svcb_text(const struct dns_svcb *s, char *to, size_t max);

#endif
