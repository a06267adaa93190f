/* cmd_lab: the internet in a box (src/lab): sites in every state of the truth table, and clients. */
#include "app/command.h"
#include "app/tabular.h"
#include "base/limits.h"
#include "lab/compare.h"
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS_MAX = 1000 };

static struct lab_options options_of(const struct args *a)
{
	return (struct lab_options){.name = args_text(a, "name", NULL),
				    .dir = args_text(a, "dir", NULL)};
}

/* Percent, with a fraction if need be, as parts of a million. */
static bool read_loss(const struct args *a, unsigned *ppm, struct err *e)
{
	const char *text = args_text(a, "loss", "0");
	char *end = NULL;
	double percent = strtod(text, &end);

	if (end == text || *end || !isfinite(percent) || percent < 0 || percent > 50) {
		usage_error(e, "--loss is a percentage from 0 to 50, not '%s'", text);
		return false;
	}
	*ppm = (unsigned)lround(percent * 10000);
	return true;
}

/* The long way that is asked for; nothing asked: no delay and no loss. */
static bool read_wire(const struct args *a, struct wire_options *w, struct err *e)
{
	int64_t rtt, jitter, seed;

	if (!args_int(a, "delay", 0, WIRE_RTT_MAX_MS, 0, &rtt, e) ||
	    !args_int(a, "jitter", 0, WIRE_RTT_MAX_MS, 0, &jitter, e) ||
	    !args_int(a, "seed", 0, INT64_MAX, 1, &seed, e) || !read_loss(a, &w->loss_ppm, e))
		return false;
	w->rtt_ms = (unsigned)rtt;
	w->jitter_ms = (unsigned)jitter;
	w->seed = (uint64_t)seed;
	return true;
}

static void tell_memory(const struct lab *l, bool zh)
{
	struct lab_memory m;

	lab_memory(l, &m);
	printf(zh ? "  内存 %.1f MB（PSS），%zu 个进程" : "  memory %.1f MB (PSS) in %zu processes",
	       (double)m.pss_kb / 1024, m.processes);
	if (m.unread)
		printf(zh ? "（另有 %zu 个进程无法读取）" : " (%zu of them not readable)", m.unread);
	printf("\n");
}

static void tell(const struct lab *l, size_t n_states, bool zh)
{
	struct addr resolver = node_addr(NODE_RESOLVER, 6);
	char text[ADDR_TEXT_MAX];

	printf(zh ? "实验室 %s 已就绪，用时 %.2f 秒：%zu 个站点，目录 %s\n"
		  : "lab %s is up after %.2f s: %zu sites, run directory %s\n",
	       l->name, l->up_ms / 1000.0, n_states, l->dir);
	printf(zh ? "  节点" : "  nodes");
	for (enum node_id id = 0; id < NODE_COUNT; id++)
		printf(" %s", nodes[id].name);
	printf(zh ? "\n  解析器 %s，根证书 ca.pem，名单 portfolio.csv，配置 sextant.conf\n"
		  : "\n  resolver %s, authority ca.pem, portfolio.csv, sextant.conf\n",
	       addr_text(&resolver, text));
	if (l->wire.rtt_ms || l->wire.loss_ppm)
		printf(zh ? "  线路：往返 %u 毫秒，丢包 %g%%\n" : "  wire: round trip %u ms, loss %g%%\n",
		       l->wire.rtt_ms, l->wire.loss_ppm / 10000.0);
	tell_memory(l, zh);
	if (!l->nat64)
		printf(zh ? "  没有 NAT64：/dev/net/tun 不可用（`sextant lab run --net v6nat64` 说明原因）\n"
			  : "  no NAT64: /dev/net/tun is not usable (`sextant lab run --net v6nat64` "
			    "says why)\n");
}

static int count_states(size_t *n, struct err *e)
{
	struct arena a;
	struct truth t;
	int code;

	arena_init(&a, 0);
	code = truth_load(&t, &a, e);
	*n = t.n_states;
	arena_done(&a);
	return code;
}

/* ---- up, down ---- */

static volatile sig_atomic_t stopped;

static void on_signal(int signo)
{
	(void)signo;
	stopped = 1;
}

