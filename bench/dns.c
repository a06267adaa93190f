/*
 * bench/dns: what questions cost, against what they must cost, and against what others make of them.
 *
 *   dns_stub_to_floor        CPU of an AAAA look-up by source/ask.h, row filled, to that of a bare sendmmsg loop
 *   dns_stub_to_dnsperf      the same to Debian's dnsperf
 *   dns_stub_to_cares        look-ups per CPU-s to those of c-ares, asynchronous
 *   dns_in_flight            memory of a look-up that waits
 *   dns_dead_missed          of 50,000 names, 5 % of them silent, 20 ms away: live ones that were not found
 *   dns_dead_wall            time of that to the sum of the timeouts of one name
 *   dns_dead_packets         questions for each dead name
 *   dns_loss_answered        with 1 % of all datagrams lost each way
 *   dns_iterative_to_floor   CPU per wire query of source/iterate.h to that of six bare questions a domain
 *   dns_delegation_memory    of a zone whose delegation is remembered after that
 *   dns_chain_cpu, _queries  the whole chain (source/iterate_zone.h) of each of 100,000 zones
 *   dns_chain_memory         of a zone whose delegation and chain are remembered
 *
 * The world is bench/synth.h in a network namespace.  Ratios are of medians of runs taken in turn, and of
 * processor time.  Lines of explanation go to stderr.  Rows can be named: bench_dns stub chain.
 */
#include "bench/dnsfloor.h"
#include "bench/dnslab.h"
#include "bench/synth.h"
#include "check/evidence.h"
#include "source/iterate_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 5, STUB_NAMES = 200000, DEAD_NAMES = 50000, LOSS_NAMES = 100000, WAITING = 100000,
       FLOOR_ZONES = 20000, DEAD_WAIT_MS = 400, TEXT_MAX = 400 };

static char synthdns[4096], cares[4096], names_file[4096], log_file[4096];

/* ---- what runs in the child ---- */

static struct loop *loop;
static struct asker *asker;

static void die(const char *what)
{
	fprintf(stderr, "bench dns: %s\n", what);
	exit(4);
}

static void begin(void)
{
	static struct prefix allow[3];
	struct guard_config c = {.allow = allow, .n_allow = 3, .skip_own = true};
	struct err e = {0};

	prefix_parse(&allow[0], "198.18.0.0/15");
	prefix_parse(&allow[1], "2001:db8::/32");
	prefix_parse(&allow[2], "10.64.0.0/10");
	loop = loop_new(&clock_real, &e);
	asker = loop ? asker_new(loop, guard_new(&c, &e), NULL, &e) : NULL;
	if (!asker)
		die(e.text);
}

static void go(void)
{
	struct err e = {0};

	if (loop_run(loop, &e))
		die(e.text);
}

/* ---- stub look-ups ---- */

struct plan {
	unsigned n, in_flight;
	const char *server;
	uint32_t wait_ms;
};

struct lookup {
	struct ask ask;
	char name[24];
};

static struct {
	struct plan plan;
	unsigned next, ended, answered;
	struct arena arena;
	struct addr server;
	char data[TEXT_MAX];
	struct dns_message message;
	struct dns_final final;
	struct dns_row row;
	uint64_t sum;
} work;

static void fill_row(const struct lookup *l, const struct ask_result *r)
{
	struct dns_row *row = &work.row;
	struct dns_message *m = &work.message;
	struct dns_final *f = &work.final;
	size_t at = 0;

	*row = (struct dns_row){.qname = l->name, .qtype = "AAAA", .role = "apex", .server = l->ask.server,
				.tries = r->tries, .rtt_us = r->rtt_us};
	if (!dns_parse(m, r->data, r->len, &work.arena))
		return;
	dns_final(f, m, l->name, DNS_AAAA);
	row->rcode = m->rcode;
	row->aa = m->aa;
	row->ad = m->ad;
	row->tc = m->tc;
	row->answers = (int64_t)f->n;
	row->ttl_s = f->ttl_s;
	for (size_t i = 0; i < f->n && at + 64 < sizeof(work.data); i++) {
		if (i)
			work.data[at++] = '\n';
		at += dns_rr_text(f->rr[i], work.data + at, sizeof(work.data) - at);
	}
	row->data = work.data;
	work.answered += row->rcode == 0 && f->n == 1;
	work.sum += (uint8_t)work.data[at / 2];
}

