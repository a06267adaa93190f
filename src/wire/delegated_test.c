/*
 * delegated: what is refused and why, what is kept as odd, and every figure of the real files in
 * the data folder against the truth that another decoder computed.
 */
#include "wire/delegated.h"

#include "io/unpack.h"
#include "test/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <unistd.h>

#define HEAD "2|apnic|20260214|%d|19830613|20260213|+1000\n"
#define SUMS "apnic|*|asn|*|%d|summary\napnic|*|ipv4|*|%d|summary\napnic|*|ipv6|*|%d|summary\n"

static int read_all(const void *data, size_t len, struct delegated *d, struct err *e)
{
	struct delegated_record r;
	int result = delegated_open(d, data, len, e);

	if (result == 0)
		do
			result = delegated_next(d, &r, e);
		while (result == 1);
	return result;
}

/* A file of one record (or several lines); why: NULL when it is accepted. */
static const struct {
	const char *lines;
	int asn, v4, v6;
	const char *why;
} rows[] = {
	{"apnic|JP|ipv6|2001:db8::|32|19990813|allocated\n", 0, 0, 1, NULL},
	{"apnic|JP|ipv6|2001:db8::|32|19990813|allocated|A91\n", 0, 0, 1, NULL},
	{"apnic|JP|ipv6|2001:db8::|32|19990813|allocated|A91|e-stats\n", 0, 0, 1, NULL},
	{"apnic|JP|ipv6|2001:db8::|32|19990813|allocated|\n", 0, 0, 1, NULL},
	{"apnic||ipv6|2001:db8::|32||reserved|\r\n", 0, 0, 1, NULL},
	{"apnic|ZZ|asn|64496|16||available", 1, 0, 0, NULL},
	{"apnic|AU|ipv4|255.255.255.0|256|20110811|assigned\n", 0, 1, 0, NULL},
	{"\n# between\n\napnic|AU|asn|0|4294967296|20110811|assigned\n", 1, 0, 0, NULL},
	/* odd, kept */
	{"apnic|XX|ipv6|2001:db8::1|32|00000000|allocated\n", 0, 0, 1, NULL},
	{"apnic|JP|ipv6|2001:db8::|32|20230229|allocated\n", 0, 0, 1, NULL},
	{"apnic|JP|ipv6|2001:db8::|32|20270101|allocated\n", 0, 0, 1, NULL},
	/* counts */
	{"apnic|JP|ipv6|2001:db8::|32|19990813|allocated\n", 0, 0, 2, "declares 2 records"},
	{"apnic|JP|ipv6|2001:db8::|32|19990813|allocated\n", 0, 0, 0, "declares 0 records"},
	{"apnic|JP|ipv6|2001:db8::|32|19990813|allocated\n", 1, 0, 0, "1 asn records"},
	{"apnic|JP|asn|1|-1|19990813|allocated\n", 1, 0, 0, "line 5: the number of AS numbers"},
	/* form */
	{"arin|JP|ipv6|2001:db8::|32|19990813|allocated\n", 0, 0, 1, "not a record"},
	{"apnic|jp|ipv6|2001:db8::|32|19990813|allocated\n", 0, 0, 1, "two capital letters"},
	{"apnic|JPN|ipv6|2001:db8::|32|19990813|allocated\n", 0, 0, 1, "two capital letters"},
	{"apnic|JP|ipx|2001:db8::|32|19990813|allocated\n", 0, 0, 1, "asn, ipv4 or ipv6"},
	{"apnic|JP|ipv6|2001:db8:::|32|19990813|allocated\n", 0, 0, 1, "not an IPv6 address"},
	{"apnic|JP|ipv6|2001:db8:|32|19990813|allocated\n", 0, 0, 1, "not an IPv6 address"},
	{"apnic|JP|ipv6|1:2:3:4:5:6:7|32|19990813|allocated\n", 0, 0, 1, "not an IPv6 address"},
	{"apnic|JP|ipv6|1:2:3:4:5:6:7:8:9|32|19990813|allocated\n", 0, 0, 1, "not an IPv6 address"},
	{"apnic|JP|ipv6|1::2::3|32|19990813|allocated\n", 0, 0, 1, "not an IPv6 address"},
	{"apnic|JP|ipv6|::192.0.2.1|32|19990813|allocated\n", 0, 0, 1, "not an IPv6 address"},
	{"apnic|JP|ipv6|12345::|32|19990813|allocated\n", 0, 0, 1, "not an IPv6 address"},
	{"apnic|JP|ipv6|2001:db8::|0|19990813|allocated\n", 0, 0, 1, "between 1 and 128"},
	{"apnic|JP|ipv6|2001:db8::|129|19990813|allocated\n", 0, 0, 1, "between 1 and 128"},
	{"apnic|JP|ipv4|192.0.2.256|1|19990813|allocated\n", 0, 1, 0, "not an IPv4 address"},
	{"apnic|JP|ipv4|192.0.2|1|19990813|allocated\n", 0, 1, 0, "not an IPv4 address"},
	{"apnic|JP|ipv4|192.0.2.0|0|19990813|allocated\n", 0, 1, 0, "number of addresses"},
	{"apnic|JP|ipv4|255.255.255.0|257|19990813|allocated\n", 0, 1, 0, "number of addresses"},
	{"apnic|JP|asn|4294967296|1|19990813|allocated\n", 1, 0, 0, "not an AS number"},
	{"apnic|JP|asn|4294967295|2|19990813|allocated\n", 1, 0, 0, "number of AS numbers"},
	{"apnic|JP|asn|1|1|1999081|allocated\n", 1, 0, 0, "YYYYMMDD"},
	{"apnic|JP|asn|1|1|1999-8-3|allocated\n", 1, 0, 0, "YYYYMMDD"},
	{"apnic|JP|asn|1|1|19990813|given\n", 1, 0, 0, "no such status: 'given'"},
	{"apnic|JP|asn|1|1|19990813|allocatedx\n", 1, 0, 0, "no such status"},
	{"apnic|JP|asn|1|1|19990813\n", 1, 0, 0, "line 5"},
	{"apnic|JP|asn|1|1\n", 1, 0, 0, "line 5"},
	{"apnic|JP|asn|1\n", 1, 0, 0, "line 5"},
	{"apnic|JP|\n", 1, 0, 0, "line 5"},
	{"apnic|\n", 1, 0, 0, "line 5"},
	{"apnic|JP|asn|1|1|19990813|allocated|a b\n", 1, 0, 0, "printable"},
	{"apnic|*|ipv6|*|1|summary\n", 0, 0, 1, "two files in one"},
	{"<html>\n", 0, 0, 1, "HTML in the middle"},
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[2048];
		struct delegated d;
		struct err e = {0};
		int n = snprintf(text, sizeof(text), HEAD SUMS "%s",
				 rows[i].asn + rows[i].v4 + rows[i].v6, rows[i].asn, rows[i].v4,
				 rows[i].v6, rows[i].lines);
		char *exact = malloc((size_t)n); /* its own block, for the sanitizer */
		int result;

		memcpy(exact, text, (size_t)n);
		result = read_all(exact, (size_t)n, &d, &e);
		if (!rows[i].why)
			ok(result == 0 && d.tally.records == 1, "row %zu is accepted %s", i,
			   e.text);
		else
			ok(result == -EINVAL && strstr(e.text, rows[i].why), "row %zu: %s", i,
			   e.text);
		delegated_done(&d);
		free(exact);
	}
}

