/* page_hosts: see page_hosts.h. */
#include "check/page_hosts.h"

#include "base/buf.h"

#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTS_B = 32 * 1024 };

struct found {
	const char *host, *domain; /* domain: what was registered */
	uint16_t port;
	unsigned kinds;
};

struct page_hosts {
	struct arena arena; /* of the texts of hosts */
	struct page_links *pages; /* may be NULL */
	struct url page, base;
	bool left_out, odd_port;
	size_t n;
	struct found hosts[L_RESOURCE_HOSTS];
	struct links links;
};

static const char *registered(const char *host)
{
	struct addr a;
	const char *domain = addr_parse(&a, host) ? NULL : psl_registrable_domain(psl_builtin(), host);

	return domain ? domain : host;
}

static bool has_room(struct page_hosts *p, const char *domain)
{
	size_t same = 0;

	for (size_t i = 0; i < p->n; i++)
		same += !strcmp(p->hosts[i].domain, domain);
	if (same >= L_RESOURCE_HOSTS_PER_DOMAIN)
		limit_hit(LIMIT_RESOURCE_HOSTS_PER_DOMAIN);
	else if (p->n >= L_RESOURCE_HOSTS)
		limit_hit(LIMIT_RESOURCE_HOSTS);
	else
		return true;
	p->left_out = true;
	return false;
}

static void add(struct page_hosts *p, enum link_kind kind, const struct url *u)
{
	uint16_t port = p->page.https && u->port == 80 ? 443 : u->port;
	const char *host;

	for (size_t i = 0; i < p->n; i++)
		if (p->hosts[i].port == port && !strcmp(p->hosts[i].host, u->host)) {
			p->hosts[i].kinds |= 1U << kind;
			return;
		}
	if (!has_room(p, registered(u->host)))
		return;
	host = arena_str(&p->arena, u->host);
	if (!host) {
		p->left_out = true;
		return;
	}
	p->odd_port |= port != 443 && port != 80;
	p->hosts[p->n++] = (struct found){host, registered(host), port, 1U << kind};
}

static void found_page(struct page_hosts *p, const char *text, size_t len)
{
	const char *why;
	struct url u;

	if (p->pages && url_resolve(&u, &p->base, text, len, 0, &why))
		page_links_add(p->pages, &u, &p->page);
}

static void found(void *ctx, enum link_kind kind, const char *text, size_t len)
{
	struct page_hosts *p = ctx;
	const char *why;
	struct url u;

	if (kind == LINK_PAGE) {
		found_page(p, text, len);
		return;
	}
	if (!url_resolve(&u, &p->base, text, len, URL_ANY_PORT, &why))
		return;
	if (kind == LINK_BASE)
		p->base = u;
	else if (strcmp(u.host, p->page.host) != 0)
		add(p, kind, &u);
}

bool page_hosts_links_cut(const struct page_hosts *p)
{
	return p->links.pages > L_HTML_LINKS || p->links.too_long;
}

struct page_hosts *page_hosts_new(const struct url *page, struct page_links *links)
{
	struct page_hosts *p = malloc(sizeof(*p));

	if (!p)
		return NULL;
	memset(p, 0, offsetof(struct page_hosts, hosts));
	arena_init(&p->arena, HOSTS_B);
	p->page = p->base = *page;
	p->pages = links;
	links_init(&p->links, found, p);
	return p;
}

void page_hosts_free(struct page_hosts *p)
{
	if (!p)
		return;
	arena_done(&p->arena);
	free(p);
}

void page_hosts_feed(struct page_hosts *p, const void *data, size_t len)
{
	links_feed(&p->links, data, len);
}

/* ---- as text ---- */

const char *page_kinds(unsigned kinds, char text[static PAGE_KINDS_MAX])
{
	size_t n = 0;

	text[0] = '\0';
	for (int k = LINK_SCRIPT; k < LINK_KINDS; k++)
		if (kinds & 1U << k)
			n += (size_t)snprintf(text + n, PAGE_KINDS_MAX - n, "%s%s", n ? "," : "", link_kind_words[k]);
	return text;
}

const char *page_hosts_text(const struct page_hosts *p, struct arena *a, const char **limit)
{
	char kinds[PAGE_KINDS_MAX];
	const char *text;
	struct buf out;

	*limit = p->left_out				? "hosts"
		 : p->links.resources > L_HTML_LINKS ? "links"
		 : p->links.too_long		? "long"
		 : p->odd_port			? "port"
						: NULL;
	buf_init(&out, HOSTS_B);
	for (size_t i = 0; i < p->n; i++)
		buf_printf(&out, "%s%s %u %s", i ? "\n" : "", p->hosts[i].host, (unsigned)p->hosts[i].port,
			   page_kinds(p->hosts[i].kinds, kinds));
	text = arena_str(a, p->n ? out.data : "");
	buf_done(&out);
	return text;
}

/* "script,image" up to end. */
static unsigned read_kinds(const char *s, const char *end)
{
	unsigned kinds = 0;

	while (s < end) {
		size_t n = strcspn(s, ",\n");

		for (int k = LINK_SCRIPT; k < LINK_KINDS; k++)
			if (strlen(link_kind_words[k]) == n && !strncmp(link_kind_words[k], s, n))
				kinds |= 1U << k;
		s += n + 1;
	}
	return kinds;
}

bool page_host_next(const char *text, const char **at, struct page_host *h)
{
	const char *s = *at ? *at : text, *end, *space;
	unsigned long port;
	char *after;

	if (!s || !*s)
		return false;
	end = strchrnul(s, '\n');
	space = memchr(s, ' ', (size_t)(end - s));
	if (!space || space == s || (size_t)(space - s) >= sizeof(h->host))
		return false;
	memcpy(h->host, s, (size_t)(space - s));
	h->host[space - s] = '\0';
	port = strtoul(space, &after, 10);
	if (!port || port > 65535 || *after != ' ')
		return false;
	h->port = (uint16_t)port;
	h->kinds = read_kinds(after + 1, end);
	*at = *end ? end + 1 : end;
	return true;
}
