/*
 * dns: DNS messages (RFC 1035, 2181, 3596, 4343, 6672, 6891, 9460), both ways; threats.md T-DNS-01
 * to 05, 08 and 10.
 *
 * Names are texts in presentation form, lower case, without trailing dot ("." is the root).  A byte
 * that is not a printable letter of a host name, digit or harmless sign stands as \DDD, so that a
 * name is never more than one text and two names are equal when strcmp says so.
 *
 * The parser trusts nothing: bounds by struct rd alone, counts of the header only end loops,
 * compression pointers must go strictly backwards, and memory comes from the arena given, which
 * should be bounded.  Time is linear in the length of the message.
 */
#ifndef WIRE_DNS_H
#define WIRE_DNS_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/rd.h"
#include "base/wr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_DNAME = 39,
	DNS_OPT = 41,
	DNS_DS = 43,
	DNS_DNSKEY = 48,
	DNS_SVCB = 64,
	DNS_HTTPS = 65,
};

enum { DNS_CLASS_IN = 1 };

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
};

/* Bits of the second header word. */
enum {
	DNS_FLAG_QR = 0x8000,
	DNS_FLAG_AA = 0x0400,
	DNS_FLAG_TC = 0x0200,
	DNS_FLAG_RD = 0x0100,
	DNS_FLAG_RA = 0x0080,
	DNS_FLAG_AD = 0x0020,
	DNS_FLAG_CD = 0x0010,
};

enum {
	DNS_PORT = 53,
	DNS_HEADER_B = 12,
	DNS_NAME_B = 255,                     /* of a name on the wire */
	DNS_NAME_TEXT_MAX = 4 * 255 + 1,      /* of its text with the NUL */
	DNS_EDNS_B = 1232,                    /* what we say we take by UDP */
	DNS_QUERY_MAX = 12 + 255 + 4 + 11,    /* of dns_query */
	DNS_TYPE_TEXT_MAX = 12,
};

/* ---- names ---- */

/* Text to wire form; upper case stays.  A trailing dot may stand.  Length, or 0 when the text is no
 * name (empty label, label over 63, name over 255, broken escape). */
size_t dns_name_wire(const char *text, uint8_t wire[static DNS_NAME_B]);
/* Reads a name at r, following pointers within r's message (r->base is its first byte); leaves r
 * behind the name.  Returns the length of the text, or -1 with *why: "name" "label" "pointer". */
int dns_name_read(struct rd *r, char text[static DNS_NAME_TEXT_MAX], const char **why);
/* The name under which the names of an address stand: "1.2.0.192.in-addr.arpa" (RFC 1035 section 3.5), or
 * its nibbles under ip6.arpa (RFC 3596 section 2.5). */
enum { DNS_ARPA_MAX = 73 };
const char *dns_arpa(const struct addr *a, char name[static DNS_ARPA_MAX]);
/* Is name the same as zone or below it? Both as texts of this file. */
bool dns_name_within(const char *name, const char *zone);
/* A copy as texts of this file look: lower case, no trailing dot, canonical escapes; false if the
 * text is no name. */
bool dns_name_clean(const char *text, char to[static DNS_NAME_TEXT_MAX]);

/* "AAAA", or "TYPE123" (RFC 3597); and back (0 if unknown). */
const char *dns_type_text(uint16_t type, char text[static DNS_TYPE_TEXT_MAX]);
uint16_t dns_type_parse(const char *text);

/* ---- queries ---- */

/* Beside the flags of a query, not in the header: DNSSEC records are wanted (DO, RFC 3225). */
enum { DNS_QUERY_DO = 0x0040 };

/* Writes a query with one question and EDNS (no options).  case_bits: bit i turns the i-th
 * letter of the name to upper case (draft-vixie-dnsext-dns0x20); 0 leaves it lower.  flags: of
 * DNS_FLAG_RD, _AD, _CD, and DNS_QUERY_DO.  Length, or 0 when qname is no name. */
size_t dns_query(uint8_t to[static DNS_QUERY_MAX], const char *qname, uint16_t qtype, uint16_t id,
		 uint16_t flags, uint64_t case_bits);

enum dns_echo {
	DNS_ECHO_SAME,  /* id and question are those of the query, letter by letter */
	DNS_ECHO_CASE,  /* they are, but for the case of letters */
	DNS_ECHO_OTHER, /* this is no answer to that query */
};
/* Does the message answer this query (of dns_query)?  An answer without question and with an error
 * code (FORMERR, NOTIMP, SERVFAIL, REFUSED) counts as DNS_ECHO_CASE when the id is the same. */
enum dns_echo dns_echo(const void *message, size_t len, const uint8_t *query, size_t query_len);

/* ---- messages ---- */

enum dns_section { DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL };

/* RFC 9460; what a client may not use is not here.  usable is false when a mandatory key is one that
 * we do not know (section 8). */
struct dns_svcb {
	uint16_t priority; /* 0: AliasMode, everything else is empty then */
	const char *target;
	const char *alpn;  /* "h2,h3": protocol names cleaned, NULL if none */
	const struct addr *v4hint, *v6hint;
	size_t n_v4hint, n_v6hint;
	int port;          /* -1: none */
	bool no_default_alpn, ech, usable;
};