static const struct {
	const char *text, *why;
} files[] = {
	{"", "is empty"},
	{"# only\n# comments\n", "before its header"},
	{"<!DOCTYPE html>\n<html>404</html>\n", "HTML page"},
	{"\xef\xbb\xbf  <html>\n", "HTML page"},
	{"2|apnic|20260214|0|19830613|20260213\n", "not the header"},
	{"3|apnic|20260214|0|19830613|20260213|+1000\n", "only version 2"},
	{"2|example|20260214|0|19830613|20260213|+1000\n", "no such registry: 'example'"},
	{"2|iana|20260214|0|19830613|20260213|+1000\n", "IANA"},
	{"2|apnic|-1|0|19830613|20260213|+1000\n", "serial"},
	{"2|apnic|1|-1|19830613|20260213|+1000\n", "number of records"},
	{"2|apnic|1|0|19830613|20260230|+1000\n", "end date"},
	{"2|apnic|1|0||20260213|+1000\napnic|*|ipv6|*|0|summary\narin|*|asn|*|0|summary\n",
	 "another registry"},
	{"2|apnic|1|0||20260213|+1000\napnic|*|ipv6|*|-1|summary\n", "summary's count"},
	{"2|apnic|1|0||20260213|+1000\napnic|*|ipv6|*|0|summary\napnic|*|ipv6|*|0|summary\n",
	 "should be none"},
};

