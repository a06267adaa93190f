/* url: see url.h.  RFC 3986 for the parts, WHATWG's rules for numeric hosts. */
#include "wire/url.h"

#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *at;
	size_t len;
};

static bool refuse(const char **why, const char *word)
{
	*why = word;
	return false;
}

/* ---- hosts ---- */

/* One part of a numeric host: decimal, 0octal or 0xhex; false if it is no number of 32 bits. */
static bool number(const char *s, size_t len, uint64_t *n)
{
	unsigned base = 10;

	if (len >= 2 && s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
		len -= 2;
	} else if (len >= 2 && s[0] == '0') {
		base = 8;
	} else if (!len) {
		return false;
	}
	*n = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = s[i] >= '0' && s[i] <= '9' ? (unsigned)(s[i] - '0')
				 : s[i] >= 'a' && s[i] <= 'f' ? (unsigned)(s[i] - 'a' + 10)
							      : 99;

		if (digit >= base)
			return false;
		*n = *n * base + digit;
		if (*n > UINT32_MAX)
			return false;
	}
	return true;
}

/* Does the last label look like a number, so that somebody would read an IPv4 address? */
static bool ends_in_number(const char *host)
{
	const char *last = strrchr(host, '.');
	uint64_t n;

	last = last ? last + 1 : host;
	return strspn(last, "0123456789") == strlen(last) || number(last, strlen(last), &n);
}

/* "127.1", "0x7f000001", "017700000001": all that inet_aton takes. */
static bool numeric_host(const char *host, struct addr *addr)
{
	uint64_t part[4], value = 0;
	int n = 0;

	for (const char *p = host; p; n++) {
		const char *dot = strchr(p, '.');

		if (n == 4 || !number(p, dot ? (size_t)(dot - p) : strlen(p), &part[n]))
			return false;
		p = dot ? dot + 1 : NULL;
	}
	for (int i = 0; i < n - 1; i++) {
		if (part[i] > 255)
			return false;
		value |= part[i] << (24 - 8 * i);
	}
	if (part[n - 1] >= (uint64_t)1 << (8 * (5 - n)))
		return false;
	*addr = addr_v4((uint32_t)(value | part[n - 1]));
	return true;
}

/* Letters, digits, hyphen and (as many do) underscore, in labels of 1 to 63. */
static bool is_name(const char *host)
{
	size_t label = 0;

	for (const char *p = host; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-' ||
			     *p == '_';

		if (*p == '.' ? !label : !plain || label == 63)
			return false;
		label = *p == '.' ? 0 : label + 1;
	}
	return label > 0;
}

/* UTF-8 to what DNS takes; full-width digits and dots become plain ones here. */
static bool to_ascii(const char *text, char host[static URL_HOST_MAX])
{
	char *ascii = NULL;
	bool good = idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) ==
			    IDN2_OK &&
		    strlen(ascii) < URL_HOST_MAX;

	if (good)
		snprintf(host, URL_HOST_MAX, "%s", ascii);
	idn2_free(ascii);
	return good;
}

static bool host_bytes(const char *text, size_t len, char host[static URL_HOST_MAX],
		       const char **why)
{
	char copy[1024];
	bool wide = false;

	if (!len || len >= sizeof(copy))
		return refuse(why, "host");
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\0')
			return refuse(why, "control");
		wide |= (unsigned char)text[i] >= 0x80;
		copy[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
	}
	copy[len] = '\0';
	if (wide)
		return to_ascii(copy, host) || refuse(why, "idn");
	if (len > 1 && copy[len - 1] == '.')
		copy[--len] = '\0';
	if (len >= URL_HOST_MAX)
		return refuse(why, "host");
	memcpy(host, copy, len + 1);
	return true;
}

bool url_host(const char *text, size_t len, char host[static URL_HOST_MAX], struct addr *addr,
	      const char **why)
{
	size_t n;

	memset(addr, 0, sizeof(*addr));
	if (!host_bytes(text, len, host, why))
		return false;
	n = strlen(host);
	if (n > 1 && host[n - 1] == '.')
		host[n - 1] = '\0';
	if (!is_name(host))
		return refuse(why, "host");
	if (!ends_in_number(host))
		return true;
	if (!numeric_host(host, addr))
		return refuse(why, "host");
	addr_text(addr, host);
	return true;
}

