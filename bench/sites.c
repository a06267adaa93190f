/*
 * bench_sites DIR N: the web of the zones z0 ... z(N-1) of bench/synth.h, as files in DIR: ca.pem, a
 * certificate for each site (tls/), the page (www/), nginx.conf, portfolio.csv, hints and sextant.conf.
 * bench/sites.py runs them.
 */
#include "base/err.h"
#include "lab/labca.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PAGE_B = 20000, NAME_MAX_B = 32 };

static const char *dir;

static FILE *create(const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		fprintf(stderr, "bench sites: cannot write %s\n", path);
		exit(4);
	}
	return f;
}

static void close_file(FILE *f)
{
	if (fclose(f)) {
		fprintf(stderr, "bench sites: cannot write into %s\n", dir);
		exit(4);
	}
}

static void make_certificates(unsigned n)
{
	struct state *states = calloc(n, sizeof(*states));
	char(*names)[NAME_MAX_B] = calloc(n, sizeof(*names));
	struct truth t = {.states = states, .n_states = n};
	struct err e = {0};

	if (!states || !names)
		abort();
	for (unsigned i = 0; i < n; i++) {
		snprintf(names[i], NAME_MAX_B, "z%u.test", i);
		states[i].domain = names[i];
	}
	if (labca_make(dir, &t, &e)) {
		fprintf(stderr, "bench sites: %s\n", e.text);
		exit(4);
	}
	free(states);
	free(names);
}

/* About 20 kB of text, a script from the site's own host and an image from one that all share. */
static void make_page(void)
{
	char path[4096];
	FILE *f;
	long n = 0;

	snprintf(path, sizeof(path), "%s/www", dir);
	mkdir(path, 0755);
	f = create("www/index.html");
	fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>A site</title>\n"
	      "<script src=\"/lib.js\"></script></head>\n<body><img alt=\"\" src=\"https://www.z0.test/logo.png\">\n", f);
	for (int i = 0; n < PAGE_B; i++)
		n += fprintf(f, "<p>Notice %d: the office in room %d answers letters of the year %d; forms, tariffs and "
				"opening hours are on <a href=\"/page%d.html\">page %d</a>.</p>\n",
			     i, i * 7 % 311, 1950 + i % 77, i, i);
	fputs("</body></html>\n", f);
	close_file(f);
	f = create("www/robots.txt");
	fputs("User-agent: *\nAllow: /\n", f);
	close_file(f);
}

static void make_server(unsigned n)
{
	FILE *f = create("nginx.conf");

	fprintf(f,
		"daemon off;\nmaster_process off;\nuser root root;\npid %s/nginx.pid;\nerror_log %s/nginx.log crit;\n"
		"worker_rlimit_nofile 60000;\nevents { worker_connections 30000; }\n"
		"http {\ninclude %s/log.conf;\nkeepalive_timeout 5;\ndefault_type text/html;\nssl_session_cache off;\n"
		"ssl_session_tickets off;\nssl_protocols TLSv1.2 TLSv1.3;\nserver_names_hash_max_size 4000000;\n"
		"ssl_certificate_key %s/tls/key.pem;\nroot %s/www;\n"
		"server { listen 80 default_server backlog=16384; listen [::]:80 default_server backlog=16384;\n"
		"return 301 https://$host$request_uri; }\n", dir, dir, dir, dir, dir);
	for (unsigned i = 0; i < n; i++)
		fprintf(f, "server { listen 443 ssl%s; listen [::]:443 ssl%s; server_name z%u.test www.z%u.test;\n"
			   "ssl_certificate %s/tls/z%u.test.pem; }\n",
			i ? "" : " backlog=16384", i ? "" : " backlog=16384", i, i, dir, i);
	fputs("}\n", f);
	close_file(f);
}

static void make_lists(unsigned n)
{
	FILE *f = create("portfolio.csv");

	fputs("domain\n", f);
	for (unsigned i = 0; i < n; i++)
		fprintf(f, "z%u.test\n", i);
	close_file(f);
	f = create("log.conf");
	fputs("access_log off;\n", f);
	close_file(f);
	f = create("hints");
	fputs(". NS r.root-servers.net.\nr.root-servers.net. A 198.18.0.1\nr.root-servers.net. AAAA 2001:db8::1\n", f);
	close_file(f);
	f = create("sextant.conf");
	fprintf(f,
		/* no contact: public addresses are out of reach, and the rate need not begin at a tenth */
		"[observer]\nvantage = bench\n[dns]\nresolver = 198.18.0.3\nroot_hints = %s/hints\n[tls]\nca_file = %s/ca.pem\n"
		"[guard]\nallow = 198.18.0.0/15, 10.64.0.0/10, 2001:db8::/32, 3fff:100::/24\n"
		"[selftest]\nanchor_v4 = 10.64.0.1:80\nanchor_v6 = [3fff:100::1]:80\n"
		"[rate]\ntargets_per_s = 10000\npackets_per_s = 100000\nper_address_gap_ms = 0\n"
		"per_prefix_per_s = 10000\nper_network_per_s = 0\nper_domain_per_s = 0\nper_ns_qps = 10000\n"
		"round_gap_s = 0\nrepeat_after_s = 1\nblocks_in_row = 0\nsites_at_once = 1000\n", dir, dir);
	close_file(f);
}

int main(int argc, char **argv)
{
	unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

	if (!n) {
		fprintf(stderr, "usage: bench_sites DIR N\n");
		return 2;
	}
	dir = argv[1];
	make_certificates(n);
	make_page();
	make_server(n);
	make_lists(n);
	return 0;
}
