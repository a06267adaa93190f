/*
 * The guard without a kernel (rows), then with this host's own addresses, then in a network namespace
 * where addresses and links come and go.  Names of the cases: threats.md 2.2.
 */
#include "base/limits.h"
#include "io/guard.h"
#include "io/netlink.h"
#include "test/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *ask(struct guard *g, const char *text)
{
	static char reason[GUARD_REASON_MAX];
	struct addr a;

	if (!addr_parse(&a, text))
		return "unread";
	return guard_ok(g, &a, reason) ? "ok" : reason;
}

static void expect(struct guard *g, const char *name, const char *text, const char *want)
{
	const char *got = ask(g, text);

	if (!ok(!strcmp(got, want), "%s: %s is %s", name, text, want))
		printf("# got %s\n", got);
}

struct row {
	const char *name, *addr, *want;
};

static const struct row plain_rows[] = {
	{"T-SSRF-01", "0.0.0.0", "this_network"},
	{"T-SSRF-01", "10.1.2.3", "private"},
	{"T-SSRF-01", "100.127.255.255", "shared"},
	{"T-SSRF-01", "127.0.0.1", "loopback"},
	{"T-SSRF-01", "169.254.169.254", "linklocal"},
	{"T-SSRF-01", "172.31.255.255", "private"},
	{"T-SSRF-01", "172.32.0.0", "ok"},
	{"T-SSRF-01", "192.0.0.9", "anycast_local"},
	{"T-SSRF-01", "192.88.99.1", "6to4_relay"},
	{"T-SSRF-01", "198.19.255.255", "benchmark"},
	{"T-SSRF-01", "203.0.113.7", "documentation"},
	{"T-SSRF-01", "224.0.0.1", "multicast"},
	{"T-SSRF-01", "250.0.0.1", "reserved"},
	{"T-SSRF-01", "255.255.255.255", "broadcast"},
	{"T-SSRF-02", "::", "unspecified"},
	{"T-SSRF-02", "::1", "loopback"},
	{"T-SSRF-02", "::127.0.0.1", "compatible:loopback"},
	{"T-SSRF-02", "::ffff:10.0.0.1", "mapped:private"},
	{"T-SSRF-02", "::ffff:0.0.0.0", "mapped:this_network"},
	{"T-SSRF-02", "::ffff:0:a00:1", "siit:private"},
	{"T-SSRF-02", "fe80::1", "linklocal"},
	{"T-SSRF-02", "fec0::1", "site_local"},
	{"T-SSRF-02", "fd00::1", "ula"},
	{"T-SSRF-02", "ff02::1", "multicast"},
	{"T-SSRF-02", "100::1", "discard"},
	{"T-SSRF-02", "100:0:0:1::1", "dummy"},
	{"T-SSRF-02", "2001:db8::1", "documentation"},
	{"T-SSRF-02", "3fff::1", "documentation"},
	{"T-SSRF-02", "2001:2::1", "benchmark"},
	{"T-SSRF-02", "2001:10::1", "orchid"},
	{"T-SSRF-02", "2001:20::1", "orchid"},
	{"T-SSRF-02", "5f00::1", "srv6"},
	{"T-SSRF-02", "4000::1", "outside"},
	{"T-SSRF-02", "200::1", "outside"},
	{"T-SSRF-02", "2a00::1", "ok"},
	{"T-SSRF-02", "2620:4f:8000::1", "ok"},
	{"T-SSRF-03", "64:ff9b::10.0.0.1", "nat64:private"},
	{"T-SSRF-03", "64:ff9b::8.0.0.1", "nat64"},
	{"T-SSRF-03", "64:ff9b:1::127.0.0.1", "nat64_local:loopback"},
	{"T-SSRF-03", "2002:a00:1::1", "6to4:private"},
	{"T-SSRF-03", "2002:800:1::1", "6to4"},
	{"T-SSRF-03", "2001:0:800:1::f5ff:fffe", "teredo:private"},
	{"T-SSRF-03", "2a00::5efe:10.0.0.1", "isatap:private"},
	{"T-SSRF-03", "2a00::200:5efe:8.0.0.1", "isatap"},
	{"T-SSRF-08", "2a00::2", "ok"},
	{"T-SSRF-08", "fd00::2", "ula"},
	{"T-SSRF-10", "::ffff:127.0.0.1", "mapped:loopback"},
	{"T-SSRF-10", "::ffff:8.0.0.1", "mapped"},
};

