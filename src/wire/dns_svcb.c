/*
 * dns_svcb: see dns_svcb.h.  Keys must rise strictly, each value must have its form, and what
 * "mandatory" names must be there (RFC 9460 sections 2.2, 7 and 8); else the record is malformed.
 */
#include "wire/dns_svcb.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MANDATORY, KEY_ALPN, KEY_NO_DEFAULT_ALPN, KEY_PORT, KEY_V4HINT, KEY_ECH, KEY_V6HINT };
enum { ALPN_TEXT_MAX = 128, MANDATORY_MAX = 16 };

struct svcb_parse {
	struct dns_svcb *s;
	struct arena *a;
	uint16_t mandatory[MANDATORY_MAX];
	size_t n_mandatory, n_found;
};

static bool read_mandatory(struct svcb_parse *p, struct rd *v)
{
	int last = 0; /* key 0 itself must not be named */

	if (!rd_left(v))
		return false;
	while (rd_left(v)) {
		int key = rd_u16(v);

		if (!rd_ok(v) || key <= last)
			return false;
		last = key;
		p->s->usable &= key <= KEY_V6HINT;
		if (p->n_mandatory == MANDATORY_MAX)
			return false;
		p->mandatory[p->n_mandatory++] = (uint16_t)key;
	}
	return true;
}

static void put_protocol(struct buf *b, const uint8_t *id, size_t len)
{
	if (b->len)
		buf_char(b, ',');
	for (size_t i = 0; i < len; i++) {
		if (id[i] > ' ' && id[i] < 0x7f && !strchr(",\\\"", id[i]))
			buf_char(b, (char)id[i]);
		else
			buf_printf(b, "\\%03u", id[i]);
	}
}

static bool read_alpn(struct svcb_parse *p, struct rd *v)
{
	struct buf text;
	bool good = rd_left(v) > 0;

	buf_init(&text, ALPN_TEXT_MAX);
	while (good && rd_left(v)) {
		size_t len = rd_u8(v);
		const uint8_t *id = rd_bytes(v, len);

		good = id && len;
		if (good)
			put_protocol(&text, id, len);
	}
	p->s->alpn = good ? arena_str(p->a, text.data) : NULL;
	buf_done(&text);
	return good && p->s->alpn;
}

static bool read_hints(struct svcb_parse *p, struct rd *v, uint8_t family, const struct addr **list,
		       size_t *n)
{
	size_t each = family == 4 ? 4 : 16, count = rd_left(v) / each;
	struct addr *at;

	if (!count || rd_left(v) % each)
		return false;
	if (count > L_DNS_RR_KEPT) {
		limit_hit(LIMIT_DNS_RR_KEPT);
		count = L_DNS_RR_KEPT;
	}
	at = arena_array(p->a, count, sizeof(*at));
	if (!at)
		return false;
	for (size_t i = 0; i < count; i++) {
		at[i].family = family;
		rd_copy(v, at[i].byte, each);
	}
	*list = at;
	*n = count;
	return true;
}

static bool read_value(struct svcb_parse *p, unsigned key, struct rd *v)
{
	struct dns_svcb *s = p->s;

	switch (key) {
	case KEY_MANDATORY: return read_mandatory(p, v);
	case KEY_ALPN: return read_alpn(p, v);
	case KEY_NO_DEFAULT_ALPN:
		s->no_default_alpn = true;
		return rd_left(v) == 0;
	case KEY_PORT:
		s->port = rd_u16(v);
		return rd_ok(v) && rd_left(v) == 0;
	case KEY_V4HINT: return read_hints(p, v, 4, &s->v4hint, &s->n_v4hint);
	case KEY_V6HINT: return read_hints(p, v, 6, &s->v6hint, &s->n_v6hint);
	case KEY_ECH:
		s->ech = true;
		return rd_left(v) > 0;
	default: return true;
	}
}

/* Both lists rise, so one pass finds every mandatory key. */
static void found(struct svcb_parse *p, unsigned key)
{
	if (p->n_found < p->n_mandatory && p->mandatory[p->n_found] == key)
		p->n_found++;
}

static bool read_params(struct svcb_parse *p, struct rd *r)
{
	int last = -1;

	while (rd_left(r)) {
		int key = rd_u16(r);
		struct rd v = rd_sub(r, rd_u16(r));

		if (!rd_ok(r) || key <= last || !read_value(p, (unsigned)key, &v))
			return false;
		last = key;
		found(p, (unsigned)key);
	}
	return rd_ok(r) && p->n_found == p->n_mandatory && (!p->s->no_default_alpn || p->s->alpn);
}

const struct dns_svcb *dns_svcb_parse(struct rd *rdata, struct arena *a, const char **why)
{
	struct svcb_parse p = {.s = arena_alloc(a, sizeof(struct dns_svcb)), .a = a};
	char target[DNS_NAME_TEXT_MAX];

	*why = "memory";
	if (!p.s)
		return NULL;
	p.s->port = -1;
	p.s->usable = true;
	p.s->priority = rd_u16(rdata);
	*why = "svcb";
	if (dns_name_read(rdata, target, why) < 0)
		return NULL;
	p.s->target = arena_str(a, target);
	if (!p.s->target)
		return NULL;
	if (!p.s->priority) { /* AliasMode: parameters are ignored (2.4.2) */
		rd_skip(rdata, rd_left(rdata));
		return p.s;
	}
	return read_params(&p, rdata) ? p.s : NULL;
}

static void put_hints(struct buf *b, const char *key, const struct addr *list, size_t n)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%s", i ? "," : key, addr_text(&list[i], text));
}

size_t dns_svcb_text(const struct dns_svcb *s, char *to, size_t max)
{
	struct buf b;
	size_t len;

	buf_init(&b, 16384);
	buf_printf(&b, "%u %s", s->priority, s->target);
	if (s->alpn)
		buf_printf(&b, " alpn=%s", s->alpn);
	if (s->no_default_alpn)
		buf_str(&b, " no-default-alpn");
	if (s->port >= 0)
		buf_printf(&b, " port=%d", s->port);
	put_hints(&b, " ipv4hint=", s->v4hint, s->n_v4hint);
	if (s->ech)
		buf_str(&b, " ech");
	put_hints(&b, " ipv6hint=", s->v6hint, s->n_v6hint);
	if (!s->usable)
		buf_str(&b, " mandatory=unknown");
	len = b.len;
	if (max)
		snprintf(to, max, "%s", b.data);
	buf_done(&b);
	return len;
}
