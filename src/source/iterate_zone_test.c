/* Looks at zones in worlds without sockets (test/dnsworld.h): what stands in the row. */
#include "source/iterate_zone.h"
#include "base/limits.h"
#include "test/dnsworld.h"
#include "test/tap.h"

static struct dnsworld *world;
static struct iterate *it;
static struct zone_question question;
static struct buf said;
static char asked[64];
static unsigned times;

static void add(const char *name, const char *text)
{
	buf_printf(&said, "%s %s; ", name, text ? text : "-");
}

static void done_with(struct zone_question *q, const struct zone_row *r, enum outcome outcome)
{
	(void)q;
	times++;
	snprintf(asked, sizeof(asked), "%s", r->asked);
	buf_clear(&said);
	if (outcome != OUTCOME_OK) {
		buf_printf(&said, "!%s %s", outcome_words[outcome], r->asked);
		return;
	}
	buf_printf(&said, "%s < %s; ", r->zone, r->parent ? r->parent : "-");
	add("ns", r->ns_parent);
	add("glue", r->glue);
	add("ns4", r->ns_child4);
	add("ns6", r->ns_child6);
	add("hosts", r->hosts);
	add("servers", r->servers);
	buf_printf(&said, "signed %d%s%s", r->is_signed, r->why ? " " : "", r->why ? r->why : "");
	for (char *c = said.data; *c; c++)
		*c = *c == '\n' ? '|' : *c;
}

static void begin(const char *text)
{
	struct root_hints h;
	struct iterate_env env = {.ask = dnsworld_ask, .cancel = dnsworld_cancel, .random = dnsworld_random,
				  .v4 = true, .v6 = true};

	world = dnsworld_new(text);
	env.loop = dnsworld_loop(world);
	env.ctx = world;
	root_hints_parse(&h, "a.root A 192.0.2.1\na.root AAAA 2001:db8::1", 42);
	it = iterate_new(&env, &h);
}

static void end(void)
{
	iterate_free(it);
	dnsworld_free(world);
}

static const char *look(const char *name, bool again)
{
	buf_clear(&said);
	times = 0;
	question = (struct zone_question){.name = name, .again = again, .done = done_with};
	iterate_zone(it, &question);
	dnsworld_run(world, 100000);
	return times == 1 ? said.data : "done came not once";
}

#define ABOVE                                                                                      \
	"zone . at 192.0.2.1 2001:db8::1\n . NS a.root.\n a.root. A 192.0.2.1\n a.root. AAAA 2001:db8::1\n" \
	"test. NS ns.nic.test.\n ns.nic.test. A 192.0.2.2\n ns.nic.test. AAAA 2001:db8::2\n"       \
	"zone test. at 192.0.2.2 2001:db8::2\n"                                                    \
	"test. NS ns.nic.test.\n ns.nic.test. A 192.0.2.2\n ns.nic.test. AAAA 2001:db8::2\n"
/* Two servers of its own, with all that belongs to it. */
#define GOOD                                                                                       \
	"own.test. NS n1.own.test.\n own.test. NS n2.own.test.\n own.test. DS x\n"                 \
	"n1.own.test. A 192.0.2.3\n n1.own.test. AAAA 2001:db8::3\n"                               \
	"n2.own.test. A 192.0.2.4\n n2.own.test. AAAA 2001:db8::4\n"                               \
	"zone own.test. at 192.0.2.3 2001:db8::3 192.0.2.4 2001:db8::4\n own.test. DNSKEY x\n"    \
	"own.test. NS n1.own.test.\n own.test. NS n2.own.test.\n own.test. SERIAL 7\n"             \
	"n1.own.test. A 192.0.2.3\n n1.own.test. AAAA 2001:db8::3\n"                               \
	"n2.own.test. A 192.0.2.4\n n2.own.test. AAAA 2001:db8::4\n"

