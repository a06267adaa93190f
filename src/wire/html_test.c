/* Titles, words and hashes at every cut; hostile nesting stays linear. */
#include "wire/html.h"
#include "test/tap.h"

#include <time.h>

static struct html h;

static void run(const char *text, size_t len, size_t cut)
{
	html_init(&h, false);
	html_feed(&h, text, cut);
	html_feed(&h, text + cut, len - cut);
	html_end(&h);
}

static const struct {
	const char *text, *title;
	int words;
	bool refresh;
} rows[] = {
	{"<title>One &amp; two</title><p>three four", "One & two", 2, false},
	{"<TITLE x='>'>a\n  b</TITLE >c", "a b", 1, false},
	{"<title>a < b</title>", "a < b", 0, false},
	{"<title>&#x4e2d;&#25991;</title>\xe4\xb8\xad\xe6\x96\x87 ab", "\xe4\xb8\xad\xe6\x96\x87", 3, false},
	{"<title>first</title><title>second</title>x", "first", 1, false},
	{"<script>var a = '<p>b</p>';</script>c", "", 1, false},
	{"<script></scriptx></script >c", "", 1, false},
	{"<style>p{}</style>a<b>b</b>c", "", 3, false},
	{"a<!-- x > y --->b<!-->c<!doctype html>d", "", 1, false},
	{"<a href=\"x>y\" title='a b'>c</a>", "", 1, false},
	{"a &nbsp; b AT&T c", "", 4, false},
	{"<meta http-equiv=Refresh content='0;url=/x'>", "", 0, true},
	{"<meta name=description content=x>", "", 0, false},
	{"<title>never ends", "never ends", 0, false},
	{"< a 1<2", "", 1, false},
	{"call 0800 12 34, id 3fa85f64 nonce Zk3qQ9xVt2LmN8pR4sWd now", "", 4, false},
	{"deadbeef cafe h264 x86 b2b", "", 5, false},
	{"<?xml version=1?>a", "", 1, false},
};

static void table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text), bad = 0;
		uint64_t hash;

		run(rows[i].text, len, len);
		hash = html_simhash(&h);
		is_str(h.title, rows[i].title, rows[i].text);
		is_int((long long)h.words, rows[i].words, "words");
		is_int(h.refresh, rows[i].refresh, "refresh");
		for (size_t cut = 0; cut <= len; cut++) {
			run(rows[i].text, len, cut);
			bad += hash != html_simhash(&h) || strcmp(h.title, rows[i].title);
		}
		ok(!bad, "the same at every cut");
	}
}

static uint64_t page(int from, int words, int changed)
{
	static char text[32768];
	size_t at = 0;

	for (int i = 0; i < words; i++)
		at += (size_t)snprintf(text + at, 32, "w%d ", i < changed ? 9000 + i : from + i);
	run(text, at, at);
	return html_simhash(&h);
}

/* The charset of the header, of a meta element, of a byte order mark; the title at every cut. */
static const struct {
	const char *type, *text, *title;
} charsets[] = {
	{"text/html; charset=gb2312", "<title>\xd6\xd0\xce\xc4</title>", "中文"},
	{"text/html", "<meta charset=gbk><title>\xd6\xd0\xce\xc4</title>", "中文"},
	{"text/html", "<title>\xd6\xd0\xce\xc4</title><meta charset='GBK' >", "中文"},
	{"text/html", "<meta\thttp-equiv=Content-Type content='text/html; charset=big5'><title>\xa4\xa4\xa4\xe5</title>",
	 "中文"},
	{"text/html", "<meta content=\"text/html; charset=shift_jis\" http-equiv=\"content-type\"/><title>\x93\xfa\x96\x7b</title>",
	 "日本"},
	{"text/html", "<meta name=description content='charset=gbk'><title>\xe4\xb8\xad</title>", "中"},
	{"text/html", "<meta name=x content='a charset=gbk b'><meta charset=utf-8><title>\xe4\xb8\xad</title>", "中"},
	{"text/html", "<meta charset=koi8-r><meta charset=gbk><title>\xf0\xd2</title>", "Пр"},
	{"text/html", "<meta charset=nobody><meta charset=gbk><title>\xd6\xd0</title>", "中"},
	{"text/html", "<meta data-charset=gbk><title>\xe4\xb8\xad</title>", "中"},
	{"text/html; charset=utf-8", "<meta charset=gbk><title>\xe4\xb8\xad</title>", "中"},
	{"text/html; charset=gbk", "\xef\xbb\xbf<title>\xe4\xb8\xad</title>", "中"},
	{"text/html; charset=nobody", "<meta charset=gbk><title>\xd6\xd0</title>", "中"},
	{"text/html; charset=gbk", "<title>\xd6\xd0 &amp; &#x4e2d; \xa1\xa1\xce\xc4</title>", "中 & 中 文"},
	{"text/html; charset=gbk", "<title>\xd6", ""},
	{"text/html", "<title>\xd6\xd0</title>", "\xef\xbf\xbd\xef\xbf\xbd"}, /* nobody says: nothing is guessed */
	{"text/html", "<meta charset=utf-16><title>\xe4\xb8\xad</title>", "中"}, /* it cannot be: it was read */
};

static void run_charset(size_t i, size_t cut)
{
	const char *text = charsets[i].text;

	html_init(&h, false);
	html_type(&h, charsets[i].type);
	html_feed(&h, text, cut);
	html_feed(&h, text + cut, strlen(text) - cut);
	html_end(&h);
}

static void test_charsets(void)
{
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
		size_t bad = 0;

		run_charset(i, 0);
		is_str(h.title, charsets[i].title, charsets[i].text);
		for (size_t cut = 0; cut <= strlen(charsets[i].text); cut++) {
			run_charset(i, cut);
			bad += strcmp(h.title, charsets[i].title) != 0;
		}
		ok(!bad, "the same at every cut");
	}
}

