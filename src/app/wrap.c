/* wrap: see wrap.h. */
#include "app/wrap.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

struct piece {
	const char *text;
	size_t len, width;
};

static bool is_wide(uint32_t c, const char *at, size_t len)
{
	char one[5] = "";

	if (c < 0x1100 || len >= sizeof(one))
		return false;
	memcpy(one, at, len);
	return utf8_width(one) == 2;
}

/* May no line begin with it? */
static bool closes(uint32_t c)
{
	static const char ascii[] = ",.;:!?)]}%'\"";

	return (c < 0x80 && strchr(ascii, (int)c)) || c == 0x2019 || c == 0x201d || c == 0x3001 ||
	       c == 0x3002 || c == 0x300b || c == 0x300d || c == 0x300f || c == 0x3011 ||
	       c == 0xff01 || c == 0xff05 || c == 0xff09 || c == 0xff0c || c == 0xff1a ||
	       c == 0xff1b || c == 0xff1f;
}

static bool opens(uint32_t c)
{
	return c == '(' || c == '[' || c == '{' || c == 0x2018 || c == 0x201c || c == 0x300a ||
	       c == 0x300c || c == 0x300e || c == 0x3010 || c == 0xff08;
}

static bool may_break(uint32_t before, bool wide_before, uint32_t after, bool wide_after)
{
	if (before == ',' && (after == '"' || after == '{' || after == '['))
		return true;
	return (wide_before || wide_after) && !closes(after) && !opens(before);
}

/* What must stay together, at the start of the text; at most so many columns of it. */
static struct piece next_piece(const char *text, size_t max)
{
	struct piece p = {.text = text};
	size_t left = strlen(text);
	uint32_t c, before = 0;
	bool wide, wide_before = false;

	while (left && text[p.len] != ' ') {
		size_t n = utf8_decode(text + p.len, left, &c);

		wide = is_wide(c, text + p.len, n);
		if (p.len && may_break(before, wide_before, c, wide))
			break;
		if (p.len && p.width + 1 + wide > max)
			break;
		p.len += n;
		p.width += 1 + wide;
		left -= n;
		before = c;
		wide_before = wide;
	}
	return p;
}

void wrap_print(FILE *out, size_t column, size_t indent, const char *text)
{
	bool fresh = true; /* nothing stands on this line yet but its indent */

	while (*text) {
		size_t blanks = strspn(text, " ");
		struct piece p = next_piece(text + blanks, WRAP_COLUMNS - indent);

		text = p.text + p.len;
		if (!p.len)
			break;
		if (column + (fresh ? 0 : blanks) + p.width > WRAP_COLUMNS &&
		    (!fresh || column > indent)) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
			fresh = true;
		}
		if (!fresh)
			fprintf(out, "%*s", (int)blanks, "");
		column += (fresh ? 0 : blanks) + p.width;
		fwrite(p.text, 1, p.len, out);
		fresh = false;
	}
	fputc('\n', out);
}
