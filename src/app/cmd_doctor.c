/*
 * cmd_doctor: what works on this machine, what is missing, and how to allow it.  Each row is one
 * question with a function that tries the thing itself rather than asking what is configured.
 */
#include "app/args.h"
#include "app/tabular.h"
#include "base/charset.h"
#include "base/limits.h"
#include "io/netlink.h"
#include "io/sandbox.h"
#include "store/duckdb.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DETAIL_MAX = 600 };

/* What a thing is needed for; only NEED_ALWAYS makes the answer negative. */
enum need { NEED_ALWAYS, NEED_PROBING, NEED_SAFETY, NEED_LAB, NEED_REPORT };
static const char *const need_words[] = {"always", "probing", "safety", "lab", "report"};
static const char *const need_zh[] = {"必需", "公网探测", "安全加固", "实验室", "报告"};

enum health { HEALTH_OK, HEALTH_LIMITED, HEALTH_MISSING };
static const char *const health_words[] = {"ok", "limited", "missing"};
static const char *const health_zh[] = {"正常", "受限", "缺失"};

struct question {
	const char *id;
	enum need need;
	/* Tries it; detail says what was found. */
	enum health (*ask)(const struct args *a, const char *id, char detail[static DETAIL_MAX]);
	const char *en, *zh;		   /* what it is for */
	const char *remedy_en, *remedy_zh; /* how to allow it */
};

static enum health told(char *detail, enum health h, const char *text)
{
	snprintf(detail, DETAIL_MAX, "%s", text);
	return h;
}

static enum health ask_namespaces(const struct args *a, const char *id, char *detail)
{
	int status = -1;
	pid_t pid;

	(void)a;
	(void)id;
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) == 0 ? 0 : errno);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return told(detail, HEALTH_MISSING, "fork");
	if (WEXITSTATUS(status))
		return told(detail, HEALTH_MISSING, err_name(WEXITSTATUS(status)));
	return told(detail, HEALTH_OK, "user, network, mount");
}

static enum health ask_tun(const struct args *a, const char *id, char *detail)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	(void)a;
	(void)id;
	if (fd < 0)
		return told(detail, HEALTH_MISSING, err_name(errno));
	close(fd);
	return told(detail, HEALTH_OK, "/dev/net/tun");
}

static enum health ask_landlock(const struct args *a, const char *id, char *detail)
{
	int abi = sandbox_landlock_abi();

	(void)a;
	(void)id;
	snprintf(detail, DETAIL_MAX, "ABI %d", abi);
	return abi == 0 ? HEALTH_MISSING : abi < 4 ? HEALTH_LIMITED : HEALTH_OK;
}

static enum health ask_seccomp(const struct args *a, const char *id, char *detail)
{
	(void)a;
	(void)id;
	return sandbox_seccomp_works() ? told(detail, HEALTH_OK, "libseccomp")
				       : told(detail, HEALTH_MISSING, "");
}

static enum health ask_loopback(const struct args *a, const char *id, char *detail)
{
	struct sockaddr_in6 sa = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;

	(void)a;
	(void)id;
	told(detail, HEALTH_OK, good ? "::1" : err_name(errno));
	if (fd >= 0)
		close(fd);
	return good ? HEALTH_OK : HEALTH_MISSING;
}

/* A line of /proc/net/ipv6_route begins with destination and prefix length, and ends with the device. */
static enum health ask_default_route(const struct args *a, const char *id, char *detail)
{
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	char line[256], device[32];
	bool found = false;

	(void)a;
	(void)id;
	while (f && !found && fgets(line, sizeof(line), f))
		found = !strncmp(line, "00000000000000000000000000000000 00 ", 36) &&
			sscanf(strrchr(line, ' ') + 1, "%31s", device) == 1 && strcmp(device, "lo");
	if (f)
		fclose(f);
	return found ? told(detail, HEALTH_OK, device) : told(detail, HEALTH_MISSING, "");
}

/* Is a program on the path or where Debian keeps daemons? */
static bool find_program(const char *name, char path[static DETAIL_MAX])
{
	const char *dirs = getenv("PATH");
	char all[4096], *at = all;

	snprintf(all, sizeof(all), "%s:/usr/local/sbin:/usr/sbin:/sbin", dirs ? dirs : "/usr/bin:/bin");
	while (*at) {
		size_t n = strcspn(at, ":");

		if (n && n < DETAIL_MAX / 2) {
			snprintf(path, DETAIL_MAX, "%.*s/%s", (int)n, at, name);
			if (access(path, X_OK) == 0)
				return true;
		}
		at += n + (at[n] == ':');
	}
	return false;
}

static enum health ask_program(const struct args *a, const char *id, char *detail)
{
	(void)a;
	return find_program(id, detail) ? HEALTH_OK : told(detail, HEALTH_MISSING, "");
}

static enum health ask_duckdb(const struct args *a, const char *id, char *detail)
{
	struct err e = {0};