static void test_files(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct delegated d;
		struct err e = {0};
		int result = read_all(files[i].text, strlen(files[i].text), &d, &e);

		ok(result == -EINVAL && strstr(e.text, files[i].why), "file %zu: %s", i, e.text);
		delegated_done(&d);
	}
}

static void test_tally(void)
{
	static const char text[] =
		"2.3|nro|20260601|8|19821213|20260601|+0000\n"
		"nro|*|asn|*|2|summary\nnro|*|ipv4|*|3|summary\nnro|*|ipv6|*|3|summary\n"
		"iana|ZZ|asn|64512|10||available|iana|iana\n"
		"ripencc|FR|asn|64500|20|20200101|assigned|A1|e-stats\n"
		"arin|US|ipv4|192.0.2.128|384|20200101|assigned|A2|e-stats\n"
		"arin||ipv4|198.51.100.0|256|20200101|assigned|A2|e-stats\n"
		"arin|US|ipv4|198.51.100.128|3|00000000|reserved||e-stats\n"
		"apnic|JP|ipv6|2001:db8::|32|20190101|allocated|A3|e-stats\n"
		"apnic|JP|ipv6|2001:db8:8000::1|33|20200101|allocated|A3|e-stats\n"
		"apnic|AP|ipv6|2001:db8:fff0:1::|64|20210101|assigned|A4|e-stats\n";
	struct delegated d;
	struct err e = {0};
	const struct delegated_tally *t = &d.tally;

	is_int(read_all(text, sizeof(text) - 1, &d, &e), 0, "the combined file of all registries");
	is_int((long long)t->records, 8, "records");
	is_int((long long)t->of_registry[REGISTRY_APNIC], 3, "of one registry");
	is_int((long long)t->by[DELEGATED_IPV4][DELEGATED_RESERVED], 1, "reserved");
	is_int((long long)t->asn_numbers, 20, "AS numbers handed out");
	is_int((long long)t->v4_addresses, 640, "addresses handed out");
	is_int((long long)t->v4_not_pow2, 1, "not a power of two");
	is_int((long long)t->v4_cidrs, 3, "as CIDR blocks: /25, /24 and /24");
	is_int((long long)t->v4_multi_cidr, 1, "in more than one block");
	is_int((long long)t->overlaps[DELEGATED_IPV4], 1, "IPv4 overlaps");
	is_int((long long)t->overlaps[DELEGATED_IPV6], 2, "IPv6 overlaps");
	is_int((long long)t->overlaps[DELEGATED_ASN], 1, "AS number overlaps");
	is_int((long long)t->v6_misaligned, 1, "bits behind the prefix");
	is_int((long long)t->date_empty, 1, "no date");
	is_int((long long)t->date_zero, 1, "date of zeros");
	ok(delegated_v6_32eq(t) == 1 + 0.5 + 1.0 / 4294967296.0, "/32 equivalents");
	ok(delegated_v6_48eq(t) == 65536 + 32768 + 1.0 / 65536, "/48 equivalents");
	is_int((long long)t->cc[DELEGATED_CC_NONE], 1, "handed out to no country");
	ok(!delegated_cc_is_country(delegated_cc_index("AP")), "AP is no country");
	ok(delegated_cc_is_country(delegated_cc_index("SS")), "SS is one");
	ok(t->extended, "has opaque ids");
	delegated_done(&d);
}

