/*
 * links: see links.h.  Three speeds: memchr over what is no tag; a few states to find where a tag ends;
 * attributes only of the dozen elements that name addresses.
 */
#include "wire/links.h"

#include <string.h>

const char *const link_kind_words[LINK_KINDS + 1] = {"page",  "base", "script", "style", "image",
						     "font",  "frame", "media", "icon",  NULL};

enum {
	IN_TEXT,
	IN_OPEN,    /* after < */
	IN_TAG,
	IN_MARKUP,  /* after <!, perhaps a comment */
	IN_COMMENT,
	IN_BOGUS,   /* until > */
	IN_RAW,     /* of an element that ends only with its own end tag */
	IN_RAW_END, /* after < there: tag[] holds what may be that end */
};

/* Where in a tag we are, as far as needed to know which > ends it. */
enum { TAG_PLAIN, TAG_VALUE, TAG_QUOTED, TAG_BARE };

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_alpha(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* word is in lower case. */
static bool same(const char *text, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++)
		if (!word[i] || lower(text[i]) != word[i])
			return false;
	return !word[len];
}

void links_init(struct links *l, links_found *found, void *ctx)
{
	memset(l, 0, offsetof(struct links, tag));
	l->found = found;
	l->ctx = ctx;
}

/* ---- one address ---- */

static const struct {
	const char *name;
	char c;
	bool bare; /* known without the semicolon too */
} references[] = {
	{"amp", '&', true},   {"quot", '"', true},   {"lt", '<', true},      {"gt", '>', true},
	{"apos", '\'', false}, {"sol", '/', false},   {"colon", ':', false},  {"period", '.', false},
	{"num", '#', false},  {"quest", '?', false}, {"equals", '=', false}, {"lowbar", '_', false},
	{"plus", '+', false}, {"percnt", '%', false}, {"comma", ',', false},  {"semi", ';', false},
	{"commat", '@', false}, {"Tab", '\t', false}, {"NewLine", '\n', false},
};

/* A code point as UTF-8; what is none becomes U+FFFD. */
static size_t put_utf8(char out[static 4], uint32_t c)
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

/* "&#...": how many bytes it takes, 0 if it is none. */
static size_t numeric(const char *p, size_t len, char out[static 4], size_t *n)
{
	bool hex = len > 2 && lower(p[2]) == 'x';
	size_t i = hex ? 3 : 2, from = i;
	uint32_t c = 0;

	for (; i < len; i++) {
		char d = lower(p[i]);
		uint32_t v = is_digit(d) ? (uint32_t)(d - '0')
			     : hex && d >= 'a' && d <= 'f' ? (uint32_t)(d - 'a' + 10) : 16;

		if (v > 15)
			break;
		c = c > 0x10ffff ? c : c * (hex ? 16 : 10) + v;
	}
	if (i == from)
		return 0;
	*n = put_utf8(out, c);
	return i + (i < len && p[i] == ';');
}

/* A character reference in an attribute (WHATWG 13.2.5.73); 0: the & stands for itself. */
static size_t reference(const char *p, size_t len, char out[static 4], size_t *n)
{
	size_t end = 1;

	if (len > 1 && p[1] == '#')
		return numeric(p, len, out, n);
	while (end < len && end < 10 && (is_alpha(p[end]) || is_digit(p[end])))
		end++;
	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		if (strlen(references[i].name) != end - 1 || memcmp(references[i].name, p + 1, end - 1) != 0)
			continue;
		bool closed = end < len && p[end] == ';';

		if (!closed && (!references[i].bare || (end < len && p[end] == '=')))
			return 0;
		out[0] = references[i].c;
		*n = 1;
		return end + closed;
	}
	return 0;
}

/* What names something else than a page: "#top", "data:...", "mailto:...". */
static bool is_foreign(const char *url, size_t len)
{
	size_t n = 0;

	if (len == 0 || url[0] == '#')
		return true;
	while (n < len && (is_alpha(url[n]) || (n && (is_digit(url[n]) || url[n] == '+' || url[n] == '-' || url[n] == '.'))))
		n++;
	return n > 0 && n < len && url[n] == ':' && !same(url, n, "http") && !same(url, n, "https");
}