/* The lab is our child; waits until it or we are told to end. */
static int stay(const struct lab_options *o, const struct lab *l, struct err *e)
{
	struct sigaction act = {.sa_handler = on_signal};
	int status = 0;
	pid_t pid;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	do
		pid = waitpid(l->pid, &status, 0);
	while (pid < 0 && errno == EINTR && !stopped);
	if (stopped)
		return lab_down(o, e) ? EXIT_FAULT : EXIT_DONE;
	err_set(e, -ECHILD, "the lab has ended; see %s/supervisor.log", l->dir);
	return EXIT_FAULT;
}

static int run_up(const struct args *a, struct err *e)
{
	struct lab_options o = options_of(a);
	struct lab l;
	size_t n;

	if (!read_wire(a, &o.wire, e))
		return EXIT_USAGE;
	o.tied = args_has(a, "foreground");
	if (count_states(&n, e) || lab_up(&o, &l, e))
		return exit_of(e);
	tell(&l, n, args_zh(a));
	fflush(stdout);
	return o.tied ? stay(&o, &l, e) : EXIT_DONE;
}

static int run_down(const struct args *a, struct err *e)
{
	struct lab_options o = options_of(a);

	return lab_down(&o, e) ? exit_of(e) : EXIT_DONE;
}

/* ---- ls ---- */

static void tell_one(void *ctx, const struct lab *l)
{
	bool verbose = *(bool *)ctx;
	struct lab_memory m;

	fprintf(stderr, "lab %s: %s", l->name, l->dir);
	if (verbose) {
		lab_memory(l, &m);
		fprintf(stderr, ", %zu processes, %.1f MB (PSS), supervisor %d", m.processes,
			(double)m.pss_kb / 1024, l->pid);
	}
	fprintf(stderr, "\n");
}

static int print_states(const struct args *a, const struct truth *t)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"name", zh ? "状态" : "state", TABULAR_TEXT},
		{"domain", zh ? "域名" : "domain", TABULAR_TEXT},
		{"arranged", zh ? "布置" : "what is arranged", TABULAR_TEXT},
		{"arrange", NULL, TABULAR_TEXT},
	};
	struct tabular out;

	tabular_init(&out, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < t->n_states; i++) {
		const struct state *s = &t->states[i];
		char words[300] = "";
		size_t n = 0;

		for (size_t k = 0; k < s->n_words && n < sizeof(words); k++)
			n += (size_t)snprintf(words + n, sizeof(words) - n, "%s%s=%s",
					      k ? " " : "", s->words[k].key, s->words[k].value);
		tabular_text(&out, s->name);
		tabular_text(&out, s->domain);
		tabular_text(&out, zh ? s->zh : s->en);
		tabular_text(&out, words);
	}
	tabular_print(&out, args_format(a), stdout);
	tabular_done(&out);
	return EXIT_DONE;
}

static int run_ls(const struct args *a, struct err *e)
{
	bool verbose = args_has(a, "verbose");
	struct arena mem;
	struct truth t;
	int code;

	arena_init(&mem, 0);
	code = truth_load(&t, &mem, e) ? exit_of(e) : print_states(a, &t);
	arena_done(&mem);
	lab_each(tell_one, &verbose);
	return code;
}

static int run_words(const struct args *a, struct err *e)
{
	static const struct tabular_column columns[] = {
		{"key", "key", TABULAR_TEXT},
		{"values", "values", TABULAR_TEXT},
		{"meaning", "meaning", TABULAR_TEXT},
	};
	struct tabular out;

	(void)e;
	tabular_init(&out, columns, 3);
	for (const struct arrangement *w = arrangements; w->key; w++) {
		tabular_text(&out, w->key);
		tabular_text(&out, w->values);
		tabular_text(&out, w->meaning);
	}
	tabular_print(&out, args_format(a), stdout);
	tabular_done(&out);
	return EXIT_DONE;
}

/* ---- exec, run ---- */

/* The command behind "--" (or the rest of the plain arguments), NULL at its end. */
typedef VEC(const char *) words;

static void command_of(const struct args *a, size_t from, words *out)
{
	for (size_t i = from; i < args_count(a); i++)
		*vec_push(out) = args_at(a, i);
	*vec_push(out) = NULL;
}

static int exec_in(const struct args *a, const struct lab *l, enum node_id node, size_t from,
		   struct err *e)
{
	words argv = {0};
	int code = EXIT_FAULT;

	command_of(a, from, &argv);
	if (lab_exec(l, node, argv.at, &code, e))
		code = exit_of(e);
	vec_done(&argv);
	return code;
}

