/* charset: see charset.h. */
#include "base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define N(list) (sizeof(list) / sizeof((list)[0]))

/* Name of the standard, name for iconv (NULL: UTF-8 itself), labels between spaces. */
struct charset {
	const char *name, *converter, *labels;
};

/* The first eight stand for nine of ten pages that are not UTF-8.  Decoding GBK is decoding GB18030. */
static const struct charset list[] = {
	{"UTF-8", NULL, " utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 "},
	{"GB18030", "GB18030",
	 " gb18030 gbk gb2312 gb_2312 gb_2312-80 chinese csgb2312 csiso58gb231280 iso-ir-58 x-gbk "},
	{"Big5", "BIG5-HKSCS", " big5 big5-hkscs cn-big5 csbig5 x-x-big5 "},
	{"Shift_JIS", "CP932",
	 " shift_jis shift-jis sjis x-sjis windows-31j ms932 ms_kanji csshiftjis "},
	{"EUC-JP", "EUC-JP-MS", " euc-jp x-euc-jp cseucpkdfmtjapanese "},
	{"EUC-KR", "UHC",
	 " euc-kr cseuckr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 csksc56011987 iso-ir-149 "
	 "korean windows-949 "},
	{"windows-1252", "CP1252",
	 " windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 latin1 "
	 "l1 cp819 ibm819 csisolatin1 iso-ir-100 ascii us-ascii ansi_x3.4-1968 "},
	{"windows-1251", "CP1251", " windows-1251 cp1251 x-cp1251 "},
	{"windows-1250", "CP1250", " windows-1250 cp1250 x-cp1250 "},
	{"windows-1253", "CP1253", " windows-1253 cp1253 x-cp1253 "},
	{"windows-1254", "CP1254",
	 " windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 latin5 l5 "
	 "csisolatin5 iso-ir-148 "},
	{"windows-1255", "CP1255", " windows-1255 cp1255 x-cp1255 "},
	{"windows-1256", "CP1256", " windows-1256 cp1256 x-cp1256 "},
	{"windows-1257", "CP1257", " windows-1257 cp1257 x-cp1257 "},
	{"windows-1258", "CP1258", " windows-1258 cp1258 x-cp1258 "},
	{"windows-874", "CP874",
	 " windows-874 dos-874 tis-620 iso-8859-11 iso8859-11 iso885911 "},
	{"KOI8-R", "KOI8-R", " koi8-r koi koi8 koi8_r cskoi8r "},
	{"KOI8-U", "KOI8-U", " koi8-u koi8-ru "},
	{"ISO-8859-2", "ISO-8859-2",
	 " iso-8859-2 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 latin2 l2 csisolatin2 iso-ir-101 "},
	{"ISO-8859-3", "ISO-8859-3",
	 " iso-8859-3 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 latin3 l3 csisolatin3 iso-ir-109 "},
	{"ISO-8859-4", "ISO-8859-4",
	 " iso-8859-4 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 latin4 l4 csisolatin4 iso-ir-110 "},
	{"ISO-8859-5", "ISO-8859-5",
	 " iso-8859-5 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 cyrillic csisolatincyrillic "
	 "iso-ir-144 "},
	{"ISO-8859-6", "ISO-8859-6",
	 " iso-8859-6 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 arabic asmo-708 csisolatinarabic "
	 "ecma-114 iso-ir-127 "},
	{"ISO-8859-7", "ISO-8859-7",
	 " iso-8859-7 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 greek greek8 csisolatingreek ecma-118 "
	 "elot_928 iso-ir-126 sun_eu_greek "},
	{"ISO-8859-8", "ISO-8859-8",
	 " iso-8859-8 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 iso-8859-8-i iso-8859-8-e hebrew "
	 "visual logical csisolatinhebrew iso-ir-138 "},
	{"ISO-8859-10", "ISO-8859-10", " iso-8859-10 iso8859-10 iso885910 latin6 l6 csisolatin6 iso-ir-157 "},
	{"ISO-8859-13", "ISO-8859-13", " iso-8859-13 iso8859-13 iso885913 "},
	{"ISO-8859-14", "ISO-8859-14", " iso-8859-14 iso8859-14 iso885914 "},
	{"ISO-8859-15", "ISO-8859-15",
	 " iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 csisolatin9 "},
	{"ISO-8859-16", "ISO-8859-16", " iso-8859-16 "},
};

