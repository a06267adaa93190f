/*
 * webconf: see webconf.h.  A site has one server block for each port and both families when it shows
 * the same face on both, else one for each port and family.
 */
#include "lab/webconf.h"

#include "base/limits.h"
#include "lab/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

int put_file(const char *dir, const char *name, const struct buf *text, struct err *e)
{
	char path[4096];
	ssize_t wrote;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (buf_full(text))
		return err_set(e, -E2BIG, "%s would be too large", path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(e, -errno, "cannot write %s: %s", path, err_name(errno));
	wrote = write(fd, text->data, text->len);
	if (close(fd) < 0 || wrote != (ssize_t)text->len)
		return err_set(e, -EIO, "cannot write %s: no room?", path);
	return 0;
}

int put_dir(const char *dir, const char *name, struct err *e)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set(e, -errno, "cannot make %s: %s", path, err_name(errno));
	return 0;
}

/* What one family of a site shows. */
struct face {
	const struct state *state;
	int family; /* 4, 6, or 0 for both alike */
};

/* The word for this family: KEY6 over IPv6, else KEY. */
static const char *face_get(const struct face *f, const char *key)
{
	char key6[32];

	snprintf(key6, sizeof(key6), "%s6", key);
	const char *v6 = f->family == 6 ? state_get(f->state, key6, NULL) : NULL;

	return v6 ? v6 : state_get(f->state, key, NULL);
}

/* A header that may be on one family only or differ. */
static bool face_header(const struct face *f, const char *key, bool *other)
{
	const char *how = state_get(f->state, key, "");

	*other = !strcmp(how, "differs") && f->family == 6;
	return !strcmp(how, "both") || !strcmp(how, "differs") ||
	       (!strcmp(how, "v4") && f->family == 4) || (!strcmp(how, "v6") && f->family == 6);
}

