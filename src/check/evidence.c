/* evidence: see evidence.h. */
#include "check/evidence.h"

#include <string.h>

#define N(list) (sizeof(list) / sizeof((list)[0]))

const char *const dns_via_words[] = {"resolver_udp", "resolver_tcp", "auth_udp", "auth_tcp", "iterate", NULL};
const char *const web_scheme_words[] = {"http", "https", NULL};
const char *const web_stage_words[] = {"connect", "tls", "request", "header", "body", "done", NULL};

static const struct field dns_fields[] = {
	FIELD(dns_row, qname, FIELD_TEXT, "name asked for"),
	FIELD(dns_row, qtype, FIELD_TEXT, "type asked for"),
	FIELD(dns_row, role, FIELD_TEXT, "why it was asked"),
	FIELD_OF(dns_row, via, dns_via_words, "resolver or authority, UDP or TCP"),
	FIELD(dns_row, server, FIELD_ADDR, "address that was asked"),
	FIELD(dns_row, ns_host, FIELD_TEXT, "name of the authoritative server"),
	FIELD(dns_row, rcode, FIELD_I64, "response code (RFC 6895)"),
	FIELD(dns_row, answers, FIELD_I64, "records of the type asked for"),
	FIELD(dns_row, data, FIELD_TEXT, "their data, one per line"),
	FIELD(dns_row, cname, FIELD_TEXT, "CNAME chain after the name"),
	FIELD(dns_row, aa, FIELD_FLAG, "authoritative answer"),
	FIELD(dns_row, ad, FIELD_FLAG, "validated by the resolver"),
	FIELD(dns_row, tc, FIELD_FLAG, "truncated"),
	FIELD(dns_row, soa_serial, FIELD_I64, "serial of the SOA record"),
	FIELD(dns_row, ttl_s, FIELD_I64, "least time to live of the answer"),
	FIELD(dns_row, tries, FIELD_I64, "datagrams sent or connections opened"),
	FIELD(dns_row, rtt_us, FIELD_I64, "round trip of the try that was answered"),
	FIELD(dns_row, fails, FIELD_I64, "earlier looks in this round that ended in silence"),
	FIELD(dns_row, why, FIELD_TEXT, "detail of an outcome that is not ok"),
};
const struct schema dns_schema = {"dns", "One DNS question and its answer", sizeof(struct dns_row),
				  dns_fields, N(dns_fields), true};

