/* Records with their terms; the limit. */
#include "wire/spf.h"
#include "test/tap.h"

/* What was read, as one line: "+ip6[2001:db8::/32] -all redirect=x.test" */
static void print_term(const struct spf_term *t, char *to, size_t max)
{
	static const char *const names[] = {"all", "include", "a",	"mx",	    "ptr",
					    "ip4", "ip6",     "exists", "redirect", "other"};
	char net[PREFIX_TEXT_MAX];
	size_t n = strlen(to);

	n += (size_t)snprintf(to + n, max - n, "%s%.*s%s", n ? " " : "", t->qualifier ? 1 : 0, &t->qualifier,
			      names[t->kind]);
	if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
		snprintf(to + n, max - n, "[%s]", prefix_text(&t->net, net));
	else if (t->domain[0])
		snprintf(to + n, max - n, "%s%s", t->macro ? "%" : "=", t->domain);
}

static const char *read_all(const char *record, char *to, size_t max)
{
	struct spf_term t;
	enum spf_result r;
	struct spf s;

	to[0] = '\0';
	spf_init(&s, record);
	for (r = spf_next(&s, &t); r == SPF_TERM; r = spf_next(&s, &t))
		print_term(&t, to, max);
	return r == SPF_END ? to : r == SPF_SYNTAX ? "syntax" : "limit";
}

static const struct {
	const char *record, *terms;
} rows[] = {
	{"v=spf1", ""},
	{"V=SPF1  -ALL ", "-all"},
	{"v=spf1 ip6:2001:db8::/32 ip4:192.0.2.1 ~all", "+ip6[2001:db8::/32] +ip4[192.0.2.1/32] ~all"},
	{"v=spf1 ip6:2001:db8::1 ?ip6:::1/0", "+ip6[2001:db8::1/128] ?ip6[::1/0]"},
	{"v=spf1 a mx ptr", "+a +mx +ptr"},
	{"v=spf1 a/24 mx//64 a:mail.test/24//64 mx:b.test//0", "+a +mx +a=mail.test +mx=b.test"},
	{"v=spf1 include:_spf.Example.test. redirect=other.test", "+include=_spf.example.test redirect=other.test"},
	{"v=spf1 exists:%{ir}.%{v}._spf.%{d2} ptr:example.test", "+exists%%{ir}.%{v}._spf.%{d2} +ptr=example.test"},
	{"v=spf1 a:%{d/}x/24", "+a%%{d/}x"},
	{"v=spf1 exp=why.%{d} later-1=x?y", "other other"},
	{"v=spf1 a=b", "other"},
	{"v=spf1 redirect=a.test redirect=b.test", "syntax"},
	{"v=spf1 redirect=", "syntax"},
	{"v=spf1 ip6:192.0.2.1", "syntax"},
	{"v=spf1 ip4:2001:db8::1", "syntax"},
	{"v=spf1 ip6:2001:db8::/129", "syntax"},
	{"v=spf1 ip4:192.0.2.0/33", "syntax"},
	{"v=spf1 ip4:192.0.2.0/024", "syntax"},
	{"v=spf1 ip6:fe80::1%eth0", "syntax"},
	{"v=spf1 ip4", "syntax"},
	{"v=spf1 all:x", "syntax"},
	{"v=spf1 all/24", "syntax"},
	{"v=spf1 include", "syntax"},
	{"v=spf1 include:", "syntax"},
	{"v=spf1 include:a.test/24", "syntax"},
	{"v=spf1 include:a..test", "syntax"},
	{"v=spf1 include:a\"b.test", "syntax"},
	{"v=spf1 include:a%{d\x01}.test", "syntax"},
	{"v=spf1 mx\nv=spf1 all", "+mx"},
	{"v=spf1 a:", "syntax"},
	{"v=spf1 a/", "syntax"},
	{"v=spf1 a//", "syntax"},
	{"v=spf1 a/33", "syntax"},
	{"v=spf1 a//129", "syntax"},
	{"v=spf1 a/24/64", "syntax"},
	{"v=spf1 exists:%x.test", "syntax"},
	{"v=spf1 exists:%{.test", "syntax"},
	{"v=spf1 ipv6:2001:db8::1", "syntax"},
	{"v=spf1 - all", "syntax"},
	{"v=spf1 ++all", "syntax"},
	{"v=spf1 \tall", "syntax"},
	{"v=spf1 include:\x01.test", "syntax"},
	{"v=spf1 include:b\xc3\xbc.test", "syntax"},
};

static void table(void)
{
	char got[1024];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(read_all(rows[i].record, got, sizeof(got)), rows[i].terms, rows[i].record);
	ok(!spf_is("v=spf10 all") && !spf_is("v=spf") && !spf_is("") && !spf_is(" v=spf1"), "no SPF");
}

static void limits(void)
{
	static char record[6 + (L_SPF_TERMS + 1) * 4 + 1];
	static char got[(L_SPF_TERMS + 1) * 8];

	for (int n = L_SPF_TERMS - 1; n <= L_SPF_TERMS + 1; n++) {
		uint64_t before = limit_hits(LIMIT_SPF_TERMS);

		memcpy(record, "v=spf1", 7);
		for (int i = 0; i < n; i++)
			memcpy(record + 6 + i * 4, " +mx", 5);
		ok((strcmp(read_all(record, got, sizeof(got)), "limit") == 0) == (n > L_SPF_TERMS), "%d terms", n);
		is_int((long long)(limit_hits(LIMIT_SPF_TERMS) - before), n > L_SPF_TERMS, "counted");
	}
}

static void long_domain(void)
{
	char record[400], got[1024];

	for (int n = SPF_DOMAIN_MAX - 2; n <= SPF_DOMAIN_MAX; n++) {
		snprintf(record, sizeof(record), "v=spf1 a:%%{d}%0*d", n - 4, 0);
		ok((strcmp(read_all(record, got, sizeof(got)), "syntax") == 0) == (n >= SPF_DOMAIN_MAX),
		   "a name of %d bytes", n);
	}
}

int main(void)
{
	table();
	limits();
	long_domain();
	return done();
}