static int run_exec(const struct args *a, struct err *e)
{
	const char *name = args_at(a, 1);
	enum node_id node = name ? node_find(name) : NODE_COUNT;
	struct lab_options o = options_of(a);
	struct lab l;

	if (node == NODE_COUNT || args_count(a) < 3)
		return usage_error(e, name && node == NODE_COUNT
					      ? "there is no node '%s'; `sextant lab up` names them"
					      : "sextant lab exec NODE -- COMMAND…%.0s",
				   name ? name : "");
	if (lab_find(&o, &l, e))
		return exit_of(e);
	return exec_in(a, &l, node, 2, e);
}

/* The lab of these options; when it is not up, one of our own that dies with us. */
static int lab_for_us(struct lab_options *o, char own[static LAB_NAME_MAX], struct lab *l,
		      struct err *e)
{
	own[0] = '\0';
	if (lab_find(o, l, NULL) == 0)
		return 0;
	if (!o->name && !o->dir) {
		snprintf(own, LAB_NAME_MAX, "run-%d", getpid());
		o->name = own;
	}
	o->tied = true;
	return lab_up(o, l, e);
}

static int run_run(const struct args *a, struct err *e)
{
	const char *net = args_text(a, "net", "dual");
	enum node_id node = node_find(net);
	struct lab_options o = options_of(a);
	char own[LAB_NAME_MAX];
	struct err ignored;
	struct lab l;
	int code;

	if (node < NODE_DUAL || node >= NODE_WIRE)
		return usage_error(e, "--net is dual, v4only, v6only or v6nat64, not '%s'", net);
	if (args_count(a) < 2)
		return usage_error(e, "sextant lab run --net %s -- COMMAND…", net);
	if (node == NODE_V6NAT64 && lab_nat64_allowed(e))
		return EXIT_FAULT;
	if (lab_for_us(&o, own, &l, e))
		return exit_of(e);
	if (node == NODE_V6NAT64 && !l.nat64) {
		err_set(e, -ENOTSUP, "this lab was started without NAT64; `sextant lab down` and up "
				     "again, now that /dev/net/tun is usable");
		code = EXIT_FAULT;
	} else {
		code = exec_in(a, &l, node, 1, e);
	}
	if (o.tied)
		lab_down(&o, &ignored);
	return code;
}

/* ---- verify ---- */

/* Runs this very program's census in the observer; its lines go into a file of the run directory. */
static int census_into(const struct lab *l, const char *db, const char *file, struct err *e)
{
	char exe[4096], portfolio[LAB_DIR_MAX + 32], config[LAB_DIR_MAX + 32];
	const char *argv[] = {exe,	"census", portfolio, "--links", "--json", "--quiet", "--config",
			      config, "--db",   db,	   NULL};
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	int out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), save = dup(1);
	int code = 0, status = EXIT_FAULT;

	exe[n > 0 ? n : 0] = '\0';
	snprintf(portfolio, sizeof(portfolio), "%s/portfolio.csv", l->dir);
	snprintf(config, sizeof(config), "%s/sextant.conf", l->dir);
	if (out < 0 || save < 0 || n <= 0)
		return err_set(e, -EIO, "cannot write %s: %s", file, err_name(errno));
	fflush(stdout);
	dup2(out, 1);
	close(out);
	code = lab_exec(l, NODE_OBSERVER, argv, &status, e);
	dup2(save, 1);
	close(save);
	if (!code && status != EXIT_DONE && status != EXIT_NEGATIVE)
		code = err_set(e, -ECHILD, "the census ended with exit code %d", status);
	return code;
}

static char *read_whole(const char *file, struct arena *a, size_t *len, struct err *e)
{
	FILE *f = fopen(file, "re");
	struct buf text;
	char part[65536], *copy = NULL;
	size_t n;

	buf_init(&text, L_PORTFOLIO_FILE_B);
	while (f && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&text, part, n);
	*len = text.len;
	if (f && !buf_full(&text))
		copy = arena_copy(a, text.data, text.len + 1);
	else
		err_set(e, -EIO, "cannot read %s", file);
	if (f)
		fclose(f);
	buf_done(&text);
	return copy;
}

