/*
 * politeness_test: the rules of threats.md section 7 hold over very many simulated targets (POLITENESS_TARGETS;
 * 200,000 unless it says otherwise): never more than the allowed rate to one address, one /24 or /48, one /16 or
 * /32, one name server, one registrable domain, and to all together; two probers that share the rules count as one;
 * a loop that is late does not make up for it in bursts.  And: from a minute after an opt-out nothing goes there.
 *
 * The scheduler is the real one (source/pace.c, source/optout.c) on a clock that the test moves.  What it allowed is
 * kept in books of the test's own, which know nothing of how it schedules.
 */
#include "base/map.h"
#include "io/loop.h"
#include "source/optout.h"
#include "source/pace.h"
#include "test/tap.h"

#include <sys/resource.h>
#include <time.h>

enum { PROBERS = 2, IN_FLIGHT = 20000, OPTOUT_POLL_US = 10000000, OPTOUT_WITHIN_US = 60000000 };
/* Rates that do not divide a second, too. */
enum { PER_S = 19000, GAP_MS = 200, PER_PREFIX_S = 12, PER_NETWORK_S = 180, PER_NS_S = 42, PER_DOMAIN_S = 3 };

static struct clock_fake fake;
static struct loop *loop;
static struct pace *pace[PROBERS];
static uint64_t seed = 1;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* ---- books: when the latest turns were given at one place ---- */

struct book {
	uint64_t n;
	uint32_t held; /* connections that stand */
	int64_t at_us[];
};
static struct map books;
static struct arena books_arena;
static uint64_t broken, given;
static char first_broken[200];

static struct book *book_of(char kind, const void *key, size_t len, unsigned allowed)
{
	uint8_t full[32] = {(uint8_t)kind};
	struct book **b;

	memcpy(full + 1, key, len);
	b = (struct book **)map_at(&books, full, len + 1);
	if (!*b)
		*b = arena_alloc(&books_arena, sizeof(**b) + allowed * sizeof(int64_t));
	return *b;
}

/* Of the turns at this place, allowed + 1 in a row never come within the span. */
static void write_down(const char *kind, struct book *b, unsigned allowed, int64_t span_us)
{
	int64_t *oldest = &b->at_us[b->n % allowed];

	if (b->n >= allowed && fake.mono_us - *oldest < span_us && !broken++)
		snprintf(first_broken, sizeof(first_broken), "%s: %u turns in %lld us", kind, allowed + 1,
			 (long long)(fake.mono_us - *oldest));
	*oldest = fake.mono_us;
	b->n++;
}

static void write_prefix(const char *kind, const struct addr *a, unsigned bits, unsigned allowed)
{
	uint8_t key[18] = {a->family};

	memcpy(key + 1, a->byte, bits / 8);
	write_down(kind, book_of(kind[0], key, 1 + bits / 8, allowed), allowed, 1000000);
}

static struct book *all_book;

static void write_all(void)
{
	given++;
	write_down("all together", all_book, PER_S, 1000000);
}

/* ---- targets: a site, a question to its name server, a connection that is held for a while ---- */

enum stage { STAGE_SITE, STAGE_NS, STAGE_WEB, STAGE_HELD };
struct target {
	struct turn turn;
	struct timer hold;
	struct pace *pace;
	struct addr ns, web;
	uint32_t domain;
	enum stage stage;
	bool busy;
};
static struct target targets[IN_FLIGHT];
static uint64_t to_do, done_targets, skipped;

static struct optout optout;
static bool optout_read;
static int64_t optout_at_us = INT64_MAX;
static uint64_t after_optout;
static struct prefix unwilling;

static void begin_target(struct target *t);

/* Some addresses hold a great many sites, most hold one. */
static struct addr some_addr(uint8_t kind)
{
	uint64_t r = rnd(), place = r % 100 < 5 ? r / 100 % 64 : r / 100 % (1 << 22);
	struct addr a = {.family = r >> 60 & 1 ? 6 : 4};

	if (a.family == 4) {
		a.byte[0] = (uint8_t)(20 + kind);
		a.byte[1] = (uint8_t)(place >> 14);
		a.byte[2] = (uint8_t)(place >> 3);
		a.byte[3] = (uint8_t)(place & 7);
		return a;
	}
	a.byte[0] = 0x20;
	a.byte[1] = kind;
	a.byte[3] = (uint8_t)(place >> 16);
	a.byte[4] = (uint8_t)(place >> 8);
	a.byte[5] = (uint8_t)(place >> 3);
	a.byte[15] = (uint8_t)(place & 7);
	return a;
}

/* As source/visit_look.c asks before each look: the list as it was read last. */
static bool is_unwilling(const struct target *t)
{
	return optout_read && optout_addr(&optout, &t->web);
}

static void check_optout(const struct target *t)
{
	if (optout_at_us != INT64_MAX && fake.mono_us >= optout_at_us + OPTOUT_WITHIN_US && prefix_has(&unwilling, &t->web))
		after_optout++;
}

static void end_target(struct target *t)
{
	pace_leave(&t->turn);
	t->busy = false;
	done_targets++;
	if (to_do)
		begin_target(t);
}

static void held(struct timer *timer)
{
	struct target *t = timer->ctx;
	uint8_t key[17] = {t->web.family};

	memcpy(key + 1, t->web.byte, 16);
	book_of('h', key, sizeof(key), PROBERS)->held--;
	end_target(t);
}

