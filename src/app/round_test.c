/* A round is found again after any stop, goes on where it stopped, and closes once; on a real store. */
#include "app/round.h"

#include "app/schemas.h"
#include "base/clock.h"
#include "test/tap.h"

#include <errno.h>
#include <ftw.h>

enum { SITES = 10 };

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static char dir[] = "/tmp/round_test_XXXXXX";
static struct portfolio list;
static struct store *store;

static void reopen(void)
{
	struct err e = {0};

	store_close(store);
	if (store_open(dir, STORE_ANY, known_schemas, &store, &e)) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
}

static int64_t number(bool facts, const char *sql, const char *arg)
{
	const struct value args[] = {value_text(arg)};
	struct arena a;
	struct table t;
	struct err e = {0};
	int64_t v = -1;

	arena_init(&a, 0);
	if ((facts ? store_query_facts : store_query_state)(store, &a, sql, args, arg ? 1 : 0, &t, &e))
		printf("# %s\n", e.text);
	else if (t.n_rows)
		v = value_int(table_at(&t, 0, 0), -2);
	arena_done(&a);
	return v;
}

#define STATE(sql, arg) number(false, sql, arg)
#define FACTS(sql, arg) number(true, sql, arg)

/* What the prober sends: the right site, under names that are not its to give. */
static struct batch *evidence(const char *domain)
{
	struct batch *b = batch_new(&dns_schema);
	struct obs *o = batch_add(b, 5, domain, "elsewhere", "another", OUTCOME_OK);
	struct dns_row *row = o->row;

	row->qname = batch_text(b, domain);
	row->qtype = "A";
	row->role = "apex";
	return b;
}

/* Stores the sites of the places from..to-1 as one window. */
static int look_at(struct round *r, size_t from, size_t to, struct err *e)
{
	struct gather g;
	size_t first;
	int rc;

	gather_init(&g);
	for (size_t i = from; i < to; i++) {
		const struct subject *s = &list.subjects.at[r->order[i]];
		struct batch *dns = evidence(s->domain);

		round_add(r, &g, s, (struct batch *[EVIDENCE_KINDS]){dns}, WORKS_V4 | WORKS_RESOLVER, NULL, 0,
			  clock_wall(&clock_real), clock_wall(&clock_real),
			  &first);
		batch_free(dns);
	}
	rc = round_put(r, store, &g, to - from, e);
	gather_done(&g);
	return rc;
}

static bool is_permutation(const struct round *r)
{
	bool seen[SITES] = {false};

	for (size_t i = 0; i < SITES; i++) {
		if (r->order[i] >= SITES || seen[r->order[i]])
			return false;
		seen[r->order[i]] = true;
	}
	return true;
}

static struct round_wish wish(const char *name)
{
	return (struct round_wish){.portfolio = name, .version = 1, .vantage = "here", .settings = "{}"};
}

static int begin(struct round *r, const struct round_wish *w, struct err *e)
{
	*e = (struct err){0};
	return round_begin(r, store, &list, w, e);
}

/* ---- begun, stopped, gone on, closed ---- */

static void test_resume(void)
{
	struct round_wish w = wish("list");
	struct round r, again;
	struct err e;

	is_int(begin(&r, &w, &e), 0, "a round begins");
	ok(!r.resumed && r.total == SITES && !r.done && is_permutation(&r), "with all sites, in some order");
	is_int(STATE("SELECT count(*) FROM round WHERE id = ? AND status = 'running' AND total = 10", r.id),
	       1, "it is running");
	is_int(look_at(&r, 0, 3, &e), 0, "three sites are stored");
	is_int((long long)r.done, 3, "and done");
	is_int(STATE("SELECT done FROM round WHERE id = ?", r.id), 3, "the state knows");
	is_int(STATE("SELECT count(*) FROM round_done WHERE works = 5 AND round = ?", r.id), 3,
	       "with what the observer could do");

	reopen();
	w.gap_us = INT64_C(86400000000);
	is_int(begin(&again, &w, &e), 0, "after a stop it goes on, whatever the gap");
	ok(again.resumed && !strcmp(again.id, r.id) && again.seed == r.seed &&
		   again.began_us == r.began_us && again.done == 3,
	   "the same round");
	ok(!memcmp(again.order, r.order, SITES * sizeof(*r.order)), "in the same order");
	ok(again.is_done[0] && again.is_done[1] && again.is_done[2] && !again.is_done[3],
	   "it knows which sites are done");
	round_done(&r);

	is_int(look_at(&again, 3, SITES, &e), 0, "the others");
	ok(look_at(&again, 4, 6, &e) < 0, "no site is done twice: %s", e.text);
	is_int(round_close(&again, store, &e), 0, "it closes");
	is_int(STATE("SELECT count(*) FROM round WHERE id = ? AND status = 'complete' AND ended_us > 0 AND "
		     "done = 10",
		     again.id),
	       1, "complete");
	round_done(&again);
}

