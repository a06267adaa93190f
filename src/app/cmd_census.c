/* cmd_census: a round over a portfolio; the same command goes on after any stop. */
#include "app/census.h"
#include "app/command.h"
#include "app/lists.h"
#include "app/tabular.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"
#include "io/tls.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROBLEMS_SHOWN = 20 };

struct job {
	const struct args *args;
	const char *path;
	struct portfolio portfolio;
	struct observer observer;
	struct prober prober;
	struct store *store;
	struct round round;
	struct census census;
	char name[LIST_NAME_MAX];
	struct buf settings, line;
	bool terminal, zh;
	int64_t began_us;
	size_t done_before;
};

static volatile int stopped;

static void on_signal(int signo)
{
	(void)signo;
	stopped = 1;
}

/* ---- what is said on the way ---- */

/* One line a site: {"domain":…,"verdicts":[{"check","verdict","reason"}…]} */
static void print_json(struct job *j, const struct batch *b, size_t first)
{
	struct json out;

	json_init(&out, &j->line);
	json_object(&out);
	json_put_text(&out, "domain", b->obs.at[first].subject);
	json_key(&out, "verdicts");
	json_array(&out);
	for (size_t i = 0; check_list[i]; i++) {
		const struct verdict_row *r = b->obs.at[first + i].row;

		json_object(&out);
		json_put_text(&out, "check", r->check);
		json_put_text(&out, "verdict", verdict_words[r->verdict]);
		json_put_text(&out, "reason", r->reason);
		json_end_object(&out);
	}
	json_end_array(&out);
	json_end_object(&out);
	buf_char(&j->line, '\n');
}

static void print_csv(struct job *j, const struct batch *b, size_t first)
{
	for (size_t i = 0; check_list[i]; i++) {
		const struct verdict_row *r = b->obs.at[first + i].row;

		csv_cell(&j->line, b->obs.at[first].subject, true, false);
		csv_cell(&j->line, r->check, false, false);
		csv_cell(&j->line, verdict_words[r->verdict], false, false);
		csv_cell(&j->line, r->reason, false, false);
		csv_end(&j->line);
	}
}

static void on_stored(void *ctx, const struct batch *verdicts, size_t first)
{
	struct job *j = ctx;

	if (args_format(j->args) == FORMAT_JSON)
		print_json(j, verdicts, first);
	else if (args_format(j->args) == FORMAT_CSV)
		print_csv(j, verdicts, first);
	if (!j->line.len)
		return;
	fputs(j->line.data, stdout);
	fflush(stdout);
	buf_clear(&j->line);
}

static void on_progress(void *ctx, const struct prober_state *s, size_t held)
{
	struct job *j = ctx;
	size_t done = j->round.done + held, here = done - j->done_before;
	double spent_s = (double)(clock_mono(&clock_real) - j->began_us) / 1e6;
	double rate = spent_s > 0 ? (double)here / spent_s : 0;

	if (!j->terminal)
		return;
	if (j->census.down) {
		fprintf(stderr, j->zh ? "\r\033[K普查：%zu/%zu · 暂停，等待观测点恢复"
				      : "\r\033[Kcensus: %zu/%zu · waits for this observer to work again",
			done, j->round.total);
		return;
	}
	fprintf(stderr, j->zh ? "\r\033[K普查：%zu/%zu · 每秒 %.1f · " : "\r\033[Kcensus: %zu/%zu · %.1f/s · ",
		done, j->round.total, rate);
	if (rate > 0)
		fprintf(stderr, j->zh ? "剩余 %.0f 秒" : "%.0f s left",
			(double)(j->round.total - done) / rate);
	if (s->parked)
		fprintf(stderr, j->zh ? " · %llu 个等待复测" : " · %llu wait to ask again",
			(unsigned long long)s->parked);
	if (s->silent)
		fprintf(stderr, j->zh ? " · 无应答 %llu/%llu" : " · silent %llu of %llu looks",
			(unsigned long long)s->silent, (unsigned long long)s->looks);
}

static void clear_line(const struct job *j)
{
	if (j->terminal)
		fprintf(stderr, "\r\033[K");
}

