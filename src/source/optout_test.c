/* Who asked not to be probed is found, with everything below; a list with a bad line changes nothing. */
#include "source/optout.h"

#include "test/tap.h"

static const char list[] = "# asked by mail\n"
			   "example.org\r\n"
			   "  Sub.Example.net   # a subdomain only\n"
			   "\n"
			   "2001:db8:7::/48\n"
			   "192.0.2.7\n"
			   "例子.example\n";

static bool has_addr(const struct optout *o, const char *text)
{
	struct addr a;

	return addr_parse(&a, text) && optout_addr(o, &a);
}

int main(void)
{
	static const struct {
		const char *name;
		bool there;
	} names[] = {
		{"example.org", true},	      {"www.example.org", true}, {"a.b.c.example.org", true},
		{"notexample.org", false},    {"example.net", false},	 {"sub.example.net", true},
		{"x.sub.example.net", true},  {"org", false},		 {"xn--fsqu00a.example", true},
		{"example.org.example", false},
	};
	struct optout o;
	struct err e = {0};

	optout_init(&o);
	ok(!optout_name(&o, "example.org"), "an empty list holds nobody");
	is_int(optout_parse(&o, "list", list, sizeof(list) - 1, &e), 0, "a list is read");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_int(optout_name(&o, names[i].name), names[i].there, names[i].name);
	ok(has_addr(&o, "2001:db8:7::1"), "an address in a prefix");
	ok(!has_addr(&o, "2001:db8:8::1"), "one outside");
	ok(has_addr(&o, "192.0.2.7") && !has_addr(&o, "192.0.2.8"), "an address by itself");
	ok(optout_parse(&o, "bad.txt", "a.example\nhttp://b.example/\n", 29, &e) < 0, "a bad line refuses");
	ok(strstr(e.text, "bad.txt:2:") != NULL, "and is named: %s", e.text);
	ok(optout_name(&o, "example.org") && !optout_name(&o, "a.example"), "the list before stays");
	optout_done(&o);
	return done();
}