/* Decodes into url; false when it is longer than may be. */
static bool decode(struct links *l, const char *p, size_t len, size_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		char c[4] = {p[i]};
		size_t n_c = 1, took = p[i] == '&' ? reference(p + i, len - i, c, &n_c) : 1;

		i += took ? took : 1;
		if (n_c == 1 && (c[0] == '\n' || c[0] == '\r' || c[0] == '\t'))
			continue;
		if (n + n_c > L_URL_B)
			return false;
		memcpy(l->url + n, c, n_c);
		n += n_c;
	}
	*out = n;
	return true;
}

/* Most addresses stand as they are meant; false at the first byte that must be decoded. */
static bool copy_plain(char *out, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '&' || (unsigned char)p[i] < ' ')
			return false;
		out[i] = p[i];
	}
	return true;
}

static void tell(struct links *l, enum link_kind kind, const char *p, size_t len)
{
	uint64_t *count = kind == LINK_PAGE ? &l->pages : &l->resources;

	while (len && (unsigned char)*p <= ' ')
		p++, len--;
	while (len && (unsigned char)p[len - 1] <= ' ')
		len--;
	if (l->templates || (l->noscripts && kind > LINK_BASE) || is_foreign(p, len))
		return;
	if (len > L_URL_B || !copy_plain(l->url, p, len)) {
		if (!decode(l, p, len, &len)) {
			l->too_long++;
			limit_hit(LIMIT_URL_B);
			return;
		}
		if (is_foreign(l->url, len))
			return;
	}
	l->url[len] = '\0';
	if (kind == LINK_BASE) {
		if (!l->has_base)
			l->found(l->ctx, kind, l->url, len);
		l->has_base = true;
		return;
	}
	if (++*count > L_HTML_LINKS)
		limit_hit(LIMIT_HTML_LINKS);
	else
		l->found(l->ctx, kind, l->url, len);
}

/* "a.jpg 1x, b.jpg 2x": an address ends with a space, or with commas before one (WHATWG 4.8.4.2.2). */
static void tell_set(struct links *l, const char *p, size_t len)
{
	const char *end = len ? p + len : p;

	while (p < end) {
		while (p < end && (is_space(*p) || *p == ','))
			p++;
		const char *from = p;

		while (p < end && !is_space(*p))
			p++;
		const char *to = p;

		while (to > from && to[-1] == ',')
			to--;
		if (to > from)
			tell(l, LINK_IMAGE, from, (size_t)(to - from));
		if (to != p)
			continue;
		for (int depth = 0; p < end && (depth || *p != ','); p++)
			depth += *p == '(' ? 1 : *p == ')' && depth ? -1 : 0;
	}
}

/* ---- attributes ---- */

struct text {
	const char *p;
	size_t len;
};

enum { A_HREF, A_SRC, A_SRCSET, A_DATA, A_POSTER, A_REL, A_AS, A_TYPE, A_IMAGESRCSET, A_XLINK, A_COUNT };

struct word {
	const char *name;
	size_t len;
};
#define WORD(text) {text, sizeof(text) - 1}
static const struct word attribute_names[A_COUNT] = {
	WORD("href"), WORD("src"), WORD("srcset"), WORD("data"),	WORD("poster"),
	WORD("rel"),  WORD("as"),  WORD("type"),   WORD("imagesrcset"), WORD("xlink:href")};

/* Takes the next attribute; of two with one name the first counts. */
static const char *attribute(const char *p, const char *end, struct text at[static A_COUNT])
{
	const char *name = p;
	struct text value = {0};

	while (p < end && !is_space(*p) && *p != '=' && *p != '/')
		p++;
	size_t name_len = (size_t)(p - name);

	while (p < end && is_space(*p))
		p++;
	if (p == end || *p != '=')
		return p == name ? p + 1 : p;
	for (p++; p < end && is_space(*p);)
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		const char *q = memchr(p + 1, *p, (size_t)(end - p - 1));

		value = (struct text){p + 1, (size_t)((q ? q : end) - p - 1)};
		p = q ? q + 1 : end;
	} else {
		value.p = p;
		while (p < end && !is_space(*p))
			p++;
		value.len = (size_t)(p - value.p);
	}
	for (int i = 0; name_len && i < A_COUNT; i++)
		if (attribute_names[i].len == name_len && !at[i].p &&
		    same(name, name_len, attribute_names[i].name))
			at[i] = value;
	return p;
}