enum { LABEL_MAX = 32, NOT_TRIED = 0, HERE, MISSING };
static struct {
	iconv_t how;
	int state;
} converters[N(list)];

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

const struct charset *charset_find(const char *label, size_t len)
{
	char word[LABEL_MAX + 3];
	size_t n = 0;

	for (; len && is_space(*label); label++)
		len--;
	while (len && is_space(label[len - 1]))
		len--;
	if (!len || len > LABEL_MAX)
		return NULL;
	word[n++] = ' ';
	for (size_t i = 0; i < len; i++) {
		if (label[i] <= ' ' || label[i] > '~')
			return NULL;
		word[n++] = label[i] >= 'A' && label[i] <= 'Z' ? (char)(label[i] + 32) : label[i];
	}
	word[n++] = ' ';
	word[n] = '\0';
	for (size_t i = 0; i < N(list); i++)
		if (strstr(list[i].labels, word))
			return &list[i];
	return NULL;
}

/* The algorithm for extracting an encoding from a meta element; a Content-Type has the same form. */
const struct charset *charset_of_type(const char *type)
{
	static const char name[] = "charset";

	for (const char *p = type; *p; p++) {
		const char *v = p + sizeof(name) - 1;

		if (strncasecmp(p, name, sizeof(name) - 1))
			continue;
		while (is_space(*v))
			v++;
		if (*v++ != '=')
			continue;
		while (is_space(*v))
			v++;
		if (*v == '"' || *v == '\'')
			return charset_find(v + 1, strcspn(v + 1, (char[]){*v, '\0'}));
		return charset_find(v, strcspn(v, " \t\r\n\f;"));
	}
	return NULL;
}

const char *charset_name(const struct charset *c)
{
	return c->name;
}

static iconv_t converter(size_t i)
{
	if (converters[i].state == NOT_TRIED) {
		converters[i].how = iconv_open("UTF-8", list[i].converter);
		converters[i].state = converters[i].how == (iconv_t)-1 ? MISSING : HERE;
	}
	return converters[i].how;
}

static size_t copy(char *to, size_t max, const char *from, size_t len)
{
	size_t n = len < max ? len : max;

	memcpy(to, from, n);
	return n;
}

size_t charset_to_utf8(const struct charset *c, char *to, size_t max, const char *from, size_t len)
{
	static const char bad[] = "\xef\xbf\xbd";
	char *in = (char *)from, *out = to;
	size_t in_b = len, out_b = max;
	iconv_t how = c && c->converter ? converter((size_t)(c - list)) : (iconv_t)-1;

	if (how == (iconv_t)-1)
		return copy(to, max, from, len);
	iconv(how, NULL, NULL, NULL, NULL);
	while (in_b && iconv(how, &in, &in_b, &out, &out_b) == (size_t)-1) {
		if (errno != EILSEQ || out_b < sizeof(bad) - 1)
			break; /* cut off, or full */
		memcpy(out, bad, sizeof(bad) - 1);
		out += sizeof(bad) - 1;
		out_b -= sizeof(bad) - 1;
		in++;
		in_b--;
	}
	if (!in_b) /* what it holds back until it knows whether a mark follows */
		iconv(how, NULL, NULL, &out, &out_b);
	return max - out_b;
}

size_t charset_prepare(size_t *missing, const char **first)
{
	size_t n = 0;

	*missing = 0;
	*first = NULL;
	for (size_t i = 0; i < N(list); i++) {
		if (!list[i].converter)
			continue;
		n++;
		if (converter(i) != (iconv_t)-1)
			continue;
		if (!(*missing)++)
			*first = list[i].name;
	}
	return n;
}