static void look_up(struct lookup *l);

static void looked_up(struct ask *q, const struct ask_result *r)
{
	struct lookup *l = (struct lookup *)(void *)q;

	if (r->end == ASK_ANSWER) {
		fill_row(l, r);
		arena_clear(&work.arena);
	}
	work.ended++;
	if (work.next < work.plan.n)
		look_up(l);
	else if (work.ended == work.plan.n)
		loop_stop(loop);
}

/* As the floor makes up its names: printf would be a tenth of what is measured, and is of the bench. */
static void write_name(char *name, unsigned n)
{
	memcpy(name, "n0000000.test", 14);
	for (int i = 7; i; i--, n /= 10)
		name[i] = (char)('0' + n % 10);
}

static void look_up(struct lookup *l)
{
	write_name(l->name, work.next++);
	l->ask = (struct ask){.qname = l->name, .server = work.server, .qtype = DNS_AAAA, .flags = ASK_RD | ASK_UDP,
			      .wait_ms = work.plan.wait_ms, .done = looked_up};
	ask(asker, &l->ask);
}

static void begin_lookups(const struct plan *plan)
{
	begin();
	work.plan = *plan;
	arena_init(&work.arena, 65536);
	addr_parse(&work.server, plan->server);
}

static void stub(struct dnslab_run *r, void *ctx)
{
	struct plan plan = *(struct plan *)ctx;
	struct lookup *list = calloc(plan.in_flight, sizeof(*list));

	begin_lookups(&plan);
	if (!list)
		abort();
	for (unsigned i = 0; i < plan.in_flight && work.next < plan.n; i++)
		look_up(&list[i]);
	go();
	r->n = work.answered;
	r->wire = (double)ask_stats(asker)->datagrams;
	r->memory_b = (double)ask_stats(asker)->lost_here;
}

/* Nobody answers, and nothing is due before it has been seen how large it is. */
static void waiting(struct dnslab_run *r, void *ctx)
{
	const struct plan *plan = ctx;
	struct err e = {0};
	struct lookup *list;
	double before;

	begin_lookups(plan);
	before = dnslab_rss_b();
	list = calloc(plan->n, sizeof(*list));
	if (!list)
		abort();
	for (unsigned i = 0; i < plan->n; i++)
		look_up(&list[i]);
	for (int i = 0; i < 20; i++)
		loop_turn(loop, 10000, &e);
	r->memory_b = dnslab_rss_b() - before;
	r->n = (double)ask_active(asker);
}

/* ---- from the root ---- */

struct name_job {
	struct iterate_question question;
	struct zone_question zone;
	char name[24];
};

static struct {
	struct iterate *it;
	unsigned next, ended, good, n;
	bool chain;
	double rss_b, zone_b;
} tree;

/* A zone's memory is that of the process between two moments of the same work under way: what it needs for work is
 * not in it, what the engine holds is, with the allocator's share, and nothing of that was forgotten yet. */
enum { WARM_ZONES = 5000, KNOWN_ZONES = 60000 };

static void weigh(void)
{
	if (tree.ended == WARM_ZONES)
		tree.rss_b = dnslab_rss_b();
	if (tree.ended == KNOWN_ZONES)
		tree.zone_b = (dnslab_rss_b() - tree.rss_b) / (KNOWN_ZONES - WARM_ZONES);
}

static void engine_ask(void *ctx, struct ask *q)
{
	(void)ctx;
	ask(asker, q);
}

