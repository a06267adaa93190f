/* Names resolved in worlds without sockets (test/dnsworld.h). */
#include "source/iterate_int.h"
#include "base/buf.h"
#include "base/limits.h"
#include "test/dnsworld.h"
#include "test/tap.h"

static struct dnsworld *world;
static struct iterate *it;
static struct iterate_question question;
static char said[4096];
static enum iterate_end ended;
static unsigned queries, times;

static void done_with(struct iterate_question *q, const struct iterate_answer *a)
{
	size_t n = 0;

	(void)q;
	times++;
	ended = a->end;
	queries = a->queries;
	said[0] = '\0';
	for (size_t i = 0; a->final && i < a->final->n_chain; i++)
		n += (size_t)snprintf(said + n, sizeof(said) - n, "%s -> ", a->final->chain[i]);
	for (size_t i = 0; a->final && i < a->final->n; i++) {
		char line[2048];

		dns_rr_text(a->final->rr[i], line, sizeof(line));
		n += (size_t)snprintf(said + n, sizeof(said) - n, "%s%s", i ? " " : "", line);
	}
	if (a->end != ITERATE_ANSWER)
		n += (size_t)snprintf(said + n, sizeof(said) - n, "!%d %s", a->end,
				      a->why ? a->why : "");
	else if (a->rcode)
		n += (size_t)snprintf(said + n, sizeof(said) - n, "nx");
}

static void begin(const char *text)
{
	static const char hints[] = "; the root\n. 3600000 NS a.root.\na.root. 3600000 IN A 192.0.2.1\nA.root. AAAA 2001:db8::1 ; six\n";
	struct root_hints h;
	struct iterate_env env = {.ask = dnsworld_ask,
				  .cancel = dnsworld_cancel,
				  .random = dnsworld_random,
				  .v4 = true,
				  .v6 = true};

	world = dnsworld_new(text);
	env.loop = dnsworld_loop(world);
	env.ctx = world;
	ok(root_hints_parse(&h, hints, sizeof(hints) - 1) == 0, "hints");
	it = iterate_new(&env, &h);
}

static const char *resolve(const char *name, const char *type)
{
	said[0] = '\0';
	times = 0;
	question = (struct iterate_question){
		.qname = name, .qtype = dns_type_parse(type), .done = done_with};
	iterate_ask(it, &question);
	dnsworld_run(world, 100000);
	if (times != 1)
		snprintf(said, sizeof(said), "done came %u times", times);
	return said;
}

static void end(void)
{
	iterate_free(it);
	dnsworld_free(world);
}

#define ROOT                                                                                       \
	"zone . at 192.0.2.1 2001:db8::1\n"                                                        \
	". NS a.root.\n a.root. A 192.0.2.1\n a.root. AAAA 2001:db8::1\n"                          \
	"test. NS ns.nic.test.\n ns.nic.test. A 192.0.2.2\n ns.nic.test. AAAA 2001:db8::2\n"       \
	"example. NS ns.nic.test.\n"
#define REGISTRY                                                                                   \
	"zone example. at 192.0.2.2 2001:db8::2\n example. NS ns.nic.test.\n"                      \
	"site.example. NS ns1.host.test.\n"                                                        \
	"zone test. at 192.0.2.2 2001:db8::2\n"                                                    \
	"test. NS ns.nic.test.\n ns.nic.test. A 192.0.2.2\n ns.nic.test. AAAA 2001:db8::2\n"       \
	"host.test. NS ns1.host.test.\n ns1.host.test. A 192.0.2.3\n ns1.host.test. AAAA "         \
	"2001:db8::3\n"                                                                            \
	"one.test. NS ns1.host.test.\n two.test. NS ns1.host.test.\n"                              \
	"own.test. NS ns.own.test.\n ns.own.test. AAAA 2001:db8::4\n"