static const struct field web_fields[] = {
	FIELD(web_row, target, FIELD_TEXT, "apex or www: the name the chain began at"),
	FIELD(web_row, host, FIELD_TEXT, "host of this hop"),
	FIELD_OF(web_row, scheme, web_scheme_words, "http or https"),
	FIELD_OF(web_row, began, web_scheme_words, "scheme of the first hop"),
	FIELD(web_row, family, FIELD_I64, "4 or 6"),
	FIELD(web_row, hop, FIELD_I64, "redirects before this request"),
	FIELD(web_row, addr, FIELD_ADDR, "pinned address"),
	FIELD(web_row, port, FIELD_I64, "TCP port"),
	FIELD_OF(web_row, stage, web_stage_words, "how far it came"),
	FIELD(web_row, connect_us, FIELD_I64, "TCP handshake"),
	FIELD(web_row, tls_us, FIELD_I64, "TLS handshake"),
	FIELD(web_row, first_byte_us, FIELD_I64, "request to first byte"),
	FIELD(web_row, total_us, FIELD_I64, "connect to last byte"),
	FIELD(web_row, status, FIELD_I64, "HTTP status"),
	FIELD(web_row, location, FIELD_TEXT, "target of a redirect"),
	FIELD(web_row, body_b, FIELD_I64, "bytes of the decoded body"),
	FIELD(web_row, body_sha256, FIELD_TEXT, "SHA-256 of the decoded body"),
	FIELD(web_row, text_hash, FIELD_I64, "64-bit SimHash of the visible text"),
	FIELD(web_row, text_words, FIELD_I64, "words in the visible text"),
	FIELD(web_row, text_parts, FIELD_TEXT, "SimHashes of parts of the visible text"),
	FIELD(web_row, title, FIELD_TEXT, "page title"),
	FIELD(web_row, server, FIELD_TEXT, "Server header"),
	FIELD(web_row, content_type, FIELD_TEXT, "Content-Type header"),
	FIELD(web_row, hsts, FIELD_TEXT, "Strict-Transport-Security header"),
	FIELD(web_row, alt_svc, FIELD_TEXT, "Alt-Svc header"),
	FIELD(web_row, tls_version, FIELD_TEXT, "TLS version"),
	FIELD(web_row, tls_cipher, FIELD_TEXT, "TLS cipher suite"),
	FIELD(web_row, cert_sha256, FIELD_TEXT, "SHA-256 of the leaf certificate"),
	FIELD(web_row, cert_spki_sha256, FIELD_TEXT, "SHA-256 of its public key"),
	FIELD(web_row, cert_subject, FIELD_TEXT, "subject of the leaf"),
	FIELD(web_row, cert_issuer, FIELD_TEXT, "issuer of the leaf"),
	FIELD(web_row, cert_not_after_us, FIELD_TIME, "end of its validity"),
	FIELD(web_row, cert_ok, FIELD_FLAG, "chain, validity and name verified"),
	FIELD(web_row, cert_problem, FIELD_TEXT, "why it did not verify"),
	FIELD(web_row, fails, FIELD_I64, "earlier looks in this round that ended in silence"),
	FIELD(web_row, why, FIELD_TEXT, "detail of an outcome that is not ok"),
	FIELD(web_row, robots, FIELD_TEXT, "what the host's robots.txt says of us"),
	FIELD(web_row, retry_after_s, FIELD_I64, "seconds for which a 429 or 503 asks us to stay away"),
	FIELD(web_row, resources, FIELD_TEXT, "other hosts that the page loads from, with port and kinds"),
	FIELD(web_row, resources_limit, FIELD_TEXT, "why there may be more of them"),
};
const struct schema web_schema = {"web", "One HTTP exchange on one pinned address",
				  sizeof(struct web_row), web_fields, N(web_fields), true};

static const struct field smtp_fields[] = {
	FIELD(smtp_row, host, FIELD_TEXT, "mail host"),
	FIELD(smtp_row, family, FIELD_I64, "4 or 6"),
	FIELD(smtp_row, addr, FIELD_ADDR, "pinned address"),
	FIELD(smtp_row, preference, FIELD_I64, "MX preference"),
	FIELD(smtp_row, connect_us, FIELD_I64, "TCP handshake"),
	FIELD(smtp_row, banner_us, FIELD_I64, "connection to banner"),
	FIELD(smtp_row, banner_code, FIELD_I64, "code of the greeting"),
	FIELD(smtp_row, ehlo_code, FIELD_I64, "code of the answer to EHLO"),
	FIELD(smtp_row, banner, FIELD_TEXT, "first line of the greeting"),
	FIELD(smtp_row, starttls, FIELD_FLAG, "STARTTLS is offered"),
	FIELD(smtp_row, starttls_code, FIELD_I64, "code of the answer to STARTTLS"),
	FIELD(smtp_row, tls_us, FIELD_I64, "TLS handshake"),
	FIELD(smtp_row, tls_version, FIELD_TEXT, "TLS version"),
	FIELD(smtp_row, tls_cipher, FIELD_TEXT, "TLS cipher suite"),
	FIELD(smtp_row, tls_why, FIELD_TEXT, "why STARTTLS was offered and did not come about"),
	FIELD(smtp_row, cert_sha256, FIELD_TEXT, "SHA-256 of the leaf certificate"),
	FIELD(smtp_row, cert_spki_sha256, FIELD_TEXT, "SHA-256 of its public key"),
	FIELD(smtp_row, cert_subject, FIELD_TEXT, "subject of the leaf"),
	FIELD(smtp_row, cert_issuer, FIELD_TEXT, "issuer of the leaf"),
	FIELD(smtp_row, cert_not_after_us, FIELD_TIME, "end of its validity"),
	FIELD(smtp_row, cert_ok, FIELD_FLAG, "chain, validity and name verified"),
	FIELD(smtp_row, cert_problem, FIELD_TEXT, "why it did not verify"),
	FIELD(smtp_row, fails, FIELD_I64, "earlier looks in this round that ended in silence"),
	FIELD(smtp_row, why, FIELD_TEXT, "detail of an outcome that is not ok"),
};
const struct schema smtp_schema = {"smtp", "One SMTP greeting", sizeof(struct smtp_row),
				   smtp_fields, N(smtp_fields), true};