static bool two_faced(const struct state *s)
{
	static const char *const words[] = {"cert6",  "page6", "status6", "redirect6",
					    "stall6", "tls6",  "v6_443"};
	static const char *const headers[] = {"hsts", "alt_svc"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (state_get(s, words[i], NULL))
			return true;
	for (size_t i = 0; i < 2; i++)
		if (strcmp(state_get(s, headers[i], "both"), "both") != 0)
			return true;
	return false;
}

static bool listens(const struct state *s, int family, int port)
{
	char key[16];

	if (port == 443 && state_is(s, "tls", "no"))
		return false;
	if (family == 4)
		return true;
	snprintf(key, sizeof(key), "v6_%d", port);
	return !state_is(s, "v6", "refuse") && !state_is(s, key, "refuse");
}

static void listen_line(const struct state *s, int family, int port, const char *how,
			struct buf *out)
{
	struct addr a = site_addr(s->number, HOST_WEB, family);
	char text[ADDR_TEXT_MAX];

	addr_text(&a, text);
	buf_printf(out, family == 4 ? "listen %s:%d%s;\n" : "listen [%s]:%d%s;\n", text, port, how);
}

static void tls_lines(const struct face *f, const char *dir, struct buf *out)
{
	bool own = f->family == 6 && state_get(f->state, "cert6", NULL);

	buf_printf(out, "ssl_certificate %s/tls/%s%s.pem;\nssl_certificate_key %s/tls/key.pem;\n",
		   dir, f->state->domain, own ? ".6" : "", dir);
	if (f->family == 6 && state_is(f->state, "tls6", "1.0"))
		buf_str(out, "ssl_protocols TLSv1;\nssl_ciphers ALL:@SECLEVEL=0;\n");
}

static void redirect_lines(const struct face *f, const char *to, struct buf *out)
{
	const char *domain = f->state->domain;

	if (!strcmp(to, "loop"))
		buf_str(out, "return 302 https://$host/again;\n");
	else
		buf_printf(out, "if ($host != legacy.%s) { return 302 https://legacy.%s/; }\n",
			   domain, domain);
}

static void answer_lines(const struct face *f, const char *dir, struct buf *out)
{
	const char *status = face_get(f, "status"), *to = face_get(f, "redirect");
	const char *stall = f->family == 6 ? state_get(f->state, "stall6", NULL) : NULL;
	bool own = f->family == 6 && state_get(f->state, "page6", NULL), other;

	if (face_header(f, "hsts", &other))
		buf_printf(out,
			   "add_header Strict-Transport-Security \"max-age=%d\" always;\n",
			   other ? 60 : 31536000);
	if (face_header(f, "alt_svc", &other))
		buf_printf(out, "add_header Alt-Svc 'h3=\":%d\"; ma=3600' always;\n",
			   other ? 8443 : 443);
	if (own && state_is(f->state, "page6", "bomb"))
		buf_str(out, "add_header Content-Encoding gzip always;\n");
	if (stall)
		buf_printf(out, "limit_rate 1;\nlimit_rate_after %d;\n",
			   !strcmp(stall, "body") ? 600 : 0);
	if (to)
		redirect_lines(f, to, out);
	if (status)
		buf_printf(out, "return %s;\n", status);
	if (state_is(f->state, "loads", "text"))
		buf_str(out, "types { }\ndefault_type text/plain;\n");
	buf_printf(out, "root %s/www/%s%s;\n", dir, f->state->name, own ? "/v6" : "");
}

/* What is special about the pages that the front page leads to. */
static void link_lines(const struct face *f, struct buf *out)
{
	const char *how = state_get(f->state, "links", "");

	if (!strcmp(how, "redirect"))
		buf_printf(out, "location = /to { return 302 https://legacy.%s/a.html; }\n", f->state->domain);
	else if (!strcmp(how, "refused"))
		buf_str(out, "location = /robots.txt { return 200 \"User-agent: *\\nDisallow: /*.html\\n\"; }\n");
	else if (!strcmp(how, "v6error"))
		buf_str(out, "location = /b.html { if ($server_addr ~ :) { return 404; } }\n");
}

static void server(const struct face *f, int port, const char *dir, struct buf *out)
{
	const struct state *s = f->state;
	bool plain = port == 443 && f->family == 6 && state_is(s, "v6_443", "plain");
	bool v4 = f->family != 6 && listens(s, 4, port), v6 = f->family != 4 && listens(s, 6, port);
	const char *how = port == 443 && !plain ? " ssl" : "";

	if (!v4 && !v6)
		return;
	buf_str(out, "server {\n");
	if (v4)
		listen_line(s, 4, port, how, out);
	if (v6)
		listen_line(s, 6, port, how, out);
	if (*how)
		tls_lines(f, dir, out);
	if (port == 80 && !state_is(s, "http", "page") && !state_is(s, "tls", "no"))
		buf_str(out, "return 301 https://$host$request_uri;\n");
	else {
		answer_lines(f, dir, out);
		link_lines(f, out);
	}
	buf_str(out, "}\n");
}

void webconf_nginx(const struct truth *t, const char *dir, struct buf *out)
{
	buf_printf(out,
		   "daemon off;\nworker_processes 1;\nuser root root;\npid %s/nginx.pid;\n"
		   "error_log %s/nginx.log warn;\nevents { worker_connections 4096; }\n"
		   "http {\naccess_log off;\nserver_tokens off;\nkeepalive_timeout 5;\n"
		   "default_type text/html;\ncharset utf-8;\ntypes { text/html html; }\n"
		   "ssl_protocols TLSv1.2 TLSv1.3;\nssl_session_cache off;\n"
		   "client_body_temp_path %s/tmp;\nproxy_temp_path %s/tmp;\n"
		   "fastcgi_temp_path %s/tmp;\nuwsgi_temp_path %s/tmp;\nscgi_temp_path %s/tmp;\n",
		   dir, dir, dir, dir, dir, dir, dir);
	for (size_t i = 0; i < t->n_states; i++) {
		bool two = two_faced(&t->states[i]);
		struct face first = {&t->states[i], two ? 4 : 0}, second = {&t->states[i], 6};

		server(&first, 80, dir, out);
		server(&first, 443, dir, out);
		if (two) {
			server(&second, 80, dir, out);
			server(&second, 443, dir, out);
		}
	}
	buf_str(out, "}\n");
}

/* What the page loads from other hosts. */
static void loads(const struct state *s, struct buf *out)
{
	static const struct {
		const char *how, *tag, *host, *rest;
		bool own; /* the host is one of the site's domain */
	} tags[] = {
		{"ok", "<script src=\"https://", "www.good.test", "/lib.js\"></script>", false},
		{"v4script", "<script src=\"https://", "legacy.", "/lib.js\"></script>", true},
		{"v4image", "<img alt=\"\" src=\"https://", "legacy.", "/logo.png\">", true},
		{"deadscript", "<link rel=\"stylesheet\" href=\"https://", "dead.", "/style.css\">", true},
		{"deadimage", "<img alt=\"\" src=\"https://", "dead.", "/logo.png\">", true},
		{"gone", "<script src=\"https://", "gone.", "/lib.js\"></script>", true},
		{"odd", "<script src=\"https://", "www.good.test", ":8443/lib.js\"></script>", false},
	};
	const char *how = state_get(s, "loads", "");

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (!strcmp(tags[i].how, how))
			buf_printf(out, "%s%s%s%s\n", tags[i].tag, tags[i].host, tags[i].own ? s->domain : "",
				   tags[i].rest);
}

/* Where the page leads. */
static void leads(const struct state *s, struct buf *out)
{
	static const struct {
		const char *how, *links[3]; /* %s: the domain */
	} all[] = {
		{"ok", {"/a.html", "/b.html", "/missing.html"}},
		{"v4sub", {"/a.html", "https://legacy.%s/b.html"}},
		{"v4all", {"https://legacy.%s/a.html"}},
		{"gone", {"https://gone.%s/a.html"}},
		{"redirect", {"/a.html", "/to"}},
		{"refused", {"/a.html", "/b.html"}},
		{"v6error", {"/a.html", "/b.html"}},
	};
	const char *how = state_get(s, "links", "");

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (size_t k = 0; k < 3 && all[i].links[k] && !strcmp(all[i].how, how); k++) {
			buf_str(out, "<p><a href=\"");
			buf_printf(out, all[i].links[k], s->domain);
			buf_str(out, "\">more</a></p>\n");
		}
	for (int i = 0; i <= L_HTML_LINKS && !strcmp(how, "many"); i++)
		buf_printf(out, "<a href=\"/a.html?%d\">more</a>\n", i);
}

static void page(const struct state *s, const char *title, struct buf *out)
{
	buf_printf(out,
		   "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		   "<title>%s</title></head>\n<body><h1>%s</h1>\n",
		   title, s->organisation);
	buf_printf(out,
		   "<p>This is the home page of %s in the laboratory, site number %u, known as %s. "
		   "What is arranged here: %s</p>\n<p lang=\"zh\">%s</p>\n",
		   s->organisation, s->number, s->domain, s->en, s->zh);
	buf_str(out,
		"<p>Opening hours, tariffs, forms and notices stand on this page so that a reader "
		"over either protocol finds the same text. Visitors may apply for a permit, pay a "
		"bill, look up a timetable, report a fault in the street, or write to the office. "
		"The weekly bulletin lists new rules, public works, tenders and vacancies. Archives "
		"from earlier years can be read in the library on the second floor.</p>\n"
		"<p lang=\"zh\">本页列出办事指南、收费标准、表格下载和通知公告，无论通过哪种协议访问，"
		"读者看到的内容都应当一致。</p>\n");
	/* a way is known by packets of its full size */
	for (int year = 1990; state_get(s, "path6", NULL) && year < 2030; year++)
		buf_printf(out, "<p>Bulletins of the year %d are kept in room %d of the archive, shelf %d.</p>\n",
			   year, year % 17, year % 23);
	loads(s, out);
	leads(s, out);
	buf_str(out, "</body></html>\n");
}

/* What a browser is asked to solve before it sees the site. */
static void challenge_page(struct buf *out)
{
	buf_str(out,
		"<!doctype html>\n<html><head><title>Just a moment...</title></head>\n"
		"<body><p>Please wait while the visit is verified.</p></body></html>\n");
}

/* The same words around numbers and tokens that no two answers share. */
static void nonce_page(const struct state *s, const char *token, int number, struct buf *out)
{
	for (int i = 0; i < 20; i++)
		buf_printf(out, "<p>%s%02x%s %d ", token, i, token, number * 100 + i);
	page(s, s->organisation, out);
}

static void part_page(const struct state *s, struct buf *out)
{
	buf_str(out,
		"<p>Skip menu home news ministers agenda archive press gallery photographs speeches tenders "
		"budget statistics maps harbours ferries customs pilots lighthouses tides weather warnings "
		"complaints jobs training library museum shop newsletter contact imprint privacy cookies "
		"accessibility languages search help sitemap feedback emergency numbers radio television ");
	for (int i = 0; i < 20; i++)
		buf_printf(out, "office-%c%c of district-%c%c ", 'a' + i % 23, 'g' + i % 17, 'h' + i % 13, 'a' + i % 11);
	buf_str(out, "</p>\n");
	page(s, s->organisation, out);
}

/* 64 KiB that become 64 MiB. */
static void bomb_page(struct buf *out)
{
	static uint8_t zeros[65536], part[65536];
	z_stream z = {0};

	if (deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	for (int left = 1024; left--;) {
		z.next_in = zeros;
		z.avail_in = sizeof(zeros);
		do {
			z.next_out = part;
			z.avail_out = sizeof(part);
			deflate(&z, left ? Z_NO_FLUSH : Z_FINISH);
			buf_add(out, part, sizeof(part) - z.avail_out);
		} while (!z.avail_out);
	}
	deflateEnd(&z);
}

static void default_page(struct buf *out)
{
	buf_str(out,
		"<!doctype html>\n<html><head><title>Default page of this server</title></head>\n"
		"<body><h1>It works</h1><p>If you see these words, the software has been installed "
		"with success but no content has been uploaded yet. The administrator should "
		"replace the index file, read the manual, and restart the service. Nothing that you "
		"were looking for is kept here; try again later or ask your hosting company for "
		"help with configuration of virtual hosts, addresses and names.</p></body></html>\n");
}

static int pages_of(const struct state *s, const char *dir, struct err *e)
{
	const char *other = state_get(s, "page6", NULL);
	char name[300];
	struct buf text;
	int code;

	snprintf(name, sizeof(name), "www/%s", s->name);
	code = put_dir(dir, name, e);
	buf_init(&text, 1 << 18);
	if (other && !strcmp(other, "nonce"))
		nonce_page(s, "e3b0c442", 41, &text);
	else
		page(s, s->organisation, &text);
	snprintf(name, sizeof(name), "www/%s/index.html", s->name);
	if (!code)
		code = put_file(dir, name, &text, e);
	snprintf(name, sizeof(name), "www/%s/v6", s->name);
	if (!code && other)
		code = put_dir(dir, name, e);
	snprintf(name, sizeof(name), "www/%s/v6/index.html", s->name);
	if (!code && other) {
		buf_clear(&text);
		if (!strcmp(other, "other"))
			default_page(&text);
		else if (!strcmp(other, "bomb"))
			bomb_page(&text);
		else if (!strcmp(other, "waf"))
			challenge_page(&text);
		else if (!strcmp(other, "nonce"))
			nonce_page(s, "9f86d081", 7, &text);
		else if (!strcmp(other, "part"))
			part_page(s, &text);
		else
			page(s, "Another title, the same text", &text);
		code = put_file(dir, name, &text, e);
	}
	buf_done(&text);
	return code;
}

/* The pages behind the front page: a leads to c, the others nowhere. */
static int linked_pages(const struct state *s, const char *dir, struct err *e)
{
	static const char *const pages[] = {"a", "b", "c"};
	int code = 0;

	for (size_t i = 0; i < 3 && !code && state_get(s, "links", NULL); i++) {
		char name[300];
		struct buf text;

		buf_init(&text, 4096);
		buf_printf(&text, "<!doctype html>\n<title>%s</title>\n<p>A page of %s.</p>\n%s", pages[i],
			   s->organisation, i ? "" : "<a href=\"/c.html\">onward</a>\n");
		snprintf(name, sizeof(name), "www/%s/%s.html", s->name, pages[i]);
		code = put_file(dir, name, &text, e);
		buf_done(&text);
	}
	return code;
}

int webconf_pages(const struct truth *t, const char *dir, struct err *e)
{
	int code = put_dir(dir, "www", e);

	for (size_t i = 0; i < t->n_states && !code; i++) {
		code = pages_of(&t->states[i], dir, e);
		if (!code)
			code = linked_pages(&t->states[i], dir, e);
	}
	return code;
}

static void drops(const struct truth *t, const char *key, enum site_host host, const char *ports,
		  struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_states; i++) {
		struct addr a = site_addr(t->states[i].number, host, 6);
		char text[ADDR_TEXT_MAX];

		if (!state_is(&t->states[i], key, "drop"))
			continue;
		if (!n++)
			buf_str(out, "table inet lab {\nchain in {\ntype filter hook input "
				     "priority 0;\n");
		buf_printf(out, "ip6 daddr %s tcp dport %s drop\n", addr_text(&a, text), ports);
	}
	if (n)
		buf_str(out, "}\n}\n");
}

void webconf_drops(const struct truth *t, struct buf *out)
{
	drops(t, "v6", HOST_WEB, "{ 80, 443 }", out);
}

void mailconf_drops(const struct truth *t, struct buf *out)
{
	drops(t, "smtp6", HOST_MAIL, "25", out);
}
