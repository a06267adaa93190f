/* services: see services.h. */
#include "lab/services.h"

#include "base/clock.h"
#include "lab/labca.h"
#include "lab/labdns.h"
#include "lab/labnet.h"
#include "lab/labquic.h"
#include "lab/labsmtp.h"
#include "lab/webconf.h"
#include "wire/dns.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int run_labdns(const struct truth *t, const zone_list *z, const struct wire_options *w,
		      struct err *e)
{
	(void)w;
	(void)t;
	return labdns_run(z, e);
}

static int run_labsmtp(const struct truth *t, const zone_list *z, const struct wire_options *w,
		      struct err *e)
{
	(void)w;
	(void)z;
	return labsmtp_run(t, e);
}

static int run_labquic(const struct truth *t, const zone_list *z, const struct wire_options *w,
		      struct err *e)
{
	(void)w;
	(void)z;
	return labquic_run(t, e);
}

static int run_labwire(const struct truth *t, const zone_list *z, const struct wire_options *w,
		       struct err *e)
{
	(void)z;
	return labwire_run(t, w, e);
}

struct service services[] = {
	{.name = "labwire", .node = NODE_WIRE, .run = run_labwire},
	{.name = "nft-web", .node = NODE_WEB, .package = "nftables", .once = true,
	 .argv = {"nft", "-f", "%s/web.nft"}},
	{.name = "nft-mail", .node = NODE_MAIL, .package = "nftables", .once = true,
	 .argv = {"nft", "-f", "%s/mail.nft"}},
	{.name = "parent", .node = NODE_DNS, .package = "nsd",
	 .argv = {"nsd", "-d", "-c", "%s/parent.conf"}},
	{.name = "hosting", .node = NODE_DNS, .package = "nsd",
	 .argv = {"nsd", "-d", "-c", "%s/hosting.conf"}},
	{.name = "labdns", .node = NODE_DNS, .run = run_labdns},
	{.name = "nginx", .node = NODE_WEB, .package = "nginx-light",
	 .argv = {"nginx", "-e", "%s/nginx.log", "-c", "%s/nginx.conf"}},
	{.name = "labsmtp", .node = NODE_MAIL, .run = run_labsmtp},
	{.name = "labquic", .node = NODE_WEB, .run = run_labquic},
	{.name = "resolver", .node = NODE_RESOLVER, .package = "unbound",
	 .argv = {"unbound", "-d", "-c", "%s/resolver.conf"}},
	{.name = "dns64", .node = NODE_NAT64, .package = "unbound", .nat64 = true,
	 .argv = {"unbound", "-d", "-c", "%s/dns64.conf"}},
	{.name = "tayga", .node = NODE_NAT64, .package = "tayga", .nat64 = true,
	 .argv = {"tayga", "-d", "-c", "%s/tayga.conf"}},
};
const size_t service_count = sizeof(services) / sizeof(*services);

/* ---- where programs are ---- */

