/* truth_test: the table in the program is sound, and a wrong row is named by its line. */
#include "lab/truth.h"

#include "lab/plan.h"
#include "lab/zones.h"

#include "test/tap.h"

#define HEAD "name,domain,en,zh,class,region,organisation,level,arrange,aaaa\n"

static void refuses(const char *row, const char *want, const char *name)
{
	char text[1000];
	struct arena a;
	struct truth t;
	struct err e = {0};
	int code;

	arena_init(&a, 0);
	snprintf(text, sizeof(text), HEAD "good,good.test,e,z,c,r,o,l,,pass:ok\n%s", row);
	code = truth_parse(&t, &a, "t.csv", text, strlen(text), &e);
	if (!ok(code < 0 && strstr(e.text, "t.csv:3: ") && strstr(e.text, want), "%s", name))
		printf("# %s\n", e.text);
	arena_done(&a);
}

static const struct zone *zone_of(const zone_list *z, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (!strcmp(z->at[i].name, name))
			return &z->at[i];
	return NULL;
}

static void whole_table(void)
{
	zone_list zones = {0};
	struct arena a;
	struct truth t;
	struct err e = {0};
	struct buf out;
	size_t lines = 0, twice = 0;

	arena_init(&a, 0);
	ok(truth_load(&t, &a, &e) == 0, "the table of the program is sound: %s", e.text);
	ok(t.n_states >= 32 && t.n_checks >= 20, "%zu states, %zu checks", t.n_states, t.n_checks);
	for (size_t i = 0; i < t.n_states; i++)
		for (size_t k = 0; k < i; k++)
			twice += !strcmp(t.states[i].domain, t.states[k].domain) ||
				 !strcmp(t.states[i].name, t.states[k].name);
	is_int((long long)twice, 0, "no name or domain stands twice");
	zones_build(&zones, &t, &a);
	ok(zone_of(&zones, "good.test.") && zone_of(&zones, "."), "zones of the root and of a site");
	ok(!zone_of(&zones, "no-such-domain.test.") && !zone_of(&zones, "no-such-domain.example."),
	   "an unregistered domain has no zone");
	buf_init(&out, 1 << 20);
	truth_portfolio(&t, &out);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	is_int((long long)lines, (long long)t.n_states + 1, "the portfolio has every site");
	buf_done(&out);
	zones_done(&zones);
	arena_done(&a);
}

static void addresses(void)
{
	struct addr v6 = site_addr(53, HOST_WEB, 6), v4 = site_addr(250, HOST_MAIL, 4);
	char text[ADDR_TEXT_MAX];

	is_str(addr_text(&v6, text), "3fff:100:53::80", "the network of site 53");
	is_str(addr_text(&v4, text), "198.19.250.25", "the mail host of site 250");
	is_int(node_find("observer"), NODE_OBSERVER, "a node by its name");
	is_int(node_find("nowhere"), NODE_COUNT, "no such node");
}

int main(void)
{
	whole_table();
	addresses();
	refuses("x,x.test,e,z,c,r,o,l,v6=melt,pass:ok\n", "v6=melt", "an unknown arrangement");
	refuses("x,x.test,e,z,c,r,o,l,v6,pass:ok\n", "key=value", "a word without value");
	refuses("x,x.test,e,z,c,r,o,l,,good\n", "verdict:reason", "an expectation without reason");
	refuses("x,x.test,e,z,c,r,o,l,,pass:\n", "verdict:reason", "an empty reason");
	refuses("x,x.org,e,z,c,r,o,l,,pass:ok\n", "x.org", "a domain outside the lab");
	refuses("x,a.x.test,e,z,c,r,o,l,,pass:ok\n", "a.x.test", "a domain below a domain");
	refuses("x,x.test,e,z,c,r,o,l,\n", "9 cells", "a cell that is missing");
	return done();
}
