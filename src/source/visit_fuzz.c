/*
 * Any bytes as a small internet, and a visit in it: names and servers from short lists, so that
 * they meet, with everything that those can say.  What must hold of any visit stands in
 * test/replay.h.
 */
#include "test/replay.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N(list) (sizeof(list) / sizeof((list)[0]))
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define ODD10 "\\001\\002\\003\\004\\005\\006\\007\\008\\009\\010"

static const char *const domains[] = {"example.test",
				      "a.b.example.test",
				      "www.example.test",
				      "shop.example.co.uk",
				      "x.github.io",
				      X50 "." X50 "." X50 "." X50 ".example.test",
				      "test",
				      "3fff::1"};

static const char *const names[] = {"example.test",
				    "www.example.test",
				    "b.example.test",
				    "a.b.example.test",
				    "www.a.b.example.test",
				    "ns1.example.test",
				    "ns2.other.test",
				    "mx1.example.test",
				    "mx.other.test",
				    "cdn.test",
				    "edge.cdn.test",
				    "svc.example.test",
				    "old.test",
				    "shy.test",
				    "in.shy.test",
				    "3fff::25",
				    "10\\.0\\.0\\.1",
				    "a\\034b\\092\\010.test",
				    "test",
				    ".",
				    ODD10 ODD10 ODD10 "." ODD10 ODD10 ODD10 ".test",
				    X50 "." X50 "." X50 "." X50 ".test",
				    "example.co.uk",
				    "co.uk",
				    "shop.example.co.uk",
				    "www.www.example.test"};

static const char *const addrs[] = {
	"3fff::1",	   "3fff::2",	  "3fff:1::1",	     "3fff:2::1",
	"3fff::25",	   "3fff::53",	  "198.18.0.1",	     "198.18.0.2",
	"198.19.0.1",	   "198.18.0.25", "2600::1",	     "8.8.8.8",
	"10.0.0.1",	   "127.0.0.1",	  "169.254.169.254", "::1",
	"fe80::1",	   "fd00::1",	  "64:ff9b::a00:1",  "2002:a00:1::1",
	"::ffff:10.0.0.1", "::",	  "192.0.2.53",	     "3fff:9::1"};

static const char *const pages[] = {"/", "/a", "/b", "old.test/", "example.test/", "/a?b=c", "/robots.txt", "/1"};

static const char *const places[] = {"/",
				     "/a",
				     "/b",
				     "https://example.test/",
				     "http://example.test/",
				     "https://www.example.test/",
				     "http://www.example.test/",
				     "https://old.test/",
				     "http://old.test/a",
				     "https://in.shy.test/",
				     "http://10.0.0.1/",
				     "http://[::1]/",
				     "http://[3fff::2]/",
				     "https://198.18.0.2/",
				     "http://2130706433/",
				     "//cdn.test/b",
				     "https://example.test:8443/",
				     "ftp://example.test/",
				     "http://[fe80::1%25eth0]/",
				     "https://user@old.test/",
				     "http://169.254.169.254/",
				     "http://[::ffff:a00:1]/",
				     "?x",
				     "#y",
				     "https://EXAMPLE.test./",
				     "https://b.example.test/%0d%0aX",
				     "/1",
				     "https://old.test/1"};

static const uint16_t types[] = {DNS_A, DNS_AAAA, DNS_NS, DNS_MX, DNS_HTTPS, DNS_CNAME, DNS_TXT, DNS_PTR};

/* What a TXT record may hold; its %s is a name. */
static const char *const terms[] = {
	"v=spf1 include:%s -all", "v=spf1 redirect=%s", "v=spf1 a:%s mx:%s ip6:3fff::25 ~all",
	"v=spf1 ip4:198.18.0.25 ip6:3fff::/20 -all", "v=spf1 exists:%%{i}.%s ptr:%s", "v=spf1 include:%s include:%s include:%s",
	"v=spf1 ip6:3fff::/129 all all", "v=spf1", "v=spf10 x", "v=spf1 a//64 mx//129 include: -", "no policy of %s",
	"v=spf1 include:%%{d}.%s redirect=%s", "v=spf1 +ip6:2600::1 ?a:%s/24//64 exp=%s",
};

struct bytes {
	const uint8_t *at, *end;
	struct internet *net;
};

static uint8_t take(struct bytes *b)
{
	return b->at < b->end ? *b->at++ : 0;
}

#define PICK(b, list) ((list)[take(b) % N(list)])

