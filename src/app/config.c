/* config: one table of settings; see config.h. */
#include "app/config.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { TEXT, NUMBER };

struct setting {
	const char *section, *key;
	enum kind kind;
	size_t offset;
	const char *fallback;
	int64_t low, high;
	const char *en, *zh;
};

#define S(section, key, member, fallback, en, zh)                                                  \
	{section, key, TEXT, offsetof(struct config, member), fallback, 0, 0, en, zh}
#define NUM(section, key, member, fallback, low, high, en, zh)                                     \
	{section, key, NUMBER, offsetof(struct config, member), fallback, low, high, en, zh}

static const struct setting table[] = {
	S("observer", "contact_email", contact_email, "",
	  "whom a probed site may write to; probing of public addresses needs it",
	  "被探测方的联系邮箱；探测公网地址前必须设置"),
	S("observer", "info_url", info_url, "",
	  "page that explains the probing; stands in the User-Agent; needed for public addresses",
	  "说明探测目的的网页，写入 User-Agent；探测公网地址前必须设置"),
	S("observer", "operator", operator_, "", "who runs this observatory; needed likewise",
	  "运行单位名称；同样必须设置"),
	S("observer", "vantage", vantage, "local", "name of this vantage point", "本观测点名称"),
	S("dns", "resolver", resolver, "",
	  "recursive resolver, address or address:port; default: the system's",
	  "递归解析器，地址或 地址:端口；默认用系统设置"),
	S("dns", "root_hints", root_hints, "",
	  "file with the addresses of the root's servers, as a zone file; default: those of the public root",
	  "根服务器地址文件（区文件格式）；默认为公共根"),
	NUM("dns", "iterate", iterate, "0", 0, 1,
	    "1: names are resolved by own questions from the root on, and dns.resolver is not asked",
	    "1：由程序自根开始逐级解析，不使用 dns.resolver"),
	NUM("dns", "chain", chain, "1", 0, 1,
	    "1: the zones of each site are asked for from the root on, and all their name servers over both "
	    "families (checks dns_chain, mx_chain, cname_chain)",
	    "1：从根开始逐级查询各站点所在的区及其全部权威服务器（检查项 dns_chain、mx_chain、cname_chain）"),
	S("tls", "ca_file", ca_file, "", "certificates to trust; default: the system's",
	  "信任的根证书文件；默认用系统证书"),
	S("guard", "allow", allow, "",
	  "special prefixes that may be probed all the same (a laboratory, an intranet)",
	  "允许探测的特殊用途前缀（实验室、内网）"),
	S("guard", "deny", deny, "", "further prefixes that are never probed", "另外禁止探测的前缀"),
	S("guard", "pref64", pref64, "", "NAT64 prefixes of this network", "本网络的 NAT64 前缀"),
	S("guard", "optout_file", optout_file, "",
	  "domains and prefixes that asked not to be probed, one a line; replace it by renaming, so that "
	  "no half of it is read",
	  "要求不被探测的域名与前缀，每行一个；请用改名方式整体替换，以免读到一半"),
	S("selftest", "anchor_v4", anchor_v4, "",
	  "addr:port list that shows that IPv4 works here; default: two root servers, once public "
	  "addresses may be probed",
	  "用于确认本机 IPv4 可用的 地址:端口 列表；允许探测公网后默认用两台根服务器"),
	S("selftest", "anchor_v6", anchor_v6, "",
	  "[addr]:port list that shows that IPv6 works here, with the same default; when none "
	  "answers, every IPv6 verdict is unknown",
	  "用于确认本机 IPv6 可用的 [地址]:端口 列表，默认同上；若无一应答，所有 IPv6 结论均为“未知”"),
	NUM("selftest", "every_s", selftest_every_s, "10", 1, 3600,
	    "a running round tests the observer again after so many seconds",
	    "普查期间每隔多少秒再次自检"),
	NUM("selftest", "patience_s", selftest_patience_s, "600", 0, 604800,
	    "a round whose observer fails waits so many seconds for it, then ends; the same command goes on",
	    "观测点故障时普查最多等待的秒数，之后退出；再次执行同一命令即可继续"),
	NUM("rate", "targets_per_s", targets_per_s, "20", 1, 10000, "new sites a second",
	    "每秒新站点数"),
	NUM("rate", "packets_per_s", packets_per_s, "1000", 1, 100000,
	    "queries and connections a second, all together", "每秒查询与连接总数"),
	NUM("rate", "per_address_gap_ms", per_address_gap_ms, "2000", 0, 600000,
	    "least time between two connections to one address", "对同一地址两次连接的最小间隔"),
	NUM("rate", "per_prefix_per_s", per_prefix_per_s, "2", 1, 10000,
	    "connections a second to one /24 or /48", "对同一 /24 或 /48 每秒连接数"),
	NUM("rate", "per_network_per_s", per_network_per_s, "20", 0, 100000,
	    "connections a second to one /16 or /32; 0: no such limit",
	    "对同一 /16 或 /32 每秒连接数；0 表示不限"),
	NUM("rate", "per_domain_per_s", per_domain_per_s, "1", 0, 10000,
	    "new sites a second under one registrable domain; 0: no such limit",
	    "同一可注册域下每秒新站点数；0 表示不限"),
	NUM("rate", "per_ns_qps", per_ns_qps, "10", 1, 10000,
	    "questions a second to one authoritative server", "对同一权威服务器每秒查询数"),
	NUM("rate", "repeat_after_s", repeat_after_s, "600", 0, 86400,
	    "a silence is looked at again after this many seconds", "超时后再次探测前等待的秒数"),
	NUM("rate", "sites_at_once", sites_at_once, "200", 1, 20000, "sites in flight",
	    "同时进行的站点数"),
	NUM("rate", "probers", probers, "0", 0, 64,
	    "processes that look, each with its share of all these rates; two of them may be connected to one "
	    "address at a time; 0: one for each 200 targets_per_s, one a core at most",
	    "探测进程数，各进程均分以上速率；多个进程可能同时连接同一地址；"
	    "0 表示每 200 个 targets_per_s 一个，最多每核一个"),
	NUM("rate", "round_gap_s", round_gap_s, "86400", 0, 31536000,
	    "no site is looked at again in another round sooner than this many seconds after the last",
	    "同一站点（名单）两轮普查之间的最短间隔（秒）"),
	NUM("rate", "blocks_in_row", blocks_in_row, "3", 0, 1000,
	    "sites of one /24 or /48 that turn us away in a row before all there is left alone for a "
	    "day; 0: never",
	    "同一 /24 或 /48 内连续拒绝探测的站点达到此数后，该前缀一天内不再探测；0 表示不启用"),
	NUM("links", "sample", links_sample, "10", 1, L_LINKS_SAMPLE,
	    "links of each level that --links looks at of one site, over both families",
	    "使用 --links 时每个站点每级抽查的链接数（两个协议族各一次）"),
	NUM("links", "seed", links_seed, "1", 0, INT64_MAX,
	    "chooses which links: with the same seed the same ones of the same pages",
	    "抽样种子：同一种子在相同页面上抽到相同链接"),
	NUM("timing", "repeats", timing_repeats, "10", 5, L_REPEATS,
	    "times that --timing asks for the front page again over each family",
	    "使用 --timing 时每个协议族重复请求首页的次数"),
	S("serve", "listen", listen, "[::1]:8064", "address and port of the dashboard",
	  "仪表盘监听的地址与端口"),
	S("serve", "hosts", hosts, "", "further names that the dashboard answers to",
	  "仪表盘另外接受的主机名"),
	S("store", "duckdb", duckdb, "", "path of libduckdb.so; default: beside the program",
	  "libduckdb.so 的路径；默认在程序旁"),
};