static void print_differences(const struct args *a, const struct comparison *c)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"state", zh ? "状态" : "state", TABULAR_TEXT},
		{"domain", zh ? "域名" : "domain", TABULAR_TEXT},
		{"check", zh ? "检查" : "check", TABULAR_TEXT},
		{"expected", zh ? "应为" : "expected", TABULAR_TEXT},
		{"found", zh ? "实为" : "found", TABULAR_TEXT},
	};
	struct tabular out;

	tabular_init(&out, columns, 5);
	for (size_t i = 0; i < c->differences.n; i++) {
		const struct difference *d = &c->differences.at[i];

		tabular_text(&out, d->name);
		tabular_text(&out, d->domain);
		tabular_text(&out, d->check);
		tabular_text(&out, d->want);
		tabular_text(&out, d->got);
	}
	if (c->differences.n || args_format(a) != FORMAT_TABLE)
		tabular_print(&out, args_format(a), stdout);
	tabular_done(&out);
	fprintf(args_format(a) == FORMAT_TABLE ? stdout : stderr,
		zh ? "%zu 个站点，%zu 项结论，%zu 处差异\n" : "%zu sites, %zu verdicts, %zu differences\n",
		c->sites, c->verdicts, c->differences.n);
}

static int verify_in(const struct args *a, const struct lab *l, struct arena *mem, struct err *e)
{
	char db[LAB_DIR_MAX + 32], file[LAB_DIR_MAX + 64];
	struct comparison c = {0};
	const char *lines;
	struct truth t;
	size_t len;
	int code;

	snprintf(db, sizeof(db), "%s/verify-XXXXXX", l->dir);
	if (!mkdtemp(db))
		return err_set(e, -errno, "cannot make %s: %s", db, err_name(errno)), EXIT_FAULT;
	snprintf(file, sizeof(file), "%s/census.ndjson", db);
	if (truth_load(&t, mem, e) || census_into(l, db, file, e))
		return exit_of(e);
	lines = read_whole(file, mem, &len, e);
	if (!lines || compare_census(&t, lines, len, mem, &c, e))
		return EXIT_FAULT;
	print_differences(a, &c);
	code = c.differences.n ? EXIT_NEGATIVE : EXIT_DONE;
	vec_done(&c.differences);
	return code;
}

static bool same_wire(const struct wire_options *have, const struct wire_options *want)
{
	return have->rtt_ms == want->rtt_ms && have->jitter_ms == want->jitter_ms &&
	       have->loss_ppm == want->loss_ppm;
}

/* One run after the other; the first that is not clean is not the last word: all are run and counted. */
static int verify_runs(const struct args *a, const struct lab *l, int64_t runs, struct err *e)
{
	int worst = EXIT_DONE;
	int64_t clean = 0;

	for (int64_t i = 0; i < runs && worst <= EXIT_NEGATIVE; i++) {
		struct arena mem;
		int code;

		arena_init(&mem, 0);
		code = verify_in(a, l, &mem, e);
		arena_done(&mem);
		fflush(stdout);
		clean += code == EXIT_DONE;
		worst = code > worst ? code : worst;
	}
	if (runs > 1)
		fprintf(args_format(a) == FORMAT_TABLE ? stdout : stderr,
			args_zh(a) ? "%lld 次运行中 %lld 次无差异\n" : "of %lld runs %lld without a difference\n",
			(long long)runs, (long long)clean);
	return worst;
}

static int run_verify(const struct args *a, struct err *e)
{
	struct lab_options o = options_of(a);
	char own[LAB_NAME_MAX];
	struct err ignored;
	struct lab l;
	int64_t runs;
	int code;

	if (!args_int(a, "runs", 1, RUNS_MAX, 1, &runs, e) || !read_wire(a, &o.wire, e))
		return EXIT_USAGE;
	if (lab_for_us(&o, own, &l, e))
		return exit_of(e);
	if ((args_has(a, "delay") || args_has(a, "loss") || args_has(a, "jitter")) &&
	    !same_wire(&l.wire, &o.wire))
		return usage_error(e, "the lab that is up has another wire (%u ms, %g%%); end it, or verify "
				      "without --delay and --loss",
				   l.wire.rtt_ms, l.wire.loss_ppm / 10000.0);
	code = verify_runs(a, &l, runs, e);
	if (o.tied)
		lab_down(&o, &ignored);
	return code;
}

/* ---- the command ---- */

