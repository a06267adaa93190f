/* cmd_census: a round over a portfolio; the same command goes on after any stop. */
#include "app/census_said.h"
#include "app/command.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/tls.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROBLEMS_SHOWN = 20, SHARDS_MAX = 1000, CACHE_MIB = 512 /* of 1.5 GiB that a round may take in all */ };

static volatile int stopped;

static void on_signal(int signo)
{
	(void)signo;
	stopped = 1;
}

/* ---- before ---- */

static void print_problems(const struct census_job *j)
{
	const struct portfolio *p = &j->portfolio;
	size_t shown = args_has(j->args, "verbose") ? p->problems.n : PROBLEMS_SHOWN;

	for (size_t i = 0; i < p->problems.n && i < shown; i++)
		log_warn("%s:%u: %s", j->path, p->problems.at[i].line, p->problems.at[i].text);
	if (p->problems.n > shown)
		log_warn("%s: %zu more; --verbose shows all", j->path, p->problems.n - shown);
}

static int read_list(struct census_job *j, struct err *e)
{
	const char *map_text = args_text(j->args, "map", NULL), *name = args_text(j->args, "name", NULL);
	struct portfolio_map map;

	if (map_text && portfolio_map_parse(&map, map_text, &j->portfolio.arena, e))
		return EXIT_USAGE;
	if (portfolio_read(&j->portfolio, j->path, map_text ? &map : NULL, e))
		return EXIT_INPUT;
	print_problems(j);
	if (j->portfolio.problems.n && args_has(j->args, "strict")) {
		err_set(e, -EINVAL, "%s: %zu rows cannot be used; nothing was done (--strict)", j->path,
			j->portfolio.problems.n);
		return EXIT_INPUT;
	}
	if (!j->portfolio.subjects.n) {
		err_set(e, -EINVAL, "%s: no row could be used", j->path);
		return EXIT_INPUT;
	}
	list_name_from(j->path, j->name);
	if (name && !list_name_ok(name))
		return usage_error(e, "'%s' is no name for a portfolio: letters, digits, - _ .", name);
	if (name)
		snprintf(j->name, sizeof(j->name), "%s", name);
	return EXIT_DONE;
}

/* What `verify` needs to derive the verdicts again, and what people want to know. */
static void write_settings(struct census_job *j)
{
	const struct observer *o = &j->observer;
	char text[PREFIX_TEXT_MAX];
	struct json out;

	json_init(&out, &j->settings);
	json_object(&out);
	json_key(&out, "allow");
	json_array(&out);
	for (size_t i = 0; i < o->allow.n; i++)
		json_text(&out, prefix_text(&o->allow.at[i], text));
	json_end_array(&out);
	json_put_text(&out, "resolver", o->config->iterate ? ROUND_ITERATES : addr_text(&o->resolver, text));
	json_put_text(&out, "user_agent", o->user_agent);
	json_put_i64(&out, "repeat_after_s", o->config->repeat_after_s);
	json_put_i64(&out, "targets_per_s", o->config->targets_per_s);
	json_put_i64(&out, "packets_per_s", o->config->packets_per_s);
	json_put_i64(&out, "per_address_gap_ms", o->config->per_address_gap_ms);
	if (args_has(j->args, "links")) {
		json_put_i64(&out, "links_sample", o->config->links_sample);
		json_put_i64(&out, "links_seed", o->config->links_seed);
	}
	if (args_has(j->args, "timing"))
		json_put_i64(&out, "timing_repeats", o->config->timing_repeats);
	json_end_object(&out);
}

/* What may be probed at once without anybody's harm is a laboratory. */
static int first_sample(struct census_job *j, int64_t *sample, struct err *e)
{
	int rc;

	if (*sample || !j->observer.public_ok || j->observer.allow.n || args_has(j->args, "all"))
		return 0;
	rc = round_begin_small(j->store, j->portfolio.subjects.n, sample, e);
	if (*sample)
		log_warn(j->zh ? "首轮普查只取 %lld 个站点（共 %zu 个）；--all 取全部"
			       : "the first round takes a sample of %lld sites of %zu; --all takes all",
			 (long long)*sample, j->portfolio.subjects.n);
	return rc;
}

