/*
 * ask: one question to one address of a name server, a hundred thousand of them at once on one loop (RFC 1035,
 * 6891, 7766, 9018; threats.md T-DNS-07).
 *
 * By UDP first, from sockets that all share (io/dgram.h), each try with its own id, port and mixed case;
 * the question's wait doubles from try to try, and an answer that comes late still counts.  By TCP when the
 * answer was truncated, when its case or L_DNS_MISMATCHES datagrams made us doubt, or when the question says
 * so.  Only datagrams of that address with that id and question are answers.
 *
 * Nothing leaves before its turn (source/pace.h) and past the guard; the wait in line is not counted as time of
 * the server.  It neither resolves names nor reads records: who asks gets the bytes.
 */
#ifndef SOURCE_ASK_H
#define SOURCE_ASK_H

#include "base/addr.h"
#include "io/guard.h"
#include "io/loop.h"
#include "source/pace.h"

enum ask_flag {
	ASK_RD = 1,    /* a resolver: recursion desired, and its turns are the resolver's */
	ASK_DO = 2,    /* DNSSEC records, please (RFC 3225) */
	ASK_TCP = 4,   /* by TCP alone */
	ASK_UDP = 8,   /* by UDP alone: a truncated answer is the answer */
	ASK_NO_0X20 = 16,
};

enum ask_end {
	ASK_ANSWER,      /* a message that answers the question; it may say anything */
	ASK_SILENT,      /* nothing came, by UDP and, where it was asked, by TCP */
	ASK_PORT,        /* port unreachable, or RST */
	ASK_UNREACHABLE, /* ICMP, or no route; why is the errno name */
	ASK_CLOSED,      /* TCP ended before the answer */
	ASK_MISMATCH,    /* by TCP an answer to another question came */
	ASK_DENIED,      /* the guard's reason is why */
	ASK_FAULT,       /* of ours: it says nothing of the server */
};

struct ask_result {
	enum ask_end end;
	const char *why;
	const uint8_t *data; /* ASK_ANSWER: the message, in memory of the asker until done returns */
	size_t len;
	int64_t rtt_us;      /* of the try that was answered, from its own sending */
	unsigned tries;      /* datagrams sent and connections opened */
	bool tcp;            /* the answer came by TCP */
	bool truncated;      /* a truncated one came by UDP before */
	bool fragments;      /* the datagram came in IPv6 fragments (IPV6_RECVFRAGSIZE), or of IPv4 larger than 1472 */
};

/* Embedded by who asks; stands until done.  The first block is the asker's to read. */
struct ask {
	const char *qname; /* as wire/dns.h writes names */
	const char *host;  /* the server's name, for those who opted out by name; or NULL; read at once */
	struct addr server;
	uint16_t qtype, port; /* port 0: 53 */
	uint8_t flags, tries; /* tries 0: L_DNS_TRIES */
	uint32_t wait_ms;     /* for the first try; 0: 1000 */
	void (*done)(struct ask *q, const struct ask_result *r); /* once, from the loop */

	struct turn turn;
	struct ask_try *state; /* ask.c's own: only while it is under way */
};

struct asker;

/* All stay the caller's and must outlive it.  pace may be NULL: no rule (a bench).  NULL and e when there are no
 * sockets. */
struct asker *asker_new(struct loop *loop, struct guard *guard, struct pace *pace, struct err *e);
/* Questions under way are dropped without a call of done. */
void asker_free(struct asker *a);

void ask(struct asker *a, struct ask *q);
/* It is not wanted any more: done will not come.  May be called for one that is over. */
void ask_cancel(struct asker *a, struct ask *q);

struct ask_stats {
	uint64_t questions, datagrams, connections, answers, late, mismatches, lost_here; /* lost_here: by our own
				* full socket buffers (dgram.h) */
};
const struct ask_stats *ask_stats(struct asker *a);
size_t ask_active(const struct asker *a);

#endif
