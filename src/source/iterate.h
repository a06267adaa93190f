/*
 * iterate: names resolved from the root by our own questions to authorities (RFC 1034
 *section 5.3.3, 9520, 9156, 8020, 6672; threats.md T-DNS-06), and what is known of zones and their
 *servers on the way.
 *
 * It is a state machine without sockets: questions leave through env.ask and come back as struct
 *ask_result. What many names share is asked once: delegations, addresses of name servers, how a
 *server behaves.  Equal questions about them that are under way wait for each other.
 *
 *	question ──> closest known zone ──> one of its servers ──> referral, answer, CNAME ──> ...
 *	                 │ addresses unknown: look-ups of the servers' names, few at once
 *
 * Below the root and public suffixes the question is for the next label alone (RFC 9156), where it
 *costs nothing: the cut is there.
 *
 * What attackers name is bounded (base/limits.h): questions, server time and foreign server names
 *of one name, shared by all that it leads to; depth; servers of a zone.  A look-up never waits for
 *one that waits for it. A name that failed is not asked again for a while (RFC 9520), a server that
 *was silent again and again is left alone for a while.
 */
#ifndef SOURCE_ITERATE_H
#define SOURCE_ITERATE_H

#include "base/arena.h"
#include "source/ask.h"
#include "wire/dns.h"

struct iterate;
struct walk;

struct iterate_env {
	struct loop *loop;
	/* done of the question comes from the loop, never from inside; cancel: it will not come. */
	void (*ask)(void *ctx, struct ask *q);
	void (*cancel)(void *ctx, struct ask *q);
	void *ctx;
	uint64_t (*random)(void *ctx); /* ctx: random_ctx */
	void *random_ctx;
	int64_t ns_gap_us; /* between two questions to one server, when ask keeps such a pace; 0: it does not */
	bool v4, v6; /* families that work here */
};

/* Where the root is served, in the form of a zone file, as IANA publishes it and as resolvers take it:
 *	. 3600000 NS a.root-servers.net.
 *	a.root-servers.net. 3600000 A 198.41.0.4
 * ; begins a comment. */
enum { ROOT_SERVERS = 16, ROOT_NAME_MAX = 64, ROOT_ADDRESSES = 4 };
struct root_hints {
	size_t n;
	struct {
		char name[ROOT_NAME_MAX];
		struct addr addr[ROOT_ADDRESSES];
		size_t n_addr;
	} server[ROOT_SERVERS];
};
/* 0, or the number of the first line that is wrong (text may hold anything). */
size_t root_hints_parse(struct root_hints *h, const char *text, size_t len);

struct iterate *iterate_new(const struct iterate_env *env, const struct root_hints *hints);
/* What is under way is dropped without a call of done. */
void iterate_free(struct iterate *it);

enum iterate_end {
	ITERATE_ANSWER,	  /* rcode 0 or 3; final: the records, or none */
	ITERATE_LOOP,	  /* the CNAME chain comes back to itself */
	ITERATE_LONG,	  /* it is longer than L_DNS_CNAME_CHAIN, or a name of it than 255 */
	ITERATE_SERVFAIL, /* no server of a zone on the way gave a usable answer; why: the last
			     one's trouble */
	ITERATE_SILENT,	  /* all of them were silent */
	ITERATE_LIMIT,	  /* a budget was spent; why: its word */
	ITERATE_DENIED,	  /* the guard or an opt-out forbids all servers; why */
	ITERATE_FAULT,	  /* of ours */
};

struct iterate_answer {
	enum iterate_end end;
	const char *why;
	unsigned rcode;
	const struct dns_final
		*final;	    /* the whole chain over all messages; NULL unless ANSWER, LOOP, LONG */
	struct addr server; /* of the last answer */
	const char *zone;   /* that it speaks for */
	int64_t rtt_us;
	unsigned queries; /* that this name cost; those that others had paid for are not in it */
	bool tcp;
};

/* One question; embedded by who asks, stands until done. */
struct iterate_question {
	const char *qname; /* clean (wire/dns.h) */
	uint16_t qtype;
	void (*done)(struct iterate_question *q,
		     const struct iterate_answer *a); /* once, from the loop */
	void *ctx;
	struct walk *walk; /* of the engine, while it is under way */
};
void iterate_ask(struct iterate *it, struct iterate_question *q);
void iterate_cancel(struct iterate *it, struct iterate_question *q);

/* Families that work here, as the latest self-test says. */
void iterate_works(struct iterate *it, bool v4, bool v6);
/* Forgets what failed or was silent: it was our own trouble, perhaps. */
void iterate_forget_trouble(struct iterate *it);

struct iterate_stats {
	uint64_t names, queries, merged; /* merged: waits for what others were asking already */
	size_t zones, hosts, servers;	 /* that are known now */
	size_t memory_b;		 /* of what is known */
};
struct iterate_stats iterate_stats(const struct iterate *it);

#endif