/* The limit is one of bytes of the kept title: of 1000 two-byte letters those that fit are kept whole. */
static void title_limit_charset(void)
{
	static char text[4096] = "<title>";
	size_t n = strlen(text);

	for (int i = 0; i < 1000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\xd6\xd0");
	html_init(&h, false);
	html_type(&h, "text/html;charset=gbk");
	html_feed(&h, text, n);
	html_end(&h);
	is_int((long long)strlen(h.title), L_HTML_TITLE_B / 3 * 3, "a title of two-byte letters is cut between two");
}

static void distances(void)
{
	uint64_t a = page(0, 1000, 0);

	is_int(simhash_distance(a, page(0, 1000, 0)), 0, "a page and itself");
	ok(simhash_distance(a, page(0, 1000, 5)) <= 8, "5 words of 1000 changed: %u bits",
	   simhash_distance(a, page(0, 1000, 5)));
	ok(simhash_distance(a, page(5000, 1000, 0)) > 16, "another page: %u bits",
	   simhash_distance(a, page(5000, 1000, 0)));
	html_init(&h, false);
	html_end(&h);
	ok(html_simhash(&h) == 0 && h.words == 0, "no word, no hash");
}

static uint64_t hash_of(const char *text)
{
	run(text, strlen(text), strlen(text) / 2);
	return html_simhash(&h);
}

/* What is stored is compared with what comes later: the hash of a text is for good. */
static void for_good(void)
{
	char text[64];

	html_init(&h, false);
	for (int i = 0; i < 300; i++) {
		int n = snprintf(text, sizeof(text), "<p>Notice%d Office%c of \xe4\xb8\xad\xe6\x96\x87 harbour %x</p>",
				 i % 7, 'a' + i % 26, i * 2654435);

		html_feed(&h, text, (size_t)n);
	}
	html_end(&h);
	ok(html_simhash(&h) == UINT64_C(0xf95785ee77ca7a29), "the hash of a text is what it was");
	ok(h.n_parts == 1 && h.parts[0] == UINT64_C(0xf95785ec57daf209), "and so is that of its part");
	is_int((long long)h.words, 1800, "and the number of its words");
	ok(hash_of("Town HALL opens") == hash_of("town hall OPENS"), "capitals are no other word");
	ok(hash_of("town hall abcde1 opens") == hash_of("town hall fedcb2 opens"), "six hexadecimal digits are a token");
	ok(hash_of("town hall abcdg1 opens") != hash_of("town hall fedcg2 opens"), "with another letter a word");
	ok(hash_of("town hall abcd1 opens") != hash_of("town hall fedc2 opens"), "and so are five");
}

static void title_limit(void)
{
	static char text[L_HTML_TITLE_B + 32];

	for (int n = L_HTML_TITLE_B - 1; n <= L_HTML_TITLE_B + 1; n++) {
		int len = snprintf(text, sizeof(text), "<title>%0*d</title>", n, 0);

		run(text, (size_t)len, 0);
		is_int((long long)strlen(h.title), n > L_HTML_TITLE_B ? L_HTML_TITLE_B : n, "title");
	}
}

static double seconds(size_t n)
{
	char *text = malloc(n);
	clock_t began = clock();

	for (size_t i = 0; i < n; i++)
		text[i] = "<b><!--<"[i % 8];
	run(text, n, n / 2);
	free(text);
	return (double)(clock() - began) / CLOCKS_PER_SEC;
}

/* Words first..first+n-1 of an endless text. */
static void put_words(unsigned first, unsigned n)
{
	char word[9];

	for (unsigned i = first; i < first + n; i++) {
		uint64_t x = (i + 1) * 0x9e3779b97f4a7c15;

		for (int k = 0; k < 8; k++)
			word[k] = (char)('g' + (x >> (8 + 4 * k) & 15));
		word[8] = ' ';
		html_feed(&h, word, 9);
	}
}

static unsigned n_found(const uint64_t *a, unsigned n_a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_a; i++)
		for (unsigned k = 0; k < h.n_parts; k++)
			if (simhash_distance(a[i], h.parts[k]) <= 14) {
				n++;
				break;
			}
	return n;
}

/* The sketch stays small, is the same for the same text, and changes only where the text does. */
static void test_parts(void)
{
	uint64_t before[HTML_PARTS];
	unsigned n, bad = 0;

	for (unsigned words = 1; words < 3000; words += 7) {
		html_init(&h, true);
		put_words(0, words);
		html_end(&h);
		bad += !h.n_parts || h.n_parts > HTML_PARTS;
	}
	ok(!bad, "one part at least, so many at most");
	html_init(&h, true);
	put_words(0, 400);
	html_end(&h);
	n = h.n_parts;
	memcpy(before, h.parts, sizeof(before));
	is_int(n_found(before, n), n, "all parts are there");
	html_init(&h, true);
	put_words(5000, 300);
	put_words(0, 400);
	html_end(&h);
	ok(n_found(before, n) * 3 >= n, "%u of %u, sampled, behind another beginning", n_found(before, n), n);
	html_init(&h, true);
	put_words(5000, 30);
	put_words(0, 400);
	html_end(&h);
	ok(n_found(before, n) + 2 >= n, "%u of %u behind a short one", n_found(before, n), n);
	html_init(&h, true);
	put_words(9000, 400);
	html_end(&h);
	is_int(n_found(before, n), 0, "none of another text");
}

int main(void)
{
	test_parts();
	table();
	distances();
	for_good();
	title_limit();
	test_charsets();
	title_limit_charset();
	ok(seconds(4 << 20) < 5, "four MiB of open tags take no time to speak of");
	return done();
}
