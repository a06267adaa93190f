/* Which zones a visit looks at, and that it ends, in a world without sockets (test/dnsworld.h); all that it asks
 * the resolver is absent. */
#include "base/limits.h"
#include "source/hosts.h"
#include "source/visit.h"
#include "test/dnsworld.h"
#include "test/tap.h"

static struct dnsworld *world;
static struct visit_env env;
static size_t n_done;

struct absent {
	struct timer timer;
	struct probe *probe;
	drive_done *done;
	void *ctx;
};

static void say_absent(struct timer *t)
{
	struct absent *a = t->ctx, own = *a;
	struct step last = step_done(OUTCOME_ABSENT);

	free(a);
	((struct dns_row *)own.probe->row)->rcode = 0;
	if (own.probe->kind->drop)
		own.probe->kind->drop(own.probe);
	own.done(own.ctx, own.probe, &last);
}

static void start(struct drive *d, struct probe *p, drive_done *told, void *ctx)
{
	struct absent *a = calloc(1, sizeof(*a));

	(void)d;
	*a = (struct absent){.timer = {.fire = say_absent, .ctx = a}, .probe = p, .done = told, .ctx = ctx};
	loop_timer(env.loop, &a->timer, 1000);
}

static void visited(void *ctx, struct visit *v)
{
	(void)ctx;
	(void)v;
	n_done++;
}

static struct optout optout;
static struct prefix allow;

static void begin(const char *text)
{
	static const char hints[] = "a.root A 192.0.2.1\na.root AAAA 2001:db8::1\n";
	struct iterate_env it = {.ask = dnsworld_ask, .cancel = dnsworld_cancel, .random = dnsworld_random,
				 .v4 = true, .v6 = true};
	struct pace_config pace = {.per_s = 1000000};
	struct guard_config guard = {.skip_own = true};
	struct root_hints h;

	world = dnsworld_new(text);
	it.loop = dnsworld_loop(world);
	it.ctx = world;
	root_hints_parse(&h, hints, sizeof(hints) - 1);
	optout_init(&optout);
	prefix_parse(&allow, "2001:db8::/32");
	env = (struct visit_env){.loop = it.loop, .start = start, .pace = pace_new(it.loop, &pace), .optout = &optout,
				 .hosts = hosts_new(), .guard = guard_new(&guard, NULL), .v4 = true, .v6 = true,
				 .public_ok = true, .allow = &allow, .n_allow = 1, .repeat_after_us = 5000000, .vantage = "test",
				 .iterate = iterate_new(&it, &h)};
}

static void end(void)
{
	iterate_free(env.iterate);
	pace_free(env.pace);
	hosts_free(env.hosts);
	guard_free((struct guard *)(uintptr_t)env.guard);
	dnsworld_free(world);
}

/* Its rows about zones. */
static struct batch *visit_all(const char *domain)
{
	struct visit_calls calls = {.done = visited};
	struct visit *v = visit_new(&env, domain, &calls);
	struct batch *b;

	n_done = 0;
	for (int i = 0; i < 100000 && !n_done; i++)
		dnsworld_run(world, 1);
	is_int((long long)n_done, 1, "the visit ends");
	b = visit_take(v, EVIDENCE_ZONE);
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		if (k != EVIDENCE_ZONE)
			batch_free(visit_take(v, (enum evidence_kind)k));
	visit_free(v);
	return b;
}

#define ABOVE                                                                                      \
	"zone . at 192.0.2.1 2001:db8::1\n . NS a.root.\n a.root. A 192.0.2.1\n a.root. AAAA 2001:db8::1\n" \
	"test. NS ns.nic.test.\n ns.nic.test. A 192.0.2.2\n ns.nic.test. AAAA 2001:db8::2\n"       \
	"zone test. at 192.0.2.2 2001:db8::2\n test. NS ns.nic.test.\n"                            \
	"ns.nic.test. A 192.0.2.2\n ns.nic.test. AAAA 2001:db8::2\n"

/* z.test, whose n servers each stand in a zone of their own; the first of those has m such servers. */
static long long rows_of_wide(int n, int m)
{
	struct buf text;
	struct batch *b;
	long long rows;

	buf_init(&text, 1 << 20);
	buf_printf(&text, ABOVE);
	for (int i = 0; i < n + m; i++) {
		const char *owner = i < n ? "z" : "w0";
		int k = i < n ? i : i - n;
		char c = i < n ? 'w' : 'x';

		buf_printf(&text, "zone test. at 192.0.2.2\n %s.test. NS ns.%c%d.test.\n", owner, c, k);
		if (i)
			buf_printf(&text, "%c%d.test. NS d.%c%d.test.\n d.%c%d.test. AAAA 2001:db8::3\n", c, k, c, k, c, k);
		buf_printf(&text, "zone %c%d.test. at 2001:db8::3\n ns.%c%d.test. AAAA 2001:db8::3\n d.%c%d.test. AAAA 2001:db8::3\n",
			   c, k, c, k, c, k);
	}
	buf_printf(&text, "zone z.test. at 2001:db8::3\n z.test. NS ns.w0.test.\n");
	begin(text.data);
	buf_done(&text);
	b = visit_all("z.test");
	rows = b ? (long long)b->obs.n : 0;
	batch_free(b);
	end();
	return rows;
}

static void test_zones(void)
{
	struct batch *b;
	uint64_t hits;

	begin(ABOVE "z.test. NS n.z.test.\n n.z.test. AAAA 2001:db8::4\n zone z.test. at 2001:db8::4\n"
		    "z.test. NS n.z.test.\n n.z.test. AAAA 2001:db8::4\n");
	b = visit_all("z.test");
	is_int((long long)b->obs.n, 3, "the zone, the one above, the root");
	is_str(((const struct zone_row *)b->obs.at[0].row)->zone, "z.test", "the zone first");
	batch_free(b);
	end();
	begin(ABOVE "z.test. NS n.z.test.\n n.z.test. AAAA 2001:db8::4\n zone z.test. at 2001:db8::4\n"
		    "z.test. NS n.z.test.\n n.z.test. AAAA 2001:db8::4\n serve 2001:db8::4 silent\n");
	b = visit_all("z.test");
	ok(b->obs.n == 4, "what was silent is looked at again, once: %zu rows", b->obs.n);
	ok(strstr(((const struct zone_row *)b->obs.at[b->obs.n - 1].row)->servers, " dead "), "and is dead then: %s",
	   ((const struct zone_row *)b->obs.at[b->obs.n - 1].row)->servers);
	batch_free(b);
	end();
	hits = limit_hits(LIMIT_DNS_ZONES_PER_SITE);
	is_int(rows_of_wide(16, L_DNS_ZONES_PER_SITE - 20), L_DNS_ZONES_PER_SITE - 1, "one fewer than may be");
	is_int(rows_of_wide(16, L_DNS_ZONES_PER_SITE - 19), L_DNS_ZONES_PER_SITE, "as many");
	is_int((long long)(limit_hits(LIMIT_DNS_ZONES_PER_SITE) - hits), 0, "no limit was met");
	is_int(rows_of_wide(16, L_DNS_ZONES_PER_SITE - 18), L_DNS_ZONES_PER_SITE, "one more");
	is_int((long long)(limit_hits(LIMIT_DNS_ZONES_PER_SITE) - hits), 1, "and the limit says so");
}

int main(void)
{
	test_zones();
	return done();
}
