/*
 * visit_mail: what mail calls for: the addresses of all mail hosts, their greeting over both families, the
 * names of their addresses and back, and the SPF records that the domain's leads to.
 */
#include "source/visit_int.h"

#include "check/spf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct look *greet(struct visit *v, const char *host, int64_t preference,
			  const struct addr *a, bool first)
{
	char key[PLAN_KEY_MAX], text[ADDR_TEXT_MAX];
	struct look *l;

	snprintf(key, sizeof(key), "m|%s|%s", host, addr_text(a, text));
	l = look_want(v, EVIDENCE_SMTP, key);
	if (!l)
		return look_find(v, key);
	l->addr = *a;
	l->first = first;
	l->host = arena_str(&v->arena, host);
	l->smtp = (struct smtp_question){.host = l->host,
					 .addr = *a,
					 .preference = preference,
					 .helo = v->env->helo};
	look_go(l);
	return l;
}

/* One address after the other until one connects. */
static void greet_any(struct visit *v, const char *host, int64_t preference, const struct addr *list,
		      size_t n)
{
	for (size_t k = 0; k < n && plan_is_within(v, k, LIMIT_SITE_ADDRESSES); k++) {
		const struct look *l = greet(v, host, preference, &list[k], k == 0);

		if (!l || l->state != LOOK_ENDED || l->connected)
			return;
	}
}

/* ---- the names of an address, and back ---- */

static void look_at_names(struct visit *v, const struct addr *a)
{
	char arpa[DNS_ARPA_MAX], name[NAME_MAX_B];
	const char *at = NULL;
	const struct obs *o;

	dns_arpa(a, arpa);
	plan_ask(v, arpa, DNS_PTR, "ptr");
	o = site_ask(&v->site, arpa, "PTR");
	for (size_t i = 0; answer_of(o) == ANSWER_HAS && row_name(dns_of(o), &at, name) &&
			   plan_is_within(v, i, LIMIT_PTR_NAMES);
	     i++)
		plan_ask(v, name, a->family == 6 ? DNS_AAAA : DNS_A, "ptr");
}

/* ---- SPF ---- */

static void ask_spf(void *ctx, const char *name, uint16_t qtype)
{
	plan_ask(ctx, name, qtype, "spf");
}

/* ---- all of it ---- */

/* IPv4 beside IPv6: to tell a closed port 25 here from a silence there, and STARTTLS of one from that of
 * the other. */
static void look_at_host(struct visit *v, const char *host, int64_t preference)
{
	struct host h;

	plan_ask_addresses(v, host, "mx");
	h = site_host(&v->site, host);
	if (!h.n_good)
		return;
	look_at_names(v, &h.good[0]);
	if (h.n_v4 && !site_bogon(&v->site, &h.v4[0]))
		look_at_names(v, &h.v4[0]);
	if (v->env->v6)
		greet_any(v, host, preference, h.good, h.n_good);
	if (v->env->v6 && v->env->v4)
		greet_any(v, host, preference, h.v4, h.n_v4);
}

void plan_mail(struct visit *v)
{
	struct spf_found found;
	const struct obs *mx;
	const char *code, *at = NULL;
	char line[NAME_MAX_B + 8];

	if (site_mx(&v->site, &mx, &code) != MX_HOSTS)
		return;
	for (size_t i = 0; dns_data_next(dns_of(mx), &at, line, sizeof(line)) &&
			   plan_is_within(v, i, LIMIT_DNS_MX_KEPT);
	     i++) {
		char *host = strchr(line, ' ');

		if (host)
			look_at_host(v, host + 1, strtol(line, NULL, 10));
	}
	site_spf(&v->site, ask_spf, v, &found);
}
