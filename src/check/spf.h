/*
 * spf: does the SPF record of a domain (RFC 7208) let any IPv6 address send?  It is walked as a receiver does
 * who was reached over IPv6, with that receiver's budget: ten terms that ask the DNS, two of them without
 * an answer.  There is no sender, so every address is asked about at once: the first term with the
 * qualifier "+" that some IPv6 address can match answers yes.  "-", "~" and "?" let nobody send.
 *
 * Pure.  The visit's planner and the judge walk the same way; the planner is told what is not known yet.
 */
#ifndef CHECK_SPF_H
#define CHECK_SPF_H

#include "check/view.h"

#include <stdbool.h>
#include <stdint.h>

/* This name has to be asked for.  It may have been. */
typedef void spf_want(void *ctx, const char *name, uint16_t qtype);

struct spf_found {
	/* "ok" v4_only nobody no_spf macro; of what RFC 7208 calls a permanent error: syntax several_records
	 * include_missing loop too_many_lookups too_many_voids; or an unknown code */
	const char *code;
	char subject[NAME_MAX_B]; /* the domain whose record is meant */
	char term[NAME_MAX_B + 8]; /* what lets IPv6 send, or breaks the record; "" */
	int lookups, voids, records; /* terms that ask, those without an answer, records read */
};

/* want NULL: nobody asks. */
void site_spf(const struct site *s, spf_want *want, void *ctx, struct spf_found *out);

#endif