static void engine_cancel(void *ctx, struct ask *q)
{
	(void)ctx;
	ask_cancel(asker, q);
}

static uint64_t engine_random(void *ctx)
{
	static uint64_t x = 88172645463325252;

	(void)ctx;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static void next_name(struct name_job *j);

static void job_over(struct name_job *j, bool good)
{
	tree.ended++;
	tree.good += good;
	weigh();
	if (tree.next < tree.n)
		next_name(j);
	else if (tree.ended == tree.n)
		loop_stop(loop);
}

static void named(struct iterate_question *q, const struct iterate_answer *a)
{
	if (a->end != ITERATE_ANSWER && tree.good == tree.ended)
		fprintf(stderr, "dns: the first that failed: %s, end %d, %s\n", q->qname, a->end, a->why ? a->why : "");
	job_over(q->ctx, a->end == ITERATE_ANSWER && !a->rcode);
}

static void chained(struct zone_question *q, const struct zone_row *row, enum outcome outcome)
{
	if (outcome != OUTCOME_OK && tree.good == tree.ended)
		fprintf(stderr, "dns: the first that failed: %s, outcome %d\n", q->name, outcome);
	job_over(q->ctx, outcome == OUTCOME_OK && row != NULL);
}

/* "z12.test"; printf would take a tenth of what is measured here. */
static void write_zone(char *to, unsigned n)
{
	unsigned digits = 1;

	for (unsigned left = n; left >= 10; left /= 10)
		digits++;
	*to = 'z';
	for (unsigned i = digits; i; i--, n /= 10)
		to[i] = (char)('0' + n % 10);
	memcpy(to + 1 + digits, ".test", 6);
}

static void next_name(struct name_job *j)
{
	write_zone(j->name, tree.next++);
	if (tree.chain) {
		j->zone = (struct zone_question){.name = j->name, .done = chained, .ctx = j};
		iterate_zone(tree.it, &j->zone);
	} else {
		j->question = (struct iterate_question){
			.qname = j->name, .qtype = DNS_AAAA, .done = named, .ctx = j};
		iterate_ask(tree.it, &j->question);
	}
}

static void walk_tree(struct dnslab_run *r, unsigned n, bool chain)
{
	static const char roots[] = ". 3600000 NS a.root-servers.net.\na.root-servers.net. 3600000 A 198.18.0.1\n"
				    "a.root-servers.net. 3600000 AAAA 2001:db8::1\n";
	struct name_job *list = calloc(FLOOR_IN_FLIGHT, sizeof(*list));
	struct iterate_env env = {
		.ask = engine_ask, .cancel = engine_cancel, .random = engine_random, .v4 = true, .v6 = true};
	const struct ask_stats *s;
	struct iterate_stats known;
	struct root_hints hints;

	begin();
	env.loop = loop;
	if (!list || root_hints_parse(&hints, roots, sizeof(roots) - 1))
		abort();
	tree.it = iterate_new(&env, &hints);
	tree.n = n;
	tree.chain = chain;
	for (int i = 0; i < FLOOR_IN_FLIGHT && tree.next < n; i++)
		next_name(&list[i]);
	go();
	r->memory_b = tree.zone_b;
	s = ask_stats(asker);
	known = iterate_stats(tree.it);
	r->n = tree.good;
	r->wire = (double)(s->datagrams + s->connections);
	fprintf(stderr, "dns: %u of %u, %llu datagrams, %llu connections, %llu late, %llu lost here, "
		"%zu zones, %zu hosts, %zu servers, %zu bytes known\n",
		tree.good, n, (unsigned long long)s->datagrams, (unsigned long long)s->connections,
		(unsigned long long)s->late, (unsigned long long)s->lost_here, known.zones, known.hosts,
		known.servers, known.memory_b);
}

static void iterative(struct dnslab_run *r, void *n)
{
	walk_tree(r, *(unsigned *)n, false);
}

static void chain(struct dnslab_run *r, void *n)
{
	walk_tree(r, *(unsigned *)n, true);
}

/* ---- rows ---- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *list, int n)
{
	qsort(list, (size_t)n, sizeof(*list), compare);
	return list[n / 2];
}

static void line(const char *name, double value, const char *unit, double goal, bool good)
{
	printf("%s\t%.4g\t%s\t%g\t%s\n", name, value, unit, goal, good ? "pass" : "short");
	fflush(stdout);
}

static void line_most(const char *name, double value, const char *unit, double goal)
{
	line(name, value, unit, goal, value <= goal && value > 0);
}

/* Where a peer is missing there is no figure, and the goal is not reached. */
static void line_missing(const char *name, const char *peer, double goal)
{
	fprintf(stderr, "dns: %s could not be run: no figure for %s\n", peer, name);
	printf("%s\t-\tx\t%g\tshort\n", name, goal);
	fflush(stdout);
}

static void write_names(void)
{
	FILE *f = fopen(names_file, "w");

	if (!f)
		die("cannot write a file of names");
	for (unsigned i = 0; i < STUB_NAMES; i++)
		fprintf(f, "n%07u.test AAAA\n", i);
	fclose(f);
}

/* dnsperf says how many it lost; a run that lost some is no comparison. */
static bool dnsperf_complete(void)
{
	FILE *f = fopen(log_file, "r");
	char text[256];
	unsigned done = 0;

	while (f && fgets(text, sizeof(text), f))
		if (sscanf(text, " Queries completed: %u", &done) == 1)
			break;
	if (f)
		fclose(f);
	return done >= STUB_NAMES - STUB_NAMES / 100;
}

static void row_stub(void)
{
	char count[16], *server[] = {synthdns, NULL}, *peer[] = {cares, (char[]){"198.18.0.3"}, count, NULL};
	char *perf[] = {(char[]){"dnsperf"}, (char[]){"-s"}, (char[]){"198.18.0.3"}, (char[]){"-d"}, names_file,
			(char[]){"-n"}, (char[]){"1"}, (char[]){"-c"}, (char[]){"1"}, (char[]){"-T"},
			(char[]){"1"}, (char[]){"-q"}, (char[]){"200"}, NULL};
	struct plan plan = {.n = STUB_NAMES, .in_flight = FLOOR_IN_FLIGHT, .server = "198.18.0.3"};
	double ours[RUNS], least[RUNS], dnsperf[RUNS], c_ares[RUNS], us, floor;
	bool good = true, has_dnsperf = true, has_cares = access(cares, X_OK) == 0;
	struct dnslab_server s = dnslab_start(server);
	unsigned n = STUB_NAMES;

	snprintf(count, sizeof(count), "%u", STUB_NAMES);
	write_names();
	for (int i = 0; i < RUNS; i++) {
		struct dnslab_run a = dnslab_measure(floor_stub, &n), b = dnslab_measure(stub, &plan), c, d;

		c = has_dnsperf ? dnslab_program(perf, log_file) : (struct dnslab_run){0};
		d = has_cares ? dnslab_program(peer, NULL) : (struct dnslab_run){0};
		good = good && a.good && b.good && b.n == STUB_NAMES;
		has_dnsperf = has_dnsperf && c.good && dnsperf_complete();
		has_cares = has_cares && d.good;
		least[i] = a.cpu_us / STUB_NAMES;
		ours[i] = b.cpu_us / STUB_NAMES;
		dnsperf[i] = c.cpu_us / STUB_NAMES;
		c_ares[i] = d.cpu_us / STUB_NAMES;
	}
	dnslab_stop(s);
	us = median(ours, RUNS);
	floor = median(least, RUNS);
	fprintf(stderr, "dns: us CPU a look-up: ours %.2f, floor %.2f, dnsperf %.2f, c-ares %.2f (%d names, medians of %d%s)\n",
		us, floor, median(dnsperf, RUNS), median(c_ares, RUNS), STUB_NAMES, RUNS,
		good ? "" : "; answers are missing");
	line("dns_stub_to_floor", us / floor, "x", 1.25, good && us / floor <= 1.25);
	if (has_dnsperf)
		line("dns_stub_to_dnsperf", us / median(dnsperf, RUNS), "x", 0.42,
		     good && us / median(dnsperf, RUNS) <= 0.42);
	else
		line_missing("dns_stub_to_dnsperf", "dnsperf", 0.42);
	if (has_cares)
		line("dns_stub_to_cares", median(c_ares, RUNS) / us, "x", 1.1,
		     good && median(c_ares, RUNS) / us >= 1.1);
	else
		line_missing("dns_stub_to_cares", "c-ares", 1.1);
}

static void row_memory(void)
{
	char *server[] = {synthdns, (char[]){"--dead"}, (char[]){"1000000"}, NULL};
	struct plan plan = {.n = WAITING, .in_flight = WAITING, .server = "198.18.0.3", .wait_ms = 60000};
	struct dnslab_server s = dnslab_start(server);
	struct dnslab_run r = dnslab_measure(waiting, &plan);

	dnslab_stop(s);
	if (r.n != WAITING)
		fprintf(stderr, "dns: only %.0f of %d look-ups wait\n", r.n, WAITING);
	line("dns_in_flight", r.memory_b / WAITING / 1024, "KiB", 0.5,
	     r.n == WAITING && r.memory_b / WAITING <= 512);
}

/* Names of this plan that the server answers. */
static unsigned live_of(unsigned n, unsigned dead_ppm)
{
	struct synth s = {.dead_ppm = dead_ppm};
	unsigned live = 0;

	for (unsigned i = 0; i < n; i++) {
		uint8_t wire[DNS_NAME_B];
		char name[24];

		snprintf(name, sizeof(name), "n%07u.test", i);
		live += !synth_dead(&s, wire, dns_name_wire(name, wire));
	}
	return live;
}

static void row_dead(void)
{
	char *server[] = {synthdns, (char[]){"--dead"}, (char[]){"50000"}, (char[]){"--delay"}, (char[]){"20"}, NULL};
	struct plan plan = {.n = DEAD_NAMES, .in_flight = 5000, .server = "198.18.0.3", .wait_ms = DEAD_WAIT_MS};
	unsigned live = live_of(DEAD_NAMES, 50000), dead = DEAD_NAMES - live;
	double sum_us = 0, wall[3], packets[3], missed = 0;

	for (int i = 0; i < L_DNS_TRIES; i++)
		sum_us += (DEAD_WAIT_MS << i) * 1000.0;
	for (int i = 0; i < 3; i++) {
		struct dnslab_server s = dnslab_start(server);
		struct dnslab_run r = dnslab_measure(stub, &plan);

		packets[i] = (double)dnslab_stop(s).dead / dead;
		wall[i] = r.wall_us / sum_us;
		missed += live - r.n;
		fprintf(stderr, "dns: %u of %u names are silent: %.0f ms, timeouts of one name %.0f ms, %.2f us CPU a name, %.0f lost here\n",
			dead, DEAD_NAMES, r.wall_us / 1000, sum_us / 1000, r.cpu_us / DEAD_NAMES, r.memory_b);
	}
	line("dns_dead_missed", missed, "names", 0, missed == 0);
	line_most("dns_dead_wall", median(wall, 3), "x", 1.25);
	line_most("dns_dead_packets", median(packets, 3), "questions", 4);
}

static void row_loss(void)
{
	char *server[] = {synthdns, (char[]){"--loss"}, (char[]){"10000"}, NULL};
	struct plan plan = {.n = LOSS_NAMES, .in_flight = 5000, .server = "198.18.0.3", .wait_ms = DEAD_WAIT_MS};
	struct dnslab_server s = dnslab_start(server);
	struct dnslab_run r = dnslab_measure(stub, &plan);
	struct dnslab_counts c = dnslab_stop(s);

	fprintf(stderr, "dns: %llu datagrams lost on purpose, %.0f of %d names answered\n", c.lost, r.n, LOSS_NAMES);
	line("dns_loss_answered", 100 * r.n / LOSS_NAMES, "%", 99.99, c.lost > LOSS_NAMES / 100 && r.n >= 0.9999 * LOSS_NAMES);
}

static void row_iterative(void)
{
	char *server[] = {synthdns, NULL};
	struct dnslab_server s = dnslab_start(server);
	unsigned n = FLOOR_ZONES, zones = SYNTH_ZONES;
	double ours[3], least[3], memory[3], us, floor;
	bool good = true;

	for (int i = 0; i < 3; i++) {
		struct dnslab_run a = dnslab_measure(floor_iterative, &n), b = dnslab_measure(iterative, &zones);

		least[i] = a.cpu_us / a.wire;
		ours[i] = b.cpu_us / b.wire;
		memory[i] = b.memory_b;
		good = good && a.good && b.good && b.n == zones;
		fprintf(stderr, "dns: iterative: %.2f us CPU and %.2f wire queries a name\n", b.cpu_us / zones,
			b.wire / zones);
	}
	dnslab_stop(s);
	us = median(ours, 3);
	floor = median(least, 3);
	fprintf(stderr, "dns: us CPU a wire query: ours %.2f, floor %.2f%s\n", us, floor,
		good ? "" : "; answers are missing");
	line("dns_iterative_to_floor", us / floor, "x", 1.6, good && us / floor <= 1.6);
	line("dns_delegation_memory", median(memory, 3), "B/zone", 300, good && median(memory, 3) <= 300);
}

static void row_chain(void)
{
	char *server[] = {synthdns, NULL};
	struct dnslab_server s = dnslab_start(server);
	unsigned zones = SYNTH_ZONES;
	double cpu[3], wire[3], memory[3];
	bool good = true;

	for (int i = 0; i < 3; i++) {
		struct dnslab_run r = dnslab_measure(chain, &zones);

		good = good && r.good && r.n == zones;
		cpu[i] = r.cpu_us / zones;
		wire[i] = r.wire / zones;
		memory[i] = r.memory_b;
	}
	dnslab_stop(s);
	if (!good)
		fprintf(stderr, "dns: zones without a verdict\n");
	line("dns_chain_cpu", median(cpu, 3), "us/zone", 100, good && median(cpu, 3) <= 100);
	line("dns_chain_queries", median(wire, 3), "queries/zone", 8, good && median(wire, 3) <= 8);
	line("dns_chain_memory", median(memory, 3), "B/zone", 300, good && median(memory, 3) <= 300);
}

static bool wanted(int argc, char **argv, const char *row)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], row))
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} rows[] = {{"stub", row_stub}, {"memory", row_memory}, {"dead", row_dead},
		    {"loss", row_loss}, {"iterative", row_iterative}, {"chain", row_chain}};
	char dir[2048], run[] = "/tmp/bench-dns-XXXXXX";
	ssize_t len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);

	dir[len > 0 ? len : 0] = '\0';
	*strrchr(dir, '/') = '\0';
	snprintf(synthdns, sizeof(synthdns), "%s/synthdns", dir);
	snprintf(cares, sizeof(cares), "%s/peer_cares", dir);
	if (!mkdtemp(run))
		die("no directory for a list of names");
	snprintf(names_file, sizeof(names_file), "%s/names", run);
	snprintf(log_file, sizeof(log_file), "%s/log", run);
	if (!dnslab_enter())
		die("no network of our own to be had here: no figures");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (wanted(argc, argv, rows[i].name))
			rows[i].fn();
	unlink(names_file);
	unlink(log_file);
	return rmdir(run) != 0;
}
