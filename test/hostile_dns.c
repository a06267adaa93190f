/* hostile_dns: see hostile.h.  Answers are put together byte by byte: most of them no library would make. */
#include "hostile.h"

#include "wire/dns.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t hostile_handed;

/* ---- who is meant ---- */

struct meant {
	char name[256]; /* of the question, small letters */
	unsigned k, n;	/* personality and site; k == n_personalities: nobody's */
	bool apex;
	uint16_t type;
	size_t end; /* of the question */
};

static bool read_question(const uint8_t *q, size_t len, struct meant *m)
{
	size_t at = 12, n = 0;

	while (at < len && q[at] && q[at] < 64 && at + q[at] + 1u < len && n + q[at] + 1u < sizeof(m->name)) {
		for (unsigned i = 1; i <= q[at]; i++)
			m->name[n++] = (char)tolower(q[at + i]);
		m->name[n++] = '.';
		at += q[at] + 1u;
	}
	m->name[n ? n - 1 : 0] = '\0';
	if (at + 5 > len || q[at])
		return false;
	m->type = (uint16_t)(q[at + 1] << 8 | q[at + 2]);
	m->end = at + 5;
	return true;
}

static void who(struct meant *m)
{
	const char *test = strstr(m->name, ".test"), *p = test;
	int used = 0;

	m->k = (unsigned)n_personalities;
	if (!test || strcmp(test, ".test") != 0)
		return;
	while (p > m->name && p[-1] != '.')
		p--;
	if (sscanf(p, "p%u-%u.test%n", &m->k, &m->n, &used) != 2 || p[used] || m->k >= n_personalities ||
	    m->n >= (m->k + 1 == n_personalities ? (unsigned)SITES_VARIOUS : (unsigned)SITES_PER_PERSONALITY))
		m->k = (unsigned)n_personalities;
	m->apex = p == m->name;
}

size_t hostile_of_question(const uint8_t *q, size_t len)
{
	struct meant m = {0};

	if (len < 17 || !read_question(q, len, &m))
		return n_personalities;
	who(&m);
	return m.k;
}

size_t hostile_of_addr(const struct addr *a)
{
	unsigned k = n_personalities;

	if (a->family == 4 && a->byte[0] == 198 && a->byte[1] == 19)
		k = (unsigned)(a->byte[2] << 8 | a->byte[3]) / SITES_PER_PERSONALITY;
	if (a->family == 4 && k >= n_personalities - 1 &&
	    (unsigned)(a->byte[2] << 8 | a->byte[3]) < (n_personalities - 1) * SITES_PER_PERSONALITY + SITES_VARIOUS)
		k = (unsigned)n_personalities - 1;
	else if (a->family == 6 && a->byte[0] == 0x3f && a->byte[1] == 0xff && a->byte[2] == 6)
		k = (unsigned)a->byte[4] << 8 | a->byte[5];
	return k < n_personalities ? k : n_personalities;
}

/* ---- forbidden addresses ---- */

static const char *const forbidden4[] = {
	"0.0.0.0",	"0.1.2.3",	 "10.0.0.1",	 "100.64.0.1", "127.0.0.1",	  "127.8.8.8",
	"169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.8",  "192.0.2.1",	  "192.88.99.1",
	"192.168.1.1",	"198.51.100.1",	 "203.0.113.1",	 "224.0.0.1",  "240.0.0.1",	  "255.255.255.255",
	"198.18.0.2",	"198.18.0.1", /* the observer itself, its router */
};
static const char *const forbidden6[] = {
	"::",	     "::1",	      "::127.0.0.1",	 "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1",
	"fe80::1",   "fec0::1",	      "fd00::1",	 "fc00::1",	     "ff02::1",		"100::1",
	"2001:db8::1", "2001:2::1",   "2001:10::1",	 "2001:20::1",	     "5f00::1",		"64:ff9b::7f00:1",
	"64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::1", "2002:a00:1::1", "2001:0:7f00:1::1", "4000::1",
	"2001:100::1", "::5efe:a00:1", "3ffe::1",	 "3fff:1::2",	     "3fff:1::1",
};
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct addr next_forbidden(int family)
{
	static size_t i4, i6;
	const char *text = family == 4 ? forbidden4[i4++ % COUNT(forbidden4)] : forbidden6[i6++ % COUNT(forbidden6)];
	struct addr a;

	if (!addr_parse(&a, text))
		abort();
	if (a.family != family) /* the mapped ones are IPv6 here */
		a = addr_v6((const uint8_t[16]){[10] = 0xff, [11] = 0xff, a.byte[0], a.byte[1], a.byte[2], a.byte[3]});
	hostile_handed++;
	return a;
}

