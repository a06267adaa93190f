/* view_test: how many servers, addresses, mail hosts and redirects a judge looks at, to the one. */
#include "check/check.h"
#include "test/sample.h"
#include "test/tap.h"

#include "base/json.h"

#define D "example.test"

enum { TEXT_MAX = 65536 };

static char said[TEXT_MAX]; /* the detail of the last judgement */

/* n servers with m addresses each, none of which was asked. */
static struct reach servers(int n, int m)
{
	struct buf text, detail;
	struct sample s;
	struct reach r;
	struct json j;
	enum answer a;

	buf_init(&text, TEXT_MAX);
	buf_init(&detail, TEXT_MAX);
	buf_str(&text, "dns zone NS " D " ok = ");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "%sns%d.test", i ? "|" : "", i);
	for (int i = 0; i < n; i++) {
		buf_printf(&text, "\ndns ns A ns%d.test absent\ndns ns AAAA ns%d.test ok = ", i, i);
		for (int k = 0; k < m; k++)
			buf_printf(&text, "%s2001:db8::%x:%x", k ? "|" : "", i, k);
	}
	buf_char(&text, '\n');
	sample_init(&s, text.data);
	json_init(&j, &detail);
	json_object(&j);
	r = zone_reach(&s.site, site_zone(&s.site, &a), VIA_AUTH_UDP, &j);
	json_end_object(&j);
	snprintf(said, sizeof(said), "%s", detail.data);
	sample_done(&s);
	buf_done(&text);
	buf_done(&detail);
	return r;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Was the limit counted, and does the detail tell how many there were? */
static void is_cut(enum limit which, uint64_t before, bool cut, const char *how_many)
{
	char want[80];

	snprintf(want, sizeof(want), "\"%s\":%s", limit_table[which].name, how_many);
	ok((limit_hits(which) > before) == cut, "%s: counted when it bites", limit_table[which].name);
	ok((strstr(said, want) != NULL) == cut, "%s: then the detail says %s", limit_table[which].name, want);
}

static void name_servers(void)
{
	for (int n = L_DNS_NS_KEPT - 1; n <= L_DNS_NS_KEPT + 1; n++) {
		uint64_t before = limit_hits(LIMIT_DNS_NS_KEPT);

		is_int(servers(n, 1).addresses, least(n, L_DNS_NS_KEPT), "servers of a zone");
		is_cut(LIMIT_DNS_NS_KEPT, before, n > L_DNS_NS_KEPT, "{\"kept\":16,\"of\":17}");
	}
	for (int m = L_DNS_NS_ADDRESSES - 1; m <= L_DNS_NS_ADDRESSES + 1; m++) {
		uint64_t before = limit_hits(LIMIT_DNS_NS_ADDRESSES);

		is_int(servers(2, m).addresses, 2 * least(m, L_DNS_NS_ADDRESSES),
		       "addresses of a server");
		is_cut(LIMIT_DNS_NS_ADDRESSES, before, m > L_DNS_NS_ADDRESSES, "{\"kept\":8,\"of\":10}");
	}
}

/* n hosts; those of which has(i, n) is true have an IPv6 address. */
static void hosts(const char *check, int n, bool (*has)(int i, int n), const char *want)
{
	bool mx = !strcmp(check, "mx_aaaa");
	struct verdict_row row;
	struct buf text;
	struct sample s;

	buf_init(&text, TEXT_MAX);
	buf_str(&text, mx ? "dns apex MX " D " ok = " : "dns zone NS " D " ok = ");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s%sh%d.test", i ? "|" : "", mx ? "10 " : "", i);
	for (int i = 0; i < n; i++)
		buf_printf(&text, "\ndns mx A h%d.test ok = 192.0.2.1\ndns mx AAAA h%d.test %s", i, i,
			   has(i, n) ? "ok = 2001:db8::1" : "absent");
	buf_char(&text, '\n');
	sample_init(&s, text.data);
	check_run(check_find(check), &s.site, &s.arena, &row);
	ok(!strcmp(row.reason, want), "%s: %d hosts: %s", check, n, row.reason);
	snprintf(said, sizeof(said), "%s", row.evidence);
	sample_done(&s);
	buf_done(&text);
}

static bool all_but_last(int i, int n)
{
	return i < n - 1;
}

static bool first_and_last(int i, int n)
{
	return i == 0 || i == n - 1;
}

/* The last of n mail hosts does not greet over IPv6. */
static void last_silent(int n, const char *want)
{
	struct verdict_row row;
	struct buf text;
	struct sample s;

	buf_init(&text, TEXT_MAX);
	buf_str(&text, "dns apex MX " D " ok = ");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s10 h%d.test", i ? "|" : "", i);
	for (int i = 0; i < n; i++)
		buf_printf(&text,
			   "\ndns mx A h%d.test absent\ndns mx AAAA h%d.test ok = 2001:db8::1"
			   "\nsmtp h%d.test 6 %s addr=2001:db8::1", i, i, i, i < n - 1 ? "ok" : "refused");
	buf_char(&text, '\n');
	sample_init(&s, text.data);
	check_run(check_find("mx_smtp"), &s.site, &s.arena, &row);
	ok(!strcmp(row.reason, want), "mx_smtp: the last of %d: %s", n, row.reason);
	snprintf(said, sizeof(said), "%s", row.evidence);
	sample_done(&s);
	buf_done(&text);
}

