/* Strictness by RFC 3629's table, every code point once, and what cleaning drops. */
#include "base/utf8.h"
#include "test/tap.h"

static const struct {
	const char *bytes;
	size_t len;
	bool valid;
} rows[] = {
	{"", 0, true},
	{"a", 1, true},
	{"\x7f", 1, true},
	{"\xc2\x80", 2, true},
	{"\xdf\xbf", 2, true},
	{"\xe0\xa0\x80", 3, true},
	{"\xed\x9f\xbf", 3, true},
	{"\xee\x80\x80", 3, true},
	{"\xef\xbf\xbf", 3, true},
	{"\xf0\x90\x80\x80", 4, true},
	{"\xf4\x8f\xbf\xbf", 4, true},
	{"\x80", 1, false},		  /* continuation alone */
	{"\xbf", 1, false},
	{"\xc0\x80", 2, false},		  /* overlong NUL */
	{"\xc1\xbf", 2, false},		  /* overlong DEL */
	{"\xe0\x80\x80", 3, false},	  /* overlong */
	{"\xe0\x9f\xbf", 3, false},
	{"\xf0\x80\x80\x80", 4, false},
	{"\xf0\x8f\xbf\xbf", 4, false},
	{"\xed\xa0\x80", 3, false},	  /* surrogates */
	{"\xed\xbf\xbf", 3, false},
	{"\xf4\x90\x80\x80", 4, false},	  /* past U+10FFFF */
	{"\xf5\x80\x80\x80", 4, false},
	{"\xff", 1, false},
	{"\xfe", 1, false},
	{"\xc2", 1, false},		  /* cut short */
	{"\xe0\xa0", 2, false},
	{"\xf0\x90\x80", 3, false},
	{"\xc2" "a", 2, false},
	{"\xe4\xb8" "a", 3, false},
};

static size_t encode(uint32_t c, char *s)
{
	if (c < 0x80) {
		s[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	s[0] = (char)(0xf0 | c >> 18);
	s[1] = (char)(0x80 | (c >> 12 & 0x3f));
	s[2] = (char)(0x80 | (c >> 6 & 0x3f));
	s[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void test_all_codes(void)
{
	int wrong = 0;

	for (uint32_t c = 0; c <= 0x110000; c++) {
		char s[8] = "";
		size_t n = encode(c, s);
		bool want = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		uint32_t back;
		size_t took = utf8_decode(s, n, &back);

		wrong += want ? back != c || took != n : back != UTF8_BAD || took != 1;
	}
	is_int(wrong, 0, "every code point, the surrogates refused");
}

static void test_clean(void)
{
	static const struct {
		const char *from, *to;
	} list[] = {
		{"plain", "plain"},
		{"  two   words \n", "two words"},
		{"a\tb\r\nc", "a b c"},
		{"中文　标题", "中文 标题"},
		{"esc\x1b[31mred", "esc[31mred"},
		{"c1\xc2\x9b" "31m", "c131m"},
		{"rtl\xe2\x80\xae" "gpj.exe", "rtlgpj.exe"},
		{"mark\xd8\x9c" "s", "marks"},
		{"zero\xe2\x80\x8b" "width", "zerowidth"},
		{"\xef\xbb\xbf" "bom", "bom"},
		{"tag\xf3\xa0\x81\xa1" "s", "tags"},
		{"bad\xff\xc0\x80" "x", "bad\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx"},
		{"", ""},
		{" \x01 ", ""},
	};
	char to[64];

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		size_t n = utf8_clean(to, sizeof(to), list[i].from, strlen(list[i].from));

		is_str(to, list[i].to, "cleaned");
		is_int((long long)n, (long long)strlen(to), "and its length");
	}
	for (size_t max = 1; max <= 8; max++) {
		utf8_clean(to, max, "a中b文", 8);
		ok(strlen(to) < max && utf8_valid(to, strlen(to)), "cut to %zu bytes: '%s'", max - 1, to);
	}
	is_int((long long)utf8_clean(to, 0, "x", 1), 0, "no room at all");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(utf8_valid(rows[i].bytes, rows[i].len) == rows[i].valid, "row %zu is %s", i,
		   rows[i].valid ? "valid" : "refused");
	test_all_codes();
	test_clean();
	is_int((long long)utf8_width("ab中文"), 6, "wide characters take two columns");
	is_int((long long)utf8_width("｜é"), 3, "full width is wide, an accent is not");
	return done();
}
