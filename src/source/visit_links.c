/*
 * visit_links: the links of a site, where they are asked for (visit_env.links): a sample of the home page's,
 * and of those of the internal ones among them (check/page_links.h).  Each page is asked for over both
 * families; over the family that the home page came by it is read for its links, over the other one only so
 * far that one sees that it comes.  robots.txt of each host is asked for once, and kept (threats.md P-ROBOTS).
 *
 * The pages are known when all front pages have come.  The rows are written when nothing more comes.
 */
#include "source/visit_links.h"

#include "wire/robots.h"

#include <stdlib.h>
#include <string.h>

struct link_page {
	const char *url, *host;
	int64_t level;
	bool internal;
	struct leg legs[2]; /* the home page's family first */
};

enum host_word { HOST_ASKS, HOST_OPEN, HOST_RULES, HOST_CLOSED, HOST_DEAD };

struct link_host {
	const char *host;
	bool https;
	enum host_word word;
	struct leg leg;
	int tried; /* families */
	const char *why[2]; /* HOST_DEAD: over IPv6, over IPv4 */
};

struct home_links {
	struct home_links *next;
	struct page_links links;
};

struct crawl {
	enum { CRAWL_WAITS, CRAWL_TWO, CRAWL_THREE, CRAWL_OVER } phase;
	struct home_links *homes; /* of all pages that may be the home page */
	const char *home_url, *home_host;
	bool home_https, home_open; /* open: it has no robots.txt, as its own look found */
	int family;		  /* the home page came by */
	struct page_links *two, three;
	struct link_page *pages;
	size_t n_pages, n_legs, n_hosts;
	struct link_host hosts[L_LINK_HOSTS];
};

/* ---- robots.txt ---- */

static void ask_robots(struct visit *v, struct link_host *h, int family)
{
	struct crawl *c = v->crawl;

	leg_begin(&h->leg, v, arena_printf(&v->arena, "robots%zu", c->n_legs++),
		  arena_printf(&v->arena, strchr(h->host, ':') ? "%s://[%s]/robots.txt" : "%s://%s/robots.txt",
			       h->https ? "https" : "http", h->host),
		  family);
	h->leg.is_robots = true;
	h->leg.keep_b = L_ROBOTS_KEPT_B;
	h->tried++;
}

/* RFC 9309 2.3.1: what is not there refuses nobody; a server in trouble refuses all. */
static void take_robots(struct visit *v, struct link_host *h)
{
	const struct leg *l = &h->leg;

	if (l->status != I64_NULL) {
		h->word = l->status >= 500 ? HOST_CLOSED : l->status >= 300 ? HOST_OPEN : HOST_RULES;
		if (h->word == HOST_RULES && !l->kept_all) {
			limit_hit(LIMIT_ROBOTS_KEPT_B);
			h->word = HOST_CLOSED;
		}
		return;
	}
	if (!strcmp(l->why, "redirects") || !strcmp(l->why, "location")) {
		h->word = HOST_OPEN;
		return;
	}
	h->why[l->family == 4] = l->why;
	if (h->tried < 2)
		ask_robots(v, h, l->family == 4 ? 6 : 4);
	else
		h->word = HOST_DEAD;
}

static struct link_host *find_host(struct visit *v, const struct url *u)
{
	struct crawl *c = v->crawl;
	struct link_host *h;

	for (size_t i = 0; i < c->n_hosts; i++)
		if (c->hosts[i].https == u->https && !strcmp(c->hosts[i].host, u->host))
			return &c->hosts[i];
	if (!plan_is_within(v, c->n_hosts, LIMIT_LINK_HOSTS))
		return NULL;
	h = &c->hosts[c->n_hosts++];
	h->host = arena_str(&v->arena, u->host);
	h->https = u->https;
	if (c->home_open && c->home_https == u->https && !strcmp(c->home_host, u->host))
		h->word = HOST_OPEN;
	else
		ask_robots(v, h, c->family);
	return h;
}

static bool is_refused(const struct link_host *h, const char *path)
{
	struct robots r;

	robots_init(&r, "sextant", path);
	robots_feed(&r, h->leg.kept ? h->leg.kept : "", h->leg.kept ? strlen(h->leg.kept) : 0);
	robots_end(&r);
	return r.refused_crawl;
}

const char *crawl_robots(struct visit *v, const struct url *u, int family)
{
	struct link_host *h = find_host(v, u);

	if (!h)
		return "limit";
	for (int i = 0; i < 2 && h->word == HOST_ASKS; i++) {
		leg_step(&h->leg);
		if (h->leg.state == LEG_OVER)
			take_robots(v, h);
	}
	switch (h->word) {
	case HOST_ASKS: return "wait";
	case HOST_OPEN: return NULL;
	case HOST_RULES: return is_refused(h, u->path) ? "robots" : NULL;
	case HOST_CLOSED: return "robots";
	case HOST_DEAD: break;
	}
	return h->why[family == 4];
}

