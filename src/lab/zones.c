/* zones: see zones.h. */
#include "lab/zones.h"

#include "lab/plan.h"
#include "wire/dns.h"

#include <stdlib.h>
#include <string.h>

enum { TTL_S = 60 };
#define HOSTING "hosting.test."
#define V4ZONE "v4zone.test." /* its own name servers have no IPv6; names in it may */

static void add(struct zone *z, const char *owner, const char *type, const char *text)
{
	*vec_push(&z->records) = (struct record){owner, type, text};
}

static void add_addr(struct zone *z, struct arena *a, const char *owner, struct addr addr)
{
	char text[ADDR_TEXT_MAX];

	add(z, owner, addr.family == 4 ? "A" : "AAAA", arena_str(a, addr_text(&addr, text)));
}

static void add_both(struct zone *z, struct arena *a, const char *owner, struct addr v4,
		     struct addr v6)
{
	add_addr(z, a, owner, v4);
	add_addr(z, a, owner, v6);
}

static const char *under(struct arena *a, const char *label, const char *name)
{
	return arena_printf(a, "%s.%s", label, name);
}

static struct zone *new_zone(zone_list *out, struct arena *a, const char *name,
			     enum zone_server server, const char *mname)
{
	struct zone *z = vec_push(out);

	z->name = name;
	z->server = server;
	add(z, name, "SOA",
	    arena_printf(a, "%s hostmaster.%s 2026010100 3600 600 86400 %d", mname,
			 strcmp(name, ".") ? name : HOSTING, TTL_S));
	return z;
}

bool state_own_ns(const struct state *s)
{
	static const char *const keys[] = {"aaaa_answer", "udp6", "tcp6", "lame", "delegation", "serial6", "large6"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (state_get(s, keys[i], NULL))
			return true;
	return false;
}

/* ---- one site ---- */

enum { WITH_A = 1, WITH_AAAA = 2 };

static void add_site_addr(struct zone *z, struct arena *a, const char *owner, unsigned with)
{
	const struct state *s = z->state;
	const char *aaaa = state_get(s, "aaaa", NULL), *more = state_get(s, "aaaa_more", NULL);

	if (with & WITH_A && !state_is(s, "a", "no"))
		add_addr(z, a, owner, site_addr(s->number, HOST_WEB, 4));
	if (!(with & WITH_AAAA) || state_is(s, "aaaa", "no"))
		return;
	if (aaaa)
		add(z, owner, "AAAA", aaaa);
	else
		add_addr(z, a, owner, site_addr(s->number, HOST_WEB, 6));
	if (more)
		add(z, owner, "AAAA", more);
}

static struct zone *zone_named(zone_list *out, const char *name)
{
	for (size_t i = 0; i < out->n; i++)
		if (!strcmp(out->at[i].name, name))
			return &out->at[i];
	abort();
}

static void add_www(struct zone *z, zone_list *out, struct zone *hosting, struct arena *a)
{
	const char *how = state_get(z->state, "www", ""), *www = under(a, "www", z->name);

	if (!strcmp(how, "cname")) {
		const char *edge = arena_printf(a, "site-%u.edge." HOSTING, z->state->number);

		add(z, www, "CNAME", edge);
		add_addr(hosting, a, edge, site_addr(z->state->number, HOST_WEB, 4));
		add_addr(hosting, a, edge, site_addr(z->state->number, HOST_WEB, 6));
	} else if (!strcmp(how, "v4zone")) {
		struct zone *v4zone = zone_named(out, V4ZONE);
		const char *edge = arena_printf(a, "site-%u." V4ZONE, z->state->number);

		add(z, www, "CNAME", edge);
		add_both(v4zone, a, edge, site_addr(z->state->number, HOST_WEB, 4),
			 site_addr(z->state->number, HOST_WEB, 6));
	} else if (!strcmp(how, "loop")) {
		add(z, www, "CNAME", under(a, "circle", z->name));
		add(z, under(a, "circle", z->name), "CNAME", www);
	} else if (strcmp(how, "no") != 0) {
		add_site_addr(z, a, www, !strcmp(how, "v4") ? WITH_A : WITH_A | WITH_AAAA);
	}
}

static void add_https(struct zone *z, struct arena *a)
{
	struct addr v4 = site_addr(z->state->number, HOST_WEB, 4);
	struct addr v6 = site_addr(z->state->number, HOST_WEB, 6);
	const char *how = state_get(z->state, "https", NULL);
	char t4[ADDR_TEXT_MAX], t6[ADDR_TEXT_MAX];

	if (!how)
		return;
	if (!strcmp(how, "h3")) {
		add(z, z->name, "HTTPS", "1 . alpn=h3,h2");
		return;
	}
	if (!strcmp(how, "differs"))
		v6 = site_addr(z->state->number, HOST_NS2, 6);
	addr_text(&v4, t4);
	addr_text(&v6, t6);
	add(z, z->name, "HTTPS",
	    !strcmp(how, "v4hint") ? arena_printf(a, "1 . alpn=http/1.1 ipv4hint=%s", t4)
				   : arena_printf(a, "1 . alpn=http/1.1 ipv4hint=%s ipv6hint=%s",
						  t4, t6));
}

static struct zone *zone_above(zone_list *out, const char *name)
{
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->at[i].name, ".") && dns_name_within(name, out->at[i].name))
			return &out->at[i];
	return NULL;
}

