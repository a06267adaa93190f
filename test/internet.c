/* internet: see internet.h. */
#include "test/internet.h"

#include <stdio.h>
#include <string.h>

enum { QUERY_ARENA_B = 65536, TTL_S = 300, KEY_MAX = 4608 };

void internet_init(struct internet *n)
{
	memset(n, 0, sizeof(*n));
	arena_init(&n->arena, 0);
	map_init(&n->keys, &n->arena);
}

void internet_done(struct internet *n)
{
	for (size_t i = 0; i < n->places.n; i++) {
		struct place *p = n->places.at[i];

		for (size_t k = 0; k < p->says.n; k++)
			vec_done(&p->says.at[k].records);
		vec_done(&p->says);
	}
	vec_done(&n->places);
	arena_done(&n->arena);
}

/* ---- places ---- */

static struct place *place_at(struct internet *n, const char *key)
{
	void **slot = map_at_text(&n->keys, key);

	if (!*slot) {
		*slot = arena_alloc(&n->arena, sizeof(struct place));
		*vec_push(&n->places) = *slot;
	}
	return *slot;
}

struct place *internet_name(struct internet *n, const char *name, uint16_t type)
{
	char key[KEY_MAX];
	struct place *p;

	snprintf(key, sizeof(key), "%u %s", type, name);
	p = place_at(n, key);
	p->name = arena_str(&n->arena, name);
	p->type = type;
	return p;
}

static const char *server_key(char key[KEY_MAX], const struct addr *a, uint16_t port,
			      const char *page)
{
	char text[ADDR_TEXT_MAX];

	snprintf(key, KEY_MAX, "%s %u %s", addr_text(a, text), port, page ? page : "");
	return key;
}

struct place *internet_server(struct internet *n, const struct addr *a, uint16_t port,
			      const char *page)
{
	char key[KEY_MAX];
	struct place *p = place_at(n, server_key(key, a, port, page));

	p->addr = *a;
	p->port = port;
	p->page = arena_str(&n->arena, page);
	return p;
}

struct place *internet_find_server(const struct internet *n, const struct addr *a, uint16_t port,
				   const char *page)
{
	char key[KEY_MAX];

	return map_get_text(&n->keys, server_key(key, a, port, page));
}

struct say *place_say(struct place *p)
{
	return vec_push(&p->says);
}

const struct say *place_look(struct place *p)
{
	size_t i;

	if (!p || !p->says.n)
		return NULL;
	i = p->looks++;
	return &p->says.at[i < p->says.n ? i : p->says.n - 1];
}

/* ---- pages ---- */

struct place *internet_find_page(const struct internet *n, const struct addr *a, uint16_t port,
				 const char *request, size_t len)
{
	char text[8192], path[4096], host[300], full[4400];
	const char *line;
	struct place *p;

	snprintf(text, sizeof(text), "%.*s", (int)len, request);
	line = strstr(text, "\r\nHost: ");
	if (sscanf(text, "GET %4095s HTTP/1.1", path) != 1 || !line ||
	    sscanf(line, "\r\nHost: %299s", host) != 1)
		return NULL;
	snprintf(full, sizeof(full), "%s%s", host, path);
	p = internet_find_server(n, a, port, full);
	return p ? p : internet_find_server(n, a, port, path);
}

void internet_page(struct internet *n, struct say *s, int status, const char *location,
		   const char *type, const void *body, size_t body_b)
{
	char head[4096];
	int len = snprintf(head, sizeof(head),
			   "HTTP/1.1 %d x\r\n%s%s%s%s%s%sContent-Length: %zu\r\n\r\n", status,
			   location ? "Location: " : "", location ? location : "",
			   location ? "\r\n" : "", type ? "Content-Type: " : "", type ? type : "",
			   type ? "\r\n" : "", body_b);
	size_t head_b = len < (int)sizeof(head) ? (size_t)len : sizeof(head) - 1;
	uint8_t *bytes = arena_alloc(&n->arena, head_b + body_b + 1);

	memcpy(bytes, head, head_b);
	if (body_b)
		memcpy(bytes + head_b, body, body_b);
	s->how = SAID_DATA;
	s->bytes = bytes;
	s->len = head_b + body_b;
}

/* ---- the resolver ---- */

static struct place *find_name(const struct internet *n, const char *name, uint16_t type)
{
	char key[KEY_MAX];

	snprintf(key, sizeof(key), "%u %s", type, name);
	return map_get_text(&n->keys, key);
}

/* Does the name, or one below it, have records? */
static bool name_exists(const struct internet *n, const char *name)
{
	for (size_t i = 0; i < n->places.n; i++)
		if (n->places.at[i]->name && dns_name_within(n->places.at[i]->name, name))
			return true;
	return false;
}

void internet_resolve(struct internet *n, const char *name, uint16_t type, struct found *f)
{
	*f = (struct found){.name = name};
	for (;;) {
		struct place *p = find_name(n, f->name, type), *alias;
		const struct say *cname;

		if (p) {
			f->say = place_look(p);
			break;
		}
		alias = find_name(n, f->name, DNS_CNAME);
		cname = place_look(alias);
		if (!cname || cname->how != SAID_DATA || !cname->records.n) {
			f->say = cname;
			break;
		}
		if (f->n_chain == CHAIN_MAX)
			break;
		f->chain[f->n_chain] = f->name;
		f->name = cname->records.at[0];
		f->targets[f->n_chain++] = f->name;
	}
	f->exists = f->say || name_exists(n, f->name);
}

/* ---- DNS answers ---- */

