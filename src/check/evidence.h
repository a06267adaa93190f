/*
 * evidence: the rows that probes fill, and a site's whole evidence as judges see it.
 *
 * These rows are stored as facts (tables obs_dns, obs_web, obs_smtp, obs_quic, obs_resource,
 * obs_link, obs_zone).  A verdict is a pure function of them (check/check.h), so that `sextant verify` derives
 * every verdict again.
 */
#ifndef CHECK_EVIDENCE_H
#define CHECK_EVIDENCE_H

#include "base/addr.h"
#include "core/obs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One question and its answer. */
struct dns_row {
	const char *qname;    /* lower case, no trailing dot ("." for the root) */
	const char *qtype;    /* "A" "AAAA" "CNAME" "NS" "MX" "SOA" "HTTPS" "PTR" "TXT" */
	const char *role;     /* why we asked: "apex" "www" "zone" "ns" "mx" "hop" "authority" "authority_aaaa" "ptr" "spf"
			       * "resource" "link" */
	int32_t via;          /* dns_via_words */
	struct addr server;   /* whom we asked */
	const char *ns_host;  /* for authority questions: name of the server */
	int64_t rcode;        /* NULL when nothing was answered */
	int64_t answers;      /* records of qtype at the end of the CNAME chain */
	const char *data;     /* those records' data, one per line, at most L_DNS_RR_KEPT and L_DNS_DATA_B:
			       * addresses; "10 mx.example"; names; texts; SOA "mname serial" */
	const char *cname;    /* the chain after qname, space between; NULL if none */
	int8_t aa, ad, tc;    /* flags of the last answer */
	int64_t soa_serial;
	int64_t ttl_s;        /* least of the answer */
	int64_t tries;        /* datagrams sent or connections opened */
	int64_t rtt_us;       /* of the try that was answered */
	int64_t fails;        /* earlier looks in this round that ended in silence or SERVFAIL */
	const char *why;      /* detail of an outcome that is not ok; data_limit: records are left out */
};
extern const char *const dns_via_words[]; /* resolver_udp resolver_tcp auth_udp auth_tcp iterate NULL */
enum dns_via { VIA_RESOLVER_UDP, VIA_RESOLVER_TCP, VIA_AUTH_UDP, VIA_AUTH_TCP, VIA_ITERATE };
extern const struct schema dns_schema; /* "dns" */

/* One HTTP exchange on one pinned address: TCP, perhaps TLS, one GET. */
struct web_row {
	const char *target;  /* "apex" or "www": the name the chain began at; WEB_REPEAT: asked for again, hop
			      * says the how manieth time (source/visit_repeat.c) */
	const char *host;    /* of this hop */
	int32_t scheme;      /* web_scheme_words: http https */
	int32_t began;       /* web_scheme_words: scheme of the first hop of this chain */
	int64_t family;      /* 4 or 6 */
	int64_t hop;         /* 0 = first request, 1 = after one redirect ... */
	struct addr addr;
	int64_t port;
	int32_t stage;       /* web_stage_words: how far it came */
	int64_t connect_us, tls_us, first_byte_us, total_us; /* each from its own start; total from
							      * connect to last byte */
	int64_t status;      /* final status, 1xx left out */
	const char *location;/* of a redirect: absolute URL, cleaned */
	int64_t body_b;      /* bytes of the body after content decoding */
	const char *body_sha256; /* of the decoded body; NULL if it was cut by a limit */
	int64_t text_hash;   /* 64-bit SimHash of the visible text (words), for "same content" */
	int64_t text_words;  /* how many words the hash stands for */
	const char *text_parts; /* SimHashes of parts of it, in order (wire/html.h): hex, commas between */
	const char *title;   /* cleaned */
	const char *server;  /* Server header, cleaned, 128 bytes at most */
	const char *content_type;
	const char *hsts;    /* Strict-Transport-Security as sent; NULL if none */
	const char *alt_svc; /* Alt-Svc as sent; NULL if none */
	const char *tls_version, *tls_cipher;
	const char *cert_sha256, *cert_spki_sha256, *cert_subject, *cert_issuer;
	int64_t cert_not_after_us;
	int8_t cert_ok;      /* chain, validity and name */
	const char *cert_problem; /* word of struct tls_facts */
	int64_t fails;       /* earlier looks in this round that ended in silence */
	const char *why;
	const char *robots;  /* what the host's robots.txt says of us, asked on this connection: none
			      * unnamed (no group names us) allowed refused (this path) elsewhere (a
			      * redirect) unread; NULL: not asked */
	int64_t retry_after_s; /* with 429 and 503: so long we are asked to stay away */
	const char *resources; /* other hosts that an HTML page loads from, one a line (check/page_hosts.h):
				* "cdn.example 443 script,image"; "" if none; NULL: no page was read, or
				* not for its hosts */
	const char *resources_limit; /* why there may be more: links long hosts port; NULL */
};
#define WEB_REPEAT "repeat"
extern const char *const web_scheme_words[]; /* http https NULL */
extern const char *const web_stage_words[];  /* connect tls request header body done NULL */
enum web_scheme { SCHEME_HTTP, SCHEME_HTTPS };
enum web_stage { STAGE_CONNECT, STAGE_TLS, STAGE_REQUEST, STAGE_HEADER, STAGE_BODY, STAGE_DONE };
extern const struct schema web_schema; /* "web" */

