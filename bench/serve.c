/*
 * bench/serve: `sextant serve` over ten million observations, seen from outside.
 *
 * The store is made once (bench/fill.h, a few minutes) and stays beside the build; BENCH_ROWS makes
 * another size.  Then, over loopback and with a browser's header, on the machine that also runs the
 * readers:
 *
 *   serve_start        from fork to the first answer of /healthz
 *   cold, ready        (stderr) the first answer of each address while the server makes itself ready,
 *                      and how long it goes on with that
 *   page_NAME_p99      what a page asks for, 99th percentile over 64 readers on keep-alive connections,
 *                      who go from page to page, a second (exponential) on each.  Addresses differ:
 *                      languages, groups, filters, and any of some 27,000 sites
 *   hurried_NAME_p99   the same without a pause: 64 questions are under way at any moment.  Only pages
 *                      that many readers share, which are answered from what is kept
 *   serve_idle_...     resident memory after all that, less what DuckDB says it holds
 *
 * Prints name, value, unit, goal, pass or short.
 */
#include "app/schemas.h"
#include "base/clock.h"
#include "bench/fill.h"
#include "bench/load.h"
#include "check/check.h"
#include "indicator/indicator.h"
#include "store/store.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	VIEWS = 12,
	READERS = 64,
	ROWS = 10000000,
	PAUSE_US = 1000000,
	READING_US = 60000000,
	HURRIED_US = 2000000,
	SETTLE_US = 5000000,
};
static const double goal_page_ms = 50, goal_start_ms = 1000, goal_idle_mb = 100;

struct bench {
	char dir[4096];
	pid_t pid;
	uint16_t port;
	uint64_t random;
	int64_t sites;
	char last_round[64];
	const struct view *view;
	bool served[VIEWS]; /* by this version */
};

/* What a page of web/src asks for; writes one of its addresses. */
struct view {
	const char *name;
	void (*address)(struct bench *b, char path[static LOAD_PATH_MAX]);
	bool own; /* hardly two readers ask for the same: nothing is kept for the next one */
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench serve: %s: %s\n", what, why);
	exit(4);
}

static void print(const char *name, double value, const char *unit, double goal)
{
	printf("%s\t%.1f\t%s\t%g\t%s\n", name, value, unit, goal, value <= goal ? "pass" : "short");
	fflush(stdout);
}

/* ---- the addresses ---- */

static int64_t pick(struct bench *b, int64_t n)
{
	return (int64_t)(fill_random(&b->random) >> 16) % n;
}

static const char *lang(struct bench *b)
{
	return pick(b, 2) ? "lang=zh" : "lang=en";
}

static void overview(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/overview?%s", lang(b));
}

static void indicators(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/indicators?%s", lang(b));
}

static const struct indicator *any_indicator(struct bench *b)
{
	int64_t n = 0;

	while (indicator_list[n])
		n++;
	return indicator_list[pick(b, n)];
}

static void indicator(struct bench *b, char path[static LOAD_PATH_MAX])
{
	const struct indicator *i = any_indicator(b);

	snprintf(path, LOAD_PATH_MAX, "/api/v1/indicators/%s?%s", i->id, lang(b));
}

static void indicator_by(struct bench *b, char path[static LOAD_PATH_MAX])
{
	static const char *const by[] = {"class", "region", "level"};
	const struct indicator *i = any_indicator(b);

	while (!indicator_is_round(i))
		i = any_indicator(b);
	snprintf(path, LOAD_PATH_MAX, "/api/v1/indicators/%s?by=%s&%s", i->id, by[pick(b, 3)], lang(b));
}

static void league(struct bench *b, char path[static LOAD_PATH_MAX])
{
	static const char *const by[] = {"organisation", "class", "region", "level"};

	snprintf(path, LOAD_PATH_MAX, "/api/v1/league?by=%s&indicator=site_ready&%s", by[pick(b, 4)], lang(b));
}

static void targets(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/targets?%s", lang(b));
}

static void allocation(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/allocation?family=ipv6&%s", lang(b));
}

static void sites(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/sites?limit=50&%s", lang(b));
}

