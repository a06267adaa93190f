/* Settings from text, from --set and from files: what is taken, and the sentence for what is not. */
#include "app/config.h"
#include "base/limits.h"
#include "test/tap.h"

#include <unistd.h>

static void test_read(void)
{
	static const struct {
		const char *text, *why; /* "" : it is taken */
	} rows[] = {
		{"", ""},
		{"\xef\xbb\xbf[observer]\noperator = Example\n", ""},
		{"# a comment\n; another\n\n[observer]\r\n operator = Example \r\n", ""},
		{"[observer]\noperator=Example", ""},
		{"[observer]\ninfo_url = https://observer.example/?a=b;c#d", ""},
		{"operator = x", "f:1: there is no setting '.operator'"},
		{"[observer]\nnone = x", "f:2: there is no setting 'observer.none'"},
		{"[observer]\noperator", "f:2: not a line of the form key = value"},
		{"[observer\n", "f:1: not a line of the form [section]"},
		{"[observer] x\n", "f:1: not a line of the form [section]"},
		{"[]\n", "f:1: not a line of the form [section]"},
		{"[guard]\ndeny = 192.0.2.0/24\ndeny = 198.51.100.0/24", "f:3: guard.deny stands there twice"},
		{"[guard]\ndeny = 192.0.2.0/24,\n  198.51.100.0/24", "f:3: not a line of the form key = value"},
		{"[rate]\nper_ns_qps = 0", "f:2: rate.per_ns_qps is a whole number from 1 to 10000, not '0'"},
		{"[rate]\nper_ns_qps = 10001", "not '10001'"},
		{"[rate]\nper_ns_qps = 1x", "not '1x'"},
		{"[rate]\nper_ns_qps = 99999999999999999999", "whole number"},
		{"[rate]\nper_ns_qps =", "whole number"},
		{"[observer]\noperator = \xff", "f:2: not UTF-8 text"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config c;
		struct err e = {0};
		int code;

		config_defaults(&c);
		code = config_read(&c, rows[i].text, strlen(rows[i].text), "f", &e);
		ok(*rows[i].why ? code < 0 && strstr(e.text, rows[i].why) : code == 0, "row %zu: %s", i,
		   e.text);
	}
}

static void test_values(void)
{
	static const char text[] = "[observer]\noperator =  中文 单位 \ninfo_url=https://o.example/#x ; y\n"
				   "[rate]\nper_ns_qps = 7\n";
	struct config c;

	config_defaults(&c);
	is_int(c.per_ns_qps, 10, "a default");
	is_str(c.listen, "[::1]:8064", "another");
	/* a number without a row in the table would be 0: a round would test the observer without end */
	ok(c.targets_per_s && c.packets_per_s && c.per_address_gap_ms && c.per_prefix_per_s &&
		   c.per_ns_qps && c.repeat_after_s && c.sites_at_once && c.round_gap_s &&
		   c.selftest_every_s,
	   "every number has a row");
	is_int(config_read(&c, text, strlen(text), "f", NULL), 0, "read");
	is_str(c.operator_, "中文 单位", "a text, trimmed");
	is_str(c.info_url, "https://o.example/#x ; y", "there are no comments inside a line");
	is_int(c.per_ns_qps, 7, "a number");
}

/* The longest value, one more, and a line past the bound of lines. */
static void test_lengths(void)
{
	char line[1300];

	for (int over = -1; over <= 1; over++) {
		struct config c;
		struct err e = {0};
		int n = CONFIG_TEXT_MAX - 1 + over;

		config_defaults(&c);
		snprintf(line, sizeof(line), "[observer]\noperator=%0*d", n, 1);
		ok((config_read(&c, line, strlen(line), "f", &e) == 0) == (over <= 0),
		   "a value of %d bytes: %s", n, e.text);
	}
	for (int over = 0; over <= 1; over++) {
		struct config c;
		struct err e = {0};

		config_defaults(&c);
		snprintf(line, sizeof(line), "#%0*d", 1022 + over, 1);
		ok((config_read(&c, line, strlen(line), "f", &e) == 0) == !over, "a line of %d bytes: %s",
		   1023 + over, e.text);
	}
}

static void test_set(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"observer.operator=Example", true}, {"observer.operator=", true},
		{"observer.operator=a=b.c", true},   {"rate.per_ns_qps=3", true},
		{"observer.operator", false},	     {"operator=x", false},
		{"=observer.x", false},		     {"", false},
		{"observer.none=x", false},	     {"rate.per_ns_qps=x", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config c;
		struct err e = {0};

		config_defaults(&c);
		ok((config_set(&c, rows[i].text, &e) == 0) == rows[i].good && rows[i].good == !*e.text,
		   "--set '%s': %s", rows[i].text, e.text);
	}
}

