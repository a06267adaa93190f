/*
 * dns_name: domain names between wire and text; see dns.h.  On the wire a name is untrusted: pointers
 * must go strictly backwards and never into the header, which alone makes loops impossible; the limit
 * on hops and that on length bound the work for one name.
 */
#include "wire/dns.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Both without a branch on the byte: letters and digits stand mixed, the processor would guess wrong. */
static uint8_t lower(uint8_t c)
{
	return (uint8_t)(c + ((uint8_t)(c - 'A') < 26) * 32);
}

static bool is_plain(uint8_t c)
{
	return ((uint8_t)(c - 'a') < 26) | ((uint8_t)(c - '0') < 10) | (c == '-');
}

/* Adds one byte of a label that is no letter or digit; returns how many bytes of text.  What zone files, URLs, JSON
 * or shells treat specially does not stand as itself. */
static size_t put_sign(char *to, uint8_t c)
{
	if (c && strchr("-_*/+=:", c)) {
		*to = (char)c;
		return 1;
	}
	to[0] = '\\';
	to[1] = (char)('0' + c / 100);
	to[2] = (char)('0' + c / 10 % 10);
	to[3] = (char)('0' + c % 10);
	return 4;
}

static size_t put_label(char *to, size_t at, const uint8_t *label, size_t len)
{
	if (at)
		to[at++] = '.';
	for (size_t i = 0; i < len; i++) {
		uint8_t c = lower(label[i]);

		if (is_plain(c))
			to[at++] = (char)c;
		else
			at += put_sign(to + at, c);
	}
	return at;
}

static int fail(struct rd *r, const char **why, const char *word)
{
	r->bad = true;
	*why = word;
	return -1;
}

/* Reads the second byte of a pointer and goes there; false if it must not. */
static bool follow(struct rd *at, uint8_t high, size_t *floor, unsigned *hops)
{
	size_t target = (size_t)(high & 0x3f) << 8 | rd_u8(at);

	if (++*hops > L_DNS_POINTER_HOPS) {
		limit_hit(LIMIT_DNS_POINTER_HOPS);
		return false;
	}
	if (!rd_ok(at) || target < DNS_HEADER_B || target >= *floor)
		return false;
	*floor = target;
	return true;
}

int dns_name_read(struct rd *r, char text[static DNS_NAME_TEXT_MAX], const char **why)
{
	struct rd at = *r;
	size_t floor = rd_pos(r), wire_b = 1, n = 0;
	unsigned hops = 0;

	for (uint8_t len = rd_u8(&at); len; len = rd_u8(&at)) {
		const uint8_t *label;

		if (len >= 0xc0) {
			if (!follow(&at, len, &floor, &hops))
				return fail(r, why, "pointer");
			if (hops == 1)
				*r = at;
			at.at = at.base + floor;
			continue;
		}
		if (len > 63)
			return fail(r, why, "label");
		wire_b += 1u + len;
		label = rd_bytes(&at, len);
		if (!label || wire_b > DNS_NAME_B)
			return fail(r, why, "name");
		n = put_label(text, n, label, len);
	}
	if (!rd_ok(&at))
		return fail(r, why, "name");
	if (!hops)
		*r = at;
	if (!n)
		text[n++] = '.';
	text[n] = '\0';
	return (int)n;
}

/* The byte that an escape stands for; s is at its backslash.  -1 when it is broken. */
static int escaped_byte(const char **s)
{
	const char *p = *s;
	int v;

	if (p[1] < '0' || p[1] > '9') {
		*s = p + 2;
		return p[1] ? (uint8_t)p[1] : -1;
	}
	for (int i = 1; i <= 3; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
	}
	v = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
	*s = p + 4;
	return v <= 255 ? v : -1;
}

/* One label without its length, up to its dot or the end of the text, where s is then.  How long it is; 0 when it is
 * none, or longer than max. */