static void test_good(void)
{
	begin(ABOVE GOOD);
	is_str(look("own.test", false),
	       "own.test < test; ns n1.own.test n2.own.test; "
	       "glue n1.own.test 192.0.2.3|n1.own.test 2001:db8::3|n2.own.test 192.0.2.4|n2.own.test 2001:db8::4; "
	       "ns4 n1.own.test n2.own.test; ns6 n1.own.test n2.own.test; "
	       "hosts n1.own.test own.test has has 2001:db8::3 192.0.2.3|n2.own.test own.test has has 2001:db8::4 192.0.2.4; "
	       "servers n1.own.test 192.0.2.3 ok ok unasked 7|n1.own.test 2001:db8::3 ok ok ok 7|"
	       "n2.own.test 192.0.2.4 ok ok unasked 7|n2.own.test 2001:db8::4 ok ok ok 7; signed 1",
	       "all as it should be");
	is_int((long long)dnsworld_asked(world), 2 + 4 + 4 + 2 + 4 + 2, "each question once");
	ok(look("own.test", true) && dnsworld_asked(world) == 18, "nothing was silent: nothing is asked again");
	ok(!strncmp(look("www.own.test", false), "own.test < test", 15), "a name in it: %s", said.data);
	is_int((long long)dnsworld_asked(world), 19, "one question, whether a zone begins there: the rest is the zone's");
	is_str(asked, "www.own.test", "the row is about the name");
	ok(!strncmp(look("test", false), "test < .; ns ns.nic.test; ", 26), "a TLD: %s", said.data);
	ok(!strncmp(look(".", false), ". < -; ns a.root; ", 18), "the root: %s", said.data);
	is_str(look("nowhere.test", false), "!absent nowhere.test", "no such zone");
	end();
}

static bool says(const char *what)
{
	bool good = strstr(said.data, what);

	ok(good, "says '%s'", what);
	if (!good)
		printf("# %s\n", said.data);
	return good;
}

static void test_bad(void)
{
	/* silence is told apart */
	begin(ABOVE GOOD "serve 2001:db8::3 silent\n serve 2001:db8::4 silent_tcp\n");
	look("own.test", false);
	says("n1.own.test 2001:db8::3 silent unasked unasked");
	says("n2.own.test 2001:db8::4 ok silent");
	dnsworld_move(world, 5000000);
	look("own.test", true);
	says("n1.own.test 2001:db8::3 dead unasked unasked");
	says("n2.own.test 2001:db8::4 ok dead");
	end();
	begin(ABOVE GOOD "serve 2001:db8::3 lame\n serve 2001:db8::4 no_tcp\n serve 192.0.2.3 REFUSED\n serve 192.0.2.4 frag\n");
	look("own.test", false);
	says("n1.own.test 2001:db8::3 lame unasked");
	says("n2.own.test 2001:db8::4 ok port");
	says("n1.own.test 192.0.2.3 refused unasked");
	end();
	begin(ABOVE GOOD "serve 2001:db8::3 frag\n serve 2001:db8::4 refuse\n");
	look("own.test", false);
	says("n1.own.test 2001:db8::3 ok ok fragments");
	says("n2.own.test 2001:db8::4 port");
	end();
	/* SERVFAIL may pass, so it is told when it was seen twice */
	begin(ABOVE GOOD "serve 2001:db8::3 SERVFAIL\n");
	look("own.test", false);
	says("n1.own.test 2001:db8::3 silent unasked unasked");
	dnsworld_move(world, 5000000);
	look("own.test", true);
	says("n1.own.test 2001:db8::3 servfail unasked unasked");
	end();
	/* glue missing, the child's record missing, a server of another zone */
	begin(ABOVE "own.test. NS n1.own.test.\n own.test. NS n2.own.test.\n own.test. NS ns.far.test.\n"
		    "n1.own.test. A 192.0.2.3\n n2.own.test. A 192.0.2.3\n n2.own.test. AAAA 2001:db8::3\n"
		    "far.test. NS n1.own.test.\n zone far.test. at 192.0.2.3 2001:db8::3\n ns.far.test. AAAA 2001:db8::3\n"
		    "zone own.test. at 192.0.2.3 2001:db8::3\n own.test. NS n1.own.test.\n own.test. NS x.own.test.\n"
		    "n1.own.test. A 192.0.2.3\n n1.own.test. AAAA 2001:db8::3\n n2.own.test. A 192.0.2.3\n");
	look("own.test", false);
	says("glue n1.own.test 192.0.2.3|n2.own.test 192.0.2.3|n2.own.test 2001:db8::3;");
	says("n1.own.test own.test has has 2001:db8::3 192.0.2.3");
	says("n2.own.test own.test none has 192.0.2.3");
	says("ns.far.test far.test has none 2001:db8::3");
	says("x.own.test own.test nx nx");
	end();
	/* parent and child on the same servers: no referral tells of the child */
	begin(ABOVE GOOD "zone deep.own.test. at 192.0.2.3 2001:db8::3 192.0.2.4 2001:db8::4\n deep.own.test. NS n1.own.test.\n"
			 "www.deep.own.test. A 192.0.2.9\n");
	ok(!strncmp(look("www.deep.own.test", false), "deep.own.test < own.test; ns n1.own.test; ", 42), "a name in it: %s", said.data);
	says("signed -1"); /* the parent was not heard about that */
	end();
	/* its servers cannot be reached at all */
	begin(ABOVE GOOD "serve 192.0.2.2 silent\n serve 2001:db8::2 silent\n");
	is_str(look("own.test", false), "!timeout own.test", "the zone above is silent");
	end();
}