static const struct field quic_fields[] = {
	FIELD(quic_row, host, FIELD_TEXT, "host that advertises HTTP/3"),
	FIELD(quic_row, family, FIELD_I64, "4 or 6"),
	FIELD(quic_row, addr, FIELD_ADDR, "pinned address"),
	FIELD(quic_row, port, FIELD_I64, "UDP port"),
	FIELD(quic_row, advertised, FIELD_TEXT, "where HTTP/3 is advertised"),
	FIELD(quic_row, versions, FIELD_TEXT, "versions that the host offers"),
	FIELD(quic_row, rtt_us, FIELD_I64, "round trip of the try that was answered"),
	FIELD(quic_row, tries, FIELD_I64, "datagrams sent"),
	FIELD(quic_row, fails, FIELD_I64, "earlier looks in this round that ended in silence"),
	FIELD(quic_row, why, FIELD_TEXT, "detail of an outcome that is not ok"),
};
const struct schema quic_schema = {"quic", "One question whether QUIC answers",
				   sizeof(struct quic_row), quic_fields, N(quic_fields), true};

static const struct field resource_fields[] = {
	FIELD(resource_row, host, FIELD_TEXT, "host that a page loads from"),
	FIELD(resource_row, family, FIELD_I64, "4 or 6"),
	FIELD(resource_row, addr, FIELD_ADDR, "pinned address"),
	FIELD(resource_row, port, FIELD_I64, "TCP port"),
	FIELD_OF(resource_row, stage, web_stage_words, "how far it came"),
	FIELD(resource_row, connect_us, FIELD_I64, "TCP handshake"),
	FIELD(resource_row, tls_us, FIELD_I64, "TLS handshake"),
	FIELD(resource_row, tls_version, FIELD_TEXT, "TLS version"),
	FIELD(resource_row, cert_ok, FIELD_FLAG, "chain, validity and name verified"),
	FIELD(resource_row, cert_problem, FIELD_TEXT, "why it did not verify"),
	FIELD(resource_row, fails, FIELD_I64, "earlier looks in this round that ended in silence"),
	FIELD(resource_row, why, FIELD_TEXT, "detail of an outcome that is not ok"),
};
const struct schema resource_schema = {"resource", "One connection to a host that a page loads from",
				       sizeof(struct resource_row), resource_fields,
				       N(resource_fields), true};

static const struct field link_fields[] = {
	FIELD(link_row, url, FIELD_TEXT, "address of the page"),
	FIELD(link_row, host, FIELD_TEXT, "its host"),
	FIELD(link_row, level, FIELD_I64, "1 home page, 2 linked from it, 3 linked from those"),
	FIELD(link_row, internal, FIELD_FLAG, "of the site's own domain or of its kin's"),
	FIELD(link_row, status4, FIELD_I64, "HTTP status at the end of the redirects over IPv4"),
	FIELD(link_row, status6, FIELD_I64, "the same over IPv6"),
	FIELD(link_row, why4, FIELD_TEXT, "why there is none over IPv4"),
	FIELD(link_row, why6, FIELD_TEXT, "why there is none over IPv6"),
	FIELD(link_row, ok4, FIELD_FLAG, "it comes over IPv4"),
	FIELD(link_row, ok6, FIELD_FLAG, "it comes over IPv6, or fails there as over IPv4"),
	FIELD(link_row, blame, FIELD_TEXT, "host at which IPv6 failed"),
	FIELD(link_row, hops4, FIELD_I64, "redirects over IPv4"),
	FIELD(link_row, hops6, FIELD_I64, "redirects over IPv6"),
	FIELD(link_row, sample, FIELD_I64, "pages of each level that were to be looked at"),
	FIELD(link_row, seed, FIELD_I64, "what chose them"),
	FIELD(link_row, found2, FIELD_I64, "different internal addresses in the home page"),
	FIELD(link_row, found3, FIELD_I64, "further ones in the pages of level 2 that were looked at"),
	FIELD(link_row, found_external, FIELD_I64, "different external addresses in the home page"),
	FIELD(link_row, cut, FIELD_TEXT, "levels of which more was named than was read"),
};
const struct schema link_schema = {"link", "One page that a site's pages lead to, over both families",
				   sizeof(struct link_row), link_fields, N(link_fields), true};
