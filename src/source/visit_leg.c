/* visit_leg: one GET of a linked page over one family; see visit_links.h. */
#include "source/visit_links.h"

#include "wire/url.h"

#include <string.h>

void leg_begin(struct leg *l, struct visit *v, const char *id, const char *url, int family)
{
	*l = (struct leg){.visit = v, .id = id, .url = url, .family = family, .status = I64_NULL, .cert_ok = -1};
}

static void end(struct leg *l, const char *why)
{
	l->state = LEG_OVER;
	l->why = why;
}

/* ---- one address ---- */

static void ask_page(struct leg *l, const struct url *u, const struct addr *a)
{
	struct visit *v = l->visit;
	struct look *look = look_make(v, EVIDENCE_LINK);
	enum web_scheme scheme = u->https ? SCHEME_HTTPS : SCHEME_HTTP;

	l->state = LEG_RUNS;
	look->leg = l;
	look->addr = *a;
	look->first = l->k == 0;
	look->host = arena_str(&v->arena, u->host);
	look->web = (struct web_question){.target = l->id,
					  .host = look->host,
					  .scheme = scheme,
					  .began = scheme,
					  .addr = *a,
					  .port = u->port,
					  .hop = (int)l->hops,
					  .path = arena_str(&v->arena, u->path),
					  .user_agent = v->env->user_agent,
					  .brief = true,
					  .links = l->links,
					  .enough_b = l->enough_b,
					  .keep_b = l->keep_b};
	look_go(look);
}

/* Why there is no address to ask. */
static const char *no_address(const struct visit *v, const struct host *h, int family)
{
	const char *code = family == 6 ? host_code(&v->site, h) : answer_unknown(&v->site, h->a);

	return code && code_unknown(code) ? code : "no_address";
}

static bool is_asked(struct visit *v, const char *host)
{
	struct addr literal;

	if (addr_parse(&literal, host))
		return true;
	plan_ask_addresses(v, host, "link");
	return !plan_is_pending(v, host);
}

void leg_step(struct leg *l)
{
	struct visit *v = l->visit;
	const struct addr *list;
	const char *why;
	struct host h;
	struct url u;
	size_t n;

	if (l->state != LEG_IDLE)
		return;
	if (!url_parse(&u, l->url, strlen(l->url), 0, &why)) {
		end(l, "location");
		return;
	}
	l->blame = arena_str(&v->arena, u.host);
	why = !(l->family == 6 ? v->env->v6 : v->env->v4) ? "off"
	      : l->is_robots				  ? NULL
							  : crawl_robots(v, &u, l->family);
	if (why) {
		if (strcmp(why, "wait") != 0)
			end(l, why);
		return;
	}
	if (!is_asked(v, u.host))
		return;
	h = page_host(&v->site, u.host);
	list = l->family == 6 ? h.good : h.v4;
	n = l->family == 6 ? h.n_good : h.n_v4;
	if (!n)
		end(l, no_address(v, &h, l->family));
	else if (l->k >= n || !plan_is_within(v, l->k, LIMIT_SITE_ADDRESSES))
		end(l, l->first_why);
	else
		ask_page(l, &u, &list[l->k]);
}

/* ---- what came ---- */

static const char *word_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_TIMEOUT: return "timeout";
	case OUTCOME_UNREACHABLE: return "unreachable";
	case OUTCOME_TLS: return "tls";
	case OUTCOME_CLOSED: return "closed";
	case OUTCOME_MALFORMED: return "malformed";
	case OUTCOME_DENIED: return "denied";
	case OUTCOME_LIMIT:
	case OUTCOME_UNKNOWN: return "limit";
	case OUTCOME_OK:
	case OUTCOME_ABSENT:
	case OUTCOME_SERVFAIL:
	case OUTCOME_REFUSED: break;
	}
	return "refused";
}

static void follow(struct leg *l, const struct web_row *r)
{
	if (l->hops >= L_HTTP_REDIRECTS) {
		limit_hit(LIMIT_HTTP_REDIRECTS);
		end(l, "redirects");
		return;
	}
	l->hops++;
	l->url = arena_str(&l->visit->arena, r->location);
	l->k = 0;
	l->first_why = NULL;
	l->state = LEG_IDLE;
}

/* No answer, or none that came to its end. */
static void failed(struct leg *l, const struct look *k, const struct obs *o)
{
	const char *why = word_of(o->outcome);

	if (!l->first_why)
		l->first_why = why;
	if (look_is_silent(k, o->outcome) && !k->fails && k->first) {
		l->state = LEG_SILENT;
	} else if (!k->connected && strcmp(why, "denied") && strcmp(why, "limit")) {
		l->k++;
		l->state = LEG_IDLE;
	} else {
		end(l, why);
	}
}

void leg_ended(struct leg *l, const struct look *k, const struct obs *o)
{
	const struct web_row *r = o->row;
	const struct web_probe *w = (const struct web_probe *)k->probe;

	if (r->status == I64_NULL) {
		failed(l, k, o);
	} else if (o->outcome == OUTCOME_OK && web_is_redirect(r)) {
		follow(l, r);
	} else if (r->status >= 300 && r->status < 400 && o->outcome != OUTCOME_OK) {
		end(l, "location");
	} else if (o->outcome != OUTCOME_OK && o->outcome != OUTCOME_LIMIT) {
		failed(l, k, o);
	} else {
		l->state = LEG_OVER;
		l->status = r->status;
		l->cert_ok = r->cert_ok;
		l->is_page = r->resources && r->status < 300;
		l->kept = w->kept ? arena_str(&l->visit->arena, w->kept) : NULL;
		l->kept_all = w->kept_all;
	}
}

void leg_give_up(struct leg *l)
{
	if (l->state == LEG_SILENT)
		end(l, "timeout_once");
	else if (l->state != LEG_OVER)
		end(l, "limit");
}