#define HOST                                                                                       \
	"zone host.test. at 192.0.2.3 2001:db8::3\n host.test. NS ns1.host.test.\n"                \
	"ns1.host.test. A 192.0.2.3\n ns1.host.test. AAAA 2001:db8::3\n edge.host.test. AAAA "     \
	"2001:db8::80\n"                                                                           \
	"zone one.test. at 192.0.2.3 2001:db8::3\n one.test. NS ns1.host.test.\n one.test. AAAA "  \
	"2001:db8::81\n"                                                                           \
	"www.one.test. CNAME edge.host.test.\n in.one.test. CNAME one.test.\n far.one.test. "      \
	"CNAME www.site.example.\n"                                                                \
	"a.one.test. CNAME b.one.test.\n b.one.test. CNAME a.one.test.\n"                          \
	"zone site.example. at 192.0.2.3 2001:db8::3\n site.example. NS ns1.host.test.\n"          \
	"www.site.example. AAAA 2001:db8::82\n back.site.example. CNAME far2.one.test.\n"
#define OWN                                                                                        \
	"zone own.test. at 2001:db8::4\n own.test. NS ns.own.test.\n ns.own.test. AAAA "           \
	"2001:db8::4\n own.test. A 192.0.2.80\n"

static void test_plain(void)
{
	size_t before;

	begin(ROOT REGISTRY HOST OWN);
	is_str(resolve("one.test", "AAAA"), "2001:db8::81", "an address");
	is_int((long long)dnsworld_asked(world), 3, "root, registry, server: three questions");
	before = dnsworld_asked(world);
	is_str(resolve("one.test", "A"), "", "no such record");
	is_int((long long)(dnsworld_asked(world) - before), 1, "the zone is known: one question");
	is_str(resolve("in.one.test", "AAAA"), "one.test -> 2001:db8::81", "a CNAME in the zone");
	is_str(resolve("www.one.test", "AAAA"), "edge.host.test -> 2001:db8::80",
	       "a CNAME to another zone");
	is_str(resolve("far.one.test", "AAAA"), "www.site.example -> 2001:db8::82", "another TLD");
	is_str(resolve("no.one.test", "AAAA"), "nx", "no such name");
	is_str(resolve("nowhere.test", "AAAA"), "nx", "no such domain");
	before = dnsworld_asked(world);
	is_str(resolve("www.nowhere.test", "AAAA"), "nx", "nor anything below it");
	is_int((long long)(dnsworld_asked(world) - before), 0,
	       "which needs no question (RFC 8020)");
	is_str(resolve("a.one.test", "AAAA"), "b.one.test -> a.one.test -> !1 cname_loop",
	       "a circle");
	is_str(resolve("own.test", "A"), "192.0.2.80", "glue of IPv6 alone");
	dnsworld_move(world, 700 * INT64_C(1000000));
	is_str(resolve("own.test", "AAAA"), "", "glue that is over is asked for again, though the NS records last");
	is_str(resolve("one.test", "NS"), "ns1.host.test", "its name servers");
	is_str(resolve(".", "NS"), "a.root", "those of the root");
	is_str(resolve("test", "NS"), "ns.nic.test", "those of a TLD");
	end();
}

