/* view: see view.h. */
#include "check/view.h"

#include "base/json.h"
#include "base/special.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- names ---- */

enum answer answer_of(const struct obs *o)
{
	const struct dns_row *r = dns_of(o);

	if (!o)
		return ANSWER_UNASKED;
	if (r->why && !strncmp(r->why, "cname_", 6)) /* cname_loop, cname_long */
		return ANSWER_LOOP;
	switch (o->outcome) {
	case OUTCOME_OK: return r->answers > 0 ? ANSWER_HAS : ANSWER_NODATA;
	case OUTCOME_ABSENT: return r->rcode == 3 ? ANSWER_NXDOMAIN : ANSWER_NODATA;
	case OUTCOME_DENIED: return ANSWER_DENIED;
	case OUTCOME_LIMIT:
	case OUTCOME_UNKNOWN: return ANSWER_LIMIT;
	case OUTCOME_TIMEOUT:
	case OUTCOME_UNREACHABLE: return ANSWER_SILENT;
	case OUTCOME_REFUSED:
	case OUTCOME_MALFORMED:
	case OUTCOME_CLOSED:
	case OUTCOME_SERVFAIL:
	case OUTCOME_TLS: break;
	}
	return ANSWER_SERVFAIL;
}

bool answer_repeated(const struct obs *o)
{
	return o && dns_of(o)->fails != I64_NULL && dns_of(o)->fails >= 1;
}

const char *answer_unknown(const struct site *s, enum answer a)
{
	switch (a) {
	case ANSWER_SILENT: return s->resolver_works ? "dns_timeout" : "resolver_failed";
	case ANSWER_SERVFAIL: return s->resolver_works ? "dns_servfail" : "resolver_failed";
	case ANSWER_UNASKED: return s->resolver_works ? "limit" : "resolver_failed";
	case ANSWER_LIMIT: return "limit";
	case ANSWER_DENIED: return "denied";
	case ANSWER_HAS:
	case ANSWER_NODATA:
	case ANSWER_NXDOMAIN:
	case ANSWER_LOOP: break;
	}
	return NULL;
}

const struct obs *site_ask(const struct site *s, const char *qname, const char *qtype)
{
	const struct obs *last = NULL;

	for (size_t i = 0; i < s->dns.n; i++) {
		const struct dns_row *r = s->dns.at[i].row;

		if (!strcmp(r->qtype, qtype) && !strcasecmp(r->qname, qname) &&
		    strncmp(r->role, "authority", 9))
			last = &s->dns.at[i];
	}
	return last;
}

/* A resolver that gives up on silent servers says SERVFAIL in the end, sooner or later than we stop
 * listening.  What one of those servers said itself tells the two apart, an answer to another question being none
 * (a resolver does not hear it either); where none could be asked, one silence among the looks does. */
static enum answer server_said(const struct obs *o)
{
	if (o->outcome == OUTCOME_TIMEOUT)
		return ANSWER_SILENT;
	if (o->outcome == OUTCOME_MALFORMED)
		return dns_of(o)->why && !strcmp(dns_of(o)->why, "mismatch") ? ANSWER_SILENT : ANSWER_SERVFAIL;
	return o->outcome == OUTCOME_SERVFAIL ? ANSWER_SERVFAIL : ANSWER_UNASKED;
}

static enum answer servers_said(const struct site *s, const char *qname, enum answer last)
{
	bool silence = false;

	if (last != ANSWER_SERVFAIL && last != ANSWER_SILENT)
		return last;
	for (size_t i = s->dns.n; i-- > 0;) {
		const struct obs *o = &s->dns.at[i];
		const struct dns_row *r = o->row;

		if (strcmp(r->qtype, "AAAA") || strcasecmp(r->qname, qname))
			continue;
		if (strcmp(r->role, "authority_aaaa"))
			silence |= o->outcome == OUTCOME_TIMEOUT;
		else if (server_said(o) != ANSWER_UNASKED)
			return server_said(o);
	}
	return silence ? ANSWER_SILENT : last;
}

size_t row_addresses(const struct dns_row *r, int family, struct addr *out, size_t max)
{
	char line[ADDR_TEXT_MAX];
	const char *at = NULL;
	size_t n = 0;

	while (n < max && dns_data_next(r, &at, line, sizeof(line)))
		if (addr_parse(&out[n], line) && out[n].family == family)
			n++;
	return n;
}