/* With lists: allow the documentation prefixes and everything of 10/8; deny a part of each. */
static const struct row listed_rows[] = {
	{"allow", "2001:db8::1", "ok"},
	{"allow", "10.0.0.1", "ok"},
	{"deny wins", "2001:db8:bad::1", "denied"},
	{"deny wins", "10.66.0.1", "denied"},
	{"deny", "2a00:bad::1", "denied"},
	{"not listed", "192.168.0.1", "private"},
	{"allowed translator, inner allowed", "64:ff9b::10.0.0.1", "ok"},
	{"allowed translator, inner public", "64:ff9b::8.0.0.1", "ok"},
	{"allowed translator, inner special", "64:ff9b::127.0.0.1", "nat64:loopback"},
	{"allowed translator, inner denied", "64:ff9b::10.66.0.1", "nat64:denied"},
	{"never a place", "::ffff:10.0.0.1", "mapped"},
	{"never a place", "0.0.0.0", "this_network"},
	{"never a place", "ff02::1", "multicast"},
	{"never a place", "::", "unspecified"},
	{"pref64", "2a00:64::10.0.0.1", "pref64"},
	{"pref64", "2a00:64::127.0.0.1", "pref64:loopback"},
	{"pref64 /32", "2a01:64:7f00:1::", "pref64:loopback"},
	{"ISATAP in an allowed prefix", "2001:db8::5efe:10.0.0.1", "ok"},
	{"ISATAP in an allowed prefix", "2001:db8::5efe:127.0.0.1", "isatap:loopback"},
};

static void parse_all(struct prefix *to, const char *const *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!prefix_parse(&to[i], from[i]))
			printf("# cannot read %s\n", from[i]);
}

static void test_rows(void)
{
	static const char *const allow_text[] = {"2001:db8::/32", "10.0.0.0/8", "64:ff9b::/96",
						 "::ffff:0:0/96", "0.0.0.0/8",	"ff00::/8",
						 "::/128"};
	static const char *const deny_text[] = {"2001:db8:bad::/48", "10.66.0.0/16", "2a00:bad::/32"};
	static const char *const pref_text[] = {"2a00:64::/96", "2a01:64::/32"};
	struct prefix allow[7], deny[3], pref[2];
	struct guard *g = guard_new(&(struct guard_config){.skip_own = true}, NULL);

	for (size_t i = 0; i < sizeof(plain_rows) / sizeof(plain_rows[0]); i++)
		expect(g, plain_rows[i].name, plain_rows[i].addr, plain_rows[i].want);
	guard_free(g);
	parse_all(allow, allow_text, 7);
	parse_all(deny, deny_text, 3);
	parse_all(pref, pref_text, 2);
	g = guard_new(&(struct guard_config){.allow = allow, .n_allow = 7, .deny = deny, .n_deny = 3,
					     .pref64 = pref, .n_pref64 = 2, .skip_own = true},
		      NULL);
	for (size_t i = 0; i < sizeof(listed_rows) / sizeof(listed_rows[0]); i++)
		expect(g, listed_rows[i].name, listed_rows[i].addr, listed_rows[i].want);
	guard_free(g);
}

static void test_edges(void)
{
	struct guard *g = guard_new(&(struct guard_config){.skip_own = true}, NULL);
	struct err e = {0};
	struct prefix bad;
	char reason[GUARD_REASON_MAX];
	struct addr none = {0}, a;

	ok(!guard_ok(g, &none, reason) && !strcmp(reason, "no_address"), "no address is denied");
	is_int(guard_fd(g), -1, "without the kernel there is nothing to watch");
	is_int(guard_refresh(g, &e), 0, "and nothing to refresh");
	addr_parse(&a, "2620:4f:8000::1");
	ok(guard_is_public(g, &a), "AS112 is public");
	addr_parse(&a, "2a00::1");
	ok(guard_is_public(g, &a), "an ordinary address is public");
	addr_parse(&a, "2001:db8::1");
	ok(!guard_is_public(g, &a), "documentation is not");
	guard_free(g);
	prefix_parse(&bad, "2001:db8::/33");
	g = guard_new(&(struct guard_config){.pref64 = &bad, .n_pref64 = 1, .skip_own = true}, &e);
	ok(!g && strstr(e.text, "2001:db8::/33"), "a NAT64 prefix of a wrong length: %s", e.text);
	prefix_parse(&bad, "10.0.0.0/8");
	g = guard_new(&(struct guard_config){.pref64 = &bad, .n_pref64 = 1, .skip_own = true}, &e);
	ok(!g, "an IPv4 prefix is no NAT64 prefix");
	ok(host_has_zone("fe80::1%eth0") && host_has_zone("[fe80::1%25eth0]") &&
		   host_has_zone("2001:db8::1%1") && !host_has_zone("[2001:db8::1]") &&
		   !host_has_zone("www.example"),
	   "T-SSRF-04: a zone is seen");
	ok(!addr_parse(&a, "fe80::1%eth0") && !addr_parse(&a, "fe80::1%25eth0"),
	   "T-SSRF-04: a zone is no address");
}

