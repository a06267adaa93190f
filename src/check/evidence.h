/*
 * evidence: the rows that probes fill, and a site's whole evidence as judges see it.
 *
 * These rows are stored as facts (tables obs_dns, obs_web, obs_smtp, obs_quic).  A verdict is a pure function
 * of them (check/check.h), so that `sextant verify` derives every verdict again.
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
	const char *role;     /* why we asked: "apex" "www" "zone" "ns" "mx" "hop" "authority" "ptr" "spf" */
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
extern const char *const dns_via_words[]; /* resolver_udp resolver_tcp auth_udp auth_tcp NULL */
enum dns_via { VIA_RESOLVER_UDP, VIA_RESOLVER_TCP, VIA_AUTH_UDP, VIA_AUTH_TCP };
extern const struct schema dns_schema; /* "dns" */

/* One HTTP exchange on one pinned address: TCP, perhaps TLS, one GET. */
struct web_row {
	const char *target;  /* "apex" or "www": the name the chain began at */
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
};
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
enum evidence_kind { EVIDENCE_DNS, EVIDENCE_WEB, EVIDENCE_SMTP, EVIDENCE_QUIC, EVIDENCE_KINDS };
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
			struct evidence_list dns, web, smtp, quic; /* in the order of enum evidence_kind */
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