static const struct field zone_fields[] = {
	FIELD(zone_row, asked, FIELD_TEXT, "name whose zone was wanted"),
	FIELD(zone_row, zone, FIELD_TEXT, "zone that holds it"),
	FIELD(zone_row, parent, FIELD_TEXT, "zone above"),
	FIELD(zone_row, ns_parent, FIELD_TEXT, "name servers in the delegation"),
	FIELD(zone_row, from_child, FIELD_FLAG, "parent and child are on the same servers"),
	FIELD(zone_row, glue, FIELD_TEXT, "glue of the delegation, one per line"),
	FIELD(zone_row, ns_child4, FIELD_TEXT, "name servers as the zone says over IPv4"),
	FIELD(zone_row, ns_child6, FIELD_TEXT, "name servers as the zone says over IPv6"),
	FIELD(zone_row, hosts, FIELD_TEXT, "host, its zone, AAAA, A, addresses; one per line"),
	FIELD(zone_row, servers, FIELD_TEXT, "host, address, UDP, TCP, large answers, serial; one per line"),
	FIELD(zone_row, is_signed, FIELD_FLAG, "a DS record stands in the parent"),
	FIELD(zone_row, why, FIELD_TEXT, "detail of an outcome that is not ok, or what was left out"),
};
const struct schema zone_schema = {"zone", "Delegation and name servers of one zone",
				   sizeof(struct zone_row), zone_fields, N(zone_fields), true};

static const struct field selftest_fields[] = {
	FIELD(selftest_row, v4_works, FIELD_FLAG, "an IPv4 anchor answered"),
	FIELD(selftest_row, v6_works, FIELD_FLAG, "an IPv6 anchor answered"),
	FIELD(selftest_row, resolver, FIELD_TEXT, "recursive resolver"),
	FIELD(selftest_row, resolver_works, FIELD_FLAG, "the resolver answered"),
	FIELD(selftest_row, anchors_v4, FIELD_I64, "IPv4 anchors asked"),
	FIELD(selftest_row, anchors_v6, FIELD_I64, "IPv6 anchors asked"),
	FIELD(selftest_row, answered_v4, FIELD_I64, "IPv4 anchors that answered"),
	FIELD(selftest_row, answered_v6, FIELD_I64, "IPv6 anchors that answered"),
	FIELD(selftest_row, why, FIELD_TEXT, "what did not work"),
	FIELD(selftest_row, tool_version, FIELD_TEXT, "version of the program"),
	FIELD(selftest_row, limits, FIELD_TEXT, "hard limits that bit, as JSON"),
};
const struct schema selftest_schema = {"selftest", "What the observer could do in a round",
				       sizeof(struct selftest_row), selftest_fields,
				       N(selftest_fields), true};

static bool dns_whole(const void *row)
{
	const struct dns_row *r = row;

	return r->qname && r->qtype && r->role;
}

static bool web_whole(const void *row)
{
	const struct web_row *r = row;

	return r->target && r->host && r->scheme >= 0 && r->began >= 0 && r->stage >= 0;
}