/* The names of the mail host's addresses: its own, unless the row says otherwise. */
static void add_ptr(const struct zone *z, zone_list *out, struct arena *a, const char *mx)
{
	const char *how = state_get(z->state, "ptr", "");

	for (int family = 4; family <= 6 && strcmp(how, "no") != 0; family += 2) {
		struct addr addr = site_addr(z->state->number, HOST_MAIL, family);
		char arpa[DNS_ARPA_MAX];
		const char *owner = arena_printf(a, "%s.", dns_arpa(&addr, arpa));

		add(zone_above(out, owner), owner, "PTR",
		    !strcmp(how, "unconfirmed") ? under(a, "legacy", z->name) : mx);
	}
}

static void add_spf(struct zone *z, struct arena *a)
{
	const char *how = state_get(z->state, "spf", NULL), *helper = under(a, "spf", z->name);
	struct addr v4 = site_addr(z->state->number, HOST_MAIL, 4);
	struct addr v6 = site_addr(z->state->number, HOST_MAIL, 6);
	char t4[ADDR_TEXT_MAX], t6[ADDR_TEXT_MAX];
	const char *text;

	if (!how)
		return;
	addr_text(&v4, t4);
	addr_text(&v6, t6);
	if (!strcmp(how, "ok"))
		text = arena_printf(a, "\"v=spf1 ip4:%s ip6:%s -all\"", t4, t6);
	else if (!strcmp(how, "v4only"))
		text = arena_printf(a, "\"v=spf1 ip4:%s -all\"", t4);
	else
		text = arena_printf(a, "\"v=spf1 include:%s -all\"", helper);
	add(z, z->name, "TXT", text);
	if (!strcmp(how, "loop"))
		add(z, helper, "TXT", arena_printf(a, "\"v=spf1 include:%s -all\"", z->name));
}

static void add_mail_host(struct zone *z, struct arena *a, const char *name, unsigned with)
{
	if (with & WITH_A)
		add_addr(z, a, name, site_addr(z->state->number, HOST_MAIL, 4));
	if (with & WITH_AAAA)
		add_addr(z, a, name, site_addr(z->state->number, HOST_MAIL, 6));
}

static void add_mx(struct zone *z, zone_list *out, struct arena *a)
{
	const char *how = state_get(z->state, "mx", ""), *mx = under(a, "mx", z->name);
	const char *far = arena_printf(a, "mx-%u." V4ZONE, z->state->number);
	const char *old = under(a, "mx-old", z->name);

	if (!strcmp(how, "no"))
		return;
	if (!strcmp(how, "null")) {
		add(z, z->name, "MX", "0 .");
		return;
	}
	if (!strcmp(how, "v4zone") || !strcmp(how, "somezone")) {
		struct zone *v4zone = zone_named(out, V4ZONE);

		add(z, z->name, "MX", arena_printf(a, "20 %s", far));
		add_both(v4zone, a, far, site_addr(z->state->number, HOST_MAIL, 4),
			 site_addr(z->state->number, HOST_MAIL, 6));
	}
	if (!strcmp(how, "v4zone")) {
		add_ptr(z, out, a, far);
		return;
	}
	add(z, z->name, "MX", arena_printf(a, "10 %s", mx));
	add_mail_host(z, a, mx, !strcmp(how, "v4only") ? WITH_A : WITH_A | WITH_AAAA);
	add_ptr(z, out, a, mx);
	add_spf(z, a);
	if (strcmp(how, "mixed") != 0)
		return;
	add(z, z->name, "MX", arena_printf(a, "20 %s", old));
	add_mail_host(z, a, old, WITH_A);
}

