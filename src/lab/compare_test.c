/* compare_test: equal, different, missing, unknown, broken. */
#include "lab/compare.h"

#include "test/tap.h"

#define TABLE                                                                                      \
	"name,domain,en,zh,class,region,organisation,level,arrange,aaaa,tcp\n"                     \
	"good,good.test,e,z,c,r,o,l,,pass:ok,pass:ok\n"                                            \
	"old,old.test,e,z,c,r,o,l,aaaa=no,fail:no_aaaa,na:no_aaaa\n"
#define V(id, verdict, reason)                                                                     \
	"{\"check\":\"" id "\",\"verdict\":\"" verdict "\",\"reason\":\"" reason "\"}"
#define SITE(domain, list) "{\"domain\":\"" domain "\",\"verdicts\":[" list "]}\n"
#define GOOD SITE("good.test", V("aaaa", "pass", "ok") "," V("tcp", "pass", "ok"))
#define OLD SITE("old.test", V("aaaa", "fail", "no_aaaa") "," V("tcp", "na", "no_aaaa"))

int main(void)
{
	static const struct {
		const char *lines, *name;
		int code, sites, differences;
		const char *check, *want, *got; /* of the first difference */
	} rows[] = {
		{GOOD OLD "{\"round\":1,\"sites\":2}\n", "all as expected", 0, 2, 0, 0, 0, 0},
		{OLD GOOD, "order does not matter", 0, 2, 0, 0, 0, 0},
		{SITE("good.test", V("aaaa", "pass", "ok") "," V("tcp", "fail", "v6_refused")) OLD,
		 "another verdict", 0, 2, 1, "tcp", "pass:ok", "fail:v6_refused"},
		{GOOD SITE("old.test", V("aaaa", "fail", "bogon_only") "," V("tcp", "na", "no_aaaa")),
		 "another reason", 0, 2, 1, "aaaa", "fail:no_aaaa", "fail:bogon_only"},
		{OLD SITE("good.test", V("aaaa", "pass", "ok")), "a missing verdict", 0, 2, 1, "tcp",
		 "pass:ok", ""},
		{GOOD, "a missing site", 0, 1, 2, "aaaa", "fail:no_aaaa", ""},
		{OLD SITE("good.test", V("aaaa", "pass", "ok") "," V("tcp", "pass", "ok") ","
			  V("new", "pass", "ok")),
		 "a check that the table does not know", 0, 2, 1, "new", "", "pass:ok"},
		{"", "nothing at all", 0, 0, 4, "aaaa", "pass:ok", ""},
		{GOOD "oops\n", "no JSON", -74, 1, 0, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct comparison c;
		struct arena a;
		struct truth t;
		struct err e = {0};
		const struct difference *d;

		arena_init(&a, 0);
		truth_parse(&t, &a, "t.csv", TABLE, strlen(TABLE), &e);
		is_int(compare_census(&t, rows[i].lines, strlen(rows[i].lines), &a, &c, &e),
		       rows[i].code, rows[i].name);
		is_int((long long)c.sites, rows[i].sites, "sites seen");
		is_int((long long)c.differences.n, rows[i].differences, "differences");
		d = c.differences.n ? &c.differences.at[0] : NULL;
		if (d && rows[i].check)
			ok(!strcmp(d->check, rows[i].check) && !strcmp(d->want, rows[i].want) &&
				   !strcmp(d->got, rows[i].got),
			   "%s: wanted '%s', got '%s'", d->check, d->want, d->got);
		vec_done(&c.differences);
		arena_done(&a);
	}
	return done();
}
