/* What a page names, at every cut; what a browser would not load or follow stays out; the bounds. */
#include "wire/links.h"
#include "test/tap.h"

#include <time.h>

static struct links l;
static char told[8192];
static size_t told_n, calls;

static void note(void *ctx, enum link_kind kind, const char *url, size_t len)
{
	size_t room = sizeof(told) - told_n;
	int n = snprintf(told + told_n, room, "%s%s %s", told_n ? "|" : "", link_kind_words[kind], url);

	calls += strlen(url) == len && !ctx;
	told_n += n > 0 && (size_t)n < room ? (size_t)n : 0;
}

static void run(const char *text, size_t len, size_t cut)
{
	told[told_n = calls = 0] = '\0';
	links_init(&l, note, NULL);
	links_feed(&l, text, cut);
	links_feed(&l, text + cut, len - cut);
}

static const struct {
	const char *text, *want;
} rows[] = {
	{"<a href=/x>", "page /x"},
	{"<A HREF = '/x' href=/y>", "page /x"},
	{"<a title='a>b' href=\"/x?a=1&amp;b=2\">", "page /x?a=1&b=2"},
	{"<a href=/x?a=1&b=2&copy=3&amp=4&lt;5>", "page /x?a=1&b=2&copy=3&amp=4<5"},
	{"<a href='&#x2f;a&#47;&#x4e2d;&sol;b&#0;&#xd800;&#;'>", "page /a/\xe4\xb8\xad/b\xef\xbf\xbd\xef\xbf\xbd&#;"},
	{"<a href=' \n/a\n b\t '>", "page /a b"},
	{"<a href='/a\n\tb'>", "page /ab"},
	{"<a href='#top'><a href=''><a href><a>", ""},
	{"<a href='javascript:x()'><a href=' JavaScript&colon;x'><a href=mailto:a@example.org>", ""},
	{"<a href='java&Tab;script:x()'><a href='data:,x'><a href=tel:+1>", ""},
	{"<a href=HTTPS://example.org/><a href=//example.org/a:b>", "page HTTPS://example.org/|page //example.org/a:b"},
	{"<a href=./a:b><a href=?x:y>", "page ./a:b|page ?x:y"},
	{"<area href=/x><map><article href=/no><abbr href=/no>", "page /x"},
	{"<base href=//a.example/><base href=//b.example/>", "base //a.example/"},
	{"<script src=a.js></script><script>'<a href=/no>'</script><a href=/x>", "script a.js|page /x"},
	{"<script></scriptx><a href=/no></script ><a href=/x>", "page /x"},
	{"<script></script x='>'><a href=/x>", "page /x"},
	{"<script><</script><a href=/x>", "page /x"},
	{"<script></</script><a href=/x>", "page /x"},
	{"<style>a{background:url(no.png)}<a href=/no></style><a href=/x>", "page /x"},
	{"<title><a href=/no></title><textarea><a href=/no></textarea><a href=/x>", "page /x"},
	{"<iframe src=f.html><a href=/no></iframe><a href=/x>", "frame f.html|page /x"},
	{"<frame src=f><embed src=e><object data=o>", "frame f|frame e|frame o"},
	{"<!-- <a href=/no> --><a href=/x>", "page /x"},
	{"<!--><a href=/x><!---><a href=/y><!-- > --!><a href=/z>", "page /x|page /y|page /z"},
	{"<!-- -> -- > --><a href=/x>", "page /x"},
	{"<!doctype html><?xml version=1?><!-a><a href=/x>", "page /x"},
	{"a < b <3 <a href=/x>", "page /x"},
	{"<link rel=stylesheet href=s.css><link rel='alternate stylesheet' href=no>", "style s.css"},
	{"<link rel='Shortcut ICON' href=i><link rel=apple-touch-icon href=t>", "icon i|icon t"},
	{"<link rel=preload as=font href=f><link rel=preload as=fetch href=m>", "font f|media m"},
	{"<link rel=modulepreload href=m.js><link rel=preload as=script href=p.js>", "script m.js|script p.js"},
	{"<link rel=preload as=image imagesrcset='a 1x, b 2x' href=c>", "image c|image a|image b"},
	{"<link rel=canonical href=/no><link rel=dns-prefetch href=//no.example><link href=/no>", ""},
	{"<img src=a.png srcset='b.png 1x, c.png 2x,d.png'>", "image a.png|image b.png|image c.png|image d.png"},
	{"<img srcset='a,b.png 100w,,c.png,, d.png (x,y) , e.png,'>", "image a,b.png|image c.png|image d.png|image e.png"},
	{"<img srcset=','><img srcset=''><img src='data:image/png;base64,x'>", ""},
	{"<video src=v poster=p><source src=s><track src=t></video><audio src=a>",
	 "media v|image p|media s|media t|media a"},
	{"<picture><source srcset='a 1x'></picture><input type=image src=i><input src=no>", "image a|image i"},
	{"<svg><image href=a /><image xlink:href=b /></svg>", "image a|image b"},
	{"<template><img src=no><template></template><a href=/no></template><a href=/x>", "page /x"},
	{"<noscript><img src=no><a href=/x></noscript><img src=i>", "page /x|image i"},
	{"<noscript><noscript></noscript><img src=i></template><a href=/x>", "image i|page /x"},
	{"<a href=/x/>", "page /x/"},
	{"<img src=\"a\"/><img/src=b>", "image a|image b"},
	{"<a href=/never", ""},
	{"<a href='/never>", ""},
};