static void test_files(void)
{
	char path[] = "/tmp/config-test-XXXXXX";
	static char line[1024];
	int fd = mkstemp(path);

	memset(line, '#', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 1023; i++)
		if (write(fd, line, sizeof(line)) != sizeof(line))
			return;
	if (write(fd, line + 1, sizeof(line) - 1) != sizeof(line) - 1)
		return;
	for (int over = -1; over <= 1; over++) { /* one byte more each time */
		struct config c;
		struct err e = {0};
		uint64_t hits = limit_hits(LIMIT_CONFIG_FILE_B);

		config_defaults(&c);
		ok((config_load(&c, path, &e) == 0) == (over <= 0) &&
			   limit_hits(LIMIT_CONFIG_FILE_B) - hits == (over > 0),
		   "CONFIG_FILE_B %+d: %s", over, e.text);
		if (write(fd, "\n", 1) != 1)
			return;
	}
	close(fd);
	unlink(path);
	struct config c;
	struct err e = {0};

	config_defaults(&c);
	ok(config_load(&c, path, &e) < 0 && strstr(e.text, path), "no file: %s", e.text);
	ok(config_load(&c, "/tmp", &e) < 0 && strstr(e.text, "'/tmp'"), "a directory: %s", e.text);
}

static void test_endpoints(void)
{
	static const struct {
		const char *text, *addr; /* addr NULL: refused */
		unsigned port;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", 53},
		{"192.0.2.1:54", "192.0.2.1", 54},
		{"2001:db8::1", "2001:db8::1", 53},
		{"[2001:db8::1]", "2001:db8::1", 53},
		{"[2001:db8::1]:65535", "2001:db8::1", 65535},
		{"[2001:db8::1]:1", "2001:db8::1", 1},
		{"[2001:db8::1", NULL, 0},
		{"[2001:db8::1]x", NULL, 0},
		{"[2001:db8::1]:", NULL, 0},
		{"[2001:db8::1]:0", NULL, 0},
		{"[2001:db8::1]:65536", NULL, 0},
		{"[2001:db8::1]:+53", NULL, 0},
		{"[192.0.2.1]:53", NULL, 0},
		{"192.0.2.1:", NULL, 0},
		{"192.0.2.1: 53", NULL, 0},
		{"192.0.2.1:-1", NULL, 0},
		{"192.0.2.1:53x", NULL, 0},
		{"localhost:53", NULL, 0},
		{"fe80::1%eth0", NULL, 0},
		{"", NULL, 0},
		{"[]", NULL, 0},
		{":53", NULL, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[ADDR_TEXT_MAX];
		struct err e = {0};
		struct addr a;
		uint16_t port = 0;
		int code = config_endpoint(rows[i].text, 53, &a, &port, &e);

		ok(rows[i].addr ? code == 0 && port == rows[i].port &&
					  !strcmp(addr_text(&a, text), rows[i].addr)
				: code < 0 && *e.text,
		   "'%s' is %s", rows[i].text, rows[i].addr ? rows[i].addr : "refused");
	}
}

static void test_prefixes(void)
{
	prefix_list list = {0};
	struct err e = {0};

	is_int(config_prefixes(" 2001:db8::/32 ,192.0.2.0/24,\t198.51.100.0/24", &list, &e), 0, "a list");
	is_int((long long)list.n, 3, "of three");
	vec_clear(&list);
	is_int(config_prefixes("", &list, &e), 0, "an empty list");
	is_int((long long)list.n, 0, "of none");
	ok(config_prefixes("2001:db8::/32,192.0.2.1/24", &list, &e) < 0 && strstr(e.text, "192.0.2.1/24"),
	   "a bad one is named: %s", e.text);
	vec_done(&list);
}

/* What the manual prints is a file that is read as the defaults. */
static void test_manual(void)
{
	struct config defaults, back;
	struct buf out;

	buf_init(&out, 1 << 16);
	config_defaults(&defaults);
	config_defaults(&back);
	config_manual(&out, true, false);
	is_int(config_read(&back, out.data, out.len, "manual", NULL), 0, "the manual is a settings file");
	ok(!memcmp(&defaults, &back, sizeof(back)), "of the defaults");
	buf_done(&out);
}

int main(void)
{
	test_read();
	test_values();
	test_lengths();
	test_set();
	test_files();
	test_endpoints();
	test_prefixes();
	test_manual();
	return done();
}