static void test_trouble(void)
{
	char first[64];

	begin(ROOT REGISTRY HOST OWN "serve 192.0.2.3 silent\n");
	is_str(resolve("one.test", "AAAA"), "2001:db8::81", "one of two addresses is silent");
	end();
	begin(ROOT REGISTRY HOST OWN "serve 192.0.2.3 silent\n serve 2001:db8::3 silent\n");
	is_str(resolve("one.test", "AAAA"), "!4 ", "all are silent");
	ok(queries <= 2 + 2 * 2, "in few questions: %u", queries);
	end();
	begin(ROOT REGISTRY HOST OWN "serve 192.0.2.3 REFUSED\n serve 2001:db8::3 lame\n");
	ok(!strncmp(resolve("one.test", "AAAA"), "!3", 2), "all are lame: %s", said);
	is_int(queries, 4, "each is asked once");
	end();
	begin(ROOT REGISTRY HOST OWN "serve 192.0.2.3 upward\n serve 2001:db8::3 upward\n");
	is_str(resolve("one.test", "AAAA"), "!3 lame", "upwards is not nearer");
	end();
	begin(ROOT REGISTRY HOST OWN "serve 192.0.2.3 denied\n serve 2001:db8::3 denied\n");
	is_str(resolve("one.test", "AAAA"), "!6 aaaa_bogon", "the guard forbids all");
	end();
	begin(ROOT REGISTRY HOST OWN "serve 2001:db8::4 SERVFAIL\n");
	is_str(resolve("own.test", "A"), "!3 servfail", "a failure");
	is_str(resolve("own.test", "A"), "!3 servfail", "again");
	is_int(queries, 0, "remembered (RFC 9520)");
	dnsworld_move(world, 2000000);
	is_str(resolve("own.test", "A"), "!3 servfail", "later");
	is_int(queries, 1, "asked again");
	end();
	begin(ROOT REGISTRY HOST OWN "serve 192.0.2.3 REFUSED\n serve 2001:db8::3 denied\n");
	snprintf(first, sizeof(first), "%s", resolve("one.test", "A"));
	ok(!strncmp(first, "!3 ", 3), "one refuses, one is forbidden: %s", first);
	is_str(resolve("one.test", "A"), first, "the word is remembered, though the guard's is gone");
	end();
}

static void both(const char *how)
{
	dnsworld_serve(world, "192.0.2.3", how);
	dnsworld_serve(world, "2001:db8::3", how);
}

/* Our own network was down: nothing that was silent meanwhile is held against anybody. */
static void test_outage(void)
{
	begin(ROOT REGISTRY HOST OWN);
	both("silent");
	is_str(resolve("one.test", "AAAA"), "!4 ", "silent");
	both("");
	is_str(resolve("one.test", "AAAA"), "!4 ", "which is remembered");
	iterate_forget_trouble(it);
	is_str(resolve("one.test", "AAAA"), "2001:db8::81", "and forgotten");
	end();
}

/* A server that was silent many times is asked after those that are not; but it is asked. */
static void test_parked(void)
{
	char name[32];
	size_t before;

	begin(ROOT REGISTRY HOST);
	for (int i = 0; i < 2; i++) { /* both are known, and as near as each other: parking alone tells them apart */
		dnsworld_serve(world, i ? "2001:db8::3" : "192.0.2.3", "silent");
		dnsworld_serve(world, i ? "192.0.2.3" : "2001:db8::3", "");
		resolve(i ? "k1.one.test" : "k0.one.test", "AAAA");
	}
	both("silent");
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "n%d.one.test", i);
		resolve(name, "AAAA");
		dnsworld_move(world, 4000000);
	}
	dnsworld_serve(world, "2001:db8::3", "");
	is_str(resolve("a.one.test", "AAAA"), "b.one.test -> a.one.test -> !1 cname_loop", "both are parked, and asked");
	before = dnsworld_asked_at(world, "192.0.2.3");
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "m%d.one.test", i);
		resolve(name, "AAAA");
	}
	is_int((long long)(dnsworld_asked_at(world, "192.0.2.3") - before), 0, "where another answers it is left alone");
	dnsworld_serve(world, "192.0.2.3", "");
	dnsworld_serve(world, "2001:db8::3", "silent");
	is_str(resolve("two.one.test", "AAAA"), "nx", "where the other fails it is asked");
	end();
}

/* ---- what attackers name ---- */

static struct buf text;

static void begin_text(void)
{
	buf_init(&text, 1 << 20);
	buf_add(&text, ROOT REGISTRY HOST, strlen(ROOT REGISTRY HOST));
}

