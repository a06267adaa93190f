/* What looks bring, and whom it keeps us from. */
#include "source/heed.h"
#include "test/tap.h"

static const int64_t now_us = INT64_C(1790000000000000), day_us = INT64_C(86400000000);
static struct heed_wish last;
static int told;

static void on_told(void *ctx, const struct heed_wish *w)
{
	(void)ctx;
	last = *w;
	told++;
}

static struct heed *fresh(int64_t in_row)
{
	told = 0;
	last = (struct heed_wish){0};
	return heed_new(in_row, on_told, NULL);
}

/* One look; status 0: it ended without an answer after TCP came up. */
static void web(struct heed *h, const char *site, const char *addr, int status, int64_t retry_s,
		enum outcome outcome)
{
	struct web_row r;
	struct obs o = {.at_us = now_us, .outcome = outcome, .row = &r};

	row_clear(&web_schema, &r);
	r.host = site;
	addr_parse(&r.addr, addr);
	if (status >= 0)
		r.connect_us = 1;
	if (status > 0)
		r.status = status;
	if (retry_s >= 0)
		r.retry_after_s = retry_s;
	heed_web(h, site, &o);
}

static const char *at(const struct heed *h, const char *addr, int64_t at_us)
{
	struct addr a;

	addr_parse(&a, addr);
	return heed_addr(h, &a, at_us);
}

static void retry_after(void)
{
	struct heed *h = fresh(3);

	web(h, "a.test", "2001:db8::1", 503, 120, OUTCOME_OK);
	is_int(told, 1, "a wish is told");
	is_str(last.place, "a.test", "whose");
	is_str(last.why, "retry_after", "why");
	is_int(last.until_us, now_us + 120000000, "until when");
	is_str(heed_host(h, "a.test", now_us + 119999999), "retry_after", "it is heeded so long");
	ok(!heed_host(h, "a.test", now_us + 120000000), "and no longer");
	ok(!heed_host(h, "b.test", now_us), "nobody else is meant");
	web(h, "a.test", "192.0.2.1", 429, 60, OUTCOME_OK);
	is_int(told, 1, "a shorter wish changes nothing");
	web(h, "a.test", "192.0.2.1", 429, 600, OUTCOME_OK);
	is_int(last.until_us, now_us + 600000000, "a longer one does");
	web(h, "b.test", "192.0.2.1", 503, 0, OUTCOME_OK);
	web(h, "b.test", "192.0.2.1", 503, -1, OUTCOME_OK);
	ok(told == 2 && !heed_host(h, "b.test", now_us), "no time, no wish");
	heed_free(h);
	ok(!heed_host(NULL, "a.test", now_us) && !at(NULL, "2001:db8::1", now_us), "nobody listens");
}

static const struct {
	const char *name;
	int status;
	int64_t retry_s;
	enum outcome outcome;
	bool counts;
} refusals[] = {
	{"403", 403, -1, OUTCOME_OK, true},
	{"429", 429, -1, OUTCOME_OK, true},
	{"503 with a time", 503, 1, OUTCOME_OK, true},
	{"503", 503, -1, OUTCOME_OK, false},
	{"404", 404, -1, OUTCOME_OK, false},
	{"200", 200, -1, OUTCOME_OK, false},
	{"closed without an answer", 0, -1, OUTCOME_CLOSED, true},
	{"silent after the connection", 0, -1, OUTCOME_TIMEOUT, false},
	{"a closed port", -1, -1, OUTCOME_REFUSED, false},
	{"no route", -1, -1, OUTCOME_UNREACHABLE, false},
};

static void rows(void)
{
	static const char *const sites[] = {"a.test", "b.test", "c.test"};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct heed *h = fresh(3);

		for (int k = 0; k < 3; k++)
			web(h, sites[k], k == 1 ? "2001:db8:0:9::1" : "2001:db8::1",
			    refusals[i].status, refusals[i].retry_s, refusals[i].outcome);
		ok((at(h, "2001:db8:0:ffff::7", now_us) != NULL) == refusals[i].counts,
		   "three times: %s", refusals[i].name);
		heed_free(h);
	}
}

static void blocked(void)
{
	struct heed *h = fresh(3);

	for (int k = 0; k < 9; k++)
		web(h, "a.test", "192.0.2.1", 403, -1, OUTCOME_OK);
	ok(!told, "one site counts once");
	web(h, "b.test", "192.0.2.2", 403, -1, OUTCOME_OK);
	web(h, "c.test", "198.51.100.1", 403, -1, OUTCOME_OK);
	ok(!told, "another prefix counts for itself");
	web(h, "d.test", "192.0.2.3", 404, -1, OUTCOME_OK);
	web(h, "c.test", "192.0.2.4", 403, -1, OUTCOME_OK);
	web(h, "a.test", "192.0.2.4", 403, -1, OUTCOME_OK);
	ok(!told, "an answer ends the row");
	web(h, "b.test", "192.0.2.4", 0, -1, OUTCOME_CLOSED);
	is_int(told, 1, "three in a row");
	is_str(last.place, "192.0.2.0/24", "the prefix");
	is_str(last.why, "blocked", "why");
	is_str(at(h, "192.0.2.255", now_us + day_us - 1), "blocked", "for a day");
	ok(!at(h, "192.0.2.255", now_us + day_us), "and no longer");
	ok(!at(h, "192.0.3.0", now_us), "nobody beside it");
	heed_free(h);
	h = fresh(0);
	for (int k = 0; k < 9; k++)
		web(h, k % 2 ? "a.test" : "b.test", "192.0.2.1", 403, -1, OUTCOME_OK);
	ok(!told && !at(h, "192.0.2.1", now_us), "0: never");
	heed_free(h);
}

