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
	{"< a 1<2", "", 3, false},
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

int main(void)
{
	table();
	distances();
	title_limit();
	ok(seconds(4 << 20) < 5, "four MiB of open tags take no time to speak of");
	return done();
}
