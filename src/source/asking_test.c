/* Who opted out, by address or by name, is not asked; nor is the public before we said who we are. */
#include "source/asking.h"

#include "test/tap.h"

static struct loop *loop;
static struct asking asking;
static char said[64];
static unsigned times;

static void done_with(struct ask *q, const struct ask_result *r)
{
	(void)q;
	times++;
	snprintf(said, sizeof(said), "%d %s", r->end, r->why ? r->why : "-");
}

static const char *one(const char *server, const char *host)
{
	struct ask q = {.qname = "ok.test", .host = host, .qtype = 28, .port = 1, .tries = 1, .done = done_with};

	addr_parse(&q.server, server);
	times = 0;
	snprintf(said, sizeof(said), "nothing");
	asking_ask(&asking, &q);
	ok(!times, "never from within the call");
	for (int i = 0; i < 1000 && !times; i++)
		loop_turn(loop, 10000, NULL);
	asking_cancel(&asking, &q);
	return said;
}

static void cancelled(void)
{
	struct ask q = {.qname = "ok.test", .host = "ns.gone.example", .qtype = 28, .done = done_with};

	addr_parse(&q.server, "127.0.0.1");
	times = 0;
	asking_ask(&asking, &q);
	asking_cancel(&asking, &q);
	for (int i = 0; i < 10; i++)
		loop_turn(loop, 1000, NULL);
	ok(!times, "one that was cancelled is not told");
}

int main(void)
{
	static const char list[] = "gone.example\n127.0.0.7\n";
	struct prefix allow[2];
	struct guard_config c = {.allow = allow, .n_allow = 2, .skip_own = true};
	struct optout optout;
	struct guard *guard;
	struct err e = {0};

	prefix_parse(&allow[0], "127.0.0.0/8");
	prefix_parse(&allow[1], "::1/128");
	optout_init(&optout);
	ok(!optout_parse(&optout, "list", list, sizeof(list) - 1, &e), "a list %s", e.text);
	loop = loop_new(&clock_real, &e);
	guard = guard_new(&c, &e);
	asking = (struct asking){.loop = loop, .optout = &optout, .guard = guard};
	asking.asker = asker_new(loop, guard, NULL, &e);
	ok(loop && guard && asking.asker, "an asker %s", e.text);
	is_str(one("127.0.0.1", "ns.stays.example"), "2 -", "nobody listens there: it was asked");
	is_str(one("127.0.0.1", NULL), "2 -", "without a name too");
	is_str(one("127.0.0.1", "ns.gone.example"), "6 optout", "opted out by name");
	is_str(one("127.0.0.7", "ns.stays.example"), "6 optout", "by address");
	is_str(one("9.9.9.9", NULL), "6 no_contact", "nobody was told who we are");
	cancelled();
	asker_free(asking.asker);
	guard_free(guard);
	optout_done(&optout);
	loop_free(loop);
	return done();
}