/* "2/4": part 2 of 4. */
static int read_shard(const struct args *a, struct round_wish *w, struct err *e)
{
	const char *text = args_text(a, "shard", NULL);
	char *end = NULL;

	w->name = args_text(a, "round", NULL);
	if (w->name && !list_name_ok(w->name))
		return err_set(e, -EINVAL, "'%s' is no name for a round: letters, digits, - _ .", w->name);
	if (!text)
		return 0;
	w->shard = strtoll(text, &end, 10);
	if (*end == '/' && *text >= '0' && *text <= '9' && end[1] >= '0' && end[1] <= '9')
		w->shards = strtoll(end + 1, &end, 10);
	if (*end || w->shards < 1 || w->shards > SHARDS_MAX || w->shard < 1 || w->shard > w->shards)
		return err_set(e, -EINVAL, "--shard is i/n with 1 <= i <= n <= %d, not '%s'", SHARDS_MAX, text);
	if (!w->name)
		return err_set(e, -EINVAL, "--shard needs --round NAME: under one name the shards of a run "
					   "are put together");
	return 0;
}

static int begin_round(struct census_job *j, struct err *e)
{
	struct round_wish w = {.portfolio = j->name,
			       .vantage = j->observer.config->vantage,
			       .settings = j->settings.data,
			       .gap_us = args_has(j->args, "again")
						 ? 0
						 : j->observer.config->round_gap_s * 1000000,
			       .confirm_gap_us = j->observer.config->round_gap_s * 1000000,
			       .fresh = args_has(j->args, "new")};
	bool is_new;
	int rc;

	if (!args_int(j->args, "sample", 1, INT64_MAX, 0, &w.sample, e) || read_shard(j->args, &w, e))
		return -EINVAL;
	rc = list_save(j->store, j->name, j->path, &j->portfolio, &w.version, &is_new, e);
	if (!rc)
		rc = first_sample(j, &w.sample, e);
	if (!rc)
		rc = round_begin(&j->round, j->store, &j->portfolio, &w, e);
	if (rc)
		return rc;
	say_before(j);
	j->done_before = j->round.done;
	if (j->round.resumed)
		log_info(j->zh ? "继续轮次 %s：已完成 %zu/%zu" : "going on with round %s: %zu of %zu are done",
			 j->round.id, j->round.done, j->round.total);
	return 0;
}

/* ---- the command ---- */

static int go(struct census_job *j, struct err *e)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct kin kin;
	int rc;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	j->began_us = clock_mono(&clock_real);
	j->census = (struct census){.store = j->store, .probers = &j->probers, .observer = &j->observer,
				    .portfolio = &j->portfolio, .round = &j->round,
				    .stored = say_stored, .progress = say_progress,
				    .tested = say_tested, .ctx = j};
	if (args_format(j->args) == FORMAT_CSV)
		printf("domain,check,verdict,reason\r\n");
	if (args_has(j->args, "links")) {
		kin_init(&kin, &j->portfolio);
		j->census.kin = &kin;
	}
	rc = census_run(&j->census, &stopped, e);
	if (j->census.kin)
		kin_done(&kin);
	say_line_end(j);
	say_wishes(j);
	if (!rc)
		rc = round_close(&j->round, j->store, e);
	return rc ? rc : say_result(j, e);
}

static int with_store(struct census_job *j, struct err *e)
{
	const char *why;
	int rc = begin_round(j, e);

	if (rc)
		return rc;
	if (!store_has_facts(j->store, &why))
		log_warn("%s", why);
	/* other commands, a dashboard among them, may ask meanwhile */
	if (store_is_owner(j->store) && store_listen(j->store, e))
		return e->code;
	return go(j, e);
}

/* Probers that hold nothing are started first; then the store is opened. */
static int with_prober(struct census_job *j, struct err *e)
{
	const struct prober_config c = {.observer = &j->observer,
					.repeat_after_us = j->observer.config->repeat_after_s * 1000000,
					.links = args_has(j->args, "links"),
					.timing = args_has(j->args, "timing"),
					.ramp = true};
	const struct config *config = j->observer.config;
	int rc = probers_start(&j->probers, &c,
			       probers_number(config->probers, config->targets_per_s,
					      sysconf(_SC_NPROCESSORS_ONLN)), e);

	store_memory(CACHE_MIB);
	if (!rc)
		rc = open_store(j->args, STORE_ANY, &j->store, e);
	if (!rc)
		rc = with_store(j, e);
	if (j->store)
		store_close(j->store);
	probers_stop(&j->probers);
	round_done(&j->round);
	return rc;
}

