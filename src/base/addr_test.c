/* Vectors of RFC 5952 and RFC 4291, what must be refused, and the C library as a second opinion. */
#include "base/addr.h"
#include "test/tap.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* RFC 5952, sections 1, 2, 4 and 5; NULL: not an address. */
static const struct {
	const char *in, *out;
} rows[] = {
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"2001:db8:0000:0:1::1", "2001:db8::1:0:0:1"},
	{"2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"},
	{"2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
	{"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
	{"2001:db8::0:1", "2001:db8::1"},
	{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"::", "::"},
	{"0:0:0:0:0:0:0:0", "::"},
	{"::1", "::1"},
	{"1::", "1::"},
	{"0:0:0:0:0:0:0:1", "::1"},
	{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
	{"::ffff:c000:201", "::ffff:192.0.2.1"},
	{"::192.0.2.1", "::c000:201"},
	{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
	{"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"},
	{"fe80::ABCD", "fe80::abcd"},
	{"192.0.2.1", "192.0.2.1"},
	{"0.0.0.0", "0.0.0.0"},
	{"255.255.255.255", "255.255.255.255"},
	{"", NULL},
	{":", NULL},
	{":::", NULL},
	{"1", NULL},
	{"1:", NULL},
	{":1", NULL},
	{"1:2", NULL},
	{"1:::2", NULL},
	{"1::2::3", NULL},
	{"1:2:3:4:5:6:7", NULL},
	{"1:2:3:4:5:6:7:8:9", NULL},
	{"1:2:3:4:5:6:7:8::", NULL},
	{"::1:2:3:4:5:6:7:8", NULL},
	{"1::2:3:4:5:6:7:8", NULL},
	{"12345::", NULL},
	{"00001::", NULL},
	{"g::", NULL},
	{"fe80::1%1", NULL},
	{"fe80::1%eth0", NULL},
	{"[::1]", NULL},
	{"::1/128", NULL},
	{" ::1", NULL},
	{"::1 ", NULL},
	{"::192.0.2", NULL},
	{"::192.0.2.1.1", NULL},
	{"::192.0.2.1:1", NULL},
	{"::192.0.2.256", NULL},
	{"::192.0.02.1", NULL},
	{"1:2:3:4:5:6:7:192.0.2.1", NULL},
	{"192.0.2.1::", NULL},
	/* forms that inet_aton takes, and with which guards are tricked (T-SSRF-05) */
	{"127.1", NULL},
	{"2130706433", NULL},
	{"0x7f.0.0.1", NULL},
	{"0177.0.0.1", NULL},
	{"127.0.0.01", NULL},
	{"127.0.0.1.", NULL},
	{"127.0.0.256", NULL},
	{"127.0.0.1000", NULL},
	{"127..0.1", NULL},
	{"1.2.3", NULL},
	{"1.2.3.4.5", NULL},
	{" 127.0.0.1", NULL},
	{"127.0.0.1\t", NULL},
	{"１２７.0.0.1", NULL},
	{"-1.0.0.1", NULL},
	{"+1.0.0.1", NULL},
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[ADDR_TEXT_MAX];
		struct addr a;
		bool is = addr_parse(&a, rows[i].in);

		ok(rows[i].out ? is && !strcmp(addr_text(&a, text), rows[i].out) : !is, "'%s' is %s",
		   rows[i].in, rows[i].out ? rows[i].out : "no address");
	}
}

static uint32_t seed = 1;

static uint32_t next(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * below >> 32);
}

/* Text that is nearly an address: pieces that matter, in any order. */
static void make_text(char *text, size_t max)
{
	static const char *const piece[] = {":",   "::",  "0",   "1",    "ffff", "255", ".",	  "db8",
					    "256", "00",  "01",  "f00d", "192.0.2.1", "%1", "12345", "a"};
	size_t n = 0, left = next(18);

	text[0] = '\0';
	while (left-- && n + 12 < max)
		n += (size_t)snprintf(text + n, max - n, "%s",
				      next(3) ? piece[left % 2 ? 0 : 3 + next(2)] : piece[next(16)]);
}

static void test_parse_against_libc(void)
{
	int wrong = 0, good = 0;

	for (int i = 0; i < 400000; i++) {
		char text[128];
		uint8_t b[16] = {0};
		struct addr a;
		bool is, want;
		int family;

		make_text(text, sizeof(text));
		family = strchr(text, ':') ? AF_INET6 : AF_INET;
		want = inet_pton(family, text, b) == 1;
		is = addr_parse(&a, text);
		good += is;
		if (is == want && (!is || !memcmp(a.byte, b, family == AF_INET ? 4 : 16)))
			continue;
		if (wrong++ < 5)
			printf("# '%s': ours %d, libc %d\n", text, is, want);
	}
	is_int(wrong, 0, "400,000 texts are judged as inet_pton does");
	ok(good > 4000, "and %d of them are addresses", good);
}

/* inet_ntop differs from RFC 5952 only in ::a.b.c.d and in runs of one zero group: those are left
 * out by reading both texts back. */
static void test_text_against_libc(void)
{
	int wrong = 0, same = 0;

	for (int i = 0; i < 200000; i++) {
		char ours[ADDR_TEXT_MAX], libc[INET6_ADDRSTRLEN];
		struct addr a = {.family = i % 2 ? 6 : 4}, back;

		for (unsigned k = 0; k < addr_bits(&a) / 8; k++)
			a.byte[k] = next(3) ? 0 : (uint8_t)next(256);
		addr_text(&a, ours);
		inet_ntop(i % 2 ? AF_INET6 : AF_INET, a.byte, libc, sizeof(libc));
		same += !strcmp(ours, libc);
		wrong += !addr_parse(&back, ours) || addr_cmp(&a, &back) || !addr_parse(&back, libc) ||
			 addr_cmp(&a, &back) || strlen(ours) > strlen(libc);
	}
	is_int(wrong, 0, "200,000 addresses: our text and that of inet_ntop read back");
	ok(same > 190000, "%d of them are the same text", same);
}

static void test_step(void)
{
	static const struct {
		const char *from;
		int n;
		const char *to; /* NULL: past an end */
	} steps[] = {
		{"192.0.2.255", 1, "192.0.3.0"},	{"192.0.2.0", -1, "192.0.1.255"},
		{"255.255.255.255", 1, NULL},		{"0.0.0.0", -1, NULL},
		{"2001:db8::ffff", 1, "2001:db8::1:0"}, {"2001:db8::", -1, "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"::", -1, NULL},			{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, NULL},
		{"192.0.2.0", 70000, "192.1.19.112"},	{"192.1.19.112", -70000, "192.0.2.0"},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char text[ADDR_TEXT_MAX];
		struct addr a;
		bool is;

		addr_parse(&a, steps[i].from);
		is = addr_step(&a, steps[i].n);
		ok(steps[i].to ? is && !strcmp(addr_text(&a, text), steps[i].to) : !is, "%s %+d is %s",
		   steps[i].from, steps[i].n, steps[i].to ? steps[i].to : "past the end");
	}
}

static void test_prefix(void)
{
	static const struct {
		const char *text, *has, *has_not; /* has NULL: not a prefix */
	} list[] = {
		{"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
		{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
		{"::/0", "ffff::", "192.0.2.1"},
		{"0.0.0.0/0", "255.255.255.255", "::"},
		{"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
		{"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
		{"192.0.2.1/32", "192.0.2.1", "192.0.2.2"},
		{"2001:db8::1/128", "2001:db8::1", "2001:db8::2"},
		{"2001:db8::1/32", NULL, NULL},
		{"192.0.2.1/24", NULL, NULL},
		{"192.0.2.0/33", NULL, NULL},
		{"2001:db8::/129", NULL, NULL},
		{"2001:db8::/", NULL, NULL},
		{"2001:db8::", NULL, NULL},
		{"2001:db8::/032", NULL, NULL},
		{"2001:db8::/00", NULL, NULL},
		{"2001:db8::/+3", NULL, NULL},
		{"2001:db8::/3 ", NULL, NULL},
		{"2001:db8::/4294967328", NULL, NULL},
		{"/32", NULL, NULL},
		{"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000/32", NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		char text[PREFIX_TEXT_MAX];
		struct prefix p;
		struct addr in, out;
		bool is = prefix_parse(&p, list[i].text);

		if (!list[i].has) {
			ok(!is, "'%s' is no prefix", list[i].text);
			continue;
		}
		addr_parse(&in, list[i].has);
		addr_parse(&out, list[i].has_not);
		ok(is && prefix_has(&p, &in) && !prefix_has(&p, &out) &&
			   !strcmp(prefix_text(&p, text), list[i].text),
		   "%s has %s, not %s", list[i].text, list[i].has, list[i].has_not);
	}
}

static void test_rest(void)
{
	struct addr none = {0}, a = addr_v4(0xc0000201), b;
	struct prefix p;
	char text[ADDR_TEXT_MAX];
	int wrong = 0;

	is_str(addr_text(&none, text), "", "no address has no text");
	is_str(addr_text(&a, text), "192.0.2.1", "addr_v4");
	is_int(addr_u32(&a), 0xc0000201, "addr_u32");
	addr_parse(&b, "::c000:201");
	ok(addr_cmp(&a, &b) < 0 && addr_cmp(&b, &a) > 0 && !addr_cmp(&b, &b), "IPv4 sorts first");
	b = addr_v6(b.byte);
	ok(b.family == 6 && b.byte[15] == 1, "addr_v6");
	addr_parse(&a, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	for (unsigned len = 0; len <= 128; len++) {
		p = prefix_of(&a, len);
		unsigned ones = 0;

		for (int i = 0; i < 16; i++)
			ones += (unsigned)__builtin_popcount(p.addr.byte[i]);
		wrong += ones != len || p.len != len || !prefix_has(&p, &a) || !prefix_has(&p, &p.addr);
	}
	is_int(wrong, 0, "prefix_of cuts at every length");
}

int main(void)
{
	test_rows();
	test_parse_against_libc();
	test_text_against_libc();
	test_step();
	test_prefix();
	test_rest();
	return done();
}