/* An ordinary user's PATH has no sbin. */
static bool find_program(const char *name, char path[static 256])
{
	static const char *const dirs[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin",
					   "/usr/local/sbin", "/usr/local/bin"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		snprintf(path, 256, "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

int services_installed(struct err *e)
{
	char path[256], missing[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < service_count; i++) {
		const struct service *s = &services[i];

		if (!s->package || find_program(s->argv[0], path) || strstr(missing, s->package))
			continue;
		n += (size_t)snprintf(missing + n, sizeof(missing) - n, " %s", s->package);
	}
	if (!n)
		return 0;
	return err_set(e, -ENOENT,
		       "the lab needs programs that are not installed; as root: apt-get install%s",
		       missing);
}

/* ---- settings ---- */

static void addr_line(struct buf *out, const char *before, struct addr a)
{
	char text[ADDR_TEXT_MAX];

	buf_printf(out, "%s%s\n", before, addr_text(&a, text));
}

static void nsd_addrs(struct buf *out, enum zone_server server)
{
	static const struct {
		enum zone_server server;
		unsigned n, families;
	} rows[] = {
		{SERVED_BY_PARENT, INFRA_ROOT, NODE_V4 | NODE_V6},
		{SERVED_BY_PARENT, INFRA_REGISTRY, NODE_V4 | NODE_V6},
		{SERVED_BY_HOSTING, INFRA_NS, NODE_V4 | NODE_V6},
		{SERVED_BY_HOSTING, INFRA_NS + 1, NODE_V4 | NODE_V6},
		{SERVED_BY_HOSTING, INFRA_V4NS, NODE_V4},
		{SERVED_BY_HOSTING, INFRA_V4NS + 1, NODE_V4},
		{SERVED_BY_HOSTING, INFRA_V6NS, NODE_V6},
		{SERVED_BY_HOSTING, INFRA_V6NS + 1, NODE_V6},
		{SERVED_BY_HOSTING, INFRA_BOGONNS, NODE_V4},
		{SERVED_BY_HOSTING, INFRA_BOGONNS + 1, NODE_V4},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].server != server)
			continue;
		if (rows[i].families & NODE_V4)
			addr_line(out, "ip-address: ", infra_addr(rows[i].n, 4));
		if (rows[i].families & NODE_V6)
			addr_line(out, "ip-address: ", infra_addr(rows[i].n, 6));
	}
}

/* rrl-size: the default of NSD costs 30 MB of shared memory for each instance. */
static void nsd_conf(struct buf *out, const char *dir, const char *name, enum zone_server server,
		     const zone_list *z)
{
	buf_str(out, "server:\n");
	nsd_addrs(out, server);
	buf_printf(out,
		   "ip-transparent: yes\nserver-count: 1\ndatabase: \"\"\nusername: \"\"\nchroot: \"\"\n"
		   "zonesdir: \"%s/zones\"\npidfile: \"\"\nxfrdfile: \"%s/tmp/%s.xfrd\"\n"
		   "xfrdir: \"%s/tmp\"\nzonelistfile: \"%s/tmp/%s.list\"\n"
		   "hide-version: yes\nidentity: \"lab\"\nrrl-size: 10\nrrl-ratelimit: 0\n"
		   "verbosity: 0\ntcp-count: 400\nremote-control:\ncontrol-enable: no\n",
		   dir, dir, name, dir, dir, name);
	for (size_t i = 0; i < z->n; i++)
		if (z->at[i].server == server)
			buf_printf(out, "zone:\nname: \"%s\"\nzonefile: \"%szone\"\n",
				   z->at[i].name, z->at[i].name);
}

/* Room for all that several rounds ask at once: what is too much for it is dropped. */
static void unbound_conf(struct buf *out, const char *dir, enum node_id node, bool dns64)
{
	buf_str(out, "server:\n");
	addr_line(out, "interface: ", node_addr(node, 4));
	addr_line(out, "interface: ", node_addr(node, 6));
	buf_printf(out,
		   "access-control: ::/0 allow\naccess-control: 0.0.0.0/0 allow\n"
		   "username: \"\"\nchroot: \"\"\ndirectory: \"%s/tmp\"\npidfile: \"\"\n"
		   "use-syslog: no\nlogfile: \"\"\nverbosity: 1\nnum-threads: 1\n"
		   "outgoing-range: 2048\nnum-queries-per-thread: 1024\nmsg-cache-size: 1m\n"
		   "rrset-cache-size: 1m\nkey-cache-size: 100k\nneg-cache-size: 100k\n"
		   "infra-cache-numhosts: 1000\nedns-buffer-size: 1232\nlocal-zone: \"test.\" nodefault\n"
		   "local-zone: \"f.f.f.3.ip6.arpa.\" nodefault\nlocal-zone: \"19.198.in-addr.arpa.\" nodefault\n"
		   "qname-minimisation: no\nmodule-config: \"%siterator\"\nroot-hints: \"%s/hints\"\n",
		   dir, dns64 ? "dns64 " : "", dir);
	if (dns64)
		buf_str(out, "dns64-prefix: " LAB_NAT64_V6 "\n");
	buf_str(out, "remote-control:\ncontrol-enable: no\n");
}

static void hints(struct buf *out)
{
	buf_str(out, ". 3600 IN NS a.root-lab.\n");
	addr_line(out, "a.root-lab. 3600 IN A ", infra_addr(INFRA_ROOT, 4));
	addr_line(out, "a.root-lab. 3600 IN AAAA ", infra_addr(INFRA_ROOT, 6));
}

static void tayga_conf(struct buf *out, const char *dir)
{
	buf_printf(out,
		   "tun-device nat64\nipv4-addr 198.18.64.1\nprefix " LAB_NAT64_V6 "\n"
		   "dynamic-pool " LAB_NAT64_V4 "\ndata-dir %s/tmp\n",
		   dir);
	addr_line(out, "ipv6-addr ", node_addr(NODE_NAT64, 6));
}

static int put_zones(const char *dir, const zone_list *z, struct buf *text, struct err *e)
{
	int code = put_dir(dir, "zones", e);

	for (size_t i = 0; i < z->n && !code; i++) {
		char name[300];

		snprintf(name, sizeof(name), "zones/%szone", z->at[i].name);
		buf_clear(text);
		zone_write(&z->at[i], text);
		code = put_file(dir, name, text, e);
	}
	return code;
}

static int put_resolv_conf(const char *dir, enum node_id id, struct err *e)
{
	int family = nodes[id].families & NODE_V6 ? 6 : 4, code;
	char name[64];
	struct buf text;

	buf_init(&text, 1024);
	addr_line(&text, "nameserver ", node_addr(nodes[id].resolver, family));
	snprintf(name, sizeof(name), "etc/resolv.%s", nodes[id].name);
	code = put_file(dir, name, &text, e);
	buf_done(&text);
	return code;
}

/* What `sextant census` and `check` need here.  The guard's list names the lab's own prefixes; the
 * anchors are the root's servers; a silence is looked at again after a second, and where packets are
 * lost after the resolver, too, has given up on what it asked at the first look: until then it asks
 * nothing anew.  Everything here is ours, so nobody is to be spared. */
static void sextant_conf(struct buf *out, const char *dir, const struct wire_options *wire)
{
	char v4[ADDR_TEXT_MAX], v6[ADDR_TEXT_MAX], resolver[ADDR_TEXT_MAX];
	struct addr root4 = infra_addr(INFRA_ROOT, 4), root6 = infra_addr(INFRA_ROOT, 6);
	struct addr r = node_addr(NODE_RESOLVER, 6);

	buf_printf(out,
		   "[observer]\ncontact_email = lab@hosting.test\n"
		   "info_url = https://good.test/\noperator = Sextant laboratory\nvantage = lab\n"
		   "[dns]\nresolver = %s\nroot_hints = %s/hints\n[tls]\nca_file = %s/ca.pem\n"
		   "[guard]\nallow = " LAB_V6 ", " LAB_V4 "\n"
		   "[selftest]\nanchor_v4 = %s:53\nanchor_v6 = [%s]:53\n"
		   "[rate]\ntargets_per_s = 1000\npackets_per_s = 100000\nper_address_gap_ms = 0\n"
		   "per_prefix_per_s = 10000\nper_network_per_s = 0\nper_domain_per_s = 0\n"
		   "per_ns_qps = 10000\nrepeat_after_s = %d\nround_gap_s = 0\n",
		   addr_text(&r, resolver), dir, dir, addr_text(&root4, v4), addr_text(&root6, v6),
		   wire->loss_ppm ? 15 : 1);
}

enum conf {
	CONF_PARENT,
	CONF_HOSTING,
	CONF_RESOLVER,
	CONF_DNS64,
	CONF_HINTS,
	CONF_TAYGA,
	CONF_NGINX,
	CONF_WEB_NFT,
	CONF_MAIL_NFT,
	CONF_NSSWITCH,
	CONF_SEXTANT,
	CONF_PORTFOLIO,
	CONF_COUNT
};
static const char *const conf_names[CONF_COUNT] = {
	"parent.conf", "hosting.conf", "resolver.conf", "dns64.conf", "hints",
	"tayga.conf",  "nginx.conf",   "web.nft",	"mail.nft",   "etc/nsswitch.conf",
	"sextant.conf", "portfolio.csv",
};

static void conf_write(enum conf which, const char *dir, const struct truth *t, const zone_list *z,
		       const struct wire_options *wire, struct buf *out)
{
	switch (which) {
	case CONF_PARENT: nsd_conf(out, dir, "parent", SERVED_BY_PARENT, z); break;
	case CONF_HOSTING: nsd_conf(out, dir, "hosting", SERVED_BY_HOSTING, z); break;
	case CONF_RESOLVER: unbound_conf(out, dir, NODE_RESOLVER, false); break;
	case CONF_DNS64: unbound_conf(out, dir, NODE_NAT64, true); break;
	case CONF_HINTS: hints(out); break;
	case CONF_TAYGA: tayga_conf(out, dir); break;
	case CONF_NGINX: webconf_nginx(t, dir, out); break;
	case CONF_WEB_NFT: webconf_drops(t, out); break;
	case CONF_MAIL_NFT: mailconf_drops(t, out); break;
	case CONF_NSSWITCH: buf_str(out, "hosts: files dns\npasswd: files\ngroup: files\n"); break;
	case CONF_SEXTANT: sextant_conf(out, dir, wire); break;
	case CONF_PORTFOLIO: truth_portfolio(t, out); break;
	case CONF_COUNT: break;
	}
}

int services_prepare(const char *dir, const struct truth *t, const zone_list *z,
		     const struct wire_options *wire, struct err *e)
{
	struct buf text;
	int code;

	buf_init(&text, 1 << 22);
	code = put_dir(dir, "tmp", e) || put_dir(dir, "etc", e) ? e->code
								: put_zones(dir, z, &text, e);
	for (enum conf c = 0; c < CONF_COUNT && !code; c++) {
		buf_clear(&text);
		conf_write(c, dir, t, z, wire, &text);
		code = put_file(dir, conf_names[c], &text, e);
	}
	for (enum node_id id = 0; id < NODE_COUNT && !code; id++)
		code = put_resolv_conf(dir, id, e);
	if (!code)
		code = webconf_pages(t, dir, e);
	if (!code)
		code = labca_make(dir, t, e);
	buf_done(&text);
	return code;
}

/* ---- starting ---- */

static void log_to(const char *dir, const char *name)
{
	char path[4096];
	int in = open("/dev/null", O_RDONLY), out;

	snprintf(path, sizeof(path), "%s/%s.log", dir, name);
	out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (in >= 0)
		dup2(in, 0);
	if (out >= 0) {
		dup2(out, 1);
		dup2(out, 2);
	}
}

/* In the child: becomes the service; never returns. */
static void become(const struct service *s, const char *dir, const struct wiring *w,
		   const struct truth *t, const zone_list *z, const struct wire_options *wire)
{
	char text[SERVICE_ARGS_MAX][4096], path[256];
	char *argv[SERVICE_ARGS_MAX] = {NULL};
	char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "OPENSSL_CONF=/dev/null", NULL};
	struct err e = {0};
	int code;

	log_to(dir, s->name);
	prctl(PR_SET_NAME, s->name);
	code = wiring_enter(w, s->node, &e);
	close_range(3, ~0u, 0); /* the namespaces and the report are the supervisor's to hold */
	if (!code && s->run && chdir(dir) < 0)
		code = err_set(&e, -errno, "cannot enter %s: %s", dir, err_name(errno));
	if (!code && s->run)
		s->run(t, z, wire, &e);
	if (!e.code && s->argv[0] && find_program(s->argv[0], path)) {
		for (int i = 0; s->argv[i]; i++) {
			snprintf(text[i], sizeof(text[i]), s->argv[i], dir);
			argv[i] = text[i];
		}
		execve(path, argv, env);
		err_set(&e, -errno, "cannot run %s: %s", path, err_name(errno));
	}
	dprintf(2, "%s: %s\n", s->name, e.text);
	_exit(127);
}