/* ---- the home page ---- */

struct page_links *links_home(struct visit *v)
{
	struct home_links *h;

	if (!v->crawl)
		return NULL;
	h = calloc(1, sizeof(*h));
	if (!h)
		abort();
	page_links_init(&h->links, v->domain, v->kin, v->env->links.sample, v->env->links.seed);
	h->next = v->crawl->homes;
	v->crawl->homes = h;
	return &h->links;
}

/* What the look that brought this page found. */
static struct page_links *links_of(const struct visit *v, const struct web_row *r)
{
	for (const struct look *l = v->first; l; l = l->next)
		if (l->kind == EVIDENCE_WEB && l->state == LOOK_ENDED && l->web.links &&
		    !strcmp(l->web.target, r->target) && l->web.began == (enum web_scheme)r->began &&
		    l->web.hop == r->hop && !addr_cmp(&l->addr, &r->addr))
			return l->web.links;
	return NULL;
}

static const char *url_of(struct visit *v, const struct look *l)
{
	char text[URL_TEXT_MAX];
	struct url u = {.https = l->web.scheme == SCHEME_HTTPS};

	u.port = l->web.port ? l->web.port : u.https ? 443 : 80;
	if (!addr_parse(&u.addr, l->host))
		u.addr.family = 0;
	snprintf(u.host, sizeof(u.host), "%s", l->host);
	snprintf(u.path, sizeof(u.path), "%s", l->web.path);
	return arena_str(&v->arena, url_text(&u, text));
}

/* What a visitor sees over IPv6; where there is nothing, over IPv4. */
static bool find_home(struct visit *v)
{
	struct crawl *c = v->crawl;

	c->two = NULL;
	for (c->family = 6; c->family >= 4; c->family -= 2) {
		const struct obs *o = site_visit(&v->site, site_target(&v->site), c->family).end;

		if (!web_complete(o) || web_of(o)->status >= 300 || !web_of(o)->resources)
			continue;
		c->two = links_of(v, web_of(o));
		if (!c->two)
			continue;
		for (const struct look *l = v->first; l; l = l->next)
			if (l->kind == EVIDENCE_WEB && l->web.links == c->two)
				c->home_url = url_of(v, l);
		c->home_host = arena_str(&v->arena, web_of(o)->host);
		c->home_https = web_of(o)->scheme == SCHEME_HTTPS;
		c->home_open = web_of(o)->robots && !strcmp(web_of(o)->robots, "none");
		return true;
	}
	return false;
}

/* ---- pages ---- */

static int other(int family)
{
	return family == 4 ? 6 : 4;
}

static void add_pages(struct visit *v, const struct link_set *set, int64_t level, bool internal)
{
	struct crawl *c = v->crawl;

	for (size_t i = 0; i < set->n_picks; i++) {
		struct link_page *p = &c->pages[c->n_pages++];

		*p = (struct link_page){.url = arena_str(&v->arena, set->picks[i].url),
					.host = arena_str(&v->arena, set->picks[i].host),
					.level = level,
					.internal = internal};
		for (int k = 0; k < 2; k++) {
			leg_begin(&p->legs[k], v, arena_printf(&v->arena, "link%zu", c->n_legs++), p->url,
				  k ? other(c->family) : c->family);
			p->legs[k].enough_b = L_LINK_BODY_B;
		}
	}
}

/* A page of level 2 is read for its links over one family; over the other when the first one failed. */
static void read_page(struct visit *v, struct link_page *p)
{
	struct crawl *c = v->crawl;
	struct leg *first = &p->legs[0], *second = &p->legs[1];
	bool is_over = first->state == LEG_OVER;
	struct leg *reader = is_over && !first->is_page && first->status == I64_NULL ? second : first;

	if (reader->state == LEG_IDLE && !reader->links) {
		reader->links = &c->three;
		reader->enough_b = 0;
	}
	leg_step(first);
	if (first->state == LEG_OVER && is_over)
		leg_step(second);
}

/* True when all of them are over. */
static bool step_pages(struct visit *v)
{
	struct crawl *c = v->crawl;
	bool all = true;

	for (size_t i = 0; i < c->n_pages; i++) {
		struct link_page *p = &c->pages[i];

		if (p->level == 2 && p->internal) {
			read_page(v, p);
			read_page(v, p);
		} else {
			leg_step(&p->legs[0]);
			leg_step(&p->legs[1]);
		}
		all &= p->legs[0].state == LEG_OVER && p->legs[1].state == LEG_OVER;
	}
	return all;
}

/* Names or pages of the site itself may still come, or come when they are asked for again. */
static bool is_early(const struct visit *v, bool again)
{
	for (const struct look *l = v->first; l; l = l->next) {
		bool name = l->kind == EVIDENCE_DNS && strcmp(l->dns.role, "authority") != 0;

		if ((name || l->kind == EVIDENCE_WEB) &&
		    (l->state != LOOK_ENDED || (again && look_wants_again(l))))
			return true;
	}
	return false;
}

