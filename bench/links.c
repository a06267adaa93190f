/*
 * bench/links: the link scanner against libxml2's SAX parser of HTML, over the same pages in memory.
 *
 * The pages are generated, for no real page may be kept here: a news front page in shape, 40 to 160 KB,
 * with scripts and styles in line, a menu, cards with srcset and long class names, comments and text in
 * English and Chinese.  Both sides tell every address to the same function, which sums and counts them;
 * where one finds another set than the other the ratio counts as short.  Medians of nine, in turn, of
 * processor time.  Without libxml2-dev at build time the ratio is not measured, and said to be short.
 */
#include "wire/links.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_LIBXML2
#include <libxml/HTMLparser.h>
#endif

enum { PAGES = 64, RUNS = 9, ROOM = 1 << 18 };
static const double goal_mb_s = 500, goal_ratio = 5;

static struct {
	char *text;
	size_t len;
} pages[PAGES];
static uint32_t seed = 1;

static unsigned pick(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* ---- pages ---- */

__attribute__((format(printf, 2, 3))) static void put(int page, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(pages[page].text + pages[page].len, ROOM - pages[page].len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= ROOM - pages[page].len) {
		fprintf(stderr, "bench links: a page is too large\n");
		exit(4);
	}
	pages[page].len += (size_t)n;
}

static void put_words(int page, unsigned n)
{
	static const char *const words[] = {"network", "the", "of", "address", "route", "and", "council",
					    "网络", "地址", "部署", "measured", "a", "in", "site", "月报", "yesterday"};

	for (unsigned i = 0; i < n; i++)
		put(page, "%s ", words[pick(16)]);
}

static void put_head(int page)
{
	put(page, "<!DOCTYPE html>\n<html lang=\"en\"><head>\n<meta charset=\"utf-8\">\n<title>");
	put_words(page, 6);
	put(page, "</title>\n");
	for (int i = 0; i < 4; i++)
		put(page, "<link rel=\"stylesheet\" href=\"https://static%d.example.net/css/main.%08x.css?v=%u&amp;m=1\">\n",
		    i, pick(1 << 24), pick(99));
	put(page, "<link rel=\"icon\" href=\"/favicon.ico\">\n<style>\n");
	for (int i = 0; i < 40; i++)
		put(page, ".card-%d>a:hover{margin:0 %upx;background:url(/img/%u.png)}\n", i, pick(40), pick(99));
	put(page, "</style>\n<script>\nwindow.state={");
	for (int i = 0; i < 150; i++)
		put(page, "\"item_%u\":{\"id\":%u,\"tag\":\"<b>%u\"},", pick(999), pick(99999), pick(9));
	put(page, "};\n</script>\n</head>\n<body>\n");
}

static void put_card(int page)
{
	unsigned id = pick(1 << 20);

	put(page, "<!-- card %u -->\n<div class=\"card card--wide grid__item u-mt-4\" data-id=\"%u\" role=\"listitem\">\n", id, id);
	put(page, "  <a class=\"card__link js-track\" href=\"/news/2026/%u/story-%u.html?from=home&amp;pos=%u\">\n",
	    pick(12) + 1, id, pick(50));
	put(page, "    <img class=\"card__image\" loading=\"lazy\" alt=\"\" src=\"https://img.example.org/%u/320.jpg\" "
	    "srcset=\"https://img.example.org/%u/640.jpg 640w, https://img.example.org/%u/960.jpg 960w\">\n", id, id, id);
	put(page, "  </a>\n  <h3 class=\"card__title\">");
	put_words(page, 8);
	put(page, "</h3>\n  <p class=\"card__text\">");
	put_words(page, 25 + pick(40));
	put(page, "</p>\n  <span class=\"card__meta\"><time datetime=\"2026-10-%02u\">%u hours ago</time></span>\n</div>\n",
	    pick(28) + 1, pick(23));
}

static void put_page(int page)
{
	pages[page].text = malloc(ROOM);
	if (!pages[page].text)
		exit(4);
	put_head(page);
	put(page, "<ul class=\"menu\">\n");
	for (int i = 0; i < 60; i++)
		put(page, "<li class=\"menu__item\"><a href=\"//s%u.example.com/topic/%u\">topic</a></li>\n", pick(9), pick(500));
	put(page, "</ul>\n");
	for (unsigned i = 0, n = 30 + pick(120); i < n; i++)
		put_card(page);
	for (int i = 0; i < 6; i++)
		put(page, "<script src=\"https://cdn%d.example.net/js/%08x.js\" async></script>\n", i, pick(1 << 24));
	put(page, "<iframe src=\"https://video.example.org/embed/%u\"></iframe>\n</body></html>\n", pick(9999));
}

/* ---- the two sides ---- */

struct sum {
	uint64_t n, hash;
};

/* The sum does not depend on the order. */
static void tally(void *ctx, enum link_kind kind, const char *url, size_t len)
{
	struct sum *s = ctx;
	uint64_t h = (uint64_t)kind + len;

	for (size_t i = len > 24 ? len - 24 : 0; i < len; i++)
		h = h * 31 + (uint8_t)url[i];
	s->n++;
	s->hash += h;
}

static struct sum scan_all(void)
{
	static struct links l;
	struct sum s = {0};

	for (int i = 0; i < PAGES; i++) {
		links_init(&l, tally, &s);
		links_feed(&l, pages[i].text, pages[i].len);
	}
	return s;
}

#ifdef HAVE_LIBXML2
static const char *of(const xmlChar **at, const char *name)
{
	for (; at && at[0]; at += 2)
		if (!strcmp((const char *)at[0], name))
			return at[1] ? (const char *)at[1] : "";
	return NULL;
}

static void tell(void *ctx, enum link_kind kind, const char *url)
{
	if (url && *url)
		tally(ctx, kind, url, strlen(url));
}

static void tell_set(void *ctx, const char *set)
{
	while (set && *set) {
		size_t n = strcspn(set += strspn(set, " ,"), " ");

		if (n)
			tally(ctx, LINK_IMAGE, set, n);
		set += n;
		set += strcspn(set, ",");
	}
}

static void start(void *ctx, const xmlChar *name, const xmlChar **at)
{
	const char *e = (const char *)name;

	if (!strcmp(e, "a") || !strcmp(e, "area"))
		tell(ctx, LINK_PAGE, of(at, "href"));
	else if (!strcmp(e, "script"))
		tell(ctx, LINK_SCRIPT, of(at, "src"));
	else if (!strcmp(e, "link") && of(at, "rel") && !strcmp(of(at, "rel"), "stylesheet"))
		tell(ctx, LINK_STYLE, of(at, "href"));
	else if (!strcmp(e, "link") && of(at, "rel") && !strcmp(of(at, "rel"), "icon"))
		tell(ctx, LINK_ICON, of(at, "href"));
	else if (!strcmp(e, "iframe"))
		tell(ctx, LINK_FRAME, of(at, "src"));
	else if (!strcmp(e, "img")) {
		tell(ctx, LINK_IMAGE, of(at, "src"));
		tell_set(ctx, of(at, "srcset"));
	}
}

static struct sum peer_all(void)
{
	htmlSAXHandler sax = {.startElement = start};
	struct sum s = {0};

	for (int i = 0; i < PAGES; i++) {
		htmlParserCtxtPtr c = htmlCreatePushParserCtxt(&sax, &s, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);

		if (!c)
			exit(4);
		htmlCtxtUseOptions(c, HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_RECOVER);
		htmlParseChunk(c, pages[i].text, (int)pages[i].len, 1);
		htmlFreeParserCtxt(c);
	}
	return s;
}
#endif

/* Microseconds of processor: others may use the machine meanwhile. */
static int64_t timed(struct sum (*fn)(void), struct sum *result)
{
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	*result = fn();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (b.tv_sec - a.tv_sec) * 1000000 + (b.tv_nsec - a.tv_nsec) / 1000;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void line(const char *name, double value, const char *unit, double goal, bool good)
{
	printf("%s\t%.1f\t%s\t%g\t%s\n", name, value, unit, goal, good ? "pass" : "short");
}

int main(void)
{
	int64_t ours[RUNS], peer[RUNS] = {0};
	struct sum mine = {0}, other = {0};
	double mb_s, ratio;
	size_t bytes = 0;

	for (int i = 0; i < PAGES; i++) {
		put_page(i);
		bytes += pages[i].len;
	}
	for (int i = 0; i < RUNS; i++) {
		ours[i] = timed(scan_all, &mine);
#ifdef HAVE_LIBXML2
		peer[i] = timed(peer_all, &other);
#endif
	}
	qsort(ours, RUNS, sizeof(ours[0]), compare);
	qsort(peer, RUNS, sizeof(peer[0]), compare);
	mb_s = (double)bytes / (double)ours[RUNS / 2];
	ratio = (double)peer[RUNS / 2] / (double)ours[RUNS / 2];
	fprintf(stderr, "links: %d generated pages, %zu bytes; ours %llu addresses in %lld us, libxml2 %llu in %lld us\n",
		PAGES, bytes, (unsigned long long)mine.n, (long long)ours[RUNS / 2], (unsigned long long)other.n,
		(long long)peer[RUNS / 2]);
#ifndef HAVE_LIBXML2
	fprintf(stderr, "links: built without libxml2-dev, so there is nothing to compare with\n");
#endif
	line("links_scan", mb_s, "MB/s", goal_mb_s, mb_s >= goal_mb_s);
	line("links_to_libxml2", ratio, "x", goal_ratio,
	     ratio >= goal_ratio && mine.n == other.n && mine.hash == other.hash);
	return 0;
}
