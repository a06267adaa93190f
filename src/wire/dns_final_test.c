/* Chains through DNAME; those of CNAME alone are in dns_test.c. */
#include "test/tap.h"
#include "wire/dns.h"

static struct arena arena;
static struct dns_answer answer;
static struct dns_message query;
static uint8_t bytes[4096], query_bytes[DNS_QUERY_MAX];

struct link {
	uint16_t type; /* 0 ends the list */
	const char *owner, *target;
};

static void put(const struct link *l)
{
	struct addr a;

	if (l->type == DNS_AAAA && addr_parse(&a, l->target))
		dns_answer_addr(&answer, DNS_ANSWER, l->owner, 300, &a);
	else
		dns_answer_name(&answer, DNS_ANSWER, l->owner, l->type, 60, l->target);
}

/* Asks for AAAA of qname; the answer holds these. */
static bool ask(struct dns_message *m, const char *qname, const struct link *links, size_t n)
{
	size_t len = dns_query(query_bytes, qname, DNS_AAAA, 1, 0, 0);

	arena_done(&arena);
	dns_parse(&query, query_bytes, len, &arena);
	dns_answer_begin(&answer, bytes, sizeof(bytes), &query, 0, DNS_NOERROR);
	for (size_t i = 0; i < n && links[i].type; i++)
		put(&links[i]);
	len = dns_answer_end(&answer, &query);
	return len && dns_parse(m, bytes, len, &arena);
}

#define DNAME(owner, target) {DNS_DNAME, owner, target}
#define CNAME(owner, target) {DNS_CNAME, owner, target}
#define AAAA(owner) {DNS_AAAA, owner, "2001:db8::1"}

static void chains(void)
{
	static const struct {
		const char *name, *qname;
		struct link links[4];
		const char *end; /* of the chain */
		size_t n_chain, n;
		bool loop;
	} rows[] = {
		{"the CNAME that follows is missing", "www.a.test",
		 {DNAME("a.test", "b.test"), AAAA("www.b.test")}, "www.b.test", 1, 1, false},
		{"it is there", "www.a.test",
		 {DNAME("a.test", "b.test"), CNAME("www.a.test", "www.b.test"), AAAA("www.b.test")},
		 "www.b.test", 1, 1, false},
		{"it is there and says something else, and wins", "www.a.test",
		 {DNAME("a.test", "b.test"), CNAME("www.a.test", "c.test"), AAAA("c.test")},
		 "c.test", 1, 1, false},
		{"several labels below", "x.y.a.test", {DNAME("a.test", "b"), AAAA("x.y.b")}, "x.y.b",
		 1, 1, false},
		{"the owner itself is not renamed", "a.test",
		 {DNAME("a.test", "b.test"), AAAA("b.test")}, "a.test", 0, 0, false},
		{"the same letters are not the same labels", "www.xa.test", {DNAME("a.test", "b.test")},
		 "www.xa.test", 0, 0, false},
		{"data at the name wins", "www.a.test",
		 {DNAME("a.test", "b.test"), AAAA("www.a.test")}, "www.a.test", 0, 1, false},
		{"two of them, a CNAME between", "www.a.test",
		 {DNAME("a.test", "b.test"), CNAME("www.b.test", "w.c.test"),
		  DNAME("c.test", "d.test"), AAAA("w.d.test")}, "w.d.test", 3, 1, false},
		{"from the root", "a.test", {DNAME(".", "b.test"), AAAA("a.test.b.test")},
		 "a.test.b.test", 1, 1, false},
		{"to the root", "www.a.test", {DNAME("a.test", "."), AAAA("www")}, "www", 1, 1, false},
		{"in a circle", "www.a.test", {DNAME("a.test", "b.test"), DNAME("b.test", "a.test")},
		 "www.b.test", 1, 0, true},
		{"to where nothing is", "www.a.test", {DNAME("a.test", "b.test")}, "www.b.test", 1, 0,
		 false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_message m;
		struct dns_final f;

		ok(ask(&m, rows[i].qname, rows[i].links, 4), "%s", rows[i].name);
		dns_final(&f, &m, m.qname, DNS_AAAA);
		is_str(f.name, rows[i].end, "end of the chain");
		ok(f.n_chain == rows[i].n_chain && f.n == rows[i].n && f.loop == rows[i].loop &&
			   !f.too_long && !f.name_long,
		   "links and answers");
		is_int(f.ttl_s, f.n_chain ? 60 : f.n ? 300 : 0, "the least time to live");
	}
}

/* A DNAME is an answer like any other to who asks for it. */
static void asked_for(void)
{
	static const struct link links[] = {DNAME("a.test", "b.test")};
	struct dns_message m;
	struct dns_final f;

	ask(&m, "a.test", links, 1);
	dns_final(&f, &m, "a.test", DNS_DNAME);
	ok(f.n == 1 && !f.n_chain, "the DNAME itself");
}

/* A name of 255 bytes is the longest; for one more a server would say YXDOMAIN. */
static void name_length(void)
{
	char x[64], target[256];

	memset(x, 'x', 63);
	x[63] = '\0';
	for (size_t want = DNS_NAME_B - 1; want <= DNS_NAME_B + 1; want++) {
		int last = (int)want - 4 - 3 * 64 - 1 - 1; /* "www", three labels, length, root */
		struct link links[] = {DNAME("a", target)};
		struct dns_message m;
		struct dns_final f;

		snprintf(target, sizeof(target), "%s.%s.%s.%.*s", x, x, x, last, x);
		ok(ask(&m, "www.a", links, 1), "a DNAME to a name of %zu bytes", want);
		dns_final(&f, &m, m.qname, DNS_AAAA);
		is_int(f.name_long, want > DNS_NAME_B, "too long or not");
		is_int((long long)f.n_chain, want <= DNS_NAME_B, "followed or not");
	}
}

/* A DNAME to below itself makes the name longer at each link: the chain's limit ends it. */
static void growth(void)
{
	static const struct link links[] = {DNAME("a", "b.a")};
	uint64_t before = limit_hits(LIMIT_DNS_CNAME_CHAIN);
	struct dns_message m;
	struct dns_final f;

	ask(&m, "www.a", links, 1);
	dns_final(&f, &m, m.qname, DNS_AAAA);
	ok(f.too_long && f.n_chain == L_DNS_CNAME_CHAIN && !f.n, "a name that grows ends");
	is_int((long long)(limit_hits(LIMIT_DNS_CNAME_CHAIN) - before), 1, "counted");
}

static void no_memory(void)
{
	static const struct link links[] = {DNAME("a", "b"), AAAA("www.b")};
	struct dns_message m;
	struct dns_final f;

	ask(&m, "www.a", links, 2);
	arena_fail_after(1);
	dns_final(&f, &m, m.qname, DNS_AAAA);
	arena_fail_after(0);
	ok(arena_full(m.arena) && !f.n && !f.n_chain && !f.name_long, "no memory for the name");
}

int main(void)
{
	arena_init(&arena, 1 << 20);
	chains();
	asked_for();
	name_length();
	growth();
	no_memory();
	arena_done(&arena);
	return done();
}
