/* link_rules: see link_rules.h. */
#include "check/link_rules.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OFFENDERS_MAX = 50 };

/* ---- one page ---- */

static bool is_unknown(const char *why)
{
	return !strcmp(why, "off") || !strcmp(why, "robots") || code_unknown(why);
}

static int8_t ends_well(int64_t status, const char *why)
{
	if (why)
		return is_unknown(why) ? -1 : 0;
	return status == I64_NULL ? -1 : status < 400;
}

void link_decide(struct link_row *r)
{
	r->ok4 = ends_well(r->status4, r->why4);
	r->ok6 = ends_well(r->status6, r->why6);
	if (r->ok6 != 0 || r->why6)
		return;
	if (r->ok4 < 0)
		r->ok6 = -1; /* an error that IPv4 may have as well */
	else if (r->status4 == r->status6)
		r->ok6 = 1;
}

/* ---- one level ---- */

const struct link_row *link_home(const struct site *s)
{
	for (size_t i = 0; i < s->link.n; i++)
		if (link_of(&s->link.at[i])->level == 1)
			return link_of(&s->link.at[i]);
	return NULL;
}

static bool is_of(const struct link_row *r, int64_t level, bool internal)
{
	return r->level == level && (r->internal == 1) == internal;
}

static bool counts(const struct link_row *r)
{
	return r->ok6 >= 0 && r->ok4 >= 0 && (r->ok6 || r->ok4);
}

/* A page of which IPv6 is enough to know. */
static bool counts_without_v4(const struct link_row *r)
{
	return r->ok6 == 1;
}

static bool is_counted(const struct link_row *r)
{
	return counts(r) || counts_without_v4(r);
}

struct host_sum {
	const char *host;
	size_t all, ok6, gain; /* gain: pages that fail because of it */
	const char *why;
};

struct host_sums {
	struct host_sum at[OFFENDERS_MAX + L_LINK_HOSTS];
	size_t n;
};

static struct host_sum *host_sum(struct host_sums *h, const char *host)
{
	for (size_t i = 0; i < h->n; i++)
		if (!strcmp(h->at[i].host, host))
			return &h->at[i];
	if (h->n == sizeof(h->at) / sizeof(h->at[0]))
		return NULL;
	h->at[h->n] = (struct host_sum){.host = host};
	return &h->at[h->n++];
}

static const char *why_of(const struct link_row *r)
{
	return r->why6 ? r->why6 : "status";
}

/* Where each counted page lives, and which host each failure is due to. */
static void sum_hosts(const struct site *s, int64_t level, bool internal, struct host_sums *live,
		      struct host_sums *blamed)
{
	for (size_t i = 0; i < s->link.n; i++) {
		const struct link_row *r = link_of(&s->link.at[i]);
		struct host_sum *h;

		if (!is_of(r, level, internal) || !is_counted(r))
			continue;
		h = host_sum(live, r->host);
		if (h) {
			h->all++;
			h->ok6 += r->ok6 == 1;
		}
		if (r->ok6 == 1)
			continue;
		h = host_sum(blamed, r->blame ? r->blame : r->host);
		if (h) {
			h->gain++;
			h->why = h->why ? h->why : why_of(r);
		}
	}
}

static void add_page(struct link_sum *m, const struct link_row *r)
{
	m->seen++;
	if (is_counted(r)) {
		m->either++;
		m->ok6 += r->ok6 == 1;
	} else if (r->ok4 == 0 && r->ok6 == 0) {
		m->dead++;
	} else if ((r->why6 && !strcmp(r->why6, "robots")) || (r->why4 && !strcmp(r->why4, "robots"))) {
		m->refused++;
	} else {
		m->unknown++;
		if (!m->unknown_why)
			m->unknown_why = r->ok6 < 0 && r->why6 ? r->why6 : r->why4 ? r->why4 : "limit";
	}
}

struct link_sum link_sum(const struct site *s, int64_t level, bool internal)
{
	struct host_sums live = {.n = 0}, blamed = {.n = 0};
	struct link_sum m = {0};

	for (size_t i = 0; i < s->link.n; i++)
		if (is_of(link_of(&s->link.at[i]), level, internal))
			add_page(&m, link_of(&s->link.at[i]));
	sum_hosts(s, level, internal, &live, &blamed);
	m.hosts = live.n;
	for (size_t i = 0; i < live.n; i++)
		m.hosts6 += live.at[i].ok6 == live.at[i].all;
	return m;
}

