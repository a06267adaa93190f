/* cmd_serve: the dashboard, the API and the store's owner, in one thread. */
#include "app/command.h"
#include "app/config.h"
#include "base/log.h"
#include "io/loop.h"
#include "outlet/web.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

enum { HOSTS_MAX = 8, LARGE_B = 128 * 1024 };

struct serving {
	struct loop *loop;
	struct store *store;
	struct web *web;
};

static void on_signal(void *ctx, int signo)
{
	struct serving *s = ctx;

	(void)signo;
	loop_stop(s->loop);
}

/* "a.example, b.example" into a list that ends with NULL; cuts the text up. */
static void split_hosts(char *text, const char **hosts)
{
	size_t n = 0;

	for (char *p = text; *p && n + 1 < HOSTS_MAX;) {
		p += strspn(p, ", ");
		if (*p)
			hosts[n++] = p;
		p += strcspn(p, ", ");
		if (*p)
			*p++ = '\0';
	}
	hosts[n] = NULL;
}

static int begin(struct serving *s, const struct args *a, struct err *e)
{
	const struct config *config = args_config(a);
	const char *listen = args_text(a, "listen", config->listen);
	static char names[CONFIG_TEXT_MAX];
	static const char *hosts[HOSTS_MAX]; /* live as long as the server */
	struct web_config c = {.hosts = hosts, .operator_ = config->operator_,
			       .contact = config->contact_email, .info_url = config->info_url};
	const char *why;
	int rc = config_endpoint(listen, 8064, &c.addr, &c.port, e);

	if (rc)
		return rc;
	snprintf(names, sizeof(names), "%s", config->hosts);
	split_hosts(names, hosts);
	/* signals first: the threads that DuckDB starts inherit what is blocked here */
	s->loop = loop_new(&clock_real, e);
	if (!s->loop || loop_signals(s->loop, on_signal, s, e))
		return e->code;
	rc = open_store(a, STORE_OWNER, &s->store, e);
	if (rc)
		return rc;
	if (!store_has_facts(s->store, &why))
		log_warn("%s", why);
	s->web = web_new(&c, s->loop, s->store, e);
	return s->web ? 0 : e->code;
}

static int run(const struct args *a, struct err *e)
{
	struct serving s = {0};
	char text[ADDR_TEXT_MAX];
	struct addr addr;
	uint16_t port;
	int rc;

	/* Pages of some hundred kilobytes come and go: each is a mapping of its own, so that none stays behind in
	 * a heap that others have grown over.  Left to itself the library moves this bound up. */
	mallopt(M_MMAP_THRESHOLD, LARGE_B);
	mallopt(M_ARENA_MAX, 2);
	rc = begin(&s, a, e);

	if (!rc) {
		config_endpoint(args_text(a, "listen", args_config(a)->listen), 8064, &addr, &port, e);
		fprintf(stderr, addr.family == 6 ? "%s http://[%s]:%u/\n" : "%s http://%s:%u/\n",
			args_zh(a) ? "仪表盘：" : "dashboard:", addr_text(&addr, text),
			web_port(s.web));
		rc = loop_run(s.loop, e);
	}
	web_free(s.web);
	if (s.loop)
		loop_free(s.loop);
	if (s.store)
		store_close(s.store);
	return rc ? exit_of(e) : EXIT_DONE;
}

static const struct option_row options[] = {
	{"listen", "ADDRESS:PORT", "where to listen (default serve.listen: [::1]:8064)",
	 "监听地址（默认 serve.listen：[::1]:8064）"},
	{NULL, NULL, NULL, NULL},
};

const struct command command_serve = {
	.name = "serve",
	.en = "serve the dashboard and the API",
	.zh = "启动仪表盘与 API",
	.more_en = "While it runs it owns the data directory; other commands reach the data through its\n"
		   "socket. It serves GET requests only, to the address it listens on, to localhost and\n"
		   "to the names in serve.hosts. Put a reverse proxy with TLS before it for others.",
	.more_zh = "运行期间由它独占数据目录，其他命令经由其套接字访问数据。只接受 GET 请求，\n"
		   "且主机名须为监听地址、localhost 或 serve.hosts 所列名称。对外服务请在前面放置\n"
		   "支持 TLS 的反向代理。",
	.options = options,
	.example = "  sextant serve\n  sextant serve --listen 127.0.0.1:8080",
	.run = run,
};
