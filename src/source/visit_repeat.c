/*
 * visit_repeat: where it is asked for, the front page is fetched again and again over both families in turn, for the
 * share of probes that succeed and for times that can be compared: the two of a pair are asked for one right after
 * the other, and who comes first changes from pair to pair.  Begins when all that a usual visit asks of pages is
 * known.  What comes is the evidence of success and timing alone (web_row.target "repeat", hop the number of the
 * pair); one that fails is not repeated, for it is what is counted.
 */
#include "source/visit_int.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MAX = PLAN_KEY_MAX };

/* The page at which a visitor ends over this family; NULL: none came. */
static const struct web_row *page_of(const struct visit *v, int family)
{
	struct walk w = site_visit(&v->site, site_target(&v->site), family);

	return w.end && !w.loop && w.end->outcome == OUTCOME_OK && web_of(w.end)->status < 300 ? web_of(w.end) : NULL;
}

/* Where that page stands: as the redirect before it said. */
static const char *path_of(struct visit *v, const struct web_row *r)
{
	const struct obs *o = r->hop ? site_web(&v->site, r->target, (int)r->family, (enum web_scheme)r->began,
						(int)r->hop - 1)
				     : NULL;
	struct page u;

	return o && page_split(&u, web_of(o)->location) ? arena_str(&v->arena, u.path) : "/";
}

/* NULL when the site's time is over. */
static const struct look *fetch(struct visit *v, const struct web_row *r, size_t number)
{
	char key[KEY_MAX];
	struct look *l;

	snprintf(key, sizeof(key), "r|%d|%zu", (int)r->family, number);
	l = look_want(v, EVIDENCE_WEB, key);
	if (!l)
		return look_find(v, key);
	l->addr = r->addr;
	l->host = arena_str(&v->arena, r->host);
	l->web = (struct web_question){.target = WEB_REPEAT,
				       .host = l->host,
				       .scheme = (enum web_scheme)r->scheme,
				       .began = (enum web_scheme)r->scheme,
				       .addr = r->addr,
				       .port = (uint16_t)r->port,
				       .hop = (int)number,
				       .path = path_of(v, r),
				       .user_agent = v->env->user_agent,
				       .brief = true,
				       .enough_b = L_LINK_BODY_B};
	look_go(l);
	return l;
}

void plan_repeats(struct visit *v)
{
	if (!v->env->repeats || !v->site.web.n || plan_pages_are_out(v) || !page_of(v, 6))
		return;
	for (size_t k = 0; k < v->env->repeats && plan_is_within(v, k, LIMIT_REPEATS); k++)
		for (size_t half = 0; half < 2; half++) {
			const struct web_row *r = page_of(v, (k & 1) == half ? 6 : 4);
			const struct look *l = r ? fetch(v, r, k + 1) : NULL;

			if (r && (!l || l->state != LOOK_ENDED))
				return;
		}
}