static void test_record(void)
{
	static const char text[] =
		"2|apnic|1|3||20260213|+1000\n"
		"apnic|*|ipv6|*|1|summary\napnic|*|ipv4|*|1|summary\napnic|*|asn|*|1|summary\n"
		"apnic|JP|ipv6|2001:0DB8:a::f|127|19990813|allocated|A91A7381\n"
		"apnic||ipv4|203.0.113.0|256||reserved|\n"
		"apnic|AU|asn|4294967295|1|20010101|assigned|X\n";
	struct delegated d;
	struct delegated_record r;
	struct err e = {0};
	char addr[ADDR_TEXT_MAX];

	delegated_open(&d, text, sizeof(text) - 1, &e);
	is_int(delegated_next(&d, &r, &e), 1, "a record");
	is_str(addr_text(&r.addr, addr), "2001:db8:a::f", "address");
	is_str(r.cc, "JP", "country");
	is_int(r.len, 127, "prefix length");
	is_int(r.date, 19990813, "date");
	is_int((long long)r.line, 5, "line");
	ok(r.opaque_len == 8 && !memcmp(r.opaque, "A91A7381", 8), "opaque id");
	is_int(delegated_next(&d, &r, &e), 1, "the next");
	is_str(addr_text(&r.addr, addr), "203.0.113.0", "address");
	ok(r.status == DELEGATED_RESERVED && !r.cc[0] && !r.date && !r.opaque,
	   "reserved: nobody's");
	is_int(delegated_next(&d, &r, &e), 1, "the next");
	ok(r.type == DELEGATED_ASN && r.asn == 4294967295u && r.count == 1, "the last AS number");
	is_int(delegated_next(&d, &r, &e), 0, "the end");
	delegated_done(&d);
}

/* LACNIC's plain files: so much over-declaring of AS numbers is let pass, and no more. */
static void test_lacnic(void)
{
	static const struct {
		const char *registry, *tail;
		int declared_asn, found_asn;
		bool good;
	} cases[] = {
		{"lacnic", "", 16, 16, true},	 {"lacnic", "", 16, 14, true},
		{"lacnic", "", 16, 13, false},	 {"lacnic", "", 14, 16, false},
		{"lacnic", "|X", 16, 14, false}, {"apnic", "", 16, 14, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4096];
		int n = snprintf(
			text, sizeof(text),
			"2|%s|20260212|%d|19870101|20260212|-0300\n%s|*|asn|*|%d|summary\n",
			cases[i].registry, cases[i].declared_asn, cases[i].registry,
			cases[i].declared_asn);
		struct delegated d;
		struct err e = {0};
		int result;

		for (int k = 0; k < cases[i].found_asn; k++)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
				      "%s|BR|asn|%d|1|20200101|allocated%s\n", cases[i].registry,
				      64496 + k, cases[i].tail);
		result = read_all(text, (size_t)n, &d, &e);
		ok((result == 0) == cases[i].good, "over-declared AS numbers %zu: %s", i, e.text);
		if (result == 0)
			is_int((long long)d.tally.undeclared_asn,
			       cases[i].declared_asn - cases[i].found_asn, "how many are missing");
		delegated_done(&d);
	}
}

static void test_line_limit(void)
{
	for (int off = -1; off <= 1; off++) {
		static char text[L_RIR_LINE_B + 100];
		struct delegated d;
		struct err e = {0};
		uint64_t before = limit_hits(LIMIT_RIR_LINE_B);
		const char *head = "2|apnic|1|0||20260213|+1000\n";
		size_t n = strlen(head), len = (size_t)(L_RIR_LINE_B + off);
		int result;

		memcpy(text, head, n);
		memset(text + n, '#', len);
		text[n + len] = '\n';
		for (int newline = 0; newline < 2; newline++) {
			result = read_all(text, n + len + (size_t)newline, &d, &e);
			ok(result == (off > 0 ? -EINVAL : 0), "a line of the limit %+d: %s", off,
			   e.text);
			delegated_done(&d);
		}
		is_int((long long)(limit_hits(LIMIT_RIR_LINE_B) - before), off > 0 ? 2 : 0,
		       "counted");
	}
}

