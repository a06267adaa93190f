/*
 * html: see html.h.  One byte at a time through a few states; every state looks at one byte and has
 * a fixed amount of memory, so time is linear whatever the nesting.
 */
#include "wire/html.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
	IN_TEXT,
	IN_ENTITY,
	IN_TAG_OPEN, /* after < */
	IN_TAG_NAME,
	IN_TAG,      /* among attributes */
	IN_QUOTE,
	IN_DECLARATION, /* after <! or <?, until > */
	IN_COMMENT,
	IN_RAW,      /* of an element that ends only with its own end tag */
	IN_RAW_OPEN, /* after < there */
	IN_RAW_NAME, /* after </ there */
	IN_PLAIN,
};

enum { INSIDE_PAGE, INSIDE_TITLE, INSIDE_SKIPPED };
enum { WORD_NONE, WORD_ASCII, WORD_WIDE };
enum { ENTITY_MAX = 12 };

void html_init(struct html *h, bool plain)
{
	memset(h, 0, sizeof(*h));
	h->state = plain ? IN_PLAIN : IN_TEXT;
}

/* ---- words ---- */

/* The finish of MurmurHash3, so that each bit of a feature is a fair vote. */
static uint64_t spread(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccd;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53;
	return x ^ x >> 33;
}

/* Each bit of a feature is a vote for 1 or for -1.  The ones of all 64 are counted side by side, in planes: plane
 * k holds bit k of each count.  Two features at once, as a full adder takes them.  A part has 128 at most. */
_Static_assert(HTML_PART_MAX * 2 < 1 << HTML_PLANES, "the counts of a part fit their planes");

static void vote(struct html *h, uint64_t a, uint64_t b)
{
	uint64_t odd = a ^ b, carry = (a & b) | (h->ones[0] & odd);

	h->ones[0] ^= odd;
	for (int k = 1; carry && k < HTML_PLANES; k++) {
		uint64_t next = h->ones[k] & carry;

		h->ones[k] ^= carry;
		carry = next;
	}
}

/* The counts of eight bits from this one on, a byte each. */
static uint64_t counts(const struct html *h, int from)
{
	const uint64_t every = 0x0101010101010101, own = 0x8040201008040201;
	uint64_t n = 0;

	for (int k = 0; k < HTML_PLANES; k++) {
		uint64_t octet = (h->ones[k] >> from & 0xff) * every & own; /* bit i alone in byte i */

		n += (((octet + every * 0x7f) >> 7) & every) << k;
	}
	return n;
}

/* The votes of the part so far, for and against each bit. */
static void part_votes(const struct html *h, int votes[static 64])
{
	for (int i = 0; i < 64; i += 8) {
		uint64_t ones = counts(h, i);

		for (int k = 0; k < 8; k++)
			votes[i + k] = 2 * (int)(ones >> 8 * k & 0xff) - (int)h->part_features;
	}
}

/* Half of them go, whichever the words say. */
static void thin_out(struct html *h)
{
	unsigned n = 0;

	h->part_mask = h->part_mask << 1 | 1;
	for (unsigned i = 0; i < h->n_parts; i++) {
		if (h->part_keys[i] & h->part_mask)
			continue;
		h->part_keys[n] = h->part_keys[i];
		h->parts[n++] = h->parts[i];
	}
	h->n_parts = n;
}

static void keep_part(struct html *h, uint32_t key)
{
	uint64_t hash = 0;
	int votes[64];

	part_votes(h, votes);
	for (int i = 0; i < 64; i++) {
		hash |= (uint64_t)(votes[i] > 0) << i;
		h->votes[i] += votes[i];
	}
	memset(h->ones, 0, sizeof(h->ones));
	h->part_words = h->part_features = 0;
	while (!(key & h->part_mask) && h->n_parts == HTML_PARTS && ~h->part_mask)
		thin_out(h);
	if (key & h->part_mask || h->n_parts == HTML_PARTS) /* full: every key is 0, by hostile hand */
		return;
	h->part_keys[h->n_parts] = key;
	h->parts[h->n_parts++] = hash;
}

/* A part ends behind one of 32 words. */
static void end_part(struct html *h, uint64_t feature)
{
	h->part_words++;
	if ((h->part_words >= HTML_PART_MIN && !(feature & 31)) || h->part_words == HTML_PART_MAX)
		keep_part(h, (uint32_t)(feature >> 32));
}

/* What changes by itself from one look to the next: numbers, and tokens of all kinds. */
static bool is_token(const struct html *h)
{
	if (h->word_kind != WORD_ASCII || !h->word_digits)
		return false;
	return h->word_digits == h->word_n || (h->word_hex && h->word_n >= 6) || h->word_n >= 20;
}

