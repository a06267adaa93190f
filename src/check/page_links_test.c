/* Samples: what is in them, that they can be drawn again, and what is counted. */
#include "check/page_links.h"
#include "test/tap.h"

static struct url at(const char *text)
{
	const char *why;
	struct url u;

	if (!url_parse(&u, text, strlen(text), 0, &why)) {
		printf("# %s: %s\n", text, why);
		abort();
	}
	return u;
}

static void add(struct page_links *p, const char *text)
{
	struct url u = at(text), page = at("https://www.a.test/home");

	page_links_add(p, &u, &page);
}

static void sides(void)
{
	static const struct {
		const char *url;
		size_t internal, external;
		const char *name;
	} rows[] = {
		{"https://a.test/x", 1, 0, "the domain"},
		{"https://a.test/x#y", 1, 0, "a fragment is no other page"},
		{"http://a.test/x", 2, 0, "another scheme is"},
		{"https://news.a.test/x", 3, 0, "a name below it"},
		{"https://a.test/", 3, 0, "the front page is no link"},
		{"http://www.a.test/", 3, 0, "nor is that of www"},
		{"https://www.a.test/home", 3, 0, "nor the page itself"},
		{"https://news.a.test/", 4, 0, "another front page is"},
		{"https://kin.test/x", 5, 0, "kin"},
		{"https://www.kin2.test/x", 6, 0, "a name below kin"},
		{"https://in.test/x", 6, 1, "part of a word is no kin"},
		{"https://b.test/x", 6, 2, "elsewhere"},
		{"https://192.0.2.1/x", 6, 3, "an address"},
		{"https://a.test/x?q", 7, 3, "a query"},
	};
	struct page_links p;

	page_links_init(&p, "a.test", "kin.test kin2.test", 3, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		add(&p, rows[i].url);
		ok(p.internal.n == rows[i].internal && p.external.n == rows[i].external, "%s", rows[i].name);
	}
	is_int((long long)p.internal.n_picks, 3, "so many are drawn");
	page_links_done(&p);
}

/* The sample of pages 0 to n - 1, fed from the front or from the back. */
static void draw(struct page_links *p, int n, bool backwards, size_t want, uint64_t seed)
{
	page_links_init(p, "a.test", NULL, want, seed);
	for (int i = 0; i < n; i++) {
		char text[64];

		snprintf(text, sizeof(text), "https://a.test/p%d", backwards ? n - 1 - i : i);
		add(p, text);
		add(p, text);
	}
}

static void samples(void)
{
	struct page_links p, q, r;
	size_t same = 0, other = 0;

	draw(&p, 500, false, 10, 1);
	draw(&q, 500, true, 10, 1);
	draw(&r, 500, false, 10, 2);
	is_int((long long)p.internal.n, 500, "each counts once");
	for (size_t i = 0; i < 10; i++) {
		same += !strcmp(p.internal.picks[i].url, q.internal.picks[i].url);
		other += !strcmp(p.internal.picks[i].url, r.internal.picks[i].url);
	}
	ok(same == 10, "the order of the page does not matter");
	ok(other < 5, "another seed, another sample");
	ok(p.internal.picks[0].hash == link_hash(1, p.internal.picks[0].url), "by the hash that is published");
	is_str(p.internal.picks[0].host, "a.test", "with its host");
	ok(link_hash(1, "https://a.test/p0") == 0x93f50ba0875cc1fa, "which is always the same (%llx)",
	   (unsigned long long)link_hash(1, "https://a.test/p0"));
	page_links_done(&q);
	page_links_done(&r);
	page_links_init(&q, "a.test", NULL, 10, 1);
	q.but = &p.internal;
	add(&q, "https://a.test/p7");
	add(&q, "https://a.test/p500");
	ok(q.internal.n == 1, "what another level has is left out");
	page_links_done(&p);
	page_links_done(&q);
}

static void limits(void)
{
	for (int d = -1; d <= 1; d++) {
		struct page_links p;

		draw(&p, 300, false, (size_t)(L_LINKS_SAMPLE + d), 1);
		is_int((long long)p.internal.n_picks, d > 0 ? L_LINKS_SAMPLE : L_LINKS_SAMPLE + d, "size of a sample");
		page_links_done(&p);
	}
}

int main(void)
{
	sides();
	samples();
	limits();
	return done();
}
