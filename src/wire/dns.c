/*
 * dns: queries, and messages from wire to records; see dns.h.  Names are in dns_name.c, the content of
 * SVCB and HTTPS in dns_svcb.c, answers that we write in dns_answer.c.
 */
#include "wire/dns.h"
#include "wire/dns_svcb.h"

#include <stdio.h>
#include <string.h>

/* ---- queries ---- */

/* Without a branch on a bit: the processor would guess each second one wrong.  The lowest bit is the next letter's;
 * those that were used come again after 64. */
static void mix_case(uint8_t *name, size_t len, uint64_t bits)
{
	for (size_t i = 0; i < len; i++) {
		unsigned letter = name[i] >= 'a' && name[i] <= 'z';

		name[i] -= (uint8_t)((letter & bits) << 5);
		bits = bits >> letter | bits << (-letter & 63);
	}
}

enum { OPT_B = 11 };

static void put_u16(uint8_t *to, unsigned v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

size_t dns_query(uint8_t to[static DNS_QUERY_MAX], const char *qname, uint16_t qtype, uint16_t id,
		 uint16_t flags, uint64_t case_bits)
{
	uint16_t kept = flags & (DNS_FLAG_RD | DNS_FLAG_AD | DNS_FLAG_CD);
	size_t len = dns_name_wire(qname, to + DNS_HEADER_B);
	uint8_t *tail = to + DNS_HEADER_B + len;

	if (!len)
		return 0;
	mix_case(to + DNS_HEADER_B, len, case_bits);
	put_u16(to, id);
	put_u16(to + 2, kept);
	put_u16(to + 4, 1);
	memset(to + 6, 0, 5);
	to[11] = 1;
	put_u16(tail, qtype);
	put_u16(tail + 2, DNS_CLASS_IN);
	memset(tail + 4, 0, OPT_B); /* OPT: root, type, UDP size, no code, version, flags or options */
	put_u16(tail + 5, DNS_OPT);
	put_u16(tail + 7, DNS_EDNS_B);
	tail[11] = flags & DNS_QUERY_DO ? 0x80 : 0;
	return DNS_HEADER_B + len + 4 + OPT_B;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Length bytes of labels are below 64 and so never letters. */
static bool same_but_case(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

enum dns_echo dns_echo(const void *message, size_t len, const uint8_t *query, size_t query_len)
{
	const uint8_t *m = message;
	size_t question = query_len - DNS_HEADER_B - OPT_B, name = question - 4;

	if (len < DNS_HEADER_B || memcmp(m, query, 2) || !(m[2] & 0x80) || (m[2] & 0x78))
		return DNS_ECHO_OTHER;
	if (m[4] == 0 && m[5] == 0 && (m[3] & 15))
		return DNS_ECHO_CASE;
	if (m[4] != 0 || m[5] != 1 || len < DNS_HEADER_B + question)
		return DNS_ECHO_OTHER;
	m += DNS_HEADER_B;
	query += DNS_HEADER_B;
	if (!memcmp(m, query, question))
		return DNS_ECHO_SAME;
	return !memcmp(m + name, query + name, 4) && same_but_case(m, query, name) ? DNS_ECHO_CASE : DNS_ECHO_OTHER;
}

/* ---- messages ---- */

enum { N_KINDS = 11, N_NAMES = 16 };

/* A name that was read, by where it begins. */
struct place {
	size_t at;
	const char *text;
};

struct parse {
	struct dns_message *m;
	struct arena *a;
	struct rd r;
	const char *last_owner;
	struct place names[N_NAMES]; /* the first of the message */
	size_t n_names;
	size_t n_read, n_room;
	unsigned kept[N_KINDS];
	bool opt_seen;
};

static bool fail(struct parse *p, const char *word)
{
	if (!p->m->problem)
		p->m->problem = arena_full(p->a) ? "memory" : word;
	return false;
}

/* Most names of a message are a pointer to where another begins: that of the question, those of servers.  NULL: not
 * this one. */
static const char *pointed_at(const struct parse *p, const struct rd *r)
{
	size_t at;

	if (rd_left(r) < 2 || r->at[0] < 0xc0)
		return NULL;
	at = (size_t)(r->at[0] & 0x3f) << 8 | r->at[1];
	for (size_t i = 0; i < p->n_names; i++)
		if (p->names[i].at == at)
			return p->names[i].text;
	return NULL;
}

static void note_place(struct parse *p, size_t at, const char *text)
{
	if (p->n_names < N_NAMES)
		p->names[p->n_names++] = (struct place){.at = at, .text = text};
}

/* A name that stands here in full, as a text in the arena; the owner of the record before is used again, because most
 * records of a message have the same. */
static const char *read_new_name(struct parse *p, struct rd *r, bool owner)
{
	static _Thread_local char text[DNS_NAME_TEXT_MAX]; /* a local would be zeroed for each name */
	size_t at = rd_pos(r);
	const char *why = "name", *kept;
	int len = dns_name_read(r, text, &why);

	if (len < 0) {
		fail(p, why);
		return NULL;
	}
	if (owner && p->last_owner && !strcmp(p->last_owner, text))
		return p->last_owner;
	kept = arena_strn(p->a, text, (size_t)len);
	if (!kept)
		fail(p, "memory");
	else
		note_place(p, at, kept);
	return kept;
}

static const char *read_name(struct parse *p, struct rd *r, bool owner)
{
	const char *name = pointed_at(p, r);

	if (name) {
		rd_skip(r, 2);
	} else if (rd_left(r) && !*r->at) { /* the root: it owns the OPT of nearly every message */
		rd_skip(r, 1);
		return ".";
	} else {
		name = read_new_name(p, r, owner);
	}
	if (owner)
		p->last_owner = name;
	return name;
}

static int kind_of(uint16_t type)
{
	static const uint8_t kinds[DNS_HTTPS + 1] = {[DNS_A] = 1,      [DNS_NS] = 2,	[DNS_CNAME] = 3, [DNS_SOA] = 4,
						     [DNS_PTR] = 5,    [DNS_MX] = 6,	[DNS_TXT] = 7,	 [DNS_AAAA] = 8,
						     [DNS_DNAME] = 9, [DNS_SVCB] = 10, [DNS_HTTPS] = 11};

	return type < sizeof(kinds) ? kinds[type] - 1 : -1;
}

static bool read_addr(struct rd *data, struct addr *a, uint8_t family)
{
	a->family = family;
	return rd_copy(data, a->byte, family == 4 ? 4 : 16);
}

static bool read_soa(struct parse *p, struct rd *data, struct dns_rr *rr)
{
	struct dns_soa *s = arena_alloc(p->a, sizeof(*s));

	if (!s)
		return fail(p, "memory");
	s->mname = read_name(p, data, false);
	s->rname = s->mname ? read_name(p, data, false) : NULL;
	if (!s->rname)
		return false;
	s->serial = rd_u32(data);
	s->refresh_s = rd_u32(data);
	s->retry_s = rd_u32(data);
	s->expire_s = rd_u32(data);
	s->minimum_s = rd_u32(data);
	rr->soa = s;
	return true;
}

/* One or more strings, each with its length in front (RFC 1035 3.3.14). */
static bool read_txt(struct rd *data, struct dns_rr *rr)
{
	rr->txt.data = data->at;
	rr->txt.len = rd_left(data);
	do {
		rd_skip(data, rd_u8(data));
	} while (rd_left(data));
	return rd_ok(data);
}

static bool read_svcb(struct parse *p, struct rd *data, struct dns_rr *rr)
{
	struct rd own = rd_sub(data, rd_left(data)); /* its own base: no pointer can be right */
	const char *why = "svcb";

	rr->svcb = dns_svcb_parse(&own, p->a, &why);
	return rr->svcb || fail(p, why);
}

/* data ends where RDLENGTH says, but keeps the message's base for pointers. */
static bool read_data(struct parse *p, struct rd *data, struct dns_rr *rr)
{
	bool good = false;

	switch (rr->type) {
	case DNS_A: good = read_addr(data, &rr->addr, 4); break;
	case DNS_AAAA: good = read_addr(data, &rr->addr, 6); break;
	case DNS_SOA: good = read_soa(p, data, rr); break;
	case DNS_TXT: good = read_txt(data, rr); break;
	case DNS_SVCB:
	case DNS_HTTPS: good = read_svcb(p, data, rr); break;
	case DNS_MX:
		rr->mx.preference = rd_u16(data);
		rr->mx.host = read_name(p, data, false);
		good = rr->mx.host;
		break;
	default: /* CNAME DNAME NS PTR */
		rr->target = read_name(p, data, false);
		good = rr->target;
		break;
	}
	if (!good || !rd_ok(data) || rd_left(data))
		return fail(p, "rdata");
	return true;
}

/* RFC 6891 6.1.1: one, in the additional section, owned by the root. */
static bool read_opt(struct parse *p, const struct dns_rr *rr, uint16_t size, uint32_t ttl,
		     struct rd *data)
{
	unsigned n = 0;

	if (p->opt_seen || rr->section != DNS_ADDITIONAL || strcmp(rr->name, "."))
		return fail(p, "opt");
	p->opt_seen = true;
	while (rd_left(data) && n++ < L_DNS_EDNS_OPTIONS) {
		rd_skip(data, 2);
		rd_skip(data, rd_u16(data));
	}
	if (rd_left(data))
		limit_hit(LIMIT_DNS_EDNS_OPTIONS);
	if (!rd_ok(data))
		return fail(p, "opt");
	p->m->edns = true;
	p->m->edns_b = size;
	p->m->rcode |= (uint16_t)(ttl >> 24 << 4);
	return true;
}

static struct dns_rr *next_room(struct parse *p)
{
	if (p->m->n_rr == p->n_room) {
		size_t room = p->n_room ? p->n_room * 2 : 8;
		struct dns_rr *rr = arena_array(p->a, room, sizeof(*rr));

		if (!rr)
			return NULL;
		if (p->m->n_rr)
			memcpy(rr, p->m->rr, p->m->n_rr * sizeof(*rr));
		p->m->rr = rr;
		p->n_room = room;
	}
	return &p->m->rr[p->m->n_rr];
}

static bool keep(struct parse *p, const struct dns_rr *rr, uint16_t class_, struct rd *data)
{
	int kind = class_ == DNS_CLASS_IN ? kind_of(rr->type) : -1;
	struct dns_rr *to;

	if (kind < 0) {
		p->m->n_other++;
		p->m->ds |= rr->type == DNS_DS && rr->section == DNS_AUTHORITY;
		return true;
	}
	if (p->kept[kind] == L_DNS_RR_KEPT) {
		limit_hit(LIMIT_DNS_RR_KEPT);
		p->m->n_dropped++;
		return true;
	}
	to = next_room(p);
	if (!to)
		return fail(p, "memory");
	*to = (struct dns_rr){.name = rr->name, .type = rr->type, .section = rr->section, .ttl_s = rr->ttl_s};
	if (!read_data(p, data, to))
		return false;
	p->kept[kind]++;
	p->m->n_rr++;
	return true;
}

static bool read_record(struct parse *p, enum dns_section section)
{
	struct dns_rr rr = {.section = (uint8_t)section};
	uint16_t class_, len;
	const uint8_t *rdata;
	uint32_t ttl;
	struct rd data;

	rr.name = read_name(p, &p->r, true);
	if (!rr.name)
		return false;
	rr.type = rd_u16(&p->r);
	class_ = rd_u16(&p->r);
	ttl = rd_u32(&p->r);
	len = rd_u16(&p->r);
	rdata = rd_bytes(&p->r, len);
	if (!rdata)
		return fail(p, "rdata");
	data = (struct rd){.base = p->r.base, .at = rdata, .end = rdata + len};
	rr.ttl_s = ttl >> 31 ? 0 : ttl;
	if (rr.type == DNS_OPT)
		return read_opt(p, &rr, class_, ttl, &data);
	return keep(p, &rr, class_, &data);
}

static bool read_question(struct parse *p, unsigned count)
{
	struct dns_message *m = p->m;

	if (count > 1)
		return fail(p, "question");
	if (!count)
		return true;
	m->qname = read_name(p, &p->r, true);
	if (!m->qname)
		return false;
	m->qtype = rd_u16(&p->r);
	m->qclass = rd_u16(&p->r);
	m->question = p->r.base + DNS_HEADER_B;
	m->question_len = rd_pos(&p->r) - DNS_HEADER_B;
	return rd_ok(&p->r) || fail(p, "question");
}

/* The three sections.  What a truncated message breaks off is no fault of its own. */
static bool read_records(struct parse *p, const unsigned counts[static 3])
{
	size_t declared = (size_t)counts[0] + counts[1] + counts[2];

	for (unsigned s = 0; s < 3; s++) {
		for (unsigned i = 0; i < counts[s]; i++) {
			if (p->n_read++ == L_DNS_RR_PARSED) {
				limit_hit(LIMIT_DNS_RR_PARSED);
				p->m->n_unread = declared - L_DNS_RR_PARSED;
				return true;
			}
			if (read_record(p, s))
				continue;
			p->m->cut = p->m->tc && !rd_ok(&p->r) && !arena_full(p->a);
			if (p->m->cut)
				p->m->problem = NULL;
			return p->m->cut;
		}
	}
	return rd_left(&p->r) == 0 || fail(p, "trailing");
}

static void read_flags(struct dns_message *m)
{
	m->qr = m->flags & DNS_FLAG_QR;
	m->aa = m->flags & DNS_FLAG_AA;
	m->tc = m->flags & DNS_FLAG_TC;
	m->rd = m->flags & DNS_FLAG_RD;
	m->ra = m->flags & DNS_FLAG_RA;
	m->ad = m->flags & DNS_FLAG_AD;
	m->opcode = m->flags >> 11 & 15;
	m->rcode = m->flags & 15;
}

bool dns_parse(struct dns_message *m, const void *data, size_t len, struct arena *a)
{
	struct parse p = {.m = m, .a = a};
	unsigned questions, counts[3];

	memset(m, 0, sizeof(*m));
	m->arena = a;
	if (len > L_DNS_MESSAGE_B) {
		limit_hit(LIMIT_DNS_MESSAGE_B);
		return fail(&p, "header");
	}
	rd_init(&p.r, data, len);
	m->id = rd_u16(&p.r);
	m->flags = rd_u16(&p.r);
	questions = rd_u16(&p.r);
	for (int i = 0; i < 3; i++)
		counts[i] = rd_u16(&p.r);
	if (!rd_ok(&p.r))
		return fail(&p, "header");
	read_flags(m);
	return read_question(&p, questions) && read_records(&p, counts);
}

/* The strings one after the other, as SPF and others read them (RFC 7208 section 3.3). */
static size_t txt_text(const uint8_t *data, size_t len, char *to, size_t max)
{
	size_t n = 0;

	for (size_t at = 0; at < len; at += 1 + (size_t)data[at])
		for (size_t i = at + 1; i < len && i <= at + data[at]; i++) {
			bool plain = data[i] >= ' ' && data[i] < 0x7f && data[i] != '\\';
			char one[5];
			int k = snprintf(one, sizeof(one), plain ? "%c" : "\\%03u", data[i]);

			for (int c = 0; c < k; c++, n++)
				if (n + 1 < max)
					to[n] = one[c];
		}
	if (max)
		to[n < max ? n : max - 1] = '\0';
	return n;
}

static size_t put_text(const char *text, char *to, size_t max)
{
	size_t len = strlen(text), n = len < max ? len : max - 1;

	if (max) {
		memcpy(to, text, n);
		to[n] = '\0';
	}
	return len;
}

size_t dns_rr_text(const struct dns_rr *rr, char *to, size_t max)
{
	char addr[ADDR_TEXT_MAX];
	int n = 0;

	switch (rr->type) {
	case DNS_A:
	case DNS_AAAA: return put_text(addr_text(&rr->addr, addr), to, max);
	case DNS_MX: n = snprintf(to, max, "%u %s", rr->mx.preference, rr->mx.host); break;
	case DNS_SOA: n = snprintf(to, max, "%s %u", rr->soa->mname, rr->soa->serial); break;
	case DNS_SVCB:
	case DNS_HTTPS: return dns_svcb_text(rr->svcb, to, max);
	case DNS_TXT: return txt_text(rr->txt.data, rr->txt.len, to, max);
	default: return put_text(rr->target, to, max);
	}
	return n < 0 ? 0 : (size_t)n;
}