/* What would be sent, at most, and how long it takes at these rates. */
static int dry_run(const struct census_job *j)
{
	const struct config *c = j->observer.config;
	size_t n = j->portfolio.subjects.n;

	printf(j->zh ? "名单 %s：%zu 个站点；未发送任何报文（--dry-run）\n"
		     : "%s: %zu sites; nothing was sent (--dry-run)\n",
	       j->name, n);
	printf(j->zh ? "  每个站点：最多 %d 次 DNS 查询；每个协议族最多 4 次首页 GET 及其重定向，各主机先读 robots.txt；每台邮件主机每个协议族 1 次问候（支持时含 STARTTLS）；声明 HTTP/3 的主机每个协议族最多 %d 个 UDP 443 数据报；首页引用的其他主机（最多 %d 个）每轮只连接一次，不发请求\n"
		     : "  each site: at most %d DNS questions, 4 GETs of front pages per family and their "
		       "redirects, robots.txt of each host before them, 1 greeting of each mail "
		       "host and family, with STARTTLS where it is offered, %d datagrams "
		       "to UDP port 443 per family where HTTP/3 is advertised; one connection without a "
		       "request to each of at most %d other hosts that the front page loads from, once a "
		       "round for all sites\n",
	       L_DNS_QUERIES_PER_SITE, L_QUIC_TRIES, L_RESOURCE_HOSTS);
	if (args_has(j->args, "links"))
		printf(j->zh ? "  链接：每个站点最多 %lld 个页面，每个协议族各 1 次 GET 及其重定向；遵守各主机的 robots.txt\n"
			     : "  links: of each site at most %lld pages, one GET a family and their redirects, as far as "
			       "robots.txt of each host allows it\n",
		       3 * (long long)c->links_sample);
	if (args_has(j->args, "timing"))
		printf(j->zh ? "  速度：每个站点的首页，每个协议族再请求 %lld 次，每次最多读取 %d 字节\n"
			     : "  timing: the front page of each site %lld times more over each family, %d bytes of it "
			       "at most\n",
		       (long long)c->timing_repeats, L_LINK_BODY_B);
	printf(j->zh ? "  每秒最多 %lld 个新站点、%lld 个报文；至少需要 %.0f 秒\n"
		     : "  at most %lld new sites and %lld packets a second: %.0f s at least\n",
	       (long long)c->targets_per_s, (long long)c->packets_per_s,
	       (double)n / (double)c->targets_per_s);
	printf("  User-Agent: %s\n", j->observer.user_agent);
	return EXIT_DONE;
}

static int run_job(struct census_job *j, struct err *e)
{
	int code = read_list(j, e), rc;

	if (code != EXIT_DONE)
		return code;
	rc = observer_init(&j->observer, args_config(j->args), e);
	if (rc == -EACCES)
		return EXIT_USAGE;
	if (rc)
		return exit_of(e);
	write_settings(j);
	if (args_has(j->args, "dry-run"))
		return dry_run(j);
	rc = with_prober(j, e);
	if (rc == -EAGAIN)
		return EXIT_NEGATIVE;
	return rc ? exit_of(e) : EXIT_DONE;
}

static int run(const struct args *a, struct err *e)
{
	struct census_job j = {.args = a, .path = args_at(a, 0), .zh = args_zh(a),
			.terminal = isatty(STDERR_FILENO) && !args_has(a, "quiet")};
	int code;

	if (args_count(a) != 1)
		return usage_error(e, "say which list: sextant census PORTFOLIO.csv");
	tls_own_memory();
	portfolio_init(&j.portfolio);
	buf_init(&j.settings, 1 << 16);
	buf_init(&j.line, 1 << 20);
	code = run_job(&j, e);
	observer_done(&j.observer);
	portfolio_done(&j.portfolio);
	buf_done(&j.settings);
	buf_done(&j.line);
	return code;
}

