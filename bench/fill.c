/*
 * fill: see fill.h.  Names are siteNNNNN.example; the same seed gives the same store.  A site's state
 * changes slowly from round to round, so that history and changes have something to show.
 */
#include "bench/fill.h"

#include "app/schemas.h"
#include "base/clock.h"
#include "check/check.h"
#include "core/round.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

enum {
	ROUNDS = 12, DNS_ROWS = 8, WEB_ROWS = 4, CLASSES = 12, REGIONS = 56, BATCH = 20000,
	REGISTRY_PART = 20, /* one row in twenty is a registry's */
};

#define FIRST_US INT64_C(1767225600000000) /* 2026-01-01; the last of them begins on 2026-11-05 */
#define STEP_US (28 * INT64_C(86400000000))
#define HOUR_US INT64_C(3600000000)
#define SEED INT64_C(8070450532247928833) /* real ones have 63 bits too */

struct filling {
	struct store *store;
	struct batch *verdicts, *dns, *web;
	uint64_t random;
	char round[32];
	int64_t at_us, rows;
	struct err *err;
};

uint64_t fill_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t next(struct filling *f)
{
	return fill_random(&f->random);
}

static int put(struct filling *f, struct batch **b, size_t least)
{
	const struct schema *s = (*b)->schema;

	if ((*b)->obs.n < least || !(*b)->obs.n)
		return 0;
	f->rows += (int64_t)(*b)->obs.n;
	if (store_put(f->store, b, 1, NULL, 0, f->err))
		return -1;
	*b = batch_new(s);
	return 0;
}

/* A reason of this check that gives the verdict; the first reason when there is none. */
static const struct reason *reason_with(const struct check *c, enum verdict v)
{
	for (const struct reason *r = c->reasons; r->code; r++)
		if (r->verdict == v)
			return r;
	return c->reasons;
}

static void add_verdicts(struct filling *f, const char *domain, int64_t site, int round)
{
	bool ready = site * 7919 % 100 < 35 + 3 * round;

	for (size_t i = 0; check_list[i]; i++) {
		struct obs *o = batch_add(f->verdicts, f->at_us, domain, "bench", f->round, OUTCOME_OK);
		struct verdict_row *r = o->row;
		uint64_t dice = next(f) % 100;
		enum verdict v = dice < 2 ? VERDICT_UNKNOWN
				 : dice < 10 ? VERDICT_NA
				 : ready ? (dice < 15 ? VERDICT_PARTIAL : VERDICT_PASS)
					 : (dice < 80 ? VERDICT_FAIL : VERDICT_PASS);
		const struct reason *why = reason_with(check_list[i], v);
		char text[80];

		r->check = check_list[i]->id;
		r->verdict = why->verdict;
		r->reason = why->code;
		r->method = "1";
		snprintf(text, sizeof(text), "{\"subject\":\"%s%s\"}",
			 !strcmp(check_list[i]->rung, "ns") ? "ns1." : !strcmp(check_list[i]->rung, "mail") ? "mx." : "",
			 domain);
		r->evidence = batch_text(f->verdicts, text);
		snprintf(text, sizeof(text), "Organisation %lld", (long long)(site / 4));
		r->organisation = batch_text(f->verdicts, text);
		snprintf(text, sizeof(text), "Class %lld", (long long)(site % CLASSES));
		r->class_ = batch_text(f->verdicts, text);
		snprintf(text, sizeof(text), "Region %lld", (long long)(site * 31 % REGIONS));
		r->region = batch_text(f->verdicts, text);
		r->level = site % 3 ? "local" : "national";
		r->rank = site + 1;
		r->portfolio = "bench@1";
	}
}