static void test_facts(void)
{
	const char *why;
	size_t checks = 0;

	while (check_list[checks])
		checks++;
	if (!store_has_facts(store, &why)) {
		skip("%s", why);
		return;
	}
	is_int(FACTS("SELECT count(*) FROM obs_verdict WHERE portfolio = 'list@1'", NULL),
	       (long long)(SITES * checks), "each site has each verdict, once");
	is_int(FACTS("SELECT count(*) FROM obs_dns", NULL), SITES, "and its evidence, once");
	is_int(FACTS("SELECT count(*) FROM obs_dns WHERE vantage = 'here' AND round <> 'another'", NULL),
	       SITES, "under our names, not the prober's");
	is_int(FACTS("SELECT count(*) FROM obs_round WHERE complete AND NOT sampled AND sites = 10 AND "
		     "population = 10",
		     NULL),
	       1, "the round is told once");
}

/* ---- a second round ---- */

static void test_gap(void)
{
	struct round_wish w = wish("list");
	struct round r;
	struct err e;

	w.gap_us = INT64_C(3600000000);
	is_int(begin(&r, &w, &e), -EAGAIN, "the next one is too soon");
	ok(strstr(e.text, "'list'") && strstr(e.text, "rate.round_gap_s") && strstr(e.text, "--again"),
	   "and is refused with the remedy: %s", e.text);
	round_done(&r);
	is_int(STATE("SELECT count(*) FROM round WHERE status = 'running'", NULL), 0, "nothing was begun");
	w.portfolio = "other";
	is_int(begin(&r, &w, &e), 0, "another list may have a round");
	is_int((long long)r.n_before, SITES, "which knows that all its sites were looked at");
	ok(!strcmp(r.before[3]->round, r.before[0]->round) && strcmp(r.before[3]->round, r.id) &&
		   r.before[3]->works == (WORKS_V4 | WORKS_RESOLVER),
	   "by whom, and what worked then");
	round_done(&r);
	w.gap_us = 0;
	is_int(begin(&r, &w, &e), 0, "and goes on");
	is_int((long long)r.n_before, 0, "without a gap it knows of nobody");
	round_done(&r);
	w = wish("list");
	w.gap_us = 1;
	is_int(begin(&r, &w, &e), 0, "after the gap it may begin");
	ok(!r.resumed, "as a new round");
	round_done(&r);
}

/* A list that shares some sites with one that was looked at a moment ago. */
static void test_shared(void)
{
	static const char csv[] = "domain\na.test\nnew.test\nb.test\n";
	struct round_wish w = wish("shared");
	struct portfolio p;
	struct round r;
	struct err e;
	size_t right = 0;

	portfolio_init(&p);
	portfolio_parse(&p, csv, sizeof(csv) - 1, NULL, &e);
	w.gap_us = INT64_C(3600000000);
	is_int(round_begin(&r, store, &p, &w, &e), 0, "the new site is reason enough");
	for (size_t i = 0; i < r.total; i++)
		right += !r.before[i] == !strcmp(p.subjects.at[r.order[i]].domain, "new.test");
	is_int((long long)right, 3, "the others were looked at");
	is_int((long long)r.n_before, 2, "and are counted");
	round_done(&r);
	portfolio_done(&p);
}

