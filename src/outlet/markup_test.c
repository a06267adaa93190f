/* markup_test: escaping, numbers, and charts that stay well-formed whatever is put in. */
#include "outlet/markup.h"
#include "test/tap.h"

#include <math.h>

static const char *const vectors[] = {
	"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x",
	"&lt;", "]]>", "\xff\xfe", "\x01\x02", "</svg><script>", "javascript:alert(1)",
};

/* Every '<' begins one of our own tags. */
static bool only_ours(const char *html)
{
	static const char *const tags[] = {"figure", "figcaption", "strong", "span", "svg", "defs",
					   "pattern", "rect", "text", "line", "path", "circle", "p", "td"};

	for (const char *p = strchr(html, '<'); p; p = strchr(p + 1, '<')) {
		const char *name = p + 1 + (p[1] == '/');
		bool known = false;

		for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
			known |= !strncmp(name, tags[i], strlen(tags[i]));
		if (!known)
			return false;
	}
	return true;
}

static void numbers(void)
{
	static const struct {
		double v;
		const char *unit, *want;
	} rows[] = {
		{0.5934, "%", "59.3%"},	    {1, "%", "100%"},		{0, "%", "0.0%"},
		{0.9996, "%", ">99.9%"},    {0.0004, "%", "<0.1%"},	{0.9994, "%", "99.9%"},
		{1204, "count", "1\xe2\x80\x89" "204"}, {0, "count", "0"},	{12.345, "ms", "12.3 ms"},
		{3, "ms", "3 ms"},	    {2000.05, "year", "2000"},	{1.031, "ratio", "1.03"},
		{-3.2, "ms", "-3.20 ms"},   {NAN, "%", "–"},		{1234567, "/32", "1\xe2\x80\x89" "234\xe2\x80\x89" "567 /32"},
	};
	char text[NUMBER_TEXT_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(number_text(rows[i].v, rows[i].unit, text), rows[i].want, rows[i].want);
}

int main(void)
{
	struct buf b;

	numbers();
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct chart_point points[3] = {{0, 0.2, 0.1, 0.3, NULL},
						{1000000, NAN, NAN, NAN, NULL},
						{2000000, 0.4, NAN, NAN, vectors[i]}};
		struct chart c = {.title = vectors[i], .subtitle = vectors[i], .unit = "%", .points = points,
				  .n = 3, .target = 0.5, .target_label = vectors[i], .no_data = "-"};
		struct bar bars[2] = {{vectors[i], 0.5, vectors[i]}, {"x", NAN, NULL}};

		buf_clear(&b);
		markup_element(&b, "td", NULL, vectors[i]);
		chart_line(&b, &c);
		chart_bars(&b, vectors[i], vectors[i], "%", bars, 2, vectors[i]);
		ok(only_ours(b.data) && !strstr(b.data, "onerror=alert(1)>") , "vector %zu stays text", i);
		ok(strstr(b.data, "class=\"hatched\"") != NULL, "no data is hatched, not empty");
	}
	{
		struct chart_point p[] = {{0, 0.2, NAN, NAN, NULL}, {10, 0.3, NAN, NAN, NULL}, {20, 0.9, NAN, NAN, "list"}};
		struct chart c = {.title = "t", .unit = "%", .points = p, .n = 3, .target = NAN, .no_data = "-"};
		const char *line;
		int begins = 0;

		buf_clear(&b);
		chart_line(&b, &c);
		line = strstr(b.data, "class=\"line\"");
		for (const char *at = line; at && *at && *at != '>'; at++)
			begins += *at == 'M';
		is_int(begins, 2, "a change of the list begins a line of its own");
		ok(strstr(b.data, ">list</text>") != NULL, "and is named");
	}
	buf_clear(&b);
	chart_line(&b, &(struct chart){.title = "t", .unit = "%", .target = NAN, .no_data = "no data"});
	ok(strstr(b.data, "no data") != NULL, "an empty chart says so");
	buf_done(&b);
	return done();
}