static void add_evidence(struct filling *f, const char *domain)
{
	static const char *const types[] = {"A", "AAAA", "NS", "MX", "SOA", "HTTPS"};

	for (int i = 0; i < DNS_ROWS; i++) {
		struct obs *o = batch_add(f->dns, f->at_us, domain, "bench", f->round, OUTCOME_OK);
		struct dns_row *r = o->row;

		r->qname = o->subject;
		r->qtype = types[i % 6];
		r->role = i < 6 ? "apex" : "www";
		r->via = VIA_RESOLVER_UDP;
		r->rcode = 0;
		r->answers = 1;
		r->data = "2001:db8::1";
		r->rtt_us = 500 + (int64_t)(next(f) % 40000);
		r->tries = 1;
	}
	for (int i = 0; i < WEB_ROWS; i++) {
		struct obs *o = batch_add(f->web, f->at_us, domain, "bench", f->round, OUTCOME_OK);
		struct web_row *r = o->row;

		r->target = "apex";
		r->host = o->subject;
		r->scheme = r->began = i & 1;
		r->family = i & 2 ? 6 : 4;
		r->hop = 0;
		r->stage = STAGE_DONE;
		r->connect_us = 2000 + (int64_t)(next(f) % 80000);
		r->first_byte_us = 5000 + (int64_t)(next(f) % 200000);
		r->total_us = r->connect_us + r->first_byte_us;
		r->status = 200;
		r->title = "Bench";
		r->text_hash = (int64_t)(next(f) >> 1); /* of 64 bits, as a real one */
	}
}

static int end_round(struct filling *f, int64_t sites)
{
	struct batch *b;
	struct round_row *r;
	struct obs *o;
	const struct change change = {
		.sql = "INSERT INTO round(id, portfolio, version, began_us, ended_us, status, vantage, "
		       "tool_version, seed, total, done) VALUES(?, 'bench', 1, ?, ?, 'complete', 'bench', "
		       "'bench', ?, ?, ?)",
		.args = {value_text(f->round), value_i64(f->at_us - HOUR_US), value_i64(f->at_us),
			 value_i64(SEED), value_i64(sites), value_i64(sites)},
		.n_args = 6,
	};

	if (put(f, &f->verdicts, 1) || put(f, &f->dns, 1) || put(f, &f->web, 1))
		return -1;
	b = batch_new(&round_schema);
	o = batch_add(b, f->at_us, "bench", "bench", f->round, OUTCOME_OK);
	r = o->row;
	*r = (struct round_row){.began_us = f->at_us - HOUR_US, .ended_us = f->at_us, .version = 1,
				.sites = sites, .population = sites, .seed = SEED, .method = "1",
				.complete = 1};
	return store_put(f->store, &b, 1, &change, 1, f->err);
}

/* When a round begins.  None lies in the future: where the clock says that it is earlier than the last of
 * them, all move back. */
static int64_t begin_us(int number)
{
	int64_t last_us = FIRST_US + (ROUNDS - 1) * STEP_US + HOUR_US, now_us = clock_wall(&clock_real);

	return FIRST_US + number * STEP_US - (last_us > now_us ? last_us - now_us : 0);
}

static int one_round(struct filling *f, int number, int64_t sites)
{
	struct civil c = civil_from_us(begin_us(number));

	snprintf(f->round, sizeof(f->round), "%04d%02d%02dT%02d%02d%02d-bench", c.year, c.month, c.day, c.hour,
		 c.minute, c.second);
	f->at_us = begin_us(number) + HOUR_US;
	for (int64_t site = 0; site < sites; site++) {
		char domain[40];

		snprintf(domain, sizeof(domain), "site%05lld.example", (long long)site);
		add_verdicts(f, domain, site, number);
		add_evidence(f, domain);
		if (put(f, &f->verdicts, BATCH - 100) || put(f, &f->dns, BATCH - 100) ||
		    put(f, &f->web, BATCH - 100))
			return -1;
	}
	return end_round(f, sites);
}

int64_t fill_store(const char *dir, int64_t rows, struct err *e)
{
	struct filling f = {.random = 88172645463325252, .err = e};
	int64_t checks = 0, sites;
	int rc = store_open(dir, STORE_OWNER, known_schemas, &f.store, e);

	if (rc)
		return -1;
	while (check_list[checks])
		checks++;
	f.rows = fill_registries(f.store, rows / REGISTRY_PART, e);
	if (f.rows < 0)
		rc = -1;
	sites = (rows - f.rows) / ROUNDS / (checks + DNS_ROWS + WEB_ROWS);
	f.verdicts = batch_new(&verdict_schema);
	f.dns = batch_new(&dns_schema);
	f.web = batch_new(&web_schema);
	for (int i = 0; i < ROUNDS && !rc; i++)
		rc = one_round(&f, i, sites);
	if (!rc)
		rc = store_flush(f.store, e);
	batch_free(f.verdicts);
	batch_free(f.dns);
	batch_free(f.web);
	store_close(f.store);
	return rc ? -1 : f.rows;
}
