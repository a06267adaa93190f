/*
 * visit_plan: what the evidence so far calls for.  Called again and again; what was wanted once is not
 * wanted twice, so each function simply walks over all that it knows.  Names open everything, mail
 * hosts and pages only more of their own kind.
 */
#include "source/visit_int.h"

#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = PLAN_KEY_MAX };

bool plan_is_within(struct visit *v, size_t n, enum limit which)
{
	if (n < (size_t)limit_table[which].number)
		return true;
	if (!v->hit[which])
		limit_hit(which);
	v->hit[which] = true;
	return false;
}

/* ---- names ---- */

void plan_ask(struct visit *v, const char *name, uint16_t qtype, const char *role)
{
	char key[KEY_MAX], type[DNS_TYPE_TEXT_MAX];
	struct look *l;

	if (!*name || !strcmp(name, "."))
		return;
	snprintf(key, sizeof(key), "d|%s|%s", dns_type_text(qtype, type), name);
	l = look_want(v, EVIDENCE_DNS, key);
	if (!l)
		return;
	l->addr = v->env->resolver_addr;
	l->first = true;
	l->host = arena_str(&v->arena, name);
	l->shared = !strcmp(role, "resource") ? arena_str(&v->arena, key) : NULL;
	l->dns = (struct dns_question){.qname = l->host,
				       .qtype = qtype,
				       .role = role,
				       .via = VIA_RESOLVER_UDP,
				       .server = v->env->resolver_addr,
				       .port = v->env->resolver_port};
	look_go(l);
}

void plan_ask_addresses(struct visit *v, const char *name, const char *role)
{
	plan_ask(v, name, DNS_AAAA, role);
	plan_ask(v, name, DNS_A, role);
}

/* "1 svc.example. alpn=..." */
static void ask_https_targets(struct visit *v)
{
	const struct obs *o = site_ask(&v->site, v->domain, "HTTPS");
	char line[NAME_MAX_B + 64], *name;
	const char *at = NULL;

	if (answer_of(o) != ANSWER_HAS)
		return;
	for (size_t i = 0; dns_data_next(dns_of(o), &at, line, sizeof(line)) &&
			   plan_is_within(v, i, LIMIT_DNS_NS_KEPT);
	     i++) {
		name = strchr(line, ' ');
		if (!name)
			continue;
		name++;
		name[strcspn(name, " ")] = '\0';
		plan_ask_addresses(v, name, "hop");
	}
}

static bool is_public_suffix(const char *name)
{
	return psl_is_public_suffix(psl_builtin(), name);
}

/* NS records of the domain, else of the name above it, up to where names are sold: "bbc.co.uk" is no
 * zone of "co.uk". */
static void ask_zone(struct visit *v)
{
	const char *name = v->domain;

	for (;;) {
		const struct obs *o;
		enum answer a;

		plan_ask(v, name, DNS_NS, "zone");
		o = site_ask(&v->site, name, "NS");
		a = answer_of(o);
		if (a != ANSWER_NODATA && !(o && dns_of(o)->cname))
			return;
		name = strchr(name, '.');
		if (!name || is_public_suffix(++name))
			return;
	}
}

static void ask_names(struct visit *v)
{
	char www[NAME_MAX_B];

	target_host(&v->site, "www", www);
	plan_ask_addresses(v, v->domain, "apex");
	plan_ask_addresses(v, www, "www");
	plan_ask(v, v->domain, DNS_HTTPS, "apex");
	plan_ask(v, v->domain, DNS_MX, "apex");
	ask_zone(v);
	ask_https_targets(v);
}

/* ---- name servers ---- */

static void ask_authority(struct visit *v, const char *zone, const char *ns, const struct addr *a,
			  enum dns_via via)
{
	char key[KEY_MAX], text[ADDR_TEXT_MAX];
	struct look *l;

	snprintf(key, sizeof(key), "n|%s|%s|%d", zone, addr_text(a, text), (int)via);
	l = look_want(v, EVIDENCE_DNS, key);
	if (!l)
		return;
	l->addr = *a;
	l->first = true;
	l->host = arena_str(&v->arena, ns);
	l->dns = (struct dns_question){.qname = arena_str(&v->arena, zone),
				       .qtype = DNS_SOA,
				       .role = "authority",
				       .via = via,
				       .server = *a,
				       .ns_host = l->host};
	look_go(l);
}