static void sites_filtered(struct bench *b, char path[static LOAD_PATH_MAX])
{
	static const char *const verdicts[] = {"pass", "partial", "fail", "na", "unknown"};
	int64_t checks = 0;

	while (check_list[checks])
		checks++;
	snprintf(path, LOAD_PATH_MAX,
		 "/api/v1/sites?limit=50&check=%s&verdict=%s&class=Class%%20%d&q=%d&%s",
		 check_list[pick(b, checks)]->id, verdicts[pick(b, 5)], (int)pick(b, 12),
		 (int)pick(b, 100), lang(b));
}

static void site(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/sites/site%05lld.example?%s", (long long)pick(b, b->sites),
		 lang(b));
}

static void rounds(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/rounds?%s", lang(b));
}

static void round_one(struct bench *b, char path[static LOAD_PATH_MAX])
{
	snprintf(path, LOAD_PATH_MAX, "/api/v1/rounds/%s?%s", b->last_round, lang(b));
}

static const struct view views[] = {
	{"overview", overview, false},	    {"indicators", indicators, false},
	{"indicator", indicator, false},    {"indicator_by", indicator_by, false},
	{"targets", targets, false},	    {"league", league, false},
	{"allocation", allocation, false},  {"sites", sites, false},
	{"sites_filtered", sites_filtered, true}, {"site", site, true},
	{"rounds", rounds, false},	    {"round", round_one, false},
};

/* ---- the store ---- */

static void make_store(struct bench *b)
{
	const char *program = getenv("SEXTANT"), *text = getenv("BENCH_ROWS");
	int64_t rows = text ? strtoll(text, NULL, 10) : ROWS;
	char dir[4000], fresh[4096 + 8];
	struct err e = {0};
	char *slash;

	snprintf(dir, sizeof(dir), "%s", program ? program : "./sextant");
	slash = strrchr(dir, '/');
	*(slash ? slash : dir) = '\0';
	snprintf(b->dir, sizeof(b->dir), "%s/bench-store-%lld", slash ? dir : ".", (long long)rows);
	if (access(b->dir, F_OK) == 0)
		return;
	fprintf(stderr, "making %lld rows in %s, once; this takes minutes\n", (long long)rows, b->dir);
	snprintf(fresh, sizeof(fresh), "%s.new", b->dir);
	if (access(fresh, F_OK) == 0)
		die(fresh, "an earlier run was stopped while making it: remove it");
	if (fill_store(fresh, rows, &e) < 0)
		die(fresh, e.text);
	if (rename(fresh, b->dir))
		die(b->dir, strerror(errno));
}

static double ask_number(struct bench *b, const char *sql, char *text, size_t max)
{
	struct store *s;
	struct arena a;
	struct table t;
	struct err e = {0};
	double v;

	arena_init(&a, 0);
	if (store_open(b->dir, STORE_ANY, known_schemas, &s, &e) ||
	    store_query_facts(s, &a, sql, NULL, 0, &t, &e) || !t.n_rows)
		die(sql, e.text);
	v = value_num(table_at(&t, 0, 0), 0);
	if (text)
		snprintf(text, max, "%s", value_str(table_at(&t, 0, 1), ""));
	arena_done(&a);
	store_close(s);
	return v;
}

/* ---- the server ---- */

static uint16_t free_port(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) || getsockname(fd, (struct sockaddr *)&a, &len))
		die("::1", strerror(errno));
	close(fd);
	return ntohs(a.sin6_port);
}

/* Starts the server; how long until /healthz answers. */
static int64_t start(struct bench *b)
{
	char listen[32], *argv[] = {getenv("SEXTANT"), "serve", "--db", b->dir, "--listen", listen, NULL};
	int64_t began_us;
	int status;

	b->port = free_port();
	snprintf(listen, sizeof(listen), "[::1]:%u", b->port);
	began_us = clock_mono(&clock_real);
	b->pid = argv[0] ? fork() : -1;
	if (b->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execv(argv[0], argv);
		_exit(99);
	}
	while (load_once(b->port, "/healthz", &status) < 0 || status != 200) {
		if (b->pid < 0 || waitpid(b->pid, &status, WNOHANG) != 0)
			die("start", "the server does not run; SEXTANT names the program");
		usleep(1000);
	}
	return clock_mono(&clock_real) - began_us;
}

/* The first answer of each address, while the server makes itself ready. */
static void cold(struct bench *b)
{
	char path[LOAD_PATH_MAX];
	int status;

	for (int i = 0; i < VIEWS; i++) {
		int64_t took;

		views[i].address(b, path);
		took = load_once(b->port, path, &status);
		b->served[i] = status == 200;
		fprintf(stderr, "cold %s: %.1f ms, %d %s\n", views[i].name, (double)took / 1e3, status, path);
	}
}

