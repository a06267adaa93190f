/*
 * route_about: who runs this observatory and how to reach them.  Probes point to it, so it has to stand
 * where a host's owner looks.
 */
#include "outlet/route.h"

#include "check/check.h"
#include "indicator/indicator.h"

static int answer(struct call *c, struct err *e)
{
	const struct about none = {0}, *a = c->about ? c->about : &none;
	int64_t checks = 0, indicators = 0;

	(void)e;
	while (check_list[checks])
		checks++;
	while (indicator_list[indicators])
		indicators++;
	c->csv = false;
	json_object(c->json);
	json_put_text(c->json, "operator", a->operator_);
	json_put_text(c->json, "contact", a->contact);
	json_put_text(c->json, "info_url", a->info_url);
	json_put_text(c->json, "version", SEXTANT_VERSION);
	json_put_text(c->json, "licence", "Apache-2.0");
	json_put_i64(c->json, "checks", checks);
	json_put_i64(c->json, "indicators", indicators);
	json_end_object(c->json);
	return 0;
}

const struct route route_about = {
	.path = "/api/v1/about",
	.en = "Who runs this observatory, how to reach them, and its version",
	.answer = answer,
};
