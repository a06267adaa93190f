/*
 * prober_child: the child's end of the prober.  One loop; sites begin at their pace, at most so many at
 * once; a site that only waits to repeat a silence gives its place to the next.
 */
#include "app/prober_int.h"
#include "base/log.h"
#include "base/utf8.h"
#include "io/sandbox.h"
#include "source/asking.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STATE_EVERY_US = 200000, MEASURE_EVERY_US = 20000, QUEUE_HIGH_B = 2 * L_IPC_MESSAGE_B };

struct site_work {
	struct child *child;
	uint32_t id, tests; /* tests: so many self-tests had ended when it began */
	struct visit *visit;
	struct site_work *next; /* in line; all that are under way */
	bool too_soon;
	char *kin;	   /* behind the domain; "" if none */
	char domain[];	   /* and its kin */
};

struct child {
	const struct prober_config *c;
	struct pipe_local pipe;
	struct watch watch, guard_watch;
	struct loop *loop;
	struct guard *guard, *resolver_guard;
	int worked; /* what the last self-test found, as bits */
	struct asking asking; /* of the engine, if chains are looked at */
	struct tls_client *tls;
	struct optout optout;
	struct visit_env env;
	struct timer start_timer, state_timer;
	struct site_work *first, **last; /* in line */
	size_t n_waiting, n_active, n_parked;
	int64_t next_start_us, began_us;
	struct selftest *test;
	struct selftest_row row;
	uint32_t n_tests; /* ended */
	bool test_wanted, ending, over;
	struct prober_state state;
	size_t base_b, base_tls_b, peak_b;
	int64_t measure_us;
};

__attribute__((noreturn)) static void fault(struct child *c, const char *text)
{
	pipe_local_write(&c->pipe, true, NULL);
	pipe_local_tell(&c->pipe, MESSAGE_FAULT, text, strlen(text), NULL);
	pipe_local_write(&c->pipe, true, NULL);
	_exit(1);
}

/* Writes what the socket takes; the rest when it can take more. */
static void flush(struct child *c)
{
	struct err e;

	if (pipe_local_write(&c->pipe, false, &e))
		_exit(1); /* the parent has gone */
	c->watch.want = LOOP_READ | (c->pipe.out.len ? LOOP_WRITE : 0);
	if (loop_watch(c->loop, &c->watch, &e))
		fault(c, e.text);
}

/* A parent that does not keep up stops us: better late than lost. */
static void offer(struct child *c, struct batch *b)
{
	struct err e;

	if (c->pipe.out.len > QUEUE_HIGH_B && pipe_local_write(&c->pipe, true, &e))
		_exit(1);
	if (pipe_local_offer(&c->pipe, b, &e))
		fault(c, e.text);
}

static void tell(struct child *c, enum prober_message kind, const void *data, size_t len)
{
	struct err e;

	if (c->pipe.out.len >= QUEUE_HIGH_B && pipe_local_write(&c->pipe, true, &e))
		_exit(1);
	if (pipe_local_tell(&c->pipe, (uint8_t)kind, data, len, &e))
		fault(c, e.text);
	flush(c);
}

/* ---- numbers ---- */

/* At the moment when most is used: by the sites under way and by those that wait. */
static void measure_memory(struct child *c)
{
	size_t n = c->n_active + c->n_parked, used_b;
	int64_t now_us = clock_mono(&clock_real);
	struct mallinfo2 m;

	if (now_us < c->measure_us)
		return;
	/* it walks over the free lists, and they grow long: that may take one part in 400 of our time */
	m = mallinfo2();
	c->measure_us = clock_mono(&clock_real);
	c->measure_us += MEASURE_EVERY_US + 400 * (c->measure_us - now_us);
	used_b = m.uordblks + m.hblkhd;
	if (!n || used_b <= c->peak_b || used_b <= c->base_b)
		return;
	c->peak_b = used_b;
	c->state.peak_sites = n;
	c->state.peak_b = (used_b - c->base_b) / n;
	c->state.peak_tls_b = (tls_memory_b() - c->base_tls_b) / n;
}