/* What the observer cannot do is said at once, and again when it changes. */
static void on_tested(void *ctx, const struct selftest_row *row, unsigned works, bool is_first)
{
	static const struct {
		unsigned bit;
		const char *en, *zh;
	} faults[] = {
		{WORKS_V6, "IPv6 does not work here: every verdict about IPv6 is unknown",
		 "本机 IPv6 不可用：所有 IPv6 结论均为“未知”"},
		{WORKS_V4, "IPv4 does not work here: nothing is compared with it",
		 "本机 IPv4 不可用：无法与 IPv4 比较"},
		{WORKS_RESOLVER, "the resolver does not answer: names that get no answer stay unknown",
		 "递归解析器无应答：未获应答的域名结论为“未知”"},
	};
	static unsigned told; /* bits that were told */
	static bool waiting;
	struct job *j = ctx;

	(void)is_first;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if ((works & faults[i].bit) || (told & faults[i].bit))
			continue;
		told |= faults[i].bit;
		clear_line(j);
		log_warn(row->why ? "%s (%s)" : "%s", j->zh ? faults[i].zh : faults[i].en, row->why);
	}
	if (j->census.down && !waiting) {
		clear_line(j);
		log_warn(j->zh ? "普查暂停，最多等待 %lld 秒（selftest.patience_s）；故障期间的探测作废并重做"
			       : "the round waits for it, %lld s at most (selftest.patience_s); what was looked "
				 "at meanwhile is looked at again",
			 (long long)j->observer.config->selftest_patience_s);
	}
	waiting = j->census.down != 0;
	if (told & works) {
		clear_line(j);
		log_info(j->zh ? "观测点自检恢复正常" : "the self-test passes again");
		told &= ~works;
	}
}

/* ---- before ---- */

static void print_problems(const struct job *j)
{
	const struct portfolio *p = &j->portfolio;
	size_t shown = args_has(j->args, "verbose") ? p->problems.n : PROBLEMS_SHOWN;

	for (size_t i = 0; i < p->problems.n && i < shown; i++)
		log_warn("%s:%u: %s", j->path, p->problems.at[i].line, p->problems.at[i].text);
	if (p->problems.n > shown)
		log_warn("%s: %zu more; --verbose shows all", j->path, p->problems.n - shown);
}

static int read_list(struct job *j, struct err *e)
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
static void write_settings(struct job *j)
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
	json_put_text(&out, "resolver", addr_text(&o->resolver, text));
	json_put_text(&out, "user_agent", o->user_agent);
	json_put_i64(&out, "repeat_after_s", o->config->repeat_after_s);
	json_put_i64(&out, "targets_per_s", o->config->targets_per_s);
	json_put_i64(&out, "packets_per_s", o->config->packets_per_s);
	json_put_i64(&out, "per_address_gap_ms", o->config->per_address_gap_ms);
	json_end_object(&out);
}

/* What may be probed at once without anybody's harm is a laboratory. */
static int first_sample(struct job *j, int64_t *sample, struct err *e)
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

static void tell_too_soon(const struct job *j)
{
	const struct round *r = &j->round;

	if (r->n_too_soon)
		log_warn(j->zh ? "另一轮普查在 %lld 秒内已探测过 %zu 个站点（共 %zu 个），本轮不再探测，"
				 "结论为“未知”；--again 则仍探测"
			       : "less than %lld s ago another round looked at %zu of these %zu sites; they "
				 "are left alone and stay unknown; --again looks at them",
			 (long long)j->observer.config->round_gap_s, r->n_too_soon, r->total);
}

static int begin_round(struct job *j, struct err *e)
{
	struct round_wish w = {.portfolio = j->name,
			       .vantage = j->observer.config->vantage,
			       .settings = j->settings.data,
			       .gap_us = args_has(j->args, "again")
						 ? 0
						 : j->observer.config->round_gap_s * 1000000,
			       .fresh = args_has(j->args, "new")};
	bool is_new;
	int rc;

	if (!args_int(j->args, "sample", 1, INT64_MAX, 0, &w.sample, e))
		return -EINVAL;
	rc = list_save(j->store, j->name, j->path, &j->portfolio, &w.version, &is_new, e);
	if (!rc)
		rc = first_sample(j, &w.sample, e);
	if (!rc)
		rc = round_begin(&j->round, j->store, &j->portfolio, &w, e);
	if (rc)
		return rc;
	tell_too_soon(j);
	j->done_before = j->round.done;
	if (j->round.resumed)
		log_info(j->zh ? "继续轮次 %s：已完成 %zu/%zu" : "going on with round %s: %zu of %zu are done",
			 j->round.id, j->round.done, j->round.total);
	return 0;
}

/* ---- after ---- */

static int count_verdicts(struct job *j, struct arena *a, struct table *t, struct err *e)
{
	const struct value arg = value_text(j->round.id);

	return store_query_facts(j->store, a,
				 "SELECT \"check\", count(*) FILTER (WHERE verdict = 'pass'), "
				 "count(*) FILTER (WHERE verdict = 'partial'), "
				 "count(*) FILTER (WHERE verdict = 'fail'), "
				 "count(*) FILTER (WHERE verdict = 'na'), "
				 "count(*) FILTER (WHERE verdict = 'unknown') "
				 "FROM obs_verdict WHERE round = ? GROUP BY 1",
				 &arg, 1, t, e);
}

static size_t row_of(const struct table *t, const char *check)
{
	size_t i = 0;

	while (i < t->n_rows && strcmp(value_str(table_at(t, i, 0), ""), check) != 0)
		i++;
	return i;
}