/* Is word one of the words in t? */
static bool has_word(struct text t, const char *word)
{
	for (size_t i = 0; i < t.len;) {
		size_t n = 0;

		while (i < t.len && is_space(t.p[i]))
			i++;
		while (i + n < t.len && !is_space(t.p[i + n]))
			n++;
		if (n && same(t.p + i, n, word))
			return true;
		i += n;
	}
	return false;
}

static enum link_kind kind_of_preload(struct text as)
{
	return has_word(as, "script")  ? LINK_SCRIPT
	       : has_word(as, "style") ? LINK_STYLE
	       : has_word(as, "image") ? LINK_IMAGE
	       : has_word(as, "font")  ? LINK_FONT
				       : LINK_MEDIA;
}

static void tell_link(struct links *l, const struct text at[static A_COUNT])
{
	struct text rel = at[A_REL], href = at[A_HREF];

	if (has_word(rel, "stylesheet") && !has_word(rel, "alternate"))
		tell(l, LINK_STYLE, href.p, href.len);
	else if (has_word(rel, "modulepreload"))
		tell(l, LINK_SCRIPT, href.p, href.len);
	else if (has_word(rel, "preload")) {
		tell(l, kind_of_preload(at[A_AS]), href.p, href.len);
		tell_set(l, at[A_IMAGESRCSET].p, at[A_IMAGESRCSET].len);
	} else if (has_word(rel, "icon") || has_word(rel, "apple-touch-icon"))
		tell(l, LINK_ICON, href.p, href.len);
}

enum element {
	E_NONE, E_A, E_AREA, E_BASE, E_LINK, E_SCRIPT, E_IMG, E_SOURCE, E_VIDEO, E_AUDIO, E_TRACK,
	E_IFRAME, E_FRAME, E_EMBED, E_OBJECT, E_INPUT, E_IMAGE, E_TEMPLATE, E_NOSCRIPT, E_STYLE, E_TITLE,
	E_TEXTAREA, E_XMP, E_NOEMBED, E_NOFRAMES, E_COUNT
};
static const struct {
	struct word word;
	bool raw; /* its content is text up to its own end tag */
} elements[E_COUNT] = {
	[E_NONE] = {WORD("")},
	[E_A] = {WORD("a")},
	[E_AREA] = {WORD("area")},
	[E_BASE] = {WORD("base")},
	[E_LINK] = {WORD("link")},
	[E_SCRIPT] = {WORD("script"), true},
	[E_IMG] = {WORD("img")},
	[E_SOURCE] = {WORD("source")},
	[E_VIDEO] = {WORD("video")},
	[E_AUDIO] = {WORD("audio")},
	[E_TRACK] = {WORD("track")},
	[E_IFRAME] = {WORD("iframe"), true},
	[E_FRAME] = {WORD("frame")},
	[E_EMBED] = {WORD("embed")},
	[E_OBJECT] = {WORD("object")},
	[E_INPUT] = {WORD("input")},
	[E_IMAGE] = {WORD("image")}, /* of SVG */
	[E_TEMPLATE] = {WORD("template")},
	[E_NOSCRIPT] = {WORD("noscript")},
	[E_STYLE] = {WORD("style"), true},
	[E_TITLE] = {WORD("title"), true},
	[E_TEXTAREA] = {WORD("textarea"), true},
	[E_XMP] = {WORD("xmp"), true},
	[E_NOEMBED] = {WORD("noembed"), true},
	[E_NOFRAMES] = {WORD("noframes"), true},
};

static enum element element_of(const char *name, size_t len)
{
	if (len == 1)
		return lower(*name) == 'a' ? E_A : E_NONE;
	if (len < 3 || len > 8)
		return E_NONE;
	for (int i = E_AREA; i < E_COUNT; i++)
		if (elements[i].word.len == len && same(name, len, elements[i].word.name))
			return (enum element)i;
	return E_NONE;
}