static void tell_state(struct child *c)
{
	const struct drive_stats *far = drive_stats(c->env.far);
	const struct drive_stats *near = drive_stats(c->env.resolver);
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	c->state.active = c->n_active;
	c->state.parked = c->n_parked;
	c->state.waiting = c->n_waiting;
	c->state.cpu_us = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
			  (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	c->state.tls_us = far->tls_cpu_us;
	c->state.connections = far->connections + near->connections;
	c->state.datagrams = far->datagrams + near->datagrams;
	tell(c, MESSAGE_STATE, &c->state, sizeof(c->state));
}

static void on_state_timer(struct timer *t)
{
	struct child *c = t->ctx;

	measure_memory(c);
	tell_state(c);
	loop_timer(c->loop, t, STATE_EVERY_US);
}

/* ---- sites ---- */

static void start_sites(struct child *c);

static void finish_if_over(struct child *c)
{
	struct err e;

	if (!c->ending || c->over || c->n_waiting || c->n_active || c->n_parked || c->test ||
	    c->test_wanted)
		return;
	c->over = true;
	tell_state(c);
	loop_untimer(c->loop, &c->state_timer);
	if (pipe_local_end(&c->pipe, &e))
		_exit(1);
	loop_stop(c->loop);
}

static void count_silent(struct child *c, const struct batch *b)
{
	for (size_t i = 0; i < b->obs.n; i++)
		c->state.silent += b->obs.at[i].outcome == OUTCOME_TIMEOUT ||
				   b->obs.at[i].outcome == OUTCOME_SERVFAIL;
	c->state.looks += b->obs.n;
}

static void site_done(void *ctx, struct visit *v)
{
	struct site_work *w = ctx;
	struct child *c = w->child;

	measure_memory(c);
	for (enum evidence_kind k = EVIDENCE_DNS; k < EVIDENCE_KINDS; k++) {
		struct batch *b = visit_take(v, k);

		if (!b)
			continue;
		count_silent(c, b);
		offer(c, b);
	}
	visit_free(v);
	tell(c, MESSAGE_DONE, (uint32_t[]){w->id, w->tests}, 2 * sizeof(uint32_t));
	free(w);
	c->n_active--;
	start_sites(c);
	finish_if_over(c);
}

static void site_parked(void *ctx, struct visit *v, bool is_parked)
{
	struct site_work *w = ctx;
	struct child *c = w->child;

	(void)v;
	c->n_active += is_parked ? -1UL : 1;
	c->n_parked += is_parked ? 1 : -1UL;
	if (is_parked)
		start_sites(c);
}

static void start_one(struct child *c)
{
	struct site_work *w = c->first;
	const struct visit_calls calls = {.done = site_done, .parked = site_parked, .ctx = w};

	c->first = w->next;
	if (!c->first)
		c->last = &c->first;
	c->n_waiting--;
	c->n_active++;
	w->tests = c->n_tests;
	w->visit = visit_new(&c->env, w->domain, &calls);
	if (*w->kin)
		visit_kin(w->visit, w->kin);
	if (w->too_soon)
		visit_deny(w->visit, "too_soon");
}

/* Of how many probers it is one. */
static int64_t share_of(const struct child *c)
{
	return c->c->share > 1 ? c->c->share : 1;
}

/* Its part of the sites in flight, at least one. */
static size_t sites_at_once(const struct child *c)
{
	return (size_t)((c->c->observer->config->sites_at_once + share_of(c) - 1) / share_of(c));
}

/* New sites a second, at first a tenth (P-RATE-1). */
static int64_t start_gap_us(const struct child *c)
{
	int64_t age = clock_mono(&clock_real) - c->began_us, ramp = c->env.public_ok && c->c->ramp
								     ? INT64_C(1800000000) : 0;
	int64_t rate = c->c->observer->config->targets_per_s;

	if (age < ramp)
		rate = rate / 10 + rate * 9 / 10 * age / ramp;
	return share_of(c) * 1000000 / (rate > 0 ? rate : 1);
}

static void start_sites(struct child *c)
{
	int64_t now_us = clock_mono(&clock_real);

	if (!c->n_tests || c->start_timer.slot)
		return;
	while (c->first && c->n_active < sites_at_once(c)) {
		if (now_us < c->next_start_us) {
			loop_timer(c->loop, &c->start_timer, c->next_start_us - now_us);
			return;
		}
		c->next_start_us = (c->next_start_us > now_us - 100000 ? c->next_start_us : now_us) +
				   start_gap_us(c);
		start_one(c);
	}
}

static void on_start_timer(struct timer *t)
{
	start_sites(t->ctx);
}

static void take_site(struct child *c, const struct pipe_message *m)
{
	struct site_work *w = m->len < 6 || m->len > 5 + SITE_TEXT_MAX ? NULL : calloc(1, sizeof(*w) + m->len);

	if (!w)
		fault(c, "the prober was given a site that is none");
	w->child = c;
	memcpy(&w->id, m->data, 4);
	w->too_soon = m->data[4];
	memcpy(w->domain, m->data + 5, m->len - 5);
	w->kin = w->domain + strcspn(w->domain, " ");
	if (*w->kin)
		*w->kin++ = '\0';
	*c->last = w;
	c->last = &w->next;
	c->n_waiting++;
	start_sites(c);
}

/* ---- self-tests ---- */

static void start_test(struct child *c);

/* {"HTTP_BODY_B":2,...}: the limits that bit so far; NULL while none has. */
static const char *limits_that_bit(struct batch *b)
{
	const char *text = NULL;
	struct json j;
	struct buf out;
	size_t n = 0;

	buf_init(&out, 1 << 16);
	json_init(&j, &out);
	json_object(&j);
	for (enum limit i = 0; i < LIMIT_COUNT; i++) {
		if (!limit_hits(i))
			continue;
		json_put_i64(&j, limit_table[i].name, (int64_t)limit_hits(i));
		n++;
	}
	json_end_object(&j);
	if (n && !buf_full(&out))
		text = batch_text(b, out.data);
	buf_done(&out);
	return text;
}

/* What works here has changed: what was found while it did not, or stopped, says nothing of others. */
static void heed_change(struct child *c)
{
	int works = c->env.v4 | c->env.v6 << 1 | (c->row.resolver_works == 1) << 2;

	if (c->env.iterate)
		iterate_works(c->env.iterate, c->env.v4, c->env.v6);
	if (works == c->worked)
		return;
	c->worked = works;
	hosts_forget(c->env.hosts);
	if (c->env.iterate)
		iterate_forget_trouble(c->env.iterate);
}

static void test_done(void *ctx)
{
	struct child *c = ctx;
	struct batch *b = batch_new(&selftest_schema);
	struct obs o = {.at_us = clock_wall(&clock_real),
			.subject = c->c->observer->config->vantage,
			.vantage = c->c->observer->config->vantage,
			.round = "",
			.outcome = OUTCOME_OK,
			.row = &c->row};

	c->row.resolver = c->c->observer->config->resolver[0] ? c->c->observer->config->resolver : NULL;
	c->row.tool_version = SEXTANT_VERSION;
	c->row.limits = limits_that_bit(b);
	batch_copy(b, &o);
	c->env.v4 = c->row.v4_works == 1;
	c->env.v6 = c->row.v6_works == 1;
	heed_change(c);
	selftest_free(c->test);
	c->test = NULL;
	offer(c, b);
	flush(c);
	c->n_tests++;
	if (c->test_wanted)
		start_test(c);
	start_sites(c);
	finish_if_over(c);
}

static void start_test(struct child *c)
{
	c->test_wanted = c->test != NULL;
	if (!c->test)
		c->test = selftest_start(&c->env, c->c->observer->anchors, c->c->observer->n_anchors,
					 &c->row, test_done, c);
}

/* ---- the parent's words ---- */

static void take_optout(struct child *c, const struct pipe_message *m)
{
	struct err e;

	if (optout_parse(&c->optout, "guard.optout_file", (const char *)m->data, m->len, &e))
		log_error("%s", e.text);
}

static void hear_wish(struct child *c, const struct pipe_message *m)
{
	struct heed_wish w;

	if (heed_read(&w, (const char *)m->data, m->len, clock_wall(&clock_real)))
		heed_hear(c->env.heed, &w);
}

static void on_wish(void *ctx, const struct heed_wish *w)
{
	char line[400];

	tell(ctx, MESSAGE_WISH, line, heed_write(w, line, sizeof(line)));
}

static void take(struct child *c, const struct pipe_message *m)
{
	switch (m->kind) {
	case MESSAGE_SITE: take_site(c, m); break;
	case MESSAGE_TEST: start_test(c); break;
	case MESSAGE_OPTOUT: take_optout(c, m); break;
	case MESSAGE_WISH: hear_wish(c, m); break;
	case MESSAGE_END:
		c->ending = true;
		finish_if_over(c);
		break;
	default: fault(c, "the prober was told what it does not know");
	}
}

static void on_pipe(struct watch *w, unsigned what)
{
	struct child *c = w->ctx;
	struct pipe_message m;
	struct err e;
	int rc;

	(void)what;
	flush(c);
	while ((rc = pipe_local_next(&c->pipe, false, &m, &e)) == 1)
		take(c, &m);
	if (rc < 0)
		_exit(1);
}

static void on_guard(struct watch *w, unsigned what)
{
	struct child *c = w->ctx;
	struct err e;

	(void)what;
	if (guard_refresh(c->guard, &e))
		log_error("%s", e.text); /* it denies everything until it can be read */
}

/* ---- birth ---- */

static int make_guards(struct child *c, struct err *e)
{
	const struct observer *o = c->c->observer;
	const struct guard_config far = {.allow = o->allow.at, .n_allow = o->allow.n,
					 .deny = o->deny.at, .n_deny = o->deny.n,
					 .pref64 = o->pref64.at, .n_pref64 = o->pref64.n};
	const struct guard_config near = {.only = &o->resolver};

	c->guard = guard_new(&far, e);
	c->resolver_guard = c->guard ? guard_new(&near, e) : NULL;
	if (!c->resolver_guard)
		return e->code;
	c->guard_watch = (struct watch){.fd = guard_fd(c->guard), .want = LOOP_READ,
					.ready = on_guard, .ctx = c};
	return loop_watch(c->loop, &c->guard_watch, e);
}

static void make_env(struct child *c)
{
	const struct observer *o = c->c->observer;
	const struct config *config = o->config;
	const struct pace_config pace = {.share = share_of(c),
					 .per_s = config->packets_per_s,
					 .gap_us = config->per_address_gap_ms * 1000,
					 .per_prefix_s = config->per_prefix_per_s,
					 .per_ns_s = config->per_ns_qps,
					 .per_network_s = config->per_network_per_s,
					 .per_domain_s = config->per_domain_per_s,
					 .ramp_us = o->public_ok && c->c->ramp ? 1800000000 : 0};

	c->env = (struct visit_env){.loop = c->loop,
				    .start = drive_probe,
				    .far = drive_new(c->loop, c->guard, c->tls),
				    .resolver = drive_new(c->loop, c->resolver_guard, NULL),
				    .pace = pace_new(c->loop, &pace),
				    .optout = &c->optout,
				    .heed = heed_new(config->blocks_in_row, on_wish, c),
				    .hosts = hosts_new(),
				    .guard = c->guard,
				    .resolver_addr = o->resolver,
				    .resolver_port = o->resolver_port,
				    .repeats = c->c->timing ? (size_t)config->timing_repeats : 0,
				    .links = {.sample = c->c->links ? (size_t)config->links_sample : 0,
					      .seed = (uint64_t)config->links_seed},
				    .public_ok = o->public_ok,
				    .allow = o->allow.at,
				    .n_allow = o->allow.n,
				    .repeat_after_us = c->c->repeat_after_us,
				    .vantage = config->vantage,
				    .user_agent = o->user_agent,
				    .helo = o->helo};
}

static int make_engine(struct child *c, struct err *e)
{
	const struct observer *o = c->c->observer;
	struct iterate_env env = {.loop = c->loop, .ask = asking_ask, .cancel = asking_cancel, .ctx = &c->asking,
				  .random = drive_random, .v4 = true, .v6 = true,
				  .ns_gap_us = share_of(c) * 1000000 / o->config->per_ns_qps};

	if (!o->config->chain && !o->config->iterate)
		return 0;
	c->asking = (struct asking){.loop = c->loop,
				    .asker = asker_new(c->loop, c->guard, c->env.pace, e),
				    .optout = &c->optout,
				    .guard = c->guard,
				    .public_ok = o->public_ok};
	if (!c->asking.asker)
		return e->code;
	c->env.iterate = iterate_new(&env, &o->hints);
	c->env.iterate_names = o->config->iterate;
	c->env.no_chains = !o->config->chain;
	return 0;
}

/* Everything that opens a file comes before this. */
static int lock_in(struct child *c, struct err *e)
{
	uint16_t ports[4 + 1 + ANCHORS_MAX] = {25, 53, 80, 443};
	size_t n = 4;
	struct sandbox_report report;
	struct sandbox_rules rules = {.profile = SANDBOX_PROBER, .ports = ports};
	int rc;

	ports[n++] = c->c->observer->resolver_port;
	for (size_t i = 0; i < c->c->observer->n_anchors; i++)
		ports[n++] = c->c->observer->anchors[i].port;
	rules.n_ports = n;
	rc = sandbox_enter(&rules, &report, e);
	c->state.sandbox = report.seccomp < report.landlock ? report.seccomp : report.landlock;
	return rc;
}

static int be_born(struct child *c, struct err *e)
{
	const struct observer *o = c->c->observer;
	int rc;

	c->loop = loop_new(&clock_real, e);
	c->tls = c->loop ? tls_client_new(o->config->ca_file, e) : NULL;
	if (!c->tls)
		return e->code;
	rc = make_guards(c, e);
	if (rc)
		return rc;
	optout_init(&c->optout);
	rc = optout_parse(&c->optout, o->config->optout_file, o->optout.data, o->optout.len, e);
	if (rc)
		return rc;
	make_env(c);
	rc = make_engine(c, e);
	return rc ? rc : lock_in(c, e);
}

/* Descriptors of the parent that are not ours: a store is never among them, but locks may be. */
static void close_others(int keep)
{
	if (keep > 3)
		close_range(3, (unsigned)keep - 1, 0);
	close_range((unsigned)keep + 1, ~0u, 0);
}

void prober_child(int fd, const struct prober_config *config)
{
	static struct child c;
	struct err e = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* Ctrl-C is the parent's to handle */
	close_others(fd);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	c.c = config;
	c.last = &c.first;
	c.began_us = clock_mono(&clock_real);
	pipe_local_init(&c.pipe, fd, NULL);
	if (be_born(&c, &e))
		fault(&c, e.text);
	c.start_timer = (struct timer){.fire = on_start_timer, .ctx = &c};
	c.state_timer = (struct timer){.fire = on_state_timer, .ctx = &c};
	c.watch = (struct watch){.fd = fd, .want = LOOP_READ, .ready = on_pipe, .ctx = &c};
	if (loop_watch(c.loop, &c.watch, &e))
		fault(&c, e.text);
	loop_timer(c.loop, &c.state_timer, STATE_EVERY_US);
	c.base_b = mallinfo2().uordblks + mallinfo2().hblkhd;
	c.base_tls_b = tls_memory_b();
	if (loop_run(c.loop, &e))
		fault(&c, e.text);
	_exit(0);
}
