/* config: one table of settings; see config.h. */
#include "app/config.h"

#include "base/limits.h"

#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
	S("tls", "ca_file", ca_file, "", "certificates to trust; default: the system's",
	  "信任的根证书文件；默认用系统证书"),
	S("guard", "allow", allow, "",
	  "special prefixes that may be probed all the same (a laboratory, an intranet)",
	  "允许探测的特殊用途前缀（实验室、内网）"),
	S("guard", "deny", deny, "", "further prefixes that are never probed", "另外禁止探测的前缀"),
	S("guard", "pref64", pref64, "", "NAT64 prefixes of this network", "本网络的 NAT64 前缀"),
	S("guard", "optout_file", optout_file, "",
	  "domains and prefixes that asked not to be probed, one a line",
	  "要求不被探测的域名与前缀，每行一个"),
	S("selftest", "anchor_v4", anchor_v4, "",
	  "addr:port list that shows that IPv4 works here; default: the resolver",
	  "用于确认本机 IPv4 可用的 地址:端口 列表"),
	S("selftest", "anchor_v6", anchor_v6, "",
	  "[addr]:port list that shows that IPv6 works here; without one that answers, every "
	  "IPv6 verdict is unknown",
	  "用于确认本机 IPv6 可用的 [地址]:端口 列表；若无一应答，所有 IPv6 结论均为“未知”"),
	NUM("rate", "targets_per_s", targets_per_s, "20", 1, 10000, "new sites a second",
	    "每秒新站点数"),
	NUM("rate", "packets_per_s", packets_per_s, "1000", 1, 100000,
	    "queries and connections a second, all together", "每秒查询与连接总数"),
	NUM("rate", "per_address_gap_ms", per_address_gap_ms, "2000", 0, 600000,
	    "least time between two connections to one address", "对同一地址两次连接的最小间隔"),
	NUM("rate", "per_prefix_per_s", per_prefix_per_s, "2", 1, 10000,
	    "connections a second to one /24 or /48", "对同一 /24 或 /48 每秒连接数"),
	NUM("rate", "per_ns_qps", per_ns_qps, "10", 1, 10000,
	    "questions a second to one authoritative server", "对同一权威服务器每秒查询数"),
	NUM("rate", "repeat_after_s", repeat_after_s, "600", 0, 86400,
	    "a silence is looked at again after this many seconds", "超时后再次探测前等待的秒数"),
	NUM("rate", "sites_at_once", sites_at_once, "200", 1, 20000, "sites in flight",
	    "同时进行的站点数"),
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

static int put_named(struct config *c, const char *section, const char *key, const char *value,
		     struct err *e)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (!strcmp(table[i].section, section) && !strcmp(table[i].key, key))
			return put(c, &table[i], value, e);
	return err_set(e, -EINVAL, "there is no setting '%s.%s'; `sextant manual` lists them",
		       section, key);
}

void config_defaults(struct config *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < SETTINGS; i++)
		put(c, &table[i], table[i].fallback, NULL);
}

struct loading {
	struct config *config;
	struct err *err;
	bool failed;
};

/* The first line that this refuses is what ini_parse returns. */
static int on_line(void *ctx, const char *section, const char *key, const char *value)
{
	struct loading *l = ctx;

	if (!l->failed && put_named(l->config, section, key, value, l->err))
		l->failed = true;
	return !l->failed;
}

int config_load(struct config *c, const char *path, struct err *e)
{
	struct loading l = {.config = c, .err = e};
	struct stat st;
	int line;

	if (stat(path, &st) < 0)
		return err_set(e, -ENOENT, "cannot read the settings '%s': %s", path,
			       err_name(errno));
	if (st.st_size > L_CONFIG_FILE_B) {
		limit_hit(LIMIT_CONFIG_FILE_B);
		return err_set(e, -E2BIG, "'%s' is larger than settings may be (%d bytes)", path,
			       L_CONFIG_FILE_B);
	}
	line = ini_parse(path, on_line, &l);
	if (l.failed)
		return err_wrap(e, "%s:%d", path, line);
	if (line < 0)
		return err_set(e, -ENOENT, "cannot read the settings '%s'", path);
	if (line > 0)
		return err_set(e, -EINVAL, "%s:%d: not a line of the form key = value", path, line);
	return 0;
}

int config_set(struct config *c, const char *setting, struct err *e)
{
	char section[64], key[64];
	const char *dot = strchr(setting, '.'), *equals = strchr(setting, '=');

	if (!dot || !equals || dot > equals || (size_t)(dot - setting) >= sizeof(section) ||
	    (size_t)(equals - dot) > sizeof(key))
		return err_set(e, -EINVAL, "'%s' is not of the form section.key=value", setting);
	snprintf(section, sizeof(section), "%.*s", (int)(dot - setting), setting);
	snprintf(key, sizeof(key), "%.*s", (int)(equals - dot - 1), dot + 1);
	return put_named(c, section, key, equals + 1, e);
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

int config_endpoint(const char *text, uint16_t fallback_port, struct addr *a, uint16_t *port,
		    struct err *e)
{
	char host[ADDR_TEXT_MAX + 2];
	const char *colon = strrchr(text, ':'), *end = strchr(text, ']');
	size_t skip = text[0] == '[', n = strlen(text);
	unsigned long number = fallback_port;

	if (skip && end) {
		colon = end[1] == ':' ? end + 1 : NULL;
		n = (size_t)(end - text);
	} else if (colon && strchr(text, ':') != colon) {
		colon = NULL; /* an IPv6 address without brackets has no port */
	} else if (colon) {
		n = (size_t)(colon - text);
	}
	if (colon) {
		char *stop;

		number = strtoul(colon + 1, &stop, 10);
		if (*stop || !number || number > 65535)
			return err_set(e, -EINVAL, "'%s' has no port from 1 to 65535", text);
	}
	snprintf(host, sizeof(host), "%.*s", (int)(n - skip), text + skip);
	if (n - skip >= sizeof(host) || !addr_parse(a, host))
		return err_set(e, -EINVAL,
			       "'%s' is not an address like 192.0.2.1:53 or [2001:db8::1]:53", text);
	*port = (uint16_t)number;
	return 0;
}
