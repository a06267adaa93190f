/* view_test: how many servers, addresses, mail hosts and redirects a judge looks at, to the one. */
#include "check/check.h"
#include "test/sample.h"
#include "test/tap.h"

#include "base/json.h"

#define D "example.test"

enum { TEXT_MAX = 65536 };

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
	sample_done(&s);
	buf_done(&text);
	buf_done(&detail);
	return r;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static void name_servers(void)
{
	for (int n = L_DNS_NS_KEPT - 1; n <= L_DNS_NS_KEPT + 1; n++)
		is_int(servers(n, 1).addresses, least(n, L_DNS_NS_KEPT), "servers of a zone");
	for (int m = L_DNS_NS_ADDRESSES - 1; m <= L_DNS_NS_ADDRESSES + 1; m++)
		is_int(servers(2, m).addresses, 2 * least(m, L_DNS_NS_ADDRESSES),
		       "addresses of a server");
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
	sample_done(&s);
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
	for (int n = L_DNS_NS_KEPT - 1; n <= L_DNS_NS_KEPT + 1; n++)
		hosts("ns_aaaa", n, first_and_last, n <= L_DNS_NS_KEPT ? "two_or_more" : "only_one");
	for (int n = L_DNS_MX_KEPT - 1; n <= L_DNS_MX_KEPT + 1; n++)
		hosts("mx_aaaa", n, all_but_last, n <= L_DNS_MX_KEPT ? "some" : "ok");
	for (int n = L_DNS_MX_KEPT - 1; n <= L_DNS_MX_KEPT + 1; n++)
		last_silent(n, n <= L_DNS_MX_KEPT ? "some" : "ok");
	for (int n = L_HTTP_REDIRECTS - 1; n <= L_HTTP_REDIRECTS + 1; n++)
		redirects(n);
	return done();
}
