/* cmd_check: one site at once, with its evidence and what to repair.  Nothing is stored. */
#include "app/command.h"
#include "app/ladder.h"
#include "app/prober.h"
#include "base/clock.h"
#include "base/log.h"
#include "source/portfolio.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { REPEAT_S = 5 };

struct look_up {
	const struct args *args;
	struct prober prober;
	struct batch *tests[2]; /* before and after */
	struct batch *evidence[EVIDENCE_KINDS];
	char domain[DOMAIN_MAX];
};

static void keep(struct look_up *k, struct batch *b)
{
	enum evidence_kind kind = evidence_kind_of(b->schema);

	if (kind < EVIDENCE_KINDS && !k->evidence[kind])
		k->evidence[kind] = b;
	else
		batch_free(b);
}

static void tell_waiting(const struct look_up *k, const struct prober_state *s)
{
	if (!isatty(STDERR_FILENO) || args_has(k->args, "quiet"))
		return;
	if (s->parked)
		fprintf(stderr, args_zh(k->args) ? "\r\033[K%s：等待后复测无应答的项目" :
						   "\r\033[K%s: waiting to ask again what was silent",
			k->domain);
	else
		fprintf(stderr, args_zh(k->args) ? "\r\033[K%s：已探测 %llu 项"
						 : "\r\033[K%s: %llu looks",
			k->domain, (unsigned long long)s->looks);
}

/* Without a resolver nothing can be found out, and waiting for it helps nobody who waits for an answer. */
static bool is_deaf(const struct look_up *k)
{
	return k->tests[0] &&
	       ((const struct selftest_row *)k->tests[0]->obs.at[0].row)->resolver_works != 1;
}

/* One message; true when the second self-test has come, or the first one was bad enough. */
static bool take(struct look_up *k, const struct prober_news *n, struct err *e)
{
	switch (n->word) {
	case PROBER_EVIDENCE: keep(k, n->batch); break;
	case PROBER_DONE: prober_test(&k->prober, e); break;
	case PROBER_TESTED:
		if (k->tests[1])
			batch_free(n->batch);
		else
			k->tests[k->tests[0] != NULL] = n->batch;
		break;
	case PROBER_STATE: tell_waiting(k, &n->state); break;
	case PROBER_WISH: /* nothing is kept of a single look */
	case PROBER_NOTHING:
	case PROBER_OVER: break;
	}
	return k->tests[1] || is_deaf(k);
}

static int converse(struct look_up *k, struct err *e)
{
	int rc = prober_test(&k->prober, e);

	if (!rc)
		rc = prober_site(&k->prober, 0, k->domain, "", false, e);
	while (!rc) {
		struct pollfd p = {.fd = prober_fd(&k->prober), .events = POLLIN};
		struct prober_news n;

		p.events |= prober_wants_write(&k->prober) ? POLLOUT : 0;
		poll(&p, 1, -1);
		do {
			rc = prober_next(&k->prober, &n, e);
			if (!rc && take(k, &n, e))
				return 0;
		} while (!rc && n.word != PROBER_NOTHING);
	}
	return rc;
}

