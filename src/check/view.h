/*
 * view: what a site's evidence says about one name, one address, one chain of requests.  Shared by
 * the judges; all of it pure.
 */
#ifndef CHECK_VIEW_H
#define CHECK_VIEW_H

#include "base/limits.h"
#include "check/evidence.h"

struct json;

enum { NAME_MAX_B = 256, HOST_ADDRESSES = 16 };

/* ---- names ---- */

/* How the latest look at one question ended. */
enum answer {
	ANSWER_UNASKED,
	ANSWER_HAS,      /* records of that type */
	ANSWER_NODATA,   /* the name exists, without that type */
	ANSWER_NXDOMAIN, /* the name does not exist (or its CNAME leads to one that does not) */
	ANSWER_LOOP,     /* the CNAME chain runs in a circle or is too long */
	ANSWER_SERVFAIL, /* the resolver failed, refused, or spoke nonsense */
	ANSWER_SILENT,
	ANSWER_LIMIT,    /* our budget was spent */
	ANSWER_DENIED,   /* guard or opt-out */
};
enum answer answer_of(const struct obs *o);
bool answer_repeated(const struct obs *o); /* failed before in this round too */
/* The code for an answer that tells nothing ("dns_timeout" ...), or NULL if it tells. */
const char *answer_unknown(const struct site *s, enum answer a);

/* The last look at this question, whatever its role, servers asked directly left out. */
const struct obs *site_ask(const struct site *s, const char *qname, const char *qtype);

/* A name with its addresses. */
struct host {
	const char *name;
	enum answer a, aaaa;
	bool repeated;  /* the failed AAAA question was asked again */
	bool dangling;  /* NXDOMAIN at the end of a CNAME */
	size_t n_good, n_bogon, n_v4;
	struct addr good[HOST_ADDRESSES], bogon[HOST_ADDRESSES], v4[HOST_ADDRESSES];
};
struct host site_host(const struct site *s, const char *name);
/* The same for the host of a page, which may be an address.  That of a name server or a mail host may
 * not: "192.0.2.1" in an NS or MX record is a name, and most likely one that does not exist. */
struct host page_host(const struct site *s, const char *host);
static inline bool host_usable(const struct host *h) { return h->n_good > 0; }
/* A reason code of check "aaaa": ok some_bogon bogon_only no_aaaa aaaa_nxdomain aaaa_servfail
 * aaaa_timeout cname_loop no_such_domain no_address, or one of the unknown ones. */
const char *host_code(const struct site *s, const struct host *h);
bool code_unknown(const char *code); /* resolver_failed dns_timeout dns_servfail limit denied */

/* The class word of an address that no public service can have, or NULL.  Prefixes that the operator
 * allowed (a laboratory) count as public. */
const char *site_bogon(const struct site *s, const struct addr *a);

/* Addresses in the data of one look; returns how many were written. */
size_t row_addresses(const struct dns_row *r, int family, struct addr *out, size_t max);

/* ---- mail and name servers ---- */

/* Data of the NS look of the zone that holds the site: the longest name that has NS records.  NULL
 * with *answer saying how the questions ended. */
const struct obs *site_zone(const struct site *s, enum answer *answer);
/* Names in the data, one a call; *at starts NULL.  MX preferences are cut off. */
bool row_name(const struct dns_row *r, const char **at, char name[static NAME_MAX_B]);
/* How many of those names are looked at: what is past the limit is counted as such, and detail says how
 * many there are. */
int row_names_kept(const struct dns_row *r, enum limit which, struct json *detail);
/* How the zone's servers answer the SOA question at their IPv6 addresses, by UDP or by TCP. */
struct reach {
	int addresses, good, lame, silent;
	const char *unknown;       /* code, if one could not be judged */
	char fault[NAME_MAX_B];    /* the first server address that does not answer well */
};
struct reach zone_reach(const struct site *s, const struct obs *zone, enum dns_via via,
			struct json *detail);
/* Their common verdict: ok some dead lame no_ns_aaaa, or an unknown code. */
const char *zone_reach_code(const struct site *s, const struct obs *zone, enum answer a,
			    const struct reach *r, const char *dead);
