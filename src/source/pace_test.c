/* Politeness as a table of who wants to go where, on a clock that the test moves. */
#include "source/pace.h"

#include "test/tap.h"

#include <stdlib.h>
#include <string.h>

enum { TURNS = 40 };

struct one {
	struct turn turn;
	int64_t went_us; /* -1: not yet */
};

static struct clock_fake fake;
static struct loop *loop;
static struct one turns[TURNS];

static void go(struct turn *t)
{
	struct one *o = t->ctx;

	o->went_us = fake.mono_us;
}

static void take(struct pace *p, int i, const char *text, enum pace_kind kind)
{
	struct addr a;

	addr_parse(&a, text);
	memset(&turns[i], 0, sizeof(turns[i]));
	turns[i].turn.go = go;
	turns[i].turn.ctx = &turns[i];
	turns[i].went_us = -1;
	pace_take(p, &turns[i].turn, &a, kind);
}

static void run_for(int64_t us)
{
	struct err e;

	for (int64_t t = 0; t <= us; t += 1000) {
		loop_turn(loop, 0, &e);
		clock_fake_move(&fake, 1000);
	}
}

static struct pace *fresh(int64_t per_s, int64_t gap_us, int64_t per_prefix_s, int64_t ramp_us)
{
	return pace_new(loop, &(struct pace_config){.per_s = per_s, .gap_us = gap_us,
						    .per_prefix_s = per_prefix_s, .per_ns_s = 10,
						    .ramp_us = ramp_us});
}

static void end(struct pace *p, int n)
{
	for (int i = 0; i < n; i++)
		pace_leave(&turns[i].turn);
	pace_free(p);
}

static int by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Least time between two of the first n turns, in whatever order they went; those that have not are left
 * out. */
static int64_t least_gap(int n)
{
	int64_t least = INT64_MAX, at[TURNS];
	int k = 0;

	for (int i = 0; i < n; i++)
		if (turns[i].went_us >= 0)
			at[k++] = turns[i].went_us;
	qsort(at, (size_t)k, sizeof(at[0]), by_time);
	for (int i = 1; i < k; i++)
		if (at[i] - at[i - 1] < least)
			least = at[i] - at[i - 1];
	return least;
}

static int went(int n)
{
	int count = 0;

	for (int i = 0; i < n; i++)
		count += turns[i].went_us >= 0;
	return count;
}

/* Connections to different /48 of one /32, and to other /32. */
static void test_network(void)
{
	struct pace *p = pace_new(loop, &(struct pace_config){.per_s = 1000, .per_prefix_s = 1000,
							      .per_ns_s = 10, .per_network_s = 4});
	char text[32];

	for (int i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), i < 4 ? "2001:db8:%d::1" : "2001:db%d::1", i);
		take(p, i, text, PACE_CONNECT);
	}
	run_for(100000);
	is_int(went(8), 5, "one to a network at once; others do not wait for it");
	run_for(1000000);
	is_int(went(8), 8, "then four a second");
	ok(least_gap(4) >= 250000, "%lld us apart", (long long)least_gap(4));
	end(p, 8);
}

/* Three that keep the rules together: each gap is three times as long. */
static void test_share(void)
{
	struct pace *p = pace_new(loop, &(struct pace_config){.share = 3, .per_s = 1000, .gap_us = 100000,
							      .per_prefix_s = 1000, .per_ns_s = 10});

	for (int i = 0; i < 3; i++)
		take(p, i, "2001:db8::53", PACE_NAME_SERVER);
	run_for(1000000);
	is_int(went(3), 3, "all have gone");
	ok(least_gap(3) >= 300000, "a name server has a third of its questions from us: %lld us apart",
	   (long long)least_gap(3));
	end(p, 3);
	p = pace_new(loop, &(struct pace_config){.share = 3, .per_s = 10, .per_ns_s = 1000});
	for (int i = 0; i < 3; i++)
		take(p, i, "2001:db8::53", PACE_RESOLVER);
	run_for(1000000);
	ok(least_gap(3) >= 299000, "and everybody a third of the whole: %lld us", (long long)least_gap(3));
	end(p, 3);
}

/* Who waits for his own address keeps nobody else waiting in his network. */
static void test_apart(void)
{
	struct pace *p = pace_new(loop, &(struct pace_config){.per_s = 1000, .gap_us = 2000000,
							      .per_prefix_s = 1000, .per_ns_s = 10,
							      .per_network_s = 20});

	take(p, 0, "2001:db8::1", PACE_CONNECT);
	run_for(10000);
	pace_leave(&turns[0].turn);
	take(p, 1, "2001:db8::1", PACE_CONNECT);
	take(p, 2, "2001:db8::2", PACE_CONNECT);
	take(p, 3, "2001:db8:1::3", PACE_CONNECT);
	run_for(200000);
	ok(turns[1].went_us < 0, "the same address has its gap");
	ok(turns[2].went_us > 0 && turns[3].went_us > 0, "others need not wait for it");
	run_for(2000000);
	ok(turns[1].went_us > 0, "then it goes");
	end(p, 4);
}