struct dns_soa {
	const char *mname, *rname;
	uint32_t serial, refresh_s, retry_s, expire_s, minimum_s;
};

/* A record of a type that we know; others are counted only. */
struct dns_rr {
	const char *name;
	uint16_t type;
	uint8_t section; /* enum dns_section */
	uint32_t ttl_s;  /* with the top bit set: 0 (RFC 2181 section 8) */
	union {
		struct addr addr;    /* A, AAAA */
		const char *target;  /* CNAME DNAME NS PTR */
		struct {
			uint16_t preference;
			const char *host;
		} mx;
		const struct dns_soa *soa;
		const struct dns_svcb *svcb; /* SVCB, HTTPS */
		struct {
			const uint8_t *data; /* TXT: rdata, in the message, strings checked */
			size_t len;
		} txt;
	};
};

struct dns_message {
	uint16_t id, flags;
	uint8_t opcode;
	uint16_t rcode;       /* with the upper bits of EDNS */
	bool qr, aa, tc, rd, ra, ad;
	const char *qname;    /* NULL without question */
	uint16_t qtype, qclass;
	const uint8_t *question; /* as it stands in data, with its case */
	size_t question_len;
	bool ds;              /* a DS record stands in the authority section: the cut is signed */
	bool edns;
	uint16_t edns_b;      /* UDP size that the other side takes */
	struct dns_rr *rr;    /* in order of the message */
	size_t n_rr;
	size_t n_other;       /* records of types or classes that we do not know */
	size_t n_dropped;     /* past L_DNS_RR_KEPT of one type */
	size_t n_unread;      /* past L_DNS_RR_PARSED, by the header's counts */
	bool cut;             /* TC and the last record is broken off */
	struct arena *arena;  /* the one given */
	const char *problem;  /* why dns_parse said false; a word: "header" "question" "name" "label"
			       * "pointer" "rdata" "trailing" "opt" "svcb" "memory" */
};

/* Reads a query or a response of at most 65,535 bytes.  Texts and records live in a (and, for TXT, in
 * data).  False when the message breaks the protocol: problem says how; header fields that were read
 * stand. */
bool dns_parse(struct dns_message *m, const void *data, size_t len, struct arena *a);

/* What answers the question after the chain of CNAME and DNAME. */
struct dns_final {
	const char *name;                          /* where the chain ends */
	const char *chain[L_DNS_CNAME_CHAIN];      /* names that it led to, in order */
	size_t n_chain;
	const struct dns_rr *rr[L_DNS_RR_KEPT];    /* records of the type at name */
	size_t n;
	uint32_t ttl_s;                            /* least of chain and records; 0 if none */
	bool loop;                                 /* the chain comes back to itself */
	bool too_long;                             /* more than L_DNS_CNAME_CHAIN */
	bool name_long;                            /* a DNAME leads to a name over 255 bytes */
};
/* qname as texts of this file.  Names that follow from a DNAME alone come from the message's arena;
 * when that is full the chain ends. */
void dns_final(struct dns_final *f, const struct dns_message *m, const char *qname, uint16_t qtype);

/* One record's data as a line of dns_row.data: an address; "10 mx.example"; a name; "mname serial" for
 * SOA; for SVCB and HTTPS "1 target alpn=h2,h3 port=443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1
 * mandatory=unknown", only what is there; for TXT its strings in one, \DDD for what no ASCII
 * text holds.  Never holds a newline.  Returns the length that the
 * whole text has, as snprintf does. */
size_t dns_rr_text(const struct dns_rr *rr, char *to, size_t max);

/* ---- answers: for the lab's own server and for tests ---- */

struct dns_answer {
	struct wr w;
	char qname[DNS_NAME_TEXT_MAX]; /* owners equal to it are written as a pointer */
	uint16_t counts[3];
	bool bad;
};
/* Begins an answer to a query that dns_parse has read and whose bytes still stand: id, question (with
 * its case) and RD are taken from it.
 * flags: of DNS_FLAG_AA, TC, RA, AD. */
void dns_answer_begin(struct dns_answer *d, void *to, size_t max, const struct dns_message *query,
		      uint16_t flags, enum dns_rcode rcode);
/* Sections must come in order. */
void dns_answer_raw(struct dns_answer *d, enum dns_section s, const char *owner, uint16_t type,
		    uint32_t ttl_s, const void *rdata, size_t len);
void dns_answer_addr(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		     const struct addr *a);
/* CNAME, DNAME, NS, PTR */
void dns_answer_name(struct dns_answer *d, enum dns_section s, const char *owner, uint16_t type,
		     uint32_t ttl_s, const char *target);
void dns_answer_txt(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		    const char *text);
void dns_answer_mx(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		   uint16_t preference, const char *host);
void dns_answer_soa(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		    const struct dns_soa *soa);
/* Adds OPT if the query had EDNS, and the counts.  Length, or 0 when it did not fit. */
size_t dns_answer_end(struct dns_answer *d, const struct dns_message *query);

#endif