static int start(struct service *s, const char *dir, const struct wiring *w, const struct truth *t,
		 const zone_list *z, const struct wire_options *wire, struct err *e)
{
	int status;

	s->pid = fork();
	if (s->pid < 0)
		return err_set(e, -errno, "cannot start %s: %s", s->name, err_name(errno));
	if (s->pid == 0)
		become(s, dir, w, t, z, wire);
	if (!s->once)
		return 0;
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	s->pid = 0;
	return status ? service_ended(dir, s, status, e) : 0;
}

int services_start(const char *dir, const struct wiring *w, const struct truth *t,
		   const zone_list *z, const struct wire_options *wire, struct err *e)
{
	int code = 0;

	for (size_t i = 0; i < service_count && !code; i++)
		if (!services[i].nat64 || w->nat64)
			code = start(&services[i], dir, w, t, z, wire, e);
	return code;
}

struct service *service_of(pid_t pid)
{
	for (size_t i = 0; i < service_count; i++)
		if (services[i].pid == pid)
			return &services[i];
	return NULL;
}

static void last_line(const char *dir, const char *name, char *line, size_t max)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.log", dir, name);
	f = fopen(path, "re");
	line[0] = '\0';
	while (f && fgets(line, (int)max, f))
		line[strcspn(line, "\n")] = '\0';
	if (f)
		fclose(f);
}