/* Features are words and pairs of neighbours: pairs tell texts apart that use the same words. */
static void end_word(struct html *h)
{
	uint64_t feature;

	if (h->word_kind == WORD_NONE)
		return;
	if (is_token(h)) {
		h->word_kind = WORD_NONE;
		return;
	}
	feature = spread(h->word);
	vote(h, feature, h->words ? spread(h->last_word * 0x9e3779b97f4a7c15 ^ h->word) : 0);
	h->part_features += h->words ? 2 : 1;
	h->last_word = h->word;
	h->words++;
	h->word_kind = WORD_NONE;
	end_part(h, feature);
}

static void begin_word(struct html *h, unsigned kind)
{
	end_word(h);
	h->word_kind = kind;
	h->word_n = h->word_digits = 0;
	h->word_hex = true;
	h->word = 0xcbf29ce484222325; /* FNV-1a */
}

static bool is_alpha(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}

/* All the letters and digits that stand here, one at least; how many.  Most of a page are such runs. */
static size_t letters(struct html *h, const uint8_t *p, size_t len)
{
	uint64_t word;
	unsigned digits = 0;
	bool hex = true;
	size_t n = 0;

	if (h->word_kind != WORD_ASCII)
		begin_word(h, WORD_ASCII);
	word = h->word;
	for (; n < len && (is_alpha(p[n]) || is_digit(p[n])); n++) {
		uint8_t c = p[n] | 0x20; /* the lower case of a letter; a digit has the bit */

		digits += is_digit(c);
		hex &= c <= 'f';
		word = (word ^ c) * 0x100000001b3;
	}
	h->word = word;
	h->word_n += (unsigned)n;
	h->word_digits += digits;
	h->word_hex &= hex;
	return n;
}

static size_t visible(struct html *h, const uint8_t *p, size_t len)
{
	if (is_alpha(*p) || is_digit(*p))
		return letters(h, p, len);
	if (*p >= 0x80) {
		if (h->word_kind != WORD_WIDE || *p >= 0xc0)
			begin_word(h, WORD_WIDE);
		h->word = (h->word ^ *p) * 0x100000001b3;
	} else {
		end_word(h);
	}
	return 1;
}

/* ---- tags ---- */

static void begin_tag(struct html *h, bool closing)
{
	h->tag_n = 0;
	h->attr_n = 0;
	h->closing = closing;
	memset(h->tag, 0, sizeof(h->tag));
}

static void tag_byte(struct html *h, uint8_t c)
{
	if (h->tag_n < sizeof(h->tag) - 1)
		h->tag[h->tag_n++] = (char)lower(c);
}

static bool is_raw(const char *tag)
{
	return !strcmp(tag, "script") || !strcmp(tag, "style") || !strcmp(tag, "template") ||
	       !strcmp(tag, "title");
}

/* One attribute of a tag, in lower case; its value without quotes. */
struct attribute {
	const char *name, *value;
	size_t name_len, value_len;
};

/* Takes the next attribute off `at`; false at the end. */
static bool next_attribute(const char **at, struct attribute *a)
{
	const char *p = *at + strspn(*at, " \t\r\n\f/");

	*a = (struct attribute){.name = p, .name_len = strcspn(p, " \t\r\n\f/=")};
	if (!*p)
		return false;
	p += a->name_len ? a->name_len : 1;
	p += strspn(p, " \t\r\n\f");
	if (*p == '=') {
		p++;
		p += strspn(p, " \t\r\n\f");
		if (*p == '"' || *p == '\'') {
			a->value = p + 1;
			a->value_len = strcspn(p + 1, *p == '"' ? "\"" : "'");
			p = a->value + a->value_len;
			p += *p != '\0';
		} else {
			a->value = p;
			a->value_len = strcspn(p, " \t\r\n\f");
			p += a->value_len;
		}
	}
	*at = p;
	return true;
}

static bool is_named(const struct attribute *a, const char *name)
{
	return a->value && a->name_len == strlen(name) && !memcmp(a->name, name, a->name_len);
}

/* <meta charset=...> or <meta http-equiv=content-type content="...; charset=...">; the first known one. */
static const struct charset *charset_of_meta(const char *attributes)
{
	const struct charset *own = NULL, *of_content = NULL;
	struct attribute a;
	char content[128];
	bool is_type = false;

	while (next_attribute(&attributes, &a)) {
		if (is_named(&a, "charset") && !own)
			own = charset_find(a.value, a.value_len);
		if (is_named(&a, "http-equiv"))
			is_type |= a.value_len == 12 && !memcmp(a.value, "content-type", 12);
		if (!is_named(&a, "content") || of_content || a.value_len >= sizeof(content))
			continue;
		memcpy(content, a.value, a.value_len);
		content[a.value_len] = '\0';
		of_content = charset_of_type(content);
	}
	return own ? own : is_type ? of_content : NULL;
}