const char *hostile_url(void)
{
	static const char *const odd[] = {
		"http://0x7f.1/",	 "http://2130706433/",	     "http://0177.0.0.1/",   "http://127.1/",
		"http://[fe80::1%25eth0]/", "http://localhost/",     "//10.0.0.1/",	     "http://[::ffff:7f00:1]/",
		"https://[64:ff9b::10.0.0.1]/", "http://127.0.0.1.:80/", "HTTP://169.254.169.254/latest", "http://0/",
		"https://user@10.0.0.1/", "http://10.0.0.1#@p0-1.test/", "http://p0-1.test\\@10.0.0.1/", "http://①②⑦.0.0.1/",
	};
	static char url[200];
	static size_t turn;
	char text[ADDR_TEXT_MAX];
	struct addr a;

	if (turn++ % 3 == 0) {
		hostile_handed++;
		return odd[turn / 3 % COUNT(odd)];
	}
	a = next_forbidden(turn % 3 == 1 ? 4 : 6);
	addr_text(&a, text);
	snprintf(url, sizeof(url), a.family == 4 ? "http%s://%s/" : "http%s://[%s]/", turn % 2 ? "s" : "", text);
	return url;
}

/* ---- bytes ---- */

struct out {
	uint8_t *at;
	size_t n, max;
	unsigned answers;
	bool question_kept;
};

static void u8(struct out *o, unsigned v)
{
	if (o->n < o->max)
		o->at[o->n++] = (uint8_t)v;
}

static void u16(struct out *o, unsigned v)
{
	u8(o, v >> 8);
	u8(o, v & 255);
}

static void bytes(struct out *o, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		u8(o, ((const uint8_t *)data)[i]);
}

static void name(struct out *o, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, ".");

		u8(o, (unsigned)n);
		bytes(o, text, n);
		text += n + (text[n] == '.');
	}
	u8(o, 0);
}

/* Type, class, TTL; then the length and its bytes. */
static void fixed(struct out *o, unsigned type)
{
	u16(o, type);
	u16(o, 1);
	u16(o, 0);
	u16(o, 60);
	o->answers++;
}

static void own(struct out *o) /* the question's name, by pointer */
{
	u16(o, 0xc00c);
}

static void rr(struct out *o, unsigned type, const void *data, size_t len)
{
	own(o);
	fixed(o, type);
	u16(o, (unsigned)len);
	bytes(o, data, len);
}

static void rr_name(struct out *o, unsigned type, const char *to, int preference)
{
	size_t at;

	own(o);
	fixed(o, type);
	at = o->n;
	u16(o, 0);
	if (preference >= 0)
		u16(o, (unsigned)preference);
	name(o, to);
	if (o->n - at >= 2) {
		o->at[at] = (uint8_t)((o->n - at - 2) >> 8);
		o->at[at + 1] = (uint8_t)(o->n - at - 2);
	}
}

static void rr_addr(struct out *o, const struct addr *a)
{
	rr(o, a->family == 4 ? DNS_A : DNS_AAAA, a->byte, a->family == 4 ? 4 : 16);
}

/* ---- a server that behaves ---- */

static struct addr address_of(const struct meant *m, int family)
{
	unsigned v = m->k * SITES_PER_PERSONALITY + m->n;
	uint8_t six[16] = {0x3f, 0xff, 0x06, 0x66, (uint8_t)(m->k >> 8), (uint8_t)m->k, (uint8_t)(m->n >> 8),
			   (uint8_t)m->n, [15] = 0x80};

	return family == 4 ? addr_v4(198u << 24 | 19u << 16 | v) : addr_v6(six);
}

