/* resource_hosts: see resource_hosts.h. */
#include "check/resource_hosts.h"

#include <string.h>

const struct obs *site_resources_page(const struct site *s)
{
	struct walk w = site_visit(s, site_target(s), 6);

	return web_answered(w.end) && web_of(w.end)->status < 300 ? w.end : NULL;
}

const struct obs *site_resource(const struct site *s, const char *host, uint16_t port, const struct addr *a)
{
	const struct obs *last = NULL;

	for (size_t i = 0; i < s->resource.n; i++) {
		const struct resource_row *r = s->resource.at[i].row;

		if (r->port == port && !addr_cmp(&r->addr, a) && !strcmp(r->host, host))
			last = &s->resource.at[i];
	}
	return last;
}

static const char *look_code(const struct obs *o)
{
	const struct resource_row *r = resource_of(o);

	if (!o)
		return "limit";
	switch (o->outcome) {
	case OUTCOME_OK: return r->port == 443 && r->cert_ok != 1 ? "cert" : "ok";
	case OUTCOME_TIMEOUT: return obs_is_final(o, r->fails) ? "timeout" : "timeout_once";
	case OUTCOME_UNREACHABLE: return "unreachable";
	case OUTCOME_TLS: return "tls";
	case OUTCOME_DENIED: return "denied";
	case OUTCOME_LIMIT:
	case OUTCOME_UNKNOWN: return "limit";
	case OUTCOME_REFUSED:
	case OUTCOME_ABSENT:
	case OUTCOME_MALFORMED:
	case OUTCOME_CLOSED:
	case OUTCOME_SERVFAIL: break;
	}
	return "refused";
}

const char *resource_reach(const struct site *s, const struct host *h, uint16_t port, int family)
{
	const struct addr *list = family == 6 ? h->good : h->v4;
	size_t n = family == 6 ? h->n_good : h->n_v4;
	const char *first = NULL;

	if (!n)
		return "none";
	for (size_t i = 0; i < n && i < L_SITE_ADDRESSES; i++) {
		const struct obs *o = site_resource(s, h->name, port, &list[i]);
		const char *code = o || !i ? look_code(o) : NULL;

		if (code && (!strcmp(code, "ok") || code_unknown(code)))
			return code;
		first = first ? first : code;
	}
	return first;
}

/* IPv6 fails: is that more than IPv4 does? */
static enum resource_state compare(const struct site *s, const struct host *h, uint16_t port, const char **code)
{
	const char *v4 = resource_reach(s, h, port, 4);

	if (h->a != ANSWER_HAS && answer_unknown(s, h->a)) {
		*code = answer_unknown(s, h->a);
		return RESOURCE_UNKNOWN;
	}
	if (!strcmp(v4, "none"))
		return RESOURCE_GONE;
	if (!s->v4_works) {
		*code = "observer_no_v4";
		return RESOURCE_UNKNOWN;
	}
	if (code_unknown(v4)) {
		*code = v4;
		return RESOURCE_UNKNOWN;
	}
	return strcmp(v4, "ok") ? RESOURCE_GONE : RESOURCE_UNREACHABLE;
}

/* No usable AAAA record: is there a host at all? */
static enum resource_state without(const struct site *s, const struct host *h, const char **code)
{
	const char *how = host_code(s, h);

	*code = how;
	if (code_unknown(how))
		return RESOURCE_UNKNOWN;
	return h->n_v4 && !site_bogon(s, &h->v4[0]) ? RESOURCE_NO_AAAA : RESOURCE_GONE;
}

enum resource_state resource_state(const struct site *s, const struct page_host *p, const char **code)
{
	struct host h = page_host(s, p->host);

	if (!host_usable(&h))
		return without(s, &h, code);
	*code = "limit";
	if (p->port != 443 && p->port != 80)
		return RESOURCE_UNKNOWN;
	*code = resource_reach(s, &h, p->port, 6);
	if (!strcmp(*code, "ok"))
		return RESOURCE_OK;
	if (code_unknown(*code))
		return RESOURCE_UNKNOWN;
	return compare(s, &h, p->port, code);
}
