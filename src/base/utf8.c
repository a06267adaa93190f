/* utf8: see utf8.h. */
#include "base/utf8.h"

#include <string.h>

size_t utf8_decode(const char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s;
	size_t n;
	uint32_t c;

	*code = UTF8_BAD;
	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || len < n)
		return 1;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 1;
	*code = c;
	return n;
}

bool utf8_valid(const char *s, size_t len)
{
	uint32_t c;

	for (size_t i = 0; i < len;) {
		i += utf8_decode(s + i, len - i, &c);
		if (c == UTF8_BAD)
			return false;
	}
	return true;
}

/* Controls that act on the text around them or hide some: C0, DEL, C1, zero width, bidirectional
 * (U+061C among them), annotations and tags. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x3000 || c == 0x2028 ||
	       c == 0x2029;
}

size_t utf8_clean(char *to, size_t max, const char *from, size_t len)
{
	size_t out = 0;
	bool gap = false;

	for (size_t i = 0, n; i < len; i += n) {
		const char *piece = from + i;
		size_t piece_len;
		uint32_t c;

		n = piece_len = utf8_decode(piece, len - i, &c);
		if (c != UTF8_BAD && is_space(c)) {
			gap = out > 0;
			continue;
		}
		if (c != UTF8_BAD && is_control(c))
			continue;
		if (c == UTF8_BAD) {
			piece = "\xef\xbf\xbd";
			piece_len = 3;
		}
		if (out + piece_len + gap >= max)
			break;
		if (gap)
			to[out++] = ' ';
		gap = false;
		memcpy(to + out, piece, piece_len);
		out += piece_len;
	}
	if (max)
		to[out] = '\0';
	return out;
}

size_t utf8_width(const char *s)
{
	size_t len = strlen(s), width = 0;

	for (size_t i = 0; i < len;) {
		uint32_t c;

		i += utf8_decode(s + i, len - i, &c);
		width += c != UTF8_BAD && ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
					   (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
					   (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
					   (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x20000 && c <= 0x3fffd))
				 ? 2
				 : 1;
	}
	return width;
}
