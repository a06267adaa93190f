/*
 * limits: every hard limit against hostile or broken input, in one table.
 *
 * L_NAME is the number, a compile-time constant.  Whoever enforces it calls limit_hit(LIMIT_NAME)
 * when input passes it, so that `sextant doctor` and the round's record can say which limits bit and
 * how often.  Each limit has a test at limit - 1, limit and limit + 1.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdint.h>

/* name, number, unit and meaning */
#define LIMITS(X)                                                                                  \
	/* DNS: probing one name */                                                                \
	X(DNS_MESSAGE_B, 65535, "bytes of one DNS message")                                        \
	X(DNS_RR_PARSED, 512, "resource records read from one message")                            \
	X(DNS_RR_KEPT, 100, "records kept of one type")                                            \
	X(DNS_DATA_B, 16384, "bytes of one answer's records as text")                              \
	X(DNS_POINTER_HOPS, 126, "compression pointers followed in one name")                      \
	X(DNS_CNAME_CHAIN, 11, "CNAME records followed")                                           \
	X(DNS_EDNS_OPTIONS, 16, "EDNS options read")                                               \
	X(DNS_TRIES, 3, "tries of one question")                                                   \
	X(DNS_QUERIES_PER_SITE, 200, "questions asked for one site in one round")                  \
	X(DNS_NS_KEPT, 16, "name servers considered for one zone")                                 \
	X(DNS_NS_ADDRESSES, 4, "addresses tried for one name server and family")                   \
	X(DNS_MX_KEPT, 10, "mail hosts considered for one domain")                                 \
	X(DNS_MISMATCHES, 3, "answers that match no question before TCP is used")                  \
	/* DNS: from the root */                                                                   \
	X(DNS_QUERIES_PER_NAME, 48, "questions to authorities for one name, all that it leads to included") \
	X(DNS_QUERIES_PER_ZONE, 96, "questions to the servers of one zone about it, and as many to find those servers")                \
	X(DNS_ZONES_PER_SITE, 24, "zones looked at for one site")                                  \
	X(DNS_WALL_MS, 10000, "milliseconds of waiting for authorities for one name")              \
	X(DNS_TARGETS_PER_NAME, 10, "name servers looked up for one name")                         \
	X(DNS_TARGETS_AT_ONCE, 3, "of them at once")                                               \
	X(DNS_DEPTH, 5, "look-ups of name servers that are one inside the other")                  \
	X(DNS_ZONES, 65536, "zones whose delegations are remembered, and name servers")          \
	X(DNS_SERVERS, 65536, "addresses of name servers whose behaviour is remembered")          \
	/* one site */                                                                             \
	X(SITE_WALL_MS, 50000, "milliseconds for one site from its first to its last packet")      \
	X(SITE_PAUSES, 4, "waits of one site until what was silent is asked for again")            \
	X(SITE_ADDRESSES, 4, "addresses tried for one host and family")                            \
	/* TCP and TLS */                                                                          \
	X(TCP_CONNECT_MS, 5000, "milliseconds to connect, equal for both families")                \
	X(TLS_HANDSHAKE_MS, 10000, "milliseconds for a TLS handshake")                             \
	X(TLS_HANDSHAKE_B, 65536, "bytes of one TLS handshake, and after it without a byte of data") \
	X(TLS_CHAIN, 10, "certificates in one chain")                                              \
	X(TLS_KEY_BITS, 8192, "bits of a key in a certificate")                                    \
	X(TLS_MEMO, 4096, "certificate chains whose verification is kept in mind")                \
	X(TLS_MEMO_S, 600, "seconds that such a verification is kept in mind")                     \
	X(TLS_SAN, 500, "alternative names of one certificate")                                     \
	/* HTTP */                                                                                 \
	X(HTTP_LINE_B, 8192, "bytes of one header line")                                           \
	X(HTTP_HEADER_B, 65536, "bytes of all header lines")                                       \
	X(HTTP_HEADERS, 100, "header lines")                                                       \
	X(HTTP_INTERIM, 8, "interim (1xx) responses")                                              \
	X(HTTP_REDIRECTS, 5, "redirects followed")                                                 \
	X(HTTP_BODY_B, 524288, "bytes of a body on the wire")                                      \
	X(HTTP_DECODED_B, 2097152, "bytes of a body after decoding")                               \
	X(HTTP_RATIO, 200, "decoded bytes to one byte on the wire, after the first 64 KiB")        \
	X(HTTP_FIRST_BYTE_MS, 10000, "milliseconds from request to first byte")                    \
	X(HTTP_TOTAL_MS, 20000, "milliseconds for one request")                                    \
	X(HTTP_RATE_B_S, 512, "bytes a second, at least, after the first 5 seconds")               \
	X(HTML_TITLE_B, 256, "bytes of a page title that are kept")                                \
	X(HTML_LINKS, 1000, "links of one page that are kept, and as many of its resources")       \
	X(HTML_TAG_B, 8192,  "bytes of one tag of a page")                                         \
	X(RESOURCE_HOSTS, 50, "hosts considered that one page loads from")                         \
	X(RESOURCE_HOSTS_PER_DOMAIN, 5, "of them under one registrable domain")                    \
	X(SHARED_LOOKS, 65536, "looks at such hosts that a process keeps for its sites to share")  \
	X(LINKS_SAMPLE, 100, "links of one level that are looked at of one site")                  \
	X(LINK_HOSTS, 64, "hosts that the links of one site lead to")                              \
	X(LINK_KIN, 32, "further domains of an organisation whose links count as its own")         \
	X(LINK_BODY_B, 16384, "bytes of a page read only to see whether it comes")                 \
	X(LINK_WALL_MS, 300000, "milliseconds more for a site whose links are followed")           \
	X(REPEATS, 30, "times that a front page is asked for again over each family")               \
	X(REPEAT_WALL_MS, 180000, "milliseconds more for a site whose front page is asked for again") \
	X(ROBOTS_KEPT_B, 65536, "bytes of a robots.txt that is kept for the links of a site")      \
	X(URL_B, 2048, "bytes of the path and query of a URL")                                     \
	X(ROBOTS_MS, 3000, "milliseconds for robots.txt")                                          \
	X(ROBOTS_LINE_B, 1024, "bytes of one line of robots.txt")                                  \
	X(ROBOTS_STEPS, 1000000, "comparisons for the rules of one robots.txt")                    \
	/* QUIC */                                                                                 \
	X(QUIC_TRIES, 3, "datagrams of one question to a QUIC host")                               \
	X(QUIC_WAIT_MS, 1500, "milliseconds for the answer to one of them")                        \
	X(QUIC_VERSIONS, 32, "versions kept of one Version Negotiation packet")                    \
	/* mail */                                                                                 \
	X(SMTP_LINE_B, 1024, "bytes of one SMTP reply line")                                       \
	X(SMTP_LINES, 64, "lines of one SMTP reply")                                               \
	X(SMTP_REPLY_MS, 15000, "milliseconds for one SMTP reply")                                 \
	X(SPF_TERMS, 256, "terms of one SPF record")                                               \
	X(SPF_LOOKUPS, 10, "terms of SPF that ask the DNS (RFC 7208)")                             \
	X(SPF_VOIDS, 2, "such questions of SPF without an answer (RFC 7208)")                      \
	X(PTR_NAMES, 3, "names considered of one address")                                         \
	/* registry files */                                                                       \
	X(RIR_LINE_B, 1024, "bytes of one line of a registry file")                                \
	X(RIR_RECORDS, 2000000, "records of one registry file")                                    \
	X(RIR_FILE_B, 268435456, "bytes of one registry file after decompression")                 \
	X(UNPACK_RATIO, 200, "decompressed bytes to one compressed byte, after the first MiB")     \
	X(DECODER_MEMORY_B, 1073741824, "bytes of address space of a decoder process")             \
	X(DECODER_CPU_S, 600, "CPU seconds of a decoder process")                                  \
	/* portfolios and other tables from people */                                              \
	X(PORTFOLIO_FILE_B, 268435456, "bytes of a portfolio file")                                \
	X(PORTFOLIO_ROWS, 5000000, "rows of a portfolio")                                          \
	X(CSV_COLUMNS, 256, "columns of a CSV file")                                               \
	X(PLAN_FILE_B, 4194304, "bytes of a plan file")                                            \
	X(PLAN_TARGETS, 10000, "targets of one plan")                                              \
	X(RUBRIC_FILE_B, 1048576, "bytes of a rubric file")                                        \
	X(RUBRIC_ITEMS, 64, "items of one rubric")                                               \
	X(RUBRIC_TESTS, 256, "tests of one rubric")                                              \
	X(RUBRIC_LEVELS, 16, "levels of one rubric")                                             \
	X(CONFIG_FILE_B, 1048576, "bytes of a configuration file")                                 \
	/* this host */                                                                            \
	X(OWN_PREFIXES, 16384, "own addresses and links of this host that the guard knows")        \
	/* between processes */                                                                    \
	X(IPC_MESSAGE_B, 1048576, "bytes of one message between our processes")                    \
	X(BATCH_ROWS, 20000, "rows of one batch")                                                  \
	X(BATCH_B, 67108864, "bytes of one encoded batch")                                         \
	/* the store */                                                                            \
	X(STORE_ROWS, 1000000, "rows of one answer of the store")                                  \
	X(STORE_ASKERS, 64, "processes at once that ask the owner of a data directory")            \
	/* the web server */                                                                       \
	X(WEB_REQUEST_LINE_B, 4096, "bytes of a request line")                                     \
	X(WEB_HEADER_B, 16384, "bytes of request headers")                                         \
	X(WEB_CONNECTIONS, 20000, "connections at once")                                           \
	X(WEB_CONNECTIONS_PER_PREFIX, 64, "connections at once from one /64 or /24")               \
	X(QUERY_MS, 2000, "milliseconds for one query of a page")                                  \
	X(QUERY_ROWS, 10000, "rows that one answer of the API holds")

#define LIMIT_CONST(name, number, unit) L_##name = number,
enum { LIMITS(LIMIT_CONST) };
#undef LIMIT_CONST

#define LIMIT_ID(name, number, unit) LIMIT_##name,
enum limit { LIMITS(LIMIT_ID) LIMIT_COUNT };
#undef LIMIT_ID

struct limit_row {
	const char *name;
	int64_t number;
	const char *meaning;
};

extern const struct limit_row limit_table[LIMIT_COUNT];

void limit_hit(enum limit which);
uint64_t limit_hits(enum limit which); /* by this process */

#endif