static void begin_made(void)
{
	begin(text.data);
	buf_done(&text);
}

/* Zones one inside the other, each on its own server: "z.z.z0.test". */
static const char *resolve_deep(unsigned zones)
{
	char name[300] = "z0.test", inner[sizeof(name) + 2];

	begin_text();
	buf_printf(&text,
		   "zone test. at 192.0.2.2\n z0.test. NS ns.z0.test.\n ns.z0.test. A 192.0.3.0\n");
	for (unsigned i = 0; i < zones; i++) {
		snprintf(inner, sizeof(inner), "z.%s", name);
		buf_printf(&text, "zone %s. at 192.0.3.%u\n", name, i);
		if (i + 1 < zones)
			buf_printf(&text, "%s. NS ns.%s.\n ns.%s. A 192.0.3.%u\n", inner, inner,
				   inner, i + 1);
		else
			buf_printf(&text, "%s. A 192.0.2.99\n", name);
		if (i + 1 < zones)
			memcpy(name, inner, sizeof(name));
	}
	begin_made();
	resolve(name, "A");
	end();
	return said;
}

static void test_queries(void)
{
	is_str(resolve_deep(L_DNS_QUERIES_PER_NAME - 3), "192.0.2.99", "deep below");
	is_int(queries, L_DNS_QUERIES_PER_NAME - 1, "a question a zone");
	is_str(resolve_deep(L_DNS_QUERIES_PER_NAME - 2), "192.0.2.99", "as deep as may be");
	is_str(resolve_deep(L_DNS_QUERIES_PER_NAME - 1), "!5 queries", "too deep");
	is_int(queries, L_DNS_QUERIES_PER_NAME, "no question more");
}

/* Servers that are silent, two tries each and a second a try. */
static const char *resolve_slow(unsigned n)
{
	begin_text();
	buf_printf(&text, "zone test. at 192.0.2.2\n");
	for (unsigned i = 0; i < n; i++)
		buf_printf(&text,
			   "slow.test. NS n%u.slow.test.\n n%u.slow.test. A 192.0.4.%u\n"
			   "serve 192.0.4.%u silent\n",
			   i, i, i, i);
	begin_made();
	resolve("slow.test", "A");
	end();
	return said;
}

static void test_wall(void)
{
	is_str(resolve_slow(L_DNS_WALL_MS / 2000 - 1), "!4 ", "silence, before the time is over");
	is_str(resolve_slow(L_DNS_WALL_MS / 2000), "!5 time", "silence until it is over");
	is_str(resolve_slow(L_DNS_WALL_MS / 2000 + 1), "!5 time", "silence for longer");
	is_int(queries, 2 + L_DNS_WALL_MS / 1000, "no question after that");
}

/* n servers that do not exist, then one that does, whose zone's server is looked up too. */
static const char *resolve_lost(unsigned n)
{
	begin_text();
	buf_printf(&text, "zone test. at 192.0.2.2 2001:db8::2\n");
	for (unsigned i = 0; i < n; i++)
		buf_printf(&text, "lost.test. NS a%02u.nowhere.test.\n", i);
	buf_printf(&text, "lost.test. NS zs.site.example.\n zone site.example. at\n "
			  "zs.site.example. A 192.0.2.3\n"
			  "zone lost.test. at 192.0.2.3 2001:db8::3\n lost.test. A 192.0.2.90\n");
	begin_made();
	resolve("lost.test", "A");
	end();
	return said;
}

static void test_targets(void)
{
	uint64_t hits = limit_hits(LIMIT_DNS_TARGETS_PER_NAME);

	is_str(resolve_lost(L_DNS_TARGETS_PER_NAME - 3), "192.0.2.90",
	       "a server behind some that are none");
	is_str(resolve_lost(L_DNS_TARGETS_PER_NAME - 2), "192.0.2.90",
	       "it is the last that is looked up");
	is_int((long long)(limit_hits(LIMIT_DNS_TARGETS_PER_NAME) - hits), 0, "no limit was met");
	ok(!strncmp(resolve_lost(L_DNS_TARGETS_PER_NAME - 1), "!3", 2), "one more is too many: %s",
	   said);
	ok(limit_hits(LIMIT_DNS_TARGETS_PER_NAME) > hits, "and the limit says so");
}

