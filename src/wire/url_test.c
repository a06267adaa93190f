/* Addresses made canonical, and those that are refused (T-SSRF-04, 05); references against a base. */
#include "wire/url.h"
#include "test/tap.h"

static struct url url, base;
static char text[URL_TEXT_MAX];
static const char *why;

static const struct {
	const char *in, *want; /* canonical, or the word of the refusal after '!' */
} rows[] = {
	{"http://Example.TEST", "http://example.test/"},
	{"HTTPS://example.test:443/a", "https://example.test/a"},
	{"http://example.test:443/", "http://example.test:443/"},
	{"http://example.test:/", "http://example.test/"},
	{"http://example.test./", "http://example.test/"},
	{"http://example.test/a/./b/../c?d/../e#f", "http://example.test/a/c?d/../e"},
	{"http://example.test/a/%2e%2E/b", "http://example.test/b"},
	{"http://example.test/../../x", "http://example.test/x"},
	{"http://example.test/a//b/", "http://example.test/a//b/"},
	{"http://example.test?q=1", "http://example.test/?q=1"},
	{"http://example.test/a b\"<\xe4", "http://example.test/a%20b%22%3C%E4"},
	{"http://b\xc3\xbc" "cher.test/", "http://xn--bcher-kva.test/"},
	{"http://fa\xc3\x9f.test/", "http://xn--fa-hia.test/"},
	{"http://0x7f.1/", "http://127.0.0.1/"},
	{"http://017700000001/", "http://127.0.0.1/"},
	{"http://2130706433/", "http://127.0.0.1/"},
	{"http://127.1/", "http://127.0.0.1/"},
	{"http://0/", "http://0.0.0.0/"},
	{"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/", "http://127.0.0.1/"},
	{"http://127\xe3\x80\x82" "0.0.1/", "http://127.0.0.1/"},
	{"http://[::ffff:7f00:1]/", "http://[::ffff:127.0.0.1]/"},
	{"http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"},
	{"http://256.1.1.1/", "!host"},
	{"http://1.2.3.4.5/", "!host"},
	{"http://1.2.3.08/", "!host"},
	{"http://a.1/", "!host"},
	{"http://4294967296/", "!host"},
	{"http://[fe80::1%25eth0]/", "!zone"},
	{"http://[::1", "!host"},
	{"http://[::1]x/", "!host"},
	{"http://[127.0.0.1]/", "!host"},
	{"http://good.test@evil.test/", "!userinfo"},
	{"http://a\\b/", "!backslash"},
	{"http://exa\tmple.test/", "!control"},
	{"http://example.test/\r\nX: y", "!control"},
	{"http://ex%61mple.test/", "!host"},
	{"http://a..b/", "!host"},
	{"http:///x", "!host"},
	{"http:example.test", "!host"},
	{"ftp://example.test/", "!scheme"},
	{"javascript:alert(1)", "!scheme"},
	{"example.test", "!scheme"},
	{"http://example.test:8080/", "!port"},
	{"http://example.test:0/", "!port"},
	{"http://example.test:99999999999/", "!port"},
	{"http://example.test:8a/", "!port"},
	{"", "!empty"},
};

static const struct {
	const char *ref, *want;
} refs[] = {
	{"/x", "https://www.example.test/x"},
	{"x", "https://www.example.test/a/b/x"},
	{"../x?y", "https://www.example.test/a/x?y"},
	{"../../../x", "https://www.example.test/x"},
	{".", "https://www.example.test/a/b/"},
	{"?z", "https://www.example.test/a/b/c?z"},
	{"#top", "https://www.example.test/a/b/c?q"},
	{"//other.test/y", "https://other.test/y"},
	{"http://other.test", "http://other.test/"},
	{"mailto:a@b.test", "!scheme"},
	{"//u@other.test/", "!userinfo"},
	{"/\\x", "!backslash"},
	{"/x\x01", "!control"},
};

static const char *shown(bool good)
{
	if (good)
		return url_text(&url, text);
	snprintf(text, sizeof(text), "!%s", why);
	return text;
}

static void path_limit(void)
{
	static char in[L_URL_B + 64];

	for (int n = L_URL_B - 1; n <= L_URL_B + 1; n++) {
		int len = snprintf(in, sizeof(in), "http://a.test/%0*d", n - 1, 0);
		uint64_t before = limit_hits(LIMIT_URL_B);

		is_int(url_parse(&url, in, (size_t)len, 0, &why), n <= L_URL_B, "path at the limit");
		is_int((long long)(limit_hits(LIMIT_URL_B) - before), n > L_URL_B, "counted");
	}
}

int main(void)
{
	static const char from[] = "https://www.example.test/a/b/c?q";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(shown(url_parse(&url, rows[i].in, strlen(rows[i].in), 0, &why)),
		       rows[i].want, rows[i].want);
	url_parse(&base, from, strlen(from), 0, &why);
	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++)
		is_str(shown(url_resolve(&url, &base, refs[i].ref, strlen(refs[i].ref), 0, &why)),
		       refs[i].want, refs[i].ref[0] > ' ' ? refs[i].want : "reference");
	ok(url_parse(&url, "http://a.test:8080/", 19, URL_ANY_PORT, &why) && url.port == 8080,
	   "a laboratory may allow other ports");
	path_limit();
	return done();
}
