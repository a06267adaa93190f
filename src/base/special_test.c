/*
 * The table is written down a second time here, by hand from the RFCs, so that a row that is lost or
 * changed in data/special.csv shows; each row's boundaries and their neighbours are asked.
 */
#include "base/asset.h"
#include "base/special.h"
#include "test/tap.h"

static const struct known {
	const char *prefix, *class_;
	bool probe;
} known[] = {
	{"0.0.0.0/8", "this_network", false},
	{"0.0.0.0/32", "this_network", false},
	{"10.0.0.0/8", "private", false},
	{"172.16.0.0/12", "private", false},
	{"192.168.0.0/16", "private", false},
	{"100.64.0.0/10", "shared", false},
	{"127.0.0.0/8", "loopback", false},
	{"169.254.0.0/16", "linklocal", false},
	{"192.0.0.0/24", "ietf", false},
	{"192.0.0.0/29", "ietf", false},
	{"192.0.0.8/32", "dummy", false},
	{"192.0.0.9/32", "anycast_local", false},
	{"192.0.0.10/32", "anycast_local", false},
	{"192.0.0.170/32", "nat64_discovery", false},
	{"192.0.0.171/32", "nat64_discovery", false},
	{"192.0.2.0/24", "documentation", false},
	{"198.51.100.0/24", "documentation", false},
	{"203.0.113.0/24", "documentation", false},
	{"192.31.196.0/24", "as112", true},
	{"192.175.48.0/24", "as112", true},
	{"192.52.193.0/24", "amt", true},
	{"192.88.99.0/24", "6to4_relay", false},
	{"192.88.99.2/32", "6a44_relay", false},
	{"198.18.0.0/15", "benchmark", false},
	{"224.0.0.0/4", "multicast", false},
	{"240.0.0.0/4", "reserved", false},
	{"255.255.255.255/32", "broadcast", false},
	{"::/3", "outside", false},
	{"4000::/2", "outside", false},
	{"8000::/1", "outside", false},
	{"::/96", "compatible", false},
	{"::/128", "unspecified", false},
	{"::1/128", "loopback", false},
	{"::ffff:0.0.0.0/96", "mapped", false},
	{"::ffff:0:0:0/96", "siit", false},
	{"64:ff9b::/96", "nat64", false},
	{"64:ff9b:1::/48", "nat64_local", false},
	{"100::/64", "discard", false},
	{"100:0:0:1::/64", "dummy", false},
	{"2001::/23", "ietf", false},
	{"2001::/32", "teredo", false},
	{"2001:1::1/128", "anycast_local", false},
	{"2001:1::2/128", "anycast_local", false},
	{"2001:1::3/128", "anycast_local", false},
	{"2001:2::/48", "benchmark", false},
	{"2001:3::/32", "amt", true},
	{"2001:4:112::/48", "as112", true},
	{"2001:10::/28", "orchid", false},
	{"2001:20::/28", "orchid", false},
	{"2001:30::/28", "drone_tag", false},
	{"2001:db8::/32", "documentation", false},
	{"2002::/16", "6to4", false},
	{"2620:4f:8000::/48", "as112", true},
	{"3ffe::/16", "6bone", false},
	{"3fff::/20", "documentation", false},
	{"5f00::/16", "srv6", false},
	{"fc00::/7", "ula", false},
	{"fe80::/10", "linklocal", false},
	{"fec0::/10", "site_local", false},
	{"ff00::/8", "multicast", false},
};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static const struct known *expect(const struct addr *a)
{
	const struct known *best = NULL;
	int len = -1;

	for (size_t i = 0; i < KNOWN; i++) {
		struct prefix p;

		prefix_parse(&p, known[i].prefix);
		if (prefix_has(&p, a) && p.len > len) {
			len = p.len;
			best = &known[i];
		}
	}
	return best;
}

static struct addr last_of(const struct prefix *p)
{
	struct addr a = p->addr;

	for (unsigned bit = p->len; bit < addr_bits(&a); bit++)
		a.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return a;
}