/* Each zone's server is in the next zone, and that of the last is known. */
static const char *resolve_nested(unsigned n)
{
	begin_text();
	buf_printf(&text, "zone test. at 192.0.2.2\n");
	for (unsigned i = 0; i <= n; i++) {
		buf_printf(&text, "zone test. at 192.0.2.2\n");
		if (i < n)
			buf_printf(&text, "n%u.test. NS ns.n%u.test.\n", i, i + 1);
		else
			buf_printf(&text, "n%u.test. NS ns1.host.test.\n", i);
		buf_printf(&text,
			   "zone n%u.test. at 192.0.2.3\n ns.n%u.test. A 192.0.2.3\n n%u.test. A "
			   "192.0.2.91\n",
			   i, i, i);
	}
	begin_made();
	resolve("n0.test", "A");
	end();
	return said;
}

static void test_depth(void)
{
	uint64_t hits = limit_hits(LIMIT_DNS_DEPTH);

	is_str(resolve_nested(L_DNS_DEPTH - 1), "192.0.2.91", "look-ups one inside the other");
	is_str(resolve_nested(L_DNS_DEPTH), "192.0.2.91", "as many as may be");
	is_int((long long)(limit_hits(LIMIT_DNS_DEPTH) - hits), 0, "no limit was met");
	ok(!strncmp(resolve_nested(L_DNS_DEPTH + 1), "!3", 2), "one more: %s", said);
	ok(limit_hits(LIMIT_DNS_DEPTH) > hits, "and the limit says so");
}

static void test_at_once(void)
{
	for (unsigned n = L_DNS_TARGETS_AT_ONCE - 1; n <= L_DNS_TARGETS_AT_ONCE + 1; n++) {
		begin_text();
		buf_printf(&text, "zone test. at 192.0.2.2\n");
		for (unsigned i = 0; i < n; i++)
			buf_printf(&text,
				   "zone test. at 192.0.2.2\n wide.test. NS ns.w%u.test.\n "
				   "w%u.test. NS d.w%u.test.\n"
				   "d.w%u.test. A 192.0.5.%u\n zone w%u.test. at 192.0.5.%u\n"
				   "ns.w%u.test. A 192.0.2.3\n",
				   i, i, i, i, i, i, i, i);
		buf_printf(&text, "zone wide.test. at 192.0.2.3\n wide.test. A 192.0.2.92\n");
		begin_made();
		is_str(resolve("wide.test", "A"), "192.0.2.92", "servers of other zones");
		for (unsigned i = 0; i < n; i++) {
			char addr[32];

			snprintf(addr, sizeof(addr), "192.0.5.%u", i);
			is_int(dnsworld_asked_at(world, addr) > 0, i < L_DNS_TARGETS_AT_ONCE,
			       "looked up at once, if among the first");
		}
		end();
	}
}

static void nothing(struct iterate_question *q, const struct iterate_answer *a)
{
	(void)q, (void)a;
	times++;
}

/* Names of one zone, so many, one after the other or all at once, while what is known of so many zones holds its first
 * address: how many were asked of that. */