static struct addr pick_addr(struct bytes *b)
{
	struct addr a;

	addr_parse(&a, PICK(b, addrs));
	return a;
}

/* ---- what is said ---- */

static void say_how(struct bytes *b, struct say *s)
{
	static const enum said hows[] = {SAID_CODE,	   SAID_SILENCE,    SAID_REFUSED,
					 SAID_UNREACHABLE, SAID_CLOSED,	    SAID_HOLD,
					 SAID_TRICKLE,	   SAID_TLS_FAILED, SAID_TLS_HOLD};
	static const char *const words[] = {"EHOSTUNREACH", "old_version", "closed", "EACCES"};

	s->how = PICK(b, hows);
	s->rcode = (enum dns_rcode)(take(b) % 12);
	s->word = PICK(b, words);
}

static const char *say_terms(struct bytes *b, const char *text)
{
	const char *one = PICK(b, names), *two = PICK(b, names), *three = PICK(b, names);

	return arena_printf(&b->net->arena, text, one, two, three);
}

static void say_record(struct bytes *b, struct say *s, uint16_t type, unsigned i)
{
	struct arena *a = &b->net->arena;
	const char **record = (const char **)vec_push(&s->records);
	uint8_t n = take(b);

	if (type == DNS_A && n >= 200)
		*record = arena_printf(a, "198.18.%u.%u", n, i & 255);
	else if (type == DNS_AAAA && n >= 200)
		*record = arena_printf(a, "3fff:%x::%x", n, i);
	else if (type == DNS_A || type == DNS_AAAA)
		*record = addrs[n % N(addrs)];
	else if (type == DNS_MX)
		*record = arena_printf(a, "%u %s", i, names[n % N(names)]);
	else if (type == DNS_HTTPS)
		*record = arena_printf(a, "%u %s alpn=%s ipv6hint=3fff::%x", i, names[n % N(names)],
				       n & 64 ? "h3,h2" : "h2", n);
	else if (type == DNS_TXT)
		*record = say_terms(b, terms[n % N(terms)]);
	else if (n >= 200)
		*record = arena_printf(a, "n%u.%s", i, names[n % 16]);
	else
		*record = names[n % N(names)];
}

/* Upper bits of what comes first choose rare things. */
static void say_rest(struct bytes *b, struct say *s)
{
	static const int64_t delays_ms[] = {500, 1500, 4000, 9500, 19000};
	uint8_t how = take(b);

	s->spoilt = how > 240;
	s->no_aa = how & 1;
	if (how & 16)
		s->cert = how & 2 ? "expired" : "name_mismatch";
	if (how & 8)
		s->after_us = delays_ms[how % N(delays_ms)] * 1000;
}

static void say_dns(struct bytes *b, struct say *s, uint16_t type)
{
	uint8_t n = take(b);

	if (n >= 0xc0) {
		say_how(b, s);
		return;
	}
	/* a few, or very many */
	for (unsigned i = 0, all = n < 0xb0 ? n % 6 : n; i < all; i++)
		say_record(b, s, type, i);
}

static void say_raw(struct bytes *b, struct say *s)
{
	size_t len = take(b);

	s->bytes = b->at;
	s->len = len < (size_t)(b->end - b->at) ? len : (size_t)(b->end - b->at);
	b->at += s->len;
}

static void say_web(struct bytes *b, struct say *s)
{
	static const int statuses[] = {200, 200, 404, 503, 403, 301, 302, 307, 304, 204};
	static const char *const bodies[] = {
		"", "a page", "<title>x</title>another page of words",
		"<script src=//cdn.test/x></script><img src=//old.test/y><img src=https://10.0.0.1/z>",
		"<a href=/a>a</a><a href=/b?c>b</a><a href=//old.test/>o</a><a href=//b.example.test/x>x</a>",
		"User-agent: *\nDisallow: /b\nUser-agent: sextant\nDisallow: /a$\n",
		"<base href=https://in.shy.test/><link rel=stylesheet href=s><iframe src=http://[3fff::2]/></iframe>"};
	uint8_t n = take(b);
	const char *body;
	int status;

	if (n >= 0xc0) {
		say_how(b, s);
	} else if (n >= 0xb0) {
		say_raw(b, s);
	} else {
		status = statuses[n % N(statuses)];
		body = PICK(b, bodies);
		internet_page(b->net, s, status, status / 100 == 3 ? PICK(b, places) : NULL,
			      n & 32   ? "text/html\r\nAlt-Svc: h3=\":443\"; ma=60, h2=\":8443\""
			      : n & 16 ? "text/html"
				       : NULL,
			      body, strlen(body));
	}
}