	(void)id;
	if (args_config(a)->duckdb[0])
		setenv("SEXTANT_DUCKDB", args_config(a)->duckdb, 1);
	if (duck_load(&e))
		return told(detail, HEALTH_MISSING, e.text);
	return told(detail, HEALTH_OK, duck_version() ? duck_version() : "");
}

static enum health ask_data(const struct args *a, const char *id, char *detail)
{
	const char *dir = args_db(a), *slash = strrchr(dir, '/');
	struct stat st;

	(void)id;
	snprintf(detail, DETAIL_MAX, "%s", dir);
	if (stat(dir, &st) == 0)
		return S_ISDIR(st.st_mode) && access(dir, R_OK | W_OK | X_OK) == 0 ? HEALTH_OK
										   : HEALTH_MISSING;
	if (!slash)
		return access(".", W_OK | X_OK) == 0 ? HEALTH_OK : HEALTH_MISSING;
	detail[slash == dir ? 1 : slash - dir] = '\0'; /* it will be made in here */
	return access(detail, W_OK | X_OK) == 0 ? HEALTH_OK : HEALTH_MISSING;
}

static enum health ask_observer(const struct args *a, const char *id, char *detail)
{
	const struct config *c = args_config(a);

	(void)id;
	snprintf(detail, DETAIL_MAX, "contact_email=%.150s info_url=%.150s operator=%.150s", c->contact_email,
		 c->info_url, c->operator_);
	return *c->contact_email && *c->info_url && *c->operator_ ? HEALTH_OK : HEALTH_MISSING;
}

static enum health ask_own(const struct args *a, const char *id, char *detail)
{
	struct own own = {0};
	struct err e = {0};
	int code = netlink_own(&own, &e);

	(void)a;
	(void)id;
	if (code)
		snprintf(detail, DETAIL_MAX, "%s", e.text);
	else
		snprintf(detail, DETAIL_MAX, "%zu + %zu", own.local.n, own.on_link.n);
	own_done(&own);
	return code ? HEALTH_MISSING : HEALTH_OK;
}

/* Converters of the C library: each is a file. */
static enum health ask_charsets(const struct args *a, const char *id, char *detail)
{
	const char *first;
	size_t missing, n = charset_prepare(&missing, &first);

	(void)a;
	(void)id;
	snprintf(detail, DETAIL_MAX, "%zu / %zu%s%s", n - missing, n, first ? ", -" : "", first ? first : "");
	return missing == 0 ? HEALTH_OK : missing < n ? HEALTH_LIMITED : HEALTH_MISSING;
}

#define PROGRAM(name, need, package, en, zh)                                                       \
	{name, need, ask_program, en, zh, "apt-get install " package, "apt-get install " package}

static const struct question questions[] = {
	{"duckdb", NEED_ALWAYS, ask_duckdb, "library that keeps the facts", "存放事实表的程序库",
	 "run `npm ci` in web/, or set store.duckdb to libduckdb.so",
	 "在 web/ 下运行 `npm ci`，或将 store.duckdb 设为 libduckdb.so 的路径"},
	{"data_directory", NEED_ALWAYS, ask_data, "where everything is kept", "数据目录",
	 "name a directory that you may write to with --db", "用 --db 指定可写的目录"},
	{"ipv6_loopback", NEED_ALWAYS, ask_loopback, "IPv6 on this host", "本机 IPv6 环回",
	 "sysctl -w net.ipv6.conf.lo.disable_ipv6=0", "sysctl -w net.ipv6.conf.lo.disable_ipv6=0"},
	{"own_addresses", NEED_ALWAYS, ask_own, "own addresses + links, for the address guard",
	 "本机地址与直连网段，供地址守卫使用", "allow AF_NETLINK sockets to this process",
	 "允许本进程使用 AF_NETLINK 套接字"},
	{"ipv6_route", NEED_PROBING, ask_default_route, "IPv6 to the outside", "通往外部的 IPv6",
	 "without it every IPv6 verdict is unknown: give this host an IPv6 default route",
	 "否则所有 IPv6 结论均为“未知”：请为本机配置 IPv6 默认路由"},
	{"observer", NEED_PROBING, ask_observer, "who probes, told to those who are probed",
	 "探测者身份，告知被探测方",
	 "set observer.contact_email, observer.info_url and observer.operator",
	 "设置 observer.contact_email、observer.info_url 与 observer.operator"},
	{"charsets", NEED_PROBING, ask_charsets, "titles of pages in GBK, Big5, Shift_JIS and the like",
	 "读取 GBK、Big5、Shift_JIS 等编码的网页标题",
	 "the C library's conversion modules (gconv): Debian 12 has them in libc6",
	 "C 库的编码转换模块（gconv）：Debian 12 中位于 libc6"},
	{"landlock", NEED_SAFETY, ask_landlock, "decoders and probers open no files",
	 "解码与探测进程不能打开文件", "Linux 5.13 or later with lsm=landlock; 6.7 for TCP ports",
	 "需要 Linux 5.13 以上并启用 lsm=landlock；限制 TCP 端口需 6.7"},
	{"seccomp", NEED_SAFETY, ask_seccomp, "decoders and probers make few system calls",
	 "解码与探测进程只能用少数系统调用", "a kernel with CONFIG_SECCOMP_FILTER",
	 "需要启用 CONFIG_SECCOMP_FILTER 的内核"},
	{"user_namespaces", NEED_LAB, ask_namespaces, "the laboratory without root",
	 "免 root 运行实验室",
	 "sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000; in a "
	 "container: --security-opt seccomp=unconfined, or run as root",
	 "sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000；在容器中使用 "
	 "--security-opt seccomp=unconfined，或以 root 运行"},
	{"tun", NEED_LAB, ask_tun, "NAT64 networks of the laboratory", "实验室的 NAT64 网络",
	 "modprobe tun; in a container: --device /dev/net/tun",
	 "modprobe tun；在容器中使用 --device /dev/net/tun"},
	PROGRAM("ip", NEED_LAB, "iproute2", "networks of the laboratory", "实验室网络"),
	PROGRAM("nft", NEED_LAB, "nftables", "filters of the laboratory", "实验室过滤规则"),
	PROGRAM("nsd", NEED_LAB, "nsd", "name servers of the laboratory", "实验室权威域名服务器"),
	PROGRAM("unbound", NEED_LAB, "unbound", "resolver of the laboratory", "实验室递归解析器"),
	PROGRAM("nginx", NEED_LAB, "nginx-light", "web sites of the laboratory", "实验室网站"),
	PROGRAM("tayga", NEED_LAB, "tayga", "NAT64 of the laboratory", "实验室 NAT64"),
	PROGRAM("weasyprint", NEED_REPORT, "weasyprint", "reports as PDF", "生成 PDF 报告"),
	PROGRAM("chromium", NEED_REPORT, "chromium", "tests of the pages", "页面测试"),
};

enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

static int print_health(const struct args *a)
{
	bool zh = args_zh(a), human = args_format(a) == FORMAT_TABLE;
	const struct tabular_column columns[] = {
		{"id", zh ? "项目" : "what", TABULAR_TEXT},
		{"state", zh ? "状态" : "state", TABULAR_TEXT},
		{"needed", zh ? "用途" : "needed", TABULAR_TEXT},
		{"detail", zh ? "结果" : "found", TABULAR_TEXT},
		{"purpose", human ? NULL : "purpose", TABULAR_TEXT},
		{"remedy", zh ? "如何解决" : "how to allow it", TABULAR_TEXT},
	};
	struct tabular t;
	bool bad = false;

	tabular_init(&t, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct question *q = &questions[i];
		char detail[DETAIL_MAX] = "";
		enum health h = q->ask(a, q->id, detail);
		const char *remedy = zh ? q->remedy_zh : q->remedy_en;

		bad |= h == HEALTH_MISSING && q->need == NEED_ALWAYS;
		tabular_text(&t, q->id);
		tabular_pair(&t, zh ? health_zh[h] : health_words[h], health_words[h]);
		tabular_pair(&t, zh ? need_zh[q->need] : need_words[q->need], need_words[q->need]);
		tabular_text(&t, detail);
		tabular_text(&t, zh ? q->zh : q->en);
		tabular_text(&t, h == HEALTH_OK ? "" : remedy);
	}
	tabular_print(&t, args_format(a), stdout);
	tabular_done(&t);
	return bad ? EXIT_NEGATIVE : EXIT_DONE;
}

static int print_limits(const struct args *a)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"limit", zh ? "上限" : "limit", TABULAR_TEXT},
		{"number", zh ? "数值" : "number", TABULAR_NUMBER},
		{"meaning", zh ? "含义" : "meaning", TABULAR_TEXT},
	};
	struct tabular t;

	tabular_init(&t, columns, sizeof(columns) / sizeof(columns[0]));
	for (int i = 0; i < LIMIT_COUNT; i++) {
		tabular_text(&t, limit_table[i].name);
		tabular_int(&t, limit_table[i].number);
		tabular_text(&t, limit_table[i].meaning);
	}
	tabular_print(&t, args_format(a), stdout);
	tabular_done(&t);
	return EXIT_DONE;
}

static int run(const struct args *a, struct err *e)
{
	if (args_count(a))
		return usage_error(e, "doctor takes no arguments, so not '%s'", args_at(a, 0));
	return args_has(a, "limits") ? print_limits(a) : print_health(a);
}

static const struct option_row options[] = {
	{"limits", NULL, "the hard limits against hostile input instead", "改为列出针对恶意输入的硬上限"},
	{0},
};

const struct command command_doctor = {
	.name = "doctor",
	.en = "say what works on this machine, what is missing, and how to allow it",
	.zh = "检查本机：哪些可用、缺什么、如何解决",
	.more_en = "Exit code 1 if something that is always needed is missing.",
	.more_zh = "若缺少必需项，退出码为 1。",
	.options = options,
	.example = "  sextant doctor\n  sextant doctor --format json\n  sextant doctor --limits",
	.run = run,
};
