/* route_openapi: the description of the API, made from the table of routes itself. */
#include "outlet/route.h"

#include <stdio.h>

static void parameter(struct call *c, const char *in, const char *name, const char *text)
{
	json_object(c->json);
	json_put_text(c->json, "name", name);
	json_put_text(c->json, "in", in);
	json_put_text(c->json, "description", text);
	json_put_bool(c->json, "required", in[0] == 'p');
	json_key(c->json, "schema");
	json_object(c->json);
	json_put_text(c->json, "type", "string");
	json_end_object(c->json);
	json_end_object(c->json);
}

static void response(struct call *c, const char *status, const char *text, bool csv)
{
	json_key(c->json, status);
	json_object(c->json);
	json_put_text(c->json, "description", text);
	json_key(c->json, "content");
	json_object(c->json);
	json_key(c->json, "application/json");
	json_object(c->json);
	json_end_object(c->json);
	if (csv) {
		json_key(c->json, "text/csv");
		json_object(c->json);
		json_end_object(c->json);
	}
	json_end_object(c->json);
	json_end_object(c->json);
}

static void path_of(struct call *c, const struct route *r, bool with_tail)
{
	char path[128];

	snprintf(path, sizeof(path), with_tail ? "%s/{%s}" : "%s", r->path, r->tail_name);
	json_key(c->json, path);
	json_object(c->json);
	json_key(c->json, "get");
	json_object(c->json);
	json_put_text(c->json, "summary", r->en);
	json_key(c->json, "parameters");
	json_array(c->json);
	if (with_tail)
		parameter(c, "path", r->tail_name, r->tail_name);
	for (const struct route_param *p = r->params; p && p->name; p++)
		parameter(c, "query", p->name, p->en);
	parameter(c, "query", "lang", "zh or en: language of titles and remedies");
	parameter(c, "query", "format", "csv: rows as CSV");
	parameter(c, "query", "for", "spreadsheet: cells that a spreadsheet would run are defused");
	json_end_array(c->json);
	json_key(c->json, "responses");
	json_object(c->json);
	response(c, "200", "the answer", true);
	response(c, "400", "a parameter is wrong; error and remedy say which", false);
	response(c, "404", "there is nothing of this name", false);
	json_end_object(c->json);
	json_end_object(c->json);
	json_end_object(c->json);
}

static int answer(struct call *c, struct err *e)
{
	(void)e;
	c->csv = false;
	json_object(c->json);
	json_put_text(c->json, "openapi", "3.0.3");
	json_key(c->json, "info");
	json_object(c->json);
	json_put_text(c->json, "title", "Sextant");
	json_put_text(c->json, "description", "An IPv6 deployment observatory. Numbers are "
		      "JSON numbers below 2^53; seed and text_hash, which may be larger, are texts of digits");
	json_put_text(c->json, "version", SEXTANT_VERSION);
	json_end_object(c->json);
	json_key(c->json, "paths");
	json_object(c->json);
	for (size_t i = 0; route_list[i]; i++) {
		const struct route *r = route_list[i];

		if (!r->tail_name || r->tail_optional)
			path_of(c, r, false);
		if (r->tail_name)
			path_of(c, r, true);
	}
	json_end_object(c->json);
	json_end_object(c->json);
	return 0;
}

const struct route route_openapi = {
	.path = "/api/v1/openapi.json",
	.en = "This description",
	.answer = answer,
};