const char *site_bogon(const struct site *s, const struct addr *a)
{
	for (size_t i = 0; i < s->n_allow; i++)
		if (prefix_has(&s->allow[i], a))
			return NULL;
	return addr_bogon(a);
}

struct host site_host(const struct site *s, const char *name)
{
	const struct obs *a = site_ask(s, name, "A"), *aaaa = site_ask(s, name, "AAAA");
	struct host h = {.name = name, .a = answer_of(a), .aaaa = answer_of(aaaa)};
	struct addr all[HOST_ADDRESSES];
	size_t n;

	h.aaaa = servers_said(s, name, h.aaaa);
	h.repeated = answer_repeated(aaaa);
	h.dangling = (h.aaaa == ANSWER_NXDOMAIN && dns_of(aaaa)->cname) ||
		     (h.a == ANSWER_NXDOMAIN && dns_of(a)->cname);
	if (h.a == ANSWER_HAS)
		h.n_v4 = row_addresses(dns_of(a), 4, h.v4, HOST_ADDRESSES);
	n = h.aaaa == ANSWER_HAS ? row_addresses(dns_of(aaaa), 6, all, HOST_ADDRESSES) : 0;
	for (size_t i = 0; i < n; i++) {
		if (site_bogon(s, &all[i]))
			h.bogon[h.n_bogon++] = all[i];
		else
			h.good[h.n_good++] = all[i];
	}
	return h;
}

static struct host literal_host(const struct site *s, const char *name, const struct addr *a)
{
	struct host h = {.name = name, .a = ANSWER_NODATA, .aaaa = ANSWER_NODATA};

	if (a->family == 4) {
		h.a = ANSWER_HAS;
		h.v4[h.n_v4++] = *a;
		return h;
	}
	h.aaaa = ANSWER_HAS;
	if (site_bogon(s, a))
		h.bogon[h.n_bogon++] = *a;
	else
		h.good[h.n_good++] = *a;
	return h;
}

struct host page_host(const struct site *s, const char *host)
{
	struct addr a;

	return addr_parse(&a, host) ? literal_host(s, host, &a) : site_host(s, host);
}

/* There is no AAAA: is that a want, or is there no host at all? */
static const char *code_without(const struct site *s, const struct host *h)
{
	bool nx = h->aaaa == ANSWER_NXDOMAIN;

	if (h->a == ANSWER_HAS)
		return nx ? "aaaa_nxdomain" : "no_aaaa";
	if (h->a == ANSWER_NXDOMAIN)
		return nx && !h->dangling ? "no_such_domain" : "no_address";
	if (h->a == ANSWER_NODATA)
		return "no_address";
	if (h->a == ANSWER_LOOP)
		return "cname_loop";
	return answer_unknown(s, h->a);
}

const char *host_code(const struct site *s, const struct host *h)
{
	switch (h->aaaa) {
	case ANSWER_HAS:
		if (!h->n_good)
			return "bogon_only";
		return h->n_bogon ? "some_bogon" : "ok";
	case ANSWER_NODATA:
	case ANSWER_NXDOMAIN: return code_without(s, h);
	case ANSWER_LOOP: return "cname_loop";
	case ANSWER_SERVFAIL:
		if (h->a == ANSWER_HAS && h->repeated)
			return "aaaa_servfail";
		break;
	case ANSWER_SILENT:
		if (h->a == ANSWER_HAS && h->repeated)
			return "aaaa_timeout";
		break;
	case ANSWER_UNASKED:
	case ANSWER_LIMIT:
	case ANSWER_DENIED: break;
	}
	return answer_unknown(s, h->aaaa);
}

bool code_unknown(const char *code)
{
	static const char *const codes[] = {"resolver_failed", "dns_timeout",	 "dns_servfail",
					    "limit",	       "denied",	 "timeout_once",
					    "observer_no_v6",  "observer_no_v4", NULL};

	for (size_t i = 0; codes[i]; i++)
		if (!strcmp(codes[i], code))
			return true;
	return false;
}

/* ---- mail and name servers ---- */