/* "57 of 70 sites (81.4%) are usable over IPv6, 12 more in part; 2 unknown, 3 not applicable." */
static void print_sentence(const struct job *j, const struct table *t)
{
	size_t row = row_of(t, "site");
	long long n[5];

	if (row == t->n_rows)
		return;
	for (size_t k = 0; k < 5; k++)
		n[k] = (long long)value_int(table_at(t, row, k + 1), 0);
	printf(j->zh ? "轮次 %s，名单 %s 第 %lld 版：%lld 个可判定站点中 %lld 个可经 IPv6 正常使用"
		       "（%.1f%%），另有 %lld 个部分可用；%lld 个未知，%lld 个不适用\n"
		     : "round %s over %s, version %lld: of %lld sites that could be judged %lld are usable "
		       "over IPv6 (%.1f%%), %lld more in part; %lld unknown, %lld not applicable\n",
	       j->round.id, j->name, (long long)j->round.version, n[0] + n[1] + n[2], n[0],
	       n[0] + n[1] + n[2] ? 100.0 * (double)n[0] / (double)(n[0] + n[1] + n[2]) : 0.0, n[1], n[4],
	       n[3]);
}

static void print_counts(const struct job *j, const struct table *t)
{
	const bool zh = j->zh;
	const struct tabular_column columns[] = {
		{"check", zh ? "检查" : "check", TABULAR_TEXT},
		{"title", zh ? "内容" : "what", TABULAR_TEXT},
		{"pass", zh ? "✓ 通过" : "✓ pass", TABULAR_NUMBER},
		{"partial", zh ? "◐ 部分" : "◐ partial", TABULAR_NUMBER},
		{"fail", zh ? "✗ 未通过" : "✗ fail", TABULAR_NUMBER},
		{"na", zh ? "– 不适用" : "– n.a.", TABULAR_NUMBER},
		{"unknown", zh ? "? 未知" : "? unknown", TABULAR_NUMBER},
	};
	struct tabular out;

	tabular_init(&out, columns, 7);
	for (size_t i = 0; check_list[i]; i++) {
		size_t row = row_of(t, check_list[i]->id);

		if (row == t->n_rows)
			continue;
		tabular_text(&out, check_list[i]->id);
		tabular_text(&out, zh ? check_list[i]->title_zh : check_list[i]->title_en);
		for (size_t k = 1; k < 6; k++)
			tabular_int(&out, value_int(table_at(t, row, k), 0));
	}
	tabular_print(&out, FORMAT_TABLE, stdout);
	tabular_done(&out);
}

/* What the machine spent: for people with --verbose, and for the benchmark. */
static void put_cost(struct json *out, const struct prober_state *s, size_t sites)
{
	json_put_i64(out, "prober_cpu_us", (int64_t)s->cpu_us);
	json_put_i64(out, "tls_cpu_us", (int64_t)s->tls_us);
	json_put_i64(out, "connections", (int64_t)s->connections);
	json_put_i64(out, "datagrams", (int64_t)s->datagrams);
	json_put_i64(out, "peak_sites", (int64_t)s->peak_sites);
	json_put_i64(out, "peak_bytes_per_site", (int64_t)s->peak_b);
	json_put_i64(out, "peak_tls_bytes_per_site", (int64_t)s->peak_tls_b);
	json_put_i64(out, "sites_here", (int64_t)sites);
}

/* The last line of --json. */
static void print_end(struct job *j)
{
	struct json out;

	json_init(&out, &j->line);
	json_object(&out);
	json_put_text(&out, "round", j->round.id);
	json_put_text(&out, "portfolio", j->name);
	json_put_i64(&out, "version", j->round.version);
	json_put_i64(&out, "sites", (int64_t)j->round.total);
	json_put_i64(&out, "population", j->round.population);
	json_put_bool(&out, "resumed", j->round.resumed);
	json_put_bool(&out, "v4_works", !(j->census.ever_failed & WORKS_V4));
	json_put_bool(&out, "v6_works", !(j->census.ever_failed & WORKS_V6));
	json_put_bool(&out, "resolver_works", !(j->census.ever_failed & WORKS_RESOLVER));
	put_cost(&out, &j->census.state, j->round.done - j->done_before);
	json_end_object(&out);
	printf("%s\n", j->line.data);
	buf_clear(&j->line);
}

static int print_result(struct job *j, struct err *e)
{
	struct arena a;
	struct table t;
	int rc;

	if (args_format(j->args) == FORMAT_JSON) {
		print_end(j);
		return 0;
	}
	if (args_format(j->args) == FORMAT_CSV)
		return 0;
	arena_init(&a, 0);
	rc = count_verdicts(j, &a, &t, e);
	if (!rc) {
		print_sentence(j, &t);
		print_counts(j, &t);
	}
	arena_done(&a);
	return rc;
}