static void soa(struct out *o)
{
	size_t at;

	own(o);
	fixed(o, DNS_SOA);
	at = o->n;
	u16(o, 0);
	name(o, "ns.p0-0.test");
	name(o, "h.p0-0.test");
	for (int i = 0; i < 5; i++) {
		u16(o, 0);
		u16(o, 60);
	}
	o->at[at + 1] = (uint8_t)(o->n - at - 2);
}

static void behave(struct out *o, const struct meant *m)
{
	char host[300];
	struct addr a;

	if (m->type == DNS_A || m->type == DNS_AAAA) {
		a = address_of(m, m->type == DNS_A ? 4 : 6);
		if (m->k < n_personalities)
			rr_addr(o, &a);
	} else if (m->type == DNS_SOA) {
		soa(o);
	} else if (m->apex && (m->type == DNS_NS || m->type == DNS_MX)) {
		snprintf(host, sizeof(host), "%s.%s", m->type == DNS_NS ? "ns" : "mx", m->name);
		rr_name(o, m->type, host, m->type == DNS_MX ? 10 : -1);
	}
}

/* No two alike: one family or both, several addresses, aliases, several servers and mail hosts. */
static void various(struct out *o, const struct meant *m)
{
	bool www = !strncmp(m->name, "www.", 4);
	struct meant next = *m;
	char host[300];
	struct addr a;

	if (www && m->n % 8 == 3) {
		rr_name(o, DNS_CNAME, m->name + 4, -1);
		if (m->type == DNS_A || m->type == DNS_AAAA) {
			a = address_of(m, m->type == DNS_A ? 4 : 6);
			name(o, m->name + 4);
			fixed(o, m->type);
			u16(o, a.family == 4 ? 4 : 16);
			bytes(o, a.byte, a.family == 4 ? 4 : 16);
		}
		return;
	}
	if ((m->type == DNS_A && m->n % 8 == 2) || (m->type == DNS_AAAA && m->n % 8 == 1))
		return;
	behave(o, m);
	for (unsigned i = 1; i < 3 && m->n % 8 == 4 && (m->type == DNS_A || m->type == DNS_AAAA); i++) {
		next.n = (m->n + i) % SITES_VARIOUS;
		a = address_of(&next, m->type == DNS_A ? 4 : 6);
		rr_addr(o, &a);
	}
	for (unsigned i = 1; i < 3 && m->apex && (m->type == DNS_MX ? m->n % 8 == 5 : m->type == DNS_NS && m->n % 8 == 7); i++) {
		snprintf(host, sizeof(host), "h%u.%s", i, m->name);
		rr_name(o, m->type, host, m->type == DNS_MX ? (int)i : -1);
	}
}

/* ---- those that do not ---- */

static void pointers(struct out *o, const char *how)
{
	unsigned here = (unsigned)o->n;

	if (!strcmp(how, "self")) {
		u16(o, 0xc000 | here);
	} else if (!strcmp(how, "forward")) {
		u16(o, 0xc000 | (here + 12));
	} else if (!strcmp(how, "pair")) {
		u8(o, 1);
		u8(o, 'a');
		u16(o, 0xc000 | (here + 4));
		u16(o, 0xc000 | here);
	} else if (!strcmp(how, "stairs")) {
		u16(o, 0xc00c);
		for (unsigned i = 0; i < 200; i++)
			u16(o, 0xc000 | (here + 2 * i));
	}
	fixed(o, DNS_AAAA);
	u16(o, 16);
	bytes(o, "\x3f\xff\6\x66\0\0\0\1\0\0\0\0\0\0\0\x80", 16);
}

static void many_aaaa(struct out *o, unsigned count)
{
	for (unsigned i = 0; i < count && o->n + 28 <= o->max; i++) {
		uint8_t a[16] = {0x3f, 0xff, 0x06, 0x66, 0, 0, (uint8_t)(i >> 8), (uint8_t)i, [15] = 0x80};

		rr(o, DNS_AAAA, a, 16);
	}
}