static void say_smtp(struct bytes *b, struct say *s)
{
	static const int codes[] = {220, 220, 250, 421, 554, 200, 199};
	uint8_t n = take(b);

	if (n >= 0xa0) {
		say_how(b, s);
		return;
	}
	s->banner = PICK(b, codes);
	s->ehlo = n & 1 ? 250 : PICK(b, codes);
	if (n & 2) { /* offered; then perhaps refused, or not what it seems */
		static const int starttls[] = {220, 454, 501, 199};
		static const enum said hows[] = {SAID_DATA, SAID_DATA, SAID_TLS_HOLD, SAID_TLS_FAILED, SAID_CLOSED};

		s->starttls = PICK(b, starttls);
		s->how = PICK(b, hows);
		s->word = "old_version";
	}
}

/* QUIC at UDP port 443: versions, or nothing. */
static void say_quic(struct bytes *b, struct say *s)
{
	static const enum said hows[] = {SAID_DATA, SAID_SILENCE, SAID_REFUSED, SAID_UNREACHABLE};

	s->how = PICK(b, hows);
	s->word = "EHOSTUNREACH";
}

/* ---- places ---- */

static void add_name(struct bytes *b)
{
	const char *name = PICK(b, names);
	uint16_t type = PICK(b, types);
	char arpa[DNS_ARPA_MAX];
	struct addr a;
	struct place *p;
	struct say *s;

	if (type == DNS_PTR) {
		a = pick_addr(b);
		name = arena_str(&b->net->arena, dns_arpa(&a, arpa));
	}
	p = internet_name(b->net, name, type);
	s = place_say(p);
	say_dns(b, s, type);
	say_rest(b, s);
}

static void add_server(struct bytes *b)
{
	struct addr a = pick_addr(b);
	uint8_t kind = take(b);
	static const char *const overs[] = {NULL, "udp", "tcp"};
	struct say *s;

	if (kind & 1) {
		struct place *p = internet_server(b->net, &a, kind & 2 ? 443 : 80, NULL);

		s = place_say(p);
		say_web(b, s);
		if (kind & 4) {
			p = internet_server(b->net, &a, kind & 2 ? 443 : 80, PICK(b, pages));
			s = place_say(p);
			say_web(b, s);
		}
	} else if (kind & 2 && kind & 8) {
		s = place_say(internet_server(b->net, &a, 443, "quic"));
		say_quic(b, s);
	} else if (kind & 2) {
		s = place_say(internet_server(b->net, &a, 25, NULL));
		say_smtp(b, s);
	} else {
		s = place_say(internet_server(b->net, &a, DNS_PORT, overs[kind / 4 % 3]));
		if (take(b) & 1)
			say_how(b, s);
	}
	say_rest(b, s);
}

static void add_plea(struct bytes *b, struct replay *r)
{
	struct plea *p = vec_push(&r->pleas);
	uint8_t n = take(b);
	struct addr a;

	p->at_us = take(b) * (int64_t)5000000;
	if (n & 1) {
		p->line = n & 2 ? "shy.test" : "example.test";
	} else {
		a = pick_addr(b);
		p->line = arena_alloc(&b->net->arena, PREFIX_TEXT_MAX);
		prefix_text(&(struct prefix){a, (uint8_t)addr_bits(&a)}, (char *)p->line);
	}
}

static void set_observer(struct bytes *b, struct replay *r)
{
	uint8_t how = take(b);
	struct addr a;

	r->domain = domains[how & 0x80 ? take(b) % N(domains) : 0];
	r->v4 = (how & 3) != 1;
	r->v6 = (how & 3) != 2;
	r->public_ok = !(how & 4);
	if (!(how & 8)) {
		prefix_parse(vec_push(&r->allow), "3fff::/20");
		prefix_parse(vec_push(&r->allow), "198.18.0.0/15");
	}
	if (how & 16) {
		a = pick_addr(b);
		*vec_push(&r->deny) = prefix_of(&a, a.family == 4 ? 24 : 48);
	}
	if (how & 32)
		r->repeat_after_us = 1000000;
	if (how & 64)
		prefix_parse(vec_push(&r->allow), "::/0");
	r->links = (how ^ how >> 3) & 7;
}

/* ---- a site as it should be, where the bytes said nothing ---- */