static const struct option_row options[] = {
	{"name", "NAME", "name of the portfolio (default: that of the file)", "名单名称（默认取文件名）"},
	{"map", "FIELD=COLUMN,...", "which column holds domain, organisation, class, region, level, rank",
	 "列映射：domain、organisation、class、region、level、rank"},
	{"strict", NULL, "do nothing if one row of the list cannot be used", "名单有任何一行不可用则不执行"},
	{"sample", "N", "a random sample of N sites", "随机抽取 N 个站点"},
	{"all", NULL, "all sites in the first round too, not a sample of 1000",
	 "首轮即探测全部站点，而不是抽取 1000 个"},
	{"again", NULL, "ask again whom a round within rate.round_gap_s has asked",
	 "即使 rate.round_gap_s 内已探测过也重新探测"},
	{"new", NULL, "give up a round that was stopped, and begin a new one",
	 "放弃中断的轮次，重新开始"},
	{"round", "NAME", "name of this run; one name for all its shards", "本次普查的名称；各分片使用同一名称"},
	{"shard", "I/N", "only part I of N of the list; a registrable domain is in one part as a whole",
	 "只探测名单 N 个分片中的第 I 片；同一可注册域不会拆分"},
	{"iterate", NULL, "resolve names from the root by own questions, not by a resolver",
	 "自根开始逐级解析域名，不使用递归解析器"},
	{"resolver", "ADDR[:PORT]", "resolve names by this resolver (instead of dns.resolver)",
	 "使用指定的递归解析器（代替 dns.resolver）"},
	{"links", NULL, "follow links too: for each level links.sample pages a site and family (many requests)",
	 "同时探测链接：每级每个站点、每个协议族抽查 links.sample 个页面（请求较多）"},
	{"timing", NULL, "ask for each front page timing.repeats times more over each family (many requests)",
	 "每个站点的首页在每个协议族再请求 timing.repeats 次：成功率与速度对比（请求较多）"},
	{"dry-run", NULL, "say what would be sent, and send nothing", "只说明将发送什么，不发送"},
	{0},
};

const struct command command_census = {
	.name = "census",
	.synopsis = "PORTFOLIO.csv",
	.en = "a round over a list of sites",
	.zh = "对名单中的站点进行一轮普查",
	.more_en = "Looks at each site as `check` does and stores evidence and verdicts. A round that was "
		   "stopped, by whatever, goes on when the same command is given again. A row of the list "
		   "that cannot be used is named with its line; the rest is done, or nothing with --strict. "
		   "A site that another round looked at within rate.round_gap_s is not asked again: what was "
		   "found then counts here too, links and times only if that round asked for them. While the resolver, or a family that worked, fails here, the "
		   "round waits. "
		   "With --shard and --round several machines, or several runs, share a list: when every part of "
		   "a name is complete in one store, indicators take them as one round. "
		   "At the end a random 1 % of the sites (1 to 10,000) is looked at once more; the share of "
		   "verdicts that differ is told with the round, and the first verdicts stand. "
		   "With --json each site is one line, printed when it has been stored, and the last line "
		   "tells of the round; with --csv each verdict is one line. Rates, the opt-out list and who "
		   "we are stand in sextant.conf; public addresses are not probed before that is said.",
	.more_zh = "像 check 一样检查每个站点，并保存证据与结论。\n"
		   "无论因何中断，再次执行同一命令即可继续。\n"
		   "名单中不可用的行会给出行号，其余照常进行；\n"
		   "--strict 时则整体不执行。\n"
		   "另一轮在 rate.round_gap_s 内已探测过的站点不再重复探测，直接采用当时的证据\n"
		   "（当时未探测链接或未重复请求首页的，本轮也没有相应结论）。\n"
		   "本机解析器或原本可用的协议族出现故障时，普查会等待。\n"
		   "--shard 与 --round 可将一份名单分给多台机器或多次执行；\n"
		   "同一名称的各分片在一个库中全部完成后，指标按一轮计算。\n"
		   "结束前随机复测 1%（1 至 10000 个）站点，不一致率随轮次公布，\n"
		   "仍以首次结论为准。\n"
		   "--json 每个站点一行（入库后输出），末行为轮次信息；\n"
		   "--csv 每项结论一行。速率、退出名单与观测者身份\n"
		   "在 sextant.conf 中设置；设置身份之前不探测公网地址。",
	.example = "  sextant census sites.csv\n"
		   "  sextant census gov.csv --map \"domain='Domain name',class='Domain type'\" --sample 500",
	.options = options,
	.run = run,
};
