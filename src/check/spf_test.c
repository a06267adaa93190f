/* The budget of RFC 7208 at its limits, and what the planner is told to ask. */
#include "check/spf.h"
#include "test/sample.h"
#include "test/tap.h"
#include "wire/dns.h"

#define D "example.test"

static void put(char text[static 1024], const char *more)
{
	size_t n = strlen(text);

	snprintf(text + n, 1024 - n, "%s", more);
}

static struct spf_found walk(const char *evidence, spf_want *want, void *ctx)
{
	struct spf_found found;
	struct sample m;

	sample_init(&m, evidence);
	site_spf(&m.site, want, ctx, &found);
	sample_done(&m);
	return found;
}

/* A record with n terms that ask, then one that lets IPv6 send. */
static void lookups(void)
{
	for (int n = L_SPF_LOOKUPS - 1; n <= L_SPF_LOOKUPS + 1; n++) {
		uint64_t before = limit_hits(LIMIT_SPF_LOOKUPS);
		char text[1024] = "dns spf TXT " D " ok = v=spf1";
		struct spf_found found;

		for (int i = 0; i < n; i++)
			put(text, " exists:%{i}.test");
		put(text, " ip6:::1\n");
		found = walk(text, NULL, NULL);
		is_str(found.code, n > L_SPF_LOOKUPS ? "too_many_lookups" : "ok", "terms that ask");
		is_int(found.lookups, n, "counted");
		is_int((long long)(limit_hits(LIMIT_SPF_LOOKUPS) - before), n > L_SPF_LOOKUPS, "and the limit too");
	}
}

static void voids(void)
{
	for (int n = L_SPF_VOIDS - 1; n <= L_SPF_VOIDS + 1; n++) {
		uint64_t before = limit_hits(LIMIT_SPF_VOIDS);
		char text[1024] = "", record[1024] = "dns spf TXT " D " ok = v=spf1";
		struct spf_found found;

		for (int i = 0; i < n; i++) {
			snprintf(record + strlen(record), 100, " a:v%d.test", i);
			snprintf(text + strlen(text), 100, "dns spf AAAA v%d.test absent\n", i);
		}
		put(text, record);
		put(text, " ip6:::1\n");
		found = walk(text, NULL, NULL);
		is_str(found.code, n > L_SPF_VOIDS ? "too_many_voids" : "ok", "terms without an answer");
		is_int(found.voids, n, "counted");
		is_int((long long)(limit_hits(LIMIT_SPF_VOIDS) - before), n > L_SPF_VOIDS, "and the limit too");
	}
}

static void note(void *ctx, const char *name, uint16_t qtype)
{
	char *text = ctx, type[DNS_TYPE_TEXT_MAX];

	snprintf(text + strlen(text), 64, "%s %s;", name, dns_type_text(qtype, type));
}

/* What one record names is wanted at once. */
static void wants(void)
{
	char text[512] = "";
	struct spf_found found;

	found = walk("", note, text);
	is_str(text, D " TXT;", "first the record");
	is_str(found.code, "limit", "nothing is known");
	text[0] = '\0';
	found = walk("dns spf TXT " D " ok = v=spf1 include:a.test mx a:b.test -all\n", note, text);
	is_str(text, "a.test TXT;" D " MX;b.test AAAA;", "then all that it names");
	text[0] = '\0';
	found = walk("dns spf TXT " D " ok = v=spf1 mx ip6:::1 -all\ndns apex MX " D " ok = 1 m.test|2 n.test\n", note,
		     text);
	is_str(text, "m.test AAAA;n.test AAAA;", "and what that leads to");
	is_str(found.code, "ok", "what lets IPv6 send ends the walk");
	is_str(found.term, "ip6:::1/128", "and is named");
}

int main(void)
{
	lookups();
	voids();
	wants();
	return done();
}
