/* synth: see synth.h.  Written for speed: the server must not be slower than the clients it measures. */
#include "bench/synth.h"

#include "wire/dns.h"

#include <stdio.h>
#include <string.h>

enum { LABELS_MAX = 8, TTL_S = 86400, POINTER = 0xc000, HEADER_B = 12 };

/* ---- the world ---- */

static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352d;
	x ^= x >> 15;
	x *= 0x846ca68b;
	return x ^ x >> 16;
}

struct synth_zone synth_zone(unsigned n)
{
	double u = mix(n * 2 + 1) / 4294967296.0;
	uint32_t h = mix(n * 2);

	return (struct synth_zone){.operator = (unsigned)(u * u * u * SYNTH_OPERATORS),
				   .vanity = h % 100 < 3,
				   .is_signed = h / 100 % 100 < 30,
				   .web_v6 = h / 10000 % 100 < 40};
}

unsigned synth_servers(unsigned operator)
{
	static const uint8_t n[5] = {2, 2, 2, 3, 4};

	return n[operator % 5];
}

unsigned synth_server(unsigned operator, unsigned k)
{
	static const uint8_t first[5] = {0, 2, 4, 6, 9};

	return operator / 5 * 13 + first[operator % 5] + k;
}

bool synth_server_v6(unsigned operator, unsigned k)
{
	return operator % 2 == 0 && (operator % 8 != 0 || k == 0);
}

unsigned synth_addresses(void)
{
	unsigned n = 0;

	for (unsigned o = 0; o < SYNTH_OPERATORS; o++)
		for (unsigned k = 0; k < synth_servers(o); k++)
			n += 1 + synth_server_v6(o, k);
	return n;
}

struct addr synth_addr4(unsigned server)
{
	return (struct addr){.family = 4, .byte = {198, 19, (uint8_t)(server >> 8), (uint8_t)server}};
}

struct addr synth_addr6(unsigned server)
{
	return (struct addr){.family = 6,
			     .byte = {0x20, 0x01, 0x0d, 0xb8, 0, 1, [14] = (uint8_t)(server >> 8),
				      [15] = (uint8_t)server}};
}

static unsigned operator_of(unsigned server)
{
	static const uint8_t k[13] = {0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4};

	return server / 13 * 5 + k[server % 13];
}

bool synth_dead(const struct synth *s, const uint8_t *wire, size_t len)
{
	uint32_t h = 0;

	if (!s->dead_ppm)
		return false;
	for (size_t i = 0; i < len; i++)
		h = h * 31 + (wire[i] >= 'A' && wire[i] <= 'Z' ? wire[i] | 0x20 : wire[i]);
	return mix(h) % 1000000 < s->dead_ppm;
}

/* ---- the question ---- */

struct query {
	const struct synth *world;
	const uint8_t *data;
	size_t end; /* of the question */
	unsigned n; /* labels */
	uint8_t label[LABELS_MAX];
	uint16_t type, size;
	bool edns, dnssec;
};

static uint16_t u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool read_query(struct query *q, const uint8_t *data, size_t len)
{
	size_t at = HEADER_B;

	*q = (struct query){.data = data, .size = 512};
	if (len < HEADER_B + 5 || data[2] & 0x80 || u16(data + 4) != 1)
		return false;
	while (at < len && data[at]) {
		if (data[at] > 63 || q->n == LABELS_MAX || at > 200)
			return false;
		q->label[q->n++] = (uint8_t)at;
		at += 1u + data[at];
	}
	if (at + 5 > len)
		return false;
	q->type = u16(data + at + 1);
	q->end = at + 5;
	if (u16(data + 10) && q->end + 11 <= len && !data[q->end] && u16(data + q->end + 1) == DNS_OPT) {
		q->edns = true;
		q->size = u16(data + q->end + 3);
		q->size = q->size < 512 ? 512 : q->size > SYNTH_ANSWER_MAX ? SYNTH_ANSWER_MAX : q->size;
		q->dnssec = data[q->end + 7] & 0x80;
	}
	return true;
}

static bool label_is(const struct query *q, unsigned i, const char *text)
{
	size_t n = strlen(text);
	const uint8_t *p = q->data + q->label[i];

	if (i >= q->n || *p != n)
		return false;
	for (size_t k = 0; k < n; k++)
		if ((p[1 + k] | 0x20) != text[k])
			return false;
	return true;
}

/* "op12" under "op": 12; else -1 */
static long label_number(const struct query *q, unsigned i, const char *prefix)
{
	size_t n = strlen(prefix), k;
	const uint8_t *p = q->data + q->label[i];
	long value = 0;

	if (i >= q->n || *p <= n || *p > n + 6)
		return -1;
	for (k = 0; k < n; k++)
		if ((p[1 + k] | 0x20) != prefix[k])
			return -1;
	for (; k < *p; k++) {
		if (p[1 + k] < '0' || p[1 + k] > '9')
			return -1;
		value = value * 10 + p[1 + k] - '0';
	}
	return value;
}