/* New sites of one registrable domain, and one of another. */
static void test_domain(void)
{
	struct pace *p = pace_new(loop, &(struct pace_config){.per_s = 1, .per_prefix_s = 1,
							      .per_ns_s = 1, .per_domain_s = 2});

	for (int i = 0; i < 4; i++) {
		memset(&turns[i], 0, sizeof(turns[i]));
		turns[i].turn.go = go;
		turns[i].turn.ctx = &turns[i];
		turns[i].went_us = -1;
		pace_take_site(p, &turns[i].turn, i < 3 ? "example.test" : "example.example");
	}
	run_for(10000);
	is_int(went(4), 2, "one of each domain at once; a new site costs no packet");
	run_for(1100000);
	is_int(went(4), 4, "the others of one domain, two a second");
	ok(least_gap(3) >= 500000, "%lld us apart", (long long)least_gap(3));
	end(p, 4);
}

/* What waited for its address may not come out all at once. */
static void test_burst(void)
{
	struct pace *p = fresh(10, 500000, 1000, 0);

	for (int i = 0; i < 10; i++)
		take(p, i, i % 2 ? "2001:db8::1" : "2001:db8:1::1", PACE_NAME_SERVER);
	for (int i = 10; i < 20; i++)
		take(p, i, "2001:db8::53", PACE_RESOLVER);
	run_for(3000000);
	ok(least_gap(20) >= 99000, "all of them %lld us apart at least", (long long)least_gap(20));
	end(p, 20);
}

static void test_address(void)
{
	struct pace *p = fresh(1000, 2000000, 1000, 0);

	for (int i = 0; i < 3; i++)
		take(p, i, "2001:db8::80", PACE_CONNECT);
	run_for(5000000);
	is_int(went(3), 1, "one connection at a time to one address");
	pace_leave(&turns[0].turn);
	run_for(10000);
	is_int(went(3), 2, "when it is over the next one goes");
	ok(turns[1].went_us - turns[0].went_us >= 2000000, "no sooner than the gap");
	pace_leave(&turns[1].turn);
	run_for(1000000);
	is_int(went(3), 2, "within the gap nobody goes");
	run_for(1100000);
	is_int(went(3), 3, "after it the third");
	end(p, 3);
}

/* The loop is busy elsewhere while a turn is due. */
static void test_late(void)
{
	struct pace *p = fresh(1000, 300000, 1000, 0);
	struct err e;

	for (int i = 0; i < 3; i++)
		take(p, i, "2001:db8::80", PACE_CONNECT);
	run_for(1000);
	pace_leave(&turns[0].turn);
	clock_fake_move(&fake, 550000);
	loop_turn(loop, 0, &e);
	pace_leave(&turns[1].turn);
	run_for(500000);
	is_int(went(3), 3, "who goes late");
	ok(turns[2].went_us - turns[1].went_us >= 300000, "makes the next wait as long");
	end(p, 3);
	p = fresh(1000, 1, 2, 0);
	for (int i = 0; i < 4; i++) {
		char text[32];

		snprintf(text, sizeof(text), "2001:db8:9:%d::80", i);
		take(p, i, text, PACE_CONNECT);
	}
	run_for(1000);
	clock_fake_move(&fake, 1200000); /* two more are due by now */
	run_for(2000000);
	is_int(went(4), 4, "so it is with one prefix");
	ok(least_gap(4) >= 500000, "where all others have booked already");
	end(p, 4);
}

static void test_no_gap(void)
{
	struct pace *p = fresh(100000, 0, 100000, 0);

	for (int i = 0; i < 8; i++)
		take(p, i, "2001:db8::80", PACE_CONNECT);
	run_for(10000);
	is_int(went(8), 8, "without a gap many may be there at once");
	end(p, 8);
}

static void test_prefix(void)
{
	struct pace *p = fresh(1000, 1, 2, 0);
	char text[32];

	for (int i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "2001:db8:0:%d::80", i);
		take(p, i, text, PACE_CONNECT);
	}
	run_for(2000000);
	is_int(went(6), 5, "two connections a second to one /48");
	ok(least_gap(6) >= 499000, "evenly spread");
	end(p, 6);
	p = fresh(1000, 1, 2, 0);
	for (int i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "192.0.%d.80", i);
		take(p, i, text, PACE_CONNECT);
	}
	run_for(20000);
	is_int(went(6), 6, "six /24 do not wait for each other");
	end(p, 6);
}

