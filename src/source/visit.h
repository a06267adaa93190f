/*
 * visit: all questions of one round about one site, asked in the order in which answers open them:
 *
 *	names (resolver)    A AAAA of domain and www, HTTPS, MX, NS upwards to the zone; then A AAAA of
 *	                    name servers, mail hosts, hosts that redirects lead to
 *	name servers        SOA of the zone at their IPv6 addresses, by UDP and by TCP
 *	zones               the delegations of all zones that the site needs, their servers, from the root on
 *	web                 ports 443 and 80 of domain and www on both families, redirects followed on the
 *	                    same family; the next address when one does not connect
 *	HTTP/3              where it is advertised, one question to UDP port 443 over each family
 *	resources           hosts that the front page loads from: A AAAA, a connection over IPv6; each look
 *	                    shared with all sites that want it (source/hosts.h)
 *	repeats             where they are asked for: the front page again and again over both families in turn
 *	                    (source/visit_repeat.c)
 *	links               where they are asked for: a sample of the pages that the home page leads to, and of
 *	                    those that these lead to, over both families (source/visit_links.c)
 *	mail                greeting of each mail host with IPv6 over both families, STARTTLS; names of their
 *	                    addresses and back; the SPF records that the domain's leads to
 *
 * What is asked is derived from the evidence so far through the view that the judges use (check/view.h),
 * so planner and judges cannot disagree about what was needed.
 *
 * The first page of a host over a connection comes after its robots.txt (check/probe_web.h); what hosts and
 * networks ask of us is heeded (source/heed.h).
 *
 * A silence proves nothing: when all else is done the visit parks, and after repeat_after_us everything
 * that was silent is asked once more; what that leads to may be silent too, L_SITE_PAUSES times.  Families that do not work here are not asked over at all.
 */
#ifndef SOURCE_VISIT_H
#define SOURCE_VISIT_H

#include "check/evidence.h"
#include "check/probe_dns.h"
#include "io/guard.h"
#include "source/drive.h"
#include "source/heed.h"
#include "source/iterate_zone.h"
#include "source/hosts.h"
#include "source/optout.h"
#include "source/pace.h"

/* How a probe is started: drive_probe, or what a replay puts in its place. */
typedef void visit_start(struct drive *d, struct probe *p, drive_done *done, void *ctx);

/* What all visits of a process share; outlives them. */
struct visit_env {
	struct loop *loop;
	visit_start *start;
	struct drive *far;      /* to the sites */
	struct drive *resolver; /* to the resolver, which has a guard of its own */
	struct pace *pace;
	const struct optout *optout;
	struct heed *heed; /* may be NULL */
	struct hosts *hosts; /* may be NULL: then each site looks for itself */
	const struct guard *guard;
	struct iterate *iterate; /* for the chains of zones; NULL: they are not looked at */
	bool no_chains;		 /* it is there for names alone */
	bool iterate_names;	 /* all names are resolved by it, and no resolver is asked */
	struct addr resolver_addr;
	uint16_t resolver_port;
	bool v4, v6;             /* families that work here */
	struct {
		size_t sample; /* links of each level that are looked at; 0: links are not followed */
		uint64_t seed;
	} links;
	size_t repeats;          /* times that the front page is asked for again over each family; 0: not */
	bool public_ok;          /* who we are is set: public addresses may be probed (P-ATTR-1) */
	const struct prefix *allow;
	size_t n_allow;
	int64_t repeat_after_us;
	const char *vantage, *user_agent, *helo;
};

/* Asks the DNS: d's question is one of VIA_RESOLVER_*; resolved from the root it becomes VIA_ITERATE.  Everybody who wants to know a name asks through
 * here, so that one place decides who is asked. */
void visit_ask(const struct visit_env *env, struct dns_probe *d, drive_done *done, void *ctx);

struct visit;

struct visit_calls {
	void (*done)(void *ctx, struct visit *v); /* from the loop, once; then take and free it */
	/* It waits for nothing but time (true), or goes on (false).  May be NULL. */
	void (*parked)(void *ctx, struct visit *v, bool is_parked);
	void *ctx;
};

/* Begins at the next turn of the loop. */
struct visit *visit_new(const struct visit_env *env, const char *domain,
			const struct visit_calls *calls);
/* Before done only when both drives of the env have been freed. */
void visit_free(struct visit *v);
/* Nothing may be asked about it for this reason ("too_soon"): everything is denied with it. */
void visit_deny(struct visit *v, const char *why);
/* Other registrable domains that are as good as its own, one space between; before its first look. */
void visit_kin(struct visit *v, const char *kin);
const char *visit_domain(const struct visit *v);
/* The evidence, the caller's from now on; NULL when there is none of this kind.  Rounds of its
 * observations are "". */
struct batch *visit_take(struct visit *v, enum evidence_kind which);

#endif