static int run(const struct args *a, struct err *e)
{
	static const struct {
		const char *word;
		int (*run)(const struct args *a, struct err *e);
	} words_of[] = {
		{"up", run_up},	    {"down", run_down}, {"ls", run_ls},
		{"exec", run_exec}, {"run", run_run},	{"words", run_words},
		{"verify", run_verify},
	};
	const char *word = args_at(a, 0);

	for (size_t i = 0; word && i < sizeof(words_of) / sizeof(*words_of); i++)
		if (!strcmp(word, words_of[i].word))
			return words_of[i].run(a, e);
	return usage_error(e, "sextant lab up|ls|exec|run|verify|down|words; `sextant lab --help`");
}

static const struct option_row options[] = {
	{"name", "NAME", "which lab; several may be up side by side (default lab)",
	 "实验室名称，可同时运行多个（默认 lab）"},
	{"dir", "DIR", "run directory (default: below XDG_RUNTIME_DIR or /tmp)",
	 "运行目录（默认在 XDG_RUNTIME_DIR 或 /tmp 下）"},
	{"net", "dual|v4only|v6only|v6nat64", "client network of lab run (default dual)",
	 "lab run 所用的客户端网络（默认 dual）"},
	{"delay", "MS", "lab up, verify: round-trip time between the clients and the servers",
	 "lab up、verify：客户端与服务器之间的往返时延（毫秒）"},
	{"jitter", "MS", "lab up, verify: each way varies by up to so much", "lab up、verify：单程时延的最大抖动（毫秒）"},
	{"loss", "PERCENT", "lab up, verify: packets lost at random, in each direction",
	 "lab up、verify：每个方向随机丢包的百分比"},
	{"seed", "N", "lab up, verify: which packets are lost follows from it (default 1)",
	 "lab up、verify：丢包的随机种子（默认 1）"},
	{"runs", "N", "lab verify: so many runs, one after the other", "lab verify：连续运行的次数"},
	{"foreground", NULL, "lab up: stay, and take the lab along at the end",
	 "lab up：留在前台，退出时一并结束实验室"},
	{0},
};

const struct command command_lab = {
	.name = "lab",
	.synopsis = "up|ls|exec NODE -- COMMAND…|run -- COMMAND…|verify|down|words",
	.en = "an internet in a box: sites in every state, and client networks",
	.zh = "盒中互联网：各种状态的站点与客户端网络",
	.more_en =
		"up starts it: network namespaces with a root, a registry, name servers, web and mail "
		"servers, a resolver, an observer and four clients. Nothing in it reaches a real network. "
		"ls lists the sites, each in the state that one row of the truth table describes. exec "
		"runs a command in a node; run runs it in a client network and starts a lab of its own "
		"when none is up; both give the command's exit code. In the command's environment "
		"SEXTANT_LAB is the run directory, SSL_CERT_FILE and CURL_CA_BUNDLE the lab's certificate "
		"authority. verify runs the census in the observer (with --links) and prints every difference from the truth "
		"table, then a line of counts; its exit code is 1 if there is one. words lists what a row of the truth table may arrange. An ordinary user can "
		"do all this where user namespaces are allowed; v6nat64 also needs /dev/net/tun.",
	.more_zh =
		"up 启动实验室：用网络命名空间搭建根、注册局、\n"
		"权威域名服务器、网站与邮件服务器、\n"
		"解析器、观测主机和四种客户端，与真实网络完全隔离。\n"
		"ls 列出站点，每个站点对应真值表中的一行。\n"
		"exec 在节点内运行命令；run 在客户端网络内运行命令，\n"
		"若没有运行中的实验室则临时启动一个；\n"
		"两者均返回该命令的退出码。\n"
		"命令的环境变量 SEXTANT_LAB 为运行目录，\n"
		"SSL_CERT_FILE 与 CURL_CA_BUNDLE 为实验室根证书。\n"
		"verify 在观测主机上运行普查（含 --links），列出与真值表的全部差异，\n"
		"末行为计数，有差异时退出码为 1。\n"
		"words 列出真值表可用的布置词。\n"
		"允许用户命名空间的机器上普通用户即可使用；\n"
		"v6nat64 另需 /dev/net/tun。",
	.example = "  sextant lab up\n  sextant lab exec observer -- sextant check good.test\n"
		   "  sextant lab run --net v6nat64 -- curl https://v4only.test/\n  sextant lab down",
	.options = options,
	.run = run,
};