enum mx { MX_HOSTS, MX_NULL, MX_NONE, MX_UNKNOWN };
/* The MX look; *code is set when it is not MX_HOSTS. */
enum mx site_mx(const struct site *s, const struct obs **o, const char **code);

/* ---- web ---- */

/* The host name behind a target word: "apex" or "www". */
void target_host(const struct site *s, const char *target, char name[static NAME_MAX_B]);
/* The name that the web checks are about: apex, or www when only that has a usable AAAA. */
const char *site_target(const struct site *s);
/* NULL if the target can be looked at over IPv6; else "no_aaaa", "observer_no_v6" or an unknown. */
const char *target_gate(const struct site *s, const char *target);

/* The same for a comparison of the families: NULL, "one_family", "observer_no_v4" ... */
const char *pair_gate(const struct site *s, const char *target);

struct page {
	enum web_scheme scheme;
	char host[NAME_MAX_B]; /* lower case, without brackets or port */
	uint16_t port;
	const char *path;      /* in the text that was given; "/" at least */
};
/* Reads an absolute http or https URL as the probe writes it; false for anything else. */
bool page_split(struct page *u, const char *text);
/* Is it the front page of the apex or of www, so that the chain begun there is its continuation? */
bool page_is_front(const struct site *s, const char *text, const char **target,
		   enum web_scheme *scheme);

static inline bool web_is_redirect(const struct web_row *r)
{
	return r->status >= 300 && r->status < 400 && r->location;
}
static inline bool web_answered(const struct obs *o) { return o && web_of(o)->status != I64_NULL; }
/* It answered and the answer came to its end, or to a limit of ours. */
static inline bool web_complete(const struct obs *o)
{
	return web_answered(o) && (web_of(o)->stage == STAGE_DONE || o->outcome == OUTCOME_OK ||
				   o->outcome == OUTCOME_LIMIT);
}
static inline bool web_connected(const struct obs *o)
{
	return o && (web_of(o)->connect_us != I64_NULL || web_of(o)->stage > STAGE_CONNECT);
}
static inline bool web_has_tls(const struct obs *o) { return o && web_of(o)->tls_version; }
/* NULL if TCP came up; else v6_refused v6_timeout v6_unreachable timeout_once denied limit. */
const char *web_connect_code(const struct obs *o);
/* The code of a look that tells nothing (an opt-out, a limit of ours, one silence), or NULL: it tells, or
 * nobody looked. */
const char *web_unknown(const struct obs *o);
/* The same for the target's first looks by HTTPS and HTTP over this family. */
const char *target_unknown(const struct site *s, const char *target, int family);

/* Where a chain of redirects ends, continued through the front pages of apex and www. */
struct walk {
	const struct obs *end; /* NULL: never looked */
	bool loop;             /* it runs in a circle, or is longer than L_HTTP_REDIRECTS */
	int hops;
};
struct walk site_walk(const struct site *s, const char *target, int family, enum web_scheme began);
/* What a visitor of the target sees over this family: by HTTPS if that answers, else by HTTP. */
struct walk site_visit(const struct site *s, const char *target, int family);

/* Compares one header of each page that came by HTTPS over both families, from the target on and
 * through its redirects: same none v4_only v6_only differs one_family, or an unknown code.  subject gets
 * the host. */
const char *header_parity(const struct site *s, const char *target,
			  const char *(*header)(const struct web_row *r),
			  char subject[static NAME_MAX_B], struct json *detail);

/* ---- a judge's record ---- */

/* "DNS_NS_KEPT":{"kept":16,"of":20}: a limit of ours bit, here and in its counter. */
void detail_limit(struct json *j, enum limit which, int64_t kept, int64_t of);
/* None of a host's addresses worked: were there more than are tried? */
void detail_untried(struct json *j, size_t addresses);
/* "example.org":{"a":[...],"aaaa":[...],"bogon":[...]} */
void detail_host(struct json *j, const struct host *h);
/* "v6":{"addr","port","stage","status",...} */
void detail_web(struct json *j, const char *key, const struct obs *o);

#endif