/* The zone's name servers, here and (as a delegation) in the parent. */
static void add_ns(struct zone *z, struct zone *parent, struct arena *a)
{
	static const struct {
		const char *how, *first, *second;
	} sets[] = {
		{"", "ns1." HOSTING, "ns2." HOSTING},
		{"v4only", "v4ns1." HOSTING, "v4ns2." HOSTING},
		{"v6only", "v6ns1." HOSTING, "v6ns2." HOSTING},
		{"one6", "ns1." HOSTING, "v4ns1." HOSTING},
		{"bogon", "bogonns1." HOSTING, "bogonns2." HOSTING},
		{"sibling", "ns1." V4ZONE, "ns2." V4ZONE},
	};
	const char *how = state_get(z->state, "ns", ""), *name[2] = {NULL, NULL};

	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		if (!strcmp(sets[i].how, how)) {
			name[0] = sets[i].first;
			name[1] = sets[i].second;
		}
	for (int i = 0; i < 2; i++) {
		struct zone *both[] = {z, parent};

		if (z->server == SERVED_BY_LABDNS)
			name[i] = under(a, i ? "ns2" : "ns1", z->name);
		for (int k = 0; k < 2; k++) {
			enum site_host host = i ? HOST_NS2 : HOST_NS;

			add(both[k], z->name, "NS", name[i]);
			if (z->server != SERVED_BY_LABDNS)
				continue;
			add_addr(both[k], a, name[i], site_addr(z->state->number, host, 4));
			if (!state_is(z->state, "delegation", k ? "noglue" : "nochild"))
				add_addr(both[k], a, name[i], site_addr(z->state->number, host, 6));
		}
	}
}

/* A host that serves the web over IPv4; where its AAAA record leads, port 443 is closed. */
static void add_dead(struct zone *z, struct arena *a)
{
	if (strncmp(state_get(z->state, "loads", ""), "dead", 4) != 0)
		return;
	add_both(z, a, under(a, "dead", z->name), site_addr(z->state->number, HOST_WEB, 4),
		 site_addr(z->state->number, HOST_MAIL, 6));
}

static void add_site(zone_list *out, const struct state *s, struct arena *a)
{
	const char *name = arena_printf(a, "%s.", s->domain), *apex = state_get(s, "apex", "");
	const char *tld = strchr(name, '.') + 1;
	struct zone *z = new_zone(out, a, name,
				  state_own_ns(s) ? SERVED_BY_LABDNS : SERVED_BY_HOSTING,
				  "ns1." HOSTING);
	struct zone *parent = NULL, *hosting = NULL;

	z->state = s;
	for (size_t i = 0; i < out->n; i++) {
		if (!strcmp(out->at[i].name, tld))
			parent = &out->at[i];
		if (!strcmp(out->at[i].name, HOSTING))
			hosting = &out->at[i];
	}
	add_ns(z, parent, a);
	if (state_get(s, "large6", NULL))
		add(parent, name, "DS", "1 8 2 0000000000000000000000000000000000000000000000000000000000000000");
	if (strcmp(apex, "no") != 0)
		add_site_addr(z, a, name, !strcmp(apex, "v4") ? WITH_A : WITH_A | WITH_AAAA);
	add_www(z, out, hosting, a);
	/* where redirects to an IPv4-only host lead */
	add_addr(z, a, under(a, "legacy", name), site_addr(s->number, HOST_WEB, 4));
	add_dead(z, a);
	add_https(z, a);
	add_mx(z, out, a);
}

/* ---- infrastructure ---- */

/* Reverse zones of the sites' networks. */
static void add_reverse(zone_list *out, struct arena *a, const char *ns)
{
	static const char *const names[] = {"f.f.f.3.ip6.arpa.", "19.198.in-addr.arpa."};

	for (size_t i = 0; i < 2; i++) {
		struct zone *z = new_zone(out, a, names[i], SERVED_BY_PARENT, ns);

		add(z, names[i], "NS", ns);
		add(&out->at[0], names[i], "NS", ns);
	}
}