/* One SMTP greeting: banner, EHLO, STARTTLS where it is offered, QUIT. */
struct smtp_row {
	const char *host;
	int64_t family;
	struct addr addr;
	int64_t preference;
	int64_t connect_us, banner_us;
	int64_t banner_code, ehlo_code;
	const char *banner;  /* first line, cleaned */
	int8_t starttls;     /* offered in the EHLO answer */
	int64_t starttls_code; /* of the answer to STARTTLS; NULL: not said */
	int64_t tls_us;      /* TLS handshake */
	const char *tls_version, *tls_cipher; /* NULL: no handshake was completed */
	const char *tls_why; /* STARTTLS was offered and did not come about: "early" (bytes came before
			      * the handshake), "closed" "timeout", a word of io/tls.h; NULL */
	const char *cert_sha256, *cert_spki_sha256, *cert_subject, *cert_issuer;
	int64_t cert_not_after_us;
	int8_t cert_ok;      /* chain, validity and name; recorded, nothing is trusted */
	const char *cert_problem; /* word of struct tls_facts */
	int64_t fails;
	const char *why;
};
extern const struct schema smtp_schema; /* "smtp" */

/* One question whether QUIC answers, of a host that advertises HTTP/3. */
struct quic_row {
	const char *host;
	int64_t family;
	struct addr addr;
	int64_t port;
	const char *advertised; /* where: "alt_svc", "https_rr" */
	const char *versions;   /* of the Version Negotiation packet, "00000001 6b3343cf"; NULL: none came, or
				 * it offered reserved ones alone */
	int64_t rtt_us;         /* of the try that was answered */
	int64_t tries;
	int64_t fails;
	const char *why;
};
extern const struct schema quic_schema; /* "quic" */

/* One connection to a host that a page loads from: TCP, and TLS at port 443.  Nothing is asked for.  Such
 * hosts serve many sites: of one look all sites of a round have a copy (source/hosts.h). */
struct resource_row {
	const char *host;
	int64_t family;      /* 4 or 6 */
	struct addr addr;
	int64_t port;
	int32_t stage;       /* web_stage_words: connect, tls, done */
	int64_t connect_us, tls_us;
	const char *tls_version;
	int8_t cert_ok;      /* chain, validity and name */
	const char *cert_problem;
	int64_t fails;
	const char *why;
};
extern const struct schema resource_schema; /* "resource" */

/* One page that the site's pages lead to, asked for over both families; made only where links are followed
 * (visit_env.links).  The row of level 1 is the home page, and says what the sample was drawn from. */
struct link_row {
	const char *url, *host;
	int64_t level;       /* 1 the home page; 2 linked from it; 3 linked from those of level 2 */
	int8_t internal;     /* of the site's registrable domain, or of its kin's; others are of level 2 alone */
	int64_t status4, status6; /* with which the chain of redirects ended; NULL where it did not */
	const char *why4, *why6;  /* why it did not; NULL.  Proof: no_address refused timeout unreachable tls cert
			      * closed malformed redirects location.  Not: off (the family does not work here)
			      * robots (its host refuses us) denied limit timeout_once dns_timeout dns_servfail
			      * resolver_failed */
	int8_t ok4, ok6;     /* supported by field.md 3.1; -1: unknown */
	const char *blame;   /* the host at which IPv6 failed */
	int64_t hops4, hops6; /* redirects followed */
	/* of level 1 alone */
	int64_t sample, seed; /* asked for of each level; what chose them (check/page_links.h) */
	int64_t found2, found3, found_external; /* different addresses that the samples of levels 2 and 3, and of
			      * external links, are drawn from; those of 3 stand in the sampled pages of 2.  NULL:
			      * no page was read */
	const char *cut;     /* "2", "3", "23": a page of the level above named more than was read */
};
extern const struct schema link_schema; /* "link" */
/* What is known of one zone's delegation and servers: source/iterate_zone.h.  Names are lower case, without last
 * dot; lists of names have spaces between, lists of more one line each. */