/* 47 addresses and the zone's own words make 95 questions; the 48th address costs one when it refuses, else two. */
static void test_limit(void)
{
	for (int more = -1; more <= 1; more++) {
		size_t others;
		struct buf text;

		buf_init(&text, 1 << 18);
		buf_printf(&text, ABOVE);
		for (int i = 0; i < 12; i++)
			for (int k = 0; k < (i || more >= 0 ? 4 : 3); k++)
				buf_printf(&text, "h%d.wide.test. A 192.0.%d.%d\n", i, i + 10, k + 1);
		for (int i = 0; i < 12; i++)
			buf_printf(&text, "wide.test. NS h%d.wide.test.\n", i);
		buf_printf(&text, "zone wide.test. at");
		for (int i = 0; i < 12; i++)
			for (int k = 0; k < 4; k++)
				buf_printf(&text, " 192.0.%d.%d", i + 10, k + 1);
		buf_printf(&text, "\n wide.test. NS h1.wide.test.\n");
		for (int i = 0; i < 12; i++)
			for (int k = 0; k < (i || more >= 0 ? 4 : 3); k++)
				buf_printf(&text, "h%d.wide.test. A 192.0.%d.%d\n", i, i + 10, k + 1);
		if (more == 0)
			buf_printf(&text, "serve 192.0.10.4 REFUSED\n");
		begin(text.data);
		look("wide.test", false);
		others = dnsworld_asked_at(world, "192.0.2.1") + dnsworld_asked_at(world, "2001:db8::1") +
				   dnsworld_asked_at(world, "192.0.2.2") + dnsworld_asked_at(world, "2001:db8::2");
		if (more == 0) /* look-ups that came to it had to go elsewhere */
			others += dnsworld_asked_at(world, "192.0.10.4") - 1;
		is_int((long long)(dnsworld_asked(world) - others) - 12 * 2, /* look-ups of 12 hosts */
		       more < 0 ? L_DNS_QUERIES_PER_ZONE - 1 : L_DNS_QUERIES_PER_ZONE, "questions");
		ok(!strcmp(said.data + said.len - 6, " limit") == (more > 0), "the limit, if it was met: %s",
		   said.data + said.len - 12);
		end();
		buf_done(&text);
	}
}

static void test_many(void)
{
	static struct zone_question q[50];

	begin(ABOVE GOOD);
	times = 0;
	for (int i = 0; i < 50; i++) {
		q[i] = (struct zone_question){.name = "own.test", .done = done_with};
		iterate_zone(it, &q[i]);
	}
	iterate_zone_cancel(it, &q[7]);
	dnsworld_run(world, 100000);
	is_int(times, 49, "all are told but the one that was cancelled");
	is_int((long long)dnsworld_asked(world), 18, "by one look");
	iterate_zone(it, &q[0]);
	dnsworld_run(world, 1);
	end(); /* with one under way */
	begin(ABOVE GOOD);
	iterate_zone(it, &q[0]);
	dnsworld_run(world, 12);
	end(); /* in the middle of its questions */
}

static void ask_again(struct zone_question *q, const struct zone_row *r, enum outcome outcome)
{
	bool first = !times;

	done_with(q, r, outcome);
	if (first)
		iterate_zone(it, q);
}

/* Who is told may ask for the same at once: he is told again, of what is known and of what is not. */
static void test_from_inside(void)
{
	static const char *const names[] = {"own.test", "nowhere.test"};

	begin(ABOVE GOOD);
	for (int i = 0; i < 2; i++) {
		struct zone_question q = {.name = names[i], .done = ask_again};

		times = 0;
		iterate_zone(it, &q);
		dnsworld_run(world, 100000);
		ok(times == 2, "%s: told %u times", names[i], times);
	}
	end();
}

int main(void)
{
	buf_init(&said, 65536);
	test_good();
	test_bad();
	test_limit();
	test_many();
	test_from_inside();
	buf_done(&said);
	return done();
}
