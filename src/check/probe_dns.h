/*
 * probe_dns: one question to one server (a resolver or an authority), RFC 1035, 7766, 6891.
 *
 * By UDP first, at most L_DNS_TRIES times; by TCP when the answer was truncated, or after
 * L_DNS_MISMATCHES datagrams that answer another question (threats.md T-DNS-07); by TCP at once when
 * the question says so.  Id, question and its mixed case must come back.
 *
 * How it ends (row and step.outcome):
 *	ok          NOERROR with records of the type: answers > 0
 *	absent      NXDOMAIN (rcode 3), or NOERROR without such a record (rcode 0); cname may be set
 *	servfail    SERVFAIL
 *	refused     REFUSED (why "REFUSED"), or RST or port unreachable (why "port")
 *	timeout     silence on all tries
 *	unreachable ICMP or no route; why is the errno name
 *	malformed   why is the word of dns_parse, or "cname_loop" "cname_long" "dname_long" "mismatch"
 *	            "length", or an unexpected code as "RCODE9"
 *	closed      TCP closed before the answer
 *	denied      why is the guard's reason
 *	limit       the arena was full
 */
#ifndef CHECK_PROBE_DNS_H
#define CHECK_PROBE_DNS_H

#include "check/evidence.h"
#include "check/probe.h"
#include "wire/dns.h"
#include "wire/dns_stream.h"

struct dns_question {
	const char *qname;   /* any case, with or without trailing dot */
	uint16_t qtype;
	const char *role;    /* dns_row.role */
	enum dns_via via;    /* asks the resolver (RD) or an authority (no RD); UDP or TCP first */
	struct addr server;
	uint16_t port;       /* 0: 53 */
	const char *ns_host; /* dns_row.ns_host, or NULL */
};

struct dns_probe {
	struct probe p; /* p.row is &row */
	struct dns_row row; /* via is what was asked for; tc = 1 and an answer: it came by TCP then */
	uint16_t port, qtype;
	bool tcp, truncated;
	unsigned udp_tries, mismatches;
	int64_t sent_us, deadline_us;
	uint8_t query[2 + DNS_QUERY_MAX]; /* with the length in front, for TCP */
	size_t query_len;                 /* without it */
	struct dns_stream stream;         /* the answer by TCP; its memory is scratch's */
	struct arena scratch; /* one answer; empty when the probe is done */
};

/* Texts of the question are copied into a.  The probe's struct must stand until STEP_DONE, the row's
 * texts as long as a.  random is required. */
void dns_probe_init(struct dns_probe *d, const struct dns_question *q, struct arena *a,
		    uint64_t (*random)(void *ctx), void *random_ctx);

/* Ends it by what others have found: the row is filled as from an answer.  rcode is 0 or 3. */
struct step dns_probe_conclude(struct dns_probe *d, const struct dns_final *f, unsigned rcode);

#endif