/* Between brackets. */
static bool literal(struct url *u, const char *text, size_t len, const char **why)
{
	char copy[ADDR_TEXT_MAX];

	if (memchr(text, '%', len))
		return refuse(why, "zone");
	if (len >= sizeof(copy))
		return refuse(why, "host");
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!addr_parse(&u->addr, copy) || u->addr.family != 6)
		return refuse(why, "host");
	addr_text(&u->addr, u->host);
	return true;
}

static bool take_port(struct url *u, const char *text, size_t len, unsigned flags,
		      const char **why)
{
	unsigned n = 0;

	u->port = u->https ? 443 : 80;
	if (!len)
		return true;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || n > 65535)
			return refuse(why, "port");
		n = n * 10 + (unsigned)(text[i] - '0');
	}
	if (!n || n > 65535 || (n != 80 && n != 443 && !(flags & URL_ANY_PORT)))
		return refuse(why, "port");
	u->port = (uint16_t)n;
	return true;
}

/* "host", "host:port", "[literal]:port". */
static bool take_authority(struct url *u, struct span s, unsigned flags, const char **why)
{
	const char *end = s.at + s.len, *colon, *close;

	if (memchr(s.at, '@', s.len))
		return refuse(why, "userinfo");
	if (s.len && s.at[0] == '[') {
		close = memchr(s.at, ']', s.len);
		if (!close || (close + 1 < end && close[1] != ':'))
			return refuse(why, "host");
		if (!literal(u, s.at + 1, (size_t)(close - s.at - 1), why))
			return false;
		colon = close + 1;
	} else {
		colon = memchr(s.at, ':', s.len);
		colon = colon ? colon : end;
		if (!url_host(s.at, (size_t)(colon - s.at), u->host, &u->addr, why))
			return false;
	}
	if (colon < end)
		colon++;
	return take_port(u, colon, (size_t)(end - colon), flags, why);
}

/* ---- paths ---- */

struct path {
	char *to;
	size_t n;
	bool full;
};

static void put(struct path *p, char c)
{
	if (p->n >= URL_PATH_MAX - 1)
		p->full = true;
	else
		p->to[p->n++] = c;
}

/* Copies bytes; what may not stand in a URL is escaped. */
static void put_escaped(struct path *p, const char *s, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c > 0x20 && c < 0x7f && !strchr("\"<>`{}|^", c)) {
			put(p, s[i]);
			continue;
		}
		put(p, '%');
		put(p, digits[c >> 4]);
		put(p, digits[c & 15]);
	}
}

/* How many dots a segment is: 1, 2, or 0 when it is another; %2e counts as a dot. */
static int dots(const char *s, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; n++) {
		if (s[i] == '.')
			i++;
		else if (len - i >= 3 && s[i] == '%' && s[i + 1] == '2' && (s[i + 2] | 32) == 'e')
			i += 3;
		else
			return 0;
	}
	return n <= 2 ? n : 0;
}

static void drop_segment(struct path *p)
{
	while (p->n && p->to[--p->n] != '/')
		;
}

/* Adds "/segment" for each segment (RFC 3986 5.2.4). */
static void put_segments(struct path *p, const char *s, size_t len)
{
	const char *end = s + len;

	while (s <= end) {
		const char *slash = memchr(s, '/', (size_t)(end - s));
		const char *stop = slash ? slash : end;
		int n = dots(s, (size_t)(stop - s));

		if (n == 2)
			drop_segment(p);
		if (n && !slash)
			put(p, '/');
		if (!n) {
			put(p, '/');
			put_escaped(p, s, (size_t)(stop - s));
		}
		s = stop + 1;
	}
}

