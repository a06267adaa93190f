/*
 * Messages made by hand, one for each way of RFC 9267 to get names and records wrong, each limit at
 * limit - 1, limit and limit + 1, and answers that we write read back.
 */
#include "wire/dns.h"
#include "test/tap.h"

static struct arena arena;
static uint8_t message[70000];
static struct wr w;

/* ---- a message by hand ---- */

static void begin(uint16_t flags, unsigned questions, unsigned answers)
{
	wr_init(&w, message, sizeof(message));
	wr_u16(&w, 0x1234);
	wr_u16(&w, flags);
	wr_u16(&w, (uint16_t)questions);
	wr_u16(&w, (uint16_t)answers);
	wr_u32(&w, 0);
}

static void put_text(const char *name)
{
	uint8_t wire[DNS_NAME_B];

	wr_bytes(&w, wire, dns_name_wire(name, wire));
}

static void put_question(const char *name, uint16_t type)
{
	put_text(name);
	wr_u16(&w, type);
	wr_u16(&w, DNS_CLASS_IN);
}

/* Type to RDLENGTH; the owner stands already. */
static void put_fixed(uint16_t type, size_t len)
{
	wr_u16(&w, type);
	wr_u16(&w, DNS_CLASS_IN);
	wr_u32(&w, 300);
	wr_u16(&w, (uint16_t)len);
}

static void put_a(unsigned n)
{
	wr_u16(&w, 0xc00c);
	put_fixed(DNS_A, 4);
	wr_u32(&w, 0xc0000200u + n);
}

static bool parse(struct dns_message *m)
{
	arena_done(&arena);
	return dns_parse(m, message, wr_len(&w), &arena);
}

/* ---- names ---- */

