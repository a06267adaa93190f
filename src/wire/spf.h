/*
 * spf: one SPF record as its terms, RFC 7208 sections 4.5, 5, 6 and 12.  What the terms lead to is asked and
 * judged elsewhere (check/spf.h).
 *
 * No memory but the structs.  More than L_SPF_TERMS terms are read no further.
 */
#ifndef WIRE_SPF_H
#define WIRE_SPF_H

#include "base/addr.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT, /* a modifier: where the record goes on when nothing matched */
	SPF_MODIFIER, /* exp= and all others: they change no result */
};

enum { SPF_DOMAIN_MAX = 256 };

struct spf_term {
	enum spf_kind kind;
	char qualifier;              /* + - ~ ? */
	char domain[SPF_DOMAIN_MAX]; /* as names of wire/dns.h look; "": the record's own */
	bool macro;                  /* the domain holds a macro: what it is depends on the mail; it is
				      * kept as it stands */
	struct prefix net;           /* SPF_IP4, SPF_IP6 */
};

enum spf_result {
	SPF_TERM,
	SPF_END,
	SPF_SYNTAX, /* a permanent error of the whole record (section 4.6) */
	SPF_LIMIT,  /* L_SPF_TERMS */
};

struct spf {
	const char *at; /* in the record */
	unsigned terms, redirects;
};

/* Is this text of a TXT record an SPF record (section 4.5)?  A record ends with the text or its line. */
bool spf_is(const char *record);
/* record: one for which spf_is holds; it stays the caller's. */
void spf_init(struct spf *s, const char *record);
enum spf_result spf_next(struct spf *s, struct spf_term *t);

#endif