/* ---- the judge ---- */

static int by_gain(const void *a, const void *b)
{
	const struct host_sum *x = a, *y = b;

	if (x->gain != y->gain)
		return x->gain < y->gain ? 1 : -1;
	return strcmp(x->host, y->host);
}

/* The hosts that IPv6 fails at, in the order of what repairing each would gain; the first one's name. */
static void detail_hosts(const struct site *s, int64_t level, struct finding *f)
{
	struct host_sums live = {.n = 0}, blamed = {.n = 0};

	sum_hosts(s, level, true, &live, &blamed);
	qsort(blamed.at, blamed.n, sizeof(blamed.at[0]), by_gain);
	if (blamed.n)
		snprintf(f->subject, sizeof(f->subject), "%s", blamed.at[0].host);
	json_key(f->detail, "repair");
	json_array(f->detail);
	for (size_t i = 0; i < blamed.n; i++) {
		json_object(f->detail);
		json_put_text(f->detail, "host", blamed.at[i].host);
		json_put_text(f->detail, "why", blamed.at[i].why);
		json_put_i64(f->detail, "pages", (int64_t)blamed.at[i].gain);
		json_end_object(f->detail);
	}
	json_end_array(f->detail);
}

static void detail_sum(struct json *j, const struct link_sum *m, int64_t found)
{
	json_put_i64(j, "found", found);
	json_put_i64(j, "looked_at", (int64_t)m->seen);
	json_put_i64(j, "ok6", (int64_t)m->ok6);
	json_put_i64(j, "either", (int64_t)m->either);
	json_put_i64(j, "dead", (int64_t)m->dead);
	json_put_i64(j, "refused", (int64_t)m->refused);
	json_put_i64(j, "unknown", (int64_t)m->unknown);
	json_put_i64(j, "hosts", (int64_t)m->hosts);
	json_put_i64(j, "hosts6", (int64_t)m->hosts6);
}

static void detail(const struct site *s, const struct link_row *home, const struct link_sum *m, int64_t level,
		   struct finding *f)
{
	struct link_sum external = link_sum(s, level, false);

	json_put_i64(f->detail, "level", level);
	json_put_i64(f->detail, "sample", home->sample);
	json_put_i64(f->detail, "seed", home->seed);
	detail_sum(f->detail, m, level == 2 ? home->found2 : home->found3);
	json_put_text(f->detail, "cut", home->cut);
	detail_hosts(s, level, f);
	if (level != 2)
		return;
	json_key(f->detail, "external");
	json_object(f->detail);
	detail_sum(f->detail, &external, home->found_external);
	json_end_object(f->detail);
}

/* No page was read: because nobody knows, or because there is none. */
static const char *no_home(const struct site *s)
{
	const char *target = site_target(s), *code;

	for (int family = 6; family >= 4; family -= 2) {
		code = target_unknown(s, target, family);
		if (code)
			return code;
	}
	code = target_gate(s, target);
	if (code && code_unknown(code))
		return code;
	return s->v4_works ? "no_page" : "observer_no_v4";
}

static bool was_cut(const struct link_row *home, int64_t level)
{
	return home->cut && strchr(home->cut, level == 2 ? '2' : '3');
}

static const char *sum_code(const struct site *s, const struct link_row *home, const struct link_sum *m,
			    int64_t level)
{
	if (m->ok6 < m->either && (m->ok6 || !m->unknown))
		return m->ok6 ? "some" : "none";
	if (m->unknown && !s->v4_works)
		return "observer_no_v4";
	if (m->unknown)
		return code_unknown(m->unknown_why) ? m->unknown_why : "unread";
	if (was_cut(home, level))
		return "cut";
	if (m->ok6)
		return "ok";
	if (m->dead)
		return "all_dead";
	return m->refused ? "refused" : "no_links";
}

void link_judge(const struct site *s, struct finding *f, int64_t level)
{
	const struct link_row *home = link_home(s);
	struct link_sum m = link_sum(s, level, true);

	target_host(s, site_target(s), f->subject);
	if (!home)
		finding_set(f, "not_asked");
	else if (!s->v6_works)
		finding_set(f, "observer_no_v6");
	else if (home->found2 == I64_NULL)
		finding_set(f, no_home(s));
	else {
		detail(s, home, &m, level, f);
		finding_set(f, sum_code(s, home, &m, level));
	}
}