static bool smtp_whole(const void *row)
{
	return ((const struct smtp_row *)row)->host != NULL;
}

static bool zone_whole(const void *row)
{
	return ((const struct zone_row *)row)->asked != NULL;
}

static bool quic_whole(const void *row)
{
	return ((const struct quic_row *)row)->host != NULL;
}

static bool resource_whole(const void *row)
{
	const struct resource_row *r = row;

	return r->host && r->stage >= 0;
}

static bool link_whole(const void *row)
{
	const struct link_row *r = row;

	return r->url && r->host && r->level != I64_NULL;
}

const struct schema *const evidence_schemas[] = {&dns_schema, &web_schema, &smtp_schema, &quic_schema,
						 &resource_schema, &link_schema, &zone_schema};
static bool (*const whole[EVIDENCE_KINDS])(const void *row) = {dns_whole, web_whole, smtp_whole, quic_whole,
							       resource_whole, link_whole, zone_whole};

enum evidence_kind evidence_kind_of(const struct schema *s)
{
	int k = 0;

	while (k < EVIDENCE_KINDS && evidence_schemas[k] != s)
		k++;
	return (enum evidence_kind)k;
}

bool evidence_whole(const struct schema *s, const void *row)
{
	enum evidence_kind k = evidence_kind_of(s);

	return k < EVIDENCE_KINDS && whole[k](row);
}

void site_take(struct site *s, struct batch *const own[static EVIDENCE_KINDS])
{
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		s->of[k] = own[k] ? (struct evidence_list){own[k]->obs.at, own[k]->obs.n}
				  : (struct evidence_list){0};
}

const struct obs *site_dns(const struct site *s, const char *qname, const char *qtype,
			   const char *role)
{
	const struct obs *last = NULL;

	for (size_t i = 0; i < s->dns.n; i++) {
		const struct dns_row *r = s->dns.at[i].row;

		if (!strcmp(r->qname, qname) && !strcmp(r->qtype, qtype) && !strcmp(r->role, role))
			last = &s->dns.at[i];
	}
	return last;
}

/* Is a a better look than b?  A status beats none, then the further stage, then the later look. */
static bool further(const struct web_row *a, const struct web_row *b)
{
	bool has_a = a->status != I64_NULL, has_b = b->status != I64_NULL;

	if (has_a != has_b)
		return has_a;
	return a->stage >= b->stage;
}

const struct obs *site_web(const struct site *s, const char *target, int family,
			   enum web_scheme began, int hop)
{
	const struct obs *best = NULL;

	for (size_t i = 0; i < s->web.n; i++) {
		const struct web_row *r = s->web.at[i].row;

		if (r->family != family || r->hop != hop || r->began != (int32_t)began ||
		    strcmp(r->target, target))
			continue;
		if (!best || further(r, best->row))
			best = &s->web.at[i];
	}
	return best;
}

const struct obs *site_web_end(const struct site *s, const char *target, int family,
			       enum web_scheme began)
{
	const struct obs *last = NULL, *o;
	int hop = 0;

	for (o = site_web(s, target, family, began, hop); o;
	     o = site_web(s, target, family, began, ++hop))
		last = o;
	return last;
}

bool obs_is_final(const struct obs *o, int64_t fails)
{
	return (o->outcome != OUTCOME_TIMEOUT && o->outcome != OUTCOME_SERVFAIL) ||
	       (fails != I64_NULL && fails >= 1);
}

bool smtp_fell_silent(const struct smtp_row *r)
{
	return r->starttls == 1 && !r->tls_version && r->tls_why && !strcmp(r->tls_why, "timeout");
}

bool dns_data_next(const struct dns_row *row, const char **at, char *line, size_t max)
{
	const char *s = *at ? *at : row->data, *end;
	size_t n;

	if (!s || !*s)
		return false;
	end = strchrnul(s, '\n');
	n = (size_t)(end - s);
	if (n >= max)
		n = max - 1;
	memcpy(line, s, n);
	line[n] = '\0';
	*at = *end ? end + 1 : end;
	return true;
}