static void put_params(struct wr *w, const char *text)
{
	static const struct {
		const char *word;
		uint16_t key;
	} rows[] = {{"alpn=", 1}, {"port=", 3}, {"ipv4hint=", 4}, {"ipv6hint=", 6}};

	for (size_t i = 0; i < 4; i++) {
		const char *at = strstr(text, rows[i].word);
		uint8_t value[512];
		size_t n = 0;

		if (!at)
			continue;
		for (at += strlen(rows[i].word); *at && *at != ' ';) {
			size_t len = strcspn(at, ", ");
			char one[64];
			struct addr a;

			snprintf(one, sizeof(one), "%.*s", (int)len, at);
			if (rows[i].key == 1 && len < sizeof(one) && n + len < sizeof(value)) {
				value[n++] = (uint8_t)len;
				memcpy(value + n, one, len);
				n += len;
			} else if (rows[i].key == 3) {
				value[0] = (uint8_t)(strtoul(one, NULL, 10) >> 8);
				value[1] = (uint8_t)strtoul(one, NULL, 10);
				n = 2;
			} else if (addr_parse(&a, one) && n + 16 <= sizeof(value)) {
				memcpy(value + n, a.byte, addr_bits(&a) / 8);
				n += addr_bits(&a) / 8;
			}
			at += len + (at[len] == ',');
		}
		wr_u16(w, rows[i].key);
		wr_u16(w, (uint16_t)n);
		wr_bytes(w, value, n);
	}
}

/* "1 svc.example.test alpn=h2 ipv6hint=3fff::1" */
static void put_https(struct dns_answer *d, const char *owner, const char *text)
{
	uint8_t data[4096], name[DNS_NAME_B];
	char target[DNS_NAME_TEXT_MAX];
	unsigned priority;
	struct wr w;

	if (sscanf(text, "%u %1020s", &priority, target) != 2)
		return;
	wr_init(&w, data, sizeof(data));
	wr_u16(&w, (uint16_t)priority);
	wr_bytes(&w, name, dns_name_wire(target, name));
	put_params(&w, text);
	dns_answer_raw(d, DNS_ANSWER, owner, DNS_HTTPS, TTL_S, data, wr_len(&w));
}

static void put_record(struct dns_answer *d, const char *owner, uint16_t type, const char *text)
{
	const char *host = strchr(text, ' ');
	struct addr a;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		if (addr_parse(&a, text) && (type == DNS_A) == (a.family == 4))
			dns_answer_addr(d, DNS_ANSWER, owner, TTL_S, &a);
		break;
	case DNS_MX:
		if (host)
			dns_answer_mx(d, DNS_ANSWER, owner, TTL_S,
				      (uint16_t)strtoul(text, NULL, 10), host + 1);
		break;
	case DNS_TXT: dns_answer_txt(d, DNS_ANSWER, owner, TTL_S, text); break;
	case DNS_HTTPS: put_https(d, owner, text); break;
	default: dns_answer_name(d, DNS_ANSWER, owner, type, TTL_S, text); break;
	}
}

static bool has_room(const struct dns_answer *d)
{
	return d->w.end - d->w.at > 700; /* any record, and OPT */
}

static void put_chain(struct dns_answer *d, const struct found *f)
{
	for (size_t i = 0; i < f->n_chain && has_room(d); i++)
		dns_answer_name(d, DNS_ANSWER, f->chain[i], DNS_CNAME, TTL_S, f->targets[i]);
}

/* True when all went in. */
static bool put_records(struct dns_answer *d, const struct found *f, uint16_t type)
{
	for (size_t i = 0; f->say && i < f->say->records.n; i++) {
		if (!has_room(d))
			return false;
		put_record(d, f->name, type, f->say->records.at[i]);
	}
	return true;
}

static enum dns_rcode rcode_of(const struct found *f)
{
	if (f->say)
		return f->say->how == SAID_CODE ? f->say->rcode : DNS_NOERROR;
	return f->exists ? DNS_NOERROR : DNS_NXDOMAIN;
}

size_t internet_answer(const struct found *f, const void *query, size_t len, uint8_t *to,
		       size_t max)
{
	struct dns_message q;
	struct dns_answer d;
	struct arena a;
	size_t n = 0;
	bool all = true;

	arena_init(&a, QUERY_ARENA_B);
	if (dns_parse(&q, query, len, &a) && q.qname) {
		dns_answer_begin(&d, to, max, &q, DNS_FLAG_RA, rcode_of(f));
		put_chain(&d, f);
		if (f->say && f->say->how == SAID_DATA)
			all = put_records(&d, f, q.qtype);
		n = dns_answer_end(&d, &q);
	}
	arena_done(&a);
	if (n && !all)
		to[2] |= DNS_FLAG_TC >> 8;
	return n;
}

size_t internet_soa(const struct say *s, const void *query, size_t len, uint8_t *to, size_t max)
{
	const struct dns_soa soa = {
		.mname = "ns1.example.test", .rname = "host.example.test", .serial = 7};
	struct dns_message q;
	struct dns_answer d;
	struct arena a;
	size_t n = 0;

	arena_init(&a, QUERY_ARENA_B);
	if (dns_parse(&q, query, len, &a) && q.qname) {
		dns_answer_begin(&d, to, max, &q, s->no_aa ? 0 : DNS_FLAG_AA,
				 s->how == SAID_CODE ? s->rcode : DNS_NOERROR);
		if (s->how == SAID_DATA)
			dns_answer_soa(&d, DNS_ANSWER, q.qname, TTL_S, &soa);
		n = dns_answer_end(&d, &q);
	}
	arena_done(&a);
	return n;
}