const struct obs *site_zone(const struct site *s, enum answer *answer)
{
	const struct obs *found = NULL;
	const struct obs *apex = NULL;

	for (size_t i = 0; i < s->dns.n; i++) {
		const struct obs *o = &s->dns.at[i];
		const struct dns_row *r = o->row;

		if (strcmp(r->qtype, "NS") || strcmp(r->role, "zone"))
			continue;
		if (!strcmp(r->qname, s->domain))
			apex = o;
		/* behind an alias stand the servers of the alias' target, not of this zone */
		if (answer_of(o) == ANSWER_HAS && !r->cname &&
		    (!found || strlen(r->qname) >= strlen(dns_of(found)->qname)))
			found = o;
	}
	*answer = found ? ANSWER_HAS : answer_of(apex);
	return found;
}

bool row_name(const struct dns_row *r, const char **at, char name[static NAME_MAX_B])
{
	char line[NAME_MAX_B + 8];
	const char *start;

	if (!dns_data_next(r, at, line, sizeof(line)))
		return false;
	start = strchr(line, ' ');
	start = start ? start + 1 : line;
	memmove(name, start, strnlen(start, NAME_MAX_B - 1) + 1);
	name[NAME_MAX_B - 1] = '\0';
	return true;
}

int row_names_kept(const struct dns_row *r, enum limit which, struct json *detail)
{
	int most = (int)limit_table[which].number, n = 0;
	char name[NAME_MAX_B];
	const char *at = NULL;

	while (row_name(r, &at, name))
		n++;
	if (n <= most)
		return n;
	detail_limit(detail, which, most, n);
	return most;
}

/* The last answer of this server address to a question put to it directly. */
static const struct obs *authority(const struct site *s, const struct addr *server,
				   const char *zone, enum dns_via via)
{
	const struct obs *last = NULL;

	for (size_t i = 0; i < s->dns.n; i++) {
		const struct dns_row *r = s->dns.at[i].row;

		if (!strcmp(r->role, "authority") && r->via == (int32_t)via &&
		    !addr_cmp(&r->server, server) && !strcasecmp(r->qname, zone))
			last = &s->dns.at[i];
	}
	return last;
}

static void reach_address(struct reach *r, const struct obs *o)
{
	r->addresses++;
	if (!o || o->outcome == OUTCOME_LIMIT || o->outcome == OUTCOME_UNKNOWN)
		r->unknown = "limit";
	else if (o->outcome == OUTCOME_DENIED)
		r->unknown = "denied";
	else if (dns_of(o)->rcode != I64_NULL && dns_of(o)->rcode == 0 && dns_of(o)->aa == 1)
		r->good++;
	else if (dns_of(o)->rcode != I64_NULL)
		r->lame++;
	else if (o->outcome == OUTCOME_TIMEOUT && !answer_repeated(o))
		r->unknown = "timeout_once";
	else
		r->silent++;
}

static void detail_reach(struct json *j, const char *name, const struct addr *a,
			 const struct obs *o)
{
	char text[ADDR_TEXT_MAX];

	json_object(j);
	json_put_text(j, "ns", name);
	json_put_text(j, "addr", addr_text(a, text));
	json_put_text(j, "outcome", o ? outcome_words[o->outcome] : NULL);
	if (o && dns_of(o)->rcode != I64_NULL)
		json_put_i64(j, "rcode", dns_of(o)->rcode);
	if (o && dns_of(o)->aa >= 0)
		json_put_bool(j, "aa", dns_of(o)->aa);
	json_end_object(j);
}

struct reach zone_reach(const struct site *s, const struct obs *zone, enum dns_via via,
			struct json *detail)
{
	int kept = zone ? row_names_kept(dns_of(zone), LIMIT_DNS_NS_KEPT, detail) : 0;
	char name[NAME_MAX_B], text[ADDR_TEXT_MAX];
	struct reach r = {0};
	const char *at = NULL;
	int64_t left_out = 0;