static int asked_of_first(int n, bool at_once, int64_t gap_us, uint32_t holders)
{
	struct server *first;
	struct ns_addr host_addr;
	struct addr a;
	static struct iterate_question many[200];
	static char names[200][32];
	int before;

	begin(ROOT REGISTRY HOST OWN);
	it->env.ns_gap_us = gap_us;
	resolve("one.test", "AAAA");
	before = (int)dnsworld_asked_at(world, "192.0.2.3");
	addr_parse(&a, "192.0.2.3");
	host_addr = ns_addr_of(&a);
	first = server_at(it, &host_addr);
	first->known.refs += holders;
	times = 0;
	for (int i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "n%d.one.test", i);
		many[i] = (struct iterate_question){.qname = names[i], .qtype = DNS_A, .done = nothing};
		iterate_ask(it, &many[i]);
		if (!at_once)
			dnsworld_run(world, 100000);
	}
	dnsworld_run(world, 100000);
	is_int(times, n, "all were answered");
	before = (int)dnsworld_asked_at(world, "192.0.2.3") - before;
	is_int(first->n_asks, 0, "and none is in line any more");
	first->known.refs -= holders;
	end();
	return before;
}

/* A zone's servers share its names, whichever answered first. */
static void test_spread(void)
{
	int n = asked_of_first(200, false, 0, 0);

	ok(n > 60 && n < 140, "of 200 names %d at one of two addresses that are as fast", n);
	n = asked_of_first(200, true, 1000000, 0);
	ok(n >= 98 && n <= 102, "at once and at a pace, %d of 200: who has no line before him is next", n);
	n = asked_of_first(200, true, 1000000, 1000);
	ok(n >= 98 && n <= 102, "%d of 200 where a thousand zones are known to be on it: they are no line", n);
}

/* 200 names of one.test at once, the n-th time. */
static void ask_many(int n)
{
	static struct iterate_question many[200];
	static char names[200][32];

	times = 0;
	for (int i = 0; i < 200; i++) {
		snprintf(names[i], sizeof(names[i]), "n%d-%d.one.test", n, i);
		many[i] = (struct iterate_question){.qname = names[i], .qtype = DNS_A, .done = nothing};
		iterate_ask(it, &many[i]);
	}
	dnsworld_run(world, 100000);
	is_int(times, 200, "all were answered");
}

/* However long the line before the one that answers, nobody is sent to one that is parked. */
static void test_line_or_silence(void)
{
	const struct server *s = NULL;
	struct ns_addr place;
	size_t before;
	struct addr a;
	int n = 0;

	begin(ROOT REGISTRY HOST OWN);
	it->env.ns_gap_us = 1000000;
	addr_parse(&a, "192.0.2.3");
	place = ns_addr_of(&a);
	dnsworld_serve(world, "192.0.2.3", "silent");
	while (n < 20 && !(s && s->parked_until_us > it_now(it))) {
		ask_many(n++);
		s = server_get(it, &place);
	}
	ok(n > 1 && n < 20, "parked after %d times", n);
	before = dnsworld_asked_at(world, "192.0.2.3");
	ask_many(n);
	is_int((long long)(dnsworld_asked_at(world, "192.0.2.3") - before), 0, "then none of 200 goes there");
	end();
}

static void test_attacks(void)
{
	unsigned most = 0;

	/* TsuNAME: each zone's servers are in the other */
	begin(ROOT REGISTRY
	      "zone test. at 192.0.2.2\n a.test. NS ns.b.test.\n b.test. NS ns.a.test.\n");
	ok(!strncmp(resolve("a.test", "A"), "!3", 2), "a circle of zones: %s", said);
	ok(queries + dnsworld_asked(world) < 20, "costs few questions: %zu", dnsworld_asked(world));
	end();
	/* NXNS: each name server is a zone of the attacker's that names others */
	begin_text();
	buf_printf(&text, "zone test. at 192.0.2.2\n evil.test. NS ns1.host.test.\n"
			  "zone evil.test. at 192.0.2.3 2001:db8::3\n");
	for (int k = 0; k < 40; k++)
		for (int i = 0; i < 16; i++)
			buf_printf(&text,
				   "d%d.evil.test. NS x%d.d%d.evil.test.\n d%d.evil.test. NS "
				   "v%d-%d.nowhere.example.\n",
				   k, i, (k * 16 + i) % 40, k, k, i);
	begin_made();
	for (int k = 0; k < 10; k++) {
		char name[64];

		snprintf(name, sizeof(name), "d%d.evil.test", k);
		size_t before = dnsworld_asked(world);

		resolve(name, "A");
		most = dnsworld_asked(world) - before > most
			       ? (unsigned)(dnsworld_asked(world) - before)
			       : most;
	}
	ok(most <= L_DNS_QUERIES_PER_NAME, "delegations that name others: at most %u questions",
	   most);
	end();
}

