/*
 * route_about: who runs this observatory and how to reach them.  Probes point to it, so it has to stand
 * where a host's owner looks; and what is checked, by which rule, with which answers.
 */
#include "outlet/route.h"

#include "check/check.h"

static void reasons_of(struct call *c, const struct check *k)
{
	json_key(c->json, "reasons");
	json_array(c->json);
	for (const struct reason *r = k->reasons; r->code; r++) {
		json_object(c->json);
		json_put_text(c->json, "reason", r->code);
		json_put_text(c->json, "verdict", verdict_words[r->verdict]);
		json_put_text(c->json, "meaning", call_pick(c, r->en, r->zh));
		json_end_object(c->json);
	}
	json_end_array(c->json);
}

/* In the order of the ladder. */
static void checks(struct call *c)
{
	json_key(c->json, "checks");
	json_array(c->json);
	for (size_t i = 0; check_list[i]; i++) {
		const struct check *k = check_list[i];

		json_object(c->json);
		json_put_text(c->json, "id", k->id);
		json_put_text(c->json, "title", call_pick(c, k->title_en, k->title_zh));
		json_put_text(c->json, "rung", k->rung);
		json_put_text(c->json, "source", k->source);
		json_put_text(c->json, "method", k->method);
		reasons_of(c, k);
		json_end_object(c->json);
	}
	json_end_array(c->json);
}

static int answer(struct call *c, struct err *e)
{
	const struct about none = {0}, *a = c->about ? c->about : &none;

	(void)e;
	c->csv = false;
	json_object(c->json);
	json_put_text(c->json, "operator", a->operator_);
	json_put_text(c->json, "contact", a->contact);
	json_put_text(c->json, "info_url", a->info_url);
	json_put_text(c->json, "version", SEXTANT_VERSION);
	json_put_text(c->json, "licence", "Apache-2.0");
	checks(c);
	json_end_object(c->json);
	return 0;
}

const struct route route_about = {
	.path = "/api/v1/about",
	.en = "Who runs this observatory, its version, and the checks with their rules and answers",
	.answer = answer,
};