/* A resolver's SERVFAIL says nothing of what its servers did, and its silence little more: one of them is
 * asked itself.  Over IPv4 where that is possible, for it is not IPv6 that is in question. */
static void ask_for_aaaa(struct visit *v, const char *name, const char *ns, const struct host *h)
{
	const struct obs *o = site_ask(&v->site, name, "AAAA");
	enum answer said = answer_of(o);
	bool v4 = v->env->v4 && h->n_v4;
	char key[KEY_MAX];
	struct look *l;

	if ((said != ANSWER_SERVFAIL && said != ANSWER_SILENT) || (v->env->v4 && h->a == ANSWER_UNASKED) ||
	    (!v4 && !(v->env->v6 && h->n_good)))
		return;
	snprintf(key, sizeof(key), "q|%s", name);
	l = look_want(v, EVIDENCE_DNS, key);
	if (!l)
		return;
	l->addr = v4 ? h->v4[0] : h->good[0];
	l->first = true;
	l->host = arena_str(&v->arena, ns);
	l->dns = (struct dns_question){.qname = arena_str(&v->arena, name),
				       .qtype = DNS_AAAA,
				       .role = "authority_aaaa",
				       .via = VIA_AUTH_UDP,
				       .server = l->addr,
				       .ns_host = l->host};
	look_go(l);
}

static void look_at_servers(struct visit *v)
{
	enum answer answer;
	const struct obs *zone = site_zone(&v->site, &answer);
	char name[NAME_MAX_B], www[NAME_MAX_B];
	const char *at = NULL;

	target_host(&v->site, "www", www);
	for (size_t i = 0;
	     zone && row_name(dns_of(zone), &at, name) && plan_is_within(v, i, LIMIT_DNS_NS_KEPT); i++) {
		struct host h;

		plan_ask_addresses(v, name, "ns");
		h = site_host(&v->site, name);
		ask_for_aaaa(v, v->domain, name, &h);
		ask_for_aaaa(v, www, name, &h);
		for (size_t k = 0;
		     v->env->v6 && k < h.n_good && plan_is_within(v, k, LIMIT_DNS_NS_ADDRESSES); k++) {
			ask_authority(v, dns_of(zone)->qname, name, &h.good[k], VIA_AUTH_UDP);
			ask_authority(v, dns_of(zone)->qname, name, &h.good[k], VIA_AUTH_TCP);
		}
	}
}

/* ---- web ---- */

/* One hop of one chain: where it began, over which family, how far it has come. */
struct hop {
	const char *target;
	int family, number;
	enum web_scheme began, scheme;
	const char *host, *path;
	uint16_t port; /* 0: the scheme's own */
};

static struct look *fetch(struct visit *v, const struct hop *h, const struct addr *a, bool first)
{
	char key[KEY_MAX], text[ADDR_TEXT_MAX];
	struct look *l;

	snprintf(key, sizeof(key), "w|%s|%d|%d|%d|%s", h->target, h->family, (int)h->began,
		 h->number, addr_text(a, text));
	l = look_want(v, EVIDENCE_WEB, key);
	if (!l)
		return look_find(v, key);
	l->addr = *a;
	l->first = first;
	l->host = arena_str(&v->arena, h->host);
	l->web = (struct web_question){.target = h->target,
				       .host = l->host,
				       .scheme = h->scheme,
				       .began = h->began,
				       .addr = *a,
				       .port = h->port,
				       .hop = h->number,
				       .path = arena_str(&v->arena, h->path),
				       .user_agent = v->env->user_agent,
				       .hosts = h->family == 6, /* IPv4 lacks none of them */
				       .links = links_home(v)};
	look_go(l);
	return l;
}

