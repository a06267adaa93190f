/*
 * delegated: the statistics files of the address registries, plain and extended: which blocks of
 * IPv4, IPv6 and AS numbers each registry has handed out, to which country, when.
 *
 *	2|apnic|20260214|84201|19830613|20260213|+1000		header
 *	apnic|*|ipv6|*|16719|summary				one a type
 *	apnic|JP|ipv6|2001:200::|35|19990813|allocated|A91A7381	record; the last field: extended
 *only
 *
 * Sources: the exchange format of the registries ("RIR statistics exchange format" 2.x) and the
 * NRO's extended form, whose combined file has records of all registries and one field more.
 *
 * A file is taken whole or refused whole.  The reader walks over bytes in memory, line by line
 * (memchr), allocates nothing for a line, and refuses at the first line that breaks the form; at
 *the end the counts of the header and of the summary lines must agree with what was read.  What is
 *odd but not broken (a missing date, a code that is no country, bits set behind a prefix, overlaps)
 *is counted in the tally and kept.  A registry that is known to declare too much is named in the
 *code.
 *
 * The callers read a file twice: once to the end to know that it is good, once to use the records.
 */
#ifndef WIRE_DELEGATED_H
#define WIRE_DELEGATED_H

#include "base/addr.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum delegated_registry {
	REGISTRY_AFRINIC,
	REGISTRY_APNIC,
	REGISTRY_ARIN,
	REGISTRY_LACNIC,
	REGISTRY_RIPENCC,
	REGISTRY_IANA, /* inside the combined file only */
	REGISTRY_NRO,  /* the combined file itself */
	REGISTRY_COUNT,
};
extern const char *const delegated_registries[]; /* words, NULL-terminated */

enum delegated_type { DELEGATED_ASN, DELEGATED_IPV4, DELEGATED_IPV6, DELEGATED_TYPES };
extern const char *const delegated_types[]; /* asn ipv4 ipv6 NULL */

enum delegated_status {
	DELEGATED_ALLOCATED,
	DELEGATED_ASSIGNED, /* these two are "handed out" */
	DELEGATED_AVAILABLE,
	DELEGATED_RESERVED,
	DELEGATED_STATUSES,
};
extern const char *const delegated_statuses[]; /* words, NULL-terminated */

enum {
	DELEGATED_YEAR_0 = 1980, /* v6_year[0] */
	DELEGATED_YEARS = 120,
	DELEGATED_CC_NONE = 26 * 26, /* index of "no country" */
	DELEGATED_CCS,
	DELEGATED_OPAQUE_MAX = 64, /* bytes of an opaque id */
};

struct delegated_header {
	enum delegated_registry registry;
	uint64_t declared; /* records, as the header says */
	uint32_t end_date; /* yyyymmdd: the day that the file describes */
	uint64_t serial;
};

struct delegated_record {
	enum delegated_registry registry;
	enum delegated_type type;
	enum delegated_status status;
	char cc[3];	    /* "" when there is none */
	uint8_t len;	    /* ipv6: prefix length */
	uint32_t asn;	    /* asn: the first one */
	uint64_t count;	    /* ipv4: addresses; asn: numbers; ipv6: 0 */
	struct addr addr;   /* ipv4, ipv6: the first one */
	uint32_t date;	    /* yyyymmdd; 0: none, or one that cannot be */
	const char *opaque; /* in the file's bytes, not terminated; NULL when there is none */
	size_t opaque_len;
	uint64_t line;
};

/* What was read so far.  Figures that begin with v4, v6 and asn are about blocks handed out. */
struct delegated_tally {
	uint64_t records, comments;
	uint64_t by[DELEGATED_TYPES][DELEGATED_STATUSES];
	uint64_t of_registry[REGISTRY_COUNT];
	uint64_t v6_len[129], v6_year[DELEGATED_YEARS];
	uint64_t v4_addresses, v4_not_pow2, v4_cidrs, v4_multi_cidr;
	uint64_t asn_numbers;
	uint64_t cc[DELEGATED_CCS];	    /* records handed out by country, all types */
	uint64_t cc_v6[DELEGATED_CCS];	    /* of those, IPv6 */
	uint64_t date_empty, date_zero;	    /* of all records; "" and "00000000" */
	uint64_t date_wrong;		    /* no such day, before 1980, or after the file's own */
	uint64_t v6_misaligned;		    /* bits set behind the prefix length */
	uint64_t overlaps[DELEGATED_TYPES]; /* pairs of neighbours; valid after the last record */
	uint64_t undeclared_asn; /* summary says so many more than there are (see lacnic in .c) */
	bool extended;		 /* the file has opaque ids */
};

struct delegated_block {
	uint64_t first[2], last[2]; /* an IPv6 block, high half first */
};

struct delegated {
	const char *data, *at, *end;
	uint64_t line;
	struct delegated_header header;
	struct delegated_tally tally;
	uint64_t summary[DELEGATED_TYPES];
	bool has_summary[DELEGATED_TYPES];
	uint32_t last_date; /* records may not be younger */
	char name[16];	    /* "apnic|": how each record begins */
	size_t name_len;
	VEC(uint64_t) narrow[2]; /* AS numbers and IPv4: first << 32 | last */
	VEC(struct delegated_block) wide;
	char tail[L_RIR_LINE_B + 2]; /* a last line without its newline */
};

/* Reads up to the header.  data must outlive the reader.  0 or -EINVAL with the line and reason. */
int delegated_open(struct delegated *d, const void *data, size_t len, struct err *e);
/* 1 and a record; 0 at the end, when the whole file holds; -EINVAL when it is refused. */
int delegated_next(struct delegated *d, struct delegated_record *r, struct err *e);
/* Frees what the reader holds; after any outcome of the two above. */
void delegated_done(struct delegated *d);

static inline bool delegated_is_out(enum delegated_status s)
{
	return s <= DELEGATED_ASSIGNED;
}
/* Sums over v6_len[]: blocks of /32 and /48 (prefixes longer than that count as their part). */
double delegated_v6_32eq(const struct delegated_tally *t);
double delegated_v6_48eq(const struct delegated_tally *t);
/* Two capital letters to an index of cc[]; DELEGATED_CC_NONE for anything else. */
unsigned delegated_cc_index(const char *cc);
void delegated_cc_text(unsigned index, char cc[static 3]);
/* Is it a country of ISO 3166-1?  (EU, AP and the like are codes of the registries' own.) */
bool delegated_cc_is_country(unsigned index);

#endif
