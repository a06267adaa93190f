/* repeats: see repeats.h. */
#include "check/repeats.h"

#include <string.h>

static bool was_sent_away(const struct web_row *r)
{
	return r->status == 429 || (r->status == 503 && r->retry_after_s != I64_NULL);
}

static bool says_something(const struct obs *o)
{
	return o->outcome != OUTCOME_LIMIT && o->outcome != OUTCOME_UNKNOWN && o->outcome != OUTCOME_DENIED &&
	       !was_sent_away(web_of(o));
}

void repeats_of(const struct site *s, struct repeats *out)
{
	*out = (struct repeats){.asked = 0};
	for (size_t i = 0; i < s->web.n; i++) {
		const struct obs *o = &s->web.at[i];
		const struct web_row *r = web_of(o);
		int six = r->family == 6;
		struct repeat *p;

		if (strcmp(r->target, WEB_REPEAT) != 0 || r->hop < 1 || r->hop > L_REPEATS)
			continue;
		p = &out->pair[r->hop - 1];
		out->asked += six;
		out->host = r->host;
		if (p->probed[six] || !says_something(o))
			continue;
		p->probed[six] = true;
		p->good[six] = o->outcome == OUTCOME_OK && r->status < 400;
		p->row[six] = p->good[six] ? r : NULL;
		out->probed[six]++;
		out->good[six] += p->good[six];
	}
}

const char *repeats_gate(const struct site *s, const struct repeats *r)
{
	if (!r->asked)
		return "not_asked";
	if (!s->v6_works)
		return "observer_no_v6";
	return r->probed[1] < REPEATS_MIN ? "few" : NULL;
}