static void test_one(const struct addr *a)
{
	const struct known *k = expect(a);
	const struct special *s = special_find(a);
	const char *bogon = addr_bogon(a);
	char text[ADDR_TEXT_MAX];
	bool good = k ? s && !strcmp(s->class_, k->class_) && s->probe == k->probe : !s;

	good &= k && !k->probe ? bogon && !strcmp(bogon, k->class_) : !bogon;
	if (!ok(good, "%s is %s", addr_text(a, text), k ? k->class_ : "ordinary"))
		printf("# got %s, bogon %s\n", s ? s->class_ : "ordinary", bogon ? bogon : "no");
}

static void test_boundaries(void)
{
	is_int((long long)special_count(), KNOWN, "the table has as many rows as are known here");
	for (size_t i = 0; i < KNOWN; i++) {
		struct prefix p;

		prefix_parse(&p, known[i].prefix);
		for (int end = 0; end < 2; end++)
			for (int step = -1; step <= 1; step++) {
				struct addr a = end ? last_of(&p) : p.addr;

				if (!step || addr_step(&a, step))
					test_one(&a);
			}
	}
}

/* A row that is there but shadowed would change no answer, so each must be in the table itself. */
static void test_rows(void)
{
	for (size_t i = 0; i < KNOWN; i++) {
		const struct special *found = NULL;
		struct prefix p;

		prefix_parse(&p, known[i].prefix);
		for (size_t k = 0; k < special_count() && !found; k++)
			if (special_row(k)->prefix.len == p.len &&
			    !addr_cmp(&special_row(k)->prefix.addr, &p.addr))
				found = special_row(k);
		ok(found && found->probe == known[i].probe && *found->name_en && *found->name_zh &&
			   !strncmp(found->rfc, "RFC ", 4) &&
			   (!found->probe || found->global == SPECIAL_YES),
		   "row %s", known[i].prefix);
	}
	ok(!special_row(special_count()), "there is no row past the last");
}

static void test_embedded(void)
{
	static const char *const pref[] = {
		"2001:db8:100::/40",	 "2001:db8:122::/48",	      "2001:db8:122:300::/56",
		"2001:db8:122:344::/64", "2001:db8:122:344::/96", "2001:db9::/32",
	};
	static const struct {
		const char *addr, *v4, *how; /* v4 NULL: carries none */
	} rows[] = {
		{"::ffff:192.0.2.33", "192.0.2.33", "mapped"},
		{"::192.0.2.33", "192.0.2.33", "compatible"},
		{"::ffff:0:c000:221", "192.0.2.33", "siit"},
		{"64:ff9b::192.0.2.33", "192.0.2.33", "nat64"},
		{"64:ff9b::a9fe:a9fe", "169.254.169.254", "nat64"},
		{"64:ff9b:1:abcd::7f00:1", "127.0.0.1", "nat64_local"},
		{"2002:7f00:1::1", "127.0.0.1", "6to4"},
		{"2002:c000:221:5::1", "192.0.2.33", "6to4"},
		/* RFC 4380, 4: server, flags, port and client, the last two inverted */
		{"2001:0:c000:221:8000:63bf:3fff:fdde", "192.0.2.33", "teredo"},
		{"2001:0:c000:221::80ff:fffe", "127.0.0.1", "teredo"},
		{"2a00:1:2:3:0:5efe:10.0.0.1", "10.0.0.1", "isatap"},
		{"2a00:1:2:3:200:5efe:10.0.0.1", "10.0.0.1", "isatap"},
		{"fe80::5efe:192.0.2.143", "192.0.2.143", "isatap"},
		{"2a00:1:2:3:100:5efe:10.0.0.1", NULL, NULL},
		{"2a00:1:2:3:0:5eff:10.0.0.1", NULL, NULL},
		{"2a00:1:2:3:400:5efe:10.0.0.1", NULL, NULL},
		{"2a00::1", NULL, NULL},
		{"192.0.2.33", NULL, NULL},
		/* RFC 6052, 2.4: the table of text representations */
		{"2001:db9:c000:221::", "192.0.2.33", "pref64"},
		{"2001:db8:1c0:2:21::", "192.0.2.33", "pref64"},
		{"2001:db8:122:c000:2:2100::", "192.0.2.33", "pref64"},
		{"2001:db8:122:3c0:0:221::", "192.0.2.33", "pref64"},
		{"2001:db8:122:344:c0:2:2100::", "192.0.2.33", "pref64"},
	};
	struct prefix list[6];

	for (size_t i = 0; i < 6; i++)
		prefix_parse(&list[i], pref[i]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a, v4;
		const char *how = NULL;
		char text[ADDR_TEXT_MAX];
		bool is = addr_parse(&a, rows[i].addr) && addr_embedded_v4(&a, list, 6, &v4, &how);

		ok(rows[i].v4 ? is && !strcmp(addr_text(&v4, text), rows[i].v4) &&
					!strcmp(how, rows[i].how)
			      : !is,
		   "%s carries %s", rows[i].addr, rows[i].v4 ? rows[i].v4 : "nothing");
	}
	ok(pref64_len_ok(32) && pref64_len_ok(96) && !pref64_len_ok(72) && !pref64_len_ok(36) &&
		   !pref64_len_ok(24) && !pref64_len_ok(128),
	   "lengths of a NAT64 prefix");
}