enum { SETTINGS = sizeof(table) / sizeof(table[0]) };

static int put(struct config *c, const struct setting *s, const char *value, struct err *e)
{
	char *at = (char *)c + s->offset, *end;
	int64_t v;

	if (s->kind == TEXT) {
		if (strlen(value) >= CONFIG_TEXT_MAX)
			return err_set(e, -EINVAL, "%s.%s is longer than %d bytes", s->section,
				       s->key, CONFIG_TEXT_MAX - 1);
		snprintf(at, CONFIG_TEXT_MAX, "%s", value);
		return 0;
	}
	errno = 0;
	v = strtoll(value, &end, 10);
	if (errno || end == value || *end || v < s->low || v > s->high)
		return err_set(e, -EINVAL, "%s.%s is a whole number from %lld to %lld, not '%s'",
			       s->section, s->key, (long long)s->low, (long long)s->high, value);
	memcpy(at, &v, sizeof(v));
	return 0;
}

static const struct setting *find(const char *section, const char *key, struct err *e)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (!strcmp(table[i].section, section) && !strcmp(table[i].key, key))
			return &table[i];
	err_set(e, -EINVAL, "there is no setting '%s.%s'; `sextant manual` lists them", section, key);
	return NULL;
}

void config_defaults(struct config *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < SETTINGS; i++)
		put(c, &table[i], table[i].fallback, NULL);
}