static void fan(struct out *o, const struct meant *m, uint16_t type, unsigned count)
{
	char host[400];

	for (unsigned i = 0; i < count && o->n + 60 <= o->max; i++) {
		snprintf(host, sizeof(host), "f%u.p0-%u.test", i, (m->n * 7 + i) % SITES_PER_PERSONALITY);
		rr_name(o, type, host, type == DNS_MX ? (int)i : -1);
	}
}

static void spf_fan(struct out *o, const struct meant *m)
{
	char text[256];
	static unsigned serial;

	own(o);
	fixed(o, DNS_TXT);
	size_t at = o->n;

	u16(o, 0);
	for (int part = 0; part < 20; part++) {
		int n = snprintf(text, sizeof(text), "%s include:a%u.%.60s include:b%u.%.60s", part ? "" : "v=spf1", serial + 1,
				 m->name, serial + 2, m->name);
		serial += 2;
		u8(o, (unsigned)n);
		bytes(o, text, (size_t)n);
	}
	o->at[at] = (uint8_t)((o->n - at - 2) >> 8);
	o->at[at + 1] = (uint8_t)(o->n - at - 2);
}

static void cname_long(struct out *o, unsigned count)
{
	char from[64], to[64];

	for (unsigned i = 0; i < count && o->n + 80 <= o->max; i++) {
		snprintf(from, sizeof(from), "c%u.p0-1.test", i);
		snprintf(to, sizeof(to), "c%u.p0-1.test", i + 1);
		if (!i)
			own(o);
		else
			name(o, from);
		fixed(o, DNS_CNAME);
		u16(o, (unsigned)strlen(to) + 2);
		name(o, to);
	}
}

static void opt(struct out *o, unsigned version, unsigned len, unsigned real)
{
	u8(o, 0);
	u16(o, 41);
	u16(o, 65535);
	u8(o, 255);
	u8(o, version);
	u16(o, 0xffff);
	u16(o, len);
	for (unsigned i = 0; i < real; i++)
		u8(o, 0xff);
}

static void canary(struct out *o, const struct meant *m)
{
	char host[300];
	unsigned n = m->type == DNS_A || m->type == DNS_AAAA ? 4 : 0;

	if (m->apex && n) { /* the site itself is there, so that its pages and mail hosts are looked at */
		struct addr a = address_of(m, m->type == DNS_A ? 4 : 6);

		rr_addr(o, &a);
		n = 3;
	}
	for (unsigned i = 0; i < n; i++) {
		struct addr a = next_forbidden(m->type == DNS_A ? 4 : 6);

		rr_addr(o, &a);
	}
	for (unsigned i = 0; m->apex && i < 10 && (m->type == DNS_NS || m->type == DNS_MX); i++) {
		snprintf(host, sizeof(host), "x%u.%s", i, m->name);
		rr_name(o, m->type, host, m->type == DNS_MX ? (int)i : -1);
	}
	if (m->type == DNS_SOA)
		soa(o);
}

/* Puts what this one says; false: as if it behaved. */
static bool play(struct out *o, const struct meant *m, const char *how, bool tcp)
{
	struct addr a = address_of(m, m->type == DNS_A ? 4 : 6);
	char host[400];

	if (!strncmp(how, "pointer-", 8))
		pointers(o, how + 8);
	else if (!strcmp(how, "name-endless"))
		for (int i = 0; i < 60; i++) {
			u8(o, 63);
			bytes(o, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 63);
			o->answers = 1;
		}
	else if (!strcmp(how, "label-type"))
		u8(o, 0x80), u16(o, 0x4141), o->answers = 1;
	else if (!strcmp(how, "counts-lie"))
		rr_addr(o, &a), o->answers = 65535;
	else if (!strcmp(how, "cut"))
		rr_addr(o, &a), o->n -= 5;
	else if (!strcmp(how, "rdata-past-end"))
		own(o), fixed(o, m->type), u16(o, 65535), u16(o, 1);
	else if (!strcmp(how, "rdata-short"))
		rr(o, m->type, "\1", 1);
	else if (!strcmp(how, "cname-loop"))
		rr_name(o, DNS_CNAME, m->name, -1);
	else if (!strcmp(how, "cname-long"))
		cname_long(o, 40);
	else if (!strcmp(how, "cname-endless"))
		snprintf(host, sizeof(host), "a.%.200s", m->name), rr_name(o, DNS_CNAME, host, -1);
	else if (!strcmp(how, "opt-many") || !strcmp(how, "opt-lies"))
		return false;
	else if (!strcmp(how, "aaaa-many"))
		many_aaaa(o, tcp ? 600 : 40);
	else if (!strcmp(how, "tcp-64k") && tcp)
		many_aaaa(o, 2300);
	else if (!strcmp(how, "ns-fan") && m->type == DNS_NS)
		fan(o, m, DNS_NS, tcp ? 200 : 25);
	else if (!strcmp(how, "mx-fan") && m->type == DNS_MX)
		fan(o, m, DNS_MX, tcp ? 300 : 25);
	else if (!strcmp(how, "spf-fan") && m->type == DNS_TXT)
		spf_fan(o, m);
	else
		return false;
	return true;
}