static void tell_element(struct links *l, enum element e, const struct text at[static A_COUNT])
{
	static const enum link_kind of_src[E_COUNT] = {
		[E_SCRIPT] = LINK_SCRIPT, [E_IMG] = LINK_IMAGE,  [E_SOURCE] = LINK_MEDIA,
		[E_VIDEO] = LINK_MEDIA,   [E_AUDIO] = LINK_MEDIA, [E_TRACK] = LINK_MEDIA,
		[E_IFRAME] = LINK_FRAME,  [E_FRAME] = LINK_FRAME, [E_EMBED] = LINK_FRAME,
	};

	if (e == E_A || e == E_AREA)
		tell(l, LINK_PAGE, at[A_HREF].p, at[A_HREF].len);
	else if (e == E_BASE)
		tell(l, LINK_BASE, at[A_HREF].p, at[A_HREF].len);
	else if (e == E_LINK)
		tell_link(l, at);
	else if (e == E_OBJECT)
		tell(l, LINK_FRAME, at[A_DATA].p, at[A_DATA].len);
	else if (e == E_INPUT && has_word(at[A_TYPE], "image"))
		tell(l, LINK_IMAGE, at[A_SRC].p, at[A_SRC].len);
	else if (e == E_IMAGE)
		tell(l, LINK_IMAGE, at[at[A_HREF].p ? A_HREF : A_XLINK].p, at[at[A_HREF].p ? A_HREF : A_XLINK].len);
	else if (of_src[e])
		tell(l, of_src[e], at[A_SRC].p, at[A_SRC].len);
	if (e == E_IMG || e == E_SOURCE)
		tell_set(l, at[A_SRCSET].p, at[A_SRCSET].len);
	if (e == E_VIDEO)
		tell(l, LINK_IMAGE, at[A_POSTER].p, at[A_POSTER].len);
}

/* A whole tag: p is its name or "/", end is its >.  Sets the state that follows. */
static void read_tag(struct links *l, const char *p, const char *end)
{
	struct text at[A_COUNT] = {{0}};
	bool closing = p < end && *p == '/';
	const char *name = p += closing;

	l->state = IN_TEXT;
	while (p < end && p - name < 9 && !is_space(*p) && *p != '/')
		p++;
	enum element e = element_of(name, (size_t)(p - name));

	if (e == E_TEMPLATE || e == E_NOSCRIPT) {
		unsigned *open = e == E_TEMPLATE ? &l->templates : &l->noscripts;

		*open = closing ? *open - (*open > 0) : e == E_TEMPLATE ? *open + 1 : 1;
	}
	if (e == E_NONE || closing)
		return;
	if (elements[e].raw) {
		l->state = IN_RAW;
		l->raw = elements[e].word.name;
	}
	while (p < end)
		if (is_space(*p) || *p == '/')
			p++;
		else
			p = attribute(p, end, at);
	tell_element(l, e, at);
}

/* ---- the stream ---- */

/* The > that ends the tag, or NULL; what it needs to go on stands in l. */
static const char *tag_end(struct links *l, const char *p, const char *end)
{
	while (p < end) {
		if (l->in_tag == TAG_QUOTED) {
			p = memchr(p, l->quote, (size_t)(end - p));
			if (!p)
				return NULL;
			l->in_tag = TAG_PLAIN;
			p++;
		} else if (*p == '>') {
			return p;
		} else if (l->in_tag == TAG_PLAIN) {
			l->in_tag = *p++ == '=' ? TAG_VALUE : TAG_PLAIN;
		} else if (l->in_tag == TAG_BARE) {
			l->in_tag = is_space(*p++) ? TAG_PLAIN : TAG_BARE;
		} else if (*p == '"' || *p == '\'') {
			l->in_tag = TAG_QUOTED;
			l->quote = *p++;
		} else {
			l->in_tag = is_space(*p++) ? TAG_VALUE : TAG_BARE;
		}
	}
	return NULL;
}

/* Keeps what the piece has of a tag, as far as a tag may be long. */
static void keep(struct links *l, const char *p, size_t len)
{
	if (len > L_HTML_TAG_B - l->tag_n) {
		l->tag_over = true;
		len = L_HTML_TAG_B - l->tag_n;
	}
	memcpy(l->tag + l->tag_n, p, len);
	l->tag_n += len;
}

/* Could the tag that begins so, and is too long, name an address of http?  Most of them draw something, or
 * hold their picture in themselves. */