struct zone_row {
	const char *asked;     /* the name whose zone was wanted */
	const char *zone;      /* the zone that holds it; NULL: it was not found */
	const char *parent;    /* the zone above; NULL for the root */
	const char *ns_parent; /* name servers in the delegation */
	int8_t from_child;     /* parent and child are on the same servers, and the child's NS records were seen */
	const char *glue;      /* "host address", in the delegation */
	const char *ns_child4, *ns_child6; /* name servers in the zone's own words, over each family; NULL: none
					    * of its servers has authority over it */
	const char *hosts;     /* "host zone AAAA A [address ...]": what the zone that holds the host says; AAAA
				* and A: has none nx cname; silent dead fail limit unasked */
	const char *servers;   /* "host address udp tcp large [serial]": SOA by UDP and by TCP, DNSKEY by UDP; each
				* ok lame refused servfail malformed port closed unreachable silent (once) dead
				* (twice) denied fault unasked, large also fragments */
	int8_t is_signed;      /* a DS record stands in the parent */
	const char *why;       /* "limit": not all was looked at */
};
extern const struct schema zone_schema; /* "zone" */

/* What the observer could do when the round began; also one row a round in obs_selftest. */
struct selftest_row {
	int8_t v4_works, v6_works; /* an anchor answered */
	const char *resolver;
	int8_t resolver_works;
	int64_t anchors_v4, anchors_v6, answered_v4, answered_v6;
	const char *why;
	const char *tool_version;
	const char *limits; /* names and counts of the limits that bit, as JSON */
};
extern const struct schema selftest_schema; /* "selftest" */

/* The kinds of evidence; each is a table of facts.  Whatever carries evidence carries all of them. */
enum evidence_kind { EVIDENCE_DNS, EVIDENCE_WEB, EVIDENCE_SMTP, EVIDENCE_QUIC, EVIDENCE_RESOURCE, EVIDENCE_LINK, EVIDENCE_ZONE,
		     EVIDENCE_KINDS };
extern const struct schema *const evidence_schemas[EVIDENCE_KINDS];
/* EVIDENCE_KINDS when it is none. */
enum evidence_kind evidence_kind_of(const struct schema *s);

/* A list of observations of one schema about one site. */
struct evidence_list {
	const struct obs *at;
	size_t n;
};

/* Everything a judge may look at. */
struct site {
	const char *domain;
	bool v4_works, v6_works, resolver_works; /* the observer's self-test; a judge of anything
						  * over IPv6 answers unknown when v6 does not */
	int64_t now_us;              /* time of the round, for certificate validity */
	const char *target;          /* NULL: judges of the web choose apex or www; else this one */
	const struct prefix *allow;  /* special prefixes that are as good as public in this round */
	size_t n_allow;
	union {
		struct evidence_list of[EVIDENCE_KINDS];
		struct {
			/* in the order of enum evidence_kind */
			struct evidence_list dns, web, smtp, quic, resource, link, zone;
		};
	};
};

/* The lists are those of the batches, any of which may be NULL. */
void site_take(struct site *s, struct batch *const own[static EVIDENCE_KINDS]);

/* Has a row of one of the evidence schemas the texts that judges compare?  One without them (an
 * arena was full, a prober lies) is no evidence. */
bool evidence_whole(const struct schema *s, const void *row);

/* ---- helpers that judges share; all pure ---- */
const struct obs *site_dns(const struct site *s, const char *qname, const char *qtype,
			   const char *role); /* the last look, or NULL */
static inline const struct dns_row *dns_of(const struct obs *o) { return o ? o->row : NULL; }
static inline const struct web_row *web_of(const struct obs *o) { return o ? o->row : NULL; }
static inline const struct quic_row *quic_of(const struct obs *o) { return o ? o->row : NULL; }
static inline const struct link_row *link_of(const struct obs *o) { return o ? o->row : NULL; }
static inline const struct resource_row *resource_of(const struct obs *o) { return o ? o->row : NULL; }
static inline const struct zone_row *zone_of(const struct obs *o) { return o ? o->row : NULL; }
static inline const struct smtp_row *smtp_of(const struct obs *o) { return o ? o->row : NULL; }
/* The look at this hop of the chain that began at target with this scheme, over one family: the
 * one that got furthest (status, then stage), or NULL. */
const struct obs *site_web(const struct site *s, const char *target, int family,
			   enum web_scheme began, int hop);
/* The last hop of that chain. */
const struct obs *site_web_end(const struct site *s, const char *target, int family,
			       enum web_scheme began);
/* It greeted and offered STARTTLS, and the handshake ended in silence: to be seen twice as any silence. */
bool smtp_fell_silent(const struct smtp_row *r);
/* Silence and SERVFAIL count as evidence only when they were repeated (fails >= 1). */
bool obs_is_final(const struct obs *o, int64_t fails);
/* Walks the lines of dns_row.data; *at starts NULL. */
bool dns_data_next(const struct dns_row *row, const char **at, char *line, size_t max);

#endif