static size_t label_wire(const char **s, uint8_t *to, size_t max)
{
	const char *at = *s;
	size_t n = 0;

	while (*at && *at != '.') {
		int c = *at == '\\' ? escaped_byte(&at) : (uint8_t)*at++;

		if (c < 0 || n == max)
			return 0;
		to[n++] = (uint8_t)c;
	}
	*s = at;
	return n;
}

size_t dns_name_wire(const char *text, uint8_t wire[static DNS_NAME_B])
{
	bool root = text[0] == '.' && !text[1];
	const char *s = root ? text + 1 : text;
	size_t n = 0;

	while (*s) {
		size_t room = DNS_NAME_B - 1 - n; /* with the length of a label, without the root's */
		size_t len = room > 1 ? label_wire(&s, wire + n + 1, room > 64 ? 63 : room - 1) : 0;

		if (!len)
			return 0;
		wire[n] = (uint8_t)len;
		n += 1 + len;
		s += *s == '.';
	}
	if (!n && !root)
		return 0;
	wire[n++] = 0;
	return n;
}

bool dns_name_clean(const char *text, char to[static DNS_NAME_TEXT_MAX])
{
	uint8_t wire[DNS_NAME_B];
	size_t len = dns_name_wire(text, wire);
	const char *why;
	struct rd r;

	if (!len)
		return false;
	rd_init(&r, wire, len);
	return dns_name_read(&r, to, &why) > 0;
}

bool dns_name_within(const char *name, const char *zone)
{
	size_t n = strlen(name), z = strlen(zone);

	if (z == 1 && zone[0] == '.')
		return true;
	return n >= z && !memcmp(name + n - z, zone, z) && (n == z || name[n - z - 1] == '.');
}

/* ---- types ---- */

static const struct {
	uint16_t type;
	const char *text;
} types[] = {
	{DNS_A, "A"},	      {DNS_NS, "NS"},	      {DNS_CNAME, "CNAME"}, {DNS_SOA, "SOA"},
	{DNS_PTR, "PTR"},     {DNS_MX, "MX"},	      {DNS_TXT, "TXT"},	    {DNS_AAAA, "AAAA"},
	{DNS_DNAME, "DNAME"}, {DNS_OPT, "OPT"},	      {DNS_SVCB, "SVCB"},   {DNS_HTTPS, "HTTPS"},
	{DNS_DS, "DS"},	      {DNS_DNSKEY, "DNSKEY"},
};

const char *dns_type_text(uint16_t type, char text[static DNS_TYPE_TEXT_MAX])
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type)
			return memcpy(text, types[i].text, strlen(types[i].text) + 1);
	}
	snprintf(text, DNS_TYPE_TEXT_MAX, "TYPE%u", type);
	return text;
}

uint16_t dns_type_parse(const char *text)
{
	unsigned long n = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcasecmp(types[i].text, text))
			return types[i].type;
	}
	if (strncasecmp(text, "TYPE", 4) || !text[4])
		return 0;
	for (const char *p = text + 4; *p; p++) {
		if (*p < '0' || *p > '9')
			return 0;
		n = n * 10 + (unsigned)(*p - '0');
		if (n > 65535)
			return 0;
	}
	return (uint16_t)n;
}

const char *dns_arpa(const struct addr *a, char name[static DNS_ARPA_MAX])
{
	static const char hex[] = "0123456789abcdef";
	char *to = name;

	if (a->family == 4) {
		snprintf(name, DNS_ARPA_MAX, "%u.%u.%u.%u.in-addr.arpa", a->byte[3], a->byte[2], a->byte[1],
			 a->byte[0]);
		return name;
	}
	for (int i = 15; i >= 0; i--) {
		*to++ = hex[a->byte[i] & 15];
		*to++ = '.';
		*to++ = hex[a->byte[i] >> 4];
		*to++ = '.';
	}
	memcpy(to, "ip6.arpa", 9);
	return name;
}