static void end_meta(struct html *h)
{
	h->attr[h->attr_n] = '\0';
	if (strstr(h->attr, "http-equiv") && strstr(h->attr, "refresh"))
		h->refresh = true;
	if (!h->meta_charset)
		h->meta_charset = charset_of_meta(h->attr);
}

/* At the > of a tag. */
static void end_tag(struct html *h)
{
	h->state = IN_TEXT;
	h->inside = INSIDE_PAGE;
	if (!h->closing && !strcmp(h->tag, "meta"))
		end_meta(h);
	if (h->closing || !is_raw(h->tag))
		return;
	memcpy(h->until, h->tag, sizeof(h->until));
	h->state = IN_RAW;
	h->inside = !strcmp(h->tag, "title") && !h->has_title ? INSIDE_TITLE : INSIDE_SKIPPED;
	h->has_title |= h->inside == INSIDE_TITLE;
}

static void in_tag(struct html *h, uint8_t c)
{
	if (c == '>') {
		end_tag(h);
		return;
	}
	if (c == '"' || c == '\'') {
		h->quote = (char)c;
		h->state = IN_QUOTE;
	}
	if (h->attr_n < sizeof(h->attr) - 1)
		h->attr[h->attr_n++] = (char)lower(c);
}

static void in_quote(struct html *h, uint8_t c)
{
	if (c == (uint8_t)h->quote)
		h->state = IN_TAG;
	if (h->attr_n < sizeof(h->attr) - 1)
		h->attr[h->attr_n++] = (char)lower(c);
}

static void in_tag_name(struct html *h, uint8_t c)
{
	if (is_alpha(c) || (c >= '0' && c <= '9')) {
		tag_byte(h, c);
		return;
	}
	h->state = IN_TAG;
	in_tag(h, c);
}

static size_t in_text(struct html *h, const uint8_t *p, size_t len)
{
	if (*p == '<') {
		begin_tag(h, false);
		h->state = IN_TAG_OPEN;
	} else if (*p == '&') {
		end_word(h);
		h->tag_n = 0;
		h->state = IN_ENTITY;
	} else {
		return visible(h, p, len);
	}
	return 1;
}

static void in_tag_open(struct html *h, uint8_t c)
{
	if (c == '!' || c == '?') {
		h->state = IN_DECLARATION;
		h->dashes = 0;
		h->tag_n = c == '!' ? 0 : 1; /* a comment only right after <! */
	} else if (c == '/' && !h->closing) {
		begin_tag(h, true);
	} else if (is_alpha(c)) {
		end_word(h);
		h->state = IN_TAG_NAME;
		tag_byte(h, c);
	} else {
		h->state = IN_TEXT;
		end_word(h);
		in_text(h, &c, 1);
	}
}

static void in_declaration(struct html *h, uint8_t c)
{
	if (c == '-' && h->tag_n == 0 && ++h->dashes == 2)
		h->state = IN_COMMENT; /* dashes stay: <!--> is an empty comment */
	else if (c != '-')
		h->tag_n = 1;
	if (c == '>')
		h->state = IN_TEXT;
}

static void in_comment(struct html *h, uint8_t c)
{
	if (c == '>' && h->dashes >= 2)
		h->state = IN_TEXT;
	h->dashes = c == '-' ? h->dashes + (h->dashes < 2) : 0;
}

/* ---- elements that end only with their own end tag ---- */

static void raw_byte(struct html *h, uint8_t c)
{
	if (h->inside == INSIDE_TITLE && h->raw_n < sizeof(h->raw_title))
		h->raw_title[h->raw_n++] = (char)c;
}

static void in_raw(struct html *h, uint8_t c)
{
	if (c == '<')
		h->state = IN_RAW_OPEN;
	else
		raw_byte(h, c);
}

static void in_raw_open(struct html *h, uint8_t c)
{
	if (c == '/') {
		begin_tag(h, true);
		h->state = IN_RAW_NAME;
		return;
	}
	raw_byte(h, '<');
	h->state = IN_RAW;
	in_raw(h, c);
}

static void in_raw_name(struct html *h, uint8_t c)
{
	if (is_alpha(c) && h->tag_n < sizeof(h->tag) - 1) {
		tag_byte(h, c);
		return;
	}
	if (!strcmp(h->tag, h->until) && (c == '>' || c == '/' || c <= ' ')) {
		h->state = IN_TAG;
		in_tag(h, c);
		return;
	}
	h->state = IN_RAW;
	in_raw(h, c);
}

/* ---- text ---- */