/* A home page over IPv6 is not waited for longer than need be; that of IPv4 takes its place only when there is
 * none. */
static void begin(struct visit *v)
{
	struct crawl *c = v->crawl;

	if (is_early(v, false))
		return;
	if (!find_home(v) || c->family == 4) {
		if (is_early(v, true))
			return;
		if (!c->two) {
			c->phase = CRAWL_OVER;
			return;
		}
	}
	c->phase = CRAWL_TWO;
	c->pages = arena_array(&v->arena, 3 * v->env->links.sample, sizeof(*c->pages));
	page_links_init(&c->three, v->domain, v->kin, v->env->links.sample, v->env->links.seed);
	c->three.but = &c->two->internal;
	add_pages(v, &c->two->internal, 2, true);
	add_pages(v, &c->two->external, 2, false);
}

void plan_links(struct visit *v)
{
	struct crawl *c = v->crawl;

	if (!c)
		return;
	if (c->phase == CRAWL_WAITS && v->site.web.n)
		begin(v);
	if (c->phase == CRAWL_TWO && step_pages(v)) {
		c->phase = CRAWL_THREE;
		add_pages(v, &c->three.internal, 3, true);
	}
	if (c->phase == CRAWL_THREE && step_pages(v))
		c->phase = CRAWL_OVER;
}

/* ---- the rows ---- */

static const struct leg *leg_of(const struct link_page *p, int family)
{
	return &p->legs[p->legs[0].family != family];
}

static void write_page(struct link_page *p, struct link_row *r)
{
	const struct leg *v6 = leg_of(p, 6), *v4 = leg_of(p, 4);

	r->url = p->url;
	r->host = p->host;
	r->level = p->level;
	r->internal = p->internal;
	r->status6 = v6->status;
	r->status4 = v4->status;
	r->why6 = v6->why;
	r->why4 = v4->why;
	r->hops6 = v6->hops;
	r->hops4 = v4->hops;
	if (v6->cert_ok == 0 && v4->cert_ok == 1) {
		r->status6 = I64_NULL;
		r->why6 = "cert";
	} else if (v4->cert_ok == 0 && v6->cert_ok == 1) {
		r->status4 = I64_NULL;
		r->why4 = "cert";
	}
	link_decide(r);
	r->blame = r->ok6 == 0 ? v6->blame : NULL;
}

static void write_home(struct visit *v, struct link_row *r)
{
	const struct crawl *c = v->crawl;
	bool cut3 = c->three.cut;

	r->url = c->home_url ? c->home_url : arena_printf(&v->arena, "https://%s/", v->domain);
	r->host = c->home_host ? c->home_host : v->domain;
	r->level = 1;
	r->internal = 1;
	r->sample = (int64_t)v->env->links.sample;
	r->seed = (int64_t)v->env->links.seed;
	if (c->phase == CRAWL_WAITS || !c->two)
		return;
	r->found2 = (int64_t)c->two->internal.n;
	r->found3 = (int64_t)c->three.internal.n;
	r->found_external = (int64_t)c->two->external.n;
	r->cut = c->two->cut ? cut3 ? "23" : "2" : cut3 ? "3" : NULL;
}

static void record(struct visit *v, struct link_row *r)
{
	struct obs o = {.at_us = clock_wall(loop_clock(v->env->loop)),
			.subject = v->domain,
			.vantage = v->env->vantage,
			.round = "",
			.outcome = OUTCOME_OK,
			.row = r};

	if (!v->batches[EVIDENCE_LINK])
		v->batches[EVIDENCE_LINK] = batch_new(&link_schema);
	batch_copy(v->batches[EVIDENCE_LINK], &o);
}

void links_close(struct visit *v)
{
	struct crawl *c = v->crawl;
	struct link_row r;

	if (!c)
		return;
	row_clear(&link_schema, &r);
	write_home(v, &r);
	record(v, &r);
	for (size_t i = 0; i < c->n_pages; i++) {
		leg_give_up(&c->pages[i].legs[0]);
		leg_give_up(&c->pages[i].legs[1]);
		row_clear(&link_schema, &r);
		write_page(&c->pages[i], &r);
		record(v, &r);
	}
}

void links_open(struct visit *v)
{
	if (v->env->links.sample)
		v->crawl = arena_alloc(&v->arena, sizeof(*v->crawl));
}

void links_free(struct visit *v)
{
	struct crawl *c = v->crawl;

	while (c && c->homes) {
		struct home_links *h = c->homes;

		c->homes = h->next;
		page_links_done(&h->links);
		free(h);
	}
	if (c && c->n_pages)
		page_links_done(&c->three);
}