static bool may_name(const char *tag, size_t name)
{
	const char *data = memmem(tag, L_HTML_TAG_B, "data:", 5);

	return element_of(tag, name) != E_NONE && !(data && (data[-1] == '=' || data[-1] == '"' || data[-1] == '\''));
}

static const char *in_tag(struct links *l, const char *p, const char *end)
{
	const char *stop = tag_end(l, p, end), *from = p;

	if (!stop || l->tag_n) {
		keep(l, p, (size_t)((stop ? stop : end) - p));
		if (!stop)
			return end;
		from = l->tag;
	} else {
		l->tag_over = stop - p > L_HTML_TAG_B;
	}
	if (l->tag_over) { /* of such a tag only its name counts: a script stays a script */
		size_t name = 0;

		while (name < 10 && !is_space(from[name]) && (from[name] != '/' || !name))
			name++;
		if (may_name(from, name)) {
			l->too_long++;
			limit_hit(LIMIT_HTML_TAG_B);
		}
		read_tag(l, from, from + name);
	} else {
		read_tag(l, from, from == p ? stop : from + l->tag_n);
	}
	return stop + 1;
}

static const char *in_open(struct links *l, const char *p)
{
	l->tag_n = 0;
	l->tag_over = false;
	l->in_tag = TAG_PLAIN;
	if (is_alpha(*p) || *p == '/') {
		l->state = IN_TAG;
		return p;
	}
	l->state = *p == '!' ? IN_MARKUP : *p == '?' ? IN_BOGUS : IN_TEXT;
	memset(l->last, 0, sizeof(l->last));
	return p + (l->state != IN_TEXT);
}

/* After "<!": two dashes begin a comment. */
static const char *in_markup(struct links *l, const char *p)
{
	if (*p != '-') {
		l->state = IN_BOGUS;
		return p;
	}
	if (l->tag_n++ == 1) {
		l->state = IN_COMMENT;
		memcpy(l->last, "---", 3); /* "<!-->" and "<!--->" are whole comments */
	}
	return p + 1;
}

/* Ends with --> or --!>. */
static const char *in_comment(struct links *l, const char *p, const char *end)
{
	const char *stop = memchr(p, '>', (size_t)(end - p)), *last = stop ? stop : end;

	for (const char *q = last - p > 3 ? last - 3 : p; q < last; q++) {
		l->last[0] = l->last[1];
		l->last[1] = l->last[2];
		l->last[2] = (uint8_t)*q;
	}
	if (!stop)
		return end;
	if (l->last[1] == '-' && (l->last[2] == '-' || (l->last[2] == '!' && l->last[0] == '-')))
		l->state = IN_TEXT;
	memset(l->last, 0, sizeof(l->last));
	return stop + 1;
}

static const char *in_raw_end(struct links *l, const char *p)
{
	size_t n = l->tag_n, want = strlen(l->raw);

	if (n == 0 ? *p == '/' : n <= want && lower(*p) == l->raw[n - 1]) {
		l->tag_n++;
		return p + 1;
	}
	if (n == want + 1 && (is_space(*p) || *p == '/' || *p == '>')) {
		in_open(l, "/");
		return p;
	}
	l->state = IN_RAW;
	return p;
}

static const char *to_byte(struct links *l, const char *p, const char *end, char c, unsigned then)
{
	const char *q = memchr(p, c, (size_t)(end - p));

	if (!q)
		return end;
	l->state = then;
	l->tag_n = 0;
	return q + 1;
}

void links_feed(struct links *l, const void *data, size_t len)
{
	const char *p = data, *end = p + len;

	while (p < end)
		switch (l->state) {
		case IN_TEXT:
			p = to_byte(l, p, end, '<', IN_OPEN);
			break;
		case IN_OPEN:
			p = in_open(l, p);
			break;
		case IN_TAG:
			p = in_tag(l, p, end);
			break;
		case IN_MARKUP:
			p = in_markup(l, p);
			break;
		case IN_COMMENT:
			p = in_comment(l, p, end);
			break;
		case IN_BOGUS:
			p = to_byte(l, p, end, '>', IN_TEXT);
			break;
		case IN_RAW:
			p = to_byte(l, p, end, '<', IN_RAW_END);
			break;
		default:
			p = in_raw_end(l, p);
		}
}