int service_ended(const char *dir, const struct service *s, int status, struct err *e)
{
	char line[300];

	last_line(dir, s->name, line, sizeof(line));
	return err_set(e, -ECHILD, "%s ended with %s %d; its log %s/%s.log says: %s", s->name,
		       WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), dir, s->name,
		       line[0] ? line : "(nothing)");
}

/* ---- first signs of life ---- */

struct sign {
	const char *service;
	enum node_id from; /* who asks */
	struct addr at;
	uint16_t port;
	const char *qname; /* DNS question for AAAA or A; NULL: TCP */
	uint16_t qtype;
	bool seen;
};

static bool dns_sign(const struct sign *s)
{
	uint8_t question[DNS_QUERY_MAX], reply[DNS_EDNS_B];
	size_t len = dns_query(question, s->qname, s->qtype, 0x1a2b, DNS_FLAG_RD, 0);
	int got = labnet_ask(&s->at, s->port, question, len, reply, sizeof(reply), 200);

	/* NOERROR with at least one answer */
	return got >= DNS_HEADER_B && !(reply[3] & 15) && (reply[6] || reply[7]);
}

static bool sign_seen(struct sign *s, const struct wiring *w)
{
	struct err e;

	if (wiring_enter(w, s->from, &e))
		return false;
	return s->qname ? dns_sign(s) : labnet_answers(&s->at, s->port, 200);
}