/* ---- the command ---- */

static void tell_wishes(const struct job *j)
{
	const struct census *c = &j->census;

	if (c->wishes + c->wishes_heard)
		log_info(j->zh ? "有主机或网络要求暂缓探测：本次 %zu 个，此前各轮尚有效的 %zu 个；相关结论为“未知”"
			       : "hosts and networks that want to be left alone for now: %zu met in this run, %zu "
				 "of earlier rounds; what they hold is unknown",
			 c->wishes, c->wishes_heard);
}

static int go(struct job *j, struct err *e)
{
	struct sigaction act = {.sa_handler = on_signal};
	int rc;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	j->began_us = clock_mono(&clock_real);
	j->census = (struct census){.store = j->store, .prober = &j->prober, .observer = &j->observer,
				    .portfolio = &j->portfolio, .round = &j->round,
				    .stored = on_stored, .progress = on_progress,
				    .tested = on_tested, .ctx = j};
	if (args_format(j->args) == FORMAT_CSV)
		printf("domain,check,verdict,reason\r\n");
	rc = census_run(&j->census, &stopped, e);
	clear_line(j);
	tell_wishes(j);
	if (!rc)
		rc = round_close(&j->round, j->store, e);
	return rc ? rc : print_result(j, e);
}

static int with_store(struct job *j, struct err *e)
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

/* A prober that holds nothing is started first; then the store is opened. */
static int with_prober(struct job *j, struct err *e)
{
	const struct prober_config c = {.observer = &j->observer,
					.repeat_after_us = j->observer.config->repeat_after_s * 1000000,
					.ramp = true};
	int rc = prober_start(&j->prober, &c, e);

	if (!rc)
		rc = open_store(j->args, STORE_ANY, &j->store, e);
	if (!rc)
		rc = with_store(j, e);
	if (j->store)
		store_close(j->store);
	prober_stop(&j->prober);
	round_done(&j->round);
	return rc;
}

/* What would be sent, at most, and how long it takes at these rates. */
static int dry_run(const struct job *j)
{
	const struct config *c = j->observer.config;
	size_t n = j->portfolio.subjects.n;

	printf(j->zh ? "名单 %s：%zu 个站点；未发送任何报文（--dry-run）\n"
		     : "%s: %zu sites; nothing was sent (--dry-run)\n",
	       j->name, n);
	printf(j->zh ? "  每个站点：最多 %d 次 DNS 查询；每个协议族最多 4 次首页 GET 及其重定向；每台邮件主机 1 次问候\n"
		     : "  each site: at most %d DNS questions, 4 GETs of front pages per family and their "
		       "redirects, 1 greeting of each mail host\n",
	       L_DNS_QUERIES_PER_SITE);
	printf(j->zh ? "  每秒最多 %lld 个新站点、%lld 个报文；至少需要 %.0f 秒\n"
		     : "  at most %lld new sites and %lld packets a second: %.0f s at least\n",
	       (long long)c->targets_per_s, (long long)c->packets_per_s,
	       (double)n / (double)c->targets_per_s);
	printf("  User-Agent: %s\n", j->observer.user_agent);
	return EXIT_DONE;
}

static int run_job(struct job *j, struct err *e)
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
	struct job j = {.args = a, .path = args_at(a, 0), .zh = args_zh(a),
			.terminal = isatty(STDERR_FILENO) && !args_has(a, "quiet")};
	int code;

	if (args_count(a) != 1)
		return usage_error(e, "say which list: sextant census PORTFOLIO.csv");
	tls_count_memory();
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
	{"again", NULL, "a new round although the last one is younger than rate.round_gap_s",
	 "即使距上一轮不足 rate.round_gap_s 也开始新一轮"},
	{"new", NULL, "give up a round that was stopped, and begin a new one",
	 "放弃中断的轮次，重新开始"},
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
		   "With --json each site is one line, printed when it has been stored, and the last line "
		   "tells of the round; with --csv each verdict is one line. Rates, the opt-out list and who "
		   "we are stand in sextant.conf; public addresses are not probed before that is said.",
	.more_zh = "像 check 一样检查每个站点，并保存证据与结论。\n"
		   "无论因何中断，再次执行同一命令即可继续。\n"
		   "名单中不可用的行会给出行号，其余照常进行；\n"
		   "--strict 时则整体不执行。\n"
		   "--json 每个站点一行（入库后输出），末行为轮次信息；\n"
		   "--csv 每项结论一行。速率、退出名单与观测者身份\n"
		   "在 sextant.conf 中设置；设置身份之前不探测公网地址。",
	.example = "  sextant census sites.csv\n"
		   "  sextant census gov.csv --map \"domain='Domain name',class='Domain type'\" --sample 500",
	.options = options,
	.run = run,
};