	json_key(detail, "servers");
	json_array(detail);
	for (int i = 0; i < kept && row_name(dns_of(zone), &at, name); i++) {
		struct host h = site_host(s, name);
		const char *code = host_code(s, &h);

		if (!host_usable(&h) && code_unknown(code))
			r.unknown = code;
		if (h.n_good > L_DNS_NS_ADDRESSES)
			left_out += (int64_t)h.n_good - L_DNS_NS_ADDRESSES;
		for (size_t k = 0; k < h.n_good && k < L_DNS_NS_ADDRESSES; k++) {
			const struct obs *o = authority(s, &h.good[k], dns_of(zone)->qname, via);
			int good = r.good;

			reach_address(&r, o);
			detail_reach(detail, name, &h.good[k], o);
			if (r.good == good && !r.fault[0])
				snprintf(r.fault, sizeof(r.fault), "%.200s (%s)", name,
					 addr_text(&h.good[k], text));
		}
	}
	json_end_array(detail);
	if (left_out)
		detail_limit(detail, LIMIT_DNS_NS_ADDRESSES, r.addresses, r.addresses + left_out);
	return r;
}

const char *zone_reach_code(const struct site *s, const struct obs *zone, enum answer a,
			    const struct reach *r, const char *dead)
{
	const char *code = zone ? NULL : answer_unknown(s, a);

	if (code)
		return code;
	if (!r->addresses)
		return r->unknown ? r->unknown : "no_ns_aaaa";
	if (!s->v6_works)
		return "observer_no_v6";
	if (r->unknown)
		return r->unknown;
	if (r->good == r->addresses)
		return "ok";
	if (r->good)
		return "some";
	return r->lame ? "v6_lame" : dead;
}

enum mx site_mx(const struct site *s, const struct obs **o, const char **code)
{
	char name[NAME_MAX_B];
	const char *at = NULL;
	enum answer a;

	*o = site_ask(s, s->domain, "MX");
	a = answer_of(*o);
	*code = answer_unknown(s, a);
	if (*code)
		return MX_UNKNOWN;
	if (a == ANSWER_HAS && row_name(dns_of(*o), &at, name)) {
		if (strcmp(name, "."))
			return MX_HOSTS;
		*code = "null_mx";
		return MX_NULL;
	}
	*code = "no_mx";
	return MX_NONE;
}

/* ---- web ---- */

void target_host(const struct site *s, const char *target, char name[static NAME_MAX_B])
{
	snprintf(name, NAME_MAX_B, "%s%s", strcmp(target, "www") ? "" : "www.", s->domain);
}

const char *site_target(const struct site *s)
{
	char www[NAME_MAX_B];
	struct host h;

	if (s->target)
		return s->target;
	h = site_host(s, s->domain);
	if (host_usable(&h))
		return "apex";
	target_host(s, "www", www);
	h = site_host(s, www);
	return host_usable(&h) ? "www" : "apex";
}

const char *target_gate(const struct site *s, const char *target)
{
	char name[NAME_MAX_B];
	struct host h;
	const char *code;

	target_host(s, target, name);
	h = site_host(s, name);
	if (host_usable(&h))
		return s->v6_works ? NULL : "observer_no_v6";
	code = host_code(s, &h);
	return code_unknown(code) ? code : "no_aaaa";
}

const char *pair_gate(const struct site *s, const char *target)
{
	char name[NAME_MAX_B];
	const char *code = target_gate(s, target);
	struct host h;

	if (code)
		return strcmp(code, "no_aaaa") ? code : "one_family";
	target_host(s, target, name);
	h = site_host(s, name);
	if (!h.n_v4)
		return answer_unknown(s, h.a) ? answer_unknown(s, h.a) : "one_family";
	return s->v4_works ? NULL : "observer_no_v4";
}

bool page_split(struct page *u, const char *text)
{
	const char *host, *end, *colon;
	size_t n;

	if (!strncasecmp(text, "https://", 8))
		u->scheme = SCHEME_HTTPS;
	else if (!strncasecmp(text, "http://", 7))
		u->scheme = SCHEME_HTTP;
	else
		return false;
	u->port = u->scheme == SCHEME_HTTPS ? 443 : 80;
	host = strchr(text, ':') + 3;
	end = host + strcspn(host, "/?#");
	colon = memrchr(host, ':', (size_t)(end - host));
	if (*host == '[' && colon && colon[-1] != ']')
		colon = NULL;
	if (colon) {
		unsigned long port = strtoul(colon + 1, NULL, 10);

		if (!port || port > 65535)
			return false;
		u->port = (uint16_t)port;
	}
	n = (size_t)((colon ? colon : end) - host);
	if (*host == '[') {
		host++;
		n -= n > 1 ? 2 : n;
	}
	if (!n || n >= sizeof(u->host))
		return false;
	for (size_t i = 0; i < n; i++)
		u->host[i] = (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] + 32 : host[i]);
	u->host[n] = '\0';
	u->path = *end == '/' ? end : "/";
	return true;
}