static void add_registry(zone_list *out, struct arena *a)
{
	static const char *const tlds[] = {"test.", "example."};
	const char *ns = "ns.nic.test.", *root_ns = "a.root-lab.";
	struct addr v4 = infra_addr(INFRA_REGISTRY, 4), v6 = infra_addr(INFRA_REGISTRY, 6);
	struct zone *z = new_zone(out, a, ".", SERVED_BY_PARENT, root_ns);

	add(z, ".", "NS", root_ns);
	add_both(z, a, root_ns, infra_addr(INFRA_ROOT, 4), infra_addr(INFRA_ROOT, 6));
	add(z, tlds[0], "NS", ns);
	add(z, tlds[1], "NS", ns);
	add_both(z, a, ns, v4, v6);
	for (size_t i = 0; i < 2; i++) {
		z = new_zone(out, a, tlds[i], SERVED_BY_PARENT, ns);
		add(z, tlds[i], "NS", ns);
		/* who wants DNSSEC records gets DS in referrals of a zone that looks signed; nobody validates here */
		if (i == 1)
			add(z, tlds[i], "RRSIG", "DNSKEY 8 1 60 20360101000000 20260101000000 1 example. AAAA");
		if (i == 0)
			add_both(z, a, ns, v4, v6);
	}
	add_reverse(out, a, ns);
}

static void add_hosting(zone_list *out, struct arena *a)
{
	static const char *const good[] = {"ns1." HOSTING, "ns2." HOSTING};
	struct zone *z = new_zone(out, a, HOSTING, SERVED_BY_HOSTING, good[0]);
	struct zone *registry = &out->at[1];

	for (unsigned i = 0; i < 2; i++) {
		const char *bogon = arena_printf(a, "bogonns%u." HOSTING, i + 1);

		add(z, HOSTING, "NS", good[i]);
		add(registry, HOSTING, "NS", good[i]);
		add_both(z, a, good[i], infra_addr(INFRA_NS + i, 4), infra_addr(INFRA_NS + i, 6));
		add_both(registry, a, good[i], infra_addr(INFRA_NS + i, 4),
			 infra_addr(INFRA_NS + i, 6));
		add_addr(z, a, arena_printf(a, "v4ns%u." HOSTING, i + 1),
			 infra_addr(INFRA_V4NS + i, 4));
		add_addr(z, a, arena_printf(a, "v6ns%u." HOSTING, i + 1),
			 infra_addr(INFRA_V6NS + i, 6));
		add_addr(z, a, bogon, infra_addr(INFRA_BOGONNS + i, 4));
		add(z, bogon, "AAAA", arena_printf(a, "fd00::53:%u", i + 1));
	}
}

/* A zone whose names have IPv6 and whose name servers have not. */
static void add_v4zone(zone_list *out, struct arena *a)
{
	struct zone *z = new_zone(out, a, V4ZONE, SERVED_BY_HOSTING, "v4ns1." HOSTING);
	struct zone *registry = &out->at[1];

	for (unsigned i = 0; i < 2; i++) {
		const char *ns = arena_printf(a, "v4ns%u." HOSTING, i + 1);

		add(z, V4ZONE, "NS", ns);
		add(registry, V4ZONE, "NS", ns);
		add_both(z, a, arena_printf(a, "ns%u." V4ZONE, i + 1), infra_addr(INFRA_NS + i, 4),
			 infra_addr(INFRA_NS + i, 6));
	}
}

void zones_build(zone_list *out, const struct truth *t, struct arena *a)
{
	add_registry(out, a);
	add_hosting(out, a);
	add_v4zone(out, a);
	for (size_t i = 0; i < t->n_states; i++)
		if (!state_is(&t->states[i], "exists", "no"))
			add_site(out, &t->states[i], a);
}

void zones_done(zone_list *z)
{
	for (size_t i = 0; i < z->n; i++)
		vec_done(&z->at[i].records);
	vec_done(z);
}

void zone_write(const struct zone *z, struct buf *out)
{
	buf_printf(out, "$ORIGIN %s\n$TTL %d\n", z->name, TTL_S);
	for (size_t i = 0; i < z->records.n; i++) {
		const struct record *r = &z->records.at[i];

		buf_printf(out, "%s IN %s %s\n", r->owner, r->type, r->text);
	}
}
