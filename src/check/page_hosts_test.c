/* Pages made by hand: which hosts they load from. */
#include "check/page_hosts.h"
#include "test/tap.h"

static struct page_hosts *page_of(const char *address)
{
	const char *why;
	struct url u;

	if (!url_parse(&u, address, strlen(address), 0, &why))
		abort();
	return page_hosts_new(&u, NULL);
}

static void is_page(const char *address, const char *html, const char *want, const char *limit, const char *name)
{
	struct page_hosts *p = page_of(address);
	const char *text, *got_limit;
	struct arena a;

	arena_init(&a, 0);
	page_hosts_feed(p, html, strlen(html));
	text = page_hosts_text(p, &a, &got_limit);
	is_str(text, want, name);
	is_str(got_limit, limit, "and whether that is all");
	page_hosts_free(p);
	arena_done(&a);
}

static void pages(void)
{
	static const struct {
		const char *address, *html, *want, *limit, *name;
	} rows[] = {
		{"https://a.test/", "<p>text <a href=https://b.test/>elsewhere</a>", "", NULL, "links load nothing"},
		{"https://a.test/", "<script src=/x.js></script><img src=https://a.test/y.png>", "", NULL,
		 "its own host"},
		{"https://a.test/", "<script src=//cdn.test/x.js></script><img src=http://cdn.test/y.png>",
		 "cdn.test 443 script,image", NULL, "one host, two kinds; by HTTPS all of it"},
		{"http://a.test/", "<img src=http://i.test/><img src=https://i.test/>",
		 "i.test 80 image\ni.test 443 image", NULL, "by HTTP either"},
		{"https://a.test/", "<base href=https://cdn.test/v1/><link rel=stylesheet href=s.css>",
		 "cdn.test 443 style", NULL, "a base elsewhere"},
		{"https://a.test/", "<iframe src=https://f.test/></iframe><link rel=preload as=font href=//t.test/a>"
				    "<video src=//v.test/a></video><link rel=icon href=//o.test/i>",
		 "f.test 443 frame\nt.test 443 font\nv.test 443 media\no.test 443 icon", NULL, "each kind"},
		{"https://a.test/", "<img src=https://b.test:8443/>", "b.test 8443 image", "port", "a port of its own"},
		{"https://a.test/", "<img src=https:///><img src='https://u@b.test/'><img src=https://>", "", NULL,
		 "addresses that lead nowhere"},
		{"https://a.test/", "<img src=http://[2001:db8::1]/x><img src=http://192.0.2.1/>",
		 "2001:db8::1 443 image\n192.0.2.1 443 image", NULL, "literal addresses"},
		{"https://a.test/", "<img src=https://B\xc3\xbc" "cher.test/>", "xn--bcher-kva.test 443 image", NULL,
		 "a name outside ASCII"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_page(rows[i].address, rows[i].html, rows[i].want, rows[i].limit, rows[i].name);
}

/* How many hosts are kept of a page with n, under one registrable domain or each under its own. */
static size_t kept(int n, bool one_domain, const char **limit)
{
	struct page_hosts *p = page_of("https://a.test/");
	const char *text, *at = NULL;
	struct page_host h;
	struct arena a;
	size_t got = 0;

	arena_init(&a, 0);
	for (int i = 0; i < n; i++) {
		char tag[100];

		snprintf(tag, sizeof(tag), "<img src=//h%d%s.test/>", i, one_domain ? ".example" : "");
		page_hosts_feed(p, tag, strlen(tag));
	}
	text = page_hosts_text(p, &a, limit);
	while (page_host_next(text, &at, &h))
		got++;
	page_hosts_free(p);
	arena_done(&a);
	return got;
}

static void limits(void)
{
	const char *limit;

	for (int d = -1; d <= 1; d++) {
		is_int((long long)kept(L_RESOURCE_HOSTS + d, false, &limit), d > 0 ? L_RESOURCE_HOSTS : L_RESOURCE_HOSTS + d,
		       "hosts of a page");
		is_str(limit, d > 0 ? "hosts" : NULL, "and more are told");
		is_int((long long)kept(L_RESOURCE_HOSTS_PER_DOMAIN + d, true, &limit),
		       d > 0 ? L_RESOURCE_HOSTS_PER_DOMAIN : L_RESOURCE_HOSTS_PER_DOMAIN + d, "hosts of a domain");
		is_str(limit, d > 0 ? "hosts" : NULL, "and more are told");
	}
}

static void lines(void)
{
	static const char text[] = "cdn.test 443 script,frame\n2001:db8::1 80 image\nbroken\nnever 443 image";
	const char *at = NULL;
	struct page_host h;
	char kinds[PAGE_KINDS_MAX];

	ok(page_host_next(text, &at, &h) && !strcmp(h.host, "cdn.test") && h.port == 443, "the first host");
	is_str(page_kinds(h.kinds, kinds), "script,frame", "its kinds");
	ok(page_kinds_matter(h.kinds), "a script matters");
	ok(page_host_next(text, &at, &h) && h.port == 80 && !page_kinds_matter(h.kinds), "an image matters less");
	ok(!page_host_next(text, &at, &h), "what is no line ends it");
	at = NULL;
	ok(!page_host_next("a.test 0 image", &at, &h) && !page_host_next("a.test 65536 image", &at, &h), "no such port");
}

int main(void)
{
	pages();
	limits();
	lines();
	return done();
}
