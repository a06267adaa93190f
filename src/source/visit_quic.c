/* visit_quic: where HTTP/3 is advertised, one question to the first address of each family.  Who advertises it
 * is known when all pages have come. */
#include "source/visit_int.h"

#include "check/http3_host.h"

#include <stdio.h>

static void ask_quic(struct visit *v, const char *host, const struct addr *a, const char *advertised)
{
	char key[PLAN_KEY_MAX], text[ADDR_TEXT_MAX];
	struct look *l;

	snprintf(key, sizeof(key), "q|%s|%s", host, addr_text(a, text));
	l = look_want(v, EVIDENCE_QUIC, key);
	if (!l)
		return;
	l->addr = *a;
	l->first = true;
	l->host = arena_str(&v->arena, host);
	l->quic = (struct quic_question){.host = l->host, .addr = *a, .advertised = advertised};
	look_go(l);
}

void plan_quic(struct visit *v)
{
	char host[NAME_MAX_B];
	enum http3_by by;
	struct host h;

	if (!v->site.web.n || plan_pages_are_out(v))
		return;
	by = site_http3(&v->site, host);
	if (by != HTTP3_ALT_SVC && by != HTTP3_HTTPS_RR)
		return;
	h = page_host(&v->site, host);
	if (v->env->v6 && h.n_good)
		ask_quic(v, host, &h.good[0], http3_by_words[by]);
	if (v->env->v6 && v->env->v4 && h.n_good && h.n_v4)
		ask_quic(v, host, &h.v4[0], http3_by_words[by]);
}
