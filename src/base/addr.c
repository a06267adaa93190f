/* addr: see addr.h. */
#include "base/addr.h"

#include <stdio.h>
#include <string.h>

static bool parse_v4(struct addr *a, const char *s)
{
	for (int i = 0; i < 4; i++) {
		unsigned v = 0, digits = 0;

		if (i && *s++ != '.')
			return false;
		for (; *s >= '0' && *s <= '9'; s++, digits++) {
			if (digits == 3 || (digits && v == 0))
				return false;
			v = v * 10 + (unsigned)(*s - '0');
		}
		if (digits == 0 || v > 255)
			return false;
		a->byte[i] = (uint8_t)v;
	}
	a->family = 4;
	return *s == '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One group of up to four hex digits; -1 if there is none. */
static int parse_group(const char **s)
{
	int v = 0, digits = 0;

	while (hex_digit(**s) >= 0) {
		if (digits++ == 4)
			return -1;
		v = v * 16 + hex_digit(*(*s)++);
	}
	return digits ? v : -1;
}

/* The dotted quad that may end an IPv6 text. */
static bool parse_tail_v4(uint8_t *to, const char *s)
{
	struct addr v4 = {0};

	if (!parse_v4(&v4, s))
		return false;
	memcpy(to, v4.byte, 4);
	return true;
}

/* Spreads what was read after "::" to the end of the address. */
static bool place_gap(uint8_t b[16], int n, int gap)
{
	if (gap < 0)
		return n == 16;
	if (n > 14)
		return false;
	memmove(b + 16 - (n - gap), b + gap, (size_t)(n - gap));
	memset(b + gap, 0, (size_t)(16 - n));
	return true;
}

static bool parse_v6(struct addr *a, const char *s)
{
	uint8_t b[16] = {0};
	int n = 0, gap = -1;

	if (*s == ':' && *++s != ':')
		return false;
	while (*s) {
		const char *start = s;
		int v;

		if (*s == ':') {
			if (gap >= 0)
				return false;
			gap = n;
			s++;
			continue;
		}
		v = parse_group(&s);
		if (v >= 0 && *s == '.' && n <= 12 && parse_tail_v4(b + n, start)) {
			n += 4;
			break;
		}
		if (v < 0 || n > 14 || (*s && *s != ':') || (*s == ':' && !s[1]))
			return false;
		b[n++] = (uint8_t)(v >> 8);
		b[n++] = (uint8_t)v;
		if (*s == ':')
			s++;
	}
	if (!place_gap(b, n, gap))
		return false;
	a->family = 6;
	memcpy(a->byte, b, 16);
	return true;
}

bool addr_parse(struct addr *a, const char *text)
{
	memset(a, 0, sizeof(*a));
	if (strchr(text, ':'))
		return parse_v6(a, text);
	return parse_v4(a, text);
}

/* The longest run of two or more zero groups, first of equals (RFC 5952, 4.2). */
static int longest_zeros(const uint8_t *b, int *len)
{
	int best = -1, best_len = 1;

	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && !b[2 * (i + n)] && !b[2 * (i + n) + 1])
			n++;
		if (n > best_len) {
			best = i;
			best_len = n;
		}
		i += n;
	}
	*len = best_len;
	return best;
}

/* Addresses are written in keys, rows and pages by the million: printf would take most of that time. */
static char *put_hex(char *p, unsigned v)
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned shift = 12; shift; shift -= 4)
		if (v >> shift)
			*p++ = digits[v >> shift & 15];
	*p++ = digits[v & 15];
	return p;
}

static char *put_byte(char *p, unsigned v)
{
	if (v > 99)
		*p++ = (char)('0' + v / 100);
	if (v > 9)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static void text_v4(const uint8_t *b, char *p)
{
	for (int i = 0; i < 4; i++) {
		p = put_byte(p, b[i]);
		*p++ = i < 3 ? '.' : '\0';
	}
}

static void text_v6(const uint8_t *b, char *p)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	int gap_len, gap = longest_zeros(b, &gap_len);

	if (!memcmp(b, mapped, 12)) {
		memcpy(p, "::ffff:", 7);
		text_v4(b + 12, p + 7);
		return;
	}
	for (int i = 0; i < 8; i++) {
		if (i == gap) {
			if (!i)
				*p++ = ':';
			*p++ = ':';
			i += gap_len - 1;
			continue;
		}
		p = put_hex(p, (unsigned)b[2 * i] << 8 | b[2 * i + 1]);
		if (i < 7)
			*p++ = ':';
	}
	*p = '\0';
}

const char *addr_text(const struct addr *a, char text[static ADDR_TEXT_MAX])
{
	const uint8_t *b = a->byte;

	text[0] = '\0';
	if (a->family == 4)
		text_v4(b, text);
	else if (a->family == 6)
		text_v6(b, text);
	return text;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->byte, b->byte, addr_bits(a) / 8);
}

struct addr addr_v4(uint32_t v)
{
	return (struct addr){.family = 4,
			     .byte = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
				      (uint8_t)v}};
}

struct addr addr_v6(const uint8_t byte[static 16])
{
	struct addr a = {.family = 6};

	memcpy(a.byte, byte, 16);
	return a;
}

uint32_t addr_u32(const struct addr *a)
{
	const uint8_t *b = a->byte;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

bool addr_step(struct addr *a, int n)
{
	int carry = n;

	for (int i = (int)addr_bits(a) / 8 - 1; i >= 0 && carry; i--) {
		int v = a->byte[i] + carry;

		a->byte[i] = (uint8_t)(v & 0xff);
		carry = v >> 8;
	}
	return carry == 0;
}

struct prefix prefix_of(const struct addr *a, unsigned len)
{
	struct prefix p = {.addr = *a, .len = (uint8_t)len};

	for (unsigned bit = len; bit < addr_bits(a); bit++)
		p.addr.byte[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
	return p;
}

bool prefix_parse(struct prefix *p, const char *text)
{
	const char *slash = strchr(text, '/');
	char host[ADDR_TEXT_MAX];
	struct addr a;
	unsigned len = 0;

	if (!slash || (size_t)(slash - text) >= sizeof(host))
		return false;
	memcpy(host, text, (size_t)(slash - text));
	host[slash - text] = '\0';
	if (!addr_parse(&a, host) || !slash[1] || strlen(slash + 1) > 3)
		return false;
	for (const char *s = slash + 1; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		len = len * 10 + (unsigned)(*s - '0');
	}
	if (len > addr_bits(&a) || (slash[1] == '0' && slash[2]))
		return false;
	*p = prefix_of(&a, len);
	return addr_cmp(&p->addr, &a) == 0;
}

const char *prefix_text(const struct prefix *p, char text[static PREFIX_TEXT_MAX])
{
	char host[ADDR_TEXT_MAX];

	snprintf(text, PREFIX_TEXT_MAX, "%s/%u", addr_text(&p->addr, host), p->len);
	return text;
}

bool prefix_has(const struct prefix *p, const struct addr *a)
{
	unsigned whole = p->len / 8, rest = p->len % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	if (p->addr.family != a->family || (whole && p->addr.byte[0] != a->byte[0])) /* most end here */
		return false;
	if (memcmp(p->addr.byte, a->byte, whole) != 0)
		return false;
	return !rest || ((p->addr.byte[whole] ^ a->byte[whole]) & mask) == 0;
}