static bool is(size_t k, const char *what)
{
	return k < n_personalities && !strcmp(personalities[k].name, what);
}

bool hostile_dns_dawdles(size_t k)
{
	return k < n_personalities && personalities[k].layer == LAYER_DNS &&
	       (personalities[k].first || personalities[k].more);
}

static void head(struct out *o, const uint8_t *q, const struct meant *m, bool tcp)
{
	bool tc = !tcp && (is(m->k, "dns-tcp-64k") || is(m->k, "dns-tcp-drip") || is(m->k, "dns-tcp-length-lie") ||
			   is(m->k, "dns-aaaa-many") || is(m->k, "dns-ns-fan") || is(m->k, "dns-mx-fan"));

	tc = tc || is(m->k, "dns-tc-for-ever");
	u8(o, is(m->k, "dns-wrong-id") || is(m->k, "dns-flood") ? q[0] ^ 0x55 : q[0]);
	u8(o, q[1]);
	u8(o, (is(m->k, "dns-echo") ? 0 : 0x84) | (tc ? 2 : 0) | (q[2] & 1));
	u8(o, 0x80 | (is(m->k, "dns-rcode-odd") ? 15 : 0));
	u16(o, is(m->k, "dns-no-question") ? 0 : 1);
	for (int i = 0; i < 3; i++)
		u16(o, 0);
	if (is(m->k, "dns-no-question"))
		return;
	bytes(o, q + 12, m->end - 12);
	if (is(m->k, "dns-wrong-question"))
		o->at[13] ^= 1;
}

size_t hostile_dns(const uint8_t *q, size_t len, bool tcp, uint8_t *to, size_t max)
{
	struct out o = {.at = to, .max = max};
	struct meant m = {0};
	const struct personality *p;
	unsigned extra = 0;

	if (len < 17 || !read_question(q, len, &m))
		return 0;
	who(&m);
	p = m.k < n_personalities ? &personalities[m.k] : &personalities[0];
	if (is(m.k, "dns-garbage")) {
		for (size_t i = 0; i < 200; i++)
			u8(&o, i < 2 ? q[i] : (unsigned)rand());
		return o.n;
	}
	head(&o, q, &m, tcp);
	if (p->layer == LAYER_CANARY)
		canary(&o, &m);
	else if (p->layer == LAYER_VARIOUS)
		various(&o, &m);
	else if (p->layer != LAYER_DNS || !play(&o, &m, p->name + 4, tcp))
		behave(&o, &m);
	if (is(m.k, "dns-opt-many"))
		for (; extra < 20; extra++)
			opt(&o, 0, 0, 0);
	if (is(m.k, "dns-opt-lies"))
		opt(&o, 0, 400, 30), extra = 1;
	if (is(m.k, "dns-badvers"))
		opt(&o, 255, 0, 0), extra = 1;
	o.at[6] = (uint8_t)(o.answers >> 8);
	o.at[7] = (uint8_t)o.answers;
	o.at[11] = (uint8_t)extra;
	if (p->layer == LAYER_VARIOUS && m.n % 8 == 6 && !strncmp(m.name, "www.", 4)) { /* no such name */
		o.at[3] |= 3;
		o.at[6] = o.at[7] = 0;
		o.n = m.end;
	}
	return o.n;
}