static int tell(const struct look_up *k, const struct observer *o)
{
	const struct selftest_row *before = k->tests[0]->obs.at[0].row;
	const struct obs *last = &k->tests[k->tests[1] != NULL]->obs.at[0];
	struct selftest_row test = *(const struct selftest_row *)last->row;
	const struct subject tags = {.domain = k->domain, .organisation = "", .class_ = "",
				     .region = "", .level = "", .rank = I64_NULL, .tags = ""};
	const struct judgement j = {.at_us = last->at_us,
				    .vantage = o->config->vantage, .round = "", .portfolio = ""};
	struct batch *verdicts = batch_new(&verdict_schema);
	struct site s = {.domain = k->domain, .now_us = j.at_us,
			 .allow = o->allow.at, .n_allow = o->allow.n};
	struct ladder l = {.site = &s, .verdicts = verdicts, .selftest = &test, .at_us = j.at_us,
			   .vantage = o->config->vantage, .zh = args_zh(k->args),
			   .verbose = args_has(k->args, "verbose"),
			   .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
	int32_t verdict;

	site_take(&s, k->evidence);
	test.v4_works &= before->v4_works;
	test.v6_works &= before->v6_works;
	test.resolver_works &= before->resolver_works;
	s.v4_works = test.v4_works == 1;
	s.v6_works = test.v6_works == 1;
	s.resolver_works = test.resolver_works == 1;
	judge_site(&s, &tags, &j, verdicts);
	if (args_format(k->args) == FORMAT_JSON)
		ladder_json(&l, stdout);
	else if (args_format(k->args) == FORMAT_CSV)
		ladder_csv(&l, stdout);
	else
		ladder_print(&l, stdout);
	verdict = ((const struct verdict_row *)verdicts->obs.at[0].row)->verdict;
	batch_free(verdicts);
	return verdict == VERDICT_PASS ? EXIT_DONE : EXIT_NEGATIVE;
}

static int check(struct look_up *k, struct observer *o, struct err *e)
{
	struct prober_config c = {.observer = o, .links = args_has(k->args, "links"), .timing = args_has(k->args, "timing")};
	int64_t repeat_s;
	int code;

	if (!args_int(k->args, "repeat", 0, 3600, REPEAT_S, &repeat_s, e))
		return EXIT_USAGE;
	if (o->config->repeat_after_s < repeat_s)
		repeat_s = o->config->repeat_after_s;
	c.repeat_after_us = repeat_s * 1000000;
	if (observer_init(o, o->config, e))
		return e->code == -EACCES ? EXIT_USAGE : exit_of(e);
	code = prober_start(&k->prober, &c, e) || converse(k, e) ? EXIT_FAULT : EXIT_DONE;
	if (isatty(STDERR_FILENO) && !args_has(k->args, "quiet"))
		fprintf(stderr, "\r\033[K");
	if (code == EXIT_DONE)
		code = tell(k, o);
	prober_stop(&k->prober);
	return code;
}

static int run(const struct args *a, struct err *e)
{
	struct look_up k = {.args = a};
	struct observer o = {.config = args_config(a)};
	const char *why;
	int code;

	if (args_count(a) != 1)
		return usage_error(e, "say which site: sextant check DOMAIN");
	if (domain_clean(args_at(a, 0), k.domain, &why) != PORTFOLIO_FAULTS)
		return usage_error(e, "'%s' is no domain: %s", args_at(a, 0), why);
	code = check(&k, &o, e);
	for (size_t i = 0; i < EVIDENCE_KINDS; i++)
		batch_free(k.evidence[i]);
	batch_free(k.tests[0]);
	batch_free(k.tests[1]);
	observer_done(&o);
	return code;
}

static const struct option_row options[] = {
	{"repeat", "SECONDS", "ask again after this long what was silent (default 5)",
	 "无应答的项目在多少秒后复测（默认 5）"},
	{"iterate", NULL, "resolve names from the root by own questions, not by a resolver",
	 "自根开始逐级解析域名，不使用递归解析器"},
	{"resolver", "ADDR[:PORT]", "resolve names by this resolver (instead of dns.resolver)",
	 "使用指定的递归解析器（代替 dns.resolver）"},
	{"links", NULL, "follow links too: for each level links.sample pages a family",
	 "同时探测链接：每级、每个协议族抽查 links.sample 个页面"},
	{"timing", NULL, "ask for the front page timing.repeats times more over each family: success rate, speed",
	 "每个协议族再请求首页 timing.repeats 次：成功率与速度对比"},
	{0},
};

const struct command command_check = {
	.name = "check",
	.synopsis = "DOMAIN",
	.en = "look at one site over both families, and say what to repair",
	.zh = "经两个协议族检查一个站点，并给出修复建议",
	.more_en = "Asks the resolver, the zone's name servers, the web servers and the mail hosts, and "
		   "judges each check: ✓ pass, ◐ partial, ✗ fail, – not applicable, ? unknown. With "
		   "--verbose every question and answer follows. Nothing is stored. The exit code is 0 when "
		   "the site works over IPv6, 1 when it does not, works in part, or is unknown.",
	.more_zh = "查询解析器、权威域名服务器、网站与邮件主机，\n"
		   "逐项给出结论：✓ 通过，◐ 部分，✗ 未通过，\n"
		   "– 不适用，? 未知。--verbose 列出全部问答。\n"
		   "不写入数据库。站点可经 IPv6 正常访问时退出码为 0，\n"
		   "否则（含部分与未知）为 1。",
	.example = "  sextant check example.org\n  sextant check --json --verbose example.org",
	.options = options,
	.run = run,
};
