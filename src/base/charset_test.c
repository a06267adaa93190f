/* Titles of real encodings: labels, bytes that Python's codecs give for the same texts, broken bytes. */
#include "base/charset.h"
#include "base/utf8.h"
#include "test/tap.h"

#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *label, *name;
} labels[] = {
	{"utf-8", "UTF-8"}, {"UTF8", "UTF-8"}, {"gb2312", "GB18030"}, {" GBK\t", "GB18030"},
	{"x-gbk", "GB18030"}, {"Big5-HKSCS", "Big5"}, {"Windows-31J", "Shift_JIS"}, {"SJIS", "Shift_JIS"},
	{"euc-jp", "EUC-JP"}, {"ks_c_5601-1987", "EUC-KR"}, {"ISO-8859-1", "windows-1252"},
	{"us-ascii", "windows-1252"}, {"latin1", "windows-1252"}, {"cp1251", "windows-1251"},
	{"koi8-r", "KOI8-R"}, {"tis-620", "windows-874"}, {"iso-8859-15", "ISO-8859-15"},
	{"", NULL}, {"  ", NULL}, {"gb", NULL}, {"gbk gb2312", NULL}, {"utf-16", NULL}, {"iso-2022-jp", NULL},
	{"abcdefghijklmnopqrstuvwxyz-0123456789", NULL}, {"gb\xc3\xa9", NULL},
};

static const struct {
	const char *type, *name;
} types[] = {
	{"text/html; charset=gb2312", "GB18030"}, {"text/html;charset=\"GBK\"", "GB18030"},
	{"text/html; Charset = 'big5' ; x=y", "Big5"}, {"text/html; charset=euc-kr;q=1", "EUC-KR"},
	{"text/html; charset gbk; charset=koi8-r", "KOI8-R"}, {"text/html", NULL}, {"text/html; charset=", NULL},
	{"text/html; charset=nobody", NULL}, {"", NULL}, {"charset", NULL}, {"text/html; charset=\"gbk", "GB18030"},
};

static const struct {
	const char *label, *from, *to;
} texts[] = {
	{"gb2312", "\xd6\xd0\xbb\xaa\xc8\xcb\xc3\xf1\xb9\xb2\xba\xcd\xb9\xfa", "中华人民共和国"},
	{"gbk", "\xe9\x46\x83\x78 IPv6", "镕儀 IPv6"}, /* a second byte among the letters */
	{"gb18030", "\x95\x32\x82\x36\xd6\xd0", "\xf0\xa0\x80\x80" "中"}, /* four bytes: U+20000 */
	{"big5", "\xc1\x63\xc5\xe9\xa4\xa4\xa4\xe5", "繁體中文"},
	{"shift_jis", "\x93\xfa\x96\x7b\x8c\xea \xb1\xb2", "日本語 ｱｲ"},
	{"windows-31j", "\x87\x40\x94\x5c", "①能"}, /* a second byte that is a backslash */
	{"euc-jp", "\xc6\xfc\xcb\xdc\xb8\xec", "日本語"},
	{"euc-kr", "\xc7\xd1\xb1\xb9\xbe\xee \x8c\x63", "한국어 똠"},
	{"iso-8859-1", "Caf\xe9 \x80 \x93x\x94", "Café € “x”"}, /* what they write is windows-1252 */
	{"windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
	{"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
	{"windows-1250", "\x8a\xe8", "Šč"},
	{"windows-1253", "\xc5\xeb\xeb\xdc\xe4\xe1", "Ελλάδα"},
	{"windows-1254", "\xddstanbul", "İstanbul"},
	{"windows-1255", "\xf9\xec\xe5\xed", "שלום"},
	{"windows-1256", "\xd3\xe1\xc7\xe3", "سلام"},
	{"windows-1257", "R\xeega", "Rīga"},
	{"windows-1258", "Vi\xea\xf2t", "Việt"}, /* a letter and its mark become one */
	{"windows-874", "\xe4\xb7\xc2", "ไทย"},
	{"iso-8859-2", "\xa3\xf3""d\xbc", "Łódź"},
	{"gbk", "a\xff""b\xd6\xd0", "a" FFFD "b中"}, /* broken: one byte is lost */
	{"gbk", "\xd6\xd0\xd6", "中"},	       /* cut off in the middle of a character */
	{"gbk", "\xd6 x", FFFD " x"},
	{"gbk", "", ""},
	{"utf-8", "\xe4\xb8\xad", "中"},
};

static void test_text(size_t i)
{
	const struct charset *c = charset_find(texts[i].label, strlen(texts[i].label));
	size_t want = strlen(texts[i].to), bad = 0;
	char to[128] = {0};

	to[c ? charset_to_utf8(c, to, sizeof(to) - 1, texts[i].from, strlen(texts[i].from)) : 0] = '\0';
	is_str(to, texts[i].to, texts[i].label);
	for (size_t max = 0; max <= want; max++) {
		size_t n = charset_to_utf8(c, to, max, texts[i].from, strlen(texts[i].from));

		bad += n > max || memcmp(to, texts[i].to, n) || !utf8_valid(to, n) ? c && charset_name(c)[0] != 'U' : 0;
	}
	ok(!bad, "whole characters in any room");
}

int main(void)
{
	const char *first;
	size_t missing, n = charset_prepare(&missing, &first);

	ok(n >= 29 && !missing, "%zu converters; missing %zu: %s", n, missing, first ? first : "none");
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		const struct charset *c = charset_find(labels[i].label, strlen(labels[i].label));

		is_str(c ? charset_name(c) : NULL, labels[i].name, labels[i].label);
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct charset *c = charset_of_type(types[i].type);

		is_str(c ? charset_name(c) : NULL, types[i].name, types[i].type);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		test_text(i);
	return done();
}