/* ---- the answer ---- */

struct out {
	uint8_t *to;
	size_t n;
	uint16_t test; /* where "test" stands in it */
	uint16_t counts[3];
};

static void put(struct out *o, const void *data, size_t len)
{
	if (o->n + len <= SYNTH_ANSWER_MAX)
		memcpy(o->to + o->n, data, len);
	o->n += len;
}

static void put16(struct out *o, unsigned v)
{
	put(o, (uint8_t[2]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static void put32(struct out *o, uint32_t v)
{
	put16(o, v >> 16);
	put16(o, v & 0xffff);
}

static void put_head(struct out *o, unsigned section, unsigned owner, uint16_t type, size_t len)
{
	o->counts[section]++;
	put16(o, POINTER | owner);
	put16(o, type);
	put16(o, DNS_CLASS_IN);
	put32(o, TTL_S);
	put16(o, (unsigned)len);
}

static void put_addr(struct out *o, unsigned section, unsigned owner, struct addr a)
{
	size_t n = a.family == 4 ? 4 : 16;

	put_head(o, section, owner, a.family == 4 ? DNS_A : DNS_AAAA, n);
	put(o, a.byte, n);
}

static void put_label(struct out *o, const char *text)
{
	uint8_t n = (uint8_t)strlen(text);

	put(o, &n, 1);
	put(o, text, n);
}

/* Its length is written when its name stands; returns where the name begins. */
static size_t put_ns(struct out *o, unsigned section, unsigned owner, const char *first, const char *second,
		     unsigned tail)
{
	size_t at, len = 1 + strlen(first) + (second ? 1 + strlen(second) : 0) + 2;

	put_head(o, section, owner, DNS_NS, len);
	at = o->n;
	put_label(o, first);
	if (second)
		put_label(o, second);
	put16(o, POINTER | tail);
	return at;
}

static void put_soa(struct out *o, unsigned section, unsigned owner)
{
	put_head(o, section, owner, DNS_SOA, 5 + 5 + 20);
	put_label(o, "ns");
	put16(o, POINTER | owner);
	put_label(o, "me");
	put16(o, POINTER | owner);
	put32(o, 2026112601);
	put32(o, 7200);
	put32(o, 900);
	put32(o, 1209600);
	put32(o, 3600);
}

static void put_key(struct out *o, unsigned owner, uint8_t flags)
{
	uint8_t key[4 + 260] = {1, flags, 3, 8, 3, 1, 0, 1};

	for (size_t i = 8; i < sizeof(key); i++)
		key[i] = (uint8_t)(mix((uint32_t)i) >> 7);
	put_head(o, 0, owner, DNS_DNSKEY, sizeof(key));
	put(o, key, sizeof(key));
}

static void put_ds(struct out *o, unsigned owner, unsigned n)
{
	uint8_t ds[36] = {(uint8_t)(n >> 8), (uint8_t)n, 8, 2};

	for (size_t i = 4; i < sizeof(ds); i++)
		ds[i] = (uint8_t)(mix(n + (uint32_t)i) >> 7);
	put_head(o, 1, owner, DNS_DS, sizeof(ds));
	put(o, ds, sizeof(ds));
}

/* ---- name servers ---- */

static void put_server(struct out *o, size_t owner, unsigned operator, unsigned k, uint16_t only)
{
	unsigned server = synth_server(operator, k);

	if (!only || only == DNS_A)
		put_addr(o, only ? 0 : 2, (unsigned)owner, synth_addr4(server));
	if ((!only || only == DNS_AAAA) && synth_server_v6(operator, k))
		put_addr(o, only ? 0 : 2, (unsigned)owner, synth_addr6(server));
}

/* The NS records of a zone whose name stands at owner, and the addresses of what they name. */
static void put_servers(struct out *o, unsigned section, unsigned owner, const struct synth_zone *z)
{
	size_t at[SYNTH_SERVERS_MAX];
	unsigned n = synth_servers(z->operator);
	char ns[8], op[16];

	snprintf(op, sizeof(op), "op%u", z->operator);
	for (unsigned k = 0; k < n; k++) {
		snprintf(ns, sizeof(ns), "ns%u", k);
		at[k] = z->vanity ? put_ns(o, section, owner, ns, NULL, owner)
				  : put_ns(o, section, owner, ns, op, o->test);
	}
	for (unsigned k = 0; k < n; k++)
		put_server(o, at[k], z->operator, k, 0);
}

/* The zone that the question is in: 1 with *z, 0: there is none. */
static bool zone_of(const struct query *q, struct synth_zone *z, unsigned *number)
{
	long n = q->n >= 2 ? label_number(q, q->n - 2, "z") : -1;

	if (n >= 0 && n < (q->world->zones ? q->world->zones : SYNTH_ZONES)) {
		*z = synth_zone((unsigned)n);
		z->web_v6 = z->web_v6 || q->world->dual;
		*number = (unsigned)n;
		return true;
	}
	n = q->n >= 2 ? label_number(q, q->n - 2, "op") : -1;
	if (n < 0 || n >= SYNTH_OPERATORS)
		return false;
	*z = (struct synth_zone){.operator = (unsigned)n, .vanity = true};
	*number = SYNTH_ZONES_MAX + (unsigned)n;
	return true;
}

/* ---- the roles; each returns the code of the answer, with AA in the upper bits ---- */

enum { AA = DNS_FLAG_AA };

static const struct addr tld[2][2] = {
	{{.family = 4, .byte = {198, 18, 0, 2}}, {.family = 6, .byte = {0x20, 0x01, 0x0d, 0xb8, [15] = 2}}},
	{{.family = 4, .byte = {198, 18, 0, 4}}, {.family = 6, .byte = {0x20, 0x01, 0x0d, 0xb8, [15] = 4}}},
};

static unsigned put_tld(struct out *o, unsigned section, unsigned rcode)
{
	size_t at[2];

	at[0] = put_ns(o, section, o->test, "a", "nic", o->test);
	at[1] = put_ns(o, section, o->test, "b", "nic", o->test);
	for (int i = 0; i < 2; i++)
		for (int family = 0; family < 2; family++)
			put_addr(o, 2, (unsigned)at[i], tld[i][family]);
	return rcode;
}

/* The question is for the root: its one octet is where all names end. */
static size_t put_root_server(struct out *o)
{
	static const char name[] = "\1r\14root-servers\3net";
	size_t at;

	put_head(o, 0, HEADER_B, DNS_NS, sizeof(name));
	at = o->n;
	put(o, name, sizeof(name));
	return at;
}

/* r.root-servers.net, and the two names above it, which hold nothing. */
static bool leads_to_root_server(const struct query *q)
{
	static const char *const labels[] = {"net", "root-servers", "r"};

	for (unsigned i = 0; i < q->n; i++)
		if (i >= 3 || !label_is(q, q->n - 1 - i, labels[i]))
			return false;
	return true;
}

/* A bare root: itself, its one server, and the way to test. */
static unsigned answer_root(struct out *o, const struct query *q)
{
	struct addr four = {.family = 4, .byte = {198, 18, 0, 1}};
	struct addr six = {.family = 6, .byte = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
	bool there = !q->n || leads_to_root_server(q);

	if (q->n && label_is(q, q->n - 1, "test"))
		return put_tld(o, 1, 0);
	if (!q->n && q->type == DNS_NS) {
		size_t at = put_root_server(o);

		put_addr(o, 2, (unsigned)at, four);
		put_addr(o, 2, (unsigned)at, six);
	}
	if (!q->n && q->type == DNS_SOA)
		put_soa(o, 0, HEADER_B);
	else if (there && q->n == 3 && (q->type == DNS_A || q->type == DNS_AAAA))
		put_addr(o, 0, HEADER_B, q->type == DNS_A ? four : six);
	if (!o->counts[0])
		put_soa(o, 1, (unsigned)q->end - 5); /* the root label ends the name asked for */
	return there ? AA : AA | DNS_NXDOMAIN;
}

static unsigned answer_tld_itself(struct out *o, const struct query *q)
{
	int which = label_is(q, 0, "a") ? 0 : 1;

	if (q->n == 3 && label_is(q, 1, "nic") && (q->type == DNS_A || q->type == DNS_AAAA))
		put_addr(o, 0, HEADER_B, tld[which][q->type == DNS_AAAA]);
	else if (q->n == 1 && q->type == DNS_NS)
		put_tld(o, 0, 0);
	else
		put_soa(o, q->n == 1 && q->type == DNS_SOA ? 0 : 1, o->test);
	return q->n == 1 || label_is(q, q->n - 2, "nic") ? AA : AA | DNS_NXDOMAIN;
}

static unsigned answer_tld(struct out *o, const struct query *q)
{
	struct synth_zone z;
	unsigned number, owner;

	if (!q->n || !label_is(q, q->n - 1, "test"))
		return DNS_REFUSED;
	if (!zone_of(q, &z, &number))
		return answer_tld_itself(o, q);
	owner = q->label[q->n - 2];
	if (q->n == 2 && q->type == DNS_DS) {
		if (z.is_signed)
			put_ds(o, owner, number);
		else
			put_soa(o, 1, o->test);
		return AA;
	}
	put_servers(o, 1, owner, &z);
	return 0;
}

/* 256 sites to a prefix, as far as there are so many. */
static struct addr web(int family, unsigned number)
{
	uint8_t high = (uint8_t)(number >> 16), middle = (uint8_t)(number >> 8), low = (uint8_t)number;

	if (family == 4)
		return (struct addr){.family = 4, .byte = {10, (uint8_t)(64 + high), middle, low}};
	return (struct addr){.family = 6, .byte = {0x3f, 0xff, 1, high, middle, [15] = low}};
}

static void answer_apex(struct out *o, const struct query *q, const struct synth_zone *z, unsigned number)
{
	unsigned owner = q->label[q->n - 2];

	if (q->type == DNS_A)
		put_addr(o, 0, HEADER_B, web(4, number));
	else if (q->type == DNS_AAAA && z->web_v6)
		put_addr(o, 0, HEADER_B, web(6, number));
	else if (q->type == DNS_NS && q->n == 2)
		put_servers(o, 0, owner, z);
	else if (q->type == DNS_SOA && q->n == 2)
		put_soa(o, 0, owner);
	else if (q->type == DNS_DNSKEY && z->is_signed && q->n == 2) {
		put_key(o, owner, 0);
		put_key(o, owner, 1);
	} else if (q->type == DNS_MX && q->n == 2) {
		put_head(o, 0, owner, DNS_MX, 2 + 5 + 2);
		put16(o, 10);
		put_label(o, "mail");
		put16(o, POINTER | owner);
	} else
		put_soa(o, 1, owner);
}

static unsigned answer_auth(struct out *o, const struct query *q, unsigned server)
{
	struct synth_zone z;
	unsigned number;
	long k;

	if (!q->n || !label_is(q, q->n - 1, "test") || !zone_of(q, &z, &number) ||
	    z.operator != operator_of(server))
		return DNS_REFUSED;
	k = q->n == 3 && z.vanity ? label_number(q, 0, "ns") : -1;
	if (k >= 0 && k < (long)synth_servers(z.operator)) {
		if (q->type == DNS_A || q->type == DNS_AAAA)
			put_server(o, HEADER_B, z.operator, (unsigned)k, q->type);
		if (!o->counts[0])
			put_soa(o, 1, q->label[q->n - 2]);
	} else if (q->n == 2 || (q->n == 3 && (label_is(q, 0, "www") || label_is(q, 0, "mail")))) {
		answer_apex(o, q, &z, number);
	} else {
		put_soa(o, 1, q->label[q->n - 2]);
		return AA | DNS_NXDOMAIN;
	}
	return AA;
}

static unsigned answer_resolver(struct out *o, const struct query *q)
{
	uint32_t h = 0;

	for (size_t i = HEADER_B; i < q->end; i++)
		h = h * 31 + (q->data[i] | 0x20);
	if (q->type == DNS_AAAA)
		put_addr(o, 0, HEADER_B, web(6, mix(h) & 0xffffff));
	return DNS_FLAG_RA;
}

static unsigned answer_at(struct out *o, const struct addr *at, const struct query *q)
{
	const uint8_t *b = at->byte;

	if (at->family == 4 ? b[1] == 19 : b[5] == 1)
		return answer_auth(o, q, at->family == 4 ? u16(b + 2) : u16(b + 14));
	switch (at->family == 4 ? b[3] : b[15]) {
	case 1:
		return answer_root(o, q);
	case 3:
		return answer_resolver(o, q);
	default:
		return answer_tld(o, q);
	}
}

static void put_edns(struct out *o)
{
	o->counts[2]++;
	put(o, (uint8_t[11]){0, 0, DNS_OPT, DNS_EDNS_B >> 8, DNS_EDNS_B & 0xff}, 11);
}

static void begin(struct out *o, const struct query *q, uint8_t *to)
{
	*o = (struct out){.to = to, .test = q->n ? q->label[q->n - 1] : HEADER_B};
	put(o, q->data, q->end);
}

size_t synth_answer(const struct synth *s, const struct addr *at, bool tcp, const uint8_t *query, size_t len,
		    uint8_t to[static SYNTH_ANSWER_MAX])
{
	struct query q;
	struct out o;
	unsigned flags;

	if (!read_query(&q, query, len) || synth_dead(s, query + HEADER_B, q.end - HEADER_B - 4))
		return 0;
	q.world = s;
	begin(&o, &q, to);
	flags = answer_at(&o, at, &q) | DNS_FLAG_QR | (query[2] & 1 ? DNS_FLAG_RD : 0u);
	if (q.edns)
		put_edns(&o);
	if (o.n > (tcp ? SYNTH_ANSWER_MAX : q.size)) {
		begin(&o, &q, to);
		flags |= DNS_FLAG_TC;
		if (q.edns)
			put_edns(&o);
	}
	len = o.n;
	o.n = 2;
	put16(&o, flags);
	put16(&o, 1);
	for (int i = 0; i < 3; i++)
		put16(&o, o.counts[i]);
	return len;
}
