/* Who leads, who waits, who has it; and that the table stays within its bounds. */
#include "source/hosts.h"

#include "base/limits.h"
#include "check/evidence.h"
#include "test/tap.h"

struct site_of_test {
	struct host_wait wait;
	int told, leads;
	char host[64];
	int64_t at_us;
};

static void told(struct host_wait *w, const struct obs *o)
{
	struct site_of_test *t = w->ctx;

	t->told++;
	t->leads += !o;
	if (!o)
		return;
	snprintf(t->host, sizeof(t->host), "%s", ((const struct resource_row *)o->row)->host);
	t->at_us = o->at_us;
}

static struct site_of_test a = {.wait = {.told = told, .ctx = &a}}, b = {.wait = {.told = told, .ctx = &b}},
			   c = {.wait = {.told = told, .ctx = &c}};

static void tell(struct hosts *h, const char *key, const char *host)
{
	struct resource_row row;
	char text[64];
	struct obs o = {.at_us = 7, .subject = "a.test", .vantage = "here", .round = "", .row = &row};

	snprintf(text, sizeof(text), "%s", host);
	row_clear(&resource_schema, &row);
	row.host = text;
	hosts_tell(h, key, &resource_schema, &o);
	memset(text, 'x', sizeof(text) - 1); /* what is kept must be a copy */
}

static void share(void)
{
	struct hosts *h = hosts_new();
	const struct obs *have = NULL;

	ok(hosts_take(h, "k", &a.wait, &have) == HOSTS_LEAD, "the first leads");
	ok(hosts_take(h, "k", &b.wait, &have) == HOSTS_WAIT, "the second waits");
	ok(hosts_take(h, "k", &c.wait, &have) == HOSTS_WAIT, "so does the third");
	ok(hosts_take(h, "other", &a.wait, &have) == HOSTS_LEAD, "another look is another one's");
	hosts_tell(h, "k", NULL, NULL);
	ok(b.told == 1 && b.leads == 1 && !c.told, "the leader's own trouble: who came first leads now");
	tell(h, "k", "cdn.test");
	ok(c.told == 1 && !c.leads && c.at_us == 7, "who waits has it, with its time");
	is_str(c.host, "cdn.test", "and its texts");
	ok(hosts_has(h, "k") && !hosts_has(h, "other") && !hosts_has(h, "none"), "what has ended");
	ok(hosts_take(h, "k", &a.wait, &have) == HOSTS_HAVE, "who comes later has it at once");
	is_str(((const struct resource_row *)have->row)->host, "cdn.test", "a copy of it");
	is_str(have->vantage, "here", "vantage");
	is_int((long long)hosts_stats(h)->made, 1, "it was made once");
	is_int((long long)hosts_stats(h)->shared, 3, "and shared");
	hosts_tell(h, "other", NULL, NULL);
	ok(hosts_take(h, "other", &a.wait, &have) == HOSTS_LEAD, "of what came to nothing nothing is kept");
	ok(hosts_take(h, "other", &b.wait, &have) == HOSTS_WAIT, "one waits");
	hosts_leave(&b.wait);
	hosts_leave(&b.wait);
	b.told = 0;
	tell(h, "other", "x.test");
	is_int(b.told, 0, "and is not told when it has left");
	hosts_free(h);
}

/* What was seen in an outage of our own is nobody's. */
static void outage(void)
{
	struct hosts *h = hosts_new();
	const struct obs *have;

	hosts_take(h, "k", &a.wait, &have);
	tell(h, "k", "cdn.test");
	hosts_take(h, "under way", &a.wait, &have);
	ok(hosts_take(h, "under way", &b.wait, &have) == HOSTS_WAIT, "one waits");
	b.told = 0;
	hosts_forget(h);
	ok(!hosts_has(h, "k") && hosts_stats(h)->kept == 1, "what had ended is forgotten");
	ok(hosts_take(h, "k", &a.wait, &have) == HOSTS_LEAD, "and looked at anew");
	tell(h, "under way", "x.test");
	ok(b.told == 1 && !hosts_has(h, "under way"), "what was under way is told to who waits, and not kept");
	tell(h, "k", "cdn.test");
	ok(hosts_has(h, "k"), "what began after it is");
	hosts_free(h);
}

static void key_of(char key[static 16], int i)
{
	snprintf(key, 16, "k%d", i);
}

static void limits(void)
{
	struct hosts *h = hosts_new();
	const struct obs *have;
	uint64_t hits = limit_hits(LIMIT_SHARED_LOOKS);
	char key[16];

	for (int i = 0; i < L_SHARED_LOOKS - 1; i++) {
		key_of(key, i);
		if (hosts_take(h, key, &a.wait, &have) == HOSTS_LEAD)
			tell(h, key, "x.test");
	}
	is_int((long long)hosts_stats(h)->kept, L_SHARED_LOOKS - 1, "one below the limit");
	hosts_take(h, "last", &a.wait, &have);
	is_int((long long)hosts_stats(h)->kept, L_SHARED_LOOKS, "at the limit");
	is_int((long long)(limit_hits(LIMIT_SHARED_LOOKS) - hits), 0, "no hit");
	hosts_take(h, "k5", &a.wait, &have);
	hosts_take(h, "more", &a.wait, &have);
	is_int((long long)hosts_stats(h)->kept, L_SHARED_LOOKS, "one more: another goes");
	is_int((long long)(limit_hits(LIMIT_SHARED_LOOKS) - hits), 1, "a hit");
	is_int((long long)hosts_stats(h)->forgotten, 1, "one is forgotten");
	ok(hosts_take(h, "last", &b.wait, &have) == HOSTS_WAIT, "none that is under way");
	hosts_leave(&b.wait);
	for (int i = 0; i < L_SHARED_LOOKS / 2; i++) {
		key_of(key, i + L_SHARED_LOOKS);
		if (hosts_take(h, key, &a.wait, &have) == HOSTS_LEAD)
			tell(h, key, "x.test");
		hosts_take(h, "k5", &a.wait, &have);
	}
	ok(hosts_take(h, "k5", &a.wait, &have) == HOSTS_HAVE, "nor one that is wanted all the time");
	hosts_free(h);
}

/* All under way: nothing can go, so what comes is not shared. */
static void crowded(void)
{
	struct hosts *h = hosts_new();
	const struct obs *have;
	char key[16];

	for (int i = 0; i < L_SHARED_LOOKS; i++) {
		key_of(key, i);
		hosts_take(h, key, &a.wait, &have);
	}
	ok(hosts_take(h, "more", &a.wait, &have) == HOSTS_LEAD, "it leads");
	ok(hosts_take(h, "more", &b.wait, &have) == HOSTS_LEAD, "as does the next");
	tell(h, "more", "x.test");
	is_int((long long)hosts_stats(h)->kept, L_SHARED_LOOKS, "and nothing is kept of it");
	hosts_free(h);
}

int main(void)
{
	share();
	outage();
	limits();
	crowded();
	return done();
}