/* The addresses of the hop's host one after the other, until one connects. */
static void fetch_any(struct visit *v, const struct hop *hop)
{
	struct host h = page_host(&v->site, hop->host);
	const struct addr *list = hop->family == 6 ? h.good : h.v4;
	size_t n = hop->family == 6 ? h.n_good : h.n_v4;

	for (size_t k = 0; k < n && plan_is_within(v, k, LIMIT_SITE_ADDRESSES); k++) {
		const struct look *l = fetch(v, hop, &list[k], k == 0);

		if (!l || l->state != LOOK_ENDED || l->connected)
			return;
	}
}

/* Has an earlier hop of this chain led to the same page? */
static bool been_there(const struct visit *v, const struct hop *hop, const char *location)
{
	for (int n = 0; n < hop->number; n++) {
		const struct obs *o =
			site_web(&v->site, hop->target, hop->family, hop->began, n);

		if (o && web_of(o)->location && !strcmp(web_of(o)->location, location))
			return true;
	}
	return false;
}

/* Where a redirect leads, when this chain has to follow it; the front pages of the domain and of www
 * have chains of their own. */
static bool next_hop(struct visit *v, struct hop *hop, struct page *u)
{
	const struct obs *o = site_web(&v->site, hop->target, hop->family, hop->began, hop->number);
	enum web_scheme scheme;
	const char *target;

	if (!o || o->outcome != OUTCOME_OK || !web_is_redirect(web_of(o)) ||
	    been_there(v, hop, web_of(o)->location) ||
	    page_is_front(&v->site, web_of(o)->location, &target, &scheme) ||
	    !page_split(u, web_of(o)->location))
		return false;
	if (hop->number >= L_HTTP_REDIRECTS) {
		limit_hit(LIMIT_HTTP_REDIRECTS);
		return false;
	}
	hop->number++;
	hop->scheme = u->scheme;
	hop->host = u->host;
	hop->path = u->path;
	hop->port = u->port;
	return true;
}

static void follow_chain(struct visit *v, const char *target, const char *host, int family,
			 enum web_scheme began)
{
	struct hop hop = {.target = target, .family = family, .began = began, .scheme = began,
			  .host = host, .path = "/"};
	struct addr literal;
	struct page u;

	fetch_any(v, &hop);
	while (next_hop(v, &hop, &u)) {
		if (!addr_parse(&literal, hop.host))
			plan_ask_addresses(v, hop.host, "hop");
		fetch_any(v, &hop);
	}
}

static void look_at_pages(struct visit *v, const char *target)
{
	char name[NAME_MAX_B];

	target_host(&v->site, target, name);
	for (int scheme = SCHEME_HTTPS; scheme >= SCHEME_HTTP; scheme--) {
		if (v->env->v6)
			follow_chain(v, target, name, 6, (enum web_scheme)scheme);
		if (v->env->v4)
			follow_chain(v, target, name, 4, (enum web_scheme)scheme);
	}
}

bool plan_is_pending(const struct visit *v, const char *name)
{
	for (const struct look *l = v->first; l; l = l->next)
		if (l->kind == EVIDENCE_DNS && !strcmp(l->host, name) &&
		    (l->state != LOOK_ENDED || look_wants_again(l)) &&
		    (l->dns.qtype == DNS_A || l->dns.qtype == DNS_AAAA))
			return true;
	return false;
}

bool plan_pages_are_out(const struct visit *v)
{
	for (const struct look *l = v->first; l; l = l->next)
		if (l->kind == EVIDENCE_WEB && strcmp(l->web.target, WEB_REPEAT) != 0 &&
		    (l->state != LOOK_ENDED || look_wants_again(l)))
			return true;
	return false;
}

void visit_plan(struct visit *v, unsigned news)
{
	bool names = news & 1U << EVIDENCE_DNS;

	if (names) {
		ask_names(v);
		look_at_servers(v);
	}
	if (names || news & 1U << EVIDENCE_ZONE)
		plan_zones(v);
	if (names || news & 1U << EVIDENCE_SMTP)
		plan_mail(v);
	if (names || news & 1U << EVIDENCE_WEB) {
		look_at_pages(v, "apex");
		look_at_pages(v, "www");
		plan_quic(v);
	}
	if (names || news & (1U << EVIDENCE_WEB | 1U << EVIDENCE_RESOURCE))
		plan_resources(v);
	plan_repeats(v);
	plan_links(v);
}