static void names(void)
{
	static const struct {
		const char *text, *clean;
	} rows[] = {
		{"Example.TEST", "example.test"},
		{"example.test.", "example.test"},
		{".", "."},
		{"", NULL},
		{"..", NULL},
		{"a..b", NULL},
		{".a", NULL},
		{"a\\.b.test", "a\\046b.test"},
		{"a\\000b.test", "a\\000b.test"},
		{"a\\256.test", NULL},
		{"a\\25", NULL},
		{"a\\", NULL},
		{"_dmarc.example.test", "_dmarc.example.test"},
		{"b\xc3\xbc" "cher.test", "b\\195\\188cher.test"},
		{"0123456789012345678901234567890123456789012345678901234567890123.test", NULL},
		{"012345678901234567890123456789012345678901234567890123456789012.test",
		 "012345678901234567890123456789012345678901234567890123456789012.test"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char clean[DNS_NAME_TEXT_MAX];
		bool good = dns_name_clean(rows[i].text, clean);

		is_str(good ? clean : NULL, rows[i].clean, rows[i].text);
	}
	ok(dns_name_within("a.example.test", "example.test"), "a name below a zone");
	ok(dns_name_within("example.test", "example.test"), "a zone is within itself");
	ok(!dns_name_within("badexample.test", "example.test"), "a longer label is not below");
	ok(dns_name_within("example.test", "."), "everything is below the root");
}

/* Names of 254, 255 and 256 bytes on the wire: labels of 63 and a rest. */
static void name_lengths(void)
{
	for (size_t total = 254; total <= 256; total++) {
		uint8_t wire[300] = {0};
		char text[DNS_NAME_TEXT_MAX];
		const char *why = "";
		size_t at = 0, rest = total - 1 - 3 * 64 - 1;
		struct rd r;
		int n;

		for (int i = 0; i < 3; i++, at += 63) {
			wire[at++] = 63;
			memset(wire + at, 'a', 63);
		}
		wire[at++] = (uint8_t)rest;
		memset(wire + at, 'b', rest);
		rd_init(&r, wire, at + rest + 1);
		n = dns_name_read(&r, text, &why);
		is_int(n > 0, total <= 255, total <= 255 ? "a name that fits" : "256 bytes do not");
	}
}

static void types(void)
{
	char text[DNS_TYPE_TEXT_MAX];

	is_str(dns_type_text(DNS_HTTPS, text), "HTTPS", "a known type");
	is_str(dns_type_text(257, text), "TYPE257", "an unknown type (RFC 3597)");
	is_int(dns_type_parse("aaaa"), DNS_AAAA, "and back");
	is_int(dns_type_parse("TYPE257"), 257, "and back");
	is_int(dns_type_parse("TYPE65536"), 0, "not past 16 bits");
	is_int(dns_type_parse("TYPE"), 0, "not without a number");
}

/* ---- queries and their echo ---- */

static void queries(void)
{
	uint8_t q[DNS_QUERY_MAX], answer[DNS_QUERY_MAX];
	size_t len = dns_query(q, "www.example.test", DNS_AAAA, 0xbeef, DNS_FLAG_RD, 0x5);
	struct dns_message m;

	is_int((long long)len, 12 + 18 + 4 + 11, "length of a query");
	ok(!memcmp(q + 13, "WwW", 3), "letters 0 and 2 are upper case");
	arena_done(&arena);
	ok(dns_parse(&m, q, len, &arena), "our own query is well formed");
	is_str(m.qname, "www.example.test", "its name in lower case");
	is_int(m.edns_b, DNS_EDNS_B, "its EDNS size");
	is_int((long long)dns_query(q, "a..b", DNS_A, 1, 0, 0), 0, "no query for what is no name");

	len = dns_query(q, "www.example.test", DNS_HTTPS, 0xbeef, 0, 0x5);
	memcpy(answer, q, len);
	is_int(dns_echo(answer, len, q, len), DNS_ECHO_OTHER, "a query is no answer");
	answer[2] |= 0x80;
	is_int(dns_echo(answer, len, q, len), DNS_ECHO_SAME, "the same question comes back");
	answer[13] ^= 0x20;
	is_int(dns_echo(answer, len, q, len), DNS_ECHO_CASE, "with the case of a letter changed");
	answer[13] ^= 0x21;
	is_int(dns_echo(answer, len, q, len), DNS_ECHO_OTHER, "with another letter");
	answer[13] ^= 0x01;
	answer[12 + 18 + 1] ^= 0x20;
	is_int(dns_echo(answer, len, q, len), DNS_ECHO_OTHER, "type 65 is not type 97");
	answer[12 + 18 + 1] ^= 0x20;
	answer[1] ^= 1;
	is_int(dns_echo(answer, len, q, len), DNS_ECHO_OTHER, "with another id");
	answer[1] ^= 1;
	is_int(dns_echo(answer, 12 + 18 + 3, q, len), DNS_ECHO_OTHER, "with half a question");
	answer[3] = DNS_FORMERR;
	answer[5] = 0;
	is_int(dns_echo(answer, 12, q, len), DNS_ECHO_CASE, "FORMERR without question");
}

/* ---- RFC 9267, section by section ---- */

/* Name bytes as owner of one A record after the question "a.test". */
static const char *owner(const char *bytes, size_t len)
{
	struct dns_message m;

	begin(DNS_FLAG_QR, 1, 1);
	put_question("a.test", DNS_A);
	wr_bytes(&w, bytes, len);
	put_fixed(DNS_A, 4);
	wr_u32(&w, 0xc0000201);
	return parse(&m) ? m.rr[0].name : m.problem;
}

static void rfc9267_pointers(void)
{
	/* the record begins at byte 24 */
	is_str(owner("\xc0\x0c", 2), "a.test", "section 2: a pointer to the question");
	is_str(owner("\x01" "b\xc0\x0e", 4), "b.test", "a label, then a pointer into a name");
	is_str(owner("\xc0\x18", 2), "pointer", "a pointer to itself");
	is_str(owner("\x01" "b\xc0\x18", 4), "pointer", "a pointer to the start of its own name");
	is_str(owner("\xc0\x20", 2), "pointer", "a pointer forwards");
	is_str(owner("\xff\xff", 2), "pointer", "a pointer past the message");
	is_str(owner("\xc0\x00", 2), "pointer", "a pointer into the header");
	is_str(owner("\xc0\x0b", 2), "pointer", "a pointer to the last byte of the header");
}

static void rfc9267_lengths(void)
{
	is_str(owner("\x40" "b\x00", 3), "label", "section 3: reserved label type 01");
	is_str(owner("\x80" "b\x00", 3), "label", "reserved label type 10");
	is_str(owner("\x3f" "b\x00", 3), "name", "a label longer than the message");
}

static void rfc9267_terminators(void)
{
	struct dns_message m;

	is_str(owner("\x03" "b\x00" "c\x00", 5), "b\\000c", "section 4: a NUL in a label is a byte");
	is_str(owner("\x03" "b.c\x00", 5), "b\\046c", "a dot in a label is a byte");
	begin(DNS_FLAG_QR, 1, 0);
	wr_bytes(&w, "\x01" "a", 2);
	ok(!parse(&m), "a name that ends with the message");
	is_str(m.problem, "name", "is refused as such");
}

static void rfc9267_data_lengths(void)
{
	static const struct {
		uint16_t type, len;
		const char *name;
	} rows[] = {
		{DNS_A, 3, "A of 3 bytes"},	{DNS_A, 5, "A of 5 bytes"},
		{DNS_AAAA, 4, "AAAA of 4"},	{DNS_AAAA, 17, "AAAA of 17"},
		{DNS_MX, 2, "MX without host"}, {DNS_NS, 0, "NS without data"},
		{DNS_TXT, 0, "TXT without string"}, {DNS_SOA, 21, "SOA cut"},
		{DNS_CNAME, 2, "CNAME with a byte after its name"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_message m;

		begin(DNS_FLAG_QR, 1, 1);
		put_question("a.test", DNS_A);
		wr_u16(&w, 0xc00c);
		put_fixed(rows[i].type, rows[i].len);
		for (unsigned n = 0; n < rows[i].len; n++)
			wr_u8(&w, 0);
		ok(!parse(&m) && m.problem, "section 5: %s is refused (%s)", rows[i].name,
		   m.problem);
	}
}

/* A name in data may not run past RDLENGTH, even when the message goes on. */
static void rfc9267_data_bounds(void)
{
	struct dns_message m;

	begin(DNS_FLAG_QR, 1, 1);
	put_question("a.test", DNS_NS);
	wr_u16(&w, 0xc00c);
	put_fixed(DNS_NS, 2);
	put_text("ns.a.test");
	ok(!parse(&m), "a name longer than RDLENGTH");
	begin(DNS_FLAG_QR, 1, 1);
	put_question("a.test", DNS_A);
	wr_u16(&w, 0xc00c);
	put_fixed(DNS_A, 65535);
	ok(!parse(&m), "RDLENGTH past the message");
	is_str(m.problem, "rdata", "is refused as such");
}

static void rfc9267_counts(void)
{
	struct dns_message m;

	begin(DNS_FLAG_QR, 1, 2);
	put_question("a.test", DNS_A);
	put_a(1);
	ok(!parse(&m), "section 6: one record where two are said");
	begin(DNS_FLAG_QR, 1, 65535);
	put_question("a.test", DNS_A);
	put_a(1);
	ok(!parse(&m) && arena.used < 4096, "a count of 65535 allocates nothing (%zu bytes)",
	   arena.used);
	begin(DNS_FLAG_QR, 1, 1);
	put_question("a.test", DNS_A);
	put_a(1);
	put_a(2);
	ok(!parse(&m), "two records where one is said");
	is_str(m.problem, "trailing", "is trailing garbage");
	begin(DNS_FLAG_QR, 2, 0);
	put_question("a.test", DNS_A);
	put_question("b.test", DNS_A);
	ok(!parse(&m), "two questions");
	begin(DNS_FLAG_QR | DNS_FLAG_TC, 1, 2);
	put_question("a.test", DNS_A);
	put_a(1);
	wr_u16(&w, 0xc00c);
	ok(parse(&m) && m.cut && m.n_rr == 1, "a truncated message may break off");
	wr_init(&w, message, sizeof(message));
	wr_bytes(&w, "\0\1\2\3\4\5\6\7\x08\x09\x0a", 11);
	ok(!parse(&m), "eleven bytes are no message");
	is_str(m.problem, "header", "for want of a header");
}

/* ---- limits ---- */

static void limit_hops(void)
{
	for (unsigned hops = L_DNS_POINTER_HOPS - 1; hops <= L_DNS_POINTER_HOPS + 1; hops++) {
		uint64_t before = limit_hits(LIMIT_DNS_POINTER_HOPS);
		struct dns_message m;
		size_t first;
		bool good;

		/* a TXT record holds pointers, each to the one before; the next record's owner
		 * goes through all of them */
		begin(DNS_FLAG_QR, 1, 2);
		put_question("a.test", DNS_A);
		wr_u16(&w, 0xc00c);
		put_fixed(DNS_TXT, 1 + 2 * (hops - 1));
		wr_u8(&w, (uint8_t)(2 * (hops - 1)));
		first = wr_len(&w);
		for (unsigned i = 0; i < hops - 1; i++)
			wr_u16(&w, (uint16_t)(0xc000 | (i ? first + 2 * (i - 1) : DNS_HEADER_B)));
		wr_u16(&w, (uint16_t)(0xc000 | (first + 2 * (hops - 2))));
		put_fixed(DNS_A, 4);
		wr_u32(&w, 0xc0000201);
		good = parse(&m);
		is_int(good, hops <= L_DNS_POINTER_HOPS, "hops at the limit and past it");
		is_int((long long)(limit_hits(LIMIT_DNS_POINTER_HOPS) - before),
		       hops > L_DNS_POINTER_HOPS, "counted when past");
	}
}

static void limit_records(void)
{
	for (unsigned n = L_DNS_RR_PARSED - 1; n <= L_DNS_RR_PARSED + 1; n++) {
		uint64_t before = limit_hits(LIMIT_DNS_RR_PARSED);
		struct dns_message m;

		begin(DNS_FLAG_QR, 1, n);
		put_question("a.test", DNS_A);
		for (unsigned i = 0; i < n; i++)
			put_a(i);
		ok(parse(&m), "%u records", n);
		is_int((long long)m.n_unread, n > L_DNS_RR_PARSED, "unread past the limit");
		is_int((long long)m.n_rr, L_DNS_RR_KEPT, "kept of one type");
		is_int((long long)(limit_hits(LIMIT_DNS_RR_PARSED) - before), n > L_DNS_RR_PARSED,
		       "counted when past");
	}
	for (unsigned n = L_DNS_RR_KEPT - 1; n <= L_DNS_RR_KEPT + 1; n++) {
		uint64_t before = limit_hits(LIMIT_DNS_RR_KEPT);
		struct dns_message m;

		begin(DNS_FLAG_QR, 1, n);
		put_question("a.test", DNS_A);
		for (unsigned i = 0; i < n; i++)
			put_a(i);
		ok(parse(&m) && m.n_rr + m.n_dropped == n, "%u records of one type", n);
		is_int((long long)(limit_hits(LIMIT_DNS_RR_KEPT) - before), n > L_DNS_RR_KEPT,
		       "counted when past");
	}
}

static void limit_message(void)
{
	for (size_t len = L_DNS_MESSAGE_B - 1; len <= L_DNS_MESSAGE_B + 1; len++) {
		struct dns_message m;

		begin(DNS_FLAG_QR, 1, 1);
		put_question("a.test", DNS_A);
		wr_u16(&w, 0xc00c);
		put_fixed(999, len - wr_len(&w) - 10);
		wr_room(&w, len - wr_len(&w));
		is_int(parse(&m), len <= L_DNS_MESSAGE_B, "messages of 65,534 to 65,536 bytes");
	}
}

static bool opt(unsigned options, unsigned records, unsigned section, struct dns_message *m)
{
	begin(DNS_FLAG_QR, 1, section == DNS_ANSWER ? records : 0);
	if (section == DNS_ADDITIONAL)
		message[11] = (uint8_t)records;
	put_question("a.test", DNS_A);
	for (unsigned n = 0; n < records; n++) {
		wr_u8(&w, 0);
		wr_u16(&w, DNS_OPT);
		wr_u16(&w, 4096);
		wr_u32(&w, 0x01000000);
		wr_u16(&w, (uint16_t)(4 * options));
		for (unsigned i = 0; i < options; i++)
			wr_u32(&w, 0x000f0000);
	}
	return parse(m);
}

static void edns(void)
{
	struct dns_message m;

	ok(opt(0, 1, DNS_ADDITIONAL, &m) && m.edns && m.edns_b == 4096, "OPT is read");
	is_int(m.rcode, 16, "with the upper bits of the code");
	ok(!opt(0, 2, DNS_ADDITIONAL, &m), "two OPT records");
	is_str(m.problem, "opt", "are refused");
	ok(!opt(0, 1, DNS_ANSWER, &m), "OPT in the answer section is refused");
	for (unsigned n = L_DNS_EDNS_OPTIONS - 1; n <= L_DNS_EDNS_OPTIONS + 1; n++) {
		uint64_t before = limit_hits(LIMIT_DNS_EDNS_OPTIONS);

		ok(opt(n, 1, DNS_ADDITIONAL, &m), "%u options", n);
		is_int((long long)(limit_hits(LIMIT_DNS_EDNS_OPTIONS) - before),
		       n > L_DNS_EDNS_OPTIONS, "counted when past");
	}
}

/* ---- CNAME chains ---- */

static void chain(unsigned links, bool loop, struct dns_final *f, struct dns_message *m)
{
	char from[32], to[32];

	begin(DNS_FLAG_QR, 1, links + !loop);
	put_question("c0.test", DNS_AAAA);
	for (unsigned i = 0; i < links; i++) {
		uint8_t wire[DNS_NAME_B];

		snprintf(from, sizeof(from), "c%u.test", i);
		snprintf(to, sizeof(to), "c%u.test", loop && i + 1 == links ? 0 : i + 1);
		put_text(from);
		put_fixed(DNS_CNAME, dns_name_wire(to, wire));
		put_text(to);
	}
	if (!loop) {
		snprintf(to, sizeof(to), "c%u.test", links);
		put_text(to);
		put_fixed(DNS_AAAA, 16);
		wr_bytes(&w, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	}
	ok(parse(m), "a chain of %u%s", links, loop ? " that loops" : "");
	dns_final(f, m, m->qname, DNS_AAAA);
}

static void chains(void)
{
	struct dns_message m;
	struct dns_final f;
	char text[64];

	chain(0, false, &f, &m);
	ok(f.n == 1 && f.n_chain == 0 && f.ttl_s == 300, "no chain");
	dns_rr_text(f.rr[0], text, sizeof(text));
	is_str(text, "2001:db8::1", "the address");
	chain(2, false, &f, &m);
	ok(f.n == 1 && f.n_chain == 2, "two links and an address");
	is_str(f.name, "c2.test", "the end of the chain");
	chain(3, true, &f, &m);
	ok(f.loop && f.n == 0, "a loop of three is seen");
	chain(1, true, &f, &m);
	ok(f.loop, "a name that is its own alias");
	for (unsigned n = L_DNS_CNAME_CHAIN - 1; n <= L_DNS_CNAME_CHAIN + 1; n++) {
		uint64_t before = limit_hits(LIMIT_DNS_CNAME_CHAIN);

		chain(n, false, &f, &m);
		is_int(f.too_long, n > L_DNS_CNAME_CHAIN, "too long past the limit");
		is_int((long long)f.n, n <= L_DNS_CNAME_CHAIN, "an address up to the limit");
		is_int((long long)(limit_hits(LIMIT_DNS_CNAME_CHAIN) - before),
		       n > L_DNS_CNAME_CHAIN, "counted when past");
	}
}

/* ---- SVCB and HTTPS ---- */

#define B(literal) literal, sizeof(literal) - 1

static void svcb(void)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		const char *want; /* NULL: malformed */
	} rows[] = {
		{"service mode without parameters", B("\0\1\0"), "1 ."},
		{"alias mode", B("\0\0\1b\4test\0"), "0 b.test"},
		{"alias mode ignores parameters", B("\0\0\1b\4test\0\xff\xff\xff"), "0 b.test"},
		{"alpn, port and hints",
		 B("\0\1\0\0\1\0\6\2h2\2h3\0\3\0\2\x20\xfb\0\4\0\4\xc0\0\2\1"
		   "\0\6\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2"),
		 "1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::2"},
		{"mandatory that we know", B("\0\1\0\0\0\0\2\0\3\0\3\0\2\1\xbb"), "1 . port=443"},
		{"mandatory that we do not know", B("\0\1\0\0\0\0\2\0\x09\0\x09\0\0"),
		 "1 . mandatory=unknown"},
		{"ech and an unknown key", B("\0\1\0\0\5\0\1\0\x12\x34\0\0"), "1 . ech"},
		{"a comma in a protocol", B("\0\1\0\0\1\0\4\3a,b"), "1 . alpn=a\\044b"},
		{"keys out of order", B("\0\1\0\0\3\0\2\1\xbb\0\1\0\3\2h2"), NULL},
		{"a key twice", B("\0\1\0\0\3\0\2\1\xbb\0\3\0\2\1\xbb"), NULL},
		{"mandatory names what is not there", B("\0\1\0\0\0\0\2\0\3"), NULL},
		{"mandatory names itself", B("\0\1\0\0\0\0\2\0\0"), NULL},
		{"mandatory out of order", B("\0\1\0\0\0\0\4\0\4\0\3\0\3\0\2\1\xbb\0\4\0\4\1\1\1\1"),
		 NULL},
		{"mandatory empty", B("\0\1\0\0\0\0\0"), NULL},
		{"alpn empty", B("\0\1\0\0\1\0\0"), NULL},
		{"alpn with an empty protocol", B("\0\1\0\0\1\0\1\0"), NULL},
		{"alpn cut", B("\0\1\0\0\1\0\3\3h2"), NULL},
		{"no-default-alpn without alpn", B("\0\1\0\0\2\0\0"), NULL},
		{"no-default-alpn with a value", B("\0\1\0\0\1\0\3\2h2\0\2\0\1x"), NULL},
		{"port of one byte", B("\0\1\0\0\3\0\1\1"), NULL},
		{"port of three bytes", B("\0\1\0\0\3\0\3\1\1\1"), NULL},
		{"ipv6hint of 15 bytes", B("\0\1\0\0\6\0\x0f\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"), NULL},
		{"ipv4hint empty", B("\0\1\0\0\4\0\0"), NULL},
		{"value past the record", B("\0\1\0\0\4\0\xff\1\1\1\1"), NULL},
		{"half a key", B("\0\1\0\0"), NULL},
		{"compressed target", B("\0\1\xc0\x0c"), NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_message m;
		char text[256] = "";
		bool good;

		begin(DNS_FLAG_QR, 1, 1);
		put_question("a.test", DNS_HTTPS);
		wr_u16(&w, 0xc00c);
		put_fixed(DNS_HTTPS, rows[i].len);
		wr_bytes(&w, rows[i].bytes, rows[i].len);
		good = parse(&m);
		if (good)
			dns_rr_text(&m.rr[0], text, sizeof(text));
		is_str(good ? text : NULL, rows[i].want, rows[i].name);
	}
}

/* ---- answers that we write ---- */

static void written_back(void)
{
	static const struct dns_soa soa = {"ns1.example.test", "host.example.test", 7, 1, 2, 3, 4};
	uint8_t q[DNS_QUERY_MAX], to[2048];
	size_t len = dns_query(q, "example.test", DNS_MX, 77, DNS_FLAG_RD, 0xff);
	struct dns_message query, m;
	struct dns_answer d;
	struct addr a;
	char text[128];

	arena_done(&arena);
	ok(dns_parse(&query, q, len, &arena), "a query");
	dns_answer_begin(&d, to, sizeof(to), &query, DNS_FLAG_AA, DNS_NOERROR);
	dns_answer_mx(&d, DNS_ANSWER, "example.test", 60, 10, "mx.example.test");
	dns_answer_name(&d, DNS_AUTHORITY, "example.test", DNS_NS, 60, "ns1.example.test");
	dns_answer_soa(&d, DNS_AUTHORITY, "example.test", 60, &soa);
	addr_parse(&a, "2001:db8::25");
	dns_answer_addr(&d, DNS_ADDITIONAL, "mx.example.test", 0x80000001, &a);
	dns_answer_raw(&d, DNS_ADDITIONAL, "example.test", DNS_TXT, 60, "\2hi", 3);
	len = dns_answer_end(&d, &query);
	is_int(dns_echo(to, len, q, 12 + 14 + 4 + 11), DNS_ECHO_SAME, "case of the question stays");
	ok(dns_parse(&m, to, len, &arena), "what we write we can read");
	ok(m.aa && m.rd && m.edns && m.n_rr == 5, "flags, EDNS and five records");
	dns_rr_text(&m.rr[0], text, sizeof(text));
	is_str(text, "10 mx.example.test", "MX");
	dns_rr_text(&m.rr[2], text, sizeof(text));
	is_str(text, "ns1.example.test 7", "SOA");
	dns_rr_text(&m.rr[4], text, sizeof(text));
	is_str(text, "hi", "TXT");
	is_int(m.rr[3].ttl_s, 0, "a time to live with its top bit set is 0");
	is_int(m.rr[3].section, DNS_ADDITIONAL, "section");
	dns_answer_begin(&d, to, 40, &query, 0, DNS_NOERROR);
	dns_answer_mx(&d, DNS_ANSWER, "example.test", 60, 10, "mx.example.test");
	is_int((long long)dns_answer_end(&d, &query), 0, "an answer that does not fit is none");
	dns_answer_begin(&d, to, sizeof(to), &query, 0, DNS_NOERROR);
	dns_answer_addr(&d, DNS_ADDITIONAL, "mx.example.test", 1, &a);
	dns_answer_addr(&d, DNS_ANSWER, "mx.example.test", 1, &a);
	is_int((long long)dns_answer_end(&d, &query), 0, "nor one with sections out of order");
}

/* Every allocation of a large answer fails once: always "memory", never anything else. */
static void out_of_memory(void)
{
	struct dns_message m;
	size_t bad = 0, n;

	begin(DNS_FLAG_QR, 1, 3);
	put_question("a.test", DNS_A);
	put_a(1);
	put_text("b.test");
	put_fixed(DNS_HTTPS, 13);
	wr_bytes(&w, "\0\1\0\0\1\0\6\2h2\2h3", 13);
	put_text("c.test");
	put_fixed(DNS_SOA, 22);
	wr_u16(&w, 0);
	for (int i = 0; i < 5; i++)
		wr_u32(&w, 1);
	arena_fail_after(0);
	ok(parse(&m), "with memory it is well formed");
	n = arena_fail_after(0);
	for (size_t k = 1; k <= n; k++) {
		arena_done(&arena);
		arena_fail_after(k);
		bad += dns_parse(&m, message, wr_len(&w), &arena) || strcmp(m.problem, "memory");
	}
	arena_fail_after(0);
	ok(n > 5 && !bad, "each of %zu allocations may fail", n);
}

/* A referral as servers write it: the glue's owner is a pointer to where the server's name stands. */
static void test_pointed_at(void)
{
	static const uint8_t referral[] = "\x12\x34\x80\x00\x00\x01\x00\x00\x00\x01\x00\x02"
					  "\x01" "a\x04" "test\x00\x00\x02\x00\x01"
					  "\xc0\x0c\x00\x02\x00\x01\x00\x00\x00\x09\x00\x05" "\x02" "ns\xc0\x0e"
					  "\xc0\x24\x00\x01\x00\x01\x00\x00\x00\x09\x00\x04\xc0\x00\x02\x01"
					  "\xc0\x25\x00\x01\x00\x01\x00\x00\x00\x09\x00\x04\xc0\x00\x02\x01";
	struct dns_message m;
	struct arena a;

	arena_init(&a, 65536);
	ok(!dns_parse(&m, referral, sizeof(referral) - 1, &a), "a pointer into a name leads nowhere");
	is_int((long long)m.n_rr, 2, "up to there it is read");
	ok(m.n_rr == 2 && !strcmp(m.rr[0].target, "ns.test") && m.rr[1].name == m.rr[0].target,
	   "a pointer to a name is that name");
	arena_done(&a);
}

int main(void)
{
	arena_init(&arena, 1 << 20);
	names();
	name_lengths();
	types();
	queries();
	rfc9267_pointers();
	test_pointed_at();
	rfc9267_lengths();
	rfc9267_terminators();
	rfc9267_data_lengths();
	rfc9267_data_bounds();
	rfc9267_counts();
	limit_hops();
	limit_records();
	limit_message();
	edns();
	chains();
	svcb();
	written_back();
	out_of_memory();
	arena_done(&arena);
	return done();
}