/* ---- the file ---- */

enum { LINE_MAX_B = 1024, NAME_MAX_B = 64 };

/* Cuts blanks off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

struct reading {
	struct config *config;
	char section[NAME_MAX_B];
	bool seen[SETTINGS]; /* a second value would silently replace the first */
};

static int read_section(struct reading *r, char *line, struct err *e)
{
	char *end = strchr(line, ']');

	if (!end || end[1] || end == line + 1 || (size_t)(end - line) > sizeof(r->section))
		return err_set(e, -EINVAL, "not a line of the form [section]");
	*end = '\0';
	snprintf(r->section, sizeof(r->section), "%s", trim(line + 1));
	return 0;
}

static int read_setting(struct reading *r, char *line, struct err *e)
{
	char *equals = strchr(line, '=');
	const struct setting *s;
	const char *key;

	if (!equals)
		return err_set(e, -EINVAL, "not a line of the form key = value");
	*equals = '\0';
	key = trim(line);
	s = find(r->section, key, e);
	if (!s)
		return -EINVAL;
	if (r->seen[s - table])
		return err_set(e, -EINVAL, "%s.%s stands there twice", s->section, s->key);
	r->seen[s - table] = true;
	return put(r->config, s, trim(equals + 1), e);
}

static int read_line(struct reading *r, const char *text, size_t len, struct err *e)
{
	char copy[LINE_MAX_B], *line;

	if (len >= sizeof(copy))
		return err_set(e, -EINVAL, "longer than %d bytes", LINE_MAX_B - 1);
	if (memchr(text, '\0', len) || !utf8_valid(text, len))
		return err_set(e, -EINVAL, "not UTF-8 text");
	memcpy(copy, text, len);
	copy[len] = '\0';
	line = trim(copy);
	if (!*line || *line == '#' || *line == ';')
		return 0;
	return *line == '[' ? read_section(r, line, e) : read_setting(r, line, e);
}

int config_read(struct config *c, const char *text, size_t len, const char *name, struct err *e)
{
	struct reading r = {.config = c};
	size_t at = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;

	for (unsigned line = 1; at < len; line++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) - at : len - at;

		if (read_line(&r, text + at, n, e))
			return err_wrap(e, "%s:%u", name, line);
		at += n + 1;
	}
	return 0;
}

static int read_whole(int fd, struct buf *out)
{
	char piece[4096];

	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0 || buf_full(out))
			return 0;
		if (n > 0)
			buf_add(out, piece, (size_t)n);
	}
}

int config_load(struct config *c, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code = fd < 0 ? -errno : 0;
	struct buf text;

	buf_init(&text, L_CONFIG_FILE_B);
	if (fd >= 0)
		code = read_whole(fd, &text);
	if (fd >= 0)
		close(fd);
	if (code)
		code = err_set(e, code, "cannot read the settings '%s': %s", path, err_name(code));
	if (!code && buf_full(&text)) {
		limit_hit(LIMIT_CONFIG_FILE_B);
		code = err_set(e, -E2BIG, "'%s' is larger than settings may be (%d bytes)", path,
			       L_CONFIG_FILE_B);
	}
	if (!code)
		code = config_read(c, text.data, text.len, path, e);
	buf_done(&text);
	return code;
}