/* The first state that is arranged in no particular way, and the first whose zone is labdns's. */
static const struct state *pick(const struct truth *t, bool own_ns)
{
	for (size_t i = 0; i < t->n_states; i++)
		if (own_ns ? state_own_ns(&t->states[i]) && state_get(&t->states[i], "tcp6", NULL)
			   : t->states[i].n_words == 0)
			return &t->states[i];
	return &t->states[0];
}

static struct addr nat64_addr(struct addr v4)
{
	struct prefix p = lab_prefix(LAB_NAT64_V6);

	memcpy(p.addr.byte + 12, v4.byte, 4);
	return p.addr;
}

/* A service that died while we wait for it would never answer. */
static int somebody_ended(const char *dir, struct err *e)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);
	struct service *s = pid > 0 ? service_of(pid) : NULL;

	return s ? service_ended(dir, s, status, e) : 0;
}

int services_await(const char *dir, const struct wiring *w, const struct truth *t, int wait_ms,
		   struct err *e)
{
	const struct state *plain = pick(t, false), *own = pick(t, true);
	unsigned k = plain->number;
	struct sign signs[] = {
		{"parent", NODE_OBSERVER, infra_addr(INFRA_ROOT, 6), 53, ".", DNS_SOA, false},
		{"hosting", NODE_OBSERVER, infra_addr(INFRA_NS, 6), 53, plain->domain, DNS_AAAA,
		 false},
		{"labdns", NODE_OBSERVER, site_addr(own->number, HOST_NS, 6), 53, own->domain,
		 DNS_SOA, false},
		{"nginx", NODE_OBSERVER, site_addr(k, HOST_WEB, 6), 443, NULL, 0, false},
		{"nginx", NODE_OBSERVER, site_addr(k, HOST_WEB, 4), 80, NULL, 0, false},
		{"labsmtp", NODE_OBSERVER, site_addr(k, HOST_MAIL, 6), 25, NULL, 0, false},
		{"resolver", NODE_OBSERVER, node_addr(NODE_RESOLVER, 6), 53, plain->domain,
		 DNS_AAAA, false},
		{"dns64", NODE_V6NAT64, node_addr(NODE_NAT64, 6), 53, plain->domain, DNS_AAAA,
		 false},
		{"tayga", NODE_V6NAT64, nat64_addr(site_addr(k, HOST_WEB, 4)), 80, NULL, 0, false},
	};
	const size_t n = sizeof(signs) / sizeof(*signs) - (w->nat64 ? 0 : 2);
	int64_t until = clock_mono(&clock_real) + wait_ms * 1000LL;
	size_t at = 0;

	while (at < n) {
		if (sign_seen(&signs[at], w)) {
			at++;
			continue;
		}
		if (somebody_ended(dir, e))
			return e->code;
		if (clock_mono(&clock_real) > until)
			return err_set(e, -ETIMEDOUT, "%s does not answer after %d ms; see %s/%s.log",
				       signs[at].service, wait_ms, dir, signs[at].service);
		poll(NULL, 0, 5);
	}
	return 0;
}