static void test_record_limit(void)
{
	const char *line = "apnic|JP|asn|1|1||reserved\n";
	size_t len = strlen(line), room = (L_RIR_RECORDS + 1) * len + 200;
	char *text = malloc(room);

	for (int off = -1; off <= 1; off++) {
		size_t count = (size_t)(L_RIR_RECORDS + off), n;
		struct delegated d;
		struct err e = {0};

		n = (size_t)snprintf(text, room,
				     "2|apnic|1|%zu||20260213|+1000\napnic|*|asn|*|%zu|summary\n",
				     count, count);
		for (size_t i = 0; i < count; i++, n += len)
			memcpy(text + n, line, len);
		is_int(read_all(text, n, &d, &e), off > 0 ? -EINVAL : 0, "records at the limit");
		is_int((long long)d.tally.overlaps[DELEGATED_ASN],
		       off > 0 ? 0 : (long long)count - 1, "overlaps of equal blocks");
		delegated_done(&d);
	}
	free(text);
}

/* ---- the real files ---- */

static const char *data_dir(void)
{
	static char path[4096];
	const char *dir = getenv("SEXTANT_DATA"), *source = getenv("SEXTANT_SOURCE");

	if (dir && *dir)
		return dir;
	snprintf(path, sizeof(path), "%s/../shared/data", source ? source : SEXTANT_SOURCE);
	if (access(path, R_OK) != 0)
		snprintf(path, sizeof(path), "%s/../../shared/data",
			 source ? source : SEXTANT_SOURCE);
	return path;
}

static char *unpack_file(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct err e = {0};
	struct unpack *u = fd < 0 ? NULL : unpack_new(fd, LIMIT_RIR_FILE_B, &e);
	size_t room = 32 << 20;
	char *data = malloc(room);
	ssize_t n = 1;

	*len = 0;
	while (u && n > 0) {
		n = unpack_read(u, data + *len, room - *len, &e);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (!u || n < 0)
		printf("# %s: %s\n", path, e.text);
	unpack_free(u);
	close(fd);
	return data;
}

static uint64_t number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return v ? (uint64_t)json_number_value(v) : 0;
}

static bool differ(const char *what, uint64_t got, uint64_t want)
{
	if (got != want)
		printf("# %s: got %llu, want %llu\n", what, (unsigned long long)got,
		       (unsigned long long)want);
	return got != want;
}

static bool same_types(const struct delegated *d, const json_t *truth)
{
	const json_t *ts = json_object_get(truth, "type_status");
	const json_t *sums = json_object_get(truth, "summary");
	bool bad = false;

	for (int type = 0; type < DELEGATED_TYPES; type++) {
		bad |= differ("summary", d->summary[type], number(sums, delegated_types[type]));
		for (int s = 0; s < DELEGATED_STATUSES; s++) {
			char key[32];

			snprintf(key, sizeof(key), "%s/%s", delegated_types[type],
				 delegated_statuses[s]);
			bad |= differ(key, d->tally.by[type][s], number(ts, key));
		}
	}
	return !bad;
}

static bool same_counts(const struct delegated_tally *t, const json_t *truth)
{
	const json_t *dates = json_object_get(truth, "date_odd");
	bool bad = false;

	bad |= differ("records", t->records, number(truth, "records"));
	bad |= differ("v4 addresses", t->v4_addresses, number(truth, "v4_addr"));
	bad |= differ("v4 not pow2", t->v4_not_pow2, number(truth, "v4_nonpow2"));
	bad |= differ("v4 CIDRs", t->v4_cidrs, number(truth, "v4_cidrs"));
	bad |= differ("v4 multi", t->v4_multi_cidr, number(truth, "v4_multi_cidr_records"));
	bad |= differ("AS numbers", t->asn_numbers, number(truth, "asn_count"));
	bad |= differ("/48s", (uint64_t)delegated_v6_48eq(t), number(truth, "v6_48eq"));
	bad |= differ("misaligned", t->v6_misaligned, number(truth, "v6_hosted_misaligned"));
	bad |= differ("v4 overlaps", t->overlaps[DELEGATED_IPV4], number(truth, "v4_overlaps"));
	bad |= differ("v6 overlaps", t->overlaps[DELEGATED_IPV6], number(truth, "v6_overlaps"));
	bad |= differ("no date", t->date_empty, number(dates, ""));
	bad |= differ("date of zeros", t->date_zero, number(dates, "00000000"));
	bad |= differ("wrong dates", t->date_wrong, 0);
	if (fabs(delegated_v6_32eq(t) - json_number_value(json_object_get(truth, "v6_32eq"))) >
	    6e-7)
		bad |= differ("/32s", 1, 0);
	return !bad;
}

