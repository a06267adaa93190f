/* synth_test: the synthetic world hangs together: whoever follows it from the root arrives. */
#include "bench/synth.h"

#include "base/arena.h"
#include "test/tap.h"
#include "wire/dns.h"

static struct arena arena;
static const struct synth all_alive;

static struct addr at(const char *text)
{
	struct addr a;

	if (!addr_parse(&a, text))
		abort();
	return a;
}

/* The answer in *m, or false. */
static bool get(const struct synth *s, struct addr where, const char *name, uint16_t type, struct dns_message *m)
{
	static uint8_t query[DNS_QUERY_MAX], answer[SYNTH_ANSWER_MAX];
	size_t n = dns_query(query, name, type, 7, 0, 0x5), len;

	arena_done(&arena);
	arena_init(&arena, 65536);
	len = synth_answer(s, &where, false, query, n, answer);
	return len && dns_echo(answer, len, query, n) == DNS_ECHO_SAME && dns_parse(m, answer, len, &arena);
}

static const struct dns_rr *first(const struct dns_message *m, uint16_t type)
{
	for (size_t i = 0; i < m->n_rr; i++)
		if (m->rr[i].type == type)
			return &m->rr[i];
	return NULL;
}

static void check_way(void)
{
	struct dns_message m;
	const struct dns_rr *rr;

	ok(get(&all_alive, at("198.18.0.1"), "z5.test", DNS_NS, &m) && !m.aa && first(&m, DNS_NS) &&
		   !strcmp(first(&m, DNS_NS)->name, "test") && !strcmp(first(&m, DNS_NS)->target, "a.nic.test"),
	   "the root refers to the TLD");
	rr = first(&m, DNS_AAAA);
	ok(rr && !strcmp(rr->name, "a.nic.test"), "with glue");
	ok(get(&all_alive, rr->addr, "z5.test", DNS_NS, &m) && !m.aa && !strcmp(first(&m, DNS_NS)->name, "z5.test"),
	   "the TLD refers to the zone, over IPv6 too");
	rr = first(&m, DNS_A);
	ok(rr && get(&all_alive, rr->addr, "z5.test", DNS_NS, &m) && m.aa && first(&m, DNS_NS), "the zone knows itself");
	ok(get(&all_alive, rr ? rr->addr : at("::"), "nothing.z5.test", DNS_A, &m) && m.rcode == DNS_NXDOMAIN &&
		   first(&m, DNS_SOA),
	   "and says what is not there");
	ok(get(&all_alive, at("198.18.0.3"), "any.name.at.all", DNS_AAAA, &m) && first(&m, DNS_AAAA) && m.ra,
	   "the resolver answers anything");
}

/* Every glue record of the first zones leads to a server that answers for the zone. */
static void check_zones(void)
{
	unsigned wrong = 0, is_signed = 0, vanity = 0, v6 = 0;

	for (unsigned i = 0; i < 2000; i++) {
		struct addr glue[2 * SYNTH_SERVERS_MAX];
		struct dns_message m;
		size_t n = 0;
		char name[32];

		snprintf(name, sizeof(name), "z%u.test", i);
		wrong += !get(&all_alive, at("2001:db8::2"), name, DNS_NS, &m);
		for (size_t k = 0; k < m.n_rr; k++)
			if (m.rr[k].type == DNS_A || m.rr[k].type == DNS_AAAA)
				glue[n++] = m.rr[k].addr;
		for (size_t k = 0; k < n; k++)
			wrong += !get(&all_alive, glue[k], name, DNS_SOA, &m) || !m.aa || !first(&m, DNS_SOA);
		v6 += n > 0 && glue[n - 1].family == 6;
		is_signed += synth_zone(i).is_signed;
		vanity += synth_zone(i).vanity;
	}
	is_int(wrong, 0, "every glue leads to a server of the zone");
	ok(is_signed > 500 && is_signed < 700 && vanity > 30 && vanity < 100, "%u signed, %u with servers in them",
	   is_signed, vanity);
	ok(v6 > 400 && v6 < 1600, "%u of 2000 zones end with IPv6 glue", v6);
	ok(synth_addresses() > 950 && synth_addresses() < 1050, "%u authoritative addresses", synth_addresses());
}

static void check_edges(void)
{
	struct synth dying = {.dead_ppm = 50000};
	uint8_t query[DNS_QUERY_MAX], answer[SYNTH_ANSWER_MAX];
	struct addr resolver = at("198.18.0.3");
	size_t n = dns_query(query, "z1.test", DNS_AAAA, 7, 0, 0), short_ones = 0;
	struct dns_message m;
	unsigned dead = 0;

	for (size_t len = 0; len < n - 11; len++)
		short_ones += synth_answer(&all_alive, &resolver, false, query, len, answer) != 0;
	is_int((long long)short_ones, 0, "a question that is cut off has no answer");
	for (unsigned i = 0; i < 20000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%u.example", i);
		dead += !get(&dying, resolver, name, DNS_AAAA, &m);
	}
	ok(dead > 800 && dead < 1200, "%u of 20000 names are dead at 5 %%", dead);
	ok(get(&all_alive, at("198.19.0.9"), "z1.test", DNS_SOA, &m) != 0, "a server answers");
	ok(m.rcode == DNS_REFUSED || synth_zone(1).operator == 4, "for its own zones alone");
}

int main(void)
{
	arena_init(&arena, 65536);
	check_way();
	check_zones();
	check_edges();
	arena_done(&arena);
	return done();
}