/* An entity separates words; what it stands for is not looked up. */
static void in_entity(struct html *h, uint8_t c)
{
	if ((is_alpha(c) || (c >= '0' && c <= '9') || c == '#') && h->tag_n++ < ENTITY_MAX)
		return;
	h->state = IN_TEXT;
	if (c != ';')
		in_text(h, &c, 1);
}

/* How many of them were taken, one at least. */
static size_t take(struct html *h, const uint8_t *p, size_t len)
{
	switch (h->state) {
	case IN_TEXT: return in_text(h, p, len);
	case IN_PLAIN: return visible(h, p, len);
	case IN_ENTITY: in_entity(h, *p); break;
	case IN_TAG_OPEN: in_tag_open(h, *p); break;
	case IN_TAG_NAME: in_tag_name(h, *p); break;
	case IN_TAG: in_tag(h, *p); break;
	case IN_QUOTE: in_quote(h, *p); break;
	case IN_DECLARATION: in_declaration(h, *p); break;
	case IN_COMMENT: in_comment(h, *p); break;
	case IN_RAW: in_raw(h, *p); break;
	case IN_RAW_OPEN: in_raw_open(h, *p); break;
	default: in_raw_name(h, *p); break;
	}
	return 1;
}

void html_type(struct html *h, const char *content_type)
{
	h->type_charset = charset_of_type(content_type);
}

void html_feed(struct html *h, const void *data, size_t len)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
	const uint8_t *p = data;

	for (size_t i = 0; i < len && h->n_fed < sizeof(mark); i++, h->n_fed++)
		h->n_mark += p[i] == mark[h->n_fed];
	for (size_t i = 0; i < len;)
		i += take(h, p + i, len - i);
}

/* ---- the title ---- */

static size_t put_code(char *to, unsigned long code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 63));
		to[2] = (char)(0x80 | (code & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 63));
	to[2] = (char)(0x80 | (code >> 6 & 63));
	to[3] = (char)(0x80 | (code & 63));
	return 4;
}

/* The entity at s (with its semicolon) as UTF-8, never longer than it was; 0 if it is none. */
static size_t entity(const char *s, size_t len, char *to, size_t *used)
{
	static const struct {
		const char *name;
		unsigned code;
	} named[] = {{"amp", '&'},   {"lt", '<'},      {"gt", '>'},       {"quot", '"'},
		     {"apos", '\''}, {"nbsp", 0xa0},   {"mdash", 0x2014}, {"ndash", 0x2013},
		     {"middot", 0xb7}, {"copy", 0xa9}, {"raquo", 0xbb},   {"laquo", 0xab}};
	const char *end = memchr(s, ';', len < ENTITY_MAX ? len : ENTITY_MAX);
	char name[ENTITY_MAX + 1] = {0};

	if (!end)
		return 0;
	memcpy(name, s + 1, (size_t)(end - s - 1));
	*used = (size_t)(end - s) + 1;
	if (name[0] == '#') {
		bool hex = name[1] == 'x' || name[1] == 'X';
		unsigned long code = strtoul(name + 1 + hex, NULL, hex ? 16 : 10);

		return code && code <= 0x10ffff ? put_code(to, code) : 0;
	}
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!strcmp(named[i].name, name))
			return put_code(to, named[i].code);
	}
	return 0;
}

enum { TITLE_ROOM = 3 * sizeof(((struct html *)0)->raw_title) }; /* a byte is three at most: the euro */

static const struct charset *declared(const struct html *h)
{
	if (h->n_mark == 3)
		return NULL; /* UTF-8 */
	return h->type_charset ? h->type_charset : h->meta_charset;
}

void html_end(struct html *h)
{
	char raw[TITLE_ROOM], text[TITLE_ROOM + 4];
	size_t n = 0, raw_n = charset_to_utf8(declared(h), raw, sizeof(raw), h->raw_title, h->raw_n);

	end_word(h);
	if (h->part_words >= HTML_PART_MIN || (h->part_words && !h->n_parts))
		keep_part(h, 0);
	for (size_t i = 0; i < raw_n;) {
		size_t used = 1, got = 0;

		if (raw[i] == '&')
			got = entity(raw + i, raw_n - i, text + n, &used);
		if (!got) {
			used = 1;
			text[n] = raw[i];
			got = 1;
		}
		n += got;
		i += used;
	}
	utf8_clean(h->title, sizeof(h->title), text, n);
}

uint64_t html_simhash(const struct html *h)
{
	uint64_t hash = 0;
	int votes[64];

	part_votes(h, votes);
	for (int i = 0; i < 64 && h->words; i++)
		hash |= (uint64_t)(h->votes[i] + votes[i] > 0) << i;
	return hash;
}

unsigned simhash_distance(uint64_t a, uint64_t b)
{
	return (unsigned)__builtin_popcountll(a ^ b);
}
