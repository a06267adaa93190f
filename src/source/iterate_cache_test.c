/* The tables of what is known, at their limits. */
#include "source/iterate_int.h"
#include "test/dnsworld.h"
#include "test/tap.h"

#include <string.h>

static void pass(struct dnsworld *w, struct iterate *it, int64_t us)
{
	dnsworld_move(w, us);
	it_look_at_clock(it);
}

static void test_server(void)
{
	struct dnsworld *w = dnsworld_new("");
	struct iterate it = {.env = {.loop = dnsworld_loop(w)}};
	struct server s = {0};

	it_look_at_clock(&it);
	is_int(server_wait_ms(&s), 1000, "nobody knows it yet");
	server_answered(&s, 20000);
	is_int(server_wait_ms(&s), 300, "a fast one, but not in haste");
	for (int i = 0; i < 50; i++)
		server_answered(&s, 2000000);
	ok(server_wait_ms(&s) > 1800 && server_wait_ms(&s) <= 3000, "a slow one: %u",
	   server_wait_ms(&s));
	for (int i = 0; i < 1000; i++)
		server_was_silent(&it, &s);
	ok(s.parked_until_us == 0, "a thousand silences of one moment are one");
	for (int i = 0; i < 3; i++) {
		pass(w, &it, 3000000);
		server_was_silent(&it, &s);
	}
	ok(s.parked_until_us == 0, "four silences are none");
	pass(w, &it, 3000000);
	server_was_silent(&it, &s);
	ok(s.parked_until_us > it_now(&it), "the fifth is");
	for (int i = 0; i < 70000; i++) {
		pass(w, &it, 3000000);
		server_was_silent(&it, &s);
	}
	ok(s.parked_until_us <= it_now(&it) + INT64_C(320000000), "not for ever");
	server_answered(&s, 20000);
	ok(s.parked_until_us == 0, "it is back");
	dnsworld_free(w);
}

static void test_sets(void)
{
	struct dnsworld *w = dnsworld_new("");
	struct iterate it = {.env = {.loop = dnsworld_loop(w)}};
	const char *a[] = {"b.test", "a.test", "a.test"}, *b[] = {"a.test", "b.test"},
		   *many[L_DNS_NS_KEPT + 1];
	char name[L_DNS_NS_KEPT + 1][16];
	struct ns_set *x, *y;

	cache_init(&it);
	x = set_of(&it, a, 3);
	y = set_of(&it, b, 2);
	ok(x == y && x->n == 2, "the order does not matter, nor what stands twice");
	is_int(x->host[0]->known.refs, 1, "a set holds its servers once");
	for (int i = 0; i <= L_DNS_NS_KEPT; i++) {
		snprintf(name[i], sizeof(name[i]), "n%02d.test", i);
		many[i] = name[i];
	}
	is_int(set_of(&it, many, L_DNS_NS_KEPT - 1)->n, L_DNS_NS_KEPT - 1, "below the limit");
	is_int(set_of(&it, many, L_DNS_NS_KEPT)->n, L_DNS_NS_KEPT, "at the limit");
	is_int(set_of(&it, many, L_DNS_NS_KEPT + 1)->n, L_DNS_NS_KEPT, "above it");
	cache_done(&it);
	dnsworld_free(w);
}

/* Zones whose name servers are all their own: what holds hosts has to let go of them. */
static void test_held(void)
{
	struct dnsworld *w = dnsworld_new("");
	struct iterate it = {.env = {.loop = dnsworld_loop(w)}};
	size_t most_hosts = 0, most_sets = 0;
	struct cut *first;

	cache_init(&it);
	it.hosts.max = it.hosts.full_n = 100;
	it.sets.max = it.sets.full_n = 60;
	first = cut_at(&it, known_key_text("first.test"));
	known_hold(&first->known);
	for (int i = 0; i < 1000; i++) {
		char zone[32], a[32], b[32];
		const char *names[] = {a, b};
		struct cut *c;

		snprintf(zone, sizeof(zone), i ? "z%d.test" : "first.test", i);
		snprintf(a, sizeof(a), "a%d.test", i);
		snprintf(b, sizeof(b), "b%d.test", i);
		c = cut_at(&it, known_key_text(zone));
		known_hold(&c->known);
		c->set = set_of(&it, names, 2);
		c->kind = CUT_ZONE;
		known_drop(&c->known);
		pass(w, &it, 1000);
		most_hosts = it.hosts.n > most_hosts ? it.hosts.n : most_hosts;
		most_sets = it.sets.n > most_sets ? it.sets.n : most_sets;
	}
	ok(most_hosts <= 100 && most_sets <= 60, "bounded though all are held: %zu hosts, %zu sets", most_hosts, most_sets);
	ok(first->set->n == 2 && !strcmp(first->set->host[0]->name, "a0.test"), "who is at work keeps his");
	known_drop(&first->known);
	cache_done(&it);
	is_int((long long)it.memory_b, 0, "all memory is given back");
	dnsworld_free(w);
}

int main(void)
{
	test_server();
	test_sets();
	test_held();
	return done();
}