/* n sites of one prefix, of which one in `every` turns everybody away; then all do.  How many do so until we
 * have understood; 0: we thought so before. */
static int understood(int n, int every)
{
	struct heed *h = fresh(3);
	char site[32];
	int k = 0;

	for (int i = 0; i < n; i++) {
		snprintf(site, sizeof(site), "s%d.test", i);
		/* in a made-up order, so that rows come by chance */
		web(h, site, "192.0.2.1", (int)((unsigned)i * 2654435761U >> 8) % every ? 200 : 403, -1,
		    OUTCOME_OK);
	}
	if (told) {
		heed_free(h);
		return 0;
	}
	web(h, "end.test", "192.0.2.1", 200, -1, OUTCOME_OK);
	while (!told && k < 100) {
		snprintf(site, sizeof(site), "t%d.test", k++);
		web(h, site, "192.0.2.1", 403, -1, OUTCOME_OK);
	}
	heed_free(h);
	return k;
}

static void crowd(void)
{
	static const struct {
		int sites, every, least, most;
	} crowds[] = {{0, 1, 3, 3}, {5, 1000, 3, 3}, {100, 10, 3, 5}, {3000, 10, 4, 7}, {3000, 3, 7, 14}};

	for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++) {
		int k = understood(crowds[i].sites, crowds[i].every);

		ok(k >= crowds[i].least && k <= crowds[i].most,
		   "%d sites, one in %d refuses: a block shows after %d", crowds[i].sites,
		   crowds[i].every, k);
	}
}

/* More prefixes than are kept: who asked for rest has it still. */
static void many(void)
{
	struct heed *h = fresh(3);
	char addr[48];

	web(h, "a.test", "192.0.2.1", 403, -1, OUTCOME_OK);
	web(h, "b.test", "192.0.2.1", 403, -1, OUTCOME_OK);
	web(h, "c.test", "192.0.2.1", 403, -1, OUTCOME_OK);
	web(h, "d.test", "198.51.100.1", 503, 600, OUTCOME_OK);
	for (int i = 0; i < 70000; i++) {
		snprintf(addr, sizeof(addr), "2001:db8:%x::1", i & 0xffff);
		if (i > 0xffff)
			snprintf(addr, sizeof(addr), "2001:db9:%x::1", i & 0xffff);
		web(h, "e.test", addr, 200, -1, OUTCOME_OK);
	}
	is_int(told, 2, "two wishes");
	is_str(at(h, "192.0.2.9", now_us), "blocked", "a prefix outlasts 70,000 others");
	is_str(heed_host(h, "d.test", now_us), "retry_after", "and so does a host");
	heed_free(h);
}

static void mail(void)
{
	static const int codes[] = {554, 220, 554, 554, 554};
	static const char *const sites[] = {"a.test", "b.test", "c.test", "d.test", "e.test"};
	struct heed *h = fresh(3);

	for (int i = 0; i < 5; i++) {
		struct smtp_row r;
		struct obs o = {.at_us = now_us, .outcome = OUTCOME_OK, .row = &r};

		row_clear(&smtp_schema, &r);
		addr_parse(&r.addr, "2001:db8::25");
		heed_smtp(h, sites[i], &o); /* no greeting says nothing */
		r.banner_code = codes[i];
		heed_smtp(h, sites[i], &o);
		is_int(told, i == 4, "greetings");
	}
	is_str(at(h, "2001:db8::1", now_us), "blocked", "mail hosts turn away too");
	heed_free(h);
}

static const struct {
	const char *text;
	bool good;
} texts[] = {
	{"a.test 1790000000000001 retry_after", true},
	{"192.0.2.0/24 1790000000000001 blocked", true},
	{"2001:db8::/48 1790604800000000 blocked", true},
	{"2001:db8::/32 1790000000000001 blocked", false},
	{"192.0.2.0/23 1790000000000001 blocked", false},
	{"a.test 1790000000000001 blocked", false},
	{"a.test 1790000000000001 because", false},
	{"a.test -5 retry_after", false},
	{"a.test 1790000000000001 retry_after x", false},
	{"a.test retry_after", false},
	{"A.test 1790000000000001 retry_after", false},
	{"a;test 1790000000000001 retry_after", false},
	{"", false},
};

static void text(void)
{
	struct heed *h = fresh(3);
	struct heed_wish w;
	char line[400];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		bool good = heed_read(&w, texts[i].text, strlen(texts[i].text), now_us);

		is_int(good, texts[i].good, texts[i].text);
		if (!good)
			continue;
		is_int((long long)heed_write(&w, line, sizeof(line)), (long long)strlen(texts[i].text),
		       "it is written as it was read");
		is_str(line, texts[i].text, "the same");
		heed_hear(h, &w);
	}
	ok(heed_read(&w, "a.test 1790604800000001 retry_after", 35, now_us) &&
		   w.until_us == INT64_C(1790604800000000), "longer than a week is cut to a week");
	is_int(told, 0, "what is heard again is not told again");
	ok(heed_host(h, "a.test", now_us) && at(h, "192.0.2.9", now_us) && at(h, "2001:db8::9", now_us),
	   "and is heeded");
	is_int((long long)heed_write(&w, line, 10), 0, "no room, no line");
	heed_free(h);
}

int main(void)
{
	retry_after();
	rows();
	blocked();
	crowd();
	many();
	mail();
	text();
	return done();
}