static void fill_name(struct bytes *b, const char *name, uint16_t type, const char *record)
{
	struct place *p = internet_name(b->net, name, type);
	struct say *s;

	if (p->says.n)
		return;
	s = place_say(p);
	*vec_push(&s->records) = record;
}

static struct say *fill_server(struct bytes *b, const char *addr, uint16_t port)
{
	struct addr a;
	struct place *p;

	addr_parse(&a, addr);
	p = internet_server(b->net, &a, port, NULL);
	return p->says.n ? NULL : place_say(p);
}

static void fill_web(struct bytes *b, const char *addr)
{
	for (uint16_t port = 80; port <= 443; port += 363) {
		struct say *s = fill_server(b, addr, port);

		if (s)
			internet_page(b->net, s, 200, NULL, "text/html", "a page", 6);
	}
}

/* As many of them as are considered, with as many addresses as are tried, and one more of each. */
static void fill_many(struct bytes *b, const char *domain, uint16_t type, const char *of)
{
	struct place *hosts = internet_name(b->net, domain, type);
	struct say *s = hosts->says.n ? NULL : place_say(hosts);

	for (unsigned i = 0; s && i <= L_DNS_NS_KEPT; i++) {
		const char *host = arena_printf(&b->net->arena, "h%u.%s", i, of);
		struct place *p = internet_name(b->net, host, DNS_AAAA);
		struct say *addresses = place_say(p);

		*vec_push(&s->records) =
			arena_printf(&b->net->arena, "%s%s", type == DNS_MX ? "10 " : "", host);
		for (unsigned k = 0; k <= L_DNS_NS_ADDRESSES; k++)
			*vec_push(&addresses->records) =
				arena_printf(&b->net->arena, "3fff:%x%02x::%x", type & 15, i, k);
	}
}

/* Every answer of every server takes its time. */
static void slow_down(struct internet *n)
{
	for (size_t i = 0; i < n->places.n; i++)
		for (size_t k = 0; n->places.at[i]->port && k < n->places.at[i]->says.n; k++)
			n->places.at[i]->says.at[k].after_us += 3000000;
}

static void fill(struct bytes *b, const char *domain, uint8_t what)
{
	const char *www = arena_printf(&b->net->arena, "www.%s", domain);
	struct say *s;

	if (!(what & 32))
		fill_many(b, domain, DNS_NS, "ns.test");
	if (!(what & 64))
		fill_many(b, domain, DNS_MX, "mx.test");
	if (what & 1) {
		fill_name(b, domain, DNS_AAAA, "3fff::1");
		fill_name(b, domain, DNS_A, "198.18.0.1");
		fill_name(b, www, DNS_AAAA, "3fff::1");
	}
	if (what & 2)
		fill_name(b, domain, DNS_NS, "ns1.example.test");
	if (what & 4) {
		fill_name(b, domain, DNS_MX, "10 mx1.example.test");
		fill_name(b, domain, DNS_TXT, "v=spf1 include:old.test mx -all");
		fill_name(b, "old.test", DNS_TXT, "v=spf1 redirect=cdn.test");
	}
	if (what & 8) {
		fill_name(b, "ns1.example.test", DNS_AAAA, "3fff::53");
		fill_name(b, "mx1.example.test", DNS_AAAA, "3fff::25");
		fill_name(b, "old.test", DNS_AAAA, "3fff::2");
	}
	if (what & 16) {
		fill_web(b, "3fff::1");
		fill_web(b, "198.18.0.1");
		fill_web(b, "3fff::2");
		fill_server(b, "3fff::53", DNS_PORT);
		s = fill_server(b, "3fff::25", 25);
		if (s)
			*s = (struct say){.banner = 220, .ehlo = 250, .starttls = 220};
	}
	if (!(what & 128))
		slow_down(b->net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {.at = data, .end = data + size};
	struct replay r;
	uint8_t what_else;

	if (size > 4096)
		return 0;
	replay_init(&r);
	b.net = &r.net;
	set_observer(&b, &r);
	what_else = take(&b);
	while (b.at < b.end) {
		uint8_t what = take(&b);

		if (what >= 0xf0)
			add_plea(&b, &r);
		else if (what & 1)
			add_name(&b);
		else
			add_server(&b);
	}
	fill(&b, r.domain, (uint8_t)~what_else);
	replay_run(&r);
	if (r.broken[0]) {
		fprintf(stderr, "%s\n", r.broken);
		abort();
	}
	replay_done(&r);
	return 0;
}
