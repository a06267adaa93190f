/* Any rows of zones, as they may stand in a store: a verdict that exists comes of them, what is wanted is
 * wanted once at most and is none that was looked at, and judging ends. */
#include "check/chain.h"

#include "base/json.h"
#include "check/check.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 24, WANTED = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct wanted {
	const struct site *site;
	size_t n;
};

static void want(void *ctx, const char *name)
{
	struct wanted *w = ctx;

	for (size_t i = 0; i < w->site->zone.n; i++)
		assert(strcmp(zone_of(&w->site->zone.at[i])->asked, name) != 0);
	w->n++;
}

/* Rows end with a vertical tab, columns with a form feed; an empty column is null. */
static void read_row(struct zone_row *r, char *text)
{
	const char **columns[] = {&r->asked, &r->zone, &r->parent, &r->ns_parent, &r->glue,
				  &r->ns_child4, &r->ns_child6, &r->hosts, &r->servers};

	row_clear(&zone_schema, r);
	for (size_t i = 0; text && i < sizeof(columns) / sizeof(columns[0]); i++) {
		char *column = strsep(&text, "\f");

		*columns[i] = column[0] ? column : NULL;
	}
	r->asked = r->asked ? r->asked : "";
	r->from_child = text ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct zone_row rows[ROWS];
	struct obs obs[ROWS];
	struct site site = {.domain = "a.test", .v4_works = size && data[0] & 1, .v6_works = !size || !(data[0] & 2)};
	struct wanted w = {.site = &site};
	char *text = calloc(1, size + 1), *at = text;
	struct buf detail;
	struct json json;
	struct chain c;

	assert(text);
	memcpy(text, data, size);
	for (size_t i = 0; i < size; i++) /* texts end with a 0, and columns hold none */
		text[i] = text[i] ? text[i] : ' ';
	while (at && site.zone.n < ROWS) {
		char *row = strsep(&at, "\v");
		size_t n = site.zone.n++;

		obs[n] = (struct obs){.row = &rows[n], .outcome = row[0] == '!' ? OUTCOME_TIMEOUT : OUTCOME_OK};
		read_row(&rows[n], row);
	}
	site.zone.at = obs;
	buf_init(&detail, 1 << 20);
	json_init(&json, &detail);
	json_object(&json);
	c = chain_of(&site, rows[0].asked, &json);
	json_end_object(&json);
	assert(check_reason(check_find("dns_chain"), c.code) && memchr(c.subject, 0, sizeof(c.subject)));
	chain_wants(&site, rows[0].asked, want, &w);
	assert(w.n < WANTED);
	buf_done(&detail);
	free(text);
	return 0;
}