static void test_sockaddr(void)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const char *why;
	char text[ADDR_TEXT_MAX];
	struct addr a;

	inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
	ok(guard_sockaddr((struct sockaddr *)&v4, sizeof(v4), &a, &why) &&
		   !strcmp(addr_text(&a, text), "192.0.2.1"),
	   "sockaddr_in");
	ok(guard_sockaddr((struct sockaddr *)&v6, sizeof(v6), &a, &why) &&
		   !strcmp(addr_text(&a, text), "2001:db8::1"),
	   "sockaddr_in6");
	ok(!guard_sockaddr((struct sockaddr *)&v6, sizeof(v6) - 1, &a, &why), "one byte short");
	v6.sin6_scope_id = 1;
	ok(!guard_sockaddr((struct sockaddr *)&v6, sizeof(v6), &a, &why) && !strcmp(why, "zone"),
	   "T-SSRF-04: a scope id is refused");
	v4.sin_family = AF_UNIX;
	ok(!guard_sockaddr((struct sockaddr *)&v4, sizeof(v4), &a, &why), "another family");
}

/* T-SSRF-09 on the host that runs the test: every address that getifaddrs tells is denied. */
static void test_this_host(void)
{
	struct prefix all[2] = {{.addr.family = 4}, {.addr.family = 6}};
	struct guard *g = guard_new(&(struct guard_config){.allow = all, .n_allow = 2}, NULL);
	struct ifaddrs *list = NULL;

	ok(g && guard_fd(g) >= 0, "T-SSRF-09: a guard that knows this host");
	if (!g || getifaddrs(&list)) {
		guard_free(g);
		return;
	}
	for (struct ifaddrs *i = list; i; i = i->ifa_next) {
		char text[INET6_ADDRSTRLEN] = "";
		const char *got;

		if (!i->ifa_addr)
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)i->ifa_addr)->sin_addr, text,
				  sizeof(text));
		else if (i->ifa_addr->sa_family == AF_INET6)
			inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)i->ifa_addr)->sin6_addr, text,
				  sizeof(text));
		if (!*text)
			continue;
		got = ask(g, text);
		ok(!strcmp(got, "own") || !strcmp(got, "loopback"), "own address of %s: %s", i->ifa_name,
		   got);
	}
	freeifaddrs(list);
	expect(g, "allowed everything", "8.0.0.1", "ok");
	guard_free(g);
}

/* ---- in a namespace of its own ---- */