static void test_name_server(void)
{
	struct pace *p = fresh(1000, 2000000, 2, 0);

	for (int i = 0; i < 20; i++)
		take(p, i, "2001:db8::53", PACE_NAME_SERVER);
	run_for(999000);
	ok(went(20) >= 9 && went(20) <= 11, "ten questions a second to one name server");
	end(p, 20);
}

static void test_all(void)
{
	struct pace *p = fresh(20, 2000000, 2, 0);
	char text[32];

	for (int i = 0; i < TURNS; i++) {
		snprintf(text, sizeof(text), "2001:db8:%d::80", i + 1);
		take(p, i, text, i % 2 ? PACE_CONNECT : PACE_RESOLVER);
	}
	run_for(999000);
	ok(went(TURNS) >= 19 && went(TURNS) <= 21, "twenty turns a second all together");
	end(p, TURNS);
}

/* A loop that comes back every few hundredths of a second, after a pause: what it may catch up with is little, no
 * second has too many, and nothing of the rate is lost. */
static void test_busy_loop(void)
{
	enum { MANY = 4000, PER_S = 1000 };
	static struct one many[MANY];
	struct pace *p = fresh(PER_S, 0, PER_S, 0);
	struct addr a;
	struct err e;
	int n = 0, at_first = 0, most = 0;

	memset(many, 0, sizeof(many));
	addr_parse(&a, "2001:db8::1");
	run_for(5000000);
	for (int i = 0; i < MANY; i++) {
		many[i] = (struct one){.turn = {.go = go, .ctx = &many[i]}, .went_us = -1};
		pace_take(p, &many[i].turn, &a, PACE_RESOLVER);
	}
	loop_turn(loop, 0, &e);
	for (int i = 0; i < MANY; i++)
		at_first += many[i].went_us >= 0;
	for (int i = 0; i < 150; i++) {
		clock_fake_move(&fake, 13000 + i % 4 * 5000);
		loop_turn(loop, 0, &e);
	}
	for (int from = 0, to = 0; to < MANY && many[to].went_us >= 0; to++, n++) {
		while (many[to].went_us - many[from].went_us >= 1000000)
			from++;
		most = to - from + 1 > most ? to - from + 1 : most;
	}
	is_int(at_first, 1, "a pause gives nothing to catch up with");
	ok(most <= PER_S, "%d in the fullest second", most);
	ok(n >= 3000, "%d in 3.075 s", n);
	for (int i = 0; i < MANY; i++)
		pace_leave(&many[i].turn);
	pace_free(p);
}

static void test_ramp(void)
{
	struct pace *p = fresh(100, 0, 100, 1800000000);

	for (int i = 0; i < TURNS; i++)
		take(p, i, "2001:db8::1", PACE_RESOLVER);
	run_for(999000);
	ok(went(TURNS) >= 9 && went(TURNS) <= 11, "at first a tenth of the rate");
	end(p, TURNS);
	p = fresh(100, 0, 100, 1800000000);
	clock_fake_move(&fake, 1800000000);
	for (int i = 0; i < TURNS; i++)
		take(p, i, "2001:db8::1", PACE_RESOLVER);
	run_for(450000);
	is_int(went(TURNS), TURNS, "after half an hour all of it");
	end(p, TURNS);
}

static void test_leaving(void)
{
	struct pace *p = fresh(1000, 2000000, 1000, 0);

	for (int i = 0; i < 4; i++)
		take(p, i, "2001:db8::80", PACE_CONNECT);
	pace_leave(&turns[0].turn); /* it had booked and not gone */
	pace_leave(&turns[2].turn); /* it stood in line */
	pace_leave(&turns[2].turn);
	run_for(2100000);
	ok(turns[0].went_us < 0 && turns[2].went_us < 0, "who left is not called");
	ok(turns[1].went_us >= 0, "and the next in line goes");
	pace_leave(&turns[1].turn);
	run_for(2100000);
	ok(turns[3].went_us >= 0, "and the one behind");
	end(p, 4);
}

int main(void)
{
	struct err e;

	clock_fake_init(&fake, 0);
	loop = loop_new(&fake.clock, &e);
	test_network();
	test_share();
	test_apart();
	test_domain();
	test_burst();
	test_address();
	test_late();
	test_no_gap();
	test_prefix();
	test_name_server();
	test_all();
	test_busy_loop();
	test_ramp();
	test_leaving();
	loop_free(loop);
	return done();
}