static void table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text), bad = 0;

		run(rows[i].text, len, len);
		is_str(told, rows[i].want, rows[i].text);
		is_int((long long)calls, (long long)(l.pages + l.resources + l.has_base), "the counts are those of the calls");
		for (size_t cut = 0; cut <= len; cut++) {
			run(rows[i].text, len, cut);
			bad += strcmp(told, rows[i].want) != 0;
		}
		ok(!bad, "the same at every cut");
	}
}

static void count(void *ctx, enum link_kind kind, const char *url, size_t len)
{
	size_t *n = ctx;

	(void)url;
	(void)len;
	n[kind]++;
}

static void bound_links(void)
{
	for (unsigned d = 0; d < 3; d++) {
		size_t n[LINK_KINDS] = {0}, many = L_HTML_LINKS - 1 + d;
		uint64_t hits = limit_hits(LIMIT_HTML_LINKS);

		links_init(&l, count, n);
		for (size_t i = 0; i < many; i++)
			links_feed(&l, "<a href=x><img src=y>", 21);
		is_int((long long)n[LINK_PAGE], (long long)(d < 2 ? many : L_HTML_LINKS), "links kept");
		is_int((long long)n[LINK_IMAGE], (long long)(d < 2 ? many : L_HTML_LINKS), "resources kept");
		is_int((long long)l.pages, (long long)many, "all are counted");
		is_int((long long)(limit_hits(LIMIT_HTML_LINKS) - hits), d == 2 ? 2 : 0, "hits");
	}
}

/* An address, and a tag around one, of exactly so many bytes; whole and in single bytes. */
static void bound_bytes(const char *before, size_t fill, const char *after, bool kept, const char *name)
{
	static char text[L_HTML_TAG_B + 100];
	size_t n[LINK_KINDS] = {0}, len = strlen(before);

	memcpy(text, before, len);
	memset(text + len, 'a', fill);
	len += fill;
	memcpy(text + len, after, strlen(after) + 1);
	len += strlen(after);
	for (int single = 0; single < 2; single++) {
		memset(n, 0, sizeof(n));
		links_init(&l, count, n);
		for (size_t at = 0, step = single ? 1 : len; at < len; at += step)
			links_feed(&l, text + at, step);
		links_feed(&l, "<a href=/>", 10);
		is_int((long long)n[LINK_PAGE], 1 + kept, name);
		is_int((long long)l.too_long, !kept, "what is passed over is counted");
	}
}

static void bounds(void)
{
	for (unsigned d = 0; d < 3; d++) {
		bound_bytes("<a href=", L_URL_B - 1 + d, ">", d < 2, "address at its limit");
		bound_bytes("<a href='&amp;", L_URL_B - 2 + d, "'>", d < 2, "decoded address at its limit");
		/* "a title=" and " href=x" are 15 bytes */
		bound_bytes("<a title=", L_HTML_TAG_B - 16 + d, " href=x>", d < 2, "tag at its limit");
	}
	bound_bytes("<script title=", L_HTML_TAG_B, "><a href=/no></script>", false, "a script too long stays a script");
}

/* A tag that is too long and could name no address loses nothing. */
static void harmless(const char *before, unsigned lost, const char *name)
{
	static char text[L_HTML_TAG_B + 200];
	size_t n[LINK_KINDS] = {0}, len = strlen(before);

	memcpy(text, before, len);
	memset(text + len, 'a', L_HTML_TAG_B);
	memcpy(text + len + L_HTML_TAG_B, "\">", 3);
	for (size_t piece = 1; piece < 20000; piece += 9999) {
		links_init(&l, count, n);
		for (size_t at = 0, end = strlen(text); at < end; at += piece)
			links_feed(&l, text + at, end - at < piece ? end - at : piece);
		is_int((long long)l.too_long, lost, name);
	}
}

static void long_tags(void)
{
	harmless("<path d=\"", 0, "a drawing");
	harmless("</script x=\"", 0, "the end of a script");
	harmless("<img src=\"data:image/png;base64,", 0, "a picture in itself");
	harmless("<img src=data:image/png;x=\"", 0, "the same without quotes");
	harmless("<img alt=\"metadata: ", 1, "a picture elsewhere");
	harmless("<a title=\"", 1, "a link");
}

/* Linear: the same bytes in pieces of one cost no more than a few times. */
static void hostile(const char *unit, const char *name)
{
	enum { LEN = 2 << 20 };
	static char text[LEN];
	size_t n[LINK_KINDS] = {0}, len = strlen(unit);
	clock_t began = clock();

	for (size_t i = 0; i < LEN; i++)
		text[i] = unit[i % len];
	for (size_t step = 1; step <= LEN; step += LEN - 1) {
		links_init(&l, count, n);
		for (size_t at = 0; at < LEN; at += step)
			links_feed(&l, text + at, step);
	}
	ok(clock() - began < 2 * CLOCKS_PER_SEC, "%s: 2 MiB twice in under two seconds", name);
}

int main(void)
{
	table();
	bound_links();
	bounds();
	long_tags();
	hostile("<", "opens");
	hostile("<a x='", "quotes");
	hostile("<!-->", "comments");
	hostile("<script></", "scripts");
	hostile("<a ", "never ends");
	hostile("<img srcset='a,b ,,,(' ", "sets");
	hostile("<a href=&amp;&#1;&>", "references");
	hostile("<a =\"=>=", "signs");
	return done();
}