static bool run(const char *line)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		close(STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static bool own_net(void)
{
	char map[64];
	unsigned uid = getuid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	return write_text("/proc/self/uid_map", map) &&
	       run("ip link set lo up && ip link add d0 type veth peer name d1 && "
		   "ip link set d0 up && ip link set d1 up");
}

static void test_namespace(void)
{
	static const char *const allow_text[] = {"2001:db8::/32", "192.0.2.0/24", "198.51.100.0/24",
						 "203.0.113.0/24"};
	struct prefix allow[4];
	struct guard *g;

	if (!own_net()) {
		skip("no network namespace of our own here (user namespaces or ip are missing)");
		return;
	}
	parse_all(allow, allow_text, 4);
	g = guard_new(&(struct guard_config){.allow = allow, .n_allow = 4}, NULL);
	expect(g, "before", "2001:db8:1::1", "ok");
	ok(run("ip addr add 192.0.2.1/25 dev d0 && ip addr add 2001:db8:1::1/64 dev d0 nodad"),
	   "addresses come");
	expect(g, "until it is refreshed", "2001:db8:1::1", "ok");
	is_int(guard_refresh(g, NULL), 0, "guard_refresh");
	expect(g, "T-SSRF-09", "2001:db8:1::1", "own");
	expect(g, "T-SSRF-09", "2001:db8:1::2", "on_link");
	expect(g, "T-SSRF-09", "2001:db8:1:0:ffff::", "on_link");
	expect(g, "T-SSRF-09", "2001:db8:1:1::", "ok");
	expect(g, "T-SSRF-09", "192.0.2.1", "own");
	expect(g, "T-SSRF-09", "192.0.2.127", "own"); /* broadcast */
	expect(g, "T-SSRF-09", "192.0.2.2", "on_link");
	expect(g, "T-SSRF-09", "192.0.2.128", "ok");
	expect(g, "T-SSRF-09", "2002:c000:201::1", "6to4:own");
	ok(run("ip route add default via 192.0.2.2 && ip -6 route add default via 2001:db8:1::2 && "
	       "ip -6 route add 2001:db8:2::/48 via 2001:db8:1::2 && "
	       "ip -6 route add 2001:db8:3::/48 dev d0 && ip route add 203.0.113.0/24 dev d0 && "
	       "ip -6 route add 2000::/3 dev d0 && "
	       "ip route add 198.51.100.0/25 nexthop via 192.0.2.2 nexthop via 192.0.2.3 && "
	       "ip route add 198.51.100.128/25 nexthop via 192.0.2.2 nexthop dev d0"),
	   "routes come");
	is_int(guard_refresh(g, NULL), 0, "guard_refresh");
	expect(g, "a default route is no link", "2a00::1", "ok");
	expect(g, "a default route is no link", "8.0.0.1", "ok");
	expect(g, "behind a router", "2001:db8:2::1", "ok");
	expect(g, "a connected route", "2001:db8:3::1", "on_link");
	expect(g, "a connected route", "203.0.113.9", "on_link");
	expect(g, "two routers", "198.51.100.1", "ok");
	expect(g, "a router and a link", "198.51.100.200", "on_link");
	ok(run("ip addr del 2001:db8:1::1/64 dev d0"), "an address goes");
	is_int(guard_refresh(g, NULL), 0, "guard_refresh");
	expect(g, "gone", "2001:db8:1::1", "ok");
	guard_free(g);
}

/* ---- the kernel's bytes ---- */

static size_t put_attr(uint8_t *at, unsigned type, const void *value, size_t len)
{
	struct rtattr head = {.rta_len = (unsigned short)(sizeof(head) + len),
			      .rta_type = (unsigned short)type};

	memcpy(at, &head, sizeof(head));
	memcpy(at + sizeof(head), value, len);
	return RTA_ALIGN(head.rta_len);
}

/* One RTM_NEWADDR of 192.0.2.N/24. */
static size_t put_address(uint8_t *at, uint8_t last)
{
	struct ifaddrmsg body = {.ifa_family = AF_INET, .ifa_prefixlen = 24};
	struct nlmsghdr head = {.nlmsg_type = RTM_NEWADDR};
	uint8_t addr[4] = {192, 0, 2, last};
	size_t n = sizeof(head) + sizeof(body);

	n += put_attr(at + n, IFA_ADDRESS, addr, 4);
	n += put_attr(at + n, IFA_LOCAL, addr, 4);
	head.nlmsg_len = (uint32_t)n;
	memcpy(at, &head, sizeof(head));
	memcpy(at + sizeof(head), &body, sizeof(body));
	return n;
}

static void test_bytes(void)
{
	_Alignas(8) uint8_t data[256] = {0};
	struct own own = {0};
	struct err e = {0};
	size_t n = put_address(data, 7);
	bool done = false;
	int refused = 0;

	ok(netlink_read(data, n, &own, &done, &e) == 0 && own.local.n == 1 && own.on_link.n == 1,
	   "an address message is read");
	for (size_t cut = sizeof(struct nlmsghdr); cut < n; cut++) {
		uint8_t *exact = malloc(cut);

		memcpy(exact, data, cut);
		refused += netlink_read(exact, cut, &own, &done, &e) == -EBADMSG;
		free(exact);
	}
	is_int(refused, (int)(n - sizeof(struct nlmsghdr)), "cut at every byte it is refused");
	((struct nlmsghdr *)(void *)data)->nlmsg_flags = NLM_F_DUMP_INTR;
	is_int(netlink_read(data, n, &own, &done, &e), -EAGAIN, "an interrupted dump is asked again");
	((struct nlmsghdr *)(void *)data)->nlmsg_flags = 0;
	((struct nlmsghdr *)(void *)data)->nlmsg_type = NLMSG_ERROR;
	memcpy(data + sizeof(struct nlmsghdr), &(int){-EPERM}, sizeof(int));
	is_int(netlink_read(data, n, &own, &done, &e), -EPERM, "the kernel refuses: fails closed");
	own_done(&own);
}

static void test_limit(void)
{
	_Alignas(8) uint8_t data[128];
	struct own own = {0};
	uint64_t hits = limit_hits(LIMIT_OWN_PREFIXES);
	size_t n = put_address(data, 1);
	bool done = false;
	int code = 0;

	for (int i = 0; i < (L_OWN_PREFIXES - 2) / 2 && !code; i++)
		code = netlink_read(data, n, &own, &done, NULL);
	is_int(code, 0, "OWN_PREFIXES - 2 are held");
	is_int(netlink_read(data, n, &own, &done, NULL), 0, "OWN_PREFIXES are held");
	is_int((long long)(own.local.n + own.on_link.n), L_OWN_PREFIXES, "all of them");
	is_int(netlink_read(data, n, &own, &done, NULL), -E2BIG, "OWN_PREFIXES + 1 are refused");
	is_int((long long)(limit_hits(LIMIT_OWN_PREFIXES) - hits), 1, "the limit counted it");
	own_done(&own);
}

int main(void)
{
	test_rows();
	test_edges();
	test_sockaddr();
	test_this_host();
	test_bytes();
	test_limit();
	test_namespace(); /* last: the process stays in the namespace */
	return done();
}