/* base: path up to and with its last '/', may be empty; rest: what follows, with query. */
static bool take_path(struct url *u, struct span base, struct span rest, const char **why)
{
	char to[URL_PATH_MAX];
	struct path p = {.to = to};
	const char *hash = memchr(rest.at, '#', rest.len), *query;
	size_t len = hash ? (size_t)(hash - rest.at) : rest.len, path_len;

	query = memchr(rest.at, '?', len);
	path_len = query ? (size_t)(query - rest.at) : len;
	if (base.len > 2) /* without its first and last '/' */
		put_segments(&p, base.at + 1, base.len - 2);
	if (path_len && rest.at[0] == '/' && !base.len)
		put_segments(&p, rest.at + 1, path_len - 1);
	else
		put_segments(&p, rest.at, path_len);
	if (query)
		put_escaped(&p, query, len - path_len);
	if (p.full) {
		limit_hit(LIMIT_URL_B);
		return refuse(why, "long");
	}
	to[p.n] = '\0';
	memcpy(u->path, to, p.n + 1);
	return true;
}

/* ---- whole ---- */

static bool clean_bytes(const char *text, size_t len, const char **why)
{
	if (!len)
		return refuse(why, "empty");
	if (len >= URL_TEXT_MAX)
		return refuse(why, "long");
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return refuse(why, "control");
		if (text[i] == '\\')
			return refuse(why, "backslash");
	}
	return true;
}

/* Length of "scheme:" at the start, or 0. */
static size_t scheme_len(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = (char)(text[i] | 32);

		if (text[i] == ':')
			return i ? i + 1 : 0;
		if (!(c >= 'a' && c <= 'z') &&
		    (!i || !text[i] || !strchr("0123456789+-.", text[i])))
			return 0;
	}
	return 0;
}

/* After "//": authority and path; u->https is set. */
static bool take_rest(struct url *u, const char *text, size_t len, unsigned flags, const char **why)
{
	size_t n = 0;

	while (n < len && !strchr("/?#", text[n]))
		n++;
	return take_authority(u, (struct span){text, n}, flags, why) &&
	       take_path(u, (struct span){"", 0}, (struct span){text + n, len - n}, why);
}

bool url_parse(struct url *u, const char *text, size_t len, unsigned flags, const char **why)
{
	size_t n;

	memset(u, 0, sizeof(*u));
	if (!clean_bytes(text, len, why))
		return false;
	n = scheme_len(text, len);
	u->https = n == 6 && !strncasecmp(text, "https:", 6);
	if (!u->https && (n != 5 || strncasecmp(text, "http:", 5)))
		return refuse(why, "scheme");
	if (len < n + 2 || text[n] != '/' || text[n + 1] != '/')
		return refuse(why, "host");
	return take_rest(u, text + n + 2, len - n - 2, flags, why);
}

bool url_resolve(struct url *u, const struct url *base, const char *text, size_t len,
		 unsigned flags, const char **why)
{
	struct url from = *base; /* u may be base */
	size_t path_len = strcspn(from.path, "?");
	struct span whole = {from.path, path_len}, dir = whole;

	if (!clean_bytes(text, len, why))
		return false;
	if (scheme_len(text, len))
		return url_parse(u, text, len, flags, why);
	*u = from;
	if (len >= 2 && text[0] == '/' && text[1] == '/')
		return take_rest(u, text + 2, len - 2, flags, why);
	if (text[0] == '#')
		return true;
	if (text[0] == '/')
		return take_path(u, (struct span){"", 0}, (struct span){text, len}, why);
	if (text[0] == '?') {
		char joined[URL_PATH_MAX + URL_TEXT_MAX];
		int n = snprintf(joined, sizeof(joined), "%.*s%.*s", (int)whole.len, whole.at,
				 (int)len, text);

		return take_path(u, (struct span){"", 0}, (struct span){joined, (size_t)n}, why);
	}
	while (dir.len && dir.at[dir.len - 1] != '/')
		dir.len--;
	return take_path(u, dir, (struct span){text, len}, why);
}

const char *url_text(const struct url *u, char text[static URL_TEXT_MAX])
{
	bool v6 = u->addr.family == 6;
	char port[8] = "";

	if (u->port != (u->https ? 443 : 80))
		snprintf(port, sizeof(port), ":%u", u->port);
	snprintf(text, URL_TEXT_MAX, "%s://%s%s%s%s%s", u->https ? "https" : "http", v6 ? "[" : "",
		 u->host, v6 ? "]" : "", port, u->path);
	return text;
}