int config_set(struct config *c, const char *setting, struct err *e)
{
	char section[64], key[64];
	const char *dot = strchr(setting, '.'), *equals = strchr(setting, '=');
	const struct setting *s;

	if (!dot || !equals || dot > equals || (size_t)(dot - setting) >= sizeof(section) ||
	    (size_t)(equals - dot) > sizeof(key))
		return err_set(e, -EINVAL, "'%s' is not of the form section.key=value", setting);
	snprintf(section, sizeof(section), "%.*s", (int)(dot - setting), setting);
	snprintf(key, sizeof(key), "%.*s", (int)(equals - dot - 1), dot + 1);
	s = find(section, key, e);
	return s ? put(c, s, equals + 1, e) : -EINVAL;
}

void config_manual(struct buf *out, bool zh, bool man)
{
	const char *section = "";

	if (man)
		buf_str(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &table[i];

		if (!man && strcmp(section, s->section))
			buf_printf(out, "\n[%s]\n", s->section);
		section = s->section;
		if (man)
			buf_printf(out, ".It [%s] %s = %s\n%s\n", s->section, s->key, s->fallback,
				   zh ? s->zh : s->en);
		else
			buf_printf(out, "# %s\n%s = %s\n", zh ? s->zh : s->en, s->key, s->fallback);
	}
	if (man)
		buf_str(out, ".El\n");
}

/* Cuts the next item of a comma-separated list, blanks trimmed; false at the end. */
static bool next_item(const char **at, char *item, size_t max)
{
	const char *s = *at + strspn(*at, ", \t"), *end = s + strcspn(s, ",");
	size_t n = (size_t)(end - s);

	*at = end;
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (n >= max)
		n = max - 1;
	memcpy(item, s, n);
	item[n] = '\0';
	return n > 0;
}

int config_prefixes(const char *text, prefix_list *out, struct err *e)
{
	char item[PREFIX_TEXT_MAX + 8];

	while (next_item(&text, item, sizeof(item)))
		if (!prefix_parse(vec_push(out), item))
			return err_set(e, -EINVAL,
				       "'%s' is not a prefix like 2001:db8::/32 or 192.0.2.0/24", item);
	return 0;
}

static bool read_port(const char *text, uint16_t *port)
{
	uint32_t v = 0;

	if (!*text || strlen(text) > 5)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		v = v * 10 + (uint32_t)(*text - '0');
	}
	*port = (uint16_t)v;
	return v >= 1 && v <= 65535;
}

int config_endpoint(const char *text, uint16_t fallback_port, struct addr *a, uint16_t *port,
		    struct err *e)
{
	bool bracket = text[0] == '[';
	const char *start = text + bracket, *end = strchr(text, bracket ? ']' : ':');
	const char *rest = NULL; /* where ":port" stands, if it does */
	char host[ADDR_TEXT_MAX + 2];
	size_t n;

	if (end && !bracket && strchr(end + 1, ':'))
		end = NULL; /* an IPv6 address without brackets has no port */
	n = end ? (size_t)(end - start) : strlen(start);
	rest = end ? end + bracket : NULL;
	*port = fallback_port;
	if ((bracket && !end) || (rest && *rest && *rest != ':') || n >= sizeof(host))
		n = 0; /* says no below */
	snprintf(host, sizeof(host), "%.*s", (int)n, start);
	if (!addr_parse(a, host) || (bracket && a->family != 6))
		return err_set(e, -EINVAL,
			       "'%s' is not an address like 192.0.2.1:53 or [2001:db8::1]:53", text);
	if (rest && *rest && !read_port(rest + 1, port))
		return err_set(e, -EINVAL, "'%s' has no port from 1 to 65535", text);
	return 0;
}