static bool same_lists(const struct delegated_tally *t, const json_t *truth)
{
	const json_t *lens = json_object_get(truth, "v6_plen"),
		     *odd = json_object_get(truth, "cc_odd");
	const json_t *years = json_object_get(truth, "v6_by_year");
	const json_t *top = json_object_get(truth, "v6_cc_top"), *pair;
	bool bad = false;
	uint64_t ccs = 0;
	size_t k;

	for (int i = 0; i <= 128; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%d", i);
		bad |= differ("prefix length", t->v6_len[i], number(lens, key));
	}
	for (int i = 0; i < DELEGATED_YEARS; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%d", DELEGATED_YEAR_0 + i);
		bad |= differ("year", t->v6_year[i], number(years, key));
	}
	for (unsigned i = 0; i <= DELEGATED_CC_NONE; i++) {
		char cc[3];

		delegated_cc_text(i, cc);
		if (!delegated_cc_is_country(i))
			bad |= differ("odd country", t->cc[i], number(odd, cc));
		ccs += i < DELEGATED_CC_NONE && t->cc_v6[i] > 0;
	}
	bad |= differ("countries", ccs, number(truth, "v6_ccs"));
	json_array_foreach((json_t *)(uintptr_t)top, k, pair) bad |=
		differ("of a country",
		       t->cc_v6[delegated_cc_index(json_string_value(json_array_get(pair, 0)))],
		       (uint64_t)json_integer_value(json_array_get(pair, 1)));
	return !bad;
}

static void test_truth_line(const char *dir, const json_t *truth)
{
	const char *file = json_string_value(json_object_get(truth, "file"));
	uint64_t promised = number(truth, "declared"), records = number(truth, "records");
	bool lacnic = strstr(file, "/delegated-lacnic-latest") != NULL;
	char path[8192];
	struct delegated d;
	struct err e = {0};
	size_t len;
	char *data;
	int result;

	snprintf(path, sizeof(path), "%s/rir/%s", dir, file);
	data = unpack_file(path, &len);
	result = read_all(data, len, &d, &e);
	if (promised != records && !lacnic) {
		ok(result == -EINVAL && strstr(e.text, "111240") && strstr(e.text, "48961"),
		   "%s is refused: %s", file, e.text);
	} else {
		is_int(result, 0, file);
		if (e.text[0])
			printf("# %s\n", e.text);
		is_int((long long)d.tally.undeclared_asn, (long long)(promised - records),
		       "declared");
		ok(same_types(&d, truth), "types and statuses");
		ok(same_counts(&d.tally, truth), "counts");
		ok(same_lists(&d.tally, truth), "lengths, years, countries");
	}
	delegated_done(&d);
	free(data);
}

static void test_truth(void)
{
	const char *dir = data_dir();
	char path[8192], *line = NULL;
	size_t size = 0, n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/rir/truth.jsonl", dir);
	f = fopen(path, "r");
	if (!f) {
		skip("the real registry files are not there (%s); set SEXTANT_DATA", path);
		return;
	}
	while (getline(&line, &size, f) > 0) {
		json_t *truth = json_loads(line, 0, NULL);

		ok(truth != NULL, "truth %zu", ++n);
		if (truth)
			test_truth_line(dir, truth);
		json_decref(truth);
	}
	ok(n > 30, "%zu real files were compared", n);
	free(line);
	fclose(f);
}

int main(void)
{
	test_rows();
	test_files();
	test_tally();
	test_record();
	test_lacnic();
	test_line_limit();
	test_record_limit();
	test_truth();
	return done();
}