static void test_pref64_96(void)
{
	struct prefix p;
	struct addr a, v4;
	const char *how;
	char text[ADDR_TEXT_MAX];

	prefix_parse(&p, "2001:db8:122:344::/96");
	addr_parse(&a, "2001:db8:122:344::192.0.2.33");
	ok(addr_embedded_v4(&a, &p, 1, &v4, &how) && !strcmp(addr_text(&v4, text), "192.0.2.33"),
	   "a /96 of the operator");
	addr_parse(&a, "2002:7f00:1::1");
	prefix_parse(&p, "2002:7f00:1::/96");
	ok(addr_embedded_v4(&a, &p, 1, &v4, &how) && !strcmp(addr_text(&v4, text), "0.0.0.1") &&
		   !strcmp(how, "pref64"),
	   "the operator's prefixes are asked first");
}

static const char HEAD[] = "prefix,class,rfc,global,probe,name_en,name_zh\n";

static void test_broken(void)
{
	static const struct {
		const char *rows, *part;
		int n;
	} cases[] = {
		{"10.0.0.0/8,private,RFC 1918,no,no,x,y\n", "", 1},
		{"", "", 0},
		{"10.0.0.1/8,private,RFC 1918,no,no,x,y\n", "special.csv:2:", -1},
		{"10.0.0.0/8,private,RFC 1918,maybe,no,x,y\n", "special.csv:2:", -1},
		{"10.0.0.0/8,private,RFC 1918,no,na,x,y\n", "special.csv:2:", -1},
		{"10.0.0.0/8,,RFC 1918,no,no,x,y\n", "special.csv:2:", -1},
		{"10.0.0.0/8,private,RFC 1918,no,no,x,\n", "special.csv:2:", -1},
		{"10.0.0.0/8,private,RFC 1918,no,no,x\n", "has 6 cells", -1},
		{"10.0.0.0/8,private,RFC 1918,no,no,x,y,z\n", "has -1 cells", -1},
		{"10.0.0.0/8,a,RFC 1,no,no,x,y\n10.0.0.0/8,b,RFC 2,no,no,x,y\n",
		 "10.0.0.0/8 stands there twice", -1},
		{"10.0.0.0/8,a,RFC 1,no,no,x,y\n11.0.0.0/8,b,RFC 2,no,no,x,y\n"
		 "12.0.0.0/8,b,RFC 2,no,no,x,y\n",
		 "more than 2 rows", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct special rows[2];
		struct arena a;
		struct err e = {0};
		char text[512];
		int n;

		arena_init(&a, 0);
		snprintf(text, sizeof(text), "%s%s", HEAD, cases[i].rows);
		n = special_parse(text, strlen(text), &a, rows, 2, &e);
		ok((n < 0 ? -1 : n) == cases[i].n && strstr(e.text, cases[i].part), "table %zu: %d %s", i, n, e.text);
		arena_done(&a);
	}
	struct arena a;

	arena_init(&a, 0);
	ok(special_parse("10.0.0.0/8,a\n", 13, &a, NULL, 0, NULL) < 0, "a table without header");
	arena_done(&a);
}

int main(void)
{
	test_boundaries();
	test_rows();
	test_embedded();
	test_pref64_96();
	test_broken();
	return done();
}