/* ---- many at once ---- */

enum { MANY = 2000 };
static unsigned many_done;

static void count_done(struct iterate_question *q, const struct iterate_answer *a)
{
	(void)q;
	many_done += a->end == ITERATE_ANSWER && a->rcode == DNS_NXDOMAIN;
}

static void test_many(void)
{
	static struct iterate_question q[MANY];
	static char name[MANY][64];

	begin(ROOT REGISTRY HOST OWN);
	for (int i = 0; i < MANY; i++) {
		snprintf(name[i], sizeof(name[i]), "n%d.one.test", i);
		q[i] = (struct iterate_question){
			.qname = name[i], .qtype = DNS_AAAA, .done = count_done};
		iterate_ask(it, &q[i]);
	}
	dnsworld_run(world, 1000000);
	is_int(many_done, MANY, "all are answered");
	is_int((long long)(dnsworld_asked_at(world, "192.0.2.1") +
			   dnsworld_asked_at(world, "2001:db8::1")),
	       1, "the root was asked once");
	is_int((long long)(dnsworld_asked_at(world, "192.0.2.2") +
			   dnsworld_asked_at(world, "2001:db8::2")),
	       1, "and the registry");
	/* cancelled in the middle: who waited for it goes on */
	end();
	begin(ROOT REGISTRY HOST OWN);
	many_done = 0;
	for (int i = 0; i < 3; i++) {
		q[i] = (struct iterate_question){
			.qname = name[i], .qtype = DNS_AAAA, .done = count_done};
		iterate_ask(it, &q[i]);
	}
	dnsworld_run(world, 1);
	iterate_cancel(it, &q[0]);
	dnsworld_run(world, 100000);
	is_int(many_done, 2, "one is cancelled, two go on");
	iterate_ask(it, &q[0]);
	dnsworld_run(world, 1);
	end(); /* with one under way */
}

static void test_hints(void)
{
	static const struct {
		const char *text;
		size_t line;
	} rows[] = {{"", 1},
		    {"; nothing\n", 1},
		    {"a.root. A 192.0.2.1", 0},
		    {". 518400 IN NS a.root.\n\na.root 3600 A 192.0.2.1\r\nb.root AAAA 2001:db8::1\n", 0},
		    {"a.root.\n", 1},
		    {"test. NS a.root.\n", 1},
		    {"a.root A 192.0.2.1\nb..root A 192.0.2.2\n", 2},
		    {"a.root A 192.0.2.256\n", 1},
		    {"a.root AAAA 192.0.2.1\n", 1},
		    {"a.root 1 2 IN A 192.0.2.1\n", 1},
		    {"a.root A 192.0.2.1\na.root A 192.0.2.2\na.root A 192.0.2.3\na.root A 192.0.2.4\na.root A 192.0.2.5\n", 5}};
	struct root_hints h;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_int((long long)root_hints_parse(&h, rows[i].text, strlen(rows[i].text)),
		       (long long)rows[i].line, "the line that is wrong");
}

int main(void)
{
	test_hints();
	test_plain();
	test_trouble();
	test_outage();
	test_parked();
	test_queries();
	test_wall();
	test_targets();
	test_depth();
	test_at_once();
	test_spread();
	test_line_or_silence();
	test_attacks();
	test_many();
	return done();
}