static void judge(const char *check, const char *text)
{
	struct verdict_row row;
	struct sample s;

	sample_init(&s, text);
	check_run(check_find(check), &s.site, &s.arena, &row);
	snprintf(said, sizeof(said), "%s", row.evidence);
	sample_done(&s);
}

/* n IPv6 addresses; of those that were tried the last one works, or none. */
static void site_addresses(int n, bool works)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	buf_str(&text, "dns apex A " D " ok = 192.0.2.1\ndns apex AAAA " D " ok = ");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s2001:db8::%d", i ? "|" : "", i + 1);
	for (int i = 0; i < least(n, L_SITE_ADDRESSES); i++)
		buf_printf(&text, "\nweb apex 6 https 0 %s addr=2001:db8::%d\nweb apex 6 http 0 %s addr=2001:db8::%d",
			   works && i + 1 == least(n, L_SITE_ADDRESSES) ? "ok" : "refused", i + 1, "refused", i + 1);
	buf_str(&text, "\nweb apex 4 https 0 ok addr=192.0.2.1\nweb apex 4 http 0 ok addr=192.0.2.1\n");
	judge("tcp", text.data);
	buf_done(&text);
}

static void mail_addresses(int n, bool works)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	buf_str(&text, "dns apex MX " D " ok = 10 h.test\ndns mx A h.test absent\ndns mx AAAA h.test ok = ");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s2001:db8::%d", i ? "|" : "", i + 1);
	for (int i = 0; i < least(n, L_SITE_ADDRESSES); i++)
		buf_printf(&text, "\nsmtp h.test 6 %s addr=2001:db8::%d",
			   works && i + 1 == least(n, L_SITE_ADDRESSES) ? "ok" : "refused", i + 1);
	buf_char(&text, '\n');
	judge("mx_smtp", text.data);
	buf_done(&text);
}

/* A chain of n redirects, each to another page, then a page. */
static void redirects(int n)
{
	struct sample s;
	struct buf text;
	struct walk w;

	buf_init(&text, TEXT_MAX);
	for (int hop = 0; hop < n; hop++)
		buf_printf(&text, "web apex 6 https %d ok status=301 location=https://b.test/%d\n", hop,
			   hop);
	if (n <= L_HTTP_REDIRECTS) /* no probe goes further */
		buf_printf(&text, "web apex 6 https %d ok host=b.test\n", n);
	sample_init(&s, text.data);
	w = site_walk(&s.site, "apex", 6, SCHEME_HTTPS);
	ok(w.loop == (n > L_HTTP_REDIRECTS), "%d redirects are %s", n, w.loop ? "a loop" : "a way");
	sample_done(&s);
	buf_done(&text);
}

int main(void)
{
	name_servers();
	for (int n = L_DNS_NS_KEPT - 1; n <= L_DNS_NS_KEPT + 1; n++) {
		uint64_t before = limit_hits(LIMIT_DNS_NS_KEPT);

		hosts("ns_aaaa", n, first_and_last, n <= L_DNS_NS_KEPT ? "two_or_more" : "only_one");
		is_cut(LIMIT_DNS_NS_KEPT, before, n > L_DNS_NS_KEPT, "{\"kept\":16,\"of\":17}");
	}
	for (int n = L_DNS_MX_KEPT - 1; n <= L_DNS_MX_KEPT + 1; n++) {
		uint64_t before = limit_hits(LIMIT_DNS_MX_KEPT);

		hosts("mx_aaaa", n, all_but_last, n <= L_DNS_MX_KEPT ? "some" : "ok");
		is_cut(LIMIT_DNS_MX_KEPT, before, n > L_DNS_MX_KEPT, "{\"kept\":10,\"of\":11}");
		before = limit_hits(LIMIT_DNS_MX_KEPT);
		last_silent(n, n <= L_DNS_MX_KEPT ? "some" : "ok");
		is_cut(LIMIT_DNS_MX_KEPT, before, n > L_DNS_MX_KEPT, "{\"kept\":10,\"of\":11}");
	}
	for (int n = L_SITE_ADDRESSES - 1; n <= L_SITE_ADDRESSES + 1; n++)
		for (int works = 0; works < 2; works++) {
			uint64_t before = limit_hits(LIMIT_SITE_ADDRESSES);
			bool cut = n > L_SITE_ADDRESSES && !works; /* where one works no other is wanted */

			site_addresses(n, works);
			is_cut(LIMIT_SITE_ADDRESSES, before, cut, "{\"kept\":4,\"of\":5}");
			before = limit_hits(LIMIT_SITE_ADDRESSES);
			mail_addresses(n, works);
			is_cut(LIMIT_SITE_ADDRESSES, before, cut, "{\"kept\":4,\"of\":5}");
		}
	for (int n = L_HTTP_REDIRECTS - 1; n <= L_HTTP_REDIRECTS + 1; n++)
		redirects(n);
	return done();
}