bool page_is_front(const struct site *s, const char *text, const char **target,
		  enum web_scheme *scheme)
{
	struct page u;

	if (!page_split(&u, text) || (u.path[0] && strcmp(u.path, "/")) || strchr(text, '?') ||
	    strchr(text, '#') || u.port != (u.scheme == SCHEME_HTTPS ? 443 : 80))
		return false;
	*scheme = u.scheme;
	if (!strcmp(u.host, s->domain))
		*target = "apex";
	else if (!strncmp(u.host, "www.", 4) && !strcmp(u.host + 4, s->domain))
		*target = "www";
	else
		return false;
	return true;
}

const char *web_connect_code(const struct obs *o)
{
	if (!o)
		return "limit";
	if (web_connected(o))
		return NULL;
	switch (o->outcome) {
	case OUTCOME_TIMEOUT:
		return obs_is_final(o, web_of(o)->fails) ? "v6_timeout" : "timeout_once";
	case OUTCOME_UNREACHABLE: return "v6_unreachable";
	case OUTCOME_DENIED: return "denied";
	case OUTCOME_LIMIT:
	case OUTCOME_UNKNOWN: return "limit";
	case OUTCOME_OK:
	case OUTCOME_ABSENT:
	case OUTCOME_REFUSED:
	case OUTCOME_MALFORMED:
	case OUTCOME_CLOSED:
	case OUTCOME_SERVFAIL:
	case OUTCOME_TLS: break;
	}
	return "v6_refused";
}

const char *web_unknown(const struct obs *o)
{
	const char *code = o ? web_connect_code(o) : NULL;

	if (o && o->outcome == OUTCOME_DENIED && !web_answered(o)) /* robots.txt, after TCP and TLS */
		return "denied";
	return code && code_unknown(code) ? code : NULL;
}

const char *target_unknown(const struct site *s, const char *target, int family)
{
	const char *code = web_unknown(site_web(s, target, family, SCHEME_HTTPS, 0));

	return code ? code : web_unknown(site_web(s, target, family, SCHEME_HTTP, 0));
}

/* Does the last redirect of a chain lead to a page that the chain has seen? */
static bool circles(const struct site *s, const struct web_row *end)
{
	struct page first;

	if (page_split(&first, end->location) && end->hop == 0)
		return first.scheme == (enum web_scheme)end->scheme && !strcmp(first.path, "/") &&
		       !strcmp(first.host, end->host);
	for (int hop = 0; hop < end->hop; hop++) {
		const struct obs *o = site_web(s, end->target, (int)end->family,
					       (enum web_scheme)end->began, hop);

		if (o && web_of(o)->location && !strcmp(web_of(o)->location, end->location))
			return true;
	}
	return false;
}

struct walk site_walk(const struct site *s, const char *target, int family, enum web_scheme began)
{
	unsigned seen = 0;
	struct walk w = {0};

	for (;;) {
		unsigned bit = 1U << ((began == SCHEME_HTTPS) + 2 * !strcmp(target, "www"));
		const struct obs *end = site_web_end(s, target, family, began);

		if (seen & bit)
			w.loop = true;
		if (!end || w.loop)
			return w;
		seen |= bit;
		w.end = end;
		w.hops += (int)web_of(end)->hop;
		if (!web_is_redirect(web_of(end)))
			return w;
		if (circles(s, web_of(end)) || web_of(end)->hop >= L_HTTP_REDIRECTS) {
			w.loop = true;
			return w;
		}
		if (!page_is_front(s, web_of(end)->location, &target, &began))
			return w;
		w.hops++;
	}
}

struct walk site_visit(const struct site *s, const char *target, int family)
{
	struct walk tls = site_walk(s, target, family, SCHEME_HTTPS), plain;

	if (web_answered(site_web(s, target, family, SCHEME_HTTPS, 0)))
		return tls;
	plain = site_walk(s, target, family, SCHEME_HTTP);
	return !tls.end || web_answered(plain.end) ? plain : tls;
}