/* ---- the first one is small ---- */

static void test_small(void)
{
	char other[] = "/tmp/round_test_XXXXXX";
	static const size_t sites[] = {ROUND_FIRST_SITES - 1, ROUND_FIRST_SITES, ROUND_FIRST_SITES + 1};
	struct store *fresh;
	struct err e;

	if (!mkdtemp(other) || store_open(other, STORE_ANY, known_schemas, &fresh, &e)) {
		ok(false, "a fresh store: %s", e.text);
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		int64_t sample = 0;

		is_int(round_begin_small(fresh, sites[i], &sample, &e), 0, "a store without rounds");
		ok(sample == (i == 2 ? ROUND_FIRST_SITES : 0), "%zu sites: %lld", sites[i],
		   (long long)sample);
		sample = 0;
		is_int(round_begin_small(store, sites[i], &sample, &e), 0, "a store with one");
		is_int(sample, 0, "all of them");
	}
	store_close(fresh);
	nftw(other, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- whose round is it ---- */

static void test_given_up(void)
{
	struct round_wish w = wish("list");
	char id[ROUND_ID_MAX];
	struct round r;
	struct err e;

	begin(&r, &w, &e);
	ok(r.resumed, "the one of the last test");
	snprintf(id, sizeof(id), "%s", r.id);
	round_done(&r);
	w.vantage = "there";
	begin(&r, &w, &e);
	ok(!r.resumed && strcmp(r.id, id), "another vantage has a round of its own");
	round_done(&r);
	w = wish("list");
	w.version = 2;
	begin(&r, &w, &e);
	ok(!r.resumed && strcmp(r.id, id), "and so has another version of the list");
	is_int(STATE("SELECT count(*) FROM round WHERE status = 'abandoned' AND id = ?", id), 1,
	       "the round over the old one is given up");
	snprintf(id, sizeof(id), "%s", r.id);
	round_done(&r);
	w.fresh = true;
	begin(&r, &w, &e);
	ok(!r.resumed && strcmp(r.id, id), "--new begins anew");
	is_int(STATE("SELECT count(*) FROM round WHERE status = 'running' AND portfolio = 'list' AND "
		     "vantage = 'here'",
		     NULL),
	       1, "one is running, no more");
	round_done(&r);
}

/* ---- samples ---- */

static void test_sample(void)
{
	struct round_wish w = wish("sampled");
	struct round r, again;
	struct err e;
	const char *why;

	w.sample = 3;
	begin(&r, &w, &e);
	ok(r.total == 3 && r.population == SITES, "a sample of three");
	look_at(&r, 0, 1, &e);
	w.sample = 0;
	begin(&again, &w, &e);
	ok(again.resumed && again.total == 3 && again.done == 1, "stays a sample of three");
	ok(!memcmp(again.order, r.order, 3 * sizeof(*r.order)), "of the same sites");
	look_at(&again, 1, 3, &e);
	is_int(round_close(&again, store, &e), 0, "it closes");
	round_done(&r);
	round_done(&again);
	if (store_has_facts(store, &why))
		is_int(FACTS("SELECT count(*) FROM obs_round WHERE sampled AND sites = 3 AND population = 10",
			     NULL),
		       1, "and is told as a sample");
	w.sample = 2 * SITES;
	begin(&r, &w, &e);
	is_int((long long)r.total, SITES, "no sample is larger than its list");
	round_done(&r);
}


int main(void)
{
	static const char csv[] = "domain\na.test\nb.test\nc.test\nd.test\ne.test\nf.test\ng.test\nh.test\n"
				  "i.test\nj.test\n";
	struct err e = {0};

	portfolio_init(&list);
	if (!mkdtemp(dir) || portfolio_parse(&list, csv, sizeof(csv) - 1, NULL, &e)) {
		printf("Bail out! %s\n", e.text);
		return 1;
	}
	reopen();
	test_resume();
	test_facts();
	test_gap();
	test_shared();
	test_small();
	test_given_up();
	test_sample();
	store_close(store);
	portfolio_done(&list);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return done();
}
