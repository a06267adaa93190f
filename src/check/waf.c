/* waf: see waf.h. */
#include "check/waf.h"

#include "base/asset.h"
#include "base/csv.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 4, ROWS_MAX = 200, FEW_WORDS = 200 };

struct row {
	const char *id, *title;
};

static struct row rows[ROWS_MAX];
static size_t n_rows;
static struct arena texts;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool read_rows(const struct asset *a)
{
	struct csv c;
	char *cell[COLUMNS];
	int got;

	csv_init(&c, (const char *)a->data, a->len);
	if (csv_next(&c, &texts, cell, COLUMNS) != COLUMNS || strcmp(cell[0], "id"))
		return false;
	for (got = csv_next(&c, &texts, cell, COLUMNS); got == COLUMNS && n_rows < ROWS_MAX;
	     got = csv_next(&c, &texts, cell, COLUMNS))
		rows[n_rows++] = (struct row){cell[0], cell[1]};
	return got == 0 && n_rows;
}

static void load(void)
{
	const struct asset *a = asset_find("waf.csv");

	if (a && read_rows(a))
		return;
	fprintf(stderr, "sextant: the table of challenge pages (waf.csv) is broken\n");
	exit(4);
}

const char *waf_title(const char *title)
{
	pthread_once(&once, load);
	for (size_t i = 0; title && i < n_rows; i++)
		if (strcasestr(title, rows[i].title))
			return rows[i].id;
	return NULL;
}

static bool is_refusal(int64_t status)
{
	return status == 403 || status == 429 || status == 503;
}

/* A long page with such a status is the site's own answer. */
const char *waf_blocks(const struct web_row *r)
{
	const char *id = waf_title(r->title);

	if (id || !is_refusal(r->status))
		return id;
	if (r->retry_after_s != I64_NULL)
		return "retry_after";
	return r->status == 429 || r->text_words == I64_NULL || r->text_words < FEW_WORDS ? "status" : NULL;
}