/* Equal but for case and blanks? */
static bool same_header(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, " \t");
		b += strspn(b, " \t");
		if ((*a | 32) != (*b | 32))
			return false;
		if (!*a || !*b)
			return *a == *b;
	}
}

static const char *compare_headers(const char *v6, const char *v4)
{
	if (!v6 && !v4)
		return "none";
	if (!v6)
		return "v4_only";
	if (!v4)
		return "v6_only";
	return same_header(v6, v4) ? "same" : "differs";
}

/* The look over IPv4 at the same host in the same place of the same chain. */
static const struct web_row *twin(const struct site *s, const struct web_row *v6)
{
	const struct obs *o = site_web(s, v6->target, 4, (enum web_scheme)v6->began, (int)v6->hop);

	return web_answered(o) && web_of(o)->scheme == v6->scheme &&
			       !strcasecmp(web_of(o)->host, v6->host)
		       ? web_of(o)
		       : NULL;
}

const char *header_parity(const struct site *s, const char *target,
			  const char *(*header)(const struct web_row *r),
			  char subject[static NAME_MAX_B], struct json *detail)
{
	static const char *const worst[] = {"v4_only", "v6_only", "differs", "same",
					    "none",    "one_family"};
	size_t found = 5;

	for (size_t i = 0; i < s->web.n; i++) {
		const struct web_row *v6 = s->web.at[i].row, *v4;
		size_t k = 0;

		if (v6->family != 6 || v6->scheme != SCHEME_HTTPS || v6->status == I64_NULL ||
		    strcmp(v6->target, target))
			continue;
		v4 = twin(s, v6);
		if (!v4)
			continue;
		while (strcmp(worst[k], compare_headers(header(v6), header(v4))))
			k++;
		if (k >= found)
			continue;
		found = k;
		snprintf(subject, NAME_MAX_B, "%s", v6->host);
		json_put_text(detail, "v6", header(v6));
		json_put_text(detail, "v4", header(v4));
	}
	if (strcmp(worst[found], "one_family"))
		return worst[found];
	for (int family = 6; family >= 4; family -= 2) {
		const char *code = web_unknown(site_web(s, target, family, SCHEME_HTTPS, 0));

		if (code)
			return code;
	}
	return "one_family";
}

/* ---- a judge's record ---- */

static void put_list(struct json *j, const char *key, const struct addr *at, size_t n)
{
	char text[ADDR_TEXT_MAX];

	if (!n)
		return;
	json_key(j, key);
	json_array(j);
	for (size_t i = 0; i < n; i++)
		json_text(j, addr_text(&at[i], text));
	json_end_array(j);
}

void detail_limit(struct json *j, enum limit which, int64_t kept, int64_t of)
{
	limit_hit(which);
	json_key(j, limit_table[which].name);
	json_object(j);
	json_put_i64(j, "kept", kept);
	json_put_i64(j, "of", of);
	json_end_object(j);
}

void detail_untried(struct json *j, size_t addresses)
{
	if (addresses > L_SITE_ADDRESSES)
		detail_limit(j, LIMIT_SITE_ADDRESSES, L_SITE_ADDRESSES, (int64_t)addresses);
}

void detail_host(struct json *j, const struct host *h)
{
	json_key(j, h->name);
	json_object(j);
	put_list(j, "a", h->v4, h->n_v4);
	put_list(j, "aaaa", h->good, h->n_good);
	put_list(j, "bogon", h->bogon, h->n_bogon);
	json_end_object(j);
}

void detail_web(struct json *j, const char *key, const struct obs *o)
{
	const struct web_row *r = web_of(o);
	char text[ADDR_TEXT_MAX];

	if (!o)
		return;
	json_key(j, key);
	json_object(j);
	json_put_text(j, "host", r->host);
	json_put_text(j, "addr", addr_text(&r->addr, text));
	json_put_i64(j, "port", r->port);
	if (r->stage >= 0)
		json_put_text(j, "stage", web_stage_words[r->stage]);
	json_put_text(j, "outcome", outcome_words[o->outcome]);
	if (r->status != I64_NULL)
		json_put_i64(j, "status", r->status);
	if (r->location)
		json_put_text(j, "location", r->location);
	if (r->why)
		json_put_text(j, "why", r->why);
	json_end_object(j);
}