/* Until what every visitor asks for is made. */
static void wait_ready(struct bench *b)
{
	int64_t began_us = clock_mono(&clock_real);
	char text[256] = "";

	do {
		usleep(100000);
		load_text(b->port, "/healthz", text, sizeof(text));
	} while (!strstr(text, "\"pending\":0"));
	fprintf(stderr, "ready %.1f s later\n", (double)(clock_mono(&clock_real) - began_us) / 1e6);
}

static void tell(const char *how, const char *name, const struct load_result *r)
{
	fprintf(stderr, "%s %s: %zu answers (%zu bad), p50 %.1f ms, p99 %.1f ms, most %.1f ms %s\n", how, name,
		r->n, r->bad, (double)r->p50_us / 1e3, (double)r->p99_us / 1e3, (double)r->most_us / 1e3,
		r->worst);
	if (r->bad)
		die(name, "not every answer was 200");
}

static int next_of_one(void *ctx, char path[static LOAD_PATH_MAX])
{
	struct bench *b = ctx;

	b->view->address(b, path);
	return 0;
}

/* Each asks again at once. */
static void hurried(struct bench *b)
{
	struct load l = {.port = b->port, .readers = READERS, .run_us = HURRIED_US, .next = next_of_one, .ctx = b};
	struct load_result r[LOAD_KINDS_MAX];
	struct err e = {0};
	char name[64];

	for (int i = 0; i < VIEWS; i++) {
		if (!b->served[i] || views[i].own)
			continue;
		b->view = &views[i];
		if (load_run(&l, r, &e))
			die(views[i].name, e.text);
		tell("hurried", views[i].name, r);
		snprintf(name, sizeof(name), "hurried_%s_p99", views[i].name);
		print(name, (double)r->p99_us / 1e3, "ms", goal_page_ms);
	}
}

static int next_of_all(void *ctx, char path[static LOAD_PATH_MAX])
{
	struct bench *b = ctx;
	int i = (int)pick(b, VIEWS);

	while (!b->served[i])
		i = (int)pick(b, VIEWS);
	views[i].address(b, path);
	return i;
}

/* Each looks at what it got for a second or so. */
static void readers(struct bench *b)
{
	struct load l = {.port = b->port, .readers = READERS, .run_us = READING_US, .pause_us = PAUSE_US,
			 .next = next_of_all, .ctx = b};
	struct load_result r[LOAD_KINDS_MAX];
	struct err e = {0};
	char name[64];

	if (load_run(&l, r, &e))
		die("readers", e.text);
	for (int i = 0; i < VIEWS; i++) {
		if (!b->served[i])
			continue;
		tell("readers", views[i].name, &r[i]);
		snprintf(name, sizeof(name), "page_%s_p99", views[i].name);
		print(name, (double)r[i].p99_us / 1e3, "ms", goal_page_ms);
	}
}

static double resident_mb(pid_t pid)
{
	char path[64], line[256];
	double kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmRSS:", 6))
			kb = strtod(line + 6, NULL);
	if (f)
		fclose(f);
	return kb * 1024 / 1e6;
}

static void measure_memory(struct bench *b)
{
	double held, all;

	usleep(SETTLE_US);
	held = ask_number(b, "SELECT CAST(sum(memory_usage_bytes) AS DOUBLE) / 1e6 FROM duckdb_memory()", NULL, 0);
	all = resident_mb(b->pid);
	fprintf(stderr, "idle: %.0f MB resident, of which DuckDB holds %.0f MB\n", all, held);
	print("serve_idle_beyond_duckdb", all - held, "MB", goal_idle_mb);
}

int main(void)
{
	struct bench b = {.random = 88172645463325252};
	int status;

	make_store(&b);
	print("serve_start", (double)start(&b) / 1e3, "ms", goal_start_ms);
	b.sites = (int64_t)ask_number(&b, "SELECT sites, round FROM obs_round ORDER BY at_us DESC LIMIT 1",
				      b.last_round, sizeof(b.last_round));
	cold(&b);
	wait_ready(&b);
	readers(&b);
	hurried(&b);
	measure_memory(&b);
	kill(b.pid, SIGTERM);
	waitpid(b.pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 4;
}