static void connect_to(struct target *t)
{
	uint8_t key[17] = {t->web.family};
	struct book *b;

	memcpy(key + 1, t->web.byte, 16);
	b = book_of('h', key, sizeof(key), PROBERS);
	if (++b->held > PROBERS && !broken++) /* one for each prober (rate.probers) */
		snprintf(first_broken, sizeof(first_broken), "connections at once: %u", b->held);
	/* each prober leaves PROBERS gaps between two, and two of them may come at once */
	write_down("one address", b, PROBERS, PROBERS * GAP_MS * 1000);
	write_prefix("prefix", &t->web, t->web.family == 4 ? 24 : 48, PER_PREFIX_S);
	write_prefix("network", &t->web, t->web.family == 4 ? 16 : 32, PER_NETWORK_S);
	write_all();
	check_optout(t);
	t->stage = STAGE_HELD;
	loop_timer(loop, &t->hold, (int64_t)(rnd() % 400000));
}

static void in_turn(struct turn *turn)
{
	struct target *t = turn->ctx;

	if (t->stage != STAGE_SITE && is_unwilling(t)) {
		skipped++;
		end_target(t);
		return;
	}
	switch (t->stage) {
	case STAGE_SITE:
		write_down("domain", book_of('d', &t->domain, sizeof(t->domain), PER_DOMAIN_S), PER_DOMAIN_S, 1000000);
		pace_leave(turn);
		t->stage = STAGE_NS;
		pace_take(t->pace, turn, &t->ns, PACE_NAME_SERVER);
		break;
	case STAGE_NS:
		write_prefix("server", &t->ns, t->ns.family == 4 ? 32 : 128, PER_NS_S);
		write_all();
		pace_leave(turn);
		t->stage = STAGE_WEB;
		pace_take(t->pace, turn, &t->web, PACE_CONNECT);
		break;
	case STAGE_WEB: connect_to(t); break;
	case STAGE_HELD: abort();
	}
}

static void begin_target(struct target *t)
{
	char domain[32];

	to_do--;
	*t = (struct target){.ns = some_addr(1), .web = some_addr(2), .domain = (uint32_t)(rnd() % 100000), .busy = true};
	t->hold = (struct timer){.fire = held, .ctx = t};
	t->turn.go = in_turn;
	t->turn.ctx = t;
	t->pace = pace[t->domain % PROBERS]; /* the sites of a domain are one prober's */
	snprintf(domain, sizeof(domain), "d%u.test", t->domain);
	pace_take_site(t->pace, &t->turn, domain);
}

/* ---- the run ---- */

/* To the next timer; now and then the loop comes late, as a busy one does. */
static void run(uint64_t total)
{
	int64_t poll_us = OPTOUT_POLL_US;

	while (done_targets < total) {
		int64_t due_us = loop_due_us(loop);

		if (due_us > fake.mono_us)
			clock_fake_move(&fake, due_us - fake.mono_us);
		if (rnd() % 4096 == 0)
			clock_fake_move(&fake, (int64_t)(rnd() % 50000));
		if (optout_at_us == INT64_MAX && done_targets > total / 3)
			optout_at_us = fake.mono_us;
		if (fake.mono_us >= poll_us) {
			poll_us = fake.mono_us + OPTOUT_POLL_US;
			if (fake.mono_us >= optout_at_us && !optout_read)
				optout_read = !optout_parse(&optout, "test", "22.0.0.0/16 # asked today\n", 26, NULL);
		}
		loop_turn(loop, 0, NULL);
	}
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void)
{
	const char *n = getenv("POLITENESS_TARGETS");
	uint64_t total = n ? strtoull(n, NULL, 10) : 200000;
	struct pace_config c = {.per_s = PER_S, .gap_us = GAP_MS * 1000, .per_prefix_s = PER_PREFIX_S,
				.per_ns_s = PER_NS_S, .per_network_s = PER_NETWORK_S, .share = PROBERS,
				.per_domain_s = PER_DOMAIN_S};
	struct rusage use;

	clock_fake_init(&fake, 1700000000000000);
	loop = loop_new(&fake.clock, NULL);
	arena_init(&books_arena, 0);
	map_init(&books, &books_arena);
	all_book = arena_alloc(&books_arena, sizeof(*all_book) + PER_S * sizeof(int64_t));
	optout_init(&optout);
	prefix_parse(&unwilling, "22.0.0.0/16");
	for (int i = 0; i < PROBERS; i++)
		pace[i] = pace_new(loop, &c);
	to_do = total;
	for (size_t i = 0; i < IN_FLIGHT && to_do; i++)
		begin_target(&targets[i]);
	run(total);
	is_int((long long)done_targets, (long long)total, "every target has had its turn");
	is_int((long long)broken, 0, "no rule was broken");
	if (broken)
		printf("# the first: %s\n", first_broken);
	ok(skipped > 0, "who opted out was met: %llu turns were not used", (unsigned long long)skipped);
	is_int((long long)after_optout, 0, "from a minute after an opt-out nothing goes there");
	for (int i = 0; i < PROBERS; i++)
		pace_free(pace[i]);
	getrusage(RUSAGE_SELF, &use);
	printf("# %llu targets, %llu turns in %.0f simulated s; %.1f s of CPU, %ld MiB with the books\n",
	       (unsigned long long)total, (unsigned long long)given, (double)fake.mono_us / 1e6, cpu_s(),
	       use.ru_maxrss / 1024);
	optout_done(&optout);
	arena_done(&books_arena);
	loop_free(loop);
	return done();
}
